"""Loading a profile from beginning to end; an interrupted loading is taken up where it stopped."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from django.contrib.auth.hashers import make_password
from django.core.management.base import CommandError

from config.demo import actuals, budget, clock, keys, plan, province, realplan, structure, timeline, versions
from config.demo.accounts import Secrets, equip
from config.demo.agencies import GOVERNMENT_CODE, GOVERNMENT_NAME, REAL_SECTION, Place
from config.demo.months import Keys, Month, told
from config.demo.narratives import NUMBERS
from config.demo.offices import AGENCY_HEAD, Staff, officer_of, staff, verifier_of
from config.demo.plan import Item, Version
from config.demo.profiles import YEAR, ZONE, Profile
from ledger.recording import recorded
from registry.imports.writing import Writer
from registry.models import FiscalYear, Government, Unit, User
from submissions.calendar import open_month
from submissions.models import Period
from submissions.moments import start_of_month

MARK = "load_demo"
BEGINNING = datetime(YEAR, 1, 2, 8, 0, tzinfo=ZONE)
Say = Callable[[str], None]


@dataclass(slots=True)
class Plans:
    """Everything that is invented before anything is written."""

    agencies: tuple[Place, ...]
    staff: Staff
    items: list[Item]
    versions: dict[str, list[Version]]

    @classmethod
    def of(cls, profile: Profile) -> "Plans":
        agencies = profile.places()
        items = plan.items(agencies, profile.size)
        return cls(agencies, staff(agencies), items, versions.unfold(items, profile.months))

    @property
    def agency_of(self) -> dict[str, Place]:
        """Agency by code of the unit."""
        return {place.code: agency for agency in self.agencies for place in (agency, *agency.children)}

    def add_real(self) -> None:
        """The imported plan, read back from the database, goes through the months like the others."""
        place = next(
            child for agency in self.agencies for child in agency.children if child.key == REAL_SECTION
        )
        items, own = realplan.as_items(Unit.objects.get(code=place.code), place)
        self.items += items
        self.versions[place.code] = own


def state(profile: Profile) -> str:
    """ "empty", "begun" or "complete"; raises CommandError for a database that holds anything else."""
    government = Government.objects.order_by("pk").first()
    if government is None and not User.objects.exists():
        return "empty"
    reasons = list(government.history.values_list("history_change_reason", flat=True)) if government else []
    marks = [reason for reason in reasons if reason and reason.startswith(MARK)]
    if (
        government is None
        or (government.code, government.name) != (GOVERNMENT_CODE, GOVERNMENT_NAME)
        or not marks
    ):
        raise CommandError(
            "This database holds other data, and demonstration data does not go beside it. "
            "Use an empty database, or another folder in JENJANG_DATA."
        )
    if not all(f" {profile.name} " in f"{mark} " for mark in marks):
        raise CommandError(
            f"This database holds the demonstration data of another profile. To load {profile.name}, use an empty database, "
            "or another folder in JENJANG_DATA."
        )
    return "complete" if any(mark.endswith("complete") for mark in marks) else "begun"


def load(profile: Profile, secrets: Secrets, say: Say) -> None:
    """Structure and plans in one transaction, then month by month through the product's own door."""
    plans, new = Plans.of(profile), state(profile) == "empty"
    if new:
        clock.move(BEGINNING)
        with recorded(None):
            _write(profile, plans, secrets)
        say(
            f"{len(plans.agencies)} agencies, {len(plans.items)} sub-activities and the plan of one section are written."
        )
    plans.add_real()
    users = _users(plans.staff)
    keys.issue(
        (
            users[each.person]
            for seat in plans.staff.seats.values()
            if seat.role == AGENCY_HEAD
            for each in seat.holdings
        ),
        secrets.passphrase,
        anew=new,
    )
    with clock.hurried():
        _live(profile, plans, users, secrets, say)
    told()
    with recorded(None):
        _mark(Government.objects.get(code=GOVERNMENT_CODE), f"{MARK} {profile.name} complete")
    clock.move(profile.now)
    say(f"{equip()} people got an authenticator app.")


def _write(profile: Profile, plans: Plans, secrets: Secrets) -> None:
    writer = Writer(actor_id=None, reason=f"{MARK} {profile.name} begun")
    governed = structure.government(writer)
    year = structure.calendar(writer, governed)
    placed = structure.units(writer, governed, plans.agencies)
    structure.nomenclature(writer, governed, plans.agencies, plans.items)
    seats = structure.posts(writer, placed, plans.staff)
    hashed = make_password(secrets.password)
    structure.people(writer, plans.staff, seats, hashed)
    structure.others(writer, placed[governed.code], hashed)
    province.write(hashed, writer.reason)
    budget.write(writer, year, placed, seats, plans.agencies, plans.items, plans.versions)
    section = next(
        child for agency in plans.agencies for child in agency.children if child.key == REAL_SECTION
    )
    unit = Unit.objects.get(code=section.code)
    realplan.load(unit, year, seats[REAL_SECTION, "specific"], seats[REAL_SECTION, "verify-0"], writer)


def _users(everybody: Staff) -> list[User]:
    by_number = {
        user.nip: user for user in User.objects.filter(nip__in=[person.nip for person in everybody.people])
    }
    return [by_number[person.nip] for person in everybody.people]


def _live(profile: Profile, plans: Plans, users: Sequence[User], secrets: Secrets, say: Say) -> None:
    year = FiscalYear.objects.get(label=str(YEAR))
    agency_of = plans.agency_of
    reports = actuals.reported(
        plans.items, plans.versions, {code: agency.key for code, agency in agency_of.items()}, profile.months
    )
    stories = _stories(plans)
    _correct(plans, reports)
    lasting = Keys.load()
    items = {item.key: item for item in plans.items}
    desks = {item.key: _desk(item, agency_of[item.place.code]) for item in plans.items}
    reached = max(Period.objects.values_list("month", flat=True), default=0)
    for number in range(max(reached, 1), profile.months + 1):
        if number > reached:
            province.live(datetime(YEAR, number, 25, tzinfo=ZONE), profile.now, clock.move)
            clock.move(datetime(YEAR, number, 25, 8, 0, tzinfo=ZONE))
            open_month(fiscal_year=year, month=number)
        month = Month(number, plans.staff, users, items, reports, lasting, secrets)
        month.load()
        events = timeline.month(desks, _due(number), plans.staff, stories, number == profile.months)
        month.live(event for event in events if event.at < profile.now)
        say(f"{YEAR}-{number:02}: {len(month.rows)} reports, {month.signatures} signed documents.")
    province.live(profile.now, profile.now, clock.move)


def _desk(item: Item, agency: Place) -> timeline.Desk:
    asked = (item.place, agency, item.common, item.sub.code)
    return timeline.Desk(agency.key, officer_of(*asked), verifier_of(*asked))


def _due(number: int) -> timeline.Due:
    """Last days as the stored period has them."""
    period = Period.objects.filter(month=number).first()
    if period is None:
        raise CommandError(f"Month {number} is not open.")
    zone = ZoneInfo(str(ZONE))

    def day(moment: datetime) -> date:
        return moment.astimezone(zone).date()

    return timeline.Due(
        number,
        day(period.entry_due),
        day(period.verify_due),
        day(period.sign_due),
        day(period.lock_at),
        start_of_month(YEAR, number + 1),
    )


def _stories(plans: Plans) -> timeline.Stories:
    """What is scripted (domain.md 7.5): S02 and the desks that a visitor tries, in both profiles; silent agencies."""
    road = _named(plans, "dpupr", "1.03.10.2.01.0055")
    return timeline.Stories(
        twice={(2, road.key): NUMBERS},
        unsigned_from={"kecamatan-13": 6, "kesbangpol": 7},
        silent_from={"kecamatan-9": 8},
        open_desk={
            ("dpupr", "specific"): ("returned", "open", "submitted", "draft", "submitted", "verified"),
            (REAL_SECTION, "specific"): ("open",),
        },
        head_waits=frozenset({"dpupr", "setda"}),
    )


def _correct(plans: Plans, reports: dict[tuple[str, int], actuals.Reported]) -> None:
    """S03: a payment of January came back and is corrected in March."""
    item = _named(plans, "dpupr", "1.03.01.2.06.0009")
    actuals.corrected(
        reports, item, 3, 1, "Pengembalian kelebihan bayar perjalanan dinas bulan Januari ke kas daerah"
    )


def _named(plans: Plans, agency: str, code: str) -> Item:
    return next(item for item in plans.items if item.place.key == agency and item.sub.code == code)


def _mark(government: Government, reason: str) -> None:
    government._change_reason = reason  # type: ignore[attr-defined]  # simple-history's way of naming a reason
    government.save()
