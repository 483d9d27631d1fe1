"""What Dewi reads about one report, and what the ledger adds to it."""

import re
from typing import Any

from django.db import connection
from django.test import Client
from django.utils.html import escape

from approvals import services as approvals
from approvals.models import Hold
from audit import naming
from ledger.recording import Request, current_request, digest_of, recorded
from registry.models import Unit
from submissions import comments, services
from submissions.models import Evidence, Report
from tests.audit.conftest import REASON, Past
from tests.cast import World, assign
from workflow.models import Decision


def page(past: Past, client: Client, query: str = "") -> Any:
    client.force_login(past.cast.dewi)
    answer = client.get(f"{past.url}{query}")
    assert answer.status_code == 200
    return answer


def test_she_reads_the_whole_story_in_order(past: Past, client: Client) -> None:
    told = [
        (entry.kind, entry.title, entry.person, entry.version)
        for entry in page(past, client).context["timeline"]
    ]
    assert told == [
        ("saved", "Opened for entry", "The system", 1),
        ("saved", "Saved", "Ani Lembayung", 2),
        ("saved", "Saved", "Ani Lembayung", 3),
        ("decision", "Submitted", "Ani Lembayung", 3),
        ("decision", "Returned", "Budi Wiratmaka", 3),
        ("saved", "Saved", "Ani Lembayung", 4),
        ("decision", "Submitted", "Ani Lembayung", 4),
        ("opening", "Opened and read", "Budi Wiratmaka", None),
        ("decision", "Verified", "Budi Wiratmaka", 4),
    ]


def test_a_decision_is_told_with_office_states_reason_time_and_hash(past: Past, client: Client) -> None:
    answer = page(past, client)
    returned = next(entry for entry in answer.context["timeline"] if entry.title == "Returned")
    assert returned.office == "Kepala Bidang Bina Marga, Dinas Pekerjaan Umum"
    assert (returned.before, returned.after, returned.reason) == ("submitted", "returned", REASON)
    assert list(returned.about) == ["5.1.02.01.001.00001 Belanja 1 PAD", "physical, this month (points)"]
    text = answer.content.decode()
    assert "4 February 2026 08:30 WITA" in text
    assert escape(REASON) in text
    assert returned.hash[:16] in text


def test_the_name_stays_as_it_was_printed_though_the_person_is_renamed(past: Past, client: Client) -> None:
    with recorded(None):
        budi = past.cast.budi
        budi.name = "Budi Berganti Nama"
        budi.save()
    verified = page(past, client).context["timeline"][-1]
    assert (verified.title, verified.person) == ("Verified", "Budi Wiratmaka")


def test_an_acting_head_is_told_as_acting(past: Past, client: Client) -> None:
    cast = past.cast
    cast.item("1.03.10.2.01.0052", ceilings=(1000,))
    other = next(report for report in cast.open() if report.state == "draft")
    versions = cast.submitted([other])
    assign(cast.gita, cast.posts["section_head"], kind="plh", start="2026-02-01", end="2026-02-28")
    assert approvals.verify(actor=cast.gita, versions=versions)[0].done
    client.force_login(cast.dewi)
    verified = client.get(f"/audit/reports/{other.token}/").context["timeline"][-1]
    assert (verified.person, verified.office) == (
        "Gita Karangjati",
        "Plh. Kepala Bidang Bina Marga, Dinas Pekerjaan Umum",
    )


def test_saves_are_told_with_the_office_and_for_whom(past: Past, client: Client) -> None:
    cast = past.cast
    entered = page(past, client).context["timeline"][1]
    assert (entered.person, entered.office) == ("Ani Lembayung", "PPTK Bina Marga, Dinas Pekerjaan Umum")
    assign(cast.gita, cast.posts["officer"], kind="plt", start="2026-02-01", end="2026-02-28")
    cast.item("1.03.10.2.01.0052", ceilings=(1000,))
    other = next(report for report in cast.open() if report.state == "draft")
    versions = cast.submitted([other], by="gita")
    client.force_login(cast.dewi)
    told = client.get(f"/audit/reports/{other.token}/").context["timeline"]
    words = "Plt. PPTK Bina Marga, Dinas Pekerjaan Umum, for Ani Lembayung"
    assert [entry.office for entry in told if entry.title == "Saved"] == [words]
    handed_in = told[-1]
    assert (handed_in.title, handed_in.office, handed_in.stood_for) == (
        "Submitted",
        "Plt. PPTK Bina Marga, Dinas Pekerjaan Umum",
        "Ani Lembayung",
    )
    assert versions


def test_it_is_told_from_where_somebody_acted(past: Past, client: Client) -> None:
    cast = past.cast
    cast.item("1.03.10.2.01.0052", ceilings=(1000,))
    other = next(report for report in cast.open() if report.state == "draft")
    cast.submitted([other])
    token = current_request.set(Request("r-1", "192.0.2.44"))
    try:
        services.mark_opened(actor=cast.budi, report=other, at=cast.at("2026-02-05 09:00"))
    finally:
        current_request.reset(token)
    client.force_login(cast.dewi)
    answer = client.get(f"/audit/reports/{other.token}/")
    opened = answer.context["timeline"][-1]
    assert (opened.title, opened.office, opened.address) == (
        "Opened and read",
        "Kepala Bidang Bina Marga, Dinas Pekerjaan Umum",
        "192.0.2.44",
    )
    assert "192.0.2.44" in answer.content.decode()


def test_whoever_tried_to_decide_on_his_own_report_is_told_in_red(past: Past, client: Client) -> None:
    cast = past.cast
    cast.item("1.03.10.2.01.0052", ceilings=(1000,))
    other = next(report for report in cast.open() if report.state == "draft")
    versions = cast.submitted([other])
    assign(cast.ani, cast.posts["section_head"], kind="plh", start="2026-02-01", end="2026-02-28")
    (outcome,) = approvals.verify(actor=cast.ani, versions=versions)
    assert not outcome.done
    client.force_login(cast.dewi)
    refused = client.get(f"/audit/reports/{other.token}/").context["timeline"][-1]
    assert (refused.kind, refused.title, refused.person, refused.hue, refused.version) == (
        "attempt", "Refused: to verify", "Ani Lembayung", "red", versions[other.pk],
    )  # fmt: skip
    assert "Plh. Kepala Bidang Bina Marga, Dinas Pekerjaan Umum, for Budi Wiratmaka" in refused.office
    assert refused.reason == "You entered or changed this report yourself. Another person must decide on it."


def test_each_decision_says_what_the_decider_saw(past: Past, client: Client) -> None:
    answer = page(past, client)
    submitted, returned, again, verified = answer.context["decisions"]
    assert [one.same for one in (submitted, returned, again, verified)] == [True] * 4
    assert (submitted.judges, returned.judges, returned.opened) == (False, True, None)
    assert verified.opened == past.cast.at("2026-02-05 09:00")
    assert (verified.before, again.before) == (None, 3)
    assert "Yes: what is kept is what was seen." in answer.content.decode()


def test_warnings_and_comments_are_told_as_the_decider_had_them(cast: World, client: Client) -> None:
    cast.item(ceilings=(4_000_000,))
    (report,) = cast.open()
    cast.submitted([report], 3_900_000)
    explained = list(report.explanations.values_list("text", flat=True))
    assert explained
    versions = cast.versions([report])
    comments.say(
        actor=cast.budi, report=report, version=versions[report.pk], mark="", text="Sudah dicocokkan"
    )
    cast.at("2026-02-04 08:30")
    assert approvals.verify(actor=cast.budi, versions=versions)[0].done
    client.force_login(cast.dewi)
    submitted, verified = client.get(f"/audit/reports/{report.token}/").context["decisions"]
    assert [text for _, text in verified.warnings] == explained
    assert [(one.text, name) for name, one in verified.comments] == [("Sudah dicocokkan", "")]
    assert submitted.comments == []


def test_words_that_are_not_those_of_the_ledger_are_not_shown(past: Past, client: Client) -> None:
    decision = Decision.objects.get(verb="return")
    kept = Decision(reason="Semuanya baik")
    assert naming.words_of(decision.reason, digest_of(REASON)) == REASON
    assert naming.words_of(kept.reason, digest_of(REASON)) == "words erased"


def test_a_legal_hold_stands_on_the_page(past: Past, client: Client) -> None:
    cast, root = past.cast, Unit.objects.get(parent=None)
    with recorded(cast.root):
        for unit, report in ((root, None), (cast.other_agency, None), (cast.agency, past.report)):
            Hold.objects.create(
                unit=unit, report=report, reason="Pemeriksaan BPK", reference=f"700/{unit.pk}", placed_by=cast.root,
                placed_at=cast.at("2026-02-06 09:00"),
            )  # fmt: skip
    answer = page(past, client)
    assert [hold.unit for hold in answer.context["holds"]] == [cast.agency, root]
    assert "Legal hold" in answer.content.decode()


def test_each_entry_names_its_events_in_the_ledger(past: Past, client: Client) -> None:
    entries = page(past, client).context["timeline"]
    assert all(entry.events for entry in entries)
    assert [entry.place for entry in entries] == sorted(entry.place for entry in entries)


def test_a_saved_entry_tells_old_and_new(past: Past, client: Client) -> None:
    corrected = [entry for entry in page(past, client).context["timeline"] if entry.version == 4][0]
    assert (
        "5.1.02.01.001.00001 Belanja 1 PAD: realized this month",
        "4,000,000",
        "3,500,000",
    ) in corrected.changes
    assert ("physical, this month (points)", "5.00", "4.00") in corrected.changes
    assert ("problem", "–", "Lahan belum bebas di dua titik") in corrected.changes
    assert not any("Belanja 2" in label for label, _, _ in corrected.changes)


def test_all_of_four_versions_stand_side_by_side(past: Past, client: Client) -> None:
    answer = page(past, client)
    assert [head["number"] for head in answer.context["versions"]["heads"]] == [1, 2, 3, 4]
    first, second = answer.context["versions"]["lines"]
    money = next(row for row in first["rows"] if row.label == "realized this month")
    assert [(cell.text, cell.changed) for cell in money.cells] == [
        ("–", False),
        ("4,000,000", True),
        ("4,000,000", False),
        ("3,500,000", True),
    ]
    assert "Belanja 2" in second["label"]


def test_each_value_leads_to_its_whole_life(past: Past, client: Client) -> None:
    text = page(past, client).content.decode()
    links = set(re.findall(rf'href="({past.url}cells/[^"]+)"', text))
    (line,) = past.report.lines.filter(line__account_code__endswith="1")
    assert {f"{past.url}cells/{name}/" for name in (f"line-{line.pk}", "increment", "problem_text")} <= links
    assert {client.get(link).status_code for link in links} == {200}
    assert f"/audit/case/?report={past.report.token}" in text


def test_two_chosen_versions_stand_side_by_side_in_their_order(past: Past, client: Client) -> None:
    answer = page(past, client, "?a=4&b=2")
    assert [head["number"] for head in answer.context["versions"]["heads"]] == [2, 4]
    status, physical, *_ = answer.context["versions"]["fields"]
    assert [(cell.text, cell.changed) for cell in status.cells] == [
        ("Under way", False),
        ("Under way", False),
    ]
    assert [(cell.text, cell.changed) for cell in physical.cells] == [("5.00", False), ("4.00", True)]


def test_a_changed_cell_is_marked_by_word_and_icon(past: Past, client: Client) -> None:
    text = page(past, client, "?a=3&b=4").content.decode()
    marked = text.split('<span class="tag amber">')[1:]
    changed = [part.split("</span>")[0] for part in marked if "Changed" in part.split("</span>")[0]]
    assert changed and all("#pencil" in part for part in changed)


def test_with_more_than_four_versions_the_last_two_are_shown(past: Past, client: Client) -> None:
    cast = past.cast
    cast.item("1.03.10.2.01.0052", ceilings=(1000,))
    other = next(report for report in cast.open() if report.state == "draft")
    for amount in range(1, 6):
        cast.entered([other], amount)
    client.force_login(cast.dewi)
    assert client.get(f"/audit/reports/{other.token}/").context["shown"] == ["5", "6"]


def test_evidence_is_told_with_its_hash_from_the_version_that_brought_it(past: Past, client: Client) -> None:
    evidence = Evidence.objects.get(report=past.report)
    answer = page(past, client)
    (row,) = answer.context["versions"]["evidence"]
    assert (row.label, row.code) == ("foto.png", "Photo of progress")
    assert [bool(cell.hash) for cell in row.cells] == [False, False, True, True]
    assert evidence.sha256 in answer.content.decode()


def test_history_and_ledger_agree_on_what_the_application_did(past: Past, client: Client) -> None:
    answer = page(past, client)
    assert answer.context["outside"] == 0
    assert "History and ledger tell the same" in answer.content.decode()


def test_raw_sql_shows_as_a_change_without_a_history_row(past: Past, client: Client) -> None:
    cast = past.cast
    cast.item("1.03.10.2.01.0052", ceilings=(1000, 2000))
    other = next(report for report in cast.open() if report.state == "draft")
    cast.entered([other], 1, 2)
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE submissions_reportline SET realized = 777 WHERE report_id = %s AND realized = 1",
            [other.pk],
        )
    client.force_login(cast.dewi)
    answer = client.get(f"/audit/reports/{other.token}/")
    assert answer.context["outside"] == 1
    (entry,) = [entry for entry in answer.context["timeline"] if entry.kind == "outside"]
    assert (entry.title, entry.office) == ("Changed outside the application", "jenjang_app")
    assert list(entry.changes) == [("realized", "1.00", "777.00")]
    assert "no history row" in answer.content.decode()


def test_raw_sql_that_sets_the_old_value_back_shows_twice(past: Past, client: Client) -> None:
    cast = past.cast
    cast.item("1.03.10.2.01.0052", ceilings=(1000,))
    other = next(report for report in cast.open() if report.state == "draft")
    cast.entered([other], 5)
    with connection.cursor() as cursor:
        cursor.execute("UPDATE submissions_reportline SET realized = 900 WHERE report_id = %s", [other.pk])
        cursor.execute("UPDATE submissions_reportline SET realized = 5 WHERE report_id = %s", [other.pk])
    cast.entered([other], 6)
    client.force_login(cast.dewi)
    answer = client.get(f"/audit/reports/{other.token}/")
    outside = [entry for entry in answer.context["timeline"] if entry.kind == "outside"]
    assert [list(entry.changes) for entry in outside] == [
        [("realized", "5.00", "900.00")],
        [("realized", "900.00", "5.00")],
    ]


def test_a_forged_history_row_shows_as_not_in_the_ledger(past: Past, client: Client) -> None:
    history = Report.history.model
    row = history.objects.filter(id=past.report.pk).latest("history_id")
    row.pk, row.public_note, row.history_user_id = None, "tidak pernah ditulis", past.cast.ani.pk
    row.save()
    answer = page(past, client)
    assert answer.context["outside"] == 1
    assert "In the history, but not in the ledger" in answer.content.decode()


def test_the_latest_decisions_are_under_the_list(past: Past, client: Client) -> None:
    client.force_login(past.cast.dewi)
    latest = client.get("/audit/").context["latest"]
    assert [one["title"] for one in latest] == ["Verified", "Submitted", "Returned", "Submitted"]
