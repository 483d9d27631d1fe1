"""What the officer's pages show: plain dictionaries for the templates, shapes as each template says."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from submissions import figures, restating, rules
from submissions.differences import Difference
from submissions.facts import BLOCK, INFO, VOLUME, WHOLE, ZERO, Finding
from submissions.forms import Typed
from submissions.holding import Where
from submissions.models import Evidence, Period, Report
from submissions.readings import LineReading, Reading, Total
from submissions.rights import Right
from submissions.selectors import Return, month_label
from wording.numbers import money, quantity
from wording.sentences import month_name, say
from workflow.cursor import prepared
from workflow.route import DRAFT, OPEN_STATES, PUBLISHED, RETURNED

STATEMENT_VERSION = "1"


def statement() -> dict[str, str]:
    """The declaration made at submission, with the version of its text."""
    text = _("The data are true and I answer for them. All values are of this month only, not cumulative.")
    return {"text": text, "version": STATEMENT_VERSION}


def deadline(due: datetime, lock: datetime, now: datetime) -> dict[str, Any]:
    """For templates/components/deadline.html."""
    left = due - now
    return {
        "due_at": lock if now >= lock else due,
        "days_left": max(left.days, 0),
        "hours_left": max(int(left.total_seconds() // 3600), 0),
        "overdue": now > due,
        "locked": now >= lock,
    }


def ends(period: Period) -> datetime:
    """When a month takes no more acts: locked by the calendar, or closed before."""
    return min(period.lock_at, period.closed_at or period.lock_at)


def open_until(period: Period, rights: Iterable[Right]) -> datetime:
    """The same for who may still enter something in it: a reopening or an amendment lasts longer."""
    return max([ends(period), *(right.ends_at for right in rights if right.editable)])


def month_card(
    period: Period, readings: Sequence[Reading], rights: Mapping[int, Right], now: datetime
) -> dict[str, Any]:
    """One month on "My work"."""
    mine = [rights[one.id] for one in readings if one.id in rights]
    filled = sum(one.started for one in readings)
    states = [one.state for one in readings]
    return {
        "label": month_label(period.first_day),
        "url": reverse("submissions:entry", args=[f"{period.first_day:%Y-%m}"]),
        "deadline": deadline(period.entry_due, open_until(period, mine), now),
        "items": len(readings),
        "filled": filled,
        "share": 100 * filled // len(readings) if readings else 0,
        "returned": states.count(RETURNED),
        "without_evidence": sum(one.started and not one.evidence_count for one in readings),
        "submitted": sum(state not in (DRAFT, RETURNED, PUBLISHED) for state in states),
        "published": states.count(PUBLISHED),
        "revisions": sum(one.revision > 0 and one.state in OPEN_STATES for one in readings),
        "can_enter": any(right.editable for right in mine),
    }


def report_row(one: Reading, where: Where | None) -> dict[str, Any]:
    """One report in a list."""
    return {
        "code": one.code,
        "name": one.name,
        "month": month_label(one.first_day),
        "url": reverse("approvals:review", args=[one.token]),
        "state": one.state,
        "revision": one.revision,
        "this_month": one.this_month,
        "cumulative": one.cumulative,
        "ceiling": one.ceiling,
        "absorption": one.absorption,
        "physical": one.physical,
        "plan": one.physical_planned,
        "where": where,
    }


def total_row(total: Total) -> dict[str, Any]:
    """The foot of a table."""
    names = (
        "ceiling",
        "before",
        "last_month",
        "this_month",
        "cumulative",
        "remaining",
        "absorption",
        "physical",
    )
    return {name: getattr(total, name) for name in names}


class EntryItem:
    """Builds one item of templates/submissions/entry.html from what is stored, what was typed and what was found."""

    def __init__(
        self,
        reading: Reading,
        *,
        findings: Sequence[Finding] = (),
        typed: Typed | None = None,
        returned: Return | None = None,
        where: Where | None = None,
        evidence: Sequence[Evidence] = (),
        right: Right | None = None,
        changed_meanwhile: bool = False,
        selected: bool = False,
        note: str = "",
        changes: Sequence[Difference] = (),
    ) -> None:
        self.reading, self.typed, self.right, self.changed_meanwhile = (
            reading,
            typed,
            right,
            changed_meanwhile,
        )
        self.returned, self.where, self.evidence, self.findings = returned, where, evidence, findings
        self.editable = right is not None and right.editable
        self.selectable = self.editable and right is not None and right.mandate is None
        self.selected = selected and self.selectable
        self.note, self.changes = note, changes

    @property
    def errors(self) -> dict[str, str]:
        """Field (without the report's prefix) -> sentence; what could not be read comes before what a rule says."""
        found = {
            field_of(one): say(one.code, one.params)
            for one in reversed(self.findings)
            if one.severity == BLOCK
        }
        return found | (self.typed.errors if self.typed else {})

    def _value(self, name: str, stored: str) -> str:
        return self.typed.values.get(name, "") if self.typed else stored

    def as_dict(self) -> dict[str, Any]:
        one, errors = self.reading, self.errors
        evidence_needed = any(finding.rule == "V-40" for finding in self.findings)
        return {
            "report_id": one.id,
            # After a conflict was shown cell by cell, saving again is a decision and no accident (V-54).
            "version": str(one.version)
            if self.changed_meanwhile
            else self._value("version", str(one.version)),
            "code": one.code,
            "name": one.name,
            "state": one.state,
            **self._standing(),
            "version_name": one.version_name,
            **{name: getattr(one, name) for name in ("ceiling", "before", "last_month", "this_month")},
            **{name: getattr(one, name) for name in ("cumulative", "remaining", "absorption")},
            "lines": [self._line(line, errors) for line in one.lines],
            "physical": self._physical(errors),
            "physical_reason": self._value("physical_reason", one.physical_reason),
            "physical_reason_error": errors.get("physical_reason", ""),
            **self._words(errors),
            "evidence": [file_row(file) for file in self.evidence],
            "evidence_error": errors.get("evidence", ""),
            "evidence_required": evidence_needed,
            "correctable": self._correctable(),
            "warnings": [*self._conflicts(), *self._warnings()],
            "returned": self.returned,
            "where": None if self.editable else self.where,
        }

    def _standing(self) -> dict[str, Any]:
        """Whether it can be written to or ticked, and what it is a revision of."""
        refusal = self.right.refusal if self.right else None
        return {
            "editable": self.editable,
            "selectable": self.selectable,
            "selected": self.selected,
            "closed": say(refusal.code, refusal.params) if refusal else "",
            "revision": self.reading.revision,
            "note": self.note,
            "url": reverse("approvals:review", args=[self.reading.token]),
            "changes": [change.sentence for change in self.changes],
        }

    def _words(self, errors: Mapping[str, str]) -> dict[str, Any]:
        one = self.reading
        return {
            "status": self._value("status", one.status),
            "status_error": errors.get("status", ""),
            "problems": self.typed.problems if self.typed else one.problems,
            "problem_text": self._value("problem_text", one.problem_text),
            "problem_error": errors.get("problem_text", "") or errors.get("status_reason", ""),
            "follow_up_text": self._value("follow_up_text", one.follow_up_text),
            "follow_up_pic": self._value("follow_up_pic", one.follow_up_pic),
            "follow_up_due": self._value(
                "follow_up_due", one.follow_up_due.isoformat() if one.follow_up_due else ""
            ),
            "follow_up_error": errors.get("follow_up_text", "") or errors.get("follow_up_due", ""),
            "public_note": self._value("public_note", one.public_note),
        }

    def _warnings(self) -> list[str]:
        return [say(one.code, one.params) for one in self.findings if one.severity not in (BLOCK, INFO)]

    def _conflicts(self) -> list[str]:
        """What stands there now, beside what was typed, for each cell that differs (V-54)."""
        if not (self.changed_meanwhile and self.typed):
            return []
        stored: list[tuple[str, str, Decimal | None, Callable[[Decimal | None], str]]] = [
            (f"line-{line.id}", line.account, line.this_month, money) for line in self.reading.lines
        ]
        stored.append(
            (
                "volume" if self.reading.by_volume else "increment",
                _("physical progress"),
                self.reading.physical_now,
                quantity,
            )
        )
        shown = [
            (name, label, written(now) if now is not None else "–") for name, label, now, written in stored
        ]
        return [
            say(
                "entry.conflict", {"field": label, "stored": now, "typed": self.typed.values.get(name) or "–"}
            )
            for name, label, now in shown
            if (self.typed.values.get(name) or "–") != now
        ]

    def _line(self, line: LineReading, errors: Mapping[str, str]) -> dict[str, Any]:
        name = f"line-{line.id}"
        return {
            "id": line.id,
            "account": line.account,
            "account_name": line.account_name,
            "fund": line.fund,
            "ceiling": line.ceiling,
            "before": line.before,
            "last_month": line.last_month,
            "this_month": line.this_month,
            "entered": self._value(name, money(line.this_month) if line.this_month is not None else ""),
            "published": self._published(name),
            "cumulative": line.cumulative,
            "remaining": line.remaining,
            "absorption": line.absorption,
            "error": errors.get(name, ""),
            "reason": self._value(f"{name}-reason", line.reason),
            "reason_error": errors.get(f"{name}-reason", ""),
            "corrects": self._value(f"{name}-corrects", str(line.corrects or "")),
            "corrects_error": errors.get(f"{name}-corrects", ""),
        }

    def _physical(self, errors: Mapping[str, str]) -> dict[str, Any]:
        one = self.reading
        field, target = ("volume", one.target or ZERO) if one.mode == VOLUME else ("increment", WHOLE)
        now = one.physical_now
        cumulative = one.physical_before + (now or ZERO)
        return {
            "mode": one.mode,
            "unit": one.output_unit if one.mode == VOLUME else _("points"),
            "target": target,
            "plan_to_date": one.physical_plan,
            "before": one.physical_before,
            "last_month": one.physical_last,
            "this_month": now,
            "entered": self._value(field, quantity(now) if now is not None else ""),
            "published": self._published(field),
            "cumulative": cumulative,
            "remaining": target - cumulative,
            "percent": one.physical,
            "error": errors.get(field, ""),
        }

    def _published(self, mark: str) -> str:
        """The value of the published revision, where this one has another."""
        return next((change.seen for change in self.changes if change.mark == mark), "")

    def _correctable(self) -> list[dict[str, str]]:
        months = sorted({month for line in self.reading.lines for month in line.published_months})
        return [{"code": str(month), "label": month_name(month)} for month in months]


def field_of(finding: Finding) -> str:
    """The input that a finding is about, without the report's prefix."""
    if finding.line_id is None:
        return finding.field if finding.field != "entered" else "status"
    suffix = {"correction_reason": "-reason", "corrects_month": "-corrects"}.get(finding.field, "")
    return f"line-{finding.line_id}{suffix}"


def file_row(file: Evidence) -> dict[str, Any]:
    """For templates/components/files.html."""
    return {
        "id": file.pk,
        "name": file.original_name,
        "kind_label": file.get_kind_display(),
        "size": size_text(file.bytes),
        "sha256": file.sha256,
        "url": reverse("submissions:evidence", args=[file.token]),
    }


def size_text(size: int) -> str:
    """ "1,2 MB", in the active language."""
    if size >= 1024 * 1024:
        return f"{quantity((Decimal(size) / 1024 / 1024).quantize(Decimal('0.1')), get_language())} MB"
    return f"{quantity(Decimal(max(size // 1024, 1)), get_language())} kB"


def errors_of(items: Sequence[EntryItem]) -> list[dict[str, str]]:
    """For the error summary: each error with the input it belongs to and the sub-activity's code."""
    return [
        {"field": _target(item.reading.id, name), "sentence": f"{item.reading.code}: {sentence}"}
        for item in items
        for name, sentence in item.errors.items()
    ]


def _target(report: int, name: str) -> str:
    """Where the summary's link leads: the input, or the whole sub-activity when a rule speaks of all its lines."""
    place = "problem_text" if name == "status_reason" else name
    return f"r{report}-{place}" if place else f"r{report}"


def choices() -> dict[str, Any]:
    """The lists to choose from."""
    return {
        "statuses": _options(Report.Status.choices),
        "problem_categories": _options(Report.Problem.choices),
        "evidence_kinds": _options(Evidence.Kind.choices),
    }


def _options(pairs: Sequence[tuple[str, Any]]) -> list[dict[str, str]]:
    return [{"code": code, "label": str(label)} for code, label in pairs]


def restated(readings: Sequence[Reading]) -> dict[int, tuple[Finding, ...]]:
    """What open revisions would do to their own and later months (V-60); no statement without one."""
    open_ones = [one.id for one in readings if one.revision and one.state in OPEN_STATES]
    if not open_ones:
        return {}
    with transaction.atomic():
        return restating.check(prepared(), open_ones)


def stored_findings(ids: Sequence[int], cursor: Any) -> dict[int, tuple[Finding, ...]]:
    """What the rules say of reports as they are stored: the warnings beside them."""
    return {pk: rules.check(facts, figures.POLICY) for pk, facts in figures.load(cursor, ids).items()}
