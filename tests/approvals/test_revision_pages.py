"""A revision on the pages: permitted, opened, entered beside the old values, published; the old one stays to be checked."""

from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings as site
from django.test import Client
from django.utils import translation

from approvals import recap, services
from approvals.authority import create_authority, issue_signer
from approvals.models import SigningBatch
from approvals.tasks import drain, void_abandoned
from ledger.clock import now
from ledger.recording import recorded
from registry.models import User
from submissions.models import Editor, Report
from submissions.services import submit
from tests.cast import PASSPHRASE, PASSWORD, World
from tests.files import kept_in
from tests.roads import BUREAU, HEAD, SECTION, bureau, follows, office, person
from workflow import granting
from workflow.models import Decision

REASON = "Salah ketik, SP2D nomor 17 belum masuk"


@pytest.fixture(autouse=True)
def folders(tmp_path_factory: pytest.TempPathFactory, settings: Any) -> None:
    folder = tmp_path_factory.mktemp("keys")
    settings.SIGNING_KEYS = folder
    settings.STORAGES = kept_in(folder / "files")


def as_(who: Any) -> Client:
    with recorded(None):
        User.objects.filter(pk=who.pk).update(language="en")
        who.refresh_from_db()
    client = Client()
    client.force_login(who, backend="django.contrib.auth.backends.ModelBackend")
    return client


def visitor() -> Client:
    return Client(headers={"accept-language": "en"})


def signed(cast: World, reports: list[Report], by: User | None = None) -> SigningBatch:
    """One document of these verified reports, prepared and signed."""
    signer = by or cast.citra
    create_authority(site.SIGNING_KEYS)
    path = site.SIGNING_KEYS / f"signer-{signer.pk}.p12"
    issue_signer(site.SIGNING_KEYS, signer.name, str(signer.nip), "Dinas", PASSPHRASE, path=path)
    period = reports[0].period
    batch = services.prepare(actor=signer, period=period, versions=cast.versions(reports))
    drain()
    batch = SigningBatch.objects.get(pk=batch.pk)
    return services.sign(actor=signer, batch=batch, factor=cast.factor(signer), passphrase=PASSPHRASE)


def permitted(cast: World) -> None:
    granting.give(
        key="test-1", kind="amendment", actor=cast.dewi, office="Bagian Adbang", scope_path=cast.agency.path,
        subjects=["2026-01"], reason="Disetujui atas nota dinas 17", expires_at=now() + timedelta(days=3),
    )  # fmt: skip


@pytest.fixture
def january(cast: World) -> Report:
    cast.item(ceilings=(100,))
    (report,) = cast.open()
    versions = cast.submitted([report], 10)
    services.verify(actor=cast.budi, versions=versions)
    signed(cast, [report])
    return Report.objects.get(pk=report.pk)


def opened(cast: World, january: Report) -> Report:
    permitted(cast)
    posted = {"act": "amend", "version": january.version, "amend_reason": REASON}
    answer = as_(cast.citra).post(f"/reports/{january.token}/", posted)
    draft = Report.objects.get(item=january.item, revision=1)
    assert answer["Location"] == f"/reports/{draft.token}/"
    return draft


def test_without_a_permission_the_head_is_told_where_to_ask(cast: World, january: Report) -> None:
    context = as_(cast.citra).get(f"/reports/{january.token}/").context
    assert not context["actions"]["amend"]
    assert context["revisions"]["ask_url"] == f"/requests/new/amendment/?report={january.token}"
    assert "Nobody has permitted" in {row["verb"]: row["sentence"] for row in context["missing"]}["amend"]
    posted = {"act": "amend", "version": january.version, "amend_reason": REASON}
    answer = as_(cast.citra).post(f"/reports/{january.token}/", posted)
    assert answer.status_code == 422 and REASON not in answer.context["errors"][0]["sentence"]


@pytest.mark.parametrize(
    ("who", "status"), [("budi", 422), ("dewi", 422), ("eko", 404), ("gita", 404), ("root", 404)]
)
def test_nobody_else_opens_a_revision(cast: World, january: Report, who: str, status: int) -> None:
    permitted(cast)
    posted = {"act": "amend", "version": january.version, "amend_reason": REASON}
    assert as_(cast.people[who]).post(f"/reports/{january.token}/", posted).status_code == status
    assert Report.objects.count() == 1


def test_a_revision_needs_a_reason_and_opens_once(cast: World, january: Report) -> None:
    permitted(cast)
    citra = as_(cast.citra)
    posted = {"act": "amend", "version": january.version, "amend_reason": "salah"}
    answer = citra.post(f"/reports/{january.token}/", posted)
    assert answer.status_code == 422 and "salah" in answer.content.decode()
    key = citra.get(f"/reports/{january.token}/").context["key"]
    for _tap in range(2):
        assert (
            citra.post(
                f"/reports/{january.token}/", posted | {"amend_reason": REASON, "key": key}
            ).status_code
            == 302
        )
    assert Report.objects.count() == 2
    assert Decision.objects.filter(verb="amend").count() == 1
    answer = citra.post(f"/reports/{january.token}/", posted | {"amend_reason": REASON})
    assert "already under way" in answer.content.decode()


def test_the_draft_is_in_anis_work_with_the_old_values_beside(cast: World, january: Report) -> None:
    cast.at("2026-04-01 09:00")  # long after the month was locked
    draft = opened(cast, january)
    ani = as_(cast.ani)
    (card,) = [month for month in ani.get("/entry/").context["months"] if month["revisions"]]
    assert (card["revisions"], card["can_enter"]) == (1, True)
    page = ani.get("/entry/2026-01/")
    (item,) = page.context["items"]
    assert (item["report_id"], item["editable"], item["revision"]) == (draft.pk, True, 1)
    assert item["note"] == f"Revision 1: {REASON}"
    assert "Revision 1" in page.content.decode()
    cast.entered([draft], 30)
    page = ani.get("/entry/2026-01/")
    (item,) = page.context["items"]
    assert item["lines"][0]["published"] == "10"
    assert any("10 is published, 30 stands here" in sentence for sentence in item["changes"])


def test_what_would_break_a_later_month_is_said_before_it_is_submitted(cast: World, january: Report) -> None:
    cast.open(2)
    cast.at("2026-03-03 09:00")
    (february,) = cast.reports(2)
    services.verify(actor=cast.budi, versions=cast.submitted([february], 85))
    signed(cast, [february])
    draft = opened(cast, january)
    cast.entered([draft], 60)
    page = as_(cast.ani).get("/entry/2026-01/").content.decode()
    assert "with this amendment" in page and "145" in page


def test_a_revision_from_permission_to_publication(cast: World, january: Report) -> None:
    first = SigningBatch.objects.get()
    draft = opened(cast, january)
    cast.entered([draft], 30)
    versions = cast.versions([draft])
    assert submit(actor=cast.ani, versions=versions)[0].done
    (row,) = as_(cast.budi).get("/inbox/").context["rows"]
    assert row["revision"] == 1
    budi = as_(cast.budi).get(f"/reports/{draft.token}/").context
    changes = [(one["seen"], one["stored"]) for one in budi["revisions"]["changes"]]
    assert ("10", "30") in changes
    services.verify(actor=cast.budi, versions=versions)
    assert visitor().get(f"/v/{first.token}/").context["document"]["verdict"] == "genuine"
    second = signed(cast, [draft])
    assert second.state == "published"

    old = visitor().get(f"/v/{first.token}/")
    assert old.context["document"]["verdict"] == "superseded"
    assert [one["url"] for one in old.context["replaced_by"]] == [f"/v/{second.token}/"]
    assert f"Revision 1: {REASON}" in old.content.decode()
    assert old.context["reports"][0]["superseded"]
    new = visitor().get(f"/v/{second.token}/")
    assert new.context["document"]["verdict"] == "genuine"
    assert f"Revision 1: {REASON}" in new.content.decode()
    for batch in (first, second):
        assert visitor().get(f"/v/{batch.token}/document.pdf").status_code == 200

    public = visitor().get(f"/p/2026/{cast.agency.code}/{january.item.sub_activity_code}/").content.decode()
    assert f"Revision 1: {REASON}" in public
    assert f"/v/{first.token}/" in public and f"/v/{second.token}/" in public
    page = as_(cast.citra).get(f"/reports/{january.token}/")
    assert page.status_code == 200
    assert page.context["where"].kind == "superseded"
    assert [one["revision"] for one in page.context["revisions"]["others"]] == [1]


def test_a_revision_is_given_up_with_a_reason(cast: World, january: Report) -> None:
    draft = opened(cast, january)
    ani = as_(cast.ani)
    assert ani.get(f"/reports/{draft.token}/").context["actions"]["cancel"]
    for who, status in (("budi", 422), ("eko", 404), ("gita", 404)):
        posted = {"act": "cancel", "version": draft.version, "reason": REASON}
        assert as_(cast.people[who]).post(f"/reports/{draft.token}/", posted).status_code == status
    assert (
        ani.post(f"/reports/{draft.token}/", {"act": "cancel", "version": 99, "reason": REASON}).status_code
        == 422
    )
    posted = {"act": "cancel", "version": draft.version, "reason": REASON}
    assert ani.post(f"/reports/{draft.token}/", posted).status_code == 302
    assert sorted(Report.objects.values_list("state", flat=True)) == ["cancelled", "published"]
    (item,) = ani.get("/entry/2026-01/").context["items"]
    assert item["report_id"] == january.pk
    (row,) = ani.get("/entry/").context["reports"]
    assert (row["state"], row["revision"]) == ("published", 0)


def test_overview_and_public_figures_count_each_month_once(cast: World, january: Report) -> None:
    draft = opened(cast, january)
    cast.entered([draft], 30)
    versions = cast.versions([draft])
    submit(actor=cast.ani, versions=versions)
    citra = as_(cast.citra)
    for address in ("/overview/?month=2026-01", "/overview/?month=2026-01&all=1"):
        total = citra.get(address).context["total"]
        assert (total.items, total.reported, total.realised) == (1, 1, 10)
    services.verify(actor=cast.budi, versions=versions)
    signed(cast, [draft])
    for address in ("/overview/?month=2026-01", "/overview/?month=2026-01&all=1"):
        total = citra.get(address).context["total"]
        assert (total.items, total.reported, total.published, total.realised) == (1, 1, 1, 30)


def test_signed_waits_for_the_review_and_is_shown_so(cast: World) -> None:
    follows(cast, SECTION, HEAD, BUREAU | {"blocks": True})
    hana = bureau(cast)
    cast.item()
    (report,) = cast.open()
    versions = cast.submitted([report], 10)
    services.verify(actor=cast.budi, versions=versions)
    batch = signed(cast, [report])
    assert batch.state == "waiting"
    citra = as_(cast.citra)
    page = citra.get(f"/batches/{batch.token}/").content.decode()
    assert "Signed; publication waits" in page and "Hana Serayu" in page
    assert [row["state"] for row in citra.get("/sign/").context["batches"]] == ["waiting"]
    assert visitor().get(f"/v/{batch.token}/").context["document"]["verdict"] == "pending"
    services.review(actor=hana, versions=versions)
    void_abandoned()
    assert SigningBatch.objects.get().state == "published"
    assert visitor().get(f"/v/{batch.token}/").context["document"]["verdict"] == "genuine"
    assert citra.get("/sign/").context["batches"] == []


def test_a_quorum_of_two_signs_two_documents_and_then_it_is_published(cast: World) -> None:
    follows(cast, SECTION, HEAD | {"quorum": 2})
    joko = person(cast, "joko", "Joko Telaga", office(cast, "agency_head", "Wakil Kepala Dinas"))
    with recorded(None):
        joko.set_password(PASSWORD)
        joko.save()
    cast.item()
    (report,) = cast.open()
    services.verify(actor=cast.budi, versions=cast.submitted([report], 10))
    prepared = services.prepare(actor=cast.citra, period=report.period, versions=cast.versions([report]))
    drain()
    page = as_(cast.citra).get(f"/batches/{prepared.token}/")
    assert page.context["then"] == ["1 more signature"]
    services.discard(actor=cast.citra, batch=prepared)
    assert signed(cast, [report]).state == "waiting"
    second = signed(cast, [report], by=joko)
    assert (second.state, second.signer_title) == ("published", "Wakil Kepala Dinas")
    void_abandoned()
    assert set(SigningBatch.objects.exclude(state="void").values_list("state", flat=True)) == {"published"}


def mandated(cast: World) -> None:
    granting.give(
        key="test-9", kind="assistance", actor=cast.dewi, office="Biro Organisasi", scope_path=cast.agency.path,
        reason="Pendampingan sesuai surat tugas", expires_at=now() + timedelta(days=9), person=cast.gita,
        document_no="090/9/2026",
    )  # fmt: skip


def test_an_assistant_enters_on_behalf_and_submits_nothing(cast: World) -> None:
    cast.item()
    (report,) = cast.open()
    gita = as_(cast.gita)
    assert gita.get("/entry/2026-01/").status_code == 404
    mandated(cast)
    assert [link["url"] for link in gita.get("/entry/").context["nav"]][0] == "/entry/"
    page = gita.get("/entry/2026-01/")
    assert page.context["on_behalf"][0].startswith("You enter on behalf of PPTK Bina Marga")
    (item,) = page.context["items"]
    assert (item["editable"], item["selectable"], page.context["can_submit"], page.context["nil"]) == (
        True, False, False, [],
    )  # fmt: skip
    line = report.lines.get()
    typed = {
        f"r{report.pk}-version": report.version, f"r{report.pk}-line-{line.pk}": "10", f"r{report.pk}-increment": "5",
        f"r{report.pk}-status": "PELAKSANAAN", "act": "save", "number_language": "en",
    }  # fmt: skip
    assert gita.post("/entry/2026-01/", typed).status_code == 302
    assert Editor.objects.get().grant_id
    ticked = typed | {
        f"r{report.pk}-version": cast.versions([report])[report.pk],
        f"r{report.pk}-select": "1",
    }
    assert gita.post("/entry/2026-01/", ticked | {"act": "check"}).status_code == 302
    asked = {
        "months": "2026-01",
        "reports": report.pk,
        "statement": "1",
        f"version-{report.pk}": report.version + 1,
    }
    assert gita.post("/entry/check/", asked).status_code in (302, 404, 422)
    assert not Decision.objects.exists()
    submit(actor=cast.ani, versions=cast.versions([report]))
    sentence = "Entered by Gita Karangjati on behalf of PPTK Bina Marga, Dinas Pekerjaan Umum, 090/9/2026."
    assert sentence in as_(cast.budi).get(f"/reports/{report.token}/").content.decode()
    services.verify(actor=cast.budi, versions=cast.versions([report]))
    batch = signed(cast, [report])
    with translation.override("en"):
        assert sentence in recap._notes(batch, list(batch.entries.select_related("report")))
    assert sentence in visitor().get(f"/v/{batch.token}/").content.decode()


def test_a_mandate_that_ran_out_shows_nothing(cast: World) -> None:
    cast.item()
    cast.open()
    mandated(cast)
    cast.at("2026-02-13 09:00")
    assert as_(cast.gita).get("/entry/2026-01/").status_code == 404
