"""ETags: what a program saw of a report, and that it has not changed since."""

from django.http import HttpRequest

from indicators.models import Pack
from indicators.readings import Reading as PackReading
from portal.api.problems import Problem
from submissions.models import Report
from submissions.readings import Reading


def etag_of(one: Report | Reading | Pack | PackReading) -> str:
    """A report's or pack's name of its own state: every entry, decision and revision makes another one."""
    return f'"{one.revision}-{one.version}-{one.state}-{one.tier}-{one.step}"'


def seen(request: HttpRequest, report: Report | Pack) -> int:
    """The version that was seen, for the services; raises Problem: 428 without If-Match, 412 when it is not this one."""
    said = request.headers.get("If-Match", "")
    if not said.strip():
        raise Problem(428, "api.version_missing")
    # What was compressed on its way came with a weak one; its words are the same.
    if said.strip() != "*" and etag_of(report) not in {
        one.strip().removeprefix("W/") for one in said.split(",")
    }:
        raise Problem(412, "api.version", headers={"ETag": etag_of(report)})
    return report.version


def unchanged(request: HttpRequest, etag: str) -> bool:
    """Whether the reader has this already (If-None-Match)."""
    said = {one.strip().removeprefix("W/") for one in request.headers.get("If-None-Match", "").split(",")}
    return etag in said or "*" in said
