"""What the pages about routes show: plain dictionaries for the templates."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.core.paginator import Paginator
from django.db.models import Count, Exists, OuterRef, Q, QuerySet
from django.urls import reverse
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from approvals.composing import MOST_CONDITIONS, Asked, Draft, Row
from approvals.drawings import FACTS, OPERATORS, SCOPES, Drawn, of_month, of_requests, of_route
from approvals.route_services import may_compose
from approvals.trying import SHOWN_TROUBLES, SHOWN_UNITS, Trial, changes, sample, tiers_of, tried
from registry.models import BudgetItem, BudgetLine, FiscalYear, Government, Post, Unit, User
from submissions.calendar import policy_of
from submissions.moments import due_moments
from submissions.resolving import Use, days_ahead, uses_of
from submissions.selectors import month_label
from wording import words
from wording.sentences import say
from workflow.map import FACTS as TESTS
from workflow.map import ORDER
from workflow.models import RouteVersion
from workflow.route import Refusal, Route

PAGE_SIZE = 50
CONDITION_ROWS = 2  # empty ones that a tier shows beside those it has


def list_context(user: User, here: Government) -> dict[str, Any]:
    """All routes with their newest versions, and how many units follow each."""
    follow = dict(_reporting(here).values_list("route_code").annotate(units=Count("pk")).order_by())
    newest = RouteVersion.objects.select_related("made_by").order_by("code", "-number").distinct("code")
    rows = [
        {
            "code": one.code,
            "name": one.name,
            "number": one.number,
            "made_at": one.made_at,
            "made_by": one.made_by.name if one.made_by else "",
            "tiers": len(one.tiers),
            "units": follow.get(one.code, 0),
            "url": reverse("routes:show", args=[one.code]),
        }
        for one in newest
    ]
    return {"rows": rows, "may_compose": may_compose(user), "crumbs": [{"label": _("Routes"), "url": ""}]}


def _reporting(here: Government) -> QuerySet[Unit]:
    """Units that have sub-activities, or a route that is not the usual one."""
    items = BudgetItem.objects.filter(unit=OuterRef("pk"))
    return Unit.objects.filter(Exists(items) | Q(kind=Unit.Kind.PUBLIC_ENTITY), government=here)


def show_context(user: User, here: Government, version: RouteVersion) -> dict[str, Any]:
    """One version: its drawing, its rows, the other versions, and the units that follow the route."""
    versions = RouteVersion.objects.filter(code=version.code).select_related("made_by").order_by("-number")
    units = _reporting(here).filter(route_code=version.code)
    return {
        "route": version,
        "drawn": drawn(version.law, here, str(version)),
        "versions": [
            {"number": one.number, "made_at": one.made_at, "by": one.made_by.name if one.made_by else "",
             "url": f"{reverse('routes:show', args=[one.code])}?version={one.number}", "current": one.pk == version.pk}
            for one in versions
        ],
        "units": units[:PAGE_SIZE],
        "count": units.count(),
        "newest": versions[0].number == version.number,
        "may_compose": may_compose(user),
        "crumbs": [{"label": _("Routes"), "url": reverse("routes:index")}, {"label": str(version), "url": ""}],
    }  # fmt: skip


def drawn(law: Route, here: Government, title: str, *, sound: bool = True) -> Drawn:
    """The drawing of a route of this government."""
    return of_route(
        law, name="route", title=title, currency=here.currency, units=_names(law, here), sound=sound
    )


def _names(law: Route, here: Government) -> dict[str, str]:
    codes = [tier.unit for tier in law.tiers if tier.unit]
    return (
        dict(Unit.objects.filter(government=here, code__in=codes).values_list("code", "name"))
        if codes
        else {}
    )


# --- Composing ------------------------------------------------------------------------------------------


def compose_context(
    user: User, here: Government, draft: Draft, *, search: str = "", refused: Refusal | None = None
) -> dict[str, Any]:
    """The form with what was typed, what is wrong with it beside each tier, its drawing and its dry run."""
    faults = draft.faults(list(Unit.objects.filter(government=here).values_list("code", flat=True)))
    base = RouteVersion.objects.filter(code=draft.code, number=draft.base).first() if draft.base else None
    readable = all(one.code != "fault.form" for one in faults)
    sound = not any(one.code.startswith("fault.") for one in faults)
    title = f"{draft.code} {draft.base + 1}".strip()
    context: dict[str, Any] = {
        "draft": draft,
        "tiers": [_tier(number, row, faults) for number, row in enumerate(draft.rows)],
        "choices": _choices(here),
        "general": [_said(one, here) for one in faults if "tier" not in one.params],
        "errors": _errors(faults, refused, here) if refused else [],
        "drawn": drawn(draft.law, here, title, sound=sound) if readable else None,
        "changes": [],
        "base": base,
        "search": search,
        "may_compose": may_compose(user),
        "crumbs": _compose_crumbs(draft, base),
    }
    if not faults:
        names = _names(draft.law, here)
        context["changes"] = (
            changes(base.law if base else None, draft.law, here.currency, names) if base else []
        )
        context["trial"] = trial_context(_trial(here, draft), here, search)
    return context


def _compose_crumbs(draft: Draft, base: RouteVersion | None) -> list[dict[str, str]]:
    first = {"label": _("Routes"), "url": reverse("routes:index")}
    if base is None:
        return [first, {"label": _("A new route"), "url": ""}]
    shown = {"label": str(base), "url": reverse("routes:show", args=[base.code])}
    return [first, shown, {"label": _("The next version"), "url": ""}]


def _trial(here: Government, draft: Draft) -> Trial:
    ahead = days_ahead(here)
    law = draft.law
    uses = uses_of(here, ahead.span, {draft.code: law}).get(draft.code, [])
    return tried(here, ahead.span, law, uses)


def trial_for(here: Government, law: Route, units: Sequence[int]) -> Trial:
    """A dry run for chosen units, whatever route they follow now."""
    ahead = days_ahead(here)
    found: dict[str, list[Use]] = uses_of(here, ahead.span, {}, units)
    uses = [use for some in found.values() for use in some]
    by_item = any(tier.scope == "item" for tier in law.tiers)
    return tried(here, ahead.span, law, [use for use in uses if use.items or not by_item])


def trial_context(trial: Trial, here: Government, search: str) -> dict[str, Any]:
    """For templates/routes/trial.html."""
    return {
        "units": len(trial.units),
        "items": trial.items,
        "first": trial.offices.span.first,
        "last": trial.offices.span.last,
        "tiers": tiers_of(trial, here.currency, _names(trial.law, here)),
        "sample": sample(trial, search),
        "most": SHOWN_UNITS,
        "blocking": len(trial.blocking),
        "noted": len(trial.troubles) - len(trial.blocking),
        "troubles": [{"sentence": _said(one.refusal, here), "blocks": one.blocks} for one in trial.troubles[:SHOWN_TROUBLES]],
        "more": max(len(trial.troubles) - SHOWN_TROUBLES, 0),
    }  # fmt: skip


def _said(one: Refusal, here: Government) -> str:
    return say(one.code, one.params, here.currency)


def _errors(faults: Sequence[Refusal], refused: Refusal, here: Government) -> list[dict[str, str]]:
    fields = {"compose.code": "code", "compose.name": "name"}
    first = {"field": fields.get(refused.code, ""), "sentence": _said(refused, here)}
    rest = [
        {"field": f"tier-{one.params['tier']}" if "tier" in one.params else "", "sentence": _said(one, here)}
        for one in faults
    ]
    return [first, *rest]


def _tier(number: int, row: Row, faults: Sequence[Refusal]) -> dict[str, Any]:
    spare = [Asked()] * min(CONDITION_ROWS, MOST_CONDITIONS + 1 - len(row.when))
    return {
        "number": number,
        "typed": row.typed,
        "when": list(enumerate([*row.when, *spare])),
        "asks": bool(row.when),
        "faults": [say(one.code, one.params) for one in faults if one.params.get("tier") == number],
    }


def _choices(here: Government) -> dict[str, Any]:
    """What the lists of the form offer; each entry is (code, words)."""
    funds = BudgetLine.objects.filter(item__unit__government=here).values_list("fund_source", flat=True)
    tests = [
        (f"{fact} {op}", capfirst(f"{FACTS[fact]} {OPERATORS[op]}"))
        for fact, ops in TESTS.items()
        for op in ops
    ]
    return {
        "verbs": [(verb, capfirst(str(words.STEPS[verb]))) for verb in ORDER],
        "roles": Post.Role.choices,
        "scopes": [(scope, capfirst(str(said))) for scope, said in SCOPES.items()],
        "tests": tests,
        "kinds": Unit.Kind.choices,
        "funds": sorted(set(funds.distinct())),
    }


# --- Units, and drawings ---------------------------------------------------------------------------------


def units_context(
    user: User, here: Government, version: RouteVersion, *, search: str, page: str, ticked: Mapping[int, str],
    errors: Sequence[str] = (),
) -> dict[str, Any]:  # fmt: skip
    """Units to choose from, with the route each follows, and the dry run for those that are ticked."""
    units = _reporting(here).order_by("code")
    for word in search.split():
        units = units.filter(Q(name__icontains=word) | Q(code__icontains=word) | Q(route_code__iexact=word))
    found = Paginator(units, PAGE_SIZE).get_page(page)
    return {
        "route": version,
        "page": found,
        "base": f"q={search}&" if search else "",
        "rows": [{"unit": one, "ticked": one.pk in ticked} for one in found],
        "search": search,
        "errors": [{"field": "", "sentence": one} for one in errors],
        "trial": trial_context(trial_for(here, version.law, list(ticked)), here, "") if ticked else None,
        "may_compose": may_compose(user),
        "crumbs": [
            {"label": _("Routes"), "url": reverse("routes:index")},
            {"label": str(version), "url": reverse("routes:show", args=[version.code])},
            {"label": _("Units"), "url": ""},
        ],
    }


def drawings_context(here: Government) -> dict[str, Any]:
    """The calendar of the coming month, and the request flow."""
    coming = days_ahead(here).coming
    years = FiscalYear.objects.filter(government=here, start_date__lte=coming).select_related("government")
    year = years.order_by("start_date").last()
    label = month_label(coming)
    return {
        "month": of_month(due_moments(policy_of(year), coming), name="month", title=label) if year else None,
        "requests": of_requests(name="requests"),
        "crumbs": [
            {"label": _("Routes"), "url": reverse("routes:index")},
            {"label": _("Drawings"), "url": ""},
        ],
    }
