"""For search engines: which pages there are (sitemaps.org), by fiscal year and in parts; and robots.txt."""

from collections.abc import Iterable
from datetime import datetime
from xml.sax.saxutils import escape

from django.conf import settings
from django.urls import reverse

from portal.opendata.stamp import Stamp
from portal.selectors import ADJUSTMENT, rows_of
from registry.models import FiscalYear

PART = 10_000  # addresses in one part; the format allows 50,000
PARTS = 50_000  # that an index may name
NAMESPACE = "http://www.sitemaps.org/schemas/sitemap/0.9"
HEAD = '<?xml version="1.0" encoding="UTF-8"?>\n'
CLOSED = ("/accounts/", "/admin/", "/search/", "/home/", "/overview/", "/board/", "/v/", "/p/*format=")

# Agencies by month, and sub-activities, of which something is published.
COUNTS = """
SELECT y.label, (SELECT count(DISTINCT b.period_id) FROM approvals_signingbatch b JOIN submissions_period p ON p.id = b.period_id
    WHERE p.fiscal_year_id = y.id AND b.state = 'published')
  + (SELECT count(DISTINCT r.item_id) FROM submissions_period p JOIN submissions_report r ON r.period_id = p.id
    WHERE p.fiscal_year_id = y.id AND r.state = 'published') AS pages
FROM registry_fiscalyear y WHERE y.government_id = %(government)s ORDER BY y.start_date DESC"""

PAGES = """
SELECT 'month' AS kind, a.code AS unit, '' AS code, p.month, p.first_day, max(b.moved_at) AS at
FROM approvals_signingbatch b JOIN submissions_period p ON p.id = b.period_id JOIN registry_unit a ON a.id = p.agency_id
WHERE p.fiscal_year_id = %(year)s AND b.state = 'published' GROUP BY a.code, p.month, p.first_day
UNION ALL
SELECT 'item', u.code, i.sub_activity_code, 0, NULL, max(r.published_at)
FROM submissions_period p JOIN submissions_report r ON r.period_id = p.id AND r.state = 'published'
  JOIN registry_budgetitem i ON i.id = r.item_id JOIN registry_unit u ON u.id = i.unit_id
WHERE p.fiscal_year_id = %(year)s GROUP BY u.code, i.sub_activity_code
ORDER BY 1 DESC, 2, 3, 4 LIMIT %(limit)s OFFSET %(offset)s"""


def index(government: int, now: Stamp) -> bytes:
    """The parts of all years; one statement."""
    parts = [
        reverse("opendata:sitemap_part", args=[row["label"], number])
        for row in rows_of(COUNTS, {"government": government})
        for number in range(1, max(1, -(-row["pages"] // PART)) + 1)
    ]
    return _written("sitemapindex", "sitemap", ((path, now.at) for path in parts))


def part(year: FiscalYear, number: int) -> bytes | None:
    """One part of a year; the first has the year's own pages too. None where there is no such part. One statement."""
    if number > PARTS:
        return None
    rows = list(rows_of(PAGES, {"year": year.pk, "limit": PART, "offset": (number - 1) * PART}))
    if not rows and number > 1:
        return None
    own: list[tuple[str, datetime | None]] = []
    if number == 1:
        newest = max((row["at"] for row in rows), default=None)
        own = [(reverse("portal:home"), newest), (reverse("opendata:year", args=[year.label]), newest)]
    return _written("urlset", "url", [*own, *((_path(year, row), row["at"]) for row in rows)])


def robots() -> bytes:
    """What is for people who signed in, or for one reader only, is of no use to a search engine."""
    lines = ["User-agent: *", *(f"Disallow: {path}" for path in CLOSED)]
    lines += ["", f"Sitemap: {settings.PUBLIC_URL}{reverse('opendata:sitemap')}", ""]
    return "\n".join(lines).encode()


def _path(year: FiscalYear, row: dict) -> str:
    if row["kind"] == "item":
        return reverse("portal:item", args=[year.label, row["unit"], row["code"]])
    adjustment = row["month"] == ADJUSTMENT
    slug = f"{year.end_date.year}-{ADJUSTMENT}" if adjustment else f"{row['first_day']:%Y-%m}"
    return reverse("portal:unit", args=[year.label, slug, row["unit"]])


def _written(root: str, each: str, places: Iterable[tuple[str, datetime | None]]) -> bytes:
    lines = [f'{HEAD}<{root} xmlns="{NAMESPACE}">']
    for path, at in places:
        when = f"<lastmod>{at:%Y-%m-%dT%H:%M:%SZ}</lastmod>" if at else ""
        lines.append(f"<{each}><loc>{escape(settings.PUBLIC_URL + path)}</loc>{when}</{each}>")
    return "\n".join([*lines, f"</{root}>\n"]).encode()
