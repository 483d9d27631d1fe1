"""Grants are given and revoked here and nowhere else; what they change is judged by the law each time anew."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from ledger.clock import now as database_now
from ledger.recording import recorded
from workflow.models import Grant
from workflow.route import SHORTEST_REASON


class GrantRefused(Exception):
    """A grant cannot be given or revoked: a code and its parameters, for `wording.sentences.say`."""

    def __init__(self, code: str, params: dict[str, Any] | None = None) -> None:
        super().__init__(code)
        self.code, self.params = code, params or {}


def give(
    *,
    key: str,
    kind: str,
    actor: Any,
    office: str,
    scope_path: str,
    reason: str,
    expires_at: datetime,
    subjects: Sequence[str] = (),
    person: Any | None = None,
    document_no: str = "",
    params: Mapping[str, Any] | None = None,
) -> Grant:
    """Give an exception until `expires_at` (UTC); the same key again answers with the grant that was given.

    Who may give it is for the caller to judge. Raises GrantRefused for a moment past or a reason too short.
    """
    _reasoned(reason)
    at = database_now()
    if expires_at <= at:
        raise GrantRefused("grant.past", {"expires_at": expires_at.isoformat()})
    with recorded(actor, reason):
        given, _ = Grant.objects.get_or_create(
            key=key,
            defaults={
                "kind": kind,
                "scope_path": scope_path,
                "subjects": list(subjects),
                "person": person,
                "reason": reason.strip(),
                "document_no": document_no,
                "params": dict(params or {}),
                "granted_by": actor,
                "granted_by_name": actor.name,
                "granted_office": office,
                "granted_at": at,
                "expires_at": expires_at,
            },
        )
    return given


def revoke(*, grant: Grant, actor: Any, reason: str) -> Grant:
    """End a grant before its time; raises GrantRefused when it has ended already."""
    _reasoned(reason)
    with recorded(actor, reason):
        held = Grant.objects.select_for_update().get(pk=grant.pk)
        at = database_now()
        if held.revoked_at or held.expires_at <= at:
            raise GrantRefused("grant.ended", {"ended_at": (held.revoked_at or held.expires_at).isoformat()})
        held.revoked_at, held.revoked_by, held.revoke_reason = at, actor, reason.strip()
        held.save(update_fields=["revoked_at", "revoked_by", "revoke_reason"])
    return held


def _reasoned(reason: str) -> None:
    length = len(reason.strip())
    if length < SHORTEST_REASON:
        raise GrantRefused("route.reason", {"length": length, "shortest": SHORTEST_REASON})
