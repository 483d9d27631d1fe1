"""The real plan of one section, through the product's importer, and how the section's year goes."""

from decimal import Decimal
from pathlib import Path

from django.conf import settings

from config.demo.agencies import REAL_SECTION, Place
from config.demo.catalogue import ROUTINE, SubActivity
from config.demo.plan import Item, Line, Stand, Version
from registry.imports.plan import import_plan
from registry.imports.plan_options import PlanOptions
from registry.imports.writing import Writer
from registry.models import (
    BudgetItem,
    BudgetItemVersion,
    BudgetLineVersion,
    BudgetVersion,
    FiscalYear,
    Post,
    Unit,
)

FIXTURE = "dpa_setda_perekonomian_2026.csv"
SHIFT_MONTH = 5
# Names of its sub-activities in the nomenclature: the plan itself carries only codes.
REAL_NAMES = {
    "4.01.01.2.02.0002": "Penyediaan Administrasi Pelaksanaan Tugas ASN",
    "4.01.01.2.05.0009": "Pendidikan dan Pelatihan Pegawai Berdasarkan Tugas dan Fungsi",
    "4.01.01.2.06.0002": "Penyediaan Peralatan dan Perlengkapan Kantor",
    "4.01.01.2.06.0003": "Penyediaan Peralatan Rumah Tangga",
    "4.01.01.2.06.0004": "Penyediaan Bahan Logistik Kantor",
    "4.01.01.2.06.0009": "Penyelenggaraan Rapat Koordinasi dan Konsultasi SKPD",
    "4.01.01.2.07.0006": "Pengadaan Peralatan dan Mesin Lainnya",
    "4.01.01.2.08.0004": "Penyediaan Jasa Pelayanan Umum Kantor",
    "4.01.01.2.09.0002": "Penyediaan Jasa Pemeliharaan, Biaya Pemeliharaan, Pajak dan Perizinan Kendaraan Dinas "
    "Operasional atau Lapangan",
    "4.01.01.2.09.0006": "Pemeliharaan Peralatan dan Mesin Lainnya",
    "4.01.03.2.01.0001": "Koordinasi, Sinkronisasi, Monitoring dan Evaluasi Kebijakan Pengelolaan BUMD dan BLUD",
    "4.01.03.2.01.0002": "Pengendalian dan Distribusi Perekonomian",
    "4.01.03.2.01.0003": "Perencanaan dan Pengawasan Ekonomi Mikro Kecil",
    "4.01.03.2.04.0001": "Koordinasi, Sinkronisasi dan Evaluasi Kebijakan Pertanian, Kehutanan, Kelautan dan Perikanan",
    "4.01.03.2.04.0002": "Koordinasi, Sinkronisasi dan Evaluasi Kebijakan Pertambangan dan Lingkungan Hidup",
    "4.01.03.2.04.0003": "Koordinasi, Sinkronisasi dan Evaluasi Kebijakan Energi dan Air",
}


def load(unit: Unit, year: FiscalYear, officer: Post, verifier: Post, writer: Writer) -> None:
    """Import both versions of the plan, and give its sub-activities their officer and verifier."""
    path = Path(settings.BASE_DIR) / "fixtures" / FIXTURE
    options = PlanOptions(
        locale="en",
        effective_months=[f"pergeseran={SHIFT_MONTH}"],
        legal_bases=["murni=DPA 4.01/2026", "pergeseran=DPPA Pergeseran 1/2026"],
    )
    result = import_plan(
        source=path,
        name=path.name,
        unit=unit,
        fiscal_year=year,
        options=options,
        realised={},
        pinned=(),
        actor=None,
    )
    if result.errors:
        raise ValueError(f"{FIXTURE} was refused: {result.errors[0].sentence()}")
    items = list(BudgetItem.objects.filter(unit=unit, fiscal_year=year))
    for item in items:
        item.officer_post, item.verifier_post = officer, verifier
    writer.update(items, ("officer_post", "verifier_post"))


def as_items(unit: Unit, place: Place) -> tuple[list[Item], list[Version]]:
    """The imported plan as the other items are, for inventing what is reported; it has no monthly plan, so flat."""
    rows = BudgetVersion.objects.filter(unit=unit).order_by("sequence")
    versions = [Version(row.kind, row.sequence, row.effective_month, row.legal_basis) for row in rows]
    stands = {(each.item_id, each.version.sequence): each for each in _of(BudgetItemVersion, unit)}
    ceilings = {(each.line_id, each.version.sequence): each.ceiling for each in _of(BudgetLineVersion, unit)}
    found = []
    for row in BudgetItem.objects.filter(unit=unit).order_by("pk").prefetch_related("lines"):
        lines = sorted(row.lines.all(), key=lambda line: line.pk)
        sub = SubActivity(row.sub_activity_code, row.sub_activity_name, row.output_unit, ROUTINE)
        item = Item(
            place,
            sub,
            False,
            "PERCENT",
            Decimal(1),
            [Line(x.account_code, x.account_name, x.fund_source) for x in lines],
        )
        for version in versions:
            each = stands[row.pk, version.sequence]
            by_line = tuple(ceilings.get((line.pk, version.sequence), Decimal(0)) for line in lines)
            item.stands[version.sequence] = _flat(each.ceiling, by_line)
        found.append(item)
    return found, versions


def _of(model: type, unit: Unit) -> list:
    return list(model.objects.filter(version__unit=unit).select_related("version"))  # type: ignore[attr-defined]


def _flat(ceiling: Decimal, lines: tuple[Decimal, ...]) -> Stand:
    month = (ceiling / 12).quantize(Decimal(1))
    points = Decimal("8.3333")
    return Stand(
        ceiling, lines, (*(month,) * 11, ceiling - 11 * month), (*(points,) * 11, Decimal(100) - 11 * points)
    )


__all__ = ["REAL_NAMES", "REAL_SECTION", "as_items", "load"]
