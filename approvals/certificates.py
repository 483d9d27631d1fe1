"""Certificates before they are needed: in the week before a month is due, each signer's is looked at, and he is told."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from asn1crypto import x509
from django.db import connection
from django.urls import reverse

from approvals import notices
from approvals.models import Signatory
from approvals.signing import SigningRefused
from approvals.signing_backends import backend_of
from approvals.signing_making import standing
from ledger.clock import now as database_now
from ledger.recording import recorded
from registry.models import Office, Post, User
from submissions.models import Period
from wording.sentences import say

AHEAD = timedelta(days=7)
AGAIN = timedelta(hours=20)  # once a day, at whatever hour the task comes by
GOOD, ENDS, UNKNOWN, UNSET, UNANSWERED = (
    "cert.good",
    "cert.ends",
    "cert.unknown",
    "cert.unset",
    "cert.unanswered",
)
FINE = (GOOD, UNKNOWN)
FOUND = {
    "sign.expired": "cert.expired",
    "sign.revoked": "cert.revoked",
    "sign.untrusted": "cert.untrusted",
    "sign.service_down": UNANSWERED,
    "sign.service_timeout": UNANSWERED,
    "sign.service_failed": UNANSWERED,
    "sign.service_account": UNANSWERED,
    "sign.module_busy": UNANSWERED,
}

# Whoever may sign what is not signed yet, found as the law finds him: by the tiers of each report's own route.
SIGNERS = """
SELECT DISTINCT p.id, o.person_id FROM submissions_period p JOIN submissions_report r ON r.period_id = p.id
  JOIN registry_budgetitem i ON i.id = r.item_id JOIN registry_unit u ON u.id = i.unit_id
  JOIN workflow_tier t ON t.route_id = r.route_id AND t.verb = 'sign' JOIN registry_office o ON o.role = t.role
  JOIN registry_unit h ON h.id = o.unit_id AND h.government_id = u.government_id
  LEFT JOIN approvals_signatory s ON s.person_id = o.person_id
WHERE (s.checked_at IS NULL OR s.checked_at <= %(before)s)
  AND p.closed_at IS NULL AND p.sign_due > %(now)s AND p.sign_due <= %(until)s
  AND r.state IN ('draft', 'returned', 'submitted', 'verified')
  AND CASE t.scope WHEN 'self' THEN u.id = h.id WHEN 'parent' THEN u.parent_id = h.id WHEN 'agency' THEN u.agency_id = h.id
    WHEN 'item' THEN coalesce(u.agency_id, u.id) = coalesce(h.agency_id, h.id) WHEN 'government' THEN h.parent_id IS NULL
    ELSE h.code = t.unit END
ORDER BY 1, 2"""


@dataclass(frozen=True, slots=True)
class Heard:
    """What a backend says of a certificate."""

    status: str
    valid_to: datetime | None = None
    serial: str = ""


def check() -> int:
    """Ask the backend of everybody who has to sign within a week, keep the answers and tell them. Returns how many."""
    now = database_now()
    periods: dict[int, list[int]] = defaultdict(list)
    with connection.cursor() as cursor:
        cursor.execute(SIGNERS, {"now": now, "until": now + AHEAD, "before": now - AGAIN})
        for period, person in cursor.fetchall():
            periods[person].append(period)
    people = User.objects.filter(pk__in=periods, is_active=True)
    months = Period.objects.select_related("agency").in_bulk(
        {pk for found in periods.values() for pk in found}
    )
    for person in people.order_by("pk"):
        due = sorted((months[pk] for pk in periods[person.pk]), key=lambda one: one.sign_due)
        _check_one(person, due, now)
    return len(people)


def _check_one(person: User, periods: Sequence[Period], now: datetime) -> None:
    heard = ask(person)  # before any transaction: a service may take its time
    with recorded(None):
        found = Signatory.objects.select_for_update().filter(person=person).first() or Signatory(
            person=person
        )
        found.status, found.checked_at = heard.status, now
        found.valid_to, found.certificate_serial = heard.valid_to, heard.serial
        found.save()
        for period in periods:
            _tell(person, period, outlook(heard, period))


def outlook(heard: Heard, period: Period) -> str:
    """What the certificate means for a period: one that is good today may end before the month is due."""
    ends = heard.status == GOOD and heard.valid_to and heard.valid_to < period.sign_due
    return ENDS if ends else heard.status


def ask(person: User) -> Heard:
    """What the person's backend says of his certificate today; never raises."""
    try:
        answer = backend_of(person).asked()
        return Heard(answer) if isinstance(answer, str) else _judged(answer)
    except SigningRefused as refused:
        return Heard(FOUND.get(refused.code, UNSET))


def _judged(certificate: x509.Certificate) -> Heard:
    until, serial = certificate.not_valid_after, f"{certificate.serial_number:x}"
    try:
        standing(certificate)
    except SigningRefused as refused:
        return Heard(FOUND.get(refused.code, UNSET), until, serial)
    return Heard(GOOD, until, serial)


def _tell(person: User, period: Period, status: str) -> None:
    """Once for a period that all is well, and once that it is not; the bureau only hears of the latter."""
    fine = status in FINE
    params = {"month": str(period), "due_at": period.sign_due.isoformat()}
    event = f"certificate:{period.pk}:{person.pk}:{'fine' if fine else 'trouble'}"
    to_sign = reverse("approvals:to_sign")
    notices.tell(
        event=event,
        code=status.replace("cert.", "cert.due."),
        to=notices.everyone([person], params, to_sign),
        urgent=not fine,
    )
    if not fine:
        about = params | {"person": person.name, "agency": period.agency.name}
        bureau = [one for one in _bureau(period) if one.pk != person.pk]
        told = notices.everyone(bureau, about, reverse("approvals:notices"))
        notices.tell(event=f"{event}:bureau", code="cert.bureau", to=told)


def _bureau(period: Period) -> Iterable[User]:
    government = period.agency.government_id
    offices = Office.objects.filter(role=Post.Role.OVERSIGHT, unit__government=government)
    return User.objects.filter(pk__in=offices.values("person"), is_active=True).order_by("pk")


def shown(person: User) -> dict[str, Any] | None:
    """What was last heard of a person's certificate, for the page of what he has to sign; None before it was asked."""
    found = Signatory.objects.filter(person=person).exclude(status="").first()
    if found is None:
        return None
    status, until = found.status, found.valid_to
    if status == GOOD and until:
        status = "cert.expired" if until < datetime.now(UTC) else "cert.good_until"
    sentence = say(status, {"valid_to_at": until.isoformat() if until else None})
    good = status.startswith(GOOD)
    return {"sentence": sentence, "hue": "green" if good else "amber", "at": found.checked_at}
