"""Budi at his desk: what the tests of the desk share."""

import html
import re
from collections.abc import Sequence
from typing import Any

from django.test import Client

from ledger.recording import recorded
from registry.models import Post, User
from submissions.models import Report
from tests.cast import World
from tests.roads import office, person


def as_(who: Any) -> Client:
    """Somebody signed in, who reads English."""
    with recorded(None):
        User.objects.filter(pk=who.pk).update(language="en")
        who.refresh_from_db()
    client = Client()
    client.force_login(who, backend="django.contrib.auth.backends.ModelBackend")
    return client


def plain(cast: World, count: int, start: int = 1, **options: Any) -> list[Report]:
    """`count` submitted reports of January about which nothing is unusual."""
    codes = [f"1.03.10.2.01.{number:04}" for number in range(start, start + count)]
    cast.plan(codes, ceilings=(1000,), **options)
    cast.open()
    reports = list(Report.objects.filter(item__sub_activity_code__in=codes).order_by("pk"))
    cast.submitted(reports, 50)
    return reports


def unusual(cast: World, number: int = 900, **options: Any) -> Report:
    """One submitted report with a warning: more than half of the ceiling in one month (V-15)."""
    item = cast.item(f"1.03.10.2.01.{number:04}", ceilings=(1000,), **options)
    cast.open()
    report = Report.objects.get(item=item)
    cast.submitted([report], 700, increment=60)
    return report


def ticked(cast: World, reports: Sequence[Report]) -> dict[str, Any]:
    """What the page posts when these are ticked."""
    return {"report": [one.pk for one in reports]} | {
        f"version-{pk}": version for pk, version in cast.versions(reports).items()
    }


def pin_of(page: Any) -> dict[str, Any]:
    """What the page posts with "all in this filter"."""
    context = page.context
    return {"do": "all", "pin": context["pin"], "filter": context["filter"], "key": context["key"]}


def confirmed(client: Client, page: Any, address: str = "/inbox/") -> Any:
    """All of the page's filter, confirmed; the page with the result."""
    asked = client.post(address, pin_of(page))
    assert asked.status_code == 200, asked
    sent = {"pin": asked.context["pin"], "key": asked.context["key"], "filter": asked.context["filter"]}
    return client.post(address, {"do": "all", "confirmed": "1", **sent}, follow=True)


def states(reports: Sequence[Report]) -> list[str]:
    return sorted(Report.objects.filter(pk__in=[one.pk for one in reports]).values_list("state", flat=True))


def shown(page: Any) -> list[str]:
    """The last digits of the sub-activities in the list, in its order."""
    return [row["code"][-4:] for row in page.context["rows"]]


def second_officer(cast: World) -> tuple[User, Post]:
    """Joko, another officer of Budi's section."""
    post = office(cast, "officer", "PPTK Jembatan")
    cast.posts["joko"] = post
    return person(cast, "joko", "Joko Telaga", post), post


def plain_text(page: Any) -> str:
    """What a page says, without its marks."""
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", page.content.decode())).split())
