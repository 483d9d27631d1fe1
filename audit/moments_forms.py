"""What an auditor types to see something as it stood: kind, name, moment or event. Nothing typed is lost."""

from dataclasses import dataclass, field
from datetime import UTC, datetime

from django.db import connection
from django.http import QueryDict
from django.utils import timezone

from audit.moments import Moment
from audit.moments_subjects import KINDS, LONGEST, REPORT
from wording.dates import moment as in_words
from wording.sentences import say

FIRST, LAST = 2000, 2100  # years that a moment may lie in
EXAMPLE = "2026-02-03T09:00"
CLOCK = """
SELECT clock_timestamp(), ahead > interval '1 second' OR ahead < interval '-1 second', (SELECT max(id) FROM ledger.event)
FROM jenjang_clock"""
EVENT = "SELECT payload::json ->> 'at' FROM ledger.event WHERE id = %s"


@dataclass
class Asked:
    """The form as it was sent, read; `errors` by field. `moment` is None when it could not be read."""

    what: str
    which: str
    at: str
    event: str
    now: datetime  # by the server's clock
    moved: bool  # the clock that rules ask was moved, as in demonstrations
    moment: Moment | None = None
    errors: dict[str, str] = field(default_factory=dict)

    @property
    def complete(self) -> bool:
        return self.moment is not None and not self.errors and bool(self.which)


def asked(query: QueryDict) -> Asked:
    """Read the address of the page; two statements at most."""
    with connection.cursor() as cursor:
        cursor.execute(CLOCK)
        now, moved, last = cursor.fetchone()
    what = query.get("what", REPORT)
    form = Asked(
        what if what in KINDS else REPORT,
        query.get("which", "").strip(),
        query.get("at", "").strip(),
        query.get("event", "").strip(),
        now,
        moved,
    )
    if not _writable(form.which, LONGEST):
        form.errors["which"] = say("moment.which", {"limit": LONGEST})
    form.moment = _event(form, last or 0) if form.event else _moment(form)
    if not form.at:
        form.at = timezone.localtime(form.moment.at if form.moment else now).strftime("%Y-%m-%dT%H:%M")
    return form


def _moment(form: Asked) -> Moment | None:
    if not form.at:
        return Moment(form.now)
    moment = _read(form.at)
    if moment is None:
        form.errors["at"] = say("moment.unreadable", {"value": shown(form.at), "example": EXAMPLE})
    elif not FIRST <= moment.year <= LAST:
        form.errors["at"] = say(
            "moment.outside", {"year": str(moment.year), "first": str(FIRST), "last": str(LAST)}
        )
    else:
        aware = timezone.make_aware(moment) if timezone.is_naive(moment) else moment.astimezone(UTC)
        if aware <= form.now:
            return Moment(aware)
        form.errors["at"] = say("moment.ahead", {"moment": in_words(aware), "now": in_words(form.now)})
    return None


def _read(text: str) -> datetime | None:
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        return None


def _event(form: Asked, last: int) -> Moment | None:
    number = int(form.event) if form.event.isascii() and form.event.isdigit() and len(form.event) < 18 else 0
    with connection.cursor() as cursor:
        cursor.execute(EVENT, [number])
        found = cursor.fetchone()
    if found is None:
        form.errors["event"] = say("moment.event", {"value": shown(form.event), "last": str(last)})
        return None
    return Moment(datetime.fromisoformat(found[0]), number)


def _writable(text: str, longest: int) -> bool:
    return len(text) <= longest and text.isprintable()


def shown(text: str) -> str:
    """What was typed, for a sentence: short and without what nobody sees."""
    return "".join(sign if sign.isprintable() else "�" for sign in text[:40])
