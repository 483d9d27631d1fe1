"""Random acts upon a government, through the product's own door: reports published, published ones amended, budgets changed.

What is asked for at random is often refused, and that is part of it: an act is counted when it was done. After any number of
them the roll-ups must say what the reports say (`manage.py check_rollups`, tests/submissions/test_rollups.py).
"""

import csv
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from decimal import Decimal
from io import BytesIO, StringIO
from random import Random
from typing import Any

from django.db import connection
from django.db.models import Min

from ledger.clock import now
from registry.imports.plan_options import PlanOptions
from registry.models import (
    BudgetItemVersion,
    BudgetLineVersion,
    BudgetVersion,
    FiscalYear,
    MonthlyPlan,
    Office,
    Unit,
    User,
)
from submissions import figures, rules, services
from submissions.facts import WARN, ItemFacts
from submissions.models import Evidence, Report
from submissions.plans import bring_plan
from submissions.services import Entry, LineEntry
from workflow import engine, granting, route
from workflow.models import Grant

REASON = "Angka diperiksa kembali bersama bendahara"
WORDS: dict[str, Any] = {
    "problems": ("COORDINATION",),
    "problem_text": "Jadwal dengan pihak terkait belum disepakati.",
    "follow_up_text": "Menetapkan jadwal baru",
    "follow_up_pic": "Kepala bidang",
    "follow_up_answer": "DONE",
}
ACTS = {"publish": 5, "amend": 3, "plan": 2}
# What becomes of a ceiling, in percent.
GENTLE, HARSH = (100, 100, 101, 105, 120), (100, 100, 120, 90, 60, 0)
VERSIONS = ("pergeseran", "perubahan", "efisiensi")


@dataclass(slots=True)
class Shaker:
    """`done` and `refused` count the acts by their names."""

    year: FiscalYear
    rng: Random
    done: Counter[str] = field(default_factory=Counter)
    refused: Counter[str] = field(default_factory=Counter)

    def shake(self, acts: int) -> None:
        """Until so many acts were done; ValueError when nearly everything is refused."""
        acting = {"publish": self.publish, "amend": self.amend, "plan": self.plan}
        while sum(self.done.values()) < acts:
            (name,) = self.rng.choices(list(ACTS), list(ACTS.values()))
            (self.done if acting[name]() else self.refused)[name] += 1
            if sum(self.refused.values()) > 100 + 20 * acts:
                raise ValueError(f"nearly everything is refused: {self.done} {self.refused}")

    # --- Reports ------------------------------------------------------------------------------------------------------

    def publish(self) -> bool:
        """Some of the reports that one officer has open in his earliest open month."""
        drafts = Report.objects.filter(
            period__fiscal_year=self.year, state=route.DRAFT, item__officer_post__isnull=False
        )
        posts = list(drafts.values_list("item__officer_post", flat=True).distinct())
        if not posts:
            return False
        own = drafts.filter(item__officer_post=self.rng.choice(sorted(posts)))
        first = own.aggregate(month=Min("period__month"))["month"]
        chosen = list(own.filter(period__month=first).select_related("item__unit", "period").order_by("pk"))
        self._reopened(chosen[0])
        return self._through(self.rng.sample(chosen, min(len(chosen), self.rng.choice((1, 1, 2, 3, 5)))))

    def amend(self) -> bool:
        """A published report gets a new revision with other figures."""
        published = Report.objects.filter(period__fiscal_year=self.year, state=route.PUBLISHED)
        count = published.count()
        if not count:
            return False
        chosen = published.order_by("pk").values_list("pk", flat=True)[self.rng.randrange(count)]
        report = published.select_related("item__unit__agency", "period").get(pk=chosen)
        head = self._head(report)
        if head is None:
            return False
        granting.give(
            key=f"shaking-{report.pk}", kind=route.AMENDMENT, actor=head, office="Bagian", scope_path=report.item.unit.path,
            subjects=[str(report.period)], reason=REASON, expires_at=now() + timedelta(days=3),
        )  # fmt: skip
        (outcome,) = services.amend(actor=head, versions={report.pk: report.version}, reason=REASON)
        if not outcome.done:
            return False
        draft = Report.objects.get(item=report.item, period=report.period, state=route.DRAFT)
        if self._through([draft]):
            return True
        for actor in (head, self._holder(report.item.officer_post_id)):
            left = Report.objects.get(pk=draft.pk)
            if actor and left.state in route.OPEN_STATES:
                services.give_up(actor=actor, versions={left.pk: left.version}, reason=REASON)
        return False

    def _reopened(self, report: Report) -> None:
        """A month that is locked is opened again for the unit, once."""
        head = self._head(report)
        if head is None or report.period.lock_at > now():
            return
        unit, month = report.item.unit, str(report.period)
        granting.give(
            key=f"shaking-{unit.pk}-{month}", kind=Grant.Kind.REOPENING, actor=head, office="Bagian", scope_path=unit.path,
            subjects=[month], reason=REASON, expires_at=now() + timedelta(days=30),
        )  # fmt: skip

    def _through(self, reports: Sequence[Report]) -> bool:
        """Entered, submitted, verified, signed and published by those whose work it is."""
        some = list(
            Report.objects.filter(pk__in=[one.pk for one in reports]).select_related(
                "item__unit__agency", "period"
            )
        )
        officer, head = self._holder(some[0].item.officer_post_id), self._head(some[0])
        verifier = self._holder(some[0].item.verifier_post_id)
        if officer is None or verifier is None or head is None:
            return False
        saved = services.save_entries(actor=officer, entries=self._entries(some, officer))
        versions: dict[int, int | None] = dict(saved.versions)
        if not versions:
            return False
        outcomes = services.submit(actor=officer, versions=versions)
        for verb, actor in ((route.VERIFY, verifier), (route.SIGN, head), (route.PUBLISH, head)):
            versions = {one.id: versions[one.id] for one in outcomes if one.done}
            outcomes = engine.perform(verb, Report, versions, actor=actor) if versions else []
        return any(one.done for one in outcomes)

    def _entries(self, reports: Sequence[Report], officer: User) -> list[Entry]:
        for report in reports:
            Evidence.objects.create(
                report=report, kind="OTHER", file="evidence/none.pdf", original_name="bukti.pdf", mime="application/pdf", bytes=1,
                sha256=f"{self.rng.getrandbits(250):064x}", uploaded_by=officer, uploaded_at=now(),
            )  # fmt: skip
        with connection.cursor() as cursor:
            stored = figures.load(cursor, [report.pk for report in reports])
        return [
            self._answered(self._figures(report, stored[report.pk]), stored[report.pk]) for report in reports
        ]

    def _figures(self, report: Report, facts: ItemFacts) -> Entry:
        lines = {line.pk: LineEntry(self._money(line.ceiling)) for line in report.lines.order_by("pk")}
        by_volume = report.physical_mode == "VOLUME"
        step = Decimal(self.rng.randint(0, 700)) / 100
        return Entry(
            report.pk, report.version, status="PELAKSANAAN", lines=lines,
            increment=None if by_volume else step, volume=step * (report.output_target or 0) / 100 if by_volume else None,
        )  # fmt: skip

    def _money(self, ceiling: Decimal) -> Decimal:
        """At most a twelfth of the line, often nothing, and not always whole."""
        if self.rng.random() < 0.3:
            return Decimal(0)
        return (ceiling * self.rng.randint(0, 80) / 1000).quantize(Decimal("0.01"))

    def _answered(self, entry: Entry, facts: ItemFacts) -> Entry:
        """With the words that the rules ask for."""
        found = rules.check_submission(services.as_entered(facts, entry), figures.POLICY)
        said = {one.field: WORDS[one.field] for one in found if one.field in WORDS}
        if said:
            last = facts.last_day or now().date()
            unasked = {} if "follow_up_answer" in said else {"follow_up_answer": ""}
            said = {**WORDS, "follow_up_due": last + timedelta(days=60), **unasked}
        explained = {one.mark: REASON for one in found if one.severity == WARN}
        return replace(entry, explanations=explained, **said)

    def _head(self, report: Report) -> User | None:
        agency = report.item.unit.agency
        office = (
            Office.objects.filter(unit=agency, role="agency_head")
            .select_related("person")
            .order_by("post")
            .first()
        )
        return office.person if office else None

    def _holder(self, post: int | None) -> User | None:
        office = Office.objects.filter(post=post).select_related("person").first() if post else None
        return office.person if office else None

    # --- Budgets ------------------------------------------------------------------------------------------------------

    def plan(self) -> bool:
        """A version of one unit's budget: some ceilings higher or lower, some at nothing, now and then one dropped."""
        versions = BudgetVersion.objects.filter(fiscal_year=self.year)
        unit = Unit.objects.get(pk=self.rng.choice(sorted(set(versions.values_list("unit", flat=True)))))
        kind, month = self.rng.choice(VERSIONS), self.rng.randint(1, 12)
        result = bring_plan(
            source=BytesIO(self._file(versions.filter(unit=unit).latest("effective_month", "sequence")).encode()),
            name="plan.csv", unit=unit, fiscal_year=self.year,
            options=PlanOptions("en", version=kind, effective_months=[str(month)]),
        )  # fmt: skip
        return result.changed

    def _file(self, version: BudgetVersion) -> str:
        """What a version says, changed."""
        said = StringIO()
        out = csv.writer(said)
        months = [f"{number:02}" for number in range(1, 13)]
        out.writerow(
            ["sub_activity_code", "account_code", "fund_source", "ceiling", "physical_mode", "output_target"]
            + [f"cash_{number}" for number in months] + [f"physical_{number}" for number in months]
        )  # fmt: skip
        lines: dict[int, list[BudgetLineVersion]] = {}
        for line in BudgetLineVersion.objects.filter(version=version).select_related("line").order_by("line"):
            lines.setdefault(line.line.item_id, []).append(line)
        items = (
            BudgetItemVersion.objects.filter(version=version, active=True)
            .select_related("item")
            .order_by("item")
        )
        plans: dict[int, dict[int, MonthlyPlan]] = {}
        for one in MonthlyPlan.objects.filter(item_version__version=version):
            plans.setdefault(one.item_version_id, {})[one.month] = one
        gentle = self.rng.random() < 0.7  # what was spent already lets few ceilings go down
        for item in items:
            factor = Decimal(self.rng.choice(GENTLE if gentle else HARSH)) / 100
            if not gentle and self.rng.random() < 0.05 and len(items) > 1:
                continue
            for row in self._rows(item, lines[item.item_id], plans.get(item.pk, {}), factor):
                out.writerow(row)
        return said.getvalue()

    def _rows(
        self,
        item: BudgetItemVersion,
        lines: Sequence[BudgetLineVersion],
        plan: Mapping[int, MonthlyPlan],
        factor: Decimal,
    ) -> list[list[Any]]:
        ceilings = [(line.ceiling * factor).quantize(Decimal("0.01")) for line in lines]
        cash: list[Any] = [""] * 12
        total = sum(ceilings, Decimal(0))
        if total and self.rng.random() < 0.8:
            part = (total / 12).quantize(Decimal("0.01"))
            cash = [part] * 11 + [total - 11 * part]
        physical: list[Any] = [plan[number].physical if number in plan else "" for number in range(1, 13)]
        if self.rng.random() < 0.1:
            physical = [""] * 12
        rows = []
        for place, (line, ceiling) in enumerate(zip(lines, ceilings, strict=True)):
            rows.append(
                [
                    item.item.sub_activity_code, line.line.account_code, line.line.fund_source, ceiling, item.physical_mode,
                    item.output_target if item.output_target is not None else "",
                    *(cash if place == 0 else [0 if cash[0] != "" else ""] * 12), *physical,
                ]
            )  # fmt: skip
        return rows
