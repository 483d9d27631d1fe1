"""Drawings: the same numbers in the picture, in the table and in the file; no style attribute anywhere."""

from collections.abc import Iterator
from decimal import Decimal
from xml.etree import ElementTree

import pytest
from django.utils.translation import override

from portal.charts import Bar, Point, bars, s_curve
from portal.dashboards.curves import PHYSICAL, forecasts, points_of
from portal.figures import Total

SVG = "{http://www.w3.org/2000/svg}"


@pytest.fixture(autouse=True)
def english() -> Iterator[None]:
    with override("en"):
        yield


def months(*actual: str | None) -> list[Point]:
    plan = [Decimal(10) * n for n in range(1, 7)]
    given = [*actual, *[None] * (6 - len(actual))]
    return [
        Point(f"M{n}", plan[n - 1], None if one is None else Decimal(one)) for n, one in enumerate(given, 1)
    ]


def test_a_curve_has_its_lines_its_names_and_its_numbers() -> None:
    chart = s_curve("The title", [*months("5", "12")[:5], Point("M6", Decimal(60), None, Decimal(40))])
    assert [row.cells for row in chart.rows][1] == ("20.00", "12.00", "–")
    assert chart.rows[5].cells == ("60.00", "–", "40.00")
    assert 'role="img"' in chart.svg
    assert (
        "<title>The title</title><desc>plan: 60.00 %; actual: 12.00 %; forecast: 40.00 %</desc>" in chart.svg
    )
    for name in ("60.0 % plan", "12.0 % actual", "40.0 % forecast"):
        assert f">{name}</text>" in chart.svg


def test_the_page_gets_classes_and_paper_gets_attributes_and_nothing_gets_a_style() -> None:
    chart = s_curve("<T & t>", months("5", "12"))
    assert 'class="c-plan"' in chart.svg
    assert "class=" not in chart.alone
    assert 'stroke="#77827f"' in chart.alone
    assert "style" not in chart.svg + chart.alone
    root = ElementTree.fromstring(chart.alone)  # noqa: S314 - our own
    assert root.findtext(f"{SVG}title") == "<T & t>"


def test_months_run_from_left_to_right_in_every_language() -> None:
    with override("ur"):
        chart = s_curve("t", months("5", "12"))
    assert 'direction="ltr"' in chart.svg
    texts = ElementTree.fromstring(chart.alone).iter(f"{SVG}text")  # noqa: S314 - our own
    places = [float(one.attrib["x"]) for one in texts if (one.text or "").startswith("M")]
    assert places == sorted(places)
    assert len(places) == 6


def test_what_is_not_known_is_a_gap_and_no_zero() -> None:
    chart = s_curve("t", months("5", None, "30", "40"))
    assert chart.svg.count('class="c-actual"') == 1  # the one run of two months; a single month is a dot
    assert chart.svg.count('class="c-dot"') == 3
    assert chart.rows[1].cells[1] == "–"


def test_a_month_that_is_not_complete_is_hollow_and_says_so() -> None:
    chart = s_curve("t", [Point("Jan", Decimal(10), Decimal(8), complete=False)])
    assert 'class="c-open"' in chart.svg
    assert chart.rows[0].cells[1] == "8.00 (incomplete)"


def test_bars_have_their_figure_and_their_plan() -> None:
    chart = bars("t", [Bar("Roads <b>", Decimal(50), Decimal("62.5"), url="/x/"), Bar("Nobody", None)])
    assert "Roads &lt;b&gt;" in chart.svg
    assert 'width="186.0"' in chart.svg
    assert chart.rows[0].url == "/x/"
    assert chart.rows[1].cells == ("–", "–", "")


def test_the_forecast_goes_on_with_the_mean_of_three_steps_up_to_the_whole() -> None:
    """W-8."""
    ahead = forecasts({1: Decimal(10), 2: Decimal(30), 3: Decimal(40)})
    assert [ahead[month] for month in (4, 7, 12)] == [
        Decimal(40) + Decimal(40) / 3, Decimal(40) + Decimal(40) / 3 * 4, Decimal(100),
    ]  # fmt: skip
    assert 3 not in ahead
    assert forecasts({}) == {}


def test_who_began_in_march_is_not_taken_for_three_times_as_fast() -> None:
    assert forecasts({3: Decimal(30)})[4] == Decimal(40)


def test_a_month_that_is_not_open_has_its_plan_only() -> None:
    total = Total(required=1, plan_ceiling=Decimal(100), plan_value=Decimal(2500))
    (point,) = points_of({4: total}, {4: "Apr"}, PHYSICAL)[3:4]
    assert (point.label, point.plan, point.actual, point.forecast) == ("Apr", Decimal(25), None, None)
