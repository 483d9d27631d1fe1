"""Search and open data: pages for people; files, feeds and maps for programs, the same for whoever asks."""

from collections.abc import Callable
from typing import Any

from django.http import FileResponse, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils.cache import get_conditional_response, patch_vary_headers
from django.utils.http import quote_etag

from portal import pages as portal_pages
from portal.opendata import feeds, pages, sitemap
from portal.opendata.files import KINDS, NAME, SMALLER, Extent, File, finished
from portal.opendata.package import package as described
from portal.opendata.stamp import Stamp, stamp
from portal.plain import TEXT, absent, kept, plain
from portal.views import public, steady
from registry.models import FiscalYear, Government, Unit
from registry.selectors import government

SOON = "public, max-age=60"
DAY = "public, max-age=86400"
ATOM = "application/atom+xml; charset=utf-8"
XML = "application/xml; charset=utf-8"


@public
def search(request: HttpRequest) -> HttpResponse:
    return portal_pages.answer(request, pages.search(request))


@steady
def data(request: HttpRequest, year: str = "") -> HttpResponse:
    return portal_pages.answer(request, pages.data(year))


@plain
def package(request: HttpRequest, year: str, unit: str = "") -> HttpResponseBase:
    """What a data set holds (datapackage.json)."""
    return _for_extent(
        request, year, unit, lambda extent, now: kept(request, described(extent, now), KINDS["json"], SOON)
    )


@plain
def file(request: HttpRequest, year: str, kind: str, unit: str = "") -> HttpResponseBase:
    """All published lines of a year as one file."""
    return _for_extent(request, year, unit, lambda extent, now: _sent(request, extent, kind, now))


def _for_extent(
    request: HttpRequest, year: str, unit: str, answer: Callable[[Extent, Stamp], HttpResponseBase]
) -> HttpResponseBase:
    here = government()
    found = FiscalYear.objects.filter(government=here, label=year).select_related("government").first()
    of = Unit.objects.filter(government=here, code=unit).first() if unit else None
    if found is None or (unit and of is None):
        return absent("There is no such fiscal year or unit. /data/ lists what there is.")
    return answer(Extent(found, of), stamp())


def _sent(request: HttpRequest, extent: Extent, kind: str, now: Stamp) -> HttpResponseBase:
    made = finished(extent, kind, now)
    packed = kind in SMALLER and "gzip" in request.headers.get("Accept-Encoding", "")
    etag = quote_etag(f"{made.sha256[:32]}{'-gzip' if packed else ''}")
    known: Any = get_conditional_response(request, etag=etag)
    response = known or _opened(made, extent, packed=packed)
    response["Cache-Control"], response["ETag"] = SOON, etag
    patch_vary_headers(response, ["Accept-Encoding"])
    return response


def _opened(made: File, extent: Extent, *, packed: bool) -> HttpResponseBase:
    path = made.packed if packed else made.path
    response = FileResponse(path.open("rb"), content_type=KINDS[made.kind])
    parts = [NAME, extent.year.label, *([extent.unit.code] if extent.unit else [])]
    response["Content-Disposition"] = f'attachment; filename="{"-".join(parts)}.{made.kind}"'
    if packed:
        response["Content-Encoding"] = "gzip"
    return response


Writer = Callable[[Government, Unit, Unit | None, Stamp], bytes]


def _feed(request: HttpRequest, unit: str, write: Writer) -> HttpResponseBase:
    here = government()
    root = Unit.objects.filter(government=here, parent=None).first()
    of = Unit.objects.filter(government=here, code=unit).first() if unit else None
    if here is None or root is None or (unit and of is None):
        return absent("There is no such unit. /data/ lists what there is.")
    return kept(request, write(here, root, of, stamp()), ATOM, SOON)


@plain
def published(request: HttpRequest, unit: str = "") -> HttpResponseBase:
    return _feed(request, unit, feeds.published)


@plain
def corrections(request: HttpRequest, unit: str = "") -> HttpResponseBase:
    return _feed(request, unit, feeds.corrections)


@plain
def robots(request: HttpRequest) -> HttpResponseBase:
    return kept(request, sitemap.robots(), TEXT, DAY)


@plain
def sitemap_index(request: HttpRequest) -> HttpResponseBase:
    here = government()
    return kept(request, sitemap.index(here.pk if here else 0, stamp()), XML, SOON)


@plain
def sitemap_part(request: HttpRequest, year: str, number: int) -> HttpResponseBase:
    found = FiscalYear.objects.filter(government=government(), label=year).first()
    written = sitemap.part(found, number) if found and number else None
    return (
        kept(request, written, XML, SOON)
        if written
        else absent("There is no such part. /sitemap.xml lists them.")
    )
