"""The desk of packs: what waits for me, what others hold."""

from typing import Any

from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import Http404, QueryDict
from django.utils.translation import gettext as _

from indicators import pages, selectors
from indicators.models import Pack
from ledger.clock import now as database_now
from registry.models import User
from registry.selectors import offices_of

PAGE_SIZE = 50
MINE, OTHERS = "mine", "others"


def context(user: User, asked: QueryDict) -> dict[str, Any]:
    """For templates/indicators/desk.html; raises Http404 for who has nothing to do with packs."""
    tabs = {MINE: selectors.waiting_for(user), OTHERS: selectors.others(user)}
    counts = {name: packs.count() for name, packs in tabs.items()}
    if not any(counts.values()) and not selectors.reports_indicators(offices_of(user)):
        raise Http404
    tab = asked.get("tab", "")
    tab = tab if tab in tabs else MINE
    now = database_now()
    page = Paginator(_ordered(tabs[tab]), PAGE_SIZE).get_page(asked.get("page"))
    readings = selectors.read(list(page))
    holders = selectors.where(readings, now=now)
    return {
        "tabs": _tabs(tab, counts),
        "tab": tab,
        "rows": [pages.desk_row(one, holders[one.id], now) for one in readings],
        "page": page,
        "base": f"tab={tab}&",
        "as_of": now,
    }


def _ordered(packs: QuerySet[Pack]) -> QuerySet[Pack, int]:
    return packs.order_by("-first_day", "unit__path", "-revision").values_list("pk", flat=True)


def _tabs(current: str, counts: dict[str, int]) -> list[dict[str, Any]]:
    names = {MINE: _("Waiting for me"), OTHERS: _("All others")}
    return [
        {"label": names[tab], "url": f"?tab={tab}", "count": count, "current": tab == current}
        for tab, count in counts.items()
    ]
