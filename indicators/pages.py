"""What the pages of packs show: plain dictionaries for the templates, shapes as each template says."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any
from uuid import uuid4

from django.urls import reverse
from django.utils.dateformat import format as formatted
from django.utils.translation import gettext as _

from approvals.factors import offered
from indicators import labels, selectors
from indicators.definitions import COUNT, DAYS, GREEN, MONEY, YES_NO, Field, Form
from indicators.measures import SHOWN, Measured, alarms
from indicators.models import Pack, PackFile
from indicators.readings import Reading
from registry.models import User
from submissions.facts import Finding
from submissions.holding import CAPACITIES, Where
from submissions.pages import deadline, size_text
from wording import words
from wording.numbers import NOTHING, money, points, quantity, symbol
from wording.sentences import onward, say
from workflow import engine, route
from workflow.models import Decision
from workflow.record import law

ICONS = {"green": "check", "amber": "warning", "red": "cross", "unknown": "dash"}
ACTS = (route.VERIFY, route.SIGN, route.REVIEW, route.RETURN, route.RECALL)
HUES = {route.RETURN: "red", route.RECALL: "amber", route.SUBMIT: "", route.AMEND: "violet"}
# What the law says about months is said about quarters here.
OF_QUARTERS = {
    "route.order_submit": "pack.order_submit",
    "route.order_sign": "pack.order_sign",
    "route.window_not_open": "pack.window_not_open",
    "route.window_locked": "pack.window_locked",
}


def quarter_label(year: str, quarter: int) -> str:
    """ "Quarter 2 of 2025-26"."""
    return _("Quarter %(quarter)s of %(year)s") % {"quarter": quarter, "year": year}


def refusal_sentence(code: str, params: Mapping[str, Any]) -> str:
    """Why the law refuses, in words about packs."""
    return say(OF_QUARTERS.get(code, code), params)


def finding_sentence(finding: Finding, one: Reading) -> str:
    """What a rule says, with the names of figures in the reader's language."""
    params = dict(finding.params)
    for name in ("field", "whole"):
        if name in params:
            params[name] = _name(one.form, params[name])
    return say(finding.code, params, one.currency)


def _name(form: Form, code: str) -> str:
    return labels.field_name(code, form.by_code[code].name)


def shown(kind: str, value: Any) -> str:
    """A reported figure as it is read: money, whole numbers, yes and no; a dash where there is none."""
    if value is None:
        return NOTHING
    if kind == YES_NO:
        return _("yes") if value else _("no")
    return money(value) if kind == MONEY else quantity(value)


def measured_value(unit: str, value: Any) -> str:
    """A computed figure: two decimals, whole numbers for counts; a dash where it is not known."""
    return quantity(value) if unit == COUNT else points(value, places=0 if unit == DAYS else 2)


# --- Indicators ------------------------------------------------------------------------------------------


def indicator_rows(measured: Sequence[Measured]) -> list[dict[str, Any]]:
    """Each indicator with its band in a word and an icon, and the quarters before, the oldest first."""
    return [
        {
            "code": one.indicator.code,
            "name": labels.indicator_name(one.indicator.code, one.indicator.name),
            "group": labels.group_name(one.indicator.group),
            "meaning": labels.MEANINGS.get(one.indicator.code, one.indicator.formula),
            "unit": labels.UNITS.get(one.indicator.unit, one.indicator.unit),
            "value": measured_value(one.indicator.unit, one.value),
            "band": one.band,
            "icon": ICONS[one.band],
            "word": labels.BANDS[one.band],
            "hue": "" if one.band == "unknown" else one.band,
            "before": [measured_value(one.indicator.unit, value) for value in reversed(one.before)],
        }
        for one in measured
    ]


def quarters_before(one: Reading) -> list[str]:
    """The quarters shown beside, the oldest first, by their months: "Jan–Mar 2026"."""
    names = []
    for ago in range(SHOWN, 0, -1):
        first, last = _month(one.first_day, -3 * ago), _month(one.first_day, 2 - 3 * ago)
        names.append(f"{formatted(first, 'M')}–{formatted(last, 'M Y')}")
    return names


def _month(day: date, months: int) -> date:
    years, index = divmod(day.month - 1 + months, 12)
    return date(day.year + years, index + 1, 1)


# --- The desk --------------------------------------------------------------------------------------------


def desk_row(one: Reading, holder: Where, now: datetime) -> dict[str, Any]:
    """One line of the desk."""
    red = alarms(one.measured())
    entering = one.state in route.OPEN_STATES
    return {
        "id": one.id,
        "unit": one.unit,
        "department": one.department,
        "quarter": quarter_label(one.year, one.quarter),
        "revision": one.revision,
        "state": one.state,
        "alarms": len(red),
        "alarm_names": [labels.indicator_name(each.indicator.code, each.indicator.name) for each in red],
        "where": holder,
        "entered": sum(said.value is not None for said in one.reported.values()),
        "asked": len(one.form.fields),
        "url": reverse("indicators:pack", args=[one.token]),
        "entry_url": reverse("indicators:entry", args=[one.token]) if entering else "",
        "deadline": deadline(one.due_at, one.locks_at, now) if entering else None,
    }


# --- One pack --------------------------------------------------------------------------------------------


def pack_context(user: User, pack: Pack, now: datetime) -> dict[str, Any]:
    """For templates/indicators/pack.html."""
    (one,) = selectors.read([pack.pk])
    decisions = list(selectors.decisions_on([pack.pk]))
    buttons = engine.available(user, [pack])[pack.pk]
    holder = selectors.where([one], now=now)[pack.pk]
    allowed = {verb: buttons[verb] is None for verb in (*ACTS, route.AMEND, route.CANCEL, route.SUBMIT)}
    measured = one.measured()
    return {
        "pack": one,
        "title": one.unit,
        "quarter": quarter_label(one.year, one.quarter),
        "currency": symbol(one.currency),
        "indicators": indicator_rows(measured),
        "before": quarters_before(one),
        "alarms": len(alarms(measured)),
        "groups": figure_groups(one),
        "files": [file_row(file) for file in selectors.files_of(pack.pk)],
        "steps": steps(one, decisions, holder),
        "where": holder,
        "returned": returned(one, decisions),
        "history": [history_row(each) for each in reversed(decisions)],
        "actions": allowed,
        "refusal": _refusal(one, buttons, allowed),
        "return_targets": return_targets(one),
        "query": bool(allowed[route.RETURN] and one.state == route.SIGNED),
        "key": str(uuid4()),
        "entry_url": reverse("indicators:entry", args=[one.token]) if allowed[route.SUBMIT] else "",
        "reason": "",
        "ticked": [],
        "errors": [],
        "reason_error": "",
        "code_error": "",
        **(offered(user) if allowed[route.SIGN] else {}),
        "crumbs": [
            {"label": _("KPI packs"), "url": reverse("indicators:desk")},
            {"label": one.unit, "url": ""},
        ],
    }


def _refusal(one: Reading, buttons: Mapping[str, Any], allowed: Mapping[str, bool]) -> str:
    """Why the act that the pack waits for is not the reader's; empty when he has any, or when it waits for none."""
    tiers = law(one.route_id).tiers
    if any(allowed.values()) or one.state not in (route.SUBMITTED, route.VERIFIED, route.SIGNED):
        return ""
    refusal = buttons[tiers[one.tier].verb] if one.tier < len(tiers) else None
    return refusal_sentence(refusal.code, refusal.params) if refusal else ""


def figure_groups(one: Reading) -> list[dict[str, Any]]:
    """The figures by group, each with its note and the quarters before, the oldest first."""
    groups: dict[str, list[dict[str, Any]]] = {}
    for asked in one.form.fields:
        said = one.reported.get(asked.code)
        groups.setdefault(asked.group, []).append(
            {
                "code": asked.code,
                "name": labels.field_name(asked.code, asked.name),
                "value": shown(asked.kind, said.value if said else None),
                "note": said.note if said else "",
                "before": [shown(asked.kind, value) for value in before(one, asked)],
            }
        )
    return [{"name": labels.group_name(code), "rows": rows} for code, rows in groups.items()]


def before(one: Reading, asked: Field) -> list[Any]:
    """The same figure in the quarters before, the oldest first."""
    return [(one.quarters[ago] or {}).get(asked.code) for ago in range(SHOWN, 0, -1)]


def file_row(file: PackFile) -> dict[str, Any]:
    """For templates/components/files.html."""
    return {
        "id": file.pk,
        "name": file.original_name,
        "kind_label": file.mime.rpartition("/")[2].rpartition(".")[2].upper(),
        "size": size_text(file.bytes),
        "sha256": file.sha256,
        "url": reverse("indicators:file", args=[file.token]),
    }


def steps(one: Reading, decisions: Sequence[Decision], holder: Where) -> list[dict[str, Any]]:
    """One step for each tier of its route, and publication; done ones with the words of their decision."""
    tiers = law(one.route_id).tiers
    since = max((each.step for each in decisions if each.verb == route.SUBMIT), default=None)
    climb = [each for each in decisions if since is not None and each.step >= since]
    final = one.state in (route.PUBLISHED, route.SUPERSEDED)
    done = {each.tier: each for each in climb if each.verb in (route.SUBMIT, *route.DECIDING)}
    rows = []
    for number, tier in enumerate(tiers):
        passed = done.get(number) if final or number < one.tier else None
        waits = not final and number == one.tier and one.state != route.CANCELLED
        row = _step(tier.label or str(labels.TIERS[tier.verb]), passed, waits, holder)
        if waits and one.state == route.RETURNED:
            row["state"] = "returned"
        rows.append(row)
    published = next((each for each in reversed(climb) if each.verb == route.PUBLISH), None)
    rows.append(
        _step(_("Published"), published if final else None, not final and one.tier >= len(tiers), holder)
    )
    return rows


def _step(label: str, decision: Decision | None, waits: bool, holder: Where) -> dict[str, Any]:
    if decision:
        office = f"{CAPACITIES.get(decision.capacity, '')}{decision.post_title}"
        return {
            "label": label,
            "state": "done",
            "person": decision.actor_name,
            "office": office,
            "at": decision.at,
        }
    held = {"person": holder.person, "office": holder.office} if waits else {"person": "", "office": ""}
    return {"label": label, "state": "current" if waits else "todo", "at": None, **held}


def returned(one: Reading, decisions: Sequence[Decision]) -> dict[str, Any] | None:
    """For templates/components/returned.html."""
    last = selectors.return_of(one, decisions)
    if last is None:
        return None
    named = [mark.removeprefix("figure-") for mark in last.marks if mark.startswith("figure-")]
    return {
        "reason": last.reason,
        "person": last.person,
        "office": last.office,
        "at": last.at,
        "codes": named,
        "fields": [_name(one.form, code) for code in named if code in one.form.by_code],
    }


def history_row(one: Decision) -> dict[str, Any]:
    """For templates/components/history.html."""
    office = f"{CAPACITIES.get(one.capacity, '')}{one.post_title}, {one.unit_name}" if one.post_title else ""
    return {
        "title": f"{words.STATES[one.source]} {onward()} {words.STATES[one.target]}",
        "person": one.actor_name or _("the calendar"),
        "office": office,
        "at": one.at,
        "reason": one.reason,
        "hue": HUES.get(one.verb, GREEN),
    }


def return_targets(one: Reading) -> list[dict[str, str]]:
    """To whom a pack may be returned: its finance officer, and the tier before when there is one."""
    targets = [{"code": "officer", "label": _("the finance officer")}]
    if one.tier > 1:
        targets.append({"code": "previous", "label": _("the tier before")})
    return targets
