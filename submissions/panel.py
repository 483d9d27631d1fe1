"""One sub-activity's year beside its month: the strip of twelve months, the life of each cell, last month's words."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db import connection
from django.urls import reverse
from django.utils.translation import gettext as _

from submissions import formulas, marks, pages, selectors
from submissions.comments import comments_on
from submissions.facts import ZERO
from submissions.figures import COUNTS
from submissions.models import Comment, LeaderDecision
from submissions.readings import Reading
from submissions.typed import label_of, told
from wording.numbers import money, points, quantity
from wording.sentences import month_name
from workflow.models import Decision
from workflow.route import RETURN

MOST_CHANGES = 60
WIDTH, HEIGHT, LEFT, TOP = 320, 120, 4, 10  # of the strip, in its own units
CELLS = (
    "status", "increment", "volume", "physical_reason", "problem_text", "follow_up_text", "follow_up_pic", "follow_up_due",
    "follow_up_answer", "public_note",
)  # fmt: skip

# Plan and what was realised, month by month; of each month the revision that counts, and of this month the report itself.
STRIP = f"""
SELECT m.month, plan.cash, done.money, plan.physical, done.increment, done.volume
FROM submissions_report r JOIN submissions_period p ON p.id = r.period_id CROSS JOIN generate_series(1, 12) AS m(month)
  LEFT JOIN LATERAL (SELECT q.cash, q.physical FROM registry_budgetitemversion v JOIN registry_monthlyplan q
      ON q.item_version_id = v.id
    WHERE v.item_id = r.item_id AND v.version_id = r.budget_version_id AND q.month = m.month LIMIT 1) plan ON true
  LEFT JOIN LATERAL (SELECT sum(l.realized) AS money, min(e.increment) AS increment, min(e.volume) AS volume
    FROM submissions_report e JOIN submissions_period ep ON ep.id = e.period_id
      LEFT JOIN submissions_reportline l ON l.report_id = e.id
    WHERE e.item_id = r.item_id AND ep.month = m.month AND ep.fiscal_year_id = p.fiscal_year_id
      AND CASE WHEN m.month = p.month THEN e.id = r.id ELSE {COUNTS.format("e")} END) done ON true
WHERE r.id = %s ORDER BY m.month"""  # noqa: S608 - only COUNTS is put in

# The same for every cell: each history row beside the one before it, and only where they differ.
LIFE = f"""
SELECT x.at, coalesce(u.name, ''), x.cell, x.before, x.after FROM (
  SELECT h.history_date AS at, h.history_user_id AS who, 'line-' || h.id AS cell, h.history_id AS number,
    coalesce(lag(h.realized::text) OVER (PARTITION BY h.id ORDER BY h.history_date, h.history_id), '') AS before,
    coalesce(h.realized::text, '') AS after
  FROM submissions_historicalreportline h WHERE h.report_id = %(report)s
  UNION ALL
  SELECT h.history_date, h.history_user_id, c.name, h.history_id,
    coalesce(lag(c.value) OVER (PARTITION BY c.name ORDER BY h.history_date, h.history_id), ''), coalesce(c.value, '')
  FROM submissions_historicalreport h CROSS JOIN LATERAL (VALUES {", ".join(f"('{name}', h.{name}::text)" for name in CELLS)})
    AS c(name, value) WHERE h.id = %(report)s) x LEFT JOIN registry_user u ON u.id = x.who
WHERE x.before <> x.after ORDER BY x.at DESC, x.number DESC, x.cell LIMIT {MOST_CHANGES}"""  # noqa: S608 - only constants

WORDS = f"""
SELECT e.problem_text, e.follow_up_text, e.public_note, ep.month FROM submissions_report r
  JOIN submissions_period p ON p.id = r.period_id JOIN submissions_report e ON e.item_id = r.item_id
  JOIN submissions_period ep ON ep.id = e.period_id AND ep.month = p.month - 1
WHERE r.id = %s AND {COUNTS.format("e")} LIMIT 1"""  # noqa: S608

# What leaders decided on this sub-activity until this month, the newest first; what was withdrawn is not asked of anybody.
DECIDED = """
SELECT d.token, d.text, d.due, d.state, d.decided_name, d.decided_office, d.decided_at, q.title || ', ' || u.name, ep.first_day,
  d.ended_note
FROM submissions_report r JOIN submissions_period p ON p.id = r.period_id JOIN submissions_report e ON e.item_id = r.item_id
  JOIN submissions_period ep ON ep.id = e.period_id AND ep.month <= p.month
  JOIN submissions_leaderdecision d ON d.report_id = e.id AND d.state <> 'withdrawn'
  JOIN registry_post q ON q.id = d.owner_post_id JOIN registry_unit u ON u.id = q.unit_id
WHERE r.id = %s ORDER BY d.id DESC LIMIT 10"""


@dataclass(frozen=True, slots=True)
class Decided:
    """A leader's decision as the officer reads it; `owner`: whose office carries it out."""

    token: str
    text: str
    due: date
    state: str
    name: str
    office: str
    at: datetime
    owner: str
    month: date
    note: str

    @property
    def open(self) -> bool:
        return self.state == LeaderDecision.State.OPEN


@dataclass(frozen=True, slots=True)
class Month:
    """One month of the strip; money in the government's currency, progress as it is counted. None: not known."""

    number: int
    plan: Decimal | None
    money: Decimal | None
    physical_plan: Decimal | None
    physical: Decimal | None


def context(reading: Reading, month: str) -> dict[str, Any]:
    """For templates/submissions/panel.html: seven statements."""
    with connection.cursor() as cursor:
        cursor.execute(STRIP, [reading.id])
        strip = [_month(reading, row) for row in cursor.fetchall()]
        cursor.execute(LIFE, {"report": reading.id})
        life = [_change(reading, *row) for row in cursor.fetchall()]
        cursor.execute(WORDS, [reading.id])
        last = cursor.fetchone()
        cursor.execute(DECIDED, [reading.id])
        decided = [Decided(*row) for row in cursor.fetchall()]
    return {
        "one": reading,
        "entry_url": f"{reverse('submissions:entry', args=[month])}#r{reading.id}",
        "months": _rows(strip, reading),
        "chart": _chart(strip),
        "sentence": _sentence(strip, reading),
        "life": life,
        "last": _last(last),
        "decided": decided,
        "history": _said(reading),
        "evidence": [
            pages.file_row(file) for file in selectors.evidence_of([reading.id]).get(reading.id, ())
        ],
        "month_label": selectors.month_label(reading.first_day),
    }


def _month(reading: Reading, row: Sequence[Any]) -> Month:
    number, plan, done, physical_plan, increment, volume = row
    return Month(number, plan, done, physical_plan, volume if reading.by_volume else increment)


def _change(reading: Reading, at: datetime, who: str, cell: str, before: str, after: str) -> dict[str, Any]:
    old, new = (_written(cell, text) for text in (before, after))
    return {"at": at, "who": who or _("the system"), "cell": label_of(reading, cell), "old": old, "new": new}


def _written(cell: str, text: str) -> str:
    if text and cell.startswith("line-"):
        return money(Decimal(text))
    if text and cell in ("increment", "volume"):
        return quantity(Decimal(text))
    return told(cell, text)


def _rows(strip: Sequence[Month], reading: Reading) -> list[dict[str, Any]]:
    return [
        {
            "label": month_name(one.number),
            "now": one.number == reading.month,
            **{name: getattr(one, name) for name in ("plan", "money", "physical_plan", "physical")},
        }
        for one in strip
    ]


def _sums(values: Sequence[Decimal | None], until: int) -> list[Decimal]:
    """Cumulative values up to a month."""
    found: list[Decimal] = []
    for value in values[:until]:
        found.append((found[-1] if found else ZERO) + (value or ZERO))
    return found


def _chart(strip: Sequence[Month]) -> dict[str, Any] | None:
    """Two lines of cumulative money, in the units of the drawing; None when there is nothing to draw."""
    reached = max((one.number for one in strip if one.money is not None), default=0)
    plan = _sums([one.plan for one in strip], 12 if any(one.plan is not None for one in strip) else 0)
    done = _sums([one.money for one in strip], reached)
    top = max([*plan, *done, ZERO])
    if not top:
        return None
    points_of = {"plan": _line(plan, top), "done": _line(done, top)}
    return points_of | {
        "width": WIDTH, "height": HEIGHT, "base": HEIGHT - TOP, "end": WIDTH - LEFT,
        "at": points_of["done"].rpartition(" ")[2].split(",") if done else None,
    }  # fmt: skip


def _line(sums: Sequence[Decimal], top: Decimal) -> str:
    """The points of one line for an SVG polyline."""
    step = Decimal(WIDTH - 2 * LEFT) / 11
    room = HEIGHT - 2 * TOP
    return " ".join(
        f"{LEFT + step * number:.1f},{HEIGHT - TOP - room * value / top:.1f}"
        for number, value in enumerate(sums)
    )


def _sentence(strip: Sequence[Month], reading: Reading) -> str:
    """What the strip shows, in one sentence."""
    realised = formulas.absorption(reading.cumulative, reading.ceiling)
    plan = [one.plan for one in strip if one.number <= reading.month and one.plan is not None]
    said = {"month": selectors.month_label(reading.first_day), "done": points(realised)}
    if not plan:
        return _("Up to %(month)s: %(done)s %% of the ceiling realised; there is no plan by month.") % said
    planned = formulas.planned_financial(sum(plan, ZERO), reading.ceiling)
    return _("Up to %(month)s: %(done)s %% of the ceiling realised, %(plan)s %% planned.") % (
        said | {"plan": points(planned)}
    )


def _last(row: Sequence[Any] | None) -> dict[str, Any] | None:
    """The narrative of the month before, if it has any."""
    if not row or not any(row[:3]):
        return None
    problem, follow_up, note, month = row
    return {
        "problem_text": problem,
        "follow_up_text": follow_up,
        "public_note": note,
        "month": month_name(month),
    }


def _said(reading: Reading) -> list[dict[str, Any]]:
    """Decisions and comments on one report, the newest first."""
    names = marks.readable(reading)
    decided = [_decision(one) for one in selectors.decisions_on([reading.id])]
    commented = [_comment(one, names.get(one.mark, "")) for one in comments_on([reading.id])]
    return sorted([*decided, *commented], key=lambda row: row["at"], reverse=True)


def _comment(one: Comment, cell: str) -> dict[str, Any]:
    """For templates/components/history.html."""
    title = _("Comment on %(cell)s") % {"cell": cell} if cell else _("Comment on the whole report")
    return {
        "title": title, "person": one.person_name, "office": one.office, "at": one.at, "reason": one.text, "hue": "amber",
        "category": "", "notes": [],
    }  # fmt: skip


def _decision(one: Decision) -> dict[str, Any]:
    """For templates/components/history.html."""
    verbs = {"submit": _("Submitted"), "verify": _("Verified"), "return": _("Returned"), "sign": _("Signed"),
             "publish": _("Published"), "recall": _("Recalled"), "review": _("Reviewed"), "amend": _("Opened for amendment"),
             "supersede": _("Replaced"), "cancel": _("Given up")}  # fmt: skip
    office = ", ".join(part for part in (one.post_title, one.unit_name) if part)
    return {
        "title": verbs.get(one.verb, one.verb), "person": one.actor_name or _("the system"), "office": office, "at": one.at,
        "reason": one.reason, "hue": "red" if one.verb == RETURN else "", "category": selectors.category_of(one.marks),
        "notes": [],
    }  # fmt: skip
