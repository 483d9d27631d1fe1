"""The small cards at the head of the overview, which lead to the lists behind them."""

from collections.abc import Callable, Sequence

from portal.dashboards import contracts, decisions, problems, risk
from portal.dashboards.card import Card
from portal.selectors import View

# Each gives the cards of its subject for a view (month, unit, sight); a fixed number of statements each.
SUPPLIERS: Sequence[Callable[[View], Sequence[Card]]] = (
    decisions.cards, problems.cards, contracts.cards, risk.cards,
)  # fmt: skip


def cards(view: View) -> list[Card]:
    """All cards of a view, in the order of their suppliers."""
    return [card for supplier in SUPPLIERS for card in supplier(view)]
