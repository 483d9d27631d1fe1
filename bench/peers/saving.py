"""Saving changed rows: our service beside one plain UPDATE and beside Django's bulk_update, on our own tables."""

from collections.abc import Sequence
from dataclasses import asdict
from decimal import Decimal
from typing import Any

from django.db.models import Sum

from bench import world
from bench.meter import Meter
from bench.peers.base import must
from bench.peers.ours import Ours
from ledger.recording import recorded
from registry.models import User
from submissions import services
from submissions.models import ReportLine
from workflow.cursor import prepared

WAYS = ("save_entries", "plain", "bulk_update")
PLAIN = """
UPDATE submissions_reportline l SET realized = m.realized
FROM unnest(%s::bigint[], %s::numeric[]) AS m(id, realized) WHERE l.id = m.id"""


class Saving:
    """The same reports are saved again and again, each time with another amount, so that every row changes."""

    def __init__(self, peer: Ours, count: int) -> None:
        self.reports = peer.draw("saves", count)
        self.versions = dict.fromkeys(self.reports, 1)
        self.amount = 100

    def round(self, peer: Ours) -> dict[str, Any]:
        """Each way once on each report; asserts that all rows have the amount."""
        meter = Meter(peer.backend, lambda: peer.statements)
        for way in WAYS:
            self.amount += 1
            lines = {pk: self._lines(pk) for pk in self.reports}
            with meter(way, len(self.reports)):
                for pk in self.reports:
                    getattr(self, f"_{way}")(peer.user("saves", "officer"), pk, lines[pk])
            wanted = self.amount * sum(map(len, lines.values()))
            found = ReportLine.objects.filter(report__in=self.reports).aggregate(Sum("realized"))
            must(found["realized__sum"] == wanted, f"{way} saved {found}, not {wanted}")
        return {way: asdict(cost) for way, cost in meter.costs.items()}

    def _lines(self, report: int) -> list[ReportLine]:
        """Loaded before the clock runs: the page that is posted knows them."""
        return list(ReportLine.objects.filter(report=report).order_by("pk"))

    def _save_entries(self, user: User, report: int, lines: Sequence[ReportLine]) -> None:
        typed = world.entry(report, self.versions[report], [line.pk for line in lines], self.amount)
        saved = services.save_entries(actor=user, entries=[typed])
        must(report in saved.versions, f"{saved.refusals} {saved.findings}")
        self.versions |= saved.versions

    def _plain(self, user: User, report: int, lines: Sequence[ReportLine]) -> None:
        with recorded(user):
            prepared().execute(PLAIN, [[line.pk for line in lines], [Decimal(self.amount) for _ in lines]])

    def _bulk_update(self, user: User, report: int, lines: Sequence[ReportLine]) -> None:
        for line in lines:
            line.realized = Decimal(self.amount)
        with recorded(user):
            ReportLine.objects.bulk_update(lines, ["realized"])
