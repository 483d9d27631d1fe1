"""What is kept of published figures always says what the reports say, whoever wrote last."""

import json
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from io import BytesIO, StringIO
from random import Random
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection, connections, transaction
from django.db.models import Min

from bench.shaking import REASON, Shaker
from ledger.clock import now
from portal import selectors
from registry.imports import adapters
from registry.imports.plan_options import PlanOptions
from registry.models import BudgetItem, BudgetItemVersion, BudgetVersion, FiscalYear, MonthlyPlan, Unit
from submissions import formulas, rollups, services
from submissions.calendar import open_month
from submissions.models import Period, Report
from submissions.plans import Foreign, bring_file, bring_plan
from tests.portal.world import Agency, World
from workflow import granting, route

ROAD, BRIDGE, CANAL = "1.03.10.2.01.0051", "1.03.10.2.01.0053", "1.03.02.2.02.0014"
NOTHING = Decimal(0)


@pytest.fixture
def world(clock: Callable[[datetime], None]) -> World:
    return World(clock)


@pytest.fixture
def works(world: World) -> Agency:
    return world.agency("1.03", "Dinas PUPR")


def compared(year: FiscalYear) -> rollups.Compared:
    with connection.cursor() as cursor:
        return rollups.compare(cursor, year.pk, rollups.units_of(cursor, year.pk))


def equal(world: World) -> None:
    """Both tables say what the formula says, and there is something to be said."""
    found = compared(world.year)
    assert found.wrong == 0, found.differences[:3]
    assert found.items and found.units


def kept(world: World, month: int, unit: Unit | None = None) -> Any:
    return selectors.year_months(world.year, unit)[month]


# --- An account of its own: the same figures, added up in Python from the rows, with the formulas of the domain -----------


@dataclass
class Account:
    """What one sub-activity stands at in one month."""

    required: bool
    reported: bool
    ceiling: Decimal | None
    in_force: Decimal | None
    realised: Decimal | None
    this_month: Decimal | None
    physical: Decimal | None
    planned: Decimal | None
    plan_cash: Decimal | None
    plan_physical: Decimal | None
    stands: Decimal | None


def accounts(year: FiscalYear) -> dict[tuple[int, int], Account]:
    """Of each sub-activity and month that has anything to say."""
    newest = max(Period.objects.filter(fiscal_year=year).values_list("month", flat=True), default=0)
    published: dict[int, dict[int, Report]] = defaultdict(dict)
    for report in Report.objects.filter(state="published").select_related("period").prefetch_related("lines"):
        published[report.item_id][report.period.month] = report
    heard = dict(Report.objects.values_list("item").annotate(Min("period__month")))
    found = {}
    for item in BudgetItem.objects.filter(fiscal_year=year):
        for month in range(1, max(newest, 12) + 1):
            one = _account(item, month, published[item.pk], heard.get(item.pk, 14) <= month, month <= newest)
            if one:
                found[item.pk, month] = one
    return found


def _account(
    item: BudgetItem, month: int, reports: dict[int, Report], heard: bool, opened: bool
) -> Account | None:
    stand = in_force(item, month)
    until = [reports[number] for number in sorted(reports) if number <= month] if opened else []
    report = reports.get(month) if opened else None
    if stand is None and not until:
        return None
    money = [
        sum((line.realized for line in each.lines.all() if line.realized is not None), NOTHING)
        for each in until
    ]
    pinned = (
        BudgetItemVersion.objects.filter(item=item, version=report.budget_version).first() if report else None
    )
    planned = plan_to_date(pinned, month, report)
    ahead = plan_to_date(stand, month, stand)
    return Account(
        required=bool(report or (stand and (stand.ceiling > 0 or heard))),
        reported=report is not None,
        ceiling=report.ceiling if report else stand.ceiling if stand else None,
        in_force=stand.ceiling if stand else None,
        realised=formulas.cumulative(money)[-1] if money else None,
        this_month=money[-1] if report else None,
        physical=progress(until, report) if report else None,
        stands=progress(until, report or stand) if report or stand else None,
        planned=planned[1],
        plan_cash=ahead[0],
        plan_physical=ahead[1],
    )


def in_force(item: BudgetItem, month: int) -> BudgetItemVersion | None:
    versions = BudgetVersion.objects.filter(
        unit=item.unit_id, fiscal_year=item.fiscal_year_id, effective_month__lte=month
    )
    newest = versions.order_by("effective_month", "sequence").last()
    return (
        BudgetItemVersion.objects.filter(item=item, version=newest, active=True).first() if newest else None
    )


def progress(until: list[Report], mode: Any) -> Decimal | None:
    if mode.physical_mode == "VOLUME":
        volumes = [each.volume for each in until if each.volume is not None]
        return formulas.physical_of_volume(sum(volumes, NOTHING), mode.output_target) if volumes else None
    points = [each.increment for each in until if each.increment is not None]
    return sum(points, NOTHING) if points else None


def plan_to_date(
    stand: BudgetItemVersion | None, month: int, mode: Any
) -> tuple[Decimal | None, Decimal | None]:
    if stand is None:
        return None, None
    months = MonthlyPlan.objects.filter(item_version=stand, month__lte=month)
    cash = [one.cash for one in months if one.cash is not None]
    physical = [one.physical for one in months if one.physical is not None]
    points = sum(physical, NOTHING) if physical else None
    if points is not None and mode.physical_mode == "VOLUME":
        points = formulas.physical_of_volume(points, mode.output_target)
    return sum(cash, NOTHING) if cash else None, points


def agrees(world: World) -> None:
    """The totals of each month, of all agencies, with the account's."""
    found, year = accounts(world.year), selectors.year_months(world.year)
    for month in range(1, 13):
        rows = [one for (_, number), one in found.items() if number == month]
        total = year[month]
        assert (total.items, total.required) == (len(rows), sum(one.required for one in rows))
        assert total.reported == sum(one.reported for one in rows)
        assert total.ceiling == added(one.ceiling for one in rows if one.required)
        assert total.in_force_ceiling == added(one.in_force for one in rows)
        assert (total.realised or NOTHING) == added(one.realised for one in rows)
        assert (total.this_month or NOTHING) == added(one.this_month for one in rows)
        close(total.physical, weighed((one.ceiling, one.physical) for one in rows))
        done = [
            one.ceiling * one.stands
            for one in rows
            if one.required and one.ceiling is not None and one.stands is not None
        ]
        close(total.physical_of_total, added(done) / total.ceiling if done and total.ceiling else None)
        close(total.planned_physical, weighed((one.ceiling, one.planned) for one in rows if one.reported))
        close(total.plan_physical, weighed((one.in_force, one.plan_physical) for one in rows if one.required))
        with_cash = [one for one in rows if one.required and one.plan_cash is not None and one.in_force]
        money = formulas.percent(
            added(one.plan_cash for one in with_cash), added(one.in_force for one in with_cash)
        )
        close(total.plan_money, money)


def added(values: Iterable[Decimal | None]) -> Decimal:
    return sum((value for value in values if value is not None), NOTHING)


def weighed(rows: Iterator[tuple[Decimal | None, Decimal | None]]) -> Decimal | None:
    return formulas.weighted_physical(
        formulas.Weighed(ceiling, points)
        for ceiling, points in rows
        if ceiling is not None and points is not None
    )


def close(told: Decimal | None, expected: Decimal | None) -> None:
    """Equal but for the last of 28 digits, where Python and PostgreSQL divide differently."""
    if told is None or expected is None:
        assert told is expected, (told, expected)
    else:
        assert abs(told - expected) < Decimal("1e-9"), (told, expected)


# --- Each writer -------------------------------------------------------------------------------------------------------


def plan(*months: tuple[object, object]) -> dict[int, tuple[Decimal | None, Decimal | None]]:
    return {
        number: (Decimal(str(cash)), Decimal(str(points))) for number, (cash, points) in enumerate(months, 1)
    }


def test_a_month_that_is_not_open_has_its_plan_and_nothing_else(world: World, works: Agency) -> None:
    world.item(works, ROAD, Decimal(1000), plan=plan((100, 10), (200, 20), (300, 30)))
    world.open(1)
    march = kept(world, 3)
    assert (march.plan_money, march.plan_physical) == (Decimal(60), Decimal(60))
    assert (march.in_force_ceiling, march.reported, march.realised) == (Decimal(1000), 0, None)
    assert len(selectors.year_months(world.year)) == 12
    equal(world)


def test_what_is_published_is_in_every_open_month_that_follows(world: World, works: Agency) -> None:
    item = world.item(works, ROAD, Decimal(1000), plan=plan((100, 10), (200, 20)))
    world.open(1)
    report = world.enter(item, 1, Decimal(250), increment=Decimal(20))
    assert kept(world, 1).realised is None
    open_month(fiscal_year=world.year, month=2)
    world.publish(works, report)
    months = selectors.year_months(world.year)
    assert [months[number].realised for number in (1, 2, 3)] == [Decimal(250), Decimal(250), None]
    assert months[1].deviation_physical == Decimal(10)
    assert months[2].reported == 0
    equal(world)
    agrees(world)


def test_a_correction_replaces_what_it_corrects_in_all_later_months(world: World, works: Agency) -> None:
    item = world.item(works, ROAD, Decimal(1000))
    world.open(1)
    world.done(works, item, 1, Decimal(250))
    world.open(2)
    world.done(works, item, 2, Decimal(100))
    amended(world, works, item, 1, Decimal(300))
    months = selectors.year_months(world.year)
    assert [months[number].realised for number in (1, 2)] == [Decimal(300), Decimal(400)]
    assert (months[1].reported, months[1].items) == (1, 1)
    equal(world)
    agrees(world)


def amended(world: World, agency: Agency, item: BudgetItem, month: int, money: Decimal) -> Report:
    """Permitted, entered anew and published."""
    old = Report.objects.get(item=item, period__month=month, state="published")
    head = agency.people["agency_head"]
    granting.give(
        key=f"amend-{old.pk}", kind="amendment", actor=head, office="Bagian", scope_path=agency.unit.path,
        subjects=[f"2026-{month:02}"], reason=REASON, expires_at=now() + timedelta(days=3),
    )  # fmt: skip
    (outcome,) = services.amend(actor=head, versions={old.pk: old.version}, reason=REASON)
    assert outcome.done, outcome
    draft = Report.objects.get(item=item, period__month=month, state="draft")
    draft.lines.update(realized=money)
    world.publish(agency, draft)
    return draft


PLAN = """sub_activity_code,account_code,fund_source,ceiling,cash_01,cash_02,physical_01,physical_02
1.03.10.2.01.0051,5.1.02.01.01.0024,DAU,800,300,500,25,75
1.03.02.2.02.0014,5.1.02.01.01.0024,DAU,200,,200,,100
"""


def bring(unit: Unit, year: FiscalYear, text: str, month: int, **options: Any) -> None:
    result = bring_plan(
        source=BytesIO(text.encode()), name="plan.csv", unit=unit, fiscal_year=year,
        options=PlanOptions("en", version="perubahan", effective_months=[str(month)]), **options,
    )  # fmt: skip
    assert not result.errors, result.errors


def test_a_new_budget_is_in_force_from_its_month_and_what_was_published_stays(
    world: World, works: Agency
) -> None:
    item = world.item(works, ROAD, Decimal(1000))
    world.item(works, BRIDGE, Decimal(50))
    world.open(1)
    world.done(works, item, 1, Decimal(600))
    world.open(2)
    bring(works.unit, world.year, PLAN, 2, dry_run=True)
    assert kept(world, 2).in_force_ceiling == Decimal(1050)
    bring(works.unit, world.year, PLAN, 2)
    months = selectors.year_months(world.year)
    assert [months[number].in_force_ceiling for number in (1, 2, 12)] == [
        Decimal(1050),
        Decimal(1000),
        Decimal(1000),
    ]
    assert months[1].absorption == Decimal(60)
    assert months[1].restated(months[2]) == Decimal(60)
    assert months[2].plan_money == Decimal(100)  # of both to date, on the new ceilings
    equal(world)
    agrees(world)


def test_who_has_nothing_to_spend_is_asked_from_the_month_on_in_which_he_first_reported(
    world: World, works: Agency
) -> None:
    """V-06: a report of February asks nothing of January, which is over: nobody could hand it in, and a month that was
    complete would be so no more. Whose money is taken away in March is asked in March all the same."""
    road = world.item(works, ROAD, Decimal(1000))
    idle = world.item(works, BRIDGE, Decimal(0))
    world.open(1)
    assert kept(world, 1).required == 1
    for month, spends in ((2, Decimal(10)), (3, Decimal(0))):
        version = world.version(works.unit, "pergeseran", month)
        world.ceiling(idle, spends, version=version)
        world.ceiling(road, Decimal(1000) - spends, version=version)
        world.open(month)
    open_month(
        fiscal_year=world.year, month=1
    )  # again: what he reported later brings him no report of January
    assert not Report.objects.filter(item=idle, period__month=1)
    assert [kept(world, month).required for month in (1, 2, 3)] == [1, 2, 2]
    equal(world)
    agrees(world)


def test_an_agency_that_comes_later_moves_the_newest_month_of_all(world: World, works: Agency) -> None:
    order = world.agency("1.05", "Satpol PP")
    item = world.item(works, ROAD, Decimal(1000))
    world.item(order, "1.05.02.2.01.0025", Decimal(120))
    world.open(1)
    world.done(works, item, 1, Decimal(600))
    open_month(fiscal_year=world.year, month=2, agencies=[order.unit])
    assert kept(world, 2).realised == Decimal(600)
    equal(world)
    open_month(fiscal_year=world.year, month=2)
    equal(world)
    agrees(world)


def test_a_unit_that_changes_its_agency_takes_its_figures_along(world: World, works: Agency) -> None:
    order = world.agency("1.05", "Satpol PP")
    post = world.unit(works.unit, "UPTD", "1.03.01", "UPTD Jalan")
    item = world.item(works, ROAD, Decimal(1000), unit=post)
    world.item(order, "1.05.02.2.01.0025", Decimal(120))
    world.open(1)
    world.done(works, item, 1, Decimal(600))
    assert kept(world, 1, works.unit).realised == Decimal(600)
    post.parent = order.unit
    post.save()
    works.unit.refresh_from_db()
    assert kept(world, 1, works.unit).items == 0
    assert kept(world, 1, order.unit).realised == Decimal(600)
    assert {one.unit_code: one.total.realised for one in selectors.unit_year(world.year)[1]} == {
        "1.05": Decimal(600)
    }
    equal(world)


def test_each_month_has_the_units_below(world: World, works: Agency) -> None:
    order = world.agency("1.05", "Satpol PP")
    item = world.item(works, ROAD, Decimal(1000))
    world.item(order, "1.05.02.2.01.0025", Decimal(120))
    world.open(1)
    world.done(works, item, 1, Decimal(600))
    year = selectors.unit_year(world.year)
    assert [one.unit_code for one in year[1]] == ["1.03", "1.05"]
    assert [one.total.realised for one in year[1]] == [Decimal(600), None]
    assert [one.total.in_force_ceiling for one in year[12]] == [Decimal(1000), Decimal(120)]
    below = selectors.unit_year(world.year, works.unit)[1]
    assert [(one.unit_code, one.total.realised) for one in below] == [("1.03", Decimal(600))]


def test_sections_are_what_each_verifier_answers_for(world: World, works: Agency) -> None:
    mine, nobodys = world.item(works, ROAD, Decimal(1000)), world.item(works, BRIDGE, Decimal(50))
    BudgetItem.objects.filter(pk=nobodys.pk).update(verifier_post=None)
    world.open(1)
    world.done(works, mine, 1, Decimal(600))
    (month,) = selectors.months(world.year)
    for view in (
        selectors.View(month, unit=works.unit),
        selectors.View(
            month, selectors.HANDED_IN, unit=works.unit, sight=selectors.Sight((works.unit.path,))
        ),
    ):
        first, second = selectors.sections(view)
        assert (first.post_id, first.total.realised) == (works.posts["section_head"].pk, Decimal(600))
        assert (second.post_id, second.total.ceiling) == (0, Decimal(50))
    narrowed = selectors.View(month, unit=works.unit, post=works.posts["section_head"].pk)
    assert selectors.units(narrowed)[0].ceiling == Decimal(1000)
    assert [row.code for row in selectors.items(narrowed)] == [ROAD]


# --- What it costs, and two at once --------------------------------------------------------------------------------------


def test_one_report_and_thirty_cost_the_same(world: World, works: Agency, statements: Any) -> None:
    units = [world.unit(works.unit, "UPTD", f"1.03.{number:02}", f"UPTD {number}") for number in range(3)]
    made = [
        world.item(works, f"1.03.10.2.01.{number:04}", Decimal(100), unit=units[number % 3])
        for number in range(31)
    ]
    world.open(1)
    reports = [world.enter(item, 1, Decimal(5)) for item in made]
    costs = []
    for some in (reports[:1], reports[1:]):
        world.submit(works, *some)
        world.verify(works, *some)
        world.act(route.SIGN, works, "agency_head", some, whole=True)
        with statements() as seen:
            world.act(route.PUBLISH, works, "agency_head", some, whole=True)
        costs.append(len(seen))
        assert sum("month" in one and ("itemmonth" in one or "unitmonth" in one) for one in seen) == 2
    assert costs[0] == costs[1]
    equal(world)


def waiting() -> bool:
    """Whether anybody waits for what this transaction holds."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_stat_clear_snapshot()")
        cursor.execute(
            "SELECT EXISTS (SELECT FROM pg_stat_activity a WHERE pg_backend_pid() = ANY (pg_blocking_pids(a.pid)))"
        )
        return bool(cursor.fetchone()[0])


def test_two_who_publish_at_the_same_moment_lose_nothing_of_each_other(
    committed: dict[str, str], world: World, works: Agency
) -> None:
    """Without the lock of TOUCHED the second waits as well, for the row, but with sums that it made before."""
    made = [world.item(works, code, Decimal(1000)) for code in (ROAD, BRIDGE)]
    world.open(1)
    reports = [world.enter(item, 1, Decimal(250)) for item in made]
    world.submit(works, *reports)
    world.verify(works, *reports)
    world.act(route.SIGN, works, "agency_head", reports, whole=True)

    def second() -> None:
        try:
            world.act(route.PUBLISH, works, "agency_head", reports[1:])
        finally:
            connections.close_all()

    other = threading.Thread(target=second)
    with transaction.atomic():
        world.act(route.PUBLISH, works, "agency_head", reports[:1])
        other.start()
        patience = time.monotonic() + 60
        while not waiting():
            assert other.is_alive() and time.monotonic() < patience, "the second did not wait"
    other.join(60)
    assert kept(world, 1).realised == Decimal(500)
    equal(world)


def test_a_file_of_many_units_and_who_acts_on_their_reports_take_them_in_one_order(
    committed: dict[str, str], world: World, works: Agency
) -> None:
    """Unit by unit as the file names them, each would wait for what the other holds."""
    units = [world.unit(works.unit, "UPTD", f"1.03.{number:02}", f"UPTD {number}") for number in range(2)]
    made = [world.item(works, f"1.03.10.2.01.{unit.pk:04}", Decimal(100), unit=unit) for unit in units]
    world.open(1)
    first, second = (world.report(item, 1) for item in made)
    heads = ["unit_code", "sub_activity_code", "account_code", "account_name", "fund_source", "ceiling"]
    rows = [
        [item.unit.code, item.sub_activity_code, "5.1.02.01.01.0024", "ATK", "DAU", "90"]
        for item in reversed(made)
    ]
    text = "\n".join(",".join(row) for row in [heads, *rows])
    foreign = Foreign(adapters.PLAN, adapters.recognised(heads, adapters.PLAN))
    answers: list[Any] = []

    def bring() -> None:
        try:
            answers.append(
                bring_file(
                    source=BytesIO(text.encode()), name="dpa.csv", foreign=foreign, fiscal_year=world.year,
                    options=PlanOptions("en"),
                )
            )  # fmt: skip
        finally:
            connections.close_all()

    other = threading.Thread(target=bring)
    with transaction.atomic():
        Report.objects.select_for_update().get(pk=first.pk)
        other.start()
        patience = time.monotonic() + 60
        while not waiting():
            assert other.is_alive() and time.monotonic() < patience, f"the import did not wait: {answers}"
        Report.objects.select_for_update().get(pk=second.pk)
    other.join(60)
    assert [(one.errors, one.changed) for one in answers] == [([], True)]
    equal(world)


# --- The command ---------------------------------------------------------------------------------------------------------


def checked(*options: str) -> str:
    out = StringIO()
    call_command("check_rollups", *options, stdout=out)
    return out.getvalue()


def test_the_command_says_how_much_it_compared_and_names_what_is_wrong(world: World, works: Agency) -> None:
    item = world.item(works, ROAD, Decimal(1000))
    world.open(1)
    world.done(works, item, 1, Decimal(250))
    assert checked().startswith(
        "12 months of sub-activities and 12 of units in 1 fiscal years say what the reports say"
    )
    assert json.loads(checked("--json"))["ok"]
    with connection.cursor() as cursor:
        cursor.execute("UPDATE submissions_itemmonth SET realised = 250.01 WHERE month = 1")
        cursor.execute("DELETE FROM submissions_unitmonth WHERE month = 2")
        cursor.execute("UPDATE submissions_unitmonth SET month = 13 WHERE month = 3")
    with pytest.raises(CommandError) as told:
        checked()
    words = str(told.value)
    assert words.startswith("4 of 24 rows say something else than the reports:")
    assert (
        f"2026, month 1, {ROAD} of Dinas PUPR: realised is kept as 250.01, the reports say 250.00." in words
    )
    assert "month 2, Dinas PUPR: nothing is kept of it." in words
    assert "month 13, Dinas PUPR: it is kept, and should not be." in words
    out = StringIO()
    with pytest.raises(CommandError):
        call_command("check_rollups", "--json", stdout=out)
    assert (json.loads(out.getvalue())["wrong"], json.loads(out.getvalue())["ok"]) == (4, False)


# --- At random -----------------------------------------------------------------------------------------------------------


def test_after_sixty_acts_at_random_every_figure_is_what_the_reports_say(world: World, works: Agency) -> None:
    order = world.agency("1.05", "Satpol PP")
    post = world.unit(works.unit, "UPTD", "1.03.01", "UPTD Jalan")
    for number, (agency, unit) in enumerate([(works, works.unit), (works, post), (order, order.unit)] * 3):
        volume = {"physical_mode": "VOLUME", "output_target": Decimal(7)} if number % 4 == 1 else {}
        given = plan(*[(100, 10)] * 10) if number % 3 else {}
        world.item(
            agency, f"1.03.10.2.01.{number:04}", Decimal(1000 + number), unit=unit, plan=given, **volume
        )
    for month in (1, 2, 3):
        world.open(month)
    Period.objects.update(lock_at=datetime(2027, 1, 1, tzinfo=UTC))
    shaker = Shaker(world.year, Random(20260103))
    for acts in (20, 40, 60):
        shaker.shake(acts)
        equal(world)
    agrees(world)
    assert min(shaker.done[name] for name in ("publish", "amend", "plan")) >= 3, (shaker.done, shaker.refused)


def test_a_month_that_is_locked_is_opened_again_before_anything_is_published_in_it(
    world: World, works: Agency
) -> None:
    world.item(works, ROAD, Decimal(1000))
    world.open(1)
    Period.objects.update(lock_at=now() - timedelta(days=1))
    shaker = Shaker(world.year, Random(20260103))
    assert shaker.publish()
    assert kept(world, 1).reported == 1
    equal(world)
