"""Vacant tiers, listed for the oversight offices before a month opens: nobody should find out on the day it is due."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from submissions.heartbeat import Year
from submissions.moments import is_working_hour, working_before
from submissions.telling import OVERSIGHT, Line
from workflow.cursor import Prepared

# A tier is vacant when none of the posts that could act has a holder now; `items` is how many sub-activities wait for it.
VACANT = """
SELECT v.agency, v.agency_name, v.agency_path, v.role, coalesce(p.title, ''), coalesce(pu.name, ''), count(DISTINCT v.item_id)
FROM (SELECT ag.id AS agency, ag.name AS agency_name, ag.path AS agency_path, n.item_id, n.tier, n.role,
      min(n.post_id) AS post_id
    FROM submissions_needed_post n JOIN registry_budgetitem i ON i.id = n.item_id JOIN registry_unit u ON u.id = i.unit_id
      JOIN registry_unit ag ON ag.id = u.agency_id LEFT JOIN registry_office o ON o.post_id = n.post_id
    WHERE i.fiscal_year_id = %(year)s AND (%(agencies)s::bigint[] IS NULL OR ag.id = ANY (%(agencies)s::bigint[]))
    GROUP BY ag.id, ag.name, ag.path, n.item_id, n.tier, n.role HAVING count(o.person_id) = 0) v
  LEFT JOIN registry_post p ON p.id = v.post_id LEFT JOIN registry_unit pu ON pu.id = p.unit_id
GROUP BY v.agency, v.agency_name, v.agency_path, v.role, p.id, p.title, pu.name
ORDER BY v.agency_name, v.agency, v.role, p.title, p.id"""

OVERSEERS = """
SELECT o.person_id, o.unit_path FROM registry_office o JOIN registry_unit u ON u.id = o.unit_id
WHERE o.role = 'oversight' AND u.government_id = %s ORDER BY o.person_id"""

LISTED = """
INSERT INTO submissions_yearact (fiscal_year_id, month, kind, moment, done_at, told)
VALUES (%(year)s, %(month)s, 'vacancies', %(moment)s, %(now)s, %(told)s) ON CONFLICT DO NOTHING RETURNING id"""


@dataclass(frozen=True, slots=True)
class Vacancy:
    """A tier that nobody can act for; without a title there is not even a post."""

    agency: int
    agency_name: str
    agency_path: str
    role: str
    title: str
    unit: str
    items: int

    @property
    def params(self) -> dict[str, Any]:
        """For the sentence that names it."""
        return {
            "agency": self.agency_name, "role": self.role, "title": self.title, "unit": self.unit, "count": self.items,
        }  # fmt: skip


def vacancies(cursor: Any, fiscal_year: int, agencies: list[int] | None = None) -> list[Vacancy]:
    """Vacant tiers by the newest routes and the offices of now, of all agencies or of those named."""
    cursor.execute(VACANT, {"year": fiscal_year, "agencies": agencies})
    return [Vacancy(*row) for row in cursor.fetchall()]


def to_be_listed(year: Year) -> bool:
    """Whether it is time to list vacancies: some days before the next month opens, in working hours, once."""
    if year.latest >= 12 or year.listed:
        return False
    opens_at = year.coming.opens_at
    moment = working_before(year.policy, opens_at - timedelta(days=year.vacancy_days))
    return moment <= year.now < opens_at and is_working_hour(year.policy, year.now)


def lines_of(cursor: Prepared, year: Year) -> list[Line]:
    """List the vacancies of the coming month once, for each oversight office those below it."""
    found = vacancies(cursor, year.id)
    month = year.latest + 1
    lines = []
    for person, path in cursor.execute(OVERSEERS, [year.government]).fetchall():
        seen = [one for one in found if one.agency_path.startswith(path)]
        if seen:
            lines.append(Line(person, (year.id, f"vacant.{month}"), _said(year, month, seen)))
    claimed = cursor.execute(
        LISTED,
        {
            "year": year.id,
            "month": month,
            "moment": working_before(year.policy, year.coming.opens_at - timedelta(days=year.vacancy_days)),
            "now": year.now,
            "told": len({line.person for line in lines}),
        },
    ).fetchall()
    return lines if claimed else []


def _said(year: Year, month: int, seen: list[Vacancy]) -> dict[str, Any]:
    return {
        "act": "vacant",
        "audience": OVERSIGHT,
        "step": None,
        "month": f"{year.first_day(month):%Y-%m}",
        "due_at": year.coming.opens_at.isoformat(),
        "count": len(seen),
        "posts": [[one.agency_name, one.role, one.title, one.unit, one.items] for one in seen],
    }
