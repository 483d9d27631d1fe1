"""What was given up, and what is failing: administrators see what it is, for whom and why it failed, not what it says."""

from collections.abc import Sequence
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from approvals.delivering import UNFINISHED
from approvals.models import Letter
from approvals.notices import LETTER, everyone, tell
from ledger.clock import now
from ledger.recording import recorded
from registry.models import User
from wording.notice_sentences import FAILURES, TOPICS
from wording.webhook_sentences import WHY
from workflow.models import Outbox
from workflow.outbox import nudge


def dead() -> QuerySet[Outbox]:
    """What was given up: over, and with a reason."""
    return Outbox.objects.exclude(done_at=None).exclude(last_error="").order_by("-done_at", "-pk")


def failing() -> QuerySet[Outbox]:
    """What failed and is still tried, without what is being tried just now."""
    tried = Outbox.objects.filter(done_at=None, attempts__gt=0)
    return tried.exclude(last_error__in=("", UNFINISHED)).order_by("pk")


def tell_of_dead_letters(day: str) -> None:
    """Once a day, as long as there are any: how many things were given up and wait for an administrator."""
    count = dead().count()
    if count:
        tell(
            event=f"outbox.dead:{day}",
            code="notice.outbox.dead",
            to=everyone(User.objects.filter(is_superuser=True).order_by("pk"), {"count": count}, "/outbox/"),
            urgent=True,
        )


def resend(*, actor: User, ids: Sequence[int] | None = None) -> int:
    """Try again from the beginning what was given up: these, or all. Returns how many; what is not dead stays as it is."""
    at = now()
    with recorded(actor):
        rows = dead() if ids is None else dead().filter(pk__in=ids)
        again = list(rows.select_for_update().order_by("pk"))
        for row in again:
            row.payload = {
                name: value
                for name, value in row.payload.items()
                if name not in ("failing_since", "unanswered")
            }
            row.payload["resent_by"] = actor.pk
            row.done_at, row.attempts, row.last_error, row.not_before = None, 0, "", at
        Outbox.objects.bulk_update(again, ["payload", "done_at", "attempts", "last_error", "not_before"])
        nudge()
    return len(again)


def shown(rows: Sequence[Outbox]) -> list[dict[str, Any]]:
    """Rows as the page shows them; one statement for all the letters among them."""
    letters = Letter.objects.filter(pk__in=[one.payload.get("id") for one in rows if one.topic == LETTER])
    people = dict(letters.values_list("pk", "person__name"))
    return [
        {
            "id": one.pk,
            "what": TOPICS.get(one.topic, one.topic),
            "whom": people.get(one.payload.get("id"), "") if one.topic == LETTER else "",
            "since": one.created_at,
            "attempts": one.attempts,
            "why": reason(one.last_error),
            "ended": one.done_at,
            "next": None if one.done_at else one.not_before,
        }
        for one in rows
    ]


def reason(error: str) -> str:
    """Why something failed, in words; an unknown kind of failure keeps its name."""
    kind, _space, code = error.partition(" ")
    words = FAILURES.get(kind) or WHY.get(kind)
    if words is None:
        return _("The program failed (%(kind)s).") % {"kind": kind}
    return f"{words} ({code})" if code else str(words)
