"""Routes of every shape, lived through by people: more tiers, quorums, conditions, reviews, rest, vacant posts, exceptions."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction

from approvals import services as deciding
from ledger.clock import now
from ledger.recording import recorded
from registry.models import Assignment, Post, Unit, User
from submissions import services
from submissions.models import Editor, Report
from tests.cast import World, assign
from workflow import engine, granting
from workflow.models import Decision, RouteVersion

OFFICER = {"verb": "submit", "role": "officer", "scope": "item"}
SECTION = {"verb": "verify", "role": "section_head", "scope": "item"}
PLANNER = {"verb": "verify", "role": "planner", "scope": "agency"}
HEAD = {"verb": "sign", "role": "agency_head", "scope": "agency"}
BUREAU = {"verb": "review", "role": "oversight", "scope": "government"}


def on_route(cast: World, *tiers: dict[str, Any], embargo_hours: int = 0) -> None:
    """The agency reports on this route from the next month that is opened."""
    with recorded(None):
        RouteVersion.objects.create(
            code="TRIAL", number=1, name="Trial", tiers=list(tiers), embargo_hours=embargo_hours
        )
        Unit.objects.filter(pk=cast.agency.pk).update(route_code="TRIAL")


def with_post(cast: World, username: str, role: str, title: str, unit: Unit | None = None) -> User:
    """A new person who holds a new post."""
    person = User(username=username, name=username.title(), email=f"{username}@contoh.test")
    with recorded(None):
        person.save()
        post = Post.objects.create(unit=unit or cast.agency, role=role, title=title)
    assign(person, post)
    cast.people[username], cast.posts[username] = person, post
    return person


def one_report(cast: World, **item: Any) -> Report:
    cast.item(**item)
    (report,) = cast.open()
    cast.submitted([report], 10)
    return Report.objects.get(pk=report.pk)


def act(verb: str, report: Report, by: User, **options: Any) -> engine.Outcome:
    fresh = Report.objects.get(pk=report.pk)
    return engine.perform(verb, Report, {report.pk: fresh.version}, actor=by, **options)[0]


def place(report: Report) -> tuple[str, int]:
    fresh = Report.objects.get(pk=report.pk)
    return fresh.state, fresh.tier


def root(cast: World) -> Unit:
    return Unit.objects.get(government=cast.government, parent=None)


def test_two_tiers_verify_one_after_the_other(cast: World) -> None:
    hadi = with_post(cast, "hadi", "planner", "Kasubag Perencanaan")
    on_route(cast, OFFICER, SECTION, PLANNER, HEAD)
    report = one_report(cast)
    assert act("verify", report, hadi).code == "route.office"
    assert act("verify", report, cast.budi).done
    assert place(report) == ("submitted", 2)
    assert act("verify", report, cast.budi).code == "route.office"
    assert act("verify", report, hadi).done
    assert place(report) == ("verified", 3)


def test_a_return_to_the_tier_before_makes_it_verify_again(cast: World) -> None:
    hadi = with_post(cast, "hadi", "planner", "Kasubag Perencanaan")
    on_route(cast, OFFICER, SECTION, PLANNER, HEAD)
    report = one_report(cast)
    act("verify", report, cast.budi)
    act("verify", report, hadi)
    assert act("return", report, cast.citra, reason="Periksa lagi angkanya", to_previous_tier=True).done
    assert place(report) == ("submitted", 2)
    assert act("verify", report, hadi).done
    assert act("sign", report, cast.citra).done


def test_a_tier_is_passed_over_unless_its_condition_holds(cast: World) -> None:
    with_post(cast, "hadi", "planner", "Kasubag Perencanaan")
    large = PLANNER | {"when": [{"fact": "ceiling", "op": ">=", "value": "200"}]}
    on_route(cast, OFFICER, SECTION, large, HEAD)
    cast.item("1.03.10.2.01.0001", ceilings=(199,))
    cast.item("1.03.10.2.01.0002", ceilings=(200,))
    reports = cast.open()
    cast.submitted(reports, 10)
    for report in reports:
        act("verify", report, cast.budi)
    assert [place(one) for one in reports] == [("verified", 3), ("submitted", 2)]


@pytest.mark.parametrize(
    ("condition", "comes_by"),
    [
        ({"fact": "fund_source", "op": "has", "value": "PAD"}, True),
        ({"fact": "fund_source", "op": "has", "value": "DAK Fisik"}, False),
        ({"fact": "kind", "op": "=", "value": "AGENCY"}, True),
        ({"fact": "kind", "op": "in", "value": ["WARD", "UPTD"]}, False),
        ({"fact": "ceiling", "op": "<", "value": "100.00"}, False),
    ],
)
def test_conditions_ask_the_facts_of_the_report(
    cast: World, condition: dict[str, Any], comes_by: bool
) -> None:
    with_post(cast, "hadi", "planner", "Kasubag Perencanaan")
    on_route(cast, OFFICER, PLANNER | {"when": [condition]}, SECTION, HEAD)
    report = one_report(cast)
    assert place(report) == ("submitted", 1 if comes_by else 2)


def test_a_quorum_counts_persons_and_each_of_them_once(cast: World) -> None:
    """Two heads sign; the first of them twice is still one."""
    hadi = with_post(cast, "hadi", "agency_head", "Wakil Kepala Dinas")
    on_route(cast, OFFICER, SECTION, HEAD | {"quorum": 2})
    report = one_report(cast)
    act("verify", report, cast.budi)
    assert act("sign", report, cast.citra).done
    assert place(report) == ("verified", 2)
    again = act("sign", report, cast.citra)
    assert (again.code, again.params) == ("route.counted", {"quorum": 2})
    assert act("sign", report, hadi).done
    assert place(report) == ("signed", 3)


def test_two_posts_in_one_hand_are_one_person_for_a_quorum(cast: World) -> None:
    with_post(cast, "hadi", "agency_head", "Wakil Kepala Dinas")
    on_route(cast, OFFICER, SECTION, HEAD | {"quorum": 2})
    report = one_report(cast)
    assign(cast.citra, cast.posts["hadi"], kind="plt", start="2026-01-01")
    act("verify", report, cast.budi)
    assert act("sign", report, cast.citra).done
    assert act("sign", report, cast.citra).code == "route.counted"


def test_what_was_agreed_before_a_return_counts_no_more(cast: World) -> None:
    hadi = with_post(cast, "hadi", "agency_head", "Wakil Kepala Dinas")
    on_route(cast, OFFICER, SECTION, HEAD | {"quorum": 2})
    report = one_report(cast)
    act("verify", report, cast.budi)
    act("sign", report, cast.citra)
    act("return", report, hadi, reason="Bukti foto belum lengkap")
    services.submit(actor=cast.ani, versions=cast.versions([report]))
    act("verify", report, cast.budi)
    assert act("sign", report, hadi).done
    assert place(report) == ("verified", 2)
    assert act("sign", report, cast.citra).done
    assert place(report) == ("signed", 3)


def test_a_review_that_blocks_comes_before_publication(cast: World) -> None:
    ida = with_post(cast, "ida", "oversight", "Bagian Administrasi Pembangunan", root(cast))
    on_route(cast, OFFICER, SECTION, HEAD, BUREAU | {"blocks": True})
    report = one_report(cast)
    act("verify", report, cast.budi)
    act("sign", report, cast.citra)
    assert place(report) == ("signed", 3)
    assert act("publish", report, cast.citra).code == "route.review_open"
    assert services.publish_ready() == 0
    assert act("review", report, cast.citra).code == "route.office"
    (outcome,) = deciding.review(actor=ida, versions=cast.versions([report]), note="Sesuai")
    assert outcome.done
    assert place(report) == ("published", 4)


def test_a_query_of_the_bureau_sends_a_signed_report_back_to_its_officer(cast: World) -> None:
    ida = with_post(cast, "ida", "oversight", "Bagian Administrasi Pembangunan", root(cast))
    on_route(cast, OFFICER, SECTION, HEAD, BUREAU | {"blocks": True})
    report = one_report(cast)
    act("verify", report, cast.budi)
    act("sign", report, cast.citra)
    assert act("return", report, cast.citra, reason="Saya tarik kembali saja").code == "route.office"
    assert act("return", report, ida, reason="Jelaskan selisih dengan SP2D").done
    assert place(report) == ("returned", 0)


def test_a_review_that_does_not_block_follows_publication(cast: World) -> None:
    ida = with_post(cast, "ida", "oversight", "Bagian Administrasi Pembangunan", root(cast))
    on_route(cast, OFFICER, SECTION, HEAD, BUREAU)
    report = one_report(cast)
    act("verify", report, cast.budi)
    act("sign", report, cast.citra)
    assert act("publish", report, cast.citra).done
    assert place(report) == ("published", 3)
    before = Report.objects.values("content_hash", "version", "published_at").get(pk=report.pk)
    assert act("return", report, ida, reason="Jelaskan selisih dengan SP2D").code == "route.state"
    assert act("review", report, ida).done
    assert place(report) == ("published", 4)
    assert Report.objects.values("content_hash", "version", "published_at").get(pk=report.pk) == before
    assert act("review", report, ida).code == "route.state"


def test_what_is_signed_rests_and_the_calendar_publishes_it(cast: World) -> None:
    on_route(cast, OFFICER, SECTION, HEAD, embargo_hours=48)
    report = one_report(cast)
    act("verify", report, cast.budi)
    act("sign", report, cast.citra)
    assert act("publish", report, cast.citra).code == "route.embargo"
    assert services.publish_ready() == 0
    cast.at("2026-02-05 09:01")
    assert services.publish_ready() == 1
    assert services.publish_ready() == 0
    decision = Decision.objects.get(object_id=report.pk, verb="publish")
    assert (decision.actor, decision.post_id, decision.source, decision.target) == (
        None, None, "signed", "published",
    )  # fmt: skip


def test_who_signed_may_take_it_back_while_it_rests_and_not_after(cast: World) -> None:
    on_route(cast, OFFICER, SECTION, HEAD, embargo_hours=48)
    report = one_report(cast)
    act("verify", report, cast.budi)
    act("sign", report, cast.citra)
    assert act("return", report, cast.budi, reason="Ternyata ada yang keliru").code == "route.office"
    assert act("return", report, cast.citra, reason="Ternyata ada yang keliru").done
    services.submit(actor=cast.ani, versions=cast.versions([report]))
    act("verify", report, cast.budi)
    act("sign", report, cast.citra)
    cast.at("2026-02-05 10:00")
    assert act("return", report, cast.citra, reason="Ternyata ada yang keliru").code == "route.state"


@pytest.mark.parametrize("verb", ["submit", "verify", "return", "sign", "review", "amend", "recall"])
def test_the_calendar_decides_nothing(cast: World, verb: str) -> None:
    report = one_report(cast)
    outcome = engine.perform(verb, Report, {report.pk: None}, actor=None, reason="Karena waktunya habis")[0]
    assert outcome.code in ("route.nobody", "route.state")
    assert place(report) == ("submitted", 1)


def test_the_database_takes_no_decision_of_the_calendar_either(cast: World) -> None:
    report = one_report(cast)
    decision = Decision.objects.get(object_id=report.pk)
    with pytest.raises(IntegrityError, match="holds the office"), transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SELECT set_config('jenjang.actor', '', true)")
        decision.pk, decision.step, decision.verb, decision.actor, decision.post_id = (
            None,
            2,
            "verify",
            None,
            None,
        )
        decision.save(force_insert=True)


class TestAVacantPost:
    """Budi's post falls vacant on 1 February; the route lets the superior act after three days."""

    @pytest.fixture
    def report(self, cast: World) -> Report:
        on_route(cast, OFFICER, SECTION | {"escalate_days": 3}, HEAD)
        with recorded(None):
            Assignment.objects.filter(person=cast.budi).update(valid_to="2026-01-31")
        return one_report(cast)  # submitted on 3 February

    def test_its_superior_waits_the_days_that_the_route_says(self, cast: World, report: Report) -> None:
        cast.at("2026-02-06 08:59")
        assert act("verify", report, cast.citra).code == "route.office"
        cast.at("2026-02-06 09:01")
        assert act("verify", report, cast.citra).done
        decision = Decision.objects.get(object_id=report.pk, verb="verify")
        assert (decision.post_id, decision.stands_in_for) == (
            cast.posts["agency_head"].pk,
            cast.posts["section_head"].pk,
        )

    def test_who_stood_in_does_not_sign_as_well(self, cast: World, report: Report) -> None:
        cast.at("2026-02-07 09:00")
        act("verify", report, cast.citra)
        assert act("sign", report, cast.citra).code == "route.twice"

    def test_somebody_named_acting_ends_it_at_once(self, cast: World, report: Report) -> None:
        assign(cast.gita, cast.posts["section_head"], kind="plt", start="2026-02-01")
        cast.at("2026-02-07 09:00")
        assert act("verify", report, cast.citra).code == "route.office"
        assert act("verify", report, cast.gita).done

    def test_an_acting_head_does_not_stand_in_as_well(self, cast: World, report: Report) -> None:
        """Acting posts never chain (domain.md 4.1)."""
        assign(cast.gita, cast.posts["agency_head"], kind="plt", start="2026-02-01")
        cast.at("2026-02-07 09:00")
        assert act("verify", report, cast.gita).code == "route.office"

    def test_a_named_superior_comes_before_the_head(self, cast: World, report: Report) -> None:
        hadi = with_post(cast, "hadi", "planner", "Sekretaris Dinas")
        with recorded(None):
            Post.objects.filter(pk=cast.posts["section_head"].pk).update(superior=cast.posts["hadi"])
        cast.at("2026-02-07 09:00")
        assert act("verify", report, cast.citra).code == "route.office"
        assert act("verify", report, hadi).done

    def test_a_route_without_days_never_escalates(self, cast: World) -> None:
        with recorded(None):
            Assignment.objects.filter(person=cast.budi).update(valid_to="2026-01-31")
        report = one_report(cast)
        cast.at("2026-02-19 09:00")
        assert act("verify", report, cast.citra).code == "route.office"


class TestAWaiver:
    """Budi is named acting head: he verified, and may sign only by a recorded waiver (V-53)."""

    @pytest.fixture
    def report(self, cast: World) -> Report:
        report = one_report(cast)
        assign(cast.budi, cast.posts["agency_head"], kind="plt", start="2026-02-01")
        act("verify", report, cast.budi)
        return report

    def waiver(self, cast: World, person: User, **scope: Any) -> Any:
        return granting.give(
            key=f"waiver-{person.pk}", kind="waiver", actor=cast.dewi, office="Sekretaris Daerah",
            scope_path=cast.agency.path, person=person, reason="Hanya ada satu pejabat eselon III",
            document_no="800/12/2026", expires_at=now() + timedelta(days=10), **scope,
        )  # fmt: skip

    def test_without_one_he_is_refused(self, cast: World, report: Report) -> None:
        assert act("sign", report, cast.budi).code == "route.twice"

    def test_with_one_he_signs_and_the_decision_names_it(self, cast: World, report: Report) -> None:
        waiver = self.waiver(cast, cast.budi)
        assert act("sign", report, cast.budi).done
        assert Decision.objects.get(object_id=report.pk, verb="sign").grant == waiver

    def test_one_for_somebody_else_is_none(self, cast: World, report: Report) -> None:
        self.waiver(cast, cast.citra)
        assert act("sign", report, cast.budi).code == "route.twice"

    def test_one_for_another_month_is_none(self, cast: World, report: Report) -> None:
        self.waiver(cast, cast.budi, subjects=["2026-02"])
        assert act("sign", report, cast.budi).code == "route.twice"

    def test_one_that_was_revoked_is_none(self, cast: World, report: Report) -> None:
        granting.revoke(grant=self.waiver(cast, cast.budi), actor=cast.dewi, reason="Kepala sudah kembali")
        assert act("sign", report, cast.budi).code == "route.twice"

    def test_no_waiver_lets_anybody_decide_on_what_he_entered(self, cast: World) -> None:
        report = one_report(cast)
        assign(cast.ani, cast.posts["agency_head"], kind="plt", start="2026-02-01")
        self.waiver(cast, cast.ani)
        act("verify", report, cast.budi)
        assert act("sign", report, cast.ani).code == "route.self"


class TestAMandateToAssist:
    """Gita of the province helps the agency's officers enter; she submits and decides nothing."""

    @pytest.fixture
    def report(self, cast: World) -> Report:
        cast.item()
        (report,) = cast.open()
        return report

    def mandate(self, cast: World) -> Any:
        return granting.give(
            key="assist-1", kind="assistance", actor=cast.dewi, office="Biro Organisasi",
            scope_path=cast.agency.path, person=cast.gita, reason="Pendampingan bulan Januari",
            expires_at=now() + timedelta(days=10),
        )  # fmt: skip

    def test_without_one_she_enters_nothing(self, cast: World, report: Report) -> None:
        saved = services.save_entries(actor=cast.gita, entries=[cast.entry(report, 5)])
        assert saved.refusals[report.pk].code == "route.office"

    def test_with_one_she_enters_and_it_is_remembered_on_whose_word(
        self, cast: World, report: Report
    ) -> None:
        mandate = self.mandate(cast)
        saved = services.save_entries(actor=cast.gita, entries=[cast.entry(report, 5)])
        assert report.pk in saved.versions
        assert Editor.objects.get(report=report, person=cast.gita).grant == mandate

    def test_she_submits_nothing(self, cast: World, report: Report) -> None:
        self.mandate(cast)
        cast.entered([report], 5, by="gita")
        (outcome,) = services.submit(actor=cast.gita, versions=cast.versions([report]))
        assert outcome.code == "route.office"

    def test_what_she_entered_she_never_decides(self, cast: World, report: Report) -> None:
        self.mandate(cast)
        cast.entered([report], 5, by="gita")
        services.submit(actor=cast.ani, versions=cast.versions([report]))
        assign(cast.gita, cast.posts["section_head"], kind="plt", start="2026-02-01")
        assert act("verify", report, cast.gita).code == "route.self"


class TestAnEarlierMonthThatMoved:
    """February was verified; January is returned and submitted anew: February must be verified again (domain.md 2.6)."""

    @pytest.fixture
    def february(self, cast: World) -> Report:
        cast.item()
        (january,) = cast.open()
        cast.submitted([january], 10)
        (february,) = cast.open(2)
        cast.at("2026-03-03 09:00")
        cast.submitted([february], 5)
        act("verify", february, cast.budi)
        with recorded(None):  # January's own window is not the point here
            type(january.period).objects.filter(pk=january.period_id).update(lock_at="2026-04-01T00:00Z")
        act("return", january, cast.budi, reason="Kumulatif dilaporkan sebagai bulanan")
        return february

    def test_it_cannot_be_signed_nor_verified_again_while_january_is_open(
        self, cast: World, february: Report
    ) -> None:
        refused = act("verify", february, cast.budi)
        assert refused.code in ("route.order_again", "route.state")
        assert not act("sign", february, cast.citra).done

    def test_the_verifier_looks_at_it_once_more_and_then_it_is_signed(
        self, cast: World, february: Report
    ) -> None:
        january = Report.objects.get(period__month=1)
        cast.at("2026-03-03 10:00")
        services.submit(actor=cast.ani, versions=cast.versions([january]))
        assert act("sign", february, cast.citra).code == "route.order_stale"
        assert act("verify", february, cast.citra).code == "route.office"
        assert act("verify", february, cast.budi).done
        assert place(february) == ("verified", 2)
        assert act("verify", february, cast.budi).code == "route.state"
        assert act("sign", february, cast.citra).code == "route.order_sign"


def test_a_locked_month_is_open_again_while_a_reopening_lasts(cast: World) -> None:
    report = one_report(cast)
    cast.at("2026-02-22 09:00")
    assert act("verify", report, cast.budi).code == "route.window_locked"
    granting.give(
        key="reopen-1", kind="reopening", actor=cast.dewi, office="Bappeda", scope_path=cast.agency.path,
        subjects=["2026-01"], reason="Listrik padam di kantor dinas", expires_at=now() + timedelta(days=3),
    )  # fmt: skip
    assert act("verify", report, cast.budi).done
    cast.at("2026-02-26 09:00")
    assert act("sign", report, cast.citra).code == "route.window_locked"


def test_a_grant_can_be_revoked_once_and_changed_never(cast: World) -> None:
    grant = granting.give(
        key="reopen-2", kind="reopening", actor=cast.dewi, office="Bappeda", scope_path=cast.agency.path,
        reason="Listrik padam di kantor dinas", expires_at=now() + timedelta(days=3),
    )  # fmt: skip
    with pytest.raises(IntegrityError, match="revoked, and nothing else"), recorded(cast.dewi):
        type(grant).objects.filter(pk=grant.pk).update(expires_at=now() + timedelta(days=300))
    with pytest.raises(IntegrityError, match="is kept"), recorded(cast.dewi):
        type(grant).objects.filter(pk=grant.pk)._raw_delete("default")
    with pytest.raises(granting.GrantRefused, match="route.reason"):
        granting.revoke(grant=grant, actor=cast.dewi, reason="salah")
    granting.revoke(grant=grant, actor=cast.dewi, reason="Diberikan karena keliru")
    with pytest.raises(granting.GrantRefused, match="grant.ended"):
        granting.revoke(grant=grant, actor=cast.dewi, reason="Diberikan karena keliru")
