"""The people of every story, and the small world they work in.

Ani enters (PPTK), Budi verifies (head of section), Citra signs (head of agency); Dewi audits; Eko enters at another
agency, Fitri is his head of section; Gita has an account and no office; root runs the system.
"""

import zlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from itertools import cycle
from typing import Any
from zoneinfo import ZoneInfo

from allauth.mfa.models import Authenticator
from django.contrib.auth.hashers import make_password
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.db.models import Prefetch

from approvals.factors import TOTP, Factor, code_now, enrol
from ledger.recording import recorded
from registry import grants
from registry.imports.writing import Writer
from registry.models import (
    Assignment,
    BudgetItem,
    BudgetItemVersion,
    BudgetLine,
    BudgetLineVersion,
    BudgetVersion,
    FiscalYear,
    Government,
    MonthlyPlan,
    Post,
    Unit,
    User,
)
from registry.rules import INDONESIA
from submissions import cells, evidence, figures, rules, services
from submissions.calendar import open_month
from submissions.cells import Cell
from submissions.facts import ItemFacts
from submissions.models import Period, Report, ReportLine
from submissions.services import Entry, LineEntry

WITA = ZoneInfo("Asia/Makassar")
PASSWORD = "satu dua tiga empat lima"
PASSPHRASE = "enam tujuh delapan sembilan"
WHY = "Sudah dicocokkan dengan SP2D bulan ini"
# What an officer writes where the rules ask for a problem or for what became of a follow-up (V-30, V-31).
WORDS = {
    "problems": "COORDINATION",
    "problem_text": "Jadwal dengan pihak terkait belum disepakati.",
    "follow_up_text": "Menetapkan jadwal baru",
    "follow_up_due": "2026-12-15",
    "follow_up_answer": "DONE",
}


def png(comment: str = "") -> bytes:
    """A picture of one white point; another comment makes another file."""
    parts = (
        (b"IHDR", b"\0\0\0\1\0\0\0\1\x08\6\0\0\0"),
        (b"tEXt", f"Comment\0{comment}".encode()),
        (b"IDAT", zlib.compress(b"\0\xff\xff\xff\xff")),
        (b"IEND", b""),
    )
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        len(body).to_bytes(4, "big") + kind + body + zlib.crc32(kind + body).to_bytes(4, "big")
        for kind, body in parts
    )


PNG = png()


@dataclass
class World:
    """What the stories take place in. Every amount is in rupiah."""

    move_clock: Any
    government: Government
    year: FiscalYear
    agency: Unit
    other_agency: Unit
    posts: dict[str, Post]
    people: dict[str, User] = field(default_factory=dict)

    def __getattr__(self, name: str) -> User:
        try:
            return self.__dict__["people"][name]
        except KeyError:
            raise AttributeError(name) from None

    def at(self, text: str) -> datetime:
        """Set the clock to a local moment, "2026-02-03 09:00"."""
        moment = datetime.fromisoformat(text).replace(tzinfo=WITA)
        self.move_clock(moment)
        return moment

    def item(self, code: str = "1.03.10.2.01.0051", **options: Any) -> BudgetItem:
        """A sub-activity with one line per ceiling, in the original budget of its unit."""
        (item,) = self.plan([code], **options)
        return item

    def items(self, count: int, **options: Any) -> list[BudgetItem]:
        """`count` sub-activities alike."""
        return self.plan([f"1.03.10.2.01.{number:04}" for number in range(1, count + 1)], **options)

    def plan(
        self,
        codes: Sequence[str],
        *,
        ceilings: Sequence[int] = (100,),
        unit: Unit | None = None,
        officer: str = "officer",
        verifier: str | None = "section_head",
        mode: str = "PERCENT",
        target: int | None = None,
        cash: Sequence[int] | None = None,
        physical: Sequence[int] | None = None,
    ) -> list[BudgetItem]:
        """Sub-activities alike under these codes; as in the product, a statement or two for each table."""
        unit = unit or self.agency
        with recorded(None):
            writer = Writer(actor_id=None, reason="")
            version, _ = BudgetVersion.objects.get_or_create(
                fiscal_year=self.year, unit=unit, kind="murni", defaults={"sequence": 1, "effective_month": 1}
            )
            items = [
                BudgetItem(
                    fiscal_year=self.year,
                    unit=unit,
                    sub_activity_code=code,
                    sub_activity_name="Pemeliharaan Rutin Jalan",
                    output_indicator="Panjang jalan yang dipelihara",
                    output_unit="Km",
                    officer_post=self.posts[officer] if officer else None,
                    verifier_post=self.posts[verifier] if verifier else None,
                )
                for code in codes
            ]
            writer.insert(items)
            planned = [
                BudgetItemVersion(
                    item=item,
                    version=version,
                    ceiling=sum(ceilings),
                    physical_mode=mode,
                    output_target=target,
                )
                for item in items
            ]
            writer.insert(planned)
            _lines(writer, items, version, ceilings)
            writer.insert(
                [
                    MonthlyPlan(
                        item_version=one,
                        month=month + 1,
                        cash=cash[month] if cash else None,
                        physical=physical[month] if physical else None,
                    )
                    for one in planned
                    for month in range(12 if cash or physical else 0)
                ]
            )
        return items

    def open(self, month: int = 1) -> list[Report]:
        """Open a month for everybody; its reports, by id."""
        open_month(fiscal_year=self.year, month=month)
        return self.reports(month)

    def reports(self, month: int = 1) -> list[Report]:
        """The reports of a month, by id."""
        return list(Report.objects.filter(period__month=month).order_by("pk"))

    def period(self, month: int = 1) -> Period:
        return Period.objects.get(agency=self.agency, month=month)

    def entry(self, report: Report, *amounts: int | None, **said: Any) -> Entry:
        """What an officer types: amounts in the order of the lines, and PELAKSANAAN with 5 points unless said."""
        (fresh,) = _fresh([report])
        return self._typed(fresh, amounts, said)

    def _typed(self, fresh: Report, amounts: Sequence[int | None], said: dict[str, Any]) -> Entry:
        typed = {
            line.pk: LineEntry(None if amount is None else Decimal(amount))
            for line, amount in zip(fresh.lines.all(), amounts, strict=False)
        }
        said = {"status": "PELAKSANAAN", "increment": 5, **said}
        said |= {name: Decimal(said[name]) for name in ("increment", "volume") if said.get(name) is not None}
        return Entry(
            report_id=fresh.pk,
            version=said.pop("version", fresh.version),
            lines={**typed, **said.pop("lines", {})},
            **said,
        )

    def entered(
        self, reports: Sequence[Report], *amounts: int, by: str = "ani", **said: Any
    ) -> dict[int, int]:
        """Reports with figures in them, ready to submit; id -> version."""
        amounts = amounts or (1,)
        saved = services.save_entries(
            actor=self.people[by],
            entries=[
                self._typed(one, amounts * len(one.lines.all()) if len(amounts) == 1 else amounts, said)
                for one in _fresh(reports)
            ],
        )
        assert set(saved.versions) == {one.pk for one in reports}, (saved.refusals, saved.findings)
        return self.explained(reports, by) or saved.versions

    def explained(self, reports: Sequence[Report], by: str = "ani") -> dict[int, int]:
        """The same with the words that the rules ask for, where there are none; empty when none are asked for."""
        with connection.cursor() as cursor:
            facts = figures.load(cursor, [one.pk for one in reports])
        typed = {pk: self._words(said) for pk, said in facts.items()}
        typed = {pk: words for pk, words in typed.items() if words}
        if not typed:
            return {}
        answers = cells.save(actor=self.people[by], typed=typed, language="id")
        assert all(answer.clean for answer in answers.values()), answers
        return self.versions(reports)

    def _words(self, facts: ItemFacts) -> dict[str, Cell]:
        found = rules.check_submission(facts, figures.POLICY)
        wanted = {one.field for one in found if one.code == rules.EXPLAIN or one.field in WORDS}
        return {field: Cell(WORDS.get(field, WHY), None) for field in wanted}

    def with_evidence(self, reports: Sequence[Report], by: str = "ani") -> dict[int, int]:
        """The same with one photograph each."""
        upload = SimpleUploadedFile("foto.png", PNG)
        evidence.attach_to_all(
            actor=self.people[by], reports=list(reports), upload=upload, kind="PHOTO_PROGRESS"
        )
        return self.versions(reports)

    def submitted(
        self, reports: Sequence[Report], *amounts: int, by: str = "ani", **said: Any
    ) -> dict[int, int]:
        """Reports that wait for Budi; id -> version."""
        self.entered(reports, *amounts, by=by, **said)
        versions = self.versions(reports)
        outcomes = services.submit(actor=self.people[by], versions=versions)
        assert all(one.done for one in outcomes), outcomes
        return versions

    def factor(self, person: User | str) -> Factor:
        """A fresh code of a person, by name too; of his authenticator app, which he gets when he has none."""
        return factor(self.people[person] if isinstance(person, str) else person)

    def versions(self, reports: Sequence[Report]) -> dict[int, int]:
        mine = Report.objects.filter(pk__in=[one.pk for one in reports])
        return dict(mine.order_by("pk").values_list("pk", "version"))


def inhabited(clock: Any, password: str = "") -> World:
    """Write down the people and their world; `password`: a hash that a site of its own can check."""
    with recorded(None):
        world = _places(clock)
        _people(world, password or make_password(PASSWORD))
    world.at("2026-02-03 09:00")
    return world


def _lines(
    writer: Writer, items: Sequence[BudgetItem], version: BudgetVersion, ceilings: Sequence[int]
) -> None:
    lines = [
        BudgetLine(
            item=item,
            account_code=f"5.1.02.01.001.{number:05}",
            account_name=f"Belanja {number}",
            fund_source="PAD",
        )
        for item in items
        for number in range(1, len(ceilings) + 1)
    ]
    writer.insert(lines)
    writer.insert(
        [
            BudgetLineVersion(line=line, version=version, ceiling=ceiling)
            for line, ceiling in zip(lines, cycle(ceilings), strict=False)
        ]
    )


def _places(clock: Any) -> World:
    government = Government.objects.create(
        code="99.01",
        name="Kabupaten Mahakarsa Hulu",
        sub_activity_pattern=INDONESIA.sub_activity,
        account_pattern=INDONESIA.account,
        unit_pattern=INDONESIA.unit,
    )
    # By the writer of sets, as in the product: the database gives a unit its path, and the history keeps it.
    writer = Writer(actor_id=None, reason="")
    root = Unit(government=government, kind="GOVERNMENT", code="99.01", name=government.name)
    writer.insert([root])
    agency, other = (
        Unit(government=government, parent=root, kind="AGENCY", code=code, name=name)
        for code, name in (
            ("1.03.1.04.0.00.01.0000", "Dinas Pekerjaan Umum"),
            ("1.02.2.14.0.00.01.0000", "Dinas Kesehatan"),
        )
    )
    writer.insert([agency, other])
    for unit in (root, agency, other):
        unit.refresh_from_db()
    year = FiscalYear.objects.create(
        government=government, label="2026", start_date=date(2026, 1, 1), end_date=date(2026, 12, 31)
    )
    posts = {
        name: Post.objects.create(unit=unit, role=role, title=title)
        for name, unit, role, title in (
            ("officer", agency, "officer", "PPTK Bina Marga"),
            ("section_head", agency, "section_head", "Kepala Bidang Bina Marga"),
            ("agency_head", agency, "agency_head", "Kepala Dinas Pekerjaan Umum"),
            ("other_officer", other, "officer", "PPTK Kesehatan Masyarakat"),
            ("other_section_head", other, "section_head", "Kepala Bidang Kesehatan Masyarakat"),
            ("other_agency_head", other, "agency_head", "Kepala Dinas Kesehatan"),
        )
    }
    return World(clock, government, year, agency, other, posts)


def _people(world: World, password: str) -> None:
    held = {
        "ani": ("Ani Lembayung", "officer"),
        "budi": ("Budi Wiratmaka", "section_head"),
        "citra": ("Citra Hastapura", "agency_head"),
        "dewi": ("Dewi Rimbawan", None),
        "eko": ("Eko Pelangiwan", "other_officer"),
        "fitri": ("Fitri Merantian", "other_section_head"),
        "gita": ("Gita Karangjati", None),
    }
    for number, (username, (name, post)) in enumerate(held.items(), 1):
        person = User(
            username=username,
            name=name,
            nip=f"198001012005012{900 + number}",
            email=f"{username}@contoh.test",
            password=password,
        )
        person.save()
        world.people[username] = person
        if post:
            assign(person, world.posts[post])
    world.people["root"] = User.objects.create_superuser("root", PASSWORD, name="Root")
    grants.give(grants.AUDIT, world.dewi, Unit.objects.get(parent=None))


def _fresh(reports: Sequence[Report]) -> list[Report]:
    """The reports as they stand, each with its lines in the order of their accounts."""
    lines = Prefetch("lines", ReportLine.objects.order_by("line__account_code"))
    found = Report.objects.prefetch_related(lines).in_bulk([one.pk for one in reports])
    return [found[one.pk] for one in reports]


def factor(person: User) -> Factor:
    """A code of the person's app that was not used yet: more acts go into a test than half minutes."""
    held = Authenticator.objects.filter(user=person, type=TOTP).first()
    if held is None:
        enrol(person)
    else:
        held.data.pop("counter", None)
        held.save()
    return Factor(code_now(person))


def assign(
    person: User, post: Post, kind: str = "definitive", start: str = "2025-01-01", end: str | None = None
) -> Assignment:
    """Give a person a post."""
    with recorded(None):
        return Assignment.objects.create(
            person=person,
            post=post,
            kind=kind,
            decree_no="821/1/2025",
            valid_from=date.fromisoformat(start),
            valid_to=date.fromisoformat(end) if end else None,
        )
