"""Who is told what about packs: what waits for an office, what came back, what was accepted. In the app and by mail."""

from collections.abc import Sequence

from django.db import connection
from django.urls import reverse

from approvals.models import Notice
from approvals.notices import everyone
from approvals.notices import tell as tell_all
from indicators.models import Pack
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
    params = {
        "code": pack.unit.code,
        "name": pack.unit.name,
        "quarter": f"Q{pack.quarter} {pack.fiscal_year.label}",
        "person": decision.actor_name,
        "office": decision.post_title,
        "reason": decision.reason,
    }
    people = [one for one in _people(row.topic, pack) if one.pk != decision.actor_id]
    tell_all(
        event=row.key,
        code=f"notice.{row.topic}",
        to=everyone(people, params, reverse("indicators:pack", args=[pack.token])),
        urgent=row.topic == RETURNED,
    )


def still_waits(notice: Notice) -> bool:
    """Whether a pack still waits where a notice says so."""
    _topic, pk, step, _person = notice.key.split(":")
    return Pack.objects.filter(pk=pk, step=int(step) + 1).exists()


def _people(topic: str, pack: Pack) -> Sequence[User]:
    statement = TOLD[topic]
    with connection.cursor() as cursor:
        cursor.execute(statement, [pack.pk] * statement.count("%s"))
        people = [pk for (pk,) in cursor.fetchall()]
    return list(User.objects.filter(pk__in=people).order_by("pk"))
