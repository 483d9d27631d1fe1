"""A reminder letter on paper: the government's language, one page, a place for the signature. The same input, the same bytes."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from approvals.printing import compile_pdf
from portal.models import ReminderLetter
from registry.models import FiscalYear
from wording import ways
from wording.board_sentences import LEVELS
from wording.dates import day, moment
from wording.sentences import month_name


@dataclass(frozen=True, slots=True)
class Written:
    """What a letter says: `late` in working days, `earlier` the letters before it, `on` the day it is written."""

    letter: ReminderLetter
    year: FiscalYear
    slug: str
    late: int
    earlier: Sequence[ReminderLetter]
    on: date


def printed_letter(written: Written) -> bytes:
    """PDF/A-3b of a letter."""
    here = written.year.government
    with translation.override(here.language), timezone.override(here.time_zone), ways.of(here):
        data = _words(written)
    return compile_pdf("letter", data, at=written.letter.made_at, extra={})


def _words(written: Written) -> dict[str, object]:
    letter, agency = written.letter, written.letter.period.agency
    here = written.year.government
    month = month_name(written.slug) if not written.slug.endswith("-13") else month_name(13)
    return {
        "language": here.language,
        "rtl": translation.get_language_bidi(),
        "government": here.name,
        "title": f"{letter.document_no} {agency.name}",
        "number_label": _("Number"),
        "number": letter.document_no,
        "subject_label": _("Subject"),
        "subject": _("Reminder %(level)s: monthly realization report of %(month)s")
        % {"level": LEVELS[letter.level], "month": month},
        "date": day(written.on),
        "to_label": pgettext("letter", "To"),
        "to": _("The head of %(agency)s") % {"agency": agency.name},
        "paragraphs": _paragraphs(written, month),
        "answer": _(
            "Please have all of them published by %(day)s, or write by then why that is not possible."
        )
        % {"day": day(letter.answer_until)},
        "closing": _("Thank you for your attention."),
        "signer_title": letter.signer_title,
        "signer_name": letter.signer_name,
        "place": _("Signature"),
        "foot": _("Made by Jenjang from the published reports as they stood at %(moment)s.")
        % {"moment": moment(letter.made_at)},
    }


def _paragraphs(written: Written, month: str) -> list[str]:
    letter = written.letter
    owed = ngettext(
        "The deadline of the report for %(month)s was %(due)s. %(missing)s of %(required)s report of %(agency)s is not "
        "published.",
        "The deadline of the report for %(month)s was %(due)s. %(missing)s of %(required)s reports of %(agency)s are not "
        "published.",
        letter.required,
    ) % {
        "month": month,
        "due": moment(letter.period.sign_due),
        "missing": letter.missing,
        "required": letter.required,
        "agency": letter.period.agency.name,
    }
    late = ngettext(
        "That is %(n)s working day after the deadline.", "That is %(n)s working days after the deadline.", written.late
    ) % {"n": written.late}  # fmt: skip
    return [f"{owed} {late}", *_before(written), *_last(letter)]


def _before(written: Written) -> list[str]:
    return [
        _("Letter %(level)s, number %(number)s of %(day)s, was to be answered by %(until)s.")
        % {
            "level": LEVELS[one.level],
            "number": one.document_no,
            "day": day(one.made_at),
            "until": day(one.answer_until),
        }
        for one in written.earlier
    ]


def _last(letter: ReminderLetter) -> list[str]:
    if letter.level < ReminderLetter.Level.THIRD:
        return []
    return [_("This is the last reminder. The leadership of the government is told of the missing reports.")]
