"""/metrics for Prometheus: what waits and since when, and how the background keeps up. For whoever shows the token of
METRICS_TOKEN, and nobody else. No figure of any report, no name.

Gathered anew for each reading, from the database, so that every web process tells the same.
"""

import secrets
from collections.abc import Iterable, Iterator

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
SELECT count(*), coalesce(extract(epoch FROM max(n.at - o.not_before)), 0), count(*) FILTER (WHERE o.attempts > 0)
FROM (SELECT jenjang_now() AS at) n JOIN workflow_outbox o ON o.done_at IS NULL AND o.not_before <= n.at"""
# Reports of the months that still run or have just been locked, and whatever of earlier ones is on its way.
REPORTS = """
SELECT r.state, count(*), extract(epoch FROM max(n.at - r.moved_at)) FROM (SELECT jenjang_now() AS at) n
  CROSS JOIN submissions_period p JOIN submissions_report r ON r.period_id = p.id
WHERE p.lock_at > n.at - interval '31 days' OR r.state IN ('submitted', 'verified', 'signed') GROUP BY r.state"""
# The tick tells that beat and a worker live; the rest is what somebody must look after. Messages are overdue as on their desk.
BACKGROUND = """
SELECT extract(epoch FROM jenjang_now() - (SELECT max(minute) FROM submissions_heartbeat)),
  (SELECT count(*) FROM submissions_calendarfault WHERE cleared_at IS NULL),
  (SELECT count(*) FROM portal_webhook WHERE state = 'disabled'),
  (SELECT count(*) FROM submissions_period WHERE opens_at <= jenjang_now() AND lock_at > jenjang_now()),
  (SELECT count(*) FROM portal_feedback f WHERE state IN ('received', 'routed') AND jenjang_now() > CASE WHEN EXISTS (
    SELECT FROM portal_feedbackact a WHERE a.feedback_id = f.id AND a.kind = 'answer') THEN close_due
    WHEN state = 'received' THEN triage_due ELSE answer_due END)"""
WAITING = {"submitted": "verification", "verified": "signature", "signed": "publication"}


class Figures(Collector):
    """All gauges; four statements."""

    def collect(self) -> Iterator[Metric]:
        state = health()
        with connection.cursor() as cursor:
            cursor.execute(OUTBOX)
            waiting, age, failing = cursor.fetchone()
            cursor.execute(BACKGROUND)
            tick, faults, webhooks, periods, feedback = cursor.fetchone()
            cursor.execute(REPORTS)
            reports = cursor.fetchall()
        yield from _gauges(
            ("ledger_backlog_events", "Events that wait to be sealed.", state.backlog),
            (
                "ledger_lag_seconds",
                "Age of the oldest event that waits to be sealed; 0 when none does.",
                state.lag,
            ),
            ("ledger_size_events", "Events under the newest checkpoint.", state.size),
            ("ledger_checkpoint_age_seconds", "Since the newest checkpoint was signed.", state.age),
            ("outbox_waiting", "Rows of the outbox that are due and not done.", waiting),
            ("outbox_age_seconds", "How long the oldest of them has been due; 0 when none is.", age),
            ("outbox_failing", "Those among them that were tried and failed.", failing),
            ("tick_age_seconds", "Since the calendar's newest minute: beat and a worker live.", tick),
            ("calendar_faults", "Agencies whose calendar could not be kept.", faults),
            ("webhooks_disabled", "Webhooks switched off after failures.", webhooks),
            ("periods_running", "Periods of agencies that take reports now.", periods),
            ("feedback_overdue", "Citizens' messages past their time.", feedback),
        )
        yield from _reports(reports)


def _gauges(*told: tuple[str, str, float | None]) -> Iterator[Metric]:
    for name, meaning, value in told:
        if value is not None:
            yield GaugeMetricFamily(f"jenjang_{name}", meaning, value=float(value))


def _reports(rows: Iterable[tuple[str, int, float | None]]) -> Iterator[Metric]:
    """Reports by state, and the oldest one that waits for a decision, by what it waits for."""
    counts = GaugeMetricFamily(
        "jenjang_reports",
        "Reports of running months, and what is on its way of earlier ones.",
        labels=["state"],
    )
    oldest = GaugeMetricFamily(
        "jenjang_oldest_waiting_seconds", "Since the report moved that has waited longest.", labels=["for"]
    )
    for state, count, age in rows:
        counts.add_metric([state], count)
        if state in WAITING:
            oldest.add_metric([WAITING[state]], float(age or 0))
    yield counts
    yield oldest


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
