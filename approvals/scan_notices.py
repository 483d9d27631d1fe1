"""Officers are told when a scanner finds a virus in a file of theirs: one notice and one letter each."""

from django.urls import reverse

from approvals.notices import everyone
from approvals.notices import tell as tell_all
from registry.models import Office, Post, User
from submissions.models import Evidence
from workflow.models import Outbox


def tell(row: Outbox) -> None:
    """Tell who attached an infected file and who enters its report now; a second time tells nobody anything new."""
    file = (
        Evidence.objects.select_related("report__item", "report__period").filter(pk=row.payload["id"]).first()
    )
    if file is None:
        return  # removed before the scanner answered
    report = file.report
    params = {
        "code": report.item.sub_activity_code,
        "month": str(report.period),
        "name": file.original_name,
        "found": row.payload["found"],
    }
    held = Office.objects.filter(post=report.item.officer_post_id, role=Post.Role.OFFICER).values("person")
    people = User.objects.filter(pk__in=held) | User.objects.filter(
        pk=file.uploaded_by_id, pk__in=Office.objects.values("person")
    )
    tell_all(
        event=row.key,
        code="notice.evidence.infected",
        to=everyone(
            people.distinct(), params, f"{reverse('submissions:entry', args=[params['month']])}#r{report.pk}"
        ),
        urgent=True,
    )
