"""Requests from the first word to the last day of their grant, as the people live them."""

from datetime import date
from functools import partial

import pytest
from django.core import mail

from approvals import requests, services
from approvals.authority import create_authority, issue_signer
from approvals.models import Request, RequestAct
from approvals.tasks import drain
from ledger.recording import recorded
from registry.models import Assignment
from submissions.models import Report
from tests.approvals.bureau import Bureau, bureau, locked, notices, quarter, refused
from tests.cast import PASSPHRASE, World, assign
from tests.files import kept_in
from workflow.models import Grant

__all__ = ["bureau"]


@pytest.fixture
def published(cast: World, bureau: Bureau, tmp_path_factory: pytest.TempPathFactory, settings) -> Report:
    """One report of January, signed by Citra."""
    folder = tmp_path_factory.mktemp("keys")
    settings.SIGNING_KEYS = folder
    settings.STORAGES = kept_in(folder / "files")
    create_authority(folder)
    issue_signer(
        folder,
        cast.citra.name,
        str(cast.citra.nip),
        "Dinas",
        PASSPHRASE,
        path=folder / f"signer-{cast.citra.pk}.p12",
    )
    reports = cast.reports(1)[:1]
    cast.submitted(reports, 10)
    services.verify(actor=cast.budi, versions=cast.versions(reports))
    batch = services.prepare(actor=cast.citra, period=cast.period(), versions=cast.versions(reports))
    drain()
    services.sign(actor=cast.citra, batch=batch, factor=cast.factor("citra"), passphrase=PASSPHRASE)
    return Report.objects.get(pk=reports[0].pk)


# --- Each kind -------------------------------------------------------------------------------------------


def test_citra_asks_for_a_later_deadline_and_hadi_grants_it(cast: World, bureau: Bureau) -> None:
    case = bureau.ask("extension", document_no="050/77/2026")
    assert (bureau.state(case), bureau.open(case), case.weighty) == ("asked", {"review"}, [])
    bureau.answer(case, "hadi")
    grant = Grant.objects.get()
    assert (grant.key, grant.kind, grant.subjects) == (f"request-{case.pk}", "extension", ["2026-01"])
    assert (grant.scope_path, grant.granted_by, grant.document_no) == (
        cast.agency.path,
        cast.hadi,
        "050/77/2026",
    )
    assert cast.period().sign_due == grant.expires_at == case.until
    assert cast.period().entry_due > cast.at("2026-02-10 09:00")
    cast.at("2026-02-20 23:59")
    assert (requests.sweep(), bureau.state(case)) == (0, "granted")
    cast.at("2026-02-21 00:00")
    assert (requests.sweep(), bureau.state(case)) == (1, "expired")
    assert bureau.acts(case) == ["asked", "agreed review", "granted", "expired"]
    assert notices(cast.hadi) == ["notice.request.asked"]
    assert notices(cast.citra) == ["notice.request.granted", "notice.request.expired"]
    assert mail.outbox == []  # it is night
    cast.at("2026-02-21 06:00")
    drain()
    assert len([letter for letter in mail.outbox if letter.to == ["citra@contoh.test"]]) == 2


def test_a_locked_month_is_reopened_for_three_working_days(cast: World, bureau: Bureau) -> None:
    locked(cast)  # Monday 23 February
    case = bureau.ask("reopening", items=[cast.reports(1)[0].item_id])
    bureau.answer(case, "hadi")
    grant = Grant.objects.get()
    assert grant.subjects == [f"2026-01/item-{cast.reports(1)[0].item_id}"]
    assert grant.expires_at == cast.at("2026-02-26 23:59:59")
    requests.sweep()
    assert bureau.state(case) == "expired"


def test_published_reports_may_be_amended(cast: World, bureau: Bureau, published: Report) -> None:
    case = bureau.ask("amendment", by="budi", days=10)
    assert refused(lambda: bureau.answer(case, "budi", step="review")) == "asking.office"
    bureau.answer(case, "hadi")
    grant = Grant.objects.get()
    assert (grant.kind, grant.subjects) == ("amendment", [f"2026-01/item-{published.item_id}"])
    assert grant.expires_at == cast.at("2026-02-17 23:59:59")


def test_what_is_not_published_cannot_be_amended(cast: World, bureau: Bureau) -> None:
    assert refused(lambda: bureau.ask("amendment")) == "asking.month"


def test_a_waiver_names_the_person_and_ends_on_a_day(cast: World, bureau: Bureau) -> None:
    case = bureau.ask("waiver")
    bureau.answer(case, "hadi")
    grant = Grant.objects.get()
    assert (grant.kind, grant.person, grant.subjects) == ("waiver", cast.budi, ["2026-01"])
    assert grant.expires_at == cast.at("2026-03-31 23:59:59")
    assert notices(cast.budi) == notices(cast.citra) == ["notice.request.granted"]


def test_kiran_is_mandated_to_help(cast: World, bureau: Bureau) -> None:
    case = bureau.ask("assistance", months=[], items=[])
    assert case.weighty == ["months"], "all months of the year are many"
    bureau.answer(case, "hadi")
    assert not Grant.objects.exists()
    bureau.answer(case, "indah")
    grant = Grant.objects.get()
    assert (grant.person, grant.subjects, grant.granted_by) == (cast.kiran, [], cast.indah)
    assert [RequestAct.objects.get(pk=pk).actor for pk in grant.params["answers"]] == [cast.hadi, cast.indah]


# --- Who may not -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("said", "code"),
    [
        ({"months": []}, "asking.no_month"),
        ({"months": [2]}, "asking.month"),
        ({"months": [1], "items": [0]}, "asking.one_month"),
        ({"until": date(2026, 2, 3)}, "asking.until_past"),
        ({"until": date(2026, 2, 10)}, "asking.not_later"),
        ({"until": date(2028, 1, 1)}, "asking.until_far"),
        ({"until": None}, "asking.until_past"),
        ({"reason": " singkat  "}, "asking.reason"),
        ({"reason": "x" * 2001}, "entry.too_long"),
    ],
)
def test_what_cannot_be_asked_is_refused(cast: World, bureau: Bureau, said: dict, code: str) -> None:
    assert refused(lambda: bureau.ask("extension", **said)) == code
    assert not Request.objects.exists()
    assert not requests.RequestFlow.process_class.objects.exists()


def test_a_waiver_is_for_deciders_of_the_agency_and_a_mandate_for_helpers_outside(
    cast: World, bureau: Bureau
) -> None:
    for kind, who in (
        ("waiver", "ani"),
        ("waiver", "fitri"),
        ("waiver", "kiran"),
        ("assistance", "budi"),
        ("assistance", "gita"),
    ):
        assert refused(partial(bureau.ask, kind, person=cast.people[who])) == "asking.person"
    assert refused(lambda: bureau.ask("waiver", person=None)) == "asking.person"
    assert refused(lambda: bureau.ask("assistance", items=[0])) == "asking.item"


def test_the_same_wish_is_asked_once(cast: World, bureau: Bureau) -> None:
    case = bureau.ask("extension")
    assert refused(lambda: bureau.ask("extension")) == "asking.twice"
    assert refused(lambda: bureau.ask("extension", by="budi", until=date(2026, 2, 19))) == "asking.twice"
    bureau.answer(case, "hadi", agree=False)
    assert bureau.ask("extension").pk != case.pk


def test_a_deadline_may_move_a_second_time(cast: World, bureau: Bureau) -> None:
    bureau.answer(bureau.ask("extension"), "hadi")
    assert refused(lambda: bureau.ask("extension")) == "asking.not_later"
    bureau.answer(bureau.ask("extension", until=date(2026, 2, 25)), "hadi")
    assert cast.period().sign_due == cast.at("2026-02-25 23:59:59")


def test_who_lost_the_office_since_the_page_was_opened_asks_no_more(cast: World, bureau: Bureau) -> None:
    wish = bureau.wish("extension")
    with recorded(None):
        Assignment.objects.filter(person=cast.citra).update(valid_to=date(2026, 2, 2))
    assert refused(lambda: requests.ask(actor=cast.citra, wish=wish)) == "asking.asker"
    assert refused(lambda: requests.ask(actor=cast.gita, wish=wish)) == "asking.asker"


@pytest.mark.parametrize(
    "who", ["gita", "ani", "budi", "dewi", "eko", "fitri", "indah", "joko", "kiran", "lia", "root"]
)
def test_strangers_and_other_offices_do_not_answer(cast: World, bureau: Bureau, who: str) -> None:
    case = bureau.ask("extension")
    assert refused(lambda: bureau.answer(case, who, step="review")) == "asking.office"
    assert bureau.acts(case) == ["asked"]


def test_nobody_answers_what_he_asked_for_or_what_is_about_himself(cast: World, bureau: Bureau) -> None:
    case = bureau.ask("extension")
    with recorded(None):
        Assignment.objects.filter(person=cast.hadi).update(valid_to=date(2026, 2, 2))
    assign(cast.citra, bureau.posts["bureau"], "plt", "2026-02-03")
    assert refused(lambda: bureau.answer(case, "citra", step="review")) == "asking.self"
    waiver = bureau.ask("waiver")
    assign(cast.budi, bureau.posts["secretary"], "plh", "2026-02-03")
    with recorded(None):
        Assignment.objects.filter(person=cast.citra, kind="plt").update(valid_to=date(2026, 2, 3))
    cast.at("2026-02-04 09:00")
    assert refused(lambda: bureau.answer(waiver, "budi", step="review")) == "asking.self"


def test_two_opinions_are_of_two_persons(cast: World, bureau: Bureau) -> None:
    case = quarter(cast, bureau)
    assign(cast.hadi, bureau.posts["inspector"], "plh", "2026-04-27")
    bureau.answer(case, "hadi")
    assert refused(lambda: bureau.answer(case, "hadi", step="second")) == "asking.both"
    assert not Grant.objects.exists()


def test_an_acting_head_of_the_bureau_answers_in_his_dates_only(cast: World, bureau: Bureau) -> None:
    assign(cast.lia, bureau.posts["bureau"], "plh", "2026-02-03", "2026-02-04")
    case = bureau.ask("extension")
    assert refused(lambda: bureau.answer(case, "hadi")) == "asking.office"
    cast.at("2026-02-05 09:00")
    assert refused(lambda: bureau.answer(case, "lia", step="review")) == "asking.office"
    cast.at("2026-02-04 23:00")
    bureau.answer(case, "lia", step="review")
    assert Grant.objects.get().granted_office.startswith("Plh. Kepala Bagian Administrasi Pembangunan")


def test_the_superior_of_a_vacant_bureau_answers_at_once(cast: World, bureau: Bureau) -> None:
    with recorded(None):
        Assignment.objects.filter(person=cast.hadi).update(valid_to=date(2026, 2, 2))
    case = bureau.ask("extension")
    assert notices(cast.joko) == ["notice.request.asked"]
    bureau.answer(case, "joko", step="review")
    assert bureau.state(case) == "granted"


@pytest.mark.parametrize("reason", ["", "   ", "kurang"])
def test_no_answer_without_a_reason(cast: World, bureau: Bureau, reason: str) -> None:
    case = bureau.ask("extension")
    for agree in (True, False):
        assert refused(partial(bureau.answer, case, "hadi", agree=agree, reason=reason)) == "asking.reason"
    assert bureau.acts(case) == ["asked"]


def test_a_second_click_and_a_stale_page_change_nothing(cast: World, bureau: Bureau) -> None:
    case = quarter(cast, bureau)
    seen = bureau.seen(case)
    bureau.answer(case, "hadi", seen=seen)
    assert refused(lambda: bureau.answer(case, "hadi", seen=seen)) == "asking.decided"
    assert refused(lambda: bureau.answer(case, "indah", seen=seen)) == "asking.stale"
    bureau.answer(case, "indah")
    assert refused(lambda: bureau.answer(case, "indah", agree=False)) == "asking.decided"
    assert Grant.objects.count() == 1
