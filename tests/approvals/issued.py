"""Documents that were signed and published, for those who check them; and what may be done to a copy."""

from collections.abc import Sequence
from datetime import timedelta
from io import BytesIO
from pathlib import Path
from typing import Any

from django.conf import settings as site
from django.test import Client
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign import signers

from approvals import services
from approvals.authority import create_authority, issue_signer
from approvals.models import SigningBatch
from approvals.signing_aside import apart
from ledger.clock import now
from registry.models import User
from submissions.models import Report
from submissions.services import submit
from tests.cast import PASSPHRASE, World
from tests.files import kept_in
from workflow import granting

MORE = b"\n5 0 obj\n<</Note(paid)>>\nendobj\n%%EOF\n"


def keys_in(folder: Any, settings: Any) -> None:
    """Keys and files of one test in a folder of its own."""
    settings.SIGNING_KEYS = folder
    settings.STORAGES = kept_in(folder / "files")


def verified(cast: World, count: int = 3) -> list[Report]:
    """January of `count` sub-activities, verified by Budi."""
    cast.items(count)
    reports = cast.open()
    services.verify(actor=cast.budi, versions=cast.submitted(reports, 10))
    return reports


def prepared(cast: World, reports: Sequence[Report], by: User | None = None) -> SigningBatch:
    """Their document, ready to be signed by Citra or another."""
    signer = by or cast.citra
    create_authority(site.SIGNING_KEYS)
    path = site.SIGNING_KEYS / f"signer-{signer.pk}.p12"
    issue_signer(site.SIGNING_KEYS, signer.name, str(signer.nip), "Dinas", PASSPHRASE, path=path)
    batch = services.prepare(actor=signer, period=reports[0].period, versions=cast.versions(reports))
    services.render(batch.pk)
    return SigningBatch.objects.get(pk=batch.pk)


def published(cast: World, reports: Sequence[Report], by: User | None = None) -> SigningBatch:
    """The same, signed and published."""
    signer = by or cast.citra
    batch = prepared(cast, reports, signer)
    return services.sign(actor=signer, batch=batch, factor=cast.factor(signer), passphrase=PASSPHRASE)


def revised(cast: World, report: Report, by: User | None = None) -> SigningBatch:
    """The document of a later revision of a published report."""
    granting.give(
        key=f"revise-{report.pk}", kind="amendment", actor=cast.dewi, office="Bagian Adbang",
        scope_path=report.period.agency.path, subjects=["2026-01"], reason="Disetujui atas nota dinas 17",
        expires_at=now() + timedelta(days=3),
    )  # fmt: skip
    head = Client()
    head.force_login(by or cast.citra, backend="django.contrib.auth.backends.ModelBackend")
    fresh = Report.objects.get(pk=report.pk)
    posted = {"act": "amend", "version": fresh.version, "amend_reason": "Salah ketik, SP2D 17 belum masuk"}
    head.post(f"/reports/{report.token}/", posted)
    draft = Report.objects.get(item=report.item, revision=1)
    cast.entered([draft], 30)
    versions = cast.versions([draft])
    assert submit(actor=cast.ani, versions=versions)[0].done
    services.verify(actor=cast.budi, versions=versions)
    return published(cast, [draft], by)


def content(batch: SigningBatch) -> bytes:
    """The signed file."""
    with batch.signed_file.open("rb") as file:
        return bytes(file.read())


def signed_again(pdf: bytes, key: Path) -> bytes:
    """A second signature, by the holder of a key of the house, with a program of his own."""
    signer = signers.SimpleSigner.load_pkcs12(str(key), passphrase=PASSPHRASE.encode())
    metadata = signers.PdfSignatureMetadata(field_name="Second")
    made = apart(lambda: signers.sign_pdf(IncrementalPdfFileWriter(BytesIO(pdf)), metadata, signer))
    return bytes(made.getvalue())


def changed(pdf: bytes, at: int) -> bytes:
    """One bit of another value."""
    return pdf[:at] + bytes([pdf[at] ^ 1]) + pdf[at + 1 :]
