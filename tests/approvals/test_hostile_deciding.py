"""Odd, hurried and hostile posts to the deciders' pages."""

import pytest
from django.conf import settings as site
from django.core import mail
from django.test import Client

from approvals import preparing, services, tasks
from approvals.authority import create_authority, issue_signer
from approvals.batches import manifest_digest
from approvals.models import Notice, SigningBatch
from approvals.services import BatchRefused, SigningRefused
from ledger.recording import recorded
from registry.models import Assignment, BudgetLine, Post
from submissions import services as entering
from submissions.models import Period, Report
from tests.cast import PASSPHRASE, World, assign
from tests.files import kept_in
from workflow import engine

ODD_NUMBERS = ("²", "١٢", "-1", "9" * 30, "9" * 5000, "1e3", "", "abc", "\x00")


@pytest.fixture(autouse=True)
def folders(tmp_path_factory: pytest.TempPathFactory, settings) -> None:
    folder = tmp_path_factory.mktemp("keys")
    settings.SIGNING_KEYS = folder
    settings.STORAGES = kept_in(folder / "files")


@pytest.fixture
def reports(cast: World) -> list[Report]:
    cast.items(3)
    reports = cast.open()
    cast.submitted(reports, 10)
    return reports


@pytest.fixture
def foreign(cast: World, reports: list[Report]) -> Report:
    """A report of the other agency, submitted."""
    cast.item(
        "1.02.02.2.01.0001", unit=cast.other_agency, officer="other_officer", verifier="other_section_head"
    )
    cast.open()
    report = Report.objects.get(item__unit=cast.other_agency)
    cast.submitted([report], 10, by="eko")
    return report


@pytest.fixture
def batch(cast: World, reports: list[Report]) -> SigningBatch:
    create_authority(site.SIGNING_KEYS)
    key_for(cast.citra)
    services.verify(actor=cast.budi, versions=cast.versions(reports))
    return prepared(cast, reports)


def key_for(person, to=None) -> None:
    path = site.SIGNING_KEYS / f"signer-{(to or person).pk}.p12"
    issue_signer(site.SIGNING_KEYS, person.name, str(person.nip), "Dinas", PASSPHRASE, path=path)


def prepared(cast: World, reports: list[Report]) -> SigningBatch:
    batch = services.prepare(actor=cast.citra, period=cast.period(), versions=cast.versions(reports))
    services.render(batch.pk)
    return SigningBatch.objects.get(pk=batch.pk)


def as_(person) -> Client:
    client = Client()
    client.force_login(person, backend="django.contrib.auth.backends.ModelBackend")
    return client


@pytest.mark.parametrize("odd", ODD_NUMBERS)
def test_odd_numbers_are_answered_and_never_an_error(cast: World, reports: list[Report], odd: str) -> None:
    pk = reports[0].pk
    for who, page in ((cast.budi, "/inbox/"), (cast.citra, "/sign/")):
        for posted in ({"report": odd, f"version-{odd}": "1"}, {"report": pk, f"version-{pk}": odd}):
            assert as_(who).post(page, posted).status_code in (
                302,
                400,
                404,
            )  # 400: a field name beyond reason
        assert as_(who).get(page, {"page": odd, "tab": odd}).status_code == 200
    answer = as_(cast.budi).post(f"/reports/{reports[0].token}/", {"act": "verify", "version": odd})
    assert answer.status_code == 422
    assert as_(cast.budi).get("/notices/", {"page": odd}).status_code == 200
    assert set(Report.objects.values_list("state", flat=True)) == {"submitted"}


@pytest.mark.parametrize(
    "address",
    ["/v/%00/", "/v/%00/qr.svg", "/v/%00/document.pdf", "/reports/%00/", "/batches/%00/", "/evidence/%00/",
     "/batches/%00/document.pdf",
     f"/v/{'x' * 5000}/"],
)  # fmt: skip
def test_an_address_that_names_nothing_is_not_found(cast: World, address: str) -> None:
    cast.item()
    cast.open()
    assert as_(cast.budi).get(address).status_code in (302, 404)


@pytest.mark.parametrize("odd", ["\x00\x00\x00kurang lengkap sekali", "kurang lengkap " * 100_000])
def test_an_odd_reason_is_no_error(cast: World, reports: list[Report], odd: str) -> None:
    posted = {
        "act": "return",
        "category": "other",
        "version": cast.versions(reports)[reports[0].pk],
        "reason": odd,
    }
    assert as_(cast.budi).post(f"/reports/{reports[0].token}/", posted).status_code in (302, 422)


@pytest.mark.parametrize("mark", ["abc", "\x00", "9" * 30, "²", "", "x" * 100_000])
def test_an_odd_mark_does_not_lock_the_officer_out(cast: World, reports: list[Report], mark: str) -> None:
    posted = {
        "act": "return",
        "category": "other",
        "version": cast.versions(reports)[reports[0].pk],
        "reason": "Bukti pembayaran belum dilampirkan",
        "lines": [mark, "physical"],
    }
    assert as_(cast.budi).post(f"/reports/{reports[0].token}/", posted).status_code == 302
    for page in ("/entry/", "/entry/2026-01/"):
        assert as_(cast.ani).get(page).status_code == 200


def test_a_mark_names_only_lines_of_its_own_report(
    cast: World, reports: list[Report], foreign: Report
) -> None:
    line = foreign.lines.get()
    posted = {
        "act": "return",
        "category": "other",
        "version": cast.versions(reports)[reports[0].pk],
        "reason": "Bukti pembayaran belum dilampirkan",
        "lines": [f"line-{line.pk}", f"line-{reports[0].lines.get().pk}"],
    }
    as_(cast.budi).post(f"/reports/{reports[0].token}/", posted)
    (row,) = as_(cast.ani).get("/entry/").context["returned"]
    assert len(row["cells"]) == 1


def test_ids_of_strangers_say_nothing(cast: World, foreign: Report) -> None:
    code = foreign.item.sub_activity_code
    for who, page in ((cast.budi, "/inbox/"), (cast.citra, "/sign/")):
        client = as_(who)
        posted = {"report": foreign.pk, f"version-{foreign.pk}": cast.versions([foreign])[foreign.pk]}
        answer = client.post(page, posted)
        assert answer.status_code == 404
        assert code not in client.get(page).content.decode()
    assert Report.objects.get(pk=foreign.pk).state == "submitted"


def test_the_head_who_returns_lands_on_his_own_desk(
    cast: World, batch: SigningBatch, reports: list[Report]
) -> None:
    posted = {
        "act": "return",
        "category": "other",
        "version": cast.versions(reports)[reports[0].pk],
        "reason": "Angka tidak sesuai SP2D",
    }
    answer = as_(cast.citra).post(f"/reports/{reports[0].token}/", posted, follow=True)
    assert answer.status_code == 200


def test_a_second_tap_gets_the_first_answer(cast: World, reports: list[Report]) -> None:
    budi = as_(cast.budi)
    page = budi.get(f"/reports/{reports[0].token}/")
    version = str(cast.versions(reports)[reports[0].pk])
    posted = {"act": "verify", "version": version, "key": page.context["key"]}
    for _tap in range(2):
        assert budi.post(f"/reports/{reports[0].token}/", posted, follow=True).status_code == 200
    other = posted | {"act": "return", "category": "other", "reason": "Bukti belum dilampirkan"}
    assert budi.post(f"/reports/{reports[0].token}/", other).status_code == 422
    key = budi.get("/inbox/").context["key"]
    ticked = {"report": reports[1].pk, f"version-{reports[1].pk}": version, "key": key}
    for _tap in range(2):
        told = budi.post("/inbox/", ticked, follow=True).context
        assert told["outcome"]["clean"] and not told["outcome"]["skipped"] and not list(told["messages"])


def test_only_its_signer_discards_a_document(cast: World, batch: SigningBatch) -> None:
    for who in (cast.ani, cast.budi, cast.dewi):
        assert as_(who).post(f"/batches/{batch.token}/discard/").status_code == 404
    assert SigningBatch.objects.get().state == "prepared"


def test_who_sees_a_part_does_not_see_the_whole_before_it_is_published(
    cast: World, batch: SigningBatch, reports: list[Report]
) -> None:
    with recorded(None):
        other = Post.objects.create(unit=cast.agency, role="officer", title="PPTK Jembatan")
        assign(cast.gita, other)
        reports[0].item.officer_post = other
        reports[0].item.save()
    assert as_(cast.gita).get(f"/reports/{reports[0].token}/").status_code == 200
    for page in ("", "document.pdf"):
        assert as_(cast.gita).get(f"/batches/{batch.token}/{page}").status_code == 404
        assert as_(cast.citra).get(f"/batches/{batch.token}/{page}").status_code == 200


def test_the_key_of_another_person_does_not_sign(cast: World, batch: SigningBatch) -> None:
    key_for(cast.budi, to=cast.citra)
    with pytest.raises(SigningRefused, match="sign.not_yours"):
        services.sign(actor=cast.citra, batch=batch, factor=cast.factor("citra"), passphrase=PASSPHRASE)
    assert SigningBatch.objects.get().state == "prepared"


def test_two_documents_over_the_same_reports_publish_once(
    cast: World, batch: SigningBatch, reports: list[Report]
) -> None:
    again = prepared(cast, reports[:2])
    services.sign(actor=cast.citra, batch=batch, factor=cast.factor("citra"), passphrase=PASSPHRASE)
    page = as_(cast.citra).post(
        f"/batches/{again.token}/",
        {
            "statement": "1",
            "code": cast.factor("citra").code,
            "passphrase": PASSPHRASE,
            "manifest_sha256": manifest_digest(again),
        },
    )
    assert page.status_code == 422
    assert SigningBatch.objects.get(pk=again.pk).state == "void"
    assert as_(cast.budi).get(f"/v/{again.token}/").status_code == 200


def test_an_account_renamed_under_a_submitted_report_is_not_signed(
    cast: World, batch: SigningBatch, reports: list[Report]
) -> None:
    with recorded(None):
        BudgetLine.objects.filter(item=reports[0].item).update(account_code="5.1.02.01.001.09999")
    with pytest.raises(BatchRefused, match="batch.altered"):
        services.sign(actor=cast.citra, batch=batch, factor=cast.factor("citra"), passphrase=PASSPHRASE)
    assert set(Report.objects.values_list("state", flat=True)) == {"verified"}


def test_a_prepared_file_lost_on_disk_is_said(cast: World, batch: SigningBatch) -> None:
    batch.prepared_file.storage.delete(str(batch.prepared_file.name))
    posted = {
        "statement": "1",
        "code": cast.factor("citra").code,
        "passphrase": PASSPHRASE,
        "manifest_sha256": manifest_digest(batch),
    }
    assert as_(cast.citra).post(f"/batches/{batch.token}/", posted).status_code == 422
    assert SigningBatch.objects.get().void_code == "batch.altered"


def test_a_second_click_prepares_no_second_document(
    cast: World, batch: SigningBatch, reports: list[Report]
) -> None:
    again = services.prepare(actor=cast.citra, period=cast.period(), versions=cast.versions(reports))
    assert again.pk == batch.pk
    assert SigningBatch.objects.count() == 1


@pytest.mark.parametrize("moment", ["_signature", "_keep"])
def test_a_document_given_up_meanwhile_is_not_published(
    cast: World, batch: SigningBatch, monkeypatch: pytest.MonkeyPatch, moment: str
) -> None:
    real = getattr(services, moment)

    def slow(*args):
        answer = real(*args)
        held = SigningBatch.objects.get(pk=batch.pk)
        preparing.void(held, "batch.abandoned", {}, None)
        return answer

    monkeypatch.setattr(services, moment, slow)
    with pytest.raises(BatchRefused, match="batch.state"):
        services.sign(actor=cast.citra, batch=batch, factor=cast.factor("citra"), passphrase=PASSPHRASE)
    held = SigningBatch.objects.get(pk=batch.pk)
    assert (held.state, held.void_code) == ("void", "batch.abandoned")
    assert set(Report.objects.values_list("state", flat=True)) == {"verified"}


def test_a_signed_file_lost_on_disk_is_said_and_no_error(cast: World, batch: SigningBatch) -> None:
    services.sign(actor=cast.citra, batch=batch, factor=cast.factor("citra"), passphrase=PASSPHRASE)
    held = SigningBatch.objects.get()
    held.signed_file.storage.delete(str(held.signed_file.name))
    answer = Client().get(f"/v/{held.token}/")
    assert answer.status_code == 200
    assert answer.context["document"]["verdict"] != "genuine"
    assert Client().get(f"/v/{held.token}/document.pdf").status_code == 404
    assert as_(cast.citra).get(f"/batches/{held.token}/").status_code == 200


def test_who_submitted_does_not_verify_even_when_another_typed(cast: World) -> None:
    cast.item()
    (report,) = cast.open()
    cast.entered([report], 10)
    assert Assignment.objects.filter(person=cast.ani).exists()  # Budi stands in for her
    assign(cast.budi, cast.posts["officer"], kind="plt", start="2026-02-02")
    entering.submit(actor=cast.budi, versions=cast.versions([report]))
    assert Report.objects.get().state == "submitted"
    (outcome,) = services.verify(actor=cast.budi, versions=cast.versions([report]))
    assert (outcome.done, outcome.code) == (False, "route.self")


def test_a_month_whose_earlier_month_moved_after_verification_is_not_signed(cast: World) -> None:
    cast.item()
    (january,) = cast.open()
    cast.submitted([january], 10)
    services.verify(actor=cast.budi, versions=cast.versions([january]))
    cast.at("2026-03-03 09:00")
    (february,) = cast.open(2)
    cast.submitted([february], 10)
    services.verify(actor=cast.budi, versions=cast.versions([february]))
    with recorded(None):
        Period.objects.filter(month=1).update(lock_at="2026-03-31T00:00:00Z")
    services.send_back(actor=cast.citra, versions=cast.versions([january]), reason="Angka Januari kurang")
    cast.submitted([january], 20)
    refusal = engine.available(cast.citra, [Report.objects.get(pk=february.pk)])[february.pk]["sign"]
    assert refusal
    assert refusal.code == "route.order_stale"
    services.send_back(
        actor=cast.citra,
        versions=cast.versions([february]),
        reason="Januari berubah, periksa lagi",
        to_previous_tier=True,
    )
    outcomes = services.verify(actor=cast.budi, versions=cast.versions([january, february]))
    assert all(one.done for one in outcomes), outcomes  # who verified before verifies again
    buttons = engine.available(cast.citra, list(Report.objects.order_by("pk")))
    assert buttons[january.pk]["sign"] is None
    assert buttons[february.pk]["sign"].code == "route.order_sign"


def test_what_was_judged_once_is_not_recalled_after_it_came_back_a_tier(
    cast: World, reports: list[Report]
) -> None:
    versions = cast.versions(reports[:1])
    services.verify(actor=cast.budi, versions=versions)
    why = "Periksa lagi angka bulan ini"
    services.send_back(actor=cast.citra, versions=versions, reason=why, to_previous_tier=True)
    (outcome,) = entering.recall(actor=cast.ani, versions=versions)
    assert (outcome.done, outcome.code) == (False, "route.opened")
    (outcome,) = services.verify(actor=cast.budi, versions=versions)
    assert outcome.done


def test_a_notice_stands_although_mail_is_down(
    cast: World, reports: list[Report], monkeypatch: pytest.MonkeyPatch
) -> None:
    def down(*args, **options):
        raise OSError("no route to host")

    monkeypatch.setattr(mail.EmailMessage, "send", down)
    services.send_back(
        actor=cast.budi, versions=cast.versions(reports[:1]), reason="Bukti belum ada di berkas"
    )
    tasks.drain()
    assert Notice.objects.filter(person=cast.ani, mailed_at=None).count() == 1


def test_a_deactivated_person_is_out_at_once(cast: World, reports: list[Report]) -> None:
    client = as_(cast.budi)
    assert client.get("/inbox/").status_code == 200
    cast.budi.is_active = False
    cast.budi.save()
    assert client.get("/inbox/").status_code == 302
    (outcome, *_) = services.verify(actor=cast.budi, versions=cast.versions(reports))
    assert not outcome.done
