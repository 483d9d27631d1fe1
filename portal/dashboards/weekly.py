"""The weekly summary: one letter to each leader on the first working day of the week, with the figures of that morning.

It is made once for each week, whatever is retried, and says the figures of the moment in which it is sent. A mail program shows
no drawing of ours inside a mail: the curves stand in a table, and the pictures come along as files.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.db.models import Count, Q, QuerySet, Sum
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from approvals import letters, unsubscribing
from approvals.gathering import morning_of
from approvals.letter_words import headers
from approvals.models import Letter
from ledger.clock import now
from ledger.recording import recorded
from portal import selectors
from portal.charts import Bar, bars, percent
from portal.dashboards import decisions, overview, rankings
from portal.dashboards.asked import Asked
from portal.dashboards.reading import Numbers, numbers
from portal.selectors import Sight, sight_of
from registry.models import Government, User
from registry.selectors import leaders
from submissions.formulas import colour
from submissions.models import Report, ReportLine
from wording import ways
from wording.numbers import money, points
from wording.words import COLOURS
from workflow.models import Outbox
from workflow.outbox import nudge
from workflow.route import PUBLISHED, SUPERSEDED

TOPIC = "letter.weekly"  # of the outbox
WEEK = timedelta(days=7)
NAMED = 10  # agencies by name; the board has them all


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the letter, and where it leads."""

    text: str
    url: str


def make() -> int:
    """Make this week's letters on its first working morning, each once; returns how many."""
    at = now()
    made = 0
    for government in Government.objects.order_by("pk"):
        morning = morning_of(government, at)
        if morning and morning.first_of_week:
            made += _letters(government, f"{morning.day:%G-W%V}")
    return made


def post(row: Outbox) -> None:
    """Send one of them. A delivery of the outbox."""
    here = Government.objects.get(pk=row.payload["government"])
    letters.deliver(row, lambda letter: _ready(letter, here))


def readers(government: Government) -> QuerySet[User]:
    """Leaders with an address who did not switch it off."""
    off = Q(preference__weekly=False)
    return leaders(government).exclude(email="").exclude(off).order_by("pk")


def compose(letter: Letter, here: Government) -> EmailMultiAlternatives | None:
    """The mail: text, HTML and the pictures as files; None before any month is open."""
    zone = timezone.override(here.time_zone)
    with translation.override(letter.person.language), zone, ways.of(here):
        question, sight = _question(here), sight_of(letter.person)
        if question is None:
            return None
        read = numbers(question, sight)
        stop = unsubscribing.address(letter.person, unsubscribing.WEEKLY)
        words = _words(question, read, sight) | {
            "name": letter.person.name,
            "stop_url": stop,
            "settings_url": _full(reverse("approvals:notice_settings")),
        }
        subject = _("Jenjang: the week in figures, %(month)s") % {"month": question.month.label}
        message = EmailMultiAlternatives(
            subject,
            render_to_string("mail/weekly.txt", words),
            to=[letter.person.email],
            headers=headers(letter, stop),
        )
        message.attach_alternative(
            render_to_string("mail/weekly.html", words | {"subject": subject}), "text/html"
        )
        for measure, chart in zip(("physical", "money", "behind"), words["charts"], strict=False):
            message.attach(f"{question.month.slug}-{measure}.svg", chart.alone, "image/svg+xml")
    return message


def _letters(government: Government, week: str) -> int:
    """One letter and its row of the outbox for each reader; a fixed number of statements."""
    at = now()
    with recorded(None):
        # Who comes second waits here, and then finds the letters made.
        people = list(readers(government).select_for_update(of=("self",)).values_list("pk", flat=True))
        keys = {f"weekly:{government.pk}:{person}:{week}": person for person in people}
        known = set(Letter.objects.filter(key__in=keys).values_list("key", flat=True))
        fresh = Letter.objects.bulk_create(
            Letter(key=key, person_id=person, digest=True, created_at=at)
            for key, person in keys.items()
            if key not in known
        )
        Outbox.objects.bulk_create(
            Outbox(
                key=f"{TOPIC}:{one.pk}", topic=TOPIC, payload={"id": one.pk, "government": government.pk},
                created_at=at, not_before=at,
            )
            for one in fresh
        )  # fmt: skip
        if fresh:
            nudge()
    return len(fresh)


def _ready(letter: Letter, here: Government) -> letters.Ready | None:
    """Nothing for who is no leader any more, or switched it off since."""
    if not readers(here).filter(pk=letter.person_id).exists():
        return None
    message = compose(letter, here)
    return letters.Ready(lambda: message, here) if message else None


def _question(here: Government) -> Asked | None:
    """The newest month with published figures, else the newest that is open."""
    years = selectors.years(here)
    for published in (True, False):
        month, opened = selectors.newest_month(years, published=published)
        if month:
            return Asked(month, opened)
    return None


def _words(question: Asked, read: Numbers, sight: Sight) -> dict[str, Any]:
    address = f"{_full(reverse('portal:overview'))}?{question.query()}"
    worst = rankings.worst(rankings.classes(question, read))
    behind = [bars(_("Absorption of those furthest behind, beside its plan"), [_bar(one) for one in worst])]
    return {
        "headline": overview.headline(question, read),
        "figures": _figures(read),
        "changes": _changes(question, now() - WEEK),
        "worst": [_behind(one) for one in worst],
        "waiting": [Line(text, _full(url)) for text, url in decisions.weekly(question.view(sight))],
        "missing": _missing(read),
        "charts": [*overview.charts(question, read), *(behind if worst else [])],
        "overview_url": address,
        "board_url": f"{_full(reverse('board:board'))}?month={question.month.slug}",
        "decisions_url": _full(reverse("dashboards:decisions")),
    }


def _figures(read: Numbers) -> list[str]:
    """Money and work beside their plans, with what they stand on."""
    total = read.total
    cover = total.coverage
    return [
        _("Absorption: %(reported)s of the ceiling that reported (%(covered)s of the ceiling), %(whole)s of the total ceiling")
        % {"reported": percent(cover.of_reported), "covered": percent(cover.covered), "whole": percent(cover.of_total)},
        _("Physical progress: %(actual)s, plan %(plan)s%(word)s")
        % {
            "actual": percent(total.physical), "plan": percent(total.planned_physical),
            "word": _word(colour(total.deviation_physical)),
        },
        _("Realised to date: %(money)s") % {"money": money(total.realised, currency=ways.current().currency)},
    ]  # fmt: skip


def _changes(question: Asked, since: datetime) -> str:
    """What was published since then: reports, agencies, money, and corrections."""
    fresh = Report.objects.filter(
        period__fiscal_year=question.year, published_at__gte=since, state__in=(PUBLISHED, SUPERSEDED)
    )
    counted = fresh.aggregate(
        reports=Count("pk"),
        agencies=Count("period__agency", distinct=True),
        corrected=Count("pk", filter=Q(revision__gt=0)),
    )
    if not counted["reports"]:
        return _("Nothing was published in the last seven days.")
    spent = ReportLine.objects.filter(report__in=fresh.filter(revision=0)).aggregate(sum=Sum("realized"))[
        "sum"
    ]
    said = ngettext(
        "In the last seven days %(reports)s report of %(agencies)s agencies was published, with %(money)s.",
        "In the last seven days %(reports)s reports of %(agencies)s agencies were published, with %(money)s.",
        counted["reports"],
    ) % {**counted, "money": money(spent, currency=ways.current().currency)}
    if not counted["corrected"]:
        return said
    more = ngettext(
        "%(corrected)s of them corrects an earlier one.",
        "%(corrected)s of them correct earlier ones.",
        counted["corrected"],
    )
    return f"{said} {more % counted}"


def _behind(place: rankings.Place) -> Line:
    """One of those furthest behind: work and money beside the plan."""
    total = place.unit.total
    said = _("%(unit)s: physical %(physical)s (%(work)s points), absorption %(absorption)s (%(money)s points)") % {
        "unit": place.unit.unit_name, "physical": percent(total.physical), "work": points(total.deviation_physical),
        "absorption": percent(total.absorption), "money": points(total.deviation_money),
    }  # fmt: skip
    return Line(said, f"{_full(reverse('portal:overview'))}{place.url}")


def _bar(place: rankings.Place) -> Bar:
    total = place.unit.total
    return Bar(place.unit.unit_name, total.absorption, total.planned_money)


def _missing(read: Numbers) -> dict[str, Any]:
    """Who has not reported everything: the first by name, and how many more."""
    rows = [row for row in read.rows if row.total.required and not row.total.complete]
    said = _("%(unit)s: %(counted)s of %(required)s reports")
    named: Sequence[str] = [
        said % {"unit": row.unit_name, "counted": row.total.reported, "required": row.total.required}
        for row in rows[:NAMED]
    ]
    return {"named": named, "more": len(rows) - len(named), "count": len(rows)}


def _word(band: str | None) -> str:
    return f", {COLOURS[band]}" if band else ""


def _full(url: str) -> str:
    return f"{settings.PUBLIC_URL}{url}"
