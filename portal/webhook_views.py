"""The pages of webhooks, for who runs the system or holds the bureau's post; nobody else finds them."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_variables
from django.views.decorators.http import require_http_methods

from portal import webhook_pages as pages
from portal import webhooks
from registry.models import User


@never_cache
@require_http_methods(["GET", "POST"])
@sensitive_variables("made", "secret")
def index(request: HttpRequest) -> HttpResponse:
    """All webhooks, and a new one; its secret is shown in the answer and never again."""
    user = _manager(request)
    draft = pages.Draft.of(request.POST) if request.method == "POST" else pages.Draft()
    made = pages.register(user, draft) if request.method == "POST" else None
    if made:
        hook, secret = made
        return render(request, "portal/webhook.html", pages.webhook_context(request, hook, secret))
    status = 422 if draft.errors else 200
    return render(request, "portal/webhooks.html", pages.list_context(user, draft), status=status)


@never_cache
@require_http_methods(["GET", "POST"])
@sensitive_variables("secret")
def one(request: HttpRequest, token: str) -> HttpResponse:
    """One webhook: what it is told, what became of each message, and what can be done about it."""
    user = _manager(request)
    hook = get_object_or_404(webhooks.visible_to(user), token=token)
    secret = pages.act_on(request, user, hook) if request.method == "POST" else ""
    if request.method == "POST" and not secret:
        there = webhooks.visible_to(user).filter(pk=hook.pk).exists()
        return redirect("webhooks:webhook", token) if there else redirect("webhooks:list")
    hook.refresh_from_db()
    return render(request, "portal/webhook.html", pages.webhook_context(request, hook, secret))


def _manager(request: HttpRequest) -> User:
    user: User = request.user  # type: ignore[assignment]
    if not webhooks.may_manage(user):
        raise Http404
    return user
