"""Each act on a pack: for the stranger, the wrong office, the wrong state, the stale version, the second click, the ledger."""

import json
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection

from approvals.factors import Factor, FactorRefused, check
from indicators import services
from indicators.models import Pack, PackFigure
from indicators.rules import Reported
from indicators.services import Entry
from tests.cast import PASSWORD, assign, factor
from tests.indicators.province import Province
from workflow.engine import KeyReused, Outcome
from workflow.models import Decision

REASON = "The receivables differ from the ledger of the company."
# act: (how it is done, who may, from which state, to which, whose version stands)
ACTS: dict[str, tuple[Callable[..., list[Outcome]], str, str, str]] = {
    "submit": (services.submit, "gulzar", "draft", "submitted"),
    "recall": (services.recall, "gulzar", "submitted", "draft"),
    "verify": (services.verify, "palwasha", "submitted", "verified"),
    "return": (services.send_back, "palwasha", "submitted", "returned"),
    "sign": (services.sign, "shehram", "verified", "signed"),
    "query": (services.send_back, "zarmina", "signed", "returned"),
    "review": (services.review, "zarmina", "signed", "published"),
}
SAID = {"return": {"reason": REASON}, "query": {"reason": REASON}}
# The office that judges must be of this very tier: others of the same house, and the same office elsewhere.
WRONG = {
    "submit": ("palwasha", "tariq", "spozhmay"),
    "recall": ("palwasha", "tariq", "spozhmay"),
    "verify": ("gulzar", "shehram", "zarmina", "nadir", "spozhmay"),
    "return": ("gulzar", "shehram", "zarmina", "nadir", "spozhmay"),
    "sign": ("gulzar", "palwasha", "zarmina", "wajahat", "spozhmay"),
    "query": ("gulzar", "palwasha", "shehram", "wajahat", "spozhmay"),
    "review": ("gulzar", "palwasha", "shehram", "wajahat", "spozhmay"),
}


def ready(province: Province, act: str) -> Pack:
    """A pack that waits for this act."""
    pack = province.open()
    state = ACTS[act][2]
    if state == "draft":
        province.enter(pack)
    else:
        {"submitted": province.submitted, "verified": province.verified, "signed": province.signed}[state](
            pack
        )
    return Pack.objects.get(pk=pack.pk)


def do(province: Province, act: str, pack: Pack, by: str | None = None, **more: Any) -> Outcome:
    perform, who, _, _ = ACTS[act]
    versions = more.pop("versions", province.versions(pack))
    actor = province.people[by or who]
    said: dict[str, Any] = {"factor": factor(actor)} if act == "sign" else dict(SAID.get(act, {}))
    (outcome,) = perform(actor=actor, versions=versions, **said, **more)
    return outcome


@pytest.mark.parametrize("act", ACTS)
def test_who_holds_the_office_does_it_and_it_is_recorded(province: Province, act: str) -> None:
    pack = ready(province, act)
    kept = pack.history.count()
    outcome = do(province, act, pack)
    _, who, source, target = ACTS[act]
    assert outcome.done, outcome
    fresh = Pack.objects.get(pk=pack.pk)
    assert fresh.state == target
    decisions = Decision.objects.filter(
        object_id=pack.pk, content_type__model="pack", actor=province.people[who]
    ).order_by("step")
    last = decisions.filter(source=source).last()
    assert (last.actor_name, last.version) == (province.people[who].name, fresh.version)
    assert fresh.history.count() == kept + fresh.step - pack.step
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT payload::text FROM ledger.event WHERE of_table = 'indicators_pack' AND of_row = %s ORDER BY id DESC",
            [pack.pk],
        )
        event = json.loads(cursor.fetchone()[0])
    assert target in json.dumps(event)


@pytest.mark.parametrize(("act", "who"), [(act, who) for act, wrong in WRONG.items() for who in wrong])
def test_nobody_else_does_it(province: Province, act: str, who: str) -> None:
    pack = ready(province, act)
    outcome = do(province, act, pack, by=who)
    assert (outcome.done, outcome.code) in (
        (False, "route.office"),
        (False, "route.self"),
        (False, "route.twice"),
    )
    assert Pack.objects.get(pk=pack.pk).state == pack.state


@pytest.mark.parametrize("act", ACTS)
@pytest.mark.parametrize("state", ["draft", "submitted", "verified", "signed", "published"])
def test_an_act_belongs_to_its_state(province: Province, act: str, state: str) -> None:
    if state == ACTS[act][2] or (
        act in ("return", "query", "recall") and state in ("submitted", "verified", "signed")
    ):
        return
    pack = province.open()
    province.enter(pack)
    if state != "draft":
        getattr(province, state)(pack) if state != "submitted" else services.submit(
            actor=province.gulzar, versions=province.versions(pack)
        )
    outcome = do(province, act, pack)
    assert not outcome.done
    assert outcome.code in ("route.state", "route.office")
    assert Pack.objects.get(pk=pack.pk).state == state


@pytest.mark.parametrize("act", ACTS)
def test_a_version_that_was_not_seen_is_not_judged(province: Province, act: str) -> None:
    pack = ready(province, act)
    outcome = do(province, act, pack, versions={pack.pk: pack.version - 1})
    assert (outcome.done, outcome.code) == (False, "route.stale")


@pytest.mark.parametrize("act", ACTS)
def test_a_second_click_gets_the_first_answer(province: Province, act: str) -> None:
    pack = ready(province, act)
    versions = province.versions(pack)
    first = do(province, act, pack, versions=versions, key="one-key")
    steps = Pack.objects.get(pk=pack.pk).step
    second = do(province, act, pack, versions=versions, key="one-key")
    assert first.done and second.done
    assert Pack.objects.get(pk=pack.pk).step == steps
    with pytest.raises(KeyReused):
        do(province, act, pack, versions={pack.pk: 99}, key="one-key")


def test_a_wrong_code_signs_nothing(province: Province) -> None:
    pack = province.verified(province.open())
    used = factor(province.shehram)
    check(province.shehram, used)
    for given in (Factor(), Factor("wrong"), Factor(PASSWORD), used):
        with pytest.raises(FactorRefused):
            services.sign(actor=province.shehram, versions=province.versions(pack), factor=given)
    assert Pack.objects.get(pk=pack.pk).state == "verified"


def test_a_query_goes_back_to_the_officer_and_up_all_tiers_again(province: Province) -> None:
    pack = province.signed(province.open())
    services.send_back(
        actor=province.zarmina, versions=province.versions(pack), reason=REASON, marks=["figure-receivable"]
    )
    province.submitted(pack, receivable="190")
    assert Pack.objects.get(pk=pack.pk).state == "submitted"
    province.verified(pack)
    province.signed(pack)
    pack = province.published(pack)
    verbs = list(
        Decision.objects.filter(object_id=pack.pk, content_type__model="pack")
        .order_by("step")
        .values_list("verb", flat=True)
    )
    assert verbs == ["submit", "verify", "sign", "return", "submit", "verify", "sign", "review", "publish"]


def test_nobody_decides_on_what_he_entered_not_even_acting(province: Province) -> None:
    pack = province.submitted(province.open())
    assign(province.gulzar, province.posts["water_ceo"], kind="plt", start="2025-10-01")
    outcome = do(province, "verify", pack, by="gulzar")
    assert (outcome.done, outcome.code) == (False, "route.self")


def test_an_acting_head_decides_in_his_dates_and_no_longer(province: Province) -> None:
    pack = province.submitted(province.open())
    assign(province.nadir, province.posts["water_ceo"], kind="plh", start="2025-10-01", end="2025-10-19")
    assert not do(province, "verify", pack, by="nadir").done
    province.at("2025-10-19 23:59")
    assert not do(province, "verify", pack, by="palwasha").done
    assert do(province, "verify", pack, by="nadir").done


def test_the_tier_that_looked_at_it_ends_the_recall(province: Province) -> None:
    pack = province.submitted(province.open())
    services.mark_opened(actor=province.palwasha, pack=pack, at=province.at("2025-10-20 10:00"))
    assert do(province, "recall", pack).code == "route.opened"


# --- Entering --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("who", ["palwasha", "shehram", "zarmina", "tariq", "spozhmay"])
def test_only_its_finance_officer_enters(province: Province, who: str) -> None:
    pack = province.open()
    entry = Entry(pack.pk, pack.version, figures={"cash": Reported(None, "not yet closed")})
    saved = services.save(actor=province.people[who], entries=[entry])
    assert saved.refusals[pack.pk].code == "route.office"
    assert not PackFigure.objects.filter(pack=pack).exclude(note="").exists()


@pytest.mark.parametrize(
    ("change", "rule"),
    [({"grants": "1001"}, "K-03"), ({"cash": "-1"}, "K-02"), ({"employee_cost": "901"}, "K-03"), ({"spent": "3201"}, "K-03")],
)  # fmt: skip
def test_what_cannot_be_is_not_saved(province: Province, change: dict[str, str], rule: str) -> None:
    pack = province.open()
    province.enter(pack)
    version = province.version(pack)
    figures = {code: Reported(Decimal(text)) for code, text in change.items()}
    saved = services.save(actor=province.gulzar, entries=[Entry(pack.pk, version, figures=figures)])
    assert [one.rule for one in saved.findings[pack.pk]] == [rule]
    assert province.version(pack) == version


def test_a_pack_is_submitted_complete_and_explained(province: Province) -> None:
    pack = province.open()
    assert do(province, "submit", pack).code == "route.blocked"
    province.enter(pack, current_assets="390", cash="100")  # the current ratio is red
    outcome = do(province, "submit", pack)
    assert (outcome.code, outcome.params) == ("route.blocked", {"count": 1})
    remarks = "The tariff subsidy of May came in July only; it is claimed monthly now."
    services.save(actor=province.gulzar, entries=[Entry(pack.pk, province.version(pack), remarks=remarks)])
    assert do(province, "submit", pack).done


def test_quarters_go_in_order(province: Province) -> None:
    first = province.open(1)
    province.at("2026-01-15 09:00")
    second = province.open(2)
    province.enter(second)
    assert do(province, "submit", second).code == "route.order_submit"
    province.submitted(first)
    assert do(province, "submit", second).done
    province.verified(second)
    assert do(province, "sign", second).code == "route.order_sign"
    province.signed(first)
    assert do(province, "sign", second).done


def test_a_quarter_opens_after_its_end_and_locks(province: Province) -> None:
    pack = province.open(2)
    assert do(province, "submit", pack).code == "route.window_not_open"
    pack = province.open(1)
    assert (
        f"{pack.due_at.astimezone(province.at('2025-10-20 09:00').tzinfo):%Y-%m-%d %H:%M}"
        == "2025-10-30 23:59"
    )
    province.enter(pack)
    province.at("2026-03-30 00:00")
    assert do(province, "submit", pack).code == "route.window_locked"


def test_opening_a_quarter_again_adds_only_what_is_missing(province: Province) -> None:
    assert len(services.open_quarter(fiscal_year=province.year, quarter=1)) == 2
    assert services.open_quarter(fiscal_year=province.year, quarter=1) == []
    assert PackFigure.objects.count() == 2 * 28
