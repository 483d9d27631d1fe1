"""What can be looked at as it stood: offices, budgets, accounts, rights, routes, grants, what the public could read."""

from decimal import Decimal

from django.db import connection
from django.test import Client

from approvals import services as approvals
from ledger.recording import recorded
from registry import grants
from registry.models import BudgetLine, BudgetLineVersion, BudgetVersion
from submissions.models import Report
from tests.approvals.test_hostile_requests import elsewhere
from tests.audit.conftest import Past
from tests.audit.test_moments import dewi, events, facts, look, row
from tests.cast import World, assign
from tests.submissions.test_revisions import amended, permitted, published
from workflow import engine, granting, route
from workflow.models import RouteVersion

__all__ = ["dewi"]


def test_who_held_which_office_is_told_as_recorded_then_and_as_recorded_today(
    past: Past, dewi: Client
) -> None:
    cast = past.cast
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        (then,) = cursor.fetchone()
    later = assign(
        cast.gita, cast.posts["section_head"], kind="plh", start="2026-01-01", end=f"{then.year + 1}-12-31"
    )
    answer = look(dewi, "offices", cast.agency.code, at=then.isoformat())
    held = {one.post: one for one in answer.context["held"]}
    head = held["Kepala Bidang Bina Marga"]
    assert [one.person for one in head.then] == ["Budi Wiratmaka"]
    assert [(one.capacity, one.person) for one in head.today] == [("Plh.", "Gita Karangjati")]
    assert held["Kepala Dinas Pekerjaan Umum"].today is None
    assert row(answer, "Assignment", "Gita Karangjati").state == "later"
    now = look(dewi, "offices", cast.agency.code)
    assert {one.post: one.today for one in now.context["held"]}["Kepala Bidang Bina Marga"] is None
    assert later.pk


def test_the_budget_of_a_sub_activity_is_shown_as_it_was_before_it_was_cut(past: Past, dewi: Client) -> None:
    cast, item = past.cast, past.report.item
    with recorded(None):
        version = BudgetVersion.objects.create(
            fiscal_year=cast.year, unit=cast.agency, kind="perubahan", sequence=2, effective_month=7
        )
        line = BudgetLine.objects.filter(item=item).order_by("account_code")[0]
        ceiling = BudgetLineVersion.objects.create(line=line, version=version, ceiling=Decimal(50_000_000))
    ((number, _at),) = events("registry_budgetlineversion", ceiling.pk)
    then = look(dewi, "item", past.report.token, event=number - 1)
    now = look(dewi, "item", f"item-{item.pk}")
    assert "50,000,000" not in then.content.decode()
    assert facts(row(now, "Ceiling of a line", "Revised"))["ceiling"] == "50,000,000"


def test_a_code_that_several_units_have_is_asked_back(past: Past, dewi: Client) -> None:
    code = past.report.item.sub_activity_code
    past.cast.item(code, unit=past.cast.other_agency, officer="other_officer", verifier="other_section_head")
    answer = look(dewi, "item", code)
    assert {one.under for one in answer.context["subjects"]} == {
        "Dinas Kesehatan · 2026", "Dinas Pekerjaan Umum · 2026",
    }  # fmt: skip
    assert "Which one?" in answer.content.decode() and "subject" not in answer.context


def test_the_public_could_read_only_what_was_published_then(cast: World, client: Client) -> None:
    cast.item(ceilings=(100,))
    (draft,) = cast.open()
    client.force_login(cast.dewi)
    answer = look(client, "published", draft.token)
    assert answer.context["rows"] == []
    assert "The public could not read it." in answer.content.decode()
    january = published(cast, 1, 10)
    (*_, (number, _at)) = events("submissions_report", january.pk)
    permitted(cast)
    revision = amended(cast, january)
    cast.submitted([revision], 30)
    approvals.verify(actor=cast.budi, versions=cast.versions([revision]))
    for verb in (route.SIGN, route.PUBLISH):
        engine.perform(verb, Report, cast.versions([revision]), actor=cast.citra, whole=True)
    for asked, amount, token in (({"event": number}, "10", january.token), ({}, "30", revision.token)):
        for which in (january.token, revision.token):
            answer = look(client, "published", which, **asked)
            assert facts(row(answer, "Report line"))["realized this month"] == amount
            assert [one.head for one in answer.context["rows"] if one.what == "Report"] == [token]


def test_a_grant_is_shown_as_it_stood_before_it_was_taken_back(cast: World, client: Client) -> None:
    grant = permitted(cast)
    granting.revoke(grant=grant, actor=cast.dewi, reason="Data sudah lengkap lebih dulu")
    (given, _), (taken, _) = events("workflow_grant", grant.pk)
    client.force_login(cast.dewi)
    for number, revoked in ((given, "–"), (taken, "Dewi Rimbawan")):
        shown = facts(row(look(client, "grant", grant.key, event=number), "Grant"))
        assert (shown["revoked by"], shown["reason"]) == (revoked, "Disetujui atas nota dinas 17")


def test_an_account_is_shown_without_password_and_mail_address(past: Past, dewi: Client) -> None:
    answer = look(dewi, "person", "budi")
    shown = row(answer, "Person", "Budi Wiratmaka")
    assert {"name", "user name", "active"} <= set(facts(shown))
    text = answer.content.decode()
    assert "budi@contoh.test" not in text and "password" not in text.lower()
    assert past.cast.budi.nip and past.cast.budi.nip not in text, "it tells his day of birth"
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT payload::json -> 'new' ->> 'password_sha256' FROM ledger.event WHERE of_table = 'registry_user'"
        )
        assert not any(digest and digest in text for (digest,) in cursor.fetchall())


def test_a_right_that_was_taken_back_is_shown_as_it_was_held(past: Past, dewi: Client) -> None:
    cast = past.cast
    grants.give(grants.AUDIT, cast.budi, cast.agency)
    grants.take(grants.AUDIT, cast.budi, cast.agency)
    now = look(dewi, "person", "budi")
    gone = row(now, "Right to see")
    assert gone.state == "gone"
    then = look(dewi, "person", "budi", event=gone.last.id - 1)
    assert row(then, "Right to see").state == "there"


def test_a_route_and_a_calendar_are_the_governments_and_open_to_every_auditor(
    past: Past, client: Client
) -> None:
    grants.give(grants.AUDIT, past.cast.gita, past.cast.other_agency)
    client.force_login(past.cast.gita)
    code = RouteVersion.objects.values_list("code", flat=True)[0]
    assert row(look(client, "route", code), "Route", code).state == "there"
    assert look(client, "calendar", past.cast.other_agency.code).context["subject"].title == "Dinas Kesehatan"


def test_who_audits_one_government_finds_nobody_of_another(past: Past, dewi: Client) -> None:
    elsewhere(past.cast)
    assert look(dewi, "person", "mira").context["subjects"] == []
    assert look(dewi, "person", "gita").status_code == 200
