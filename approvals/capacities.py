"""In which capacity, and by which exception: what has to be printed beside a decision or an entry."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.db import transaction

from registry.models import Post, User
from submissions.models import Editor, Report
from submissions.selectors import decisions_on, revision_notes
from wording.sentences import say
from workflow import route
from workflow.cursor import moment, prepared
from workflow.engine import Question
from workflow.models import Decision, Grant
from workflow.record import records
from workflow.route import Move, Office
from workflow.terms import WAIVER


def notes_of(decisions: Sequence[Decision]) -> dict[int, list[str]]:
    """For each decision by id: for which vacant post it was made, and the waiver that it rests on."""
    vacant = {one.stands_in_for for one in decisions if one.stands_in_for}
    granted = {one.grant_id for one in decisions if one.grant_id}
    posts = Post.objects.select_related("unit").in_bulk(vacant) if vacant else {}
    waivers = Grant.objects.filter(kind=WAIVER).in_bulk(granted) if granted else {}
    found: dict[int, list[str]] = {}
    for one in decisions:
        notes = []
        if one.stands_in_for in posts:
            notes.append(say("printed.stands_in", {"post": str(posts[one.stands_in_for])}))
        if one.grant_id in waivers:
            notes.append(waiver(waivers[one.grant_id]))
        if notes:
            found[one.pk] = notes
    return found


def notes_by_report(reports: Iterable[int]) -> dict[int, list[str]]:
    """All of it by report: why the revision, who entered for whom, waivers, vacant posts; each sentence once."""
    wanted = list(reports)
    decisions = list(decisions_on(wanted).order_by("id"))
    notes = notes_of(decisions)
    found: dict[int, list[str]] = {pk: [note] for pk, note in revision_notes(wanted).items()}
    for pk, some in assisted(wanted).items():
        found.setdefault(pk, []).extend(some)
    for one in decisions:
        if one.pk in notes:
            found.setdefault(one.object_id, []).extend(notes[one.pk])
    return {pk: list(dict.fromkeys(some)) for pk, some in found.items()}


def printed_of(reports: Iterable[int]) -> list[str]:
    """The same for a whole set, each sentence once."""
    return list(dict.fromkeys(note for some in notes_by_report(reports).values() for note in some))


@dataclass(frozen=True, slots=True)
class Capacity:
    """As what somebody would decide: the office (None when he may not), and what has to be printed of it."""

    office: Office | None
    notes: tuple[str, ...]


def foreseen(actor: User, reports: Sequence[Report], verb: str) -> Capacity:
    """In which capacity `actor` would do `verb` on these reports together now."""
    with transaction.atomic():
        cursor = prepared()
        record = records(Report, reports, cursor)
        question = Question(verb, actor.pk, moment(cursor), {}, whole=True, record=record)
        facts = list(Report.facts(cursor, reports, question).values())
    offices = [
        office
        for one in facts
        for office in one.offices
        if one.tier < len(one.route.tiers) and route.holds(one, one.tier, office)
    ]
    moves = [move for one in facts if isinstance(move := route.decide(one, verb), Move)]
    waivers = Grant.objects.filter(kind=WAIVER).in_bulk({move.grant for move in moves if move.grant})
    vacant = {office.stands_in_for for office in offices if office.stands_in_for}
    posts = Post.objects.select_related("unit").in_bulk(vacant)
    notes = [say("printed.stands_in", {"post": str(post)}) for post in posts.values()]
    return Capacity(
        offices[0] if offices else None, tuple([*notes, *(waiver(one) for one in waivers.values())])
    )


def waiver(grant: Grant) -> str:
    """The waiver as it is printed on the report (V-53)."""
    params = {"name": grant.granted_by_name, "office": grant.granted_office}
    return say("printed.waiver", params | {"document_no": grant.document_no or grant.key})


def assisted(reports: Iterable[int]) -> dict[int, list[str]]:
    """Who entered on whose behalf, by report: mandates to assist (domain.md 5.2)."""
    rows = (
        Editor.objects.filter(report__in=list(reports), grant__isnull=False)
        .select_related("person", "grant", "report__item__officer_post__unit")
        .order_by("pk")
    )
    found: dict[int, list[str]] = {}
    for one in rows:
        post, grant = one.report.item.officer_post, one.grant
        params = {
            "person": one.person.name,
            "post": str(post) if post else "–",
            "document_no": (grant.document_no or grant.key) if grant else "",
        }
        found.setdefault(one.report_id, []).append(say("printed.assisted", params))
    return found
