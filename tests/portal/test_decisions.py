"""Leaders decide what officers ask of them: who may, on which version, what is told, and what becomes of it."""

import json
from collections import Counter
from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.test import Client

from approvals import leading
from approvals.leading import DecisionRefused, Outcome, Wish
from approvals.models import Notice
from ledger.recording import recorded
from portal.dashboards import decisions
from portal.dashboards.leading_scope import sight_for
from portal.selectors import Month, View
from registry.models import BudgetItem, User
from submissions import panel
from submissions.models import LeaderDecision, Report
from submissions.readings import read
from tests.portal.leading_world import ASKS, asking, bureau, page, regent, rows, seated
from tests.portal.world import Agency, World
from tests.together import together
from wording.sentences import say
from workflow.models import Outbox

QUEUE = "/overview/decisions/"
TEXT = "Camat menyelesaikan musyawarah lahan dalam dua minggu."
DUE = date(2026, 5, 29)


@pytest.fixture
def leader(world: World) -> User:
    return regent(world)


@pytest.fixture
def road(world: World, works: Agency) -> BudgetItem:
    return world.item(works, "1.03.00", Decimal(400))


@pytest.fixture
def report(world: World, works: Agency, road: BudgetItem) -> Report:
    """March of the road asks for a decision of the leadership."""
    world.open(3)
    return asking(world, works, road, 3)


def decide(actor: User, works: Agency, *reports: Report, key: str = "k", **said: Any) -> list[Outcome]:
    wish = Wish(said.get("text", TEXT), said.get("owner", works.posts["agency_head"]), said.get("due", DUE))
    return leading.decide(actor=actor, versions={one.pk: one.version for one in reports}, wish=wish, key=key)


def decided(actor: User, works: Agency, report: Report) -> LeaderDecision:
    (one,) = decide(actor, works, report)
    assert one.decision, one
    return one.decision


def told() -> dict[str, set[str]]:
    """Hand over what waits, and who was told what."""
    for row in Outbox.objects.filter(topic=leading.TOPIC, done_at=None):
        leading.tell(row)
    found: dict[str, set[str]] = {}
    for notice in Notice.objects.select_related("person").filter(code__startswith="notice.decision"):
        found.setdefault(notice.code.rpartition(".")[2], set()).add(notice.person.username)
        assert say(notice.code, notice.params)
        assert say(f"subject.{notice.code}", notice.params)
    return found


def form(report: Report, /, **said: Any) -> dict[str, Any]:
    """What a leader's page sends."""
    usual = {"report": report.pk, f"version-{report.pk}": report.version, "text": TEXT, "key": "form-1"}
    return usual | {"owner": "Kepala Dinas Dinas PUPR, Dinas PUPR", "due": DUE.isoformat()} | said


def test_what_asks_waits_until_somebody_decides(
    report: Report, works: Agency, leader: User, client: Client
) -> None:
    (one,) = rows(client, leader, QUEUE)
    assert (one["sub_activity_code"], one["categories"], one["problem"]) == (
        "1.03.00",
        "LAND",
        ASKS["problem_text"],
    )
    client.post(QUEUE, form(report))
    assert rows(client, leader, QUEUE) == []
    (made,) = rows(client, leader, f"{QUEUE}?tab=open")
    assert (made["decision"], made["due"], made["overdue"]) == (TEXT, "2026-05-29", "no")
    assert made["decided_office"] == "Bupati Mahakarsa Hulu, Kabupaten Mahakarsa Hulu"
    assert made["carried_out_by"] == "Kepala Dinas Dinas PUPR, Dinas PUPR"


def test_what_was_asked_this_morning_has_waited_no_day(
    world: World, works: Agency, road: BudgetItem, leader: User, client: Client
) -> None:
    """At six in Makassar it is still yesterday in Greenwich."""
    world.open(3)
    world.clock(datetime(2026, 4, 5, 22, 5, tzinfo=UTC))
    asking(world, works, road, 3)
    (waits,) = rows(client, leader, QUEUE)
    assert waits["days"] == "0"
    card = decisions.cards(View(Month(world.year, 3, date(2026, 3, 1), 1), sight=sight_for(leader)))[0]
    assert card.words == "the oldest since 0 days"


def test_the_next_month_that_still_asks_waits_again_and_shows_what_was_decided(
    world: World, report: Report, works: Agency, road: BudgetItem, leader: User, client: Client
) -> None:
    decided(leader, works, report)
    world.open(4)
    april = asking(world, works, road, 4)
    (one,) = rows(client, leader, QUEUE)
    assert one["month"] == "2026-04"
    assert TEXT in page(client, leader, QUEUE)
    (refused,) = decide(leader, works, report)
    assert refused.decision, "the same request again answers with what was recorded"
    (refused,) = decide(leader, works, report, key="other")
    assert (refused.code, refused.decision) == ("decision.newer", None)
    assert decide(leader, works, april)[0].decision


def test_a_month_that_no_longer_asks_leaves_the_queue(
    world: World, report: Report, works: Agency, road: BudgetItem, leader: User, client: Client
) -> None:
    world.open(4)
    asking(world, works, road, 4, needs_leadership=False)
    assert rows(client, leader, QUEUE) == []
    (refused,) = decide(leader, works, world.report(road, 4))
    assert refused.code == "decision.not_asked"


def test_a_report_that_was_handed_in_and_sent_back_waits_no_longer(
    world: World, works: Agency, road: BudgetItem, leader: User, client: Client
) -> None:
    world.open(3)
    handed_in = world.enter(road, 3, 10, **ASKS)
    world.submit(works, handed_in)
    assert "Not final" in page(client, leader, QUEUE)
    seen = world.report(road, 3)
    world.act("return", works, "section_head", [seen], reason="Bukti pembayaran belum ada")
    assert rows(client, leader, QUEUE) == []
    (refused,) = decide(leader, works, seen)
    assert refused.code == "decision.stale"


def test_only_a_leader_decides_whoever_else_may_see(
    world: World, report: Report, works: Agency, client: Client
) -> None:
    reader = bureau(world)
    root = User.objects.create_superuser("root", name="Root")
    people = [reader, works.people["agency_head"], works.people["officer"], world.person("stranger"), root]
    for person in people:
        with pytest.raises(DecisionRefused) as refused:
            decide(person, works, report)
        assert refused.value.code == "decision.stranger"
        client.force_login(person)
        assert client.post(QUEUE, form(report)).status_code == 404
    for person in (reader, works.people["agency_head"]):  # they read
        assert len(rows(client, person, QUEUE)) == 1
        assert "Record the decision" not in page(client, person, QUEUE)
    for person in people[2:]:
        client.force_login(person)
        assert client.get(QUEUE).status_code == 404
    assert not LeaderDecision.objects.exists()


def test_another_head_sees_nothing_of_it(
    world: World, report: Report, leader: User, works: Agency, client: Client
) -> None:
    other = world.agency("1.05", "Satpol PP").people["agency_head"]
    one = decided(leader, works, report)
    assert rows(client, other, QUEUE) == []
    client.force_login(other)
    assert client.get(f"{QUEUE}{one.token}/").status_code == 404
    assert client.post(f"{QUEUE}{one.token}/", {"do": "done", "note": "Sudah selesai."}).status_code == 404
    assert client.get(f"{QUEUE}nonsense/").status_code == 404


def test_a_version_that_was_not_read_is_not_decided_on(report: Report, works: Agency, leader: User) -> None:
    wish = Wish(TEXT, works.posts["agency_head"], DUE)
    for seen in (report.version - 1, None):
        (refused,) = leading.decide(actor=leader, versions={report.pk: seen}, wish=wish, key="k")
        assert refused.code == "decision.stale"


def test_a_second_click_records_nothing_more_and_another_leader_comes_too_late(
    world: World, report: Report, works: Agency, leader: User, client: Client
) -> None:
    client.force_login(leader)
    for _ in range(2):
        assert client.post(QUEUE, form(report)).status_code == 302
    assert LeaderDecision.objects.count() == 1
    (refused,) = decide(leader, works, report, key="form-1", text="Sesuatu yang lain sama sekali.")
    assert refused.code == "decision.decided", "a key is no licence for other words"
    assert say(refused.code, refused.params)


def test_several_reports_are_decided_at_once_and_what_cannot_be_is_named(
    world: World, works: Agency, road: BudgetItem, leader: User, client: Client
) -> None:
    bridge, school = (world.item(works, f"1.03.0{n}", Decimal(100)) for n in (1, 2))
    world.open(3)
    found = [asking(world, works, one, 3) for one in (road, bridge)]
    quiet = asking(world, works, school, 3, needs_leadership=False)
    data: dict[str, Any] = {f"version-{one.pk}": one.version for one in (*found, quiet)}
    data |= form(found[0]) | {"report": [one.pk for one in (*found, quiet)] + [10**15]}
    client.force_login(leader)
    shown = client.post(QUEUE, data, follow=True, headers={"accept-language": "en"}).content.decode()
    assert LeaderDecision.objects.count() == 2
    assert "recorded for 2 reports" in shown
    assert "1.03.02 was left out: The newest report no longer asks" in shown
    told()
    head = Notice.objects.filter(person=works.people["agency_head"])
    assert head.count() == 2
    assert head.values("letter").distinct().count() == 1, "what one act did comes in one letter"


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("text", "kurang", "The decision has 6 characters"), ("owner", "", "Nobody is named who carries it out"),
        ("owner", "Kementerian", "No office is called “Kementerian”"), ("owner", "Dinas", "offices fit “Dinas”"),
        ("due", "", "No day is given"), ("due", "31-12", "“31-12” is no day"), ("due", "2026-03-01", "is over"),
        ("due", "2031-01-01", "lies after the year that follows"), ("report", [], "No report is chosen"),
    ],
)  # fmt: skip
def test_what_cannot_be_recorded_is_said_and_nothing_typed_is_lost(
    report: Report, leader: User, client: Client, field: str, value: Any, said: str
) -> None:
    client.force_login(leader)
    answer = client.post(QUEUE, form(report, **{field: value}), headers={"accept-language": "en"})
    shown = answer.content.decode()
    assert (answer.status_code, LeaderDecision.objects.count()) == (422, 0)
    assert said in shown
    kept = {
        "text": "kurang" if field == "text" else TEXT,
        "due": value if field == "due" else DUE.isoformat(),
    }
    assert kept["text"] in shown
    assert f'value="{kept["due"]}"' in shown
    assert ("checked" in shown) == (field != "report")


def test_the_owner_and_the_officer_are_told_and_not_who_decided(
    report: Report, works: Agency, leader: User, client: Client
) -> None:
    one = decided(leader, works, report)
    assert told() == {"made": {"officer-1.03", "agency-head-1.03"}}
    link = Notice.objects.filter(person=works.people["officer"]).get().link
    assert link == f"{QUEUE}{one.token}/"
    assert TEXT in page(client, works.people["officer"], link)


def test_the_officer_reads_it_beside_the_next_month(
    world: World, report: Report, works: Agency, road: BudgetItem, leader: User, client: Client
) -> None:
    decided(leader, works, report)
    world.open(4)
    april = world.report(road, 4)
    shown = page(client, works.people["officer"], f"/entry/2026-04/panel/{april.pk}/?part=1")
    assert "Decided by the leadership" in shown
    assert TEXT in shown
    (one,) = panel.context(read([april.pk])[0], "2026-04")["decided"]
    assert (one.open, one.owner, one.due) == (True, "Kepala Dinas Dinas PUPR, Dinas PUPR", DUE)


def test_it_is_carried_out_once_by_its_owner_and_the_leader_is_told(
    report: Report, works: Agency, leader: User, client: Client
) -> None:
    one = decided(leader, works, report)
    head, done = works.people["agency_head"], {"do": "done", "note": "Lahan sudah dibebaskan."}
    client.force_login(works.people["officer"])
    assert client.post(f"{QUEUE}{one.token}/", done).status_code == 422  # reads it, carries nothing out
    client.force_login(head)
    assert client.post(f"{QUEUE}{one.token}/", done | {"note": "ok"}).status_code == 422
    for _ in range(2):
        assert client.post(f"{QUEUE}{one.token}/", done).status_code == 302
    one.refresh_from_db()
    assert (one.state, one.ended_by, one.ended_note) == ("done", head, "Lahan sudah dibebaskan.")
    with pytest.raises(DecisionRefused) as refused:
        leading.withdraw(actor=leader, token=one.token, note="Ternyata tidak perlu.")
    assert refused.value.code == "decision.ended"
    assert told()["done"] == {"officer-1.03", "regent"}
    assert rows(client, leader, f"{QUEUE}?tab=ended")[0]["state"] == "done"


def test_only_a_leader_withdraws_and_what_still_asks_waits_again(
    report: Report, works: Agency, leader: User, client: Client
) -> None:
    one = decided(leader, works, report)
    with pytest.raises(DecisionRefused) as refused:
        leading.withdraw(actor=works.people["agency_head"], token=one.token, note="Ternyata tidak perlu.")
    assert refused.value.code == "decision.not_yours"
    client.force_login(leader)
    answer = client.post(f"{QUEUE}{one.token}/", {"do": "withdraw", "note": "Ternyata tidak perlu."})
    assert answer.status_code == 302
    assert len(rows(client, leader, QUEUE)) == 1
    assert decide(leader, works, report, key="new")[0].decision


def test_a_form_that_is_sent_again_after_the_withdrawal_does_not_say_it_is_recorded(
    report: Report, works: Agency, leader: User
) -> None:
    one = decided(leader, works, report)
    leading.withdraw(actor=leader, token=one.token, note="Ternyata tidak perlu.")
    (refused,) = decide(leader, works, report)
    assert (refused.code, refused.decision) == ("decision.ended", None)
    assert leader.name in say(refused.code, refused.params)


def test_a_decision_is_never_rewritten_and_stands_in_the_ledger_with_who_made_it(
    report: Report, works: Agency, leader: User
) -> None:
    one = decided(leader, works, report)
    with pytest.raises(IntegrityError, match="stays as it was made"), transaction.atomic(), recorded(leader):
        one.text = "Sesuatu yang lain diputuskan."
        one.save()
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT payload FROM ledger.event WHERE of_table = 'submissions_leaderdecision' AND of_row = %s",
            [one.pk],
        )
        ((payload,),) = cursor.fetchall()
    event = json.loads(payload)
    assert (event["op"], event["actor"], event["new"]["state"]) == ("I", str(leader.pk), "open")
    assert event["offices"]
    assert TEXT not in payload, "words are kept in the row; the ledger keeps their digest"
    assert LeaderDecision.history.filter(id=one.pk).count() == 1


def test_leaders_who_decide_at_the_same_moment_decide_once(
    committed: dict[str, str], world: World, report: Report, works: Agency, leader: User
) -> None:
    """Proven by taking the lock on the reports away, and by reading how they stand before it."""
    people = [leader, *(seated(world, f"deputy-{n}", "leader", f"Wakil {n}") for n in range(3))]
    wanted = iter(people)
    answers = together(4, lambda: decide(person := next(wanted), works, report, key=person.username))
    assert Counter(one.code for (one,) in answers) == {"": 1, "decision.decided": 3}
    assert LeaderDecision.objects.count() == 1


def test_the_overdue_come_first_and_the_cards_count_them(
    world: World, works: Agency, road: BudgetItem, leader: User, client: Client
) -> None:
    bridge = world.item(works, "1.03.01", Decimal(100))
    world.open(3)
    first, second = (asking(world, works, one, 3) for one in (road, bridge))
    decide(leader, works, first, due=date(2026, 6, 30))
    decide(leader, works, second, due=date(2026, 4, 10), key="k2")
    world.open(4)
    view = View(Month(world.year, 4, date(2026, 4, 1), 1), sight=sight_for(leader))
    assert [one["overdue"] for one in rows(client, leader, f"{QUEUE}?tab=open")] == ["yes", "no"]
    assert [(card.value, card.tag) for card in decisions.cards(view)] == [("0", ""), ("2", "1 overdue")]
    asking(world, works, road, 4)
    assert [card.value for card in decisions.cards(view)] == ["1", "2"]
    ((text, url),) = decisions.weekly(view)
    assert str(ASKS["problem_text"]) in text
    assert url == QUEUE


def test_the_queue_costs_the_same_for_any_number_of_reports(
    world: World, works: Agency, road: BudgetItem, report: Report, leader: User, client: Client,
    statements: Callable[[], Any],
) -> None:  # fmt: skip
    def counts() -> list[int]:
        found = []
        for query in ("", "?tab=open", "?format=csv"):
            with statements() as seen:
                assert client.get(f"{QUEUE}{query}").status_code == 200
            found.append(len(seen))
        return found

    def act(reports: list[Report], key: str) -> int:
        with statements() as seen:
            assert all(one.decision for one in decide(leader, works, *reports, key=key))
        return len(seen)

    client.force_login(leader)
    counts()
    few, once = counts(), act([report], "one")
    more = [world.item(works, f"2.{n:02}", Decimal(50)) for n in range(12)]
    world.open(4)
    world.submit(works, *[world.enter(one, 4, 1, **ASKS) for one in more])
    assert counts() == few
    found = [world.report(one, 4) for one in more]
    assert act(found[:11], "many") == once
    assert counts() == few
    assert max(few) <= 30
