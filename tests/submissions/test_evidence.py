"""Ani's files: kept with what is said about them, shown to whom they are meant for, changed and removed while it is open."""

import io
import os
import resource
from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from PIL import Image

from approvals import services as deciding
from ledger.clock import now
from submissions import evidence, services
from submissions.calendar import close_month
from submissions.evidence import FileRefused, attach, describe, remove
from submissions.evidence_forms import Said, mark_of
from submissions.models import Evidence, Report
from tests.cast import PNG, World, png
from tests.submissions.corpus_makers import pdf
from tests.submissions.evidence import folder, signed_in
from workflow import engine, granting, route
from workflow.engine import Refused

__all__ = ["folder"]


@pytest.fixture
def report(cast: World) -> Report:
    cast.item()
    (january,) = cast.open()
    return january


def photo(
    *, taken: str = "2026:01:15 10:22:33", zone: str = "", place: bool = True, turned: int = 1
) -> bytes:
    """A photo of 2000 by 1000 points as a phone takes it."""
    image = Image.new("RGB", (2000, 1000), "green")
    exif = Image.Exif()
    exif[0x010F], exif[0x0112] = "Kamera Rahasia", turned
    exif.get_ifd(0x8769)[0x9003] = taken
    if zone:
        exif.get_ifd(0x8769)[0x9011] = zone
    if place:
        exif.get_ifd(0x8825).update({1: "S", 2: (0.0, 30.0, 7.58), 3: "E", 4: (117.0, 9.0, 13.35)})
    written = io.BytesIO()
    image.save(written, "JPEG", exif=exif)
    return written.getvalue()


def kept(cast: World, report: Report, content: bytes = PNG, name: str = "foto.png", **said: Any) -> Evidence:
    upload = SimpleUploadedFile(name, content)
    return attach(actor=cast.ani, report=report, upload=upload, kind="OTHER", said=Said(**said))


def events() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM ledger.event WHERE of_table = 'submissions_evidence'")
        (count,) = cursor.fetchone()
    return count


def test_a_photo_says_when_and_where_it_was_taken(cast: World, report: Report) -> None:
    file = kept(cast, report, photo(zone="+08:00"), "foto.jpg")
    assert f"{file.taken_at:%Y-%m-%dT%H:%M:%SZ}" == "2026-01-15T02:22:33Z"
    assert (file.latitude, file.longitude) == (Decimal("-0.502106"), Decimal("117.153708"))


def test_what_she_says_herself_comes_before_what_the_camera_wrote(cast: World, report: Report) -> None:
    file = kept(cast, report, photo(), "foto.jpg", latitude=Decimal("1.5"), longitude=Decimal("110"))
    assert (file.latitude, file.longitude) == (Decimal("1.5"), Decimal(110))
    assert file.taken_at is not None


@pytest.mark.parametrize(
    "taken", ["2031:01:01 00:00:00", "0000:00:00 00:00:00", "kemarin", "2026:13:40 99:00:00"]
)
def test_a_camera_whose_clock_is_wrong_is_not_believed(cast: World, report: Report, taken: str) -> None:
    assert kept(cast, report, photo(taken=taken), "foto.jpg").taken_at is None


def test_everybody_sees_a_copy_without_what_the_camera_wrote(cast: World, report: Report) -> None:
    file = kept(cast, report, photo(turned=6), "foto.jpg", public=True)
    with file.public_file.open("rb") as shown:
        copy = shown.read()
    assert b"Exif" not in copy and b"Kamera" not in copy
    with Image.open(io.BytesIO(copy)) as image:
        assert image.size == (800, 1600)  # upright
        assert not image.getexif()
        assert set(image.info) <= {"jfif", "jfif_version", "jfif_unit", "jfif_density"}
    with file.file.open("rb") as original:
        assert b"Kamera Rahasia" in original.read()


def published(cast: World, report: Report) -> None:
    """Entered, verified, signed and published."""
    cast.submitted([report], 10)
    versions = cast.versions([report])
    deciding.verify(actor=cast.budi, versions=versions)
    for verb, who in ((route.SIGN, cast.citra), (route.PUBLISH, None)):
        outcomes = engine.perform(verb, Report, cast.versions([report]), actor=who)
        assert all(one.done for one in outcomes), outcomes


def test_everybody_sees_only_what_is_meant_for_them_and_only_once_it_is_published(
    cast: World, report: Report
) -> None:
    shown = kept(cast, report, photo(), "foto.jpg", public=True)
    paper = kept(cast, report, pdf(), "surat.pdf", public=True)
    inside = kept(cast, report)
    for client in (Client(), signed_in(cast.ani)):
        for file in (shown, paper, inside):
            assert client.get(f"/evidence/{file.token}/public/").status_code == 404
    published(cast, report)
    visitor = Client()
    answer = visitor.get(f"/evidence/{shown.token}/public/")
    content = b"".join(answer.streaming_content)
    assert (answer.status_code, answer["Content-Type"], content[:3]) == (200, "image/jpeg", b"\xff\xd8\xff")
    assert b"Kamera Rahasia" not in content
    assert "max-age=60" in answer["Cache-Control"]
    assert "sandbox" in answer["Content-Security-Policy"]
    answer = visitor.get(f"/evidence/{paper.token}/public/")
    assert (answer["Content-Type"], b"".join(answer.streaming_content)) == ("application/pdf", pdf())
    assert answer["Content-Disposition"].startswith("attachment")
    assert visitor.get(f"/evidence/{inside.token}/public/").status_code == 404
    assert visitor.get(f"/evidence/{shown.token}/").status_code == 302
    assert visitor.post(f"/evidence/{shown.token}/public/").status_code == 405
    page = visitor.get(f"/p/2026/{cast.agency.code}/{report.item.sub_activity_code}/")
    assert page.status_code == 200
    text = page.content.decode()
    assert f"/evidence/{shown.token}/public/" in text and f"/evidence/{paper.token}/public/" in text
    assert inside.token not in text


def test_a_revision_has_the_same_files_and_words(cast: World, report: Report) -> None:
    file = kept(cast, report, photo(), "foto.jpg", public=True, caption="Jembatan")
    published(cast, report)
    granting.give(
        key="test-1", kind="amendment", actor=cast.dewi, office="Bagian Adbang", scope_path=cast.agency.path,
        subjects=["2026-01"], reason="Disetujui atas nota dinas 17", expires_at=now() + timedelta(days=3),
    )  # fmt: skip
    services.amend(actor=cast.ani, versions=cast.versions([report]), reason="Salah ketik pada bukti")
    copy = Evidence.objects.get(report__revision=1)
    assert Said.of(copy) == Said.of(file)
    assert (copy.file.name, copy.public_file.name) == (file.file.name, file.public_file.name)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("django.db.transaction.on_commit", lambda act, **_options: act())
        remove(actor=cast.ani, evidence=copy)
    assert (
        Client().get(f"/evidence/{file.token}/public/").status_code == 200
    )  # the published one still has it


def test_an_internal_file_is_nobody_elses(cast: World, report: Report) -> None:
    file = kept(cast, report)
    for who, status in (
        ("ani", 200),
        ("budi", 200),
        ("citra", 200),
        ("dewi", 200),
        ("eko", 404),
        ("gita", 404),
    ):
        answer = signed_in(cast.people[who]).get(f"/evidence/{file.token}/")
        assert answer.status_code == status, who
    answer = Client().get(f"/evidence/{file.token}/")
    assert answer.status_code == 302
    assert signed_in(cast.ani).get("/evidence/tidak-ada/").status_code == 404


def test_the_same_file_twice_is_one_piece_of_evidence(cast: World, report: Report) -> None:
    first, second = kept(cast, report), kept(cast, report, name="lain.png", caption="lagi")
    assert first.pk == second.pk
    assert Evidence.objects.get().caption == ""


def test_a_report_has_at_most_its_number_of_files_and_a_known_one_is_not_one_more(
    cast: World, report: Report, settings: Any
) -> None:
    settings.EVIDENCE_MAX_FILES = 2
    kept(cast, report)
    kept(cast, report, png("2"))
    with pytest.raises(FileRefused) as refused:
        kept(cast, report, png("3"))
    assert refused.value.code == "evidence.number"
    assert kept(cast, report).pk


def test_she_describes_a_file_and_history_and_ledger_know_it(cast: World, report: Report) -> None:
    file = kept(cast, report)
    before, version = events(), Report.objects.get(pk=report.pk).version
    said = Said("Jembatan kilometer 4", None, Decimal("-0.5"), Decimal("117.15"), True)
    describe(actor=cast.ani, evidence=file, said=said, seen=mark_of(file))
    file.refresh_from_db()
    assert Said.of(file) == said
    assert file.public_file
    assert events() == before + 1
    assert [row.caption for row in file.history.order_by("history_id")] == ["", "Jembatan kilometer 4"]
    assert file.history.latest("history_id").history_user == cast.ani
    assert Report.objects.get(pk=report.pk).version == version + 1
    describe(actor=cast.ani, evidence=file, said=said, seen="whatever")  # the second click
    assert events() == before + 1
    assert file.history.count() == 2


def test_what_somebody_else_said_meanwhile_is_not_overwritten(cast: World, report: Report) -> None:
    file = kept(cast, report)
    seen = mark_of(file)
    describe(actor=cast.ani, evidence=file, said=Said("pertama"), seen=seen)
    with pytest.raises(FileRefused) as refused:
        describe(actor=cast.ani, evidence=file, said=Said("kedua"), seen=seen)
    assert refused.value.code == "evidence.changed"
    assert refused.value.params["person"] == cast.ani.name
    assert Evidence.objects.get().caption == "pertama"


@pytest.mark.parametrize("who", ["budi", "citra", "eko", "gita", "dewi"])
def test_nobody_but_the_officer_describes_or_removes(cast: World, report: Report, who: str) -> None:
    file = kept(cast, report)
    person, before = cast.people[who], events()
    with pytest.raises(Refused):
        describe(actor=person, evidence=file, said=Said("x"), seen=mark_of(file))
    with pytest.raises(Refused):
        remove(actor=person, evidence=file)
    for path in ("about", "remove"):
        answer = signed_in(person).post(
            f"/evidence/{file.token}/{path}/", {"caption": "x", "seen": mark_of(file)}
        )
        assert answer.status_code in (404, 409, 422)
    assert Evidence.objects.get().caption == ""
    assert events() == before


def test_after_submission_it_is_frozen_even_for_the_database(cast: World, report: Report) -> None:
    file = kept(cast, report)
    cast.submitted([report], 10)
    with pytest.raises(Refused):
        describe(actor=cast.ani, evidence=file, said=Said("x"), seen=mark_of(file))
    with pytest.raises(Refused):
        remove(actor=cast.ani, evidence=file)
    answer = signed_in(cast.ani).post(
        f"/evidence/{file.token}/about/", {"caption": "x", "seen": mark_of(file)}
    )
    assert answer.status_code == 422
    assert "disabled" in signed_in(cast.ani).get(f"/evidence/{file.token}/about/").content.decode()
    assert signed_in(cast.ani).post(f"/evidence/{file.token}/remove/").status_code == 409
    with pytest.raises(Exception, match="submitted|frozen|draft"), connection.cursor() as cursor:
        cursor.execute("UPDATE submissions_evidence SET caption = 'x' WHERE id = %s", [file.pk])


def test_a_closed_month_takes_no_words_either(cast: World, report: Report) -> None:
    file = kept(cast, report)
    close_month(fiscal_year=cast.year, month=1)
    with pytest.raises(Refused):
        describe(actor=cast.ani, evidence=file, said=Said("x"), seen=mark_of(file))


def test_the_page_of_a_file_saves_leads_back_and_keeps_what_was_typed(cast: World, report: Report) -> None:
    file, ani = kept(cast, report), signed_in(cast.ani)
    page = ani.get(f"/evidence/{file.token}/about/")
    typed = {
        "caption": "Jalan baru",
        "taken_at": "2026-01-15T10:22",
        "latitude": "-0,5021",
        "longitude": "117.15°",
    }
    answer = ani.post(
        f"/evidence/{file.token}/about/", {**typed, "seen": page.context["seen"], "public": "1"}
    )
    assert answer["Location"] == f"/entry/2026-01/#r{report.pk}"
    file.refresh_from_db()
    assert (file.latitude, file.longitude) == (Decimal("-0.5021"), Decimal("117.15"))
    assert f"{file.taken_at:%H:%M}" == "02:22"  # UTC
    odd = {"caption": "c" * 301, "taken_at": "kemarin", "latitude": "91", "longitude": ""}
    refused = ani.post(f"/evidence/{file.token}/about/", {**odd, "seen": mark_of(file)})
    assert refused.status_code == 422
    for text in ("kemarin", "91", "301"):
        assert text in refused.content.decode()
    cleared = ani.post(f"/evidence/{file.token}/about/", {"seen": mark_of(file)})
    assert cleared.status_code == 302
    file.refresh_from_db()
    assert Said.of(file) == Said()


@pytest.mark.parametrize(
    ("field", "odd"),
    [
        ("latitude", "٣"), ("latitude", "1e3"), ("longitude", "181"), ("longitude", "NaN"), ("latitude", "-" * 50),
        ("taken_at", "2026-02-30T10:00"), ("taken_at", "2030-01-01T00:00"), ("taken_at", "9" * 4000), ("caption", "\x00\u202e"),
    ],
)  # fmt: skip
def test_odd_words_about_a_file_are_answered_and_never_an_error(
    cast: World, report: Report, field: str, odd: str
) -> None:
    file = kept(cast, report)
    answer = signed_in(cast.ani).post(f"/evidence/{file.token}/about/", {field: odd, "seen": mark_of(file)})
    assert answer.status_code in (302, 422)


def test_removing_takes_the_stored_copies_along(cast: World, report: Report, folder: Path) -> None:
    file = kept(cast, report, photo(), "foto.jpg", public=True)
    assert len(files_in(folder)) == 2
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("django.db.transaction.on_commit", lambda act, **_options: act())
        remove(actor=cast.ani, evidence=file)
    assert files_in(folder) == []
    assert signed_in(cast.ani).post(f"/evidence/{file.token}/remove/").status_code == 404  # the second click


def files_in(folder: Path) -> list[Path]:
    return [one for one in folder.rglob("*") if one.is_file()]


@pytest.fixture
def full_disk() -> Iterator[None]:
    """No file may grow beyond a few bytes: what a full disk looks like to a process."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (100, hard))
    yield
    resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


@pytest.mark.parametrize("public", [False, True])
def test_a_full_disk_leaves_neither_a_row_nor_a_file(
    cast: World, report: Report, folder: Path, full_disk: None, public: bool
) -> None:
    before = events()
    with pytest.raises(FileRefused) as refused:
        kept(cast, report, photo(), "foto.jpg", public=public)
    assert refused.value.code == "evidence.disk"
    assert not Evidence.objects.exists()
    assert files_in(folder) == []
    assert events() == before


def test_a_failure_after_the_file_was_stored_leaves_no_file(
    cast: World, report: Report, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(*_asked: Any, **_more: Any) -> None:
        raise RuntimeError

    monkeypatch.setattr(evidence, "insert_history", fails)
    with pytest.raises(RuntimeError):
        kept(cast, report, photo(), "foto.jpg", public=True)
    assert files_in(folder) == []


def test_files_are_readable_by_the_site_alone(cast: World, report: Report, folder: Path) -> None:
    kept(cast, report)
    (stored,) = files_in(folder)
    assert os.stat(stored).st_mode & 0o077 == 0
