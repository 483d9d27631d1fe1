"""Problems, decisions, contracts and risk: pages for those who oversee. Whoever oversees nothing does not find them."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from portal import pages
from portal.dashboards import contracts, contracts_bringing, decisions, problems, risk
from portal.dashboards.decisions_form import Draft, act_on, context_of, decides, decision_for, offered, tell
from registry.models import User
from wording.sentences import say


@require_safe
def problem_board(request: HttpRequest) -> HttpResponse:
    """All open problems by category, age and owner."""
    return pages.answer(request, problems.page(request))


@require_http_methods(["GET", "HEAD", "POST"])
def decision_queue(request: HttpRequest) -> HttpResponse:
    """What waits for a leader; a leader's POST records his decision for one or several reports."""
    user: User = request.user  # type: ignore[assignment]
    if request.method != "POST":
        page = decisions.page(request)
        if page.context["decides"]:
            page.context["offered"] = offered(page.context["here"].government)
            page.context.setdefault("typed", Draft.of(user, request.GET).typed)
        return pages.answer(request, page)
    if not decides(user):
        raise Http404
    draft = Draft.of(user, request.POST)
    outcomes = draft.send()
    if outcomes:
        tell(request, outcomes)
        return redirect("dashboards:decisions")
    page = decisions.page(request, draft.context() | {"offered": offered(draft.government)})
    return render(request, page.template, page.context, status=422)


@require_http_methods(["GET", "HEAD", "POST"])
def decision(request: HttpRequest, token: str) -> HttpResponse:
    """One decision; its owner or a leader says that it is carried out, a leader withdraws it."""
    user: User = request.user  # type: ignore[assignment]
    one = decision_for(user, token)
    refused = act_on(request, user, one) if request.method == "POST" else None
    if request.method == "POST" and refused is None:
        return redirect("dashboards:decision", token)
    context = context_of(user, one) | (refused or {})
    return render(request, "portal/leading/decision.html", context, status=422 if refused else 200)


@require_safe
def contract_list(request: HttpRequest) -> HttpResponse:
    """Contracts: which are critical and what follows; work without one; procurement that has not begun."""
    return pages.answer(request, contracts.page(request))


@require_http_methods(["GET", "HEAD", "POST"])
def contracts_import(request: HttpRequest) -> HttpResponse:
    """Choose a file of contracts, for the bureau and for heads of agencies."""
    user: User = request.user  # type: ignore[assignment]
    form = contracts_bringing.start(request, user)
    if request.method == "POST" and form.url:
        return redirect(form.url)
    return render(
        request, "portal/leading/contracts_import.html", form.context, status=422 if form.refused else 200
    )


@require_http_methods(["GET", "HEAD", "POST"])
def contracts_look(request: HttpRequest, upload: str) -> HttpResponse:
    """What the file would change; a POST brings it in as it was shown."""
    user: User = request.user  # type: ignore[assignment]
    found = contracts_bringing.look(request, user, upload)
    if found is None:
        messages.error(request, say("contracts.gone"))
        return redirect("dashboards:contracts_import")
    if request.method == "POST" and found.done:
        messages.success(request, found.said)
        return redirect("dashboards:contracts")
    status = 422 if found.trial.result.errors else 200
    return render(
        request, "portal/leading/contracts_look.html", found.context(), status=409 if found.moved else status
    )


@require_safe
def year_end(request: HttpRequest) -> HttpResponse:
    """What is likely to remain unspent at the end of the year."""
    return pages.answer(request, risk.page(request))
