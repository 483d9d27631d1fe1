"""The pages of keeping: who finds them, what they say, what they keep when something is refused."""

import csv
import hashlib
import json
from collections.abc import Callable, Iterator
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.http import QueryDict
from django.test import Client
from django.utils import translation

from approvals.keeping.forms import Draft
from approvals.models import Disposal, DisposalItem, Hold, YearBundle
from approvals.tasks import drain
from ledger.clock import now
from ledger.recording import recorded
from registry import grants
from registry.models import Unit
from submissions.models import Evidence
from tests.approvals.keeping_world import WHY, House, attach, kept_house, said
from tests.approvals.posts import browser_of, hidden
from tests.cast import World

HOLD = {"reason": WHY, "reference": "S-12/BPK/2037", "fiscal_year": "", "report": ""}
MINUTES = {"do": "approve", "minutes_no": "BA-7/2037", "minutes_date": "2037-02-03"}


@pytest.fixture(autouse=True)
def in_english() -> Iterator[None]:
    with translation.override("en"):
        yield


@pytest.fixture
def house(cast: World, tmp_path: Path, settings: Any) -> House:
    return kept_house(cast, tmp_path, settings)


@pytest.fixture
def go(house: House) -> Callable[[str], Client]:
    """`go("hadi")` is his browser, signed in."""
    return lambda who: browser_of(house.cast.people[who])


# --- Who finds what --------------------------------------------------------------------------------------


def test_strangers_find_nothing_heads_the_lists_of_their_agency_only(
    house: House, go: Callable[[str], Client]
) -> None:
    listed, hold = house.list(unit=house.agency), house.hold(house.other_agency)
    own = f"/keeping/disposals/{listed.token}/"
    pages = [
        "/keeping/", "/keeping/holds/", f"/keeping/holds/{hold.token}/", "/keeping/disposals/", own, f"{own}list.csv",
        f"{own}receipt/", f"{own}receipt.json", "/keeping/bundles/",
    ]  # fmt: skip
    for who in ("ani", "budi", "indah", "root"):
        client = go(who)
        assert {client.get(url).status_code for url in pages} == {404}, who
        assert {client.post(url, HOLD).status_code for url in (pages[1], pages[2], pages[3], own)} == {404}, (
            who
        )
    for who, seen in (("citra", 200), ("fitri", 404), ("joko", 200), ("hadi", 200), ("dewi", 200)):
        assert go(who).get(own).status_code == seen, who
        assert go(who).get(f"{own}receipt/").status_code == 404, "not carried out yet"
    citra = go("citra")
    assert "Dinas Pekerjaan Umum" in said(citra.get("/keeping/disposals/"))
    assert {citra.get(url).status_code for url in ("/keeping/", "/keeping/holds/", "/keeping/bundles/")} == {
        404
    }
    for who, url in (
        ("citra", "/keeping/disposals/"),
        ("dewi", "/keeping/disposals/"),
        ("dewi", "/keeping/bundles/"),
    ):
        assert go(who).post(url, {}).status_code == 404
    assert Client().get("/keeping/").status_code == 302
    assert go("hadi").post("/keeping/").status_code == 405


def test_an_auditor_of_one_agency_sees_and_holds_that_agency(
    house: House, go: Callable[[str], Client]
) -> None:
    grants.give(grants.AUDIT, house.gita, house.agency)
    above, beside = house.hold(), house.hold(house.other_agency)
    gita = go("gita")
    assert "Files of evidence 2026 4 1 kB" in said(gita.get("/keeping/"))
    assert gita.get(f"/keeping/holds/{above.token}/").status_code == 200
    assert gita.get(f"/keeping/holds/{beside.token}/").status_code == 404
    refusal = gita.post("/keeping/holds/", HOLD | {"unit": str(house.other_agency.pk)})
    assert refusal.status_code == 422 and "Choose a unit" in said(refusal)
    assert gita.post("/keeping/holds/", HOLD | {"unit": str(house.agency.pk)}).status_code == 302
    assert Hold.objects.filter(placed_by=house.gita, unit=house.agency).count() == 1


# --- What there is ---------------------------------------------------------------------------------------


def test_the_overview_says_how_much_until_when_and_what_is_held(
    house: House, go: Callable[[str], Client]
) -> None:
    house.hold(house.agency)
    page = said(go("hadi").get("/keeping/"))
    assert "Files of evidence 2026 5 1 kB 31 December 2036 4 0" in page
    assert "Holds in force S-12/BPK/2037" in page
    assert "10 years after the close of the fiscal year" in page and "for ever" in page
    assert "at least 1 year" in page


def test_a_longer_setting_is_said(house: House, go: Callable[[str], Client], settings: Any) -> None:
    settings.KEEPING_YEARS = {"evidence": 15, "papers": 1}
    page = said(go("dewi").get("/keeping/"))
    assert page.count("longer here than the law asks") == 1 and "31 December 2041" in page


def test_pages_ask_the_same_for_few_and_many(
    house: House, go: Callable[[str], Client], statements: Callable[[], Any]
) -> None:
    few, hadi, report = house.list(unit=house.other_agency), go("hadi"), house.reports()[0]
    house.hold()

    def counted(listed: Disposal) -> list[int]:
        found = []
        for url in (
            "/keeping/",
            "/keeping/holds/",
            "/keeping/disposals/",
            f"/keeping/disposals/{listed.token}/",
        ):
            hadi.get(url)
            with statements() as seen:
                assert hadi.get(url).status_code == 200
            found.append(len(seen))
        return found

    before = counted(few)
    house.at("2026-02-03 09:00")
    for number in range(12):
        attach(house.cast, [report], f"tambahan {number}")
    house.at("2037-02-03 09:00")
    house.release(Hold.objects.get())
    many = house.list(unit=house.agency)
    for number in range(12):
        house.hold(reference=f"S-{number}")
    assert many.things == 16 and counted(many) == before and max(before) < 30


# --- Holds by the page -----------------------------------------------------------------------------------


def test_hadi_places_a_hold_and_dewi_reads_it_and_its_end(house: House, go: Callable[[str], Client]) -> None:
    hadi, report = go("hadi"), Evidence.objects.order_by("pk").first().report
    typed = HOLD | {"unit": str(house.root.pk), "reason": "pendek", "report": f"/reports/{report.token}/"}
    page = hadi.post("/keeping/holds/", typed)
    assert page.status_code == 422 and "it has 6 now" in said(page)
    assert (
        f'value="/reports/{report.token}/"' in page.content.decode()
        and "S-12/BPK/2037" in page.content.decode()
    )
    assert "No report has the code" in said(hadi.post("/keeping/holds/", typed | {"report": "tidak-ada"}))
    answer = hadi.post("/keeping/holds/", typed | {"reason": WHY})
    hold = Hold.objects.get()
    assert (answer.status_code, hold.report, hold.unit, hold.fiscal_year) == (
        302,
        report,
        house.agency,
        house.year,
    )
    dewi, url = go("dewi"), f"/keeping/holds/{hold.token}/"
    assert WHY in said(dewi.get(url)) and "Release the hold" not in said(dewi.get(url))
    ending = {"reason": "Pemeriksaan selesai", "reference": "S-99"}
    refusal = dewi.post(url, ending)
    assert refusal.status_code == 422 and "released by whoever placed it" in said(refusal)
    assert hadi.post(url, ending).status_code == 302 and hadi.post(url, ending).status_code == 302
    assert "Pemeriksaan selesai" in said(dewi.get(url))
    assert "released by Hadi Wanareja" in said(dewi.get("/keeping/holds/"))


def test_what_is_no_unit_year_or_day_is_refused_in_words(house: House, go: Callable[[str], Client]) -> None:
    hadi = go("hadi")
    strange = {
        "unit": "x\x00",
        "fiscal_year": "9" * 30,
        "kind": "reports",
        "before": "besok",
        "reason": WHY,
        "reference": "1",
    }
    for url, words in (
        ("/keeping/holds/", ("Choose a unit", "Choose a fiscal year")),
        ("/keeping/disposals/", ("Choose a unit", "Choose what is to be listed", "“besok” is not a day")),
        ("/keeping/bundles/", ("Choose a unit", "Choose a fiscal year")),
    ):
        page = hadi.post(url, strange)
        assert page.status_code == 422
        assert all(one in said(page) for one in words), said(page)
    far = {"kind": "evidence", "unit": str(house.root.pk), "before": "9999-12-31"}
    assert hadi.post("/keeping/disposals/", far).status_code == 422
    assert not YearBundle.objects.exists()


# --- Disposal by the page --------------------------------------------------------------------------------


def test_from_the_list_to_the_printed_receipt(house: House, go: Callable[[str], Client]) -> None:
    hadi, lia = go("hadi"), go("lia")
    typed = {"kind": "evidence", "unit": str(house.root.pk), "before": "2027-02-04"}
    early = hadi.post("/keeping/disposals/", typed)
    assert early.status_code == 422 and "may be listed from 4 February 2037 on" in said(early)
    assert 'value="2027-02-04"' in early.content.decode()
    assert hadi.post("/keeping/disposals/", typed | {"before": "2027-01-01"}).status_code == 302
    listed = Disposal.objects.get()
    url = f"/keeping/disposals/{listed.token}/"
    assert "You made this list yourself" in said(hadi.get(url)) and "Approve and carry out" not in said(
        hadi.get(url)
    )
    assert "lokasi 0.png, Dinas Pekerjaan Umum, 1.03.10.2.01.0001, 2026-01" in said(lia.get(url))
    rows = list(csv.DictReader(StringIO(lia.get(f"{url}list.csv").content.decode())))
    assert [row["sha256"] for row in rows] == list(
        listed.items.order_by("pk").values_list("sha256", flat=True)
    )
    seen = hidden(lia.get(url))
    incomplete = lia.post(url, MINUTES | seen | {"minutes_no": ""})
    assert incomplete.status_code == 422 and "Write the number of the minutes" in said(incomplete)
    assert hadi.post(url, MINUTES | seen).status_code == 422
    assert (
        lia.post(url, MINUTES | seen).status_code == 302 and lia.post(url, MINUTES | seen).status_code == 302
    )
    drain()
    done = Disposal.objects.get()
    receipt = said(lia.get(f"{url}receipt/"))
    assert "BA-7/2037" in receipt and hashlib.sha256(done.receipt.encode()).hexdigest() in receipt
    assert lia.get(f"{url}receipt.json").content.decode() == done.receipt
    assert json.loads(done.receipt)["spared"] == [] and "5 gone, 0 kept" in said(go("dewi").get(url))
    assert DisposalItem.objects.exclude(disposed_at=None).count() == 5


def test_a_list_that_changed_since_it_was_seen_comes_back_with_what_was_typed(
    house: House, go: Callable[[str], Client]
) -> None:
    listed, citra = house.list(unit=house.agency), go("citra")
    url = f"/keeping/disposals/{listed.token}/"
    seen = hidden(citra.get(url))
    house.hold(report=Evidence.objects.order_by("pk").first().report)
    page = citra.post(url, MINUTES | seen)
    assert page.status_code == 422 and "Something changed since you looked" in said(page)
    assert (
        "2 things on it are under a legal hold now" in said(page)
        and 'value="BA-7/2037"' in page.content.decode()
    )
    assert citra.post(url, MINUTES | hidden(page)).status_code == 302
    assert go("citra").post(url, {"do": "cancel", "reason": WHY}).status_code == 422


def test_the_lister_withdraws_and_says_why(house: House, go: Callable[[str], Client]) -> None:
    listed, hadi = house.list(), go("hadi")
    url = f"/keeping/disposals/{listed.token}/"
    assert hadi.post(url, {"do": "cancel", "reason": "salah"}).status_code == 422
    assert hadi.post(url, {"do": "cancel", "reason": WHY}).status_code == 302
    assert (
        "cancelled" in said(hadi.get(url))
        and Disposal.objects.get().history.first().history_change_reason == WHY
    )


def test_every_page_is_read_in_urdu(house: House, go: Callable[[str], Client]) -> None:
    done, hold = house.gone(), house.hold()
    hadi = go("hadi")
    hadi.cookies["django_language"] = "ur"
    for url in (
        "/keeping/", "/keeping/holds/", f"/keeping/holds/{hold.token}/", "/keeping/disposals/", "/keeping/bundles/",
        f"/keeping/disposals/{done.token}/", f"/keeping/disposals/{done.token}/receipt/",
    ):  # fmt: skip
        page = hadi.get(url)
        assert page.status_code == 200 and 'dir="rtl"' in page.content.decode()


def test_a_bundle_tells_of_the_whole_ledger_so_who_audits_one_agency_does_not_get_it(
    house: House, go: Callable[[str], Client]
) -> None:
    grants.give(grants.AUDIT, house.gita, house.agency)
    with recorded(None):
        made = YearBundle.objects.create(
            fiscal_year=house.year, unit=house.agency, asked_at=now(), made_at=now(),
            file=ContentFile(b"all events of the government", name="2026.zip"),
        )  # fmt: skip
    url = f"/keeping/bundles/{made.token}/bundle.zip"
    assert go("gita").get(url).status_code == 404
    assert url not in go("gita").get("/keeping/bundles/").content.decode()
    for who in ("hadi", "dewi"):
        assert url in go(who).get("/keeping/bundles/").content.decode()
        assert b"".join(go(who).get(url)) == b"all events of the government"


def test_who_audits_a_section_does_not_see_a_hold_on_one_report_of_the_agency_above(
    house: House, go: Callable[[str], Client]
) -> None:
    with recorded(None):
        section = Unit.objects.create(
            government=house.government, parent=house.agency, kind="SECTION", code="1.03.01", name="Bidang"
        )
    grants.give(grants.AUDIT, house.gita, section)
    whole = house.hold(house.agency)
    one = house.hold(report=Evidence.objects.earliest("pk").report, reference="S-77/KPK/2037")
    page = go("gita").get("/keeping/holds/").content.decode()
    assert whole.token in page and one.token not in page
    assert go("gita").get(f"/keeping/holds/{one.token}/").status_code == 404


def test_a_reason_of_many_lines_is_kept_to_its_last_word() -> None:
    typed = "a\n" * 499 + "ya"
    post = QueryDict(mutable=True)
    post["reason"] = typed.replace("\n", "\r\n")
    assert Draft.of(post).text("reason") == typed
