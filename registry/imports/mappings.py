"""What the columns of another system's file mean: recognised by its headings, said, or saved under a name."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from ledger.recording import recorded
from registry.imports.adapters import CASH_PLAN, HEADINGS, PLAN, recognised
from registry.imports.columns import Unclear
from registry.imports.problems import in_words
from registry.models import FileMapping, Government, User
from registry.reading import read_table

KINDS = (PLAN, CASH_PLAN)


@dataclass(frozen=True, slots=True)
class Meaning:
    """What kind of file it is, and our columns by its headings."""

    kind: str
    columns: Mapping[str, str]


def meaning(
    source: str | Path | BinaryIO, mapping: str, said: Sequence[str], government: Government
) -> Meaning:
    """The meaning of a file by `mapping` ("plan", "cash" or a saved name) and what is `said` ("ours=Heading") beside it.

    Raises Unclear for a name that was never saved and a sentence that names no column, FileRefused for what cannot be read.
    """
    spoken = dict(_spoken(one) for one in said)
    if mapping in KINDS:
        headings = read_table(source, str(source)).headings
        return Meaning(mapping, recognised(headings, mapping) | spoken)
    saved = FileMapping.objects.filter(government=government, kind__in=KINDS, name=mapping).first()
    if saved is None:
        names = FileMapping.objects.filter(government=government, kind__in=KINDS).order_by("name")
        known = in_words([*KINDS, *names.values_list("name", flat=True)])
        raise Unclear("import.mapping_unknown", value=mapping, known=known)
    return Meaning(saved.kind, saved.columns | spoken)


def remembered(government: Government, kind: str, headings: Sequence[str]) -> FileMapping | None:
    """The newest mapping that was saved for a file with just these headings."""
    saved = FileMapping.objects.filter(government=government, kind=kind).order_by("-pk")
    return next((one for one in saved if one.options.get("headings") == sorted(headings)), None)


def save_mapping(
    *, actor: User | None, government: Government, name: str, meant: Meaning, headings: Sequence[str] = ()
) -> FileMapping:
    """Keep the meaning of the columns under a name; the newest of a name counts. `headings`: of the file it was made for."""
    told = dict(meant.columns), {"headings": sorted(headings)}
    with recorded(actor):
        kept = FileMapping.objects.filter(government=government, kind=meant.kind, name=name[:80]).first()
        kept = kept or FileMapping(government=government, kind=meant.kind, name=name[:80])
        if (kept.columns, kept.options) != told:
            kept.columns, kept.options = told
            kept.save()
    return kept


def _spoken(text: str) -> tuple[str, str]:
    ours, mark, heading = text.partition("=")
    if not mark or ours.strip() not in HEADINGS or not heading.strip():
        raise Unclear("import.mapping_said", value=text, known=in_words(HEADINGS))
    return ours.strip(), heading.strip()
