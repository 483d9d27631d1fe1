"""Golden tables of the shipped indicators: every alarm of domain.md 5.5, at its limit and beside it."""

import json
from decimal import Decimal

import pytest
from django.conf import settings

from indicators import labels
from indicators.definitions import Form
from indicators.formulas import FormulaRefused
from indicators.measures import Measured, measure
from indicators.rules import PARTS

SHIPPED = json.loads((settings.BASE_DIR / "indicators" / "data" / "pse-1.json").read_text())
FORM = Form.of(SHIPPED["fields"], SHIPPED["indicators"])


def indicator(code: str, *quarters: str | None, quarter: int = 2) -> Measured:
    """One indicator from figures written as "grants=70 revenue=100", this quarter first; None is a quarter without a pack."""
    figures = [
        None
        if text is None
        else {name: Decimal(value) for name, value in (pair.split("=") for pair in text.split())}
        for text in quarters
    ]
    return next(one for one in measure(FORM, figures, quarter) if one.indicator.code == code)


@pytest.mark.parametrize(
    ("code", "quarters", "value", "band"),
    [
        # Grant dependency: red from 70, or when it rose three quarters in a row.
        ("grant_dependency", ["grants=69.99 revenue=100"], "69.99", "amber"),
        ("grant_dependency", ["grants=70 revenue=100"], "70", "red"),
        ("grant_dependency", ["grants=59 revenue=100"], "59", "green"),
        ("grant_dependency", [f"grants={n} revenue=100" for n in (44, 43, 42, 41)], "44", "red"),
        ("grant_dependency", [f"grants={n} revenue=100" for n in (44, 43, 42, 42)], "44", "green"),
        ("grant_dependency", [f"grants={n} revenue=100" for n in (44, 43, 42)], "44", "green"),
        ("grant_dependency", ["grants=44 revenue=100", "grants=43 revenue=100", None, "grants=1 revenue=100"], "44", "green"),
        ("grant_dependency", ["grants=0 revenue=0"], None, "unknown"),
        ("grant_dependency", ["revenue=100"], None, "unknown"),
        # Growth of own-source revenue against four quarters ago: red below 0.
        ("own_revenue_growth", ["own_revenue=99", None, None, None, "own_revenue=100"], "-1", "red"),
        ("own_revenue_growth", ["own_revenue=100", None, None, None, "own_revenue=100"], "0", "amber"),
        ("own_revenue_growth", ["own_revenue=105", None, None, None, "own_revenue=100"], "5", "green"),
        ("own_revenue_growth", ["own_revenue=105", "own_revenue=200"], None, "unknown"),
        ("own_revenue_growth", ["own_revenue=105", None, None, None, "own_revenue=0"], None, "unknown"),
        # Operating margin: red when it was below 0 in two quarters.
        ("operating_margin", ["revenue=100 opex=101", "revenue=100 opex=101"], "-1", "red"),
        ("operating_margin", ["revenue=100 opex=101", "revenue=100 opex=100"], "-1", "amber"),
        ("operating_margin", ["revenue=100 opex=101"], "-1", "amber"),
        ("operating_margin", ["revenue=100 opex=100", "revenue=100 opex=101"], "0", "green"),
        # Salary ratio: red above 65.
        ("salary_ratio", ["employee_cost=65 opex=100"], "65", "amber"),
        ("salary_ratio", ["employee_cost=65.01 opex=100"], "65.01", "red"),
        ("salary_ratio", ["employee_cost=60 opex=100"], "60", "green"),
        # Current and quick ratio: red below 1.
        ("current_ratio", ["current_assets=100 current_liabilities=100"], "1", "amber"),
        ("current_ratio", ["current_assets=99 current_liabilities=100"], "0.99", "red"),
        ("current_ratio", ["current_assets=120 current_liabilities=100"], "1.2", "green"),
        ("current_ratio", ["current_assets=120 current_liabilities=0"], None, "unknown"),
        ("quick_ratio", ["current_assets=120 inventory=21 current_liabilities=100"], "0.99", "red"),
        ("quick_ratio", ["current_assets=120 inventory=10 current_liabilities=100"], "1.1", "green"),
        # Cash runway: 140 of cash and 300 going out in three months are 1.4 months.
        ("cash_runway", ["cash=140 operating_cash_flow=-300"], "1.4", "red"),
        ("cash_runway", ["cash=200 operating_cash_flow=-300"], "2", "amber"),
        ("cash_runway", ["cash=300 operating_cash_flow=-300"], "3", "green"),
        ("cash_runway", ["cash=140 operating_cash_flow=300"], None, "unknown"),
        # Receivable and payable days: the quarter four times is a year; red above 90.
        ("receivable_days", ["receivable=100 revenue=100"], "91.25", "red"),
        ("receivable_days", ["receivable=80 revenue=100"], "73", "amber"),
        ("payable_days", ["payable=40 opex=100"], "36.5", "green"),
        # Debt: cover red below 1.2; debt to equity red above 2, and where equity is gone.
        ("debt_cover", ["operating_cash_flow=119 debt_service=100"], "1.19", "red"),
        ("debt_cover", ["operating_cash_flow=120 debt_service=100"], "1.2", "amber"),
        ("debt_cover", ["operating_cash_flow=120 debt_service=0"], None, "unknown"),
        ("debt_equity", ["debt=200 equity=100"], "2", "amber"),
        ("debt_equity", ["debt=201 equity=100"], "2.01", "red"),
        ("debt_equity", ["debt=100 equity=-100"], "-1", "red"),
        # Unfunded and contingent liabilities: red at any rise of the amount.
        ("contingent_share", ["contingent=11 assets=100", "contingent=10 assets=100"], "11", "red"),
        ("contingent_share", ["contingent=10 assets=100", "contingent=10 assets=100"], "10", "green"),
        ("contingent_share", ["contingent=26 assets=100", "contingent=26 assets=100"], "26", "amber"),
        # Audit paras: red when the oldest is older than a year.
        ("oldest_para", ["audit_age=365"], "365", "amber"),
        ("oldest_para", ["audit_age=366"], "366", "red"),
        ("oldest_para", ["audit_age=180"], "180", "green"),
        ("open_paras", ["audit_paras=3", "audit_paras=2"], "3", "amber"),
        ("open_paras", ["audit_paras=2", "audit_paras=2"], "2", "green"),
        # Governance: share of five answers.
        ("governance", ["accounts_on_time=1 board_met=1 ceo_in_post=1 cfo_in_post=1 internal_audit=1"], "100", "green"),
        ("governance", ["accounts_on_time=0 board_met=1 ceo_in_post=1 cfo_in_post=1 internal_audit=1"], "80", "amber"),
        ("governance", ["accounts_on_time=0 board_met=0 ceo_in_post=0 cfo_in_post=1 internal_audit=1"], "40", "red"),
    ],
)  # fmt: skip
def test_each_alarm_at_its_limit(code: str, quarters: list[str | None], value: str | None, band: str) -> None:
    found = indicator(code, *quarters)
    assert (found.value, found.band) == (None if value is None else Decimal(value), band)


@pytest.mark.parametrize(("quarter", "band"), [(1, "amber"), (2, "amber"), (3, "red"), (4, "red")])
@pytest.mark.parametrize("code", ["utilisation", "release_rate"])
def test_what_is_not_spent_or_released_is_an_alarm_from_the_third_quarter_on(
    code: str, quarter: int, band: str
) -> None:
    share = {"utilisation": "spent=69 released=100", "release_rate": "released=19 budget=100"}[code]
    assert indicator(code, share, quarter=quarter).band == band


def test_the_quarters_before_stand_beside_with_gaps_as_gaps() -> None:
    found = indicator(
        "current_ratio", *(f"current_assets={n} current_liabilities=2" for n in (2, 3, 4)), None
    )
    assert found.before == (Decimal("1.5"), Decimal(2), None, None)


def test_every_indicator_and_field_of_the_shipped_form_has_a_name() -> None:
    assert {one.code for one in FORM.fields} == set(labels.FIELDS)
    assert {one.code for one in FORM.indicators} == set(labels.INDICATORS) == set(labels.MEANINGS)
    assert {one.group for one in FORM.fields} == set(labels.GROUPS)
    assert {code for pair in PARTS for code in pair} <= set(FORM.by_code)


@pytest.mark.parametrize(
    "change",
    [
        {"formula": "nothing_reported / revenue"},
        {"formula": "open('x')"},
        {"red": "value > unknown_name"},
        {"red": "value"},
        {"amber": "revenue"},
        {"formula": "value * 2"},
    ],
)
def test_a_form_that_asks_for_what_is_not_reported_is_refused(change: dict[str, str]) -> None:
    altered = [{**one, **change} if number == 0 else one for number, one in enumerate(SHIPPED["indicators"])]
    with pytest.raises(FormulaRefused):
        Form.of(SHIPPED["fields"], altered)
