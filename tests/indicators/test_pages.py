"""The pages of packs: who finds what there, what comes back from a form, and what a page costs."""

from collections.abc import Callable
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from indicators.models import Pack, PackFile, PackOpening
from tests.cast import PNG, World, factor
from tests.indicators.province import SOUND, Province

As = Callable[[Any], Client]
REASON = "The receivables differ from the ledger of the company."


def page(pack: Pack) -> str:
    return reverse("indicators:pack", args=[pack.token])


def entry(pack: Pack) -> str:
    return reverse("indicators:entry", args=[pack.token])


def typed(province: Province, pack: Pack, **change: str) -> dict[str, str]:
    """What the entry page would send."""
    answers = {"1": "yes", "0": "no"}
    yes_no = ("accounts_on_time", "board_met", "ceo_in_post", "cfo_in_post", "internal_audit")
    told = {f"f-{code}": answers[text] if code in yes_no else text for code, text in SOUND.items()}
    fixed = {"version": str(province.version(pack)), "number_language": "en", "act": "save", "key": "k1"}
    return told | fixed | change


def test_what_waits_stands_on_the_desk_of_who_must_act(province: Province, as_: As) -> None:
    pack = province.open()
    desks = {}
    for who in ("gulzar", "palwasha", "shehram", "zarmina"):
        desks[who] = [row["unit"] for row in as_(province.people[who]).get("/packs/").context["rows"]]
    assert desks == {"gulzar": [province.water.name], "palwasha": [], "shehram": [], "zarmina": []}
    province.submitted(pack)
    rows = as_(province.palwasha).get("/packs/").context["rows"]
    assert [(row["unit"], row["where"].person) for row in rows] == [
        (province.water.name, "Palwasha Marwatkhel")
    ]
    assert as_(province.gulzar).get("/packs/").context["rows"] == []
    others = as_(province.zarmina).get("/packs/?tab=others").context["rows"]
    assert {row["unit"] for row in others} == {province.water.name, province.hospital.name}


@pytest.mark.parametrize(
    ("who", "found"),
    [("gulzar", 200), ("palwasha", 200), ("shehram", 200), ("zarmina", 200), ("tariq", 404), ("nadir", 404),
     ("wajahat", 404), ("spozhmay", 404)],
)  # fmt: skip
def test_a_pack_is_seen_by_its_own_people_and_those_above(
    province: Province, as_: As, who: str, found: int
) -> None:
    pack = province.signed(province.open())
    client = as_(province.people[who])
    file = PackFile.objects.get(pack=pack)
    addresses = [page(pack), reverse("indicators:file", args=[file.token])]
    assert [client.get(address).status_code for address in addresses] == [found, found]
    assert client.post(page(pack), {"act": "review"}).status_code in ((404,) if found == 404 else (422, 302))


def test_who_has_nothing_to_do_with_packs_finds_no_desk(province: Province, as_: As) -> None:
    assert as_(province.spozhmay).get("/packs/").status_code == 404
    assert Client().get("/packs/").status_code == 302


def test_figures_are_saved_submitted_and_come_back_when_refused(province: Province, as_: As) -> None:
    pack = province.open()
    client = as_(province.gulzar)
    assert client.get(entry(pack)).status_code == 200
    answer = client.post(
        entry(pack), typed(province, pack, **{"f-cash": "1.2.3", "n-debt": "as of the bank's letter"})
    )
    assert answer.status_code == 422
    assert "1.2.3" in answer.content.decode() and "as of the bank" in answer.content.decode()
    assert province.version(pack) == 1
    assert client.post(entry(pack), typed(province, pack)).status_code == 302
    assert province.version(pack) == 2
    refused = client.post(entry(pack), typed(province, pack, act="submit"))
    assert refused.status_code == 422
    assert {one["field"] for one in refused.context["errors"]} == {"evidence", "statement"}
    upload = SimpleUploadedFile("accounts.png", PNG)
    posted = typed(province, pack, act="submit", statement="1", key="k2") | {"evidence": upload}
    done = client.post(entry(pack), posted)
    assert (done.status_code, done["Location"]) == (302, page(pack))
    assert Pack.objects.get(pk=pack.pk).state == "submitted"
    again = client.post(entry(pack), {**posted, "evidence": ""})
    assert again.status_code == 302
    assert Pack.objects.get(pk=pack.pk).step == 1
    assert client.get(entry(pack))["Location"] == page(pack)


def test_figures_are_read_in_the_language_of_the_page(province: Province, as_: As) -> None:
    pack = province.open()
    as_(province.gulzar).post(
        entry(pack), typed(province, pack, number_language="id", **{"f-budget": "4.000,50"})
    )
    assert str(pack.figures.get(code="budget").value) == "4000.50"


def test_a_stale_page_keeps_what_was_typed(province: Province, as_: As) -> None:
    pack = province.open()
    posted = typed(province, pack, **{"f-cash": "123"})
    province.enter(pack)
    answer = as_(province.gulzar).post(entry(pack), posted)
    assert answer.status_code == 422
    assert 'value="123"' in answer.content.decode()
    assert str(pack.figures.get(code="cash").value) == "300.00"


def test_a_file_goes_again(province: Province, as_: As) -> None:
    pack = province.open()
    province.enter(pack)
    file = PackFile.objects.get(pack=pack)
    as_(province.gulzar).post(entry(pack), typed(province, pack, remove_file=str(file.pk)))
    assert not PackFile.objects.filter(pack=pack).exists()


def test_a_text_is_no_evidence(province: Province, as_: As) -> None:
    pack = province.open()
    upload = SimpleUploadedFile("accounts.pdf", b"these are the accounts")
    answer = as_(province.gulzar).post(entry(pack), typed(province, pack) | {"evidence": upload})
    assert answer.status_code == 422
    assert "accounts.pdf" in answer.context["evidence_error"]


def test_the_journey_over_the_pages(province: Province, as_: As) -> None:
    pack = province.submitted(province.open())

    def act(who: str, verb: str, **said: str) -> int:
        posted = {"act": verb, "version": province.version(pack), **said}
        return as_(province.people[who]).post(page(pack), posted).status_code

    assert act("shehram", "verify") == 422
    assert act("palwasha", "verify") == 302
    assert act("shehram", "sign", code="000000") == 422
    assert act("shehram", "sign", code=factor(province.shehram).code) == 302
    assert act("zarmina", "return", reason="short") == 422
    assert act("zarmina", "return", reason=REASON, figures="receivable") == 302
    answer = as_(province.gulzar).get(entry(pack))
    assert answer.context["returned"]["reason"] == REASON
    assert answer.context["returned"]["fields"] == ["Receivables"]
    province.submitted(pack)
    assert act("palwasha", "verify") == 302
    assert act("shehram", "sign", code=factor(province.shehram).code) == 302
    assert act("zarmina", "review") == 302
    assert Pack.objects.get(pk=pack.pk).state == "published"
    steps = as_(province.gulzar).get(page(pack)).context["steps"]
    assert [(step["label"], step["state"]) for step in steps][-1] == ("Published", "done")
    assert {step["state"] for step in steps} == {"done"}


def test_looking_by_who_must_act_is_remembered(province: Province, as_: As) -> None:
    pack = province.submitted(province.open())
    for who, times in (("zarmina", 0), ("palwasha", 1), ("palwasha", 1)):
        as_(province.people[who]).get(page(pack))
        assert PackOpening.objects.count() == times


@pytest.mark.parametrize("odd", ["²", "-1", "9" * 30, "", "abc", "\x00"])
def test_odd_posts_are_answered_and_never_an_error(province: Province, as_: As, odd: str) -> None:
    pack = province.submitted(province.open())
    client = as_(province.palwasha)
    assert client.post(page(pack), {"act": "verify", "version": odd}).status_code == 422
    assert client.post(page(pack), {"act": odd}).status_code == 302
    assert client.get("/packs/", {"tab": odd, "page": odd}).status_code == 200
    posted = {"act": "return", "reason": odd[:9], "figures": odd, "version": province.version(pack)}
    assert client.post(page(pack), posted).status_code == 422
    assert client.post(entry(pack), {"act": "submit", "f-cash": odd, "remove_file": odd}).status_code in (
        302,
        422,
    )


def test_its_people_see_their_own_government(cast: World, province: Province, as_: As) -> None:
    answer = as_(province.gulzar).get("/packs/")
    assert answer.context["government"] == province.government
    regency = as_(cast.ani).get("/entry/")
    assert regency.context["government"] == cast.government
    assert Client().get("/").context["government"] == cast.government


def test_the_other_government_sees_nothing_of_it(cast: World, province: Province, as_: As) -> None:
    pack = province.published(province.open())
    for who in ("ani", "budi", "citra", "dewi", "root"):
        assert as_(cast.people[who]).get(page(pack)).status_code == 404
        assert as_(cast.people[who]).get("/packs/").status_code == 404
