"""The signed file is one for the archive: PDF/A-3b as far as it can be told without a validator; and the check can fail."""

import shutil
import subprocess
from collections.abc import Callable
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import typst
from pyhanko.pdf_utils.generic import DictionaryObject, NumberObject, pdf_name, pdf_string
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter

from approvals.authority import create_authority, issue_list, issue_signer
from approvals.document import manifest_bytes, render, stamp
from approvals.signing import verify
from approvals.signing_backends import Words
from approvals.signing_pkcs12 import Pkcs12Backend
from tests.approvals.archival import faults
from tests.approvals.printed import entries, recap
from tests.approvals.signing_world import Clock
from tests.cast import PASSPHRASE

NIP = "197803152003122004"


@pytest.fixture(autouse=True)
def keys(tmp_path: Path, settings: Any) -> None:
    settings.SIGNING_KEYS = tmp_path


def prepared(language: str = "id", count: int = 16) -> bytes:
    made = recap(count, language=language)
    return render(made, manifest_bytes(made, entries(count)))


def signed(folder: Path, pdf: bytes, face: bool = True) -> bytes:
    create_authority(folder)
    issue_signer(folder, "Citra Anggraini", NIP, "Kabupaten Tirta Mandala", PASSPHRASE)
    at = datetime(2026, 2, 10, 1, 0, tzinfo=UTC)
    page = stamp(
        name="Citra Anggraini",
        title="Plt. Sekretaris Daerah,",
        at=at,
        zone=ZoneInfo("Asia/Makassar"),
        language="id",
    )
    words = Words("RFK/4.01/2026-01/7QK2", "Tirta Mandala", "Citra Anggraini", page if face else None)
    pdf = Pkcs12Backend(folder / f"{NIP}.p12", NIP).sign(pdf, passphrase=PASSPHRASE, words=words).pdf
    assert verify(pdf, [(folder / "authority.pem").read_bytes()]).valid
    return pdf


@pytest.mark.parametrize("language", ["id", "en", "ur"])
@pytest.mark.parametrize("face", [True, False])
def test_a_document_is_for_the_archive_before_and_after_its_signature(
    tmp_path: Path, language: str, face: bool
) -> None:
    pdf = prepared(language)
    assert faults(pdf) == []
    assert faults(signed(tmp_path, pdf, face)) == []


def test_a_timestamp_and_the_proofs_of_later_years_leave_it_one(tmp_path: Path, settings: Any) -> None:
    issue_list(tmp_path)
    with Clock(tmp_path).running() as settings.TSA_URL:
        pdf = signed(tmp_path, prepared())
    assert verify(pdf, [(tmp_path / "authority.pem").read_bytes()]).level == "B-LT"
    assert faults(pdf) == []


def test_poppler_reads_the_same(tmp_path: Path) -> None:
    """A second reader, which knows nothing of ours: fonts inside, the attachment whole, no script, no encryption."""
    tools = [shutil.which(name) for name in ("pdfinfo", "pdffonts", "pdfdetach")]
    assert all(tools), "install poppler-utils"
    info, fonts, detach = (str(tool) for tool in tools)
    path, pdf = tmp_path / "document.pdf", prepared()
    path.write_bytes(signed(tmp_path, pdf))

    def told(*command: str) -> str:
        return subprocess.run([*command], capture_output=True, text=True, check=True).stdout  # noqa: S603

    said = dict(line.split(":", 1) for line in told(info, str(path)).splitlines() if ":" in line)
    assert {key: said[key].strip() for key in ("JavaScript", "Encrypted", "Tagged")} == {
        "JavaScript": "no",
        "Encrypted": "no",
        "Tagged": "yes",
    }
    rows = told(fonts, str(path)).splitlines()[2:]
    assert rows and all(row.split()[-5] == "yes" for row in rows), rows
    told(detach, "-saveall", "-o", str(tmp_path), str(path))
    made = recap(16, language="id")
    assert (tmp_path / "manifest.json").read_bytes() == manifest_bytes(made, entries(16))


def test_the_engine_itself_refuses_what_the_standard_forbids() -> None:
    """It checks each document while it writes it: a character that no font has is an error and not a gap."""
    with pytest.raises(typst.TypstError, match="PDF/A-3b"):
        typst.compile("\U000f0000".encode(), format="pdf", pdf_standards=["a-3b"])


Spoiling = Callable[[IncrementalPdfFileWriter], None]


def a_script(writer: IncrementalPdfFileWriter) -> None:
    action = DictionaryObject(
        {pdf_name("/S"): pdf_name("/JavaScript"), pdf_name("/JS"): pdf_string("app.alert(1)")}
    )
    writer.root[pdf_name("/OpenAction")] = action
    writer.update_root()


def no_intent(writer: IncrementalPdfFileWriter) -> None:
    del writer.root["/OutputIntents"]
    writer.update_root()


def no_relationship(writer: IncrementalPdfFileWriter) -> None:
    file = writer.root["/AF"].raw_get(0)
    del file.get_object()["/AFRelationship"]
    writer.mark_update(file)


def not_associated(writer: IncrementalPdfFileWriter) -> None:
    del writer.root["/AF"]
    writer.update_root()


def another_title(writer: IncrementalPdfFileWriter) -> None:
    info = writer.trailer_view.raw_get("/Info")
    info.get_object()[pdf_name("/Title")] = pdf_string("Another")
    writer.mark_update(info)


def an_unseen_link(writer: IncrementalPdfFileWriter) -> None:
    link = _last_page(writer)["/Annots"].raw_get(0)
    link.get_object()[pdf_name("/F")] = NumberObject(2)
    writer.mark_update(link)


def no_font(writer: IncrementalPdfFileWriter) -> None:
    font = next(iter(_last_page(writer)["/Resources"]["/Font"].values())).get_object()
    descriptor = font["/DescendantFonts"][0].raw_get("/FontDescriptor")
    for key in ("/FontFile2", "/FontFile3"):
        descriptor.get_object().pop(key, None)
    writer.mark_update(descriptor)


def _last_page(writer: IncrementalPdfFileWriter) -> Any:
    return writer.root["/Pages"]["/Kids"][-1]


@pytest.mark.parametrize(
    ("spoil", "clause"),
    [
        (a_script, "6.5.1"),
        (no_intent, "6.2.3"),
        (no_relationship, "6.8 a file has no relationship"),
        (not_associated, "6.8 a file is associated with nothing"),
        (another_title, "6.6.3 /Title"),
        (an_unseen_link, "6.3.2"),
        (no_font, "6.2.11.4"),
    ],
)
def test_the_check_finds_what_is_wrong(spoil: Spoiling, clause: str) -> None:
    out = BytesIO()
    writer = IncrementalPdfFileWriter(BytesIO(prepared(count=2)))
    spoil(writer)
    writer.write(out)
    assert any(one.startswith(clause) for one in faults(out.getvalue())), faults(out.getvalue())


@pytest.mark.parametrize(
    ("old", "new", "clause"),
    [
        (b"<pdfaid:part>3<", b"<pdfaid:part>2<", "6.6.4"),
        (b"%PDF-1.7", b"%PDF-2.0", "6.1.2"),
        (b"%%EOF", b"%%EOF\nmore", "6.1.3"),
    ],
)
def test_the_check_reads_the_bytes_too(old: bytes, new: bytes, clause: str) -> None:
    pdf = prepared(count=2)
    assert old in pdf
    assert any(one.startswith(clause) for one in faults(pdf.replace(old, new)))
