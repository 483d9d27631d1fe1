"""Several months in one sitting: what is open in order, nil for many over all of them, last month's texts (domain.md 0.7)."""

from collections.abc import Sequence
from typing import Any
from uuid import uuid4

from django.contrib import messages
from django.http import HttpRequest, QueryDict
from django.utils.html import format_html
from django.utils.translation import gettext as _

from ledger.clock import now as database_now
from registry.models import User
from submissions import cells, judging, nil, pages, selectors
from submissions.check_page import entry_url
from submissions.entering import tell_outcomes
from submissions.forms import ids_of, key_of
from submissions.judging import Judged
from submissions.models import Period
from submissions.my_work import check_url, month_card
from submissions.nil import Nil
from submissions.readings import Reading, read
from wording.sentences import say
from workflow import engine
from workflow.engine import KeyReused
from workflow.models import Act
from workflow.route import OPEN_STATES, SUBMIT

NARRATIVE = ("problems", "problem_text", "follow_up_text", "follow_up_pic", "follow_up_due", "public_note")


def open_months(user: User) -> tuple[list[Period], list[Reading], dict[int, Judged]]:
    """The months in which somebody can still enter something, the oldest first, with all his reports in them."""
    wanted = selectors.my_reports(user).filter(period__month__lte=12)
    owed = list(wanted.filter(state__in=OPEN_STATES).values_list("period", flat=True).distinct())
    readings = read(wanted.filter(period__in=owed).values_list("pk", flat=True))
    judged = judging.judge(user, readings)
    editable = {one.reading.period for one in judged.values() if one.editable}
    periods = Period.objects.filter(pk__in=editable).select_related("agency", "fiscal_year")
    kept = [one for one in readings if one.period in editable]
    return list(periods.order_by("first_day", "pk")), kept, judged


def context(user: User) -> dict[str, Any]:
    """For templates/submissions/catch_up.html; a fixed number of statements."""
    now = database_now()
    periods, readings, judged = open_months(user)
    ready = judging.proposed(judged)
    cards = [
        month_card(period, [one for one in readings if one.period == period.pk], judged, ready, now)
        for period in periods
    ]
    going = [one for one in readings if one.id in ready]
    return {
        "months": cards,
        "next": next((card for card in cards if card["ready"] < _open(card)), None),
        "check_url": check_url(going),
        "ready": len(going),
        "ready_months": list(dict.fromkeys(selectors.month_label(one.first_day) for one in going)),
        "nil": offered(readings, judged),
        "narratives": _narratives(readings, judged),
        "statement": pages.statement(),
        "key": str(uuid4()),
    }


def _open(card: dict[str, Any]) -> int:
    return int(card["items"] - card["submitted"] - card["published"])


def offered(readings: Sequence[Reading], judged: dict[int, Judged]) -> list[dict[str, Any]]:
    """Sub-activities in which nothing but zero stands in some open month, and whose officer this is."""
    rows: dict[tuple[str, str], dict[str, Any]] = {}
    for one in nil.eligible(readings):
        held = judged.get(one.id)
        if held and held.editable and held.mandate is None:
            row = rows.setdefault(
                (one.code, one.unit), {"code": one.code, "name": one.name, "reports": [], "months": []}
            )
            row["reports"].append({"id": one.id, "version": one.version})
            row["months"].append(selectors.month_label(one.first_day))
    return [row | {"value": ",".join(str(one["id"]) for one in row["reports"])} for row in rows.values()]


def take_nil(request: HttpRequest, user: User) -> list[int]:
    """Report the ticked ones as nil, month by month: what one month says is carried into the next. The acts that did it."""
    post = request.POST
    chosen = {pk for value in post.getlist("nil_item") for pk in ids_of(value.split(","))}
    if not chosen or not post.get("nil_statement"):
        messages.error(request, say("nil.statement" if chosen else "nil.none"))
        return []
    periods, readings, _judged = open_months(user)
    done: list[int] = []
    key = key_of(post)
    for period in periods:
        wanted = [one.id for one in readings if one.period == period.pk and one.id in chosen]
        done += _nil_month(request, user, wanted, key and engine.derived(key, f"nil:{period.pk}"))
    return selectors.acts_of(done) if done else []


def _nil_month(request: HttpRequest, user: User, reports: Sequence[int], key: str | None) -> list[int]:
    post = request.POST
    readings = read(reports)
    # A page without a version has seen none.
    versions = {one.id: _version(post, one.id) for one in readings}
    if not readings:
        return []
    try:
        told = nil.report_nil(
            actor=user, readings=readings, versions=versions, statement=pages.STATEMENT_VERSION, key=key
        )
    except KeyReused:
        messages.error(request, say("act.key"))
        return []
    tell_nil(request, readings, told)
    return [one.id for one in told.outcomes if one.done]


def _version(post: QueryDict, pk: int) -> int:
    found = ids_of([post.get(f"version-{pk}", "")])
    return found[0] if found and found[0] < 10**8 else 0


def tell_nil(request: HttpRequest, readings: Sequence[Reading], told: Nil) -> None:
    """What became of each: submitted, refused by the law, or still to be completed, with the place to do it."""
    by_id = {one.id: one for one in readings}
    for pk, refusal in told.refusals.items():
        sentence = say(refusal.code, refusal.params)
        one = by_id[pk]
        messages.error(request, sentence if refusal.code.startswith("nil.") else f"{one.code}: {sentence}")
    for pk, found in told.findings.items():
        one = by_id[pk]
        for finding in found:
            if finding.blocks:
                sentence = say(
                    "nil.not_sent",
                    {"code": one.code, "name": one.name, "sentence": say(finding.code, finding.params)},
                )
                link = format_html('{} <a href="{}">{}</a>', sentence, entry_url(one), _("Open it"))
                messages.error(request, link)
    tell_outcomes(request, told.outcomes, _("Reported as nil"))


def answered_before(user: User, post: QueryDict) -> list[int]:
    """The acts by which this very post was answered already: a second tap."""
    key = key_of(post)
    if not key:
        return []
    periods = selectors.my_months(user)
    keys = [engine.derived(key, f"nil:{period.pk}") for period in periods]
    acts = Act.objects.filter(actor=user, verb=SUBMIT, key__in=keys).order_by("pk")
    return [act.pk for act in acts if any(one["done"] for one in act.answer or ())]


def _narratives(readings: Sequence[Reading], judged: dict[int, Judged]) -> list[dict[str, Any]]:
    """Open reports without a text of their own, after a month that has one."""
    last = _texts_before(readings)
    return [
        {
            "id": one.id,
            "code": one.code,
            "name": one.name,
            "month": selectors.month_label(one.first_day),
            "text": last[one.id]["problem_text"]
            or last[one.id]["follow_up_text"]
            or last[one.id]["public_note"],
        }
        for one in readings
        if one.id in last and one.id in judged and judged[one.id].editable
    ]


def _texts_before(readings: Sequence[Reading]) -> dict[int, dict[str, str]]:
    """By report: the texts of the newest earlier month, as cells, for those that have none themselves."""
    empty = [
        one.id
        for one in readings
        if one.state in OPEN_STATES and not any(getattr(one, name) for name in NARRATIVE)
    ]
    carried = nil.carried(empty)
    found = {}
    for pk, said in carried.items():
        due = said["follow_up_due"]
        texts = {
            name: str(said[name] or "") for name in NARRATIVE if name not in ("problems", "follow_up_due")
        }
        texts |= {"problems": ",".join(said["problems"]), "follow_up_due": due.isoformat() if due else ""}
        if texts["problem_text"] or texts["follow_up_text"] or texts["public_note"]:
            found[pk] = texts
    return found


def take_narrative(request: HttpRequest, user: User) -> None:
    """Put last month's texts where the ticked ones have none; what somebody wrote meanwhile stays."""
    chosen = set(ids_of(request.POST.getlist("report")))
    _periods, readings, _judged = open_months(user)
    texts = _texts_before([one for one in readings if one.id in chosen])
    typed = {
        pk: {name: cells.Cell(text, "") for name, text in said.items() if text} for pk, said in texts.items()
    }
    answers = cells.save(actor=user, typed=typed, language=request.LANGUAGE_CODE) if typed else {}
    done = sum(bool(answer.saved) for answer in answers.values())
    codes = {one.id: one.code for one in readings}
    for pk, answer in answers.items():
        for sentence in dict.fromkeys([answer.closed, *answer.refused.values()]):
            if sentence:
                messages.error(request, f"{codes[pk]}: {sentence}")
    if done:
        messages.success(request, say("nil.narrative", {"count": done}))
    elif not answers:
        messages.info(request, say("nil.narrative_none"))
