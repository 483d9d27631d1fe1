"""What is sent to the doors that take a form: as their own pages would send it."""

import json
from collections.abc import Callable
from typing import Any
from uuid import uuid4

from submissions.models import Report
from tests.authorisation.house import House

REASON = "Angka belum sesuai dengan SP2D bulan ini"
Form = Callable[[House, str], dict[str, Any]]


def said(house: House, name: str, act: str, relation: str) -> dict[str, Any]:
    """Keyword arguments for Client.post."""
    form = FORMS.get(f"{name}#{act}" if act else name)
    told = form(house, relation) if form else {}
    return told if "content_type" in told else {"data": told | {"key": str(uuid4())}}


def _act(verb: str, **more: str) -> Form:
    return lambda house, relation: {"act": verb, "version": house.version(relation), "reason": REASON, **more}


def _pack_act(verb: str, **more: str) -> Form:
    def form(house: House, relation: str) -> dict[str, Any]:
        pack = house.packs.get(relation)
        return {"act": verb, "version": pack.version if pack else 0, "reason": REASON, **more}

    return form


def _chosen(house: House, relation: str) -> dict[str, Any]:
    """All reports there are, ticked on a desk."""
    return _ticked(house, [*house.reports.values(), house.verified, house.draft])


def _ticked(house: House, reports: list[Report]) -> dict[str, Any]:
    versions = house.cast.versions(reports)
    return {"report": list(versions)} | {f"version-{pk}": version for pk, version in versions.items()}


def _cell(house: House, relation: str) -> dict[str, Any]:
    """A note in Ani's draft, whoever sends it and from whatever month's page."""
    typed = {str(house.draft.pk): {"public_note": {"text": "Diganti", "was": ""}}}
    return {"data": json.dumps({"language": "id", "reports": typed}), "content_type": "application/json"}


def _upload(house: House, relation: str) -> dict[str, Any]:
    body = {"report": house.draft.pk, "key": "k" * 32, "name": "a.png", "kind": "OTHER", "size": 10}
    return {"data": json.dumps(body), "content_type": "application/json"}


FORMS: dict[str, Form] = {
    "approvals:review#verify": _act("verify"),
    "approvals:review#return": _act("return", category="other"),
    "approvals:review#recall": _act("recall"),
    "approvals:review#review": _act("review"),
    "approvals:review#amend": _act("amend", amend_reason=REASON),
    "approvals:review#cancel": _act("cancel"),
    "approvals:inbox": _chosen,
    "approvals:to_sign": lambda house, relation: _ticked(house, [house.verified]),
    "approvals:to_review": _chosen,
    "submissions:recall": _chosen,
    "submissions:cells": _cell,
    "submissions:uploads": _upload,
    "requests:request#agree": lambda house, relation: {
        "step": "review",
        "verdict": "agreed",
        "reason": REASON,
        "seen": 1,
    },
    "requests:request#refuse": lambda house, relation: {
        "step": "review",
        "verdict": "refused",
        "reason": REASON,
        "seen": 1,
    },
    "requests:request#revoke": lambda house, relation: {"act": "revoke", "reason": REASON, "seen": 1},
    "indicators:pack#verify": _pack_act("verify"),
    "indicators:pack#return": _pack_act("return", category="other"),
    "indicators:pack#review": _pack_act("review"),
    "indicators:pack#recall": _pack_act("recall"),
}
