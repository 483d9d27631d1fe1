"""The stage on which the model test plays: units, posts, people and sub-activities, put there once and committed; each run
takes them as a new play does, with its own terms, route and months, in a transaction that is rolled back."""

import random
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import psycopg
import pytest
from django.db import connection, transaction

from ledger.recording import recorded
from registry.models import (
    BudgetItem,
    BudgetItemVersion,
    BudgetLine,
    BudgetLineVersion,
    BudgetVersion,
    FiscalYear,
    Government,
    Post,
    Unit,
    User,
)
from registry.rules import INDONESIA
from tests import databases
from tests.workflow import model
from workflow.map import faults
from workflow.models import RouteVersion
from workflow.record import law
from workflow.route import Route

ZONE = ZoneInfo("Asia/Makassar")
BEGIN = datetime(2026, 3, 10, 9, tzinfo=ZONE)
PEOPLE, MONTHS = 12, (1, 2, 3)
UNITS = {  # name -> government, above, kind, code
    "root": ("ours", None, "GOVERNMENT", "99.01"),
    "agency": ("ours", "root", "AGENCY", "1.03"),
    "branch": ("ours", "agency", "UPTD", "1.03.1"),
    "bureau": ("ours", "root", "AGENCY", "4.01"),
    "elsewhere": ("ours", "root", "AGENCY", "1.02"),
    "abroad": ("theirs", None, "GOVERNMENT", "99.02"),
    "namesake": ("theirs", "abroad", "AGENCY", "4.01"),  # another government's unit of the same code
}
POSTS = (
    ("root", "inspector"), ("root", "oversight"), ("agency", "officer"), ("agency", "officer"),
    ("agency", "section_head"), ("agency", "section_head"), ("agency", "planner"), ("agency", "agency_head"),
    ("branch", "officer"), ("branch", "section_head"), ("bureau", "oversight"), ("elsewhere", "agency_head"),
    ("elsewhere", "section_head"), ("namesake", "oversight"),
)  # fmt: skip
ITEMS = (("agency", ("PAD", "DAK")), ("branch", ("PAD",)))  # a ceiling of 100 for each line
DESKS = {
    "verify": (("section_head", "item"), ("section_head", "self"), ("section_head", "parent"), ("planner", "agency"),
               ("oversight", "unit"), ("section_head", "agency")),
    "sign": (("agency_head", "agency"), ("agency_head", "agency"), ("inspector", "government"), ("section_head", "agency")),
    "review": (("oversight", "unit"), ("oversight", "government"), ("inspector", "government")),
}  # fmt: skip
CONDITIONS = (
    ("ceiling", ">=", "200"), ("ceiling", "<", "200"), ("fund_source", "has", "DAK"), ("kind", "in", ("UPTD", "WARD")),
)  # fmt: skip


@dataclass(frozen=True)
class Stage:
    """What is there for good, by the names above; `owner` moves the clock."""

    named: dict[str, int]
    units: dict[int, model.Unit]
    posts: tuple[int, ...]
    people: tuple[User, ...]
    root: User  # runs the system; a term given to him by mistake is worth nothing
    items: tuple[int, ...]
    lines: dict[int, tuple[int, ...]]
    year: int
    version: int
    owner: psycopg.Connection[Any]

    def set_clock(self, moment: datetime) -> timedelta:
        """Set what jenjang_now() says; the offset to this machine's clock, which PostgreSQL shares."""
        ahead = moment - datetime.now(UTC)
        self.owner.execute("UPDATE jenjang_clock SET ahead = %s", [ahead])
        return ahead


@pytest.fixture(scope="module")
def stage(django_db_setup: None, django_db_blocker: Any) -> Iterator[Stage]:
    """The stage, in a database of its own."""
    with django_db_blocker.unblock():
        urls = databases.clone_database("model")
        try:
            with (
                databases.pointed_at(databases.name_of(urls)),
                psycopg.connect(urls["owner"], autocommit=True) as owner,
            ):
                law.cache_clear()
                with recorded(None):
                    built = build(owner)
                yield built
                law.cache_clear()
        finally:
            databases.drop_database(urls)


def build(owner: psycopg.Connection[Any]) -> Stage:
    """Units, posts, people, a year and two sub-activities."""
    governments = {
        name: Government.objects.create(
            code=code, name=name, sub_activity_pattern=INDONESIA.sub_activity, account_pattern=INDONESIA.account,
            unit_pattern=INDONESIA.unit,
        )
        for name, code in (("ours", "99.01"), ("theirs", "99.02"))
    }  # fmt: skip
    units: dict[str, Unit] = {}
    for name, (government, above, kind, code) in UNITS.items():
        parent = units[above] if above else None
        units[name] = Unit.objects.create(
            government=governments[government],
            parent=parent,
            kind=kind,
            code=code,
            name=name,
            route_code="MODEL",
        )
        units[name].refresh_from_db()
    posts = tuple(
        Post.objects.create(unit=units[unit], role=role, title=f"{role} {number}").pk
        for number, (unit, role) in enumerate(POSTS)
    )
    people = tuple(
        User.objects.create(username=f"p{number}", name=f"Orang {number}", password="!")
        for number in range(PEOPLE)
    )
    root = User.objects.create(username="root", name="Root", password="!", is_staff=True, is_superuser=True)
    year = FiscalYear.objects.create(
        government=governments["ours"], label="2026", start_date=date(2026, 1, 1), end_date=date(2026, 12, 31)
    )
    items = {}
    for number, (unit, funds) in enumerate(ITEMS):
        version = BudgetVersion.objects.create(
            fiscal_year=year, unit=units[unit], kind="murni", sequence=1, effective_month=1
        )
        items[number] = _item(year, units[unit], version, number, funds)
    known = {
        one.pk: model.Unit(
            one.pk,
            one.code,
            one.kind,
            one.government_id,
            tuple(map(int, one.path.strip("/").split("/"))),
            one.agency_id,
        )
        for one in units.values()
    }
    lines = {
        item: tuple(BudgetLine.objects.filter(item=item).order_by("pk").values_list("pk", flat=True))
        for item in items.values()
    }
    named = {name: one.pk for name, one in units.items()}
    return Stage(named, known, posts, people, root, tuple(items.values()), lines, year.pk, version.pk, owner)


def _item(year: FiscalYear, unit: Unit, version: BudgetVersion, number: int, funds: Sequence[str]) -> int:
    item = BudgetItem.objects.create(
        fiscal_year=year, unit=unit, sub_activity_code=f"1.03.10.2.01.{number:04}", sub_activity_name="Jalan",
        output_indicator="Panjang jalan", output_unit="Km",
    )  # fmt: skip
    ceiling = model.LINE * len(funds)
    BudgetItemVersion.objects.create(item=item, version=version, ceiling=ceiling, physical_mode="PERCENT")
    for fund in funds:
        line = BudgetLine.objects.create(
            item=item, account_code="5.1.02.01.001.00001", account_name="Belanja", fund_source=fund
        )
        BudgetLineVersion.objects.create(line=line, version=version, ceiling=model.LINE)
    return int(item.pk)


# --- One run -----------------------------------------------------------------------------------------------


def a_route(chance: random.Random) -> list[dict[str, Any]]:
    """Tiers of a sound route, as they are stored."""
    while True:
        tiers = [
            {"verb": "submit", "role": "officer", "scope": chance.choice(("item", "item", "item", "self"))}
        ]
        for verb, most in (("verify", 3), ("sign", 2), ("review", 2)):
            least = 1 if verb == "sign" else 0
            tiers += [_tier(chance, verb) for _ in range(chance.randint(least, most))]
        if not faults(Route.of(tiers), [role for _, role in POSTS]):
            return tiers


def _tier(chance: random.Random, verb: str) -> dict[str, Any]:
    role, scope = chance.choice(DESKS[verb])
    tier: dict[str, Any] = {"verb": verb, "role": role, "scope": scope}
    if scope == "unit":
        tier["unit"] = UNITS["bureau"][3]
    if chance.random() < 0.2:
        tier = {"verb": verb, "role": "section_head", "scope": "agency", "quorum": 2}  # two of them there
    if chance.random() < 0.3:
        fact, op, value = chance.choice(CONDITIONS)
        tier["when"] = [{"fact": fact, "op": op, "value": list(value) if isinstance(value, tuple) else value}]
    if chance.random() < 0.4:
        tier["escalate_days"] = chance.choice((0, 1, 3))
    if verb == "review":
        tier["blocks"] = chance.random() < 0.5
    return tier


def as_model(tiers: Sequence[dict[str, Any]]) -> tuple[model.Tier, ...]:
    """The same tiers as the model has them."""
    return tuple(
        model.Tier(
            **{**tier, "when": tuple((one["fact"], one["op"], one["value"]) for one in tier.get("when", ()))}
        )
        for tier in tiers
    )


def some_terms(chance: random.Random, stage: Stage, today: date) -> list[model.Term]:
    """Who holds what: definitively, acting, not any more, not yet, nobody."""
    terms = []
    day = timedelta(days=1)
    usual = chance.sample(stage.people, len(stage.people))
    for number, post in enumerate(stage.posts):
        if chance.random() < 0.93:
            ends = today + chance.randint(-3, 8) * day if chance.random() < 0.15 else None
            starts = today + chance.randint(1, 3) * day if chance.random() < 0.07 else today - 300 * day
            if ends is None or starts <= ends:
                person = usual[number % len(usual)].pk if chance.random() < 0.7 else _person(chance, stage)
                terms.append(model.Term(person, post, False, starts, ends))
        if chance.random() < 0.2:
            starts = today + chance.randint(-6, 3) * day
            terms.append(
                model.Term(_person(chance, stage), post, True, starts, starts + chance.randint(0, 8) * day)
            )
    return terms


def _person(chance: random.Random, stage: Stage) -> int:
    return chance.choice((*stage.people, stage.root)).pk


def some_periods(chance: random.Random) -> dict[int, model.Period]:
    """Months that overlap, so that one run sees several; some open late, some lock early."""
    periods = {}
    for month in MONTHS:
        opens = BEGIN + (
            timedelta(hours=chance.choice((6, 48))) if chance.random() < 0.12 else -timedelta(days=5)
        )
        submit_from = opens + timedelta(hours=chance.choice((0, 0, 0, 0, 0, 0, 1, 120, 140)))
        locks = BEGIN + timedelta(days=chance.choice((1, 4, 20, 60, 60, 60, 60, 60)))
        periods[month] = model.Period(month, opens, submit_from, locks)
    return periods


def a_law(chance: random.Random, stage: Stage) -> tuple[model.Law, list[dict[str, Any]]]:
    """The model of a run before anything has happened, and its tiers as they are to be stored."""
    tiers = a_route(chance)
    near = [post for post, (unit, _) in zip(stage.posts, POSTS, strict=True) if unit in ("agency", "branch")]
    posts = {
        post: model.Post(
            post, stage.named[unit], role, chance.choice([n for n in near if n != post]) if chance.random() < 0.4 else None
        )
        for post, (unit, role) in zip(stage.posts, POSTS, strict=True)
    }  # fmt: skip
    items = {}
    for pk, (unit, funds) in zip(stage.items, ITEMS, strict=True):
        officers = [post for post, (_, role) in zip(stage.posts, POSTS, strict=True) if role == "officer"]
        heads = [post for post in near if posts[post].role == "section_head"]
        items[pk] = model.Item(
            pk, stage.named[unit], chance.choice(officers) if chance.random() < 0.95 else None,
            chance.choice(heads) if chance.random() < 0.8 else None, model.LINE * len(funds), frozenset(funds),
        )  # fmt: skip
    people = {one.pk: chance.random() < 0.93 for one in stage.people} | {stage.root.pk: False}
    return model.Law(
        zone=ZONE, tiers=as_model(tiers), embargo=timedelta(hours=chance.choice((0, 24))), people=people,
        units=stage.units, posts=posts, items=items, periods=some_periods(chance),
        terms=some_terms(chance, stage, BEGIN.date()), now=BEGIN,
    ), tiers  # fmt: skip


SETTING = (
    "UPDATE registry_budgetitem i SET officer_post_id = m.officer, verifier_post_id = m.verifier"
    " FROM unnest(%(items)s::bigint[], %(officers)s::bigint[], %(verifiers)s::bigint[]) AS m(id, officer, verifier)"
    " WHERE i.id = m.id",
    "UPDATE registry_post p SET superior_id = m.superior FROM unnest(%(posts)s::bigint[], %(superiors)s::bigint[])"
    " AS m(id, superior) WHERE p.id = m.id AND m.superior IS NOT NULL",
    "INSERT INTO registry_assignment (person_id, post_id, kind, decree_no, valid_from, valid_to)"
    " SELECT person, post, kind, '821/1', first, last FROM unnest(%(persons)s::bigint[], %(held)s::bigint[],"
    " %(kinds)s::text[], %(firsts)s::date[], %(lasts)s::date[]) AS m(person, post, kind, first, last)",
    "UPDATE registry_user SET is_active = false WHERE id = ANY (%(gone)s::bigint[])",
)
PERIODS = """
INSERT INTO submissions_period (fiscal_year_id, agency_id, month, first_day, opens_at, submit_from, entry_due, verify_due,
  sign_due, lock_at) SELECT %(year)s, %(agency)s, m.month, make_date(2026, m.month, 1), m.opens, m.submits, m.locks, m.locks,
  m.locks, m.locks FROM unnest(%(months)s::int[], %(opens)s::timestamptz[], %(submits)s::timestamptz[],
  %(locks)s::timestamptz[]) AS m(month, opens, submits, locks)"""
REPORTS = """
INSERT INTO submissions_report (token, item_id, period_id, revision, budget_version_id, ceiling, physical_mode, state, tier,
  step, version, content_hash, route_id, status, physical_reason, problems, problem_text, follow_up_text, follow_up_pic,
  public_note) SELECT gen_random_uuid()::text::varchar(24), i.id, p.id, 0, %(version)s,
  (SELECT sum(v.ceiling) FROM registry_budgetitemversion v WHERE v.item_id = i.id), 'PERCENT', 'draft', 0, 0, 1, '',
  %(route)s, '', '', '{}', '', '', '', '' FROM submissions_period p CROSS JOIN registry_budgetitem i
WHERE p.agency_id = %(agency)s RETURNING id, item_id, (SELECT month FROM submissions_period WHERE id = period_id)"""
LINES = """
INSERT INTO submissions_reportline (report_id, line_id, ceiling, correction_reason)
SELECT r.id, b.id, %(line)s, '' FROM submissions_report r JOIN registry_budgetline b ON b.item_id = r.item_id
WHERE r.route_id = %(route)s RETURNING report_id, id"""


@contextmanager
def rolled_back() -> Iterator[None]:
    """A transaction that leaves nothing."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def put_on(stage: Stage, law_: model.Law, tiers: list[dict[str, Any]]) -> dict[int, list[int]]:
    """Put a run's people, route and months into the database; report -> its lines. The model gets its reports."""
    route = RouteVersion.objects.create(
        code="MODEL", number=1, name="Model", tiers=tiers, embargo_hours=law_.embargo // timedelta(hours=1)
    )
    values: dict[str, Any] = {
        "items": list(law_.items), "officers": [one.officer for one in law_.items.values()],
        "verifiers": [one.verifier for one in law_.items.values()], "posts": list(law_.posts),
        "superiors": [one.superior for one in law_.posts.values()], "persons": [one.person for one in law_.terms],
        "held": [one.post for one in law_.terms], "kinds": ["plt" if one.acting else "definitive" for one in law_.terms],
        "firsts": [one.first for one in law_.terms], "lasts": [one.last for one in law_.terms],
        "gone": [one.pk for one in stage.people if not law_.people[one.pk]], "year": stage.year,
        "agency": stage.named["agency"], "months": list(law_.periods),
        "opens": [one.opens for one in law_.periods.values()],
        "submits": [one.submit_from for one in law_.periods.values()],
        "locks": [one.locks for one in law_.periods.values()], "version": stage.version, "route": route.pk,
        "line": model.LINE,
    }  # fmt: skip
    lines: dict[int, list[int]] = {}
    with recorded(None), connection.cursor() as cursor:
        for statement in (*SETTING, PERIODS):
            cursor.execute(statement, values)
        cursor.execute(REPORTS, values)
        for pk, item, month in sorted(cursor.fetchall(), key=lambda row: row[1:]):  # the same in every run
            law_.reports[pk] = model.Report(pk, item, month)
        cursor.execute(LINES, values)
        for report, line in sorted(cursor.fetchall()):
            lines.setdefault(report, []).append(line)
    return lines
