"""The central bureau brings in budgets as another system exports them, and sees what changes before anything does."""

from datetime import date
from io import BytesIO
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse

from registry.models import BudgetItem, FileMapping, FiscalYear, Government, Post, Unit, User
from tests.cast import World, assign
from tests.registry.test_import_foreign import DPA
from wording.sentences import say

START = "/plans/"


@pytest.fixture
def bureau(cast: World) -> Client:
    cast.at("2026-01-05 09:00")
    post = Post.objects.create(
        unit=Unit.objects.get(parent=None), role="oversight", title="Kepala Bagian Pembangunan"
    )
    assign(cast.gita, post)
    return signed_in(cast.gita)


def signed_in(person: User) -> Client:
    client = Client()
    client.force_login(person, backend="django.contrib.auth.backends.ModelBackend")
    return client


def brought(client: Client, text: str = DPA, name: str = "dpa.csv", **said: str) -> Any:
    file = BytesIO(text.encode())
    file.name = name
    return client.post(START, {"year": "2026", "kind": "plan", "file": file} | said)


def hidden(page: Any) -> dict[str, str]:
    return dict(page.context["hidden"]) | {"mark": page.context["mark"]}


def test_she_sees_what_changes_then_imports_and_the_ledger_names_her(bureau: Client, cast: World) -> None:
    page = bureau.get(brought(bureau)["Location"])
    assert page.status_code == 200 and page.context["result"].summary["plans"] == 2
    assert not BudgetItem.objects.exists()
    done = bureau.post(page.request["PATH_INFO"], hidden(page) | {"save_as": "SIPD 2026"})
    assert done.status_code == 302 and BudgetItem.objects.count() == 2
    assert FileMapping.objects.get().name == "SIPD 2026"
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT DISTINCT payload::json ->> 'actor' FROM ledger.event"
            " WHERE of_table IN ('registry_budgetitem', 'registry_filemapping')"
        )
        assert cursor.fetchall() == [(str(cast.gita.pk),)]
    # The second click finds nothing to change, and the columns are remembered.
    again = bureau.get(brought(bureau)["Location"])
    assert not again.context["result"].summary["changed"] and again.context["choices"].mapping == "SIPD 2026"


def test_what_changed_in_between_is_shown_again_first(bureau: Client) -> None:
    page = bureau.get(brought(bureau)["Location"])
    answer = bureau.post(page.request["PATH_INFO"], hidden(page) | {"mark": "something else"})
    assert answer.status_code == 302 and not BudgetItem.objects.exists()
    told = [str(one) for one in bureau.get(answer["Location"]).context["messages"]]
    assert told == [say("plans.moved")]


def test_columns_that_nobody_knows_are_asked_for_and_nothing_is_lost(bureau: Client) -> None:
    page = bureau.get(brought(bureau, DPA.replace("KODE SUB SKPD", "SATKER"))["Location"])
    assert page.status_code == 422 and page.context["missing"] == ["unit_code"]
    chosen = {name: value for name, value in page.context["hidden"]} | {"f-unit_code": "SATKER"}
    page = bureau.get(page.request["PATH_INFO"], chosen)
    assert page.status_code == 200 and page.context["result"].summary["items"]["new"] == 2


def test_a_wrong_row_is_named_under_the_files_own_heading(bureau: Client) -> None:
    page = bureau.get(brought(bureau, DPA.replace(";40.000.000", ";empat puluh", 1))["Location"])
    assert page.status_code == 422
    assert [(one.row, one.column) for one in page.context["errors"]] == [(5, "PAGU")]


def test_no_file_and_a_file_of_another_kind_are_refused_in_a_sentence(bureau: Client) -> None:
    assert bureau.post(START, {"year": "2026", "kind": "plan"}).status_code == 422
    assert brought(bureau, "%PDF-1.7", "dpa.pdf").status_code == 422


def test_a_file_of_somebody_else_is_not_found(bureau: Client, cast: World) -> None:
    place = brought(bureau)["Location"]
    assign(cast.dewi, Post.objects.get(role="oversight"), "plh", "2026-01-01")
    answer = signed_in(cast.dewi).get(place)
    assert answer.status_code == 302 and answer["Location"] == START


@pytest.mark.parametrize("person", ["ani", "budi", "citra", "dewi", "eko", "gita", "root"])
def test_nobody_else_is_let_in(cast: World, person: str) -> None:
    client = signed_in(getattr(cast, person))
    assert client.get(START).status_code == 404
    assert brought(client).status_code == 404
    assert client.get(reverse("submissions:plans_look", args=["a" * 20]) + "?year=2026").status_code == 404


def test_a_year_with_a_sign_that_no_column_keeps_is_a_year_all_the_same(bureau: Client) -> None:
    assert brought(bureau, year="2026\x00").status_code == 302
    assert bureau.get(f"{START}?year=%00").status_code == 200


def test_the_bureau_of_another_government_brings_nothing_in_here(bureau: Client, cast: World) -> None:
    other = Government.objects.create(
        code="98.01", name="Kota Lain", sub_activity_pattern=".*", account_pattern=".*", unit_pattern=".*"
    )
    FiscalYear.objects.create(
        government=other, label="2031", start_date=date(2031, 1, 1), end_date=date(2031, 12, 31)
    )
    assert brought(bureau, year="2031").status_code == 404
