"""Nil for many on the month's page: what can be ticked, and what became of it."""

from collections.abc import Mapping
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, QueryDict

from registry.models import User
from submissions import nil, pages
from submissions.catching_up import tell_nil
from submissions.entering import Table
from submissions.forms import ids_of, key_of, whole_number
from submissions.rights import Right
from wording.sentences import say
from workflow import engine
from workflow.engine import KeyReused
from workflow.models import Act
from workflow.route import SUBMIT


def offered(table: Table, rights: Mapping[int, Right]) -> list[dict[str, Any]]:
    """The sub-activities in which nothing but zero stands, and which this person may submit."""
    return [
        {"report_id": one.id, "version": one.version, "code": one.code, "name": one.name}
        for one in nil.eligible(table.readings)
        if one.id in rights and rights[one.id].editable and rights[one.id].mandate is None
    ]


def answered_before(user: User, post: QueryDict) -> list[int]:
    """The reports that this very post has submitted already: a second tap."""
    key = key_of(post)
    acts = Act.objects.filter(actor=user, verb=SUBMIT, key=engine.derived(key, "nil")) if key else []
    return [one["id"] for act in acts for one in act.answer or () if one["done"]]


def take(request: HttpRequest, user: User, table: Table) -> list[int]:
    """Report the ticked ones as nil and say what became of each; the ids of those that were submitted."""
    post = request.POST
    chosen = set(ids_of(post.getlist("nil_report")))
    readings = [one for one in table.readings if one.id in chosen]
    if not readings or not post.get("nil_statement"):
        messages.error(request, say("nil.statement" if readings else "nil.none"))
        return []
    # A page without a version has seen none.
    versions = {one.id: whole_number(post.get(f"version-{one.id}", ""), 8) or 0 for one in readings}
    key = key_of(post)
    try:
        done = nil.report_nil(
            actor=user,
            readings=readings,
            versions=versions,
            statement=pages.STATEMENT_VERSION,
            key=key and engine.derived(key, "nil"),
        )
    except KeyReused:
        messages.error(request, say("act.key"))
        return []
    tell_nil(request, readings, done)
    return [one.id for one in done.outcomes if one.done]
