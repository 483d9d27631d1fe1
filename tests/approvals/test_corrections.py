"""Corrections of published months (domain.md 6.1, T-14): what is asked, what it would do, what was granted, what is entered."""

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client

from approvals import asking_effects, correcting, requests, services
from approvals.correcting import Change
from approvals.models import Request
from ledger.recording import recorded
from registry.models import User
from submissions import services as entering
from submissions.models import Report
from tests.approvals.bureau import WHY, Bureau, refused, settle
from tests.cast import PNG, World
from tests.files import kept_in
from workflow import engine, route
from workflow.models import Grant

REASON = "SP2D nomor 17 belum dihitung"
T14 = {1: 5, 2: 5, 3: 10, 4: 30, 5: 45}  # 95 of 100 in May


def as_(who: User) -> Client:
    with recorded(None):
        User.objects.filter(pk=who.pk).update(language="en")
    who.refresh_from_db()
    client = Client()
    client.force_login(who, backend="django.contrib.auth.backends.ModelBackend")
    return client


def published(cast: World, month: int, amount: int, report: Report | None = None) -> Report:
    """One report of a month, published by all who have to."""
    report = report or cast.reports(month)[0]
    versions = cast.submitted([report], amount)
    services.verify(actor=cast.budi, versions=versions)
    for verb in (route.SIGN, route.PUBLISH):
        assert all(one.done for one in engine.perform(verb, Report, versions, actor=cast.citra, whole=True))
    return Report.objects.get(pk=report.pk)


@pytest.fixture(autouse=True)
def files(tmp_path: Any, settings: Any) -> None:
    settings.STORAGES = kept_in(tmp_path)


@pytest.fixture
def office(cast: World) -> Bureau:
    """January to May of one sub-activity with a ceiling of 100, as T-14 has them; it is 12 June."""
    bureau = settle(cast)
    cast.item(ceilings=(100,))
    for month, amount in T14.items():
        cast.open(month)
        cast.at(f"2026-{month + 1:02}-03 09:00")
        published(cast, month, amount)
    cast.at("2026-06-12 09:00")
    return bureau


def march(new: str = "60", month: int = 3, old: str = "10.00") -> Change:
    report = Report.objects.get(period__month=month, state="published")
    return Change(report.pk, report.item_id, month, report.lines.get().line_id, "realized", old, new)


def asked(office: Bureau, *changes: Change, **said: Any) -> Request:
    return office.ask("amendment", months=sorted({one.month for one in changes}), changes=changes, **said)


# --- Asking ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("said", "code"),
    [
        ({"changes": ()}, "asking.no_change"),
        ({"category": ""}, "asking.category"),
        ({"category": "because"}, "asking.category"),
        ({"upload": None}, "asking.evidence"),
        ({"changes": [("60", 3, "11.00")]}, "asking.change_stale"),
        ({"reason": "salah"}, "asking.reason"),
    ],
)
def test_a_correction_names_values_a_kind_of_reason_and_its_evidence(
    cast: World, office: Bureau, said: dict[str, Any], code: str
) -> None:
    changes = [march(*one) if isinstance(one, tuple) else one for one in said.pop("changes", [march()])]
    assert refused(lambda: office.ask("amendment", months=[3], changes=changes, **said)) == code
    assert not Request.objects.exists()


def test_the_report_of_another_agency_cannot_be_named(cast: World, office: Bureau) -> None:
    other = cast.item(
        "1.02.01.2.01.0001", unit=cast.other_agency, officer="other_officer", verifier="other_section_head"
    )
    cast.open(6)
    report = Report.objects.get(item=other)
    change = Change(report.pk, other.pk, 3, report.lines.get().line_id, "realized", "", "60")
    assert refused(lambda: asked(office, change)) == "asking.change_stale"


def test_an_address_that_names_no_report_shows_the_empty_page(cast: World, office: Bureau) -> None:
    for odd in ("%00", "..%2F", "x" * 500):
        page = as_(cast.citra).get(f"/requests/new/amendment/?report={odd}")
        assert (page.status_code, page.context["sheets"]) == (200, [])


def test_a_request_keeps_what_was_published_and_what_shall_be_and_the_ledger_says_so(
    cast: World, office: Bureau
) -> None:
    case = asked(office, march())
    assert (case.category, case.months, case.items) == ("typo", [3], [march().item])
    assert case.changes == [march().as_json()]
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT payload FROM ledger.event WHERE of_table = 'approvals_request' ORDER BY id DESC LIMIT 1"
        )
        (payload,) = cursor.fetchone()
    assert '"typo"' in payload and "changes_sha256" in payload


# --- What it would do ------------------------------------------------------------------------------------


def test_T14_sixty_in_march_would_make_145_of_100_in_may_and_cannot_be_granted(
    cast: World, office: Bureau
) -> None:
    (effect,) = correcting.effects_of([march("60")])
    assert [(one.month, int(one.money), int(one.money_then)) for one in effect.months] == [
        (3, 20, 70), (4, 50, 100), (5, 95, 145),
    ]  # fmt: skip
    money = {(one.rule, one.code, one.params["month"], one.params["reduce_by_rp"]) for one in effect.findings}
    assert money == {("V-60", "V-60.money", 5, "45.00")}
    case = asked(office, march("60"))
    hadi = as_(cast.hadi)
    page = hadi.get(f"/requests/{case.token}/").content.decode()
    assert "145" in page and "would break a rule" in page and "disabled" in page
    assert refused(lambda: office.answer(case, "hadi")) == "asking.breaks"
    assert not Grant.objects.exists()
    office.answer(case, "hadi", agree=False)
    assert office.state(case) == "denied"


def test_what_is_moved_in_two_months_at_once_is_judged_together(cast: World, office: Bureau) -> None:
    """Fifteen more in March alone would be 110 in May; ten less in April make it 100."""
    (alone,) = correcting.effects_of([march("25")])
    assert [one.params["total_rp"] for one in alone.findings] == ["110.00", "110.00"]
    (both,) = correcting.effects_of([march("25"), march("20", 4, "30.00")])
    assert [(one.month, int(one.money_then)) for one in both.months] == [(3, 35), (4, 55), (5, 100)]
    assert both.findings == ()


def test_the_inspectorate_sees_the_same_effect_where_its_opinion_is_asked(
    cast: World, office: Bureau
) -> None:
    case = asked(office, march("15"))
    assert case.weighty == ["closed_quarter"]
    page = as_(cast.indah).get(f"/requests/{case.token}/").content.decode()
    assert "To date, restated" in page and "100" in page


def test_what_was_replaced_meanwhile_is_not_granted_any_more(cast: World, office: Bureau) -> None:
    case = asked(office, march("15"), march("29", 4, "30.00"))
    revised(cast, office, march("12"))
    assert refused(lambda: office.answer(case, "hadi")) == "asking.change_stale"


# --- What was granted ------------------------------------------------------------------------------------


def granted(office: Bureau, *changes: Change) -> Request:
    case = asked(office, *changes)
    office.answer(case, "hadi")
    if "second" in office.open(case):
        office.answer(case, "indah")
    assert office.state(case) == "granted"
    return case


def revised(cast: World, office: Bureau, change: Change, amount: int | None = None) -> Report:
    """The correction granted, entered, and published by all tiers."""
    granted(office, change)
    old = Report.objects.get(pk=change.report)
    (outcome,) = entering.amend(actor=cast.citra, versions={old.pk: old.version}, reason=REASON)
    assert outcome.done, outcome
    draft = Report.objects.get(item=old.item, period=old.period, revision=old.revision + 1)
    return published(cast, change.month, int(change.new) if amount is None else amount, draft)


def test_the_grant_covers_the_named_reports_and_no_other(cast: World, office: Bureau) -> None:
    granted(office, march("12"), march("29", 4, "30.00"))
    item = march().item
    assert Grant.objects.get().subjects == [f"2026-03/item-{item}", f"2026-04/item-{item}"]
    for month, code in ((5, "route.no_grant"), (4, "")):
        report = Report.objects.get(period__month=month)
        (outcome,) = entering.amend(actor=cast.citra, versions={report.pk: report.version}, reason=REASON)
        assert outcome.code == code


def test_the_officer_sees_what_was_granted_and_enters_it_himself(cast: World, office: Bureau) -> None:
    granted(office, march("15"))
    old = march().report
    entering.amend(actor=cast.citra, versions={old: Report.objects.get(pk=old).version}, reason=REASON)
    ani = as_(cast.ani)
    (item,) = ani.get("/entry/2026-03/").context["items"]
    assert (item["lines"][0]["granted"], item["lines"][0]["entered"]) == ("15", "10")


@pytest.mark.parametrize(("amount", "said"), [(15, "15"), (14, "not as granted")])
def test_verification_says_which_cells_are_not_as_granted(
    cast: World, office: Bureau, amount: int, said: str
) -> None:
    granted(office, march("15"))
    old = Report.objects.get(pk=march().report)
    entering.amend(actor=cast.citra, versions={old.pk: old.version}, reason=REASON)
    draft = Report.objects.get(revision=1)
    cast.submitted([draft], amount)
    context = as_(cast.budi).get(f"/reports/{draft.token}/")
    (money,) = [one for one in context.context["revisions"]["changes"] if one["granted"]]
    assert (money["seen"], money["stored"], money["granted"], money["differs"]) == (
        "10",
        str(amount),
        "15",
        amount != 15,
    )
    assert said in context.content.decode()


def test_what_was_granted_and_left_as_it_was_is_said_too(cast: World, office: Bureau) -> None:
    granted(office, march("15"))
    old = Report.objects.get(pk=march().report)
    entering.amend(actor=cast.citra, versions={old.pk: old.version}, reason=REASON)
    draft = Report.objects.get(revision=1)
    revisions = as_(cast.budi).get(f"/reports/{draft.token}/").context["revisions"]
    assert [one["granted"] for one in revisions["missing"]] == ["15"]


# --- The page of a new correction ------------------------------------------------------------------------


def test_citra_starts_from_the_published_report_and_only_what_she_writes_is_asked(
    cast: World, office: Bureau
) -> None:
    citra, old = as_(cast.citra), Report.objects.get(pk=march().report)
    page = citra.get(f"/requests/new/amendment/?report={old.token}")
    (sheet,) = page.context["sheets"]
    assert [cell["published"] for cell in sheet["cells"]][:2] == ["10", "5"]
    assert "next open month" in page.content.decode()
    name = sheet["cells"][0]["name"]
    posted = {
        "report": old.pk, name: "15", "number_language": "en", "category": "payment", "days": "5", "reason": WHY,
        "file": SimpleUploadedFile("sp2d.png", PNG), "act": "send",
    }  # fmt: skip
    assert citra.post("/requests/new/amendment/", posted).status_code == 302
    case = Request.objects.get()
    assert (case.category, case.file_name, case.months) == ("payment", "sp2d.png", [3])
    (change,) = correcting.changes_of(case.changes)
    assert (change.field, change.old, change.new) == ("realized", "10.00", "15")
    shown = citra.get(f"/requests/{case.token}/").content.decode()
    assert "Payment order left out" in shown and "To date, restated" in shown


def test_what_cannot_be_read_is_said_beside_its_cell_and_nothing_typed_is_lost(
    cast: World, office: Bureau
) -> None:
    citra, old = as_(cast.citra), Report.objects.get(pk=march().report)
    name = citra.get(f"/requests/new/amendment/?report={old.token}").context["sheets"][0]["cells"][0]["name"]
    posted = {"report": old.pk, name: "lima belas", "number_language": "en", "reason": WHY, "act": "send"}
    answer = citra.post("/requests/new/amendment/", posted)
    page = answer.content.decode()
    assert (
        answer.status_code == 422
        and f'href="#{name}"' in page
        and 'value="lima belas"' in page
        and WHY in page
    )
    posted[name] = "15"
    wrong = citra.post("/requests/new/amendment/", posted).context["wrong"]
    assert {"category", "file"} <= wrong.keys()
    assert not Request.objects.exists()


def test_another_report_is_added_to_the_page_and_what_was_typed_stays(cast: World, office: Bureau) -> None:
    citra, old = as_(cast.citra), Report.objects.get(pk=march().report)
    april = Report.objects.get(period__month=4)
    name = citra.get(f"/requests/new/amendment/?report={old.token}").context["sheets"][0]["cells"][0]["name"]
    posted = {
        "report": old.pk, name: "15", "act": "add", "month": april.period_id, "item": april.item_id, "number_language": "en",
    }  # fmt: skip
    answer = citra.post("/requests/new/amendment/", posted)
    assert answer.status_code == 200
    assert [sheet["id"] for sheet in answer.context["sheets"]] == [old.pk, april.pk]
    assert answer.context["sheets"][0]["cells"][0]["typed"] == "15"
    assert citra.post("/requests/new/amendment/", posted | {"item": "0"}).status_code == 422
    assert not Request.objects.exists()


@pytest.mark.parametrize(
    ("who", "status"),
    [("citra", 200), ("budi", 200), ("ani", 404), ("hadi", 404), ("gita", 404), ("eko", 404)],
)
def test_who_finds_the_page(cast: World, office: Bureau, who: str, status: int) -> None:
    assert as_(cast.people[who]).get("/requests/new/amendment/").status_code == status


def test_a_stranger_to_the_agency_is_shown_none_of_its_values(cast: World, office: Bureau) -> None:
    fitri, old = as_(cast.fitri), Report.objects.get(pk=march().report)
    assert fitri.get(f"/requests/new/amendment/?report={old.token}").context["sheets"] == []
    assert fitri.post("/requests/new/amendment/", {"report": old.pk, "act": "add"}).context["sheets"] == []


def test_two_clicks_ask_once(cast: World, office: Bureau) -> None:
    asked(office, march("15"))
    assert refused(lambda: asked(office, march("16"))) == "asking.twice"
    assert Request.objects.count() == 1


def test_the_grant_keeps_the_values_for_whoever_looks_later(cast: World, office: Bureau) -> None:
    case = granted(office, march("15"))
    assert asking_effects.grant_of(case).params["changes"] == [march("15").as_json()]
    requests.sweep()
