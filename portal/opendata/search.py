"""Finding an agency, a unit, a sub-activity or a contract by a name, a code or a number; one statement, ranked, by pages.

Codes are compared without their dots, words by their letters, so that a dot too many or a letter too few finds it all the same:
first what contains every word, then what resembles the whole (trigrams; registry's indexes are over the same expressions).
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from portal.selectors import rows_of
from registry.models import FiscalYear

SHORTEST, LONGEST, WORDS = 2, 100, 8
SEPARATORS = re.compile(r"[.\-/ ]")
UNIT, ITEM, CONTRACT = "unit", "item", "contract"

UNIT_TEXT = "(translate(lower(u.code), '.-/ ', '') || ' ' || lower(u.name))"
ITEM_TEXT = "(translate(lower(i.sub_activity_code), '.-/ ', '') || ' ' || lower(i.sub_activity_name))"
CONTRACT_TEXT = "(translate(lower(c.number), '.-/ ', '') || ' ' || lower(c.name) || ' ' || lower(c.provider))"


def _statement(words: int) -> str:
    """For that many words. Each is a condition of its own, so that the index answers all of them.

    `nearness`: 0 the code itself, 1 a code that begins so, 2 all words are in it, 3 it resembles what was asked. What a budget of
    the year names is there to be found, and every unit.
    """

    def all_in(text: str) -> str:
        return "(" + " AND ".join(f"{text} LIKE %(word{number})s" for number in range(words)) + ")"

    def found(text: str) -> str:
        return f"({all_in(text)} OR %(whole)s <%% {text})"

    return f"""
WITH found AS (
  SELECT 'unit' AS kind, u.code, u.name, '' AS of_code, coalesce(nullif(a.name, u.name), '') AS of_name, '' AS provider,
    translate(lower(u.code), '.-/ ', '') AS bare, {UNIT_TEXT} AS text, 0 AS rank
  FROM registry_unit u LEFT JOIN registry_unit a ON a.id = u.agency_id
  WHERE u.government_id = %(government)s AND u.parent_id IS NOT NULL AND {found(UNIT_TEXT)}
  UNION ALL
  SELECT 'item', i.sub_activity_code, i.sub_activity_name, u.code, u.name, '', translate(lower(i.sub_activity_code), '.-/ ', ''),
    {ITEM_TEXT}, 1
  FROM registry_budgetitem i JOIN registry_unit u ON u.id = i.unit_id
  WHERE i.fiscal_year_id = %(year)s AND {found(ITEM_TEXT)}
  UNION ALL
  SELECT 'contract', i.sub_activity_code, c.name, u.code, u.name, c.number || ' · ' || c.provider,
    translate(lower(c.number), '.-/ ', ''), {CONTRACT_TEXT}, 2
  FROM registry_contract c JOIN registry_budgetitem i ON i.id = c.item_id JOIN registry_unit u ON u.id = i.unit_id
  WHERE i.fiscal_year_id = %(year)s AND {found(CONTRACT_TEXT)}
),
near AS (
  SELECT *, CASE WHEN bare = %(bare)s THEN 0 WHEN starts_with(bare, %(bare)s) THEN 1 WHEN {all_in("text")} THEN 2 ELSE 3 END
    AS nearness FROM found
)
SELECT kind, code, name, of_code, of_name, provider, nearness, count(*) OVER () AS total FROM near
ORDER BY nearness, CASE WHEN nearness < 3 THEN rank END, word_similarity(%(whole)s, text) DESC, of_code, code, name, provider
LIMIT %(limit)s OFFSET %(offset)s"""  # noqa: S608 - joined from constants


@dataclass(frozen=True, slots=True)
class Hit:
    """One thing found; `of_code` and `of_name` are its unit's, for a unit the name of its agency."""

    kind: str
    code: str
    name: str
    of_code: str
    of_name: str
    provider: str
    nearness: int

    @property
    def alike(self) -> bool:
        """Whether it only resembles what was asked."""
        return self.nearness == 3


@dataclass(frozen=True)
class Question:
    """What somebody typed, cut to a sensible length."""

    typed: str

    @cached_property
    def text(self) -> str:
        return " ".join(self.typed.replace("\x00", "").split())[:LONGEST]

    @cached_property
    def words(self) -> list[str]:
        """Words in small letters; what has a digit in it is bare of dots. Nothing but digits and dots is one code."""
        text = self.text.lower()
        if not re.search(r"[^\W\d]", text):
            return [bare] if (bare := SEPARATORS.sub("", text)) else []
        bare_words = (SEPARATORS.sub("", word) if re.search(r"\d", word) else word for word in text.split())
        return [word for word in bare_words if word][:WORDS]

    @property
    def enough(self) -> bool:
        return sum(map(len, self.words)) >= SHORTEST

    @property
    def cut(self) -> bool:
        return len(" ".join(self.typed.split())) > LONGEST

    @property
    def parameters(self) -> dict[str, Any]:
        escaped = (re.sub(r"([\\%_])", r"\\\1", word) for word in self.words)
        return {
            **{f"word{number}": f"%{word}%" for number, word in enumerate(escaped)},
            "whole": " ".join(self.words),
            "bare": SEPARATORS.sub("", self.text.lower()),
        }


class Hits(Sequence[Hit]):
    """What a question finds, of which a paginator reads only its slice, in one statement with the total."""

    def __init__(self, question: Question, year: FiscalYear, page: int, size: int) -> None:
        window = {"limit": size, "offset": (page - 1) * size}
        scope = {"government": year.government_id, "year": year.pk}
        rows = list(rows_of(_statement(len(question.words)), question.parameters | scope | window))
        self.rows = [Hit(**{name: row[name] for name in Hit.__slots__}) for row in rows]
        self.number = rows[0]["total"] if rows else 0

    def __len__(self) -> int:
        return self.number

    def __getitem__(self, index: Any) -> Any:
        return self.rows[index]

    def __iter__(self) -> Iterator[Hit]:
        return iter(self.rows)
