"""Many people change posts by one file: seen first, applied as seen, all or nothing, once."""

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import translation

from approvals import offices_services
from approvals.offices_law import OfficeRefused
from ledger.recording import recorded
from registry.imports.writing import Writer
from registry.models import Assignment, Government, Office, Post, Unit, User
from tests.approvals.bureau import Bureau, bureau  # noqa: F401 - a fixture
from tests.approvals.posts import (
    HEADING,
    address,
    browser_of,
    exchange,
    hidden,
    people_file,
    placed,
    row,
    said,
)
from tests.cast import World, assign
from tests.registry.files import run, xlsx_file
from workflow.models import Outbox


@pytest.fixture(autouse=True)
def in_english() -> Iterator[None]:
    with translation.override("en"):
        yield


@pytest.fixture
def house(bureau: Bureau) -> World:  # noqa: F811
    return placed(bureau)


@pytest.fixture
def go(house: World) -> Callable[[str], Client]:
    """`go("hadi")` is his browser, signed in."""
    return lambda who: browser_of(house.people[who])


def test_a_rotation_is_shown_first_and_then_applied_once(house: World, go: Callable[[str], Client]) -> None:
    client = go("hadi")
    first, _second = house.reports()
    house.submitted([first])
    before = Assignment.history.count()
    shown = client.post("/offices/rotation/", {"file": people_file(*exchange(house))})
    assert shown.status_code == 200, said(shown)
    assert Assignment.history.count() == before
    page = said(shown)
    assert "4 assignments change" in page and "Dinas Pekerjaan Umum" in page
    assert "Ani Lembayung entered these himself" in page
    for _ in range(2):
        assert client.post("/offices/rotation/", hidden(shown)).status_code == 302
    assert Assignment.history.count() == before + 4
    assert Outbox.objects.filter(topic="office.changed").count() == 4
    house.at("2026-02-09 08:00")
    assert [one.title for one in Office.objects.filter(person=house.ani)] == ["Kepala Bidang Bina Marga"]
    again = client.post("/offices/rotation/", {"file": people_file(*exchange(house))})
    assert "Nothing changes" in said(again) and "preview" not in hidden(again)


def test_only_the_very_file_that_was_shown_is_applied(house: World, go: Callable[[str], Client]) -> None:
    client = go("hadi")
    shown = hidden(client.post("/offices/rotation/", {"file": people_file(*exchange(house))}))
    folder = f"offices/{house.hadi.pk}"
    (name,) = default_storage.listdir(folder)[1]
    with default_storage.open(f"{folder}/{name}", "wb") as kept:
        kept.write(people_file(row(house.gita, house.posts["agency_head"], "2026-02-09")).read())
    before = Assignment.history.count()
    answer = client.post("/offices/rotation/", shown)
    assert answer.status_code == 422 and "not kept any more" in said(answer)
    assert Assignment.history.count() == before
    # Nor does the mark of one file let another through.
    content = people_file(row(house.gita, house.posts["agency_head"], "2026-02-09")).read()
    seen = offices_services.rotation_tried(
        actor=house.hadi,
        government=house.government,
        content=people_file(*exchange(house)).read(),
        name="a.csv",
    )
    with pytest.raises(OfficeRefused) as refused:
        offices_services.rotate(
            actor=house.hadi, government=house.government, content=content, name="a.csv", seen=seen.mark
        )
    assert refused.value.code == "office.rotation_moved" and Assignment.history.count() == before


def test_what_changed_since_is_shown_before_anything_is_applied(
    house: World, go: Callable[[str], Client]
) -> None:
    client = go("hadi")
    shown = hidden(client.post("/offices/rotation/", {"file": people_file(*exchange(house))}))
    one = Assignment.objects.get(post=house.posts["section_head"])
    with recorded(None):
        one.valid_to = None
        one.decree_no = "821/2/2025"
        one.save()
    answer = client.post("/offices/rotation/", shown)
    assert answer.status_code == 422 and "Nothing was changed" in said(answer)
    assert client.post("/offices/rotation/", hidden(answer)).status_code == 302


def test_a_page_of_somebody_else_applies_nothing(house: World, go: Callable[[str], Client]) -> None:
    shown = hidden(go("hadi").post("/offices/rotation/", {"file": people_file(*exchange(house))}))
    with recorded(None):
        post = Post.objects.create(unit=house.posts["bureau"].unit, role="oversight", title="Wakil")
    assign(house.gita, post)
    assert go("gita").post("/offices/rotation/", shown).status_code == 422
    assert go("hadi").post("/offices/rotation/", {"preview": shown["preview"] + "x"}).status_code == 422
    assert go("citra").post("/offices/rotation/", shown).status_code == 404
    assert Assignment.objects.filter(valid_from__year=2026).count() == 0


def test_what_the_administration_writes_at_the_same_moment_is_told_and_nothing_is_applied(
    house: World, go: Callable[[str], Client], monkeypatch: pytest.MonkeyPatch
) -> None:
    client = go("hadi")
    shown = hidden(client.post("/offices/rotation/", {"file": people_file(*exchange(house))}))
    before = Assignment.history.count()
    real, crossed = Writer.insert, list[Assignment]()

    def insert(self: Writer, rows: Sequence[Any]) -> None:
        """The post is filled past our lock, once, after the file was judged and before its rows are written."""
        new = [one for one in rows if isinstance(one, Assignment)]
        if new and not crossed:
            post, kind, begins = new[0].post, new[0].kind, new[0].valid_from
            other = Assignment(person=house.gita, post=post, kind=kind, decree_no="821/9", valid_from=begins)
            crossed.append(other)
            other.save()
        real(self, rows)

    monkeypatch.setattr(Writer, "insert", insert)
    answer = client.post("/offices/rotation/", shown)
    assert answer.status_code == 422
    assert "Somebody else changed the same post" in said(answer)
    assert Assignment.history.count() == before


def test_a_closed_account_gets_no_post_by_a_file(house: World, go: Callable[[str], Client]) -> None:
    with recorded(None):
        User.objects.filter(pk=house.gita.pk).update(is_active=False)
    house.gita.refresh_from_db()
    file = people_file(row(house.gita, house.posts["section_head"], "2026-02-09"))
    answer = go("hadi").post("/offices/rotation/", {"file": file})
    assert answer.status_code == 422 and "preview" not in hidden(answer)
    assert "is closed" in said(answer)


def test_what_is_wrong_with_a_row_is_named(house: World, go: Callable[[str], Client]) -> None:
    posts = house.posts
    stranger = User(username="hana", name="Hana Serayu", nip="198801012012011905")
    renamed = User(username="eko", name="Eko Palsu", nip=house.eko.nip)
    nowhere = Post(unit=house.agency, role="officer", title="PPTK Bina Marg")
    rows = [
        row(house.hadi, posts["agency_head"], "2026-03-01"),
        row(stranger, posts["other_officer"], "2026-03-01"),
        row(renamed, posts["other_section_head"], "2026-03-01"),
        row(house.ani, nowhere, "2026-03-01"),
        row(house.gita, posts["section_head"], "2026-03-01", "2026-03-31", "plt"),
        row(house.root, posts["officer"], "2026-03-01"),
    ]
    page = go("hadi").post("/offices/rotation/", {"file": people_file(*rows)})
    text = said(page)
    assert page.status_code == 422 and "preview" not in hidden(page)
    for expected in (
        "Row 2: Nobody appoints himself", "Row 3: “hana” has no account", "Row 4: The file says something else",
        "Row 5: There is no post “PPTK Bina Marg", "Row 6: Kepala Bidang Bina Marga", "Row 7:",
    ):  # fmt: skip
        assert expected in text, (expected, text)


@pytest.mark.parametrize(
    ("name", "content"),
    [("a.csv", b""), ("a.xlsx", b"PK\x03\x04"), ("a.pdf", b"%PDF-1.7"), ("a.csv", b"\xff\xfe\x00")],
)
def test_a_file_that_is_no_table_is_refused(
    house: World, go: Callable[[str], Client], name: str, content: bytes
) -> None:
    answer = go("hadi").post("/offices/rotation/", {"file": SimpleUploadedFile(name, content)})
    assert answer.status_code == 422
    assert go("hadi").post("/offices/rotation/", {}).status_code == 422


def test_a_rotation_takes_as_many_statements_for_sixty_people_as_for_six(
    house: World, statements: Any
) -> None:
    def moved(count: int, mark: str) -> list[str]:
        """People in pairs that exchange their posts."""
        made = []
        with recorded(None):
            for number in range(count):
                post = Post.objects.create(
                    unit=house.agency, role="section_head", title=f"Seksi {mark}{number}"
                )
                person = User.objects.create(username=f"{mark}{number}", name=f"Orang {number}")
                assign(person, post)
                made.append((person, post))
        return [row(made[at][0], made[at ^ 1][1], "2026-02-09") for at in range(count)]

    counts = []
    for count, mark in ((6, "a"), (60, "b"), (500, "c")):
        content = people_file(*moved(count, mark)).read()
        with statements() as seen:
            tried = offices_services.rotation_tried(
                actor=house.hadi, government=house.government, content=content, name="m.csv"
            )
        assert not tried.errors and len(tried.result.written) == 2 * count
        with statements() as done:
            offices_services.rotate(
                actor=house.hadi, government=house.government, content=content, name="m.csv", seen=tried.mark
            )
        counts.append((len(seen), len(done)))
    assert counts[0] == counts[1] == counts[2], counts
    assert counts[0][1] < 60, counts


def test_another_government_is_untouched(house: World) -> None:
    with recorded(None):
        other = Government.objects.create(code="75.02", name="Kabupaten Lain", time_zone="Asia/Jayapura")
        root = Unit.objects.create(government=other, kind="GOVERNMENT", code="75.02", name="Lain")
        mira = User.objects.create(username="mira", name="Mira Sentosa", nip="198001012005012990")
        post = Post.objects.create(unit=root, role="oversight", title="Biro")
    assign(mira, post)
    client = Client()
    client.force_login(mira, backend="django.contrib.auth.backends.ModelBackend")
    assert client.get(address(house)).status_code == 404
    assert "Kepala Dinas" not in said(client.get("/offices/"))
    answer = client.post("/offices/rotation/", {"file": people_file(*exchange(house))})
    assert answer.status_code == 422
    taken = people_file(row(mira, house.posts["section_head"], "2026-02-09"))
    hadi = Client()
    hadi.force_login(house.hadi, backend="django.contrib.auth.backends.ModelBackend")
    answer = hadi.post("/offices/rotation/", {"file": taken})
    assert answer.status_code == 422 and "preview" not in hidden(answer)


def test_a_rotation_comes_as_a_workbook_too(
    house: World, go: Callable[[str], Client], tmp_path: Path
) -> None:
    cells = [line.replace('"', "").split(",") for line in exchange(house)]
    book = xlsx_file(tmp_path, [HEADING.split(","), *cells], "mutasi.xlsx").read_bytes()
    shown = go("hadi").post("/offices/rotation/", {"file": SimpleUploadedFile("mutasi.xlsx", book)})
    assert "4 assignments change" in said(shown)
    assert go("hadi").post("/offices/rotation/", hidden(shown)).status_code == 302
    assert Assignment.objects.filter(valid_from="2026-02-09").count() == 2


# --- The command -----------------------------------------------------------------------------------------


def test_a_trial_of_the_import_says_what_becomes_of_open_reports(house: World, tmp_path: Path) -> None:
    first, _second = house.reports()
    house.submitted([first])
    file = tmp_path / "mutasi.csv"
    file.write_bytes(people_file(*exchange(house)).read())
    before = Assignment.history.count()
    answer = run("import_people", file, "--rotation", "--dry-run")
    assert (answer["errors"], answer["summary"]["assignments"]["new"]) == ([], 2)
    (told,) = answer["summary"]["effects"]
    assert (told["agency"], told["submit"], told["verify"], told["route.self"]) == (
        "Dinas Pekerjaan Umum",
        1,
        1,
        1,
    )
    assert "entered by the new holder (V-53): 1" in answer["notes"][-1]["message"]
    assert Assignment.history.count() == before
    # Without the option it is as it always was: the file has to say how long somebody stays.
    assert run("import_people", file, "--dry-run").codes() == ["import.overlap", "import.overlap"]
