"""What the processes write: one JSON object a line, with the id under which the ledger knows the same request.

Addresses carry names of things and never what was asked of them: the part behind the question mark may hold what somebody
typed, and is not written. Neither are headers, cookies, forms or values of SQL, nor an address that is itself a key.
"""

import json
import logging
import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from celery import current_task
from django.http import HttpRequest
from django.http.response import HttpResponseBase

from ledger.recording import current_request

LOG = logging.getLogger("jenjang.request")
QUIET = ("/healthz", "/readyz", "/metrics")  # asked every few seconds by machines
# Who has such an address needs no account: of these the route is written.
KEYS = frozenset(
    {"voices:ticket", "voices:photo", "approvals:stop_letters", "account_reset_password_from_key", "account_confirm_email"}
)  # fmt: skip
TOLD = "told"  # the attribute of a record that holds its further fields


class Lines(logging.Formatter):
    """A record as one line of JSON: time (UTC), level, logger, message, and what was going on."""

    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, Any] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "message": _message(record),
            "process": record.process,
            **_surroundings(),
            **getattr(record, TOLD, {}),
        }
        if record.exc_info:
            line["error"] = _without_rows(self.formatException(record.exc_info), record.exc_info[1])
        return json.dumps(line, ensure_ascii=False, default=str)


def _message(record: logging.LogRecord) -> str:
    """What is said; Django's own lines about a request name its address."""
    request: Any = getattr(record, "request", None)
    said = record.getMessage()
    return said.replace(request.path, _path(request)) if isinstance(request, HttpRequest) else said


def _without_rows(trace: str, error: BaseException | None) -> str:
    """A trace without the rows and keys that the database names beside what it refused."""
    while error is not None:
        named = getattr(getattr(error, "diag", None), "message_detail", None)
        trace = trace.replace(named, "-") if named else trace
        error = error.__cause__ or error.__context__
    return trace


def _path(request: HttpRequest) -> str:
    match = request.resolver_match
    return f"/{match.route}" if match and match.view_name in KEYS else request.path_info


def _surroundings() -> dict[str, Any]:
    """The request or the task in which this is written, and the trace when one is recorded."""
    call, task = current_request.get(), current_task
    found: dict[str, Any] = {"request": call.id} if call else {}
    if task and task.request.id:
        found |= {"task": task.name, "task_id": task.request.id}
    return found


class AccessLog:
    """One line for each answer: method, path, status, milliseconds, who asked by number. The outermost of all layers."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        began = time.perf_counter()
        response = self.get_response(request)
        if request.path_info not in QUIET or response.status_code >= 500:
            LOG.info("answered", extra={TOLD: _answered(request, response, began)})
        return response


def _answered(request: HttpRequest, response: HttpResponseBase, began: float) -> dict[str, Any]:
    user: Any = getattr(request, "user", None)
    match = request.resolver_match
    told = {
        "method": request.method,
        "path": _path(request),
        "page": match.view_name if match else "",
        "status": response.status_code,
        "ms": round(1000 * (time.perf_counter() - began), 1),
        "person": user.pk if user is not None and user.is_authenticated else None,
        "request": response.get("X-Request-ID", ""),
        "upstream": request.headers.get("X-Request-ID", "")[:80],  # what a proxy of ours called it
    }
    return {name: value for name, value in told.items() if value not in (None, "")}
