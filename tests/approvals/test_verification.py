"""A visitor with a file in hand: which document it is, whether it still counts, and what was done to it."""

import hashlib
import json
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as site
from django.core.management import CommandError, call_command
from django.test import Client
from django.utils import translation

from approvals import papers, services
from approvals.authority import create_authority
from approvals.examining import EXITS
from approvals.management.commands.verify_pdf import Command
from approvals.models import SigningBatch
from approvals.papers import BLOCK, Compared, Likeness
from submissions.models import Report
from tests.approvals.issued import (
    MORE,
    changed,
    content,
    keys_in,
    prepared,
    published,
    revised,
    signed_again,
    verified,
)
from tests.approvals.signing_world import Clock
from tests.cast import World


@pytest.fixture(autouse=True)
def folders(tmp_path_factory: pytest.TempPathFactory, settings: Any) -> None:
    keys_in(tmp_path_factory.mktemp("keys"), settings)


@pytest.fixture
def document(cast: World) -> SigningBatch:
    return published(cast, verified(cast))


def visitor(language: str = "en") -> Client:
    return Client(headers={"accept-language": language})


def asked(address: str) -> dict[str, Any]:
    answer = visitor().get(address)
    assert answer.status_code == 200
    return dict(answer.json())


# --- Beside the published bytes ----------------------------------------------------------------------------

OURS = bytes(range(256)) * 160  # two and a half blocks


@pytest.mark.parametrize(
    ("copy", "told"),
    [
        (OURS, Compared(Likeness.SAME)),
        (b"prepared", Compared(Likeness.UNSIGNED, 8)),
        (OURS[:-1], Compared(Likeness.CUT, len(OURS) - 1)),
        (OURS[:1], Compared(Likeness.CUT, 1)),
        (OURS[:BLOCK], Compared(Likeness.CUT, BLOCK)),
        (OURS + b"x", Compared(Likeness.APPENDED, len(OURS))),
        (changed(OURS, 0), Compared(Likeness.CHANGED, 0)),
        (changed(OURS, BLOCK), Compared(Likeness.CHANGED, BLOCK)),
        (changed(OURS, len(OURS) - 1), Compared(Likeness.CHANGED, 2 * BLOCK)),
        (changed(OURS, len(OURS) - 1)[:-100], Compared(Likeness.CUT, len(OURS) - 100)),
        (changed(OURS, BLOCK + 1)[:-100], Compared(Likeness.CHANGED, BLOCK)),
        (changed(OURS[: BLOCK + 100], BLOCK + 50), Compared(Likeness.CHANGED, BLOCK)),
        (changed(OURS, BLOCK + 1) + b"x", Compared(Likeness.CHANGED, BLOCK)),
        (b"quite another file" * 9000, Compared(Likeness.OTHER)),
        (b"", Compared(Likeness.OTHER)),
    ],
)
def test_a_copy_is_told_from_what_was_published(copy: bytes, told: Compared) -> None:
    assert papers.compared(copy, OURS, hashlib.sha256(b"prepared").hexdigest()) == told


def test_the_blocks_make_up_the_file_and_are_told_to_anybody(document: SigningBatch) -> None:
    pdf, told = content(document), asked(f"/v/{document.token}/blocks.json")
    assert (told["size"], told["sha256"]) == (len(pdf), hashlib.sha256(pdf).hexdigest())
    assert told["block"] == BLOCK and len(told["blocks"]) == -(-len(pdf) // BLOCK)
    assert told["blocks"][-1] == hashlib.sha256(pdf[(len(told["blocks"]) - 1) * BLOCK :]).hexdigest()
    assert told["unsigned"] == document.prepared_sha256
    assert visitor().get(told["file"]).getvalue() == pdf


def test_a_stored_file_that_is_not_what_was_signed_vouches_for_nothing(document: SigningBatch) -> None:
    path = Path(document.signed_file.path)
    path.write_bytes(changed(path.read_bytes(), 5000))
    assert asked(f"/v/{document.token}/blocks.json") == {"found": False}
    path.unlink()
    assert asked(f"/v/{document.token}/blocks.json") == {"found": False}


# --- Found by its fingerprint, its address, its number --------------------------------------------------------


def test_a_published_document_is_found_by_its_fingerprint(document: SigningBatch) -> None:
    told = asked(f"/v/find/?sha256={document.signed_sha256.upper()}")
    assert (told["found"], told["superseded"], told["url"]) == (True, False, f"/v/{document.token}/")
    assert document.document_no in told["sentence"]


@pytest.mark.parametrize("sha256", ["", "x", "0" * 63, "0" * 64, "%00", "' OR 1=1", "g" * 64, "0" * 9000])
def test_what_is_no_fingerprint_of_ours_finds_nothing(document: SigningBatch, sha256: str) -> None:
    assert asked(f"/v/find/?sha256={sha256}") == {"found": False}


def test_what_is_only_prepared_is_not_told(cast: World) -> None:
    batch = prepared(cast, verified(cast))
    assert asked(f"/v/find/?sha256={batch.prepared_sha256}") == {"found": False}
    assert asked(f"/v/{batch.token}/blocks.json") == {"found": False}
    assert asked("/v/nothing-like-it/blocks.json") == {"found": False}
    assert visitor().get("/v/", {"q": batch.document_no}).status_code == 200


def test_a_visitor_types_what_stands_on_the_paper(document: SigningBatch) -> None:
    page = f"/v/{document.token}/"
    for typed in (
        f"  {document.token} ",
        f"https://jenjang.example{page}",
        f"https://jenjang.example{page}#signature",
        document.document_no,
        document.document_no.lower(),
        document.signed_sha256.upper(),
    ):
        answer = visitor().get("/v/", {"q": typed})
        assert (answer.status_code, answer.get("Location")) == (302, page), typed


@pytest.mark.parametrize(
    "typed", ["RFK/1/2026-01/XXXX", "<script>alert(1)</script>", "0" * 64, "a\0b", "/v/x/" * 90]
)
def test_what_is_not_found_stays_typed_and_is_told_politely(document: SigningBatch, typed: str) -> None:
    answer = visitor().get("/v/", {"q": typed})
    page = answer.content.decode()
    assert answer.status_code == 200 and "letter by letter" in page
    assert answer.context["asked"] == typed[:400] and "<script>alert" not in page


@pytest.mark.parametrize("language", ["id", "en", "ur"])
def test_the_public_page_speaks_three_languages(document: SigningBatch, language: str) -> None:
    for address in ("/v/", f"/v/{document.token}/"):
        page = visitor(language).get(address)
        assert page.status_code == 200 and f'lang="{language}"' in page.content.decode()


def test_a_fingerprint_costs_two_statements_at_most(document: SigningBatch, statements: Any) -> None:
    client = visitor()
    client.get("/v/find/?sha256=" + "0" * 64)
    with statements() as nothing:
        client.get("/v/find/?sha256=nothing")
    with statements() as miss:
        client.get("/v/find/?sha256=" + "0" * 64)
    with statements() as hit:
        client.get(f"/v/find/?sha256={document.signed_sha256}")
    assert (len(miss) - len(nothing), len(hit) - len(nothing)) == (1, 2)


# --- The page of a document -----------------------------------------------------------------------------------


def test_the_page_says_who_signed_in_which_capacity_when_and_how(cast: World, document: SigningBatch) -> None:
    page = visitor().get(f"/v/{document.token}/")
    text = page.content.decode()
    assert page.context["document"]["verdict"] == "genuine"
    for said in (
        "Citra Hastapura, Kepala Dinas Pekerjaan Umum",
        "3 February 2026",
        "PAdES B-B",
        "No later revision replaces it.",
        document.signed_sha256,
        "sha256sum",
        "manage.py verify_pdf",
    ):
        assert said in text, said
    assert text.count("1.03.10.2.01.000") >= 3


def test_the_page_tells_the_timestamp_of_an_authority(cast: World, settings: Any) -> None:
    create_authority(site.SIGNING_KEYS)
    with Clock(site.SIGNING_KEYS).running() as settings.TSA_URL:
        batch = published(cast, verified(cast))
    text = visitor().get(f"/v/{batch.token}/").content.decode()
    assert batch.level == "B-T" and "an authority\u2019s timestamp" in text.replace("&#x27;", "\u2019")


def test_a_superseded_document_says_by_what_and_its_file_still_counts(
    cast: World, document: SigningBatch
) -> None:
    second = revised(cast, Report.objects.get(item__sub_activity_code="1.03.10.2.01.0001"))
    page = visitor().get(f"/v/{document.token}/")
    assert page.context["document"]["verdict"] == "superseded"
    assert "2 other reports in it are still in force." in page.content.decode()
    assert f"/v/{second.token}/" in page.content.decode() and "data-superseded" in page.content.decode()
    told = asked(f"/v/find/?sha256={document.signed_sha256}")
    assert told["superseded"] and "later revision" in told["sentence"]
    assert asked(f"/v/{document.token}/blocks.json")["found"]
    assert not asked(f"/v/find/?sha256={second.signed_sha256}")["superseded"]
    head = Client(headers={"accept-language": "en"})
    head.force_login(cast.citra, backend="django.contrib.auth.backends.ModelBackend")
    signed = head.get(f"/batches/{document.token}/")
    assert [one["url"] for one in signed.context["replaced_by"]] == [f"/v/{second.token}/"]
    assert f"/v/{second.token}/" in signed.content.decode()


# --- The command ----------------------------------------------------------------------------------------------


def judged(path: Path, pdf: bytes) -> dict[str, Any]:
    """What the command says of these bytes; its exit status must be that of its outcome."""
    path.write_bytes(pdf)
    out, status = StringIO(), 0
    with translation.override("en"):
        try:
            call_command("verify_pdf", path, json=True, stdout=out)
        except CommandError as error:
            status = error.returncode
    told: dict[str, Any] = json.loads(out.getvalue())
    assert EXITS[told["outcome"]] == status and told["sentence"]
    return told


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    return tmp_path / "laporan.pdf"


def test_the_command_knows_the_document_and_its_unsigned_twin(document: SigningBatch, copy: Path) -> None:
    told = judged(copy, content(document))
    assert (told["outcome"], told["known_here"], told["reports"]) == ("valid", True, 3)
    assert told["signer"] == "Citra Hastapura" and document.document_no in told["document"]
    assert told["signed_at"].startswith("2026-02-03")
    with document.prepared_file.open("rb") as file:
        twin = judged(copy, file.read())
    assert (twin["outcome"], twin["signer"]) == ("unsigned", "")


def test_the_command_tells_what_was_done_to_a_copy(document: SigningBatch, copy: Path) -> None:
    pdf = content(document)
    for length in (BLOCK - 1, BLOCK, len(pdf) // 2, len(pdf) - 1):
        assert judged(copy, pdf[:length])["outcome"] == "truncated", length
    assert judged(copy, pdf + MORE)["outcome"] == "appended"
    told = judged(copy, changed(pdf, len(pdf) // 2))
    assert told["outcome"] == "altered" and f"{len(pdf) // 2 // BLOCK * BLOCK}" in told["sentence"].replace(
        ",", ""
    )
    assert told["page"].endswith(f"/v/{document.token}/")


def test_a_document_that_was_signed_again_is_told(document: SigningBatch, copy: Path, cast: World) -> None:
    other = site.SIGNING_KEYS / f"signer-{cast.citra.pk}.p12"
    assert judged(copy, signed_again(content(document), other))["outcome"] == "resigned"


def test_a_document_of_another_house_is_untrusted(document: SigningBatch, copy: Path) -> None:
    pdf = content(document)
    for path in site.SIGNING_KEYS.glob("authority*.pem"):
        path.unlink()
    assert judged(copy, pdf)["outcome"] == "untrusted"


def test_what_is_no_document_is_told_as_such(document: SigningBatch, copy: Path) -> None:
    assert judged(copy, b"<html></html>")["outcome"] == "unreadable"
    assert judged(copy, b"")["outcome"] == "unreadable"
    assert judged(copy, b"%PDF-1.7\n1 0 obj\n")["outcome"] == "truncated"
    page = f"see https://jenjang.example/v/{document.token}/".encode()
    assert judged(copy, b"%PDF-1.7\n" + page + b"\n%%EOF")["outcome"] in ("unreadable", "unsigned")


def test_a_superseded_document_is_valid_and_told_as_replaced(
    document: SigningBatch, copy: Path, cast: World
) -> None:
    second = revised(cast, Report.objects.get(item__sub_activity_code="1.03.10.2.01.0001"))
    old, new = judged(copy, content(document)), judged(copy, content(second))
    assert (old["outcome"], new["outcome"]) == ("superseded", "valid")
    assert any(second.token in line for line in old["replaced_by"])


def test_a_signed_document_that_is_not_published_is_not_vouched_for(
    cast: World, copy: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(services, "_publish_if_due", lambda *_: False)  # as an embargo would have it
    waiting = published(cast, verified(cast))
    assert waiting.state == "waiting"
    assert judged(copy, content(waiting))["outcome"] == "unpublished"
    assert asked(f"/v/find/?sha256={waiting.signed_sha256}") == {"found": False}
    assert asked(f"/v/{waiting.token}/blocks.json") == {"found": False}


def test_a_file_that_cannot_be_opened_is_named_with_the_cure(cast: World, tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="Name a file that can be read") as refused:
        call_command("verify_pdf", tmp_path / "none.pdf")
    assert refused.value.returncode == 1


def test_the_help_names_every_exit_status() -> None:
    assert all(f"{status} {outcome}" in Command.help for outcome, status in EXITS.items())
