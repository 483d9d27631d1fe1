"""The government in which our engine is measured: an agency, three offices and three people for each pool.

Two months: the first is lived through in sets, so that the second, in which everything is measured, has an earlier month
to be compared with. Every amount is small enough to need no evidence.
"""

from collections.abc import Iterator, Sequence
from datetime import date, datetime
from decimal import Decimal
from itertools import islice
from zoneinfo import ZoneInfo

from django.contrib.auth.hashers import make_password
from django.contrib.contenttypes.models import ContentType
from django.core.management import call_command

from bench.peers.base import must
from bench.plan import Pool
from config.demo import clock
from ledger.recording import recorded
from registry.models import (
    Assignment,
    BudgetItem,
    BudgetItemVersion,
    BudgetLine,
    BudgetLineVersion,
    BudgetVersion,
    FiscalYear,
    Government,
    Post,
    Unit,
    User,
)
from registry.rules import INDONESIA
from submissions.calendar import open_month
from submissions.models import Report, ReportLine
from submissions.services import Entry, LineEntry, save_entries, submit
from workflow import engine, route

ZONE = ZoneInfo("Asia/Makassar")
ROLES = ("officer", "section_head", "agency_head")
CEILING = Decimal(10_000)  # of each line
AT_ONCE = 250  # reports in one set while the first month is lived through


def build(pools: dict[str, Pool]) -> None:
    """Everything up to the open second month."""
    call_command("migrate", database="owner", verbosity=0, interactive=False)
    ContentType.objects.clear_cache()
    clock.move(datetime(2026, 2, 3, 9, tzinfo=ZONE))
    with recorded(None):
        year = _government()
        root = Unit.objects.get(parent=None)
        for number, (name, pool) in enumerate(pools.items(), 1):
            _agency(year, root, name, number, pool)
    open_month(fiscal_year=year, month=1)
    for name in pools:
        _live_through(name)
    clock.move(datetime(2026, 3, 3, 9, tzinfo=ZONE))
    open_month(fiscal_year=year, month=2)


def person(pool: str, role: str) -> int:
    """The key of who holds this office for a pool."""
    return User.objects.get(username=f"{pool}.{role}").pk


def drafts(pool: str, month: int) -> list[int]:
    """Reports of a pool that nobody has entered yet."""
    found = Report.objects.filter(
        period__month=month, period__agency__code=pool, state=route.DRAFT, version=1
    )
    return list(found.order_by("pk").values_list("pk", flat=True))


def lines_of(reports: Sequence[int]) -> dict[int, list[int]]:
    """The lines of each report, as a page would show them."""
    found: dict[int, list[int]] = {pk: [] for pk in reports}
    for pk, report in (
        ReportLine.objects.filter(report__in=reports).order_by("pk").values_list("pk", "report")
    ):
        found[report].append(pk)
    return found


def entry(report: int, version: int, lines: Sequence[int], amount: int) -> Entry:
    """What an officer types: the same amount in each line, and five points of progress."""
    typed = {line: LineEntry(Decimal(amount)) for line in lines}
    return Entry(report_id=report, version=version, status="PELAKSANAAN", increment=Decimal(5), lines=typed)


def _government() -> FiscalYear:
    government = Government.objects.create(
        code="99.01",
        name="Kabupaten Mahakarsa Hulu",
        sub_activity_pattern=INDONESIA.sub_activity,
        account_pattern=INDONESIA.account,
        unit_pattern=INDONESIA.unit,
    )
    Unit.objects.create(government=government, kind="GOVERNMENT", code="99.01", name=government.name)
    return FiscalYear.objects.create(
        government=government, label="2026", start_date=date(2026, 1, 1), end_date=date(2026, 12, 31)
    )


def _agency(year: FiscalYear, root: Unit, name: str, number: int, pool: Pool) -> None:
    unit = Unit.objects.create(
        government=year.government, parent=root, kind="AGENCY", code=name, name=f"Dinas {number}"
    )
    posts = {}
    for place, role in enumerate(ROLES):
        posts[role] = Post.objects.create(unit=unit, role=role, title=f"{role} {number}")
        holder = User.objects.create(
            username=f"{name}.{role}",
            name=f"{role} {number}",
            nip=f"1980010120050{number:02}{place:03}",
            password=make_password(None),
        )
        Assignment.objects.create(
            person=holder, post=posts[role], decree_no="821/1/2025", valid_from=date(2025, 1, 1)
        )
    _budget(year, unit, posts, pool)


def _budget(year: FiscalYear, unit: Unit, posts: dict[str, Post], pool: Pool) -> None:
    version = BudgetVersion.objects.create(
        fiscal_year=year, unit=unit, kind="murni", sequence=1, effective_month=1
    )
    items = BudgetItem.objects.bulk_create(
        BudgetItem(
            fiscal_year=year, unit=unit, sub_activity_code=f"1.03.10.2.01.{number:04}",
            sub_activity_name="Pemeliharaan Rutin Jalan", output_indicator="Panjang jalan yang dipelihara",
            output_unit="Km", officer_post=posts["officer"], verifier_post=posts["section_head"],
        )
        for number in range(1, pool.count + 1)
    )  # fmt: skip
    BudgetItemVersion.objects.bulk_create(
        BudgetItemVersion(item=item, version=version, ceiling=CEILING * pool.rows, physical_mode="PERCENT")
        for item in items
    )
    lines = BudgetLine.objects.bulk_create(
        BudgetLine(
            item=item, account_code=f"5.1.02.01.001.{number:05}", account_name=f"Belanja {number}", fund_source="PAD"
        )
        for item in items
        for number in range(1, pool.rows + 1)
    )  # fmt: skip
    BudgetLineVersion.objects.bulk_create(
        BudgetLineVersion(line=line, version=version, ceiling=CEILING) for line in lines
    )


def _live_through(pool: str) -> None:
    """The first month: entered, submitted, verified, signed and published, a set at a time."""
    officer, verifier, head = (User.objects.get(pk=person(pool, role)) for role in ROLES)
    for ids in _portions(drafts(pool, 1)):
        lines = lines_of(ids)
        saved = save_entries(actor=officer, entries=[entry(pk, 1, lines[pk], 50) for pk in ids])
        must(len(saved.versions) == len(ids), f"{saved.refusals} {saved.findings}")
        versions: dict[int, int | None] = dict(saved.versions)
        done = [submit(actor=officer, versions=versions)]
        for verb, actor in ((route.VERIFY, verifier), (route.SIGN, head), (route.PUBLISH, head)):
            done.append(engine.perform(verb, Report, versions, actor=actor))
        for outcomes in done:
            must(all(one.done for one in outcomes), f"{[one for one in outcomes if not one.done][:1]}")


def _portions(ids: list[int]) -> Iterator[list[int]]:
    source = iter(ids)
    while portion := list(islice(source, AT_ONCE)):
        yield portion
