"""A small government for the portal's stories, moved only through the one door."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from django.db import connection

from approvals.models import SigningBatch, SigningEntry
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
from submissions import figures, rules
from submissions.calendar import open_month
from submissions.models import Evidence, Explanation, Report
from workflow import engine, route

WORDS: dict[str, Any] = {
    "problems": ["COORDINATION"],
    "problem_text": "Jadwal dengan pihak terkait belum disepakati.",
    "follow_up_text": "Menetapkan jadwal baru",
    "follow_up_due": date(2026, 12, 15),
    "follow_up_answer": "DONE",
}
ROLES = {"officer": "PPTK", "section_head": "Kepala Bidang", "agency_head": "Kepala Dinas"}


@dataclass(frozen=True)
class Agency:
    """An agency with one person in each office."""

    unit: Unit
    people: Mapping[str, User]
    posts: Mapping[str, Post]


class World:
    """2026 of a made-up regency; `clock` moves the database's time."""

    def __init__(self, clock: Callable[[datetime], None]) -> None:
        self.clock = clock
        self.government = Government.objects.create(
            code="99.01",
            name="Kabupaten Mahakarsa Hulu",
            sub_activity_pattern=".*",
            account_pattern=".*",
            unit_pattern=".*",
        )
        self.root = self.unit(None, "GOVERNMENT", "99.01", "Kabupaten Mahakarsa Hulu")
        self.year = FiscalYear.objects.create(
            government=self.government, label="2026", start_date=date(2026, 1, 1), end_date=date(2026, 12, 31)
        )

    def unit(self, parent: Unit | None, kind: str, code: str, name: str) -> Unit:
        made = Unit.objects.create(government=self.government, parent=parent, kind=kind, code=code, name=name)
        made.refresh_from_db()
        return made

    def person(self, username: str) -> User:
        return User.objects.create_user(username, name=username.replace("-", " ").title(), language="en")

    def agency(self, code: str, name: str) -> Agency:
        unit = self.unit(self.root, "AGENCY", code, name)
        people, posts = {}, {}
        for role, title in ROLES.items():
            people[role] = self.person(f"{role.replace('_', '-')}-{code}")
            posts[role] = Post.objects.create(unit=unit, role=role, title=f"{title} {name}")
            Assignment.objects.create(
                person=people[role], post=posts[role], decree_no="SK 1", valid_from=date(2025, 1, 1)
            )
        return Agency(unit, people, posts)

    def version(self, unit: Unit, kind: str = "murni", effective: int = 1) -> BudgetVersion:
        sequence = BudgetVersion.objects.filter(fiscal_year=self.year, unit=unit).count() + 1
        return BudgetVersion.objects.create(
            fiscal_year=self.year, unit=unit, kind=kind, sequence=sequence, effective_month=effective
        )

    def item(
        self, agency: Agency, code: str, ceiling: Decimal, *, unit: Unit | None = None, **options: Any
    ) -> BudgetItem:
        """A sub-activity with one line, in the unit's newest version."""
        unit = unit or agency.unit
        item = BudgetItem.objects.create(
            fiscal_year=self.year, unit=unit, sub_activity_code=code, sub_activity_name=f"Sub-kegiatan {code}",
            officer_post=agency.posts["officer"], verifier_post=agency.posts["section_head"],
        )  # fmt: skip
        BudgetLine.objects.create(item=item, account_code="5.1.02.01.01.0024", fund_source="DAU")
        self.ceiling(item, ceiling, **options)
        return item

    def ceiling(
        self,
        item: BudgetItem,
        ceiling: Decimal,
        *,
        version: BudgetVersion | None = None,
        plan: Mapping[int, tuple[Decimal | None, Decimal | None]] | None = None,
        **options: Any,
    ) -> BudgetItemVersion:
        """What a version gives an item; `plan` is month -> (cash, physical)."""
        newest = (
            BudgetVersion.objects.filter(fiscal_year=self.year, unit=item.unit).order_by("-sequence").first()
        )
        version = version or newest or self.version(item.unit)
        given = BudgetItemVersion.objects.create(item=item, version=version, ceiling=ceiling, **options)
        BudgetLineVersion.objects.create(line=item.lines.get(), version=version, ceiling=ceiling)
        MonthlyPlan.objects.bulk_create(
            MonthlyPlan(item_version=given, month=month, cash=cash, physical=physical)
            for month, (cash, physical) in (plan or {}).items()
        )
        return given

    def open(self, month: int) -> None:
        """Open a month and stand in its entry days."""
        open_month(fiscal_year=self.year, month=month)
        self.clock(
            datetime(2026, month + 1, 3, 1, tzinfo=UTC) if month < 12 else datetime(2027, 1, 3, 1, tzinfo=UTC)
        )

    def report(self, item: BudgetItem, month: int) -> Report:
        return Report.objects.get(item=item, period__month=month)

    def enter(self, item: BudgetItem, month: int, money: object, **values: object) -> Report:
        report = self.report(item, month)
        usual: dict[str, object] = (
            {"status": "PELAKSANAAN"} if "volume" in values else {"status": "PELAKSANAAN", "increment": 0}
        )
        Report.objects.filter(pk=report.pk).update(**{**usual, **values})
        report.lines.update(realized=money)
        Evidence.objects.create(
            report=report, kind="OTHER", file="evidence/none.pdf", original_name="rahasia.pdf", mime="application/pdf",
            bytes=1, sha256=f"{report.pk:064x}", uploaded_by=User.objects.earliest("pk"),
            uploaded_at=datetime(2026, 1, 1, tzinfo=UTC),
        )  # fmt: skip
        self._answer(report)
        return self.report(item, month)

    def _answer(self, report: Report) -> None:
        """What the rules ask of an officer's words: problem and follow-up, and why each warning is right."""
        with connection.cursor() as cursor:
            facts = figures.load(cursor, [report.pk])[report.pk]
        found = rules.check_submission(facts, figures.POLICY)
        missing = {one.field: WORDS[one.field] for one in found if one.field in WORDS}
        if missing:
            Report.objects.filter(pk=report.pk).update(**missing)
        Explanation.objects.bulk_create(
            Explanation(
                report=report, rule=one.rule, line_id=one.line_id, text="Sudah dicocokkan dengan SP2D"
            )
            for one in found
            if one.code == rules.EXPLAIN
        )

    def act(self, verb: str, agency: Agency, role: str, reports: Iterable[Report], **options: Any) -> None:
        versions = {report.pk: None for report in reports}
        outcomes = engine.perform(verb, Report, versions, actor=agency.people[role], **options)
        assert all(outcome.done for outcome in outcomes), outcomes

    def submit(self, agency: Agency, *reports: Report) -> None:
        self.act(route.SUBMIT, agency, "officer", reports)

    def verify(self, agency: Agency, *reports: Report) -> None:
        self.act(route.VERIFY, agency, "section_head", reports)

    def publish(self, agency: Agency, *reports: Report) -> SigningBatch:
        """All the way up; the batch stands for the signed document."""
        self.submit(agency, *reports)
        self.verify(agency, *reports)
        self.act(route.SIGN, agency, "agency_head", reports, whole=True)
        self.act(route.PUBLISH, agency, "agency_head", reports, whole=True)
        head = agency.people["agency_head"]
        at = datetime(2026, 1, 1, tzinfo=UTC)
        # Not of a key: keys grow from test to test, and come to hold what must not be on a page.
        number = f"RFK/{agency.unit.code}/{SigningBatch.objects.count() + 1}"
        batch = SigningBatch.objects.create(
            period=reports[0].period, state="published", document_no=number, signer=head,
            signer_name=head.name, signer_title=agency.posts["agency_head"].title, signed_sha256="0" * 64, created_at=at,
            moved_at=at,
        )  # fmt: skip
        for position, report in enumerate(reports, 1):
            SigningEntry.objects.create(
                batch=batch, report=report, position=position, version=report.version, content_hash="0" * 64
            )
        return batch

    def done(
        self, agency: Agency, item: BudgetItem, month: int, money: object, **values: object
    ) -> SigningBatch:
        """Enter and publish one report."""
        return self.publish(agency, self.enter(item, month, money, **values))


def money(text: str) -> Decimal:
    """ "1,000,000" as the golden tables write it."""
    return Decimal(text.replace(",", ""))
