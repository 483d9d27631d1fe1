"""What an auditor typed, as a question; and the form that shows it again. The address of the page says it all.

What cannot be understood is answered by a sentence and stays as it was typed; nothing is searched then.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from django.http import QueryDict
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from audit import search_words as words
from audit import selectors
from audit.search import (
    ACCOUNTS,
    ACTING,
    AFTER_RETURN,
    LATE,
    OUTSIDE,
    OVER,
    READINGS,
    SELF,
    Question,
)
from audit.search_things import KINDS
from registry.models import Unit, User
from registry.selectors import within
from wording.sentences import month_name, say

LONGEST = 100  # characters of a name or of words
LONGEST_KEPT = 500  # of a search that is saved
PEOPLE = 200  # at most, that one name may mean
DAY, YEARS = 10, (2000, 2100)

LABELS: Mapping[str, Promise] = {
    "asked": _("Question"),
    "who": _("Person, by name or number"),
    "nobody": _("Who is named"),
    "unit": _("Unit and all below"),
    "month": _("Month of the report"),
    "words": _("Sub-activity, code or name"),
    "kind": _("Kind of thing"),
    "op": _("What was done"),
    "column": _("Field that changed"),
    "since": _("From"),
    "until": _("To"),
}
ASKED: Mapping[str, Promise] = {
    AFTER_RETURN: _("Changed after a return"),
    LATE: _("Submitted or decided late"),
    OVER: _("Value over the budget"),
    OUTSIDE: _("Changed outside the application"),
    SELF: _("Tried to decide on one’s own"),
    ACTING: _("Done while holding an acting office"),
    READINGS: _("Read by auditors"),
    ACCOUNTS: _("Accounts, offices and rights changed"),
}
CHOICES: Mapping[str, Mapping[str, Any]] = {
    "asked": ASKED,
    "nobody": {"yes": _("nobody (the system, or raw SQL)")},
    "kind": dict(KINDS),
    "op": words.OPERATIONS,
}
TYPED = ("who", "words")
MOMENTS = ("since", "until")


@dataclass(slots=True)
class Asked:
    """What was typed (`values`), what it means (`question`; None when something is not understood) and why not."""

    values: Mapping[str, str]
    question: Question | None = None
    errors: list[dict[str, str]] = field(default_factory=list)
    units: Sequence[Unit] = ()

    @property
    def query(self) -> str:
        """As it stands in an address, always in the same order and without a place to go on from."""
        return urlencode({name: self.values[name] for name in LABELS if self.values.get(name)})


def asked(typed: QueryDict, paths: Sequence[str]) -> Asked:
    """What an address or a form asks, for somebody who audits below `paths`."""
    values = {name: _clean(typed.get(name, "")) for name in (*LABELS, "before", "after")}
    units = list(Unit.objects.filter(within(paths)).order_by("path"))
    found = _Reading(values, {str(unit.pk): unit for unit in units})
    question = found.question()
    return Asked(values, None if found.errors else question, found.errors, units)


def _clean(text: str) -> str:
    return text.replace("\x00", "").strip()


@dataclass(slots=True)
class _Reading:
    """Reads the values one by one and collects what it does not understand."""

    values: Mapping[str, str]
    units: Mapping[str, Unit]
    errors: list[dict[str, str]] = field(default_factory=list)

    def question(self) -> Question:
        """The question; what was not understood is left out of it."""
        unit = self._chosen("unit", self.units)
        month = self._chosen("month", {day.isoformat(): day for day in selectors.months()})
        since, until = self._moment("since"), self._moment("until")
        if since and until and since >= until:
            self._wrong("until", "search.order")
        return Question(
            actors=self._people(),
            nobody=self._chosen("nobody", CHOICES["nobody"]) is not None,
            unit_path=unit.path if unit else "",
            month=month,
            words=self._short("words"),
            kind=self._code("kind"),
            op=self._code("op"),
            column=self.values["column"]
            if self._chosen("column", dict.fromkeys(words.COLUMNS, True))
            else "",
            since=since,
            until=until,
            asked=self._code("asked"),
            before=self._number("before"),
            after=None if self.values["before"] else self._number("after"),
        )

    def _wrong(self, name: str, code: str, **params: Any) -> None:
        self.errors.append({"field": f"s-{name}", "sentence": say(code, params)})

    def _chosen(self, name: str, options: Mapping[str, Any]) -> Any:
        value = self.values[name]
        if value and value not in options:
            self._wrong(name, "search.choice", value=value[:LONGEST], label=str(LABELS[name]))
        return options.get(value) if value else None

    def _code(self, name: str) -> str:
        return self.values[name] if self._chosen(name, CHOICES[name]) is not None else ""

    def _short(self, name: str) -> str:
        value = self.values[name]
        if len(value) <= LONGEST:
            return value
        self._wrong(name, "search.long", label=str(LABELS[name]), length=len(value), limit=LONGEST)
        return ""

    def _people(self) -> list[int] | None:
        name = self._short("who")
        if not name:
            return None
        if name.isascii() and name.isdecimal():
            return [int(name)] if len(name) <= 18 else []
        people = User.objects.all()
        for word in name.split():
            people = people.filter(name__icontains=word)
        found = list(people.order_by("pk").values_list("pk", flat=True)[: PEOPLE + 1])
        if len(found) > PEOPLE:
            self._wrong("who", "search.who", who=name, limit=PEOPLE)
        return found

    def _number(self, name: str) -> int | None:
        value = self.values[name]
        if not value:
            return None
        if value.isascii() and value.isdecimal() and len(value) <= 18:
            return int(value)
        self._wrong("", "search.place", value=value[:LONGEST])
        return None

    def _moment(self, name: str) -> datetime | None:
        """The first moment that fits, and for "until" the first after those that do."""
        value = self.values[name]
        if not value:
            return None
        moment = parsed(value)
        if moment is None:
            self._wrong(name, "search.moment", value=value[:LONGEST])
            return None
        if name == "since":
            return moment
        return moment + (timedelta(days=1) if len(value) == DAY else timedelta(minutes=1))


def parsed(text: str) -> datetime | None:
    """A day or a minute in the government's zone: 2026-02-03, 2026-02-03T09:00; None for anything else."""
    form = "%Y-%m-%d" if len(text) == DAY else "%Y-%m-%dT%H:%M"
    try:
        moment = datetime.strptime(text.replace(" ", "T"), form)
    except ValueError:
        return None
    return timezone.make_aware(moment) if YEARS[0] <= moment.year <= YEARS[1] else None


def fields(found: Asked, months: Iterable[date]) -> list[dict[str, Any]]:
    """The form's fields in order: name, label, value, and what there is to choose."""
    options: dict[str, Iterable[tuple[str, Any]]] = {
        **{name: choices.items() for name, choices in CHOICES.items()},
        "unit": [(str(unit.pk), unit.name) for unit in found.units],
        "month": [(day.isoformat(), month_name(f"{day:%Y-%m}")) for day in months],
        "column": sorted(
            ((name, words.name_of(name)) for name in words.COLUMNS), key=lambda pair: pair[1].casefold()
        ),
    }
    wrong = {error["field"] for error in found.errors}
    return [_field(name, found.values[name], options.get(name), f"s-{name}" in wrong) for name in LABELS]


def _field(name: str, value: str, options: Iterable[tuple[str, Any]] | None, wrong: bool) -> dict[str, Any]:
    shown = {"name": name, "id": f"s-{name}", "label": LABELS[name], "value": value, "wrong": wrong}
    if options is None:
        plain = name not in MOMENTS or wrong or len(value) == DAY
        return {
            **shown,
            "type": "text" if plain else "datetime-local",
            "longest": LONGEST,
            "moment": name in MOMENTS,
        }
    rows = [{"value": code, "label": str(told), "selected": code == value} for code, told in options]
    if value and not any(row["selected"] for row in rows):
        rows.append({"value": value[:LONGEST], "label": value[:LONGEST], "selected": True})
    return {**shown, "options": rows}


def in_words(shown: Iterable[Mapping[str, Any]]) -> list[str]:
    """What is asked, as the form says it: "Kind of thing: Evidence"."""
    return [
        f"{one['label']}: {next((row['label'] for row in one.get('options', ()) if row['selected']), one['value'])}"
        for one in shown
        if one["value"]
    ]
