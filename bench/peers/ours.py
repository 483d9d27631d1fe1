"""Our own engine through its public services, on its own schema: finality, ledger, history and all."""

from collections.abc import Sequence
from typing import Any

import psycopg
from django.conf import settings
from django.db import Error
from django.db.models import Count

from approvals import services as approvals
from bench import world
from bench.peers.base import DjangoPeer, Wrong, must
from config import embedded
from registry.models import User
from submissions import services as submissions
from submissions.models import Report, ReportLine
from workflow import engine
from workflow.cursor import Prepared
from workflow.models import Decision

ROLE = {"submit": "officer", "verify": "section_head", "sign": "agency_head", "publish": "agency_head"}
STATES = {"submit": "submitted", "verify": "verified", "sign": "signed", "publish": "published"}
EVENTS = """
SELECT (SELECT count(*) FROM ledger.event WHERE of_table = 'submissions_report' AND of_row = ANY (%(ids)s)),
  (SELECT count(*) FROM submissions_reportline l JOIN ledger.event e
    ON e.of_table = 'submissions_reportline' AND e.of_row = l.id WHERE l.report_id = ANY (%(ids)s))"""


class Ours(DjangoPeer):
    """Reports were opened by the calendar as drafts with all their lines; entering fills them in."""

    name = "ours"
    errors = (Error, engine.Refused, Wrong)

    def __init__(self) -> None:
        super().__init__()
        self.remembers = True  # whether the ledger's triggers are on
        self.stock: dict[str, list[int]] = {}
        self.lines: dict[int, list[int]] = {}
        self.people: dict[tuple[str, str], int] = {}

    def open(self) -> None:
        super().open()
        Prepared.listeners[:] = [self._heard]

    def draw(self, pool: str, count: int) -> list[Any]:
        if pool not in self.stock:
            self.stock[pool] = world.drafts(pool, 2)
            self.people |= {(pool, role): world.person(pool, role) for role in world.ROLES}
        drawn, self.stock[pool] = self.stock[pool][:count], self.stock[pool][count:]
        must(len(drawn) == count, f"the pool {pool} is empty")
        self.lines |= world.lines_of(drawn)
        return drawn

    def enter(self, pool: str, ticket: Any) -> int:
        return self.enter_all(pool, [ticket])[0]

    def enter_all(self, pool: str, tickets: Sequence[Any]) -> list[int]:
        user = self.user(pool, "officer")
        typed = [world.entry(pk, 1, self.lines[pk], 100) for pk in tickets]
        saved = submissions.save_entries(actor=user, entries=typed)
        must(saved.versions == dict.fromkeys(tickets, 2), f"{saved.refusals} {saved.findings}")
        return list(tickets)

    def act(self, pool: str, verb: str, ids: Sequence[int]) -> None:
        user, versions = self.user(pool, ROLE[verb]), dict.fromkeys(ids, 2)
        if verb == "submit":
            outcomes = submissions.submit(actor=user, versions=versions)
        elif verb == "verify":
            outcomes = approvals.verify(actor=user, versions=versions)
        else:
            outcomes = engine.perform(verb, Report, versions, actor=user)
        must(len(outcomes) == len(ids) and all(one.done for one in outcomes), f"{outcomes[:3]}")

    def user(self, pool: str, role: str) -> User:
        """Loaded for each act, as a request would."""
        return User.objects.get(pk=self.people[pool, role])

    def check(self, ids: Sequence[int], verbs: Sequence[str], rows: int) -> None:
        state = STATES[verbs[-1]] if verbs else "draft"
        must(Report.objects.filter(pk__in=ids, state=state).count() == len(ids), f"not all are {state}")
        made = Decision.objects.filter(object_id__in=ids, version=2, actor__isnull=False).exclude(
            content_hash=""
        )
        counts = dict(made.values_list("verb").annotate(Count("object_id", distinct=True)))
        must(counts == {verb: len(ids) for verb in verbs}, f"decisions: {counts}")
        must(
            Decision.objects.filter(object_id__in=ids).count() == len(ids) * len(verbs), "a decision too many"
        )
        steps = len(ids) * (2 + len(verbs))  # opened, entered, and each act
        history = Report.history.filter(id__in=ids).count()
        must(history == steps, f"{history} history rows of reports, not {steps}")
        lines = ReportLine.history.filter(report_id__in=ids).count()
        must(lines == len(ids) * rows * 2, f"{lines} history rows of lines")
        with psycopg.connect(embedded.urls(settings.DATA_DIR)["superuser"]) as reader:
            events = reader.execute(EVENTS, {"ids": list(ids)}).fetchone()
        told = (steps, len(ids) * rows * 2)
        # What was opened before the ledger was switched off stands in it: one event for each report and line.
        wanted = told if self.remembers else (len(ids), len(ids) * rows)
        must(events == wanted, f"{events} ledger events of reports and lines, not {wanted}")

    def _heard(self, statement: str) -> None:
        self.statements += 1
