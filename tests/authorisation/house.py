"""One house with eight people at its doors and six kinds of things behind them: what the table of doors is about.

Things stand in six relations to Ani's section: its own; another section of her agency; another agency; its own, already
published; another government in the same database; and what does not exist at all.
"""

from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.core.files.base import ContentFile
from django.core.files.uploadedfile import SimpleUploadedFile

from approvals import requests, services
from approvals.asking_law import Wish, askers
from approvals.models import Request, SigningBatch, SigningEntry
from indicators import files
from indicators.models import Pack
from indicators.services import open_quarter
from ledger.clock import now
from ledger.recording import recorded
from registry.models import FiscalYear, Government, Post, Unit, User
from submissions import evidence
from submissions.calendar import open_month
from submissions.models import Evidence, Report
from submissions.services import submit
from tests.authorisation.things import NOWHERE, PDF, RELATIONS, kept, seen, upload, webhooks
from tests.cast import PASSWORD, World, assign, png
from tests.indicators.province import furnish
from workflow import engine, route

ACTORS = ("visitor", "officer", "section", "head", "bureau", "auditor", "nobody", "root")


@dataclass
class House:
    """The people by role, and each thing by kind and relation."""

    cast: World
    people: dict[str, User]
    reports: dict[str, Report]
    months: dict[str, str]
    entities: dict[str, User]
    packs: dict[str, Pack]
    things: dict[str, dict[str, Any]] = field(default_factory=dict)
    sessions: dict[int, tuple[float, str]] = field(default_factory=dict)

    def version(self, relation: str) -> int:
        """The version of a report as it stands; 0 of what does not exist."""
        report = self.reports.get(relation)
        return Report.objects.get(pk=report.pk).version if report else 0

    def person(self, kind: str, actor: str) -> User:
        """Who plays `actor` before this kind of thing: packs are another trade, with people of its own."""
        return (self.entities if kind in ("pack", "pack_file") else self.people)[actor]

    @property
    def verified(self) -> Report:
        """Ani's report that waits for Citra's signature."""
        return _of(self.cast, "0005", 2)

    @property
    def draft(self) -> Report:
        """Ani's February report that is still being entered."""
        return _of(self.cast, "0004", 2)

    def address(self, kind: str, relation: str) -> list[Any]:
        """What stands in the address of this kind of thing, in its order."""
        return list(self.things[kind][relation]) if kind else []


def built(cast: World) -> House:
    """The house: one month published, the next one waiting at every tier."""
    packs, entities = _packs(cast)
    people = _people(cast)
    _second_section(cast)
    foreign = _foreign(cast)
    cast.item("1.03.10.2.01.0001")
    cast.item("1.03.10.2.01.0002", officer="second_officer", verifier="second_head")
    cast.item(
        "1.03.10.2.01.0003", unit=cast.other_agency, officer="other_officer", verifier="other_section_head"
    )
    for code in ("0004", "0005"):
        cast.item(f"1.03.10.2.01.{code}")
    cast.open(1)
    published = _of(cast, "0001", 1)
    for code, by in (("0001", "ani"), ("0002", "wulan"), ("0003", "eko"), ("0004", "ani"), ("0005", "ani")):
        _handed_in(cast, _of(cast, code, 1), by)
    _published(cast, published)
    open_month(fiscal_year=cast.year, month=2)
    cast.at("2026-03-03 09:00")
    reports = {
        "own": _of(cast, "0001", 2),
        "section": _of(cast, "0002", 2),
        "agency": _of(cast, "0003", 2),
        "published": published,
        "foreign": foreign,
    }
    for relation, by in (("own", "ani"), ("section", "wulan"), ("agency", "eko")):
        _handed_in(cast, reports[relation], by)
    months = dict.fromkeys(RELATIONS, "2026-02") | {"published": "2026-01", "unknown": "2031-01"}
    # Two more of Ani's: one is still being entered, one waits for Citra's signature.
    _handed_in(cast, _of(cast, "0005", 2), "ani")
    for month in (1, 2):
        services.verify(actor=cast.budi, versions=cast.versions([_of(cast, "0005", month)]))
    house = House(cast, people, reports, months, entities, packs)
    _things(house)
    return house


def _people(cast: World) -> dict[str, User]:
    with recorded(None):
        root = Unit.objects.get(parent=None, government=cast.government)
        hadi = User.objects.create_user("hadi", PASSWORD, name="Hadi Purwasari", nip="198001012005013001")
        assign(hadi, Post.objects.create(unit=root, role="oversight", title="Kepala Bagian Organisasi"))
    return {
        "officer": cast.ani,
        "section": cast.budi,
        "head": cast.citra,
        "bureau": hadi,
        "auditor": cast.dewi,
        "nobody": cast.gita,
        "root": cast.root,
    }


def _second_section(cast: World) -> None:
    """Another section of Ani's agency, with its officer and head; and a head for the other agency."""
    seats = {"wulan": ("Wulan Sekarwati", "officer", "PPTK Cipta Karya"),
             "yudha": ("Yudha Ranggawe", "section_head", "Kepala Bidang Cipta Karya")}  # fmt: skip
    with recorded(None):
        for username, (name, role, title) in seats.items():
            post = Post.objects.create(unit=cast.agency, role=role, title=title)
            cast.posts["second_officer" if role == "officer" else "second_head"] = post
            cast.people[username] = User.objects.create_user(username, name=name)
            assign(cast.people[username], post)
        lintang = User.objects.create_user("lintang", name="Lintang Arumdalu")
        cast.people["lintang"] = lintang
        assign(lintang, cast.posts["other_agency_head"])


def _foreign(cast: World) -> Report:
    """A report of another government that lives in the same database."""
    with recorded(None):
        government = Government.objects.create(
            code="98.01", name="Kabupaten Tirtahening", sub_activity_pattern=".*", account_pattern=".*", unit_pattern=".*"
        )  # fmt: skip
        root = Unit.objects.create(
            government=government, kind="GOVERNMENT", code="98.01", name=government.name
        )
        agency = Unit.objects.create(
            government=government, parent=root, kind="AGENCY", code="98.01.A", name="Dinas Air"
        )
        year = FiscalYear.objects.create(
            government=government, label="2026", start_date=date(2026, 1, 1), end_date=date(2026, 12, 31)
        )
        posts = {}
        for role, who in (("officer", "nirmala"), ("section_head", "oemar"), ("agency_head", "pratiwi")):
            posts[role] = Post.objects.create(unit=agency, role=role, title=f"{role} Air")
            cast.people[who] = User.objects.create_user(who, name=who.title())
            assign(cast.people[who], posts[role])
    agency.refresh_from_db()
    elsewhere = World(cast.move_clock, government, year, agency, agency, posts, cast.people)
    elsewhere.item("98.0001")
    open_month(fiscal_year=year, month=1)
    report = Report.objects.get(item__sub_activity_code="98.0001")
    _handed_in(elsewhere, report, "nirmala")
    return report


def _of(cast: World, code: str, month: int) -> Report:
    return Report.objects.get(
        item__fiscal_year=cast.year, item__sub_activity_code__endswith=code, period__month=month
    )


def _handed_in(world: World, report: Report, by: str) -> None:
    world.entered([report], 10, by=by)
    upload = SimpleUploadedFile("foto.png", png(str(report.pk)))
    evidence.attach_to_all(actor=world.people[by], reports=[report], upload=upload, kind="PHOTO_PROGRESS")
    outcomes = submit(actor=world.people[by], versions=world.versions([report]))
    assert all(one.done for one in outcomes), outcomes


def _published(cast: World, report: Report) -> SigningBatch:
    """Verified, signed and published through the one door; the document is a stand-in, its signature is not asked about."""
    services.verify(actor=cast.budi, versions=cast.versions([report]))
    for verb in (route.SIGN, route.PUBLISH):
        engine.perform(verb, Report, cast.versions([report]), actor=cast.citra, whole=True)
    return _batch(cast.citra, report, SigningBatch.State.PUBLISHED)


def _batch(signer: User, report: Report, state: str = SigningBatch.State.PREPARED) -> SigningBatch:
    at = now()
    with recorded(None):
        batch = SigningBatch(
            period=report.period, state=state, document_no=f"RFK/{report.pk}", signer=signer, signer_name=signer.name,
            signer_title="Kepala", created_at=at, moved_at=at, prepared_sha256="0" * 64, signed_sha256="0" * 64,
            manifest="{}",
        )  # fmt: skip
        batch.prepared_file.save(f"{batch.token}.pdf", ContentFile(PDF), save=False)
        if state == SigningBatch.State.PUBLISHED:
            batch.signed_file.save(f"{batch.token}-signed.pdf", ContentFile(PDF), save=False)
        batch.save()
        SigningEntry.objects.create(
            batch=batch, report=report, position=1, version=report.version, content_hash="0" * 64
        )
    return batch


def _things(house: House) -> None:
    """What stands in addresses, by kind and relation."""
    cast, reports = house.cast, house.reports
    heads = {"own": cast.citra, "section": cast.citra, "agency": cast.lintang, "foreign": cast.pratiwi}
    batches = {relation: _batch(head, reports[relation]) for relation, head in heads.items()}
    batches["published"] = SigningBatch.objects.get(state=SigningBatch.State.PUBLISHED)
    files = {relation: Evidence.objects.get(report=report) for relation, report in reports.items()}
    uploads = {relation: upload(report) for relation, report in reports.items()}
    cases = _cases(cast, reports)
    years = dict.fromkeys(RELATIONS, ("2026",)) | {"unknown": ("2031",)}
    house.things = {
        "month": {relation: (month,) for relation, month in house.months.items()},
        "report": {relation: (one.token,) for relation, one in reports.items()} | {"unknown": (NOWHERE,)},
        "cell": {relation: (one.token, "increment") for relation, one in reports.items()}
        | {"unknown": (NOWHERE, "increment")},
        "panel": {relation: (house.months[relation], one.pk) for relation, one in reports.items()}
        | {"unknown": ("2026-02", 999_999)},
        "batch": {relation: (one.token,) for relation, one in batches.items()} | {"unknown": (NOWHERE,)},
        "evidence": {relation: (one.token,) for relation, one in files.items()} | {"unknown": (NOWHERE,)},
        "upload": {relation: (one.token,) for relation, one in uploads.items()} | {"unknown": (NOWHERE,)},
        "pack": {relation: (one.token,) for relation, one in house.packs.items()} | {"unknown": (NOWHERE,)},
        "pack_file": {relation: (one.files.earliest("pk").token,) for relation, one in house.packs.items()}
        | {"unknown": (NOWHERE,)},
        "year": years,
        "figures": {relation: ("2026", month) for relation, month in house.months.items()},
        "unit": {
            relation: ("2026", house.months[relation], one.item.unit.code)
            for relation, one in reports.items()
        }
        | {"unknown": ("2026", "2026-01", "9.99")},
        "item": {
            relation: ("2026", one.item.unit.code, one.item.sub_activity_code)
            for relation, one in reports.items()
        }
        | {"unknown": ("2026", cast.agency.code, "9.99")},
        "post": {relation: (one.item.officer_post_id,) for relation, one in reports.items()}
        | {"unknown": (999_999,)},
        "assignment": {
            relation: (one.item.officer_post.assignments.earliest("pk").pk,)
            for relation, one in reports.items()
        }
        | {"unknown": (999_999,)},
        "person": {relation: (one.editors.earliest("pk").person_id,) for relation, one in reports.items()}
        | {"unknown": (999_999,)},
        "unit_code": {relation: (one.item.unit.code,) for relation, one in reports.items()}
        | {"unknown": ("9.99",)},
        "unit_year": {relation: ("2026", one.item.unit.code) for relation, one in reports.items()}
        | {"unknown": ("2026", "9.99")},
        "file_year": {relation: (year, "csv") for relation, (year,) in years.items()},
        "unit_file": {relation: ("2026", one.item.unit.code, "csv") for relation, one in reports.items()}
        | {"unknown": ("2026", "9.99", "csv")},
        "webhook": webhooks(house.people["bureau"], reports),
        **seen(house.people["bureau"], reports),
        **kept(house.people["bureau"], reports),
        "request": {relation: (one.token,) for relation, one in cases.items()} | {"unknown": (NOWHERE,)},
    }


def _cases(cast: World, reports: dict[str, Report]) -> dict[str, Request]:
    """A request of each relation: later days for both sections and for the others, months to reopen."""
    later = {"months": [2], "until": date(2026, 3, 20)}
    asked: dict[str, tuple[str, str, dict[str, Any]]] = {
        "own": ("citra", "extension", later),
        "section": ("citra", "reopening", {"months": [1], "days": 3, "items": [reports["section"].item_id]}),
        "agency": ("lintang", "extension", later),
        "published": ("citra", "reopening", {"months": [1], "days": 3}),
        "foreign": ("pratiwi", "reopening", {"months": [1], "days": 3}),
    }
    return {relation: _asked(cast.people[who], kind, said) for relation, (who, kind, said) in asked.items()}


def _asked(person: User, kind: str, said: dict[str, Any]) -> Request:
    office = askers(person, kind)[0]
    year = FiscalYear.objects.get(government=office.unit.government)
    wish = Wish(
        kind=kind, office=office, fiscal_year=year, reason="Server tidak dapat dibuka dua hari", **said
    )
    return requests.ask(actor=person, wish=wish)


def _packs(cast: World) -> tuple[dict[str, Pack], dict[str, User]]:
    """Quarterly packs of public entities, each handed in, and the people of that trade in the same eight parts."""
    province = furnish(cast.move_clock)
    with recorded(None):
        ferry = Unit.objects.create(
            government=province.government, parent=province.water.parent, kind="PUBLIC_ENTITY", code="LG-02",
            name="Ferry Company", route_code="PSE",
        )  # fmt: skip
        for who, role in (("rustam", "officer"), ("sanober", "agency_head")):
            province.people[who] = User.objects.create_user(who, name=who.title(), language="en")
            assign(province.people[who], Post.objects.create(unit=ferry, role=role, title=f"{role} Ferries"))
    published = province.published(province.open(1))
    province.submitted(province.pack(1, ferry), by="rustam")
    province.submitted(province.pack(1, province.hospital), by="tariq")
    province.at("2026-01-20 09:00")
    own = province.submitted(province.open(2))
    section = province.submitted(province.pack(2, ferry), by="rustam")
    agency = province.submitted(province.pack(2, province.hospital), by="tariq")
    cast.at("2026-02-03 09:00")
    parts = {
        "officer": "gulzar", "section": "palwasha", "head": "shehram", "bureau": "zarmina", "nobody": "spozhmay",
    }  # fmt: skip
    people = {part: province.people[who] for part, who in parts.items()}
    # Auditors and administrators have no other trade.
    people |= {"auditor": cast.dewi, "root": cast.root}
    packs = {
        "own": own,
        "section": section,
        "agency": agency,
        "published": published,
        "foreign": _foreign_pack(),
    }
    return packs, people


def _foreign_pack() -> Pack:
    """The pack of a public entity of another province, with a file."""
    with recorded(None):
        government = Government.objects.create(
            code="PB", name="Province of Neelabad", fiscal_start_month=7, sub_activity_pattern=".*", account_pattern=".*",
            unit_pattern=".*",
        )  # fmt: skip
        root = Unit.objects.create(government=government, kind="GOVERNMENT", code="PB", name=government.name)
        department = Unit.objects.create(
            government=government, parent=root, kind="AGENCY", code="PB-1", name="Irrigation Department"
        )
        canal = Unit.objects.create(
            government=government, parent=department, kind="PUBLIC_ENTITY", code="PB-11", name="Canal Authority",
            route_code="PSE",
        )  # fmt: skip
        year = FiscalYear.objects.create(
            government=government, label="2025-26", start_date=date(2025, 7, 1), end_date=date(2026, 6, 30)
        )
        clerk = User.objects.create_user("tabish", name="Tabish Neelgaran")
        assign(clerk, Post.objects.create(unit=canal, role="officer", title="Finance"))
    open_quarter(fiscal_year=year, quarter=1)
    pack = Pack.objects.get(unit=canal)
    files.attach(actor=clerk, pack=pack, upload=SimpleUploadedFile("a.png", png("canal")))
    return pack
