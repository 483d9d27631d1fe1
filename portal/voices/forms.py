"""What a citizen typed: everything is kept, every refusal names its field and its cure."""

import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.core import signing
from django.core.exceptions import ValidationError
from django.core.validators import validate_email

from ledger.clock import now
from portal.models import Feedback
from submissions.evidence_forms import read_said
from wording.sentences import say

SHORTEST, LONGEST = 10, 2000
LONGEST_PLACE, LONGEST_CONTACT = 200, 120
FIELDS = ("kind", "text", "place", "latitude", "longitude", "contact", "unit")
TRAP = "website"  # nobody sees this field; who fills it in is a program
QUICKEST, OLDEST = timedelta(seconds=3), timedelta(hours=24)
SALT = "voices.form"
PHONE = re.compile(r"\+?[0-9]{8,15}")
UNSEEN = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")


def clean(text: str) -> str:
    """A text as the database can keep it: no half signs, no control signs, lines end as here."""
    whole = text.encode(errors="replace").decode()
    return UNSEEN.sub("", whole.replace("\r\n", "\n").replace("\r", "\n")).strip()


def new_stamp() -> str:
    """A name for a form and the moment it was made, signed: who sends it at once did not read it."""
    return signing.dumps({"name": secrets.token_urlsafe(16), "at": now().isoformat()}, salt=SALT)


def read_stamp(stamp: str) -> tuple[str, datetime] | None:
    """The form's name and the moment it was made; None for a stamp that is none of ours."""
    try:
        said = signing.loads(stamp, salt=SALT)
        return str(said["name"]), datetime.fromisoformat(said["at"])
    except (signing.BadSignature, KeyError, TypeError, ValueError):
        return None


@dataclass
class Typed:
    """A form as typed, and a sentence for each thing to correct, in the order of the page."""

    values: dict[str, str] = field(default_factory=dict)
    errors: list[dict[str, str]] = field(default_factory=list)
    stamp: str = ""
    name: str = ""  # of the form, by its stamp

    def wrong(self, place: str, code: str, **params: Any) -> None:
        """Refuse something; `place` is the id of its field."""
        self.errors.append({"field": place, "sentence": say(code, params)})

    @property
    def by_field(self) -> dict[str, str]:
        """The sentence beside each field."""
        return {one["field"]: one["sentence"] for one in reversed(self.errors)}

    def judge_sending(self, given: Mapping[str, Any]) -> None:
        """What tells a person from a program: the hidden field, and the time it took. A fresh stamp replaces one that is none."""
        if given.get(TRAP):
            self.wrong("", "voices.trap")
        read = read_stamp(str(given.get("stamp") or ""))
        at = now()
        if read is None or at - read[1] > OLDEST:
            self.stamp = new_stamp()
            self.wrong("", "voices.old")
            return
        self.stamp, self.name = str(given["stamp"]), read[0]
        if at - read[1] < QUICKEST:
            self.wrong("", "voices.quick", seconds=int(QUICKEST.total_seconds()))


@dataclass
class MessageForm(Typed):
    """A citizen's message as typed."""

    said: Any = None  # the coordinates

    @classmethod
    def read(cls, given: Mapping[str, Any]) -> "MessageForm":
        """What came in from the form, judged field by field."""
        form = cls({name: clean(str(given.get(name) or "")) for name in FIELDS})
        form._kind()
        form._lengths()
        form.said, places = read_said(form.values)
        for name in ("latitude", "longitude"):
            if name in places:
                form.errors.append({"field": name, "sentence": places[name]})
        form._contact()
        form.judge_sending(given)
        return form

    def _kind(self) -> None:
        if self.values["kind"] not in Feedback.Kind.values:
            self.wrong("kind", "voices.kind")

    def _lengths(self) -> None:
        length = len(self.values["text"])
        if length < SHORTEST:
            self.wrong("text", "voices.text_short", length=length, shortest=SHORTEST)
        if length > LONGEST:
            self.wrong("text", "voices.text_long", length=length, limit=LONGEST, reduce_by=length - LONGEST)
        self.values["place"] = " ".join(self.values["place"].split())
        length = len(self.values["place"])
        if length > LONGEST_PLACE:
            self.wrong("place", "voices.place_long", length=length, limit=LONGEST_PLACE)

    def _contact(self) -> None:
        if self.values["contact"] and not contact_of(self.values["contact"]):
            self.wrong("contact", "voices.contact", limit=LONGEST_CONTACT)

    @property
    def contact(self) -> str:
        """The address or number as it is kept."""
        return contact_of(self.values["contact"])


def contact_of(text: str) -> str:
    """An e-mail address or a telephone number in digits; empty for what is neither."""
    digits = re.sub(r"[\s().\-]", "", text)
    if PHONE.fullmatch(digits):
        return digits
    try:
        validate_email(text)
    except ValidationError:
        return ""
    return text if len(text) <= LONGEST_CONTACT else ""
