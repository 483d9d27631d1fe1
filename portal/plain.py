"""Answers for machines, which are the same for whoever asks: no session, no cookie, no language, no statement but their own.

The layers that find out who asks would make them differ by cookie, and each would cost a look into the database.
"""

import hashlib
from collections.abc import Callable
from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, HttpResponseNotFound
from django.http.response import HttpResponseBase
from django.urls import Resolver404, resolve
from django.utils.cache import get_conditional_response
from django.utils.http import quote_etag
from django.views.decorators.http import require_safe

# Nothing else is looked at.
BELOW = ("/ledger/", "/metrics", "/healthz", "/readyz", "/data/", "/feeds/", "/robots.txt", "/sitemap")
TEXT, BYTES = "text/plain; charset=utf-8", "application/octet-stream"
SHORT = 5  # seconds: the sealer's round

Answering = Callable[..., HttpResponseBase]


def plain(view: Answering) -> Answering:
    """Mark a view as the same for everybody; it may be read and nothing else."""
    answer = login_not_required(require_safe(view))
    answer.plain = True  # type: ignore[attr-defined]
    return answer


class Plain:
    """Has marked views answer before anybody asks who is calling."""

    def __init__(self, get_response: Answering) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        # What no column keeps is refused by a layer behind this one.
        if request.path_info.startswith(BELOW) and "\x00" not in request.path_info:
            try:
                match = resolve(request.path_info)
            except Resolver404:
                return self.get_response(request)
            if getattr(match.func, "plain", False):
                return match.func(request, *match.args, **match.kwargs)
        return self.get_response(request)


def kept(request: HttpRequest, body: bytes, kind: str, caching: str) -> HttpResponseBase:
    """An answer that may be kept by whoever passes it on, or 304 for who has it."""
    etag = quote_etag(hashlib.sha256(body).hexdigest()[:32])
    response = HttpResponse(body, content_type=kind, headers={"Cache-Control": caching, "ETag": etag})
    answer: Any = get_conditional_response(request, etag=etag, response=response)
    return answer


def absent(sentence: str) -> HttpResponse:
    """404 in one line; soon it may be there."""
    return HttpResponseNotFound(
        f"{sentence}\n", content_type=TEXT, headers={"Cache-Control": f"public, max-age={SHORT}"}
    )
