"""Acting: each verb on one report in the version that was seen, or on many with an honest result for each."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from ninja import Router
from ninja.responses import Status

from approvals import desk_bulk, selectors, services
from approvals.deciding import open_for
from approvals.desk_reminding import remind as remind_officers
from approvals.models import SigningBatch
from portal.api import reports
from portal.api.door import key_of, person_of
from portal.api.problems import Problem, of_outcome
from portal.api.reading import Token
from portal.api.report_shapes import (
    ActAnswer,
    Amendment,
    Many,
    ManyAmended,
    ManyAnswer,
    ManyReturned,
    ManySubmitted,
    Return,
    Seen,
    Submission,
    Written,
)
from portal.api.role_shapes import BatchShape, RemindedShape
from portal.api.signing import batch_of
from portal.api.versions import etag_of, seen
from registry.models import User
from submissions import marks, nil
from submissions import services as entering
from submissions.models import Period, Report
from submissions.pages import STATEMENT_VERSION
from submissions.readings import read
from submissions.selectors import my_reports
from wording.sentences import say
from workflow import route
from workflow.engine import Outcome

router = Router(tags=["acting"])
KNOWN = SigningBatch.objects.select_related("period__fiscal_year", "period__agency")
Versions = Mapping[int, int | None]
Deciding = Callable[[User, Versions, str | None], Sequence[Outcome]]


def _one(request: HttpRequest, response: HttpResponse, token: str, act: Deciding) -> Any:
    """One report, in the version of If-Match; the engine says whether it is done."""
    person = person_of(request)
    found = reports.one_of(person, token)
    (outcome,) = act(person, {found.pk: seen(request, found)}, key_of(request))
    if not outcome.done:
        raise of_outcome(outcome)
    newest = _newest(found)
    response["ETag"] = etag_of(newest)
    return {"id": newest.token, "done": True, "state": newest.state, "etag": etag_of(newest)}


def _newest(report: Report) -> Report:
    """The report after the act: after an amendment the revision that it opened, after that was given up the one before."""
    same = Report.objects.filter(item=report.item_id, period=report.period_id)
    return same.exclude(state=route.CANCELLED).order_by("-revision").first() or report


def _declared(version: str | None) -> str:
    if version != STATEMENT_VERSION:
        raise Problem(422, "api.statement", {"version": STATEMENT_VERSION})
    return version


def _prepared(response: HttpResponse, person: User, versions: Versions) -> Any:
    periods = list(
        Period.objects.filter(pk__in=Report.objects.filter(pk__in=list(versions)).values("period"))
    )
    if len(periods) != 1:
        raise Problem(422, "batch.one_month", {"count": len(periods)})
    batch = services.prepare(actor=person, period=periods[0], versions=versions)
    response["Location"] = f"/api/v1/batches/{batch.token}"
    return Status(
        202,
        batch_of(
            SigningBatch.objects.select_related("period__fiscal_year", "period__agency").get(pk=batch.pk)
        ),
    )


# --- Many: before the names of reports, which are words too --------------------------------------------------


def _for_many(request: HttpRequest, body: Many, act: Deciding) -> dict[str, Any]:
    """Each in its version, with an outcome for each; a constant number of statements."""
    person = person_of(request)
    tokens, versions = known(person, body.reports)
    outcomes = act(person, versions, key_of(request)) if versions else []
    return _many(body.reports, tokens, {one.id: one for one in outcomes})


@router.post(
    "/reports/bulk/submit", response=ManyAnswer, operation_id="submitMany", summary="Hand many reports in"
)
def submit_many(request: HttpRequest, body: ManySubmitted) -> Any:
    return _for_many(
        request, body,
        lambda person, versions, key: entering.submit(
            actor=person, versions=versions, statement=_declared(body.statement), key=key
        ),
    )  # fmt: skip


@router.post(
    "/reports/bulk/recall", response=ManyAnswer, operation_id="recallMany", summary="Take many reports back"
)
def recall_many(request: HttpRequest, body: Many) -> Any:
    return _for_many(
        request, body, lambda person, versions, key: entering.recall(actor=person, versions=versions, key=key)
    )


@router.post(
    "/reports/bulk/verify", response=ManyAnswer, operation_id="verifyMany", summary="Pass many reports on"
)
def verify_many(request: HttpRequest, body: Many) -> Any:
    """What is unusual and was not opened is left out."""
    return _for_many(request, body, _decided(route.VERIFY))


@router.post(
    "/reports/bulk/review", response=ManyAnswer, operation_id="reviewMany", summary="Accept many signed reports"
)  # fmt: skip
def review_many(request: HttpRequest, body: Many) -> Any:
    """What is unusual and was not opened is left out."""
    return _for_many(request, body, _decided(route.REVIEW))


@router.post(
    "/reports/bulk/return", response=ManyAnswer, operation_id="returnMany", summary="Send many reports back with a reason"
)  # fmt: skip
def return_many(request: HttpRequest, body: ManyReturned) -> Any:
    return _for_many(
        request, body,
        lambda person, versions, key: services.send_back(
            actor=person, versions=versions, reason=body.reason, marks=[f"category-{body.category}"], key=key
        ),
    )  # fmt: skip


@router.post(
    "/reports/bulk/amend", response=ManyAnswer, operation_id="amendMany", summary="Open revisions of many published reports"
)  # fmt: skip
def amend_many(request: HttpRequest, body: ManyAmended) -> Any:
    """Needs a grant."""
    return _for_many(
        request, body,
        lambda person, versions, key: entering.amend(actor=person, versions=versions, reason=body.reason, key=key),
    )  # fmt: skip


@router.post(
    "/reports/bulk/sign", response={202: BatchShape}, operation_id="signMany",
    summary="Have one document of many reports prepared for my signature",
)  # fmt: skip
def sign_many(request: HttpRequest, response: HttpResponse, body: Many) -> Any:
    """What is signed is a document: read it, then POST /batches/{id}/sign."""
    person = person_of(request)
    tokens, versions = known(person, body.reports)
    if len(tokens) != len(body.reports):
        raise Problem(404, "api.found")
    return _prepared(response, person, versions)


def known(person: User, asked: Sequence[Seen]) -> tuple[dict[str, int], dict[int, int | None]]:
    """Those of the named reports that the person may see, each with the version that was seen."""
    said = {one.id: one.version for one in asked}
    if len(said) != len(asked):
        twice = next(
            one.id for place, one in enumerate(asked) if one.id in {other.id for other in asked[:place]}
        )
        raise Problem(422, "api.twice", {"name": twice})
    found = dict(reports.seen_by(person).filter(token__in=list(said)).values_list("token", "pk"))
    return found, {pk: said[token] for token, pk in found.items()}


def _many(
    asked: Sequence[Seen], tokens: Mapping[str, int], outcomes: Mapping[int, Outcome]
) -> dict[str, Any]:
    now = reports.tokens_of(tokens.values())
    told = [_outcome(one.id, tokens.get(one.id), outcomes, now) for one in asked]
    done = sum(one["done"] for one in told)
    return {"done": done, "refused": len(told) - done, "outcomes": told}


def _outcome(
    token: str, pk: int | None, outcomes: Mapping[int, Outcome], now: Mapping[int, tuple[str, str]]
) -> dict[str, Any]:
    one = outcomes.get(pk or 0) or Outcome(0, False, code="route.unknown")
    return {
        "id": token, "done": one.done, "state": one.state or None, "etag": now[pk][1] if pk and pk in now else None,
        "code": one.code or None, "detail": say(one.code, one.params) if one.code else None,
    }  # fmt: skip


def _decided(verb: str) -> Deciding:
    """As at a desk: what is unusual and was not opened is left out."""

    def act(person: User, versions: Versions, key: str | None) -> Sequence[Outcome]:
        known = {pk: version or 0 for pk, version in versions.items()}
        number = desk_bulk.decide_many(actor=person, verb=verb, seen=known, query="", key=key)
        result = desk_bulk.result_of(person, verb, number)
        return result.outcomes if result else ()

    return act


class Nil(Written):
    """Sub-activities without activity this month, each in the version that was seen."""

    reports: list[Seen]
    statement: str


@router.post(
    "/reports/nil",
    response=ManyAnswer,
    operation_id="nil",
    summary="Report no activity for many, and submit them",
)
def without_activity(request: HttpRequest, body: Nil) -> Any:
    person, statement = person_of(request), _declared(body.statement)
    if not 0 < len(body.reports) <= 500:
        raise Problem(422, "api.many", {"count": len(body.reports), "limit": 500})
    tokens, versions = known(person, body.reports)
    mine = set(my_reports(person).filter(pk__in=list(versions)).values_list("pk", flat=True))
    done = nil.report_nil(
        actor=person,
        readings=read(mine),
        versions={pk: versions[pk] for pk in mine},
        statement=statement,
        key=key_of(request),
    )
    outcomes = {pk: Outcome(pk, False, "", why.code, why.params) for pk, why in done.refusals.items()}
    for pk, findings in done.findings.items():
        first = next((one for one in findings if one.blocks), None)
        if first:
            outcomes[pk] = Outcome(pk, False, "", first.code, first.params)
    outcomes |= {one.id: one for one in done.outcomes}
    return _many(body.reports, tokens, outcomes)


class Reminder(Written):
    """Whose officers are reminded."""

    reports: list[str]


@router.post(
    "/reports/remind",
    response=RemindedShape,
    operation_id="remind",
    summary="Remind officers of what is missing",
)
def remind(request: HttpRequest, body: Reminder) -> Any:
    """Those of one's own field, once a day for each report; one notice a person."""
    person = person_of(request)
    if not 0 < len(body.reports) <= 500:
        raise Problem(422, "api.many", {"count": len(body.reports), "limit": 500})
    found = dict(_field(person).filter(token__in=body.reports).values_list("pk", "token"))
    if not found:
        raise Problem(422, "desk.remind_none")
    done = remind_officers(actor=person, reports=sorted(found))
    return {name: [found[pk] for pk in getattr(done, name)] for name in ("told", "today", "nobody", "locked")}


def _field(person: User) -> QuerySet[Report]:
    """What nobody has submitted yet at one's desks."""
    verifying, signing, reviewing = (
        selectors.not_submitted(person), selectors.head_missing(person), selectors.review_missing(person),
    )  # fmt: skip
    missing = (
        Q(pk__in=verifying.values("pk")) | Q(pk__in=signing.values("pk")) | Q(pk__in=reviewing.values("pk"))
    )
    return Report.objects.filter(missing)


# --- One ----------------------------------------------------------------------------------------------------


@router.post("/reports/{token}/submit", response=ActAnswer, operation_id="submit", summary="Hand a report in")
def submit(request: HttpRequest, response: HttpResponse, token: Token, body: Submission) -> Any:
    statement = _declared(body.statement)
    return _one(
        request, response, token,
        lambda person, versions, key: entering.submit(actor=person, versions=versions, statement=statement, key=key),
    )  # fmt: skip


@router.post(
    "/reports/{token}/recall",
    response=ActAnswer,
    operation_id="recall",
    summary="Take back what nobody looked at",
)
def recall(request: HttpRequest, response: HttpResponse, token: Token) -> Any:
    return _one(
        request, response, token,
        lambda person, versions, key: entering.recall(actor=person, versions=versions, key=key),
    )  # fmt: skip


@router.post("/reports/{token}/verify", response=ActAnswer, operation_id="verify", summary="Pass a report on")
def verify(request: HttpRequest, response: HttpResponse, token: Token) -> Any:
    return _one(
        request, response, token,
        lambda person, versions, key: services.verify(actor=person, versions=versions, key=key),
    )  # fmt: skip


@router.post(
    "/reports/{token}/review", response=ActAnswer, operation_id="review", summary="Accept a signed report"
)
def review(request: HttpRequest, response: HttpResponse, token: Token) -> Any:
    return _one(
        request, response, token,
        lambda person, versions, key: services.review(actor=person, versions=versions, key=key),
    )  # fmt: skip


@router.post(
    "/reports/{token}/return",
    response=ActAnswer,
    operation_id="return",
    summary="Send a report back with a reason",
)
def send_back(request: HttpRequest, response: HttpResponse, token: Token, body: Return) -> Any:
    person = person_of(request)
    (one,) = read([reports.one_of(person, token).pk])
    pointed = marks.pointed_at(one, [reports.mark_of(one, cell) for cell in body.cells])
    return _one(
        request, response, token,
        lambda person, versions, key: services.send_back(
            actor=person, versions=versions, reason=body.reason, marks=[f"category-{body.category}", *pointed],
            to_previous_tier=body.previous_tier, key=key,
        ),
    )  # fmt: skip


@router.post(
    "/reports/{token}/amend",
    response=ActAnswer,
    operation_id="amend",
    summary="Open a revision of a published report",
)
def amend(request: HttpRequest, response: HttpResponse, token: Token, body: Amendment) -> Any:
    """Needs a grant; the answer names the revision."""
    return _one(
        request, response, token,
        lambda person, versions, key: entering.amend(actor=person, versions=versions, reason=body.reason, key=key),
    )  # fmt: skip


@router.post(
    "/reports/{token}/cancel",
    response=ActAnswer,
    operation_id="cancel",
    summary="Give up a revision that is still open",
)
def cancel(request: HttpRequest, response: HttpResponse, token: Token, body: Amendment) -> Any:
    """What was published stays; the answer names it."""
    return _one(
        request, response, token,
        lambda person, versions, key: entering.give_up(actor=person, versions=versions, reason=body.reason, key=key),
    )  # fmt: skip


@router.post(
    "/reports/{token}/open",
    response={204: None},
    operation_id="open",
    summary="Say that a report was looked at",
)
def open_(request: HttpRequest, token: Token) -> Any:
    """From then on its officer cannot recall it; what is unusual must be opened before it is verified among many."""
    person = person_of(request)
    open_for(person, reports.one_of(person, token))
    return Status(204, None)


@router.post(
    "/reports/{token}/sign", response={202: BatchShape}, operation_id="sign",
    summary="Have the document of one report prepared for my signature",
)  # fmt: skip
def sign(request: HttpRequest, response: HttpResponse, token: Token) -> Any:
    """What is signed is a document: read it, then POST /batches/{id}/sign."""
    person = person_of(request)
    found = reports.one_of(person, token)
    return _prepared(response, person, {found.pk: seen(request, found)})
