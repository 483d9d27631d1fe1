"""What came in from the entry page: read in the page's language, nothing lost when a value cannot be read."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from django.http import QueryDict

from indicators.definitions import MONEY, YES_NO, Field
from indicators.readings import Reading
from indicators.rules import Reported
from indicators.services import Entry, plain
from submissions.forms import whole_number
from wording.numbers import NumberRefused, parse_money, parse_optional, parse_quantity
from wording.sentences import say

LONGEST_NOTE, LONGEST_REMARKS = 500, 4000
ANSWERS: Mapping[str, Decimal | None] = {"yes": Decimal(1), "no": Decimal(0), "": None}


@dataclass
class Typed:
    """One pack as typed: the entry when every value could be read, and the sentence beside each that could not."""

    values: dict[str, str]
    errors: dict[str, str] = field(default_factory=dict)
    entry: Entry | None = None


def read_entry(post: QueryDict, one: Reading, language: str) -> Typed:
    """The typed values by the names of their inputs; a figure that the page had no input for stays as it is."""
    typed = Typed({name: str(post[name]).strip() for name in post})
    figures = {
        asked.code: Reported(_value(typed, asked, language), _words(typed, f"n-{asked.code}", LONGEST_NOTE))
        for asked in one.form.fields
        if f"f-{asked.code}" in post
    }
    remarks = _words(typed, "remarks", LONGEST_REMARKS)
    version = whole_number(post.get("version", ""), 9) or 0
    if not typed.errors:
        typed.entry = Entry(one.id, version, remarks, figures)
    return typed


def _value(typed: Typed, asked: Field, language: str) -> Decimal | None:
    name = f"f-{asked.code}"
    text = typed.values.get(name, "")
    if asked.kind == YES_NO:
        return ANSWERS.get(text)
    try:
        value = parse_optional(text, language, parse_money if asked.kind == MONEY else parse_quantity)
    except NumberRefused as refused:
        typed.errors[name] = say(refused.code, refused.params)
        return None
    if value is not None and asked.kind != MONEY and value != value.to_integral_value():
        typed.errors[name] = say("pack.whole", {"value": text[:40]})
        return None
    return value


def _words(typed: Typed, name: str, longest: int) -> str:
    text = plain(typed.values.get(name, ""))
    if len(text) > longest:
        typed.errors[name] = say("entry.too_long", {"length": len(text), "longest": longest})
    return text
