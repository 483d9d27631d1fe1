"""Loading a profile from beginning to end; an interrupted loading is taken up where it stopped."""

from contextlib import nullcontext

from django.contrib.auth.hashers import make_password
from django.core.management.base import CommandError
from django.db.models import QuerySet

from config.demo import budget, clock, keys, leading, living, province, realplan, structure
from config.demo.accounts import Secrets, equip
from config.demo.agencies import GOVERNMENT_CODE, GOVERNMENT_NAME, REAL_SECTION
from config.demo.chance import another
from config.demo.living import Plans, Say
from config.demo.months import told
from config.demo.offices import AGENCY_HEAD, Staff, staff
from config.demo.profiles import Profile, Year
from ledger.recording import recorded
from registry.imports.writing import Writer
from registry.models import FiscalYear, Government, Post, Unit, User

MARK = "load_demo"


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
    """Structure and plans in one transaction, then month by month through the product's own door; year by year."""
    new = state(profile) == "empty"
    agencies = profile.places()
    everybody = staff(agencies)
    for year in profile.years:
        # The same people in the same places; what they plan and report is told by each year for itself.
        with nullcontext() if year.current else another(str(year.number)):
            plans = Plans.of(profile, year, agencies, everybody)
            _year(profile, plans, year, secrets, say, new and year == profile.years[0])
    province.live(profile.now, profile.now, clock.move)
    root, current = Unit.objects.get(code=GOVERNMENT_CODE), _written(profile.years[-1]).get()
    say(f"{leading.bring_contracts(plans.items, root, current)} contracts were brought in.")
    told()
    with recorded(None):
        _mark(Government.objects.get(code=GOVERNMENT_CODE), f"{MARK} {profile.name} complete")
    clock.move(profile.now)
    say(f"{equip()} people got an authenticator app.")


def _year(profile: Profile, plans: Plans, year: Year, secrets: Secrets, say: Say, new: bool) -> None:
    if not _written(year).exists():
        clock.move(year.begins)
        with recorded(None):
            _write(profile, plans, year, secrets)
        living.analyse()
        real = " and the plan of one section" if year.current else ""
        say(
            f"{len(plans.agencies)} agencies, {len(plans.items)} sub-activities{real} of {year.number} are written."
        )
    if year.current:
        plans.add_real()
    users = _users(plans.staff)
    heads = [seat for seat in plans.staff.seats.values() if seat.role == AGENCY_HEAD]
    signers = (users[each.person] for seat in heads for each in seat.holdings)
    keys.issue(signers, secrets.passphrase, anew=new)
    with clock.hurried():
        living.live(year, plans, users, secrets, say)


def _written(year: Year) -> QuerySet[FiscalYear]:
    return FiscalYear.objects.filter(label=str(year.number), government__code=GOVERNMENT_CODE)


def _write(profile: Profile, plans: Plans, year: Year, secrets: Secrets) -> None:
    """The budget of a year, and in the first one whatever it needs."""
    writer = Writer(actor_id=None, reason=f"{MARK} {profile.name} begun")
    governed = Government.objects.filter(code=GOVERNMENT_CODE).first()
    if governed is None:
        governed = structure.government(writer)
        fiscal_year = structure.calendar(writer, governed, year.number)
        structure.holidays(writer, governed, year.number)
        placed = structure.units(writer, governed, plans.agencies)
        structure.nomenclature(writer, governed, year.number, plans.agencies, plans.items)
        seats = structure.posts(writer, placed, plans.staff)
        _people(writer, plans, placed[GOVERNMENT_CODE], seats, secrets)
    else:
        fiscal_year = structure.calendar(writer, governed, year.number)
        placed = {unit.code: unit for unit in Unit.objects.filter(government=governed)}
        structure.nomenclature(writer, governed, year.number, plans.agencies, plans.items)
        seats = structure.seats(plans.staff)
    budget.write(writer, fiscal_year, placed, seats, plans.agencies, plans.items, plans.versions)
    if year.current:
        section = next(
            child for agency in plans.agencies for child in agency.children if child.key == REAL_SECTION
        )
        unit = Unit.objects.get(code=section.code)
        realplan.load(
            unit, fiscal_year, seats[REAL_SECTION, "specific"], seats[REAL_SECTION, "verify-0"], writer
        )


def _people(
    writer: Writer, plans: Plans, root: Unit, seats: dict[tuple[str, str], Post], secrets: Secrets
) -> None:
    hashed = make_password(secrets.password)
    structure.people(writer, plans.staff, seats, hashed)
    structure.others(writer, root, hashed)
    structure.secretary(writer, root)
    province.write(hashed, writer.reason)


def _users(everybody: Staff) -> list[User]:
    by_number = {
        user.nip: user for user in User.objects.filter(nip__in=[person.nip for person in everybody.people])
    }
    return [by_number[person.nip] for person in everybody.people]


def _mark(government: Government, reason: str) -> None:
    government._change_reason = reason  # type: ignore[attr-defined]  # simple-history's way of naming a reason
    government.save()
