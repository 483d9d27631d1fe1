"""Public pages on which anybody checks a document, by its code, its fingerprint or the file itself."""

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from approvals import papers
from approvals.models import SigningBatch


@login_not_required
@require_safe
def lookup(request: HttpRequest) -> HttpResponse:
    """Which document is it? By what stands on it, or by the file, which stays where it is."""
    asked = request.GET.get("q", "")[:400]
    found = papers.by_name(asked) if asked.strip() else None
    if found:
        return redirect("approvals:verification", found.token)
    context = {"asked": asked, "missing": bool(asked.strip()), "find_url": reverse("approvals:find")}
    return render(request, "approvals/lookup.html", context)


@login_not_required
@require_safe
def find(request: HttpRequest) -> JsonResponse:
    """The published document with this fingerprint: one statement, and nothing about any other document."""
    return JsonResponse(papers.answer(papers.by_fingerprint(request.GET.get("sha256", "").lower())))


@login_not_required
@require_safe
@cache_control(public=True, max_age=60)
def blocks(request: HttpRequest, token: str) -> JsonResponse:
    """The hashes of the blocks of a published file, so that a browser can say where a copy differs."""
    batch = SigningBatch.objects.select_related("period__agency").filter(token=token).first()
    return JsonResponse(papers.blocks(batch))
