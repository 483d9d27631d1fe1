"""Other routes than the default, and the people of their tiers, for stories that need them."""

from typing import Any

from ledger.recording import recorded
from registry.models import Post, Unit, User
from tests.cast import World, assign
from workflow.models import RouteVersion

OFFICER = {"verb": "submit", "role": "officer", "scope": "item"}
SECTION = {"verb": "verify", "role": "section_head", "scope": "item"}
PLANNER = {"verb": "verify", "role": "planner", "scope": "agency", "label": "Sekretariat"}
HEAD = {"verb": "sign", "role": "agency_head", "scope": "agency"}
BUREAU = {"verb": "review", "role": "oversight", "scope": "government", "label": "Bagian Adbang"}


def follows(world: World, *tiers: dict[str, Any], embargo: int = 0, code: str = "UJI") -> RouteVersion:
    """The agency's reports go this way from the next month on; entry comes first."""
    number = RouteVersion.objects.filter(code=code).count() + 1
    with recorded(None):
        made = RouteVersion.objects.create(
            code=code, number=number, name="Rute uji", tiers=[OFFICER, *tiers], embargo_hours=embargo
        )
        world.agency.route_code = code
        world.agency.save(update_fields=["route_code"])
    return made


def person(world: World, username: str, name: str, post: Post | None = None, **options: Any) -> User:
    """One more person, holding `post`."""
    with recorded(None):
        made = User.objects.create(
            username=username,
            name=name,
            nip=f"19900101201501{2000 + len(world.people)}",
            email=f"{username}@contoh.test",
        )
        world.people[username] = made
        if post:
            assign(made, post, **options)
    return made


def office(
    world: World, role: str, title: str, unit: Unit | None = None, superior: Post | None = None
) -> Post:
    """One more post, at the agency unless said."""
    with recorded(None):
        return Post.objects.create(unit=unit or world.agency, role=role, title=title, superior=superior)


def bureau(world: World) -> User:
    """Hana of the central bureau, who reviews."""
    root = Unit.objects.get(parent=None)
    return person(world, "hana", "Hana Serayu", office(world, "oversight", "Kepala Bagian Adbang", root))


def planner(world: World, username: str = "indra", name: str = "Indra Gunung") -> User:
    """Indra, who checks completeness."""
    return person(world, username, name, office(world, "planner", f"Sekretaris {name}"))
