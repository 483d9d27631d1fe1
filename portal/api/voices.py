"""Citizens' messages for the officials who answer and moderate them. A citizen's contact is shown on the page only."""

from collections.abc import Callable, Mapping
from typing import Annotated, Any, Literal
from uuid import uuid4

from django.http import Http404, HttpRequest
from ninja import Path, Router
from pydantic import Field

from portal.api import paging
from portal.api.door import person_of
from portal.api.problems import Problem
from portal.api.reading import Cursor, Limit
from portal.api.report_shapes import Written
from portal.api.shapes import Moment, Part, Shape
from portal.models import Feedback, FeedbackAct
from portal.voices import moderation, rights
from portal.voices.acting import number_of
from portal.voices.desk import TABS
from portal.voices.forms import clean
from portal.voices.moderation import Seen
from portal.voices.rights import Standing
from portal.voices.selectors import OPEN, by_clock
from portal.voices.senders import VoiceRefused

router = Router(tags=["voices"])
Act = FeedbackAct.Kind
Number = Annotated[int, Path(ge=1, lt=2**63)]
ACTS: Mapping[str, Callable[..., FeedbackAct]] = {
    **moderation.MANY, Act.ANSWER: moderation.answer, Act.NOTE: moderation.note, Act.ERASE: moderation.erase,
}  # fmt: skip


class VoiceRow(Shape):
    """One message. `due`: the end of the step that it waits for; `seen`: to be sent with an act."""

    id: int
    number: str
    seen: str
    kind: str
    state: str
    text: str = Field(description="empty once it was erased")
    unit: str | None
    item: str | None
    routed_to: str | None
    shown: bool
    erased_at: Moment | None
    received_at: Moment
    due: Moment | None


class VoiceActShape(Shape):
    """One thing done about a message; without a person it was its citizen, or the clock."""

    kind: str
    person: str
    office: str
    reason: str
    unit: str | None
    text: str
    at: Moment


class VoiceShape(VoiceRow):
    """One message with all that was done about it."""

    place: str
    month: int | None
    acts: list[VoiceActShape]


class VoiceSaid(Written):
    """What is done with a message. `text` is the answer, the note, or why; `unit` to whom it is passed on."""

    seen: str = Field(max_length=40)
    text: str = Field("", max_length=4000)
    unit: str = Field("", max_length=40, description="for route")
    reason: str = Field("", max_length=12, description="for refuse")


class VoiceMoved(Shape):
    """A message after an act: none of its words are kept with this answer."""

    id: int
    state: str
    shown: bool
    seen: str


def _standing(request: HttpRequest) -> Standing:
    held = rights.standing(person_of(request))
    if not held.anything:
        raise Http404
    return held


def _one(held: Standing, number: int) -> Feedback:
    found = by_clock(rights.visible(held)).filter(pk=number).first()
    if found is None:
        raise Http404
    return found


@router.get(
    "/feedback",
    response=Part[VoiceRow],
    operation_id="feedback",
    summary="Citizens' messages, the longest due first",
)
def messages(
    request: HttpRequest, state: Literal["open", "received", "routed", "answered", "over"] = "open", cursor: Cursor = "",
    limit: Limit = paging.USUAL,
) -> Any:  # fmt: skip
    """The bureau reads all of its government, others what was passed on to them."""
    rows = by_clock(rights.visible(_standing(request)).filter(state__in=TABS[state]))
    found, following = paging.by_place(
        lambda size, place: list(rows[place : place + size]),
        cursor,
        limit,
        {"list": "feedback", "state": state},
    )
    return {"items": [_row(one) for one in found], "next": following}


def _row(one: Feedback) -> dict[str, Any]:
    return {
        "id": one.pk, "number": number_of(one), "seen": one.moved_at.isoformat(), "kind": one.kind, "state": one.state,
        "text": one.text, "unit": one.unit.code if one.unit else None,
        "item": one.item.sub_activity_code if one.item else None, "routed_to": one.routed_to.code if one.routed_to else None,
        "shown": one.shown, "erased_at": one.erased_at, "received_at": one.received_at,
        "due": one.due if one.state in OPEN else None,  # type: ignore[attr-defined]
    }  # fmt: skip


@router.get(
    "/feedback/{number}", response=VoiceShape, operation_id="feedbackOne", summary="One message of a citizen"
)
def message(request: HttpRequest, number: Number) -> Any:
    one = _one(_standing(request), number)
    acts = [
        {
            "kind": act.kind, "person": act.person_name, "office": act.office, "reason": act.reason,
            "unit": act.unit.code if act.unit else None, "text": act.text, "at": act.at,
        }
        for act in one.acts.select_related("unit").order_by("pk")
    ]  # fmt: skip
    return _row(one) | {"place": one.place, "month": one.month, "acts": acts}


@router.post(
    "/feedback/{number}/{act}",
    response=VoiceMoved,
    operation_id="feedbackAct",
    summary="Answer or moderate a message",
)
def moderate(
    request: HttpRequest, number: Number, act: Literal["route", "refuse", "answer", "note", "close", "show", "hide", "erase"],
    body: VoiceSaid,
) -> Any:  # fmt: skip
    """The bureau passes on, refuses, closes, shows, hides and erases; who it was passed on to answers."""
    held = _standing(request)
    one = _one(held, number)
    try:
        ACTS[act](actor=person_of(request), seen=Seen(one.pk, body.seen), **_said(act, body, one))
    except VoiceRefused as refused:
        stale = refused.code in ("voices.stale", "voices.stale_citizen")
        raise Problem(412 if stale else 422, refused.code, refused.params) from refused
    moved = Feedback.objects.get(pk=one.pk)
    return {"id": moved.pk, "state": moved.state, "shown": moved.shown, "seen": moved.moved_at.isoformat()}


def _said(act: str, body: VoiceSaid, one: Feedback) -> dict[str, Any]:
    """The words of an act, as its service wants them."""
    text = clean(body.text)
    if act == Act.ROUTE:
        unit = moderation.unit_for(one.government_id, body.unit)
        return {"unit": unit, "text": text, "together": f"voices:{uuid4()}"}
    if act == Act.REFUSE:
        return {"reason": body.reason, "text": text}
    return {"text": text} if act in (Act.ANSWER, Act.NOTE, Act.ERASE) else {}
