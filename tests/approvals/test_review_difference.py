"""A review is a difference: against last month, plan and last return; a return names cells, and those are looked at again."""

import gzip
import io
import re
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as site
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from PIL import Image

from approvals import services
from ledger.clock import now
from ledger.recording import recorded
from registry.models import User
from submissions import cells, comments, evidence, marks
from submissions import services as entering
from submissions.cells import Cell
from submissions.evidence_forms import Said
from submissions.models import EvidenceScan, Opening, Report
from submissions.readings import read
from tests.cast import WHY, WITA, World, assign
from tests.roads import HEAD, PLANNER, SECTION, follows, office, planner
from tests.submissions.corpus_makers import pdf
from tests.submissions.evidence import folder
from workflow import engine, route
from workflow.models import Act, Decision

__all__ = ["folder"]
REASON = "Mohon diperbaiki sesuai SP2D"


def as_(who: User) -> Client:
    with recorded(None):
        User.objects.filter(pk=who.pk).update(language="en")
        who.refresh_from_db()
    client = Client()
    client.force_login(who, backend="django.contrib.auth.backends.ModelBackend")
    return client


@pytest.fixture
def report(cast: World) -> Report:
    """February of one sub-activity with two lines, behind a published January; it waits for Budi."""
    cast.item(ceilings=(100, 200), cash=[25] * 12, physical=[8] * 11 + [12])
    january = cast.open()
    versions = cast.submitted(january, 10, 20, increment=8)
    services.verify(actor=cast.budi, versions=versions)
    for verb in (route.SIGN, route.PUBLISH):
        engine.perform(verb, Report, versions, actor=cast.citra)
    cast.at("2026-03-03 09:00")
    february = [one for one in cast.open(2) if one.period.month == 2]
    cast.submitted(february, 10, 60, increment=9, status="PELAKSANAAN")
    return Report.objects.get(period__month=2)


def line(report: Report, place: int = 0) -> str:
    return f"line-{report.lines.order_by('line__account_code')[place].pk}"


def page(cast: World, report: Report, who: str = "budi", asked: str = "") -> Any:
    answer = as_(cast.people[who]).get(f"/reports/{report.token}/{asked}")
    assert answer.status_code == 200
    return answer


def rows(answer: Any) -> dict[str, Any]:
    return {row.mark: row for row in (*answer.context["figures"], *answer.context["words"])}


def returned(cast: World, report: Report, *named: str) -> None:
    versions = cast.versions([report])
    (outcome,) = services.send_back(actor=cast.budi, versions=versions, reason=REASON, marks=list(named))
    assert outcome.done


def corrected(cast: World, report: Report, **typed: str) -> None:
    """Ani corrects cells (their names with an underscore for each dash) and hands it in again."""
    asked = {name.replace("__", "-"): Cell(text, None) for name, text in typed.items()}
    answer = cells.save(actor=cast.ani, typed={report.pk: asked}, language="id")[report.pk]
    assert answer.clean, answer
    cast.explained([report])
    (outcome,) = entering.submit(actor=cast.ani, versions=cast.versions([report]))
    assert outcome.done, outcome


def test_each_row_stands_beside_last_month_plan_and_what_is_cumulative(cast: World, report: Report) -> None:
    answer = page(cast, report)
    found = rows(answer)
    first, second = found[line(report)], found[line(report, 1)]
    assert [first.texts[name] for name in ("last", "now", "change", "cumulative")] == ["10", "10", "0", "20"]
    assert [second.texts[name] for name in ("last", "now", "change")] == ["20", "60", "+40"]
    work = found["increment"].texts
    assert (work["last"], work["now"], work["change"]) == ("8.00", "9.00", "+1.00")
    assert (work["cumulative"], work["plan"]) == ("17.00", "16.00")
    assert answer.context["report"]["cash_plan"] == 50 and answer.context["report"]["change"] == "+40"
    assert found["status"].last == found["status"].now == "Under way"
    assert answer.context["since"] is False and answer.context["asked"] is None


def test_the_officers_explanation_stands_beside_the_cell_it_explains(cast: World, report: Report) -> None:
    (reading,) = read([report.pk])
    answer = page(cast, report)
    everywhere = [*rows(answer).values(), answer.context["whole"], answer.context["proof"]]
    placed = {part["mark"]: (row.mark, part) for row in everywhere for part in row.parts}
    assert {mark for mark in placed if mark.startswith("why-")} == {
        f"why-{mark}" for mark in reading.explanations
    }
    for mark, text in reading.explanations.items():
        place, part = placed[f"why-{mark}"]
        assert part["text"] == text and part["sentences"]
        assert place == {"V-18": "increment", "V-14": ""}.get(mark, f"line-{mark.rpartition('-')[2]}"), mark
    assert answer.content.decode().count(WHY) == len(reading.explanations)


def test_the_switch_shows_what_changed_and_never_hides_what_is_ticked(cast: World, report: Report) -> None:
    hidden = {mark for mark, row in rows(page(cast, report, asked="?show=changed")).items() if row.hidden}
    assert line(report) in hidden and "status" in hidden and line(report, 1) not in hidden
    shown = {mark for mark, row in rows(page(cast, report, asked="?show=warnings")).items() if not row.hidden}
    assert all(any(part["sentences"] for part in rows(page(cast, report))[mark].parts) for mark in shown)
    assert not any(row.hidden for row in rows(page(cast, report)).values())
    assert not any(row.hidden for row in rows(page(cast, report, asked="?show=nonsense")).values())
    version = cast.versions([report])[report.pk]
    comments.say(
        actor=cast.budi, report=report, version=version, mark=line(report), text="Sama seperti Januari"
    )
    assert not rows(page(cast, report, asked="?show=changed"))[line(report)].hidden
    html = page(cast, report, asked="?show=changed").content.decode()
    assert re.search(r"<tbody[^>]* hidden>", html)


def test_a_return_names_three_cells_and_the_verifier_sees_what_became_of_exactly_these(
    cast: World, report: Report
) -> None:
    returned(cast, report, line(report, 1), "public_note", "status")
    corrected(cast, report, **{line(report, 1).replace("-", "__"): "50", "public_note": "Tanpa nama"})
    answer = page(cast, report)
    asked = answer.context["asked"]
    assert (asked["count"], asked["changed"], asked["same"]) == (3, 2, 1)
    told = [(one["seen"], one["stored"], one["changed"]) for one in asked["rows"]]
    assert ("60", "50", True) in told and ("–", "Tanpa nama", True) in told
    assert ("Under way", "Under way", False) in told
    assert asked["others"] == [] and asked["reason"] == REASON
    assert "3 cells were asked for: 2 changed, 1 unchanged" in answer.content.decode()
    # It begins with what changed since: nothing else stands in the way.
    assert {mark for mark, row in rows(answer).items() if not row.hidden} == {line(report, 1), "public_note"}
    assert rows(answer)[line(report, 1)].texts["at_return"] == "60"
    assert rows(page(cast, report, asked="?show=all"))[line(report)].texts["at_return"] == "10"


def test_what_changed_besides_is_warned_of(cast: World, report: Report) -> None:
    returned(cast, report, "public_note")
    corrected(cast, report, **{line(report).replace("-", "__"): "11", "public_note": "Tanpa nama"})
    answer = page(cast, report)
    (other,) = [one for one in answer.context["asked"]["others"] if not one.mark.startswith("why-")]
    assert (other.mark, other.seen, other.stored) == (line(report), "10", "11")
    assert "that nobody asked for" in answer.content.decode()


def test_a_reason_goes_with_its_amount_and_old_marks_cover_their_group() -> None:
    assert marks.covers("line-7", "line-7-reason") and marks.covers("line-7", "why-V-15-line-7")
    assert not marks.covers("line-7", "line-77") and not marks.covers("line-7", "why-V-15-line-77")
    assert not marks.covers("line-7-reason", "line-7") and not marks.covers("status", "public_note")
    assert marks.covers("physical", "volume") and marks.covers("problem", "follow_up_due")
    assert marks.covers("increment", "why-V-22") and not marks.covers("increment", "why-V-15-line-7")


def test_evidence_that_was_asked_for_and_came(cast: World, report: Report) -> None:
    returned(cast, report, "evidence", "status")
    cast.with_evidence([report])
    corrected(cast, report, status="PELAKSANAAN")
    asked = page(cast, report).context["asked"]
    assert (asked["count"], asked["changed"]) == (2, 1)
    assert any("foto.png" in one["stored"] for one in asked["rows"])


def test_a_return_without_cells_shows_all_that_changed(cast: World, report: Report) -> None:
    returned(cast, report)
    corrected(cast, report, public_note="Tanpa nama")
    asked = page(cast, report).context["asked"]
    assert asked["count"] == 0 and [one["stored"] for one in asked["rows"]] == ["Tanpa nama"]
    assert asked["others"] == []


def test_a_return_to_the_tier_before_asks_nothing_of_the_officer(cast: World) -> None:
    indra = planner(cast)
    follows(cast, SECTION, PLANNER, HEAD)
    cast.item()
    (one,) = cast.open()
    versions = cast.submitted([one], 10)
    services.verify(actor=cast.budi, versions=versions)
    services.send_back(actor=indra, versions=versions, reason=REASON, marks=["status"], to_previous_tier=True)
    answer = page(cast, one)
    assert answer.context["asked"] is None and answer.context["since"] is False


def test_every_cell_can_be_named_and_nothing_else(cast: World, report: Report) -> None:
    (reading,) = read([report.pk])
    named = list(marks.names_of(reading))
    assert {"increment", "status", "problem_text", "public_note", "evidence", f"{line(report)}-reason"} < set(
        named
    )
    posted = {
        "act": "return", "category": "other", "reason": REASON, "version": cast.versions([report])[report.pk],
        "lines": [*named, "token", "line-1", "category-evidence", "nil"],
    }  # fmt: skip
    assert as_(cast.budi).post(f"/reports/{report.token}/", posted).status_code == 302
    assert Decision.objects.get(verb="return").marks == ["category-other", *named]
    (item,) = as_(cast.ani).get("/entry/2026-02/").context["items"]
    assert set(item["returned_at"]) == set(named)
    html = as_(cast.ani).get("/entry/2026-02/").content.decode()
    for place in item["returned_at"]:
        assert f'id="r{report.pk}-{place}"' in html or place in ("evidence", "problems"), place


def test_no_field_of_his_page_changes_a_figure(cast: World, report: Report) -> None:
    """Every name that the officer's forms have, sent with every button that Budi has."""
    (reading,) = read([report.pk])
    stored, version = cells.stored(reading, "id"), cast.versions([report])[report.pk]
    html = page(cast, report).content.decode()
    names = set(re.findall(r'<(?:input|select|textarea)[^>]* name="([^"]+)"', html.split("<main", 1)[1]))
    assert not names & {*stored, *(f"r{report.pk}-{name}" for name in stored)}
    forged = {name: "77" for name in stored} | {f"r{report.pk}-{name}": "77" for name in stored}
    budi, before = as_(cast.budi), Report.history.filter(id=report.pk).count()
    for act in ("comment", "save", "enter", "check", "return", "verify"):
        posted = forged | {"act": act, "version": version, "category": "other", "reason": "kurang"}
        budi.post(f"/reports/{report.token}/", posted | {"about": "status", "comment": "Mohon dicek"})
    budi.post("/entry/2026-02/", forged | {"act": "save", f"r{report.pk}-version": version})
    (reading,) = read([report.pk])
    assert cells.stored(reading, "id") == stored and reading.version == version
    assert Report.history.filter(id=report.pk).count() == before + 1  # the verification alone


def test_who_may_only_send_it_back_has_looked_at_it_all_the_same(cast: World) -> None:
    """Budi holds two offices on the way: the second time another person must let it pass, but he can return it."""
    follows(cast, SECTION, PLANNER, HEAD)
    assign(cast.budi, office(cast, "planner", "Sekretaris Dinas"))
    cast.item()
    (one,) = cast.open()
    services.verify(actor=cast.budi, versions=cast.submitted([one], 10))
    actions = page(cast, one).context["actions"]
    assert (actions["verify"], actions["return"]) == (False, True)
    assert Opening.objects.get().step == Report.objects.get().step


def test_opening_freezes_and_everybody_is_told(cast: World, report: Report) -> None:
    assert page(cast, report, "dewi").context["opened"] == ""
    ani = as_(cast.ani)
    submitted = f"/entry/2026-02/submitted/?acts={Act.objects.filter(verb='submit').latest('pk').pk}"
    assert "no longer be recalled" not in ani.get("/entry/").content.decode()
    assert ani.get(submitted).context["recall_rows"]
    told = page(cast, report).context["opened"]
    assert told.startswith(
        "Opened by Budi Wiratmaka, Kepala Bidang Bina Marga, Dinas Pekerjaan Umum, on 3 March 2026"
    )
    assert told.endswith("it can no longer be recalled.")
    assert Opening.objects.get().person == cast.budi
    for address in ("/entry/", submitted, f"/reports/{report.token}/"):
        assert told in ani.get(address).content.decode(), address
    assert not ani.get(submitted).context["recall_rows"]
    assert told in page(cast, report).content.decode()
    (outcome,) = entering.recall(actor=cast.ani, versions=cast.versions([report]))
    assert outcome.code == "route.opened"


# --- Evidence beside the table ---------------------------------------------------------------------------


def photo() -> bytes:
    written = io.BytesIO()
    Image.new("RGB", (2400, 1200), "green").save(written, "JPEG")
    return written.getvalue()


@pytest.fixture
def shown(cast: World, report: Report) -> Report:
    """The same with a photograph that says when and where it was taken, and a document."""
    returned(cast, report, "evidence")
    said = Said(caption="Ruas kilometer 3", taken_at=datetime(2026, 2, 15, 10, 22, tzinfo=WITA),
                latitude=Decimal("-0.502106"), longitude=Decimal("117.153709"))  # fmt: skip
    for name, content in (("foto.jpg", photo()), ("catatan.pdf", pdf())):
        upload = SimpleUploadedFile(name, content)
        evidence.attach(actor=cast.ani, report=report, upload=upload, kind="OTHER", said=said)
    corrected(cast, report, public_note="Tanpa nama")
    return report


def test_pictures_open_in_the_page_with_name_hash_size_place_and_time(cast: World, shown: Report) -> None:
    answer = page(cast, shown)
    picture, paper = answer.context["evidence"]
    html = answer.content.decode()
    for part in (
        "foto.jpg",
        picture["sha256"],
        picture["size"],
        "-0.502106, 117.153709",
        "Ruas kilometer 3",
        "15 February 2026",
    ):
        assert part in html
    assert f'<img src="{picture["preview_url"]}" alt="Ruas kilometer 3" loading="lazy">' in html
    assert picture["preview_url"] and not paper["preview_url"]
    sent = as_(cast.budi).get(picture["preview_url"])
    assert sent["Content-Type"] == "image/jpeg" and "sandbox" in sent["Content-Security-Policy"]
    with Image.open(io.BytesIO(sent.content)) as seen:
        assert seen.size == (1600, 800)


@pytest.mark.parametrize(
    ("who", "status"),
    [
        ("ani", 200),
        ("budi", 200),
        ("citra", 200),
        ("dewi", 200),
        ("eko", 404),
        ("fitri", 404),
        ("gita", 404),
        ("root", 404),
    ],
)
def test_a_preview_is_for_who_sees_the_report(cast: World, shown: Report, who: str, status: int) -> None:
    token = shown.evidence.get(original_name="foto.jpg").token
    assert as_(cast.people[who]).get(f"/evidence/{token}/preview/").status_code == status
    assert Client().get(f"/evidence/{token}/preview/").status_code == 302


def test_what_is_no_picture_or_is_infected_has_no_preview(cast: World, shown: Report) -> None:
    paper, picture = (shown.evidence.get(original_name=name) for name in ("catatan.pdf", "foto.jpg"))
    budi = as_(cast.budi)
    assert budi.get(f"/evidence/{paper.token}/preview/").status_code == 404
    EvidenceScan.objects.create(sha256=picture.sha256, state="infected", engine="Uji", at=now())
    assert budi.get(f"/evidence/{picture.token}/preview/").status_code == 404
    assert not page(cast, shown).context["evidence"][0]["preview_url"]


# --- Light, and at a fixed price -------------------------------------------------------------------------


def test_a_review_after_a_return_costs_the_same_however_many_lines_it_has(
    cast: World, statements: Any
) -> None:
    costs = []
    for number, lines in enumerate((2, 40), 1):
        item = cast.item(f"1.03.10.2.01.{number:04}", ceilings=(100,) * lines)
        cast.open()
        one = Report.objects.get(item=item)
        cast.submitted([one], 1)
        returned(cast, one, "status", line(one))
        corrected(cast, one, **{line(one, place).replace("-", "__"): "2" for place in range(lines)})
        budi = as_(cast.budi)
        budi.get(f"/reports/{one.token}/")
        with statements() as seen:
            answer = budi.get(f"/reports/{one.token}/")
        assert answer.context["asked"]["changed"] == 1
        costs.append(len(seen))
    assert costs[0] == costs[1]


def test_sixty_lines_are_a_light_page(cast: World) -> None:
    cast.item(ceilings=(1_000_000,) * 60)
    (one,) = cast.open()
    cast.submitted([one], 60_000)
    html = page(cast, one).content
    assert html.count(b"<tbody") >= 66
    style = (Path(site.BASE_DIR) / "static/css/jenjang.css").read_bytes()
    scripts = [
        (Path(site.BASE_DIR) / f"static/js/{name}.js").read_bytes() for name in ("page", "leaving", "review")
    ]
    script = sum(len(gzip.compress(part)) for part in scripts)
    assert script <= 20 * 1024
    assert len(gzip.compress(html)) + len(gzip.compress(style)) + script <= 60 * 1024
