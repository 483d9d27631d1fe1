"""What the OpenAPI document says beside what the operations say themselves: refusals, headers, who may ask."""

from http.client import responses
from typing import Any

from portal.api.shapes import ProblemShape

REF = "#/components/schemas/{model}"
PROBLEM = {"application/problem+json": {"schema": {"$ref": "#/components/schemas/ProblemShape"}}}
EXAMPLE = {
    "type": "urn:jenjang:problem:route.state", "title": "Unprocessable Content", "status": 422, "code": "route.state",
    "detail": "This report is already submitted.", "instance": "urn:uuid:6f0f4a4e-7f5b-4c0e-8f57-1f4b5f0f4a4e",
}  # fmt: skip
ALWAYS = (400, 404, 405, 406, 422, 429, 500, 503)
KEYED = (401, 403)
CHANGING = (409, 412, 413, 415)
EVERY = (*ALWAYS, *KEYED, *CHANGING, 410, 428, 507)
SEEN = (
    "enter", "enterAll", "submit", "recall", "verify", "review", "return", "amend", "cancel", "sign",
    "packEnter", "packSubmit", "packRecall", "packVerify", "packReview", "packReturn", "packAmend", "packCancel", "packSign",
)  # fmt: skip
WHOLE = ("report", "pack")  # what is read with an ETag
TAGGED = {*WHOLE, *SEEN} - {"sign"}
FILES = {
    "evidenceFile": (410,), "attach": (507,), "appendUpload": (507,), "beginUpload": (507,), "packAttach": (507,),
}  # fmt: skip
IF_MATCH = {
    "in": "header", "name": "If-Match", "required": True, "schema": {"type": "string", "maxLength": 200},
    "description": "the ETag of the report that was read", "example": '"0-3-draft-0-0"',
}  # fmt: skip
IF_NONE_MATCH = {
    "in": "header", "name": "If-None-Match", "required": False, "schema": {"type": "string", "maxLength": 200},
    "description": "an ETag that the program has already: then 304",
}  # fmt: skip
KEY = {
    "in": "header", "name": "Idempotency-Key", "required": False,
    "schema": {"type": "string", "minLength": 1, "maxLength": 80, "pattern": "^[!-~]+$"},
    "description": "sent again with the same request, it gets the first answer and nothing is done twice",
    "example": "2026-01-submit-7f5b4c0e",
}  # fmt: skip
LANGUAGE = {
    "in": "header", "name": "Accept-Language", "required": False, "schema": {"type": "string", "enum": ["id", "en", "ur"]},
    "description": "of sentences for people; else that of the key's person",
}  # fmt: skip
TOO_LONG = {
    "description": "URI Too Long: an address of more than 4,094 signs does not get past the web server, which says so itself",
    "content": {"text/html": {"schema": {"type": "string"}}},
}  # fmt: skip
ETAG = {"ETag": {"description": "the state of what was read", "schema": {"type": "string"}}}


def complete(schema: dict[str, Any]) -> dict[str, Any]:
    """The document with every refusal, header and scheme written out."""
    parts = ProblemShape.model_json_schema(ref_template=REF)
    schema["components"]["schemas"] |= parts.pop("$defs", {}) | {"ProblemShape": parts}
    schema["components"]["securitySchemes"] = {
        "Bearer": {"type": "http", "scheme": "bearer", "description": "a key of the page Keys, or an access token (OIDC)"},
        "Session": {
            "type": "apiKey", "in": "cookie", "name": "sessionid", "description": "the pages' session; to change: X-CSRFToken",
        },
    }  # fmt: skip
    schema["components"]["responses"] = {f"Problem{status}": _refusal(status) for status in EVERY}
    schema["components"]["responses"]["TooLong"] = TOO_LONG
    schema["info"]["license"] = {"name": "AGPL-3.0-or-later", "identifier": "AGPL-3.0-or-later"}
    for operations in schema["paths"].values():
        for method, operation in operations.items():
            _operation(method, operation)
    return schema


def _operation(method: str, operation: dict[str, Any]) -> None:
    name, open_to_all = operation["operationId"], "security" not in operation
    if open_to_all:
        operation["security"] = []
    changes = method != "get"
    headers = [LANGUAGE, *([KEY] if changes else []), *([IF_MATCH] if name in SEEN else [])]
    if not changes and (open_to_all or name in WHOLE):
        headers.append(IF_NONE_MATCH)
        operation["responses"][304] = {"description": "Not Modified", "headers": ETAG}
    operation["parameters"] = [*operation.get("parameters", []), *headers]
    statuses = [
        *ALWAYS,
        *(() if open_to_all else KEYED),
        *(CHANGING if changes else ()),
        *FILES.get(name, ()),
    ]
    if name in SEEN:
        statuses.append(428)
    operation["responses"][414] = {"$ref": "#/components/responses/TooLong"}
    for status in sorted(statuses):
        operation["responses"].setdefault(status, {"$ref": f"#/components/responses/Problem{status}"})
    for status, response in operation["responses"].items():
        if status < 300 and (name in TAGGED or (open_to_all and not changes)):
            response["headers"] = ETAG
    operation["responses"] = {
        str(status): operation["responses"][status] for status in sorted(operation["responses"])
    }
    for mark in ("x-by-steps", "x-file", "x-raw"):
        operation.pop(mark, None)


def _refusal(status: int) -> dict[str, Any]:
    media = "application/problem+json"
    example = EXAMPLE | {"status": status, "title": responses.get(status, "Refused")}
    return {
        "description": responses.get(status, "Refused"),
        "content": {media: PROBLEM[media] | {"example": example}},
    }
