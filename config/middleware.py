"""What every request carries: the address it came from, an id for the ledger, and the reader's language."""

import ipaddress
from collections.abc import Callable
from uuid import uuid4

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBadRequest
from django.utils import timezone, translation

from ledger.recording import Request, current_request
from registry.selectors import government, government_of
from wording import ways


class CallerMiddleware:
    """Names the request for the ledger and the log: its id, which goes back in X-Request-ID, and the address it came from.

    Behind our own proxies the caller is whom the outermost of them saw; what stands left of that anybody may have written.
    Without this all the world has one address, and whoever guesses at a password locks its owner out.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        given = request.headers.get("X-Forwarded-For", "")
        seen = given.split(",") if given else []  # what asks on the machine itself came through no proxy
        if 0 < settings.PROXIES <= len(seen):
            try:
                request.META["REMOTE_ADDR"] = str(ipaddress.ip_address(seen[-settings.PROXIES].strip()))
            except ValueError:
                return HttpResponseBadRequest("X-Forwarded-For names no address.", content_type="text/plain")
        call = Request(str(uuid4()), request.META.get("REMOTE_ADDR", ""))
        mark = current_request.set(call)
        try:
            response = self.get_response(request)
        finally:
            current_request.reset(mark)
        # A file that is kept for a year has nothing to do with who asked for it first; and scripts are weighed.
        if not request.path_info.startswith(settings.STATIC_URL):
            response["X-Request-ID"] = call.id
        return response


class ReaderMiddleware:
    """Moments are shown in the zone of the reader's government, numbers and months in its ways."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if "\x00" in request.path_info:
            raise Http404
        if (request.content_params or {}).get("charset", "utf-8").lower() not in ("utf-8", "utf8"):
            return HttpResponseBadRequest("Send text as UTF-8.", content_type="text/plain")
        try:
            here = government_of(request.user) if request.user.is_authenticated else government()
            if here:
                timezone.activate(here.time_zone)
            if request.user.is_authenticated and settings.LANGUAGE_COOKIE_NAME not in request.COOKIES:
                translation.activate(request.user.language)
            with ways.of(here):
                response = self.get_response(request)
        finally:
            timezone.deactivate()
        response["Content-Language"] = translation.get_language() or "id"
        return response
