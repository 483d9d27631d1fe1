"""What is posted from a desk: acts on what was ticked or on all of a filter, reminders, and filters to keep or forget."""

from collections.abc import Callable, Mapping

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from approvals import desk_saved, services
from approvals.desk import TABS, Desk, version_of
from approvals.desk_bulk import decide_many
from approvals.desk_filters import LONGEST, Filter
from approvals.desk_pins import MOST, Pin, read_pin
from approvals.desk_reminding import Reminded, remind
from approvals.models import SigningBatch
from approvals.services import BatchRefused
from ledger.clock import now as database_now
from submissions.entering import tell_outcomes
from submissions.forms import ids_of, key_of, whole_number
from submissions.models import Period, Report
from wording.sentences import say
from workflow import route
from workflow.engine import KeyReused, Refused


def answer(request: HttpRequest, desk: Desk) -> HttpResponse:
    """Do what the page of a desk asks for."""
    doing = request.POST.get("do", "")
    return DOING.get(doing, _ticked)(request, desk)


def _filter_of(request: HttpRequest) -> Filter:
    """The filter that the posting page showed."""
    return Filter.of(QueryDict(request.POST.get("filter", "")[:LONGEST]), TABS)


def _back(desk: Desk, chosen: Filter, result: int | None = None) -> HttpResponse:
    """The desk again, with the same filter, and what came of the act."""
    query = chosen.query if chosen.values or chosen.sort or chosen.tab != TABS[0] else ""
    parts = [query, f"result={result}" if result else ""]
    tail = "&".join(part for part in parts if part)
    return redirect(f"{desk.url}?{tail}" if tail else desk.url)


def chosen_reports(request: HttpRequest, desk: Desk) -> dict[int, int]:
    """The ticked reports, each with the version that stood on the page; of those he may not see, nothing is said."""
    ids = ids_of(request.POST.getlist("report"))
    seen = list(
        Report.objects.visible_to(desk.user).filter(pk__in=ids).order_by("pk").values_list("pk", flat=True)
    )
    if ids and not seen:
        raise Http404
    return {pk: version_of(request.POST.get(f"version-{pk}", "")) for pk in seen}


def _ticked(request: HttpRequest, desk: Desk) -> HttpResponse:
    chosen = _filter_of(request)
    seen = chosen_reports(request, desk)
    if not seen:
        messages.error(request, say("decide.none_selected"))
        return _back(desk, chosen)
    if len(seen) > MOST:
        messages.error(request, say("desk.too_many", {"count": len(seen), "limit": MOST}))
        return _back(desk, chosen)
    return _decided(request, desk, Pin(chosen.query, seen))


def _all(request: HttpRequest, desk: Desk) -> HttpResponse:
    """All of a filter: first what that would be, counted from what the page showed; then, confirmed, the act."""
    pin = read_pin(desk.user, desk.verb, request.POST.get("pin", ""))
    if pin is None:
        messages.error(request, say("desk.pin"))
        return _back(desk, _filter_of(request))
    if not request.POST.get("confirmed"):
        return render(request, "approvals/inbox_all.html", desk.confirming(pin, key_of(request.POST)))
    # Who lost sight of a report since then is told nothing of it.
    visible = set(
        Report.objects.visible_to(desk.user).filter(pk__in=list(pin.seen)).values_list("pk", flat=True)
    )
    seen = {pk: version for pk, version in pin.seen.items() if pk in visible}
    return _decided(request, desk, Pin(pin.query, seen))


def _decided(request: HttpRequest, desk: Desk, pin: Pin) -> HttpResponse:
    chosen = Filter.of(QueryDict(pin.query), TABS)
    if desk.verb == route.SIGN:
        batch = _prepared(request, desk, pin.seen)
        return redirect("approvals:batch", batch.token) if batch else _back(desk, chosen)
    try:
        act = decide_many(
            actor=desk.user, verb=desk.verb, seen=pin.seen, query=pin.query, key=key_of(request.POST)
        )
    except KeyReused:
        messages.error(request, say("act.key"))
        return _back(desk, chosen)
    return _back(desk, chosen, act)


def _prepared(request: HttpRequest, desk: Desk, seen: Mapping[int, int]) -> SigningBatch | None:
    """Have the document of these reports prepared: one agency month at a time."""
    periods = list(Period.objects.filter(pk__in=Report.objects.filter(pk__in=seen).values("period")))
    if len(periods) != 1:
        messages.error(request, say("batch.one_month", {"count": len(periods)}))
        return None
    versions: dict[int, int | None] = dict(seen)
    try:
        return services.prepare(actor=desk.user, period=periods[0], versions=versions)
    except Refused as refused:
        tell_outcomes(request, refused.outcomes, _("Prepared"), versions)
    except BatchRefused as refused:
        messages.error(request, say(refused.code, refused.params))
    return None


def _remind(request: HttpRequest, desk: Desk) -> HttpResponse:
    """Remind one officer, or all of a filter; of what is missing at this desk and of nothing else."""
    chosen = _filter_of(request)
    reports = desk.all_of("missing")
    officer = request.POST.get("officer", "")
    if officer:
        reports = reports.filter(item__officer_post=whole_number(officer) or 0)
    found = list(Filter("missing", chosen.values).found(reports, database_now()))
    if not found:
        messages.error(request, say("desk.remind_none"))
    else:
        _told_of(request, remind(actor=desk.user, reports=found))
    return _back(desk, Filter("missing", chosen.values))


def _told_of(request: HttpRequest, done: Reminded) -> None:
    if done.told:
        params = {"count": len(done.told), "people": sorted(done.people)}
        messages.success(request, say("desk.reminded", params))
    for code, left_out in (
        ("desk.remind_today", done.today),
        ("desk.remind_nobody", done.nobody),
        ("desk.remind_locked", done.locked),
    ):
        if left_out:
            messages.warning(request, say(code, {"count": len(left_out)}))


def _keep(request: HttpRequest, desk: Desk) -> HttpResponse:
    chosen, name = _filter_of(request), request.POST.get("name", "")
    try:
        kept = desk_saved.keep(person=desk.user, desk=desk.verb, name=name, query=chosen.query)
        messages.success(request, say("desk.filter_kept", {"name": kept.name}))
    except desk_saved.NotKept as refused:
        messages.error(request, say(refused.code, refused.params))
    return _back(desk, chosen)


def _forget(request: HttpRequest, desk: Desk) -> HttpResponse:
    number = whole_number(request.POST.get("saved", "")) or 0
    if not desk_saved.forget(person=desk.user, desk=desk.verb, number=number):
        raise Http404
    messages.success(request, say("desk.filter_gone"))
    return _back(desk, _filter_of(request))


DOING: Mapping[str, Callable[[HttpRequest, Desk], HttpResponse]] = {
    "all": _all,
    "remind": _remind,
    "keep": _keep,
    "forget": _forget,
}
