"""The day's checkpoint by mail, over a real mail server: to who audits the whole, once a day, whatever the server does."""

from collections.abc import Callable
from datetime import timedelta
from email.message import EmailMessage
from typing import Any

import psycopg
import pytest

from approvals.tasks import drain
from audit import anchoring, tasks
from ledger import checkpoints
from ledger.checkpoints import Checkpoint
from ledger.notes import Sealer, sealer_of
from ledger.recording import recorded
from ledger.sealing import seal
from ledger.verify import Key
from registry import grants
from registry.models import Unit
from tests.approvals.postoffice import PostOffice, office, text_of
from tests.cast import World
from workflow.models import Outbox

__all__ = ["office"]
DAY = "2026-02-03 09:00"


@pytest.fixture
def sealer(tmp_path: Any) -> Sealer:
    return sealer_of(tmp_path / "ledger")


@pytest.fixture
def newest(cast: World, sealer: Sealer, monkeypatch: pytest.MonkeyPatch) -> Callable[[int], None]:
    """`newest(size)` lets that be the newest checkpoint; the sealer's own tables are not open to the site's role."""

    def put(size: int) -> None:
        at = cast.at(DAY)
        kept = Checkpoint(size, bytes(32), sealer.note(size, bytes(32)), at) if size else None
        monkeypatch.setattr(anchoring, "latest", lambda: kept)

    assert checkpoints.latest() is None
    put(1234)
    return put


@pytest.fixture
def inspectorate(cast: World, newest: Any, settings: Any) -> World:
    """Dewi audits the whole government, Gita one agency; an office outside wants it too."""
    cast.at(DAY)
    settings.LEDGER_ANCHOR_MAIL = ["arsip@luar.test", "DEWI@contoh.test"]
    with recorded(None):
        cast.dewi.language, cast.dewi.email = "en", "dewi@contoh.test"
        cast.dewi.save()
        grants.give(grants.AUDIT, cast.gita, cast.agency)
    return cast


def attached(letter: EmailMessage) -> tuple[str, bytes]:
    (part,) = letter.iter_attachments()
    content = part.get_content()
    assert isinstance(content, bytes)
    return str(part.get_filename()), content


def mailed(office: PostOffice) -> dict[str, EmailMessage]:
    assert tasks.mail_checkpoint() >= 0
    drain()
    return {str(letter["To"]): letter for _when, letter in office.received}


def test_who_audits_the_whole_government_has_it_in_the_morning(
    inspectorate: World, office: PostOffice, sealer: Sealer
) -> None:
    letters = mailed(office)
    assert set(letters) == {"dewi@contoh.test", "arsip@luar.test"}
    dewi = letters["dewi@contoh.test"]
    name, note = attached(dewi)
    assert name == "checkpoint-1234.txt" and Key(sealer.public).open(note.decode()) == (1234, bytes(32))
    words = text_of(dewi).replace("\r\n", "\n")
    assert note.decode() in words
    assert "python3 verify.py EXPORT --key key.txt --anchor checkpoint-1234.txt" in words
    assert "python3 -m ledger.witness https://jenjang.contoh.test/ledger --key key.txt --state heads" in words
    assert dewi["Subject"] == "Jenjang: the ledger's checkpoint of 1234 entries"
    assert dewi["Auto-Submitted"] == "auto-generated" and "Dear " in words
    assert "Dear" not in text_of(letters["arsip@luar.test"])


def test_what_is_attached_is_what_the_sealer_signed(
    committed: dict[str, str], cast: World, office: PostOffice, sealer: Sealer
) -> None:
    with psycopg.connect(committed["sealer"], autocommit=True) as connection:
        count = seal(connection, sealer)
    cast.at(DAY)
    (letter,) = mailed(office).values()
    name, note = attached(letter)
    kept = checkpoints.latest()
    assert kept and (name, note.decode()) == (f"checkpoint-{count}.txt", kept.note)
    assert Key(sealer.public).open(note.decode()) == (count, kept.root)


def test_once_a_day_and_person_however_often_beat_comes(inspectorate: World, office: PostOffice) -> None:
    assert [tasks.mail_checkpoint() for _hour in range(3)] == [2, 0, 0]
    drain()
    drain()
    inspectorate.at("2026-02-03 23:30")
    assert (len(mailed(office)), len(office.received)) == (2, 2)
    inspectorate.at("2026-02-04 05:59")
    assert tasks.mail_checkpoint() == 0
    inspectorate.at("2026-02-04 06:01")
    assert tasks.mail_checkpoint() == 2
    drain()
    assert len(office.received) == 4 and len(set(office.ids())) == 4


def test_it_says_how_much_came_since_the_last_letter(
    inspectorate: World, office: PostOffice, newest: Callable[[int], None]
) -> None:
    words = []
    for day, size in enumerate((1234, 1300, 1300, 1200, 0)):
        newest(size)
        inspectorate.at(f"2026-02-{3 + day:02} 09:00")
        words.append(text_of(mailed(office)["dewi@contoh.test"]))
        assert bool(size) == bool(list(office.received[-1][1].iter_attachments()))
    assert "last letter" not in words[0]
    assert "66 entries more than in the last letter" in words[1]
    assert "Nothing was sealed since the last letter" in words[2]
    assert "fewer entries than in the last letter" in words[3]
    assert "no checkpoint yet" in words[4]


def test_a_mail_server_that_is_down_costs_no_day_and_doubles_nothing(
    inspectorate: World, office: PostOffice
) -> None:
    office.close()
    assert mailed(office) == {}
    waiting = Outbox.objects.filter(topic=anchoring.TOPIC, done_at=None)
    assert waiting.count() == 2
    office.open()
    at = inspectorate.at(DAY)
    inspectorate.move_clock(at + timedelta(minutes=20))
    assert set(mailed(office)) == {"dewi@contoh.test", "arsip@luar.test"} and len(office.received) == 2
    assert not waiting.exists()


def test_an_answer_that_is_lost_brings_the_same_letter_once_more(
    inspectorate: World, office: PostOffice, settings: Any
) -> None:
    settings.LEDGER_ANCHOR_MAIL = []
    office.drops = 1
    mailed(office)
    at = inspectorate.at(DAY)
    inspectorate.move_clock(at + timedelta(minutes=20))
    drain()
    assert len(office.seen) == 2 and len(set(office.ids())) == 1


@pytest.mark.parametrize("gone", ["left", "no address", "no grant", "taken off the list"])
def test_who_is_meant_no_more_is_not_written_to(
    inspectorate: World, office: PostOffice, settings: Any, gone: str
) -> None:
    assert tasks.mail_checkpoint() == 2
    with recorded(None):
        if gone == "left":
            inspectorate.dewi.is_active = False
        elif gone == "no address":
            inspectorate.dewi.email = ""
        elif gone == "no grant":
            grants.take(grants.AUDIT, inspectorate.dewi, Unit.objects.get(parent=None))
        inspectorate.dewi.save()
    if gone == "taken off the list":
        settings.LEDGER_ANCHOR_MAIL = []
    drain()
    expected = {"dewi@contoh.test"} if gone == "taken off the list" else {"arsip@luar.test"}
    assert set(office.to()) == expected
    assert not Outbox.objects.filter(topic=anchoring.TOPIC, done_at=None).exists()


def test_nobody_else_is_written_to(inspectorate: World, office: PostOffice, settings: Any) -> None:
    settings.LEDGER_ANCHOR_MAIL = []
    with recorded(None):
        grants.take(grants.AUDIT, inspectorate.dewi, Unit.objects.get(parent=None))
    assert tasks.mail_checkpoint() == 0
    assert mailed(office) == {}


def test_any_number_of_auditors_costs_the_same(inspectorate: World, statements: Callable[[], Any]) -> None:
    with statements() as few:
        tasks.mail_checkpoint()
    inspectorate.at("2026-02-04 09:00")
    with recorded(None):
        for one in ("ani", "budi", "citra", "eko", "fitri"):
            person = inspectorate.people[one]
            person.email = f"{one}@contoh.test"
            person.save()
            grants.give(grants.AUDIT, person, Unit.objects.get(parent=None))
    with statements() as many:
        assert tasks.mail_checkpoint() == 7
    assert len(many) == len(few)


def test_beat_knows_the_task(settings: Any) -> None:
    tasks_of_beat = {one["task"] for one in settings.CELERY_BEAT_SCHEDULE.values()}
    assert tasks.mail_checkpoint.name in tasks_of_beat
