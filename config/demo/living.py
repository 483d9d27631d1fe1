"""Living through a fiscal year, month by month, through the product's own door."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from django.core.management.base import CommandError
from django.db import connections

from config.demo import actuals, clock, leading, plan, province, realplan, timeline, versions, voices
from config.demo.accounts import Secrets
from config.demo.agencies import GOVERNMENT_CODE, REAL_SECTION, Place
from config.demo.months import Keys, Month
from config.demo.narratives import NUMBERS
from config.demo.offices import Staff, officer_of, verifier_of
from config.demo.plan import Item, Version
from config.demo.profiles import ZONE, Profile, Year
from registry.models import FiscalYear, Unit, User
from submissions.calendar import open_month
from submissions.models import Period
from submissions.moments import start_of_month

Say = Callable[[str], None]
# Acts of the first month after which the planner is told what the tables hold: for a minute nobody else does, and plans made
# for empty tables read all decisions for each report.
TOLD_AFTER = (50, 200, 800)


@dataclass(slots=True)
class Plans:
    """Everything of a year that is invented before anything of it is written."""

    agencies: tuple[Place, ...]
    staff: Staff
    items: list[Item]
    versions: dict[str, list[Version]]

    @classmethod
    def of(cls, profile: Profile, year: Year, agencies: tuple[Place, ...], everybody: Staff) -> "Plans":
        items = plan.items(agencies, profile.size_in(year))
        if year.current:
            leading.plan_critical(items, year.months)
        return cls(agencies, everybody, items, versions.unfold(items, year.months, year.number))

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


def live(year: Year, plans: Plans, users: Sequence[User], secrets: Secrets, say: Say) -> None:
    """All months of a year, from the first one that is not there yet."""
    stored = FiscalYear.objects.get(label=str(year.number), government__code=GOVERNMENT_CODE)
    reports, stories = _reports(year, plans), _stories(plans) if year.current else timeline.Stories()
    lasting = Keys.load(stored)
    items = {item.key: item for item in plans.items}
    agency_of = plans.agency_of
    desks = {item.key: _desk(item, agency_of[item.place.code]) for item in plans.items}
    reached = max(Period.objects.filter(fiscal_year=stored).values_list("month", flat=True), default=0)
    for number in range(max(reached, 1), year.months + 1):
        if number > reached:
            province.live(datetime(year.number, number, 25, tzinfo=ZONE), year.now, clock.move)
            if year.current:
                voices.live(number)
            clock.move(datetime(year.number, number, 25, 8, 0, tzinfo=ZONE))
            open_month(fiscal_year=stored, month=number)
        month = Month(stored, number, plans.staff, users, items, reports, lasting, secrets)
        month.load()
        last = number == year.months and not year.over
        events = timeline.month(desks, _due(stored, number), plans.staff, stories, last=last)
        past = [event for event in events if event.at < year.now]
        month.live(_with_the_province(past if number > 1 else _told(past), year.now))
        made = leading.decide_month(stored, number, year.months, year.now)
        say(
            f"{year.number}-{number:02}: {len(month.rows)} reports, {month.signatures} signed documents, {made} decisions"
            " of leaders."
        )


def analyse() -> None:
    """Tell the planner what the tables hold."""
    with connections["owner"].cursor() as cursor:
        cursor.execute("ANALYZE")


def _told(events: Sequence[timeline.Event]) -> Iterator[timeline.Event]:
    for place, event in enumerate(events):
        if place in TOLD_AFTER:
            analyse()
        yield event


def _with_the_province(events: Iterable[timeline.Event], now: datetime) -> Iterator[timeline.Event]:
    """What happens in the other government meanwhile comes first, so that the clock never runs back."""
    moments = [event.at for event in province.story(now)]
    for event in events:
        if any(each < event.at for each in moments):
            province.live(event.at, now, clock.move)
            moments = [each for each in moments if each >= event.at]
        yield event


def _reports(year: Year, plans: Plans) -> dict[tuple[str, int], actuals.Reported]:
    owners = {code: agency.key for code, agency in plans.agency_of.items()}
    reports = actuals.reported(plans.items, plans.versions, owners, year.months)
    if year.current:
        leading.report_critical(plans.items, reports, year.months)
        _correct(plans, reports)
    return reports


def _desk(item: Item, agency: Place) -> timeline.Desk:
    asked = (item.place, agency, item.common, item.sub.code)
    return timeline.Desk(agency.key, officer_of(*asked), verifier_of(*asked))


def _due(year: FiscalYear, number: int) -> timeline.Due:
    """Last days as the stored period has them."""
    period = Period.objects.filter(fiscal_year=year, month=number).first()
    if period is None:
        raise CommandError(f"Month {number} of {year.label} is not open.")
    zone = ZoneInfo(str(ZONE))

    def day(moment: datetime) -> date:
        return moment.astimezone(zone).date()

    return timeline.Due(
        number,
        day(period.entry_due),
        day(period.verify_due),
        day(period.sign_due),
        day(period.lock_at),
        (start_of_month(year.start_date.year, number) + timedelta(days=31)).replace(day=1),
    )


def _stories(plans: Plans) -> timeline.Stories:
    """What is scripted (domain.md 7.5): S02 and the desks that a visitor tries, in all profiles; silent agencies."""
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
