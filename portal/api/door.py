"""What happens around every operation of the API: who asks, in which language, how often, with which key, as what."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils import timezone, translation
from django.utils.cache import patch_vary_headers
from ninja.operation import Operation

from ledger.recording import current_request, this_request
from portal.api import answers
from portal.api.auth import SAFE, Caller, Elsewhere, identify, visitor
from portal.api.problems import MEDIA, Problem, problem_of
from registry.models import User
from registry.selectors import government, government_of
from wording import ways

JSON = "application/json"
FILES = {"file": "multipart/form-data", "form": "application/x-www-form-urlencoded", "body": JSON}
RAW = "application/octet-stream"


@dataclass(frozen=True)
class Door:
    """One operation behind its door. `wanted`: the type of body that it takes; `file`: it answers with a file."""

    run: Callable[..., HttpResponseBase]
    elsewhere: Elsewhere
    wanted: str
    private: bool
    by_steps: bool
    file: bool

    def __call__(self, request: HttpRequest, **path: Any) -> HttpResponseBase:
        try:
            # What everybody may read is the same for everybody, whatever key comes with it.
            caller = identify(request, self.elsewhere) if self.private else None
            if caller is None:
                visitor(request)
            if caller is None and self.private:
                raise Problem(401, "api.sign_in", headers={"WWW-Authenticate": "Bearer"})
            request.caller = caller  # type: ignore[attr-defined]
            with _reader(request, caller):
                return self._served(request, caller, lambda: self.run(request, **path))
        except Exception as error:  # noqa: BLE001 - whatever it is, a program gets a problem
            return problem_of(request, error).answer()

    def _served(
        self, request: HttpRequest, caller: Caller | None, act: Callable[[], Any]
    ) -> HttpResponseBase:
        changes = request.method not in SAFE
        _whole(request, self.wanted)
        if changes:
            _of_type(request, self.wanted)
        if not self.file and not request.accepts(JSON):
            raise Problem(406, "api.accept", {"accept": request.headers.get("Accept", "")[:80]})
        if changes and caller:
            return _dressed(answers.once(request, caller.person, act, by_steps=self.by_steps), self.private)
        return _dressed(act(), self.private)


def guarded(operation: Operation, elsewhere: Elsewhere) -> None:
    """Put the door in front of an operation of the assembled API."""
    extra = operation.openapi_extra or {}
    operation.run = Door(  # type: ignore[method-assign]
        operation.run, elsewhere, _wanted(operation, extra), bool(operation.auth_callbacks), bool(extra.get("x-by-steps")),
        bool(extra.get("x-file")),
    )  # fmt: skip


def _wanted(operation: Operation, extra: dict[str, Any]) -> str:
    """The type of body that an operation takes; none: whatever comes is left alone."""
    sources = {model.__ninja_param_source__ for model in operation.models}
    if extra.get("x-raw"):
        return RAW
    return next((kind for source, kind in FILES.items() if source in sources), "")


def _whole(request: HttpRequest, wanted: str) -> None:
    """No column keeps a NUL, so nothing that has one is looked for or written."""
    in_address = "%00" in request.META.get("QUERY_STRING", "")
    if in_address or (wanted == JSON and (b"\x00" in request.body or b"\\u0000" in request.body)):
        raise Problem(400, "api.unread")


def _of_type(request: HttpRequest, wanted: str) -> None:
    sent = request.headers.get("Content-Length", "0") not in ("", "0")
    if wanted and sent and request.content_type != wanted:
        raise Problem(415, "api.type", {"type": request.content_type or "–", "wanted": wanted})


@contextmanager
def _reader(request: HttpRequest, caller: Caller | None) -> Iterator[None]:
    """The person of a key is the request's; words come in the language that is asked for, else in his."""
    person = caller.person if caller else None
    here = government_of(person) if person else government()
    language = translation.get_language_from_request(request)
    if person and "Accept-Language" not in request.headers:
        language = person.language
    if caller and caller.program:
        request.user = caller.person
    mark = current_request.set(_named(caller))
    try:
        zone = timezone.override(here.time_zone if here else settings.TIME_ZONE)
        with translation.override(language), zone, ways.of(here):
            yield
    finally:
        current_request.reset(mark)


def _named(caller: Caller | None) -> Any:
    """The request as the ledger is to know it: with the program by which a person acted."""
    call = this_request()
    return replace(call, id=f"{call.id} {caller.program}") if caller and caller.program else call


def _dressed(response: HttpResponseBase, private: bool) -> HttpResponseBase:
    if private:
        patch_vary_headers(response, ("Authorization", "Cookie", "Accept-Language"))
        response.headers.setdefault("Cache-Control", "private, no-store")
    elif response.headers.get("Content-Type", "").startswith(MEDIA):
        response["Cache-Control"] = "no-store"
    response["Content-Language"] = translation.get_language() or settings.LANGUAGE_CODE
    return response


def person_of(request: HttpRequest) -> User:
    """Who asks, in an operation that needs somebody."""
    caller: Caller = request.caller  # type: ignore[attr-defined]
    return caller.person


def key_of(request: HttpRequest) -> str | None:
    """The Idempotency-Key of a request as the engine knows it."""
    return getattr(request, "idempotency_key", None)
