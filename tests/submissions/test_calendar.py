"""Months are opened in order, once, with one report for each sub-activity that has a budget."""

from datetime import UTC, date, datetime, timedelta
from io import BytesIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from ledger.clock import now
from ledger.recording import recorded
from registry.imports.plan_options import PlanOptions
from registry.models import BudgetItem, BudgetItemVersion, MonthlyPlan, Unit
from submissions import calendar, pinning, services
from submissions.calendar import CalendarRefused, close_month, month_of, open_month
from submissions.models import Holiday, Period, Report, ReportLine
from submissions.plans import bring_plan
from tests.cast import World
from workflow import granting
from workflow.models import RouteVersion

OLD, NEW = "1.03.10.2.01.0051", "1.03.10.2.01.0099"


def test_a_month_has_one_report_per_item_and_one_line_per_budget_line(cast: World) -> None:
    cast.item(ceilings=(100, 50))
    cast.item("1.03.10.2.01.0053")
    opened = open_month(fiscal_year=cast.year, month=1)
    assert (opened.periods, opened.reports) == (1, 2)
    assert ReportLine.objects.count() == 3
    report = Report.objects.earliest("pk")
    assert (report.state, int(report.ceiling), report.revision, report.history.count()) == (
        "draft",
        150,
        0,
        1,
    )
    assert len(report.token) == 22


def test_opening_twice_changes_nothing(cast: World) -> None:
    cast.items(3)
    open_month(fiscal_year=cast.year, month=1)
    again = open_month(fiscal_year=cast.year, month=1)
    assert (again.periods, again.reports, Report.objects.count()) == (0, 0, 3)


def test_an_item_that_comes_later_is_added(cast: World) -> None:
    cast.items(1)
    open_month(fiscal_year=cast.year, month=1)
    cast.item("1.03.10.2.01.0099")
    assert open_month(fiscal_year=cast.year, month=1).reports == 1


def test_an_item_without_a_ceiling_needs_no_report(cast: World) -> None:
    cast.item(ceilings=(0,))
    cast.item("1.03.10.2.01.0053")
    assert open_month(fiscal_year=cast.year, month=1).reports == 1


def test_a_month_cannot_be_skipped(cast: World) -> None:
    cast.items(1)
    open_month(fiscal_year=cast.year, month=1)
    with pytest.raises(CalendarRefused, match="calendar.order"):
        open_month(fiscal_year=cast.year, month=3)


def test_the_same_code_in_twelve_health_centres_gives_twelve_reports(cast: World) -> None:  # T-20
    for number in range(12):
        centre = Unit.objects.create(
            government=cast.government,
            parent=cast.agency,
            kind="HEALTH_CENTRE",
            code=f"P{number}",
            name=f"Puskesmas {number}",
        )
        cast.item("1.02.05.2.03.0001", unit=centre)
    assert open_month(fiscal_year=cast.year, month=1).reports == 12


def test_due_moments_are_kept_as_they_were_computed(cast: World) -> None:
    cast.items(1)
    open_month(fiscal_year=cast.year, month=1)
    period = Period.objects.get()
    assert period.first_day == date(2026, 1, 1)
    assert period.submit_from == datetime(2026, 1, 31, 16, tzinfo=UTC)  # 1 February 00:00 WITA
    assert period.entry_due == datetime(2026, 2, 5, 15, 59, 59, tzinfo=UTC)
    assert period.sign_due == datetime(2026, 2, 10, 15, 59, 59, tzinfo=UTC)
    Holiday.objects.create(government=cast.government, day=date(2026, 2, 10), name="Libur")
    open_month(fiscal_year=cast.year, month=1)
    assert Period.objects.get().sign_due == period.sign_due


def test_a_holiday_moves_the_due_day(cast: World) -> None:
    Holiday.objects.create(government=cast.government, day=date(2026, 2, 10), name="Libur")
    cast.items(1)
    open_month(fiscal_year=cast.year, month=1)
    assert Period.objects.get().sign_due == datetime(2026, 2, 11, 15, 59, 59, tzinfo=UTC)


def test_time_progresses_as_planned_without_a_click(cast: World) -> None:
    cast.item(mode="TIME", physical=[8] * 11 + [12])
    (report,) = cast.open()
    assert report.increment == 8


def test_nothing_moves_in_a_closed_month(cast: World) -> None:
    cast.items(1)
    reports = cast.open()
    cast.entered(reports, 1)
    assert close_month(fiscal_year=cast.year, month=1) == 1
    assert close_month(fiscal_year=cast.year, month=1) == 0
    (outcome,) = services.submit(actor=cast.ani, versions=cast.versions(reports))
    assert (outcome.done, outcome.code) == (False, "route.window_locked")
    saved = services.save_entries(actor=cast.ani, entries=[cast.entry(reports[0], 2)])
    assert saved.refusals[reports[0].pk].code == "route.window_locked"


def test_the_commands_say_what_they_did_and_what_is_wrong(
    cast: World, capsys: pytest.CaptureFixture[str]
) -> None:
    cast.items(2)
    call_command("open_month", "2026-01")
    assert "2 reports" in capsys.readouterr().out
    with pytest.raises(CommandError, match="2026-13"):
        call_command("open_month", "2026-13")
    with pytest.raises(CommandError, match="2031-01"):
        call_command("open_month", "2031-01")
    with pytest.raises(CommandError, match="9.99"):
        call_command("open_month", "2026-02", "--unit", "9.99")
    call_command("close_month", "2026-01")
    assert "1 periods closed" in capsys.readouterr().out


def test_fiscal_months_of_a_year_that_starts_in_july(cast: World) -> None:
    cast.government.fiscal_start_month = 7
    cast.government.save()
    cast.year.start_date, cast.year.end_date = date(2026, 7, 1), date(2027, 6, 30)
    cast.year.save()
    assert month_of(cast.government, "2026-07") == (cast.year, 1)
    assert month_of(cast.government, "2027-06") == (cast.year, 12)


def test_a_new_budget_version_reaches_open_reports_and_leaves_submitted_ones(cast: World) -> None:
    cast.items(2)
    first, second = cast.open()
    cast.submitted([first], 10)
    version = BudgetItemVersion.objects.get(item=second.item)
    BudgetItemVersion.objects.update(ceiling=70)
    MonthlyPlan.objects.create(item_version=version, month=1, physical=3)
    assert pinning.repin(fiscal_year=cast.year, unit=cast.agency) == 1
    ceilings = dict(Report.objects.values_list("pk", "ceiling"))
    assert ceilings == {first.pk: 100, second.pk: 70}


def test_what_a_new_version_drops_has_nothing_left_to_spend(cast: World) -> None:
    cast.items(1)
    (report,) = cast.open()
    cast.entered([report], 10)
    BudgetItemVersion.objects.update(active=False)
    assert pinning.repin(fiscal_year=cast.year, unit=cast.agency) == 1
    assert Report.objects.get().ceiling == 0


def test_points_do_not_become_output_units_when_progress_is_counted_anew(cast: World) -> None:
    cast.items(1)
    (report,) = cast.open()
    cast.entered([report], 10)
    BudgetItemVersion.objects.update(physical_mode="VOLUME", output_target=40)
    pinning.repin(fiscal_year=cast.year, unit=cast.agency)
    fresh = Report.objects.get()
    assert (fresh.physical_mode, fresh.increment, fresh.volume) == ("VOLUME", None, None)
    assert pinning.repin(fiscal_year=cast.year, unit=cast.agency) == 0


def test_what_comes_into_an_open_month_keeps_the_route_of_that_month(cast: World) -> None:
    """A new version of a route applies to periods that are opened later, also when a sub-activity is added late."""
    cast.item("1.03.10.2.01.0001")
    cast.open()
    first = RouteVersion.objects.get(code="DINAS")
    with recorded(None):
        second = RouteVersion.objects.create(code="DINAS", number=2, name="Dinas", tiers=first.tiers)
    cast.item("1.03.10.2.01.0002")
    assert {report.route for report in cast.open()} == {first}
    assert {report.route for report in cast.open(2)} == {second}


def test_a_large_month_is_opened_in_portions_and_nothing_is_missing(
    cast: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(calendar, "AT_ONCE", 2)
    cast.items(5)
    reports = cast.open()
    lines = list(ReportLine.objects.filter(report__in=reports).order_by("pk"))
    assert len(reports) == 5 and {line.report_id for line in lines} == {report.pk for report in reports}
    assert ReportLine.history.filter(id__in=[line.pk for line in lines]).count() == len(lines)


def brought(cast: World, *codes: str, month: int = 1, **options: Any) -> None:
    """The revised budget of Ani's agency: these sub-activities, of one line each, from a month on."""
    rows = ["sub_activity_code,account_code,fund_source,ceiling"]
    rows += [f"{code},5.1.02.01.001.00001,PAD,100" for code in codes]
    result = bring_plan(
        source=BytesIO("\n".join(rows).encode()), name="dppa.csv", unit=cast.agency, fiscal_year=cast.year,
        options=PlanOptions("en", version="perubahan", effective_months=[str(month)]), **options,
    )  # fmt: skip
    assert not result.errors, result.errors


def months_of(code: str) -> list[int]:
    """Months of which there is a report of a sub-activity."""
    reports = Report.objects.filter(item__sub_activity_code=code)
    return list(reports.order_by("period__month").values_list("period__month", flat=True))


def test_what_a_new_budget_brings_into_an_open_month_is_reported_in_it_at_once(cast: World) -> None:
    """The revised budget of February comes when February is open already: nobody has to open it again by hand."""
    cast.item(OLD)
    cast.open(1)
    cast.at("2026-02-27 09:00")
    (before,) = cast.open(2)
    brought(cast, OLD, NEW, month=2, dry_run=True)
    assert months_of(NEW) == []
    brought(cast, OLD, NEW, month=2, actor=cast.root)
    assert months_of(NEW) == [2]
    BudgetItem.objects.update(officer_post=cast.posts["officer"])
    report = Report.objects.get(item__sub_activity_code=NEW)
    assert (report.route, report.budget_version.kind, report.lines.count()) == (before.route, "perubahan", 1)
    first, line = report.history.get(), report.lines.get().history.get()
    assert [(one.history_type, one.history_user) for one in (first, line)] == [("+", cast.root)] * 2
    assert cast.entered([report], 10)
    assert open_month(fiscal_year=cast.year, month=2).reports == 0
    call_command("check_rollups")


def test_what_a_new_budget_brings_into_a_locked_month_is_reported_there_only_while_it_is_reopened(
    cast: World,
) -> None:
    """A report of January that nobody may enter would hold February up (V-50)."""
    cast.item(OLD)
    cast.open(1)
    cast.open(2)
    Period.objects.filter(month=1).update(lock_at=now() - timedelta(days=1))
    brought(cast, OLD, NEW)
    assert months_of(NEW) == [2]
    granting.give(
        key="january", kind="reopening", actor=cast.root, office="Bagian", scope_path=cast.agency.path,
        subjects=["2026-01"], reason="Pagu baru datang terlambat", expires_at=now() + timedelta(days=3),
    )  # fmt: skip
    later = "1.03.10.2.01.0100"
    brought(cast, OLD, NEW, later)
    assert (months_of(NEW), months_of(later)) == ([1, 2], [1, 2])
    close_month(fiscal_year=cast.year, month=1)
    last = "1.03.10.2.01.0101"
    brought(cast, OLD, NEW, later, last)
    assert months_of(last) == [2]


def test_a_new_budget_makes_no_second_report_of_who_reports_to_another_agency_now(cast: World) -> None:
    centre = Unit.objects.create(
        government=cast.government, parent=cast.other_agency, kind="UPTD", code="P1", name="UPTD Jalan"
    )
    cast.item(OLD, unit=centre)
    cast.item("1.03.10.2.01.0053")
    cast.open(1)
    centre.parent = cast.agency
    centre.save()
    cast.agency.refresh_from_db()
    assert open_month(fiscal_year=cast.year, month=1).reports == 0
    assert calendar.complete(fiscal_year=cast.year, unit=Unit.objects.get(pk=centre.pk)) == 0
    assert months_of(OLD) == [1]


def test_what_a_unit_is_new_with_is_its_own_affair(cast: World) -> None:
    """An import of one unit makes no reports of another one, whose figures it does not look at."""
    cast.item(OLD)
    cast.open(1)
    centre = Unit.objects.create(
        government=cast.government, parent=cast.agency, kind="UPTD", code="P1", name="UPTD Jalan"
    )
    cast.item("1.03.10.2.01.0053", unit=centre)
    brought(cast, OLD, NEW)
    assert (months_of(NEW), months_of("1.03.10.2.01.0053")) == ([1], [])


def test_a_budget_with_one_new_sub_activity_and_one_with_thirty_cost_the_same(
    cast: World, statements: Any
) -> None:
    cast.item(OLD)
    cast.open(1)
    cast.open(2)
    costs: list[int] = []
    for codes in ([NEW], [f"1.03.10.2.02.{number:04}" for number in range(30)]):
        with statements() as seen:
            brought(cast, OLD, *codes, month=len(costs) + 1)
        costs.append(len(seen))
        assert all(months_of(code) for code in codes)
    assert costs[0] == costs[1]
