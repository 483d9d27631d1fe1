"""What an import has to say: errors, warnings and notes, each with its place in the file."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from registry.models import Assignment
from registry.reading import FileRefused
from wording.sentences import say

MOST = 200


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing to correct or to know. `value` is what stands in the cell, as far as that helps."""

    code: str
    params: dict[str, Any] = field(default_factory=dict)
    row: int | None = None
    column: str = ""
    value: str = ""

    def sentence(self, currency: str = "IDR") -> str:
        """Value, limit and cure, in the active language."""
        return say(self.code, self.params, currency)

    def as_json(self, currency: str = "IDR") -> dict[str, Any]:
        """For machines: the code and its parameters, and the sentence for the log."""
        return {
            "row": self.row,
            "column": self.column,
            "value": self.value,
            "code": self.code,
            "params": self.params,
            "message": self.sentence(currency),
        }


class Problems:
    """Collects problems: each once, at most 200, and how many there were beyond."""

    def __init__(self) -> None:
        self._found: dict[tuple[Any, ...], Problem] = {}
        self._beyond = 0

    def __bool__(self) -> bool:
        return bool(self._found)

    def add(
        self, code: str, row: int | None = None, column: str = "", value: object = "", /, **params: Any
    ) -> None:
        """Remember one problem; the same sentence at the same place counts once."""
        self.put(Problem(code, params, row, column, "" if value is None else str(value)))

    def put(self, problem: Problem) -> None:
        """As `add`, for a problem that is made already."""
        key = (problem.row, problem.column, problem.code, str(sorted(problem.params.items())))
        if key in self._found:
            return
        if len(self._found) < MOST:
            self._found[key] = problem
        else:
            self._beyond += 1

    def listed(self) -> list[Problem]:
        """In the order of the file; at the end how many are not shown."""
        shown = sorted(self._found.values(), key=lambda each: each.row or 0)
        more = [Problem("import.more", {"count": self._beyond})] if self._beyond else []
        return shown + more


@dataclass(frozen=True, slots=True)
class Written:
    """An assignment that an import wrote: what stood there before (decree number and date, last day), or None for a new
    one, and the row that says so."""

    assignment: Assignment
    before: tuple[Any, ...] | None
    row: int


@dataclass(slots=True)
class Result:
    """What an import did, or would do. With any error nothing was written."""

    errors: list[Problem] = field(default_factory=list)
    warnings: list[Problem] = field(default_factory=list)
    notes: list[Problem] = field(default_factory=list)
    summary: dict[str, Any] = field(default_factory=dict)
    written: list[Written] = field(default_factory=list)

    @property
    def changed(self) -> bool:
        return bool(self.summary.get("changed")) and not self.errors


def refused(error: FileRefused) -> Result:
    """The result of a file that could not be read."""
    return Result(errors=[Problem(error.code, error.params, error.row)])


def in_words(values: Iterable[object]) -> str:
    """A list inside a sentence; "–" when there is nothing to list."""
    return ", ".join(map(str, values)) or "–"
