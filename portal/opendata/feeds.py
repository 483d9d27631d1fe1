"""What was published and what was corrected, as Atom (RFC 4287), for the government and for each agency, the newest first.

In the government's own language and zone, the same for everybody. An entry's id is made from its document or revision alone, so
that it stays the same when the site moves.
"""

import io
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import NAMESPACE_URL, UUID, uuid5
from zoneinfo import ZoneInfo

from django.conf import settings
from django.urls import reverse
from django.utils import timezone
from django.utils.feedgenerator import Atom1Feed
from django.utils.translation import override

from portal.opendata.stamp import Stamp
from portal.selectors import ADJUSTMENT, rows_of
from registry.models import Government, Unit
from wording import ways
from wording.sentences import say

ENTRIES = 50
UNREADABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")  # which XML cannot hold

DOCUMENTS = """
SELECT b.token, b.document_no AS number, b.moved_at AS at, p.month, p.first_day, y.label AS year, a.code AS unit_code,
  a.name AS agency, (SELECT count(*) FROM approvals_signingentry e WHERE e.batch_id = b.id) AS count
FROM approvals_signingbatch b JOIN submissions_period p ON p.id = b.period_id JOIN registry_unit a ON a.id = p.agency_id
  JOIN registry_fiscalyear y ON y.id = p.fiscal_year_id
WHERE b.state = 'published' AND starts_with(a.path, %(path)s) ORDER BY b.moved_at DESC, b.id DESC LIMIT %(limit)s"""

# What replaced a published report, and the money of the month in both.
CORRECTIONS = """
SELECT r.token, r.published_at AS at, r.revision, p.month, p.first_day, y.label AS year, u.code AS unit_code, a.name AS agency,
  i.sub_activity_code AS code, i.sub_activity_name AS item,
  (SELECT sum(l.realized) FROM submissions_reportline l WHERE l.report_id = o.id) AS before,
  (SELECT sum(l.realized) FROM submissions_reportline l WHERE l.report_id = r.id) AS after
FROM submissions_period p JOIN submissions_report o ON o.period_id = p.id AND o.state = 'superseded'
  CROSS JOIN LATERAL (SELECT n.* FROM submissions_report n WHERE n.item_id = o.item_id AND n.period_id = o.period_id
    AND n.revision > o.revision AND n.state IN ('published', 'superseded') ORDER BY n.revision LIMIT 1) r
  JOIN registry_budgetitem i ON i.id = r.item_id JOIN registry_unit u ON u.id = i.unit_id
  JOIN registry_unit a ON a.id = p.agency_id JOIN registry_fiscalyear y ON y.id = p.fiscal_year_id
WHERE starts_with(u.path, %(path)s) ORDER BY r.published_at DESC, r.id DESC LIMIT %(limit)s"""


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry; `key` is what its id is made from."""

    key: str
    title: str
    text: str
    path: str
    at: datetime


class Feed(Atom1Feed):
    """Of which the newest moment is that of the newest publication, also while it has no entry."""

    def latest_post_date(self) -> datetime:
        return self.feed["newest"]


def published(government: Government, root: Unit, unit: Unit | None, now: Stamp) -> bytes:
    """Signed documents as they are published; one statement."""
    rows = _rows(DOCUMENTS, unit or root)
    return _written(government, unit, now, "published", _documents(rows))


def corrections(government: Government, root: Unit, unit: Unit | None, now: Stamp) -> bytes:
    """Revisions that replaced what was published; one statement."""
    rows = _rows(CORRECTIONS, unit or root)
    return _written(government, unit, now, "corrections", _corrections(rows))


def address(kind: str, unit: Unit | None = None) -> str:
    """The path of a feed."""
    return reverse(f"opendata:unit_{kind}", args=[unit.code]) if unit else reverse(f"opendata:{kind}")


def _rows(statement: str, of: Unit) -> Iterator[dict[str, Any]]:
    return rows_of(statement, {"path": of.path, "limit": ENTRIES})


def _documents(rows: Iterator[dict[str, Any]]) -> Iterator[Entry]:
    for row in rows:
        told = row | {"month": _month(row)}
        yield Entry(
            f"document:{row['token']}",
            say("subject.feed_document", told),
            say("feed.reports", told),
            reverse("approvals:verification", args=[row["token"]]),
            row["at"],
        )


def _corrections(rows: Iterator[dict[str, Any]]) -> Iterator[Entry]:
    for row in rows:
        money = {"before_rp": row["before"], "after_rp": row["after"]}
        place = reverse("portal:item", args=[row["year"], row["unit_code"], row["code"]])
        yield Entry(
            f"revision:{row['token']}",
            say("subject.feed_correction", row | {"month": _month(row)}),
            say("feed.corrected", money),
            f"{place}#corrections",
            row["at"],
        )


def _month(row: dict[str, Any]) -> str | int:
    return ADJUSTMENT if row["month"] == ADJUSTMENT else f"{row['first_day']:%Y-%m}"


def _written(
    government: Government, unit: Unit | None, now: Stamp, kind: str, entries: Iterator[Entry]
) -> bytes:
    zone = ZoneInfo(government.time_zone)
    with override(government.language), timezone.override(zone), ways.of(government):
        name = unit.name if unit else government.name
        path = reverse("portal:home")
        feed = Feed(
            _readable(say(f"subject.feed_{kind}", {"name": name})),
            f"{settings.PUBLIC_URL}{path}",
            "",
            language=government.language,
            author_name=_readable(government.name),
            feed_url=f"{settings.PUBLIC_URL}{address(kind, unit)}",
            feed_guid=_id(f"feed:{kind}:{government.code}:{unit.code if unit else ''}"),
            newest=now.at,
        )
        for one in entries:
            feed.add_item(
                _readable(one.title),
                f"{settings.PUBLIC_URL}{one.path}",
                _readable(one.text),
                unique_id=_id(one.key),
                updateddate=one.at,
                pubdate=one.at,
            )
    out = io.StringIO()
    feed.write(out, "utf-8")
    return out.getvalue().encode()


def _id(key: str) -> str:
    made: UUID = uuid5(NAMESPACE_URL, f"urn:jenjang:{key}")
    return made.urn


def _readable(text: str) -> str:
    return UNREADABLE.sub("", text)
