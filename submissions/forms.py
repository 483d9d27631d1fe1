"""What came in from the entry page: read in the page's language, nothing lost when a value cannot be read."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from django.http import QueryDict

from submissions.models import Report
from submissions.readings import Reading
from submissions.services import Entry, LineEntry
from wording.numbers import NumberRefused, parse_money, parse_optional, parse_points, parse_quantity
from wording.sentences import say

LAST_MONTH = 13  # the adjustment at the year's end
WHY = re.compile(r"why-V-[0-9]{2}(?:-line-([1-9][0-9]{0,17}))?")
KEY = re.compile(r"[A-Za-z0-9-]{1,64}")


def whole_number(text: str, digits: int = 18) -> int | None:
    """The number that plain digits say; None for all else, so that no id or version from outside is ever an error."""
    return int(text) if text.isascii() and text.isdigit() and len(text) <= digits else None


def ids_of(texts: Iterable[str]) -> list[int]:
    """The ids among what was posted."""
    return [number for text in texts if (number := whole_number(text)) is not None]


def key_of(post: QueryDict) -> str | None:
    """The idempotency key of a form; one that is none is left out."""
    return key if KEY.fullmatch(key := post.get("key", "")) else None


@dataclass
class Typed:
    """One report as typed: the entry when every value could be read, and the sentence beside each that could not."""

    report_id: int
    values: dict[str, str]
    problems: list[str]
    selected: bool
    entry: Entry | None = None
    errors: dict[str, str] = field(default_factory=dict)


def read_entries(post: QueryDict, readings: Iterable[Reading], language: str) -> dict[int, Typed]:
    """The typed values of each report that the page had fields for, by report id."""
    return {one.id: _typed(post, one, language) for one in readings if f"r{one.id}-version" in post}


def _typed(post: QueryDict, reading: Reading, language: str) -> Typed:
    prefix = f"r{reading.id}-"
    values = {key.removeprefix(prefix): str(post[key]).strip() for key in post if key.startswith(prefix)}
    values["problems"] = ",".join(post.getlist(f"{prefix}problems"))
    return read_values(reading, values, language)


def read_values(reading: Reading, values: dict[str, str], language: str) -> Typed:
    """One report from the texts of its cells, by their names (`submissions.cells`); `problems` are codes joined by commas."""
    known = set(Report.Problem.values)
    problems = [code for code in values.get("problems", "").split(",") if code in known]
    typed = Typed(reading.id, values, problems, bool(values.get("select")))
    reader = _Reader(typed, language)
    own = {line.id for line in reading.lines}
    entry = Entry(
        report_id=reading.id,
        version=reader.whole("version"),
        status=reader.choice("status", Report.Status.values),
        increment=None if reading.by_volume else reader.number("increment", parse_points),
        volume=reader.number("volume", parse_quantity) if reading.by_volume else None,
        physical_reason=reader.words("physical_reason", 500),
        problems=problems,
        problem_text=reader.words("problem_text", 2000),
        follow_up_text=reader.words("follow_up_text", 2000),
        follow_up_pic=reader.words("follow_up_pic", 200),
        follow_up_due=reader.day("follow_up_due"),
        follow_up_answer=reader.choice("follow_up_answer", Report.Answer.values),
        needs_leadership=bool(values.get("needs_leadership")),
        public_note=reader.words("public_note", 2000),
        lines={
            line.id: LineEntry(
                realized=reader.number(f"line-{line.id}", parse_money),
                correction_reason=reader.words(f"line-{line.id}-reason", 500),
                corrects_month=reader.month(f"line-{line.id}-corrects"),
            )
            for line in reading.lines
        },
        explanations={
            name.removeprefix("why-"): reader.words(name, 1000)
            for name in values
            if (found := WHY.fullmatch(name)) and (found[1] is None or int(found[1]) in own)
        },
    )
    typed.entry = None if typed.errors else entry
    return typed


@dataclass
class _Reader:
    typed: Typed
    language: str

    def number(self, name: str, parse) -> Decimal | None:  # type: ignore[no-untyped-def]
        try:
            return parse_optional(self.typed.values.get(name, ""), self.language, parse)
        except NumberRefused as refused:
            self.typed.errors[name] = say(refused.code, refused.params)
            return None

    def choice(self, name: str, choices: Sequence[str]) -> str:
        code = self.typed.values.get(name, "")
        return code if code in choices else ""

    def words(self, name: str, longest: int) -> str:
        text = self.typed.values.get(name, "").replace("\r\n", "\n").replace("\x00", "")
        if len(text) > longest:
            self.typed.errors[name] = say("entry.too_long", {"length": len(text), "longest": longest})
        return text

    def whole(self, name: str) -> int | None:
        text = self.typed.values.get(name, "")
        if not text:
            return None
        number = whole_number(text, 8)
        if number is None:
            self.typed.errors[name] = say("entry.whole", {"value": text[:40]})
        return number

    def month(self, name: str) -> int | None:
        number = self.whole(name)
        if number is not None and not 1 <= number <= LAST_MONTH:
            self.typed.errors[name] = say("entry.month", {"value": number})
            return None
        return number

    def day(self, name: str) -> date | None:
        text = self.typed.values.get(name, "")
        try:
            return date.fromisoformat(text) if text else None
        except ValueError:
            self.typed.errors[name] = say("entry.day", {"value": text[:40]})
            return None
