"""Pages about being told: the bell's list, one's own settings, the end of gathered letters, and the dead letters."""

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, override
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from approvals import dead_letters, notices_page, unsubscribing
from approvals.notice_settings import Wishes
from registry.models import User
from submissions.forms import ids_of


@require_http_methods(["GET", "POST"])
def notices(request: HttpRequest) -> HttpResponse:
    """What I was told; one notice, one matter or everything is marked as read on request."""
    user: User = request.user  # type: ignore[assignment]
    if request.method == "POST":
        notices_page.mark_read(request, user)
        return redirect(request.get_full_path())
    return render(request, "approvals/notices.html", notices_page.context(request, user))


@require_http_methods(["GET", "POST"])
def notice_settings(request: HttpRequest) -> HttpResponse:
    """How I want to be told."""
    user: User = request.user  # type: ignore[assignment]
    wishes = Wishes.posted(user, request) if request.method == "POST" else Wishes.kept(user)
    if request.method == "POST" and wishes.save():
        with override(user.language):
            messages.success(request, _("Your settings are saved."))
        answer = redirect("approvals:notice_settings")
        answer.set_cookie(settings.LANGUAGE_COOKIE_NAME, user.language, samesite="Lax")
        return answer
    return render(
        request, "approvals/notice_settings.html", wishes.context(), status=422 if wishes.errors else 200
    )


# A mail program posts without cookies and without a token of ours (RFC 8058); the signed link is what counts.
@csrf_exempt
@login_not_required
@require_http_methods(["GET", "POST"])
def stop_letters(request: HttpRequest, token: str) -> HttpResponse:
    """End the letters that gather: a look asks first, a post does it. In the language of whose link it is."""
    found = unsubscribing.reader_of(token)
    if found is None:
        raise Http404
    person, what = found
    if request.method == "POST":
        unsubscribing.stop(person, what)
    context = {"done": request.method == "POST", "weekly": what == unsubscribing.WEEKLY}
    with override(person.language):
        return render(request, "approvals/notices_stop.html", context)


@require_http_methods(["GET", "POST"])
def outbox(request: HttpRequest) -> HttpResponse:
    """What was given up and what fails now, for administrators; sending again, one or all."""
    user: User = request.user  # type: ignore[assignment]
    if not user.is_superuser:
        raise Http404
    if request.method == "POST":
        chosen = None if "all" in request.POST else ids_of(request.POST.getlist("one"))
        count = dead_letters.resend(actor=user, ids=chosen)
        said = ngettext("%(count)s is tried again.", "%(count)s are tried again.", count) % {"count": count}
        messages.success(request, said)
        return redirect("approvals:outbox")
    page = Paginator(dead_letters.dead(), 50).get_page(request.GET.get("page"))
    failing = list(dead_letters.failing()[:50])
    context = {
        "page": page,
        "base": "",
        "rows": dead_letters.shown(list(page)),
        "failing": dead_letters.shown(failing),
    }
    return render(request, "approvals/outbox.html", context)
