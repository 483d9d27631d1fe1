"""The page of one's own keys: those there are, a new one that is shown once, and taking one back."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from allauth.account.adapter import get_adapter
from allauth.account.internal.flows.reauthentication import is_reauthentication_required
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_variables
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from ledger.clock import now
from portal.api import tokens
from portal.api.tokens import TokenRefused
from portal.models import ApiToken
from registry.models import User
from submissions.forms import whole_number
from wording.sentences import say

SHOWN = 50
FIELDS = {"api.name": "name", "api.days": "days", "api.scope": "scope"}
View = Callable[..., HttpResponse]


def _confirmed(view: View) -> View:
    """Only for who has just shown that it is he: a key outlives the session in which it is made."""

    @wraps(view)
    def asked(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if is_reauthentication_required(request, app="account"):
            methods = get_adapter(request).get_reauthentication_methods(request.user)
            return redirect(f"{methods[0]['url']}?{urlencode({'next': request.path})}")
        return view(request, *args, **kwargs)

    return asked


@require_GET
def index(request: HttpRequest) -> HttpResponse:
    """One's own keys, the newest first."""
    user: User = request.user  # type: ignore[assignment]
    at = now()
    rows = [
        {"token": one, "state": _state(one, at), "open": one.revoked_at is None and one.expires_at > at}
        for one in ApiToken.objects.filter(person=user)[:SHOWN]
    ]
    return render(request, "portal/api/tokens.html", {"rows": rows, "description": reverse("api:openapi")})


def _state(one: ApiToken, at: Any) -> dict[str, str]:
    if one.revoked_at:
        return {"hue": "", "icon": "cross", "word": _("taken back")}
    if one.expires_at <= at:
        return {"hue": "", "icon": "clock", "word": _("ended")}
    return {"hue": "green", "icon": "check", "word": _("in force")}


@never_cache
@require_http_methods(["GET", "POST"])
@_confirmed
@sensitive_variables("secret")
def new(request: HttpRequest) -> HttpResponse:
    """A new key; its secret is shown in the answer and never again."""
    user: User = request.user  # type: ignore[assignment]
    typed = {"name": "", "scope": str(ApiToken.Scope.READ), "days": str(tokens.USUAL_DAYS)}
    errors: list[dict[str, str]] = []
    if request.method == "POST":
        typed = {name: request.POST.get(name, "") for name in typed}
        try:
            made, secret = tokens.issue(
                person=user,
                name=typed["name"],
                scope=typed["scope"],
                days=whole_number(typed["days"], 5) or 0,
                by=user,
            )
            return render(request, "portal/api/token_made.html", {"token": made, "secret": secret})
        except TokenRefused as refused:
            field = FIELDS.get(refused.code, "")
            errors.append({"field": field, "sentence": say(refused.code, refused.params)})
    context = {
        "typed": typed,
        "errors": errors,
        "wrong": {one["field"]: one["sentence"] for one in errors},
        "scopes": ApiToken.Scope.choices,
        "longest": tokens.LONGEST_NAME,
        "longest_days": tokens.LONGEST_DAYS,
        "crumbs": [
            {"label": _("Keys for programs"), "url": reverse("tokens:list")},
            {"label": _("New key"), "url": ""},
        ],
    }
    return render(request, "portal/api/token_new.html", context, status=422 if errors else 200)


@require_POST
def revoke(request: HttpRequest, number: int) -> HttpResponse:
    """Take a key of one's own back."""
    user: User = request.user  # type: ignore[assignment]
    found = get_object_or_404(ApiToken, pk=number, person=user)
    tokens.revoke(actor=user, token=found)
    messages.success(request, say("api.revoked", {"name": found.name}))
    return redirect("tokens:list")
