"""Dewi asks the ledger: each question finds exactly the events that answer it. What she should find is read from it by hand."""

from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

import psycopg
import pytest
from django.test import Client
from pytest import MonkeyPatch

from audit import search, search_found, search_views
from audit.search_things import KIND_OF, KINDS, QUIET
from ledger.notes import sealer_of
from ledger.sealing import seal
from submissions import comments
from submissions.models import Report
from tests.audit.search_story import (
    DECISION,
    LINE,
    REPORT,
    SEARCH,
    Payload,
    Story,
    belonging,
    changed,
    expected,
    image,
    ledger,
    numbers,
    of_report,
    quiet,
    turned,
)
from tests.audit.search_story import story as story
from tests.cast import WITA, World

Fits = Callable[[Payload], bool]
# One for each way through the trail: by number, person, nobody, kind, moment, rows, what only the payload says.
QUERIES = (
    "", "who=ani", "nobody=yes", "kind=decision", "op=U", "since=2020-01-01", "until=2099-12-31", "month=2026-01-01",
    "column=realized", "asked=accounts",
)  # fmt: skip


@pytest.fixture
def dewi(story: Story, client: Client) -> Client:
    client.force_login(story.cast.dewi)
    return client


def agree(client: Client, questions: dict[str, Fits]) -> None:
    for query, fits in questions.items():
        wanted = expected(lambda payload, fits=fits: fits(payload) and not quiet(payload))  # type: ignore[misc]
        assert wanted, f"the story has nothing for {query}"
        assert numbers(client, query) == wanted, query


def test_she_finds_by_person_and_by_what_names_nobody(story: Story, dewi: Client) -> None:
    cast = story.cast
    agree(dewi, {
        "": lambda one: True,
        "who=ani+lemb": lambda one: one["actor"] == str(cast.ani.pk),
        f"who={cast.budi.pk}": lambda one: one["actor"] == str(cast.budi.pk),
        "who=an": lambda one: one["actor"] in {str(p.pk) for p in cast.people.values() if "an" in p.name.lower()},
        "nobody=yes": lambda one: one["actor"] is None,
    })  # fmt: skip
    assert (
        numbers(dewi, "who=Zulkarnain")
        == numbers(dewi, f"who={9**18}")
        == numbers(dewi, "who=ani&nobody=yes")
        == []
    )


def test_she_finds_by_unit_month_and_sub_activity(story: Story, dewi: Client) -> None:
    cast = story.cast
    agency, other = belonging(cast.agency), belonging(cast.other_agency)
    ours = set(Report.objects.filter(item__unit=cast.agency).values_list("pk", flat=True))
    agree(dewi, {
        f"unit={cast.agency.pk}": agency,
        f"unit={cast.other_agency.pk}": other,
        "month=2026-01-01": lambda one: of_report(one) is not None,
        f"month=2026-01-01&unit={cast.agency.pk}": lambda one: of_report(one) in ours,
        "words=0060+rutin": lambda one: of_report(one) == story.mine.pk or _budget_of(one, story.mine),
    })  # fmt: skip
    assert numbers(dewi, "words=jembatan") == numbers(dewi, "words=%25") == numbers(dewi, "words=_") == []


def _budget_of(payload: Payload, report: Report) -> bool:
    told, line = image(payload), report.lines.get().line_id
    if payload["table"] == "registry_budgetitem":
        return bool(told["id"] == report.item_id)
    return bool(
        told.get("item_id") == report.item_id or (told.get("line_id") == line and "report_id" not in told)
    )


def test_she_finds_by_kind_operation_and_field(story: Story, dewi: Client) -> None:
    agree(dewi, {
        "op=D": lambda one: one["op"] == "D",
        "column=realized": lambda one: changed(one, "realized"),
        "column=problem_text_sha256": lambda one: changed(one, "problem_text_sha256"),
        "column=state&who=gita": lambda one: changed(one, "state") and one["actor"] == str(story.cast.gita.pk),
        "kind=line&op=U&words=0051": lambda one: one["table"] == LINE and one["op"] == "U" and of_report(one) == story.report.pk,
    })  # fmt: skip
    kinds = {KIND_OF[payload["table"]] for payload in ledger().values()}
    assert {"report", "line", "decision", "attempt", "assignment", "account", "structure"} <= kinds
    for kind in set(KINDS) - set(QUIET):
        wanted = expected(lambda one, kind=kind: KIND_OF[one["table"]] == kind)  # type: ignore[misc]
        assert numbers(dewi, f"kind={kind}") == wanted, kind
    assert numbers(dewi, "kind=history") == expected(lambda one: KIND_OF[one["table"]] == "history")


def test_moments_are_those_of_the_government(story: Story, dewi: Client) -> None:
    moments = [
        datetime.fromisoformat(one["at"]).astimezone(WITA) for one in ledger().values() if not quiet(one)
    ]
    first, last = min(moments), max(moments)
    everything = expected(lambda one: not quiet(one))
    minute = "%Y-%m-%dT%H:%M"
    assert numbers(dewi, f"since={first:{minute}}&until={last:{minute}}") == everything
    assert numbers(dewi, f"since={first:%Y-%m-%d}&until={last:%Y-%m-%d}") == everything
    assert numbers(dewi, f"since={last + timedelta(minutes=1):{minute}}") == []
    assert numbers(dewi, f"until={first - timedelta(minutes=1):{minute}}") == []


def test_ready_made_questions_find_each_fault_once(story: Story, dewi: Client) -> None:
    cast, events = story.cast, ledger()
    returned = min(
        n for n, one in events.items() if one["table"] == DECISION and image(one)["verb"] == "return"
    )
    content = ("submissions_evidence", "submissions_explanation", LINE)
    agree(dewi, {
        "asked=over": lambda one: one["table"] == LINE and changed(one, "realized") and of_report(one) == story.over.pk,
        "asked=late": lambda one: one["table"] == DECISION and one["actor"] == str(cast.gita.pk),
        "asked=self": lambda one: one["table"] == "workflow_attempt",
        "asked=acting": lambda one: any(o["capacity"] in ("plt", "plh") for o in one.get("offices") or ()),
        "asked=outside": lambda one: one["role"] != "jenjang_app" or (not one["actor"] and not one["request"]),
        "asked=accounts": lambda one: KIND_OF[one["table"]] in ("account", "assignment", "office", "seeing"),
    })  # fmt: skip
    found = numbers(dewi, "asked=returned")
    assert found == [
        number for number, one in reversed(events.items())
        if number > returned and of_report(one) == story.report.pk
        and (one["table"] in content or (one["table"] == REPORT and changed(one, "version")))
    ]  # fmt: skip
    assert len(found) >= 2
    (attempt,) = dewi.get(f"{SEARCH}?asked=self").context["answer"].events
    assert (attempt.person, attempt.report.pk) == ("Ani Lembayung", story.mine.pk)
    assert "Plt. Kepala Bidang Bina Marga, Dinas Pekerjaan Umum (for Budi Wiratmaka)" in attempt.offices


def test_what_auditors_read_is_found_when_asked_for(story: Story, dewi: Client) -> None:
    assert numbers(dewi, "asked=readings") == expected(lambda one: one["table"] == "audit_reading")
    (one,) = dewi.get(f"{SEARCH}?asked=readings&month=2026-01-01").context["answer"].events
    assert (one.person, one.report) == ("Dewi Rimbawan", None) or one.report.pk == story.mine.pk


def test_events_are_told_in_words(story: Story, dewi: Client) -> None:
    page = dewi.get(f"{SEARCH}?words=0051&column=problem_text_sha256")
    (event,) = page.context["answer"].events
    assert event.what == "Report: changed" and event.person == "Ani Lembayung"
    assert event.offices == ["PPTK Bina Marga, Dinas Pekerjaan Umum"]
    told = {change.label: (change.old, change.new) for change in event.changes}
    assert told["physical, this month (points)"] == ("5.00", "4.00")
    assert told["problem"] == ("–", "Lahan belum bebas di dua titik")
    html = page.content.decode()
    assert f"/audit/reports/{story.report.token}/" in html and "Lahan belum bebas" in html
    assert "not sealed yet" in html and event.request in html
    assert f'/audit/case/?report={story.report.token}"' in html
    decisions = [one.what for one in dewi.get(f"{SEARCH}?words=0051&kind=decision").context["answer"].events]
    assert decisions == [
        "Decision: Verified",
        "Decision: Submitted",
        "Decision: Returned",
        "Decision: Submitted",
    ]


def test_rights_and_offices_are_told_by_name(story: Story, dewi: Client) -> None:
    (seeing,) = dewi.get(f"{SEARCH}?kind=seeing").context["answer"].events
    told = {change.column: change.new for change in seeing.changes}
    assert told == {
        "user_id": "Dewi Rimbawan",
        "permission_id": "Audit the unit and below",
        "content_object_id": "Kabupaten Mahakarsa Hulu",
    }
    newest = dewi.get(f"{SEARCH}?kind=assignment").context["answer"].events[0]
    told = {change.column: change.new for change in newest.changes}
    assert (told["person_id"], told["kind"]) == ("Gita Karangjati", "Plh.")
    assert told["post_id"] == "Kepala Bidang Bina Marga, Dinas Pekerjaan Umum"


def test_words_that_were_erased_are_said_to_be(story: Story, dewi: Client) -> None:
    number, payload = next(
        (n, one)
        for n, one in ledger().items()
        if one["table"] == "submissions_comment" or changed(one, "problem_text_sha256")
    )
    gone = {**payload, "new": {**payload["new"], "problem_text_sha256": "0" * 64}}
    reach = search_found.reach_of(["/"])
    (event,) = search_found.dressed([(number, True, gone)], reach)
    assert {one.column: one.new for one in event.changes}["problem_text"] == "(words erased)"
    account = next((n, one) for n, one in ledger().items() if one["table"] == "registry_user")
    (event,) = search_found.dressed([(account[0], True, account[1])], reach)
    told = {one.column: one.new for one in event.changes}
    assert told["name"] == "Ani Lembayung" and told["nip"] == "(not told; only its digest is kept)"
    assert "$" not in str(told["password"])


def test_walking_and_gathering_find_the_same(story: Story, dewi: Client, monkeypatch: MonkeyPatch) -> None:
    cast = story.cast
    queries = [
        f"unit={cast.agency.pk}", "month=2026-01-01", "words=0060", f"unit={cast.other_agency.pk}&kind=history",
        f"unit={cast.agency.pk}&asked=readings", f"unit={cast.agency.pk}&op=D", "month=2026-01-01&column=realized",
        f"unit={cast.agency.pk}&kind=account", "month=2026-01-01&who=ani&asked=returned",
    ]  # fmt: skip
    gathered = [numbers(dewi, query) for query in queries]
    monkeypatch.setattr(search_found, "FEW", -1)
    walked = [numbers(dewi, query) for query in queries]
    # Looking is on the record, so later looks find more of them; nothing else is read here.
    assert walked == gathered
    assert gathered[0] and gathered[3] and gathered[5] and gathered[6] and not gathered[7] and gathered[8]


def test_turning_pages_shows_every_event_once(story: Story, dewi: Client, monkeypatch: MonkeyPatch) -> None:
    for query in ("kind=decision", "who=ani", "month=2026-01-01"):
        everything = numbers(dewi, query)
        rows = len(everything) // 3
        monkeypatch.setattr(search_views, "ROWS", rows)
        assert turned(dewi, query) == everything
        back = dewi.get(f"{SEARCH}?{query}&after={everything[-1]}").context["answer"]
        assert [one.id for one in back.events] == everything[:-1][-rows:]
        assert (back.older, back.newer) == (back.events[-1].id, back.events[0].id)
        first = dewi.get(f"{SEARCH}?{query}&after={everything[0]}").context["answer"]
        assert (list(first.events), first.newer) == ([], None)
        assert dewi.get(f"{SEARCH}?{query}&before=1").context["answer"].older is None


def test_a_rare_answer_is_found_though_each_page_opens_few_events(
    story: Story, dewi: Client, monkeypatch: MonkeyPatch
) -> None:
    query = "column=problem_text_sha256"
    wanted = numbers(dewi, query)
    monkeypatch.setattr(search, "WINDOW", 3)
    page = dewi.get(f"{SEARCH}?{query}")
    assert (
        page.context["answer"].looked == 3
        and "3 events were looked at for this page" in page.content.decode()
    )
    assert turned(dewi, query) == numbers(dewi, query) == wanted


def test_an_empty_answer_says_so(story: Story, dewi: Client) -> None:
    page = dewi.get(f"{SEARCH}?asked=outside&kind=report")
    assert page.context["answer"].looked == 0 and "No event fits" in page.content.decode()


def test_what_is_sealed_and_what_is_not_yet_are_one_list(
    committed: dict[str, str], cast: World, client: Client, tmp_path: Path
) -> None:
    cast.item()
    cast.submitted(cast.open(), 10)
    client.force_login(cast.dewi)
    before = {query: numbers(client, query) for query in QUERIES}
    with psycopg.connect(committed["sealer"], autocommit=True) as connection:
        assert seal(connection, sealer_of(tmp_path / "key")) > 100
    assert {query: numbers(client, query) for query in QUERIES} == before
    assert all(before.values())
    comments.say(
        actor=cast.budi, report=cast.reports()[0], version=cast.reports()[0].version, mark="", text="Mohon dijelaskan"
    )  # fmt: skip
    page = client.get(f"{SEARCH}?month=2026-01-01")
    newest, second = page.context["answer"].events[:2]
    assert (newest.what, newest.sealed, second.sealed) == ("Comment: added", False, True)
    assert [one.now for one in newest.changes if one.column == "text"] == ["Mohon dijelaskan"]
    assert [one.id for one in client.get(f"{SEARCH}?who=budi").context["answer"].events] == [newest.id]
