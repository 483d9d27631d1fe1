"""Requests that nobody would write, by the description of the API itself: no answer may be a 500 or break the description.

`make api-fuzz` sends 10,000 of them to a running site, in the names of several people and of nobody.
"""

import random
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import schemathesis
from hypothesis import HealthCheck, Phase, given, seed, settings
from schemathesis.checks import not_a_server_error
from schemathesis.core.failures import Failure, FailureGroup
from schemathesis.generation import GenerationMode
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from indicators.models import Pack
from indicators.services import open_quarter
from ledger.recording import recorded
from portal.api import tokens
from portal.models import Feedback
from portal.voices import posting
from portal.voices.posting import Message
from registry.models import Post, Unit
from tests.cast import World, assign, factor

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]
MODES = (GenerationMode.POSITIVE, GenerationMode.NEGATIVE)
KINDS = ("reports", "evidence", "batches", "requests", "uploads", "packs")
REAL = 0.7  # of the names are those of something that exists


@dataclass
class Told:
    """What was sent, how it was answered, and what was wrong."""

    statuses: Counter[int] = field(default_factory=Counter)
    operations: Counter[str] = field(default_factory=Counter)
    faults: list[str] = field(default_factory=list)

    @property
    def sent(self) -> int:
        return sum(self.statuses.values())


def fuzz(
    schema: Any,
    send: Callable[[Any, Mapping[str, str]], Any],
    *,
    keys: Sequence[str],
    names: Mapping[str, Sequence[str]],
    each: int,
    start: int = 1,
) -> Told:
    """`each` requests of either mode to every operation; `names`: public names of what exists, by the word in the address."""
    told, chance = Told(), random.Random(start)
    for found in schema.get_all_operations():
        operation = found.ok()
        for mode in MODES:
            _ask(operation, mode, told, chance, send, keys, names, each)
    return told


def _ask(
    operation: Any, mode: Any, told: Told, chance: random.Random, send: Any, keys: Sequence[str],
    names: Mapping[str, Sequence[str]], each: int,
) -> None:  # fmt: skip
    @seed(chance.random())
    @settings(
        max_examples=each, deadline=None, database=None, phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )  # fmt: skip
    @given(case=operation.as_strategy(generation_mode=mode))
    def one(case: Any) -> None:
        _made_real(case, chance, names)
        key = chance.choice(keys)
        headers = {"Accept-Encoding": "identity"} | ({"Authorization": f"Bearer {key}"} if key else {})
        response = send(case, headers)
        told.statuses[response.status_code] += 1
        told.operations[operation.label] += 1
        try:
            case.validate_response(response, checks=CHECKS)
        except (FailureGroup, Failure) as wrong:
            told.faults.append(f"{operation.label}: {wrong!r:.600} {getattr(wrong, 'exceptions', '')!r:.600}")

    try:
        one()
    except Exception as error:  # noqa: BLE001 - an operation without such cases is none of ours
        if "negative" not in str(error).lower() and "Unsatisfiable" not in type(error).__name__:
            raise


def _made_real(case: Any, chance: random.Random, names: Mapping[str, Sequence[str]]) -> None:
    """Most names are of something that exists, and most versions fit: else all that is tried is the door."""
    kind = next((one for one in KINDS if f"/{one}/" in case.path), "")
    if kind and names.get(kind) and "token" in (case.path_parameters or {}) and chance.random() < REAL:
        case.path_parameters["token"] = chance.choice(names[kind])
    if "number" in (case.path_parameters or {}) and names.get("feedback") and chance.random() < REAL:
        case.path_parameters["number"] = chance.choice(names["feedback"])
    if "If-Match" in (case.headers or {}) and chance.random() < REAL:
        case.headers["If-Match"] = "*"
    if "Idempotency-Key" in (case.headers or {}) and chance.random() < REAL:
        case.headers["Idempotency-Key"] = f"key-{chance.random()}"
    body = case.body if isinstance(case.body, dict) else {}
    rows = body.get("reports")
    if isinstance(rows, list) and names.get("reports") and chance.random() < REAL:
        for place, row in enumerate(rows):
            if isinstance(row, dict) and "id" in row:
                row["id"] = chance.choice(names["reports"])
            elif isinstance(row, str):
                rows[place] = chance.choice(names["reports"])


def load(description: dict[str, Any]) -> Any:
    """The description as the generator reads it."""
    return schemathesis.openapi.from_dict(description)


# --- A world to be asked about -------------------------------------------------------------------------------

WHO = ("ani", "budi", "citra", "dewi", "eko", "root")


def busy_world(cast: World) -> None:
    """A month on its way: reports in several states, one with a file; a pack that Ani enters, a message about a sub-activity."""
    items = cast.items(6, ceilings=(1000, 2000))
    reports = cast.open()
    cast.submitted(reports[:4])
    cast.with_evidence(reports[4:5])
    with recorded(None):
        entity = Unit.objects.create(
            government=cast.government, parent=cast.agency, kind="PUBLIC_ENTITY", code="LG-01", name="Perumda Tirta",
            route_code="PSE",
        )  # fmt: skip
        assign(cast.ani, Post.objects.create(unit=entity, role="officer", title="Manajer Keuangan"))
    open_quarter(fiscal_year=cast.year, quarter=1)
    told = Message(
        government=cast.government, kind="complaint", text="Jalan berlubang besar sejak lama.", item=items[0]
    )
    routed = posting.receive(message=told, sender="s0001")
    with recorded(None):
        Feedback.objects.filter(pk=routed.pk).update(routed_to=cast.agency, state="routed")


def keys_of(cast: World) -> list[str]:
    """Keys of several people, one that may only read, nobody's, and one that was made up."""
    made = []
    for name in WHO:
        factor(cast.people[name])
        made.append(tokens.issue(person=cast.people[name], name="fuzz", scope="act", days=30)[1])
    reader = tokens.issue(person=cast.ani, name="fuzz", scope="read", days=30)[1]
    return [*made, *made, reader, "", "jjg_nobody"]


def names_of(cast: World) -> dict[str, list[str]]:
    """What exists, by the word in its address."""
    files = [file.token for report in cast.reports() for file in report.evidence.all()]
    return {
        "reports": [one.token for one in cast.reports()],
        "evidence": files,
        "packs": list(Pack.objects.values_list("token", flat=True)),
        "feedback": [f"{pk}" for pk in Feedback.objects.values_list("pk", flat=True)],
    }
