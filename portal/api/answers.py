"""Idempotency-Key: a request that is sent again gets the first answer and does nothing.

What is done in one transaction keeps its answer in it, so that neither a crash nor two at once can do it twice. What commits
by steps (a signature, a file) is marked first and answered afterwards; its own services allow no second time, and a refusal
is not kept.
"""

import hashlib
import hmac
import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.db import OperationalError, connection, transaction
from django.http import HttpRequest, HttpResponse
from django.views.decorators.debug import sensitive_variables

from ledger.clock import now
from ledger.recording import recorded
from portal.api.problems import Problem
from portal.models import ApiAnswer
from registry.models import User
from workflow.engine import derived

HEADER, REPLAYED = "Idempotency-Key", "Idempotency-Replayed"
LONGEST = 80
KEPT = timedelta(days=7)
AT_WORK = timedelta(minutes=2)  # a request that has no answer after this was cut off
TRIES = 3
RETRIED = {"40001", "40P01"}
SECRET = ("passphrase", "code")  # neither they nor a digest of them is kept
RAW = "application/octet-stream"  # a part of a file, in which such a word is no secret
HEADERS = ("ETag", "Location", "Content-Type")

# What is a week old is forgotten by whoever comes next; of two who come at once each takes others.
FORGET = """DELETE FROM portal_apianswer WHERE id IN (SELECT id FROM portal_apianswer WHERE at < %s ORDER BY at LIMIT 100
  FOR UPDATE SKIP LOCKED)"""
BEGIN = """INSERT INTO portal_apianswer (person_id, key, asked, status, body, headers, at)
  VALUES (%s, %s, %s, NULL, '', '{}', %s) ON CONFLICT (person_id, key) DO NOTHING RETURNING id"""
AGAIN = """UPDATE portal_apianswer SET at = %s WHERE person_id = %s AND key = %s AND asked = %s AND status IS NULL AND at < %s
  RETURNING id"""
Answering = Callable[[], HttpResponse]


def once(request: HttpRequest, person: User, answer: Answering, *, by_steps: bool) -> HttpResponse:
    """The answer to a request that changes something; the first one again when its key was used before."""
    key = request.headers.get(HEADER)
    if key is None:
        return _tried(answer) if not by_steps else answer()
    if not (0 < len(key) <= LONGEST and key.isascii() and key.isprintable()):
        raise Problem(400, "api.key_form", {"length": len(key), "longest": LONGEST})
    request.idempotency_key = derived(f"{person.pk}:{key}", "api")  # type: ignore[attr-defined]
    asked = _digest(request)
    return _by_steps(person, key, asked, answer) if by_steps else _in_one(person, key, asked, answer)


def _in_one(person: User, key: str, asked: str, answer: Answering) -> HttpResponse:
    """One transaction: whoever comes with the same key at the same moment waits here until the first one is done."""

    def act() -> HttpResponse:
        with recorded(person):
            mine = _begun(person, key, asked)
            if mine is None:
                return _first(person, key, asked)
            response = answer()
            if response.status_code >= 500:
                transaction.set_rollback(True)
                return response
            _keep(mine, response)
            return response

    return _tried(act)


def _tried(act: Answering) -> HttpResponse:
    """A deadlock is nobody's fault: the same again."""
    for attempt in range(1, TRIES + 1):
        try:
            return act()
        except OperationalError as error:
            if getattr(error.__cause__, "sqlstate", "") not in RETRIED or attempt == TRIES:
                raise
    raise AssertionError("unreachable: the last attempt returns or raises")


def _by_steps(person: User, key: str, asked: str, answer: Answering) -> HttpResponse:
    with recorded(person):
        mine = _begun(person, key, asked) or _taken_over(person, key, asked)
    if mine is None:
        return _first(person, key, asked)
    try:
        response = answer()
    except BaseException:
        _forget(person, mine)
        raise
    # Of a refusal nothing was done, and what was wrong may have been a code, which is in no digest.
    if response.status_code >= 400:
        _forget(person, mine)
        return response
    with recorded(person):
        _keep(mine, response)
    return response


def _forget(person: User, mine: int) -> None:
    with recorded(person):
        ApiAnswer.objects.filter(pk=mine).delete()


def _begun(person: User, key: str, asked: str) -> int | None:
    at = now()
    with connection.cursor() as cursor:
        cursor.execute(FORGET, [at - KEPT])
        cursor.execute(BEGIN, [person.pk, key, asked, at])
        row = cursor.fetchone()
    return row[0] if row else None


def _taken_over(person: User, key: str, asked: str) -> int | None:
    at = now()
    with connection.cursor() as cursor:
        cursor.execute(AGAIN, [at, person.pk, key, asked, at - AT_WORK])
        row = cursor.fetchone()
    return row[0] if row else None


def _first(person: User, key: str, asked: str) -> HttpResponse:
    first = ApiAnswer.objects.filter(person=person, key=key).first()
    if first is None or first.status is None:
        raise Problem(409, "api.key_busy", headers={"Retry-After": "2"})
    if first.asked != asked:
        raise Problem(409, "api.key")
    response = HttpResponse(first.body, status=first.status, headers=first.headers)
    response[REPLAYED] = "true"
    return response


def _keep(mine: int, response: HttpResponse) -> None:
    headers = {name: response.headers[name] for name in HEADERS if name in response.headers}
    ApiAnswer.objects.filter(pk=mine).update(
        status=response.status_code, body=response.content.decode(), headers=headers
    )


@sensitive_variables("body", "plain")
def _digest(request: HttpRequest) -> str:
    """What was asked, without what must be kept nowhere; keyed, so that nobody can guess a body from it."""
    body = b"" if request.content_type == "multipart/form-data" else request.body
    if request.content_type != RAW and any(word.encode() in body for word in SECRET):
        body = _plain(body)
    said = [request.method, request.get_full_path(), request.headers.get("If-Match", ""), body.hex()]
    said += [f"{name}={text}" for name, texts in sorted(request.POST.lists()) for text in texts]
    files = ((name, file) for name, several in sorted(request.FILES.lists()) for file in several)
    said += [f"{name}={file.name}:{_content(file)}" for name, file in files]
    return hmac.new(settings.SECRET_KEY.encode(), json.dumps(said).encode(), hashlib.sha256).hexdigest()


def _content(file: UploadedFile) -> str:
    """The digest of a file that came; it is read again by whoever keeps it."""
    digest = hashlib.sha256()
    for chunk in file.chunks():
        digest.update(chunk)
    file.seek(0)
    return digest.hexdigest()


@sensitive_variables("body", "said")
def _plain(body: bytes) -> bytes:
    try:
        said: Any = json.loads(body)
    except (ValueError, RecursionError):
        return b""
    if not isinstance(said, dict):
        return b""
    return json.dumps(
        {name: value for name, value in said.items() if name not in SECRET}, sort_keys=True
    ).encode()
