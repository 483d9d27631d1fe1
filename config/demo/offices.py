"""Posts and who holds them, as plain data: officers, those who verify, heads, acting heads, a vacant post (domain.md 7.5)."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date

from config.demo.agencies import DISTRICT, LARGE, REAL_SECTION, Place
from config.demo.names import Invented, People

OFFICER, SECTION_HEAD, AGENCY_HEAD = "officer", "section_head", "agency_head"
DEFINITIVE, PLT = "definitive", "plt"
NEW_YEAR = date(2026, 1, 2)
FIRST_DAY = date(2025, 1, 6)

# S06: the post of head is vacant and an acting head signs; the key is the agency, the value from when.
ACTING = {"dishub": date(2026, 2, 2), "kecamatan-5": date(2026, 1, 5), "diskominfo": date(2026, 2, 2)}
# S07: the officer's post stays vacant until he is appointed shortly before January locks, and enters the backlog.
LATE_OFFICER = {("dinsos", "specific"): date(2026, 2, 18)}
# An officer left and nobody has followed yet.
VACANT_FROM = {("disarpus", "specific"): date(2026, 8, 14)}
SECOND_FIELD = (
    "1.01.02.2.01.0006", "1.01.02.2.01.0001", "1.01.02.2.01.0014", "1.01.02.2.01.004", "1.01.02.2.01.005",
    "1.01.02.2.02.0012", "1.02.02.2.01.", "1.02.03.", "1.03.02.", "1.03.03.", "1.03.12.",
)  # fmt: skip


@dataclass(slots=True)
class Holding:
    """Somebody in a post, from one day until another."""

    person: int
    kind: str
    since: date
    until: date | None = None


@dataclass(slots=True)
class Seat:
    """A post of a unit; `key` is how items and stories refer to it."""

    key: tuple[str, str]
    unit: str
    role: str
    title: str
    holdings: list[Holding] = field(default_factory=list)


@dataclass(slots=True)
class Staff:
    """Everybody: `people[n]` is person n; seats by key (place key, what for)."""

    people: list[Invented] = field(default_factory=list)
    seats: dict[tuple[str, str], Seat] = field(default_factory=dict)

    def holder(self, key: tuple[str, str], day: date) -> tuple[int, str] | None:
        """(person, capacity) who acts in the post on a day: an acting holder replaces the definitive one."""
        now = [
            each
            for each in self.seats[key].holdings
            if each.since <= day and (not each.until or day <= each.until)
        ]
        now.sort(key=lambda each: each.kind == DEFINITIVE)
        return (now[0].person, now[0].kind) if now else None


def staff(agencies: Sequence[Place]) -> Staff:
    """Posts and people of all agencies, in a fixed order."""
    made, people = Staff(), People()
    for agency in agencies:
        _head(made, people, agency)
        for number, title in enumerate(agency.bureaus):
            _seat(made, people, (agency.key, f"verify-{number}"), agency, SECTION_HEAD, title)
        for purpose, title in _officers(agency):
            _seat(made, people, (agency.key, purpose), agency, OFFICER, title)
        for child in agency.children:
            _seat(made, people, (child.key, "verify-0"), child, SECTION_HEAD, child.head)
            _seat(made, people, (child.key, "specific"), child, OFFICER, _officer_title(child))
    return made


def officer_of(place: Place, agency: Place, common: bool, code: str) -> tuple[str, str]:
    """The officer's post for an item."""
    if place.key != agency.key:
        return place.key, "specific"
    if agency.kind == DISTRICT or agency.key == "setda":
        return agency.key, "common" if common else "specific"
    if common:
        return agency.key, "plan" if ".2.01." in code or ".2.02." in code else "common"
    if agency.key in LARGE and _second_half(code):
        return agency.key, "specific-2"
    return agency.key, "specific"


def verifier_of(place: Place, agency: Place, common: bool, code: str) -> tuple[str, str]:
    """The verifier's post for an item."""
    if place.key != agency.key:
        return place.key, "verify-0"
    if common or len(agency.bureaus) == 1:
        return agency.key, "verify-0"
    return agency.key, "verify-2" if agency.key in LARGE and _second_half(code) else "verify-1"


def _second_half(code: str) -> bool:
    """What the second of two fields of work answers for: buildings, water, supplies."""
    return code.startswith(SECOND_FIELD)


def _officers(agency: Place) -> list[tuple[str, str]]:
    if agency.kind == DISTRICT:
        return [
            ("common", "Kepala Subbagian Perencanaan dan Keuangan"),
            ("specific", "Kepala Seksi Pemerintahan"),
        ]
    if agency.key == "setda":
        return [("common", "Kepala Subbagian Tata Usaha Pimpinan")] if agency.bureaus else []
    titles = [
        ("plan", "Kepala Subbagian Perencanaan dan Keuangan"),
        ("common", "Kepala Subbagian Umum dan Kepegawaian"),
        ("specific", f"Pejabat Fungsional Ahli Muda, {agency.bureaus[1].removeprefix('Kepala ')}"),
    ]
    if agency.key in LARGE:
        titles.append(
            ("specific-2", f"Pejabat Fungsional Ahli Muda, {agency.bureaus[2].removeprefix('Kepala ')}")
        )
    return titles


def _officer_title(child: Place) -> str:
    return {
        "WARD": "Kepala Seksi Ekonomi dan Pembangunan",
        "HEALTH_CENTRE": "Penanggung Jawab Upaya Kesehatan Masyarakat",
        "HOSPITAL": "Kepala Subbagian Perencanaan dan Keuangan",
        "UPTD": "Kepala Subbagian Tata Usaha",
    }.get(
        child.kind,
        "Analis Kebijakan Ahli Muda" if child.key == REAL_SECTION else "Kepala Subbagian Tata Usaha",
    )


def _head(made: Staff, people: People, agency: Place) -> None:
    key = (agency.key, "head")
    seat = made.seats[key] = Seat(key, agency.code, AGENCY_HEAD, agency.head)
    rank = "leader" if agency.key == "setda" else AGENCY_HEAD
    acting = ACTING.get(agency.key)
    if not acting:
        seat.holdings.append(Holding(_person(made, people, rank), DEFINITIVE, FIRST_DAY))
        return
    if acting > NEW_YEAR:
        # The former head retires the day before.
        leaves = date.fromordinal(acting.toordinal() - 1)
        seat.holdings.append(Holding(_person(made, people, rank), DEFINITIVE, FIRST_DAY, leaves))
    seat.holdings.append(Holding(_person(made, people, AGENCY_HEAD), PLT, acting))


def _seat(made: Staff, people: People, key: tuple[str, str], place: Place, role: str, title: str) -> None:
    seat = made.seats[key] = Seat(key, place.code, role, title)
    until = VACANT_FROM.get(key)
    since = LATE_OFFICER.get(key, FIRST_DAY)
    holding = Holding(_person(made, people, role), DEFINITIVE, since, until)
    seat.holdings.append(holding)


def _person(made: Staff, people: People, kind: str) -> int:
    made.people.append(people.next(kind))
    return len(made.people) - 1
