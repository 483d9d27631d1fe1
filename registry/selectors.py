"""Reading who and what."""

from collections.abc import Sequence

from django.db.models import Case, Exists, IntegerField, OuterRef, Q, QuerySet, When

from registry.grants import AUDIT, OVERSEE, SEE
from registry.models import Government, Office, Post, Reach, Unit, User


def government() -> Government | None:
    """The government that this installation serves; None before the first import."""
    return Government.objects.order_by("pk").first()


def government_of(user: User) -> Government | None:
    """The government that a person works for, by his first office or grant; of who has neither, the installation's."""
    mine = Reach.objects.filter(person=user.pk, unit__government=OuterRef("pk"))
    held = Office.objects.filter(person=user.pk, unit__government=OuterRef("pk"))
    first = Case(When(Exists(held) | Exists(mine), then=0), default=1, output_field=IntegerField())
    return Government.objects.order_by(first, "pk").first()


def offices_of(user: User) -> list[Office]:
    """The offices a person holds now, by the database's clock."""
    return list(Office.objects.filter(person=user.pk).select_related("unit").order_by("pk"))


def rights_of(user: User) -> set[str]:
    """The rights a person has been granted anywhere: see_unit, audit_unit, oversee_unit."""
    return set(
        Reach.objects.filter(person=user.pk, id__startswith="grant-").values_list("right", flat=True)
    ) | set(Reach.objects.filter(person=user.pk, id__startswith="group-").values_list("right", flat=True))


def audited_paths(user: User) -> list[str]:
    """Paths below which a person audits."""
    return list(Reach.objects.filter(person=user.pk, right=AUDIT).values_list("path", flat=True).distinct())


def within(paths: Sequence[str], field: str = "path") -> Q:
    """A condition: `field` lies at or below one of `paths`; never true when there are none."""
    condition = Q(pk__in=[])
    for path in paths:
        condition |= Q(**{f"{field}__startswith": path})
    return condition


def leaders(government: Government) -> QuerySet[User]:
    """Who leads or oversees a whole government: the office of a leader, or the right to see or oversee, at its root."""
    root = Unit.objects.filter(government=government, parent=None)
    reaches = Reach.objects.filter(
        person=OuterRef("pk"), unit__in=root, right__in=(Post.Role.LEADER, SEE, OVERSEE)
    )
    return User.objects.filter(Exists(reaches), is_active=True)


def leads(user: User) -> bool:
    """Whether somebody leads or oversees a whole government."""
    root = Unit.objects.filter(parent=None)
    return Reach.objects.filter(
        person=user.pk, unit__in=root, right__in=(Post.Role.LEADER, SEE, OVERSEE)
    ).exists()
