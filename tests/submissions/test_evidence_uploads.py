"""Files in parts over a bad line: nothing lost, nothing doubled, nobody else's, and nothing half when there is no room."""

import json
import os
import resource
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from random import Random
from typing import Any

import pytest
from django.db import connection
from django.test import Client

from ledger.clock import now
from ledger.recording import recorded
from submissions import tasks, uploads
from submissions.calendar import close_month
from submissions.models import Evidence, Report, Upload
from submissions.offline import person_mark
from tests.cast import World, png
from tests.settled import settled
from tests.submissions.corpus_makers import pdf, picture
from tests.submissions.evidence import begun, folder, part, sent, signed_in

__all__ = ["folder"]
PHOTO = picture()


@pytest.fixture
def report(cast: World) -> Report:
    cast.item()
    (january,) = cast.open()
    return january


@pytest.fixture
def ani(cast: World) -> Client:
    return signed_in(cast.ani)


def bytes_of(upload: str, settings: Any) -> Path:
    return Path(settings.UPLOADS) / upload.rstrip("/").rpartition("/")[2]


def test_a_file_arrives_in_parts_and_becomes_evidence_with_its_words(ani: Client, report: Report) -> None:
    said = {
        "caption": " Jalan  baru ",
        "taken_at": "2026-01-15T10:22:33",
        "latitude": "-0.502106",
        "longitude": "117.15",
    }
    answer = sent(ani, report, "foto.jpg", PHOTO, step=10_000, kind="PHOTO_PROGRESS", public=True, **said)
    told = answer.json()
    file = Evidence.objects.get()
    assert (told["evidence"], told["count"], told["version"]) == (file.token, 1, 2)
    assert f'data-file="{file.token}"' in told["row"]
    assert (file.caption, file.kind, file.public) == ("Jalan baru", "PHOTO_PROGRESS", True)
    assert f"{file.taken_at:%Y-%m-%dT%H:%M:%S}" == "2026-01-15T02:22:33"
    assert str(file.latitude) == "-0.502106"
    assert file.uploaded_by.username == "ani"


def test_the_bytes_wait_in_a_private_folder_and_go_when_it_is_kept(
    ani: Client, report: Report, settings: Any
) -> None:
    url = begun(ani, report, "foto.jpg", len(PHOTO)).json()["url"]
    part(ani, url, 0, PHOTO[:100])
    waiting = bytes_of(url, settings)
    assert waiting.stat().st_size == 100
    assert waiting.stat().st_mode & 0o077 == 0
    part(ani, url, 100, PHOTO[100:])
    assert not waiting.exists()


def test_after_a_cut_she_goes_on_where_the_server_stands(ani: Client, report: Report) -> None:
    url = begun(ani, report, "foto.jpg", len(PHOTO)).json()["url"]
    assert part(ani, url, 0, PHOTO[:1000]).json()["offset"] == 1000
    answer = ani.head(url)
    assert (answer.status_code, answer["Upload-Offset"], answer["Cache-Control"][:7]) == (
        200,
        "1000",
        "max-age",
    )
    assert begun(ani, report, "foto.jpg", len(PHOTO)).json() == ani.get(url).json()  # the announcement again
    lost = part(ani, url, 0, PHOTO[:1000])  # the answer was lost, so the part comes again
    assert (lost.status_code, lost.json()["offset"]) == (409, 1000)
    assert part(ani, url, 1000, PHOTO[1000:]).status_code == 200
    assert Evidence.objects.get().bytes == len(PHOTO)


def test_finishing_twice_is_the_same_evidence(ani: Client, report: Report) -> None:
    url = begun(ani, report, "foto.jpg", len(PHOTO)).json()["url"]
    first = part(ani, url, 0, PHOTO).json()
    assert part(ani, url, len(PHOTO), b"").json() == first
    assert part(ani, url, 0, PHOTO).json() == first
    assert ani.get(url).json() == first
    assert begun(ani, report, "foto.jpg", len(PHOTO)).json() == first
    again = sent(ani, report, "salinan.jpg", PHOTO).json()
    assert again == first
    assert Evidence.objects.count() == 1


def test_a_server_that_died_before_the_end_keeps_the_file_at_the_next_asking(
    ani: Client, report: Report, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = begun(ani, report, "foto.jpg", len(PHOTO)).json()["url"]
    ani.raise_request_exception = False
    with monkeypatch.context() as patch:
        patch.setattr(uploads.evidence, "attach", lambda **_asked: 1 / 0)
        assert part(ani, url, 0, PHOTO).status_code == 500
    assert ani.get(url).json()["offset"] == len(PHOTO)
    assert part(ani, url, len(PHOTO), b"").json()["count"] == 1


def test_bytes_that_were_lost_are_asked_for_again(ani: Client, report: Report, settings: Any) -> None:
    url = begun(ani, report, "foto.jpg", len(PHOTO)).json()["url"]
    part(ani, url, 0, PHOTO[:1000])
    os.truncate(bytes_of(url, settings), 400)
    assert ani.get(url).json()["offset"] == 400
    bytes_of(url, settings).unlink()
    assert ani.get(url).json()["offset"] == 0
    assert part(ani, url, 0, PHOTO).status_code == 200


@pytest.mark.parametrize("seed", range(20))
def test_cuts_at_any_byte_lose_and_double_nothing(ani: Client, report: Report, seed: int) -> None:
    """Each part may be cut short, its answer may be lost, and either side may forget what it knew."""
    dice = Random(seed)
    content = PHOTO
    url = begun(ani, report, "foto.jpg", len(content)).json()["url"]
    while True:
        offset = ani.get(url).json().get("offset")
        if offset is None:
            break
        piece = content[offset : offset + dice.randrange(1, 20_000)]
        if dice.random() < 0.3:
            piece = piece[: dice.randrange(len(piece) + 1)]  # the line broke within
        answer = part(ani, url, offset, piece)
        if dice.random() < 0.3:
            answer = part(ani, url, offset, piece)  # the answer was lost
        assert answer.status_code in (200, 409)
    file = Evidence.objects.get()
    with file.file.open("rb") as stored:
        assert stored.read() == content
    assert Report.objects.get(pk=report.pk).version == 2


def test_two_windows_sending_the_same_file_keep_it_once(committed: Any, cast: World, report: Report) -> None:
    url = begun(signed_in(cast.ani), report, "foto.jpg", len(PHOTO)).json()["url"]
    together = threading.Barrier(4)

    def finish(_number: int) -> int:
        client = signed_in(cast.ani)
        together.wait()
        answer = part(client, url, 0, PHOTO)
        connection.close()
        return answer.status_code

    with ThreadPoolExecutor(4) as pool:
        statuses = list(pool.map(finish, range(4)))
    assert set(statuses) <= {200, 409}
    assert Evidence.objects.count() == 1
    assert Report.objects.get(pk=report.pk).version == 2


@pytest.mark.parametrize("who", ["budi", "citra", "eko", "fitri", "gita", "dewi", "root"])
def test_nobody_else_begins_or_goes_on(cast: World, ani: Client, report: Report, who: str) -> None:
    other = signed_in(cast.people[who])
    assert begun(other, report, "foto.jpg", 10).status_code in (404, 409)
    url = begun(ani, report, "foto.jpg", len(PHOTO)).json()["url"]
    for answer in (other.get(url), other.head(url), part(other, url, 0, b"x"), other.delete(url)):
        assert answer.status_code in (404, 405)
    assert Upload.objects.get().received == 0


def test_who_is_signed_out_is_told_where_to_sign_in_and_loses_nothing(ani: Client, report: Report) -> None:
    url = begun(ani, report, "foto.jpg", len(PHOTO)).json()["url"]
    part(ani, url, 0, PHOTO[:500])
    ani.logout()
    for answer in (part(ani, url, 500, PHOTO[500:]), ani.get(url), begun(ani, report, "a.jpg", 5)):
        assert (answer.status_code, answer.json()) == (401, {"login": "/accounts/login/"})
    assert Upload.objects.get().received == 500


def test_a_page_that_somebody_else_opened_sends_in_nobodys_name(
    cast: World, ani: Client, report: Report
) -> None:
    asked = {"report": report.pk, "name": "foto.jpg", "size": len(PHOTO), "kind": "OTHER", "key": "kunci-123"}
    body = json.dumps(asked)
    for person, status in ((person_mark(cast.budi), 401), (person_mark(cast.ani), 201)):
        answer = ani.post(
            "/evidence/uploads/", body, content_type="application/json", headers={"X-Person": person}
        )
        assert answer.status_code == status
    assert Upload.objects.get().person == cast.ani


def test_a_foreign_page_cannot_send_for_her(cast: World, report: Report) -> None:
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(cast.ani, backend="django.contrib.auth.backends.ModelBackend")
    assert begun(strict, report, "foto.jpg", 10).status_code == 403
    assert not Upload.objects.exists()


def test_whether_it_is_open_is_asked_at_the_start_and_at_the_end(
    cast: World, ani: Client, report: Report
) -> None:
    url = begun(ani, report, "foto.jpg", len(PHOTO)).json()["url"]
    part(ani, url, 0, PHOTO[:100])
    close_month(fiscal_year=cast.year, month=1)
    answer = part(ani, url, 100, PHOTO[100:])
    assert answer.status_code == 409
    assert answer.json()["closed"] is True
    assert answer.json()["sentence"]
    assert not Evidence.objects.exists()
    assert begun(ani, report, "lain.jpg", 10).status_code == 409


def test_too_large_too_many_and_too_much_are_said_before_anything_is_sent(
    cast: World, ani: Client, report: Report, settings: Any
) -> None:
    assert begun(ani, report, "a.pdf", 0).json()["sentence"]
    large = begun(ani, report, "b.pdf", 10 * 1024 * 1024 + 1)
    assert large.status_code == 422 and "10" in large.json()["sentence"]
    url = begun(ani, report, "c.jpg", 10).json()["url"]
    assert part(ani, url, 0, b"x" * 11).status_code == 422
    settings.EVIDENCE_MAX_FILES = 1
    sent(ani, report, "d.jpg", PHOTO)
    assert begun(ani, report, "e.pdf", 10).status_code == 422
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(uploads, "MOST_AT_ONCE", 1)
        settings.EVIDENCE_MAX_FILES = 20
        assert begun(ani, report, "f.pdf", 10).status_code == 429


def test_a_refused_file_is_forgotten_and_its_sentence_said(
    ani: Client, report: Report, settings: Any
) -> None:
    answer = sent(ani, report, "laporan.pdf", b"<html><script>1</script></html>")
    assert answer.status_code == 422
    assert "laporan.pdf" in answer.json()["sentence"]
    assert not Upload.objects.exists()
    assert list(Path(settings.UPLOADS).iterdir()) == []


@pytest.mark.parametrize(
    "asked",
    [
        b"", b"[]", b"{", b"null", b'{"report": "x"}', b'{"report": 1e400, "size": 1}', b"[" * 5000,
        b'{"report": -1, "size": 5, "key": "12345678"}', b'{"report": 1, "size": -5, "key": "12345678"}',
        b'{"report": 1, "size": 5, "key": "../../etc"}', b'{"report": 99999999999999999999, "size": 5, "key": "12345678"}',
        b"\xff\xfe", b'{"size": NaN, "report": 1}', b'{"report": {}, "size": [], "key": 5}',
    ],
)  # fmt: skip
def test_odd_announcements_are_answered_and_never_an_error(ani: Client, report: Report, asked: bytes) -> None:
    answer = ani.post("/evidence/uploads/", asked, content_type="application/json")
    assert answer.status_code in (400, 404)


@pytest.mark.parametrize(
    ("field", "odd"),
    [("name", "../../etc/passwd"), ("name", ["a"]), ("name", "\x00\ud800"), ("kind", "X"), ("kind", {}), ("taken_at", "1e9"),
     ("latitude", {}), ("latitude", 91), ("public", "mungkin"), ("caption", "x" * 5000)],
)  # fmt: skip
def test_odd_words_do_not_stop_a_file(ani: Client, report: Report, field: str, odd: Any) -> None:
    said = {"name": "a.jpg", "size": len(PHOTO), "report": report.pk, "key": "a-key-of-mine", field: odd}
    begin = ani.post("/evidence/uploads/", json.dumps(said), content_type="application/json")
    assert begin.status_code == 201, begin.content
    assert part(ani, begin.json()["url"], 0, PHOTO).status_code == 200
    assert len(Evidence.objects.get().caption) <= 300


@pytest.mark.parametrize("offset", ["", "-1", "x", "١", "9" * 30, "1.0"])
def test_an_odd_offset_is_answered(ani: Client, report: Report, offset: str) -> None:
    url = begun(ani, report, "foto.jpg", 10).json()["url"]
    answer = ani.patch(
        url, b"x", content_type="application/offset+octet-stream", headers={"Upload-Offset": offset}
    )
    assert answer.status_code == 400


def test_a_key_of_another_file_is_not_taken_for_this_one(ani: Client, report: Report) -> None:
    assert begun(ani, report, "a.jpg", 10, key="the-same-key").status_code == 201
    assert begun(ani, report, "b.jpg", 10, key="the-same-key").status_code == 409


def test_a_full_disk_is_said_and_the_rest_is_sent_when_there_is_room(
    ani: Client, report: Report, settings: Any
) -> None:
    url = begun(ani, report, "foto.jpg", len(PHOTO)).json()["url"]
    assert part(ani, url, 0, PHOTO[:4000]).status_code == 200
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (5_000, hard))
    try:
        full = part(ani, url, 4000, PHOTO[4000:])
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert full.status_code == 507
    assert "foto.jpg" in full.json()["sentence"]
    assert ani.get(url).json()["offset"] == 4000
    assert bytes_of(url, settings).stat().st_size == 4000
    assert part(ani, url, 4000, PHOTO[4000:]).status_code == 200


def test_a_disk_that_is_full_at_the_very_end_leaves_the_upload_whole(ani: Client, report: Report) -> None:
    url = begun(ani, report, "foto.jpg", len(PHOTO)).json()["url"]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(uploads.evidence, "_store", no_room)
        full = part(ani, url, 0, PHOTO)
    assert full.status_code == 507
    assert not Evidence.objects.exists()
    assert part(ani, url, len(PHOTO), b"").json()["count"] == 1


def no_room(*_asked: Any) -> None:
    raise uploads.FileRefused("evidence.disk", {"name": "foto.jpg"})


def test_what_nobody_went_on_with_is_forgotten_after_two_days(
    ani: Client, report: Report, settings: Any
) -> None:
    url = begun(ani, report, "foto.jpg", len(PHOTO)).json()["url"]
    part(ani, url, 0, PHOTO[:100])
    stray = Path(settings.UPLOADS) / "stray"
    stray.write_bytes(b"x")
    for place in (stray, bytes_of(url, settings)):
        os.utime(place, (0, 0))
    assert tasks.sweep_uploads() == 0
    assert bytes_of(url, settings).exists() and not stray.exists()
    with recorded(None):
        Upload.objects.update(started_at=now() - timedelta(days=3))
    assert tasks.sweep_uploads() == 1
    assert not bytes_of(url, settings).exists()
    assert ani.get(url).status_code == 404


def test_removing_a_file_lets_the_same_one_be_sent_again(ani: Client, report: Report) -> None:
    first = sent(ani, report, "foto.jpg", PHOTO, key="first-sending").json()
    assert ani.post(f"/evidence/{first['evidence']}/remove/").json() == {
        "report": report.pk,
        "version": 3,
        "count": 0,
    }
    second = sent(ani, report, "foto.jpg", PHOTO, key="second-sending").json()
    assert second["evidence"] != first["evidence"]


def test_the_page_is_told_when_an_old_photo_comes_again(cast: World, ani: Client, report: Report) -> None:
    sent(ani, report, "foto.jpg", PHOTO)
    cast.at("2026-03-03 09:00")
    (february,) = cast.open(2)
    row = sent(ani, february, "foto-baru.jpg", PHOTO).json()["row"]
    assert "Januari 2026" in row or "January 2026" in row
    assert " 2026" not in settled(sent(ani, february, "lain.pdf", pdf()).json()["row"])


def test_a_part_costs_a_fixed_number_of_statements(ani: Client, report: Report, statements: Any) -> None:
    url = begun(ani, report, "foto.jpg", len(PHOTO)).json()["url"]
    with statements() as seen:
        part(ani, url, 0, PHOTO[:100])
    few = len(seen)
    for number in range(5):
        sent(ani, report, f"{number}.png", png(str(number)))
    with statements() as seen:
        part(ani, url, 100, PHOTO[100:200])
    assert len(seen) == few <= 12, seen
