"""/metrics for Prometheus: how the sealer and the outbox keep up. For whoever shows the token of METRICS_TOKEN, and nobody else.

Gathered anew for each reading, from the database, so that every web process tells the same.
"""

import secrets
from collections.abc import Iterator

from django.conf import settings
from django.db import connection
from django.http import HttpRequest, HttpResponse, HttpResponseNotFound
from prometheus_client import CollectorRegistry
from prometheus_client.exposition import CONTENT_TYPE_LATEST, generate_latest
from prometheus_client.metrics_core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from ledger.health import health
from portal.plain import plain

# What is due and not done; by the partial index on what waits.
OUTBOX = """
SELECT count(*), coalesce(extract(epoch FROM max(n.at - o.not_before)), 0)
FROM (SELECT jenjang_now() AS at) n JOIN workflow_outbox o ON o.done_at IS NULL AND o.not_before <= n.at"""


class Figures(Collector):
    """All gauges; two statements."""

    def collect(self) -> Iterator[Metric]:
        state = health()
        with connection.cursor() as cursor:
            cursor.execute(OUTBOX)
            waiting, age = cursor.fetchone()
        told = (
            ("ledger_backlog_events", "Events that wait to be sealed.", state.backlog),
            (
                "ledger_lag_seconds",
                "Age of the oldest event that waits to be sealed; 0 when none does.",
                state.lag,
            ),
            ("ledger_size_events", "Events under the newest checkpoint.", state.size),
            ("ledger_checkpoint_age_seconds", "Since the newest checkpoint was signed.", state.age),
            ("outbox_waiting", "Rows of the outbox that are due and not done.", waiting),
            ("outbox_age_seconds", "How long the oldest of them has been due; 0 when none is.", float(age)),
        )
        for name, meaning, value in told:
            if value is not None:
                yield GaugeMetricFamily(f"jenjang_{name}", meaning, value=value)


@plain
def metrics(request: HttpRequest) -> HttpResponse:
    """The figures as text; 404 when no token is set here, 401 for any other."""
    if not settings.METRICS_TOKEN:
        return HttpResponseNotFound()
    shown = request.headers.get("Authorization", "").encode(errors="replace")
    if not secrets.compare_digest(shown, f"Bearer {settings.METRICS_TOKEN}".encode()):
        return HttpResponse(status=401, headers={"WWW-Authenticate": "Bearer"})
    registry = CollectorRegistry()
    registry.register(Figures())
    body = generate_latest(registry)
    return HttpResponse(body, content_type=CONTENT_TYPE_LATEST, headers={"Cache-Control": "no-store"})
