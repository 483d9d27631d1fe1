"""A small province with three public entities, and the people who report and judge.

Gulzar enters for the water company, Palwasha is its chief executive, Shehram heads its department, Zarmina sits in the
oversight unit. Tariq, Nadir and Wajahat do the same at the hospital and its department; Spozhmay has an account only.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from django.contrib.auth.hashers import make_password
from django.core.files.uploadedfile import SimpleUploadedFile

from indicators import files, services
from indicators.models import Pack
from indicators.rules import Reported
from indicators.services import Entry
from ledger.recording import recorded
from registry.models import FiscalYear, Government, Post, Unit, User
from tests.cast import PASSWORD, PNG, assign, factor

PKT = ZoneInfo("Asia/Karachi")
PEOPLE = {
    "gulzar": ("Gulzar Durrazai", "water_officer"),
    "palwasha": ("Palwasha Marwatkhel", "water_ceo"),
    "shehram": ("Shehram Sangeenabad", "local_secretary"),
    "zarmina": ("Zarmina Khushalzai", "oversight"),
    "tariq": ("Tariq Durrazai", "hospital_officer"),
    "nadir": ("Nadir Marwatkhel", "hospital_ceo"),
    "wajahat": ("Wajahat Sangeenabad", "health_secretary"),
    "spozhmay": ("Spozhmay Khushalzai", None),
}
# A quarter without any alarm, in rupees; the statements stand or fall by it.
SOUND = {
    "grants": "400", "own_revenue": "600", "revenue": "1000", "opex": "900", "employee_cost": "450",
    "operating_cash_flow": "120", "debt_service": "50", "cash": "300", "receivable": "200", "inventory": "50",
    "current_assets": "700", "assets": "5000", "payable": "150", "current_liabilities": "400", "debt": "800",
    "equity": "2000", "contingent": "100", "budget": "4000", "released": "3200", "spent": "3000", "audit_paras": "2",
    "audit_value": "10", "audit_age": "90", "accounts_on_time": "1", "board_met": "1", "ceo_in_post": "1", "cfo_in_post": "1",
    "internal_audit": "1",
}  # fmt: skip


@dataclass
class Province:
    """What the stories take place in. Every amount is in Pakistani rupees."""

    move_clock: Any
    government: Government
    year: FiscalYear
    water: Unit
    hospital: Unit
    posts: dict[str, Post]
    people: dict[str, User] = field(default_factory=dict)

    def __getattr__(self, name: str) -> User:
        try:
            return self.__dict__["people"][name]
        except KeyError:
            raise AttributeError(name) from None

    def at(self, text: str) -> datetime:
        """Set the clock to a local moment, "2025-10-20 09:00"."""
        moment = datetime.fromisoformat(text).replace(tzinfo=PKT)
        self.move_clock(moment)
        return moment

    def open(self, quarter: int = 1) -> Pack:
        """Open a quarter for everybody; the pack of the water company."""
        services.open_quarter(fiscal_year=self.year, quarter=quarter)
        return self.pack(quarter)

    def pack(self, quarter: int = 1, unit: Unit | None = None) -> Pack:
        return Pack.objects.get(unit=unit or self.water, quarter=quarter, revision=0)

    def enter(self, pack: Pack, by: str = "gulzar", **figures: str | None) -> int:
        """Sound figures with these changes and one file; the version then."""
        version = Pack.objects.get(pk=pack.pk).version
        told = {code: None if text is None else Decimal(text) for code, text in {**SOUND, **figures}.items()}
        entry = Entry(pack.pk, version, figures={code: Reported(value) for code, value in told.items()})
        saved = services.save(actor=self.people[by], entries=[entry])
        assert pack.pk in saved.versions, (saved.refusals, saved.findings)
        upload = SimpleUploadedFile("accounts.png", PNG)
        files.attach(actor=self.people[by], pack=pack, upload=upload)
        return self.version(pack)

    def version(self, pack: Pack) -> int:
        return Pack.objects.get(pk=pack.pk).version

    def versions(self, *packs: Pack) -> dict[int, int]:
        return {pack.pk: self.version(pack) for pack in packs}

    def submitted(self, pack: Pack, by: str = "gulzar", **figures: str | None) -> Pack:
        self.enter(pack, by=by, **figures)
        return self._done(services.submit, pack, by)

    def verified(self, pack: Pack, by: str = "palwasha") -> Pack:
        if Pack.objects.get(pk=pack.pk).state == "draft":
            self.submitted(pack)
        return self._done(services.verify, pack, by)

    def signed(self, pack: Pack, by: str = "shehram") -> Pack:
        if Pack.objects.get(pk=pack.pk).state != "verified":
            self.verified(pack)
        return self._done(services.sign, pack, by, factor=factor(self.people[by]))

    def published(self, pack: Pack, by: str = "zarmina") -> Pack:
        if Pack.objects.get(pk=pack.pk).state != "signed":
            self.signed(pack)
        return self._done(services.review, pack, by)

    def many(self, count: int) -> list[Pack]:
        """So many entities more under the water company's department, with the same people; their open packs."""
        with recorded(None):
            units = [
                _unit(
                    self.government,
                    self.water.parent,
                    "PUBLIC_ENTITY",
                    f"LG-9{Unit.objects.count():03}",
                    "Ferry Company",
                )
                for _ in range(count)
            ]
            for unit in units:
                for role, who in (("officer", "gulzar"), ("agency_head", "palwasha")):
                    assign(self.people[who], Post.objects.create(unit=unit, role=role, title="Ferries"))
        services.open_quarter(fiscal_year=self.year, quarter=1)
        return list(Pack.objects.filter(unit__in=units).order_by("pk"))

    def _done(self, act: Any, pack: Pack, by: str, **said: Any) -> Pack:
        outcomes = act(actor=self.people[by], versions=self.versions(pack), **said)
        assert all(one.done for one in outcomes), outcomes
        return Pack.objects.get(pk=pack.pk)


def furnish(move_clock: Any, password: str = "") -> Province:
    """The province; the clock stands at 20 October 2025, 09:00 PKT, so the first quarter is due on the 30th."""
    province = _places(move_clock)
    hashed = password or make_password(PASSWORD)
    with recorded(None):
        for username, (name, _) in PEOPLE.items():
            person = User(username=username, name=name, password=hashed, language="en")
            person.save()
            province.people[username] = person
    for username, (_, post) in PEOPLE.items():
        if post:
            assign(province.people[username], province.posts[post])
    province.at("2025-10-20 09:00")
    return province


def _places(move_clock: Any) -> Province:
    with recorded(None):
        government = Government.objects.create(
            code="KP", name="Province of Shaheenabad", time_zone="Asia/Karachi", zone_name="PKT", currency="PKR",
            language="en", fiscal_start_month=7, sub_activity_pattern="^.*$", account_pattern="^.*$", unit_pattern="^.*$",
        )  # fmt: skip
        root = _unit(government, None, "GOVERNMENT", "KP", government.name)
        local = _unit(government, root, "AGENCY", "LG", "Local Government Department")
        health = _unit(government, root, "AGENCY", "HD", "Health Department")
        water = _unit(government, local, "PUBLIC_ENTITY", "LG-01", "Shaheenabad Water & Sanitation Company")
        hospital = _unit(government, health, "PUBLIC_ENTITY", "HD-01", "Zarghun Teaching Hospital")
        year = FiscalYear.objects.create(
            government=government, label="2025-26", start_date=date(2025, 7, 1), end_date=date(2026, 6, 30)
        )
        seats: Mapping[str, Sequence[Any]] = {
            "water_officer": (water, "officer", "Chief Financial Officer"),
            "water_ceo": (water, "agency_head", "Chief Executive Officer"),
            "local_secretary": (local, "agency_head", "Secretary"),
            "oversight": (root, "oversight", "Corporate Governance Unit"),
            "hospital_officer": (hospital, "officer", "Director Finance"),
            "hospital_ceo": (hospital, "agency_head", "Hospital Director"),
            "health_secretary": (health, "agency_head", "Secretary"),
        }
        posts = {
            name: Post.objects.create(unit=unit, role=role, title=title)
            for name, (unit, role, title) in seats.items()
        }
    return Province(move_clock, government, year, water, hospital, posts)


def _unit(government: Government, parent: Unit | None, kind: str, code: str, name: str) -> Unit:
    unit = Unit.objects.create(
        government=government, parent=parent, kind=kind, code=code, name=name, route_code="PSE"
    )
    unit.refresh_from_db()
    return unit
