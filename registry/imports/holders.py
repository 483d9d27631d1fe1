"""One holder at a time: who would hold a post while somebody else does (the database forbids the same)."""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from registry.imports.problems import Problems
from registry.models import Assignment

FOREVER = date.max


def check_holders(held: Iterable[Assignment], rows: Mapping[Any, int], problems: Problems) -> None:
    """Overlapping definitive holders, and overlapping acting ones, are named with dates and cure.

    `rows`: row in the file by (id() of the person, post, kind, first day); only overlaps that the file makes are told.
    """
    by_post: dict[tuple[Any, bool], list[Assignment]] = {}
    for each in held:
        definitive = each.kind == Assignment.Kind.DEFINITIVE
        post = (each.post.unit.pk, each.post.role, each.post.title)
        by_post.setdefault((post, definitive), []).append(each)
    for (post, definitive), group in by_post.items():
        group.sort(key=lambda each: each.valid_from)
        for index, later in enumerate(group):
            for earlier in group[:index]:
                if (earlier.valid_to or FOREVER) >= later.valid_from:
                    _tell(earlier, later, post, definitive, rows, problems)


def _tell(
    earlier: Assignment,
    later: Assignment,
    post: Any,
    definitive: bool,
    rows: Mapping[Any, int],
    problems: Problems,
) -> None:
    mine, other = (later, earlier) if _row(later, post, rows) else (earlier, later)
    row = _row(mine, post, rows)
    if row is None:
        return
    code = "import.overlap" if definitive else "import.overlap_acting"
    until = {"to_on": other.valid_to.isoformat()} if other.valid_to else {}
    problems.add(
        f"{code}.until" if until else code, row, "valid_from", mine.valid_from,
        title=mine.post.title, unit=mine.post.unit.name, other=other.person.name,
        from_on=other.valid_from.isoformat(), begins_on=later.valid_from.isoformat(), **until,
    )  # fmt: skip


def _row(held: Assignment, post: Any, rows: Mapping[Any, int]) -> int | None:
    return rows.get((id(held.person), post, held.kind, held.valid_from))
