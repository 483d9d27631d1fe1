"""The language of formulas: what it computes, and what it refuses to read."""

from collections.abc import Mapping
from decimal import Decimal

import pytest

from indicators.formulas import LONGEST, FormulaRefused, condition, formula
from wording.sentences import say

D = Decimal


def series(*quarters: Mapping[str, str | None]):
    """Values of names, this quarter first."""

    def value(name: str, ago: int) -> Decimal | None:
        text = quarters[ago].get(name) if ago < len(quarters) else None
        return None if text is None else D(text)

    return value


@pytest.mark.parametrize(
    ("text", "result"),
    [
        ("a + b", "5"),
        ("a - b * a", "-4"),
        ("(a - b) * a", "-2"),
        ("-a", "-2"),
        ("a / b * 100", "66.6667"),
        ("0.1 + 0.2", "0.3"),  # a tenth is a tenth
        ("a / (b - 3)", None),  # divided by zero
        ("(b - 3) / a", "0"),
        ("a + missing", None),
        ("ago(a, 1)", "7"),
        ("(a - ago(a, 1)) / ago(a, 1) * 100", "-71.4286"),
        ("ago(a, 5)", None),
        ("positive(a)", "2"),
        ("positive(-a)", None),
        ("positive(b - 3)", None),
        ("12345678901234567.89 * 99999999999999999.99", "1234567890123456788876543210987654.3211"),
    ],
)
def test_a_formula_computes_exactly_or_says_nothing(text: str, result: str | None) -> None:
    value = formula(text)(series({"a": "2", "b": "3"}, {"a": "7", "b": "1"}))
    if value is None or result is None:
        assert (value, result) == (None, None)
    else:
        assert value == D(result) or round(value, 4) == D(result)


@pytest.mark.parametrize(
    ("text", "held"),
    [
        ("a > 1", True),
        ("a >= 2 and b < 3", False),
        ("a = 2", "refused"),
        ("a == 2", True),
        ("a != 2", False),
        ("not a > 1", False),
        ("missing > 1", None),
        ("missing > 1 or a > 1", True),  # what is known is enough
        ("missing > 1 and a > 9", False),
        ("missing > 1 and a > 1", None),
        ("not missing > 1", None),
        ("rising(a, 1)", False),
        ("rising(b, 2)", True),
        ("rising(b, 3)", None),  # the quarter before those is not known
        ("below(a, 8, 2)", True),
        ("below(a, 3, 2)", False),
        ("below(a, 8, 4)", None),
        ("above(a, 1, 2)", True),
        ("above(a, b, 1)", False),
    ],
)
def test_a_condition_holds_fails_or_is_not_known(text: str, held: bool | str | None) -> None:
    values = series({"a": "2", "b": "3"}, {"a": "7", "b": "2"}, {"a": "5", "b": "1"})
    if held == "refused":
        with pytest.raises(FormulaRefused):
            condition(text)
    else:
        assert condition(text)(values) is held


@pytest.mark.parametrize(
    "text",
    [
        "__import__('os').system('x')", "open('x')", "a.b", "a[0]", "[a]", "{a}", "(a, b)", "a if b > 1 else c", "lambda: a",
        "a ** 9", "a // b", "a % b", "a @ b", "a << 2", "~a", "+a", "not a", "a > b", "a and b", "1e9", "0x10", "1_000", "1j",
        "9" * 19, "0.1234567", "'a'", "True", "None", "...", "f'{a}'", "a := 1", "x; y", "", " ", "\x00", "a\nb", "ago(a)",
        "ago(a, 0)", "ago(a, 9)", "ago(a, -1)", "ago(a, b)", "ago(a, 1.0)", "ago(a, True)", "ago(1, 1)", "ago(a, n=1)",
        "ago(*[a, 1])", "ago(**a)", "positive(a, b)", "positive(x=a)", "sum(a, b)", "rising(a, 2)", "a(b)", "ago(a, 1)(b)",
        "(" * 300 + "a" + ")" * 300, "-" * 200 + "a", "+".join(["a"] * 60), "await a", "yield a", "*a", "#a",
    ],
)  # fmt: skip
def test_what_is_no_arithmetic_is_refused_with_a_sentence(text: str) -> None:
    with pytest.raises(FormulaRefused) as refused:
        formula(text)
    assert say(refused.value.code, refused.value.params)


@pytest.mark.parametrize(
    "text",
    ["a", "a + b", "1 < a < 2", "a is b", "a in b", "a > 'x'", "rising(a, 0)", "below(a, 2)", "a > 1 > b"],
)
def test_what_is_neither_true_nor_false_is_no_condition(text: str) -> None:
    with pytest.raises(FormulaRefused):
        condition(text)


def test_a_formula_has_a_length() -> None:
    with pytest.raises(FormulaRefused) as refused:
        formula("a" * (LONGEST + 1))
    assert refused.value.params == {"length": LONGEST + 1, "limit": LONGEST}


def test_a_formula_says_which_names_it_asks_for() -> None:
    assert formula("(a - ago(b, 4)) / positive(c)").names == {"a", "b", "c"}
    assert condition("value > 1 or rising(d, 2)").names == {"value", "d"}
