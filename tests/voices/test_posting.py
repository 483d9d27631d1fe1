"""A citizen writes: what is kept, what is refused with its cure, and that nobody learns who it was."""

import gzip
import io
import json
import re
import struct
import zlib
from typing import Any

import pytest
from django.core.cache import cache
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.urls import reverse
from PIL import Image

from ledger.clock import now
from ledger.recording import recorded
from portal.models import Feedback, FeedbackAct
from portal.voices import moderation, photos
from portal.voices.forms import clean, new_stamp
from portal.voices.senders import GUESSES
from portal.voices.tickets import new_ticket
from registry.models import Government, Unit
from registry.vault import unlock
from submissions.models import EvidenceScan
from tests.cast import PNG
from tests.voices.town import MAIL, REPLY, WORDS, Town, fresh, photo, seen


def said(answer: Any) -> str:
    """The sentences of a refused form."""
    page = answer.content.decode()
    found = re.search(r'<div class="error-summary".*?</ul>', page, re.DOTALL)
    return re.sub(r"<[^>]+>", " ", found[0]) if found else ""


def events(table: str) -> list[dict[str, Any]]:
    """The ledger's events of a table, the oldest first."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT payload FROM ledger.event ORDER BY id")
        told = [json.loads(payload) for (payload,) in cursor.fetchall()]
    return [one for one in told if one["table"].endswith(table)]


def test_a_citizen_writes_about_a_road_and_gets_a_ticket_with_its_clock(town: Town) -> None:
    client = Client()
    page = client.get(town.address)
    assert page.status_code == 200 and town.road.sub_activity_name in page.content.decode()
    answer = town.post(
        client, place="  Depan   SD 3 ", contact=MAIL, latitude="-0.502106", longitude="117.153709"
    )
    one = Feedback.objects.get()
    assert answer.status_code == 302 and answer["Location"] == reverse("voices:ticket", args=[one.token])
    assert (one.item, one.unit, one.month, one.kind, one.state) == (
        town.road, town.cast.agency, 1, "complaint", "received",
    )  # fmt: skip
    assert (one.text, one.place, str(one.latitude)) == (WORDS, "Depan SD 3", "-0.502106")
    ticket = client.get(answer["Location"])
    shown = ticket.content.decode()
    assert one.ticket in shown and ticket["Cache-Control"].startswith("max-age=0")
    # Tuesday 3 February: three working days are Friday the 6th, fourteen days the 17th, sixty days 4 April.
    assert all(day in shown for day in ("6 Februari 2026", "17 Februari 2026", "4 April 2026"))
    assert MAIL not in shown


def test_the_contact_is_locked_and_neither_it_nor_the_words_nor_the_address_reach_the_ledger(
    town: Town,
) -> None:
    town.post(Client(REMOTE_ADDR="203.0.113.77"), place="Gang Melati 4", contact=MAIL)
    one = Feedback.objects.get()
    assert unlock(one.contact_locked) == MAIL and MAIL not in one.contact_locked
    told = json.dumps(events("portal_feedback") + events("portal_historicalfeedback"))
    assert '"routed_to_id"' in told
    for secret in (
        one.ticket,
        one.token,
        MAIL,
        WORDS[:20],
        "Gang Melati",
        "203.0.113.77",
        one.contact_locked[:30],
    ):
        assert secret not in told
    assert len(one.sender) == 5


def test_the_same_words_from_the_same_form_are_one_message_and_other_words_another(town: Town) -> None:
    client, stamp = Client(), new_stamp()
    first = town.post(client, stamp=stamp)
    second = town.post(client, stamp=stamp)
    assert first["Location"] == second["Location"] and Feedback.objects.count() == 1
    third = town.post(client, stamp=stamp, text=f"{WORDS} Sudah ada yang jatuh.")
    assert third.status_code == 302 and third["Location"] != first["Location"]
    assert Feedback.objects.count() == 2


def test_six_in_an_hour_are_one_too_many_and_the_sentence_says_when_again(town: Town) -> None:
    town.cast.at("2026-02-03 10:00")
    client = Client(REMOTE_ADDR="203.0.113.5")
    for number in range(5):
        assert town.post(client, text=f"{WORDS} {number}").status_code == 302
    answer = town.post(client, text="Yang keenam dari sini hari ini.", place="Pasar")
    assert answer.status_code == 422 and Feedback.objects.count() == 5
    assert "11.0" in said(answer) and "5" in said(answer)
    assert "Yang keenam" in answer.content.decode() and "Pasar" in answer.content.decode()
    assert town.post(Client(REMOTE_ADDR="198.51.100.9")).status_code == 302
    town.later(1)
    assert town.post(client, text="Yang keenam dari sini hari ini.").status_code == 302


def test_twenty_in_a_day_are_the_most(town: Town) -> None:
    town.cast.at("2026-02-03 06:00")
    client = Client(REMOTE_ADDR="2001:db8:1:2::5")
    for number in range(20):
        # Another telephone of the same household.
        client = Client(REMOTE_ADDR=f"2001:db8:1:2::{number + 1}")
        assert town.post(client, text=f"{WORDS} {number}").status_code == 302
        town.later(0.25)
    town.later(2)
    assert town.post(client, text="Dua puluh satu pesan dalam sehari.").status_code == 422
    town.cast.at("2026-02-04 06:00")  # another day, another digest
    assert town.post(client, text="Dua puluh satu pesan dalam sehari.").status_code == 302


@pytest.mark.parametrize(
    ("typed", "field", "told"),
    [
        ({"text": "pendek"}, "text", "6"),
        ({"text": "a" * 2001}, "text", "2001"),
        ({"kind": "rumour"}, "kind", ""),
        ({"kind": ""}, "kind", ""),
        ({"contact": "bukan alamat"}, "contact", "15"),
        ({"contact": "a@b"}, "contact", ""),
        ({"contact": "x" * 1_000_000}, "contact", ""),
        ({"place": "p" * 201}, "place", "201"),
        ({"latitude": "95", "longitude": "117"}, "latitude", "95"),
        ({"latitude": "-0.5"}, "longitude", ""),
        ({"website": "http://spam.example"}, "", ""),
        ({"stamp": "forged"}, "", ""),
        ({"stamp": "\x00:1:2"}, "", ""),
    ],
)
def test_what_cannot_be_taken_is_told_with_its_cure_and_nothing_typed_is_lost(
    town: Town, typed: dict[str, str], field: str, told: str
) -> None:
    answer = town.post(Client(), **{"place": "Jembatan Merah"} | typed)
    assert answer.status_code == 422 and Feedback.objects.count() == 0
    page = answer.content.decode()
    assert told in said(answer) and (not field or f'href="#{field}"' in page)
    assert typed.get("place", "Jembatan Merah") in page and typed.get("text", WORDS) in page


@pytest.mark.parametrize("month", ["0000-01", "9999-12", "2026-00", "２０２６-01", "x"])
def test_an_address_with_a_month_that_never_was_leads_nowhere(town: Town, month: str) -> None:
    assert Client().get(reverse("voices:new"), {"month": month}).status_code == 404


def test_who_sends_at_once_is_asked_to_press_again_and_who_comes_a_day_later_too(town: Town) -> None:
    client, stamp = Client(), new_stamp()
    at_once = client.post(town.address, {"kind": "complaint", "text": WORDS, "stamp": stamp})
    assert at_once.status_code == 422 and WORDS in at_once.content.decode()
    town.later(25)
    late = client.post(town.address, {"kind": "complaint", "text": WORDS, "stamp": stamp})
    assert late.status_code == 422 and stamp not in late.content.decode()
    again = re.search(r'name="stamp" value="([^"]+)"', late.content.decode())
    assert again and town.post(client, stamp=again[1]).status_code == 302


def test_signs_that_no_database_keeps_are_left_out(town: Town) -> None:
    answer = town.post(Client(), text="Lampu\x00 jalan\x07 mati sejak\r\nSenin.", place="\x00")
    assert answer.status_code == 302
    one = Feedback.objects.get()
    assert one.text == "Lampu jalan mati sejak\nSenin." and one.place == ""


def test_half_a_sign_is_no_fault(town: Town) -> None:
    assert clean("Jalan \ud83d rusak") == "Jalan ? rusak"
    town.later(0.01)
    body = b"kind=complaint&text=Jalan rusak parah %ED%A0%BD sekali&stamp=" + new_stamp().encode()
    town.later(0.01)
    answer = Client().post(town.address, body, content_type="application/x-www-form-urlencoded")
    assert answer.status_code == 302


def test_a_megabyte_of_words_is_refused_and_comes_back(town: Town) -> None:
    answer = town.post(Client(), text="z" * 1_000_000)
    assert answer.status_code == 422 and b"z" * 1_000_000 in answer.content


def test_a_script_is_shown_as_words(town: Town) -> None:
    one = town.message(text="<script>alert(1)</script> jalan rusak", place='"><img src=x>')
    page = Client().get(reverse("voices:ticket", args=[one.token])).content.decode()
    assert "<script>alert" not in page and "&lt;script&gt;alert" in page and "<img src=x" not in page


# --- Photos ----------------------------------------------------------------------------------------------


def test_a_photo_is_kept_without_what_the_camera_wrote_into_it(town: Town) -> None:
    upload = photo()
    assert b"KameraContoh" in upload.read()
    upload.seek(0)
    town.post(Client(), photo=upload)
    one = Feedback.objects.get()
    name = str(one.photo)
    with default_storage.open(name) as stored:
        content = stored.read()
    assert b"KameraContoh" not in content and b"Exif" not in content
    assert not dict(Image.open(io.BytesIO(content)).getexif())
    answer = Client().get(reverse("voices:photo", args=[one.token]))
    assert (answer.status_code, answer["Content-Type"]) == (200, "image/jpeg")
    assert b"".join(answer.streaming_content) == content
    assert Client().get(reverse("voices:public_photo", args=[one.pk])).status_code == 404


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("foto.png", PNG + b"PK\x03\x04<script>alert(1)</script>"),
        ("foto.jpg", b"<html><script>alert(1)</script>"),
        ("foto.jpg", b"%PDF-1.7\n"),
        ("foto.jpg", b"MZ" + b"\0" * 100),
        ("foto.jpg", PNG[:-8]),
        ("foto.jpg", b"\xff\xd8\xff" + b"x" * 500),
        ("foto.gif", b"GIF89a" + b"\0" * 100),
        ("../../etc/\x00.svg", b"<svg onload=alert(1)>"),
        ("foto.jpg", b""),
        ("foto.jpg", b"\xff\xd8\xff" + b"0" * (20 * 1024 * 1024)),
    ],
)
def test_what_is_no_photo_is_not_taken_and_the_words_stay(town: Town, name: str, content: bytes) -> None:
    answer = town.post(Client(), photo=SimpleUploadedFile(name, content, content_type="image/jpeg"))
    assert answer.status_code == 422 and Feedback.objects.count() == 0
    assert 'href="#photo"' in answer.content.decode() and WORDS in answer.content.decode()


def _bomb(kind: str) -> bytes:
    """A picture of a few kilobytes that would unpack to hundreds of megabytes."""
    if kind == "JPEG":
        content = photo().read()
        frame = content.index(b"\xff\xc0") + 5
        return content[:frame] + struct.pack(">HH", 19_999, 19_999) + content[frame + 4 :]
    side = 15_000
    parts = [(b"IHDR", struct.pack(">IIBBBBB", side, side, 1, 0, 0, 0, 0)),
             (b"IDAT", zlib.compress(bytes((side // 8 + 1) * side))), (b"IEND", b"")]  # fmt: skip
    told = (
        struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))
        for name, data in parts
    )
    return b"\x89PNG\r\n\x1a\n" + b"".join(told)


@pytest.mark.parametrize("kind", ["JPEG", "PNG"])
def test_a_small_file_that_unpacks_to_a_huge_picture_is_never_unpacked(
    town: Town, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    content = _bomb(kind)
    assert len(content) < 40_000
    monkeypatch.setattr(Image, "open", None)
    upload = SimpleUploadedFile("foto.jpg", content, content_type="image/jpeg")
    answer = town.post(Client(headers={"accept-language": "en"}), photo=upload)
    assert answer.status_code == 422 and "million" in answer.content.decode()


def test_no_picture_is_unpacked_for_a_form_with_faults_or_for_who_sent_enough(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nobody without an account makes the site work more often than he may write."""
    stamp = new_stamp()
    assert town.post(Client(), photo=photo(), stamp=stamp).status_code == 302
    for number in range(4):
        assert town.post(Client(), text=f"{WORDS} {number}").status_code == 302
    assert town.post(Client(), photo=photo(), stamp=stamp).status_code == 302, (
        "the same form is the same message"
    )
    monkeypatch.setattr(photos, "read_photo", None)
    assert "5" in town.post(Client(), photo=photo()).content.decode()
    assert town.post(Client(), photo=photo(), stamp=stamp).status_code == 302
    assert town.post(Client(), photo=photo(), stamp=stamp, text=f"{WORDS} Lagi.").status_code == 422
    for fault in ({"text": "x"}, {"kind": "x"}, {"contact": "x"}, {"stamp": "x"}):
        assert town.post(Client(), photo=photo(), **fault).status_code == 422
    assert Feedback.objects.count() == 5


def test_a_photo_that_the_scanner_has_not_answered_is_shown_to_nobody(town: Town, settings: Any) -> None:
    settings.CLAMD_URL = "tcp://127.0.0.1:9"
    town.post(Client(), photo=photo())
    one = Feedback.objects.get()
    address, states = reverse("voices:photo", args=[one.token]), EvidenceScan.State
    assert Client().get(address).status_code == 404
    for state, code in ((states.CLEAN, 200), (states.INFECTED, 404)):
        with recorded(None):
            EvidenceScan.objects.create(sha256=one.photo_sha256, state=state, engine="clamd", at=now())
        assert Client().get(address).status_code == code


# --- Addresses -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "asked",
    [
        "unit=9.99", "unit=98.01.A", "unit={unit}&item=9.99", "unit={unit}&item=98.0001", "month=2031-01", "month=2026-99",
        "unit=%00x", "unit={unit}&item={item}&month=abc", "unit=%ED%A0%80",
    ],
)  # fmt: skip
def test_what_this_government_does_not_have_is_not_there(town: Town, asked: str) -> None:
    with recorded(None):
        other = Government.objects.create(
            code="98.01", name="Kabupaten Tirtahening", sub_activity_pattern=".*", account_pattern=".*", unit_pattern=".*"
        )  # fmt: skip
        Unit.objects.create(government=other, kind="GOVERNMENT", code="98.01.A", name="Tirtahening")
    said = asked.format(unit=town.cast.agency.code, item=town.road.sub_activity_code)
    assert Client().get(f"{reverse('voices:new')}?{said}").status_code == 404


def test_without_a_subject_the_citizen_chooses_an_agency_or_none(town: Town) -> None:
    client, address = Client(), reverse("voices:new")
    assert "Dinas Kesehatan" in client.get(address).content.decode()
    assert town.post(client, address=address, unit=town.cast.other_agency.code).status_code == 302
    assert town.post(client, address=address, text="Entah kepada siapa ini saya tujukan.").status_code == 302
    assert [one.unit for one in Feedback.objects.order_by("pk")] == [town.cast.other_agency, None]
    assert town.post(client, address=address, unit="9.99").status_code == 404


# --- Finding it again ------------------------------------------------------------------------------------


def test_a_ticket_is_found_by_its_number_and_guessing_is_limited(town: Town) -> None:
    one = town.message()
    client, address = Client(REMOTE_ADDR="203.0.113.8"), reverse("voices:lookup")
    found = client.post(address, {"ticket": f" {one.ticket.replace('-', ' ')} "})
    assert found["Location"] == reverse("voices:ticket", args=[one.token])
    mistyped = one.ticket[:-1] + str((int(one.ticket[-1]) + 1) % 10)
    for _ in range(GUESSES + 3):  # who mistypes is no guesser
        assert client.post(address, {"ticket": mistyped}).status_code == 422
    for _ in range(GUESSES):
        assert client.post(address, {"ticket": new_ticket()}).status_code == 422
    assert client.post(address, {"ticket": one.ticket}).status_code == 429
    assert Client(REMOTE_ADDR="203.0.113.9").post(address, {"ticket": one.ticket}).status_code == 302
    cache.clear()
    for hostile in ("\x00", "9" * 1_000_000, ""):
        assert client.post(address, {"ticket": hostile}).status_code == 422
    assert Client().get(reverse("voices:ticket", args=["A" * 22])).status_code == 404


# --- Is it solved? ---------------------------------------------------------------------------------------


def test_the_citizen_says_that_it_is_solved_and_a_second_click_changes_nothing(town: Town) -> None:
    one = town.answered()
    client, address = Client(REMOTE_ADDR="203.0.113.77"), reverse("voices:ticket", args=[one.token])
    assert "Lubang sudah ditutup" in client.get(address).content.decode()
    for _ in range(2):
        assert client.post(address, {"act": "solved"}).status_code == 302
    assert fresh(one).state == "closed"
    last = FeedbackAct.objects.filter(feedback=one).latest("pk")
    assert (last.kind, last.person, last.office) == ("close", None, "")
    assert FeedbackAct.objects.filter(feedback=one, kind="close").count() == 1
    assert "203.0.113.77" not in json.dumps(events("portal_feedbackact"))
    assert client.post(address, {"act": "again"}).status_code == 422


def test_the_citizen_asks_again_twice_with_more_words_and_no_third_time(town: Town) -> None:
    one, client = town.answered(), Client()
    address = reverse("voices:ticket", args=[one.token])
    for number in (1, 2):
        assert client.post(address, {"act": "again", "text": f"Masih {number} lubang."}).status_code == 302
        assert fresh(one).state == "routed"
        town.cast.at(f"2026-02-0{3 + number} 10:00")
        answer_again(town, one)
    page = client.post(address, {"act": "again", "text": "Sekali lagi."})
    assert page.status_code == 422 and "Sekali lagi." not in fresh(one).text
    assert fresh(one).text == f"{WORDS}\n\n[2026-02-03] Masih 1 lubang.\n\n[2026-02-04] Masih 2 lubang."
    assert not FeedbackAct.objects.filter(kind="reopen").exclude(text="").exists()
    assert client.post(address, {"act": "nothing"}).status_code == 422
    assert client.post(address, {"act": "again", "text": "x" * 1001}).status_code == 422


def answer_again(town: Town, one: Feedback) -> None:
    moderation.answer(actor=town.cast.citra, seen=seen(one), text=REPLY)


def test_nobody_judges_what_is_not_answered(town: Town) -> None:
    one, client = town.message(), Client()
    for act in ("solved", "again"):
        assert client.post(reverse("voices:ticket", args=[one.token]), {"act": act}).status_code == 422
    assert fresh(one).state == "received"


def test_the_form_weighs_little(town: Town) -> None:
    assert len(gzip.compress(Client().get(town.address).content)) < 4_000
