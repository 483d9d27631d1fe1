"""A letter in words: HTML and plain text, in its reader's language, zone and ways. No pictures, nothing that tells on him."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from email.utils import parseaddr
from typing import Any

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.text import Truncator
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from approvals import digests, unsubscribing
from approvals.models import Letter, Notice
from registry.models import Government
from wording import ways
from wording.catalogue import CATALOGUE
from wording.sentences import say

LONGEST_SUBJECT = 150


@dataclass(frozen=True, slots=True)
class Told:
    """A notice as it is said now: code and parameters may have changed since it was made."""

    notice: Notice
    code: str
    params: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Part:
    """One thing that a letter says: a sentence, what it is about, and where it leads."""

    sentence: str
    url: str
    about: str = ""  # the cells that are named
    items: tuple[tuple[str, str], ...] = ()
    more: int = 0


def compose(letter: Letter, told: Sequence[Told], here: Government | None) -> EmailMultiAlternatives:
    """The mail of a letter; again, it is the same but for its date."""
    zone = timezone.override(here.time_zone if here else None)
    with translation.override(letter.person.language), zone, ways.of(here):
        stop = unsubscribing.address(letter.person) if letter.digest else ""
        subject = _subject(letter, told)
        words = {
            "name": letter.person.name,
            "lead": _lead(letter, told),
            "parts": [part for one in told for part in _parts(one)],
            "why": _why(letter, told),
            "site": settings.PUBLIC_URL,
            "settings_url": f"{settings.PUBLIC_URL}{reverse('approvals:notice_settings')}",
            "stop_url": stop,
            "subject": subject,
        }
        message = EmailMultiAlternatives(
            subject,
            render_to_string("mail/letter.txt", words),
            to=[letter.person.email],
            headers=headers(letter, stop),
        )
        message.attach_alternative(render_to_string("mail/letter.html", words), "text/html")
    return message


def message_id(letter: Letter) -> str:
    """The name of a letter among all mails of the world, the same whenever it is sent."""
    name = hashlib.sha256(f"{settings.SECRET_KEY}:{letter.key}".encode()).hexdigest()[:40]
    return f"<{name}@{parseaddr(settings.DEFAULT_FROM_EMAIL)[1].rpartition('@')[2] or 'localhost'}>"


def headers(letter: Letter, stop: str) -> dict[str, str]:
    """What a mail says of itself: its lasting name, that a program sent it, and how its like are ended with one click."""
    said = {"Message-ID": message_id(letter), "Auto-Submitted": "auto-generated"}
    if stop:  # RFC 8058: one click, without signing in; for what gathers only, never for what asks for an act
        said |= {"List-Unsubscribe": f"<{stop}>", "List-Unsubscribe-Post": "List-Unsubscribe=One-Click"}
    return said


def _subject(letter: Letter, told: Sequence[Told]) -> str:
    """What the letter is about, by name."""
    if letter.digest:
        words = ngettext(
            "%(count)s notice since the last letter", "%(count)s notices since the last letter", len(told)
        )
        sentence = words % {"count": len(told)}
    else:
        sentence = _about(told[0])
        if len(told) > 1:
            sentence = _("%(first)s, and %(count)s more") % {"first": sentence, "count": len(told) - 1}
    subject = _("Jenjang: %(sentence)s") % {"sentence": sentence}
    return Truncator(" ".join(subject.split())).chars(LONGEST_SUBJECT)


def _about(one: Told) -> str:
    if digests.is_digest(one.notice):
        return say(one.code, one.params)
    if f"subject.{one.code}" in CATALOGUE:
        return say(f"subject.{one.code}", one.params)
    if {"code", "name"} <= one.params.keys():
        return f"{one.params['code']} {one.params['name']}"
    return say(one.code, one.params)


def _lead(letter: Letter, told: Sequence[Told]) -> str:
    if letter.digest:
        return _("This is what you have not read yet.")
    return say(told[0].code, told[0].params) if digests.is_digest(told[0].notice) else ""


def _parts(one: Told) -> list[Part]:
    if digests.is_digest(one.notice):
        return [
            Part(
                line.sentence,
                _full(line.url),
                "",
                tuple((name, _full(url)) for name, url in line.items),
                line.more,
            )
            for line in digests.shown(one.params["lines"])
        ]
    return [Part(say(one.code, one.params), _full(one.notice.link), cells_named(one.params))]


def cells_named(params: Mapping[str, Any]) -> str:
    """The cells that a return names, in the active language; empty when it names none."""
    names = params.get("cells", {}).get(translation.get_language(), ())
    return say("notice.cells", {"cells": names}) if names else ""


def _full(url: str) -> str:
    return f"{settings.PUBLIC_URL}{url}" if url.startswith("/") else url


def _why(letter: Letter, told: Sequence[Told]) -> str:
    if letter.digest:
        return _(
            "Jenjang sends this because you asked for one letter a day or a week. Please do not answer this mail."
        )
    if digests.is_digest(told[0].notice):
        return _(
            "Jenjang sends this because the reports wait for you, or for somebody below you. Please do not answer this mail."
        )
    return _("Jenjang sends this because it concerns your office. Please do not answer this mail.")
