"""Both print layouts of a document: what they say comes from the month itself, and a dash says what nobody gave."""

import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from io import BytesIO
from typing import Any

import pytest
from django.test import Client
from pyhanko.pdf_utils.reader import PdfFileReader

from approvals import annex, recap, services
from approvals.annex import ACTIVITY, ITEM, PROGRAMME, TOTAL, Entry
from approvals.document import Recap, manifest_bytes, render
from approvals.models import SigningBatch
from ledger.recording import recorded
from registry.models import (
    Assignment,
    BudgetItemVersion,
    BudgetLineVersion,
    BudgetVersion,
    Nomenclature,
)
from submissions.models import Payment, PaymentImport, Report
from tests.approvals.issued import content, keys_in, prepared, published, verified
from tests.approvals.printed import FIGURES, SEALED, entries, pages, words
from tests.approvals.printed import recap as some_recap
from tests.cast import World, assign


@pytest.fixture(autouse=True)
def folders(tmp_path_factory: pytest.TempPathFactory, settings: Any) -> None:
    keys_in(tmp_path_factory.mktemp("keys"), settings)


def one(code: str, ceiling: int, physical: int | None, **said: Any) -> Entry:
    made = Entry(
        place=1,
        code=code,
        name=f"name of {code}",
        unit="",
        ceiling=Decimal(ceiling),
        before=None,
        revised=None,
        realised=Decimal(ceiling) / 2,
        planned=None,
        physical=None if physical is None else Decimal(physical),
        sp2d=None,
        spj=None,
    )
    return replace(made, **said)


# --- The second layout, by itself -----------------------------------------------------------------------------


def whole(*values: Decimal | None) -> tuple[int | None, ...]:
    """Amounts without cents, to compare them at a glance."""
    assert all(value is None or value == int(value) for value in values), values
    return tuple(None if value is None else int(value) for value in values)


T_1 = (("1.01.02.2.01.0001", 1_000_000_000, 40), ("1.01.02.2.01.0002", 250_000_000, 100),
       ("1.01.02.2.02.0001", 750_000_000, 10))  # fmt: skip


def test_weights_and_weighted_progress_are_those_of_the_golden_table() -> None:
    made = annex.lines([one(*row) for row in T_1], {})
    items = [line for line in made if line.kind == ITEM]
    assert [line.weight for line in items] == [Decimal("50"), Decimal("12.5"), Decimal("37.5")]
    assert [line.weighted for line in items] == [Decimal("20"), Decimal("12.5"), Decimal("3.75")]
    total = made[-1]
    assert (total.kind, total.physical, total.weighted) == (TOTAL, Decimal("36.25"), Decimal("36.25"))
    assert whole(total.weight) == (100,)


def test_programmes_and_activities_stand_above_their_own_with_sums_of_their_own() -> None:
    made = annex.lines([one(*row) for row in reversed(T_1)], {"1.01.02": "Program A"})
    assert [(line.kind, line.code) for line in made] == [
        (PROGRAMME, "1.01.02"),
        (ACTIVITY, "1.01.02.2.01"),
        (ITEM, "1.01.02.2.01.0001"),
        (ITEM, "1.01.02.2.01.0002"),
        (ACTIVITY, "1.01.02.2.02"),
        (ITEM, "1.01.02.2.02.0001"),
        (TOTAL, ""),
    ]
    assert (made[0].name, made[1].name) == ("Program A", "")
    assert (made[1].weight, made[1].physical, made[1].weighted) == (
        Decimal("62.5"),
        Decimal(52),
        Decimal("32.5"),
    )


def test_codes_of_another_country_have_no_levels() -> None:
    made = annex.lines([one("041101", 100, 50), one("041102", 100, 0)], {})
    assert [line.kind for line in made] == [ITEM, ITEM, TOTAL]


def test_what_is_not_known_is_none_and_never_zero() -> None:
    (item, total) = annex.lines([one("041101", 0, None)], {})
    for line in (item, total):
        assert (line.before, line.after, line.sp2d, line.spj, line.weight, line.weighted) == (None,) * 6
        assert (line.planned, line.absorption, line.physical) == (None, None, None)
    known = annex.lines([one("041101", 100, 5, sp2d=Decimal(0)), one("041102", 100, 5)], {})
    assert [line.sp2d for line in known] == [Decimal(0), None, Decimal(0)]


# --- From the month to the page -------------------------------------------------------------------------------


def told(batch: SigningBatch) -> Recap:
    return recap.recap_of(batch)[0]


def paid(cast: World, reports: Sequence[Report], kind: str, amount: int, month: int = 1) -> None:
    with recorded(None):
        source = PaymentImport.objects.create(
            agency=cast.agency, fiscal_year=cast.year, at=cast.at("2026-02-03 10:00"), name="sp2d.csv", sha256="0" * 64,
            kind=kind, columns={}, rows=1,
        )  # fmt: skip
        for report in reports:
            Payment.objects.create(
                source=source,
                line=report.lines.get().line,
                month=month,
                kind=kind,
                number="17",
                amount=amount,
            )


def test_without_payments_and_revisions_the_dashes_are_explained(cast: World) -> None:
    batch = prepared(cast, verified(cast))
    document = told(batch)
    assert [whole(line.before, line.revised, line.sp2d, line.spj) for line in document.annex] == [
        (100, None, None, None)
    ] * 3
    notes = " ".join(document.footnotes)
    for said in ("7, 11, 12:", "13, 14:", "5:"):
        assert said in notes


def test_what_the_treasury_paid_to_date_is_printed_and_later_months_are_not(cast: World) -> None:
    reports = verified(cast)
    paid(cast, reports[:2], "SP2D", 9)
    paid(cast, reports[:1], "SPJ", 4)
    paid(cast, reports[:1], "SP2D", 70, month=2)
    document = told(prepared(cast, reports))
    assert [whole(line.sp2d, line.spj) for line in document.annex] == [(9, 4), (9, None), (None, None)]
    assert "2 dari 3" in " ".join(document.footnotes) or "2 of 3" in " ".join(document.footnotes)


def test_a_revised_ceiling_stands_beside_the_original_one(cast: World) -> None:
    cast.items(1)
    item = cast.item("1.03.10.2.01.0099")
    with recorded(None):
        shift = BudgetVersion.objects.create(
            fiscal_year=cast.year, unit=cast.agency, kind="pergeseran", sequence=2, effective_month=1
        )
        for version in BudgetItemVersion.objects.filter(version__kind="murni"):
            ceiling = 250 if version.item_id == item.pk else 100
            BudgetItemVersion.objects.create(item=version.item, version=shift, ceiling=ceiling)
            BudgetLineVersion.objects.create(line=version.item.lines.get(), version=shift, ceiling=ceiling)
    reports = cast.open()
    cast.at("2026-02-03 11:00")
    batch = _verified_and_prepared(cast, reports)
    document = told(batch)
    assert [whole(line.before, line.revised) for line in document.annex] == [(100, 100), (100, 250)]
    assert not any(note.startswith("5:") for note in document.footnotes)
    total = annex.lines(document.annex, {})[-1]
    assert whole(total.before, total.after) == (200, 350)


def _verified_and_prepared(cast: World, reports: list[Report]) -> SigningBatch:
    services.verify(actor=cast.budi, versions=cast.submitted(reports, 10))
    return prepared(cast, reports)


def test_names_of_programmes_come_from_the_nomenclature(cast: World) -> None:
    with recorded(None):
        for code, name in (("1.03.10", "Program Jalan"), ("1.03.10.2.01", "Penyelenggaraan Jalan")):
            Nomenclature.objects.create(government=cast.government, year=2026, code=code, name=name)
    batch = prepared(cast, verified(cast))
    with batch.prepared_file.open("rb") as file:
        printed = words(file.read())
    assert "Program Jalan" in printed and "Penyelenggaraan Jalan" in printed and "1.03.10.2.01" in printed


def test_the_cash_plan_and_the_value_of_the_work_are_printed_with_their_formula(cast: World) -> None:
    cast.item("1.03.10.2.01.0001", cash=[20, *[0] * 10, 80], physical=[8, *[0] * 10, 92])
    cast.item("1.03.10.2.01.0002", ceilings=(300,))
    reports = cast.open()
    document = told(_verified_and_prepared(cast, reports))
    planned, plain = (item.figures for item in document.items)
    assert whole(planned.cash_plan, planned.money_deviation, planned.physical_value) == (20, -10, 5)
    assert whole(plain.cash_plan, plain.money_deviation, plain.physical_value) == (None, None, 15)
    # Of the total only what has a plan is compared with it; the value is that of all.
    assert whole(document.totals.cash_plan, document.totals.money_deviation) == (20, -10)
    assert whole(document.totals.physical_value) == (20,)
    page = pages(render(document, b"{}"))[0]
    assert "6 = 5 ÷ 4 × 100" in page and "\u221210,00" in page


def test_an_acting_head_is_printed_and_checked_as_one(cast: World) -> None:
    reports = verified(cast)
    with recorded(None):
        held = Assignment.objects.get(person=cast.citra)
        held.valid_to = date(2026, 1, 31)
        held.save()
    assign(cast.gita, cast.posts["agency_head"], kind="plt", start="2026-02-01", end="2026-04-30")
    batch = published(cast, reports, cast.gita)
    assert batch.signer_title == "Plt. Kepala Dinas Pekerjaan Umum"
    assert "Plt. Kepala Dinas Pekerjaan Umum" in words(content(batch))
    page = Client(headers={"accept-language": "en"}).get(f"/v/{batch.token}/").content.decode()
    assert "Signed by Gita Karangjati, Plt. Kepala Dinas Pekerjaan Umum" in page


def test_both_layouts_are_in_the_file_with_their_columns_numbered(cast: World) -> None:
    made = some_recap(3)
    printed = pages(render(made, manifest_bytes(made, entries(3))))
    assert "123456789101112" in printed[0].replace(" ", "")
    assert any("By programme and activity" in page and "SP2D" in page for page in printed)
    assert "06 Feb 2026" in printed[0]  # 5 February, 20.30 UTC, by the government's clock


def test_a_document_without_a_second_layout_has_no_empty_one() -> None:
    made = replace(some_recap(2), annex=())
    assert "By programme and activity" not in words(render(made, b"{}"))


def test_the_ledgers_checkpoint_is_printed_and_attached_only_when_there_is_one() -> None:
    made = some_recap(1)
    manifest = manifest_bytes(made, entries(1))
    pdf = render(made, manifest)
    assert "Ledger checkpoint: 48,211 events, root 9f2c4a7be1d00345" in " ".join(words(pdf).split())
    assert json.loads(manifest)["checkpoint"] == f"48211 {SEALED.root.hex()}"
    assert attached(pdf)["checkpoint.txt"] == SEALED.note.encode()
    bare = some_recap(1, checkpoint=None)
    pdf = render(bare, manifest_bytes(bare, entries(1)))
    assert "Ledger checkpoint" not in words(pdf) and set(attached(pdf)) == {"manifest.json"}
    assert json.loads(manifest_bytes(bare, entries(1)))["checkpoint"] is None


def attached(pdf: bytes) -> dict[str, bytes]:
    files = [one.get_object() for one in PdfFileReader(BytesIO(pdf)).root["/AF"]]
    return {str(one["/UF"]): one["/EF"]["/F"].data for one in files}


def test_six_hundred_rows_are_printed_with_repeated_headings() -> None:
    printed = pages(render(some_recap(600), b"{}"))
    tables = printed[:-1]
    assert len(printed) > 30 and all(
        ("1415" in page.replace(" ", "")) or "Last update" in page for page in tables
    )
    assert FIGURES.ceiling and f"Page 7 of {len(printed)}" in printed[6]
