"""The page that draws samples. It reads and nothing else."""

import secrets
from decimal import Decimal
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.views.decorators.http import require_safe

from audit import readings, sampling, sampling_population, selectors
from audit.reach import reach
from audit.sampling_forms import WITH_AMOUNTS, SampleForm
from audit.sampling_population import Found, TooMany
from wording.files import csv_file
from wording.sentences import say

COLUMNS = (
    "place", "key", "sha256", "agency", "unit", "sub_activity_code", "sub_activity", "month", "revision", "state", "what",
    "amount", "hits", "url", "seed", "population", "population_sha256",
)  # fmt: skip


@require_safe
def sample(request: HttpRequest) -> HttpResponse:
    """A random sample that anybody can draw again: by its seed, from a population that the page names."""
    person, paths = reach(request.user)
    asked = bool(request.GET)
    form = SampleForm(
        request.GET if asked else None, units=selectors.units_within(paths), months=selectors.months()
    )
    readings.note(person, "sample", "", request.GET.urlencode())
    context: dict[str, Any] = {"form": form}
    if asked and form.is_valid():
        if not form.cleaned_data["seed"]:
            return _with_seed(request)
        try:
            context |= _drawn(paths, form.cleaned_data)
        except TooMany as many:
            form.add_error(
                "kind",
                say("sample.too_many", {"size_qty": many.args[0], "limit_qty": sampling_population.MOST}),
            )
    if "found" in context and request.GET.get("as") == "csv":
        return _file(request, context)
    query = request.GET.copy()
    query["as"] = "csv"
    return render(request, "audit/sample.html", {**context, "csv": query.urlencode()})


def _with_seed(request: HttpRequest) -> HttpResponse:
    """The same address with a seed that nobody chose, so that the address tells how the sample came about."""
    query = request.GET.copy()
    query["seed"] = secrets.token_hex(8)
    return HttpResponseRedirect(f"{request.path}?{query.urlencode()}")


def _drawn(paths: list[str], asked: dict[str, Any]) -> dict[str, Any]:
    members = sampling_population.members(paths, asked)
    drawn = sampling.draw(
        members, asked["seed"], asked["n"], by_amount=asked["by_amount"], by_stratum=asked["by_agency"]
    )
    total, part = (
        sum((one.amount for one in members), Decimal(0)),
        sum((one.member.amount for one in drawn), Decimal(0)),
    )
    return {
        "found": sampling_population.found(asked["kind"], drawn),
        "size": len(members),
        "with_amounts": asked["kind"] in WITH_AMOUNTS,
        "total": total,
        "part": part,
        "coverage": part * 100 / total if total else None,
        "fingerprint": sampling.fingerprint(members),
        "seed": asked["seed"],
        "by_amount": asked["by_amount"],
    }


def _file(request: HttpRequest, context: dict[str, Any]) -> HttpResponse:
    rows = [_row(request, context, number, one) for number, one in enumerate(context["found"], 1)]
    return csv_file(f"sample-{context['fingerprint'][:12]}", COLUMNS, rows)


def _row(request: HttpRequest, context: dict[str, Any], number: int, one: Found) -> list[Any]:
    report, member = one.report, one.drawn.member
    item = report.item
    return [
        number, member.key, one.drawn.digest, member.stratum, item.unit.name, item.sub_activity_code, item.sub_activity_name,
        f"{report.period.first_day:%Y-%m}", report.revision, report.state, one.what,
        member.amount if context["with_amounts"] else None, one.drawn.hits, request.build_absolute_uri(one.url),
        context["seed"], context["size"], context["fingerprint"],
    ]  # fmt: skip
