"""The pages of packs. Each fetches and authorises in one call; strangers get 404."""

from django.conf import settings
from django.contrib import messages
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from indicators import deciding, desks, entering, pages
from indicators.models import Pack, PackFile
from ledger.clock import now as database_now
from registry.models import User
from workflow.route import OPEN_STATES


@require_GET
def desk(request: HttpRequest) -> HttpResponse:
    """What waits for me, and what I may look at."""
    user: User = request.user  # type: ignore[assignment]
    return render(request, "indicators/desk.html", desks.context(user, request.GET))


@require_http_methods(["GET", "POST"])
def pack(request: HttpRequest, token: str) -> HttpResponse:
    """One pack as it will be judged. Looking at it ends its officer's chance to recall it."""
    user: User = request.user  # type: ignore[assignment]
    found = get_object_or_404(Pack.objects.visible_to(user), token=token)
    if request.method == "POST":
        return deciding.act_on(request, user, found)
    deciding.open_for(user, found)
    return render(request, "indicators/pack.html", pages.pack_context(user, found, database_now()))


@require_http_methods(["GET", "POST"])
def entry(request: HttpRequest, token: str) -> HttpResponse:
    """The figures of one quarter: save, attach, submit."""
    user: User = request.user  # type: ignore[assignment]
    found = get_object_or_404(Pack.objects.visible_to(user), token=token)
    sheet = entering.sheet_of(user, found, database_now())
    if request.method == "GET":
        if found.state not in OPEN_STATES:
            return redirect("indicators:pack", token)
        return render(request, "indicators/entry.html", entering.context(sheet))
    sheet.take(request.POST, request.FILES, _number_language(request))
    if sheet.failed:
        return render(request, "indicators/entry.html", entering.context(sheet), status=422)
    if sheet.submitted:
        messages.success(request, _("Submitted. You can follow it here."))
        return redirect("indicators:pack", token)
    messages.success(request, _("Saved.") if sheet.changed else _("Nothing was changed."))
    return redirect("indicators:entry", token)


def _number_language(request: HttpRequest) -> str:
    posted = request.POST.get("number_language", "")
    return posted if posted in dict(settings.LANGUAGES) else get_language() or settings.LANGUAGE_CODE


@require_GET
def file(request: HttpRequest, token: str) -> FileResponse:
    """One file, to those who may see its pack; never shown inside the site, always downloaded."""
    user: User = request.user  # type: ignore[assignment]
    found = get_object_or_404(PackFile, token=token, pack__in=Pack.objects.visible_to(user))
    try:
        content = found.file.open("rb")
    except FileNotFoundError as error:
        raise Http404 from error
    response = FileResponse(
        content, as_attachment=True, filename=found.original_name, content_type=found.mime
    )
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return response
