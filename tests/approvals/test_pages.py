"""Budi's inbox and review, Citra's signature, and the visitor's check, page by page."""

import pytest
from django.conf import settings as site
from django.test import Client

from approvals import services
from approvals.authority import create_authority, issue_signer
from approvals.batches import manifest_digest
from approvals.models import Notice, SigningBatch
from approvals.tasks import drain
from submissions.models import Opening, Report
from tests.cast import PASSPHRASE, World
from tests.files import kept_in


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


def as_(person) -> Client:
    client = Client()
    client.force_login(person, backend="django.contrib.auth.backends.ModelBackend")
    return client


def test_budi_sees_what_waits_and_verifies_two_of_three(cast: World, reports: list[Report]) -> None:
    budi = as_(cast.budi)
    page = budi.get("/inbox/").content.decode()
    for report in reports:
        assert f'value="{report.pk}"' in page
    chosen = {"report": [reports[0].pk, reports[1].pk]} | {
        f"version-{pk}": v for pk, v in cast.versions(reports).items()
    }
    assert budi.post("/inbox/", chosen).status_code == 302
    assert sorted(Report.objects.values_list("state", flat=True)) == ["submitted", "verified", "verified"]
    for tab in ("elsewhere", "missing", "mine", "nonsense"):
        assert budi.get(f"/inbox/?tab={tab}").status_code == 200


def test_opening_a_report_ends_the_recall_and_anybody_else_leaves_it(
    cast: World, reports: list[Report]
) -> None:
    as_(cast.dewi).get(f"/reports/{reports[0].token}/")
    assert not Opening.objects.exists()
    page = as_(cast.budi).get(f"/reports/{reports[0].token}/")
    assert page.status_code == 200
    assert Opening.objects.get().person == cast.budi


@pytest.mark.parametrize(
    ("who", "status"),
    [("ani", 200), ("citra", 200), ("dewi", 200), ("eko", 404), ("gita", 404), ("root", 404)],
)
def test_strangers_do_not_find_the_report(cast: World, reports: list[Report], who: str, status: int) -> None:
    assert as_(cast.people[who]).get(f"/reports/{reports[0].token}/").status_code == status


def test_a_short_reason_is_refused_and_kept(cast: World, reports: list[Report]) -> None:
    budi, report = as_(cast.budi), reports[0]
    posted = {
        "act": "return",
        "category": "other",
        "version": cast.versions([report])[report.pk],
        "reason": "kurang",
        "lines": ["physical"],
    }
    answer = budi.post(f"/reports/{report.token}/", posted)
    assert answer.status_code == 422
    assert "kurang" in answer.content.decode()
    answer = budi.post(f"/reports/{report.token}/", posted | {"reason": "Bukti pembayaran belum dilampirkan"})
    assert answer.status_code == 302
    assert Report.objects.get(pk=report.pk).state == "returned"
    drain()
    notice = Notice.objects.get(person=cast.ani)
    assert "Bukti pembayaran" in as_(cast.ani).get("/notices/").content.decode()
    assert notice.mailed_at
    assert "Bukti pembayaran" in as_(cast.ani).get("/entry/").content.decode()
    assert "Bukti pembayaran" in as_(cast.ani).get("/entry/2026-01/").content.decode()


def test_citra_signs_and_a_visitor_checks(cast: World, reports: list[Report]) -> None:
    create_authority(site.SIGNING_KEYS)
    path = site.SIGNING_KEYS / f"signer-{cast.citra.pk}.p12"
    issue_signer(site.SIGNING_KEYS, cast.citra.name, str(cast.citra.nip), "Dinas", PASSPHRASE, path=path)
    services.verify(actor=cast.budi, versions=cast.versions(reports))
    citra = as_(cast.citra)
    page = citra.get("/sign/").content.decode()
    assert f'value="{reports[0].pk}"' in page
    chosen = {"report": [one.pk for one in reports]} | {
        f"version-{pk}": v for pk, v in cast.versions(reports).items()
    }
    answer = citra.post("/sign/", chosen)
    address = answer["Location"]
    assert citra.get(address).status_code == 200
    drain()
    batch = SigningBatch.objects.get()
    page = citra.get(address).content.decode()
    assert batch.document_no in page
    assert citra.get(f"{address}document.pdf").status_code == 200
    sign = {
        "statement": "1",
        "code": cast.factor("citra").code,
        "passphrase": PASSPHRASE,
        "manifest_sha256": manifest_digest(batch),
    }
    assert citra.post(address, sign | {"statement": ""}).status_code == 422
    assert citra.post(address, sign | {"code": "000000"}).status_code == 422
    assert citra.post(address, sign | {"passphrase": "salah"}).status_code == 422
    assert citra.post(address, sign | {"manifest_sha256": "0" * 64}).status_code == 422
    assert as_(cast.budi).post(address, sign).status_code == 422
    assert as_(cast.eko).get(address).status_code == 404
    sign["code"] = cast.factor("citra").code
    assert citra.post(address, sign).status_code == 302
    assert set(Report.objects.values_list("state", flat=True)) == {"published"}
    assert citra.get(address).status_code == 200
    visitor = Client()
    answer = visitor.get(f"/v/{batch.token}/")
    assert answer.status_code == 200
    assert "Citra Hastapura" in answer.content.decode()
    assert SigningBatch.objects.get().signed_sha256 in answer.content.decode()
    assert b"".join(visitor.get(f"/v/{batch.token}/document.pdf").streaming_content)[:5] == b"%PDF-"
    assert visitor.get(f"/v/{batch.token}/qr.svg").status_code == 200
    assert visitor.get("/v/nonsense/").status_code == 404
    assert as_(cast.budi).get("/inbox/?tab=elsewhere").status_code == 200
