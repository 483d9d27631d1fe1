"""Reports as people read them: this month beside last month, the plan, and what is left. Two statements for any set."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from django.db import connection

from submissions import formulas
from submissions.facts import VOLUME, ZERO
from submissions.figures import COUNTS, version_name
from submissions.models import Report

ITEMS = f"""
SELECT r.id, r.token, r.state, r.tier, r.step, r.version, r.revision, r.content_hash, r.moved_at, r.submitted_at,
  i.sub_activity_code, i.sub_activity_name, i.output_indicator, i.output_unit, u.code, u.name, u.path, i.officer_post_id,
  i.verifier_post_id, p.id, p.month, p.first_day, v.kind, v.sequence, r.ceiling, r.physical_mode, r.output_target,
  r.status, r.increment, r.volume, r.physical_reason, r.problems, r.problem_text, r.follow_up_text, r.follow_up_pic,
  r.follow_up_due, r.follow_up_answer, r.needs_leadership, r.public_note,
  plan.cash, plan.physical, coalesce(prior.points, 0), coalesce(prior.volume, 0), last.increment, last.volume,
  (SELECT count(*) FROM submissions_evidence e WHERE e.report_id = r.id),
  ARRAY(SELECT ARRAY[concat_ws('-line-', x.rule, x.line_id), x.text] FROM submissions_explanation x WHERE x.report_id = r.id)
FROM submissions_report r JOIN registry_budgetitem i ON i.id = r.item_id JOIN registry_unit u ON u.id = i.unit_id
  JOIN submissions_period p ON p.id = r.period_id JOIN registry_budgetversion v ON v.id = r.budget_version_id
  LEFT JOIN LATERAL (SELECT sum(m.cash) AS cash, sum(m.physical) AS physical FROM registry_budgetitemversion iv
    JOIN registry_monthlyplan m ON m.item_version_id = iv.id
    WHERE iv.item_id = i.id AND iv.version_id = v.id AND m.month <= p.month) plan ON true
  LEFT JOIN LATERAL (SELECT sum(e.increment) AS points, sum(e.volume) AS volume FROM submissions_report e
    JOIN submissions_period ep ON ep.id = e.period_id WHERE e.item_id = i.id AND ep.month < p.month
      AND {COUNTS.format("e")}) prior ON true
  LEFT JOIN LATERAL (SELECT e.increment, e.volume FROM submissions_report e JOIN submissions_period ep ON ep.id = e.period_id
    WHERE e.item_id = i.id AND ep.month = p.month - 1 AND {COUNTS.format("e")} LIMIT 1) last ON true
WHERE r.id = ANY (%s) ORDER BY p.month, u.path, i.sub_activity_code"""  # noqa: S608 - only COUNTS is put in

LINES = f"""
WITH wanted AS MATERIALIZED (SELECT r.id, r.item_id, p.month FROM submissions_report r
    JOIN submissions_period p ON p.id = r.period_id WHERE r.id = ANY (%s)),
  prior AS MATERIALIZED (SELECT w.id AS report_id, e.line_id, sum(e.realized) AS total,
      sum(e.realized) FILTER (WHERE ep.month = w.month - 1) AS last,
      array_agg(ep.month ORDER BY ep.month) FILTER (WHERE er.state = 'published' AND e.realized <> 0) AS published
    FROM wanted w JOIN submissions_report er ON er.item_id = w.item_id
      JOIN submissions_period ep ON ep.id = er.period_id AND ep.month < w.month AND {COUNTS.format("er")}
      JOIN submissions_reportline e ON e.report_id = er.id GROUP BY w.id, e.line_id)
SELECT w.id, l.id, b.account_code, b.account_name, b.fund_source, l.ceiling, l.realized, l.correction_reason,
  l.corrects_month, coalesce(prior.total, 0), prior.last, coalesce(prior.published, '{{}}')
FROM wanted w JOIN submissions_reportline l ON l.report_id = w.id JOIN registry_budgetline b ON b.id = l.line_id
  LEFT JOIN prior ON prior.report_id = w.id AND prior.line_id = b.id
ORDER BY w.id, b.account_code, b.fund_source"""  # noqa: S608


@dataclass(frozen=True, slots=True)
class LineReading:
    """One budget line in one month; money in the government's currency."""

    id: int
    account: str
    account_name: str
    fund: str
    ceiling: Decimal
    this_month: Decimal | None
    reason: str
    corrects: int | None
    before: Decimal
    last_month: Decimal | None
    published_months: tuple[int, ...]

    @property
    def cumulative(self) -> Decimal:
        return self.before + (self.this_month or ZERO)

    @property
    def remaining(self) -> Decimal:
        return self.ceiling - self.cumulative

    @property
    def absorption(self) -> Decimal | None:
        return formulas.absorption(self.cumulative, self.ceiling)


@dataclass(frozen=True, slots=True)
class Reading:
    """One report: what was entered, what came before, what was planned. Physical values in points unless said."""

    id: int
    token: str
    state: str
    tier: int
    step: int
    version: int
    revision: int
    content_hash: str
    moved_at: datetime | None
    submitted_at: datetime | None
    code: str
    name: str
    output_indicator: str
    output_unit: str
    unit_code: str
    unit: str
    unit_path: str
    officer_post: int | None
    verifier_post: int | None
    period: int
    month: int
    first_day: date
    version_kind: str
    version_sequence: int
    ceiling: Decimal
    mode: str
    target: Decimal | None
    status: str
    increment: Decimal | None
    volume: Decimal | None
    physical_reason: str
    problems: list[str]
    problem_text: str
    follow_up_text: str
    follow_up_pic: str
    follow_up_due: date | None
    follow_up_answer: str
    needs_leadership: bool
    public_note: str
    cash_plan: Decimal | None
    physical_plan: Decimal | None  # to date, in points, or in output units when counted by volume
    increment_before: Decimal
    volume_before: Decimal
    increment_last: Decimal | None
    volume_last: Decimal | None
    evidence_count: int
    explanations: Mapping[str, str]  # by the mark of a warning
    lines: tuple[LineReading, ...] = ()

    @property
    def by_volume(self) -> bool:
        return self.mode == VOLUME

    @property
    def version_name(self) -> str:
        return version_name(self.version_kind, self.version_sequence)

    @property
    def before(self) -> Decimal:
        return sum((line.before for line in self.lines), ZERO)

    @property
    def last_month(self) -> Decimal:
        return sum((line.last_month or ZERO for line in self.lines), ZERO)

    @property
    def this_month(self) -> Decimal | None:
        entered = [line.this_month for line in self.lines if line.this_month is not None]
        return sum(entered, ZERO) if entered else None

    @property
    def cumulative(self) -> Decimal:
        return self.before + (self.this_month or ZERO)

    @property
    def remaining(self) -> Decimal:
        return self.ceiling - self.cumulative

    @property
    def absorption(self) -> Decimal | None:
        return formulas.absorption(self.cumulative, self.ceiling)

    @property
    def planned_absorption(self) -> Decimal | None:
        return None if self.cash_plan is None else formulas.planned_financial(self.cash_plan, self.ceiling)

    @property
    def physical_now(self) -> Decimal | None:
        """Entered this month: points, or output units when counted by volume."""
        return self.volume if self.by_volume else self.increment

    @property
    def physical_before(self) -> Decimal:
        return self.volume_before if self.by_volume else self.increment_before

    @property
    def physical_last(self) -> Decimal | None:
        return self.volume_last if self.by_volume else self.increment_last

    @property
    def physical(self) -> Decimal | None:
        """Cumulative progress in points (W-1)."""
        return self._points(self.physical_before + (self.physical_now or ZERO))

    @property
    def physical_month(self) -> Decimal | None:
        """This month's progress in points."""
        return None if self.physical_now is None else self._points(self.physical_now)

    @property
    def physical_planned(self) -> Decimal | None:
        """Planned cumulative progress in points; None without a plan."""
        return None if self.physical_plan is None else self._points(self.physical_plan)

    @property
    def deviation(self) -> Decimal | None:
        """W-4 in points, negative when behind."""
        return formulas.deviation(self.physical, self.physical_planned)

    @property
    def started(self) -> bool:
        """Whether anything was entered at all."""
        return bool(self.status) or self.this_month is not None

    @property
    def status_label(self) -> str:
        return str(Report.Status(self.status).label) if self.status else ""

    @property
    def problem_labels(self) -> list[str]:
        return [str(Report.Problem(code).label) for code in self.problems]

    def _points(self, value: Decimal) -> Decimal | None:
        if not self.by_volume:
            return value
        return formulas.physical_of_volume(value, self.target) if self.target else None


def read(ids: Iterable[int]) -> list[Reading]:
    """The readings of these reports, by month, unit and code."""
    wanted = list(ids)
    with connection.cursor() as cursor:
        cursor.execute(LINES, [wanted])
        lines: dict[int, list[LineReading]] = {}
        for report, *row, published in cursor.fetchall():
            lines.setdefault(report, []).append(LineReading(*(*row, tuple(published))))
        cursor.execute(ITEMS, [wanted])
        return [
            Reading(*(*row, dict(explained), tuple(lines.get(row[0], ()))))
            for *row, explained in cursor.fetchall()
        ]


@dataclass(frozen=True, slots=True)
class Total:
    """Totals of a set, from raw values and never from percentages (W-3)."""

    ceiling: Decimal
    before: Decimal
    last_month: Decimal
    this_month: Decimal
    cumulative: Decimal
    cash_plan: Decimal | None
    physical: Decimal | None
    physical_month: Decimal | None
    physical_planned: Decimal | None  # of those that have a plan
    physical_of_planned: Decimal | None  # what those reached: a deviation compares like with like

    @property
    def remaining(self) -> Decimal:
        return self.ceiling - self.cumulative

    @property
    def absorption(self) -> Decimal | None:
        return formulas.absorption(self.cumulative, self.ceiling)

    @property
    def deviation(self) -> Decimal | None:
        return formulas.deviation(self.physical_of_planned, self.physical_planned)


def total(readings: Sequence[Reading]) -> Total:
    """Sums of money; progress weighted by ceiling, None without a ceiling; plans over those that have one."""
    planned = [one for one in readings if one.physical_planned is not None]
    cash = [one.cash_plan for one in readings if one.cash_plan is not None]
    return Total(
        ceiling=sum((one.ceiling for one in readings), ZERO),
        before=sum((one.before for one in readings), ZERO),
        last_month=sum((one.last_month for one in readings), ZERO),
        this_month=sum((one.this_month or ZERO for one in readings), ZERO),
        cumulative=sum((one.cumulative for one in readings), ZERO),
        cash_plan=sum(cash, ZERO) if cash else None,
        physical=_weighted((one.ceiling, one.physical) for one in readings),
        physical_month=_weighted((one.ceiling, one.physical_month) for one in readings),
        physical_planned=_weighted((one.ceiling, one.physical_planned) for one in planned),
        physical_of_planned=_weighted((one.ceiling, one.physical) for one in planned),
    )


def _weighted(parts: Iterable[tuple[Decimal, Decimal | None]]) -> Decimal | None:
    return formulas.weighted_physical(formulas.Weighed(ceiling, value or ZERO) for ceiling, value in parts)
