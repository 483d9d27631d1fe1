"""What leaders and the bureau look at, by program: the board, a year's curve, problems, decisions, critical contracts."""

from collections.abc import Callable
from dataclasses import replace
from typing import Annotated, Any, Literal
from uuid import uuid4

from django.http import Http404, HttpRequest
from ninja import Query, Router
from ninja.responses import Status

from approvals import leading
from portal import selectors
from portal.api import figures, paging
from portal.api.acting import known
from portal.api.door import key_of, person_of
from portal.api.leading_shapes import (
    CriticalContract,
    Decided,
    DecisionRow,
    Ended,
    ProblemRow,
    WaitingRow,
    YearFigures,
)
from portal.api.overview_shapes import WorkRow
from portal.api.problems import Problem
from portal.api.reading import Code, Cursor, Label, Limit, Token, here
from portal.api.report_shapes import ManyAnswer
from portal.api.shapes import Part
from portal.dashboards import contracts, decisions, problems
from portal.dashboards.leading_scope import Here, stand
from registry.models import Post, User
from submissions.models import LeaderDecision, Report
from submissions.problem_owners import LEVELS
from wording.sentences import say

router = Router(tags=["leading"])


@router.get(
    "/totals/year",
    response=YearFigures,
    operation_id="totalYear",
    summary="The months of a year over what I oversee",
)
def year(request: HttpRequest, year: Label, unit: Code = "") -> Any:
    person = person_of(request)
    sight = selectors.sight_of(person)
    if not sight.anything:
        raise Http404
    government = here(person)
    fiscal = figures.year_of(government, year)
    place = figures.unit_of(government, unit) if unit else None
    return figures.year_figures(fiscal, place, sight)


def _stand(request: HttpRequest, label: str, unsigned: bool, unit: str = "") -> Here:
    """Where the asker stands, or what lies below a unit; who oversees nothing finds nothing."""
    found = stand(person_of(request), label, unsigned=unsigned)
    if found is None or found.year is None:
        raise Http404
    return replace(found, unit=figures.unit_of(found.government, unit)) if unit else found


def _part(
    rows: Callable[[int, int], Any],
    shape: Callable[[Any], dict[str, Any]],
    cursor: str,
    limit: int,
    question: Any,
) -> Any:
    found, following = paging.by_place(rows, cursor, limit, question)
    return {"items": [shape(one) for one in found], "next": following}


@router.get(
    "/problems", response=Part[ProblemRow], operation_id="problems", summary="Open problems, the oldest first"
)
def problem_list(
    request: HttpRequest, year: Label = "", category: Annotated[str, Query(max_length=24)] = "",
    owner: Literal["", *LEVELS] = "",  # type: ignore[valid-type]
    agency: Code = "", unit: Code = "", overdue: bool = False, leadership: bool = False, unsigned: bool = False,
    sort: Literal["", "ceiling", "due", "agency"] = "", cursor: Cursor = "", limit: Limit = paging.USUAL,
) -> Any:  # fmt: skip
    """`owner`: the level that has to solve them; `leadership`: only those that ask for a leader's decision."""
    place = _stand(request, year, unsigned, unit)
    asked = problems.Asked(
        category=category, owner=owner, agency=agency, overdue="yes" if overdue else "", leader="yes" if leadership else "",
        sort=sort,
    )  # fmt: skip
    parameters = place.parameters(**asked.parameters())
    question = {"list": "problems", "year": year, "asked": asked.query(), "unit": unit, "unsigned": unsigned}
    return _part(
        lambda size, start: problems.problems(parameters, place.today, sort, limit=size, offset=start), _problem, cursor, limit,
        question,
    )  # fmt: skip


def _problem(one: problems.Problem) -> dict[str, Any]:
    return {
        "agency": one.agency_code, "unit": one.unit_code, "code": one.code, "name": one.name, "month": f"{one.first_day:%Y-%m}",
        "category": one.category, "owner": one.owner, "ceiling": one.ceiling, "since": one.since, "age_days": one.age,
        "problem": one.problem_text, "follow_up": one.follow_up_text, "person_in_charge": one.follow_up_pic,
        "due": one.follow_up_due, "overdue": one.overdue, "needs_leadership": one.needs_leadership,
    }  # fmt: skip


@router.get(
    "/decisions/waiting", response=Part[WaitingRow], operation_id="decisionsWaiting",
    summary="Reports that ask for a leader's decision, the longest waiting first",
)  # fmt: skip
def waiting(
    request: HttpRequest,
    year: Label = "",
    unit: Code = "",
    unsigned: bool = False,
    cursor: Cursor = "",
    limit: Limit = paging.USUAL,
) -> Any:
    place = _stand(request, year, unsigned, unit)
    question = {"list": "waiting", "year": year, "unit": unit, "unsigned": unsigned}
    found, following = paging.by_place(
        lambda size, start: decisions.waiting(place, limit=size, offset=start), cursor, limit, question
    )
    names = dict(Report.objects.filter(pk__in=[one.id for one in found]).values_list("pk", "token"))
    items = [
        {
            "report": names[one.id], "version": one.version, "agency": one.agency_code, "unit": one.unit_code, "code": one.code,
            "name": one.name, "month": f"{one.first_day:%Y-%m}", "ceiling": one.ceiling, "categories": list(one.problems),
            "problem": one.problem_text, "follow_up": one.follow_up_text, "asked_at": one.submitted_at, "days": one.days,
        }
        for one in found
    ]  # fmt: skip
    return {"items": items, "next": following}


@router.get(
    "/decisions", response=Part[DecisionRow], operation_id="decisions", summary="Decisions of leaders"
)
def decided(
    request: HttpRequest, year: Label = "", unit: Code = "", state: Literal["open", "ended"] = "open", cursor: Cursor = "",
    limit: Limit = paging.USUAL,
) -> Any:  # fmt: skip
    place = _stand(request, year, True, unit)
    question = {"list": "decisions", "year": year, "unit": unit, "state": state}
    return _part(
        lambda size, start: decisions.decided(place, open_=state == "open", limit=size, offset=start), _decision, cursor, limit,
        question,
    )  # fmt: skip


def _decision(one: decisions.Decided) -> dict[str, Any]:
    return {
        "id": one.token, "agency": one.agency_code, "unit": one.unit_code, "code": one.code, "name": one.name, "text": one.text,
        "due": one.due, "state": one.state, "overdue": one.overdue, "owner": one.owner, "decided_by": one.decided_name,
        "decided_office": one.decided_office, "decided_at": one.decided_at, "ended_at": one.ended_at, "note": one.ended_note,
    }  # fmt: skip


@router.post(
    "/decisions",
    response=ManyAnswer,
    operation_id="decide",
    summary="Decide, as a leader, on reports that ask for it",
)
def decide(request: HttpRequest, body: Decided) -> Any:
    person = person_of(request)
    tokens, versions = known(person, body.reports)
    owner = Post.objects.filter(
        unit__government=here(person), unit__code=body.owner_unit, title=body.owner_title
    ).first()
    if owner is None or not tokens:
        raise Problem(404, "api.found")
    wish = leading.Wish(body.text, owner, body.due)
    key = key_of(request) or str(uuid4())
    done = {one.report: one for one in leading.decide(actor=person, versions=versions, wish=wish, key=key)}
    told = [_decided(one.id, done.get(tokens.get(one.id, 0))) for one in body.reports]
    count = sum(one["done"] for one in told)
    return {"done": count, "refused": len(told) - count, "outcomes": told}


def _decided(token: str, one: leading.Outcome | None) -> dict[str, Any]:
    code = one.code if one else "route.unknown"
    return {
        "id": token, "done": bool(one and one.decision), "state": one.decision.token if one and one.decision else None,
        "etag": None, "code": code or None, "detail": say(code, one.params if one else {}) if code else None,
    }  # fmt: skip


@router.post(
    "/decisions/{token}/done",
    response={204: None},
    operation_id="decisionDone",
    summary="A decision was carried out",
)
def done(request: HttpRequest, token: Token, body: Ended) -> Any:
    leading.carry_out(actor=person_of(request), token=_seen(request, token), note=body.note)
    return Status(204, None)


@router.post(
    "/decisions/{token}/withdraw",
    response={204: None},
    operation_id="decisionWithdraw",
    summary="Withdraw a decision",
)
def withdraw(request: HttpRequest, token: Token, body: Ended) -> Any:
    leading.withdraw(actor=person_of(request), token=_seen(request, token), note=body.note)
    return Status(204, None)


def _seen(request: HttpRequest, token: str) -> str:
    """A decision on a report that one may see, or that one's own office carries out."""
    person: User = person_of(request)
    found = LeaderDecision.objects.filter(token=token).first()
    if found is None or not (
        leading.may_carry_out(person, found)
        or Report.objects.visible_to(person).filter(pk=found.report_id).exists()
    ):
        raise Http404
    return token


@router.get(
    "/contracts",
    response=Part[CriticalContract],
    operation_id="contracts",
    summary="Contracts, the critical ones first",
)
def contract_list(
    request: HttpRequest,
    year: Label = "",
    agency: Code = "",
    unit: Code = "",
    standing: Literal["", *contracts.STANDINGS] = "",  # type: ignore[valid-type]
    cursor: Cursor = "",
    limit: Limit = paging.USUAL,
) -> Any:
    """Each with its progress in the newest published month of its sub-activity. `standing`: only those that stand so."""
    place = _stand(request, year, False, unit)
    every = contracts.contracts(place.parameters(agency=agency))
    found = [one for one in every if not standing or one.standing == standing]
    question = {"list": "contracts", "year": year, "agency": agency, "unit": unit, "standing": standing}
    return _part(lambda size, start: found[start : start + size], _contract, cursor, limit, question)


def _contract(one: contracts.Contract) -> dict[str, Any]:
    return {
        "agency": one.agency_code, "unit": one.unit_code, "code": one.code, "name": one.name, "number": one.number,
        "work": one.work, "provider": one.provider, "value": one.value, "ends_on": one.ends_on, "month": one.month,
        "physical": one.physical, "planned_physical": one.planned_physical, "lag": one.lag, "standing": one.standing,
        "critical": one.critical, "agency_name": one.agency_name, "signed_on": one.signed_on, "starts_on": one.starts_on,
        "ended_on": one.ended_on, "package_code": one.package_code, "follows": one.follows,
    }  # fmt: skip


@router.get(
    "/contracts/missing",
    response=Part[WorkRow],
    operation_id="contractsMissing",
    summary="Work without a contract, or whose procurement is not concluded",
)
def missing(
    request: HttpRequest, kind: Literal["uncontracted", "not_started"] = "uncontracted", year: Label = "", agency: Code = "",
    unit: Code = "", cursor: Cursor = "", limit: Limit = paging.USUAL,
) -> Any:  # fmt: skip
    """`not_started`: money is planned already. The largest first."""
    place = _stand(request, year, False, unit)
    parameters = place.parameters(agency=agency)
    question = {"list": "missing", "kind": kind, "year": year, "agency": agency, "unit": unit}
    return _part(
        lambda size, start: contracts.works(parameters, kind, limit=size, offset=start), _work, cursor, limit, question
    )  # fmt: skip


def _work(one: contracts.Work) -> dict[str, Any]:
    return {
        "agency": one.agency_code, "unit": one.unit_code, "code": one.code, "name": one.name, "ceiling": one.ceiling,
        "capital_lines": one.bought, "status": one.status, "month": one.month, "cash_planned": one.cash_planned,
        "realized": one.realised,
    }  # fmt: skip
