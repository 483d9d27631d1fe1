"""A session that ended takes nothing with it that was typed, and leaves nothing on the device of who signed out.

What a person posts without a session, or with a token from before a new sign-in, comes back to him on a page that holds
it and sends it again. Secrets never come back, and nothing comes back to a page of another site.
"""

import re
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.views import csrf

FORMS = ("application/x-www-form-urlencoded", "multipart/form-data")
READING = ("GET", "HEAD", "OPTIONS", "TRACE")
SECRET = re.compile(r"pass|secret|otp|token$", re.IGNORECASE)
TOKEN = "csrfmiddlewaretoken"  # noqa: S105 - the name of the field
# What the page itself put into the form is sent again, but nobody typed it.
UNTYPED = re.compile(
    r"(^|-)(key|act|version|number_language|statement_version|select|show|q|evidence_kind)$|^version-|^remove_"
)
LABELS: dict[str, Promise] = {
    "increment": _("Physical progress"),
    "volume": _("Output of the month"),
    "status": _("Status"),
    "problem_text": _("What is wrong"),
    "follow_up_text": _("What will be done"),
    "follow_up_pic": _("Who will do it"),
    "follow_up_due": _("By when"),
    "public_note": _("Note for the public"),
    "reason": _("Reason"),
}


class EndedSessions:
    """Answers whoever acts after his session ended; at sign-out the device is wiped (Clear-Site-Data)."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        leaves = request.method == "POST" and request.path == reverse("account_logout")
        if leaves and not request.user.is_authenticated:
            response["Clear-Site-Data"] = '"cache", "storage"'
        return response

    def process_view(
        self, request: HttpRequest, view: Callable[..., HttpResponse], args: Any, kwargs: Any
    ) -> HttpResponse | None:
        """None for everybody who may go on; LoginRequiredMiddleware takes care of those who only read."""
        if request.user.is_authenticated or not getattr(view, "login_required", True):
            return None
        if "application/json" in request.headers.get("Accept", "") or not _is_form(request):
            return JsonResponse({"login": reverse("account_login")}, status=401)
        return None if _reads(request) or _secret(request) else _held(request, 401)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """A form of our own whose token is of an earlier sign-in may be sent again; a stranger's is refused plainly."""
    if not _same_origin(request):
        return csrf.csrf_failure(request, reason=reason)
    if not _is_form(request):
        return JsonResponse({"csrf": True}, status=403)
    return csrf.csrf_failure(request, reason=reason) if _secret(request) else _held(request, 403)


def _held(request: HttpRequest, status: int) -> HttpResponse:
    posted = [(name, text) for name, texts in request.POST.lists() for text in texts if name != TOKEN]
    typed = [(_label(name), text) for name, text in posted if text.strip() and not UNTYPED.search(name)]
    context = {
        "ended": not request.user.is_authenticated,
        "action": request.get_full_path(),
        "posted": posted,
        "typed": typed,
        "files": [(name, [file.name for file in files]) for name, files in request.FILES.lists()],
    }
    response = render(request, "account/session_ended.html", context, status=status)
    response["Cache-Control"] = "no-store"
    return response


def _label(name: str) -> str:
    """The name of a field as people know it; the name in the form where there is no other."""
    _report, _dash, cell = name.partition("-")
    known = LABELS.get(cell) or LABELS.get(cell.rpartition("-")[2]) or LABELS.get(name)
    if re.fullmatch(r"line-\d+", cell):
        known = _("Amount")
    return f"{known} ({name})" if known else name


def _reads(request: HttpRequest) -> bool:
    return request.method in READING


def _is_form(request: HttpRequest) -> bool:
    return _reads(request) or (request.method == "POST" and request.content_type in FORMS)


def _secret(request: HttpRequest) -> bool:
    return any(SECRET.search(name) for name in request.POST if name != TOKEN)


def _same_origin(request: HttpRequest) -> bool:
    """Whether the browser says that a page of this very site posts: Origin, or Referer where there is no Origin."""
    said = request.headers.get("Origin") or request.headers.get("Referer", "")
    try:
        theirs = urlsplit(said)
    except ValueError:
        return False
    return (theirs.scheme, theirs.netloc) == (request.scheme, request.get_host())
