"""The API assembled: its routers, the door in front of each operation, and the document that describes them (OpenAPI 3.1)."""

import hashlib
import json
from functools import cache
from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.db import OperationalError
from django.http import HttpRequest, HttpResponse
from django.urls import path, re_path
from django.views.decorators.csrf import csrf_exempt
from ninja import NinjaAPI
from ninja.parser import Parser

from audit import api as auditing
from config import provider_keys
from portal.api import (
    acting,
    asking,
    board,
    entering,
    leading,
    notices,
    overview,
    packs,
    public,
    reading,
    signing,
    voices,
)
from portal.api.auth import Bearer, Session
from portal.api.description import complete
from portal.api.door import guarded
from portal.api.problems import Problem, problem_of
from portal.api.versions import unchanged

BELOW = "v1/"
VERSION = "1.0.0"


class Whole(Parser):
    """Bodies as JSON. Half of a sign ("\\ud800" alone) can be neither kept nor told, so no body has one."""

    def parse_body(self, request: HttpRequest) -> Any:
        """Raises ValueError for a body that cannot be read, which is answered with 400."""
        said = super().parse_body(request)
        json.dumps(said, ensure_ascii=False).encode()
        return said


api = NinjaAPI(
    title="Jenjang",
    version=VERSION,
    description="Tiered monthly realization reporting: reading, entering and acting by program. See docs/api.md.",
    urls_namespace="api",
    openapi_url=None,
    docs_url=None,
    parser=Whole(),
    auth=[Bearer(), Session()],
)
for _router in (
    acting.router, entering.router, leading.router, board.router, overview.router, packs.router, reading.router,
    notices.router, signing.router, asking.router, voices.router,
):  # fmt: skip
    api.add_router("", _router)
api.add_router("/audit", auditing.router)
api.add_router("/public", public.router, auth=None)


def _problem(request: HttpRequest, error: Any) -> HttpResponse:
    """What an operation refuses. What the database could not do now is for the door, which may try it again."""
    if isinstance(error, OperationalError):
        raise error
    return problem_of(request, error).answer()


for _kind in (Exception, *list(api._exception_handlers)):
    api.add_exception_handler(_kind, _problem)


def _opened() -> list[Any]:
    """The addresses of the operations, each behind the door and open for who has no session; named as the first of them."""
    patterns = []
    for bound in api._get_bound_routers():
        for address, view in bound.path_operations.items():
            for operation in view.operations:
                if not operation.auth_callbacks:
                    operation.run = public.kept(operation.run)  # type: ignore[method-assign, arg-type]
                guarded(operation, provider_keys.caller_of)
            route = f"{BELOW}{bound.prefix}{address}".replace("//", "/").replace("{", "<").replace("}", ">")
            name = view.operations[0].operation_id
            patterns.append(path(route, csrf_exempt(login_not_required(view.get_view())), name=name))
    return patterns


def described() -> dict[str, Any]:
    """The OpenAPI document."""
    return complete(dict(api.get_openapi_schema(path_prefix="api/v1/")))


@cache
def _description() -> bytes:
    return json.dumps(described(), ensure_ascii=False).encode()


@login_not_required
@csrf_exempt
def openapi(request: HttpRequest) -> HttpResponse:
    """The description, for programs that read it."""
    if request.method not in ("GET", "HEAD"):
        return Problem(405, "api.method", {"method": request.method}, headers={"Allow": "GET"}).answer()
    etag = f'"{hashlib.sha256(_description()).hexdigest()[:32]}"'
    told = {"ETag": etag, "Cache-Control": "public, max-age=60"}
    if unchanged(request, etag):
        return HttpResponse(status=304, headers=told)
    return HttpResponse(_description(), content_type="application/json", headers=told)


@login_not_required
@csrf_exempt
def nothing(request: HttpRequest, rest: str = "") -> HttpResponse:
    """Below /api/ everything is answered in the API's own words."""
    return Problem(404, "api.found").answer()


app_name = "api"
urls = (
    [path(f"{BELOW}openapi.json", openapi, name="openapi")]
    + _opened()
    + [re_path(r"^(?P<rest>.*)$", nothing, name="nothing")],
    app_name,
)
