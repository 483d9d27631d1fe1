"""Signed documents go only when a bundle has them, working papers after five years, logs after one; pages say what became."""

import hashlib
import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from django.core.files.storage import default_storage
from django.db import connection
from django.test import Client
from django.utils import translation

from approvals.keeping import things
from approvals.models import Disposal, DisposalItem, Letter, Notice, SigningBatch, YearBundle
from approvals.tasks import drain
from ledger.clock import now
from ledger.recording import recorded
from portal.models import Delivery, Webhook
from submissions.models import DisposedFile, Evidence
from tests.approvals import issued
from tests.approvals.keeping_world import LATER, House, houses, kept_house, refused, said, spared
from tests.approvals.posts import browser_of
from tests.cast import World


@pytest.fixture(autouse=True)
def in_english() -> Any:
    with translation.override("en"):
        yield


@pytest.fixture
def signed(cast: World, tmp_path: Path, settings: Any) -> tuple[House, SigningBatch]:
    """A document of January 2026, ten years later."""
    issued.keys_in(tmp_path, settings)
    house = houses(cast)
    batch = issued.published(cast, issued.verified(cast, 1))
    cast.at(LATER)
    return house, SigningBatch.objects.get(pk=batch.pk)


def bundled(house: House, batch: SigningBatch) -> YearBundle:
    """What a bundle that has this document leaves in the records."""
    one = {"path": "documents/x.pdf", "sha256": batch.signed_sha256, "size": batch.signed_file.size}
    with recorded(None):
        return YearBundle.objects.create(
            fiscal_year=house.year, unit=house.root, asked_at=now(), made_at=now(), manifest=json.dumps({"documents": [one]}),
            manifest_sha256="0" * 64,
        )  # fmt: skip


# --- Documents -------------------------------------------------------------------------------------------


def test_a_signed_document_goes_only_when_a_bundle_has_it_and_nothing_holds_a_report_of_it(
    signed: tuple[House, SigningBatch],
) -> None:
    house, batch = signed
    assert refused(lambda: house.list("documents")) == "keeping.nothing"
    bundled(house, batch)
    listed = house.approve(house.list("documents"))
    hold = house.hold(report=batch.entries.get().report)
    drain()
    assert spared(listed) == ["spared.held"] and default_storage.exists(str(batch.signed_file))
    house.release(hold)
    done = house.gone(kind="documents")
    assert spared(done) == [""] and not default_storage.exists(str(batch.signed_file))
    assert json.loads(done.receipt)["disposed"][0]["sha256"] == batch.signed_sha256
    assert SigningBatch.objects.get(pk=batch.pk).signed_sha256 == batch.signed_sha256


def test_the_pages_of_a_document_say_under_which_minutes_it_went(signed: tuple[House, SigningBatch]) -> None:
    house, batch = signed
    bundled(house, batch)
    assert Client().get(f"/v/{batch.token}/document.pdf").status_code == 200
    house.gone(kind="documents")
    anybody = Client()
    anybody.cookies["django_language"] = "en"
    for path in (f"/v/{batch.token}/document.pdf", f"/v/{batch.token}/"):
        page = anybody.get(path)
        assert page.status_code == (410 if path.endswith(".pdf") else 200)
        assert "BA-7/2037" in said(page) and "disposed of" in said(page)
    assert "Yes. It was signed and published." in said(anybody.get(f"/v/{batch.token}/"))
    assert anybody.get(f"/v/find/?sha256={batch.signed_sha256}").json()["found"]
    assert "document.pdf" not in anybody.get(f"/v/{batch.token}/").content.decode()
    inside = browser_of(house.citra)
    assert inside.get(f"/batches/{batch.token}/document.pdf").status_code == 410
    assert "BA-7/2037" in said(inside.get(f"/batches/{batch.token}/"))


def test_what_was_printed_to_be_signed_goes_after_five_years(signed: tuple[House, SigningBatch]) -> None:
    house, batch = signed
    house.at("2031-12-31 09:00")
    assert refused(lambda: house.list("papers")) == "keeping.early"
    house.at("2032-01-01 09:00")
    listed = house.approve(house.list("papers"), minutes_date=date(2032, 1, 1))
    drain()
    assert spared(listed) == [""] and not default_storage.exists(str(batch.prepared_file))
    assert default_storage.exists(str(batch.signed_file)), "the signed one stays"
    assert Client().get(f"/v/{batch.token}/document.pdf").status_code == 200


# --- Logs ------------------------------------------------------------------------------------------------


@pytest.fixture
def told(cast: World, tmp_path: Path, settings: Any) -> House:
    """A notice, a letter of its own, and a message to another system, each from January 2026."""
    house = houses(cast)
    with recorded(None):
        letter = Letter.objects.create(key="old", person=cast.ani, created_at=now())
        Letter.objects.create(key="alone", person=cast.ani, created_at=now())
        Notice.objects.create(
            key="old", person=cast.ani, code="notice.month.opened", link="/", created_at=now(), letter=letter
        )
        hook = Webhook.objects.create(
            name="Satu Data", url="https://contoh.test/", topics=[], scope=house.root, secret_locked="x", secret_at=now(),
            owner=cast.hadi, created_at=now(),
        )  # fmt: skip
        for state in ("delivered", "waiting"):
            Delivery.objects.create(
                webhook=hook, event=state, message=state, topic="x", body="{}", state=state, created_at=now()
            )
    cast.at("2027-02-04 09:00")
    return house


def test_logs_go_after_a_year_what_still_waits_stays(told: House) -> None:
    before = date(2026, 2, 4)
    assert refused(lambda: told.list("logs", unit=told.agency, before=before)) == "keeping.logs_root"
    assert refused(lambda: told.list("logs", before=date(2026, 2, 5))) == "keeping.early"
    listed = told.list("logs", before=before)
    assert sorted(listed.items.values_list("what", flat=True)) == [
        "approvals.letter",
        "approvals.notice",
        "portal.delivery",
    ]
    told.approve(listed, minutes_date=date(2027, 2, 4))
    drain()
    assert spared(listed) == ["", "", ""]
    assert list(Delivery.objects.values_list("state", flat=True)) == ["waiting"]
    assert list(Letter.objects.filter(person=told.ani).values_list("key", flat=True)) == ["old"]
    assert told.list("logs", before=before).things == 1, "the letter, now that its notice has gone"


def test_every_hold_of_their_year_holds_logs_and_a_row_that_changed_is_spared(told: House) -> None:
    before = date(2026, 2, 4)
    listed = told.approve(told.list("logs", before=before), minutes_date=date(2027, 2, 4))
    with recorded(None):
        Notice.objects.filter(key="old").update(read_at=now())
    told.hold(told.other_agency, fiscal_year=told.year)
    drain()
    assert set(spared(listed)) == {"spared.held"}
    assert refused(lambda: told.list("logs", before=before)) == "keeping.nothing"
    told.release(told.hold(told.other_agency, fiscal_year=told.year))
    again = told.approve(told.list("logs", before=before), minutes_date=date(2027, 2, 4))
    with recorded(None):
        Notice.objects.filter(key="old").update(read_at=None)
    drain()
    assert sorted(spared(again)) == ["", "", "spared.changed"]
    assert json.loads(Disposal.objects.get(pk=again.pk).receipt)["spared"][0]["what"] == "approvals.notice"


def test_the_hash_of_a_row_is_that_of_its_whole_text(told: House) -> None:
    listed = told.list("logs", before=date(2026, 2, 4))
    item = listed.items.get(what="portal.delivery")
    with connection.cursor() as cursor:
        cursor.execute("SELECT to_jsonb(t)::text FROM portal_delivery t WHERE id = %s", [item.row])
        (text,) = cursor.fetchone()
    assert (item.sha256, item.size) == (hashlib.sha256(text.encode()).hexdigest(), len(text.encode()))
    assert all(things.LOG_OF[log.what].table for log in things.LOGS)


# --- Evidence on its pages -------------------------------------------------------------------------------


def test_the_page_of_a_file_says_in_words_that_it_was_disposed_of(
    cast: World, tmp_path: Path, settings: Any
) -> None:
    house = kept_house(cast, tmp_path, settings)
    one = Evidence.objects.filter(report__item__unit=house.agency).order_by("pk").first()
    assert one
    ani, path = browser_of(house.ani), f"/evidence/{one.token}/"
    assert ani.get(path).status_code == 200
    house.gone()
    page = ani.get(path)
    assert page.status_code == 410 and "BA-7/2037" in said(page)
    review = browser_of(house.budi).get(f"/reports/{one.report.token}/")
    assert "BA-7/2037" in said(review) and path not in review.content.decode()
    assert browser_of(house.eko).get(path).status_code == 404
    assert DisposedFile.objects.count() == DisposalItem.objects.exclude(disposed_at=None).count() == 5
