"""What is said about requests and grants, by code; see `wording.catalogue`."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

REQUESTS: dict[str, Promise] = {
    "asking.asker": _(
        "You hold no office that may ask for this (%(grant_kind)s). Ask the head of your agency to do it."
    ),
    "asking.reason": _(
        "The reason has %(length)s characters and needs at least %(shortest)s. Write what happened and what is needed."
    ),
    "asking.no_month": _("No month is chosen. Choose at least one."),
    "asking.one_month": _(
        "%(count)s months are chosen, or single sub-activities. A deadline is moved for one month of the whole agency: "
        "choose one month, and ask for the others one by one."
    ),
    "asking.month": _("%(month)s cannot be asked for now. Choose among the months that are offered."),
    "asking.item": _("A chosen sub-activity is not one of your agency. Choose among those that are offered."),
    "asking.one_year": _("The months are of different years. Ask for each year by itself."),
    "asking.verdict": _("No answer is chosen. Choose to agree or to refuse, then send it."),
    "asking.person": _("No person is chosen, or one who is not offered. Choose a person from the list."),
    "asking.days": _(
        "The number of working days is missing or too large. Write a number from 1 to %(most)s."
    ),
    "asking.day": _("“%(value)s” is no day. Write it as year-month-day, for example 2026-01-31."),
    "asking.until_past": _("The last day must come after today, %(today_on)s. Choose a later day."),
    "asking.until_far": _("The last day is more than a year away. Choose %(last_on)s or an earlier day."),
    "asking.not_later": _("The month is due on %(due_on)s already. Choose a later day."),
    "asking.locked": _("%(month)s was locked on %(locked_at)s. Ask for it to be reopened instead."),
    "asking.closed": _(
        "%(month)s was closed for good on %(closed_at)s. Refuse the request; its published figures can still be amended."
    ),
    "asking.twice": _("The same was asked for in %(number)s, which is still open. Wait for its answer."),
    "asking.office": _(
        "This is for the %(role)s. Reminders and deadlines go there; you hold no office that may do it now."
    ),
    "asking.self": _("You asked for this yourself, or it is about you. Another person must decide on it."),
    "asking.both": _("You gave the other opinion on this request. Another person must give this one."),
    "asking.decided": _("%(number)s does not wait for this answer any more. Look at what was decided."),
    "asking.stale": _(
        "Somebody acted on this request after you opened it. Read what was added below, then decide again."
    ),
    "asking.busy": _("Somebody acts on this request at this very moment. Wait a few seconds and try again."),
    "asking.over": _(
        "The grant would have ended on %(until_at)s, so it cannot be given any more. Refuse it with a word on what to ask for."
    ),
    "asking.extension_stays": _(
        "A deadline that was moved stays where it is, because people have planned by it."
    ),
    "asking.no_trouble": _("This step is not stuck any more. Nothing needed to be done."),
    "asking.done.asked": _("%(number)s was sent. You are told as soon as it is decided."),
    "asking.done.agreed": _("Your answer on %(number)s was kept: agreed."),
    "asking.done.refused": _("Your answer on %(number)s was kept: refused."),
    "asking.done.revoked": _("The grant of %(number)s was revoked."),
    "asking.done.retried": _("The step went through."),
    "asking.done.failed_again": _("The step failed again. Tell whoever looks after the server."),
    "weighty.closed_quarter": _("A month lies in a quarter that is closed already."),
    "weighty.amount": _("The sub-activities together have a large ceiling."),
    "weighty.months": _("It covers three months or more."),
    "effect.extension": _(
        "The deadlines of one month move to a later day for the whole agency. Lateness is counted from the new day."
    ),
    "effect.reopening": _(
        "A locked month can be entered, verified and signed again until the reopening ends; then it locks again."
    ),
    "effect.amendment": _(
        "Published reports may be opened as a new revision. It climbs all tiers again; the old one stays readable."
    ),
    "effect.waiver": _(
        "One person may decide at two tiers of the same report. Nobody ever decides on what he entered; the waiver is printed."
    ),
    "effect.assistance": _(
        "A person from outside may enter for the agency's officers. He never submits, verifies or signs; each value says who "
        "entered it on whose behalf."
    ),
    "notice.request.asked": _("%(code)s waits for your answer: %(grant_kind)s for %(name)s. %(reason)s"),
    "notice.request.reminded": _("%(code)s still waits for your answer: %(grant_kind)s for %(name)s."),
    "notice.request.escalated": _(
        "%(code)s was not answered in time and waits for the superior as well: %(grant_kind)s for %(name)s."
    ),
    "notice.request.granted": _("%(code)s was granted: %(grant_kind)s for %(name)s."),
    "notice.request.denied": _("%(code)s was refused: %(grant_kind)s for %(name)s. %(reason)s"),
    "notice.request.expired": _("The grant of %(code)s has ended: %(grant_kind)s for %(name)s."),
    "notice.request.revoked": _(
        "%(person)s revoked the grant of %(code)s: %(grant_kind)s for %(name)s. %(reason)s"
    ),
    "flow.why.review": _(
        "By who holds the bureau's post at that moment, never by who asked; with a reason of at least 10 characters."
    ),
    "flow.why.second": _(
        "At the same time, by another person. Asked for when a quarter is closed, when the ceilings are large, or for three "
        "months and more."
    ),
    "flow.why.reminder": _("In the morning, one or two working days after the request, by its kind."),
    "flow.why.overdue": _(
        "In the morning, two to five working days after the request, by its kind. Nothing is ever granted by silence."
    ),
    "flow.why.wait": _("One or two working days, by the kind of request."),
    "flow.why.expiry": _("The last second of the day that the grant names."),
    "flow.why.answers": _("A refusal ends it at once; otherwise everybody who was asked is waited for."),
    "flow.why.in_force": _("Until it ends by itself, or the bureau revokes it with a reason."),
}

# Names of what the drawing of the flow shows: headings, no sentences.
FLOW: dict[str, Promise] = {
    "flow.title": _("Request for an exception"),
    "flow.start": _("Request with its reason"),
    "flow.fork": _("Who has to answer"),
    "flow.review": _("Review by the central bureau"),
    "flow.review_reminder": _("Not answered: reminder"),
    "flow.review_remind": _("Remind the bureau"),
    "flow.review_reminded": _("Reminded"),
    "flow.review_overdue": _("Not answered in time"),
    "flow.review_escalate": _("Ask the bureau's superior as well"),
    "flow.review_wait": _("Some working days"),
    "flow.review_open": _("Still not answered?"),
    "flow.review_over": _("Answered"),
    "flow.second": _("Second opinion of the inspectorate"),
    "flow.second_reminder": _("Not answered: reminder"),
    "flow.second_remind": _("Remind the inspectorate"),
    "flow.second_reminded": _("Reminded"),
    "flow.second_overdue": _("Not answered in time"),
    "flow.second_escalate": _("Ask the inspectorate's superior as well"),
    "flow.second_wait": _("Some working days"),
    "flow.second_open": _("Still not answered?"),
    "flow.second_over": _("Answered"),
    "flow.answers": _("All answered, or one refused"),
    "flow.verdict": _("Did all agree?"),
    "flow.deny": _("Tell the refusal and its reason"),
    "flow.denied": _("Refused"),
    "flow.grant": _("Give the grant"),
    "flow.in_force": _("Grant in force"),
    "flow.revoke": _("Tell the revocation and its reason"),
    "flow.revoked": _("Revoked"),
    "flow.expiry": _("The grant's last moment"),
    "flow.expire": _("Tell that it has ended"),
    "flow.expired": _("Expired"),
    "flow.weighty": _("closed quarter, large amount or many months"),
    "flow.yes": _("yes"),
    "flow.no": _("no"),
}
