"""Requests under hostile hands: another government, odd fields and files, and months that close before the answer."""

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from approvals.requests import timers_due
from ledger.clock import now
from ledger.recording import recorded
from registry.models import Government, Post, Unit, User
from submissions import services
from submissions.calendar import close_month
from tests.approvals.bureau import WHY, Bureau, bureau, locked, refused  # noqa: F401 - a fixture
from tests.cast import World, assign
from workflow.models import Grant


def as_(who: Any) -> Client:
    client = Client(headers={"accept-language": "en"})
    client.force_login(who, backend="django.contrib.auth.backends.ModelBackend")
    return client


def elsewhere(cast: World) -> User:
    """Mira oversees and inspects another government."""
    with recorded(None):
        other = Government.objects.create(code="75.02", name="Kabupaten Lain", time_zone="Asia/Jayapura")
        root = Unit.objects.create(government=other, kind="GOVERNMENT", code="75.02", name="Lain")
        root.refresh_from_db()
        mira = User.objects.create(username="mira", name="Mira Sentosa", nip="198001012005012990")
        for role in ("oversight", "inspector"):
            assign(mira, Post.objects.create(unit=root, role=role, title=role))
    cast.people["mira"] = mira
    return mira


def test_the_bureau_of_another_government_is_a_stranger(bureau: Bureau) -> None:  # noqa: F811
    mira = elsewhere(bureau.cast)
    case = bureau.ask("extension")
    client = as_(mira)
    assert client.get(f"/requests/{case.token}/").status_code == 404
    assert client.post(f"/requests/{case.token}/", {"act": "revoke"}).status_code == 404
    assert client.get(f"/requests/{case.token}/file/").status_code == 404
    assert case.number not in client.get("/requests/?tab=all").content.decode()
    assert refused(lambda: bureau.answer(case, "mira")) == "asking.office"


ODD: list[dict[str, Any]] = [
    {"months": ["999999999999999999"], "reason": WHY, "until": "2026-02-20"},
    {"months": ["x"], "reason": "\x00" * 20, "until": "9999-12-31"},
    {"months": [], "reason": WHY * 2000, "until": "0001-01-01"},
    {"items": ["9" * 18], "person": "9" * 18, "office": "9" * 18, "until": "2026-13-45", "days": "9999"},
]


@pytest.mark.parametrize("kind", ["extension", "reopening", "amendment", "waiver", "assistance"])
def test_odd_fields_are_refused_with_a_sentence(bureau: Bureau, kind: str) -> None:  # noqa: F811
    client = as_(bureau.cast.citra)
    for typed in ODD:
        assert client.post(f"/requests/new/{kind}/", typed).status_code == 422, typed


@pytest.mark.parametrize(
    ("name", "content"), [("x.exe", b"MZ"), ("x.pdf", b"MZ%PDF-"), ("x.xlsx", b"PK\x03\x04" + b"\0" * 500)]
)
def test_a_file_is_what_it_says_or_is_not_kept(bureau: Bureau, name: str, content: bytes) -> None:  # noqa: F811
    typed = {"months": [bureau.cast.period().pk], "reason": WHY, "until": "2026-02-20"}
    sent = {**typed, "file": SimpleUploadedFile(name, content)}
    assert as_(bureau.cast.citra).post("/requests/new/extension/", sent).status_code == 422


def test_an_answer_that_is_none_changes_nothing(bureau: Bureau) -> None:  # noqa: F811
    case = bureau.ask("extension")
    client = as_(bureau.cast.hadi)
    good = {"step": "review", "verdict": "agreed", "seen": "1", "reason": WHY}
    for odd in (
        {}, {"act": "revoke", "seen": "1", "reason": WHY}, {"step": "review"}, good | {"step": "in_force"},
        good | {"step": "second"}, good | {"seen": "x"}, good | {"seen": "9" * 50}, good | {"verdict": "granted"},
    ):  # fmt: skip
        assert client.post(f"/requests/{case.token}/", odd).status_code == 422, odd
    assert bureau.state(case) == "asked" and not Grant.objects.exists()


def test_one_reopened_item_opens_no_other(bureau: Bureau) -> None:  # noqa: F811
    cast = bureau.cast
    locked(cast)
    first, second = cast.reports()
    bureau.answer(bureau.ask("reopening", items=[first.item_id]), "hadi")
    saved = services.save_entries(actor=cast.ani, entries=[cast.entry(first, 10), cast.entry(second, 10)])
    assert set(saved.versions) == {first.pk}
    assert saved.refusals[second.pk].code == "route.window_locked"


def test_what_locked_before_the_answer_is_not_extended(bureau: Bureau) -> None:  # noqa: F811
    case = bureau.ask("extension")
    locked(bureau.cast)
    assert refused(lambda: bureau.answer(case, "hadi")) == "asking.locked"
    bureau.answer(case, "hadi", agree=False)
    assert bureau.state(case) == "denied" and not Grant.objects.exists()


def test_what_was_closed_for_good_before_the_answer_is_not_reopened(bureau: Bureau) -> None:  # noqa: F811
    locked(bureau.cast)
    case = bureau.ask("reopening")
    close_month(fiscal_year=bureau.cast.year, month=1)
    assert refused(lambda: bureau.answer(case, "hadi")) == "asking.closed"
    (shown,) = as_(bureau.cast.hadi).get(f"/requests/{case.token}/").context["answers"]
    assert shown["may"] and shown["late"]
    bureau.answer(case, "hadi", agree=False)
    assert bureau.state(case) == "denied"


def test_who_oversees_another_government_sees_and_tries_none_of_the_stuck_steps_here(
    bureau: Bureau,  # noqa: F811
) -> None:
    mira = elsewhere(bureau.cast)
    case = bureau.ask("extension")
    bureau.cast.at("2026-02-06 12:00")  # its timers are overdue by days, because nothing swept them
    timers = list(timers_due(now()).values_list("pk", flat=True))
    assert timers and case.number in as_(bureau.cast.hadi).get("/requests/watch/").content.decode()
    assert case.number not in as_(mira).get("/requests/watch/").content.decode()
    for task in timers:
        assert as_(mira).post(f"/requests/watch/{task}/").status_code == 302
    assert list(timers_due(now()).values_list("pk", flat=True)) == timers
