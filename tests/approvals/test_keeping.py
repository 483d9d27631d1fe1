"""Holding and disposing: who may, when, and what became of every file."""

import hashlib
import json
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.core.files.storage import default_storage
from django.db import IntegrityError, OperationalError, connection, transaction

from approvals.keeping import services
from approvals.keeping.disposing import carry_on
from approvals.keeping.law import LOCK, KeepingRefused
from approvals.keeping.selectors import holds_on
from approvals.models import Disposal, DisposalItem, Hold, Notice
from approvals.tasks import drain
from ledger.recording import recorded
from registry import grants
from submissions.models import DisposedFile, Evidence
from tests.approvals.keeping_world import (
    BEFORE,
    WHY,
    House,
    attach,
    kept_house,
    refused,
    seen,
    spared,
    there,
)
from tests.approvals.test_hostile_requests import elsewhere
from tests.cast import World
from workflow.models import Outbox


@pytest.fixture
def house(cast: World, tmp_path: Path, settings: Any) -> House:
    return kept_house(cast, tmp_path, settings)


def events(table: str, row: int) -> list[dict[str, Any]]:
    """What the ledger says of a row, in order."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT payload FROM ledger.event WHERE of_table = %s AND of_row = %s ORDER BY id", [table, row]
        )
        return [json.loads(payload) for (payload,) in cursor.fetchall()]


# --- The whole way ---------------------------------------------------------------------------------------


def test_what_hadi_lists_and_lia_approves_goes_and_its_hashes_stay(house: House) -> None:
    files = list(Evidence.objects.order_by("pk"))
    hashes = [one.sha256 for one in files]
    listed = house.list()
    assert (listed.things, listed.size) == (5, sum(one.bytes for one in files))
    drain()
    assert all(there(one) for one in files), "nothing goes before it is approved"
    done = house.gone()
    assert done.pk == listed.pk and done.state == Disposal.State.DONE and done.ended_at
    assert not any(there(one) for one in files)
    assert list(Evidence.objects.order_by("pk").values_list("sha256", flat=True)) == hashes
    assert DisposedFile.objects.filter(minutes_no="BA-7/2037", minutes_date="2037-02-03").count() == 5


def test_the_receipt_names_every_thing_and_its_hash_stands_in_the_ledger(house: House) -> None:
    done = house.gone()
    told = json.loads(done.receipt)
    assert {one["sha256"] for one in told["disposed"]} == set(
        Evidence.objects.values_list("sha256", flat=True)
    )
    assert told["list"]["by"]["name"] == "Hadi Wanareja" and told["approved"]["by"]["name"] == "Lia Parikesit"
    assert (told["approved"]["minutes_no"], told["list"]["sha256"]) == ("BA-7/2037", done.digest)
    assert told["spared"] == [] and told["disposed_bytes"] == done.size
    last = events("approvals_disposal", done.pk)[-1]
    assert last["new"]["receipt_sha256"] == hashlib.sha256(done.receipt.encode()).hexdigest()
    approval = events("approvals_disposal", done.pk)[1]
    assert approval["actor"] == str(house.lia.pk)
    assert [one["post"] for one in approval["offices"]]


def test_the_head_of_the_agency_approves_the_list_of_his_agency(house: House) -> None:
    listed = house.list(unit=house.agency)
    assert listed.things == 4
    drain()
    told = set(Notice.objects.filter(code="notice.keeping.listed").values_list("person__username", flat=True))
    assert told == {"citra", "lia", "joko"}
    house.approve(listed, by="citra")
    drain()
    assert Disposal.objects.get(pk=listed.pk).state == Disposal.State.DONE
    assert there(Evidence.objects.get(report__item__unit=house.other_agency))


# --- Who and when ----------------------------------------------------------------------------------------


def test_only_the_bureau_lists(house: House) -> None:
    for who in ("ani", "citra", "dewi", "gita", "root", "joko"):
        assert refused(partial(house.list, by=who)) == "keeping.bureau_only", who


def test_who_holds_no_such_office_approves_nothing(house: House) -> None:
    listed = house.list(unit=house.agency)
    for who in ("ani", "budi", "dewi", "eko", "fitri", "gita", "indah", "root"):
        assert refused(partial(house.approve, listed, by=who)) == "disposal.office", who
    assert Disposal.objects.get(pk=listed.pk).state == Disposal.State.LISTED


def test_a_head_approves_nothing_beyond_his_agency_and_nobody_his_own_list(house: House) -> None:
    listed = house.list()
    assert refused(lambda: house.approve(listed, by="citra")) == "disposal.office"
    assert refused(lambda: house.approve(listed, by="hadi")) == "disposal.own"


def test_a_day_too_early_is_refused_with_the_earliest_one(house: House) -> None:
    house.at("2036-12-31 09:00")
    with pytest.raises(KeepingRefused) as caught:
        house.list()
    assert caught.value.code == "keeping.early"
    assert caught.value.params == {
        "before_on": "2027-01-01", "years": 10, "from_on": "2037-01-01", "latest_on": "2026-12-31",
    }  # fmt: skip
    house.at("2037-01-01 09:00")
    assert house.list().things == 5


def test_a_setting_that_lengthens_refuses_what_was_listed_before(house: House, settings: Any) -> None:
    listed = house.list()
    settings.KEEPING_YEARS = {"evidence": 12}
    assert refused(lambda: house.approve(listed)) == "keeping.early"


def test_minutes_have_a_number_and_a_day_between_the_list_and_today(house: House) -> None:
    listed = house.list()
    assert refused(lambda: house.approve(listed, minutes_no=" ")) == "disposal.minutes_no"
    for day in (date(2037, 2, 2), date(2037, 2, 4)):
        assert refused(partial(house.approve, listed, minutes_date=day)) == "disposal.minutes_date"


def test_a_second_click_lists_approves_and_withdraws_nothing_twice(house: House) -> None:
    listed = house.list()
    assert house.list().pk == listed.pk and Disposal.objects.count() == 1
    house.approve(listed)
    again = house.approve(listed, seen="seen before")
    assert again.state == Disposal.State.APPROVED
    assert len(events("approvals_disposal", listed.pk)) == 2
    assert refused(lambda: house.approve(listed, by="joko")) == "disposal.over"
    assert refused(lambda: services.cancel(actor=house.lia, listed=listed, reason=WHY)) == "disposal.over"


def test_a_list_that_is_withdrawn_goes_nowhere_and_its_things_can_be_listed_again(house: House) -> None:
    listed = house.list()
    assert refused(lambda: services.cancel(actor=house.hadi, listed=listed, reason="salah")) == "hold.reason"
    assert refused(lambda: services.cancel(actor=house.dewi, listed=listed, reason=WHY)) == "disposal.office"
    for _click in range(2):
        services.cancel(actor=house.hadi, listed=listed, reason=WHY)
    told = events("approvals_disposal", listed.pk)
    assert len(told) == 2 and told[1]["reason_sha256"] == hashlib.sha256(WHY.encode()).hexdigest()
    assert refused(lambda: house.approve(listed)) == "disposal.over"
    assert house.list().things == 5


def test_what_stands_on_one_list_stands_on_no_other(house: House) -> None:
    house.list(unit=house.agency)
    assert house.list().things == 1
    assert refused(lambda: house.list(by="lia")) == "keeping.nothing"


# --- Holds -----------------------------------------------------------------------------------------------


def test_a_hold_keeps_things_off_every_list(house: House) -> None:
    hold = house.hold(house.agency)
    assert house.list().things == 1
    house.release(hold)
    assert house.list(unit=house.agency).things == 4


def test_a_hold_of_another_year_holds_nothing_and_one_of_a_report_its_files(house: House) -> None:
    first = Evidence.objects.order_by("pk").first()
    assert first
    with recorded(None):
        other = type(house.year).objects.create(
            government=house.government, label="2027", start_date="2027-01-01", end_date="2027-12-31"
        )
    house.hold(fiscal_year=other)
    house.hold(report=first.report)
    assert house.list().things == 3, "two files of the report are held"


def test_a_list_is_stale_when_a_hold_came_since_it_was_seen(house: House) -> None:
    listed = house.list()
    before = seen(listed)
    house.hold(house.agency)
    assert refused(lambda: house.approve(listed, seen=before)) == "disposal.stale"
    assert house.approve(listed).state == Disposal.State.APPROVED


def test_a_hold_between_approval_and_deed_spares_what_it_covers(house: House) -> None:
    listed = house.approve(house.list())
    house.hold(house.agency)
    drain()
    done = Disposal.objects.get(pk=listed.pk)
    assert done.state == Disposal.State.DONE
    assert sorted(spared(done)) == ["", *["spared.held"] * 4]
    assert Evidence.objects.filter(disposed=None).count() == 4
    assert all(there(one) for one in Evidence.objects.filter(disposed=None))
    assert {one["reason"] for one in json.loads(done.receipt)["spared"]} == {"spared.held"}


def test_a_file_that_a_held_report_shares_stays_for_both(house: House) -> None:
    listed = house.approve(house.list())
    shared = Evidence.objects.filter(original_name="bersama.png").order_by("pk")
    assert len({str(one.file) for one in shared}) == 1
    house.hold(report=shared[0].report)
    drain()
    found = dict(DisposalItem.objects.filter(disposal=listed).values_list("row", "spared"))
    assert [found[one.pk] for one in shared] == ["spared.held", "spared.shared"]
    assert there(shared[0])


def test_a_released_hold_frees_what_was_spared_for_a_next_list(house: House) -> None:
    listed = house.approve(house.list())
    hold = house.hold(house.agency)
    drain()
    house.release(hold)
    assert house.list().things == 4 and listed.things == 5


def test_strangers_place_no_hold(house: House) -> None:
    for who in ("ani", "citra", "eko", "gita", "joko", "root"):
        assert refused(partial(house.hold, house.agency, by=who)) == "hold.office", who


def test_an_auditor_holds_what_he_audits_and_the_bureau_may_release_it_and_tells_him(house: House) -> None:
    grants.give(grants.AUDIT, house.gita, house.agency)
    assert refused(lambda: house.hold(house.other_agency, by="gita")) == "hold.office"
    hold = house.hold(house.agency, by="gita")
    assert house.hold(house.agency, by="gita").pk == hold.pk, "a second click"
    assert refused(lambda: house.release(hold, by="dewi")) == "hold.release_office"
    assert refused(lambda: house.release(hold, reason="selesai")) == "hold.reason"
    assert refused(lambda: house.release(hold, reference=" ")) == "hold.reference"
    house.release(hold)
    house.release(hold)
    assert refused(lambda: house.release(hold, by="gita")) == "hold.released"
    drain()
    assert Notice.objects.filter(person=house.gita, code="notice.keeping.released").count() == 1
    told = events("approvals_hold", hold.pk)
    assert [one["actor"] for one in told] == [str(house.gita.pk), str(house.hadi.pk)]
    assert told[0]["reason_sha256"] == hashlib.sha256(WHY.encode()).hexdigest()
    assert told[0]["new"]["reason_sha256"] == told[0]["reason_sha256"]


def test_a_hold_says_why_and_by_which_letter(house: House) -> None:
    assert refused(lambda: house.hold(reason="pendek")) == "hold.reason"
    assert refused(lambda: house.hold(reference="")) == "hold.reference"
    assert not Hold.objects.exists()


# --- What is not as it was listed ------------------------------------------------------------------------


def test_what_is_missing_or_changed_is_spared_and_said(house: House) -> None:
    first, second = Evidence.objects.exclude(original_name="bersama.png").order_by("pk")[:2]
    listed = house.approve(house.list())
    default_storage.delete(str(first.file))
    path = default_storage.path(str(second.file))
    with open(path, "ab") as file:
        file.write(b"more")
    drain()
    found = dict(DisposalItem.objects.filter(disposal=listed).values_list("row", "spared"))
    assert (found[first.pk], found[second.pk]) == ("spared.missing", "spared.changed")
    assert there(second) and DisposedFile.objects.count() == 3


def test_a_file_that_a_later_report_came_to_share_stays(house: House) -> None:
    listed = house.approve(house.list())
    one = Evidence.objects.exclude(original_name="bersama.png").order_by("pk").first()
    assert one
    with recorded(None):
        Evidence.objects.create(
            report=Evidence.objects.get(report__item__unit=house.other_agency).report, file=str(one.file), sha256="0" * 64,
            kind="OTHER", original_name="x.png", mime="image/png", bytes=1, uploaded_by=house.ani, uploaded_at=one.uploaded_at,
        )  # fmt: skip
    drain()
    assert DisposalItem.objects.get(disposal=listed, row=one.pk).spared == "spared.shared" and there(one)


def test_while_things_go_no_hold_is_placed_and_the_other_way_round(
    committed: dict[str, str], house: House
) -> None:
    house.approve(house.list())
    row = Outbox.objects.get(topic="keeping.dispose")
    with psycopg.connect(committed["app"]) as other, connection.cursor() as cursor:
        other.execute(LOCK)
        cursor.execute("SET lock_timeout = 100")
        assert refused(house.hold) == "keeping.busy"
        with pytest.raises(OperationalError), transaction.atomic():
            carry_on(row)
    assert not Hold.objects.exists() and not DisposalItem.objects.exclude(begun_at=None).exists()
    assert house.hold().released_at is None


# --- The database's own word -----------------------------------------------------------------------------


RAW = (
    "UPDATE approvals_disposal SET state = 'approved', approved_by_id = listed_by_id, approved_at = jenjang_now(),"
    " minutes_no = '1', minutes_date = '2037-02-03'",
    "UPDATE approvals_disposal SET state = 'approved', approved_by_id ="
    " (SELECT id FROM registry_user WHERE username = 'lia'), approved_at = jenjang_now(),"
    " minutes_no = '1', minutes_date = '2037-02-03'",
    "UPDATE approvals_disposal SET state = 'done', receipt = 'x', ended_at = jenjang_now()",
    "UPDATE approvals_disposal SET before = '2036-01-01'",
    "UPDATE approvals_disposal SET digest = repeat('0', 64)",
    "DELETE FROM approvals_disposalitem",
    "UPDATE approvals_disposalitem SET begun_at = jenjang_now()",
    "UPDATE approvals_disposalitem SET begun_at = jenjang_now(), disposed_at = jenjang_now()",
    "DELETE FROM approvals_disposal",
    "UPDATE approvals_hold SET reason = 'sesuatu yang lain'",
    "UPDATE approvals_hold SET unit_id = unit_id + 1",
    "DELETE FROM approvals_hold",
)


def test_raw_sql_of_the_sites_role_neither_approves_nor_alters(house: House) -> None:
    house.list(unit=house.agency)
    house.hold(house.other_agency)
    for statement in RAW:
        with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)


def test_a_thing_that_raw_sql_added_to_a_list_stops_its_approval(house: House) -> None:
    listed = house.list(unit=house.agency)
    other = Evidence.objects.get(report__item__unit=house.other_agency)
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO approvals_disposalitem (disposal_id, what, row, sha256, size, spared)"
            " VALUES (%s, 'submissions.evidence', %s, %s, 1, '')",
            [listed.pk, other.pk, other.sha256],
        )
    assert refused(lambda: house.approve(listed)) == "disposal.altered"


def test_a_list_is_refused_that_somebody_writes_as_approved(house: House) -> None:
    listed = house.list()
    row = {
        field.name: getattr(listed, field.name)
        for field in Disposal._meta.concrete_fields
        if field.name != "id"
    }
    forged = {"token": "x" * 20, "state": "approved", "approved_by": house.lia, "minutes_no": "1"}
    with pytest.raises(IntegrityError), transaction.atomic():
        Disposal.objects.bulk_create([Disposal(**{**row, **forged, "minutes_date": BEFORE})])


def test_attached_again_after_a_disposal_it_is_a_file_of_its_own(house: House) -> None:
    house.gone()
    house.at("2026-02-03 09:00")
    report = Evidence.objects.order_by("pk").first().report
    assert there(attach(house.cast, [report], "baru")[0])


def test_a_hold_on_an_agency_still_holds_what_was_reported_there_when_the_work_moves_away(
    house: House,
) -> None:
    item, listed = Evidence.objects.earliest("pk").report.item, house.list()
    hold = house.hold(house.agency)
    with recorded(None):
        item.unit = house.other_agency
        item.save()
    house.approve(listed)
    drain()
    assert spared(listed).count("spared.held") == 4
    assert hold in holds_on(Evidence.objects.earliest("pk").report)


def test_the_bureau_of_another_government_is_not_told_of_a_list(house: House) -> None:
    mira = elsewhere(house.cast)
    house.list()
    drain()
    assert Notice.objects.filter(person=house.lia).exists()
    assert not Notice.objects.filter(person=mira).exists()


def test_nor_does_the_database_let_it_approve_one(house: House) -> None:
    mira = elsewhere(house.cast)
    listed = house.list()
    approved = {
        "approved_by": mira,
        "approved_at": listed.listed_at,
        "minutes_no": "1",
        "minutes_date": BEFORE,
    }
    with pytest.raises(IntegrityError), recorded(mira):
        Disposal.objects.filter(pk=listed.pk).update(state="approved", **approved)
    with recorded(house.lia):
        Disposal.objects.filter(pk=listed.pk).update(
            state="approved", **approved | {"approved_by": house.lia}
        )
