"""Many agencies alike, each with an officer, a section head and a head of its own, and a bureau that oversees them.

The officer's superior is the section head, his is the head of the agency, and the heads' is the regent.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from django.contrib.auth.hashers import make_password

from ledger.recording import recorded
from registry.models import (
    Assignment,
    BudgetItem,
    BudgetItemVersion,
    BudgetLine,
    BudgetLineVersion,
    BudgetVersion,
    Post,
    Unit,
    User,
)
from submissions.models import Report, ReportLine
from tests.cast import PASSWORD, World
from workflow import engine, route

ROLES = ("officer", "section_head", "agency_head")
TITLES = {"officer": "PPTK", "section_head": "Kepala Bidang", "agency_head": "Kepala Dinas"}


@dataclass(frozen=True)
class Agency:
    """One of the many; people and posts by role."""

    number: int
    unit: Unit
    people: dict[str, User]
    posts: dict[str, Post]


@dataclass(frozen=True)
class Region:
    """All of them, and who is above."""

    cast: World
    agencies: Sequence[Agency]
    regent: User
    bureau: User

    def some(self, first: int, last: int) -> Sequence[Agency]:
        """Agencies number `first` to `last`."""
        return self.agencies[first - 1 : last]

    def reports(self, agency: Agency) -> dict[int, int | None]:
        """January's, as `perform` wants them: in whatever version."""
        return dict.fromkeys(
            Report.objects.filter(period__agency=agency.unit, period__month=1)
            .order_by("pk")
            .values_list("pk", flat=True)
        )

    def fill(self, agencies: Iterable[Agency]) -> None:
        """What the officers type, without the pages."""
        units = [one.unit for one in agencies]
        with recorded(None):
            drafts = Report.objects.filter(period__agency__in=units, period__month=1, state="draft")
            drafts.update(status="PELAKSANAAN", increment=5)
            ReportLine.objects.filter(report__in=drafts).update(realized=1)

    def act(self, verb: str, agencies: Iterable[Agency]) -> None:
        """Each agency's own person does `verb` to all of its reports."""
        role = {route.SUBMIT: "officer", route.VERIFY: "section_head"}.get(verb, "agency_head")
        for one in agencies:
            whole = verb in (route.SIGN, route.PUBLISH)
            outcomes = engine.perform(verb, Report, self.reports(one), actor=one.people[role], whole=whole)
            assert all(outcome.done for outcome in outcomes), outcomes

    def publish(self, agencies: Sequence[Agency]) -> None:
        for verb in (route.SIGN, route.PUBLISH):
            self.act(verb, agencies)

    def states(self) -> list[str]:
        """Of all reports of January, by agency."""
        found = Report.objects.filter(period__month=1).order_by("period__agency__code", "pk")
        return list(found.values_list("state", flat=True))


def region(cast: World, count: int, items: int = 1) -> Region:
    """`count` agencies with `items` sub-activities each, made in a few statements; the cast's own agencies stay empty."""
    root = Unit.objects.get(parent=None)
    with recorded(None):
        units = Unit.objects.bulk_create(
            Unit(
                government=cast.government, parent=root, kind="AGENCY", code=f"D{n:03}", name=f"Dinas {n:02}"
            )
            for n in range(1, count + 1)
        )
        people = _people(count)
        posts = {
            role: Post.objects.bulk_create(Post(unit=unit, role=role, title=TITLES[role]) for unit in units)
            for role in ROLES
        }
        for post, superior in zip(posts["officer"], posts["section_head"], strict=True):
            post.superior = superior
        Post.objects.bulk_update(posts["officer"], ["superior"])
        over = [
            Post.objects.create(unit=root, role="agency_head", title="Bupati"),
            Post.objects.create(unit=root, role="oversight", title="Kepala Bagian Adbang"),
        ]
        held = [*zip(people["regent"] + people["bureau"], over, strict=True)]
        held += [pair for role in ROLES for pair in zip(people[role], posts[role], strict=True)]
        Assignment.objects.bulk_create(
            Assignment(person=person, post=post, decree_no="821/2/2025", valid_from=date(2025, 1, 1))
            for person, post in held
        )
        _budget(cast, units, posts, items)
    fresh = {unit.pk: unit for unit in Unit.objects.filter(pk__in=[one.pk for one in units])}
    agencies = [
        Agency(
            n + 1,
            fresh[unit.pk],
            {role: people[role][n] for role in ROLES},
            {role: posts[role][n] for role in ROLES},
        )
        for n, unit in enumerate(units)
    ]
    return Region(cast, agencies, people["regent"][0], people["bureau"][0])


def _people(count: int) -> dict[str, list[User]]:
    password = make_password(PASSWORD)
    names = {role: [f"{role}-{n:02}" for n in range(1, count + 1)] for role in ROLES}
    names |= {"regent": ["regent"], "bureau": ["bureau"]}
    return {
        role: User.objects.bulk_create(
            User(username=one, name=one.title(), email=f"{one}@contoh.test", password=password, language="en")
            for one in usernames
        )
        for role, usernames in names.items()
    }


def _budget(cast: World, units: Sequence[Unit], posts: dict[str, list[Post]], items: int) -> None:
    versions = BudgetVersion.objects.bulk_create(
        BudgetVersion(fiscal_year=cast.year, unit=unit, kind="murni", sequence=1, effective_month=1)
        for unit in units
    )
    made = BudgetItem.objects.bulk_create(
        BudgetItem(
            fiscal_year=cast.year,
            unit=unit,
            sub_activity_code=f"1.03.10.2.01.{number:04}",
            sub_activity_name=f"Kegiatan {number}",
            output_indicator="Panjang jalan",
            output_unit="Km",
            officer_post=officer,
            verifier_post=verifier,
        )
        for unit, officer, verifier in zip(units, posts["officer"], posts["section_head"], strict=True)
        for number in range(1, items + 1)
    )
    by_unit = {version.unit_id: version for version in versions}
    BudgetItemVersion.objects.bulk_create(
        BudgetItemVersion(item=item, version=by_unit[item.unit_id], ceiling=100) for item in made
    )
    lines = BudgetLine.objects.bulk_create(
        BudgetLine(item=item, account_code="5.1.02.01.001.00001", account_name="Belanja", fund_source="PAD")
        for item in made
    )
    BudgetLineVersion.objects.bulk_create(
        BudgetLineVersion(line=line, version=by_unit[line.item.unit_id], ceiling=100) for line in lines
    )
