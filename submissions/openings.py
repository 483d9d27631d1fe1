"""Who has looked at a submitted report: from then on its officer cannot take it back (domain.md 2.6)."""

from collections.abc import Mapping

from django.db.models import F

from submissions.holding import Where
from submissions.models import Opening
from wording.sentences import say
from workflow.route import SUBMITTED


def opened(holders: Mapping[int, Where]) -> dict[int, str]:
    """For each report that waits and was opened where it waits: by whom, in which office, when; by report id."""
    rows = (
        Opening.objects.filter(report__in=list(holders), report__state=SUBMITTED, step=F("report__step"))
        .select_related("person")
        .order_by("report", "at")
        .distinct("report")
    )
    return {one.report_id: sentence(one, holders[one.report_id]) for one in rows}


def sentence(one: Opening, holder: Where) -> str:
    """ "Opened by Budi Wiratmaka, Kepala Bidang ..., on ...; it can no longer be recalled." """
    own = (place.office for place in holder.holders if place.person == one.person.name)
    office = next(own, holder.office)
    return say(
        "review.opened", {"person": one.person.name, "office": office, "opened_at": one.at.isoformat()}
    )
