"""Files in parts, asked for by the entry page's script: begin, how far, here is more. JSON both ways, sentences for people."""

import json
import re
from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse, UnreadablePostError
from django.shortcuts import get_object_or_404
from django.template.loader import render_to_string
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from registry.models import User
from submissions import uploads as arriving
from submissions.evidence import FileRefused
from submissions.evidence_forms import read_said
from submissions.evidence_rows import file_row, with_scans
from submissions.models import Evidence, Report, Upload
from submissions.offline import person_mark
from wording.sentences import say
from workflow.engine import Refused

KEY = re.compile(r"[A-Za-z0-9-]{8,64}")
LONGEST_QUESTION = 16 * 1024
STATUS = {
    "evidence.disk": 507,
    "upload.offset": 409,
    "upload.key": 409,
    "upload.many": 429,
    "upload.asked": 400,
}


@require_POST
@never_cache
@login_not_required
def uploads(request: HttpRequest) -> JsonResponse:
    """Announce a file of a report; 201 with its address, or 200 when the same key announced it before."""
    user = _asking(request)
    if user is None:
        return _ended()
    try:
        asked = _asked(request)
        report = get_object_or_404(Report.objects.visible_to(user), pk=asked.pop("report"))
        upload = arriving.begin(actor=user, report=report, **asked)
    except (FileRefused, Refused) as refused:
        return _refusal(refused)
    return _far(upload, 200 if upload.received or upload.evidence_id else 201)


@require_http_methods(["GET", "HEAD", "PATCH"])
@never_cache
@login_not_required
def upload(request: HttpRequest, token: str) -> HttpResponse:
    """How far an upload is; PATCH with Upload-Offset adds a part, and the last part makes it evidence."""
    user = _asking(request)
    if user is None:
        return _ended()
    try:
        if request.method != "PATCH":
            return _far(arriving.reached(actor=user, token=token))
        part, offset = _part(request), request.headers.get("Upload-Offset", "")
        if not (offset.isascii() and offset.isdigit() and len(offset) < 15):
            raise FileRefused("upload.asked", {"value": "Upload-Offset"})
        reached = arriving.append(actor=user, token=token, offset=int(offset), part=part)
        if reached.received < reached.size and not reached.evidence_id:
            return _far(reached)
        return _kept(arriving.finish(actor=user, token=token))
    except Upload.DoesNotExist as error:
        raise Http404 from error
    except (FileRefused, Refused) as refused:
        return _refusal(refused)


def _asking(request: HttpRequest) -> User | None:
    """Who sends. A page that was opened by somebody else, who has signed out since, sends in nobody's name."""
    user = request.user
    if not isinstance(user, User):
        return None
    return user if request.headers.get("X-Person", person_mark(user)) == person_mark(user) else None


def _asked(request: HttpRequest) -> dict[str, Any]:
    """What `uploads.begin` takes, from JSON; raises FileRefused for what the page's script never sends."""
    try:
        asked = json.loads(request.read(LONGEST_QUESTION))
        size, report = int(asked["size"]), int(asked["report"])
    except (ValueError, TypeError, KeyError, OverflowError, RecursionError, UnreadablePostError) as error:
        raise FileRefused("upload.asked", {"value": "JSON"}) from error
    key, kind = str(asked.get("key", "")), asked.get("kind")
    if not KEY.fullmatch(key):
        raise FileRefused("upload.asked", {"value": "key"})
    if not 0 <= size < 2**53 or not 0 < report < 2**63:
        raise FileRefused("upload.asked", {"value": "size"})
    # What a camera wrote and the page passed on may be anything; what cannot be read is left out, and can be said later.
    said, _errors = read_said(asked)
    return {
        "report": report,
        "name": str(asked.get("name", "")),
        "size": size,
        "kind": kind if kind in Evidence.Kind.values else Evidence.Kind.OTHER,
        "said": said,
        "key": key,
    }


def _part(request: HttpRequest) -> bytes:
    """The bytes of one request; when the line broke in the middle, those that came before it did."""
    parts: list[bytes] = []
    length = 0
    try:
        while length < arriving.LONGEST_PART and (part := request.read(64 * 1024)):
            parts.append(part)
            length += len(part)
    except UnreadablePostError:
        pass
    return b"".join(parts)[: arriving.LONGEST_PART]


def _far(upload: Upload, status: int = 200) -> JsonResponse:
    if upload.evidence:
        return _kept(upload.evidence)
    answer = {
        "url": reverse("submissions:upload", args=[upload.token]),
        "offset": upload.received,
        "size": upload.size,
    }
    return JsonResponse(answer, status=status, headers={"Upload-Offset": str(upload.received)})


def _kept(file: Evidence) -> JsonResponse:
    """The file as a row for the page's list, and the report's new version."""
    return JsonResponse(standing(file), headers={"Upload-Offset": str(file.bytes)})


def standing(file: Evidence) -> dict[str, Any]:
    """A file and its report as they stand now, for the script."""
    fresh = with_scans(Evidence.objects.filter(pk=file.pk)).get()
    row = render_to_string("submissions/evidence_row.html", {"file": file_row(fresh), "editable": True})
    return {"evidence": fresh.token, "row": row.strip(), **counted(file.report_id)}


def counted(report: int) -> dict[str, int]:
    """A report's version and how many files it has."""
    version = Report.objects.values_list("version", flat=True).get(pk=report)
    return {"report": report, "version": version, "count": Evidence.objects.filter(report=report).count()}


def _ended() -> JsonResponse:
    return JsonResponse({"login": reverse("account_login")}, status=401)


def _refusal(refused: FileRefused | Refused) -> JsonResponse:
    if isinstance(refused, Refused):
        first = refused.outcomes[0]
        return JsonResponse({"sentence": say(first.code, first.params), "closed": True}, status=409)
    answer = {"sentence": say(refused.code, refused.params)}
    if refused.code == "upload.offset":
        answer["offset"] = refused.params["received"]
    return JsonResponse(answer, status=STATUS.get(refused.code, 422))
