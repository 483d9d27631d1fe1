"""Refusals as problems (RFC 9457): everywhere below /api/, whoever refuses, in the language that was asked for."""

import json
import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from http.client import responses
from typing import Any

from django.conf import settings
from django.core.exceptions import PermissionDenied, RequestDataTooBig, SuspiciousOperation
from django.db import OperationalError
from django.http import Http404, HttpRequest, HttpResponse, UnreadablePostError
from django.http.response import HttpResponseBase
from django.urls import reverse
from ninja.errors import AuthenticationError, HttpError, ValidationError

from approvals.asking_law import RequestRefused
from approvals.factors import FactorRefused
from approvals.leading import DecisionRefused
from approvals.services import BatchRefused, SigningRefused
from ledger.recording import this_request
from portal.board.acting import BoardRefused
from submissions.calendar import CalendarRefused
from submissions.evidence_faults import FileRefused
from wording.sentences import say
from workflow.engine import KeyReused, Outcome, Refused
from workflow.granting import GrantRefused

BELOW = "/api/"
MEDIA = "application/problem+json"
log = logging.getLogger("jenjang.api")
BUSY = frozenset({"40001", "40P01", "55P03", "57014"})  # serialisation, deadlock, lock and statement timeouts
# What the layers around the API refuse with a status alone.
CODES = {
    400: "api.unread", 401: "api.sign_in", 403: "api.csrf", 404: "api.found", 405: "api.method", 410: "api.gone",
    413: "api.large", 503: "api.busy",
}  # fmt: skip


@dataclass
class Problem(Exception):
    """A refusal: its status, a code of `say` with its parameters, and what is wrong with each part of the request."""

    status: int
    code: str
    params: Mapping[str, Any] = field(default_factory=dict)
    errors: Sequence[Mapping[str, Any]] = ()
    headers: Mapping[str, str] = field(default_factory=dict)
    detail: str = ""  # the sentence itself, where it was made already

    def answer(self, request_id: str = "") -> HttpResponse:
        """The response that says it."""
        body: dict[str, Any] = {
            "type": f"urn:jenjang:problem:{self.code}",
            "title": responses.get(self.status, "Refused"),
            "status": self.status,
            "code": self.code,
            "detail": self.detail or say(self.code, self.params),
            "instance": f"urn:uuid:{request_id or this_request().id.split()[0]}",
        }
        if self.errors:
            body["errors"] = list(self.errors)
        response = HttpResponse(json.dumps(body, ensure_ascii=False), status=self.status, content_type=MEDIA)
        response["Cache-Control"] = "no-store"
        for name, value in self.headers.items():
            response[name] = value
        return response


def error(
    code: str, params: Mapping[str, Any] | None = None, *, cell: str = "", pointer: str = ""
) -> dict[str, str]:
    """One part of a problem: the cell it is about, or a pointer into the body."""
    return refused_part(code, say(code, params or {}), cell=cell, pointer=pointer)


def refused_part(code: str, detail: str, *, cell: str = "", pointer: str = "") -> dict[str, str]:
    """The same with a sentence that was made already."""
    about = {"cell": cell, "pointer": pointer}
    return {"code": code, "detail": detail, **{name: value for name, value in about.items() if value}}


STALE = frozenset({"route.stale"})
UNKNOWN = frozenset({"route.unknown"})


def of_outcome(outcome: Outcome) -> Problem:
    """The refusal of an act on one report: 412 where it changed since, else 422 with the law's sentence."""
    status = 412 if outcome.code in STALE else 404 if outcome.code in UNKNOWN else 422
    return Problem(status, outcome.code, outcome.params)


def problem_of(request: HttpRequest, exc: BaseException) -> Problem:
    """The problem that an exception stands for; what nobody expected is noted and told as 500."""
    for kinds, make in _KNOWN:
        if isinstance(exc, kinds):
            return make(exc)
    state = getattr(exc.__cause__, "sqlstate", "")
    if isinstance(exc, OperationalError) and state in BUSY:
        return Problem(503, "api.busy", headers={"Retry-After": "2"})
    log.exception("the API failed at %s %s", request.method, request.path)
    return Problem(500, "api.error", {"request": this_request().id.split()[0]})


def _invalid(exc: Any) -> Problem:
    unread = any(one["loc"][-1:] == ("__body__",) for one in exc.errors)
    parts = [
        refused_part("api.field", one["msg"], pointer="/" + "/".join(str(step) for step in one["loc"]))
        for one in exc.errors
    ]
    return Problem(400, "api.unread") if unread else Problem(422, "api.fields", errors=parts[:100])


def _http(exc: Any) -> Problem:
    return (
        Problem(422, "api.fields", detail=exc.message)
        if exc.status_code == 422
        else of_status(exc.status_code)
    )


def _refused(exc: Any) -> Problem:
    if len(exc.outcomes) == 1:
        return of_outcome(exc.outcomes[0])
    parts = [error(one.code, one.params) for one in exc.outcomes[:100]]
    return Problem(422, "api.unsent", {"count": len(exc.outcomes)}, parts)


# Every refusal of a service is 422, but for these.
STATUS = {
    "evidence.disk": 507, "upload.offset": 409, "upload.key": 409, "upload.many": 429, "asking.stale": 412, "asking.busy": 409,
    "evidence.changed": 412,
}  # fmt: skip


def _coded(exc: Any) -> Problem:
    return Problem(STATUS.get(exc.code, 422), exc.code, exc.params)


def _same(exc: Any) -> Problem:
    return exc


def of_status(status: int, method: str = "") -> Problem:
    """What a bare status says."""
    params = {"method": method, "limit": settings.DATA_UPLOAD_MAX_MEMORY_SIZE}
    return Problem(status, CODES.get(status, "api.unread"), params)


SERVICES = (
    BatchRefused, BoardRefused,
    CalendarRefused, DecisionRefused, FactorRefused, FileRefused, GrantRefused, RequestRefused, SigningRefused,
)  # fmt: skip
_KNOWN: tuple[tuple[Any, Callable[[Any], Problem]], ...] = (
    (Problem, _same),
    (Refused, _refused),
    (KeyReused, lambda exc: Problem(409, "api.key")),
    (SERVICES, _coded),
    (Http404, lambda exc: Problem(404, "api.found")),
    (AuthenticationError, lambda exc: Problem(401, "api.sign_in", headers={"WWW-Authenticate": "Bearer"})),
    (ValidationError, _invalid),
    (HttpError, _http),
    (RequestDataTooBig, lambda exc: of_status(413)),
    (PermissionDenied, lambda exc: of_status(403)),
    ((SuspiciousOperation, UnreadablePostError), lambda exc: of_status(400)),
)


class Problems:
    """The outermost layer: what others refuse below /api/ with a page, a redirect or plain words becomes a problem."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if not request.path_info.startswith(BELOW):
            return self.get_response(request)
        if "\x00" in request.path_info:
            return Problem(404, "api.found").answer()
        response = self.get_response(request)
        # Who lacks a second factor is led to where he sets one up; a program is told so instead.
        led_away = response.headers.get("Location", "").startswith(reverse("account_set_up"))
        if response.status_code < 400 and not led_away:
            return response
        if response.headers.get("Content-Type", "").startswith(MEDIA):
            return response
        status, kept = response.status_code, ("Allow", "Retry-After", "WWW-Authenticate", "X-Request-ID")
        problem = Problem(403, "api.factor") if led_away else of_status(status, request.method or "")
        if status >= 500 and status != 503:
            problem = Problem(status, "api.error", {"request": response.headers.get("X-Request-ID", "-")})
        problem.headers = {name: response.headers[name] for name in kept if name in response.headers}
        return problem.answer(response.headers.get("X-Request-ID", ""))
