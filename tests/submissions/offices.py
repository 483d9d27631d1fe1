"""A government in which every template of a route finds its posts: one unit for each, its people, one sub-activity."""

from dataclasses import dataclass, field
from datetime import date

from ledger.recording import recorded
from registry.models import (
    Assignment,
    BudgetItem,
    BudgetItemVersion,
    BudgetLine,
    BudgetVersion,
    Post,
    Unit,
    User,
)
from tests.cast import World, assign
from workflow.models import RouteVersion
from workflow.route import Tier

BILLION = 1_000_000_000
# Route -> the kind of its unit, and whether the unit stands below an agency.
PLACES = {
    "DINAS": ("AGENCY", False), "SETDA": ("SECTION", True), "SETWAN": ("SECTION", True), "INSPEKTORAT": ("AGENCY", False),
    "KECAMATAN": ("DISTRICT", False), "KELURAHAN": ("WARD", True), "UPTD": ("HEALTH_CENTRE", True),
    "RSUD": ("HOSPITAL", True), "SMALL": ("AGENCY", False), "PSE": ("PUBLIC_ENTITY", True), "KPDEPT": ("AGENCY", False),
    "KABPROV": ("SECTION", True),
}  # fmt: skip


@dataclass
class House:
    """What `furnished` made: units by route, posts by (route, tier), and the person in each post."""

    units: dict[str, Unit] = field(default_factory=dict)
    posts: dict[tuple[str, int], Post] = field(default_factory=dict)
    people: dict[int, User] = field(default_factory=dict)


def furnished(cast: World) -> House:
    """One unit for each template, with a holder for each of its tiers and a sub-activity of two billion."""
    house = House()
    root = Unit.objects.get(parent=None)
    with recorded(None):
        for route in RouteVersion.objects.order_by("code"):
            _place(cast, house, root, route)
    return house


def _place(cast: World, house: House, root: Unit, route: RouteVersion) -> None:
    kind, below = PLACES[route.code]
    above = root
    if below:
        above = Unit.objects.create(
            government=cast.government, parent=root, kind="AGENCY", code=f"1.{route.pk:02}.0.00.0.00.01.0000",
            name=f"Induk {route.name}",
        )  # fmt: skip
    unit = Unit.objects.create(
        government=cast.government, parent=above, kind=kind, code=f"2.{route.pk:02}.0.00.0.00.01.0000",
        name=route.name, route_code=route.code,
    )  # fmt: skip
    unit.refresh_from_db()
    house.units[route.code] = unit
    for number, tier in enumerate(route.law.tiers):
        house.posts[route.code, number] = _post(cast, house, unit, root, route, number, tier)
    if any(tier.scope == "item" for tier in route.law.tiers):
        named = next((n for n, tier in enumerate(route.law.tiers) if n and tier.scope == "item"), None)
        verifier = house.posts[route.code, named] if named else None
        item(cast, unit, house.posts[route.code, 0], verifier)


def _post(
    cast: World, house: House, unit: Unit, root: Unit, route: RouteVersion, number: int, tier: Tier
) -> Post:
    assert unit.parent and unit.agency
    place = {"parent": unit.parent, "agency": unit.agency, "government": root}.get(tier.scope, unit)
    post, made = Post.objects.get_or_create(
        unit=place, role=tier.role, title=tier.label or f"Tier {number} {route.name}"
    )
    if made:
        house.people[post.pk] = person(f"{route.code}-{number}".lower())
        assign(house.people[post.pk], post)
    return post


def person(username: str) -> User:
    """Somebody new, with a name of his own."""
    return User.objects.create(username=username, name=f"Bapak {username.title()}", is_active=True)


def item(
    cast: World, unit: Unit, officer: Post | None, verifier: Post | None, *, ceiling: int = 2 * BILLION, fund: str = "PAD"
) -> BudgetItem:  # fmt: skip
    """One more sub-activity of a unit."""
    with recorded(None):
        version, _ = BudgetVersion.objects.get_or_create(
            fiscal_year=cast.year, unit=unit, kind="murni", defaults={"sequence": 1, "effective_month": 1}
        )
        made = BudgetItem.objects.create(
            fiscal_year=cast.year, unit=unit, sub_activity_code=f"1.03.10.2.01.{BudgetItem.objects.count():04}",
            sub_activity_name="Pemeliharaan", officer_post=officer, verifier_post=verifier,
        )  # fmt: skip
        BudgetItemVersion.objects.create(item=made, version=version, ceiling=ceiling, physical_mode="PERCENT")
        BudgetLine.objects.create(
            item=made, account_code="5.1.02.01.001.00001", account_name="Belanja", fund_source=fund
        )
    return made


def ends(post: Post, day: str) -> None:
    """The holder's assignment ends on a day."""
    with recorded(None):
        for one in Assignment.objects.filter(post=post):
            one.valid_to = date.fromisoformat(day)
            one.save()
