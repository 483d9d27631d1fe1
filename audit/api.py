"""Reading for auditors by program: the search over events, and a report's dossier. That they read is noted, as on the pages."""

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any

from django.http import Http404, HttpRequest, QueryDict
from ninja import Path, Query, Router, Schema
from ninja.errors import HttpError
from pydantic import Field

from audit import pages, search_found, selectors
from audit.dossier import dossier
from audit.reach import reach
from audit.readings import note
from audit.search_forms import asked
from registry.models import Unit
from registry.selectors import within

router = Router(tags=["audit"])
ROWS = 50
Text = Annotated[str, Query(max_length=200)]


class ChangeShape(Schema):
    """One column that is not what it was."""

    column: str
    old: str
    new: str


class EventShape(Schema):
    """One event of the ledger. `request`: the call in which it was done, with the key of a program behind it."""

    id: int
    sealed: bool
    at: datetime
    person: str
    offices: list[str]
    role: str
    table: str
    op: str
    what: str
    report: str | None
    address: str | None
    request: str
    changes: list[ChangeShape]


class EventsShape(Schema):
    """Events, newest first. `older`: send it as `before` for the next part; null at the end."""

    items: list[EventShape]
    older: int | None


class StepShape(Schema):
    """One act on the report."""

    verb: str
    at: datetime
    person: str
    version: int
    reason: str


class DossierShape(Schema):
    """All that is kept of a report, in numbers and by name; its pages show every version beside the others."""

    report: str
    revision: int
    versions: int
    decisions: list[StepShape]
    attempts: int
    evidence: list[str] = Field(description="sha256 of each file")
    documents: list[str]
    history_rows: int
    history_sealed: int
    events: int
    outside: int = Field(description="changes that the ledger has and the history has not")


@router.get("/events", response=EventsShape, operation_id="auditEvents", summary="Search the ledger's events")
def events(
    request: HttpRequest, unit: Text = "", month: Text = "", words: Text = "", who: Text = "", since: Text = "",
    until: Text = "", asked_for: Annotated[str, Query(max_length=20)] = "",
    before: Annotated[int | None, Query(ge=1, lt=10**18)] = None,
) -> Any:  # fmt: skip
    """The fields mean what they mean on the page of the search."""
    person, paths = reach(request.user)
    named = Unit.objects.filter(within(paths), code=unit).first() if unit else None
    query = _query({
        "unit": str(named.pk) if named else unit, "month": f"{month}-01" if month else "", "words": words,
        "who": who, "since": since, "until": until, "asked": asked_for, "before": str(before or ""),
    })  # fmt: skip
    note(person, "search", subject="api", query=query.urlencode())
    found = asked(query, paths)
    if found.question is None:
        raise HttpError(422, " ".join(one["sentence"] for one in found.errors))
    far = search_found.reach_of(paths)
    gather = search_found.gathers(found.question, far)
    answer = search_found.find(found.question, far, rows=ROWS, gather=gather)
    return {"items": [_event(one) for one in answer.events], "older": answer.older}


def _query(values: Mapping[str, str]) -> QueryDict:
    query = QueryDict(mutable=True)
    query.update({name: value for name, value in values.items() if value})
    return query


def _event(one: search_found.Found) -> dict[str, Any]:
    return {
        "id": one.id, "sealed": one.sealed, "at": one.at, "person": one.person, "offices": list(one.offices),
        "role": one.role, "table": one.table, "op": one.op, "what": one.what,
        "report": one.report.token if one.report else None, "address": one.address, "request": one.request,
        "changes": [{"column": change.column, "old": change.old, "new": change.new} for change in one.changes],
    }  # fmt: skip


@router.get(
    "/reports/{token}", response=DossierShape, operation_id="auditDossier", summary="A report's dossier"
)
def report(request: HttpRequest, token: Annotated[str, Path(pattern=r"^[A-Za-z0-9_-]{1,24}$")]) -> Any:
    person, paths = reach(request.user)
    found = selectors.reports_within(paths).filter(token=token).first()
    if found is None:
        raise Http404
    note(person, "report", token, "api")
    kept = dossier(found)
    return {
        "report": token, "revision": found.revision, "versions": len(kept.story.versions),
        "decisions": [
            {"verb": one.verb, "at": one.at, "person": one.actor_name, "version": one.version, "reason": one.reason}
            for one in kept.decisions
        ],
        "attempts": len(kept.attempts), "evidence": [one.sha256 for one in kept.evidence],
        "documents": [one.batch.document_no for one in kept.signings], "history_rows": kept.histories[0],
        "history_sealed": kept.histories[1], "events": len(pages.ledger(kept)),
        "outside": len(kept.story.outside) + len(kept.story.unproved),
    }  # fmt: skip
