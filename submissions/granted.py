"""What was granted for a revision, beside what stands in it: the officer still enters every value himself.

The grant keeps the values that its request named (`Grant.params["changes"]`); here they meet the cells of the revision.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

from django.db import connection
from django.utils.translation import gettext as _

from submissions.models import Report
from wording.numbers import money, quantity
from wording.sentences import say

MONEY = "realized"
PROGRESS = ("increment", "volume")

# The nth amendment of a sub-activity's month opened its nth revision; its grant names what was to change.
GRANTED = """
SELECT n.id, c->>'field', k.id, concat_ws(' ', b.account_code, b.account_name), c->>'new',
  CASE c->>'field' WHEN 'realized' THEN k.realized::text
    ELSE to_jsonb(n)->>(c->>'field') END
FROM submissions_report n JOIN submissions_period p ON p.id = n.period_id
  CROSS JOIN LATERAL (SELECT d.grant_id FROM submissions_report o JOIN workflow_decision d ON d.object_id = o.id
      AND d.verb = 'amend' AND d.content_type_id = (SELECT t.id FROM django_content_type t
        WHERE t.app_label = 'submissions' AND t.model = 'report')
    WHERE o.item_id = n.item_id AND o.period_id = n.period_id ORDER BY d.id OFFSET n.revision - 1 LIMIT 1) a
  JOIN workflow_grant g ON g.id = a.grant_id
  CROSS JOIN LATERAL jsonb_array_elements(coalesce(g.params->'changes', '[]')) c
  LEFT JOIN submissions_reportline k ON k.report_id = n.id AND k.line_id = (c->>'line')::bigint
  LEFT JOIN registry_budgetline b ON b.id = k.line_id
WHERE n.id = ANY (%s) AND n.revision > 0 AND (c->>'item')::bigint = n.item_id AND (c->>'month')::int = p.month
ORDER BY n.id"""


@dataclass(frozen=True, slots=True)
class Granted:
    """One value that was granted, in words, and whether another one stands in the revision."""

    label: str
    text: str
    differs: bool


def granted(reports: Iterable[int]) -> dict[int, dict[str, Granted]]:
    """Of each revision what was granted, by the cell's name as in forms ("line-17", "increment"); one statement."""
    found: dict[int, dict[str, Granted]] = {}
    with connection.cursor() as cursor:
        cursor.execute(GRANTED, [list(reports)])
        words = labels()
        for report, what, line, account, new, stands in cursor.fetchall():
            name, label = (f"line-{line}", account) if what == MONEY else (what, words[what])
            one = Granted(label, in_words(what, new), _differs(what, new, stands))
            found.setdefault(report, {})[name] = one
    return found


def sentences(of: Mapping[str, Granted]) -> list[str]:
    """What was granted of all that is no amount and no progress, which have it in their own cells."""
    return [
        say("correction.cell", {"field": one.label, "granted": one.text})
        for name, one in of.items()
        if name not in PROGRESS and not name.startswith("line-")
    ]


def beside(of: Mapping[str, Granted], name: str) -> str:
    """What was granted for a cell; empty where nothing was."""
    return of[name].text if name in of else ""


def _differs(what: str, new: str, stands: Any) -> bool:
    if what == MONEY or what in PROGRESS:
        return _number(new) != _number(stands)
    return new.strip() != (stands or "").strip()


def _number(text: str | None) -> Decimal | None:
    try:
        return Decimal(text or "")
    except InvalidOperation:
        return None


def in_words(what: str, text: str) -> str:
    """A value as it is stored (plain digits, codes, words), as people read it."""
    if what == MONEY:
        return money(_number(text))
    if what in PROGRESS:
        return quantity(_number(text))
    return (
        str(Report.Status(text).label) if what == "status" and text in Report.Status.values else text or "–"
    )


def labels() -> dict[str, str]:
    """The names of what can be corrected besides money."""
    return {
        "increment": _("Physical progress this month, points"),
        "volume": _("Physical progress this month"),
        "status": _("Execution status"),
        "problem_text": _("Problem"),
        "follow_up_text": _("Follow-up"),
        "public_note": _("Note for the public"),
    }
