"""What changed in a report between the version somebody saw and the present one, cell by cell, from its history."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db import connection
from django.utils.translation import gettext as _

from submissions.figures import COUNTS
from submissions.models import Evidence, Report
from wording.dates import day
from wording.numbers import NOTHING, money, points, quantity
from wording.sentences import month_name, say

FIELDS = (
    "status", "increment", "volume", "physical_reason", "problems", "problem_text", "follow_up_text", "follow_up_pic",
    "follow_up_due", "follow_up_answer", "needs_leadership", "public_note", "ceiling", "output_target",
)  # fmt: skip

# A version begins with the first history row that has it; lines and files carry the moment of the same save.
REPORT = f"""
SELECT DISTINCT ON (h.version) h.version, h.history_date, {", ".join(f"h.{name}" for name in FIELDS)}
FROM submissions_historicalreport h WHERE h.id = %(report)s AND h.version = ANY (%(versions)s)
ORDER BY h.version, h.history_date, h.history_id"""  # noqa: S608 - only the names above are put in

LINES = """
SELECT l.id, concat_ws(' ', b.account_code, b.account_name), a.realized, z.realized, a.correction_reason, z.correction_reason,
  a.corrects_month, z.corrects_month
FROM submissions_reportline l JOIN registry_budgetline b ON b.id = l.line_id
  LEFT JOIN LATERAL (SELECT * FROM submissions_historicalreportline h WHERE h.id = l.id AND h.history_date <= %(seen)s
    ORDER BY h.history_date DESC, h.history_id DESC LIMIT 1) a ON true
  LEFT JOIN LATERAL (SELECT * FROM submissions_historicalreportline h WHERE h.id = l.id AND h.history_date <= %(stored)s
    ORDER BY h.history_date DESC, h.history_id DESC LIMIT 1) z ON true
WHERE l.report_id = %(report)s ORDER BY b.account_code, b.fund_source"""

FILES = """
SELECT DISTINCT ON (h.id) h.id, h.original_name, h.kind, h.history_type FROM submissions_historicalevidence h
WHERE h.report_id = %(report)s AND h.history_date > %(seen)s AND h.history_date <= %(stored)s
ORDER BY h.id, h.history_date DESC, h.history_id DESC"""

# An emptied explanation stays, empty; one that did not exist yet said nothing.
EXPLAINED = """
SELECT concat_ws('-line-', x.rule, x.line_id), a.text, z.text FROM submissions_explanation x
  LEFT JOIN LATERAL (SELECT * FROM submissions_historicalexplanation h WHERE h.id = x.id AND h.history_date <= %(seen)s
    ORDER BY h.history_date DESC, h.history_id DESC LIMIT 1) a ON true
  LEFT JOIN LATERAL (SELECT * FROM submissions_historicalexplanation h WHERE h.id = x.id AND h.history_date <= %(stored)s
    ORDER BY h.history_date DESC, h.history_id DESC LIMIT 1) z ON true
WHERE x.report_id = %(report)s ORDER BY 1"""

# The month before as it counts: what it said beside its figures.
BEFORE = f"""
SELECT {", ".join(f"e.{name}" for name in FIELDS)} FROM submissions_report r JOIN submissions_period p ON p.id = r.period_id
  JOIN submissions_report e ON e.item_id = r.item_id
  JOIN submissions_period ep ON ep.id = e.period_id AND ep.month = p.month - 1
WHERE r.id = %s AND {COUNTS.format("e")} LIMIT 1"""  # noqa: S608


# What a revision changes in the published one that it was made from: the same item and month.
PAIRS = """submissions_report n JOIN submissions_report o ON o.item_id = n.item_id AND o.period_id = n.period_id
  AND o.revision < n.revision AND o.state IN ('published', 'superseded')
  AND NOT EXISTS (SELECT FROM submissions_report m WHERE m.item_id = n.item_id AND m.period_id = n.period_id
    AND m.revision > o.revision AND m.revision < n.revision AND m.state IN ('published', 'superseded'))"""
REVISED = f"""
SELECT n.id, {", ".join(f"{side}.{name}" for side in "on" for name in FIELDS)} FROM {PAIRS} WHERE n.id = ANY (%s)"""  # noqa: S608
REVISED_LINES = f"""
SELECT n.id, l.id, concat_ws(' ', b.account_code, b.account_name), k.realized, l.realized, k.correction_reason,
  l.correction_reason, k.corrects_month, l.corrects_month
FROM {PAIRS} JOIN submissions_reportline l ON l.report_id = n.id JOIN registry_budgetline b ON b.id = l.line_id
  LEFT JOIN submissions_reportline k ON k.report_id = o.id AND k.line_id = l.line_id
WHERE n.id = ANY (%s) ORDER BY n.id, b.account_code, b.fund_source"""  # noqa: S608


@dataclass(frozen=True, slots=True)
class Difference:
    """One cell that is not as it was: `mark` as `submissions.cells` names it, or "evidence"; both values in words."""

    mark: str
    field: str
    seen: str
    stored: str
    aside: bool = False  # what goes with an amount: its reason, the month that it corrects

    @property
    def amount(self) -> str:
        """The cell that this one goes with: "line-17" for its reason and its corrected month; otherwise itself."""
        return self.mark.removesuffix("-reason").removesuffix("-corrects") if self.aside else self.mark

    @property
    def sentence(self) -> str:
        """What a revision changes, in words."""
        return say("revision.before", {"field": self.field, "seen": self.seen, "stored": self.stored})


def between(report: int, seen: int, stored: int) -> list[Difference]:
    """What differs between two versions of a report; nothing for a version that never was. Four statements."""
    with connection.cursor() as cursor:
        cursor.execute(REPORT, {"report": report, "versions": [seen, stored]})
        rows = {row[0]: row[1:] for row in cursor.fetchall()}
        if seen not in rows or stored not in rows or seen == stored:
            return []
        asked = {"report": report, "seen": rows[seen][0], "stored": rows[stored][0]}
        cursor.execute(LINES, asked)
        lines = cursor.fetchall()
        cursor.execute(FILES, asked)
        files = cursor.fetchall()
        cursor.execute(EXPLAINED, asked)
        explained = cursor.fetchall()
    old, new = (dict(zip(FIELDS, rows[version][1:], strict=True)) for version in (seen, stored))
    return [*_of_lines(lines), *_of_words(old, new), *_of_explanations(explained), *_of_files(files)]


def before(report: int) -> dict[str, str]:
    """What the month before said, field by field in words; empty when there is none. One statement."""
    with connection.cursor() as cursor:
        cursor.execute(BEFORE, [report])
        row = cursor.fetchone()
    return in_words(dict(zip(FIELDS, row, strict=True))) if row else {}


def in_words(values: Mapping[str, Any]) -> dict[str, str]:
    """The fields of a report as people read them; "–" for nothing."""
    return {name: _shown(value, _SHOWN[name]) for name, value in values.items()}


def revised(reports: Iterable[int]) -> dict[int, list[Difference]]:
    """What each revision changes in the published one before it; two statements for any set, reports without one left out."""
    wanted = list(reports)
    if not wanted:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(REVISED, [wanted])
        words = cursor.fetchall()
        cursor.execute(REVISED_LINES, [wanted])
        lines = cursor.fetchall()
    found = {}
    for pk, *values in words:
        old, new = (dict(zip(FIELDS, values[at : at + len(FIELDS)], strict=True)) for at in (0, len(FIELDS)))
        found[pk] = [*_of_lines([row[1:] for row in lines if row[0] == pk]), *_of_words(old, new)]
    return found


def _of_lines(rows: Sequence[Sequence[Any]]) -> list[Difference]:
    """Differences of budget lines: (id, name, money, reason and corrected month, each as seen and as stored)."""
    found = []
    for pk, name, seen, stored, reason, reason_now, corrects, corrects_now in rows:
        cells = (
            ("", name, seen, stored, money),
            ("-reason", _("%(name)s, reason") % {"name": name}, reason or "", reason_now or "", str),
            (
                "-corrects",
                _("%(name)s, corrected month") % {"name": name},
                corrects,
                corrects_now,
                month_name,
            ),
        )
        found += [
            Difference(
                f"line-{pk}{suffix}", label, _shown(before, show), _shown(after, show), aside=bool(suffix)
            )
            for suffix, label, before, after, show in cells
            if before != after
        ]
    return found


def _of_words(old: Mapping[str, Any], new: Mapping[str, Any]) -> list[Difference]:
    """Differences of everything that is not money of a line."""
    labels = _labels()
    return [
        Difference(name, labels[name], _shown(old[name], _SHOWN[name]), _shown(new[name], _SHOWN[name]))
        for name in FIELDS
        if old[name] != new[name]
    ]


def _of_explanations(rows: Sequence[Sequence[Any]]) -> list[Difference]:
    """Differences of the officer's reasons for what is unusual: (mark of the warning, text as seen and as stored)."""
    return [
        Difference(
            f"why-{mark}",
            _("explanation of %(mark)s") % {"mark": mark.partition("-line-")[0]},
            _shown(seen, str),
            _shown(stored, str),
        )
        for mark, seen, stored in rows
        if (seen or "") != (stored or "")
    ]


def _of_files(rows: Sequence[Sequence[Any]]) -> list[Difference]:
    kinds = dict(Evidence.Kind.choices)
    return [
        Difference("evidence", _("evidence"), name if gone == "-" else "–", "–" if gone == "-" else f"{name} ({kinds[kind]})")
        for _pk, name, kind, gone in rows
    ]  # fmt: skip


def _shown(value: Any, show: Callable[[Any], str]) -> str:
    return NOTHING if value in (None, "", [], False) else show(value)


def _status(code: str) -> str:
    return str(Report.Status(code).label) if code in Report.Status.values else code


def _problems(codes: Sequence[str]) -> str:
    return ", ".join(str(Report.Problem(code).label) for code in codes)


def _number(show: Callable[[Decimal], str]) -> Callable[[Any], str]:
    return lambda value: show(Decimal(value))


_SHOWN: Mapping[str, Callable[[Any], str]] = {
    "status": _status, "increment": _number(points), "volume": _number(quantity), "physical_reason": str,
    "problems": _problems, "problem_text": str, "follow_up_text": str, "follow_up_pic": str, "follow_up_due": day,
    "follow_up_answer": lambda code: str(Report.Answer(code).label), "needs_leadership": lambda _yes: _("yes"),
    "public_note": str, "ceiling": _number(money), "output_target": _number(quantity),
}  # fmt: skip


def _labels() -> dict[str, str]:
    return {
        "status": _("execution status"), "increment": _("physical progress"), "volume": _("physical progress"),
        "physical_reason": _("reason of a physical correction"), "problems": _("kind of problem"),
        "problem_text": _("problem"), "follow_up_text": _("follow-up"), "follow_up_pic": _("person in charge"),
        "follow_up_due": _("follow-up due"), "follow_up_answer": _("what became of the open follow-up"),
        "needs_leadership": _("needs a decision of the leadership"), "public_note": _("public note"), "ceiling": _("ceiling"),
        "output_target": _("output target"),
    }  # fmt: skip
