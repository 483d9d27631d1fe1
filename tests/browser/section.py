"""One section of a Regional Secretariat with its real plan of 2026, its people, and what January had.

Ani enters (PPTK), Budi heads the section and verifies, Sari is the Regional Secretary and signs, Dewi audits.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from zoneinfo import ZoneInfo

from django.contrib.auth.hashers import ScryptPasswordHasher

from approvals.authority import issue_signer
from config.demo.realplan import REAL_NAMES, SHIFT_MONTH
from ledger.recording import recorded
from registry import grants
from registry.imports.plan import import_plan
from registry.imports.plan_options import PlanOptions
from registry.models import (
    BudgetItem,
    BudgetItemVersion,
    FiscalYear,
    Government,
    MonthlyPlan,
    Nomenclature,
    Post,
    Unit,
    User,
)
from registry.rules import INDONESIA
from submissions.calendar import open_month
from submissions.models import Report
from tests.cast import PASSPHRASE, PASSWORD, assign
from tests.registry.files import REAL_PLAN, SECTION
from wording.numbers import money, quantity

MORNING = datetime(2026, 2, 3, 9, 0, tzinfo=ZoneInfo("Asia/Makassar"))
AGENCY = "4.01.0.00.0.00.01.0000"
TRAINING, CLEANING, CABINET = "4.01.01.2.05.0009", "4.01.01.2.08.0004", "4.01.01.2.07.0006"
MEETINGS, HOUSEHOLD = "4.01.03.2.01.0003", "4.01.01.2.06.0003"
EVIDENCE_FROM = Decimal(5_000_000)
# What January had: percent of each ceiling, and points of work. What is not named here had 6 and 5.
JANUARY = {
    "4.01.01.2.02.0002": ("8.33", "8.33"), TRAINING: ("0", "0"), "4.01.01.2.06.0002": ("11.5", "10"),
    HOUSEHOLD: ("9", "8"), CLEANING: ("8.2", ""), CABINET: ("0", "5"), "4.01.01.2.09.0002": ("7.4", "8.33"),
    "4.01.03.2.01.0001": ("3.6", "4"), "4.01.03.2.01.0002": ("9.1", "9"), MEETINGS: ("1.5", "0.75"),
    "4.01.03.2.04.0001": ("4.4", "6.5"),
}  # fmt: skip
STATUS = {TRAINING: "BELUM_MULAI", CABINET: "PENGADAAN", MEETINGS: "TERHENTI"}


@dataclass
class Section:
    """Who is there, and what was opened for them."""

    people: dict[str, User]
    reports: list[Report] = field(default_factory=list)

    def report(self, code: str) -> Report:
        return next(one for one in self.reports if one.item.sub_activity_code == code)


def furnish(
    keys: Path,
    move_clock: Callable[[datetime], None],
    before_opening: Callable[[Section], None] | None = None,
) -> Section:
    """People, plan and January; the clock stands at 3 February 2026, 09:00 WITA, so January is due on the 5th.

    `before_opening` may put other people and another route there before the month opens.
    """
    move_clock(MORNING)
    with recorded(None):
        agency, unit, year = _places()
        people = _people(agency, unit)
        _plan(unit, year)
    sari = people["sari"]
    issue_signer(keys, sari.name, str(sari.nip), agency.name, PASSPHRASE, path=keys / f"signer-{sari.pk}.p12")
    section = Section(people)
    if before_opening:
        before_opening(section)
        year = FiscalYear.objects.select_related("government").get(pk=year.pk)
    open_month(fiscal_year=year, month=1)
    reports = Report.objects.select_related("item", "item__unit").order_by("item__sub_activity_code")
    section.reports = list(reports)
    return section


def _places() -> tuple[Unit, Unit, FiscalYear]:
    government = Government.objects.create(
        code="99.01", name="Kabupaten Mahakarsa Hulu", sub_activity_pattern=INDONESIA.sub_activity,
        account_pattern=INDONESIA.account, unit_pattern=INDONESIA.unit,
    )  # fmt: skip
    root = Unit.objects.create(government=government, kind="GOVERNMENT", code="99.01", name=government.name)
    agency = Unit.objects.create(
        government=government, parent=root, kind="AGENCY", code=AGENCY, name="Sekretariat Daerah"
    )
    unit = Unit.objects.create(
        government=government, parent=agency, kind="SECTION", code=SECTION, name="Bagian Perekonomian"
    )
    for code, name in REAL_NAMES.items():
        Nomenclature.objects.create(government=government, year=2026, code=code, name=name)
    year = FiscalYear.objects.create(
        government=government, label="2026", start_date=date(2026, 1, 1), end_date=date(2026, 12, 31)
    )
    return agency, unit, year


def _people(agency: Unit, unit: Unit) -> dict[str, User]:
    hasher = ScryptPasswordHasher()
    password = hasher.encode(PASSWORD, hasher.salt())
    held = {
        "ani": ("Ani Lembayung", unit, "officer", "PPTK Bagian Perekonomian"),
        "budi": ("Budi Wiratmaka", unit, "section_head", "Kepala Bagian Perekonomian"),
        "sari": ("Sari Hastapura", agency, "agency_head", "Sekretaris Daerah"),
        "dewi": ("Dewi Rimbawan", None, "", ""),
    }
    people = {}
    for number, (username, (name, place, role, title)) in enumerate(held.items(), 1):
        person = User(username=username, name=name, nip=f"19800101200501290{number}", password=password)
        person.save()
        people[username] = person
        if place:
            assign(person, Post.objects.create(unit=place, role=role, title=title))
    grants.give(grants.AUDIT, people["dewi"], Unit.objects.get(parent=None))
    return people


def _plan(unit: Unit, year: FiscalYear) -> None:
    options = PlanOptions(locale="en", effective_months=[f"pergeseran={SHIFT_MONTH}"])
    result = import_plan(
        source=REAL_PLAN,
        name=REAL_PLAN.name,
        unit=unit,
        fiscal_year=year,
        options=options,
        realised={},
        pinned=(),
    )
    assert not result.errors, [one.sentence() for one in result.errors]
    posts = {post.role: post for post in Post.objects.filter(unit=unit)}
    for item in BudgetItem.objects.filter(unit=unit):
        item.officer_post, item.verifier_post = posts["officer"], posts["section_head"]
        if item.sub_activity_code == TRAINING:
            item.output_indicator, item.output_unit = "Jumlah pegawai yang mengikuti pelatihan", "Orang"
        item.save()
    for version in BudgetItemVersion.objects.filter(item__unit=unit).select_related("item"):
        _months_of(version)


def _months_of(version: BudgetItemVersion) -> None:
    """The imported plan has no months: an even one, and a measure of the work that fits two of its sub-activities."""
    code = version.item.sub_activity_code
    if code == TRAINING:
        version.physical_mode, version.output_target = "VOLUME", Decimal(5)
        version.save()
    elif code == CLEANING:
        version.physical_mode = "TIME"
        version.save()
    share = (version.ceiling / 12).quantize(Decimal(1))
    point = Decimal("8.3333")
    for month in range(1, 13):
        last = month == 12
        MonthlyPlan.objects.create(
            item_version=version, month=month, cash=version.ceiling - 11 * share if last else share,
            physical=None if code == TRAINING else 100 - 11 * point if last else point,
        )  # fmt: skip


@dataclass(frozen=True)
class Typed:
    """What Ani types into one sub-activity: field name without the report's prefix -> text."""

    fields: dict[str, str]
    status: str
    evidence: bool


def typed(report: Report) -> Typed:
    """January of one sub-activity, written the Indonesian way."""
    code = report.item.sub_activity_code
    share, done = JANUARY.get(code, ("6", "5"))
    fields, spent = {}, Decimal(0)
    for line in report.lines.order_by("line__account_code"):
        if line.ceiling:
            amount = (line.ceiling * Decimal(share) / 100).quantize(Decimal(1)) // 100 * 100
            fields[f"line-{line.pk}"] = money(amount, "id")
            spent += amount
    if done:
        name, written = (
            ("volume", done)
            if report.physical_mode == "VOLUME"
            else ("increment", quantity(Decimal(done), "id"))
        )
        fields[name] = written
    value = max(spent, report.ceiling * Decimal(done or 0) / 100)
    return Typed(fields, STATUS.get(code, "PELAKSANAAN"), value >= EVIDENCE_FROM and code != CLEANING)
