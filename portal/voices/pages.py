"""What a citizen's pages show: the form, the ticket with its clock, and looking a ticket up."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.http import Http404
from django.utils import timezone
from django.utils.translation import gettext as _

from ledger.clock import now
from portal.models import Feedback, FeedbackAct
from portal.voices import photos, posting
from portal.voices.forms import LONGEST, LONGEST_CONTACT, LONGEST_PLACE, MessageForm, new_stamp
from portal.voices.posting import MOST_REOPENED, Message
from registry.models import BudgetItem, FiscalYear, Government, Unit
from registry.selectors import government
from submissions.calendar import CalendarRefused, month_of
from wording.sentences import month_name

State, Act = Feedback.State, FeedbackAct.Kind
TAGS = {
    State.RECEIVED: ("amber", "clock"), State.ROUTED: ("amber", "clock"), State.ANSWERED: ("green", "check"),
    State.CLOSED: ("", "check"), State.REFUSED: ("red", "cross"),
}  # fmt: skip
# What the citizen reads of what was done; internal acts are not among them.
TOLD = (Act.ROUTE, Act.REFUSE, Act.ANSWER, Act.REOPEN, Act.CLOSE, Act.ERASE)


@dataclass(frozen=True, slots=True)
class Subject:
    """What a message is about, as its address says: a unit, a sub-activity, a month, or nothing yet."""

    government: Government
    unit: Unit | None = None
    item: BudgetItem | None = None
    year: FiscalYear | None = None
    month: int | None = None
    slug: str = ""  # of the month

    @property
    def month_name(self) -> str:
        """The month in words."""
        return month_name(self.slug)

    @property
    def agencies(self) -> list[Unit]:
        """Whom a citizen may choose where the address names nobody."""
        if self.unit:
            return []
        return list(
            Unit.objects.filter(government=self.government, kind__in=Unit.AGENCY_KINDS).order_by("name")
        )


def here() -> Government:
    """The government that these pages speak for; 404 before there is one."""
    found = government()
    if found is None:
        raise Http404
    return found


def subject(asked: Mapping[str, Any]) -> Subject:
    """What `?unit=&item=&month=` say; 404 for what this government does not have."""
    own, code, slug = here(), _word(asked, "unit"), _word(asked, "month")
    year, month = _month(own, slug) if slug else (None, None)
    unit = unit_of(own, code) if code else None
    item = _item(unit, year, _word(asked, "item")) if unit and _word(asked, "item") else None
    return Subject(own, unit, item, year, month, slug)


def unit_of(own: Government, code: str) -> Unit:
    """A unit of this government by its code; 404 for any other."""
    unit = (
        Unit.objects.filter(government=own, code=_plain(code))
        .select_related("agency", "parent", "government")
        .first()
    )
    if unit is None:
        raise Http404
    return unit


def _item(unit: Unit, year: FiscalYear | None, code: str) -> BudgetItem:
    found = BudgetItem.objects.filter(unit=unit, sub_activity_code=code).select_related("unit", "fiscal_year")
    if year:
        found = found.filter(fiscal_year=year)
    item = found.order_by("-fiscal_year__start_date").first()
    if item is None:
        raise Http404
    return item


def _month(own: Government, slug: str) -> tuple[FiscalYear, int]:
    try:
        return month_of(own, slug)
    except CalendarRefused as error:
        raise Http404 from error


def _word(asked: Mapping[str, Any], name: str) -> str:
    return _plain(str(asked.get(name) or ""))[:80]


def _plain(text: str) -> str:
    return text.replace("\x00", "").strip()


# --- Writing ---------------------------------------------------------------------------------------------


def form_context(about: Subject, form: MessageForm | None, asked: Mapping[str, Any]) -> dict[str, Any]:
    """For templates/portal/voices/new.html; `form` is one that was refused."""
    values = form.values if form else {"place": _word(asked, "place"), "kind": Feedback.Kind.COMPLAINT}
    return {
        "about": about,
        "kinds": [(code, label, code == values.get("kind")) for code, label in Feedback.Kind.choices],
        "values": values,
        "errors": form.errors if form else [],
        "wrong": form.by_field if form else {},
        "stamp": (form.stamp if form else "") or new_stamp(),
        "longest": {"text": LONGEST, "place": LONGEST_PLACE, "contact": LONGEST_CONTACT},
    }


def message_of(about: Subject, form: MessageForm, photo: photos.Photo | None, language: str) -> Message:
    """A form that was found good, as a message."""
    unit = about.unit or (unit_of(about.government, form.values["unit"]) if form.values["unit"] else None)
    return Message(
        government=about.government,
        kind=form.values["kind"],
        text=form.values["text"],
        unit=unit,
        item=about.item,
        month=about.month,
        place=form.values["place"],
        latitude=form.said.latitude,
        longitude=form.said.longitude,
        contact=form.contact,
        photo=photo,
        language=language,
    )


# --- A ticket --------------------------------------------------------------------------------------------


def ticket_context(
    feedback: Feedback, errors: list[dict[str, str]] | None = None, typed: str = ""
) -> dict[str, Any]:
    """For templates/portal/voices/ticket.html."""
    acts = list(feedback.acts.filter(kind__in=TOLD).select_related("unit").order_by("pk"))
    hue, icon = TAGS[State(feedback.state)]
    reopened = sum(act.kind == Act.REOPEN for act in acts)
    return {
        "feedback": feedback,
        "state": {"hue": hue, "icon": icon, "word": feedback.get_state_display()},
        "photo": photos.may_be_seen(feedback),
        "history": [history_line(act) for act in reversed(acts)],
        "clock": _clock(feedback, acts),
        "may_judge": feedback.state == State.ANSWERED,
        "may_reopen": feedback.state == State.ANSWERED and reopened < MOST_REOPENED,
        "left": MOST_REOPENED - reopened,
        "errors": errors or [],
        "wrong": {one["field"]: one["sentence"] for one in errors or []},
        "typed": typed,
        "longest": posting.LONGEST_MORE,
    }


def history_line(act: FeedbackAct) -> dict[str, Any]:
    """For templates/components/history.html: what was done, by which office; people are not named to the public."""
    title = str(act.get_kind_display()).capitalize()
    if act.unit:
        title = _("Passed on to %(unit)s") % {"unit": act.unit.name}
    return {
        "title": title,
        "person": act.office or _("The citizen"),
        "office": "",
        "at": act.at,
        "category": act.get_reason_display() if act.reason else "",
        # What an official wrote when he erased something is his office's own.
        "reason": "" if act.kind == Act.ERASE else act.text,
        "hue": {Act.ANSWER: "green", Act.REFUSE: "red"}.get(Act(act.kind), ""),
    }


def _clock(feedback: Feedback, acts: list[FeedbackAct]) -> list[dict[str, Any]]:
    """Each step with its last day, and whether it is done, due or late."""
    first = {kind: next((act.at for act in acts if act.kind == kind), None) for kind in TOLD}
    looked = first[Act.ROUTE] or first[Act.REFUSE] or first[Act.ANSWER]
    ended = feedback.moved_at if feedback.state in (State.CLOSED, State.REFUSED) else None
    steps = [(_("Looked at"), feedback.triage_due, looked)]
    if feedback.state != State.REFUSED:
        steps += [(_("Answered"), feedback.answer_due, first[Act.ANSWER])]
        steps += [(_("Closed"), feedback.close_due, ended)]
    at = now()
    return [
        {
            "label": label,
            "due": due,
            "done": done,
            "days": None if done else _days(at, due),
            "late": due < (done or at),
        }
        for label, due, done in steps
    ]


def _days(at: Any, due: Any) -> int:
    """Calendar days from today to the last day; 0 is today."""
    return abs((timezone.localtime(due).date() - timezone.localtime(at).date()).days)
