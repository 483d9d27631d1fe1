"""Who may read the auditors' pages, and what they cost."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from audit.models import Reading
from registry import grants
from submissions import comments
from tests.audit.conftest import Past
from tests.cast import World

METHODS = ("post", "put", "patch", "delete", "options")


def urls_of(past: Past) -> list[str]:
    return [
        reverse("audit:home"),
        reverse("audit:report", args=[past.report.token]),
        f"{past.url}?a=1&b=4&check=1&files=1",
    ]


def test_dewi_reads_every_page(past: Past, client: Client) -> None:
    client.force_login(past.cast.dewi)
    assert [client.get(url).status_code for url in urls_of(past)] == [200, 200, 200]


@pytest.mark.parametrize("stranger", ["ani", "budi", "citra", "eko", "fitri", "gita"])
def test_who_audits_nothing_finds_nothing(past: Past, client: Client, stranger: str) -> None:
    client.force_login(past.cast.people[stranger])
    assert [client.get(url).status_code for url in urls_of(past)] == [404, 404, 404]


def test_a_superuser_audits_only_by_a_grant(past: Past, client: Client) -> None:
    client.force_login(past.cast.root)
    assert [client.get(url).status_code for url in urls_of(past)] == [404, 404, 404]
    grants.give(grants.AUDIT, past.cast.root, past.cast.agency)
    assert [client.get(url).status_code for url in urls_of(past)] == [200, 200, 200]


@pytest.mark.parametrize("right", [grants.SEE, grants.OVERSEE])
def test_seeing_is_not_auditing(past: Past, client: Client, right: str) -> None:
    grants.give(right, past.cast.gita, past.cast.agency)
    client.force_login(past.cast.gita)
    assert [client.get(url).status_code for url in urls_of(past)] == [404, 404, 404]


def test_an_auditor_of_another_agency_finds_the_home_page_without_this_report(
    past: Past, client: Client
) -> None:
    grants.give(grants.AUDIT, past.cast.gita, past.cast.other_agency)
    client.force_login(past.cast.gita)
    home, report, compared = (client.get(url) for url in urls_of(past))
    assert (home.status_code, report.status_code, compared.status_code) == (200, 404, 404)
    assert client.get(f"{past.url}proof/").status_code == 404
    assert past.report.token not in home.content.decode()
    assert "Budi Wiratmaka" not in home.content.decode()


def test_a_grant_that_was_taken_back_counts_no_more(past: Past, client: Client) -> None:
    grants.give(grants.AUDIT, past.cast.gita, past.cast.agency)
    client.force_login(past.cast.gita)
    assert client.get(past.url).status_code == 200
    grants.take(grants.AUDIT, past.cast.gita, past.cast.agency)
    assert client.get(past.url).status_code == 404


@pytest.mark.parametrize("method", METHODS)
def test_nothing_can_be_sent_to_the_pages(past: Past, client: Client, method: str) -> None:
    client.force_login(past.cast.dewi)
    urls = [*urls_of(past), f"{past.url}proof/"]
    assert [getattr(client, method)(url).status_code for url in urls] == [405] * 4


def test_a_visitor_is_asked_to_sign_in(past: Past, client: Client) -> None:
    for url in urls_of(past):
        answer = client.get(url)
        assert (answer.status_code, answer["Location"].startswith("/accounts/login/")) == (302, True)


def test_an_unknown_report_is_not_found(past: Past, client: Client) -> None:
    client.force_login(past.cast.dewi)
    assert client.get("/audit/reports/nothing-of-this-name/").status_code == 404


def test_the_list_costs_the_same_for_one_report_and_for_forty(
    cast: World, client: Client, statements: Callable[[], Any]
) -> None:
    cast.item()
    cast.submitted(cast.open())
    client.force_login(cast.dewi)
    client.get("/audit/")  # the first answer fills caches of content types
    with statements() as one:
        client.get("/audit/")
    cast.items(40)
    added = [report for report in cast.open() if report.state == "draft"]
    cast.submitted(added)
    with statements() as forty:
        answer = client.get("/audit/")
    assert answer.context["page"].paginator.count == 41
    assert len(forty) == len(one), f"{one}\n\n{forty}"


def test_a_story_costs_the_same_short_or_long(
    past: Past, client: Client, statements: Callable[[], Any]
) -> None:
    cast = past.cast
    cast.item("1.03.10.2.01.0052", ceilings=(10, 20, 30))
    short = next(report for report in cast.open() if report.state == "draft")
    cast.submitted([short])
    client.force_login(cast.dewi)
    client.get(past.url)
    with statements() as long_story:
        assert client.get(past.url).status_code == 200
    with statements() as short_story:
        assert client.get(f"/audit/reports/{short.token}/").status_code == 200
    assert len(long_story) == len(short_story), f"{long_story}\n\n{short_story}"


def test_a_dossier_costs_the_same_for_1_50_and_500_lines_and_versions(
    cast: World, client: Client, statements: Callable[[], Any]
) -> None:
    sizes = (1, 50, 500)
    for number, size in enumerate(sizes):
        cast.item(f"1.03.10.2.01.{number:04}", ceilings=(1_000_000,) * size)
    reports = cast.open()
    for report, size in zip(reports, sizes, strict=True):
        for amount in range(1, {1: 2, 50: 12, 500: 3}[size]):
            cast.entered([report], amount)
    client.force_login(cast.dewi)
    seen = {}
    for report, size in zip(
        [reports[0], *reports], (0, *sizes), strict=True
    ):  # the first answer fills caches
        with statements() as seen[size]:
            answer = client.get(f"/audit/reports/{report.token}/?a=1&b=2")
        assert (answer.status_code, len(answer.context["versions"]["lines"])) == (200, max(size, 1))
    assert len({len(seen[size]) for size in sizes}) == 1, f"{seen[1]}\n\n{seen[500]}"


def test_reading_is_on_the_record(past: Past, client: Client) -> None:
    client.force_login(past.cast.dewi)
    client.get(f"{past.url}?a=1&b=2")
    client.get(f"{past.url}proof/")
    told = list(Reading.objects.order_by("pk").values_list("person__username", "page", "subject", "query"))
    assert told == [
        ("dewi", "report", past.report.token, "a=1&b=2"),
        ("dewi", "proof", past.report.token, ""),
    ]


def test_before_the_first_seal_nothing_can_be_checked_or_taken_away(past: Past, client: Client) -> None:
    client.force_login(past.cast.dewi)
    answer = client.get(f"{past.url}proof/")
    assert (answer.status_code, answer["Location"]) == (302, f"{past.url}?wait=1#proof")
    page = client.get(f"{past.url}?check=1&wait=1")
    assert "It cannot be checked now" in page.content.decode()
    assert "The ledger has not been sealed yet" in page.content.decode()
    assert page.context["waiting"] > 10


def listed(client: Client, query: str) -> list[str]:
    return [report.token for report in client.get(f"/audit/?{query}").context["page"]]


def test_she_searches_by_unit_month_state_and_words(past: Past, client: Client) -> None:
    cast, token = past.cast, past.report.token
    client.force_login(cast.dewi)
    for query in (
        f"unit={cast.agency.pk}",
        "month=2026-01-01",
        "state=verified",
        "words=rutin",
        "words=10.2.01.0051",
        "words=pekerjaan+JALAN",
        f"unit={cast.agency.pk}&month=2026-01-01&state=verified&words=jalan",
    ):
        assert listed(client, query) == [token], query
    for query in (f"unit={cast.other_agency.pk}", "state=draft", "words=jembatan", "words=%25"):
        assert listed(client, query) == [], query


@pytest.mark.parametrize(
    "query", ["unit=abc", "month=2026-13-99", "state=secret", "page=99999", "page=x", "words=%00"]
)
def test_a_value_that_does_not_exist_narrows_nothing(past: Past, client: Client, query: str) -> None:
    client.force_login(past.cast.dewi)
    assert listed(client, query) == [past.report.token]


@pytest.mark.parametrize(
    "query", ["a=1", "a=1&b=99", "a=x&b=y", "a=-1&b=2", f"a={'9' * 5000}&b=1", "a=²&b=1"]
)
def test_versions_that_do_not_exist_are_not_compared(past: Past, client: Client, query: str) -> None:
    client.force_login(past.cast.dewi)
    answer = client.get(f"{past.url}?{query}")
    assert (answer.status_code, answer.context["shown"]) == (200, ["1", "2", "3", "4"])


def test_what_was_said_about_a_cell_stands_in_its_story(cast: World, client: Client) -> None:
    cast.item(ceilings=(90_000_000,))
    (report,) = cast.open()
    cast.submitted([report], 4_000_000)
    line = report.lines.get()
    comments.say(
        actor=cast.budi, report=report, version=cast.versions([report])[report.pk], mark=f"line-{line.pk}",
        text="Bandingkan dengan SP2D nomor 17",
    )  # fmt: skip
    client.force_login(cast.dewi)
    page = client.get(f"/audit/reports/{report.token}/").content.decode()
    assert "Bandingkan dengan SP2D nomor 17" in page
    assert "Budi Wiratmaka" in page and "Kepala Bidang Bina Marga" in page
    assert f"line-{line.pk}" not in page.split("Bandingkan")[0][-2000:]
