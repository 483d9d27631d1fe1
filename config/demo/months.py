"""Months through the product's own door: every act by its service, at its moment by the database's clock."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal

from django.core.management.base import CommandError
from django.db import connection

from approvals import services as deciding
from approvals.models import SigningBatch
from config.demo import clock, evidence, narratives
from config.demo.accounts import Secrets, given
from config.demo.actuals import Reported
from config.demo.answering import answered
from config.demo.offices import Staff
from config.demo.plan import Item
from config.demo.profiles import ZONE
from config.demo.timeline import HOUR, MINUTE, Act, Event
from registry.models import BudgetItem, BudgetLine, FiscalYear, User
from submissions import figures
from submissions import services as entering
from submissions.evidence import attach_to_all
from submissions.models import Evidence, Period, Report, ReportLine
from submissions.services import Entry, LineEntry
from wording.sentences import say
from workflow.engine import Outcome
from workflow.route import DRAFT, RETURNED, SUBMITTED, VERIFIED

EVIDENCE_FROM = Decimal(5_000_000)  # V-40
WAITS = {
    Act.DRAFT: DRAFT, Act.SUBMIT: DRAFT, Act.RETURN: SUBMITTED, Act.RESUBMIT: RETURNED, Act.VERIFY: SUBMITTED,
    Act.SIGN: VERIFIED,
}  # fmt: skip


@dataclass(slots=True)
class Row:
    """A report as the loader knows it: its id, version and state, and its lines by budget line."""

    id: int
    version: int
    state: str
    lines: dict[int, int] = field(default_factory=dict)


@dataclass(slots=True)
class Keys:
    """Ids that last a year: budget items by key, and the budget lines of each in order."""

    items: dict[str, int]
    lines: dict[int, list[int]]

    @classmethod
    def load(cls, year: FiscalYear) -> "Keys":
        rows = BudgetItem.objects.filter(fiscal_year=year).values_list(
            "unit__code", "sub_activity_code", "pk"
        )
        lines: dict[int, list[int]] = {}
        for item, pk in (
            BudgetLine.objects.filter(item__fiscal_year=year).order_by("pk").values_list("item", "pk")
        ):
            lines.setdefault(item, []).append(pk)
        return cls({f"{unit}/{code}": pk for unit, code, pk in rows}, lines)


@dataclass(slots=True)
class Month:
    """One month being lived through."""

    year: FiscalYear
    number: int
    staff: Staff
    users: Sequence[User]
    items: Mapping[str, Item]
    reports: Mapping[tuple[str, int], Reported]
    keys: Keys
    secrets: Secrets
    periods: dict[str, Period] = field(default_factory=dict)
    rows: dict[str, Row] = field(default_factory=dict)
    signatures: int = 0

    def load(self) -> None:
        """Read the month's periods and reports as they stand; a document that an interrupted run left is discarded."""
        unfinished = (SigningBatch.State.PREPARING, SigningBatch.State.PREPARED)
        for batch in SigningBatch.objects.filter(
            period__fiscal_year=self.year, period__month=self.number, state__in=unfinished
        ).select_related("signer"):
            deciding.discard(actor=batch.signer, batch=batch)
        self.periods = {
            period.agency.code: period
            for period in Period.objects.filter(fiscal_year=self.year, month=self.number).select_related(
                "agency__government"
            )
        }
        by_item = {pk: key for key, pk in self.keys.items.items()}
        rows: dict[int, Row] = {}
        reports = Report.objects.filter(period__fiscal_year=self.year, period__month=self.number)
        for pk, version, state, item in reports.values_list("pk", "version", "state", "item"):
            rows[pk] = self.rows[by_item[item]] = Row(pk, version, state)
        lines = ReportLine.objects.filter(report__in=reports)
        for pk, report, line in lines.values_list("pk", "report", "line"):
            rows[report].lines[line] = pk

    def live(self, events: Iterable[Event]) -> None:
        """Do each act, unless an earlier run did it; anything refused stops the loading."""
        acts: dict[Act, Callable[[Event, User, dict[str, Row]], None]] = {
            Act.DRAFT: self._draft, Act.SUBMIT: self._submit, Act.RETURN: self._send_back, Act.RESUBMIT: self._submit_again,
            Act.VERIFY: self._verify, Act.SIGN: self._sign,
        }  # fmt: skip
        for event in events:
            rows = {key: self.rows[key] for key in event.items if key in self.rows}
            rows = {key: row for key, row in rows.items() if row.state == WAITS[event.act]}
            holder = self.staff.holder(event.seat, event.at.astimezone(ZONE).date())
            if rows and holder:
                acts[event.act](event, self.users[holder[0]], rows)

    # --- The officer ---------------------------------------------------------------------------------------

    def _draft(self, event: Event, actor: User, rows: dict[str, Row]) -> None:
        """Begun and not finished: some of the lines, no progress, no status."""
        clock.move(event.at)
        entries = []
        for key, row in rows.items():
            lines = list(self._lines(key, row, self.reports[key, self.number]).items())
            entries.append(Entry(row.id, None, lines=dict(lines[: len(lines) // 2])))
        self._save(actor, rows, entries)

    def _submit(self, event: Event, actor: User, rows: dict[str, Row]) -> None:
        clock.move(event.at - 25 * MINUTE)
        self._attach(actor, rows, event.at, Evidence.Kind.PHOTO)
        faults = dict.fromkeys(event.faulty, event.why)
        self._save(actor, rows, self._entries(rows, faults))
        clock.move(event.at)
        self._took(rows, entering.submit(actor=actor, versions=_versions(rows)), event)

    def _submit_again(self, event: Event, actor: User, rows: dict[str, Row]) -> None:
        clock.move(event.at - 15 * MINUTE)
        if event.why == narratives.EVIDENCE:
            self._attach(actor, rows, event.at, Evidence.Kind.SP2D)
        self._save(actor, rows, self._entries(rows, {}))
        clock.move(event.at)
        self._took(rows, entering.submit(actor=actor, versions=_versions(rows)), event)

    def _save(self, actor: User, rows: dict[str, Row], entries: Sequence[Entry]) -> None:
        saved = entering.save_entries(actor=actor, entries=entries)
        for key, row in rows.items():
            if row.id not in saved.versions:
                refusal, found = saved.refusals.get(row.id), saved.findings.get(row.id, ())
                blocking = [finding.code for finding in found if finding.blocks]
                raise CommandError(f"{key}, month {self.number}: entry refused ({refusal or blocking})")
            row.version = saved.versions[row.id]

    def _entries(self, rows: dict[str, Row], faults: Mapping[str, str]) -> list[Entry]:
        """The figures, and the words that the rules ask for with them."""
        with connection.cursor() as cursor:
            stored = figures.load(cursor, [row.id for row in rows.values()])
        entries = []
        for key, row in rows.items():
            entry = self._entry(key, row, faults.get(key, ""))
            facts = entering.as_entered(stored[row.id], entry)
            entries.append(answered(entry, facts, self.items[key], figures.POLICY))
        return entries

    def _entry(self, key: str, row: Row, fault: str) -> Entry:
        reported = self.reports[key, self.number]
        lines = self._lines(key, row, reported)
        if fault in (narratives.NUMBERS, narratives.CUMULATIVE):
            lines = _misread(lines)
        return Entry(
            report_id=row.id, version=None, status=reported.status, increment=reported.increment, volume=reported.volume,
            public_note="" if fault == narratives.NARRATIVE else reported.note, lines=lines,
        )  # fmt: skip

    def _lines(self, key: str, row: Row, reported: Reported) -> dict[int, LineEntry]:
        found = {}
        for place, line in enumerate(self.keys.lines[self.keys.items[key]]):
            if line not in row.lines:
                continue
            correction = (
                reported.correction if reported.correction and reported.correction.line == place else None
            )
            found[row.lines[line]] = LineEntry(
                reported.lines[place],
                correction.reason if correction else "",
                correction.month if correction else None,
            )
        return found

    def _attach(self, actor: User, rows: dict[str, Row], at: datetime, kind: str) -> None:
        """One small file for all reports of the act that need evidence (V-40)."""
        needing = [
            row.id
            for key, row in rows.items()
            if self.items[key].mode != "TIME" and self.reports[key, self.number].worth >= EVIDENCE_FROM
        ]
        if not needing:
            return
        word = "sp2d" if kind == Evidence.Kind.SP2D else "kegiatan"
        name = f"{word}-{self.year.label}-{self.number:02}-{actor.username}"
        words = f"Rekap SP2D bulan {self.number} TA {self.year.label}, {actor.username}"
        upload = (
            evidence.document(name, words, at)
            if kind == Evidence.Kind.SP2D
            else evidence.photo(name, len(name) + self.number)
        )
        attach_to_all(
            actor=actor, reports=list(Report.objects.filter(pk__in=needing)), upload=upload, kind=kind
        )

    # --- Those who decide ----------------------------------------------------------------------------------

    def _send_back(self, event: Event, actor: User, rows: dict[str, Row]) -> None:
        clock.move(event.at)
        outcomes = deciding.send_back(
            actor=actor, versions=_versions(rows), reason=narratives.RETURN_TEXTS[event.why]
        )
        self._took(rows, outcomes, event)

    def _verify(self, event: Event, actor: User, rows: dict[str, Row]) -> None:
        clock.move(event.at)
        self._took(rows, deciding.verify(actor=actor, versions=_versions(rows)), event)

    def _sign(self, event: Event, actor: User, rows: dict[str, Row]) -> None:
        """A real document, really signed with the head's key."""
        clock.move(event.at - HOUR / 4)
        agency = self.staff.seats[event.seat].unit
        batch = deciding.prepare(actor=actor, period=self.periods[agency], versions=_versions(rows))
        deciding.render(batch.pk)
        clock.move(event.at)
        signed = deciding.sign(
            actor=actor,
            batch=SigningBatch.objects.select_related("period__agency__government").get(pk=batch.pk),
            factor=given(actor),
            passphrase=self.secrets.passphrase,
        )
        if signed.state != SigningBatch.State.PUBLISHED:
            raise CommandError(f"{signed.document_no} was not published: {signed.void_code}")
        for row in rows.values():
            row.state = "published"
        self.signatures += 1

    def _took(self, rows: dict[str, Row], outcomes: Sequence[Outcome], event: Event) -> None:
        by_id = {row.id: (key, row) for key, row in rows.items()}
        for outcome in outcomes:
            key, row = by_id[outcome.id]
            if not outcome.done:
                why = say(outcome.code, outcome.params)
                raise CommandError(f"{key}, month {self.number}, {event.act} at {event.at}: {why}")
            row.state = outcome.state


def told() -> None:
    """What happened during the year was told during the year; only what is open now still waits for the worker."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE workflow_outbox o SET done_at = jenjang_now() WHERE done_at IS NULL AND NOT (topic = 'report.returned'"
            " AND EXISTS (SELECT 1 FROM submissions_report r WHERE r.id = (o.payload->>'id')::bigint AND r.state = 'returned'))"
        )


def _versions(rows: Mapping[str, Row]) -> dict[int, int | None]:
    return {row.id: row.version for row in rows.values()}


def _misread(lines: dict[int, LineEntry]) -> dict[int, LineEntry]:
    """The largest amount a tenth too small: what the verifier will find."""
    largest = max(lines, key=lambda pk: lines[pk].realized or Decimal(0))
    amount = lines[largest].realized or Decimal(0)
    return lines | {largest: LineEntry((amount * 9 / 10).quantize(Decimal(1)))} if amount > 0 else lines
