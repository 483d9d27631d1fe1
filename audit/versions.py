"""Any two versions side by side, also of different revisions of the same item and month; what differs is marked."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from audit import labels, naming
from audit.dossier import Dossier
from audit.story import Image, Version
from submissions.models import Report
from wording.numbers import NOTHING

ALL_AT_ONCE = 4
OTHER = re.compile(r"r(\d{1,4})-\d{1,6}")  # a version of another revision, as the address names it
# Columns whose life has a page of its own; of a line they are named after the line.
ALIVE = frozenset(labels.REPORT_FIELDS) - {"physical_mode", "budget_version_id"}
OF_LINE = {"realized": "", "correction_reason": "-reason", "corrects_month": "-corrects"}


@dataclass(frozen=True, slots=True)
class Cell:
    """One value of one version. `changed`: it differs from the column before it."""

    text: str
    changed: bool = False
    hash: str = ""


@dataclass(frozen=True, slots=True)
class Row:
    """One value through the versions shown; `cell` names the page of its whole life, where it has one."""

    label: str
    cells: Sequence[Cell]
    number: bool = False
    code: str = ""
    cell: str = ""


@dataclass(frozen=True, slots=True)
class Column:
    """A version to lay beside others; `key` is its name in the address."""

    key: str
    revision: int
    version: Version
    own: bool

    @property
    def name(self) -> str:
        return name_of(self.revision, self.version.number, own=self.own)


def name_of(revision: int, number: int, *, own: bool) -> str:
    """ "Version 3", "Revision 1, version 3"; the first report of a month is no revision."""
    if own:
        return _("Version %(n)s") % {"n": number}
    if revision == 0:
        return _("First report, version %(n)s") % {"n": number}
    return _("Revision %(revision)s, version %(n)s") % {"revision": revision, "n": number}


def revisions_asked(query: Mapping[str, str]) -> set[int]:
    """The other revisions of which a version is asked for."""
    found = (OTHER.fullmatch(query.get(name, "")) for name in ("a", "b"))
    return {int(match[1]) for match in found if match}


def choices(kept: Dossier) -> list[tuple[str, str]]:
    """Key and name of every version that can be laid beside another: its own, then those of other revisions."""
    own = [(str(one.number), name_of(0, one.number, own=True)) for one in kept.story.versions]
    return own + [choice for other in kept.others for choice in _of(other)]


def _of(other: Report) -> list[tuple[str, str]]:
    return [
        (f"r{other.revision}-{number}", name_of(other.revision, number, own=False))
        for number in range(1, other.version + 1)
    ]


def shown(kept: Dossier, query: Mapping[str, str]) -> list[Column]:
    """The two versions asked for (`a`, `b`), else all of at most four, else the last two; the older one first."""
    own = [Column(str(one.number), kept.report.revision, one, own=True) for one in kept.story.versions]
    beside = [
        Column(f"r{revision}-{one.number}", revision, one, own=False)
        for revision, story in kept.beside.items()
        for one in story.versions
    ]
    known = {column.key: column for column in (*own, *beside)}
    asked = [known[query[name]] for name in ("a", "b") if query.get(name, "") in known]
    if len(asked) == 2:
        different = {column.key: column for column in asked}.values()
        return sorted(different, key=lambda column: (column.revision, column.version.number))
    return own if len(own) <= ALL_AT_ONCE else own[-2:]


def table(kept: Dossier, columns: Sequence[Column]) -> dict[str, Any]:
    """The chosen versions as columns: heads, fields, lines, explanations and evidence, with what changed marked."""
    hashes = {decision.version: decision.content_hash for decision in kept.decisions}
    return {
        "heads": [
            {
                "key": column.key,
                "number": column.version.number,
                "name": column.name,
                "at": column.version.at,
                "person": naming.person_of(kept, column.version.person_id),
                "hash": hashes.get(column.version.number, "") if column.own else "",
            }
            for column in columns
        ],
        "fields": [
            _row(kept, name, [column.version.report for column in columns], name if name in ALIVE else "")
            for name in labels.REPORT_FIELDS
        ],
        "lines": _lines(kept, columns),
        "explanations": _explanations(kept, columns),
        "evidence": _evidence(columns),
    }


def _row(kept: Dossier, column: str, images: Sequence[Image], cell: str = "") -> Row:
    texts = [naming.value_of(kept, column, image) for image in images]
    values = [image.get(column) for image in images]
    cells = [Cell(text, n > 0 and values[n] != values[n - 1]) for n, text in enumerate(texts)]
    return Row(labels.name_of(column), cells, column in labels.NUMBERS, cell=cell)


def _lines(kept: Dossier, columns: Sequence[Column]) -> list[dict[str, Any]]:
    """Lines by their budget line, which is the same in every revision."""
    found = []
    for images in _matched(columns, "lines", lambda column, image: image["line_id"]):
        shown_image = next(image for image in images if image)
        own = next(
            (image["id"] for image, one in zip(images, columns, strict=True) if image and one.own), None
        )
        rows = [
            _row(kept, name, images, f"line-{own}{OF_LINE[name]}" if own and name in OF_LINE else "")
            for name in labels.LINE_FIELDS
            if name in ("realized", "ceiling") or any(image.get(name) for image in images)
        ]
        found.append({"label": naming.line_of(kept, shown_image), "rows": rows})
    return sorted(found, key=lambda line: line["label"])


def _explanations(kept: Dossier, columns: Sequence[Column]) -> list[Row]:
    rows = []
    for images in _matched(
        columns, "explanations", lambda column, image: (image["rule"], _line_in(column, image))
    ):
        first, column = next((image, one) for image, one in zip(images, columns, strict=True) if image)
        line = column.version.lines.get(first["line_id"] or 0)
        texts = [image.get("text", "") for image in images]
        cells = [Cell(text or NOTHING, n > 0 and text != texts[n - 1]) for n, text in enumerate(texts)]
        rows.append(Row(naming.explanation_of(kept, first, line), cells))
    return sorted(rows, key=lambda row: row.label)


def _line_in(column: Column, image: Image) -> int:
    """The budget line that an explanation is about; 0 for the report as a whole."""
    line = column.version.lines.get(image["line_id"] or 0)
    return line["line_id"] if line else 0


def _evidence(columns: Sequence[Column]) -> list[Row]:
    rows = []
    for images in _matched(columns, "evidence", lambda column, image: image["sha256"]):
        first = next(image for image in images if image)
        cells = [
            Cell(
                _("attached") if image else NOTHING,
                n > 0 and bool(image) != bool(images[n - 1]),
                image["sha256"] if image else "",
            )
            for n, image in enumerate(images)
        ]
        rows.append(Row(first["original_name"], cells, code=labels.kind_of(first["kind"])))
    return rows


def _matched(columns: Sequence[Column], part: str, key: Callable[[Column, Image], Any]) -> list[list[Image]]:
    """The images of each thing that any of the versions has, one for each version; empty where it has none."""
    found: dict[Any, list[Image]] = {}
    for place, column in enumerate(columns):
        for image in getattr(column.version, part).values():
            found.setdefault(key(column, image), [{} for _ in columns])[place] = image
    return list(found.values())
