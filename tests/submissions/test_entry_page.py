"""Ani at the entry page: what she types is kept, refused with a sentence, or submitted."""

from decimal import Decimal
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from submissions.models import Evidence, Report
from tests.cast import PNG, World
from workflow.models import Decision


@pytest.fixture
def january(cast: World) -> list[Report]:
    cast.item("1.03.10.2.01.0051", ceilings=(100, 50))
    cast.item("1.03.10.2.01.0053", ceilings=(1_000_000_000,))
    return cast.open()


@pytest.fixture
def ani(cast: World) -> Client:
    client = Client()
    client.force_login(cast.ani, backend="django.contrib.auth.backends.ModelBackend")
    return client


def typed(report: Report, *amounts: str, **said: str) -> dict[str, Any]:
    lines = report.lines.order_by("line__account_code")
    fields = {f"r{report.pk}-line-{line.pk}": amount for line, amount in zip(lines, amounts, strict=True)}
    fields |= {f"r{report.pk}-{name}": value for name, value in said.items()}
    return {
        f"r{report.pk}-version": str(Report.objects.get(pk=report.pk).version),
        "number_language": "id",
    } | fields


def test_her_work_shows_the_month_and_its_due_date(ani: Client, january: list[Report]) -> None:
    page = ani.get("/entry/").content.decode()
    assert "2026" in page
    assert "WITA" in page


def test_she_saves_and_finds_it_again(ani: Client, january: list[Report]) -> None:
    report = january[0]
    answer = ani.post(
        "/entry/2026-01/",
        typed(report, "40", "5,50", status="PELAKSANAAN", increment="12,5") | {"act": "save"},
    )
    assert answer.status_code == 302, answer.content.decode()[:3000]
    assert set(report.lines.values_list("realized", flat=True)) == {Decimal("5.50"), Decimal("40.00")}
    assert Report.objects.get(pk=report.pk).increment == Decimal("12.5")
    page = ani.get("/entry/2026-01/").content.decode()
    assert 'value="5,50"' in page
    assert 'value="12,5"' in page


def test_she_is_refused_over_the_ceiling_with_number_limit_and_cure(
    ani: Client, january: list[Report]
) -> None:
    report = january[0]
    answer = ani.post(
        "/entry/2026-01/", typed(report, "115", "1", status="PELAKSANAAN", increment="1") | {"act": "save"}
    )
    page = answer.content.decode()
    assert answer.status_code == 422
    for part in ("115", "100", "15"):
        assert part in page
    assert 'value="115"' in page  # what she typed is still there
    assert report.lines.filter(realized__isnull=False).count() == 0


def test_a_good_report_is_saved_beside_a_refused_one(ani: Client, january: list[Report]) -> None:
    bad, good = january
    fields = typed(bad, "115", "1", status="PELAKSANAAN", increment="1") | typed(
        good, "1.000.000", status="PELAKSANAAN", increment="1"
    )
    assert ani.post("/entry/2026-01/", fields | {"act": "save"}).status_code == 422
    assert good.lines.get().realized == Decimal(1_000_000)
    assert bad.lines.filter(realized__isnull=False).count() == 0


def test_a_number_of_the_other_language_is_refused_and_kept(ani: Client, january: list[Report]) -> None:
    answer = ani.post(
        "/entry/2026-01/", typed(january[0], "1,234.50", "", status="PELAKSANAAN") | {"act": "save"}
    )
    assert answer.status_code == 422
    assert 'value="1,234.50"' in answer.content.decode()


def test_a_stale_tab_overwrites_nothing(ani: Client, january: list[Report]) -> None:
    report = january[0]
    old = typed(report, "40", "5", status="PELAKSANAAN", increment="1")
    ani.post(
        "/entry/2026-01/", typed(report, "30", "5", status="PELAKSANAAN", increment="1") | {"act": "save"}
    )
    answer = ani.post("/entry/2026-01/", old | {"act": "save"})
    assert answer.status_code == 422
    assert report.lines.filter(realized=30).exists()
    page = answer.content.decode()
    assert 'value="40"' in page
    assert "30" in page


def test_she_submits_with_evidence_and_statement(ani: Client, january: list[Report]) -> None:
    report = january[1]
    fields = typed(report, "10.000.000", status="PELAKSANAAN", increment="1", select="1") | {"act": "submit"}
    missing = ani.post("/entry/2026-01/", fields | {"statement": "1"})
    assert missing.status_code == 422
    assert "V-40" not in missing.content.decode()
    fields |= {f"r{report.pk}-version": str(Report.objects.get(pk=report.pk).version), "statement": "1"}
    fields[f"r{report.pk}-evidence"] = SimpleUploadedFile("foto.png", PNG)
    fields[f"r{report.pk}-evidence_kind"] = "PHOTO_PROGRESS"
    answer = ani.post("/entry/2026-01/", fields)
    assert answer.status_code == 302, answer.content.decode()
    assert Report.objects.get(pk=report.pk).state == "submitted"
    assert Evidence.objects.get().mime == "image/png"
    done = ani.get(answer["Location"]).content.decode()
    assert "Budi Wiratmaka" in done


def test_a_second_tap_gets_the_first_answer(ani: Client, january: list[Report]) -> None:
    fields = typed(january[1], "1.000.000", status="PELAKSANAAN", increment="0,1", select="1")
    fields |= {"act": "submit", "statement": "1", "key": "one-page"}
    first, second = (ani.post("/entry/2026-01/", fields) for _ in range(2))
    assert (first.status_code, second.status_code) == (302, 302)
    assert first["Location"] == second["Location"]
    assert Decision.objects.filter(object_id=january[1].pk).count() == 1


def test_without_the_statement_nothing_is_submitted_but_all_is_saved(
    ani: Client, january: list[Report]
) -> None:
    report = january[1]
    fields = typed(report, "1.000.000", status="PELAKSANAAN", increment="0,1", select="1") | {"act": "submit"}
    answer = ani.post("/entry/2026-01/", fields)
    assert answer.status_code == 422
    assert report.lines.get().realized == Decimal(1_000_000)
    assert Report.objects.get(pk=report.pk).state == "draft"


@pytest.mark.parametrize("stranger", ["eko", "budi", "citra", "dewi", "gita", "root"])
def test_others_do_not_find_her_table(cast: World, january: list[Report], stranger: str) -> None:
    client = Client()
    client.force_login(cast.people[stranger], backend="django.contrib.auth.backends.ModelBackend")
    assert client.get("/entry/2026-01/").status_code == 404


def test_a_visitor_is_asked_to_sign_in(january: list[Report]) -> None:
    assert Client().get("/entry/").status_code == 302
