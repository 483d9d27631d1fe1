"""Contracts: which are critical and what follows (W-5), what has none (W-13), and bringing them in by a file."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.utils.translation import override

from portal.dashboards import contracts
from portal.dashboards.leading_scope import scope_parameters, sight_for
from portal.selectors import Month, View
from registry.models import BudgetItem, BudgetLine, Contract, User
from tests.portal.leading_world import bureau, page, regent, rows
from tests.portal.world import Agency, World
from tests.settled import settled

LIST, IMPORT = "/overview/contracts/", "/overview/contracts/import/"
HEADINGS = "sub_activity_code,number,name,provider,value,signed_on,starts_on,ends_on\n"


@pytest.fixture
def leader(world: World) -> User:
    return regent(world)


def contract(item: BudgetItem, number: str = "1/SP", **said: Any) -> Contract:
    usual = {"name": "Pembangunan Jalan", "provider": "CV Batu Andesit", "value": Decimal(300)}
    days = {"signed_on": date(2026, 1, 5), "starts_on": date(2026, 1, 9), "ends_on": date(2026, 11, 30)}
    return Contract.objects.create(item=item, number=number, **{**usual, **days, **said})


def planned(world: World, works: Agency, code: str, plan: str, actual: str, **said: Any) -> BudgetItem:
    """A road under contract with so many points planned and reached in January."""
    item = world.item(works, code, Decimal(400), plan={1: (Decimal(10), Decimal(plan))})
    contract(item, f"{code}/SP", **said)
    world.open(1)
    world.done(works, item, 1, Decimal(10), increment=Decimal(actual))
    return item


@pytest.mark.parametrize(
    ("plan", "actual", "ends_on", "standing", "lag"),
    [
        ("69.21", "67.89", date(2026, 11, 30), "SOUND", "1.3200"),  # T-3
        ("72.00", "66.50", date(2026, 11, 30), "II", "5.5000"),  # T-4
        ("68.00", "59.00", date(2026, 11, 30), "SOUND", "9.0000"),  # T-5
        ("70.00", "59.99", date(2026, 11, 30), "I", "10.0100"),
        ("75.00", "74.00", date(2027, 1, 29), "YEAR_END", "1.0000"),
    ],
)
def test_a_contract_is_critical_as_the_rule_says(
    world: World,
    works: Agency,
    leader: User,
    client: Client,
    plan: str,
    actual: str,
    ends_on: date,
    standing: str,
    lag: str,
) -> None:
    """T-3, T-4, T-5 on the page's own figures."""
    planned(world, works, "1.03.00", plan, actual, ends_on=ends_on)
    (one,) = rows(client, leader, f"{LIST}?tab=all")
    assert (one["standing"], one["lag"], one["planned_physical"], one["physical"]) == (
        standing, lag, f"{Decimal(plan):.4f}", f"{Decimal(actual):.4f}",
    )  # fmt: skip
    shown = page(client, leader, LIST)
    assert ("show-cause meeting (SCM)" in shown) == (standing in contracts.PERIODS)


def test_what_is_over_or_unknown_is_not_critical(
    world: World, works: Agency, leader: User, client: Client
) -> None:
    planned(world, works, "1.03.00", "80", "10", ended_on=date(2026, 3, 1))
    silent = world.item(works, "1.03.02", Decimal(100), plan={1: (Decimal(10), Decimal(90))})
    contract(silent)
    planless = world.item(works, "1.03.03", Decimal(100))
    contract(planless)
    world.open(1)
    world.done(works, planless, 1, 1, increment=5)
    found = {one["sub_activity_code"]: one["standing"] for one in rows(client, leader, f"{LIST}?tab=all")}
    assert found == {"1.03.00": "TERMINATED", "1.03.02": "SILENT", "1.03.03": "PLANLESS"}
    assert rows(client, leader, LIST) == []
    assert "No contract is critical" in page(client, leader, LIST)
    narrowed = rows(client, leader, f"{LIST}?tab=all&standing=SILENT")
    assert [one["sub_activity_code"] for one in narrowed] == ["1.03.02"]


def test_finished_work_is_not_critical_though_its_contract_ends_next_year(
    world: World, works: Agency, leader: User, client: Client
) -> None:
    item = world.item(works, "1.03.00", Decimal(400), plan={1: (Decimal(10), Decimal(100))})
    contract(item, ends_on=date(2027, 2, 1))
    world.open(1)
    world.done(works, item, 1, Decimal(10), increment=100, status="SELESAI")
    assert [one["standing"] for one in rows(client, leader, f"{LIST}?tab=all")] == ["FINISHED"]


def test_provider_work_without_a_contract_is_listed_by_ceiling(
    world: World, works: Agency, leader: User, client: Client
) -> None:
    items = [
        world.item(works, f"1.03.0{n}", Decimal(ceiling)) for n, ceiling in enumerate((100, 900, 500, 700))
    ]
    BudgetLine.objects.filter(item__in=items[:3]).update(account_code="5.2.04.01.001.00003")
    contract(items[2])
    world.open(1)
    found = rows(client, leader, f"{LIST}?tab=uncontracted")
    assert [(one["sub_activity_code"], one["ceiling"]) for one in found] == [
        ("1.03.01", "900.00"),
        ("1.03.00", "100.00"),
    ]
    assert "900" in page(client, leader, f"{LIST}?tab=uncontracted")
    Contract.objects.update(ended_on=date(2026, 2, 1))
    assert len(rows(client, leader, f"{LIST}?tab=uncontracted")) == 3, "a terminated contract is none"


def test_of_the_lines_only_those_that_are_bought_are_read(world: World, leader: User) -> None:
    """The index is made of the words of the statement; where they differ the database cannot use it."""
    asked = scope_parameters(world.year.pk, sight_for(leader)) | {"before": [], "limit": None, "offset": 0}
    for sql in (
        contracts.WORK_COUNTS,
        contracts.WORK_LIST.format(
            standing=contracts.STANDING, where=contracts.CHOSEN[contracts.UNCONTRACTED], order="code"
        ),
    ):
        with connection.cursor() as cursor:
            for way in ("seqscan", "nestloop", "mergejoin"):
                cursor.execute(f"SET LOCAL enable_{way} = off")
            cursor.execute(f"EXPLAIN {sql}", asked)
            plan = "\n".join(line for (line,) in cursor.fetchall())
        assert "line_bought" in plan, plan


def test_procurement_that_is_not_concluded_is_set_against_the_cash_plan(
    world: World, works: Agency, leader: User, client: Client
) -> None:
    plan = {1: (Decimal(40), None), 2: (Decimal(30), None)}
    tender, later, busy = (
        world.item(works, f"1.03.0{n}", Decimal(100), plan=plan if n != 1 else {}) for n in range(3)
    )
    for month in (1, 2):
        world.open(month)
        world.done(works, tender, month, 0, status="PENGADAAN")
        world.done(works, later, month, 0, status="BELUM_MULAI")
        world.done(works, busy, month, 5, increment=1)
    (one,) = rows(client, leader, f"{LIST}?tab=not_started")
    assert (one["sub_activity_code"], one["status"], one["cash_planned_to_date"]) == (
        "1.03.00",
        "PENGADAAN",
        "70.00",
    )
    assert "In procurement" in page(client, leader, f"{LIST}?tab=not_started")


def test_the_package_of_the_procurement_plan_is_named_to_those_who_oversee(
    world: World, works: Agency, leader: User, client: Client
) -> None:
    """The public item page leaves it out, as it does the value."""
    road, bridge = (world.item(works, f"1.03.0{n}", Decimal(400)) for n in range(2))
    contract(road, package_code="50012")
    contract(bridge)
    world.open(1)
    assert page(client, leader, f"{LIST}?tab=all").count("package code <bdi>") == 1
    assert "package code <bdi>50012</bdi>" in page(client, leader, f"{LIST}?tab=all")
    assert {one["package_code"] for one in rows(client, leader, f"{LIST}?tab=all")} == {"50012", ""}
    client.logout()
    public = settled(client.get("/p/2026/1.03/1.03.00/").content.decode())
    assert "1/SP" in public and "50012" not in public


def test_only_those_who_oversee_find_the_contracts(world: World, works: Agency, client: Client) -> None:
    planned(world, works, "1.03.00", "72", "66.5")
    other = world.agency("1.05", "Satpol PP")
    assert len(rows(client, works.people["agency_head"], LIST)) == 1
    assert rows(client, other.people["agency_head"], LIST) == []
    for person in (works.people["officer"], world.person("stranger")):
        client.force_login(person)
        for address in (LIST, IMPORT):
            assert client.get(address).status_code == 404
    client.logout()
    assert client.get(LIST).status_code == 302


def test_the_cards_count_critical_contracts_and_work_without_one(
    world: World, works: Agency, leader: User
) -> None:
    planned(world, works, "1.03.00", "72", "66.5")
    month = Month(world.year, 1, date(2026, 1, 1), 1)
    with override("en"):
        found = contracts.cards(View(month, sight=sight_for(leader)))
    assert [(card.value, card.hue, card.words) for card in found][0] == ("1", "red", "of 1 contracts")


def test_the_page_costs_the_same_for_any_number_of_contracts(
    world: World, works: Agency, leader: User, client: Client, statements: Callable[[], Any]
) -> None:
    def counts() -> list[int]:
        found = []
        for query in ("", "?tab=all", "?tab=uncontracted", "?tab=not_started", "?tab=all&format=csv"):
            with statements() as seen:
                assert client.get(f"{LIST}{query}").status_code == 200
            found.append(len(seen))
        return found

    planned(world, works, "1.03.00", "72", "66.5")
    client.force_login(leader)
    counts()
    few = counts()
    item = world.item(works, "2.00", Decimal(50))
    for n in range(55):
        contract(item, f"{n}/SP")
    assert counts() == few
    assert max(few) <= 26


# --- Bringing them in ------------------------------------------------------------------------------------


def upload(client: Client, person: User, text: str, agency: str = "1.03", year: str = "2026") -> Any:
    """Choose a file; the answer, which leads to the preview."""
    client.force_login(person)
    data = {"agency": agency, "year": year, "numbers": "en"}
    file = SimpleUploadedFile("kontrak.csv", text.encode())
    return client.post(IMPORT, data | {"file": file}, headers={"accept-language": "en"})


ROW = "1.03.00,1/SP,Pembangunan Jalan,CV Batu Andesit,350,2026-01-05,2026-01-09,2026-11-30\n"


def look(client: Client, address: str) -> tuple[Any, dict[str, Any]]:
    """A preview, and what its form would send."""
    answer = client.get(address, headers={"accept-language": "en"})
    return answer, {**dict(answer.context["hidden"]), "mark": answer.context["mark"]}


def test_a_head_sees_what_a_file_would_change_and_brings_it_in(
    world: World, works: Agency, client: Client
) -> None:
    item, head = world.item(works, "1.03.00", Decimal(400)), works.people["agency_head"]
    contract(item, value=Decimal(300))
    world.item(works, "1.03.01", Decimal(400))
    text = HEADINGS + ROW + ROW.replace("1.03.00,1/SP", "1.03.01,2/SP")
    sent = upload(client, head, text)
    assert sent.status_code == 302
    shown, form = look(client, sent["Location"])
    assert "350" in shown.content.decode()
    assert [one["new"] for one in shown.context["rows"]] == [True, False]
    assert shown.context["rows"][1]["differences"] == [("value", "300", "350")]
    assert Contract.objects.get().value == 300, "looking changes nothing"
    for _ in range(2):  # the second click finds nothing more to do
        assert client.post(sent["Location"], form).status_code == 302
    assert set(Contract.objects.values_list("number", "value")) == {
        ("1/SP", Decimal(350)),
        ("2/SP", Decimal(350)),
    }
    assert Contract.history.filter(history_user=head).count() == 2


def test_what_changed_meanwhile_is_shown_anew_and_not_overwritten(
    world: World, works: Agency, client: Client
) -> None:
    item = world.item(works, "1.03.00", Decimal(400))
    sent = upload(client, works.people["agency_head"], HEADINGS + ROW)
    _, form = look(client, sent["Location"])
    contract(item, value=Decimal(222))
    answer = client.post(sent["Location"], form)
    assert answer.status_code == 409
    assert Contract.objects.get().value == 222


def test_errors_are_named_by_row_and_column_and_nothing_is_brought_in(
    world: World, works: Agency, client: Client
) -> None:
    world.item(works, "1.03.00", Decimal(400))
    text = HEADINGS + ROW + "9.99.99,2/SP,Jalan,CV X,abc,2026-01-05,2026-01-09,2026-11-30\n"
    sent = upload(client, works.people["agency_head"], text)
    answer, form = look(client, sent["Location"])
    shown = answer.content.decode()
    assert answer.status_code == 422
    assert "Row 3" in shown
    assert "Dinas PUPR has no sub-activity “9.99.99”" in shown
    assert client.post(sent["Location"], form).status_code == 422
    assert not Contract.objects.exists()


def test_a_head_brings_nothing_in_for_another_agency_and_finds_no_file_of_somebody_else(
    world: World, works: Agency, client: Client
) -> None:
    other = world.agency("1.05", "Satpol PP")
    reader = bureau(world)
    world.item(works, "1.03.00", Decimal(400))
    assert upload(client, works.people["agency_head"], HEADINGS + ROW, agency="1.05").status_code == 404
    assert upload(client, works.people["agency_head"], HEADINGS + ROW, year="1999").status_code == 404
    sent = upload(client, reader, HEADINGS + ROW)  # the bureau does, for each agency
    assert sent.status_code == 302
    client.force_login(other.people["agency_head"])
    assert client.get(sent["Location"]).status_code == 404
    client.force_login(works.people["agency_head"])
    assert client.get(sent["Location"], follow=True).request["PATH_INFO"] == IMPORT
    assert upload(client, regent(world), HEADINGS + ROW).status_code == 404, (
        "leaders decide, they keep no contracts"
    )


def test_a_file_that_cannot_be_read_or_is_missing_is_refused_with_its_cure(
    world: World, works: Agency, client: Client
) -> None:
    for text in ("", "a\0b"):
        answer = upload(client, works.people["agency_head"], text)
        assert answer.status_code == 422
        assert 'role="alert"' in answer.content.decode()
    answer = client.post(IMPORT, {"agency": "1.03", "year": "2026"}, headers={"accept-language": "en"})
    assert answer.status_code == 422
    assert "No file was chosen" in answer.content.decode()
