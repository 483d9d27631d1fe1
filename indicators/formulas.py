"""Formulas over reported figures: a small language of arithmetic, read from data and never executed as code. Pure Python.

Numbers are decimals and computed with 60 digits; a division by zero, and anything that a missing figure touches, is None:
"not known", shown as a dash (domain.md 2.4). A text is parsed once into functions of our own. It knows names, plain
numbers, + - * /, comparisons, and / or / not, and the functions below; everything else that Python could say is refused.

    ago(name, n)            the value n quarters ago
    rising(name, n)         it rose in each of the last n quarters
    below(name, limit, n)   it was below the limit in each of the last n quarters, this one included
    above(name, limit, n)   likewise above it
    positive(x)             x when it is above zero, else not known
"""

import ast
import operator
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from decimal import Decimal, localcontext
from functools import lru_cache
from typing import Any

# The value of a name so many quarters ago, 0 for this one; None when it is not known.
Series = Callable[[str, int], Decimal | None]
Number = Callable[[Series], Decimal | None]
Truth = Callable[[Series], bool | None]

LONGEST = 400  # characters of a formula
DEEPEST = 30  # levels of brackets and operators
FURTHEST = 8  # quarters back
DIGITS = 60  # two columns of 20 digits multiplied, with room to divide
_NUMBER = re.compile(r"[0-9]{1,18}(\.[0-9]{1,6})?")
_SUMS: dict[type[ast.operator], Callable[[Decimal, Decimal], Decimal]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
}
_COMPARISONS: dict[type[ast.cmpop], Callable[[Decimal, Decimal], bool]] = {
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
    ast.Eq: operator.eq,
    ast.NotEq: operator.ne,
}


class FormulaRefused(ValueError):
    """A text that is no formula: a code and its parameters, for `wording.sentences.say`."""

    def __init__(self, code: str, params: dict[str, Any]) -> None:
        super().__init__(f"{code} {params}")
        self.code, self.params = code, params


@dataclass(frozen=True, slots=True)
class Formula:
    """A formula that was read: the names it asks for, and how to compute its number."""

    names: frozenset[str]
    number: Number

    def __call__(self, series: Series) -> Decimal | None:
        with localcontext(prec=DIGITS):
            return self.number(series)


@dataclass(frozen=True, slots=True)
class Condition:
    """The same for a text that is true or false; None when a figure that would decide is not known."""

    names: frozenset[str]
    truth: Truth

    def __call__(self, series: Series) -> bool | None:
        with localcontext(prec=DIGITS):
            return self.truth(series)


@lru_cache(maxsize=512)
def formula(text: str) -> Formula:
    """Read a formula whose result is a number; raises FormulaRefused."""
    reader = _Reader(text)
    number = reader.number(reader.root)
    return Formula(frozenset(reader.names), number)


@lru_cache(maxsize=512)
def condition(text: str) -> Condition:
    """Read a formula whose result is true or false; raises FormulaRefused."""
    reader = _Reader(text)
    truth = reader.truth(reader.root)
    return Condition(frozenset(reader.names), truth)


class _Reader:
    """Walks over a parsed text once and builds functions; a node that is not named here is refused."""

    def __init__(self, text: str) -> None:
        self.text, self.names, self.depth = text, set[str](), 0
        if len(text) > LONGEST:
            raise FormulaRefused("formula.length", {"length": len(text), "limit": LONGEST})
        try:
            self.root = ast.parse(text.strip(), mode="eval").body
        except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
            raise FormulaRefused("formula.unreadable", {"text": text[:80]}) from error

    def number(self, node: ast.expr) -> Number:
        self._deeper(node)
        try:
            if isinstance(node, ast.Constant):
                return self._constant(node)
            if isinstance(node, ast.Name):
                return self._value(node.id, 0)
            if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
                return _negative(self.number(node.operand))
            if isinstance(node, ast.BinOp):
                return self._sum(node)
            if isinstance(node, ast.Call):
                return self._numeric_call(node)
            raise self._refused(node)
        finally:
            self.depth -= 1

    def truth(self, node: ast.expr) -> Truth:
        self._deeper(node)
        try:
            if isinstance(node, ast.Compare) and len(node.ops) == 1:
                return self._comparison(node)
            if isinstance(node, ast.BoolOp):
                parts = [self.truth(part) for part in node.values]
                return _either(parts) if isinstance(node.op, ast.Or) else _all(parts)
            if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
                return _not(self.truth(node.operand))
            if isinstance(node, ast.Call):
                return self._true_call(node)
            raise self._refused(node)
        finally:
            self.depth -= 1

    def _deeper(self, node: ast.expr) -> None:
        self.depth += 1
        if self.depth > DEEPEST:
            raise self._refused(node)

    def _refused(self, node: ast.AST) -> FormulaRefused:
        part = ast.get_source_segment(self.text.strip(), node) or self.text
        return FormulaRefused("formula.part", {"part": part[:80], "text": self.text[:80]})

    def _constant(self, node: ast.Constant) -> Number:
        # The text is read, not Python's value of it: 0.1 is a tenth here.
        written = ast.get_source_segment(self.text.strip(), node) or ""
        if not _NUMBER.fullmatch(written):
            raise self._refused(node)
        value = Decimal(written)
        return lambda series: value

    def _value(self, name: str, ago: int) -> Number:
        self.names.add(name)
        return lambda series: series(name, ago)

    def _sum(self, node: ast.BinOp) -> Number:
        left, right = self.number(node.left), self.number(node.right)
        if isinstance(node.op, ast.Div):
            return _quotient(left, right)
        if type(node.op) not in _SUMS:
            raise self._refused(node)
        return _combined(_SUMS[type(node.op)], left, right)

    def _comparison(self, node: ast.Compare) -> Truth:
        if type(node.ops[0]) not in _COMPARISONS:
            raise self._refused(node)
        left, right = self.number(node.left), self.number(node.comparators[0])
        return _compared(_COMPARISONS[type(node.ops[0])], left, right)

    def _numeric_call(self, node: ast.Call) -> Number:
        word, given = self._called(node)
        if word == "positive" and len(given) == 1:
            return _positive(self.number(given[0]))
        if word == "ago" and len(given) == 2:
            return self._value(self._name(given[0]), self._quarters(given[1]))
        raise self._refused(node)

    def _true_call(self, node: ast.Call) -> Truth:
        word, given = self._called(node)
        if word == "rising" and len(given) == 2:
            name, quarters = self._name(given[0]), self._quarters(given[1])
            values = [self._value(name, ago) for ago in range(quarters + 1)]
            return _all([_compared(operator.gt, *pair) for pair in zip(values, values[1:], strict=False)])
        if word in ("below", "above") and len(given) == 3:
            name, limit, quarters = self._name(given[0]), self.number(given[1]), self._quarters(given[2])
            compare = operator.lt if word == "below" else operator.gt
            return _all([_compared(compare, self._value(name, ago), limit) for ago in range(quarters)])
        raise self._refused(node)

    def _called(self, node: ast.Call) -> tuple[str, list[ast.expr]]:
        if not isinstance(node.func, ast.Name) or node.keywords:
            raise self._refused(node)
        return node.func.id, node.args

    def _name(self, node: ast.expr) -> str:
        if not isinstance(node, ast.Name):
            raise self._refused(node)
        return node.id

    def _quarters(self, node: ast.expr) -> int:
        if (
            not isinstance(node, ast.Constant)
            or type(node.value) is not int
            or not 1 <= node.value <= FURTHEST
        ):
            raise self._refused(node)
        return node.value


def _negative(inner: Number) -> Number:
    def number(series: Series) -> Decimal | None:
        value = inner(series)
        return None if value is None else -value

    return number


def _positive(inner: Number) -> Number:
    def number(series: Series) -> Decimal | None:
        value = inner(series)
        return value if value is not None and value > 0 else None

    return number


def _combined(combine: Callable[[Decimal, Decimal], Decimal], left: Number, right: Number) -> Number:
    def number(series: Series) -> Decimal | None:
        one, other = left(series), right(series)
        return None if one is None or other is None else combine(one, other)

    return number


def _quotient(left: Number, right: Number) -> Number:
    def number(series: Series) -> Decimal | None:
        one, other = left(series), right(series)
        return None if one is None or not other else one / other

    return number


def _compared(compare: Callable[[Any, Any], bool], left: Number, right: Number) -> Truth:
    def truth(series: Series) -> bool | None:
        one, other = left(series), right(series)
        return None if one is None or other is None else compare(one, other)

    return truth


def _not(inner: Truth) -> Truth:
    def truth(series: Series) -> bool | None:
        held = inner(series)
        return None if held is None else not held

    return truth


def _either(parts: Iterable[Truth]) -> Truth:
    kept = tuple(parts)

    def truth(series: Series) -> bool | None:
        held = [part(series) for part in kept]
        return True if True in held else None if None in held else False

    return truth


def _all(parts: Iterable[Truth]) -> Truth:
    kept = tuple(parts)

    def truth(series: Series) -> bool | None:
        held = [part(series) for part in kept]
        return False if False in held else None if None in held else True

    return truth
