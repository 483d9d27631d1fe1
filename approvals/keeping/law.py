"""Who may keep, hold and dispose, judged at the moment of the act by the offices in force.

The central bureau's post at the root lists what may go, makes yearly bundles and sees everything; auditors see what they audit.
A hold is placed by the bureau, or by who audits the unit; it is released by who placed it, or by the bureau, and who placed it is
told. A list is approved by another person than who made it: somebody else who holds the bureau's post, or the head of the
agency (the berita acara of domain.md 6.4). A head sees the lists of his agency, and nothing else here.
"""

from dataclasses import dataclass
from typing import Any

from django.db import connection
from django.db.models import Q, QuerySet

from approvals.models import Disposal, Hold, YearBundle
from registry.models import Office, Post, Unit, User
from registry.selectors import audited_paths, within

LOCK = "SELECT pg_advisory_xact_lock(7201306502)"  # beside that of the sealers (ledger.sealing)


class KeepingRefused(Exception):
    """An act of keeping was refused: a code and its parameters, for `wording.sentences.say`."""

    def __init__(self, code: str, params: dict[str, Any] | None = None) -> None:
        super().__init__(code)
        self.code, self.params = code, params or {}


@dataclass(frozen=True, slots=True)
class Authority:
    """Where a person may do what, by paths of units."""

    person: int
    bureaus: tuple[str, ...] = ()
    audits: tuple[str, ...] = ()
    heads: tuple[str, ...] = ()

    @property
    def paths(self) -> list[str]:
        """Below which units everything is shown to him."""
        return sorted({*self.bureaus, *self.audits})

    @property
    def whole(self) -> bool:
        """Whether everything of a government is shown to him: what cannot be told unit by unit is for nobody else."""
        return any(path.count("/") == 2 for path in self.paths)

    @property
    def bureau(self) -> bool:
        return bool(self.bureaus)

    def may_list(self, unit: Unit) -> bool:
        """Whether he may list what goes, and make bundles, of a unit."""
        return unit.path.startswith(self.bureaus) if self.bureaus else False

    def may_place(self, unit: Unit) -> bool:
        """Whether he may place a hold on a unit."""
        return any(unit.path.startswith(path) for path in self.paths)

    def may_release(self, hold: Hold) -> bool:
        """Whether he may end a hold."""
        placed = hold.placed_by_id == self.person and self.may_place(hold.unit)
        return placed or self.may_list(hold.unit)

    def may_approve(self, listed: Disposal) -> bool:
        """Whether he may approve a list: by his office, and not one of his own."""
        office = any(listed.unit.path.startswith(path) for path in (*self.bureaus, *self.heads))
        return office and listed.listed_by_id != self.person


def authority_of(user: User) -> Authority:
    """What a person may do here now; two statements."""
    held = Office.objects.filter(
        person=user.pk, role__in=(Post.Role.OVERSIGHT, Post.Role.AGENCY_HEAD)
    ).select_related("unit")
    offices = list(held)
    return Authority(
        user.pk,
        tuple(
            one.unit_path for one in offices if one.role == Post.Role.OVERSIGHT and one.unit.parent_id is None
        ),
        tuple(audited_paths(user)),
        tuple(one.unit_path for one in offices if one.role == Post.Role.AGENCY_HEAD),
    )


def alone() -> None:
    """Holds are placed, and things go, one after the other: in this transaction nobody else does either."""
    with connection.cursor() as cursor:
        cursor.execute(LOCK)


def ancestors(path: str) -> list[str]:
    """The path of a unit and of all above it: "/3/17/" lies below "/3/"."""
    parts = path.strip("/").split("/")
    return [f"/{'/'.join(parts[:count])}/" for count in range(1, len(parts) + 1)]


def visible_holds(authority: Authority) -> QuerySet[Hold]:
    """Holds on what he sees, from above as well: not those on one report up there."""
    above = {one for path in authority.paths for one in ancestors(path)}
    seen = within(authority.paths, "unit__path") | Q(unit__path__in=above, report=None)
    return Hold.objects.filter(seen).select_related(
        "unit", "fiscal_year", "report__item", "report__period", "placed_by", "released_by"
    )


def visible_disposals(authority: Authority) -> QuerySet[Disposal]:
    """Lists of what he sees, and those that a head may have to approve."""
    seen = within([*authority.paths, *authority.heads], "unit__path")
    return Disposal.objects.filter(seen).select_related("unit", "listed_by", "approved_by")


def visible_bundles(authority: Authority) -> QuerySet[YearBundle]:
    """Bundles of what he sees."""
    seen = within(authority.paths, "unit__path")
    return YearBundle.objects.filter(seen).select_related("unit", "fiscal_year", "asked_by")
