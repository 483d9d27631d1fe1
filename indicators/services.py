"""What is done with packs: opened, entered, submitted, judged. Every act takes a set and answers for each pack."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.db import transaction
from django.http import HttpRequest

from approvals.factors import Factor, check
from indicators import readings, rules
from indicators.models import FormVersion, Pack, PackFigure, PackOpening
from indicators.rules import Reported
from ledger.history import insert_history
from ledger.recording import recorded
from registry.models import FiscalYear, Unit, User
from submissions.calendar import policy_of
from submissions.facts import Finding
from submissions.moments import roll_forward, start_of_month
from workflow import engine, route
from workflow.cursor import Prepared, moment, prepared
from workflow.engine import Outcome
from workflow.outbox import nudge
from workflow.route import Refusal

FORM = "PSE"
DUE_DAYS, LOCK_DAYS = 30, 180  # after the quarter's end: domain.md 3.2; and time for what was left behind
ONE_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Moments:
    """When a quarter's packs open, fall due and lock; UTC."""

    first_day: date
    opens_at: datetime
    due_at: datetime
    locks_at: datetime


def moments_of(fiscal_year: FiscalYear, quarter: int) -> Moments:
    """A quarter's packs open the day after it ends, fall due 30 days later (rolled to a working day) and lock after 180."""
    policy = policy_of(fiscal_year)
    begins, start = fiscal_year.start_date.year, fiscal_year.government.fiscal_start_month
    first = start_of_month(begins, 3 * quarter - 2, start)
    after = start_of_month(begins, 3 * quarter, start).replace(day=28) + 4 * ONE_DAY
    opens = after.replace(day=1)
    due = roll_forward(policy, opens + (DUE_DAYS - 1) * ONE_DAY)
    zone = ZoneInfo(policy.time_zone)
    return Moments(
        first,
        datetime.combine(opens, time.min, zone),
        datetime.combine(due, time(23, 59, 59), zone),
        datetime.combine(opens + LOCK_DAYS * ONE_DAY, time.min, zone),
    )


def open_quarter(*, fiscal_year: FiscalYear, quarter: int, actor: User | None = None) -> list[int]:
    """A draft for each public entity of the government, with an empty figure for all that the newest form asks.

    Again for a quarter that is open it adds only what is missing. Returns the new packs.
    """
    form = FormVersion.objects.filter(code=FORM).latest("number")
    climbs = engine.newest_route(form.route_code)
    entities = Unit.objects.filter(government=fiscal_year.government, kind=Unit.Kind.PUBLIC_ENTITY)
    with recorded(actor):
        cursor = prepared()
        now = moment(cursor)
        there = Pack.objects.filter(fiscal_year=fiscal_year, quarter=quarter).values("unit")
        at = moments_of(fiscal_year, quarter)
        new = [
            Pack(
                unit=unit, fiscal_year=fiscal_year, quarter=quarter, form=form, route=climbs, first_day=at.first_day,
                opens_at=at.opens_at, due_at=at.due_at, locks_at=at.locks_at,
            )
            for unit in entities.exclude(pk__in=there).order_by("pk")
        ]  # fmt: skip
        Pack.objects.bulk_create(new)
        figures = [PackFigure(pack=pack, code=one.code) for pack in new for one in form.form.fields]
        PackFigure.objects.bulk_create(figures)
        ids = [pack.pk for pack in new]
        _remember(cursor, Pack, ids, "+", actor, now)
        _remember(cursor, PackFigure, [one.pk for one in figures], "+", actor, now)
    return ids


@dataclass(frozen=True, slots=True)
class Entry:
    """All that was typed into one pack; `version` is the one that stood before who typed."""

    pack_id: int
    version: int | None
    remarks: str = ""
    figures: Mapping[str, Reported] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Saved:
    """`versions`: the packs as they stand now. `refusals`: who may not write there. `findings`: what the rules say; a pack
    with a blocking one was not saved and is not in `versions`."""

    versions: dict[int, int]
    refusals: dict[int, Refusal]
    findings: dict[int, tuple[Finding, ...]]


CHANGED_FIGURES = """
UPDATE indicators_packfigure f SET value = m.value, note = m.note
FROM jsonb_to_recordset(%(figures)s::jsonb) AS m(pack bigint, code text, value numeric, note text)
WHERE f.pack_id = m.pack AND f.code = m.code AND (f.value, f.note) IS DISTINCT FROM (m.value, m.note)
RETURNING f.id, f.pack_id"""

CHANGED_PACKS = """
UPDATE indicators_pack p SET remarks = m.remarks, version = p.version + 1
FROM jsonb_to_recordset(%(packs)s::jsonb) AS m(id bigint, remarks text)
WHERE p.id = m.id AND (p.remarks <> m.remarks OR p.id = ANY (%(touched)s)) RETURNING p.id"""

EDITED = """
INSERT INTO indicators_packeditor (pack_id, person_id, grant_id)
SELECT pack, %s, mandate FROM unnest(%s::bigint[], %s::bigint[]) AS m(pack, mandate) ON CONFLICT DO NOTHING"""


def plain(text: str) -> str:
    """Words as they are kept, whoever sends them: lines end in one sign, and no column keeps a NUL."""
    return text.replace("\r\n", "\n").replace("\r", "\n").replace("\x00", "")


def save(*, actor: User, entries: Sequence[Entry]) -> Saved:
    """Save what was typed, pack by pack: what the law or a blocking rule refuses stays unsaved, the rest is kept."""
    asked = {entry.pack_id: entry for entry in entries}
    with recorded(actor):
        cursor = prepared()
        versions = {pk: entry.version for pk, entry in asked.items()}
        entering = engine.locked_for_entry(Pack, versions, actor=actor, cursor=cursor)
        stored = readings.load(cursor, list(entering.documents))
        findings = {
            pk: rules.check(one.form, {**one.reported, **asked[pk].figures}) for pk, one in stored.items()
        }
        kept = [pk for pk, found in findings.items() if not any(finding.blocks for finding in found)]
        changed = _write(cursor, [asked[pk] for pk in kept], actor, entering)
    versions_now = {pk: entering.documents[pk].version + (pk in changed) for pk in kept}
    return Saved(versions_now, entering.refusals, findings)


def _write(cursor: Prepared, kept: Sequence[Entry], actor: User, entering: engine.Entering) -> set[int]:
    figures = [
        {
            "pack": entry.pack_id,
            "code": code,
            "value": None if said.value is None else f"{said.value:f}",
            "note": plain(said.note),
        }
        for entry in kept
        for code, said in entry.figures.items()
    ]
    rows = cursor.execute(CHANGED_FIGURES, {"figures": json.dumps(figures)}).fetchall()
    packs = [{"id": entry.pack_id, "remarks": plain(entry.remarks)} for entry in kept]
    touched = sorted({pack for _, pack in rows})
    told = {"packs": json.dumps(packs), "touched": touched}
    changed = {pk for (pk,) in cursor.execute(CHANGED_PACKS, told).fetchall()}
    if changed:
        _remember(cursor, PackFigure, [pk for pk, _ in rows], "~", actor, entering.now)
        mark_changed(cursor, sorted(changed), actor, entering)
    return changed


def mark_changed(cursor: Prepared, ids: Sequence[int], actor: User, entering: engine.Entering) -> None:
    """Packs whose version has risen: who did it, and how they stand now."""
    mandates = [entering.mandates.get(pk) for pk in ids]
    cursor.execute(EDITED, [actor.pk, list(ids), mandates])
    _remember(cursor, Pack, ids, "~", actor, entering.now)


def _perform(verb: str, versions: Mapping[int, int | None], **options: Any) -> list[Outcome]:
    """The one door, and a knock at the workers' for whom it concerns."""
    outcomes = engine.perform(verb, Pack, versions, **options)
    nudge()
    return outcomes


def submit(
    *, actor: User, versions: Mapping[int, int | None], statement: str = "", key: str | None = None
) -> list[Outcome]:
    """Hand packs to the first tier; `statement` is the version of the declaration that was ticked."""
    marks = [f"statement-{statement}"] if statement else []
    return _perform(route.SUBMIT, versions, actor=actor, marks=marks, key=key)


def recall(*, actor: User, versions: Mapping[int, int | None], key: str | None = None) -> list[Outcome]:
    """Take back what nobody has looked at yet."""
    return _perform(route.RECALL, versions, actor=actor, key=key)


def verify(*, actor: User, versions: Mapping[int, int | None], key: str | None = None) -> list[Outcome]:
    """Pass packs on, each in the version that was seen."""
    return _perform(route.VERIFY, versions, actor=actor, key=key)


def send_back(
    *,
    actor: User,
    versions: Mapping[int, int | None],
    reason: str,
    marks: Sequence[str] = (),
    to_previous_tier: bool = False,
    key: str | None = None,
) -> list[Outcome]:
    """Return packs with a reason; a query of the oversight unit is nothing else. `marks` names figures ("figure-cash")."""
    return _perform(
        route.RETURN, versions, actor=actor, reason=reason, marks=marks, to_previous_tier=to_previous_tier, key=key
    )  # fmt: skip


def sign(
    *,
    actor: User,
    versions: Mapping[int, int | None],
    factor: Factor,
    key: str | None = None,
    request: HttpRequest | None = None,
) -> list[Outcome]:
    """Sign with the second factor, given anew (domain.md 6.3, SYSTEM). Raises FactorRefused."""
    check(actor, factor, request)
    return _passed_on(route.SIGN, versions, actor=actor, key=key)


def review(
    *, actor: User, versions: Mapping[int, int | None], reason: str = "", key: str | None = None
) -> list[Outcome]:
    """Accept signed packs; what waited for nothing else is published by the same act."""
    return _passed_on(route.REVIEW, versions, actor=actor, key=key, reason=reason)


def amend(
    *, actor: User, versions: Mapping[int, int | None], reason: str, key: str | None = None
) -> list[Outcome]:
    """Open the next revision of published packs; needs a grant."""
    return _perform(route.AMEND, versions, actor=actor, reason=reason, key=key)


def cancel(
    *, actor: User, versions: Mapping[int, int | None], reason: str, key: str | None = None
) -> list[Outcome]:
    """Give up revisions that were opened; what was published stays."""
    return _perform(route.CANCEL, versions, actor=actor, reason=reason, key=key)


def _passed_on(
    verb: str, versions: Mapping[int, int | None], *, actor: User, key: str | None, reason: str = ""
) -> list[Outcome]:
    """Sign or review, and publish what no other tier and no embargo holds; a second tap gets the first answer."""
    with transaction.atomic():
        outcomes = _perform(verb, versions, actor=actor, key=key, reason=reason)
        signed = {one.id: versions[one.id] for one in outcomes if one.done and one.state == route.SIGNED}
        free = {
            pk: versions[pk]
            for pk, verbs in engine.available(actor, list(Pack.objects.filter(pk__in=signed))).items()
            if verbs[route.PUBLISH] is None
        }
        published = _published(free, actor=actor, key=key)
    return [published.get(one.id, one) for one in outcomes]


def _published(versions: Mapping[int, int | None], *, actor: User, key: str | None) -> dict[int, Outcome]:
    if not versions:
        return {}
    outcomes = _perform(
        route.PUBLISH, versions, actor=actor, whole=True, key=key and engine.derived(key, "published")
    )
    return {one.id: one for one in outcomes}


def mark_opened(*, actor: User, pack: Pack, at: datetime) -> None:
    """The tier that holds a pack looks at it: from now on it cannot be recalled. Once per step and person."""
    if not PackOpening.objects.filter(pack=pack, step=pack.step, person=actor).exists():
        with recorded(actor):
            PackOpening.objects.bulk_create(
                [PackOpening(pack=pack, step=pack.step, person=actor, at=at)], ignore_conflicts=True
            )


def _remember(
    cursor: Any, model: Any, ids: Iterable[int], kind: str, actor: User | None, at: datetime
) -> None:
    insert_history(cursor, model, list(ids), kind=kind, actor_id=actor.pk if actor else None, at=at)
