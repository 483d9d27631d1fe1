"""Reading reports for the officer: which are his, what was returned, what a month looks like."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db import connection
from django.db.models import Max, Min, Q, QuerySet
from django.utils.translation import gettext as _

from ledger.clock import now as database_now
from registry.models import Office, Post, User
from submissions.evidence_rows import with_scans
from submissions.models import Evidence, Period, Report, ReportLine
from submissions.readings import Reading
from wording import words
from wording.sentences import month_name, say
from workflow.models import Decision, Grant
from workflow.route import RETURN, RETURNED, SUBMIT

FIELD_MARKS = ("physical", "status", "problem", "evidence")


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
    """Why a report came back: the newest return, with the names of the lines and fields it is about."""

    report_id: int
    reason: str
    person: str
    office: str
    at: datetime
    marks: tuple[str, ...]
    fields: tuple[str, ...]
    category: str = ""  # what it is about, in words
    named: tuple[tuple[str, str], ...] = ()  # each mark that is a cell, with its name


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
    """The newest return of each report that is returned now."""
    ids = [one.id for one in readings if one.state == RETURNED]
    newest = {decision.object_id: decision for decision in decisions_on(ids).filter(verb=RETURN)}
    names = _line_names(ids) | _field_names()
    return {
        pk: Return(
            report_id=pk,
            reason=one.reason,
            person=one.actor_name,
            office=f"{one.post_title}, {one.unit_name}",
            at=one.at,
            marks=tuple(one.marks),
            fields=tuple(names[mark] for mark in one.marks if mark in names),
            category=category_of(one.marks),
            named=tuple((mark, names[mark]) for mark in one.marks if mark in names),
        )
        for pk, one in newest.items()
    }


def category_of(marks: Iterable[str]) -> str:
    """What a return is about, in words; empty for one that was made before it was asked."""
    codes = (mark.removeprefix("category-") for mark in marks if mark.startswith("category-"))
    return next((str(words.CATEGORIES[code]) for code in codes if code in words.CATEGORIES), "")


def _field_names() -> dict[str, str]:
    words = (_("physical progress"), _("execution status"), _("problem"), _("evidence"))
    return dict(zip(FIELD_MARKS, words, strict=True))


def _line_names(reports: Iterable[int]) -> dict[str, str]:
    rows = ReportLine.objects.filter(report__in=list(reports)).values_list(
        "pk", "line__account_code", "line__account_name"
    )
    return {f"line-{pk}": f"{code} {name}".strip() for pk, code, name in rows}


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
