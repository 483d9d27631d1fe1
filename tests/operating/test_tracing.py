"""Where a collector is named, it gets spans, and no values in them."""

import os
import subprocess
import sys
import threading
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor

from config import tracing

ROOT = Path(__file__).resolve().parents[2]
# A site of its own: what instruments a process stays in it.
VISIT = """
from config.wsgi import application
from django.test import Client
from django.test.utils import setup_test_environment
setup_test_environment()
answer = Client().get("/?q=rahasia-besar")
assert answer.status_code == 200, answer.status_code
print(answer["X-Request-ID"])
from opentelemetry import trace
getattr(trace.get_tracer_provider(), "force_flush", lambda: None)()
"""


class Collector(BaseHTTPRequestHandler):
    """Takes what is sent to it."""

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        if self.headers.get("Content-Encoding") == "gzip":
            raise AssertionError("nobody asked for gzip")
        self.server.taken.append((self.path, body))
        self.send_response(200)
        self.end_headers()

    def log_message(self, *_: Any) -> None: ...


@pytest.fixture
def collector() -> Any:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Collector)
    server.taken = []
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


def visited(urls: dict[str, str], **environ: str) -> str:
    found = subprocess.run(
        [sys.executable, "-c", VISIT],
        cwd=ROOT,
        env={
            **os.environ,
            "DJANGO_SETTINGS_MODULE": "config.settings",
            "JENJANG_DEMO": "1",
            "DATABASE_URL": urls["app"],
            "DATABASE_QUEUE_URL": urls["queue"],
            "SECRET_KEY": "k" * 60,
            **environ,
        },  # fmt: skip
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert found.returncode == 0, found.stderr
    return found.stdout.strip()


def test_spans_of_a_page_reach_the_collector_without_what_was_asked(
    committed: dict[str, str], cast: Any, collector: Any
) -> None:
    number = visited(committed, OTEL_EXPORTER_OTLP_ENDPOINT=f"http://127.0.0.1:{collector.server_port}")
    assert {path for path, _ in collector.taken} == {"/v1/traces"}
    spans = []
    for _, body in collector.taken:
        for told in ExportTraceServiceRequest.FromString(body).resource_spans:
            assert {one.key: one.value.string_value for one in told.resource.attributes}[
                "service.name"
            ] == "jenjang"
            spans += [span for scope in told.scope_spans for span in scope.spans]
    texts = [str(span) for span in spans]
    assert any("jenjang.request" in text and number in text for text in texts)
    assert any("SELECT" in text for text in texts), "no statement was traced"
    assert not any("rahasia-besar" in text for text in texts)


def test_of_an_error_its_kind_is_sent_and_not_the_row_in_its_words(collector: Any) -> None:
    sender = tracing.Exporter(endpoint=f"http://127.0.0.1:{collector.server_port}/v1/traces")
    provider = TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(sender))
    with suppress(ValueError), provider.get_tracer("tests").start_as_current_span("INSERT"):
        raise ValueError("Key (email)=(rahasia-besar) already exists.")
    ((_, body),) = collector.taken
    assert b"rahasia-besar" not in body and b"ValueError" in body and b"INSERT" in body


def test_nothing_is_sent_where_no_collector_is_named(
    committed: dict[str, str], cast: Any, collector: Any
) -> None:
    visited(committed)
    assert collector.taken == []
