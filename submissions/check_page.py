"""What templates/submissions/check.html shows: plain dictionaries, shapes as the template says."""

from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Any
from uuid import uuid4

from django.urls import reverse
from django.utils.translation import gettext as _

from submissions import cells, formulas, judging, pages, selectors
from submissions.checking import WHY, Check
from submissions.facts import ZERO
from submissions.holding import Where, where
from submissions.judging import Desk, Judged
from submissions.models import Period
from submissions.readings import Reading, Total, total
from wording.check_sentences import SUGGESTIONS
from wording.numbers import points
from wording.sentences import say
from workflow.route import OPEN_STATES, RETURNED

MOST_LEFT = 50
ATTENTION = ("errors", "warnings", "reasons", "untouched", "returned")


def context(check: Check) -> dict[str, Any]:
    """The whole page; a fixed number of statements."""
    chosen = [one for pk, one in check.judged.items() if pk in check.chosen]
    goes = frozenset(judging.ready(check.judged, check.chosen))
    desks = judging.desks(chosen)
    holders = where([one.reading for one in chosen if one.refusal], now=check.now)
    page = _Page(check, goes, holders, selectors.returns_of([one.reading for one in chosen]))
    months = [page.month(period) for period in sorted(check.periods.values(), key=_order)]
    problems = [problem for month in months for problem in month["problems"]]
    return {
        "months": months,
        "label": ", ".join(dict.fromkeys(month["label"] for month in months)),
        "unit": "; ".join(sorted({one.unit for one in check.readings})),
        "errors": problems if check.ticked is None else [*_said(check), *problems],
        "posted": check.ticked is not None,
        "count": len(chosen),
        "can_submit": any(page.tickable(one) for one in chosen),
        "submitted": check.done,
        "submitted_url": submitted_url(check.acts, months[0]["code"]) if check.acts else "",
        "statement": pages.statement(),
        "statement_error": check.statement_error,
        "next_desks": _desks(desks[pk] for pk in desks),
        "verify_due": min((period.verify_due for period in check.periods.values()), default=None),
        "work_url": reverse("submissions:work"),
        "key": str(uuid4()),
    }


def submitted_url(acts: Sequence[int], month: str) -> str:
    """The confirmation of some acts."""
    return f"{reverse('submissions:submitted', args=[month])}?acts={','.join(map(str, acts))}"


def first_month(check: Check) -> str:
    """The first of the months that are checked, as addresses have it."""
    return min(f"{period.first_day:%Y-%m}" for period in check.periods.values())


def entry_url(one: Reading, field: str = "") -> str:
    """Where an input of a report is: the entry page of its month, at the input."""
    address = reverse("submissions:entry", args=[f"{one.first_day:%Y-%m}"])
    return f"{address}#r{one.id}-{field}" if field else f"{address}#r{one.id}"


def _order(period: Period) -> tuple[Any, ...]:
    return period.first_day, period.pk


def _said(check: Check) -> list[dict[str, str]]:
    """What has no place beside a value."""
    said = [{"url": "#figures", "sentence": sentence} for sentence in check.sentences]
    if check.statement_error:
        said.append({"url": "#statement", "sentence": check.statement_error})
    return said


def _desks(found: Iterable[tuple[Desk, ...]]) -> list[dict[str, str]]:
    together = dict.fromkeys(desk for some in found for desk in some)
    return [{"office": desk.office, "person": desk.person} for desk in together]


class _Page:
    """Builds the months of one check."""

    def __init__(
        self,
        check: Check,
        goes: frozenset[int],
        holders: dict[int, Where],
        returned: dict[int, selectors.Return],
    ) -> None:
        self.check, self.goes, self.holders, self.returned = check, goes, holders, returned

    def month(self, period: Period) -> dict[str, Any]:
        mine = [one for one in self.check.readings if one.period == period.pk]
        chosen = [
            self.check.judged[one.id]
            for one in mine
            if one.id in self.check.chosen & self.check.judged.keys()
        ]
        items = [self.item(one) for one in chosen]
        counted = [one.reading for one in chosen]
        first = period.first_day
        return {
            "code": f"{first:%Y-%m}",
            "label": selectors.month_label(first),
            "agency": period.agency.name,
            "url": reverse("submissions:entry", args=[f"{first:%Y-%m}"]),
            "deadline": pages.deadline(
                period.entry_due, max([pages.ends(period), *(one.ends_at for one in chosen)]), self.check.now
            ),
            "items": items,
            "attention": [item for item in items if any(item[name] for name in ATTENTION)],
            "notes": [note for item in items for note in item["notes"]],
            "problems": [problem for item in items for problem in item["problems"]],
            "total": pages.total_row(total(counted)),
            "rows": totals(total(counted)),
            "coverage": self.coverage(mine),
            "left": self.left(mine),
        }

    def tickable(self, one: Judged) -> bool:
        """Whether it could go once its warnings are explained: nothing has to be corrected elsewhere first."""
        return one.refusal is None and not one.errors

    def item(self, one: Judged) -> dict[str, Any]:
        reading, pk = one.reading, one.reading.id
        errors = [
            {
                "sentence": say(found.code, found.params),
                "url": entry_url(reading, cells.field_of(found)),
            }
            for found in one.errors
        ]
        warnings = self.warnings(one)
        ticked = self.check.ticked
        reasons = self.reasons(one)
        return {
            "report_id": pk,
            "version": reading.version,
            "code": reading.code,
            "name": reading.name,
            "state": reading.state,
            "revision": reading.revision,
            "url": entry_url(reading),
            "tickable": self.tickable(one),
            "ticked": self.tickable(one)
            and pk not in self.check.stale
            and (ticked is not None or not one.untouched)
            and (pk in ticked if ticked is not None else True),
            "errors": errors,
            "warnings": warnings,
            "reasons": reasons,
            "untouched": one.untouched,
            "returned": self.returned.get(pk),
            "difference_url": self.difference(reading),
            "notes": [{"code": reading.code, "sentence": say(note.code, note.params)} for note in one.notes],
            "problems": self.problems(one, errors, warnings, reasons),
            "figures": reading,
            "physical_now": reading.physical_month,
        }

    def difference(self, reading: Reading) -> str:
        seen = self.check.stale.get(reading.id)
        return f"{reverse('approvals:review', args=[reading.token])}?seen={seen}" if seen else ""

    def warnings(self, one: Judged) -> list[dict[str, Any]]:
        """Each warning with the explanation that is kept, or that was typed just now."""
        pk = one.reading.id
        missing = {found.mark for found in one.unexplained}
        typed, unkept = self.check.typed.get(pk, {}), self.check.unkept.get(pk, {})
        posted = self.check.ticked is not None and pk in self.check.ticked
        needed = {found.mark: say(found.code, found.params) for found in one.unexplained}
        shown: dict[str, dict[str, Any]] = {}
        for found in one.warnings:
            mark = found.mark
            if mark in shown:  # two warnings of one rule about one line: one explanation answers both
                shown[mark]["sentences"].append(say(found.code, found.params))
                continue
            kept = one.explanations.get(mark, "")
            shown[mark] = {
                "mark": mark,
                "field": f"r{pk}-{WHY}{mark}",
                "sentences": [say(found.code, found.params)],
                "text": typed.get(mark, kept),
                "was": kept,
                "missing": mark in missing,
                "error": unkept.get(mark) or (needed.get(mark, "") if posted else ""),
                "suggestions": [str(text) for text in SUGGESTIONS.get(found.rule, ())],
            }
        return list(shown.values())

    def reasons(self, one: Judged) -> list[str]:
        """Why it cannot go besides its own errors: the law, a mandate, another version, an earlier month."""
        pk, found = one.reading.id, []
        if pk in self.check.stale:
            found.append(say("check.stale"))
        if pk in self.check.refused:
            found.append(self.check.refused[pk])
        if one.mandate is not None:
            holder = self.holders.get(pk)
            office = (
                f"{holder.office} ({holder.person or _('nobody yet; the post is vacant')})"
                if holder
                else _("nobody yet; the post is vacant")
            )
            found.append(say("check.mandate", {"who": office}))
        elif one.refusal and one.refusal.code != "route.blocked":
            found.append(say(one.refusal.code, one.refusal.params))
        waits = [earlier for earlier in one.earlier if earlier not in self.goes]
        if waits and not self.is_ready_but_for_explanations(waits):
            found.append(say("check.earlier", {"earlier_month": self.month_of(waits[0], one)}))
        return found

    def is_ready_but_for_explanations(self, ids: Sequence[int]) -> bool:
        """Whether earlier months only wait for explanations that can be typed on this very page."""
        judged = self.check.judged
        return all(pk in self.check.chosen and pk in judged and self.tickable(judged[pk]) for pk in ids)

    def month_of(self, pk: int, one: Judged) -> str:
        known = self.check.judged.get(pk)
        if known:
            return f"{known.reading.first_day:%Y-%m}"
        return one.earlier_months[one.earlier.index(pk)]

    def problems(
        self,
        one: Judged,
        errors: Sequence[dict[str, str]],
        warnings: Sequence[dict[str, Any]],
        reasons: Sequence[str],
    ) -> list[dict[str, str]]:
        """For the summary on top; an unexplained warning counts once somebody tried to submit it."""
        code, anchor = one.reading.code, f"#r{one.reading.id}"
        return [
            *({"url": error["url"], "sentence": f"{code}: {error['sentence']}"} for error in errors),
            *({"url": anchor, "sentence": f"{code}: {reason}"} for reason in reasons),
            *(
                {"url": f"#{warning['field']}", "sentence": f"{code}: {warning['error']}"}
                for warning in warnings
                if warning["error"]
            ),
        ]

    def coverage(self, mine: Sequence[Reading]) -> str:
        """How much of the month is handed in with these (W-6): items and their share of the ceiling."""
        judged = self.check.judged
        handed = [
            one
            for one in mine
            if one.state not in OPEN_STATES or (one.id in self.check.chosen and self.tickable(judged[one.id]))
        ]
        whole = sum((one.ceiling for one in mine), ZERO)
        part = formulas.percent(sum((one.ceiling for one in handed), ZERO), whole)
        return say(
            "check.coverage",
            {
                "count": len(handed),
                "all": len(mine),
                "covered_pt": None if part is None else str(formulas.half_up(part)),
            },
        )

    def left(self, mine: Sequence[Reading]) -> list[dict[str, str]]:
        """Open sub-activities of the month that are not in this submission, and why."""
        return [
            {"code": one.code, "name": one.name, "url": entry_url(one), "sentence": self.why_left(one)}
            for one in mine
            if one.state in OPEN_STATES and one.id not in self.check.chosen
        ][:MOST_LEFT]

    def why_left(self, one: Reading) -> str:
        judged = self.check.judged[one.id]
        if not one.started and one.state != RETURNED:
            return say("check.left_empty")
        if judged.errors:
            return say("check.left_errors", {"count": len(judged.errors)})
        if judged.unexplained:
            return say("check.left_unexplained", {"count": len(judged.unexplained)})
        return say("check.left_chosen")


def totals(sums: Total) -> list[dict[str, Any]]:
    """This month and to date beside last month and the plan; points are weighted by ceiling (W-2, W-3)."""
    before = formulas.absorption(sums.before, sums.ceiling)
    planned = None if sums.cash_plan is None else formulas.planned_financial(sums.cash_plan, sums.ceiling)
    reached = sums.physical
    last = None if reached is None or sums.physical_month is None else reached - sums.physical_month
    return [
        _row(_("Money this month"), "money", sums.this_month, sums.last_month, None, None),
        _row(_("Money to date"), "money", sums.cumulative, sums.before, sums.cash_plan, None),
        _row(
            _("Absorption"),
            "points",
            sums.absorption,
            before,
            planned,
            formulas.deviation(sums.absorption, planned),
        ),
        _row(
            _("Physical progress, weighted"), "points", reached, last, sums.physical_planned, sums.deviation
        ),
    ]


def _row(
    label: str,
    kind: str,
    now: Decimal | None,
    last: Decimal | None,
    plan: Decimal | None,
    deviation: Decimal | None,
) -> dict[str, Any]:
    return {"label": label, "kind": kind, "now": now, "last": last, "plan": plan, "gap": _gap(deviation)}


def _gap(deviation: Decimal | None) -> str:
    """W-4 in words: a sign alone is overlooked."""
    if deviation is None:
        return ""
    words = _("%(by)s points behind plan") if deviation < 0 else _("%(by)s points ahead of plan")
    return words % {"by": points(abs(deviation))}
