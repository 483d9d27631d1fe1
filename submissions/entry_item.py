"""One sub-activity of the entry page, from what is stored, what was typed and what was found. Shape: entry.html."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from submissions import granted as granting
from submissions import pages
from submissions.cells import field_of
from submissions.differences import Difference
from submissions.entering import STALE
from submissions.facts import BLOCK, INFO, VOLUME, WHOLE, ZERO, Finding, ItemFacts
from submissions.forms import Typed
from submissions.granted import Granted
from submissions.holding import Where
from submissions.marks import NARRATIVE, cell_of
from submissions.models import Evidence
from submissions.readings import LineReading, Reading
from submissions.rights import Right
from submissions.rules_narrative import open_follow_ups
from submissions.selectors import Return
from submissions.typed import as_text, beside
from wording.numbers import money, quantity
from wording.sentences import month_name, say
from workflow.route import Refusal

WORDS = (
    "physical_reason",
    "problem_text",
    "follow_up_text",
    "follow_up_pic",
    "follow_up_answer",
    "public_note",
)


class EntryItem:
    """Builds one item of templates/submissions/entry.html."""

    def __init__(
        self,
        reading: Reading,
        *,
        facts: ItemFacts,
        findings: Sequence[Finding] = (),
        typed: Typed | None = None,
        language: str = "",
        returned: Return | None = None,
        where: Where | None = None,
        evidence: Sequence[Evidence] = (),
        right: Right | None = None,
        refusal: Refusal | None = None,
        selected: bool = False,
        note: str = "",
        changes: Sequence[Difference] = (),
        granted: Mapping[str, Granted] | None = None,
    ) -> None:
        self.reading, self.facts, self.findings, self.right = reading, facts, findings, right
        self.typed, self.language, self.refusal = typed, language, refusal
        self.returned, self.where, self.evidence = returned, where, evidence
        self.editable = right is not None and right.editable
        self.selectable = self.editable and right is not None and right.mandate is None
        self.selected = selected and self.selectable
        self.note, self.changes, self.granted = note, changes, granted or {}
        self.paid = {line.line_id: line.paid for line in facts.lines}
        self.back = (
            {cell_of(reading, mark): returned.said_at(mark) for mark, _name in returned.named}
            if returned
            else {}
        )

    @property
    def changed_meanwhile(self) -> bool:
        return self.refusal is not None and self.refusal.code == STALE

    @property
    def errors(self) -> dict[str, str]:
        """Field (without the report's prefix) -> sentence; what could not be read comes before what a rule says."""
        found = {
            _place(field_of(one)): say(one.code, one.params)
            for one in reversed(self.findings)
            if one.severity == BLOCK
        }
        return found | (self.typed.errors if self.typed else {})

    @property
    def is_empty(self) -> bool:
        """Whether a field that a report needs is still empty; of a line without a ceiling nothing is needed."""
        entered = [
            self._value(f"line-{line.id}", "" if line.this_month is None else "0")
            for line in self.reading.lines
            if line.ceiling
        ]
        entered += [self._value(*self._progress()), self._value("status", self.reading.status)]
        return self.editable and not all(entered)

    @property
    def warned(self) -> list[Finding]:
        """Warnings, one for each mark."""
        found = {one.mark: one for one in reversed(self.findings) if one.severity not in (BLOCK, INFO)}
        return list(reversed(found.values()))

    def as_dict(self) -> dict[str, Any]:
        one, errors = self.reading, self.errors
        return {
            "report_id": one.id,
            # After a conflict was shown cell by cell, saving again is a decision and no accident (V-54).
            "version": str(one.version)
            if self.changed_meanwhile
            else self._value("version", str(one.version)),
            "code": one.code,
            "name": one.name,
            "state": one.state,
            "panel_url": reverse("submissions:panel", args=[f"{one.first_day:%Y-%m}", one.id]),
            **self._standing(),
            "version_name": one.version_name,
            **{name: getattr(one, name) for name in ("ceiling", "before", "last_month", "this_month")},
            **{name: getattr(one, name) for name in ("cumulative", "remaining", "absorption", "cash_plan")},
            "lines": [self._line(line, errors) for line in one.lines],
            "physical": self._physical(errors),
            "errors": errors,
            "returned_at": self.back,
            **self._words(errors),
            "evidence": [pages.file_row(file) for file in self.evidence],
            "evidence_required": any(finding.rule == "V-40" for finding in self.findings),
            **self._corrections(errors),
            **self._late(),
            "warnings": [self._warning(finding, errors) for finding in self.warned],
            "returned": self.returned,
            "where": None if self.editable else self.where,
        }

    def places(self) -> list[dict[str, str]]:
        """Where a return points, for the links on top of the page."""
        named = self.returned.named if self.returned else ()
        return [
            {"field": f"r{self.reading.id}-{cell_of(self.reading, mark)}", "label": label}
            for mark, label in named
        ]

    def _value(self, name: str, stored: str) -> str:
        return self.typed.values.get(name, "") if self.typed else stored

    def _progress(self) -> tuple[str, str]:
        """The field of physical progress and what is stored in it."""
        now = self.reading.physical_now
        return "volume" if self.reading.mode == VOLUME else "increment", "" if now is None else quantity(now)

    def _standing(self) -> dict[str, Any]:
        """Whether it can be written to or ticked, and what it is a revision of."""
        refusal = self.right.refusal if self.right else None
        return {
            "editable": self.editable,
            "selectable": self.selectable,
            "selected": self.selected,
            "open": bool(self.errors or self.warned or self.returned),
            "closed": say(refusal.code, refusal.params) if refusal else "",
            "revision": self.reading.revision,
            "note": self.note,
            "url": reverse("approvals:review", args=[self.reading.token]),
            "changes": [*granting.sentences(self.granted), *(change.sentence for change in self.changes)],
        }

    def _words(self, errors: Mapping[str, str]) -> dict[str, Any]:
        one, due = self.reading, self.reading.follow_up_due
        left = open_follow_ups(self.facts)
        here = {
            "problem_text",
            "follow_up_text",
            "follow_up_pic",
            "follow_up_due",
            "follow_up_answer",
            "public_note",
        }
        return {
            **{name: self._value(name, getattr(one, name)) for name in WORDS},
            "status": self._value("status", one.status),
            "problems": self.typed.problems if self.typed else one.problems,
            "follow_up_due": self._value("follow_up_due", due.isoformat() if due else ""),
            "needs_leadership": bool(self._value("needs_leadership", "1" if one.needs_leadership else "")),
            "left_open": {"text": left[-1].text, "due": left[-1].due, "month": month_name(left[-1].month)}
            if left
            else None,
            "problem_open": bool(
                here & errors.keys() or {*here, *NARRATIVE, "needs_leadership"} & self.back.keys()
            ),
        }

    def _warning(self, finding: Finding, errors: Mapping[str, str]) -> dict[str, str]:
        name = f"why-{finding.mark}"
        return {
            "mark": finding.mark,
            "field": f"r{self.reading.id}-{name}",
            "sentence": say(finding.code, finding.params),
            "why": self._value(name, self.facts.explanations.get(finding.mark, "")),
            "error": errors.get(name, ""),
            "returned": self.back.get(name, ""),
        }

    def _late(self) -> dict[str, Any]:
        """What was typed while something else came to stand there: cell by cell, or as text when it cannot be entered."""
        if not (self.typed and self.refusal):
            return {"conflicts": [], "unsaved": "", "unsaved_because": ""}
        differ = beside(self.reading, self.typed.values, self.language)
        conflicts = [
            say("entry.conflict", {"field": one.label, "stored": one.stored, "typed": one.typed})
            for one in differ
            if self.changed_meanwhile
        ]
        return {
            "conflicts": conflicts if self.editable else [],
            "unsaved": "" if self.editable else as_text(differ),
            "unsaved_because": say(self.refusal.code, self.refusal.params),
        }

    def _line(self, line: LineReading, errors: Mapping[str, str]) -> dict[str, Any]:
        name = f"line-{line.id}"
        paid = self.paid.get(line.id)
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
            "granted": granting.beside(self.granted, name),
            "cumulative": line.cumulative,
            "remaining": line.remaining,
            "absorption": line.absorption,
            "paid": paid,
            "gap": None if paid is None else (line.this_month or ZERO) - paid,
            "returned": self.back.get(name, ""),
            "error": errors.get(name, ""),
            "reason": self._value(f"{name}-reason", line.reason),
            "reason_error": errors.get(f"{name}-reason", ""),
            "reason_returned": self.back.get(f"{name}-reason", ""),
            "corrects": self._value(f"{name}-corrects", str(line.corrects or "")),
            "corrects_error": errors.get(f"{name}-corrects", ""),
            "corrects_returned": self.back.get(f"{name}-corrects", ""),
        }

    def _physical(self, errors: Mapping[str, str]) -> dict[str, Any]:
        one = self.reading
        field, stored = self._progress()
        target: Decimal = (one.target or ZERO) if one.mode == VOLUME else WHOLE
        cumulative = one.physical_before + (one.physical_now or ZERO)
        return {
            "mode": one.mode,
            "unit": one.output_unit if one.mode == VOLUME else _("points"),
            "target": target,
            "plan_to_date": one.physical_plan,
            "before": one.physical_before,
            "last_month": one.physical_last,
            "this_month": one.physical_now,
            "entered": self._value(field, stored),
            "published": self._published(field),
            "granted": granting.beside(self.granted, field),
            "cumulative": cumulative,
            "remaining": target - cumulative,
            "percent": one.physical,
            "returned": self.back.get(field, ""),
            "error": errors.get(field, ""),
        }

    def _published(self, mark: str) -> str:
        """The value of the published revision, where this one has another."""
        return next((change.seen for change in self.changes if change.mark == mark), "")

    def _corrections(self, errors: Mapping[str, str]) -> dict[str, Any]:
        months = sorted({month for line in self.reading.lines for month in line.published_months})
        written = any(line.reason or line.corrects for line in self.reading.lines)
        named = (*errors, *self.back)
        wrong = any(name.endswith(("-reason", "-corrects", "physical_reason")) for name in named)
        return {
            "correctable": [{"code": str(month), "label": month_name(month)} for month in months],
            "correction_open": written or wrong,
        }


def errors_of(items: Sequence[EntryItem]) -> list[dict[str, str]]:
    """For the error summary: each error with the input it belongs to and the sub-activity's code."""
    return [
        {
            "field": f"r{item.reading.id}-{name}" if name else f"r{item.reading.id}",
            "sentence": f"{item.reading.code}: {sentence}",
        }
        for item in items
        for name, sentence in item.errors.items()
    ]


def _place(name: str) -> str:
    """The field that takes what a rule speaks of; the whole sub-activity when it speaks of all its lines."""
    return "problem_text" if name == "problem" else name
