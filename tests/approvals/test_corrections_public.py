"""What a correction leaves for everybody to see: both figures, both documents, counts; and how a small error needs none."""

from decimal import Decimal

from django.test import Client

from approvals import services
from submissions import services as entering
from submissions.models import Report
from submissions.services import LineEntry
from tests.approvals.bureau import Bureau
from tests.approvals.test_corrections import REASON, as_, asked, files, march, office, published, revised
from tests.cast import World
from workflow import engine, route

__all__ = ["files", "office"]


def test_the_public_page_shows_march_as_published_and_restated(cast: World, office: Bureau) -> None:
    code = Report.objects.get(pk=march().report).item.sub_activity_code
    address = f"/p/2026/{cast.agency.code}/{code}/"
    visitor = Client(headers={"accept-language": "en"})
    before = visitor.get(address)
    rows = {row.month: row for _month, row, *_ in before.context["rows"]}
    assert [(rows[month].this_month, rows[month].realised) for month in (3, 4, 5)] == [
        (10, 20),
        (30, 50),
        (45, 95),
    ]
    assert (
        not before.context["corrections"]
        and b"restated" not in before.content.split(b"<footer")[0].split(b"Each month")[0]
    )

    revised(cast, office, march("15"))
    after = visitor.get(address)
    found = {
        row.month: (row, first) for _month, row, _problems, _notes, first, _dossier in after.context["rows"]
    }
    assert [(found[month][0].this_month, found[month][0].realised) for month in (3, 4, 5)] == [
        (15, 25), (30, 55), (45, 100),
    ]  # fmt: skip
    assert [found[month][1]["first"].realised for month in (3, 4, 5)] == [20, 50, 95]
    assert [[one.number for one in found[month][1]["because"]] for month in (3, 4, 5)] == [[3], [3], [3]]
    assert found[2][1] is None
    (correction,) = after.context["corrections"]
    old, new = (one for one, _notes in correction["revisions"])
    assert [(one.revision, one.state, one.this_month, one.realised) for one in (old, new)] == [
        (0, "superseded", 10, 20), (1, "published", 15, 25),
    ]  # fmt: skip
    page = after.content.decode()
    assert f"Revision 1: {REASON}" in page and "cumulative restated" in page


def test_totals_are_shown_both_ways(cast: World, office: Bureau) -> None:
    visitor = Client(headers={"accept-language": "en"})
    addresses = ("/p/2026/2026-05/", f"/p/2026/2026-05/{cast.agency.code}/")
    assert all(visitor.get(address).context["moved"] is None for address in addresses)
    revised(cast, office, march("15"))
    for address in addresses:
        page = visitor.get(address)
        both, total = page.context["moved"], page.context["total"]
        assert (both.items, both.realised, total.realised) == (1, 95, 100)
        assert "as first published" in page.content.decode()
    assert as_(cast.citra).get("/overview/?month=2026-05").context["moved"].realised == 95
    assert visitor.get("/p/2026/2026-02/").context["moved"] is None


# --- A small error, without a revision -------------------------------------------------------------------


def test_a_small_error_is_corrected_by_a_negative_amount_of_the_next_month(
    cast: World, office: Bureau
) -> None:
    """V-12 and V-13: June takes 4 of March back; what is signed stays as it is."""
    cast.open(6)
    cast.at("2026-07-03 09:00")
    (june,) = cast.reports(6)
    line = june.lines.get()
    correct = LineEntry(Decimal(-4), "SP2D nomor 17 dibatalkan", 3)
    too_much = cast.entry(june, lines={line.pk: LineEntry(Decimal(-96), "Semua yang ada", 3)})
    saved = entering.save_entries(actor=cast.ani, entries=[too_much])
    assert "V-13" in {one.rule for one in saved.findings[june.pk] if one.blocks}
    saved = entering.save_entries(actor=cast.ani, entries=[cast.entry(june, lines={line.pk: correct})])
    assert june.pk in saved.versions, saved
    cast.explained([june])
    versions = cast.versions([june])
    assert all(one.done for one in entering.submit(actor=cast.ani, versions=versions))
    services.verify(actor=cast.budi, versions=versions)
    for verb in (route.SIGN, route.PUBLISH):
        engine.perform(verb, Report, versions, actor=cast.citra, whole=True)
    page = Client(headers={"accept-language": "en"}).get(
        f"/p/2026/{cast.agency.code}/{june.item.sub_activity_code}/"
    )
    rows = {row.month: row for _month, row, *_ in page.context["rows"]}
    assert (rows[6].this_month, rows[6].realised, rows[3].this_month, rows[3].realised) == (-4, 91, 10, 20)
    assert not page.context["corrections"]


def test_how_many_each_agency_asked_for_and_how_long_it_took(cast: World, office: Bureau) -> None:
    """Asked on Friday 12 June, answered on Monday 22: six working days, one more than promised."""
    case = asked(office, march("15"))
    cast.at("2026-06-22 09:00")
    office.answer(case, "hadi")
    office.answer(case, "indah")
    office.answer(asked(office, march("44", 5, "45.00")), "hadi", agree=False)
    (row,) = as_(cast.hadi).get("/requests/?tab=all").context["counts"]
    assert (row.asked, row.waiting, row.granted, row.refused, row.in_time) == (2, 0, 1, 1, 1)
    assert (row.mean_answer, row.published, row.mean_publish) == (3, 0, None)
    old = Report.objects.get(pk=march().report)
    entering.amend(actor=cast.citra, versions={old.pk: old.version}, reason=REASON)
    cast.at("2026-06-24 09:00")
    published(cast, 3, 15, Report.objects.get(revision=1))
    (row,) = as_(cast.citra).get("/overview/").context["counts"]
    assert (row.published, row.mean_publish) == (1, 8)
    assert as_(cast.gita).get("/requests/?tab=all").context["counts"] == []
