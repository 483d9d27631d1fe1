"""The pages of requests and grants. Strangers do not find them."""

from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from approvals import asking, asking_law
from approvals.asking_corrections import correction_of
from approvals.asking_forms import draft_of
from approvals.models import Request
from registry.models import User


@require_GET
def requests(request: HttpRequest) -> HttpResponse:
    """What waits for me, what I asked for, and what may be asked for."""
    user: User = request.user  # type: ignore[assignment]
    return render(request, "requests/list.html", asking.list_context(request, user))


@require_http_methods(["GET", "POST"])
def new(request: HttpRequest, kind: str) -> HttpResponse:
    """A new request of one kind, for who may ask for it."""
    user: User = request.user  # type: ignore[assignment]
    draft = draft_of(request, user, kind)
    if draft is None:
        raise Http404
    if request.method == "POST" and (case := asking.send(request, draft)):
        return redirect("requests:request", case.token)
    return render(request, "requests/new.html", draft.context(), status=422 if draft.errors else 200)


@require_http_methods(["GET", "POST"])
def correct(request: HttpRequest) -> HttpResponse:
    """A new correction: the values of published reports and what shall stand there instead; its posts name them one by one."""
    user: User = request.user  # type: ignore[assignment]
    draft = correction_of(request, user)
    if draft is None:
        raise Http404
    if request.method == "POST" and not draft.adding and (case := asking.send(request, draft)):
        return redirect("requests:request", case.token)
    return render(request, "requests/correct.html", draft.context(), status=422 if draft.errors else 200)


@require_http_methods(["GET", "POST"])
def one(request: HttpRequest, token: str) -> HttpResponse:
    """One request: what was asked, where it stands, who has to answer, what came of it."""
    user: User = request.user  # type: ignore[assignment]
    case = _seen(user, token)
    refused = asking.act_on(request, user, case) if request.method == "POST" else None
    if request.method == "POST" and refused is None:
        return redirect("requests:request", token)
    context = asking.request_context(user, case) | (refused or {})
    return render(request, "requests/request.html", context, status=422 if refused else 200)


@require_GET
def file(request: HttpRequest, token: str) -> FileResponse:
    """The file of a request, to those who may see it; always downloaded."""
    user: User = request.user  # type: ignore[assignment]
    case = _seen(user, token)
    try:
        content = case.file.open("rb")
    except (FileNotFoundError, ValueError) as error:
        raise Http404 from error
    response = FileResponse(content, as_attachment=True, filename=case.file_name)
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return response


@require_GET
def watch(request: HttpRequest) -> HttpResponse:
    """Steps that failed or that nobody fired, for who runs the system or oversees."""
    return render(request, "requests/watch.html", asking.watch_context(_watcher(request)))


@require_POST
def retry(request: HttpRequest, task: int) -> HttpResponse:
    """Try a stuck step again."""
    asking.try_again(request, _watcher(request), task)
    return redirect("requests:watch")


def _watcher(request: HttpRequest) -> User:
    user: User = request.user  # type: ignore[assignment]
    if not asking.may_watch(user):
        raise Http404
    return user


def _seen(user: User, token: str) -> Request:
    visible = asking_law.visible_to(user).select_related(
        "agency", "fiscal_year__government", "asked_by", "person"
    )
    return get_object_or_404(visible, token=token)
