"""manage.py check_route: each route as data can be walked to its end, and every sub-activity finds its posts."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from registry.models import BudgetItem, Post, Unit
from workflow.models import RouteVersion
from workflow.route import Route, Tier, faults


class Command(BaseCommand):
    help = "Prove the newest version of each route and the posts it leads to; exit 1 with the faults found."

    def handle(self, *args: Any, **options: Any) -> None:
        newest = RouteVersion.objects.order_by("code", "-number").distinct("code")
        routes = {version.code: version for version in newest}
        found = [
            f"{version}: {fault}"
            for version in routes.values()
            for fault in faults(version.law, tuple(Post.Role.values))
        ]
        used = {
            code: routes[code].law
            for code in Unit.objects.values_list("route_code", flat=True)
            if code in routes
        }
        unknown = set(Unit.objects.values_list("route_code", flat=True)) - set(routes)
        found += [f"no route has the code {code}, which units name" for code in sorted(unknown)]
        found += [fault for code, law in used.items() for fault in _without_post(code, law)]
        if found:
            raise CommandError("\n".join(found))
        self.stdout.write(
            f"{len(routes)} routes, {len(used)} in use: every tier can act and leads to a signature."
        )


def _without_post(code: str, law: Route) -> list[str]:
    """Sub-activities of units on this route for which a tier has no post at all."""
    items = BudgetItem.objects.filter(unit__route_code=code).select_related("unit__agency")
    at = set(Post.objects.values_list("role", "unit"))
    return [
        f"{item.unit} {item.sub_activity_code}: no post for tier {number} ({tier.role})"
        for item in items
        for number, tier in enumerate(law.tiers)
        if not _post_of(item, number, tier, at)
    ]


def _post_of(item: BudgetItem, number: int, tier: Tier, at: set[tuple[str, int]]) -> bool:
    named = item.officer_post_id if number == 0 else item.verifier_post_id
    if tier.scope == "item" and (named or number == 0):
        return named is not None
    unit = {"agency": item.unit.agency_id, "parent": item.unit.parent_id}.get(tier.scope, item.unit_id)
    return (tier.role, unit) in at
