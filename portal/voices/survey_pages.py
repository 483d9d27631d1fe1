"""What the pages of the survey show: the form, and the index by quarter, element and district."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction
from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.http import Http404
from django.urls import reverse
from django.utils.translation import gettext as _

from portal.models import SurveyAnswer
from portal.voices import survey
from portal.voices.forms import Typed, clean, new_stamp
from portal.voices.ikm import ELEMENTS, FEWEST, HIGHEST, Index, cut
from portal.voices.rights import standing
from portal.voices.survey import Quarter
from registry.models import Unit, User
from submissions.forms import whole_number
from wording.sentences import month_name
from wording.voice_sentences import BANDS
from wording.voice_sentences import ELEMENTS as WORDS

LONGEST_COMMENT = 1000
COMMENTS = 50  # of the newest answers, for the unit's head and the bureau
HUES = {"A": "green", "B": "green", "C": "amber", "D": "red"}
BAR = 100  # length of a whole bar


@dataclass
class SurveyForm(Typed):
    """The nine scores, the district and the comment as typed."""

    scores: list[int] = field(default_factory=list)
    district: Unit | None = None

    @classmethod
    def read(cls, given: Mapping[str, Any], unit: Unit) -> "SurveyForm":
        """What came in from the form, judged question by question."""
        names = [f"e{number}" for number in range(1, ELEMENTS + 1)]
        form = cls({name: clean(str(given.get(name) or "")) for name in (*names, "district", "comment")})
        for name, (title, _question, _answers) in zip(names, WORDS, strict=True):
            score = whole_number(form.values[name], digits=1) or 0
            if not 1 <= score <= HIGHEST:
                form.wrong(name, "survey.score", element=str(title))
            form.scores.append(score)
        form._district(unit)
        length = len(form.values["comment"])
        if length > LONGEST_COMMENT:
            form.wrong("comment", "survey.comment_long", length=length, limit=LONGEST_COMMENT)
        form.judge_sending(given)
        return form

    def _district(self, unit: Unit) -> None:
        code = self.values["district"]
        if code:
            self.district = districts(unit).filter(code=code).first()
            if self.district is None:
                self.wrong("district", "survey.district")


def districts(unit: Unit) -> Any:
    """Where citizens of a unit's government may live."""
    return Unit.objects.filter(government=unit.government_id, kind=Unit.Kind.DISTRICT).order_by("name")


def form_context(unit: Unit, form: SurveyForm | None) -> dict[str, Any]:
    """For templates/portal/voices/survey.html; `form` is one that was refused."""
    values = form.values if form else {}
    wrong = form.by_field if form else {}
    return {
        "unit": unit,
        "questions": [
            {
                "name": f"e{number}",
                "title": title,
                "question": question,
                "answers": [
                    (score, label, values.get(f"e{number}") == str(score))
                    for score, label in enumerate(answers, 1)
                ],
                "wrong": wrong.get(f"e{number}", ""),
            }
            for number, (title, question, answers) in enumerate(WORDS, 1)
        ],
        "districts": [(one.code, one.name, one.code == values.get("district")) for one in districts(unit)],
        "values": values,
        "errors": form.errors if form else [],
        "wrong": wrong,
        "stamp": (form.stamp if form else "") or new_stamp(),
        "longest": LONGEST_COMMENT,
    }


# --- Results ---------------------------------------------------------------------------------------------


def results_context(reader: User | AnonymousUser, unit: Unit, asked: str) -> dict[str, Any]:
    """For templates/portal/voices/results.html; 404 for a quarter in which nobody answered."""
    quarters = survey.by_quarter(unit)
    chosen = next(iter(quarters), None)
    if asked:
        chosen = next((one for one in quarters if one.slug == asked), None)
        if chosen is None:
            raise Http404
    found = quarters[chosen] if chosen else None
    places = survey.by_district(unit, chosen) if chosen and found else []
    bureau, head = _insider(reader, unit)
    return {
        "unit": unit,
        "fewest": FEWEST,
        "quarters": [
            {
                "label": label_of(one),
                "url": f"{reverse('voices:results', args=[unit.code])}?quarter={one.slug}",
                "current": one == chosen,
                "index": shown_index(of),
            }
            for one, of in quarters.items()
        ],
        "chosen": label_of(chosen) if chosen else "",
        "index": shown_index(found),
        "elements": _elements(found.means) if found else [],
        "places": [{"name": one.name or _("not said"), "index": shown_index(one.index)} for one in places],
        "comments": comments(unit) if bureau or head else [],
        "erases": bureau,
    }


def label_of(quarter: Quarter) -> str:
    """ "Januari–Maret 2026"."""
    first, last = (month_name(month, 1) for month in quarter.months)
    return f"{first}–{last} {quarter.year}"


def shown_index(index: Index | None) -> dict[str, Any] | None:
    """An index in words and as a bar; None where there is none."""
    if index is None:
        return None
    return {
        "answers": index.answers,
        "value": index.shown,
        "band": index.band,
        "word": BANDS[index.band],
        "hue": HUES[index.band],
        "bar": _length(index.value / 100),
    }


def _elements(means: Sequence[Fraction]) -> list[dict[str, Any]]:
    return [
        {"title": title, "mean": cut(mean), "bar": _length(mean / HIGHEST)}
        for (title, _question, _answers), mean in zip(WORDS, means, strict=True)
    ]


def _length(share: Fraction) -> str:
    """Of a bar, as SVG wants it in every language."""
    return f"{cut(share * BAR):f}"


def _insider(reader: User | AnonymousUser, unit: Unit) -> tuple[bool, bool]:
    """Whether somebody is of the bureau of its government, and whether he heads the agency."""
    if not isinstance(reader, User):
        return False, False
    held = standing(reader)
    return held.moderates(unit), any(unit.path.startswith(one.unit_path) for one in held.heads)


def comments(unit: Unit) -> list[tuple[int, date, str]]:
    """The newest comments: their answers by number, with the day and nothing else of who wrote them."""
    rows = SurveyAnswer.objects.filter(unit=unit).exclude(comment="").order_by("-pk")
    return list(rows.values_list("pk", "day", "comment")[:COMMENTS])
