"""The pages of keeping: for the central bureau and for auditors; a head finds the lists of his agency. Nobody else finds any."""

from django.contrib import messages
from django.db.models import F
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from approvals.keeping import law, pages
from approvals.keeping.forms import Draft
from approvals.keeping.law import Authority
from approvals.models import Disposal, YearBundle
from registry.models import Government, User
from registry.selectors import government_of
from wording.files import csv_file

CLOSED = "default-src 'none'; sandbox"
COLUMNS = ("what", "row", "sha256", "bytes", "begun_at", "disposed_at", "spared")


def _person(request: HttpRequest, *, head: bool = False) -> tuple[User, Authority, Government]:
    """Who asks, what he may, and his government; 404 for who keeps, audits (or, where it says so, heads) nothing."""
    user: User = request.user  # type: ignore[assignment]
    authority, here = law.authority_of(user), government_of(user)
    if here is None or not (authority.paths or (head and authority.heads)):
        raise Http404
    return user, authority, here


def _bureau_posts(request: HttpRequest, authority: Authority) -> None:
    if request.method == "POST" and not authority.bureau:
        raise Http404


def _draft(request: HttpRequest) -> Draft:
    return Draft.of(request.POST) if request.method == "POST" else Draft()


@require_GET
def index(request: HttpRequest) -> HttpResponse:
    """How much there is of what, until when it is kept, and what holds it."""
    _user, authority, here = _person(request)
    measured = request.GET.get("measure", "")
    return render(request, "keeping/index.html", pages.index_context(authority, here, measured))


@never_cache
@require_http_methods(["GET", "POST"])
def holds(request: HttpRequest) -> HttpResponse:
    """Legal holds; place another."""
    user, authority, here = _person(request)
    draft = _draft(request)
    if request.method == "POST" and (made := pages.place(user, authority, here, draft)):
        messages.success(request, _("The hold is in force. Nothing that it covers is disposed of."))
        return redirect("keeping:hold", made.token)
    context = pages.holds_context(authority, here, draft)
    return render(request, "keeping/holds.html", context, status=422 if draft.errors else 200)


@never_cache
@require_http_methods(["GET", "POST"])
def hold(request: HttpRequest, token: str) -> HttpResponse:
    """One hold and what became of it; release it."""
    user, authority, _here = _person(request)
    found = get_object_or_404(law.visible_holds(authority), token=token)
    draft = _draft(request)
    if request.method == "POST" and pages.release(user, found, draft):
        messages.success(request, _("The hold is released."))
        return redirect("keeping:hold", token)
    context = pages.hold_context(authority, found, draft)
    return render(request, "keeping/hold.html", context, status=422 if draft.errors else 200)


@never_cache
@require_http_methods(["GET", "POST"])
def disposals(request: HttpRequest) -> HttpResponse:
    """Lists of what may go; make another."""
    user, authority, here = _person(request, head=True)
    _bureau_posts(request, authority)
    draft = _draft(request)
    if request.method == "POST" and (made := pages.list_things(user, authority, draft)):
        messages.success(request, _("The list is made. Another person has to approve it."))
        return redirect("keeping:disposal", made.token)
    context = pages.disposals_context(request, authority, here, draft)
    return render(request, "keeping/disposals.html", context, status=422 if draft.errors else 200)


@never_cache
@require_http_methods(["GET", "POST"])
def disposal(request: HttpRequest, token: str) -> HttpResponse:
    """One list with every thing on it; approve it or withdraw it."""
    user, authority, _here = _person(request, head=True)
    found = _listed(authority, token)
    draft = _draft(request)
    if request.method == "POST" and pages.act(user, found, draft):
        gone = draft.text("do") == "cancel"
        messages.success(
            request,
            _("The list is withdrawn.") if gone else _("The list is approved and is being carried out."),
        )
        return redirect("keeping:disposal", token)
    context = pages.disposal_context(request, authority, _listed(authority, token), draft)
    return render(request, "keeping/disposal.html", context, status=422 if draft.errors else 200)


def _listed(authority: Authority, token: str) -> Disposal:
    found = law.visible_disposals(authority).select_related("unit__government", "listed_by", "approved_by")
    return get_object_or_404(found, token=token)


@require_GET
def list_csv(request: HttpRequest, token: str) -> HttpResponse:
    """Everything on a list as a file."""
    _user, authority, _here = _person(request, head=True)
    found = _listed(authority, token)
    rows = found.items.order_by("pk").annotate(bytes=F("size")).values_list(*COLUMNS)
    return csv_file(f"disposal-{found.pk}", COLUMNS, rows.iterator(chunk_size=2_000))


@require_GET
def receipt(request: HttpRequest, token: str) -> HttpResponse:
    """What was disposed of, to be printed."""
    return render(request, "keeping/receipt.html", pages.receipt_context(_done(request, token)))


@require_GET
def receipt_json(request: HttpRequest, token: str) -> HttpResponse:
    """The receipt as it was written: its sha256 stands in the ledger."""
    found = _done(request, token)
    return _text(found.receipt, f"receipt-{found.pk}.json")


def _done(request: HttpRequest, token: str) -> Disposal:
    _user, authority, _here = _person(request, head=True)
    found = _listed(authority, token)
    if found.state != Disposal.State.DONE:
        raise Http404
    return found


@never_cache
@require_http_methods(["GET", "POST"])
def bundles(request: HttpRequest) -> HttpResponse:
    """Yearly bundles; have another made."""
    user, authority, here = _person(request)
    _bureau_posts(request, authority)
    draft = _draft(request)
    if request.method == "POST" and pages.ask_bundle(user, authority, here, draft):
        messages.success(request, _("The bundle is being made. It appears below in a few minutes."))
        return redirect("keeping:bundles")
    context = pages.bundles_context(authority, here, draft)
    return render(request, "keeping/bundles.html", context, status=422 if draft.errors else 200)


@require_GET
def bundle_zip(request: HttpRequest, token: str) -> HttpResponseBase:
    """A bundle, as it was made; the ledger in it is the whole one, so only for who may see everything."""
    authority, found = _bundle(request, token)
    if not authority.whole:
        raise Http404
    try:
        content = found.file.open("rb")
    except (FileNotFoundError, ValueError) as error:
        raise Http404 from error
    name = f"bundle-{found.fiscal_year.label.replace('/', '-')}-{found.unit.code}.zip"
    response = FileResponse(content, as_attachment=True, filename=name, content_type="application/zip")
    response["Content-Security-Policy"] = CLOSED
    return response


@require_GET
def manifest_json(request: HttpRequest, token: str) -> HttpResponse:
    """The manifest of a bundle: its sha256 stands in the ledger."""
    _authority, found = _bundle(request, token)
    if not found.manifest:
        raise Http404
    return _text(found.manifest, f"manifest-{found.pk}.json")


def _bundle(request: HttpRequest, token: str) -> tuple[Authority, YearBundle]:
    _user, authority, _here = _person(request)
    return authority, get_object_or_404(law.visible_bundles(authority), token=token)


def _text(content: str, name: str) -> HttpResponse:
    response = HttpResponse(content.encode(), content_type="application/json; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response
