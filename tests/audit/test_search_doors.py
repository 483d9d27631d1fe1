"""Who may search, how far, what a search leaves behind, and what it costs."""

import csv
import io
import json
from collections.abc import Callable
from typing import Any
from urllib.parse import quote, urlencode

from django.db import connection
from django.test import Client
from django.utils import translation
from pytest import MonkeyPatch

from approvals.models import SavedFilter
from audit import search_files, search_found
from audit.models import Reading
from audit.search import Question
from audit.search_things import KIND_OF, KINDS
from ledger.recording import digest_of, recorded
from registry import grants
from registry.models import User
from tests.audit.conftest import Past
from tests.audit.search_story import SEARCH, Story, belonging, expected, image, ledger, numbers, quiet
from tests.audit.search_story import story as story
from tests.cast import World
from tests.settled import settled

URLS = (SEARCH, f"{SEARCH}events.csv", f"{SEARCH}events.json", "/audit/")


def read(client: Client, url: str) -> str:
    answer = client.get(url)
    assert answer.status_code == 200
    return b"".join(answer.streaming_content).decode()


def choices(page: Any, name: str) -> list[dict[str, Any]]:
    """What the form offers for one of its fields."""
    return next(list(one["options"]) for one in page.context["fields"] if one["name"] == name)


# --- Who, and how far ---------------------------------------------------------------------------------------


def test_who_audits_nothing_finds_no_search(past: Past, client: Client) -> None:
    for stranger in ("ani", "budi", "citra", "eko", "gita", "root"):
        client.force_login(past.cast.people[stranger])
        assert [client.get(url).status_code for url in URLS] == [404] * 4, stranger
        assert client.post(SEARCH, {"do": "keep", "name": "x", "query": ""}).status_code == 404
    client.logout()
    assert [client.get(url).status_code for url in URLS] == [302] * 4
    assert not SavedFilter.objects.exists() and not Reading.objects.exists()


def test_files_are_only_read(past: Past, client: Client) -> None:
    client.force_login(past.cast.dewi)
    for method in ("post", "put", "patch", "delete", "options"):
        assert [getattr(client, method)(url).status_code for url in URLS[1:]] == [405] * 3
    assert [
        getattr(client, method)(SEARCH).status_code for method in ("put", "patch", "delete", "options")
    ] == [405] * 4


def test_an_auditor_of_one_agency_sees_nothing_of_another(
    story: Story, client: Client, monkeypatch: MonkeyPatch
) -> None:
    cast = story.cast
    grants.give(grants.AUDIT, cast.gita, cast.other_agency)
    client.force_login(cast.gita)
    theirs = belonging(cast.other_agency)
    wanted = expected(lambda one: theirs(one) and not quiet(one))
    assert len(wanted) > 10
    for few in (search_found.FEW, -1):  # gathered, walked
        monkeypatch.setattr(search_found, "FEW", few)
        assert numbers(client) == wanted
        for query in ("who=ani", f"who={cast.budi.pk}", "kind=account", "kind=structure", "kind=route", "asked=self",
                      "asked=over", "words=0051", "kind=decision", "nobody=yes&kind=structure"):  # fmt: skip
            assert numbers(client, query) == [], query
        assert set(numbers(client, "kind=history")) == set(expected(lambda one: quiet(one) and theirs(one)))
        assert numbers(client, "asked=readings") == []
    newest = max(ledger())
    for trick in (f"before={newest + 1}", "after=0", f"after={wanted[-1] - 1}", f"before={10**18 - 1}"):
        page = client.get(f"{SEARCH}?{trick}")
        assert {one.id for one in page.context["answer"].events} <= set(wanted), trick
        assert story.report.token not in page.content.decode() and ".0051" not in settled(
            page.content.decode()
        )


def test_a_unit_of_another_agency_is_no_choice(story: Story, client: Client) -> None:
    cast = story.cast
    grants.give(grants.AUDIT, cast.gita, cast.other_agency)
    client.force_login(cast.gita)
    for url in URLS[:3]:
        page = client.get(f"{url}?unit={cast.agency.pk}")
        assert page.status_code == 422 and page.context["answer"] is None
        assert story.cast.agency.name not in [one["label"] for one in choices(page, "unit")]


def test_a_grant_that_was_taken_back_counts_no_more(past: Past, client: Client) -> None:
    grants.give(grants.AUDIT, past.cast.gita, past.cast.agency)
    client.force_login(past.cast.gita)
    assert client.get(SEARCH).status_code == 200
    grants.take(grants.AUDIT, past.cast.gita, past.cast.agency)
    assert [client.get(url).status_code for url in URLS] == [404] * 4


# --- What cannot be understood ------------------------------------------------------------------------------


NOT_UNDERSTOOD = [
    ("unit", "abc", "“abc” is not among the choices for “Unit and all below”"),
    ("unit", "999999", "“999999” is not among the choices"),
    ("month", "2026-13-99", "“2026-13-99” is not among the choices for “Month of the report”"),
    ("kind", "secret", "“secret” is not among the choices for “Kind of thing”"),
    ("op", "DROP", "“DROP” is not among the choices"),
    ("column", "password_sha256", "“password_sha256” is not among the choices"),
    ("asked", "all'--", "is not among the choices for “Question”"),
    ("nobody", "no", "“no” is not among the choices"),
    ("since", "kemarin", "“kemarin” cannot be read as a day or a moment"),
    ("until", "2026-02-30", "“2026-02-30” cannot be read as a day or a moment"),
    ("since", "0001-01-01T00:00", "cannot be read as a day or a moment"),
    ("who", "x" * 101, "has 101 letters; at most 100 are possible"),
    ("words", "é" * 300, "has 300 letters; at most 100 are possible"),
    ("before", "1e9", "“1e9” is no number of an event"),
    ("after", "-1", "“-1” is no number of an event"),
    ("before", "9" * 40, "is no number of an event"),
]


def test_what_is_not_understood_is_said_and_stays(past: Past, client: Client) -> None:
    client.force_login(past.cast.dewi)
    for name, value, sentence in NOT_UNDERSTOOD:
        page = client.get(
            f"{SEARCH}?{urlencode({name: value, 'words' if name != 'words' else 'who': 'jalan'})}"
        )
        assert page.status_code == 422 and page.context["answer"] is None
        (error,) = page.context["errors"]
        assert sentence in error["sentence"]
        kept = {one["name"]: one["value"] for one in page.context["fields"]}
        assert name in ("before", "after") or kept[name] == value
        assert "jalan" in kept.values()


def test_a_search_that_ends_before_it_begins_and_a_name_that_fits_too_many(
    past: Past, client: Client, monkeypatch: MonkeyPatch
) -> None:
    client.force_login(past.cast.dewi)
    page = client.get(f"{SEARCH}?since=2026-03-01&until=2026-02-01T10:00")
    assert [one["sentence"] for one in page.context["errors"]] == [
        "The search ends before it begins. Exchange “From” and “To”."
    ]
    monkeypatch.setattr("audit.search_forms.PEOPLE", 2)
    page = client.get(f"{SEARCH}?who=a")
    assert "More than 2 people fit “a”" in page.context["errors"][0]["sentence"]


def test_odd_letters_are_only_letters(past: Past, client: Client) -> None:
    client.force_login(past.cast.dewi)
    for value in ("\x00", "%", "_", "\\", "'; DROP TABLE ledger.event; --", "%s", "%(actors)s", "ﷺ", "٣"):
        for name in ("who", "words"):
            page = client.get(f"{SEARCH}?{name}={quote(value)}&kind=decision")
            assert page.status_code == 200
            assert value == "\x00" or not page.context["answer"].events, value


# --- Files --------------------------------------------------------------------------------------------------


def test_files_say_what_the_page_says(story: Story, client: Client, monkeypatch: MonkeyPatch) -> None:
    client.force_login(story.cast.dewi)
    query = f"month=2026-01-01&unit={story.cast.agency.pk}"
    events = client.get(f"{SEARCH}?{query}").context["answer"].events
    monkeypatch.setattr(search_files, "AT_ONCE", 7)
    told = json.loads(read(client, f"{SEARCH}events.json?{query}&before=3"))
    lines = list(csv.DictReader(io.StringIO(read(client, f"{SEARCH}events.csv?{query}"))))
    names = [column.name for column in search_files.COLUMNS]
    assert list(told["columns"]) == names == list(lines[0]) == list(told["events"][0]) and told["cut"] is None
    assert len(events) == len(lines) == len(told["events"]) > 20
    for event, line, one in zip(events, lines, told["events"], strict=True):
        assert (event.id, event.person, event.what) == (one["event"], one["person"], one["what"])
        assert (str(event.id), event.person, event.what) == (line["event"], line["person"], line["what"])
        assert one["report"] == line["report"] == event.report.token and one["month"] == "2026-01-01"
        assert [change["column"] for change in one["changes"]] == [change.column for change in event.changes]
    (cell,) = [
        one
        for one in told["events"]
        if {"column": "increment", "old": "5.0000", "new": "4.0000"} in one["changes"]
    ]
    assert f"{'increment'}: 5.0000 -> 4.0000" in next(
        x["changes"] for x in lines if x["event"] == str(cell["event"])
    )


def test_a_file_is_cut_with_a_sentence(story: Story, client: Client, monkeypatch: MonkeyPatch) -> None:
    client.force_login(story.cast.dewi)
    monkeypatch.setattr(search_files, "MOST", 5)
    monkeypatch.setattr(search_files, "AT_ONCE", 2)
    told = json.loads(read(client, f"{SEARCH}events.json"))
    lines = read(client, f"{SEARCH}events.csv").splitlines()
    assert len(told["events"]) == 5 and len(lines) == 7
    assert told["cut"].startswith("Only the newest 5 events are in this file") and told["cut"] in lines[-1]


def test_a_spreadsheet_runs_nothing_of_a_file(past: Past, client: Client) -> None:
    cast = past.cast
    User.objects.filter(pk=cast.ani.pk).update(name="=HYPERLINK(1)")
    client.force_login(cast.dewi)
    lines = list(csv.DictReader(io.StringIO(read(client, f"{SEARCH}events.csv?who={cast.ani.pk}"))))
    assert {line["person"] for line in lines} == {"'=HYPERLINK(1)"}


def test_files_are_the_same_in_every_language(past: Past, client: Client) -> None:
    client.force_login(past.cast.dewi)
    english = read(client, f"{SEARCH}events.csv?kind=decision")
    client.cookies["django_language"] = "id"
    with translation.override("id"):
        assert read(client, f"{SEARCH}events.csv?kind=decision") == english


# --- What it leaves behind ----------------------------------------------------------------------------------


def test_each_look_is_on_the_record(past: Past, client: Client) -> None:
    cast = past.cast
    client.force_login(cast.dewi)
    for url in (
        "/audit/?words=jalan",
        f"{SEARCH}?who=budi",
        f"{SEARCH}?kind=secret",
        f"{SEARCH}events.csv?op=U",
    ):
        client.get(url)
    read(client, f"{SEARCH}events.json?op=U")
    looks = list(Reading.objects.order_by("pk").values_list("person", "page", "subject", "query"))
    assert looks == [
        (cast.dewi.pk, "home", "", "words=jalan"),
        (cast.dewi.pk, "search", "", "who=budi"),
        (cast.dewi.pk, "search", "", "kind=secret"),
        (cast.dewi.pk, "search", "csv", "op=U"),
        (cast.dewi.pk, "search", "json", "op=U"),
    ]
    events = [one for one in ledger().values() if one["table"] == "audit_reading"]
    assert [image(one)["query_sha256"] for one in events] == [digest_of(look[3]) for look in looks]
    assert {one["actor"] for one in events} == {str(cast.dewi.pk)} and all(one["request"] for one in events)


# --- Searches that are kept ---------------------------------------------------------------------------------


def test_she_keeps_a_search_opens_it_and_deletes_it(past: Past, client: Client) -> None:
    client.force_login(past.cast.dewi)
    typed = "op=U&kind=line&who=Ani&page=7&before=12"
    answer = client.post(SEARCH, {"do": "keep", "name": "  Ani’s   lines ", "query": typed}, follow=True)
    kept = SavedFilter.objects.get()
    assert (kept.desk, kept.name, kept.query) == ("audit", "Ani’s lines", "who=Ani&kind=line&op=U")
    page = answer.content.decode()
    assert "The search is saved as “Ani’s lines”." in page and f"?saved={kept.pk}" in page
    opened = client.get(f"{SEARCH}?saved={kept.pk}")
    assert (opened.status_code, opened["Location"]) == (302, f"{SEARCH}?{kept.query}")
    answer = client.post(SEARCH, {"do": "forget", "saved": kept.pk, "query": kept.query}, follow=True)
    assert "The saved search is deleted." in answer.content.decode() and not SavedFilter.objects.exists()
    assert client.post(SEARCH, {"do": "forget", "saved": kept.pk}).status_code == 404


def test_a_saved_search_is_its_owners_only(past: Past, client: Client) -> None:
    cast = past.cast
    grants.give(grants.AUDIT, cast.gita, cast.agency)
    with recorded(cast.gita):
        hers = SavedFilter.objects.create(person=cast.gita, desk="audit", name="Rahasia", query="op=D")
        desk = SavedFilter.objects.create(person=cast.dewi, desk="verify", name="Inbox", query="tab=mine")
    client.force_login(cast.dewi)
    assert "Rahasia" not in client.get(SEARCH).content.decode()
    for number in (hers.pk, desk.pk, 0, "x", 10**30):
        assert client.get(f"{SEARCH}?saved={number}").status_code == 404
        assert client.post(SEARCH, {"do": "forget", "saved": number}).status_code == 404
    assert SavedFilter.objects.count() == 2


NOT_KEPT = [
    (" ", "op=U", "The filter has no name. Write one of up to 60 letters."),
    ("n" * 61, "op=U", "The name has 61 letters; at most 60 are possible. Shorten it."),
    ("Urdu", f"who={'%D8%A7' * 100}", "This search has 604 letters as an address; at most 500 can be saved."),
    ("Bad", "kind=secret", "“secret” is not among the choices"),
]


def test_a_search_that_cannot_be_kept_stays_as_typed(past: Past, client: Client) -> None:
    client.force_login(past.cast.dewi)
    for name, query, sentence in NOT_KEPT:
        page = client.post(SEARCH, {"do": "keep", "name": name, "query": query})
        assert page.status_code == 422 and sentence in page.content.decode()
        assert f'name="name" value="{name}"' in page.content.decode()
    assert not SavedFilter.objects.exists()


# --- The first page, and the cost ---------------------------------------------------------------------------


def test_the_first_page_leads_to_the_questions(story: Story, client: Client) -> None:
    client.force_login(story.cast.dewi)
    page = client.get("/audit/")
    ready = {one["label"]: (one["count"], one["url"]) for one in page.context["ready"]}
    assert ready["Tried to decide on one’s own"][0] == 1 and ready["Submitted or decided late"][0] == 1
    assert ready["Submitted or decided late"][1] == f"{SEARCH}?asked=late&since=2026-01-13"
    assert all(client.get(url).status_code == 200 for _, url in ready.values())
    assert f'href="{SEARCH}"' in page.content.decode() and 'href="/audit/outside/"' in page.content.decode()
    grants.give(grants.AUDIT, story.cast.gita, story.cast.other_agency)
    client.force_login(story.cast.gita)
    theirs = {str(one["label"]): one["count"] for one in client.get("/audit/").context["ready"]}
    assert (theirs["Tried to decide on one’s own"], theirs["Submitted or decided late"]) == (0, 0)


def test_one_event_costs_what_five_hundred_cost(
    cast: World, client: Client, statements: Callable[[], Any], monkeypatch: MonkeyPatch
) -> None:
    cast.items(30, ceilings=(9,) * 9)
    cast.submitted(cast.open(), 1)
    client.force_login(cast.dewi)
    client.get(SEARCH)
    for query in ("kind=line", "month=2026-01-01", f"unit={cast.agency.pk}&asked=acting"):
        costs = []
        for rows in (1, 50, 500):
            monkeypatch.setattr("audit.search_views.ROWS", rows)
            with statements() as seen:
                answer = client.get(f"{SEARCH}?{query}").context["answer"]
            costs.append(len(seen))
            assert query.partition("asked")[1] or len(answer.events) == rows
        assert len(set(costs)) == 1 and costs[0] <= 32, (query, costs)


def test_an_event_of_which_nothing_is_known_is_shown_all_the_same(cast: World) -> None:
    reach = search_found.reach_of(["/"])
    answer = search_found.find(Question(kind="structure"), reach, rows=1, gather=False)
    (event,) = answer.events
    assert event.person == "Nobody is named" and event.what.startswith("Structure of the database: ")
    assert event.changes and event.report is None


def test_every_audited_table_has_its_kind(database: None) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT c.relname FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid WHERE t.tgname = 'ledger_insert'"
        )
        audited = {name for (name,) in cursor.fetchall()}
    assert audited <= set(KIND_OF) and set(KIND_OF) - audited == {"ddl", "restored"}
    assert set(KIND_OF.values()) == set(KINDS)
