"""What is written about routes: a next version, and which units follow which route. For the central bureau's post."""

import re
from collections.abc import Mapping
from typing import Any

from django.db.models import Max

from approvals.composing import LONGEST, Draft
from ledger.history import insert_history
from ledger.recording import recorded
from registry.grants import OVERSEE
from registry.models import Government, Office, Post, Reach, Unit, User
from workflow.cursor import moment, prepared
from workflow.models import RouteVersion

CODE = re.compile(r"[A-Z][A-Z0-9]{1,19}")


class RouteRefused(Exception):
    """A route cannot be saved or given: a code and its parameters, for `wording.sentences.say`."""

    def __init__(self, code: str, params: dict[str, Any] | None = None) -> None:
        super().__init__(code)
        self.code, self.params = code, params or {}


def may_see(user: User) -> bool:
    """Whether somebody oversees the whole government: by the post of its central bureau, or by a grant on its root."""
    rights = (OVERSEE, Post.Role.OVERSIGHT)
    return Reach.objects.filter(person=user.pk, right__in=rights, unit__parent=None).exists()


def may_compose(user: User) -> bool:
    """Whether he may also save: acting needs an office, seeing only a grant (design.md 1)."""
    return Office.objects.filter(person=user.pk, role=Post.Role.OVERSIGHT, unit__parent=None).exists()


def save_version(*, actor: User, government: Government, draft: Draft) -> RouteVersion:
    """Save a draft as the next version of its route; documents in flight keep theirs, periods opened later take it.

    The same draft again (a second click) answers with the version it made. Raises RouteRefused where something is wrong
    with it, where units of another government follow it, where another version came in between, and where nothing changed.
    """
    _check(draft, government)
    with recorded(actor):
        if not may_compose(actor):
            raise RouteRefused("compose.office")
        if Unit.objects.filter(route_code=draft.code).exclude(government=government).exists():
            raise RouteRefused("compose.others", {"value": draft.code})
        cursor = prepared()
        # Whoever saves the same route waits here, and then sees what the first one saved.
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('route ' || %s))", [draft.code])
        newest = RouteVersion.objects.filter(code=draft.code).order_by("number").last()
        if newest and _same(newest, draft):
            if newest.number == draft.base + 1 and newest.made_by_id == actor.pk:
                return newest
            if newest.number == draft.base:
                raise RouteRefused("compose.unchanged", {"route": str(newest)})
        if (newest.number if newest else 0) != draft.base:
            raise _moved(newest, draft)
        return RouteVersion.objects.create(
            code=draft.code, number=draft.base + 1, name=draft.name, tiers=draft.tiers(),
            embargo_hours=draft.embargo_hours or 0, made_at=moment(cursor), made_by=actor,
        )  # fmt: skip


def _check(draft: Draft, government: Government) -> None:
    if not CODE.fullmatch(draft.code):
        raise RouteRefused("compose.code", {"value": draft.code[:30]})
    if not 1 <= len(draft.name) <= LONGEST["name"]:
        raise RouteRefused("compose.name", {"length": len(draft.name), "longest": LONGEST["name"]})
    found = draft.faults(list(Unit.objects.filter(government=government).values_list("code", flat=True)))
    if found:
        raise RouteRefused("compose.faults", {"count": len(found)})


def _same(version: RouteVersion, draft: Draft) -> bool:
    stored = version.tiers, version.embargo_hours, version.name
    return stored == (draft.tiers(), draft.embargo_hours or 0, draft.name)


def _moved(newest: RouteVersion | None, draft: Draft) -> RouteRefused:
    if newest is None or not draft.base:
        return RouteRefused("compose.taken", {"value": draft.code})
    by = newest.made_by.name if newest.made_by else ""
    return RouteRefused("compose.moved", {"base": draft.base, "number": newest.number, "person": by})


FOLLOW = """
UPDATE registry_unit u SET route_code = %(code)s FROM unnest(%(ids)s::bigint[], %(seen)s::text[]) AS m(id, seen)
WHERE u.id = m.id AND u.government_id = %(government)s AND u.route_code = m.seen AND u.route_code <> %(code)s RETURNING u.id"""
LOCK = "SELECT id FROM registry_unit WHERE id = ANY (%s) ORDER BY id FOR NO KEY UPDATE"


def give_route(*, actor: User, government: Government, code: str, units: Mapping[int, str]) -> int:
    """Let units follow a route from the periods that open later; `units` maps each to the route it was seen with.

    Units that follow another route by now, or this one already, stay as they are. Returns how many changed.
    """
    with recorded(actor):
        if not may_compose(actor):
            raise RouteRefused("compose.office")
        if not RouteVersion.objects.filter(code=code).aggregate(newest=Max("number"))["newest"]:
            raise RouteRefused("compose.no_route", {"value": code[:30]})
        cursor = prepared()
        cursor.execute(LOCK, [list(units)])
        asked = {"code": code, "ids": list(units), "seen": list(units.values()), "government": government.pk}
        changed = [pk for (pk,) in cursor.execute(FOLLOW, asked).fetchall()]
        insert_history(
            cursor, Unit, changed, kind="~", actor_id=actor.pk, at=moment(cursor), reason=f"route {code}"
        )
    return len(changed)
