"""What the tests of the board share: how reports get where they are, and how somebody reads and uses the board."""

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.test import Client

from approvals import services as deciding
from portal.board import selectors
from portal.board.figures import Cell, Row
from portal.board.selectors import Scope
from registry.models import Unit
from submissions.models import Report
from tests.approvals.deskwork import as_, plain_text
from tests.cast import World
from workflow import engine, route

WORKS, HEALTH = "1.03.1.04.0.00.01.0000", "1.02.2.14.0.00.01.0000"


@dataclass
class Board:
    """The board of a small government, and its people."""

    cast: World

    def of(self, agency: Unit, month: int = 1) -> list[Report]:
        """The first revisions of an agency's month."""
        return list(
            Report.objects.filter(period__agency=agency, period__month=month, revision=0).order_by("pk")
        )

    @property
    def works(self) -> list[Report]:
        return self.of(self.cast.agency)

    @property
    def health(self) -> list[Report]:
        return self.of(self.cast.other_agency)

    def verified(self, reports: Sequence[Report], by: str = "budi", enters: str = "ani") -> None:
        versions = self.cast.submitted(reports, 5, by=enters)
        assert all(one.done for one in deciding.verify(actor=self.cast.people[by], versions=versions))

    def signed(self, reports: Sequence[Report], by: str = "citra") -> None:
        """Signed and published."""
        for verb in (route.SIGN, route.PUBLISH):
            engine.perform(verb, Report, self.cast.versions(reports), actor=self.cast.people[by], whole=True)

    def published(self, reports: Sequence[Report]) -> None:
        self.verified(reports)
        self.signed(reports)

    def read(self, unit: Unit | None = None) -> selectors.Board:
        return selectors.board(Scope(self.cast.government, self.cast.year, unit))

    def row(self, agency: Unit) -> Row:
        return next(one for one in self.read().rows if one.unit_id == agency.pk)

    def cell(self, agency: Unit | None = None, month: int = 1) -> Cell:
        return self.row(agency or self.cast.agency).cell(month)

    def state(self, month: int = 1) -> str:
        return self.cell(month=month).state

    def client(self, who: str) -> Client:
        return as_(self.cast.people[who])

    def rows(self, who: str, query: str) -> list[dict[str, str]]:
        """A file of the board as somebody gets it."""
        answer = self.client(who).get(f"/board/{query}")
        assert answer.status_code == 200, answer.content[:300]
        return list(csv.DictReader(io.StringIO(answer.content.decode(), newline="")))

    def post(self, who: str, act: str, *units: str, months: Sequence[str] = ("2026-01",), **said: Any) -> Any:
        """What somebody posts from the board."""
        posted = {
            "unit": units,
            "months": months,
            "year": "2026",
            "key": f"{who}-{act.replace('/', '-')}",
            **said,
        }
        return self.client(who).post(f"/board/{act}/", posted, follow=True)

    def told(self, who: str, act: str, *units: str, **said: Any) -> str:
        answer = self.post(who, act, *units, **said)
        assert answer.status_code == 200, (answer.status_code, plain_text(answer)[:600])
        return plain_text(answer)
