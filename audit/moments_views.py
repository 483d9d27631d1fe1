"""The page of past moments. It reads and nothing else."""

from typing import Any

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from audit import moments_forms, moments_pages, readings
from audit.moments import Moment
from audit.moments_forms import Asked
from audit.moments_subjects import KINDS, OFFICES, PUBLISHED, Subject, found
from audit.reach import reach
from wording.sentences import say
from workflow.route import PUBLISHED as PUBLIC

ROWS = 50


@require_safe
def moment(request: HttpRequest) -> HttpResponse:
    """Anything within the auditor's reach as it stood at a moment, rebuilt from the ledger's events."""
    person, paths = reach(request.user)
    form = moments_forms.asked(request.GET)
    subjects = found(paths, form.what, form.which) if form.complete else []
    if form.complete and not subjects:
        form.errors["which"] = say("moment.nothing", {"value": moments_forms.shown(form.which)})
    readings.note(person, "moment", form.which[:40].replace("\0", ""), request.GET.urlencode())
    context: dict[str, Any] = {"form": form, "kinds": KINDS, "subjects": subjects}
    if len(subjects) == 1 and form.moment:
        context |= _then(request, form, subjects[0], form.moment)
    return render(request, "audit/moment.html", context)


def _then(request: HttpRequest, form: Asked, subject: Subject, moment: Moment) -> dict[str, Any]:
    before = moments_pages.then(subject, moment)
    rows = before.rows
    if form.what == PUBLISHED:
        rows = moments_pages.public(before, PUBLIC)
    page = Paginator(rows, ROWS).get_page(request.GET.get("page"))
    query = request.GET.copy()
    query.pop("page", None)
    found: dict[str, Any] = {
        "subject": subject,
        "page": page,
        "base": f"{query.urlencode()}&",
        "rows": [moments_pages.shown(row, before.named) for row in page],
        "suspects": sum(row.suspect for row in rows),
        "moment": moment,
        "public": form.what == PUBLISHED and bool(rows),
    }
    if form.what == OFFICES:
        day = timezone.localdate(moment.at)
        today = moments_pages.then(subject, Moment(form.now))
        found |= {"day": day, "held": moments_pages.offices_on(day, before, today)}
    return found
