"""Composing a route: the draft travels in the form, as it was typed, until it is saved.

Nothing of a draft is stored. What cannot be read as a number or an amount stays in its field as it was written, and the
law's own checks (`workflow.map`) say what is wrong with it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any, Self
from unicodedata import category

from django.utils.translation import get_language

from registry.models import Post, Unit
from wording.numbers import NumberRefused, money, parse_money
from workflow.map import LONGEST_ROUTE, MOST_CONDITIONS, faults, misread
from workflow.models import RouteVersion
from workflow.route import SUBMIT, VERIFY, Refusal, Route

FIELDS = ("verb", "role", "scope", "unit", "quorum", "due_days", "escalate_days", "blocks", "label")
NUMBERS = {"quorum": 1, "due_days": None, "escalate_days": None}  # and what an empty field means
ADD, UP, DOWN, REMOVE, TRY, SAVE = "add", "up", "down", "remove", "try", "save"
UNFIT = ("Cc", "Cs", "Cn")  # categories of letters that neither PostgreSQL nor XML can hold
MOST_ROWS = 2 * LONGEST_ROUTE  # more than a form can be made to have; what is too long is said by the law
LONGEST = {"label": 120, "unit": 40, "name": 200}
NEW = {"verb": VERIFY, "role": Post.Role.SECTION_HEAD.value, "scope": "agency", "quorum": "1"}


@dataclass(frozen=True, slots=True)
class Asked:
    """A condition as it is typed: what is asked ("ceiling >="), and of which value."""

    test: str = ""
    value: str = ""


@dataclass(frozen=True, slots=True)
class Row:
    """A tier as it is typed."""

    typed: Mapping[str, str]
    when: tuple[Asked, ...] = ()

    @classmethod
    def sent(cls, data: Mapping[str, str], number: int) -> Self:
        """From the form's fields of tier `number`."""
        asked = (
            Asked(_text(data, f"test-{number}-{at}"), _text(data, f"value-{number}-{at}"))
            for at in range(MOST_CONDITIONS + 1)
        )
        typed = {name: _text(data, f"{name}-{number}") for name in FIELDS}
        return cls(typed, tuple(one for one in asked if one.test or one.value))

    @classmethod
    def stored(cls, tier: Mapping[str, Any]) -> Self:
        """From a tier of a saved version, as a person of this language would type it."""
        typed = {name: "" if tier.get(name) in (None, False) else str(tier[name]) for name in FIELDS}
        asked = (Asked(f"{one['fact']} {one['op']}", _written(one)) for one in tier.get("when", ()))
        return cls({**typed, "quorum": typed["quorum"] or "1"}, tuple(asked))

    def tier(self) -> dict[str, Any]:
        """As it is stored: what has its usual value is left out."""
        made: dict[str, Any] = {name: self.typed[name] for name in ("verb", "role", "scope")}
        for name, usual in NUMBERS.items():
            value = _number(self.typed[name], usual)
            if value != usual:
                made[name] = value
        made |= {name: self.typed[name] for name in ("unit", "label") if self.typed[name]}
        if self.typed["blocks"]:
            made["blocks"] = True
        if self.when:
            made["when"] = [_condition(one) for one in self.when]
        return made


def _text(data: Mapping[str, str], name: str) -> str:
    """A field as it was typed, without letters that no document may hold (control characters, halves of pairs)."""
    return "".join(letter for letter in data.get(name, "") if category(letter) not in UNFIT).strip()


def _written(condition: Mapping[str, Any]) -> str:
    value = condition["value"]
    if condition["fact"] == "ceiling":
        return money(Decimal(value), get_language())
    return ", ".join(value) if isinstance(value, list) else str(value)


def _number(text: str, usual: int | None) -> Any:
    if not text:
        return usual
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 6 else text


def _condition(asked: Asked) -> dict[str, Any]:
    fact, _, op = asked.test.partition(" ")
    value: Any = asked.value
    if fact == "ceiling":
        value = _amount(value)
    elif op == "in":
        value = [part.strip() for part in value.split(",") if part.strip()]
    return {"fact": fact, "op": op, "value": value}


def _amount(text: str) -> str:
    """An amount as the law reads it; one that cannot be read stays as it was typed."""
    try:
        return f"{parse_money(text, get_language() or 'id'):f}"
    except NumberRefused:
        return text


@dataclass(frozen=True, slots=True)
class Draft:
    """A route as it is typed. `base` is the version it began with; 0 for a route that there is not yet."""

    code: str
    name: str
    embargo: str
    base: int
    rows: tuple[Row, ...]

    @classmethod
    def sent(cls, data: Mapping[str, str]) -> Self:
        """From a form that was sent; whatever it holds."""
        count, base = _number(_text(data, "tiers"), 0), _number(_text(data, "base"), 0)
        rows = range(min(count, MOST_ROWS) if isinstance(count, int) else 0)
        return cls(
            _text(data, "code"),
            _text(data, "name"),
            _text(data, "embargo"),
            base if isinstance(base, int) else 0,
            tuple(Row.sent(data, number) for number in rows),
        )

    @classmethod
    def from_version(cls, version: RouteVersion, *, as_new: bool = False) -> Self:
        """The next version of a route, or a new route with the tiers of another."""
        rows = tuple(Row.stored(tier) for tier in version.tiers)
        code, base = ("", 0) if as_new else (version.code, version.number)
        return cls(code, version.name, str(version.embargo_hours or ""), base, rows)

    def edited(self, act: str) -> "Draft":
        """After a button of the form: "add-2", "up-3", "down-1", "remove-2"; anything else changes nothing."""
        verb, _, number = act.partition("-")
        at = int(number) if number.isascii() and number.isdecimal() and len(number) < 4 else -1
        if not 0 <= at < len(self.rows):
            return self
        rows = list(self.rows)
        if verb == ADD and len(rows) < MOST_ROWS:
            rows.insert(at + 1, Row({name: NEW.get(name, "") for name in FIELDS}))
        elif verb == REMOVE and len(rows) > 1:
            del rows[at]
        elif verb in (UP, DOWN):
            other = at + (1 if verb == DOWN else -1)
            if 0 <= other < len(rows):
                rows[at], rows[other] = rows[other], rows[at]
        return replace(self, rows=tuple(rows))

    def tiers(self) -> list[dict[str, Any]]:
        """As they would be stored."""
        return [row.tier() for row in self.rows]

    @property
    def embargo_hours(self) -> int | None:
        """Hours, or None for what is no number."""
        hours = _number(self.embargo, 0)
        return hours if isinstance(hours, int) else None

    @property
    def law(self) -> Route:
        """The tiers as the law reads them, sound or not."""
        return Route.of(self.tiers(), self.embargo_hours or 0)

    def faults(self, known_units: Sequence[str]) -> list[Refusal]:
        """All that is wrong with it as data; what is wrong with a tier names it in its parameters."""
        tiers = self.tiers()
        wrong = misread(tiers)
        if wrong:
            return [wrong]
        found = faults(Route.of(tiers, self.embargo_hours or 0), Post.Role.values, Unit.Kind.values)
        if self.embargo_hours is None:
            found.append(Refusal("compose.embargo", {"value": self.embargo[:20]}))
        for number, row in enumerate(self.rows):
            if row.typed["scope"] == "unit" and row.typed["unit"] and row.typed["unit"] not in known_units:
                found.append(
                    Refusal("resolve.unknown_unit", {"tier": number, "unit": row.typed["unit"][:40]})
                )
            if len(row.typed["label"]) > LONGEST["label"]:
                found.append(
                    Refusal(
                        "compose.label",
                        {"tier": number, "length": len(row.typed["label"]), "longest": LONGEST["label"]},
                    )
                )
        return found


def first_draft(version: RouteVersion | None) -> Draft:
    """The draft that a new route begins with: the tiers of a version, or entry and signature alone."""
    if version is not None:
        return Draft.from_version(version, as_new=True)
    entry = {**NEW, "verb": SUBMIT, "role": Post.Role.OFFICER.value, "scope": "item"}
    sign = {**NEW, "verb": "sign", "role": Post.Role.AGENCY_HEAD.value}
    rows = [Row({name: tier.get(name, "") for name in FIELDS}) for tier in (entry, sign)]
    return Draft("", "", "", 0, tuple(rows))
