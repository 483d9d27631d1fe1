"""What leaders look at: contracts with providers, one of them critical (S11), and decisions on what officers asked of them."""

import csv
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from decimal import ROUND_FLOOR, Decimal
from io import BytesIO, StringIO

from django.db import connection

from approvals.leading import WAITS, Wish, carry_out, decide
from config.demo import clock
from config.demo.actuals import PELAKSANAAN, Reported
from config.demo.catalogue import GOODS, WORKS
from config.demo.chance import rounded, stream
from config.demo.names import FAMILY
from config.demo.plan import Item, Stand
from config.demo.profiles import YEAR, ZONE
from ledger.recording import recorded
from registry.imports.contracts import import_contracts
from registry.models import FiscalYear, Office, Post, Unit, User
from submissions.models import LeaderDecision

# S11: a road whose plan is at 72 and whose work is at 66.5 in the last month that is over; its officer asks the leaders.
CRITICAL = ("dpupr", "1.03.10.2.01.0053")
# Whose officers ask a leader for a decision as soon as something stands in the way.
ASKING = {CRITICAL, ("diskominfo", "2.16.01.2.07.0006")}
LENGTH, PLANNED, REACHED = Decimal("20.0"), Decimal("14.4"), Decimal("13.3")  # km: 72 and 66.5 percent
LEAST = Decimal(200_000_000)  # smaller work is bought without a contract of its own
UNCONTRACTED, LATE = 0.15, 0.06  # share of work without a contract, of contracts that end after the year
FIRMS = (
    "Batu Andesit", "Rangka Ulin", "Tirta Konstruksi", "Bumi Pelangi Raya", "Karya Hulu Mandiri", "Simpang Tujuh Beton",
    "Lintas Borneo Purnama", "Cahaya Merantian", "Sungai Jernih Teknik", "Lembah Hijau Sentosa", "Adicita Bangun",
)  # fmt: skip
TEXTS = (
    "Camat dan pertanahan menyelesaikan musyawarah dengan pemilik lahan; hasilnya dilaporkan pada rapat berikutnya.",
    "Tim anggaran memproses pergeseran paling lambat minggu depan; dinas melengkapi dokumen pendukung.",
    "Asisten Ekonomi dan Pembangunan memimpin rapat koordinasi dan menetapkan jadwal bersama.",
    "Rapat pembuktian (SCM) dengan penyedia dilaksanakan; tanpa kemajuan diberikan surat peringatan pertama.",
)  # fmt: skip
DONE = "Sudah dilaksanakan; berita acara rapat dilampirkan pada laporan bulan ini."

WAITING = f"""
SELECT r.id, r.version, i.sub_activity_code, u.code, u.agency_id FROM submissions_report r
  JOIN submissions_period p ON p.id = r.period_id JOIN registry_budgetitem i ON i.id = r.item_id
  JOIN registry_unit u ON u.id = i.unit_id
WHERE p.fiscal_year_id = %s AND p.month = %s AND {WAITS} ORDER BY u.code, i.sub_activity_code"""  # noqa: S608


def is_critical(item: Item) -> bool:
    """Whether this is the road of S11."""
    return (item.place.key, item.sub.code) == CRITICAL


def asks(item: Item) -> bool:
    """Whether its officer asks for a decision of the leadership when he has a problem."""
    return (item.place.key, item.sub.code) in ASKING


def plan_critical(items: Sequence[Item], months: int) -> None:
    """Give the road of S11 its plan: 72 percent in the last month that is over."""
    road = next(item for item in items if is_critical(item))
    last, stand = months - 1, road.stands[1]
    physical = (*_evenly(PLANNED, last), *_evenly(LENGTH - PLANNED, 12 - last))
    road.target = LENGTH
    road.stands[1] = Stand(stand.ceiling, stand.lines, stand.cash, physical)


def report_critical(items: Sequence[Item], reports: dict[tuple[str, int], Reported], months: int) -> None:
    """What its officer reports: 66.5 percent by then, and half of what was planned afterwards."""
    road = next(item for item in items if is_critical(item))
    done = (*_evenly(REACHED, months - 1), Decimal("0.2"))
    for month, volume in enumerate(done, 1):
        one = reports[road.key, month]
        worth = max(sum(one.lines, Decimal(0)), road.stands[1].ceiling * volume / LENGTH)
        reports[road.key, month] = replace(
            one, volume=volume, increment=None, status=PELAKSANAAN, worth=worth
        )


def _evenly(total: Decimal, months: int) -> tuple[Decimal, ...]:
    """Tenths of a kilometre in each month; the last one takes the rest."""
    step = (total / months).quantize(Decimal("0.1"), ROUND_FLOOR)
    return (*[step] * (months - 1), total - step * (months - 1))


# --- Contracts -------------------------------------------------------------------------------------------


def bring_contracts(items: Sequence[Item], root: Unit, year: FiscalYear) -> int:
    """Bring the contracts of the year in, as the bureau would: from a file; how many are new."""
    with recorded(None):
        trial = import_contracts(
            source=BytesIO(_file(items)), name="kontrak-2026.csv", unit=root, fiscal_year=year, locale="en"
        )
    if trial.result.errors:
        raise ValueError([problem.sentence() for problem in trial.result.errors])
    return int(trial.result.summary["contracts"]["new"])


def _file(items: Sequence[Item]) -> bytes:
    out = StringIO()
    writer = csv.writer(out)
    writer.writerow(
        ["unit_code", "sub_activity_code", "number", "name", "provider", "value", "signed_on", "starts_on", "ends_on",
         "package_code"]
    )  # fmt: skip
    for place, item in enumerate((one for one in items if _contracted(one)), 1):
        writer.writerow(_row(place, item))
    return out.getvalue().encode()


def _bought(item: Item) -> Decimal:
    """The lines of capital expenditure of the original budget."""
    pairs = zip(item.lines, item.stands[1].lines, strict=True)
    return sum((ceiling for line, ceiling in pairs if line.account.startswith("5.2.")), Decimal(0))


def _contracted(item: Item) -> bool:
    if item.sub.kind not in (WORKS, GOODS) or _bought(item) < LEAST:
        return False
    return is_critical(item) or stream("contract", item.key).random() >= UNCONTRACTED


def _row(place: int, item: Item) -> list[object]:
    rng = stream("contract terms", item.key)
    works = item.sub.kind == WORKS
    signed = date(YEAR, 2, 2) + timedelta(days=rng.randint(0, 55))
    late = works and not is_critical(item) and rng.random() < LATE
    ends = date(YEAR + 1, 1, 29) if late else date(YEAR, rng.randint(10, 12), rng.randint(10, 27))
    firm = f"{rng.choice(('CV', 'PT') if works else ('CV', 'UD'))} {rng.choice(FIRMS)}"
    if rng.random() < 0.4:
        firm = f"{firm} {rng.choice(FAMILY)}"
    value = rounded(_bought(item) * Decimal(str(round(rng.uniform(0.88, 0.985), 4))), 1000)
    number = f"{'602' if works else '027'}/{place:03}/SP/{item.place.key.split('-')[0].upper()}/{YEAR}"
    starts = signed + timedelta(days=rng.randint(3, 14))
    return [
        item.place.code, item.sub.code, number, f"{item.sub.name} TA {YEAR}", firm, value, signed, starts, ends,
        50_000_000 + rng.randint(1, 999_999),
    ]  # fmt: skip


# --- Decisions -------------------------------------------------------------------------------------------


def decide_month(fiscal_year: FiscalYear, number: int, months: int, until: datetime) -> int:
    """The leaders meet when a month is over: they decide on most of what it asked, and what was decided before is carried out,
    or not. How many decisions were recorded."""
    year = fiscal_year.start_date.year
    met = (datetime(year, number, 21, 10, 0, tzinfo=ZONE) + timedelta(days=31)).replace(day=21)
    leaders = list(
        Office.objects.filter(role=Post.Role.LEADER, unit__parent=None, unit__code="99.01").order_by(
            "person__username"
        )
    )
    if met >= until or not leaders:
        return 0
    clock.move(met)
    with connection.cursor() as cursor:
        cursor.execute(WAITING, [fiscal_year.pk, number])
        rows = cursor.fetchall()
    made = 0
    for report, version, code, unit, agency in rows:
        rng = stream("decision", unit, code, number)
        owner = (
            Office.objects.filter(role=Post.Role.AGENCY_HEAD, unit=agency)
            .select_related("post__unit")
            .first()
        )
        # The road waits when a visitor comes.
        last = year == YEAR and number == months - 1 and code == CRITICAL[1]
        left = rng.random() < 0.35 and code not in {one for _, one in ASKING}
        if owner is None or last or left:
            continue
        leader: User = rng.choice(leaders).person
        wish = Wish(rng.choice(TEXTS), owner.post, (met + timedelta(days=rng.choice((14, 21, 28)))).date())
        decide(actor=leader, versions={report: version}, wish=wish, key=f"{unit}-{code}-{year}-{number}")
        made += 1
    _carried_out(fiscal_year, number)
    return made


def _carried_out(fiscal_year: FiscalYear, number: int) -> None:
    """Heads say of half of the older decisions that they are carried out."""
    waiting = LeaderDecision.objects.filter(
        state=LeaderDecision.State.OPEN,
        report__period__fiscal_year=fiscal_year,
        report__period__month__lt=number,
    )
    for one in waiting.select_related("report__item").order_by("pk"):
        holder = Office.objects.filter(post=one.owner_post_id).select_related("person").first()
        rng = stream("carried out", one.report.item.sub_activity_code, number)
        if holder and rng.random() < 0.5:
            carry_out(actor=holder.person, token=one.token, note=DONE)
