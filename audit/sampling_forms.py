"""What an auditor draws from, how many, and by which seed. Nothing typed is lost."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from audit.moments_forms import shown
from registry.models import Unit
from wording.numbers import NumberRefused, money, parse_money
from wording.sentences import month_name, say
from wording.words import STATES
from workflow.route import STATES as KNOWN

REPORTS, LINES, EVIDENCE, DECISIONS = "reports", "lines", "evidence", "decisions"
KINDS = {
    REPORTS: _("Reports"),
    LINES: _("Budget lines with money"),
    EVIDENCE: _("Evidence files"),
    DECISIONS: _("Decisions"),
}
WITH_AMOUNTS = (REPORTS, LINES)
LARGEST = 500  # rows of a sample
LONGEST = 64  # characters of a seed
UNKNOWN = _("“%(value)s” is none of the choices. Choose one from the list.")
NONE = {"invalid_choice": UNKNOWN, "invalid_pk_value": UNKNOWN}


class SampleForm(forms.Form):
    """Population, size and seed of a sample."""

    kind = forms.ChoiceField(label=_("Draw from"), choices=list(KINDS.items()), error_messages=NONE)
    unit = forms.ModelChoiceField(
        Unit.objects.none(), label=_("Unit"), required=False, empty_label=_("All"), error_messages=NONE
    )
    month = forms.MultipleChoiceField(label=_("Months"), required=False, error_messages=NONE)
    state = forms.MultipleChoiceField(
        label=_("States"),
        required=False,
        choices=[(state, STATES[state]) for state in KNOWN],
        error_messages=NONE,
    )
    above = forms.Field(label=_("Amount above"), required=False, widget=forms.TextInput)
    published = forms.BooleanField(label=_("Only what is published"), required=False)
    warned = forms.BooleanField(label=_("Only with a warning that was explained"), required=False)
    returned = forms.BooleanField(label=_("Only what was returned at least once"), required=False)
    by_agency = forms.BooleanField(label=_("Each agency has its share"), required=False)
    by_amount = forms.BooleanField(label=_("Probability in proportion to the amount"), required=False)
    n = forms.Field(label=_("Size of the sample"), widget=forms.TextInput(attrs={"inputmode": "numeric"}))
    seed = forms.Field(
        label=_("Seed"),
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false", "dir": "ltr"}),
        help_text=_("Left empty, one is drawn. The same seed and filters give the same sample again."),
    )

    def __init__(self, *args: Any, units: QuerySet[Unit], months: Sequence[date], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["unit"].queryset = units  # type: ignore[attr-defined]
        self.fields["month"].choices = [  # type: ignore[attr-defined]
            (day.isoformat(), month_name(f"{day:%Y-%m}")) for day in months
        ]

    def clean_n(self) -> int:
        """A whole number from 1 to LARGEST."""
        text = str(self.cleaned_data["n"]).strip()
        if text.isascii() and text.isdigit() and len(text) < 5 and 0 < int(text) <= LARGEST:
            return int(text)
        raise forms.ValidationError(say("sample.count", {"value": shown(text), "limit": LARGEST}))

    def clean_seed(self) -> str:
        """What can be written down and typed again."""
        text = str(self.cleaned_data["seed"] or "").strip()
        if len(text) > LONGEST or not text.isprintable():
            raise forms.ValidationError(say("sample.seed", {"limit": LONGEST}))
        return text

    def clean_above(self) -> Decimal | None:
        """An amount in the language of the page."""
        text = str(self.cleaned_data["above"] or "").strip()
        if not text:
            return None
        try:
            return parse_money(text, get_language() or "id")
        except NumberRefused:
            said = {"value": shown(text), "example": money(Decimal(100_000_000))}
            raise forms.ValidationError(say("sample.above", said)) from None

    def clean(self) -> dict[str, Any]:
        """By amount only where rows have amounts."""
        found: dict[str, Any] = super().clean() or {}
        if found.get("by_amount") and found.get("kind") not in (None, *WITH_AMOUNTS):
            self.add_error("by_amount", say("sample.no_amounts"))
        return found
