"""Hostile and broken files, made in code: each with its name, its bytes, and why it must be refused ("" when it may be kept)."""

import random
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from zipfile import ZIP_LZMA as LZMA

from tests.submissions.corpus_makers import (
    BOMB,
    EICAR,
    PROGRAM,
    SCRIPT,
    SHELL,
    TEXT,
    TYPES,
    WORD,
    archive,
    as_archive_too,
    as_wide,
    chunk,
    commanding,
    flagged_webp,
    hidden_between,
    hidden_relations,
    linked,
    locked_member,
    lying,
    many_chunks,
    many_scans,
    nested,
    object_stream,
    oddly_packed,
    office,
    ole,
    other_workbook,
    overlapping,
    packed_zeros,
    pdf,
    pdf_bomb,
    picture,
    raw_png,
    renamed_inside,
    scribbled,
    with_comment,
    with_macro_type,
    workbook,
)

Build = Callable[[], bytes]


def point() -> bytes:
    """The smallest picture."""
    return raw_png(1, 1, zlib.compress(b"\0abc"))


@dataclass(frozen=True, slots=True)
class Sample:
    """One file; `code` says why it is refused, `mime` what it is kept as."""

    name: str
    build: Build
    code: str = ""
    mime: str = ""


PAGE, MIXED, PROGRAMS, ARCHIVES = "evidence.page", "evidence.mixed", "evidence.program", "evidence.archive"
BOMBS, DAMAGED, CUT, ACTIVE = "evidence.bomb", "evidence.damaged", "evidence.cut", "evidence.pdf_active"
EMBEDDED, LINKED, MACROS, LOCKED = (
    "evidence.embedded",
    "evidence.linked",
    "evidence.macros",
    "evidence.encrypted",
)
DOCX = f"{WORD}.document"
JPEG, PDF, PNG = "image/jpeg", "application/pdf", "image/png"
VBA = ("word/vbaProject.bin", ole("VBA"))

NO_SUCH_KIND = [
    Sample("kosong.pdf", lambda: b"", "evidence.empty"),
    Sample("satu.pdf", lambda: b"\0", "evidence.type"),
    Sample("halaman.pdf", lambda: SCRIPT, PAGE),
    Sample("halaman.jpg", lambda: b"\xef\xbb\xbf \n" + SCRIPT, PAGE),
    Sample("gambar.svg", lambda: b'<svg xmlns="x" onload="alert(1)"></svg>', PAGE),
    Sample("gambar.png", lambda: b'<?xml version="1.0"?><svg><script>1</script></svg>', PAGE),
    Sample("foto.jpg.php", lambda: SHELL, PAGE),
    Sample("skrip.docx", lambda: b"#!/bin/sh\nrm -rf /\n", PROGRAMS),
    Sample("laporan.pdf.exe", lambda: PROGRAM, PROGRAMS),
    Sample("laporan.pdf", lambda: b"\x7fELF\x02\x01\x01" + b"\0" * 500, PROGRAMS),
    Sample("pintasan.pdf", lambda: b"L\0\0\0\x01\x14\x02\0" + b"\0" * 60, PROGRAMS),
    Sample("kelas.jpg", lambda: b"\xca\xfe\xba\xbe\0\0\0\x34", PROGRAMS),
    Sample("eicar.com", lambda: EICAR, "evidence.type"),
    Sample("eicar.pdf", lambda: EICAR + b"\n%PDF-1.4", MIXED),
    Sample("arsip.xlsx", lambda: b"Rar!\x1a\x07\x01\0" + b"x" * 100, ARCHIVES),
    Sample("arsip.docx", lambda: b"7z\xbc\xaf\x27\x1c" + b"x" * 100, ARCHIVES),
    Sample("arsip.pdf", lambda: b"\x1f\x8b\x08\0" + b"x" * 100, ARCHIVES),
    Sample("arsip.zip", lambda: archive(("a.txt", b"a")), ARCHIVES),
    Sample("kosong.xlsx", archive, ARCHIVES),
    Sample("rekap.tar", lambda: b"a".ljust(257, b"\0") + b"ustar\0" + b"\0" * 300, ARCHIVES),
    Sample("foto.heic", lambda: b"\0\0\0\x18ftypheic\0\0\0\0mif1", "evidence.heic"),
    Sample("film.jpg", lambda: b"\0\0\0\x18ftypmp42\0\0\0\0mp42", "evidence.film"),
    Sample("gambar.gif", lambda: b"GIF89a\x01\0\x01\0" + archive(("a.class", b"x")), "evidence.picture_kind"),
    Sample("gambar.tiff", lambda: b"II*\0\x08\0\0\0", "evidence.picture_kind"),
    Sample("lama.doc", lambda: ole("WordDocument"), "evidence.old_office"),
    Sample("terkunci.xlsx", lambda: ole("EncryptedPackage"), LOCKED),
    Sample(
        "surat.odt",
        lambda: archive(("mimetype", b"application/vnd.oasis.opendocument.text")),
        "evidence.opendocument",
    ),
    Sample("acak.bin", lambda: random.Random(1).randbytes(50_000), "evidence.type"),
]
PICTURES = [
    Sample("terpotong.jpg", lambda: picture()[:-2000], CUT),
    Sample("terpotong.png", lambda: picture("PNG")[:-2000], CUT),
    Sample("terpotong.webp", lambda: picture("WEBP")[:-200], CUT),
    Sample("hanya-awal.jpg", lambda: b"\xff\xd8\xff\xe0", CUT),
    Sample("hanya-awal.png", lambda: b"\x89PNG\r\n\x1a\n", CUT),
    Sample("hanya-awal.webp", lambda: b"RIFF\x04\0\0\0WEBP", DAMAGED),
    Sample("suara.webp", lambda: b"RIFF\x24\0\0\0WAVEfmt ", "evidence.type"),
    Sample("foto-zip.jpg", lambda: picture() + archive(("a.html", SCRIPT)), MIXED),
    Sample("foto-zip.png", lambda: picture("PNG") + archive(("a.html", SCRIPT)), MIXED),
    Sample("foto-zip.webp", lambda: picture("WEBP") + archive(("a.html", SCRIPT)), MIXED),
    Sample("foto-jar.jpg", as_archive_too, MIXED),
    Sample("foto-rar.jpg", lambda: picture() + b"Rar!\x1a\x07\x01\0", MIXED),
    Sample("foto-php.jpg", lambda: with_comment(SHELL), MIXED),
    Sample(
        "foto-php.png", lambda: raw_png(1, 1, zlib.compress(b"\0abc"), chunk(b"tEXt", b"c\0" + SHELL)), MIXED
    ),
    Sample("foto-ekor.php.jpg", lambda: picture() + SHELL, MIXED),
    Sample("foto-html.jpg", lambda: with_comment(SCRIPT, 0xE5), MIXED),
    Sample("foto-pdf.jpg", lambda: with_comment(b"%PDF-1.4\n1 0 obj\n<<>>"), MIXED),
    Sample("dua.jpg", lambda: picture() + picture(), MIXED),
    Sample("raksasa.png", lambda: raw_png(60_000, 60_000, packed_zeros(9_000_000)), "evidence.points"),
    Sample("panjang.png", lambda: raw_png(30_000, 1, zlib.compress(b"\0" * 90_001)), "evidence.points"),
    Sample("luas.png", lambda: raw_png(15_000, 15_000, packed_zeros(9_000_000)), "evidence.points"),
    Sample("raksasa.jpg", lambda: as_wide(65_000, 65_000), "evidence.points"),
    Sample("raksasa.webp", flagged_webp, "evidence.points"),
    Sample("berulang.jpg", many_scans, "evidence.points"),
    Sample("bohong.png", lambda: raw_png(4_000, 4_000, zlib.compress(b"\0" * 100)), DAMAGED),
    Sample("nol.png", lambda: raw_png(0, 0, zlib.compress(b"")), DAMAGED),
    Sample("jumlah.png", lambda: picture("PNG").replace(b"IDAT", b"IDAU", 1), DAMAGED),
    Sample("sejuta.png", many_chunks, BOMBS),
    Sample("rusak.jpg", scribbled, DAMAGED),
]
DOCUMENTS = [
    Sample("terpotong.pdf", lambda: pdf()[:-40], CUT),
    Sample("kepala.pdf", lambda: b"%PDF-1.7", CUT),
    Sample("bergeser.pdf", lambda: b"MZ" + pdf(), MIXED),
    Sample("sampah.pdf", lambda: b"\n\n" + pdf(), MIXED),
    Sample("pdf-zip.pdf", lambda: pdf() + archive(("a.exe", PROGRAM)), MIXED),
    Sample("pdf-zip-eof.pdf", lambda: pdf() + archive(("a.exe", PROGRAM)) + b"\n%%EOF\n", MIXED),
    Sample("pdf-html.pdf", lambda: pdf() + SCRIPT, MIXED),
    Sample("pdf-html-awal.pdf", lambda: pdf(SCRIPT), MIXED),
    Sample("pdf-ekor.pdf", lambda: pdf() + b"and something that no reader of PDF looks at", MIXED),
    Sample("luncur-terbungkus.pdf", lambda: pdf(object_stream(b"<< /S /Launch >>")), ACTIVE),
    Sample("javascript.pdf", lambda: pdf(b"<< /S /JavaScript /JS (app.alert(1)) >>"), ACTIVE),
    Sample("tersamar.pdf", lambda: pdf(b"<< /S /J#61vaScript /J#53 (app.alert(1)) >>"), ACTIVE),
    Sample("luncur.pdf", lambda: pdf(b"<< /S /Launch /Win << /F (cmd.exe) >> >>"), ACTIVE),
    Sample("kirim.pdf", lambda: pdf(b"<< /S /SubmitForm /F (https://contoh.test) >>"), ACTIVE),
    Sample("film.pdf", lambda: pdf(b"<< /Subtype /RichMedia >>"), ACTIVE),
    Sample("terbungkus.pdf", lambda: pdf(object_stream(b"<< /S /JavaScript /JS (1) >>")), ACTIVE),
    Sample("bungkus-aneh.pdf", oddly_packed, "evidence.pdf_hidden"),
    Sample("bom.pdf", pdf_bomb, BOMBS),
    Sample("arus.pdf", lambda: pdf(b"stream\n" * 200_000), BOMBS),
    Sample(
        "lampiran.pdf",
        lambda: pdf(b"<< /Type /EmbeddedFile >>", b"<< /EF << /F 5 0 R >> >>"),
        "evidence.pdf_attached",
    ),
    Sample("terkunci.pdf", lambda: pdf(trailer=b"/Encrypt << /Filter /Standard >>"), LOCKED),
    Sample("versi.pdf", lambda: pdf().replace(b"%PDF-1.5", b"%PDF-9.x"), DAMAGED),
]
OFFICES = [
    Sample("terpotong.docx", lambda: office()[:-60], CUT),
    Sample("arsip-depan.docx", lambda: PROGRAM + office(), PROGRAMS),
    Sample("ekor.docx", lambda: office() + SCRIPT, MIXED),
    Sample("sela.docx", hidden_between, MIXED),
    Sample("makro.docx", lambda: office([VBA]), MACROS),
    Sample("makro-jenis.docx", with_macro_type, MACROS),
    Sample("makro-tersamar.docx", lambda: office([("word/gambar.bin", ole("VBA"))]), EMBEDDED),
    Sample("ole.docx", lambda: office([("word/embeddings/oleObject1.bin", ole("Package"))]), EMBEDDED),
    Sample("activex.docx", lambda: office([("word/activeX/activeX1.xml", b"<x/>")]), EMBEDDED),
    Sample("program.docx", lambda: office([("word/media/image1.png", PROGRAM)]), EMBEDDED),
    Sample("pdf-di-dalam.docx", lambda: office([("word/media/image1.png", pdf())]), EMBEDDED),
    Sample(
        "arsip-di-dalam.docx", lambda: office([("word/media/image1.png", archive(("a", b"b")))]), EMBEDDED
    ),
    Sample("templat.docx", lambda: linked("settings", "attachedTemplate"), LINKED),
    Sample("templat-tersamar.docx", lambda: linked("settings", "attachedTemplate", "&#69;xternal"), LINKED),
    Sample("gambar-luar.docx", lambda: linked("document", "image"), LINKED),
    Sample("dde.docx", commanding, LINKED),
    Sample("hubungan-utf16.docx", hidden_relations, DAMAGED),
    Sample("entitas.docx", lambda: office(text=BOMB), "evidence.entities"),
    Sample("entitas16.docx", lambda: office(text=BOMB.decode().encode("utf-16")), "evidence.entities"),
    Sample("bom.docx", lambda: office([("word/media/a.xml", b"\0" * 150_000_000)]), BOMBS),
    Sample("bom-banyak.docx", lambda: office([(f"word/{one}.xml", b"") for one in range(2_500)]), BOMBS),
    Sample("bom-bohong.docx", lambda: lying(24, 100), BOMBS),
    Sample("bom-bohong-banyak.docx", lambda: lying(24, 4_000_000_000), BOMBS),
    Sample("bom-tindih.docx", overlapping, MIXED),
    Sample("bom-bersarang.docx", lambda: nested(3), EMBEDDED),
    Sample("jumlah.docx", lambda: lying(16, 12345), DAMAGED),
    Sample("nama-lain.docx", renamed_inside, DAMAGED),
    Sample("terkunci.docx", locked_member, LOCKED),
    Sample("jalur.docx", lambda: office([("../../etc/cron.d/x", b"x")]), DAMAGED),
    Sample("tanpa-jenis.docx", lambda: archive(("word/document.xml", TEXT)), ARCHIVES),
    Sample("jenis-lain.docx", lambda: office(types=b"<Types/>"), DAMAGED),
    Sample(
        "lzma.docx",
        lambda: archive(("[Content_Types].xml", TYPES), ("word/document.xml", TEXT), method=LZMA),
        DAMAGED,
    ),
]
# Good in themselves: kept, as what they are, whatever their names say.
KEPT = [
    Sample("../../etc/passwd", point, "", PNG),
    Sample("..\\..\\windows\\system32\\a.dll", point, "", PNG),
    Sample("foto\u202egnp.exe", point, "", PNG),
    Sample("laporan.pdf.exe", pdf, "", PDF),
    Sample("laporan.jpg", pdf, "", PDF),
    Sample("a\x00b\r\nSet-Cookie: x=1.pdf", pdf, "", PDF),
    Sample("CON", picture, "", JPEG),
    Sample("=cmd|'/C calc'!A0.jpg", picture, "", JPEG),
    Sample("<img src=x onerror=alert(1)>.png", lambda: picture("PNG"), "", PNG),
    Sample("\ufeff\u200b\u2066", lambda: picture("WEBP"), "", "image/webp"),
    Sample("n" * 400 + ".pdf", pdf, "", PDF),
    Sample("بجٹ کی رسید.pdf", lambda: pdf(object_stream(b"<< /Type /Font >>")), "", PDF),
    Sample("pagu.xlsx", workbook, "", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
    Sample(
        "rekap.xlsx", other_workbook, "", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    ),
    Sample("berita.docx", office, "", DOCX),
    Sample("grafik.docx", lambda: nested(1), "", DOCX),
    Sample("besar.jpg", lambda: picture(size=(2400, 1800)), "", JPEG),
]
REFUSED = [*NO_SUCH_KIND, *PICTURES, *DOCUMENTS, *OFFICES]
ALL = [*REFUSED, *KEPT]
