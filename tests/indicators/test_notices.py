"""Who hears of a pack: whose turn it is, and the finance officer when it comes back or is accepted."""

from collections import Counter

from django.core import mail

from approvals.models import Notice
from approvals.tasks import drain
from indicators import services, tasks
from tests.indicators.province import Province
from wording.sentences import say
from workflow.models import Outbox
from workflow.outbox import handlers

REASON = "The receivables differ from the ledger of the company."


def told() -> Counter[tuple[str, str]]:
    """(who, what) of every notice so far."""
    drain()
    assert not Outbox.objects.filter(done_at=None).exists()
    return Counter(Notice.objects.values_list("person__username", "code"))


def test_each_office_hears_when_its_turn_comes(province: Province) -> None:
    assert set(tasks.notices.TOLD) <= set(handlers)
    pack = province.submitted(province.open())
    assert told() == {("palwasha", "notice.pack.waits"): 1}
    province.verified(pack)
    assert told()["shehram", "notice.pack.waits"] == 1
    province.signed(pack)
    assert told()["zarmina", "notice.pack.waits"] == 1
    province.published(pack)
    assert told()["gulzar", "notice.pack.published"] == 1
    assert sum(told().values()) == 4


def test_the_finance_officer_reads_why_it_came_back(province: Province) -> None:
    province.gulzar.email = "gulzar@contoh.test"
    province.gulzar.save()
    pack = province.signed(province.open())
    services.send_back(actor=province.zarmina, versions=province.versions(pack), reason=REASON)
    told()
    (notice,) = Notice.objects.filter(code="notice.pack.returned")
    sentence = say(notice.code, notice.params)
    assert notice.person == province.gulzar
    for part in (REASON, "Zarmina Khushalzai", "Shaheenabad Water & Sanitation Company", "Q1 2025-26"):
        assert part in sentence
    assert [letter.to for letter in mail.outbox] == [["gulzar@contoh.test"]]
    assert REASON in mail.outbox[0].body


def test_what_has_moved_on_meanwhile_is_told_to_nobody(province: Province) -> None:
    pack = province.submitted(province.open())
    services.recall(actor=province.gulzar, versions=province.versions(pack))
    assert told() == {}
