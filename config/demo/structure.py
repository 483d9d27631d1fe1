"""Writing the organisation: government, units, posts, people, calendar, names of codes. One transaction."""

from collections.abc import Sequence
from datetime import date

from config.demo import subjects
from config.demo.accounts import CENTRAL, OFFICES, OTHERS
from config.demo.agencies import GOVERNMENT_CODE, GOVERNMENT_NAME, Place
from config.demo.names import Invented, People
from config.demo.offices import AGENCY_HEAD, FIRST_DAY, OFFICER, Staff
from config.demo.plan import Item
from config.demo.realplan import REAL_NAMES
from registry.grants import SEE, give
from registry.imports.writing import Writer
from registry.models import Assignment, FiscalYear, Government, Nomenclature, Post, Unit, User
from registry.rules import INDONESIA
from submissions.models import CalendarRule, Holiday

# National days of two years and the joint leave that goes with them.
HOLIDAYS = {
    date(2025, 1, 1): "Tahun Baru Masehi", date(2025, 1, 27): "Isra Mikraj Nabi Muhammad",
    date(2025, 1, 28): "Cuti Bersama Tahun Baru Imlek", date(2025, 1, 29): "Tahun Baru Imlek",
    date(2025, 3, 28): "Cuti Bersama Hari Suci Nyepi", date(2025, 3, 29): "Hari Suci Nyepi",
    date(2025, 3, 31): "Idulfitri", date(2025, 4, 1): "Idulfitri", date(2025, 4, 2): "Cuti Bersama Idulfitri",
    date(2025, 4, 3): "Cuti Bersama Idulfitri", date(2025, 4, 4): "Cuti Bersama Idulfitri",
    date(2025, 4, 7): "Cuti Bersama Idulfitri", date(2025, 4, 18): "Wafat Yesus Kristus", date(2025, 4, 20): "Paskah",
    date(2025, 5, 1): "Hari Buruh Internasional", date(2025, 5, 12): "Hari Raya Waisak",
    date(2025, 5, 13): "Cuti Bersama Hari Raya Waisak", date(2025, 5, 29): "Kenaikan Yesus Kristus",
    date(2025, 5, 30): "Cuti Bersama Kenaikan Yesus Kristus", date(2025, 6, 1): "Hari Lahir Pancasila",
    date(2025, 6, 6): "Iduladha", date(2025, 6, 9): "Cuti Bersama Iduladha", date(2025, 6, 27): "Tahun Baru Islam",
    date(2025, 8, 17): "Proklamasi Kemerdekaan", date(2025, 8, 18): "Cuti Bersama Proklamasi Kemerdekaan",
    date(2025, 9, 5): "Maulid Nabi Muhammad", date(2025, 12, 25): "Natal", date(2025, 12, 26): "Cuti Bersama Natal",
    date(2026, 1, 1): "Tahun Baru Masehi", date(2026, 1, 16): "Isra Mikraj Nabi Muhammad",
    date(2026, 2, 16): "Cuti Bersama Tahun Baru Imlek", date(2026, 2, 17): "Tahun Baru Imlek",
    date(2026, 3, 18): "Cuti Bersama Hari Suci Nyepi", date(2026, 3, 19): "Hari Suci Nyepi",
    date(2026, 3, 20): "Cuti Bersama Idulfitri", date(2026, 3, 21): "Idulfitri", date(2026, 3, 22): "Idulfitri",
    date(2026, 3, 23): "Cuti Bersama Idulfitri", date(2026, 3, 24): "Cuti Bersama Idulfitri",
    date(2026, 4, 3): "Wafat Yesus Kristus", date(2026, 4, 5): "Paskah", date(2026, 5, 1): "Hari Buruh Internasional",
    date(2026, 5, 14): "Kenaikan Yesus Kristus", date(2026, 5, 15): "Cuti Bersama Kenaikan Yesus Kristus",
    date(2026, 5, 27): "Iduladha", date(2026, 5, 28): "Cuti Bersama Iduladha", date(2026, 5, 31): "Hari Raya Waisak",
    date(2026, 6, 1): "Hari Lahir Pancasila", date(2026, 6, 16): "Tahun Baru Islam",
    date(2026, 8, 17): "Proklamasi Kemerdekaan", date(2026, 8, 25): "Maulid Nabi Muhammad",
    date(2026, 12, 24): "Cuti Bersama Natal", date(2026, 12, 25): "Natal",
}  # fmt: skip
RANKS = {
    "auditor": "auditor", "biro": "section_head", "irban": "section_head", "bupati": "leader", "admin": "officer",
}  # fmt: skip


def government(writer: Writer) -> Government:
    """The regency with its zone, money and code patterns."""
    row = Government(
        code=GOVERNMENT_CODE,
        name=GOVERNMENT_NAME,
        sub_activity_pattern=INDONESIA.sub_activity,
        account_pattern=INDONESIA.account,
        unit_pattern=INDONESIA.unit,
    )
    writer.insert([row])
    return row


def calendar(writer: Writer, governed: Government, number: int) -> FiscalYear:
    """A fiscal year and its rule."""
    year = FiscalYear(
        government=governed, label=str(number), start_date=date(number, 1, 1), end_date=date(number, 12, 31)
    )
    writer.insert([year])
    writer.insert([CalendarRule(fiscal_year=year, opens_itself=True)])
    return year


def holidays(writer: Writer, governed: Government, since: int) -> None:
    """Those of the year in which everything begins, and of later ones: its last month is dealt with in the next."""
    days = {day: name for day, name in HOLIDAYS.items() if day.year >= since}
    writer.insert([Holiday(government=governed, day=day, name=name) for day, name in days.items()])


def units(writer: Writer, governed: Government, agencies: Sequence[Place]) -> dict[str, Unit]:
    """The tree, level by level (the database fills in paths); unit by code."""
    root = Unit(government=governed, kind=Unit.Kind.GOVERNMENT, code=governed.code, name=governed.name)
    writer.insert([root])
    level = [
        Unit(government=governed, parent=root, kind=each.kind, code=each.code, name=each.name)
        for each in agencies
    ]
    writer.insert(level)
    below = [
        Unit(government=governed, parent=parent, kind=child.kind, code=child.code, name=child.name)
        for agency, parent in zip(agencies, level, strict=True)
        for child in agency.children
    ]
    writer.insert(below)
    return {unit.code: unit for unit in (root, *level, *below)}


def nomenclature(
    writer: Writer, governed: Government, year: int, agencies: Sequence[Place], items: Sequence[Item]
) -> None:
    """Names of all codes in use in a year, at every level."""
    places = [place for agency in agencies for place in (agency, *agency.children)]
    codes = {item.sub.code: item.sub.name for item in items} | REAL_NAMES
    named = subjects.names_above(codes, subjects.subjects_by_programme(places))
    rows = [
        Nomenclature(government=governed, year=year, code=code, name=name)
        for code, name in sorted(named.items())
    ]
    writer.insert(rows)


def posts(writer: Writer, placed: dict[str, Unit], staff: Staff) -> dict[tuple[str, str], Post]:
    """Posts by seat."""
    made = {
        seat.key: Post(unit=placed[seat.unit], role=seat.role, title=seat.title)
        for seat in staff.seats.values()
    }
    writer.insert(list(made.values()))
    return made


def seats(staff: Staff) -> dict[tuple[str, str], Post]:
    """The posts that were written, by seat: what a unit calls an office is used there once."""
    stored = {(post.unit.code, post.role, post.title): post for post in Post.objects.select_related("unit")}
    return {seat.key: stored[seat.unit, seat.role, seat.title] for seat in staff.seats.values()}


def people(writer: Writer, staff: Staff, seats: dict[tuple[str, str], Post], hashed: str) -> list[User]:
    """A user for each person of the staff, in its order, and their dated assignments; one hash for all."""
    names = _usernames(staff)
    users = [_user(name, person, hashed) for name, person in zip(names, staff.people, strict=True)]
    writer.insert(users)
    assignments = []
    for number, seat in enumerate(staff.seats.values(), 1):
        for place, holding in enumerate(seat.holdings, 1):
            assignments.append(
                Assignment(
                    person=users[holding.person], post=seats[seat.key], kind=holding.kind,
                    decree_no=f"821.2/{number:03}.{place}/BKPSDM/{holding.since.year}", decree_date=holding.since,
                    valid_from=holding.since, valid_to=holding.until,
                )
            )  # fmt: skip
    writer.insert(assignments)
    return users


def others(writer: Writer, root: Unit, hashed: str) -> None:
    """Those outside the agencies: auditor, bureau, inspectorate, regent, and who runs the system."""
    people = People("others")
    users = []
    for name in OTHERS:
        user = _user(name, people.next(RANKS[name]), hashed)
        user.is_staff = user.is_superuser = name == "admin"
        users.append(user)
    writer.insert(users)
    posts = {name: Post(unit=root, role=role, title=title) for name, (role, title) in CENTRAL.items()}
    writer.insert(list(posts.values()))
    writer.insert(
        [
            Assignment(
                person=user, post=posts[user.username], kind="definitive", valid_from=FIRST_DAY,
                decree_no="821.2/001/BKPSDM/2025", decree_date=FIRST_DAY,
            )
            for user in users
            if user.username in posts
        ]
    )  # fmt: skip
    for user in users:
        if OTHERS[user.username]:
            give(OTHERS[user.username], user, root)


def secretary(writer: Writer, root: Unit) -> None:
    """The Regional Secretary leads beside the regent: a second office, at the regency itself."""
    sekda = User.objects.get(username="sekda")
    post = Post(unit=root, role=Post.Role.LEADER, title="Sekretaris Daerah")
    writer.insert([post])
    writer.insert(
        [
            Assignment(
                person=sekda, post=post, kind="definitive", valid_from=FIRST_DAY, decree_no="821.2/002/BKPSDM/2025",
                decree_date=FIRST_DAY,
            )
        ]
    )  # fmt: skip
    give(SEE, sekda, root)


def _user(username: str, person: Invented, hashed: str) -> User:
    return User(
        username=username,
        name=person.name,
        nip=person.nip,
        rank=person.rank,
        email=f"{username}@contoh.test",
        password=hashed,
    )


def _usernames(staff: Staff) -> list[str]:
    """Readable and unique: the well known ones for the offices that visitors try, else role and unit."""
    names = [""] * len(staff.people)
    for seat in staff.seats.values():
        place, purpose = seat.key
        word = {AGENCY_HEAD: "kepala", OFFICER: "pptk"}.get(seat.role, "verifikator")
        part = "" if purpose in ("head", "verify-0", "specific") else f".{purpose.split('-')[-1]}"
        for holding in seat.holdings:
            # Who left the office keeps an account of his own.
            former = "mantan." if holding is not seat.holdings[-1] else ""
            known = "" if former else OFFICES.get(seat.key, "")
            names[holding.person] = known or f"{former}{word}.{place}{part}"
    return names
