"""Who is told what about packs: what waits for an office, what came back, what was accepted. In the app and by mail."""

from collections.abc import Sequence

from django.db import connection
from django.urls import reverse

from approvals.models import Notice
from indicators.models import Pack
from ledger.clock import now
from ledger.recording import recorded
from registry.models import User
from workflow.models import Decision, Outbox

WAITS, RETURNED, PUBLISHED = "pack.waits", "pack.returned", "pack.published"
HOLDERS = "SELECT o.person_id FROM indicators_holder h JOIN registry_office o ON o.post_id = h.post_id WHERE h.pack_id = %s"
SUBMITTERS = """
SELECT d.actor_id FROM workflow_decision d JOIN django_content_type c ON c.id = d.content_type_id
WHERE c.app_label = 'indicators' AND c.model = 'pack' AND d.object_id = %s AND d.verb = 'submit'"""
TOLD = {WAITS: HOLDERS, RETURNED: f"{HOLDERS} UNION {SUBMITTERS}", PUBLISHED: SUBMITTERS}


def tell(row: Outbox) -> None:
    """Tell those whom it concerns; a second time tells nobody anything new, and what has moved on meanwhile nobody at all."""
    pack = Pack.objects.select_related("unit", "fiscal_year").get(pk=row.payload["id"])
    if row.topic == WAITS and pack.step != row.payload["step"] + 1:
        return
    decision = Decision.objects.get(
        content_type__app_label="indicators",
        content_type__model="pack",
        object_id=pack.pk,
        step=row.payload["step"] + 1,
    )
    at, link = now(), reverse("indicators:pack", args=[pack.token])
    params = {
        "code": pack.unit.code,
        "name": pack.unit.name,
        "quarter": f"Q{pack.quarter} {pack.fiscal_year.label}",
        "person": decision.actor_name,
        "office": decision.post_title,
        "reason": decision.reason,
    }
    with recorded(None):
        Notice.objects.bulk_create(
            [
                Notice(
                    key=f"{row.key}:{person.pk}", person=person, code=f"notice.{row.topic}", params=params, link=link,
                    created_at=at,
                )
                for person in _people(row.topic, pack)
                if person.pk != decision.actor_id
            ],
            ignore_conflicts=True,
        )  # fmt: skip
        told = Notice.objects.filter(key__startswith=f"{row.key}:").values_list("pk", flat=True)
        # Each letter is a matter of its own: no mail server that is down takes the notice away, or tells anybody twice.
        Outbox.objects.bulk_create(
            [
                Outbox(
                    key=f"notice.mail:{pk}",
                    topic="notice.mail",
                    payload={"id": pk},
                    created_at=at,
                    not_before=at,
                )
                for pk in told
            ],
            ignore_conflicts=True,
        )


def _people(topic: str, pack: Pack) -> Sequence[User]:
    statement = TOLD[topic]
    with connection.cursor() as cursor:
        cursor.execute(statement, [pack.pk] * statement.count("%s"))
        people = [pk for (pk,) in cursor.fetchall()]
    return list(User.objects.filter(pk__in=people, is_active=True).order_by("pk"))
