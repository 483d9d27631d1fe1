"""Reading reports for the officer: which are his, what was returned, what a month looks like."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db import connection
from django.db.models import Max, Min, Q, QuerySet
from django.utils.text import Truncator

from ledger.clock import now as database_now
from registry.models import Office, Post, User
from submissions import marks
from submissions.comments import comments_on
from submissions.evidence_rows import with_scans
from submissions.models import Comment, Evidence, Period, Report
from submissions.readings import Reading
from wording import words
from wording.sentences import month_name, say
from workflow.models import Decision, Grant
from workflow.route import RETURN, RETURNED, SUBMIT

BACK_LENGTH = 120  # characters of a reason beside a cell; the whole of it stands above


def my_reports(user: User) -> QuerySet[Report]:
    """Reports that a person enters, by the offices held today or by a mandate; of each month the newest revision."""
    held = Office.objects.filter(person=user.pk, role=Post.Role.OFFICER).values("post")
    assisted = Report.objects.assisted_by(user).values("pk")
    return Report.objects.current().filter(Q(item__officer_post__in=held) | Q(pk__in=assisted))


def assists(user: User) -> bool:
    """Whether a person enters for others, by a mandate in force."""
    at = database_now()
    return Grant.objects.filter(
        kind=Grant.Kind.ASSISTANCE, person=user.pk, revoked_at=None, granted_at__lte=at, expires_at__gt=at
    ).exists()


def my_months(user: User) -> list[Period]:
    """Periods in which a person has reports, the newest first."""
    periods = Period.objects.filter(pk__in=my_reports(user).values("period")).select_related(
        "agency", "fiscal_year"
    )
    return list(periods.order_by("-first_day", "agency"))


def month_label(first_day: date) -> str:
    """ "Januari 2026" in the active language."""
    return month_name(f"{first_day:%Y-%m}")


@dataclass(frozen=True, slots=True)
class Return:
    """Why a report came back: the newest return, with the cells it is about and what was said about the version it is of."""

    report_id: int
    reason: str
    person: str
    office: str
    at: datetime
    marks: tuple[str, ...]
    fields: tuple[str, ...]
    category: str = ""  # what it is about, in words
    named: tuple[tuple[str, str], ...] = ()  # each mark that is a cell, with its name
    comments: tuple[Comment, ...] = ()
    remarks: tuple[
        tuple[str, Comment], ...
    ] = ()  # those on other cells or on the whole, with the name of the cell

    @property
    def said(self) -> list[tuple[str, str]]:
        """Each named cell with a comment, and the comment."""
        commented = {one.mark for one in self.comments}
        return [(name, self.said_at(mark)) for mark, name in self.named if mark in commented]

    def said_at(self, mark: str) -> str:
        """What stands beside a cell that came back: the comments on it, or the reason of the return when there are none."""
        said = [f"{one.text} ({one.person_name})" for one in self.comments if one.mark == mark]
        return " · ".join(said) or Truncator(self.reason).chars(BACK_LENGTH)


def decisions_on(ids: Iterable[int]) -> QuerySet[Decision]:
    """All decisions on these reports, the oldest first."""
    return Decision.objects.filter(
        content_type__app_label="submissions", content_type__model="report", object_id__in=list(ids)
    ).order_by("step")


def acts_of(reports: Iterable[int]) -> list[int]:
    """The acts by which these reports were submitted last, the oldest first."""
    newest = decisions_on(reports).filter(verb=SUBMIT).order_by("object_id", "-step").distinct("object_id")
    return sorted({decision.act_id for decision in newest})


def first_month_of(acts: Iterable[int]) -> str:
    """The first month that some acts submitted, as addresses have it."""
    reports = Decision.objects.filter(act__in=list(acts), verb=SUBMIT).values("object_id")
    first = Report.objects.filter(pk__in=reports).aggregate(first=Min("period__first_day"))["first"]
    return f"{first:%Y-%m}"


def returns_of(readings: Sequence[Reading]) -> dict[int, Return]:
    """The newest return of each report that is returned now. Two statements."""
    back = {one.id: one for one in readings if one.state == RETURNED}
    newest = {decision.object_id: decision for decision in decisions_on(back).filter(verb=RETURN)}
    said: dict[int, list[Comment]] = {}
    for comment in comments_on(newest):
        if comment.version == newest[comment.report_id].version:
            said.setdefault(comment.report_id, []).append(comment)
    return {pk: _return(back[pk], one, said.get(pk, ())) for pk, one in newest.items()}


def _return(reading: Reading, one: Decision, comments: Sequence[Comment]) -> Return:
    names = marks.readable(reading)
    named = tuple((mark, names[mark]) for mark in one.marks if mark in names)
    return Return(
        report_id=reading.id,
        reason=one.reason,
        person=one.actor_name,
        office=f"{one.post_title}, {one.unit_name}",
        at=one.at,
        marks=tuple(one.marks),
        fields=tuple(name for _mark, name in named),
        category=category_of(one.marks),
        named=named,
        comments=tuple(comments),
        remarks=tuple((names.get(said.mark, ""), said) for said in comments if said.mark not in one.marks),
    )


def category_of(marks: Iterable[str]) -> str:
    """What a return is about, in words; empty for one that was made before it was asked."""
    codes = (mark.removeprefix("category-") for mark in marks if mark.startswith("category-"))
    return next((str(words.CATEGORIES[code]) for code in codes if code in words.CATEGORIES), "")


# The nth amendment of a sub-activity's month opened its nth revision.
AMENDED = """
SELECT n.id, (SELECT d.reason FROM submissions_report o JOIN workflow_decision d ON d.object_id = o.id AND d.verb = 'amend'
    AND d.content_type_id = (SELECT c.id FROM django_content_type c WHERE c.app_label = 'submissions' AND c.model = 'report')
  WHERE o.item_id = n.item_id AND o.period_id = n.period_id ORDER BY d.id OFFSET n.revision - 1 LIMIT 1)
FROM submissions_report n WHERE n.id = ANY (%s) AND n.revision > 0"""


def revision_notes(ids: Iterable[int]) -> dict[int, str]:
    """ "Revision 1: reason", as everybody may read it, for those of the reports that are revisions."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT n.id, n.revision, a.reason FROM ({AMENDED}) a(id, reason) JOIN submissions_report n ON n.id = a.id",  # noqa: S608
            [list(ids)],
        )
        rows = cursor.fetchall()
    return {
        pk: say("printed.revision", {"revision": number, "reason": why or "–"}) for pk, number, why in rows
    }


def mandates_of(ids: Iterable[int]) -> dict[int, Grant]:
    """Mandates to assist, by their numbers."""
    return Grant.objects.in_bulk(list(ids))


def evidence_of(ids: Iterable[int]) -> dict[int, list[Evidence]]:
    """Evidence by report, in the order it came."""
    found: dict[int, list[Evidence]] = {}
    files = with_scans(Evidence.objects.filter(report__in=list(ids)))
    for one in files.order_by("uploaded_at", "pk"):
        found.setdefault(one.report_id, []).append(one)
    return found


def last_saved(ids: Iterable[int]) -> datetime | None:
    """When one of these reports was last written to."""
    history = Report.history.model.objects.filter(id__in=list(ids), history_type="~")
    return history.aggregate(at=Max("history_date"))["at"]
