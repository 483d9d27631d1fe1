"""Findings as an auditor reads them: where they belong, who is named, what changed in words."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import models
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from audit import labels
from audit.moments_words import ROWS, Names, is_digest, label, names, value
from audit.outside import Stray, with_history
from ledger.recording import digest_of
from registry.models import User
from wording.numbers import NOTHING

# How to come from a row to the unit it belongs to, and to the report. What is not named here belongs to the whole government.
UNITS = {
    "registry_unit": "path",
    "registry_post": "unit__path",
    "registry_assignment": "post__unit__path",
    "registry_budgetitem": "unit__path",
    "registry_budgetline": "item__unit__path",
    "registry_budgetversion": "unit__path",
    "registry_budgetitemversion": "item__unit__path",
    "registry_budgetlineversion": "line__item__unit__path",
    "registry_monthlyplan": "item_version__item__unit__path",
    "submissions_period": "agency__path",
    "submissions_report": "item__unit__path",
    "submissions_reportline": "report__item__unit__path",
    "submissions_explanation": "report__item__unit__path",
    "submissions_evidence": "report__item__unit__path",
    "submissions_payment": "line__item__unit__path",
    "submissions_paymentmapping": "agency__path",
    "approvals_signingbatch": "period__agency__path",
    "approvals_hold": "unit__path",
    "approvals_disposal": "unit__path",
    "indicators_pack": "unit__path",
    "indicators_packfigure": "pack__unit__path",
    "indicators_packfile": "pack__unit__path",
    "portal_webhook": "scope__path",
}
REPORTS = {
    "submissions_report": "token",
    "submissions_reportline": "report__token",
    "submissions_explanation": "report__token",
    "submissions_evidence": "report__token",
}
# Whose words are no auditor's business: numbers and addresses of persons.
PERSONAL = {"registry_user", "approvals_signatory"}
NEVER = 1 << 62  # the number of what has no event
Row = tuple[str, int]


@dataclass(frozen=True, slots=True)
class Place:
    """The unit and the report that a row belongs to; empty where it belongs to the whole government, or is no report's."""

    path: str = ""
    token: str = ""


@dataclass(frozen=True, slots=True)
class Shown:
    """One finding on the page."""

    event: int | None
    at: datetime
    title: str
    what: str
    person: str
    person_id: int | None
    role: str
    program: str
    address: str
    token: str
    changes: Sequence[tuple[str, str, str]]


def within(findings: Iterable[Stray], paths: Sequence[str]) -> list[tuple[Stray, Place]]:
    """The findings that an auditor of `paths` may see, the newest first."""
    told = list(findings)
    places = _places(told)
    everywhere = any(path.count("/") == 2 for path in paths)  # a root: what belongs to no unit is his as well
    kept = [
        (one, place)
        for one in told
        if (place := places.get((one.table, one.row), Place()))
        and (place.path.startswith(tuple(paths)) if place.path else everywhere)
    ]
    return sorted(kept, key=lambda pair: pair[0].event or NEVER, reverse=True)


def shown(findings: Sequence[tuple[Stray, Place]]) -> list[Shown]:
    """The findings of one page in words; as many statements as there are kinds of rows in them."""
    images = [(one.table, image) for one, _place in findings for image in (one.old, one.new) if image]
    named = names(images, {one.actor_id for one, _place in findings if one.actor_id}, ())
    words = _words([one for one, _place in findings])
    return [_shown(one, place, named, words) for one, place in findings]


def _shown(one: Stray, place: Place, named: Names, words: Mapping[tuple[str, str], str]) -> Shown:
    person = named.get((User, one.actor_id), "") if one.actor_id else _("nobody who was signed in")
    done = one.history is None
    return Shown(
        event=one.event,
        at=one.at,
        title=_("Changed without a history row") if done else _("A history row that tells of no change"),
        what=f"{_kind(one.table)} {one.row}, {labels.OPERATIONS[one.op]}",
        person=person,
        person_id=one.actor_id,
        role=one.role,
        program=one.program,
        address=one.address,
        token=place.token,
        changes=_changes(one, named, words),
    )


def _kind(table: str) -> str:
    """What a row of a table is called."""
    return str(ROWS[table] if table in ROWS else capfirst(with_history()[table]._meta.verbose_name))


def _changes(one: Stray, named: Names, words: Mapping[tuple[str, str], str]) -> list[tuple[str, str, str]]:
    old, new = one.old or {}, one.new or {}

    def said(column: str, image: Mapping[str, Any]) -> str:
        stored = image.get(column)
        if stored and is_digest(one.table, column):
            return words.get((one.table, stored)) or _("words that are kept as a fingerprint only")
        return value(one.table, column, stored, named) if column in image else NOTHING

    return [
        (label(one.table, column), said(column, old), said(column, new))
        for column in {**old, **new}
        if column != "id" and old.get(column) != new.get(column)
    ]


def _places(findings: Iterable[Stray]) -> dict[Row, Place]:
    """Where rows belong: asked of the rows, and of their history where they are gone."""
    by_table: dict[str, set[int]] = defaultdict(set)
    for one in findings:
        by_table[one.table].add(one.row)
    found: dict[Row, Place] = {}
    for table, ids in by_table.items():
        if table in UNITS:
            model: Any = with_history()[table]
            columns = [UNITS[table], *filter(None, [REPORTS.get(table)])]
            rows = list(model.objects.filter(pk__in=ids).values_list("pk", *columns))
            gone = ids - {row[0] for row in rows}
            rows += model.history.filter(id__in=gone).values_list("id", *columns) if gone else []
            found |= {(table, pk): Place(*parts) for pk, *parts in rows}
    return found


def _words(findings: Sequence[Stray]) -> dict[tuple[str, str], str]:
    """Words by table and digest, from the rows as they stand and from their history."""
    found: dict[tuple[str, str], str] = {}
    wanted: dict[str, set[int]] = defaultdict(set)
    for one in findings:
        if one.table not in PERSONAL:
            wanted[one.table].add(one.row)
    for table, ids in wanted.items():
        model: Any = with_history()[table]
        for rows in (model.objects.filter(pk__in=ids), model.history.filter(id__in=ids)):
            for row in rows:
                found |= {(table, digest_of(text)): text for text in _texts(row)}
    return found


def _texts(row: models.Model) -> list[str]:
    read = [getattr(row, field.attname) for field in row._meta.concrete_fields]
    return [text for text in read if isinstance(text, str) and text]
