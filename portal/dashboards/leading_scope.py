"""Where somebody stands who asks for problems, decisions, contracts or risk: his government, a year, what he oversees, and the
unit or section that he came from."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any
from urllib.parse import urlencode

from django.http import Http404, HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _

from approvals.leading import offices_of_leader, today_in
from portal import selectors
from portal.dashboards.asked import post_of, unit_of
from portal.exports import Column
from portal.queries import SECTION
from portal.selectors import HANDED_IN, PUBLISHED_ONLY, Month, Sight, View
from registry.models import FiscalYear, Government, Post, Unit, User
from registry.selectors import government_of

PER_PAGE = 50

# One row per sub-activity that the reader oversees; starts_with, since a path is data and no pattern. An agency below another
# one stands for itself, as in the sums (`portal.queries.PLACES`).
SCOPE = f"""
scope AS (
  SELECT i.id, i.sub_activity_code AS code, i.sub_activity_name AS name, u.code AS unit_code, u.name AS unit_name, u.path,
    i.unit_id, g.id AS agency_id, g.code AS agency_code, g.name AS agency_name
  FROM registry_budgetitem i JOIN registry_unit u ON u.id = i.unit_id
    JOIN registry_unit g ON g.id = coalesce(u.agency_id, u.id)
  WHERE i.fiscal_year_id = %(year)s AND (%(agency)s::text = '' OR g.code = %(agency)s)
    AND starts_with(u.path, %(path)s) AND (%(of_agency)s::bigint IS NULL OR u.agency_id = %(of_agency)s) AND {SECTION}
    AND (%(paths)s::text[] IS NULL OR i.officer_post_id = ANY (%(posts)s::bigint[])
      OR i.verifier_post_id = ANY (%(posts)s::bigint[])
      OR EXISTS (SELECT 1 FROM unnest(%(paths)s::text[]) AS x(path) WHERE starts_with(u.path, x.path)))
)"""  # noqa: S608 - only SECTION is put in


@dataclass(frozen=True, slots=True)
class OfItem:
    """A row about a sub-activity, by the names of SCOPE."""

    code: str
    name: str
    unit_code: str
    unit_name: str
    agency_code: str
    agency_name: str


# Which sub-activity a row of a file is about.
NAMED: Sequence[Column] = (
    Column("agency_code", lambda one: one.agency_code),
    Column("agency_name", lambda one: one.agency_name),
    Column("unit_code", lambda one: one.unit_code),
    Column("sub_activity_code", lambda one: one.code),
    Column("sub_activity_name", lambda one: one.name),
)


@dataclass(frozen=True, slots=True)
class Here:
    """What a page is about: a fiscal year with its opened months, and the day by the government's clock; all of the government,
    or what lies below a unit, of that perhaps only a section (`post`, as in `View`)."""

    government: Government
    years: Sequence[FiscalYear]
    year: FiscalYear | None
    months: Sequence[Month]
    sight: Sight
    today: date
    unsigned: bool = False
    unit: Unit | None = None
    post: int | None = None
    name: str = ""  # of the unit or section

    @property
    def place(self) -> dict[str, str]:
        """How an address names the unit and the section."""
        return place(self.unit, self.post)

    @property
    def states(self) -> tuple[str, ...]:
        """Which reports count."""
        return HANDED_IN if self.unsigned else PUBLISHED_ONLY

    @property
    def published(self) -> Month | None:
        """The newest month in which something was published."""
        return next((one for one in reversed(self.months) if one.agencies), None)

    def parameters(self, **more: Any) -> dict[str, Any]:
        """For SCOPE, and what else a statement asks."""
        year = self.year.pk if self.year else 0
        return scope_parameters(year, self.sight, self.unit, self.post) | {
            "states": list(self.states), "today": self.today, **more,
        }  # fmt: skip


def scope_parameters(
    year: int, sight: Sight, unit: Unit | None = None, post: int | None = None
) -> dict[str, Any]:
    """The parameters of SCOPE."""
    paths = None if sight.paths is None else list(sight.paths)
    path = unit.path if unit else "/"
    return {
        "year": year,
        "paths": paths,
        "posts": list(sight.posts),
        "path": path,
        "of_agency": unit.pk if unit and unit.kind in Unit.AGENCY_KINDS else None,
        "post": post,
        "agency": "",
    }


def of_view(view: View, **more: Any) -> dict[str, Any]:
    """The parameters of SCOPE for a look at one month of the overview."""
    scope = scope_parameters(view.month.year.pk, view.sight, view.unit, view.post)
    return scope | {"states": list(PUBLISHED_ONLY), **more}


def place(unit: Unit | None, post: int | None) -> dict[str, str]:
    """How an address names a unit and its section; empty for all of the government."""
    return {"unit": unit.code if unit else "", "post": "" if post is None else str(post)}


def behind(name: str, view: View, **more: str) -> str:
    """The address of the list that a card of the overview counts: of the same year, unit and section."""
    said = {**more, "year": view.month.year.label, **place(view.unit, view.post)}
    return f"{reverse(f'dashboards:{name}')}{query(said)}"


def sight_for(user: User) -> Sight:
    """What somebody oversees; a leader all of his government, also without a grant."""
    sight = selectors.sight_of(user)
    roots = {one.unit_path for one in offices_of_leader(user)}
    return Sight(tuple(sorted({*(sight.paths or ()), *roots})), sight.posts)


def here_of(request: HttpRequest) -> Here:
    """Where the reader stands; 404 for whoever oversees nothing, and for a year, a unit or a section that there is not."""
    user: User = request.user  # type: ignore[assignment]
    here = stand(user, request.GET.get("year", ""), unsigned=request.GET.get("all") == "1")
    if here is None:
        raise Http404
    code, post = request.GET.get("unit", ""), request.GET.get("post", "")
    return _narrowed(here, unit_of(code, here.government), post) if code else here


def _narrowed(here: Here, unit: Unit, post: str) -> Here:
    """The same of one unit, or of one of its sections."""
    if not post:
        return replace(here, unit=unit, name=unit.name)
    number = post_of(post)
    if number == 0:
        return replace(here, unit=unit, post=0, name=f"{_('No office verifies')}, {unit.name}")
    found = Post.objects.filter(pk=number, unit__government=here.government).select_related("unit").first()
    if found is None:
        raise Http404
    return replace(here, unit=unit, post=number, name=f"{found.title}, {found.unit.name}")


def of_unit(here: Here) -> Here:
    """The whole unit of which `here` is a section: for what is known of units only."""
    return here if here.post is None or here.unit is None else replace(here, post=None, name=here.unit.name)


def stand(user: User, label: str = "", *, unsigned: bool = False) -> Here | None:
    """Where somebody stands who asks about a year, by default the newest with an opened month; None for whoever oversees
    nothing, or for a year that there is not."""
    sight, government = sight_for(user), government_of(user)
    if not sight.anything or government is None:
        return None
    years = selectors.years(government)
    if label and label not in {one.label for one in years}:
        return None
    year, months = _year(years, label)
    return Here(government, years, year, months, sight, today_in(government), unsigned=unsigned)


def _year(years: Sequence[FiscalYear], label: str) -> tuple[FiscalYear | None, list[Month]]:
    """The year of that label, else the newest with an opened month."""
    if label:
        chosen = next(one for one in years if one.label == label)
        return chosen, selectors.months(chosen)
    month, months = selectors.newest_month(years, published=False)
    return (month.year, months) if month else (next(iter(years), None), [])


# --- Parts of pages --------------------------------------------------------------------------------------


class Rows(Sequence[Any]):
    """Rows of which a paginator reads only its slice."""

    def __init__(self, count: int, read: Callable[[int, int], list[Any]]) -> None:
        self.count_, self.read = count, read

    def __len__(self) -> int:
        return self.count_

    def __getitem__(self, index: Any) -> Any:
        return self.read(index.stop - index.start, index.start)


def chosen(request: HttpRequest, name: str, known: Iterable[str], usual: str = "") -> str:
    """What an address chooses, if it is known."""
    value = request.GET.get(name, "")
    return value if value in set(known) else usual


def select(name: str, label: str, options: Mapping[str, Any], value: str) -> dict[str, Any]:
    """A select of a filter form."""
    rows = [{"value": code, "label": str(told), "selected": code == value} for code, told in options.items()]
    return {"name": name, "label": label, "options": rows, "value": value}


def query(asked: Mapping[str, str], **other: str) -> str:
    """An address of the same page with what was asked, without what is empty."""
    return f"?{urlencode({key: value for key, value in {**asked, **other}.items() if value})}"


def base(asked: Mapping[str, str]) -> str:
    """For the pager and the links to files: what was asked, ending in "&" when there is something."""
    said = urlencode({key: value for key, value in asked.items() if value})
    return f"{said}&" if said else ""


def frame(here: Here, name: str, title: str, asked: Mapping[str, str]) -> dict[str, Any]:
    """What the four pages have in common in their contexts: where the reader is, and where he can go with what he asked."""
    return {
        "here": here,
        "crumbs": crumbs({"label": title}),
        "tabs": tabs(name, here),
        "everywhere": query(asked, unit="", post=""),
        "base": base(asked),
    }


def crumbs(*more: Mapping[str, str]) -> list[Mapping[str, str]]:
    """The way back to the overview."""
    return [{"label": _("Overview"), "url": reverse("portal:overview")}, *more]


def switch(here: Here, asked: Mapping[str, str]) -> list[dict[str, Any]]:
    """Published only, or also what is not signed yet."""
    return [
        {"label": _("Published only"), "url": query(asked, all=""), "current": not here.unsigned},
        {"label": _("Include not yet signed"), "url": query(asked, all="1"), "current": here.unsigned},
    ]


def tabs(current: str, here: Here) -> list[dict[str, Any]]:
    """The four pages beside each other, of the same unit."""
    pages = {
        "problems": _("Problems"),
        "decisions": _("Decisions"),
        "contracts": _("Contracts"),
        "risk": _("Year-end risk"),
    }
    return [
        {
            "label": label,
            "url": f"{reverse(f'dashboards:{name}')}{query(here.place)}",
            "current": name == current,
        }
        for name, label in pages.items()
    ]
