"""The pages about routes: who oversees the whole government sees them, its central bureau's post changes them."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_http_methods

from approvals import route_services as services
from approvals import routes_pages as pages
from approvals.composing import SAVE, Draft, first_draft
from approvals.route_services import RouteRefused
from registry.models import Government, User
from registry.selectors import government_of
from submissions.resolving import days_ahead
from wording.sentences import say
from workflow.models import RouteVersion
from workflow.route import Refusal


def _overseen(request: HttpRequest) -> tuple[User, Government]:
    """The person and the government he oversees; 404 for everybody else."""
    user: User = request.user  # type: ignore[assignment]
    here = government_of(user) if services.may_see(user) else None
    if here is None:
        raise Http404
    return user, here


@require_GET
def index(request: HttpRequest) -> HttpResponse:
    """All routes."""
    user, here = _overseen(request)
    return render(request, "routes/index.html", pages.list_context(user, here))


@require_GET
def show(request: HttpRequest, code: str) -> HttpResponse:
    """One route, its newest version or the one asked for."""
    user, here = _overseen(request)
    version = _version(code, request.GET.get("version", ""))
    return render(request, "routes/show.html", pages.show_context(user, here, version))


def _version(code: str, number: str = "") -> RouteVersion:
    versions = RouteVersion.objects.filter(code=code.replace("\0", "")).order_by("-number")
    asked = number.isascii() and number.isdecimal() and len(number) < 9
    found = versions.filter(number=number).first() if asked else versions.first()
    if found is None:
        raise Http404
    return found


@require_http_methods(["GET", "POST"])
def compose(request: HttpRequest) -> HttpResponse:
    """The composer: each button sends the whole draft, and the page comes back with it changed."""
    user, here = _overseen(request)
    if request.method == "GET":
        return render(request, "routes/compose.html", pages.compose_context(user, here, _begun(request)))
    draft, search = Draft.sent(request.POST), request.POST.get("q", "").replace("\0", "")[:80]
    if request.POST.get("do") == SAVE:
        return _save(request, user, here, draft, search)
    draft = draft.edited(request.POST.get("do", ""))
    return render(request, "routes/compose.html", pages.compose_context(user, here, draft, search=search))


def _begun(request: HttpRequest) -> Draft:
    code, template = request.GET.get("route", ""), request.GET.get("from", "")
    if code:
        return Draft.from_version(_version(code))
    return first_draft(_version(template) if template else None)


def _save(request: HttpRequest, user: User, here: Government, draft: Draft, search: str) -> HttpResponse:
    try:
        version = services.save_version(actor=user, government=here, draft=draft)
    except RouteRefused as refused:
        why = Refusal(refused.code, refused.params)
        context = pages.compose_context(user, here, draft, search=search, refused=why)
        return render(request, "routes/compose.html", context, status=422)
    coming = days_ahead(here).coming
    said = say("compose.saved", {"route": str(version), "coming_month": f"{coming:%Y-%m}"})
    messages.success(request, said)
    return redirect("routes:show", version.code)


@require_http_methods(["GET", "POST"])
def units(request: HttpRequest, code: str) -> HttpResponse:
    """Let units follow a route: tick them, look at the dry run, then give it to them."""
    user, here = _overseen(request)
    version = get_object_or_404(RouteVersion.objects.filter(code=code).order_by("-number")[:1])
    data = request.POST if request.method == "POST" else request.GET
    ticked = {
        int(pk): data.get(f"seen-{pk}", "").replace("\0", "")[:20]
        for pk in data.getlist("unit")[:1000]
        if pk.isascii() and pk.isdecimal() and len(pk) < 16
    }
    errors = []
    if request.method == "POST" and data.get("do") == "give":
        errors = _give(request, user, here, version, ticked)
        if not errors:
            return redirect("routes:show", version.code)
    search = data.get("q", "").replace("\0", "")[:80]
    context = pages.units_context(
        user, here, version, search=search, page=data.get("page", ""), ticked=ticked, errors=errors
    )
    return render(request, "routes/units.html", context, status=422 if errors else 200)


def _give(
    request: HttpRequest, user: User, here: Government, version: RouteVersion, ticked: dict[int, str]
) -> list[str]:
    """Give the route to the ticked units; what stands in the way, in sentences."""
    if not ticked:
        return [say("compose.no_units")]
    try:
        changed = services.give_route(actor=user, government=here, code=version.code, units=ticked)
    except RouteRefused as refused:
        return [say(refused.code, refused.params)]
    messages.success(request, say("compose.given", {"route": version.code, "count": changed}))
    if changed < len(ticked):
        messages.warning(request, say("compose.passed_over", {"count": len(ticked) - changed}))
    return []


@require_GET
def drawings(request: HttpRequest) -> HttpResponse:
    """The calendar of a month, and the request flow."""
    _, here = _overseen(request)
    return render(request, "routes/drawings.html", pages.drawings_context(here))
