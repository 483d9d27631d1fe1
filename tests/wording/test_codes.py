"""Every code that the program speaks in has its sentence, and the parameters that the sentence needs."""

import ast
from collections.abc import Iterator
from pathlib import Path

from django.conf import settings

from registry.models import Post
from wording import words
from wording.catalogue import CATALOGUE
from wording.sentences import placeholders
from workflow.models import Grant
from workflow.route import STATES, VERBS

PACKAGES = ("workflow", "registry", "submissions", "approvals", "indicators", "audit", "portal", "config")
SPEAKERS = {
    "Refusal",
    "Finding",
    "FileRefused",
    "BatchRefused",
    "SigningRefused",
    "CalendarRefused",
    "RequestRefused",
    "GrantRefused",
    "NumberRefused",
    "FormulaRefused",
    "SignatoryRefused",
    "FactorRefused",
    "KeepingRefused",
    "OfficeRefused",
    "CommentRefused",
    "AddressRefused",
    "WebhookRefused",
    "say",
}


def named(call: ast.Call, params: ast.expr | None) -> set[object] | None:
    """Names of the parameters that a call writes out; None when they are made elsewhere."""
    keywords = {keyword.arg for keyword in call.keywords if keyword.arg not in ("line_id", "field")}
    if params is None:
        return None if None in keywords else set(keywords)
    if isinstance(params, ast.Dict) and None not in params.keys:
        return {key.value for key in params.keys if isinstance(key, ast.Constant)}
    return None


def spoken() -> Iterator[tuple[str, str, set[object] | None]]:
    """(place, code, names of parameters) of each code that is written out where it is spoken."""
    for package in PACKAGES:
        for path in sorted((Path(settings.BASE_DIR) / package).rglob("*.py")):
            for node in ast.walk(ast.parse(path.read_text())):
                if isinstance(node, ast.Call) and getattr(node.func, "id", "") in SPEAKERS:
                    # A finding begins with its rule and its severity.
                    code, *more = node.args[2:] if getattr(node.func, "id", "") == "Finding" else node.args
                    if isinstance(code, ast.Constant) and isinstance(code.value, str):
                        yield f"{path.name}:{node.lineno}", code.value, named(node, more[0] if more else None)


def test_every_code_has_its_sentence() -> None:
    found = list(spoken())
    assert len(found) > 60
    assert [(place, code) for place, code, _ in found if code not in CATALOGUE] == []


def test_what_the_law_can_name_has_a_word() -> None:
    roles = {role for role in Post.Role.values}
    assert set(VERBS) <= set(words.VERBS) and set(VERBS) <= set(words.CONDITIONS)
    assert set(STATES) <= set(words.STATES)
    assert roles <= set(words.ROLES)
    assert set(Grant.Kind.values) <= set(words.GRANTS)


def test_every_sentence_gets_what_it_names() -> None:
    lacking = []
    for place, code, given in spoken():
        missing = set() if given is None else placeholders(code) - given
        if missing:
            lacking.append((place, code, sorted(missing)))
    assert lacking == []
