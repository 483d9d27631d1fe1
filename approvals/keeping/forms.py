"""What came in from the pages of keeping: everything typed is kept, and every refusal names its field."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.http import QueryDict

from approvals.keeping.law import KeepingRefused
from approvals.keeping.rules import Kind
from approvals.models import Disposal
from registry.models import FiscalYear, Unit
from submissions.models import Report
from wording.sentences import say

# The field that a refusal is about; where nothing is said, the page as a whole.
FIELDS = {
    "hold.office": "unit", "hold.reason": "reason", "hold.reference": "reference", "keeping.early": "before",
    "keeping.nothing": "before", "keeping.logs_root": "unit", "keeping.never": "kind", "disposal.minutes_no": "minutes_no",
    "disposal.minutes_date": "minutes_date",
}  # fmt: skip
NAMES = (
    "unit", "fiscal_year", "report", "reason", "reference", "kind", "before", "minutes_no", "minutes_date", "seen",
    "with_evidence", "do",
)  # fmt: skip


@dataclass
class Draft:
    """A form as it is being written: what was typed, and what was refused."""

    typed: dict[str, str] = field(default_factory=dict)
    errors: list[dict[str, str]] = field(default_factory=list)

    @classmethod
    def of(cls, post: QueryDict) -> "Draft":
        """What came in; a browser counts the end of a line as one character and sends two."""
        typed = {name: post.get(name, "").replace("\x00", "").replace("\r\n", "\n") for name in NAMES}
        return cls({name: text[:1000] for name, text in typed.items()})

    @property
    def wrong(self) -> dict[str, str]:
        """The sentence beside each field."""
        return {one["field"]: one["sentence"] for one in self.errors if one["field"]}

    def refuse(self, code: str, params: dict[str, Any] | None = None, field: str = "") -> None:
        """Keep why it was refused, beside the field it is about."""
        self.errors.append({"field": field or FIELDS.get(code, ""), "sentence": say(code, params)})

    def refused(self, why: KeepingRefused) -> None:
        """Keep what the law or a service said."""
        self.refuse(why.code, why.params)

    def text(self, name: str) -> str:
        return self.typed.get(name, "").strip()

    def unit(self, units: Sequence[Unit]) -> Unit | None:
        """The unit that was chosen among those he may choose."""
        chosen = next((one for one in units if str(one.pk) == self.text("unit")), None)
        if chosen is None:
            self.refuse("keeping.unit", field="unit")
        return chosen

    def year(self, years: Sequence[FiscalYear], *, needed: bool) -> FiscalYear | None:
        """The fiscal year that was chosen; none is every year, where that may be."""
        chosen = next((one for one in years if str(one.pk) == self.text("fiscal_year")), None)
        if chosen is None and (needed or self.text("fiscal_year")):
            self.refuse("keeping.year", field="fiscal_year")
        return chosen

    def kind(self) -> Kind | None:
        """The kind that was chosen among those of which anything can go."""
        if self.text("kind") not in Disposal.Kind.values:
            self.refuse("keeping.kind", field="kind")
            return None
        return Kind(self.text("kind"))

    def day(self, name: str) -> date | None:
        """A day that was written."""
        try:
            found = date.fromisoformat(self.text(name))
        except ValueError:
            found = None
        if found is None or not 1900 < found.year < 2200:
            self.refuse("keeping.day", {"value": self.text(name)[:40]}, field=name)
            return None
        return found

    def report(self, units: Sequence[Unit]) -> Report | None:
        """The report whose code was written, or its address; None for none."""
        code = self.text("report").strip("/").rpartition("/")[2]
        if not code:
            return None
        found = Report.objects.select_related("item__unit", "period__fiscal_year").filter(token=code).first()
        if found is None or found.item.unit not in units:
            self.refuse("keeping.report", {"value": code[:40]}, field="report")
            return None
        return found
