"""What came in from the page of a new request: everything typed is kept, and every refusal names its field."""

from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext as _

from approvals import asking_law
from approvals.asking_law import RequestRefused, Wish
from approvals.asking_rules import (
    ASSISTANCE,
    BY_DAY,
    EXTENSION,
    KINDS,
    REOPENING,
    USUAL_DAYS,
    WAIVER,
)
from ledger.clock import now
from registry.models import FiscalYear, Office, User
from submissions.forms import ids_of, whole_number
from submissions.models import Period
from submissions.selectors import month_label
from wording.sentences import say
from workflow.models import Grant

# The field that a refusal is about; where nothing is said, the page as a whole.
FIELDS = {
    "asking.reason": "reason", "entry.too_long": "reason", "asking.no_month": "months", "asking.one_month": "months",
    "asking.month": "months", "asking.locked": "months", "asking.item": "items", "asking.person": "person",
    "asking.days": "days", "asking.day": "until", "asking.until_past": "until", "asking.until_far": "until",
    "asking.not_later": "until", "asking.one_year": "months",
}  # fmt: skip
NEEDS_MONTHS = (EXTENSION, REOPENING)
NEEDS_PERSON = (WAIVER, ASSISTANCE)


@dataclass
class Draft:
    """A request as it is being written: what may be chosen, what was typed, what was refused."""

    user: User
    kind: str
    offices: list[Office]
    typed: dict[str, str] = field(default_factory=dict)
    months: list[int] = field(default_factory=list)
    items: list[int] = field(default_factory=list)
    errors: list[dict[str, str]] = field(default_factory=list)

    @property
    def office(self) -> Office:
        chosen = whole_number(self.typed.get("office", ""))
        return next((one for one in self.offices if one.post_id == chosen), self.offices[0])

    def offered(self) -> list[Period]:
        """The months that may be asked for, of every fiscal year that still has some."""
        agency, moment = self.office.unit.agency or self.office.unit, now()
        years = FiscalYear.objects.filter(government=agency.government).order_by("start_date")
        found = [list(asking_law.months_for(self.kind, agency, year, moment)) for year in years]
        return [period for periods in found for period in periods]

    def year(self, chosen: list[Period]) -> FiscalYear:
        """The fiscal year that is meant: that of the chosen months, or the latest that has begun."""
        if len({period.fiscal_year_id for period in chosen}) > 1:
            raise RequestRefused("asking.one_year")
        if chosen:
            return chosen[0].fiscal_year
        years = FiscalYear.objects.filter(government=self.office.unit.government, start_date__lte=now())
        found = years.order_by("-start_date").first()
        if found is None:
            raise RequestRefused("asking.no_month")
        return found

    def wish(self, request: HttpRequest) -> Wish:
        """The wish that was typed; raises RequestRefused for what cannot be read."""
        chosen = [period for period in self.offered() if period.pk in self.months]
        if len(chosen) != len(set(self.months)):
            raise RequestRefused("asking.month", {"month": _("A chosen month")})
        person = User.objects.filter(pk=whole_number(self.typed.get("person", "")) or 0).first()
        return Wish(
            kind=self.kind,
            office=self.office,
            fiscal_year=self.year(chosen),
            reason=self.typed.get("reason", ""),
            months=[period.month for period in chosen],
            items=self.items,
            person=person if self.kind in NEEDS_PERSON else None,
            until=self._day() if self.kind in BY_DAY else None,
            days=None if self.kind in BY_DAY else whole_number(self.typed.get("days", ""), 4),
            document_no=self.typed.get("document_no", ""),
            upload=request.FILES.get("file"),
        )

    def _day(self) -> date | None:
        text = self.typed.get("until", "").strip()
        try:
            return date.fromisoformat(text) if text else None
        except ValueError:
            raise RequestRefused("asking.day", {"value": text[:40]}) from None

    def refuse(self, code: str, params: dict[str, Any]) -> None:
        """Keep why it was refused, beside the field it is about."""
        self.errors.append({"field": FIELDS.get(code, ""), "sentence": say(code, params)})

    def context(self) -> dict[str, Any]:
        """For templates/requests/new.html."""
        offered = self.offered()
        agency = self.office.unit.agency or self.office.unit
        years = {period.fiscal_year for period in offered} or set(
            FiscalYear.objects.filter(government=agency.government)
        )
        items = [one for year in years for one in asking_law.items_for(agency, year)]
        people = asking_law.persons_for(self.kind, agency) if self.kind in NEEDS_PERSON else []
        return {
            "kind": self.kind,
            "label": Grant.Kind(self.kind).label,
            "effect": say(f"effect.{self.kind}"),
            "agency": agency,
            "offices": [(one.post_id, asking_law.printed(one), one == self.office) for one in self.offices],
            "months": [(one.pk, month_label(one.first_day), one.pk in self.months) for one in offered],
            "one_month": self.kind == EXTENSION,
            "needs_months": self.kind in NEEDS_MONTHS,
            "items": [] if self.kind == EXTENSION else [
                (one.pk, one.sub_activity_code, one.sub_activity_name, one.pk in self.items) for one in items
            ],
            "people": [(one.pk, one.name, str(one.pk) == self.typed.get("person")) for one in people],
            "needs_person": self.kind in NEEDS_PERSON,
            "by_day": self.kind in BY_DAY,
            "typed": {"days": str(USUAL_DAYS.get(self.kind, "")), **self.typed},
            "errors": self.errors,
            "wrong": {one["field"]: one["sentence"] for one in self.errors if one["field"]},
        }  # fmt: skip


def draft_of(request: HttpRequest, user: User, kind: str) -> Draft | None:
    """The draft that a page shows or sends; None for who may not ask for it."""
    offices = asking_law.askers(user, kind) if kind in KINDS else []
    if not offices:
        return None
    post = request.POST
    names = ("office", "person", "until", "days", "reason", "document_no")
    typed = {name: post[name].replace("\x00", "") for name in names if name in post}
    months, items = ids_of(post.getlist("months")), ids_of(post.getlist("items"))
    return Draft(user, kind, offices, typed, months, items)
