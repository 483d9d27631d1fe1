"""A report's proof as a file to take away."""

from django.http import FileResponse, HttpRequest, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.views.decorators.http import require_safe

from audit import proof, selectors
from audit.dossier import dossier
from audit.reach import reach
from audit.readings import note


@require_safe
def download(request: HttpRequest, token: str) -> HttpResponseBase:
    """The ZIP file; back to the dossier, which says so, while the newest events wait for their seal."""
    person, paths = reach(request.user)
    found = get_object_or_404(selectors.reports_within(paths), token=token)
    note(person, "proof", token)
    try:
        content = proof.bundle(dossier(found))
    except (proof.NotYet, FileNotFoundError):
        return redirect(f"{reverse('audit:report', args=[token])}?wait=1#proof")
    name = f"{found.item.sub_activity_code}-{found.period.first_day:%Y-%m}-{found.revision}-proof.zip"
    return FileResponse(content, as_attachment=True, filename=name, content_type="application/zip")
