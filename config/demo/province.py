"""A second government beside the regency: a province whose public entities send quarterly KPI packs (domain.md 4.1, 5.5).

Its acts go through the product's own door, at moments between those of the regency, so that the clock never runs back.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from django.db import transaction

from config.demo.accounts import given
from config.demo.evidence import document
from indicators import files, services
from indicators.definitions import YES_NO
from indicators.models import Pack
from indicators.rules import Reported
from indicators.services import Entry, open_quarter
from registry.imports.writing import Writer
from registry.models import Assignment, FiscalYear, Government, Post, Unit, User
from submissions.models import CalendarRule
from workflow.engine import Outcome
from workflow.models import Act

CODE, NAME = "KP", "Province of Shaheenabad"
ZONE = ZoneInfo("Asia/Karachi")
SINCE = date(2025, 7, 1)
DEPARTMENTS = {"LG": "Local Government Department", "HD": "Health Department"}
ENTITIES = {
    "LG-01": "Shaheenabad Water & Sanitation Company",
    "LG-02": "Shaheenabad Transport Authority",
    "HD-01": "Zarghun Teaching Hospital",
}
WATER, TRANSPORT, HOSPITAL = ENTITIES
# User name -> (name, unit, role, title, language)
PEOPLE = {
    "cfo.water": ("Gulzar Durrazai", WATER, "officer", "Chief Financial Officer", "en"),
    "ceo.water": ("Palwasha Marwatkhel", WATER, "agency_head", "Chief Executive Officer", "ur"),
    "cfo.transport": ("Shehram Khushalzai", TRANSPORT, "officer", "Director Finance", "en"),
    "ceo.transport": ("Zarmina Sangeenabad", TRANSPORT, "agency_head", "Chief Executive", "en"),
    "cfo.hospital": ("Tariq Marwatkhel", HOSPITAL, "officer", "Director Finance", "en"),
    "ceo.hospital": ("Spozhmay Durrazai", HOSPITAL, "agency_head", "Hospital Director", "en"),
    "secretary.lg": ("Wajahat Khushalzai", "LG", "agency_head", "Secretary", "en"),
    "secretary.health": ("Nadir Sangeenabad", "HD", "agency_head", "Secretary", "en"),
    "cgu": ("Palwasha Khushalzai", CODE, "oversight", "Corporate Governance Unit", "en"),
}
# Whom a visitor tries, by the state of the pack that waits for him.
VISITED = {"draft": "cfo.water", "submitted": "ceo.hospital", "verified": "secretary.lg", "signed": "cgu"}
OFFICERS = {WATER: "cfo.water", TRANSPORT: "cfo.transport", HOSPITAL: "cfo.hospital"}
HEADS = {WATER: "ceo.water", TRANSPORT: "ceo.transport", HOSPITAL: "ceo.hospital"}
SIGNERS = {WATER: "secretary.lg", TRANSPORT: "secretary.lg", HOSPITAL: "secretary.health"}
# First quarter in thousands of rupees; growth of a quarter in percent of it. The hospital's own revenue falls, its cash ends.
BASE = {
    WATER: (
        "grants=210000 own_revenue=340000 revenue=562000 opex=548000 employee_cost=301000 operating_cash_flow=21000"
        " debt_service=12000 cash=155000 receivable=420000 inventory=38000 current_assets=655000 assets=7400000"
        " payable=210000 current_liabilities=480000 debt=900000 equity=3100000 contingent=260000"
    ),
    TRANSPORT: (
        "grants=95000 own_revenue=310000 revenue=412000 opex=371000 employee_cost=164000 operating_cash_flow=46000"
        " debt_service=22000 cash=240000 receivable=61000 inventory=19000 current_assets=352000 assets=2800000"
        " payable=74000 current_liabilities=205000 debt=1200000 equity=980000 contingent=90000"
    ),
    HOSPITAL: (
        "grants=860000 own_revenue=190000 revenue=1068000 opex=1190000 employee_cost=741000 operating_cash_flow=-120000"
        " debt_service=0 cash=56000 receivable=88000 inventory=112000 current_assets=268000 assets=5200000"
        " payable=390000 current_liabilities=455000 debt=0 equity=3900000 contingent=1400000"
    ),
}
GROWTH = {WATER: 2, TRANSPORT: 3, HOSPITAL: -1}
BUDGET = {WATER: 2_400_000, TRANSPORT: 1_700_000, HOSPITAL: 4_500_000}  # of a year, in thousands
AUDIT = {WATER: (7, 41_000, 210), TRANSPORT: (2, 3_500, 95), HOSPITAL: (19, 268_000, 512)}
ANSWERED_NO = {HOSPITAL: ("board_met", "internal_audit")}
REMARKS = (
    "Receipts came later than planned. The board has agreed on monthly billing, a freeze of vacant posts and quarterly talks "
    "with the department; the finance office reports on them with the next pack."
)
QUERY = "Cash of the hospital would last 1.4 months. Please say from which month the arrears of the health card are counted."
MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Round:
    """One quarter and when its packs were dealt with; `pace` is the time from one office to the next."""

    year: str
    quarter: int
    number: int  # from the first one on
    begins: datetime
    pace: timedelta


@dataclass(frozen=True, slots=True)
class Event:
    """Something that somebody did with a pack."""

    at: datetime
    entity: str
    round: Round
    act: str
    time: int = 1  # the second time after a query

    @property
    def key(self) -> str:
        return f"demo:{self.entity}:{self.round.number}:{self.act}:{self.time}"


# --- The province ----------------------------------------------------------------------------------------


def write(hashed: str, reason: str) -> None:
    """Government, units, posts and people; inside the caller's transaction."""
    writer = Writer(actor_id=None, reason=reason)
    government = Government(
        code=CODE, name=NAME, time_zone="Asia/Karachi", zone_name="PKT", currency="PKR", grouping="lakh",
        language="en", fiscal_start_month=7,
        sub_activity_pattern=r"^A\d{2}(?:\d{3})?$", account_pattern=r"^A\d{2}(?:\d{3})?$", unit_pattern=r"^[A-Z]{2}(?:-\d{2})?$",
    )  # fmt: skip
    writer.insert([government])
    years = [
        FiscalYear(
            government=government, label=f"{first}-{first - 1999}", start_date=date(first, 7, 1),
            end_date=date(first + 1, 6, 30),
        )
        for first in (2025, 2026)
    ]  # fmt: skip
    writer.insert(years)
    writer.insert([CalendarRule(fiscal_year=year) for year in years])
    root = Unit(government=government, kind=Unit.Kind.GOVERNMENT, code=CODE, name=NAME, route_code="KPDEPT")
    writer.insert([root])
    above = {
        code: Unit(
            government=government,
            parent=root,
            kind=Unit.Kind.AGENCY,
            code=code,
            name=name,
            route_code="KPDEPT",
        )
        for code, name in DEPARTMENTS.items()
    }
    writer.insert(list(above.values()))
    entities = {
        code: Unit(
            government=government, parent=above[code[:2]], kind=Unit.Kind.PUBLIC_ENTITY, code=code, name=name,
            route_code="PSE",
        )
        for code, name in ENTITIES.items()
    }  # fmt: skip
    writer.insert(list(entities.values()))
    _people(writer, {CODE: root, **above, **entities}, hashed)


def _people(writer: Writer, units: dict[str, Unit], hashed: str) -> None:
    users = {
        username: User(
            username=username, name=name, email=f"{username}@contoh.test", language=language, password=hashed
        )
        for username, (name, _, _, _, language) in PEOPLE.items()
    }
    posts = {
        username: Post(unit=units[code], role=role, title=title)
        for username, (_, code, role, title, _) in PEOPLE.items()
    }
    writer.insert(list(users.values()))
    writer.insert(list(posts.values()))
    writer.insert(
        [
            Assignment(
                person=users[username], post=posts[username], kind="definitive", decree_no=f"SO(E)/{number}/2025",
                decree_date=SINCE, valid_from=SINCE,
            )
            for number, username in enumerate(PEOPLE, 1)
        ]
    )  # fmt: skip


# --- Its quarters ----------------------------------------------------------------------------------------


def live(until: datetime, now: datetime, move: Callable[[datetime], None]) -> int:
    """Do what happened until a moment and was not done yet; `now` is when the demonstration stands. Returns how many acts."""
    done = 0
    for event in story(now):
        if event.at < until and not Act.objects.filter(key=event.key).exists():
            move(event.at)
            _open(event.round)
            with transaction.atomic():
                done += _do(event)
    for each in _rounds(now):
        if each.begins < until:
            _open(each)
    return done


def _rounds(now: datetime) -> list[Round]:
    """Quarters that had ended and were dealt with by `now`, in days that the regency leaves free; the last one just now."""
    dealt = [
        Round("2025-26", 1, 0, datetime(2026, 1, 5, 9, tzinfo=ZONE), DAY),
        Round("2025-26", 2, 1, datetime(2026, 1, 22, 9, tzinfo=ZONE), 150 * MINUTE),
        Round("2025-26", 3, 2, datetime(2026, 4, 22, 9, tzinfo=ZONE), 150 * MINUTE),
        Round("2025-26", 4, 3, datetime(2026, 7, 22, 9, tzinfo=ZONE), 150 * MINUTE),
    ]
    if now >= datetime(2026, 10, 23, tzinfo=ZONE):
        dealt.append(Round("2026-27", 1, 4, datetime(2026, 10, 22, 9, tzinfo=ZONE), 150 * MINUTE))
    elif now >= datetime(2026, 10, 1, tzinfo=ZONE):
        dealt.append(Round("2026-27", 1, 4, now - 50 * MINUTE, 10 * MINUTE))
    if now >= datetime(2027, 1, 1, tzinfo=ZONE):
        dealt.append(Round("2026-27", 2, 5, now - 50 * MINUTE, 10 * MINUTE))
    return [each for each in dealt if each.begins < now]


def story(now: datetime) -> list[Event]:
    """All that happens there until `now`, in order. The last quarter is on its way; the hospital's before it was asked back,
    corrected and signed anew."""
    rounds = _rounds(now)
    last, previous = rounds[-1], rounds[-2]
    return sorted(
        (event for each in rounds for event in _round(each, each is last, each is previous, last)),
        key=lambda event: (event.at, event.entity),
    )


def _round(each: Round, is_last: bool, is_previous: bool, last: Round) -> Iterator[Event]:
    ways: dict[str, tuple[str, ...]] = {code: ("submit", "verify", "sign", "review") for code in ENTITIES}
    if is_last:
        ways = {HOSPITAL: ("submit",), TRANSPORT: ("submit", "verify")}
    elif is_previous:
        ways[HOSPITAL] = ("submit", "verify", "sign", "return")
    for shift, (code, acts) in enumerate(ways.items()):
        first = 1 if is_last else 0  # what was corrected comes first
        for place, act in enumerate(acts):
            yield Event(each.begins + (first + place) * each.pace + shift * MINUTE, code, each, act)
    if is_previous:
        for place, act in enumerate(("submit", "verify", "sign")):
            yield Event(last.begins + place * MINUTE, HOSPITAL, each, act, time=2)


def _open(each: Round) -> None:
    year = FiscalYear.objects.select_related("government").get(government__code=CODE, label=each.year)
    if Pack.objects.filter(fiscal_year=year, quarter=each.quarter).count() < len(ENTITIES):
        open_quarter(fiscal_year=year, quarter=each.quarter)


def _do(event: Event) -> int:
    pack = Pack.objects.get(
        unit__code=event.entity, fiscal_year__label=event.round.year, quarter=event.round.quarter, revision=0
    )
    officer, head, signer = (_user(holders[event.entity]) for holders in (OFFICERS, HEADS, SIGNERS))
    if event.act == "submit":
        _enter(pack, event, officer)
    seen: dict[int, int | None] = {pack.pk: Pack.objects.get(pk=pack.pk).version}
    acts: dict[str, Callable[[], list[Outcome]]] = {
        "submit": lambda: services.submit(actor=officer, versions=seen, statement="1", key=event.key),
        "verify": lambda: services.verify(actor=head, versions=seen, key=event.key),
        "sign": lambda: services.sign(actor=signer, versions=seen, factor=given(signer), key=event.key),
        "review": lambda: services.review(actor=_user("cgu"), versions=seen, key=event.key),
        "return": lambda: services.send_back(
            actor=_user("cgu"), versions=seen, reason=QUERY, marks=["figure-cash"], key=event.key
        ),
    }
    outcomes = acts[event.act]()
    refused = [one for one in outcomes if not one.done]
    if refused:
        raise AssertionError(f"{event.key}: {refused}")
    return len(outcomes)


def _enter(pack: Pack, event: Event, officer: User) -> None:
    figures = {
        one.code: Reported(value, "Counted from May, when the claims were filed." if noted else "")
        for one in pack.form.form.fields
        for value, noted in [_figure(event, one.code, one.kind)]
    }
    entry = Entry(pack.pk, pack.version, REMARKS, figures)
    saved = services.save(actor=officer, entries=[entry])
    if pack.pk not in saved.versions:
        raise AssertionError(f"{event.key}: {saved.refusals} {saved.findings}")
    upload = document(
        f"accounts-{event.entity}-{event.round.number}", f"Accounts of {ENTITIES[event.entity]}", event.at
    )
    files.attach(actor=officer, pack=pack, upload=upload)


def _figure(event: Event, code: str, kind: str) -> tuple[Decimal, bool]:
    """A figure of the entity in that quarter, and whether it was explained after a query."""
    entity, number = event.entity, event.round.number
    if kind == YES_NO:
        return Decimal(code not in ANSWERED_NO.get(entity, ())), False
    audit = dict(zip(("audit_paras", "audit_value", "audit_age"), AUDIT[entity], strict=True))
    if code in audit:
        grown = audit[code] + (number * 90 if code == "audit_age" and entity == HOSPITAL else number % 2)
        return Decimal(grown * (1000 if code == "audit_value" else 1)), False
    share = {"budget": 100, "released": 24 * event.round.quarter, "spent": 22 * event.round.quarter}
    if code in share:
        return Decimal(BUDGET[entity]) * 10 * share[code], False
    base = dict(pair.split("=") for pair in BASE[entity].split())
    growth = 0 if code == "contingent" else GROWTH[entity]  # any rise of it is an alarm
    value = Decimal(base[code]) * 10 * (100 + growth * number)
    return value, code == "cash" and event.time == 2


def _user(username: str) -> User:
    return User.objects.get(username=username)
