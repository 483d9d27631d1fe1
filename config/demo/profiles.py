"""What each profile holds, and the moment at which its regency stands (domain.md 7.1)."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from config.demo import agencies
from config.demo.agencies import AGENCY, DISTRICT, HEALTH_CENTRE, HOSPITAL, SECTION, UPTD, WARD, Place
from config.demo.plan import Size

ZONE = ZoneInfo("Asia/Makassar")
YEAR = 2026


@dataclass(frozen=True, slots=True)
class Profile:
    """`months`: the last one is open, those before it are over. `now`: what the clock says after loading."""

    name: str
    places: Callable[[], tuple[Place, ...]]
    size: Size
    months: int
    now: datetime


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
PROFILES = {profile.name: profile for profile in (TINY, DEMO)}
