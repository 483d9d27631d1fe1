"""What stands between open reports and their submission: the rules, the law, and the months that come before.

The same answers as the submission itself will give (`rules.check_submission`, `route.decide`), asked without doing
anything: for "My work", for the page that checks answers, and for months that are caught up on. A fixed number of
statements whatever the number of reports.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import connection, transaction

from registry.models import User
from submissions import figures, pages, rules
from submissions.desks import BRANCHES
from submissions.facts import BLOCK, INFO, WARN, Finding, ItemFacts
from submissions.holding import CAPACITIES
from submissions.models import Report
from submissions.readings import Reading
from workflow import route
from workflow.cursor import moment, prepared
from workflow.engine import Question
from workflow.route import Facts, Refusal

# Earlier months of the same sub-activity that are not handed in yet (V-50).
EARLIER = """
SELECT r.id, e.id, to_char(ep.first_day, 'YYYY-MM') FROM submissions_report r JOIN submissions_period p ON p.id = r.period_id
  JOIN submissions_report e ON e.item_id = r.item_id JOIN submissions_period ep ON ep.id = e.period_id
WHERE r.id = ANY (%s) AND ep.month < p.month AND e.state IN ('draft', 'returned') AND e.revision = 0
ORDER BY r.id, ep.month"""

# Returned reports that nobody has touched since: to hand them in again as they are would answer nothing.
UNTOUCHED = """
SELECT r.id FROM submissions_report r WHERE r.id = ANY (%s) AND r.state = 'returned' AND NOT EXISTS (
  SELECT FROM submissions_historicalreport h WHERE h.id = r.id AND h.history_date > r.moved_at)"""

# The same branches as for whoever holds a report now, asked for the tier that it would go to.
BRANCH = """SELECT d.id AS report, p.id AS post FROM asked d CROSS JOIN LATERAL (SELECT d.role, d.scope, d.unit) t
  JOIN registry_post p ON p.role = t.role"""
HELD = " UNION ALL ".join(f"{BRANCH} AND {join} WHERE {where}" for join, where in BRANCHES)
HOLDERS = f"""
WITH asked AS MATERIALIZED (SELECT r.id, n.tier, t.role, t.scope, t.unit, i.officer_post_id, i.verifier_post_id, u.id AS unit_id,
    u.parent_id, u.agency_id, split_part(u.path, '/', 2)::bigint AS root_id, u.government_id
  FROM unnest(%s::bigint[], %s::int[]) AS n(report, tier) JOIN submissions_report r ON r.id = n.report
    JOIN registry_budgetitem i ON i.id = r.item_id JOIN registry_unit u ON u.id = i.unit_id
    JOIN workflow_tier t ON t.route_id = r.route_id AND t.number = n.tier),
  held AS MATERIALIZED ({HELD})
SELECT DISTINCT h.report, q.title, u.name, coalesce(o.capacity, ''), coalesce(w.name, '')
FROM held h JOIN registry_post q ON q.id = h.post JOIN registry_unit u ON u.id = q.unit_id
  LEFT JOIN registry_office o ON o.post_id = q.id LEFT JOIN registry_user w ON w.id = o.person_id
ORDER BY 1, 2, 3, 4, 5"""  # noqa: S608 - only HELD is put in


@dataclass(frozen=True, slots=True)
class Judged:
    """One open report before its submission. `refusal` is what the law says besides rules and order of months; `earlier`
    the open months of the same sub-activity that have to go first, in order; `tier` the one that it would go to."""

    reading: Reading
    findings: tuple[Finding, ...]
    explanations: Mapping[str, str]
    refusal: Refusal | None
    closed: Refusal | None
    mandate: int | None
    ends_at: datetime
    tier: int
    earlier: tuple[int, ...]
    earlier_months: tuple[str, ...]  # of those, as "2026-01"
    untouched: bool  # returned, and nothing was changed since

    @property
    def editable(self) -> bool:
        return self.closed is None

    @property
    def errors(self) -> list[Finding]:
        """What has to be corrected on the entry page."""
        return [one for one in self.findings if one.severity == BLOCK and one.code != rules.EXPLAIN]

    @property
    def unexplained(self) -> list[Finding]:
        """Warnings that still need their explanation."""
        return [one for one in self.findings if one.code == rules.EXPLAIN]

    @property
    def warnings(self) -> list[Finding]:
        return [one for one in self.findings if one.severity == WARN]

    @property
    def notes(self) -> list[Finding]:
        return [one for one in self.findings if one.severity == INFO]

    @property
    def clear(self) -> bool:
        """Nothing of its own stands in the way; an earlier month may."""
        return self.refusal is None and not any(one.blocks for one in self.findings)

    @property
    def lacks_evidence(self) -> bool:
        return any(one.rule == "V-40" and one.blocks for one in self.findings)


def judge(user: User, readings: Sequence[Reading]) -> dict[int, Judged]:
    """The open ones among these reports, by id."""
    wanted = [one for one in readings if one.state in route.OPEN_STATES]
    if not wanted:
        return {}
    ids = [one.id for one in wanted]
    documents = list(Report.objects.filter(pk__in=ids).order_by("pk"))
    with transaction.atomic():
        cursor = prepared()
        # Asked as for a recall, so that the rules are not asked twice: they are read below, with their sentences.
        question = Question(route.RECALL, user.pk, moment(cursor), {})
        law = Report.facts(cursor, documents, question)
    with connection.cursor() as plain:
        stored = figures.load(plain, ids)
        plain.execute(EARLIER, [ids])
        before: dict[int, list[tuple[int, str]]] = {}
        for pk, *earlier in plain.fetchall():
            before.setdefault(pk, []).append((earlier[0], earlier[1]))
        plain.execute(UNTOUCHED, [ids])
        untouched = {pk for (pk,) in plain.fetchall()}
    restated = pages.restated(wanted)
    return {
        one.id: _judged(
            one,
            stored[one.id],
            law[one.id],
            before.get(one.id, ()),
            restated.get(one.id, ()),
            one.id in untouched,
        )
        for one in wanted
    }


def _judged(
    one: Reading,
    stored: ItemFacts,
    law: Facts,
    earlier: Sequence[tuple[int, str]],
    restated: tuple[Finding, ...],
    untouched: bool,
) -> Judged:
    answer = route.decide(law, route.SUBMIT)
    refusal = answer if isinstance(answer, Refusal) and answer.code != "route.order_submit" else None
    return Judged(
        reading=one,
        findings=(*rules.check_submission(stored, figures.POLICY), *restated),
        explanations=stored.explanations,
        refusal=refusal,
        closed=route.may_enter(law),
        mandate=route.mandate(law),
        ends_at=law.locks_at,
        tier=law.route.after(0, law.about),
        earlier=tuple(pk for pk, _month in earlier),
        earlier_months=tuple(month for _pk, month in earlier),
        untouched=untouched,
    )


def ready(judged: Mapping[int, Judged], chosen: Iterable[int]) -> list[int]:
    """Those of the chosen that can go in one act: clear themselves, and so is every earlier month, which goes along."""
    together: set[int] = set()
    wanted = set(chosen)
    for pk, one in sorted(judged.items(), key=lambda pair: (pair[1].reading.first_day, pair[0])):
        if pk in wanted and one.clear and set(one.earlier) <= together:
            together.add(pk)
    return [pk for pk in judged if pk in together]


def proposed(judged: Mapping[int, Judged]) -> set[int]:
    """All that can go, without what came back and was not touched since."""
    return set(ready(judged, (pk for pk, one in judged.items() if not one.untouched)))


@dataclass(frozen=True, slots=True)
class Desk:
    """An office that reports would go to, and who holds it; nobody while it is vacant."""

    office: str
    person: str


def desks(judged: Iterable[Judged]) -> dict[int, tuple[Desk, ...]]:
    """Where each report goes when it is submitted; one statement, none without reports."""
    asked = [(one.reading.id, one.tier) for one in judged]
    if not asked:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(HOLDERS, [[pk for pk, _tier in asked], [tier for _pk, tier in asked]])
        found: dict[int, tuple[Desk, ...]] = {}
        for pk, title, unit, capacity, person in cursor.fetchall():
            desk = Desk(f"{CAPACITIES.get(capacity, '')}{title}, {unit}", person)
            found[pk] = (*found.get(pk, ()), desk)
    return found
