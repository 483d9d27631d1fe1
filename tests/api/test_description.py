"""The description says everything: every operation its name, who may ask, and every answer with its shape."""

import re
from typing import Any

import pytest

from config import api
from tests.api.conftest import Program
from tests.databases import CHECKOUT
from wording.api_sentences import API, KEYS


@pytest.fixture(scope="module")
def said() -> dict[str, Any]:
    return api.described()


def operations(said: dict[str, Any]) -> list[tuple[str, str, dict[str, Any]]]:
    return [(method, path, one) for path, found in said["paths"].items() for method, one in found.items()]


def test_it_is_openapi_3_1_and_everybody_may_read_it(db: None, said: dict[str, Any]) -> None:
    response = Program().get("/openapi.json")
    assert response.status_code == 200 and response.json()["openapi"].startswith("3.1")
    assert Program().get("/openapi.json", If_None_Match=response["ETag"]).status_code == 304
    assert set(said["components"]["securitySchemes"]) == {"Bearer", "Session"}


def test_every_address_of_the_api_is_described(said: dict[str, Any]) -> None:
    addresses = {f"/api/{one.pattern}".replace("<", "{").replace(">", "}") for one in api.urls[0]}
    rest = {"/api/v1/openapi.json", "/api/^(?P{rest}.*)$"}
    assert addresses - rest == set(said["paths"])


def test_every_operation_has_a_name_of_its_own_and_a_summary(said: dict[str, Any]) -> None:
    names = [one["operationId"] for _, _, one in operations(said)]
    assert len(set(names)) == len(names) and all(
        one["summary"] and one["tags"] for _, _, one in operations(said)
    )


def test_every_operation_says_who_may_ask(said: dict[str, Any]) -> None:
    wrong = [path for _, path, one in operations(said) if ("/public" in path) != (one["security"] == [])]
    assert wrong == []


def test_every_answer_has_its_shape(said: dict[str, Any]) -> None:
    lacking = []
    for method, path, one in operations(said):
        found = {int(status) for status in one["responses"]}
        wanted = {400, 404, 405, 406, 422, 429, 500} | (set() if "/public" in path else {401, 403})
        wanted |= {409, 412, 413, 415} if method != "get" else set()
        if not wanted <= found or not any(status < 300 for status in found):
            lacking.append((method, path, sorted(wanted - found)))
        for status, answer in one["responses"].items():
            shaped = [media.get("schema") for media in answer.get("content", {}).values()]
            if "$ref" not in answer and int(status) not in (204, 304) and not (shaped and all(shaped)):
                lacking.append((method, path, status))
    assert lacking == []


def test_every_refusal_is_a_problem_with_an_example(said: dict[str, Any]) -> None:
    refusals = {name: one for name, one in said["components"]["responses"].items() if name != "TooLong"}
    for name, one in refusals.items():
        (media,) = one["content"]
        assert media == "application/problem+json" and one["content"][media]["example"]["status"] == int(
            name[7:]
        )


def test_every_code_that_the_api_speaks_in_has_its_sentence_and_none_is_left_over() -> None:
    places = [
        *(CHECKOUT / "portal" / "api").glob("*.py"),
        CHECKOUT / "config" / "api.py",
        CHECKOUT / "config" / "provider_keys.py",
    ]
    used = {code for place in places for code in re.findall(r'"(api\.[a-z_]+)"', place.read_text())}
    assert used - API.keys() == {"api.closed", "api.field"}  # told in words of their own
    assert API.keys() - KEYS.keys() - used == set()


def test_what_changes_a_report_wants_the_version_that_was_seen(said: dict[str, Any]) -> None:
    for _method, path, one in operations(said):
        wants = any(header["name"] == "If-Match" and header["required"] for header in one["parameters"])
        acts = path.rpartition("/")[2] in (
            "entry", "submit", "recall", "verify", "review", "return", "amend", "cancel", "sign",
        ) and ("/reports/{token}/" in path or "/packs/{token}/" in path)  # fmt: skip
        assert wants == acts, path


NEEDS = {
    "submit": {"statement"}, "recall": set(), "verify": set(), "review": set(), "return": {"reason"}, "amend": {"reason"},
    "sign": set(),
}  # fmt: skip


def body_of(said: dict[str, Any], path: str) -> dict[str, Any]:
    """The body that an operation takes; of none an empty one."""
    taken = said["paths"][path]["post"].get("requestBody", {}).get("content", {}).get("application/json")
    return said["components"]["schemas"][taken["schema"]["$ref"].rpartition("/")[2]] if taken else {}


def test_every_act_says_what_it_needs(said: dict[str, Any]) -> None:
    """One operation a verb: on one report, on a pack, on many. What an act on many has no use for is marked so."""
    for act, needs in NEEDS.items():
        many = body_of(said, f"/api/v1/reports/bulk/{act}")
        assert set(many["required"]) == {"reports"} | needs, act
        spare = {name for name, told in many["properties"].items() if told.get("deprecated")}
        used = needs | ({"category"} if act == "return" else set())
        assert spare == {"statement", "reason", "category"} - used, act
        assert set(body_of(said, f"/api/v1/reports/{{token}}/{act}").get("required", ())) == needs, act
        of_a_pack = body_of(said, f"/api/v1/packs/{{token}}/{act}").get("required", ())
        assert set(of_a_pack) == ({"code"} if act == "sign" else needs), act
    assert set(body_of(said, "/api/v1/batches/{token}/sign")["required"]) == {
        "manifest_sha256", "accepted", "code", "passphrase",
    }  # fmt: skip
