"""What is said about problems, decisions of leaders, contracts and what may remain unspent; see `wording.catalogue`."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

LEADING: dict[str, Promise] = {
    # Contracts from a file
    "contracts.unit": _(
        "“%(value)s” is no unit of %(unit)s. Correct the code, or bring this row in for the agency it belongs to."
    ),
    "contracts.unknown": _(
        "%(unit)s has no sub-activity “%(value)s” in this year. Correct the code, or import the plan first."
    ),
    "contracts.suggest": _("There is no sub-activity “%(value)s” here. Did you mean %(suggestion)s?"),
    "contracts.several": _(
        "The sub-activity “%(value)s” is carried by several units: %(units)s. Write one of them in the column unit_code."
    ),
    "contracts.twice": _(
        "Row %(other_row)s already has contract %(number)s of sub-activity %(code)s. Keep one of the two rows."
    ),
    "contracts.missing": _(
        "Contract %(number)s is new and the file has no column “%(column)s”. Add the column, or correct the number."
    ),
    "contracts.negative": _(
        "The value %(value_rp)s is below zero. Write the value of the contract as it was signed."
    ),
    "contracts.order": _(
        "The work ends on %(ends_on)s, before it begins on %(starts_on)s. Correct one of the two days."
    ),
    "contracts.ended": _(
        "The contract is terminated on %(ended_on)s, before it was signed on %(signed_on)s. Correct one of the two days."
    ),
    "contracts.early": _(
        "Contract %(number)s: the work begins on %(starts_on)s, before the contract was signed on %(signed_on)s."
        " Check both days."
    ),
    "contracts.ceiling": _(
        "Contract %(number)s is worth %(value_rp)s, more than the ceiling of its sub-activity, %(ceiling_rp)s. Check the value."
    ),
    "contracts.no_file": _("No file was chosen. Choose a CSV or XLSX file with contracts."),
    "contracts.gone": _("The file is no longer here. Choose it again."),
    "contracts.moved": _(
        "Somebody changed these contracts while you looked at the file. Look at what it would do now, then bring it in."
    ),
    "contracts.stored": _("%(name)s was brought in: %(new)s new contracts, %(changed)s changed."),
    "contracts.same": _("The file says what is known already. Nothing changes."),
    # What a leader decides
    "decision.none": _("No report is chosen. Choose at least one report that waits for a decision."),
    "decision.text": _(
        "The decision has %(length)s characters; %(shortest)s to %(longest)s are possible. Write what is to be done."
    ),
    "decision.owner": _("Nobody is named who carries it out. Write an office, or part of its name."),
    "decision.owner_unknown": _(
        "No office is called “%(value)s”. Write other words, for example the name of the agency."
    ),
    "decision.owner_several": _(
        "%(count)s offices fit “%(value)s”. Choose one of them, or write more of the name."
    ),
    "decision.due": _("No day is given by which it is to be done. Choose one."),
    "decision.day": _("“%(value)s” is no day. Write it as year-month-day, for example 2026-01-31."),
    "decision.past": _("%(due_on)s is over. Choose today, %(today_on)s, or a later day."),
    "decision.far": _("%(due_on)s lies after the year that follows. Choose a day until %(last_on)s."),
    "decision.stranger": _("Only a leader of the government decides on this. You hold no such office."),
    "decision.stale": _("The report was changed after you opened the page. Read it again, then decide."),
    "decision.newer": _("A newer month has been handed in since. Decide on that one."),
    "decision.not_asked": _("The newest report no longer asks for a decision of the leadership."),
    "decision.decided": _("%(name)s has decided on this already, %(decided_at)s."),
    "decision.gone": _("There is no such report below your office."),
    "decision.stored": _("Your decision is recorded for %(code)s and those concerned are told."),
    "decision.stored_many": _(
        "Your decision is recorded for %(count)s reports and those concerned are told."
    ),
    "decision.left_out": _("%(code)s was left out: %(why)s"),
    "decision.ended": _("This decision was already ended by %(name)s, %(ended_at)s. Nothing was changed."),
    "decision.not_yours": _(
        "Only who is to carry it out, or a leader, says that it is carried out; only a leader withdraws it."
    ),
    "decision.note": _(
        "The words have %(length)s characters; %(shortest)s to %(longest)s are possible. Write what was done, or why not."
    ),
    "decision.done": _("It is recorded as carried out."),
    "decision.withdrawn": _("The decision is withdrawn. If the report still asks, it waits for a new one."),
    # What people are told of it
    "notice.decision.made": _(
        "%(person)s (%(office)s) decided on %(code)s %(name)s, %(month)s: “%(text)s” To be carried out by %(owner)s until"
        " %(due_on)s."
    ),
    "notice.decision.done": _(
        "The decision on %(code)s %(name)s, %(month)s, is carried out. %(person)s (%(office)s) writes: %(text)s"
    ),
    "notice.decision.withdrawn": _(
        "The decision on %(code)s %(name)s, %(month)s, is withdrawn. %(person)s (%(office)s) writes: %(text)s"
    ),
    "subject.notice.decision.made": _("Decided by the leadership: %(code)s %(name)s"),
    "subject.notice.decision.done": _("Carried out: the decision on %(code)s %(name)s"),
    "subject.notice.decision.withdrawn": _("Withdrawn: the decision on %(code)s %(name)s"),
    # What follows from a critical contract (W-5)
    "critical.I": _(
        "Critical in period I: the plan is at most 70 points and the work is more than 10 points behind. Call the provider to a"
        " show-cause meeting (SCM) and agree on a trial; without improvement warning letters 1, 2 and 3 follow."
    ),
    "critical.II": _(
        "Critical in period II: the plan is above 70 points and the work is more than 5 points behind. Call the provider to a"
        " show-cause meeting (SCM) and agree on a trial; without improvement warning letters 1, 2 and 3 follow."
    ),
    "critical.YEAR_END": _(
        "Critical at the year's end: the plan is above 70 points and the work ends after the fiscal year. Hold a show-cause"
        " meeting (SCM) and decide before the year ends how the rest is finished and paid."
    ),
}
