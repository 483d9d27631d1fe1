"""Reports of one's own sight as answers: the same readings, findings and holders as the pages show."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.db import connection
from django.db.models import Q, QuerySet
from django.http import Http404

from ledger.clock import now
from portal.api.problems import Problem
from portal.api.versions import etag_of
from registry.models import Office, User
from submissions import cells, evidence_forms
from submissions.evidence_rows import scan_state, with_scans
from submissions.facts import BLOCK, WARN, Finding
from submissions.forms import WHY
from submissions.holding import CAPACITIES, where
from submissions.models import Evidence, Report
from submissions.pages import stored_findings
from submissions.readings import Reading, read
from submissions.rights import rights_of
from submissions.selectors import decisions_on
from wording.sentences import say
from workflow import engine
from workflow.models import Decision

SEVERITIES = {BLOCK: "block", WARN: "warn"}
PARTS = {"": "realized", "-reason": "correction_reason", "-corrects": "corrects_month"}


def seen_by(person: User) -> QuerySet[Report]:
    """The reports that a person may see."""
    return Report.objects.visible_to(person)


def one_of(person: User, token: str) -> Report:
    """A report by its public name; Http404 for one that the person may not see."""
    found = (
        seen_by(person).select_related("period__agency__government", "item__unit").filter(token=token).first()
    )
    if found is None:
        raise Http404
    return found


def slug_of(one: Reading) -> str:
    """The month as addresses have it."""
    return f"{one.first_day:%Y}-13" if one.month == 13 else f"{one.first_day:%Y-%m}"


def row_of(one: Reading, year: str) -> dict[str, Any]:
    """A report in a list."""
    return {
        "id": one.token, "etag": etag_of(one), "year": year, "month": slug_of(one), "unit": one.unit_code,
        "unit_name": one.unit, "code": one.code, "name": one.name, "revision": one.revision, "version": one.version,
        "state": one.state, "ceiling": one.ceiling, "realized_month": one.this_month, "realized_to_date": one.cumulative,
        "absorption": one.absorption, "physical": one.physical, "planned_physical": one.physical_planned,
        "deviation_physical": one.deviation, "evidence": one.evidence_count, "moved_at": one.moved_at,
    }  # fmt: skip


def rows_of(reports: Sequence[Report]) -> list[dict[str, Any]]:
    """The same of several reports, in their order; three statements for any number."""
    ids = [one.pk for one in reports]
    years = dict(Report.objects.filter(pk__in=ids).values_list("pk", "period__fiscal_year__label"))
    found = {one.id: one for one in read(ids)}
    return [row_of(found[pk], years[pk]) for pk in ids if pk in found]


def whole(person: User, report: Report) -> dict[str, Any]:
    """Everything about one report; a fixed number of statements."""
    (one,) = read([report.pk])
    with connection.cursor() as cursor:
        findings = stored_findings([report.pk], cursor)[report.pk]
    right = rights_of(person, [report.pk])[report.pk]
    holder = where([one], now=now()).get(report.pk)
    buttons = engine.available(person, [report])[report.pk]
    return row_of(one, report.period.fiscal_year.label) | {
        "physical_mode": one.mode,
        "output_target": one.target,
        "budget_version": one.version_name,
        "content_hash": one.content_hash,
        "entry": entry_of(one),
        "findings": findings_of(one, findings),
        "holder": holder,
        "acts": sorted(verb for verb, refusal in buttons.items() if refusal is None),
        "editable": right.editable,
        "open_until": right.ends_at,
    }


def entry_of(one: Reading) -> dict[str, Any]:
    """What is entered."""
    names = (
        "status", "physical_reason", "problems", "problem_text", "follow_up_text", "follow_up_pic", "follow_up_due",
        "follow_up_answer", "needs_leadership", "public_note",
    )  # fmt: skip
    return {name: getattr(one, name) for name in names} | {
        "increment": None if one.by_volume else one.increment,
        "volume": one.volume if one.by_volume else None,
        "lines": [
            {
                "account": line.account, "account_name": line.account_name, "fund": line.fund, "ceiling": line.ceiling,
                "realized": line.this_month, "realized_before": line.before, "correction_reason": line.reason,
                "corrects_month": line.corrects,
            }
            for line in one.lines
        ],
        "explanations": [_explanation(one, mark, text) for mark, text in one.explanations.items() if text],
    }  # fmt: skip


def _explanation(one: Reading, mark: str, text: str) -> dict[str, Any]:
    rule, _, number = mark.partition("-line-")
    line = next((line for line in one.lines if str(line.id) == number), None)
    return {
        "rule": rule, "account": line.account if line else None, "fund": line.fund if line else None, "text": text,
    }  # fmt: skip


def findings_of(one: Reading, findings: Iterable[Finding]) -> list[dict[str, Any]]:
    """What the rules say, each at the cell it is about."""
    return [
        {
            "rule": found.rule,
            "severity": SEVERITIES.get(found.severity, "info"),
            "code": found.code,
            "cell": cell_of(one, cells.field_of(found)),
            "detail": say(found.code, found.params),
        }
        for found in findings
    ]


def cell_of(one: Reading, name: str) -> str:
    """A cell's name outside: lines by account and fund instead of our numbers."""
    lines = {str(line.id): f"{line.account}/{line.fund}" for line in one.lines}
    why = WHY.fullmatch(name)
    if why:
        rule, _, number = name.removeprefix("why-").partition("-line-")
        return f"explanations/{rule}" + (f"/{lines.get(number, number)}" if number else "")
    for suffix, part in sorted(PARTS.items(), reverse=True):
        number = name.removeprefix("line-").removesuffix(suffix) if name.startswith("line-") else ""
        if number in lines and name == f"line-{number}{suffix}":
            return f"lines/{lines[number]}/{part}"
    return name


def mark_of(one: Reading, cell: str) -> str:
    """The other way round, for what a return names; raises Problem for a cell that the report does not have."""
    known = {cell_of(one, name): name for name in cells.stored(one, "en")}
    lines = {f"lines/{line.account}/{line.fund}": f"line-{line.id}" for line in one.lines}
    found = lines.get(cell) or known.get(cell) or ("evidence" if cell == "evidence" else "")
    if not found:
        raise Problem(422, "cell.unknown", {"name": cell[:60]})
    return found


def decision_of(one: Decision) -> dict[str, Any]:
    """One act as it stands on the record."""
    acting = CAPACITIES.get(one.capacity, "")
    office = f"{acting}{one.post_title}, {one.unit_name}" if one.post_title else ""
    return {
        "verb": one.verb, "at": one.at, "person": one.actor_name, "office": office, "capacity": one.capacity,
        "version": one.version, "source": one.source, "target": one.target, "reason": one.reason,
        "marks": [mark for mark in one.marks if not str(mark).startswith("line-")],
    }  # fmt: skip


def history_of(report: Report) -> list[dict[str, Any]]:
    """What was decided on a report, the oldest first."""
    return [decision_of(one) for one in decisions_on([report.pk])]


def files_of(reports: Iterable[Report]) -> list[dict[str, Any]]:
    """The evidence of reports; one statement."""
    files = with_scans(Evidence.objects.filter(report__in=list(reports)).select_related("report"))
    return [file_of(one) for one in files.order_by("uploaded_at", "pk")]


def file_of(one: Evidence) -> dict[str, Any]:
    """A file that `with_scans` read."""
    return {
        "id": one.token, "report": one.report.token, "kind": one.kind, "name": one.original_name, "mime": one.mime,
        "bytes": one.bytes, "sha256": one.sha256, "caption": one.caption, "taken_at": one.taken_at,
        "latitude": None if one.latitude is None else str(one.latitude),
        "longitude": None if one.longitude is None else str(one.longitude),
        "public": one.public, "scan": str(scan_state(one)), "seen": evidence_forms.mark_of(one), "uploaded_at": one.uploaded_at,
    }  # fmt: skip


def mine(person: User) -> Q:
    """The reports of one's own posts as officer."""
    return Q(item__officer_post__in=Office.objects.filter(person=person.pk).values("post"))


def tokens_of(ids: Iterable[int]) -> Mapping[int, tuple[str, str]]:
    """Public name and ETag of reports as they stand now; one statement."""
    found = Report.objects.filter(pk__in=list(ids))
    return {one.pk: (one.token, etag_of(one)) for one in found}
