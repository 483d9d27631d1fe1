"""Who is told what: one notice per event and person, in the app and by mail, in the reader's language."""

from collections.abc import Sequence

from django.conf import settings
from django.core.mail import EmailMessage
from django.db import connection
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from approvals import digests
from approvals.models import Notice
from ledger.clock import now
from ledger.recording import recorded
from registry.models import User
from registry.selectors import government_of
from submissions.models import Report
from wording import ways
from wording.sentences import say
from workflow.models import Decision, Outbox

RETURNED = """
SELECT DISTINCT d.actor_id FROM workflow_decision d JOIN django_content_type c ON c.id = d.content_type_id
WHERE c.app_label = 'submissions' AND c.model = 'report' AND d.object_id = %s AND d.verb = 'submit'
UNION SELECT o.person_id FROM submissions_report r JOIN registry_budgetitem i ON i.id = r.item_id
  JOIN registry_office o ON o.post_id = i.officer_post_id WHERE r.id = %s"""


def tell(row: Outbox) -> None:
    """Tell the officers of a report what happened to it; a second time tells nobody anything new."""
    report = Report.objects.select_related("item", "period").get(pk=row.payload["id"])
    decision = Decision.objects.filter(
        content_type__app_label="submissions",
        content_type__model="report",
        object_id=report.pk,
        step=row.payload["step"] + 1,
    ).get()
    params = {
        "code": report.item.sub_activity_code,
        "name": report.item.sub_activity_name,
        "month": str(report.period),
        "person": decision.actor_name,
        "office": decision.post_title,
        "reason": decision.reason,
    }
    link = reverse("approvals:review", args=[report.token])
    with recorded(None):
        Notice.objects.bulk_create(
            [
                Notice(
                    key=f"{row.key}:{person.pk}",
                    person=person,
                    code=f"notice.{row.topic}",
                    params=params,
                    link=link,
                    created_at=now(),
                )
                for person in _officers(report)
                if person.pk != decision.actor_id
            ],
            ignore_conflicts=True,
        )
        # Each letter is a matter of its own: no mail server that is down takes the notice away, or tells anybody twice.
        Outbox.objects.bulk_create(
            [
                Outbox(
                    key=f"notice.mail:{notice}",
                    topic="notice.mail",
                    payload={"id": notice},
                    created_at=now(),
                    not_before=now(),
                )
                for notice in Notice.objects.filter(key__startswith=f"{row.key}:").values_list(
                    "pk", flat=True
                )
            ],
            ignore_conflicts=True,
        )


def _officers(report: Report) -> Sequence[User]:
    with connection.cursor() as cursor:
        cursor.execute(RETURNED, [report.pk, report.pk])
        people = [pk for (pk,) in cursor.fetchall()]
    return list(User.objects.filter(pk__in=people, is_active=True))


def mail(row: Outbox) -> None:
    """One mail for one notice; a failure to send rolls the mark back, and this letter alone is tried again."""
    notice = Notice.objects.select_related("person").get(pk=row.payload["id"])
    with recorded(None):
        mine = Notice.objects.filter(pk=notice.pk, mailed_at=None).update(mailed_at=now())
    if not mine or not notice.person.email:
        return
    if digests.is_digest(notice):
        subject, body = digests.letter(notice)
        EmailMessage(subject, body, to=[notice.person.email]).send()
        return
    here = government_of(notice.person)
    zone = timezone.override(here.time_zone if here else None)
    with translation.override(notice.person.language), zone, ways.of(here):
        sentence = say(notice.code, notice.params)
        words = {
            "name": notice.person.name,
            "sentence": sentence,
            "url": f"{settings.PUBLIC_URL}{notice.link}",
        }
        body = render_to_string("mail/notice.txt", words)
        subject = _("Jenjang: %(code)s %(name)s") % {
            "code": notice.params["code"],
            "name": notice.params["name"],
        }
        EmailMessage(" ".join(subject.split()), body, to=[notice.person.email]).send()
