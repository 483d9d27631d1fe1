"""Budgets and cash plans: choose another system's file or one of our own, say what its columns mean, look, bring it in.

For the central bureau. The choices stand in the address, so that a preview can be reloaded and gone back to.
"""

import hashlib
import json
from dataclasses import dataclass
from io import BytesIO
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from registry.imports.adapters import CASH_PLAN, FIELDS, NEEDED, PLAN, recognised
from registry.imports.mappings import Meaning, remembered, save_mapping
from registry.imports.plan_options import PlanOptions
from registry.imports.plan_rows import KINDS
from registry.imports.problems import Problem, Result
from registry.models import FileMapping, FiscalYear, Government, Office, Post, User
from registry.reading import FileRefused, Table
from submissions.payment_uploads import PLANS, keep, kept
from submissions.payments import File
from submissions.plans import Foreign, bring_file
from wording.import_sentences import PLAN_FIELDS
from wording.sentences import month_name, say

MOST_TOLD = 50
MURNI = KINDS[0]


@dataclass(frozen=True, slots=True)
class Choices:
    """How a file is to be read. `unit`: whose it is, where it has no column for it; `month` of a version other than murni."""

    kind: str
    columns: dict[str, str]
    numbers: str
    version: str
    month: str
    basis: str
    unit: str
    mapping: str = ""

    def as_query(self, year: FiscalYear) -> QueryDict:
        """The choices as an address and a form have them."""
        query = QueryDict(mutable=True)
        query.update(
            {"year": year.label, "kind": self.kind, "chosen": "1", "numbers": self.numbers, "version": self.version,
             "month": self.month, "basis": self.basis, "unit": self.unit}
            | {f"f-{name}": heading for name, heading in self.columns.items()}
        )  # fmt: skip
        return query

    @property
    def options(self) -> PlanOptions:
        months = [f"{self.version}={self.month}"] if self.version != MURNI and self.month else []
        bases = [f"{self.version}={self.basis}"] if self.basis else []
        return PlanOptions(self.numbers, self.version, months, bases)


@require_http_methods(["GET", "POST"])
def plans(request: HttpRequest) -> HttpResponse:
    """Choose the file."""
    user: User = request.user  # type: ignore[assignment]
    here = _bureau_of(user)
    if request.method == "GET":
        return render(request, "submissions/plans.html", _start(here, request.GET))
    year, kind = _year(here, request.POST.get("year", "")), request.POST.get("kind", "")
    try:
        upload = request.FILES.get("file")
        if upload is None:
            raise FileRefused("plans.no_file")
        token = keep(user, upload, PLANS)
    except FileRefused as refused:
        sentence = Problem(refused.code, refused.params, refused.row)
        return render(
            request, "submissions/plans.html", _start(here, request.POST) | {"refused": sentence}, status=422
        )
    query = QueryDict(mutable=True)
    query.update({"year": year.label, "kind": kind})
    return redirect(f"{reverse('submissions:plans_look', args=[token])}?{query.urlencode()}")


@require_http_methods(["GET", "POST"])
def look(request: HttpRequest, upload: str) -> HttpResponse:
    """What the columns mean and what would change; a POST brings it in."""
    user: User = request.user  # type: ignore[assignment]
    here, asked = _bureau_of(user), request.POST if request.method == "POST" else request.GET
    year, file = _year(here, asked.get("year", "")), kept(user, upload, PLANS)
    if file is None:
        messages.error(request, say("plans.gone"))
        return redirect("submissions:plans")
    choices = _choices(asked, here, file.table)
    tried = _brought(user, file, choices, year, dry_run=True)
    if request.method == "GET":
        return _preview(request, file, choices, year, tried)
    if asked.get("mark", "") != _mark(tried):
        messages.warning(request, say("plans.moved"))
        return redirect(f"{request.path}?{choices.as_query(year).urlencode()}")
    done = _brought(user, file, choices, year, dry_run=False)
    if done.errors:
        return redirect(f"{request.path}?{choices.as_query(year).urlencode()}")
    if name := asked.get("save_as", "").replace("\x00", "").strip():
        meant = Meaning(choices.kind, choices.columns)
        save_mapping(actor=user, government=here, name=name, meant=meant, headings=file.table.headings)
    messages.success(request, say("plans.stored", {"name": file.name, "plans": done.summary["plans"]}))
    return redirect("submissions:plans")


def _bureau_of(user: User) -> Government:
    """The government whose central bureau this person is; 404 for anybody else."""
    office = (
        Office.objects.filter(person=user.pk, role=Post.Role.OVERSIGHT, unit__parent=None)
        .select_related("unit__government")
        .first()
    )
    if office is None:
        raise Http404
    here: Government = office.unit.government
    return here


def _year(here: Government, label: str) -> FiscalYear:
    known = FiscalYear.objects.filter(government=here, label=label.replace("\x00", ""))
    year = known.select_related("government").first()
    if year is None:
        raise Http404
    return year


def _start(here: Government, typed: QueryDict) -> dict[str, Any]:
    years = list(
        FiscalYear.objects.filter(government=here).order_by("-start_date").values_list("label", flat=True)
    )
    kind = typed.get("kind") or PLAN
    return {
        "years": [(label, label == typed.get("year")) for label in years],
        "kinds": _kinds(kind),
        "mappings": FileMapping.objects.filter(government=here, kind__in=(PLAN, CASH_PLAN)).order_by(
            "kind", "name"
        ),
    }


def _kinds(kind: str) -> list[tuple[str, str, bool]]:
    words = {value: str(label) for value, label in FileMapping.Kind.choices}
    return [(value, words[value], value == kind) for value in (PLAN, CASH_PLAN)]


def _choices(query: QueryDict, here: Government, table: Table) -> Choices:
    """As chosen, else as saved for just these headings, else as the headings suggest."""
    kind = CASH_PLAN if query.get("kind") == CASH_PLAN else PLAN
    columns, mapping = recognised(table.headings, kind), ""
    if query.get("chosen"):
        said = {name: str(query.get(f"f-{name}", "")) for name in FIELDS[kind]}
        own = {name: heading for name, heading in columns.items() if name not in FIELDS[kind]}
        columns = own | {name: heading for name, heading in said.items() if heading in table.headings}
    elif saved := remembered(here, kind, table.headings):
        columns, mapping = dict(saved.columns), saved.name
    version = query.get("version", "")
    numbers = query.get("numbers") or ("id" if here.language == "id" else "en")
    return Choices(
        kind, columns, "en" if numbers == "en" else "id", version if version in KINDS else MURNI, query.get("month", "")[:2],
        query.get("basis", "").replace("\x00", "")[:200], query.get("unit", "").replace("\x00", "").strip()[:40], mapping,
    )  # fmt: skip


def _brought(user: User, file: File, choices: Choices, year: FiscalYear, *, dry_run: bool) -> Result:
    return bring_file(
        source=BytesIO(file.content),
        name=file.name,
        foreign=Foreign(choices.kind, choices.columns, choices.unit),
        fiscal_year=year,
        options=choices.options,
        actor=user,
        dry_run=dry_run,
    )


def _mark(result: Result) -> str:
    """What was shown, in short: what is brought in later must still be the same."""
    return hashlib.sha256(json.dumps(result.summary, sort_keys=True, default=str).encode()).hexdigest()[:20]


def _preview(
    request: HttpRequest, file: File, choices: Choices, year: FiscalYear, tried: Result
) -> HttpResponse:
    missing = [name for name in NEEDED[choices.kind] if name not in choices.columns]
    missing = [name for name in missing if not (name == "unit_code" and choices.unit)]
    context = {
        "file": file,
        "year": year,
        "choices": choices,
        "result": tried,
        "errors": [] if missing else tried.errors[:MOST_TOLD],
        "missing": missing,
        "fields": _fields(choices, file.table, missing, year),
        "kinds": _kinds(choices.kind),
        "versions": [(kind, kind == choices.version) for kind in KINDS],
        "months": [
            (number, month_name(number, year.start_date.month), str(number) == choices.month)
            for number in range(1, 13)
        ],
        "hidden": list(choices.as_query(year).items()),
        "mark": _mark(tried),
    }
    return render(request, "submissions/plans_look.html", context, status=422 if tried.errors else 200)


def _fields(choices: Choices, table: Table, missing: list[str], year: FiscalYear) -> list[dict[str, Any]]:
    """A select for each thing that a column may mean."""
    return [
        {
            "name": name,
            "label": PLAN_FIELDS.get(name) or month_name(int(name[-2:]), year.start_date.month),
            "missing": name in missing,
            "options": [(heading, choices.columns.get(name) == heading) for heading in table.headings],
        }
        for name in FIELDS[choices.kind]
    ]
