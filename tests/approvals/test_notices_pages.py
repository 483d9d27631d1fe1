"""The bell and its list, one's own settings, the end of gathered letters in one click, and the dead letters."""

from datetime import time
from typing import Any

import pytest
from django.core import mail
from django.test import Client
from django.utils.translation import override

from approvals import gathering, services, tasks
from approvals.models import Letter, Notice, Preference
from approvals.notices import everyone, tell
from approvals.unsubscribing import address
from ledger.recording import recorded
from registry.models import User
from submissions.models import Report
from tests.cast import World
from wording.notice_sentences import FAILURES, TOPICS
from workflow.models import Outbox
from workflow.outbox import deliveries, handlers

WHY = "Bukti SP2D belum ada di berkas"
BACKEND = "django.contrib.auth.backends.ModelBackend"


def as_(person: User) -> Client:
    client = Client(headers={"accept-language": "en"})
    client.force_login(person, backend=BACKEND)
    return client


def page_of(person: User, path: str = "/notices/") -> str:
    return as_(person).get(path).content.decode()


@pytest.fixture
def reports(cast: World) -> list[Report]:
    """Two reports of Ani's came back, the first one twice; she reads English."""
    with recorded(None):
        User.objects.update(language="en")
    cast.items(2)
    reports = cast.open()
    for times in (2, 1):
        for one in reports[:times]:
            services.send_back(actor=cast.budi, versions=cast.submitted([one], 10), reason=WHY)
    tasks.drain()
    return reports


# --- The list --------------------------------------------------------------------------------------------


def test_the_list_gathers_by_report_the_newest_first(cast: World, reports: list[Report]) -> None:
    page = page_of(cast.ani)
    assert page.count("<h2><bdi>1.03.10.2.01.") == 2
    assert page.index("1.03.10.2.01.0001 Pemeliharaan") < page.index("1.03.10.2.01.0002 Pemeliharaan")
    assert page.count(WHY) == 3
    assert "3 unread notices" in page


def test_one_matter_or_one_notice_or_all_are_marked_as_read(cast: World, reports: list[Report]) -> None:
    ani = as_(cast.ani)
    first = Notice.objects.filter(person=cast.ani).latest("pk")
    assert ani.post("/notices/", {"one": str(first.pk)}).status_code == 302
    assert Notice.objects.filter(person=cast.ani, read_at=None).count() == 2
    ani.post("/notices/", {"matter": f"/reports/{reports[0].token}/"})
    assert Notice.objects.filter(person=cast.ani, read_at=None).count() == 1
    at = Notice.objects.get(pk=first.pk).read_at
    ani.post("/notices/")
    ani.post("/notices/")  # the second click
    assert not Notice.objects.filter(person=cast.ani, read_at=None).exists()
    assert Notice.objects.get(pk=first.pk).read_at == at
    assert "0 unread notices" in page_of(cast.ani)


def test_a_matter_that_cannot_be_one_marks_nothing(cast: World, reports: list[Report]) -> None:
    before = Notice.objects.filter(person=cast.ani, read_at=None).count()
    for odd in ("\x00", "/reports/\x00/", "x" * 5000):
        assert as_(cast.ani).post("/notices/", {"matter": odd}).status_code == 302
    assert Notice.objects.filter(person=cast.ani, read_at=None).count() == before


def test_nobody_marks_or_sees_what_was_told_to_another(cast: World, reports: list[Report]) -> None:
    first = Notice.objects.filter(person=cast.ani).latest("pk")
    eko = as_(cast.eko)
    for posted in (
        {"one": str(first.pk)},
        {"matter": first.link},
        {},
        {"one": "x' OR 1"},
        {"matter": "\x01"},
    ):
        assert eko.post("/notices/", posted).status_code == 302
    assert Notice.objects.filter(person=cast.ani, read_at=None).count() == 3
    assert WHY not in page_of(cast.eko)
    assert Client().get("/notices/").status_code == 302


def test_the_unread_alone_are_shown_on_request(cast: World, reports: list[Report]) -> None:
    ani = as_(cast.ani)
    ani.post("/notices/", {"matter": f"/reports/{reports[0].token}/"})
    page = ani.get("/notices/?show=unread").content.decode()
    assert "1.03.10.2.01.0002" in page
    assert "1.03.10.2.01.0001" not in page
    assert ani.post("/notices/?show=unread")["Location"] == "/notices/?show=unread"


def test_the_list_takes_the_same_statements_for_three_and_for_sixty(
    cast: World, reports: list[Report], statements: Any
) -> None:
    ani = as_(cast.ani)
    ani.get("/notices/")
    with statements() as few:
        ani.get("/notices/")
    for number in range(60):
        params = {"code": f"P-{number}", "name": "Dinas", "grant_kind": "waiver"}
        tell(
            event=f"x{number}",
            code="notice.request.granted",
            to=everyone([cast.ani], params, f"/requests/{number % 15}/"),
        )
    with statements() as many:
        assert "P-59" in ani.get("/notices/").content.decode()
    assert len(few) == len(many) <= 25


# --- Settings --------------------------------------------------------------------------------------------

WISHES = {"rhythm": "daily", "quiet_from": "20:00", "quiet_to": "07:30", "language": "ur"}


def test_ani_chooses_how_she_is_told(cast: World) -> None:
    ani = as_(cast.ani)
    page = ani.get("/notices/settings/").content.decode()
    assert "ani@contoh.test" in page
    assert 'value="at_once" checked' in page
    assert ani.post("/notices/settings/", WISHES).status_code == 302
    assert ani.post("/notices/settings/", WISHES).status_code == 302  # the second click
    kept = Preference.objects.get(person=cast.ani)
    assert (kept.rhythm, kept.quiet_from, kept.quiet_to) == ("daily", time(20), time(7, 30))
    cast.ani.refresh_from_db()
    assert cast.ani.language == "ur"
    page = ani.get("/notices/settings/").content.decode()
    assert 'dir="rtl"' in page
    assert 'value="20:00"' in page
    assert kept.history.count() == 3  # made, and saved twice
    assert kept.history.earliest("history_date").rhythm == "at_once"


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"quiet_to": ""}, "One end of the quiet hours is missing"), ({"quiet_from": ""}, "One end of the quiet hours"),
        ({"quiet_from": "25:00"}, "“25:00” is no time of day"), ({"quiet_to": "<b>"}, "“&lt;b&gt;” is no time of day"),
        ({"rhythm": "hourly"}, "“hourly” is not one of the choices"), ({"language": "xx"}, "“xx” is not one of the choices"),
        ({"rhythm": ""}, "is not one of the choices"),
    ],
)  # fmt: skip
def test_what_cannot_be_kept_is_said_and_what_was_typed_stays(
    cast: World, change: dict[str, str], says: str
) -> None:
    with recorded(None):
        User.objects.update(language="en")
    answer = as_(cast.ani).post("/notices/settings/", WISHES | change)
    page = answer.content.decode()
    assert answer.status_code == 422
    assert says in page
    assert not Preference.objects.exists()
    if "quiet_from" not in change:
        assert 'value="20:00"' in page
    cast.ani.refresh_from_db()
    assert cast.ani.language == "en"


# --- One click ends what gathers -------------------------------------------------------------------------


def gathered(cast: World, person: User, language: str) -> Any:
    """A daily letter to somebody."""
    with recorded(None):
        User.objects.filter(pk=person.pk).update(language=language)
        Preference.objects.update_or_create(person=person, defaults={"rhythm": "daily"})
    tell(event=f"d-{language}", code="notice.month.opened", to=everyone([person], {"count": 2, "month": "2026-01",
         "due_at": "2026-02-05T15:59:59+00:00"}, "/entry/2026-01/"))  # fmt: skip
    cast.at("2026-02-04 07:00")
    assert gathering.gather() == 1
    tasks.drain()
    return mail.outbox[-1]


@pytest.mark.parametrize(("language", "direction"), [("id", "ltr"), ("en", "ltr"), ("ur", "rtl")])
def test_one_click_in_each_language_without_signing_in(cast: World, language: str, direction: str) -> None:
    person = User.objects.get(pk=cast.ani.pk)
    letter = gathered(cast, person, language)
    link = letter.extra_headers["List-Unsubscribe"].strip("<>")
    assert letter.extra_headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert link in letter.body
    assert f'dir="{direction}"' in letter.alternatives[0][0]
    path = "/" + link.split("/", 3)[3]
    stranger = Client(enforce_csrf_checks=True)  # a mail program: no cookies, no token
    asked = stranger.get(path)
    assert asked.status_code == 200
    assert f'lang="{language}" dir="{direction}"' in asked.content.decode()
    assert Preference.objects.get(person=person).rhythm == "daily"  # looking changes nothing
    for _click in range(2):
        answer = stranger.post(path, {"List-Unsubscribe": "One-Click"})
        assert answer.status_code == 200
        assert Preference.objects.get(person=person).rhythm == "never"
    with override(language):
        assert "sessionid" not in answer.cookies
    assert Preference.objects.get(person=person).history.filter(rhythm="never").count() == 1


def test_a_link_that_was_not_made_here_does_nothing(cast: World) -> None:
    with recorded(None):
        Preference.objects.create(person=cast.ani, rhythm="daily")
    token = address(cast.ani).rstrip("/").rpartition("/")[2]
    for wrong in (token[:-1], f"{token}x", "x", "1:abc", token.replace(token[0], "Z", 1)):
        assert Client().post(f"/notices/stop/{wrong}/").status_code == 404, wrong
    assert Preference.objects.get(person=cast.ani).rhythm == "daily"
    with recorded(None):
        User.objects.filter(pk=cast.ani.pk).update(is_active=False)
    assert Client().post(f"/notices/stop/{token}/").status_code == 404


def test_a_return_cannot_be_unsubscribed_from(cast: World, reports: list[Report]) -> None:
    assert mail.outbox
    for letter in mail.outbox:
        assert "List-Unsubscribe" not in letter.extra_headers
        assert "/notices/stop/" not in letter.body
        assert "/notices/settings/" in letter.body


# --- Dead letters ----------------------------------------------------------------------------------------


@pytest.fixture
def dead(cast: World, reports: list[Report]) -> Outbox:
    """A letter to Ani and another matter were given up."""
    at = cast.at("2026-02-04 10:00")
    tell(event="z", code="notice.month.opened", to=everyone([cast.ani], {"count": 1, "month": "2026-01",
         "due_at": at.isoformat()}, "/entry/"), urgent=True)  # fmt: skip
    letter = Outbox.objects.filter(topic="letter", done_at=None).get()
    Outbox.objects.filter(pk=letter.pk).update(
        done_at=at,
        last_error="SMTPRecipientsRefused 550",
        attempts=1,
        payload=letter.payload | {"failing_since": "x"},
    )
    Outbox.objects.create(
        key="k", topic="evidence.scan", payload={"file": "rahasia.pdf"}, created_at=at, not_before=at, done_at=at,
        last_error="ConnectionRefusedError", attempts=290,
    )  # fmt: skip
    mail.outbox.clear()
    return letter


def test_administrators_see_what_whom_and_why_and_nothing_of_what_it_says(cast: World, dead: Outbox) -> None:
    page = page_of(cast.root, "/outbox/")
    for word in (
        "Letter",
        "Ani Lembayung",
        "refuses this address",
        "550",
        "290",
        "Looking for viruses",
        "cannot be reached",
    ):
        assert word in page
    for word in ("rahasia", "ani@contoh.test", WHY):
        assert word not in page


@pytest.mark.parametrize("who", ["ani", "budi", "citra", "dewi", "gita"])
def test_nobody_else_finds_them_or_sends_them(cast: World, dead: Outbox, who: str) -> None:
    client = as_(cast.people[who])
    assert client.get("/outbox/").status_code == 404
    assert client.post("/outbox/", {"all": "1"}).status_code == 404
    assert Client().post("/outbox/", {"all": "1"}).status_code == 401
    assert Outbox.objects.exclude(done_at=None).exclude(last_error="").count() == 2


def test_one_is_sent_again_and_the_second_click_does_nothing(cast: World, dead: Outbox) -> None:
    root = as_(cast.root)
    root.post("/outbox/", {"one": str(dead.pk)})
    root.post("/outbox/", {"one": str(dead.pk)})
    tasks.drain()
    root.post("/outbox/", {"one": str(dead.pk)})
    tasks.drain()
    assert [letter.to for letter in mail.outbox] == [["ani@contoh.test"]]
    row = Outbox.objects.get(pk=dead.pk)
    assert (row.last_error, row.attempts, row.payload["resent_by"]) == ("", 1, cast.root.pk)
    assert "failing_since" not in row.payload
    assert Outbox.objects.get(key="k").last_error == "ConnectionRefusedError"
    for odd in ("", "x", "-1", "99999999"):
        assert root.post("/outbox/", {"one": odd}).status_code == 302


def test_all_are_sent_again_and_none_that_was_sent(
    cast: World, dead: Outbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    done: list[Outbox] = []
    monkeypatch.setitem(handlers, "evidence.scan", done.append)
    with recorded(None):
        Letter.objects.filter(pk=dead.payload["id"]).update(sent_at=cast.at("2026-02-04 10:01"))
    as_(cast.root).post("/outbox/", {"all": "1"})
    tasks.drain()
    assert len(done) == 1
    assert mail.outbox == []
    assert not Outbox.objects.exclude(last_error="").exists()


def test_administrators_are_told_once_a_day_as_long_as_there_are_any(cast: World, dead: Outbox) -> None:
    for day, expected in ((5, 1), (6, 2)):
        cast.at(f"2026-02-{day:02} 07:00")
        gathering.gather()
        gathering.gather()
        notices = Notice.objects.filter(person=cast.root, code="notice.outbox.dead")
        assert notices.count() == expected
    assert notices.latest("pk").params == {"count": 2}
    as_(cast.root).post("/outbox/", {"all": "1"})
    Outbox.objects.filter(key="k").delete()
    tasks.drain()
    cast.at("2026-02-09 07:00")
    gathering.gather()
    assert notices.count() == 2


def test_every_topic_and_kind_of_failure_has_its_words() -> None:
    assert set(handlers) | set(deliveries) - {"notice.mail"} <= set(TOPICS) | {"notice.mail"}
    for language in ("id", "en", "ur"):
        with override(language):
            assert all(str(words) for words in (*TOPICS.values(), *FAILURES.values()))
