"""OpenTelemetry, where the environment asks for it: OTEL_EXPORTER_OTLP_ENDPOINT (or ..._TRACES_ENDPOINT) names a collector.

Spans of requests, statements and tasks, sent over HTTP; everything else by the standard's own OTEL_* variables. A span has the
route and the statement with its placeholders: no values, no question behind an address, no names of things in it; of an error
its kind, for its words may hold a row.
"""

import os
from collections.abc import Sequence
from typing import Any

from celery.signals import worker_process_init
from django.conf import settings
from django.http import HttpRequest
from opentelemetry import trace
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.instrumentation.celery import CeleryInstrumentor
from opentelemetry.instrumentation.django import DjangoInstrumentor
from opentelemetry.instrumentation.psycopg import PsycopgInstrumentor
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import Event, ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor, SpanExportResult
from opentelemetry.trace import Span, Status

from ledger.recording import current_request

ENDPOINTS = ("OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT")
ADDRESSES = (
    "http.url",
    "http.target",
    "url.full",
    "url.path",
    "url.query",
)  # in the old and the new convention
KIND = "exception.type"


class Exporter(OTLPSpanExporter):
    """Sends spans, of errors their kind alone."""

    def export(self, spans: Sequence[ReadableSpan]) -> SpanExportResult:
        return super().export([_without_words(one) for one in spans])


def _without_words(span: ReadableSpan) -> ReadableSpan:
    if not span.events and not span.status.description:
        return span
    events = [
        Event(
            one.name,
            {name: said for name, said in (one.attributes or {}).items() if name == KIND},
            one.timestamp,
        )
        for one in span.events
    ]
    return ReadableSpan(
        span.name, span.context, span.parent, span.resource, span.attributes, events, span.links, span.kind,
        status=Status(span.status.status_code), start_time=span.start_time, end_time=span.end_time,
        instrumentation_scope=span.instrumentation_scope,
    )  # fmt: skip


def wanted() -> bool:
    """Whether the environment names a collector."""
    off = os.environ.get("OTEL_SDK_DISABLED", "").lower() == "true"
    return not off and any(os.environ.get(name) for name in ENDPOINTS)


def begin() -> None:
    """Record and send spans from this process on; nothing when no collector is named. Again: nothing."""
    if not wanted() or isinstance(trace.get_tracer_provider(), TracerProvider):
        return
    name = os.environ.get("OTEL_SERVICE_NAME", "jenjang")
    provider = TracerProvider(resource=Resource.create({"service.name": name}))
    provider.add_span_processor(BatchSpanProcessor(Exporter()))
    trace.set_tracer_provider(provider)
    DjangoInstrumentor().instrument(request_hook=_asked, response_hook=_answered)
    PsycopgInstrumentor().instrument()
    CeleryInstrumentor().instrument()


def _asked(span: Span, request: HttpRequest) -> None:
    for name in ADDRESSES:
        if name in (getattr(span, "attributes", None) or {}):
            span.set_attribute(name, "-")


def _answered(span: Span, request: HttpRequest, response: Any) -> None:
    """The id by which log lines and the ledger know this request."""
    call = current_request.get()
    if call is not None or "X-Request-ID" in response:
        span.set_attribute("jenjang.request", call.id if call else response["X-Request-ID"])


@worker_process_init.connect
def _in_a_child(**_: Any) -> None:
    """A forked child has none of its parent's sending threads."""
    if settings.configured:
        begin()
