"""What the pages of keeping show, and what their forms do: shapes as each template says."""

import hashlib
import json
from collections.abc import Sequence
from typing import Any

from django.core.paginator import Paginator
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _

from approvals.keeping import law, selectors, services, things
from approvals.keeping.forms import Draft
from approvals.keeping.law import Authority, KeepingRefused
from approvals.models import Disposal, DisposalItem, Hold, SigningBatch, YearBundle
from registry.models import FiscalYear, Government, Unit, User
from submissions.evidence_rows import size_text
from submissions.models import Evidence
from wording.sentences import say

ROWS = 100
STATES = {
    Disposal.State.LISTED: ("amber", "clock"), Disposal.State.APPROVED: ("violet", "clock"),
    Disposal.State.DONE: ("green", "check"), Disposal.State.CANCELLED: ("", "cross"),
}  # fmt: skip


def crumbs(*below: tuple[str, str]) -> list[dict[str, str]]:
    """The way back from a page of keeping."""
    above = ((_("Keeping"), reverse("keeping:index")), *below)
    return [{"label": label, "url": url} for label, url in above]


def index_context(authority: Authority, government: Government, measured: str) -> dict[str, Any]:
    """For templates/keeping/index.html."""
    rows = selectors.overview(authority, government, measured)
    waiting = law.visible_disposals(authority).filter(state=Disposal.State.LISTED)
    return {
        "rows": [_held(one) for one in rows],
        "terms": selectors.terms(),
        "holds": list(law.visible_holds(authority).filter(released_at=None).order_by("-pk")[:10]),
        "waiting": list(waiting.order_by("-pk")[:10]),
        "authority": authority,
    }


def _held(one: selectors.Held) -> dict[str, Any]:
    return {
        "year": one.year.label,
        "label": one.label,
        "count": one.count,
        "size": "" if one.size is None else size_text(one.size),
        "measure": f"?measure={one.year.label}" if one.measurable else "",
        "held": one.held,
        "gone": one.gone,
        "until": one.until,
        "logs": one.kind == "logs",
    }


# --- Holds -----------------------------------------------------------------------------------------------


def holds_context(authority: Authority, government: Government, draft: Draft) -> dict[str, Any]:
    """For templates/keeping/holds.html."""
    return {
        "rows": selectors.holds(authority),
        "may_place": bool(authority.paths),
        "units": _options(selectors.units_for(authority, authority.paths), draft.text("unit")),
        "years": _years(government, draft.text("fiscal_year")),
        "typed": draft.typed,
        "errors": draft.errors,
        "wrong": draft.wrong,
        "crumbs": crumbs((_("Legal holds"), "")),
    }


def place(user: User, authority: Authority, government: Government, draft: Draft) -> Hold | None:
    """The hold that was placed; None when it was refused, with the reason in the draft."""
    units = selectors.units_for(authority, authority.paths)
    unit, report = draft.unit(units), draft.report(units)
    year = draft.year(list(FiscalYear.objects.filter(government=government)), needed=False)
    if unit is None or draft.errors:
        return None
    try:
        return services.place_hold(
            actor=user, unit=unit, fiscal_year=year, report=report, reason=draft.text("reason"),
            reference=draft.text("reference")[:80],
        )  # fmt: skip
    except KeepingRefused as refused:
        draft.refused(refused)
    return None


def hold_context(authority: Authority, hold: Hold, draft: Draft) -> dict[str, Any]:
    """For templates/keeping/hold.html."""
    return {
        "hold": hold,
        "may_release": hold.released_at is None and authority.may_release(hold),
        "typed": draft.typed,
        "errors": draft.errors,
        "wrong": draft.wrong,
        "crumbs": crumbs((_("Legal holds"), reverse("keeping:holds")), (hold.reference, "")),
    }


def release(user: User, hold: Hold, draft: Draft) -> bool:
    """Whether the hold was released; the reason of a refusal is in the draft."""
    try:
        services.release_hold(
            actor=user, hold=hold, reason=draft.text("reason"), reference=draft.text("reference")[:80]
        )
    except KeepingRefused as refused:
        draft.refused(refused)
    return not draft.errors


def _options(units: Sequence[Unit], chosen: str) -> list[tuple[int, str, bool]]:
    return [(one.pk, f"{'· ' * (one.path.count('/') - 2)}{one.name}", str(one.pk) == chosen) for one in units]


def _years(government: Government, chosen: str) -> list[tuple[int, str, bool]]:
    years = FiscalYear.objects.filter(government=government).order_by("-start_date")
    return [(one.pk, one.label, str(one.pk) == chosen) for one in years]


# --- Lists of what may go --------------------------------------------------------------------------------


def disposals_context(
    request: HttpRequest, authority: Authority, government: Government, draft: Draft
) -> dict[str, Any]:
    """For templates/keeping/disposals.html."""
    rows = law.visible_disposals(authority).order_by("-pk")
    page = Paginator(rows, ROWS).get_page(request.GET.get("page"))
    latest = selectors.latest_days(services.day_in(government))
    return {
        "page": page,
        "base": "",
        "rows": [_listed(one) for one in page],
        "may_list": authority.bureau,
        "units": _options(selectors.units_for(authority, authority.bureaus), draft.text("unit")),
        "kinds": [
            (value, label, latest[value], value == draft.text("kind"))
            for value, label in Disposal.Kind.choices
        ],
        "typed": draft.typed,
        "errors": draft.errors,
        "wrong": draft.wrong,
        "crumbs": crumbs((_("Disposal"), "")),
    }


def _listed(one: Disposal) -> dict[str, Any]:
    hue, icon = STATES[Disposal.State(one.state)]
    return {
        "list": one,
        "url": reverse("keeping:disposal", args=[one.token]),
        "size": size_text(one.size),
        "hue": hue,
        "icon": icon,
    }


def list_things(user: User, authority: Authority, draft: Draft) -> Disposal | None:
    """The list that was made; None when it was refused, with the reason in the draft."""
    unit = draft.unit(selectors.units_for(authority, authority.bureaus))
    kind, before = draft.kind(), draft.day("before")
    if unit is None or kind is None or before is None:
        return None
    try:
        return services.list_things(actor=user, kind=kind, unit=unit, before=before)
    except KeepingRefused as refused:
        draft.refused(refused)
    return None


def disposal_context(
    request: HttpRequest, authority: Authority, listed: Disposal, draft: Draft
) -> dict[str, Any]:
    """For templates/keeping/disposal.html."""
    waits = listed.state == Disposal.State.LISTED
    held = services.held_now(listed) if waits else 0
    page = Paginator(listed.items.order_by("pk"), ROWS).get_page(request.GET.get("page"))
    may_cancel = authority.may_list(listed.unit) or authority.may_approve(listed)
    return _listed(listed) | {
        "page": page,
        "base": "",
        "items": shown(list(page)),
        "held": held,
        "seen": services.mark_of(listed, held) if waits else "",
        "may_approve": waits and authority.may_approve(listed),
        "own": waits and listed.listed_by_id == authority.person,
        "may_cancel": waits and may_cancel,
        "gone": listed.items.exclude(disposed_at=None).count(),
        "spared": listed.items.exclude(spared="").count(),
        "typed": draft.typed,
        "errors": draft.errors,
        "wrong": draft.wrong,
        "crumbs": crumbs((_("Disposal"), reverse("keeping:disposals")), (str(listed.get_kind_display()), "")),
    }


def shown(items: Sequence[DisposalItem]) -> list[dict[str, Any]]:
    """Things as people know them; two statements for any number."""
    files = Evidence.objects.select_related("report__item__unit", "report__period").in_bulk(
        [one.row for one in items if one.what == things.EVIDENCE]
    )
    batches = SigningBatch.objects.in_bulk(
        [one.row for one in items if one.what in (things.SIGNED, things.PREPARED)]
    )
    return [
        {
            "item": one,
            "name": _name(one, files, batches),
            "size": size_text(one.size),
            "why": say(one.spared) if one.spared else "",
        }
        for one in items
    ]


def _name(one: DisposalItem, files: dict[int, Evidence], batches: dict[int, SigningBatch]) -> str:
    if one.what == things.EVIDENCE and one.row in files:
        file = files[one.row]
        item = file.report.item
        return f"{file.original_name}, {item.unit.name}, {item.sub_activity_code}, {file.report.period}"
    if one.what in (things.SIGNED, things.PREPARED) and one.row in batches:
        return batches[one.row].document_no
    return f"{one.what} {one.row}"


def act(user: User, listed: Disposal, draft: Draft) -> bool:
    """Approve a list or withdraw it, by the button that was pressed; the reason of a refusal is in the draft."""
    try:
        if draft.text("do") == "cancel":
            services.cancel(actor=user, listed=listed, reason=draft.text("reason"))
        elif day := draft.day("minutes_date"):
            services.approve(
                actor=user, listed=listed, minutes_no=draft.text("minutes_no")[:80], minutes_date=day,
                seen=draft.text("seen"),
            )  # fmt: skip
    except KeepingRefused as refused:
        draft.refused(refused)
    return not draft.errors


def receipt_context(listed: Disposal) -> dict[str, Any]:
    """For templates/keeping/receipt.html: the kept text itself, laid out to be printed."""
    told = json.loads(listed.receipt)
    return {
        "list": listed,
        "told": told,
        "spared": [one | {"why": say(one["reason"])} for one in told["spared"]],
        "size": size_text(told["disposed_bytes"]),
        "sha256": hashlib.sha256(listed.receipt.encode()).hexdigest(),
        "crumbs": crumbs(
            (_("Disposal"), reverse("keeping:disposals")),
            (str(listed.get_kind_display()), reverse("keeping:disposal", args=[listed.token])),
            (_("Receipt"), ""),
        ),
    }


# --- Bundles ---------------------------------------------------------------------------------------------


def bundles_context(authority: Authority, government: Government, draft: Draft) -> dict[str, Any]:
    """For templates/keeping/bundles.html."""
    rows, being_made = law.visible_bundles(authority)[:ROWS], services.being_made()
    return {
        "rows": [_bundle(one, waits=one.pk in being_made, whole=authority.whole) for one in rows],
        "may_ask": authority.bureau,
        "units": _options(selectors.units_for(authority, authority.bureaus), draft.text("unit")),
        "years": _years(government, draft.text("fiscal_year")),
        "typed": draft.typed,
        "errors": draft.errors,
        "wrong": draft.wrong,
        "crumbs": crumbs((_("Yearly bundles"), "")),
    }


def _bundle(one: YearBundle, *, waits: bool, whole: bool) -> dict[str, Any]:
    told = json.loads(one.manifest) if one.manifest else {"counts": {}, "missing": []}
    given_up = "" if one.made_at or waits else "bundle.given_up"
    why = one.refused or given_up
    return {
        "bundle": one,
        "size": size_text(one.size) if one.made_at else "",
        "refused": say(why) if why else "",
        "counts": told["counts"],
        "missing": len(told["missing"]),
        "url": reverse("keeping:bundle_zip", args=[one.token]) if one.file and whole else "",
        "manifest_url": reverse("keeping:manifest_json", args=[one.token]) if one.manifest else "",
    }


def ask_bundle(user: User, authority: Authority, government: Government, draft: Draft) -> YearBundle | None:
    """The bundle that was asked for; None when it was refused, with the reason in the draft."""
    unit = draft.unit(selectors.units_for(authority, authority.bureaus))
    year = draft.year(list(FiscalYear.objects.filter(government=government)), needed=True)
    if unit is None or year is None:
        return None
    try:
        return services.ask_bundle(
            actor=user, year=year, unit=unit, with_evidence=draft.text("with_evidence") == "yes"
        )
    except KeepingRefused as refused:
        draft.refused(refused)
    return None
