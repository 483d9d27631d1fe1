"""What somebody asks the overview for, read from the address, and the addresses of the same question with one thing changed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.http import Http404, QueryDict
from django.utils.translation import gettext as _

from portal import selectors
from portal.dashboards.curves import MONEY, PHYSICAL, month_names
from portal.selectors import HANDED_IN, PUBLISHED_ONLY, Month, Sight, View
from registry.models import FiscalYear, Government, Unit

RESTATED = "restated"
LONGEST_NUMBER = 18  # digits of a post's number that a column can hold


@dataclass(frozen=True, slots=True)
class Asked:
    """One question: which month of which year, of which unit or section, which reports count, and on which budget."""

    month: Month
    opened: Sequence[Month]
    unit: Unit | None = None
    post: int | None = None  # a section: the sub-activities that this post verifies; 0: those without one
    unsigned: bool = False
    restated: bool = False
    measure: str = PHYSICAL  # of the heat table

    @property
    def year(self) -> FiscalYear:
        return self.month.year

    @property
    def labels(self) -> dict[int, str]:
        """The short names of the year's months, also of those that are not open yet."""
        return month_names(self.year)

    def view(self, sight: Sight) -> View:
        """The look at the month that this question means."""
        states = HANDED_IN if self.unsigned else PUBLISHED_ONLY
        return View(self.month, states=states, unit=self.unit, sight=sight, post=self.post)

    def query(self, **changes: str | None) -> str:
        """The question as a query string, with something else asked; None takes it out."""
        said: dict[str, str | None] = {
            "month": self.month.slug,
            "all": "1" if self.unsigned else None,
            "basis": RESTATED if self.restated else None,
            "by": MONEY if self.measure == MONEY else None,
            "unit": self.unit.code if self.unit else None,
            "post": None if self.post is None else f"{self.post}",
        }
        return urlencode({name: value for name, value in {**said, **changes}.items() if value is not None})

    def tabs(self) -> dict[str, list[dict[str, Any]]]:
        """The switches above the figures; each keeps what else was asked."""
        return {
            "months": [self._tab(each.label, each == self.month, month=each.slug) for each in self.opened],
            "switch": [
                self._tab(_("Signed only"), not self.unsigned, all=None),
                self._tab(_("Include not yet signed"), self.unsigned, all="1"),
            ],
            "bases": [
                self._tab(_("As published"), not self.restated, basis=None),
                self._tab(_("Restated on the budget in force"), self.restated, basis=RESTATED),
            ],
            "measures": [
                self._tab(_("Physical progress"), self.measure == PHYSICAL, by=None),
                self._tab(_("Money"), self.measure == MONEY, by=MONEY),
            ],
        }

    def _tab(self, label: str, current: bool, **changes: str | None) -> dict[str, Any]:
        return {"label": label, "url": f"?{self.query(**changes)}", "current": current}

    def crumbs(self, section: str = "") -> list[dict[str, str]]:
        """The way back up; none on the overview itself. `section`: the name of the section that is looked at."""
        if self.unit is None:
            return []
        above = [{"label": _("Overview"), "url": f"?{self.query(unit=None, post=None)}"}]
        agency = self.unit.agency
        if agency and agency.pk != self.unit.pk:
            above.append({"label": agency.name, "url": f"?{self.query(unit=agency.code, post=None)}"})
        own = {"label": self.unit.name}
        if self.post is None:
            return [*above, own]
        return [*above, own | {"url": f"?{self.query(post=None)}"}, {"label": section}]


def asked(given: QueryDict | Mapping[str, str], here: Government | None) -> Asked | None:
    """The question of an address about a government; None before any month is open; 404 for a month, a unit or a section that
    is not there."""
    month, opened = _month(given.get("month", ""), here)
    if month is None:
        return None
    code, post = given.get("unit", ""), given.get("post", "")
    unit = unit_of(code, here) if code else None
    return Asked(
        month,
        opened,
        unit=unit,
        post=post_of(post) if post and unit else None,
        unsigned=given.get("all") == "1",
        restated=given.get("basis") == RESTATED,
        measure=MONEY if given.get("by") == MONEY else PHYSICAL,
    )


def _month(slug: str, here: Government | None) -> tuple[Month | None, list[Month]]:
    """The month of that name, else the newest opened one."""
    years = selectors.years(here) if here else []
    if not slug:
        return selectors.newest_month(years, published=False)
    for year in years:
        if slug[:4] in (str(year.start_date.year), str(year.end_date.year)):
            opened = selectors.months(year)
            found = next((month for month in opened if month.slug == slug), None)
            if found:
                return found, opened
    raise Http404


def unit_of(code: str, here: Government | None) -> Unit:
    """The unit of that code; 404 for one that the government does not have."""
    unit = (
        Unit.objects.filter(government=here, code=code.replace("\x00", "")).select_related("agency").first()
    )
    if unit is None:
        raise Http404
    return unit


def post_of(number: str) -> int:
    """The number of the post that is a section's; 404 for what is no number."""
    if not number.isdecimal() or len(number) > LONGEST_NUMBER:
        raise Http404
    return int(number)
