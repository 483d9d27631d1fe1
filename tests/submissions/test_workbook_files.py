"""Files that are no workbook of this month and person, or were made to do harm: each gets its answer."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from submissions.models import Report
from tests.cast import World
from tests.submissions.workbooks import (
    Book,
    ani,
    book,
    january,
    patched,
    refused,
    said,
    text_of,
    unzipped,
    upload,
    window,
    zipped,
)

__all__ = ["ani", "book", "january"]  # fixtures


Spoil = Callable[[bytes], bytes]


def with_macros(content: bytes) -> bytes:
    return zipped(unzipped(content) | {"xl/vbaProject.bin": b"\xd0\xcf\x11\xe0"})


def as_open_document(_content: bytes) -> bytes:
    parts = {"mimetype": b"application/vnd.oasis.opendocument.spreadsheet", "content.xml": b"<a/>"}
    return zipped(parts)


def with_entities(content: bytes) -> bytes:
    bomb = b'<!DOCTYPE a [<!ENTITY b "ha"><!ENTITY c "&b;&b;&b;&b;">]>'
    return patched(content, "xl/worksheets/sheet2.xml", b"<worksheet", bomb + b"<worksheet")


@pytest.mark.parametrize(
    ("spoil", "sentence"),
    [
        (lambda _content: b"", ("import.empty", {})),
        (lambda _content: b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"0" * 600, ("import.protected", {})),
        (lambda _content: b"a,b\n1,2\n", ("import.kind", {"name": "januari.xlsx", "found": "CSV"})),
        (as_open_document, ("import.kind", {"name": "januari.xlsx", "found": "ODF"})),
        (lambda content: content[:-400], ("import.damaged", {})),
        (lambda content: content[: len(content) // 2], ("import.damaged", {})),
        (with_macros, ("import.macros", {})),
        (with_entities, ("import.packed", {"found": "DOCTYPE", "limit": "0"})),
        (lambda content: content + b"0" * (20 << 20), ("import.size", {"size": 21, "limit": 20})),
    ],
)  # fmt: skip
def test_a_file_that_is_no_plain_workbook_is_refused(
    ani: Client, book: Book, spoil: Spoil, sentence: tuple[str, dict[str, Any]]
) -> None:
    refused(upload(ani, spoil(book.saved())), said(sentence[0], **sentence[1]))


@pytest.mark.parametrize(
    ("size", "content"), [(40 << 20, b"0"), (70 << 20, bytes(range(256)) * 40 + b"0" * 90_000)]
)
def test_a_file_that_explodes_is_refused(ani: Client, book: Book, size: int, content: bytes) -> None:
    bomb = (content * (size // len(content) + 1))[:size]
    answer = upload(ani, zipped(unzipped(book.saved()) | {"xl/media/besar.bin": bomb}))
    sentences = (
        said("import.packed", found="@", limit="1 : 100").partition("@")[0],
        said("import.unpacked", limit=60),
    )
    refused(answer)
    assert any(sentence in text_of(answer) for sentence in sentences), text_of(answer)


def test_parts_that_make_no_sense_are_answered_and_never_an_error(ani: Client, book: Book) -> None:
    parts = unzipped(book.saved())
    read = [name for name in parts if name.startswith("xl/") and "theme" not in name]
    for name in read:
        for content in (
            b"",
            b"<a",
            b"<a/>",
            parts[name].replace(b'r="', b'r="-'),
            parts[name].replace(b"<v>", b"<v>-9"),
        ):
            answer = upload(ani, zipped(parts | {name: content}))
            assert answer.status_code in (200, 422), name
        left = {other: content for other, content in parts.items() if other != name}
        assert upload(ani, zipped(left)).status_code in (200, 422), name


def test_a_file_of_another_origin_month_or_person_is_refused(
    cast: World, ani: Client, january: list[Report], book: Book
) -> None:
    cast.item(
        "1.02.02.2.01.0001", unit=cast.other_agency, officer="other_officer", verifier="other_section_head"
    )
    cast.open()
    content = book.saved()
    february = "/entry/2026-02/workbook/"
    cast.at("2026-02-26 09:00")
    cast.open(2)
    answer = upload(ani, content, page=february)
    refused(answer, said("workbook.month", label="Januari 2026", here="Februari 2026"))
    cast.at("2026-02-03 09:00")
    eko = window(cast.eko)
    answer = upload(eko, content)
    assert answer.status_code == 422
    assert said("workbook.person", at="@").partition("@")[0] in text_of(answer)
    plain = Book(content)
    plain.book.remove(plain.book["_jenjang"])
    refused(upload(ani, plain), said("workbook.foreign"))
    forged = Book(content)
    secret = forged.book["_jenjang"]["A2"]
    secret.value = secret.value[:-1] + ("A" if secret.value[-1] != "A" else "B")
    refused(upload(ani, forged), said("workbook.foreign"))
    refused(ani.post("/entry/2026-01/workbook/"), said("workbook.missing"))
