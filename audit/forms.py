"""What an auditor searches reports by."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from registry.models import Unit
from wording.sentences import month_name
from wording.words import STATES
from workflow.route import STATES as KNOWN

ANY = _("All")


class SearchForm(forms.Form):
    """By unit, month, state, and words of the code or name. A value that does not exist narrows nothing."""

    unit = forms.ModelChoiceField(Unit.objects.none(), label=_("Unit"), required=False, empty_label=ANY)
    month = forms.TypedChoiceField(
        label=_("Month"), required=False, coerce=date.fromisoformat, empty_value=None
    )
    state = forms.ChoiceField(label=_("State"), required=False)
    words = forms.CharField(label=_("Code or name"), required=False, max_length=100)

    def __init__(self, *args: Any, units: QuerySet[Unit], months: Sequence[date], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["unit"].queryset = units  # type: ignore[attr-defined]
        self.fields["month"].choices = [  # type: ignore[attr-defined]
            ("", ANY),
            *((day.isoformat(), month_name(f"{day:%Y-%m}")) for day in months),
        ]
        self.fields["state"].choices = [("", ANY), *((state, STATES[state]) for state in KNOWN)]  # type: ignore[attr-defined]

    @property
    def asked(self) -> dict[str, Any]:
        """The values that hold, for `selectors.narrowed`."""
        self.is_valid()
        return {name: value for name, value in self.cleaned_data.items() if value}
