"""The figures, against the worked examples of the domain."""

from decimal import Decimal as D

import pytest

from submissions import formulas as f


def shown(value, places=2):
    return None if value is None else str(f.half_up(value, places))


def test_T1_totals_are_weighted_by_ceilings():
    items = [
        f.Weighed(D(1_000_000_000), D(40)),
        f.Weighed(D(250_000_000), D(100)),
        f.Weighed(D(750_000_000), D(10)),
    ]

    weights = f.weights([item.ceiling for item in items])

    assert [shown(weight) for weight in weights] == ["50.00", "12.50", "37.50"]
    parts = [f.weighted(weight, item.points) for weight, item in zip(weights, items, strict=True)]
    assert [shown(part) for part in parts] == ["20.00", "12.50", "3.75"]
    assert shown(f.weighted_physical(items)) == "36.25"
    assert shown(f.simple_mean([item.points for item in items])) == "50.00"
    assert f.physical_value(items) == D(725_000_000)


def test_T2_a_revised_ceiling_gives_a_published_and_a_restated_absorption():
    assert shown(f.absorption(D(600), D(1000))) == "60.00"
    assert shown(f.absorption(D(600), D(800))) == "75.00"
    assert shown(f.absorption(D(650), D(800))) == "81.25"
    assert D(800) - f.cumulative([D(600), D(50)])[-1] == 150


def test_T3_a_small_lag_is_on_plan():
    lag = f.deviation(D("67.89"), D("69.21"))

    assert lag == D("-1.32")
    assert f.colour(lag) == f.GREEN


def test_T4_five_and_a_half_points_behind_late_in_a_contract_is_critical():
    lag = f.deviation(D("66.50"), D("72.00"))

    assert lag == D("-5.50")
    assert f.colour(lag) == f.YELLOW
    assert f.critical_contract(D("72.00"), D("66.50")) == "II"


def test_T5_nine_points_behind_early_in_a_contract_is_not_critical():
    lag = f.deviation(D("59.00"), D("68.00"))

    assert lag == D("-9.00")
    assert f.colour(lag) == f.YELLOW
    assert f.critical_contract(D("68.00"), D("59.00")) is None


def test_T6_halves_are_rounded_away_from_zero():
    assert str(f.half_up(D("12.345"))) == "12.35"
    assert str(f.half_up(D("-1.325"))) == "-1.33"


def test_T7_timeliness_counts_who_is_late_and_how_late():
    reports = [0] * 30 + [1, 1, 2, 3, 5, 9] + [None] * 4

    assert shown(f.timeliness_binary(reports)) == "75.00"
    assert shown(f.timeliness(reports)) == "84.75"


def test_a_very_late_report_scores_nothing_and_not_less():
    assert f.timeliness([11]) == 0


def test_T8_a_total_is_shown_with_its_coverage():
    total = f.coverage(D(572), D(880), D(1000))

    assert shown(total.of_reported) == "65.00"
    assert shown(total.covered) == "88.00"
    assert shown(total.of_total) == "57.20"
    assert not total.complete
    assert f.coverage(D(572), D(1000), D(1000)).complete
    assert shown(f.count_coverage(3, 4)) == "75.00"


@pytest.mark.parametrize(
    ("value", "name"), [("91", "ST"), ("90.99", "T"), ("76", "T"), ("66", "S"), ("51", "R"), ("50.99", "SR")]
)
def test_T9_bands_begin_at_their_limits(value, name):
    assert f.band(D(value)) == name


def test_a_band_is_judged_on_the_exact_value():
    assert f.band(D("90.996")) == "T"


def test_T10_nothing_is_divided_by_a_ceiling_of_zero():
    assert f.absorption(D(5), D(0)) is None
    assert f.planned_financial(D(5), D(0)) is None
    assert f.physical_of_volume(D(5), D(0)) is None
    assert f.achievement(D(5), D(0)) is None
    assert f.weights([D(100), D(0)]) == (D(100), None)
    assert f.weighted(None, D(5)) is None
    assert f.weighted_physical([f.Weighed(D(0), D(100))]) is None
    assert f.weighted_physical([f.Weighed(D(0), D(100)), f.Weighed(D(10), D(40))]) == 40
    assert f.coverage(D(0), D(0), D(0)) == f.Coverage(None, None, None)
    assert not f.coverage(D(0), D(0), D(0)).complete
    assert f.simple_mean([]) is None
    assert f.timeliness([]) is f.timeliness_binary([]) is f.count_coverage(0, 0) is None


@pytest.mark.parametrize(
    ("points", "name"),
    [
        ("-5.00", "GREEN"),
        ("-10.00", "YELLOW"),
        ("-10.01", "RED"),
        ("0", "GREEN"),
        ("0.01", "AHEAD"),
        ("-5.001", "YELLOW"),
    ],
)
def test_T15_colours_change_at_their_limits(points, name):
    assert f.colour(D(points)) == name


def test_without_a_plan_there_is_no_deviation_and_no_colour():
    assert f.deviation(D(5), None) is None
    assert f.colour(None) is None
    assert f.band(None) is None


def test_a_government_may_set_other_limits():
    assert f.colour(D(-6), f.Limits(green=D(-7), yellow=D(-15))) == f.GREEN


@pytest.mark.parametrize(
    ("plan", "actual", "after_year", "period"),
    [
        ("70", "60", False, None),
        ("70", "59.99", False, "I"),
        ("70.01", "65.01", False, None),
        ("70.01", "65.00", False, "II"),
        ("80", "76", True, "YEAR_END"),
        ("80", "75", True, "YEAR_END"),
        ("60", "58", True, None),
    ],
)
def test_contracts_become_critical_by_period(plan, actual, after_year, period):
    assert f.critical_contract(D(plan), D(actual), after_year) == period


def test_achievements_are_capped_only_in_an_average():
    assert f.achievement(D(120), D(100)) == 120
    assert f.average_achievement([D(120), D(50), None]) == 75


def test_a_forecast_adds_the_mean_of_the_last_three_months():
    assert f.forecast([D(50), D(1), D(2), D(3)]) == D(58)
    assert f.forecast([D(50), D(1), D(2), D(3)], months=2) == D(60)
    assert f.forecast([D(90), D(9)]) == 100
    assert f.forecast([]) is None


def ranked(code, absorption, physical=50, ceiling=100, covered=100):
    share = None if absorption is None else D(absorption)
    return f.Ranked(code, D(ceiling), share, D(physical), D(covered))


def test_the_ranking_breaks_ties_and_puts_incomplete_units_last():
    rows = [
        ranked("a", 50),
        ranked("b", 60, covered=99),
        ranked("c", 50, physical=60),
        ranked("d", 50, ceiling=200),
        ranked("e", None),
        ranked("f", 50),
        ranked("g", 90),
    ]

    assert [row.code for row in f.ranking(rows)] == ["g", "c", "d", "a", "f", "e", "b"]


def test_units_are_ranked_among_their_own_size():
    rows = [ranked(str(n), n, ceiling=n) for n in range(1, 9)]

    assert [[row.code for row in group] for group in f.size_classes(rows)] == [
        ["8", "7"],
        ["6", "5"],
        ["4", "3"],
        ["2", "1"],
    ]
    assert [len(group) for group in f.size_classes(rows[:2])] == [1, 1]


def test_the_agency_index_weighs_its_parts_and_leaves_out_what_is_unknown():
    assert f.agency_index(D(80), D(120), D(60), D(90)) == D("83")
    assert f.agency_index(D(80), None, None, None) == 80
    assert f.agency_index(None, None, None, None) is None
    assert f.data_quality(returns=2, amendments=1) == 80
    assert f.data_quality(returns=30, amendments=0) == 0


def test_what_may_remain_unspent_is_what_is_neither_realised_nor_expected():
    assert f.unspent_risk(D(1000), D(600), D(250)) == 150
