"""A year's faults in one month: what an auditor would look for, each done once; and the ledger read by hand, to compare with."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test import Client

from approvals import services as approvals
from audit.readings import note
from audit.search_things import HISTORIES
from registry.models import BudgetItem, BudgetItemVersion, BudgetLine, Post, Unit
from submissions.models import Period, Report
from tests.audit.conftest import Past
from tests.cast import World, assign

Payload = Mapping[str, Any]
SEARCH = "/audit/search/"
REPORT, LINE, DECISION = "submissions_report", "submissions_reportline", "workflow_decision"


@dataclass
class Story:
    """`report`: Ani's, returned once; `mine`: one that Ani wants to verify herself; `over`: put above its budget by raw SQL;
    `theirs`: Eko's."""

    cast: World
    report: Report
    mine: Report
    over: Report
    theirs: Report


@pytest.fixture
def story(past: Past) -> Story:
    """Told from 3 to 12 February: January is to be verified by the 8th, a Sunday, so by the 9th."""
    cast = past.cast
    cast.item("1.03.10.2.01.0060", ceilings=(50,))
    cast.item("1.03.10.2.01.0070", ceilings=(50,))
    cast.item(
        "1.02.02.2.02.0001", unit=cast.other_agency, officer="other_officer", verifier="other_section_head"
    )
    cast.open()
    found = {report.item.sub_activity_code[-4:]: report for report in cast.reports()}
    told = Story(cast, past.report, found["0060"], found["0070"], found["0001"])
    cast.submitted([told.mine], 10)
    cast.entered([told.theirs], 7, by="eko")
    raw("UPDATE submissions_reportline SET realized = 51 WHERE report_id = %s", told.over.pk)
    assign(cast.ani, cast.posts["section_head"], kind="plt", start="2026-02-01", end="2026-02-28")
    cast.at("2026-02-06 09:00")
    refused = approvals.verify(actor=cast.ani, versions=cast.versions([told.mine]))
    assert refused[0].code == "route.self", refused
    cast.at("2026-02-12 09:00")
    raw("DELETE FROM registry_assignment WHERE kind = 'plt' AND person_id = %s", cast.ani.pk)
    raw(
        "INSERT INTO registry_budgetline (item_id, account_code, account_name, fund_source) VALUES (%s, '5.1', 'x', 'x')",
        told.mine.item_id,
    )
    raw("DELETE FROM registry_budgetline WHERE account_code = '5.1' AND item_id = %s", told.mine.item_id)
    assign(cast.gita, cast.posts["section_head"], kind="plh", start="2026-02-12", end="2026-02-12")
    assert approvals.verify(actor=cast.gita, versions=cast.versions([told.mine]))[0].done
    note(cast.dewi, "report", subject=told.mine.token)
    note(cast.dewi, "search", query="who=nobody-in-particular")
    return told


def raw(statement: str, *values: int) -> None:
    """By the site's role, but past the application: nobody is named and no request."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT set_config('jenjang.actor', '', true), set_config('jenjang.request', '', true),"
            " set_config('jenjang.offices', '', true)"
        )
        cursor.execute(statement, values)


def ledger() -> dict[int, Payload]:
    """Every event, as stored."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT id, payload FROM ledger.event ORDER BY id")
        return {number: json.loads(payload, parse_float=Decimal) for number, payload in cursor.fetchall()}


def image(payload: Payload) -> Payload:
    return payload["new"] or payload["old"] or {}


def of_report(payload: Payload) -> int | None:
    told = image(payload)
    if payload["table"] == REPORT:
        return int(told["id"])
    if "content_type_id" in told:
        return int(told["object_id"])
    report: int | None = told.get("report_id")
    return report


def changed(payload: Payload, column: str) -> bool:
    return payload["op"] == "U" and payload["old"].get(column) != payload["new"].get(column)


def quiet(payload: Payload) -> bool:
    return payload["table"] in HISTORIES or payload["table"] == "audit_reading"


def belonging(unit: Unit) -> Callable[[Payload], bool]:
    """Whether what an event tells hangs on a unit without units below, looked up row by row."""
    items = set(BudgetItem.objects.filter(unit=unit).values_list("pk", flat=True))
    places: dict[str, set[Any]] = {
        "unit_id": {unit.pk},
        "agency_id": {unit.pk},
        "content_object_id": {unit.pk},
        "item_id": items,
        "line_id": set(BudgetLine.objects.filter(item__in=items).values_list("pk", flat=True)),
        "item_version_id": set(BudgetItemVersion.objects.filter(item__in=items).values_list("pk", flat=True)),
        "post_id": set(Post.objects.filter(unit=unit).values_list("pk", flat=True)),
        "period_id": set(Period.objects.filter(agency=unit).values_list("pk", flat=True)),
    }
    reports = set(Report.objects.filter(item__in=items).values_list("pk", flat=True))
    tokens = set(Report.objects.filter(item__in=items).values_list("token", flat=True))

    def fits(payload: Payload) -> bool:
        told, table = image(payload), payload["table"]
        if table == "registry_unit":
            return bool(told["id"] == unit.pk)
        if (report := of_report(payload)) is not None:
            return report in reports
        if table == "audit_reading":
            return told["subject"] in tokens
        return any(told[name] in members for name, members in places.items() if name in told)

    return fits


def numbers(client: Client, query: str = "") -> list[int]:
    """The numbers of all events that answer, as the file has them."""
    file = client.get(f"{SEARCH}events.json?{query}")
    assert file.status_code == 200, file.context["errors"]
    return [one["event"] for one in json.loads(b"".join(file.streaming_content))["events"]]


def turned(client: Client, query: str) -> list[int]:
    """The same, page after page."""
    found: list[int] = []
    before = ""
    while True:
        page = client.get(f"{SEARCH}?{query}{before}")
        assert page.status_code == 200, page.context["errors"]
        answer = page.context["answer"]
        found += [event.id for event in answer.events]
        if answer.older is None:
            return found
        before = f"&before={answer.older}"


def expected(fits: Callable[[Payload], bool]) -> list[int]:
    """The numbers of the events that fit, newest first, read by hand."""
    return [number for number, payload in reversed(ledger().items()) if fits(payload)]
