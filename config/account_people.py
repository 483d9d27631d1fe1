"""What an administrator does with another person's keys: he can take away and send a link, and never use one.

He sets no password, sees no secret and signs in as nobody else. Whatever he does is in the ledger with his name, and its
person is told.
"""

from typing import Any

from allauth.mfa.models import Authenticator
from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from approvals import account_notices, factors
from config import devices
from config.account_views import confirmed
from config.accounts import keys_changed
from ledger.recording import recorded
from registry.models import User


class RemovalForm(forms.Form):
    """Why the second factor of somebody is taken away; he reads it."""

    reason = forms.CharField(
        label=gettext_lazy("Reason"),
        min_length=10,
        max_length=300,
        help_text=gettext_lazy("At least 10 characters. The person reads it, and it stays on the record."),
        widget=forms.Textarea(attrs={"rows": 2}),
    )


@require_http_methods(["GET", "POST"])
@never_cache
def person(request: HttpRequest, pk: int) -> HttpResponseBase:
    """To everybody but superusers this place does not exist."""
    if not (isinstance(request.user, User) and request.user.is_superuser):
        raise Http404
    return _person(request, request.user, get_object_or_404(User, pk=pk))


@confirmed
def _person(request: HttpRequest, administrator: User, whose: User) -> HttpResponse:
    """Somebody's keys as the administrator may see them: which there are, and since when."""
    form = RemovalForm(request.POST if request.POST.get("act") == "remove" else None)
    if request.method == "POST":
        if request.POST.get("act") == "link":
            return _send_link(request, administrator, whose)
        if request.POST.get("act") == "end":
            return _end_sessions(request, administrator, whose)
        if form.is_valid():
            return _remove(request, administrator, whose, form.cleaned_data["reason"])
    kinds = {
        factors.TOTP: _("Authenticator app"),
        factors.PASSKEY: _("Passkey"),
        factors.CODES: _("Recovery codes"),
    }
    context = {
        "whose": whose,
        "form": form,
        "factors": [
            {"kind": kinds[one.type], "since": one.created_at, "used": one.last_used_at}
            for one in Authenticator.objects.filter(user=whose).order_by("created_at", "pk")
        ],
        "sessions": len(devices.sessions_of(whose, "")),
        "mine": whose == administrator,
    }  # fmt: skip
    status = 422 if form.errors else 200
    return render(request, "account/person.html", context, status=status)


def _send_link(request: HttpRequest, administrator: User, whose: User) -> HttpResponse:
    """The person alone gets it, by mail; until he uses it his password stays as it is."""
    if not whose.email:
        messages.error(request, _("This account has no e-mail address. Enter one first, then send the link."))
        return redirect("account_of_person", whose.pk)
    with recorded(administrator):
        account_notices.announce(whose, "link_sent", person=administrator.name)
        account_notices.send_link(whose)
    messages.success(request, _("A link with which the password is set, once, is on its way."))
    return redirect("account_of_person", whose.pk)


def _end_sessions(request: HttpRequest, administrator: User, whose: User) -> HttpResponse:
    keys_changed(request, whose, "sessions_ended", person=administrator.name)
    messages.success(request, _("All sessions of this person have ended."))
    return redirect("account_of_person", whose.pk)


def _remove(request: HttpRequest, administrator: User, whose: User, reason: str) -> HttpResponse:
    """All factors at once: whoever lost his phone sets up everything anew, and until then he decides nothing."""
    told: dict[str, Any] = {"person": administrator.name, "reason": reason}
    with recorded(administrator, reason):
        Authenticator.objects.filter(user=whose).delete()
        keys_changed(request, whose, "factors_removed", **told)
    messages.success(request, _("The second factors were removed. The person has been told."))
    return redirect("account_of_person", whose.pk)
