"""What each profile holds, and the moment at which its regency stands (domain.md 7.1)."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from functools import partial
from zoneinfo import ZoneInfo

from config.demo import agencies
from config.demo.agencies import AGENCY, DISTRICT, HEALTH_CENTRE, HOSPITAL, SECTION, UPTD, WARD, Place
from config.demo.plan import Size

ZONE = ZoneInfo("Asia/Makassar")
YEAR = 2026
PRIOR_SHARE = Decimal("0.94")  # of this year's money


@dataclass(frozen=True, slots=True)
class Year:
    """A fiscal year that is lived through. `months`: the last one is open, those before it are over, and with `over` all of
    them. Its budget is written at `begins`, and what lies after `now` has not happened."""

    number: int
    months: int
    over: bool
    begins: datetime
    now: datetime
    share: Decimal = Decimal(1)  # of the profile's rupiah

    @property
    def current(self) -> bool:
        """Whether it is the year in which the regency stands: the one with stories, and with the real plan of a section."""
        return self.number == YEAR


@dataclass(frozen=True, slots=True)
class Profile:
    """`months` and `over` as in Year, of the current one; with `prior` there is the whole year before it as well. `now`: what
    the clock says after loading."""

    name: str
    places: Callable[[], tuple[Place, ...]]
    size: Size
    months: int
    now: datetime
    over: bool = False
    prior: bool = False

    def size_in(self, year: Year) -> Size:
        """How much a year holds."""
        return replace(self.size, total=(self.size.total * year.share).quantize(Decimal(1)))

    @property
    def years(self) -> tuple[Year, ...]:
        """Those that are lived through, in order. A budget is written when nothing of the year before happens any more."""
        begins = datetime(YEAR, 1, 22 if self.prior else 2, 8, 0, tzinfo=ZONE)
        current = Year(YEAR, self.months, self.over, begins, self.now)
        before = Year(YEAR - 1, 12, True, datetime(YEAR - 1, 1, 6, 8, 0, tzinfo=ZONE), self.now, PRIOR_SHARE)
        return (before, current) if self.prior else (current,)


TINY = Profile(
    name="tiny",
    places=agencies.small_regency,
    size=Size(
        common=7,
        specific={"dpupr": 5, "uptd-dpupr": 2, "diskominfo": 3, "setda": 0, SECTION: 0},
        lines=80,
        total=Decimal(210_000_000_000),
        without=frozenset({"setda"}),
    ),
    months=4,
    now=datetime(2026, 5, 6, 9, 0, tzinfo=ZONE),
)
DEMO = Profile(
    name="demo",
    places=agencies.regency,
    size=Size(
        common=16,
        specific={
            "disdikbud": 12, "dinkes": 12, "dpupr": 14, "setda": 0, agencies.REAL_SECTION: 0, SECTION: 5, AGENCY: 8,
            DISTRICT: 3, UPTD: 3, WARD: 2, HEALTH_CENTRE: 4, HOSPITAL: 4,
        },
        lines=9_000,
        total=Decimal(2_400_000_000_000),
    ),
    months=9,
    now=datetime(2026, 10, 6, 9, 0, tzinfo=ZONE),
)  # fmt: skip
# To measure with: a whole year and the one before it, in more and larger units than a regency has.
FULL = Profile(
    name="full",
    places=partial(agencies.large_regency, 55, 200),
    size=replace(DEMO.size, items=6_000, lines=75_000, total=Decimal(7_200_000_000_000)),
    months=12,
    now=datetime(2027, 1, 26, 9, 0, tzinfo=ZONE),
    over=True,
    prior=True,
)
STRESS = replace(
    FULL,
    name="stress",
    places=partial(agencies.large_regency, 60, 300),
    size=replace(DEMO.size, items=32_000, lines=300_000, total=Decimal(36_000_000_000_000)),
    prior=False,
)
PROFILES = {profile.name: profile for profile in (TINY, DEMO, FULL, STRESS)}
