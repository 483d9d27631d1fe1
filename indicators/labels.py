"""Names of what the shipped form asks and computes, in the reader's language; a form of one's own brings its own names."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

GROUPS: dict[str, Promise] = {
    "income": _("Income and cost of the quarter"),
    "position": _("Position at the end of the quarter"),
    "budget": _("Budget of the fiscal year, to date"),
    "audit": _("Audit"),
    "governance": _("Governance"),
}
FIELDS: dict[str, Promise] = {
    "grants": _("Government grants"),
    "own_revenue": _("Own-source revenue"),
    "revenue": _("Total revenue"),
    "opex": _("Operating expenditure"),
    "employee_cost": _("Employee cost"),
    "operating_cash_flow": _("Operating cash flow"),
    "debt_service": _("Debt service paid"),
    "cash": _("Cash and bank balances"),
    "receivable": _("Receivables"),
    "inventory": _("Inventory"),
    "current_assets": _("Current assets"),
    "assets": _("Total assets"),
    "payable": _("Payables"),
    "current_liabilities": _("Current liabilities"),
    "debt": _("Debt"),
    "equity": _("Equity"),
    "contingent": _("Unfunded pensions and contingent liabilities"),
    "budget": _("Budget of the year"),
    "released": _("Released to date"),
    "spent": _("Spent of it to date"),
    "audit_paras": _("Audit paras open"),
    "audit_value": _("Amount of open audit paras"),
    "audit_age": _("Age of the oldest open para"),
    "accounts_on_time": _("Last annual accounts filed on time"),
    "board_met": _("Board met in the quarter"),
    "ceo_in_post": _("Chief executive in post"),
    "cfo_in_post": _("Finance officer in post"),
    "internal_audit": _("Internal audit in place"),
}
INDICATORS: dict[str, Promise] = {
    "grant_dependency": _("Grant dependency"),
    "own_revenue_growth": _("Growth of own-source revenue"),
    "operating_margin": _("Operating margin"),
    "salary_ratio": _("Salary ratio"),
    "current_ratio": _("Current ratio"),
    "quick_ratio": _("Quick ratio"),
    "cash_runway": _("Cash runway"),
    "receivable_days": _("Receivable days"),
    "payable_days": _("Payable days"),
    "debt_cover": _("Debt service cover"),
    "debt_equity": _("Debt to equity"),
    "contingent_share": _("Unfunded and contingent liabilities"),
    "release_rate": _("Released of the budget"),
    "utilisation": _("Budget utilisation"),
    "open_paras": _("Audit paras open"),
    "oldest_para": _("Age of the oldest audit para"),
    "governance": _("Governance checklist"),
}
# How each indicator is computed, in words: the formula is data, and nobody has to read it to know what it says.
MEANINGS: dict[str, Promise] = {
    "grant_dependency": _(
        "grants ÷ total revenue × 100; red from 70, or when it rose three quarters in a row"
    ),
    "own_revenue_growth": _("own-source revenue against four quarters ago; red below 0"),
    "operating_margin": _("(revenue − operating expenditure) ÷ revenue × 100; red below 0 in two quarters"),
    "salary_ratio": _("employee cost ÷ operating expenditure × 100; red above 65"),
    "current_ratio": _("current assets ÷ current liabilities; red below 1.0"),
    "quick_ratio": _("(current assets − inventory) ÷ current liabilities; red below 1.0"),
    "cash_runway": _(
        "cash ÷ average monthly net outflow; red below 2; no figure while more comes in than goes out"
    ),
    "receivable_days": _("receivables ÷ revenue of a year (this quarter four times) × 365; red above 90"),
    "payable_days": _(
        "payables ÷ operating expenditure of a year (this quarter four times) × 365; red above 90"
    ),
    "debt_cover": _("operating cash flow ÷ debt service; red below 1.2"),
    "debt_equity": _("debt ÷ equity; red above 2, or when equity is below zero"),
    "contingent_share": _(
        "unfunded and contingent liabilities ÷ total assets × 100; red when the amount rose"
    ),
    "release_rate": _("released ÷ budget × 100; red below 70 from the third quarter on"),
    "utilisation": _("spent ÷ released × 100; red below 70 from the third quarter on"),
    "open_paras": _("audit paras open; amber when their number rose"),
    "oldest_para": _("days since the oldest open para; red above 365"),
    "governance": _("share of the five questions answered yes; red below 60"),
}
UNITS: dict[str, Promise | str] = {
    "percent": "%",
    "ratio": pgettext_lazy("unit of an indicator", "times"),
    "months": pgettext_lazy("unit of an indicator", "months"),
    "days": pgettext_lazy("unit of an indicator", "days"),
    "count": pgettext_lazy("unit of an indicator", "number"),
}
TIERS: dict[str, Promise] = {
    "submit": _("Entered"),
    "verify": _("Verified"),
    "sign": _("Signed"),
    "review": _("Reviewed"),
}
BANDS: dict[str, Promise] = {
    "green": _("In order"),
    "amber": _("Watch"),
    "red": _("Alarm"),
    "unknown": _("Not known"),
}


def field_name(code: str, name: str) -> str:
    """The name of a reported figure."""
    return str(FIELDS.get(code, name))


def indicator_name(code: str, name: str) -> str:
    """The name of an indicator."""
    return str(INDICATORS.get(code, name))


def group_name(code: str) -> str:
    """The heading above a group of figures."""
    return str(GROUPS.get(code, code))
