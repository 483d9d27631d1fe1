"""Nothing happens off the record: every business table speaks to the ledger, with who and in which request."""

import json

import pytest
from django.apps import apps
from django.db import connection

from ledger.recording import recorded
from registry.models import Unit, User
from tests.cast import World

# Tables of libraries, and of our own machinery that holds no business: sessions, queues, log-in attempts, histories.
NOT_BUSINESS = {
    "approvals_savedfilter",  # a way of looking
    "portal_health",  # how an address outside has answered lately
    "portal_delivery",  # a message on its way; what it tells is recorded where it was done
    "submissions_upload",  # bytes on their way; what they become is evidence
    "workflow_act",  # the request; what it did is in its decisions
    "workflow_outbox",  # work to be done; what it does is recorded where it is done
    "submissions_heartbeat",  # that the calendar ran
    "portal_apianswer",  # the first answer to a program's request, forgotten after a week
    "submissions_calendarfault",  # what it could not do, until it could
    "registry_office",  # views
    "registry_reach",
    "registry_standin",
}
OURS = ("registry", "workflow", "submissions", "approvals", "portal", "audit")


def events(**of: str) -> list[dict]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT payload FROM ledger.event WHERE of_table = %(table)s ORDER BY id", of)
        return [json.loads(payload) for (payload,) in cursor.fetchall()]


def test_every_business_table_has_its_three_triggers_always_on(db: None) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT c.relname FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid WHERE t.tgname IN"
            " ('ledger_insert', 'ledger_update', 'ledger_delete') AND t.tgenabled = 'A' GROUP BY 1 HAVING count(*) = 3"
        )
        recorded_tables = {name for (name,) in cursor.fetchall()}
    business = {
        model._meta.db_table
        for model in apps.get_models(include_auto_created=True)
        if model._meta.app_label in OURS and not model.__name__.startswith("Historical")
    }
    assert business - NOT_BUSINESS <= recorded_tables


def test_every_history_table_is_append_only(db: None) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT c.relname FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid"
            " WHERE t.tgname = 'append_only' AND t.tgenabled = 'A'"
        )
        kept = {name for (name,) in cursor.fetchall()}
    histories = {m._meta.db_table for m in apps.get_models() if m.__name__.startswith("Historical")}
    assert histories <= kept


def test_every_business_model_is_read_back_by_its_history(db: None) -> None:
    without = {
        model.__name__
        for model in apps.get_models()
        if model._meta.app_label in OURS
        and model._meta.managed
        and not model.__name__.startswith("Historical")
        if not hasattr(model, "history")
    }
    # Append-only rows are their own history.
    assert without == {
        "RouteVersion", "Act", "Decision", "Grant", "Outbox", "Editor", "Opening", "SigningEntry", "Notice",
        "UnitUserPermission", "UnitGroupPermission", "CalendarAct", "YearAct", "CalendarFault", "Heartbeat",
        "Request", "RequestAct", "EvidenceScan", "PaymentImport", "Upload",
        "Comment", "SavedFilter", "Letter", "Health", "Delivery", "Attempt", "Reading", "DisposalItem",
        "YearBundle", "DisposedFile", "ReminderLetter", "ApiAnswer", "FeedbackAct", "SurveyAnswer",
    }  # fmt: skip


def test_an_event_names_who_and_in_which_request(cast: World) -> None:
    with recorded(cast.ani):
        Unit.objects.filter(pk=cast.agency.pk).update(name="Dinas PUPR")
    event = events(table="registry_unit")[-1]
    assert event["actor"] == str(cast.ani.pk)
    assert event["role"] == "jenjang_app"
    assert len(event["request"]) == 36
    assert (event["old"]["name"], event["new"]["name"]) == ("Dinas Pekerjaan Umum", "Dinas PUPR")


def test_a_change_by_raw_sql_is_recorded_without_an_actor(cast: World) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('jenjang.actor', '', true)")
        cursor.execute("UPDATE registry_unit SET name = 'Diam-diam' WHERE id = %s", [cast.agency.pk])
    event = events(table="registry_unit")[-1]
    assert (event["actor"], event["op"], event["new"]["name"]) == (None, "U", "Diam-diam")


def test_an_update_that_changes_nothing_says_nothing(cast: World) -> None:
    before = len(events(table="registry_unit"))
    Unit.objects.update(route_code="DINAS")
    assert len(events(table="registry_unit")) == before


def test_no_name_number_mail_or_password_of_a_person_is_in_any_event(cast: World) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT string_agg(payload, ' ') FROM ledger.event")
        everything = cursor.fetchone()[0]
    for person in User.objects.exclude(nip=None):
        for secret in (person.name, person.nip, person.email, person.password):
            assert secret not in everything
    assert all(len(event["new"]["name_sha256"]) == 64 for event in events(table="registry_user"))


@pytest.mark.parametrize("count", [1, 40])
def test_one_event_for_each_changed_row(cast: World, count: int) -> None:
    before = len(events(table="registry_budgetitem"))
    cast.items(count)
    assert len(events(table="registry_budgetitem")) == before + count
