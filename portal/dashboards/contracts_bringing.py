"""A file of contracts from choosing to importing: the bureau for every agency, a head for his own (W-5, W-13).

What is shown is the very import, rolled back; it is brought in only as it was shown.
"""

import hashlib
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from io import BytesIO
from typing import Any
from urllib.parse import urlencode

from django.core.files.uploadedfile import UploadedFile
from django.core.paginator import Paginator
from django.db import transaction
from django.http import Http404, HttpRequest, QueryDict
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from ledger.recording import recorded
from portal.dashboards.leading_scope import PER_PAGE, crumbs
from registry.imports.contracts import COLUMNS, FIELDS, Change, Trial, import_contracts
from registry.imports.problems import Problem
from registry.models import FiscalYear, Office, Post, Unit, User
from registry.reading import FileRefused, read_table
from registry.selectors import within
from registry.workbooks import MEGABYTE, MOST_PACKED
from submissions.evidence_types import shown_name
from submissions.models import new_token
from submissions.shelf import Shelf
from wording.dates import day
from wording.numbers import money
from wording.sentences import say

SHELF = Shelf("contracts")
TOKEN_LENGTH = 20
LOCALES = {"id": "1.234.567,89", "en": "1,234,567.89"}
NAMES = {
    "name": gettext_lazy("work"),
    "provider": gettext_lazy("provider"),
    "value": gettext_lazy("value"),
    "signed_on": gettext_lazy("signed on"),
    "starts_on": gettext_lazy("work begins"),
    "ends_on": gettext_lazy("work ends"),
    "package_code": gettext_lazy("package code"),
    "ended_on": gettext_lazy("terminated on"),
}


def _places(user: User) -> list[Unit]:
    """The agencies for which a person may bring contracts in, by his office."""
    held = Office.objects.filter(person=user.pk)
    roots = list(held.filter(role=Post.Role.OVERSIGHT, unit__parent=None).values_list("unit_path", flat=True))
    own = list(held.filter(role=Post.Role.AGENCY_HEAD).values_list("unit", flat=True))
    agencies = Unit.objects.filter(kind__in=Unit.AGENCY_KINDS).select_related("government")
    return list(
        (agencies.filter(within(roots)) | agencies.filter(pk__in=own)).distinct().order_by("name", "pk")
    )


def may_bring(user: User) -> bool:
    """Whether a person brings contracts in anywhere."""
    held = Office.objects.filter(person=user.pk)
    bureau = held.filter(role=Post.Role.OVERSIGHT, unit__parent=None)
    return bureau.exists() or held.filter(role=Post.Role.AGENCY_HEAD).exists()


@dataclass(slots=True)
class Start:
    """The page on which a file is chosen; `url`: where what was sent can be looked at."""

    context: dict[str, Any]
    url: str = ""
    refused: bool = False


def start(request: HttpRequest, user: User) -> Start:
    """Choose a file, an agency and a year; 404 for whoever may bring none in."""
    places = _places(user)
    if not places:
        raise Http404
    years = list(FiscalYear.objects.filter(government=places[0].government).order_by("-start_date"))
    typed = request.POST if request.method == "POST" else request.GET
    form = Start(
        {
            "crumbs": crumbs(
                {"label": _("Contracts"), "url": reverse("dashboards:contracts")},
                {"label": _("Bring contracts in")},
            ),
            "agencies": [(one.code, one.name, one.code == typed.get("agency")) for one in places],
            "years": [(one.label, one.label == typed.get("year")) for one in years],
            "locales": [
                (code, example, code == (typed.get("numbers") or places[0].government.language))
                for code, example in LOCALES.items()
            ],
            "columns": [(one.name, one.needed) for one in COLUMNS],
        }
    )
    if request.method == "POST":
        _sent(request, user, form)
    return form


def _sent(request: HttpRequest, user: User, form: Start) -> None:
    asked = {name: request.POST.get(name, "") for name in ("agency", "year", "numbers")}
    _scope(user, asked["agency"], asked["year"])
    try:
        upload = request.FILES.get("file")
        if upload is None:
            raise FileRefused("contracts.no_file")
        token = _keep(user, upload)
    except FileRefused as refused:
        form.refused = True
        form.context["refused"] = Problem(refused.code, refused.params, refused.row)
        return
    form.url = f"{reverse('dashboards:contracts_look', args=[token])}?{urlencode(asked)}"


def _scope(user: User, agency: str, label: str) -> tuple[Unit, FiscalYear]:
    """The agency and the year that are meant; 404 for what is not his."""
    unit = next((one for one in _places(user) if one.code == agency), None)
    year = (
        FiscalYear.objects.filter(government=unit.government, label=label.replace("\x00", "")).first()
        if unit
        else None
    )
    if unit is None or year is None:
        raise Http404
    return unit, year


def _keep(user: User, upload: UploadedFile) -> str:
    """Keep a file that can be read, and return its name in addresses; raises FileRefused."""
    if (upload.size or 0) > MOST_PACKED:
        size = -(-(upload.size or 0) // MEGABYTE)
        raise FileRefused("import.size", size=size, limit=MOST_PACKED // MEGABYTE)
    content, name = upload.read(), shown_name(upload.name or "")
    read_table(BytesIO(content), name)
    token = new_token()[:TOKEN_LENGTH]
    ending = ".xlsx" if name.lower().endswith(".xlsx") else ".csv"
    SHELF.put(user, f"{token}{hashlib.sha256(content).hexdigest()[:8]}{ending}", content)
    return token


@dataclass(slots=True)
class Look:
    """What a file would do to an agency's contracts, or did (`done`)."""

    unit: Unit
    year: FiscalYear
    name: str
    numbers: str
    trial: Trial
    page: Any = None
    done: bool = False
    moved: bool = False
    said: str = ""
    shown: list[dict[str, Any]] = field(default_factory=list)

    @property
    def mark(self) -> str:
        """What was shown, in short: it is brought in only when it would still do just this."""
        told = [
            (one.contract.item_id, one.contract.number, bool(one.before), sorted(map(str, one.differences)))
            + tuple(str(getattr(one.contract, name)) for name in FIELDS)
            for one in self.trial.changes
        ]
        return hashlib.sha256(repr(told).encode()).hexdigest()[:20]

    def context(self) -> dict[str, Any]:
        """For templates/portal/leading/contracts_look.html."""
        start_url = reverse("dashboards:contracts_import")
        result = self.trial.result
        asked = {"agency": self.unit.code, "year": self.year.label, "numbers": self.numbers}
        return {
            "crumbs": crumbs(
                {"label": _("Contracts"), "url": reverse("dashboards:contracts")},
                {"label": _("Bring contracts in"), "url": start_url},
                {"label": self.unit.name},
            ),
            "unit": self.unit,
            "year": self.year,
            "result": result,
            "counts": result.summary.get("contracts", {}),
            "page": self.page,
            "rows": [_shown(one) for one in self.page],
            "mark": self.mark,
            "moved": say("contracts.moved") if self.moved else "",
            "hidden": list(asked.items()),
            "base": f"{urlencode(asked)}&",
            "start_url": start_url,
        }


def look(request: HttpRequest, user: User, token: str) -> Look | None:
    """What the file would change; a POST brings it in as it was seen. None when the file is no longer there; 404 for an
    agency that is not his."""
    asked: QueryDict = request.POST if request.method == "POST" else request.GET
    unit, year = _scope(user, asked.get("agency", ""), asked.get("year", ""))
    found = SHELF.find(user, token) if len(token) == TOKEN_LENGTH else None
    if found is None:
        return None
    name, content = found
    numbers = asked.get("numbers", "") if asked.get("numbers", "") in LOCALES else "id"
    with recorded(user):
        trial = import_contracts(
            source=BytesIO(content), name=name, unit=unit, fiscal_year=year, locale=numbers, actor=user
        )
        made = Look(unit, year, name, numbers, trial)
        agreed = request.method == "POST" and not trial.result.errors
        made.moved = agreed and bool(trial.changes) and asked.get("mark") != made.mark
        made.done = agreed and not made.moved
        if not made.done:
            transaction.set_rollback(True)
    made.page = Paginator(trial.changes, PER_PAGE).get_page(asked.get("page"))
    if made.done:
        made.said = _said(unit, trial)
    return made


def _said(unit: Unit, trial: Trial) -> str:
    counts = trial.result.summary["contracts"]
    if not trial.changes:
        return say("contracts.same")
    return say("contracts.stored", {"name": unit.name, "new": counts["new"], "changed": counts["changed"]})


def _shown(one: Change) -> dict[str, Any]:
    """One contract of the preview."""
    contract = one.contract
    return {
        "row": one.row,
        "contract": contract,
        "item": contract.item,
        "new": not one.before,
        "differences": [
            (NAMES[name], _told(before), _told(after)) for name, before, after in one.differences
        ],
    }


def _told(value: Any) -> str:
    if isinstance(value, Decimal):
        return money(value)
    if isinstance(value, date):
        return day(value)
    return str(value or "–")
