"""What the rules say about a report besides its figures: status, problems, follow-ups, files, and explanations of warnings."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

RULES: dict[str, Promise] = {
    "V-06.realised": _(
        "The ceiling is zero (%(version)s), so no report is needed, but %(entered_rp)s is entered this month. Enter zero, or "
        "write what is corrected here."
    ),
    "V-14.item": _(
        "All lines together: %(entered_rp)s is more than the cash plan up to this month allows, %(plan_rp)s and a tenth "
        "(%(limit_rp)s). Check it, or write why the money goes ahead of the plan."
    ),
    "V-16": _(
        "%(line)s: %(entered_rp)s is entered, the treasury's payments of this month make %(paid_rp)s, a difference of "
        "%(difference_rp)s. Correct the amount, or write why they differ: timing, an advance (UP/GU) that is not accounted "
        "for yet, or a contra entry."
    ),
    "V-17": _(
        "%(total_rp)s is realised, %(entered_rp)s of it this month, but the work has not started and stands at zero. Choose "
        "another status, or write that it is an advance payment and what for."
    ),
    "V-20.no_target": _(
        "%(entered_qty)s units are entered, but %(version)s has no output target that they could be measured by. Enter 0 and "
        "ask whoever keeps the plan to add the target."
    ),
    "V-25": _(
        "In %(earlier)s the status was “%(status)s”, which is further on. Choose that status or a later one, or write why "
        "the work went back."
    ),
    "V-25.completed": _(
        "In %(earlier)s the work was reported as completed, so its status stays “%(status)s”. Choose that, or ask for an "
        "amendment of %(earlier)s if it was not."
    ),
    "V-26": _(
        "The work is under way and has stood at %(total_pt)s points for %(count)s months. Enter the progress of this month, "
        "choose “halted”, or write why nothing moved."
    ),
    "V-30.halted": _(
        "The work is halted. Choose what the problem is, and write what is done about it and until when."
    ),
    "V-30.behind": _(
        "The work stands at %(actual_pt)s points, the plan at %(plan_pt)s: %(behind_pt)s behind, and more than %(limit_pt)s "
        "needs a reason. Choose what the problem is, and write what is done about it and until when."
    ),
    "V-30.behind_money": _(
        "%(actual_pt)s per cent of the ceiling is spent, %(plan_pt)s were planned: %(behind_pt)s behind, and more than "
        "%(limit_pt)s needs a reason. Choose what the problem is, and write what is done about it and until when."
    ),
    "V-30.idle": _(
        "For %(count)s months progress was planned and there was none. Choose what the problem is, and write what is done "
        "about it and until when."
    ),
    "V-30.idle_money": _(
        "For %(count)s months money was planned and none was spent. Choose what the problem is, and write what is done about "
        "it and until when."
    ),
    "V-30.text": _(
        "The problem is described in %(length)s characters; at least %(least)s are needed. Write what stands in the way."
    ),
    "V-30.other": _(
        "“Other” does not say what the problem is. Describe it in at least %(least)s characters."
    ),
    "V-30.long": _(
        "The problem is described in %(length)s characters; at most %(most)s are kept. Shorten it, or attach a document."
    ),
    "V-30.follow_up": _("A problem is named, but not what is done about it. Write the follow-up."),
    "V-30.due": _(
        "A problem is named, but not until when it is solved. Choose the day the follow-up is due."
    ),
    "V-31.early": _(
        "The follow-up is due on %(due_on)s, which is before the reported month. Choose %(first_on)s or a later day."
    ),
    "V-31.answer": _(
        "“%(follow_ups)s” was due on %(due_on)s. Say whether it is done, or extend it to a later day."
    ),
    "V-31.extended": _(
        "“%(follow_ups)s” was due on %(due_on)s and is extended, but not to a later day. Choose a day after %(due_on)s."
    ),
    "V-41.reused": _(
        "%(names)s was attached in %(used_months)s already. Attach a file of this month, or write why the same one is right."
    ),
    "V-61": _(
        "Nobody is appointed as technical officer of this sub-activity; the deadline runs all the same. Ask the agency's "
        "administrator to appoint one, and write who answers for this month."
    ),
    "explain.needed": _(
        "Write in at least %(least)s characters why this is right (%(length)s are written), or correct it."
    ),
    "explain.long": _(
        "The explanation has %(length)s characters; at most %(most)s are kept. Shorten it, or attach a document."
    ),
    "exact.money": _(
        "%(line)s: %(entered)s has more than %(places)s digits after the decimal sign, so it could not be kept exactly. Write "
        "at most %(places)s."
    ),
    "exact.progress": _(
        "%(entered)s has more than %(places)s digits after the decimal sign, so it could not be kept exactly. Write at most "
        "%(places)s."
    ),
    "exact.large": _(
        "%(entered)s is too large: at most %(digits)s digits fit before the decimal sign. Check the number."
    ),
}
