"""The engine against the model: random people, acts, dates, routes, grants and raw SQL; after every step they agree.

Many runs, here in two processes (JENJANG_MODEL_STEPS=50 and JENJANG_MODEL_SEED=20261122 unless said):
JENJANG_MODEL_RUNS=5000 JENJANG_MODEL_SHARE=1/2 pytest tests/workflow/test_model.py, and the same with 2/2.
"""

import os
import random
import sys
import time
from collections import Counter
from datetime import timedelta
from typing import Any

from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule, run_state_machine_as_test

from tests.workflow.attempts import attempts
from tests.workflow.model import GONE, OPEN, VERBS
from tests.workflow.model import Report as Modelled
from tests.workflow.play import REASON, Play
from tests.workflow.records import records_agree
from tests.workflow.stage import Stage, a_law, rolled_back, stage

__all__ = ["stage"]
LONG = "JENJANG_MODEL_RUNS" in os.environ
RUNS = int(os.environ.get("JENJANG_MODEL_RUNS", "200"))
STEPS = int(os.environ.get("JENJANG_MODEL_STEPS", "50" if LONG else "25"))
SEED = int(os.environ.get("JENJANG_MODEL_SEED", "20261122"))
SHARE, SHARES = map(int, os.environ.get("JENJANG_MODEL_SHARE", "1/1").split("/"))
# Hypothesis plays variations on what it has played; up to ten runs at a time it does not, and each is new.
AT_A_TIME, BETWEEN = 10, 20
FORWARD = ("submit", "verify", "sign", "review", "publish")
NUMBER = st.integers(0, 2**16)
FEW = st.integers(0, 15)


class Ministry(RuleBasedStateMachine):
    """Hypothesis chooses what happens; each number is folded onto what there is."""

    stage: Stage
    play: Play
    tally: Counter[str] = Counter()

    def __init__(self) -> None:
        super().__init__()
        self.undo = rolled_back()
        self.undo.__enter__()
        self.leaps = 0

    @initialize(seed=st.integers(0, 2**32 - 1), head_start=st.sampled_from((0, 5, 15, 30)))
    def open(self, seed: int, head_start: int) -> None:
        self.play = Play(self.stage, *a_law(random.Random(seed), self.stage), self.tally)
        self.tally["runs"] += 1
        for turn in range(head_start):
            self.onwards(seed + turn * (seed % 3), seed // 7 + turn, seed // 11 + turn)

    def teardown(self) -> None:
        try:
            if "play" in vars(self) and sys.exc_info()[0] is None:
                self.play.holders_agree()
                records_agree(self.play)
        finally:
            self.undo.__exit__(None, None, None)

    def report(self, number: int) -> Modelled:
        reports = list(self.play.law.reports.values())
        return reports[number % len(reports)]

    def person(self, number: int) -> int:
        people = (*self.stage.people, self.stage.root)
        return people[number % len(people)].pk

    def seen(self, report: Modelled, how: int) -> int | None:
        """The version that somebody saw: mostly the present one."""
        return [
            report.version,
            report.version,
            None,
            None,
            report.version,
            report.version - 1,
            report.version + 1,
        ][how % 7]

    def step(self) -> None:
        self.tally["steps"] += 1

    @rule(verb=st.sampled_from(VERBS), who=FEW, which=FEW, how=NUMBER)
    def anybody_tries_anything(self, verb: str, who: int, which: int, how: int) -> None:
        self.step()
        report = self.report(which)
        self.tries(report, verb, None if who == 14 else self.person(who), how)

    @rule(choice=NUMBER, which=FEW, how=NUMBER)
    def an_office_holder_tries_what_he_does(self, choice: int, which: int, how: int) -> None:
        """Office and state are right; what else may stand in the way is open."""
        self.step()
        report, law = self.report(which), self.play.law
        verbs = [verb for verb in VERBS if law.whose(report, verb)]
        if verbs:
            verb = verbs[choice % len(verbs)]
            able = [
                one for one in law.people if any(law.acts_at(report, n, one) for n in law.whose(report, verb))
            ]
            person = able[choice // 11 % len(able)] if able else self.person(choice)
            self.tries(report, verb, person if how % 13 else None, how)

    def tries(self, report: Modelled, verb: str, person: int | None, how: int) -> None:
        reason = (REASON, REASON, REASON, " kurang   ", "")[how // 5 % 5]
        self.play.act(
            verb, person, {report.id: self.seen(report, how)}, reason=reason, previous=how // 20 % 2 == 0,
            key=self.key() if how % 3 == 0 else None,
        )  # fmt: skip

    @rule(which=FEW, choice=NUMBER, how=NUMBER, turns=st.sampled_from((1, 3, 8)))
    def it_goes_on(self, which: int, choice: int, how: int, turns: int) -> None:
        self.step()
        for turn in range(turns):
            self.onwards(which + (turn if how % 2 else 0), choice + turn, how)

    @rule(month=st.integers(1, 3), choice=NUMBER, how=NUMBER)
    def a_month_is_pressed_for(self, month: int, choice: int, how: int) -> None:
        self.step()
        reports = [number for number, one in enumerate(self.play.law.reports.values()) if one.month == month]
        for turn in range(10):
            self.onwards(reports[how % len(reports)], choice + turn, how, others=False)

    def onwards(self, which: int, choice: int, how: int, *, others: bool = True) -> None:
        """Somebody who may does what comes next, on this report or another; what is still empty is entered."""
        play, reports = self.play, list(self.play.law.reports.values())
        for turn in range(len(reports) if others else 1):
            report = reports[(which + turn) % len(reports)]
            able = play.may(report, FORWARD)
            if able:
                verb, person = able[choice % len(able)]
                play.act(verb, person, {report.id: self.seen(report, how % 3)}, key=self.key())
                return
            if report.state in OPEN and play.law.blocked(report):
                able = [
                    ("enter", one)
                    for one in play.law.people
                    if not play.law.entry_in_the_way(report, one, None)
                ]
                if able:
                    play.enter(
                        able[choice % len(able)][1], report, None, (1, 1, 5, 30)[how % 4], str(how % 3)
                    )
                    return
        self.help_out(reports[which % len(reports)], choice)

    def help_out(self, report: Modelled, choice: int) -> None:
        """Nobody can go on: the month is reopened, a day passes, or somebody new comes to the post that has it."""
        play, law = self.play, self.play.law
        if report.state in (*OPEN, "submitted", "verified") and law.now >= law.locked_from(report):
            play.give("reopening", self.stage.named["agency"], [], None, 30, self.person(choice))
        elif law.now < law.periods[report.month].submit_from or law.rests(report):
            self.who_has_it_tries(report, "publish" if report.signed else "submit", choice)
            play.wait(timedelta(hours=24))
        elif report.state not in GONE and report.tier < len(law.tiers):
            desks = law.desks(report, report.tier)
            involved = report.editors | {act.person for act in report.climbed}
            fresh = [person for person, active in law.people.items() if active and person not in involved]
            if desks and fresh:
                desk, person = desks[choice % len(desks)], fresh[choice // 7 % len(fresh)]
                play.appoint(desk.id, person, choice % 5, acting=choice % 3 == 0)

    def key(self) -> str:
        self.tally["keys"] += 1
        return f"k{self.tally['keys']}"

    @rule(
        which=FEW,
        choice=NUMBER,
        verb=st.sampled_from(("return", "recall", "verify", "cancel", "review")),
        how=NUMBER,
    )
    def somebody_who_may_turns_it_round(self, which: int, choice: int, verb: str, how: int) -> None:
        self.step()
        report = self.report(which)
        able = self.play.may(report, [verb])
        if able:
            person = able[choice % len(able)][1]
            self.play.act(verb, person, {report.id: self.seen(report, how % 3)}, previous=how % 2 == 0)

    @rule(who=FEW, which=FEW, how=NUMBER)
    def somebody_enters(self, who: int, which: int, how: int) -> None:
        self.step()
        report = self.report(which)
        able = [one for one in self.play.law.people if not self.play.law.entry_in_the_way(report, one, None)]
        person = able[who % len(able)] if able and how % 2 else self.person(who)
        self.play.enter(
            person, report, self.seen(report, how), (1, 30, 60, 90)[how // 5 % 4], str(how // 20 % 3)
        )

    @rule(verb=st.sampled_from(VERBS), who=FEW, mask=st.integers(1, 63), choice=NUMBER, whole=st.booleans())
    def a_set_at_once(self, verb: str, who: int, mask: int, choice: int, whole: bool) -> None:
        self.step()
        reports = [one for number, one in enumerate(self.play.law.reports.values()) if mask >> number % 6 & 1]
        able = [pair[1] for pair in self.play.may(reports[0], [verb])]
        person = able[choice % len(able)] if able else self.person(who)
        seen = {one.id: self.seen(one, choice % 3) for one in reports}
        self.play.act(verb, person, seen, whole=whole and verb != "submit", key=self.key())

    @rule(number=FEW, changed=st.booleans())
    def a_key_comes_again(self, number: int, changed: bool) -> None:
        self.step()
        self.play.again(number, changed=changed)

    @rule(hours=st.sampled_from((1, 1, 3, 12, 24, 24, 30, 72, 240)))
    def time_passes(self, hours: int) -> None:
        self.step()
        self.play.wait(timedelta(hours=hours))

    @rule(number=FEW, before=st.booleans())
    def a_moment_comes(self, number: int, before: bool) -> None:
        self.step()
        coming = self.play.moments()[:2]
        if coming:
            self.leaps += (
                3  # no two leaps lead to the same second of a day: acts may lie a whole number of days apart
            )
            moment = coming[number % len(coming)] + timedelta(
                seconds=-60 - self.leaps if before else self.leaps
            )
            self.play.wait(moment - self.play.tell_time())

    @rule(which=FEW, who=FEW)
    def its_tier_looks_at_it(self, which: int, who: int) -> None:
        self.step()
        report = self.report(which)
        if report.state in ("submitted", "verified"):
            self.play.look(report, self.person(who))

    @rule(
        kind=st.sampled_from(("reopening", "amendment", "waiver", "assistance")),
        which=FEW,
        who=FEW,
        how=NUMBER,
    )
    def an_exception_is_granted_or_revoked(self, kind: str, which: int, who: int, how: int) -> None:
        self.step()
        if how % 7 == 0:
            self.play.revoke(how, self.person(who))
            return
        report, named = self.report(which), self.stage.named
        month = f"2026-{report.month:02}"
        subjects = ([], [month], [f"{month}/item-{report.item}"], ["2026-02", f"{month}/item-0"])[how % 4]
        unit = named[("agency", "agency", "root", "branch", "elsewhere")[how // 4 % 5]]
        person = self.person(who) if kind in ("waiver", "assistance") else None
        self.play.give(kind, unit, subjects, person, (1, 3, 30)[how // 20 % 3], by=self.person(how))

    @rule(which=FEW, choice=NUMBER, how=NUMBER, turns=st.sampled_from((0, 4, 12)))
    def a_published_month_is_amended(self, which: int, choice: int, how: int, turns: int) -> None:
        self.step()
        play = self.play
        published = [one for one in play.law.reports.values() if one.state == "published"]
        if not published:
            return
        report = published[which % len(published)]
        subject = f"2026-{report.month:02}/item-{report.item}"
        play.give("amendment", self.stage.named["agency"], [subject], None, 20, self.person(0))
        self.tried_by_any(report, "amend", choice)
        drafts = [
            number
            for number, one in enumerate(play.law.reports.values())
            if one.revision and one.state in OPEN
        ]
        if drafts and turns:
            draft = self.report(drafts[-1])
            able = [one for one in play.law.people if not play.law.entry_in_the_way(draft, one, None)]
            if able:
                play.enter(able[choice % len(able)], draft, None, (1, 7, 40)[how % 3], "")
            for turn in range(turns):
                self.onwards(drafts[-1], choice + turn, how, others=False)

    @rule(post=FEW, who=FEW, days=st.integers(0, 6), acting=st.booleans())
    def somebody_is_appointed(self, post: int, who: int, days: int, acting: bool) -> None:
        self.step()
        if post == 15:  # or his account is closed, or opened again
            self.play.close_or_open_account(self.stage.people[who % len(self.stage.people)].pk)
            return
        self.play.appoint(
            self.stage.posts[post % len(self.stage.posts)], self.person(who), days, acting=acting
        )

    @rule()
    def the_calendar_ticks(self) -> None:
        self.step()
        self.play.calendar()

    @rule(which=FEW, number=NUMBER, who=FEW)
    def somebody_at_the_database_tries(self, which: int, number: int, who: int) -> None:
        self.step()
        able = attempts(self.play, self.report(which), self.person(who))
        for turn in range(5):
            self.play.forbidden(*able[(number + 7 * turn) % len(able)])

    @rule(which=FEW, choice=NUMBER, how=NUMBER, waived=st.booleans())
    def who_has_had_it_comes_to_the_post_that_has_it(
        self, which: int, choice: int, how: int, waived: bool
    ) -> None:
        """Who entered it, or let it pass before, now acts for the tier that has it."""
        self.step()
        report, law = self.report(which), self.play.law
        known = sorted(report.editors | {act.person for act in report.climbed if act.person})
        if known and report.state in ("submitted", "verified", "signed") and report.tier < len(law.tiers):
            person = known[choice % len(known)]
            for desk in law.desks(report, report.tier):
                self.play.appoint(desk.id, person, how % 3, acting=True)
            if waived:
                self.play.give(
                    "waiver", self.stage.named["agency"], [], person, 1 + how % 2, self.person(how)
                )
            verb = "return" if how % 5 == 0 else law.waits_for(report)
            self.tries(report, verb, person, how)
            self.tries(report, verb, person, 2)

    @rule(
        number=st.integers(0, 1), month=st.integers(2, 3), choice=NUMBER, amount=st.sampled_from((2, 50, 80))
    )
    def an_earlier_month_moves_under_a_later_one(
        self, number: int, month: int, choice: int, amount: int
    ) -> None:
        """It comes back, is entered anew and submitted; then whoever has the later one goes on with it."""
        self.step()
        play = self.play
        of_item = [one for one in play.law.reports.values() if one.item == self.stage.items[number]]
        later = [one for one in of_item if one.month == month and one.state in ("submitted", "verified")]
        earlier = [
            one for one in of_item if one.month < month and one.state in ("submitted", "verified", "returned")
        ]
        if not later or not earlier:
            return
        moved = earlier[choice % len(earlier)]
        self.tried_by_any(moved, "return", choice)
        able = [one for one in play.law.people if not play.law.entry_in_the_way(moved, one, None)]
        if able:
            play.enter(able[choice % len(able)], moved, None, amount, "")
        self.tried_by_any(moved, "submit", choice)
        for verb in ("sign", "verify", "verify", "sign"):
            self.who_has_it_tries(later[0], verb, choice)

    def tried_by_any(self, report: Modelled, verb: str, choice: int) -> None:
        able = self.play.may(report, [verb])
        if able:
            self.play.act(verb, able[choice % len(able)][1], {report.id: None})

    def who_has_it_tries(self, report: Modelled, verb: str, choice: int) -> None:
        law = self.play.law
        able = [
            one for one in law.people if any(law.acts_at(report, n, one) for n in law.whose(report, verb))
        ]
        self.tries(report, verb, able[choice % len(able)] if able else self.person(choice), 2)

    @rule(who=FEW)
    def buttons_are_shown(self, who: int) -> None:
        self.step()
        self.play.buttons_agree(self.person(who))
        self.play.holders_agree()


def runs(machine: type[Ministry], count: int, steps: int, number: int) -> None:
    """Play `count` runs of `steps` steps; `number` says which."""
    run_state_machine_as_test(
        seed(number)(machine),
        settings=settings(
            max_examples=count, stateful_step_count=steps, deadline=None, database=None, print_blob=False,
            report_multiple_bugs=False, phases=(Phase.generate, Phase.shrink), suppress_health_check=list(HealthCheck),
        ),
    )  # fmt: skip


def test_the_engine_and_the_model_agree(stage: Stage, capsys: Any) -> None:
    class Here(Ministry):
        pass

    Here.stage, Here.tally = stage, Counter()
    begun, mine = time.monotonic(), RUNS // SHARES
    for turn, first in enumerate(range(0, mine, AT_A_TIME)):
        runs(Here, min(AT_A_TIME, mine - first), STEPS, SEED + 100_000 * SHARE + turn)
        if turn % BETWEEN == BETWEEN - 1:
            stage.owner.execute("VACUUM ANALYZE")  # what was rolled back lies about
            with capsys.disabled():
                print(said(Here.tally, time.monotonic() - begun), flush=True)  # noqa: T201
    for verb in FORWARD:
        assert Here.tally[verb], f"{Here.tally}: nobody came so far"
    if LONG:
        with capsys.disabled():
            print(said(Here.tally, time.monotonic() - begun), *sorted(Here.tally.items()), sep="\n")  # noqa: T201


def said(tally: Counter[str], seconds: float) -> str:
    """One line of figures."""
    keys = "runs,steps,done,refused,entered,raw SQL,buttons,key again,publish,superseded".split(",")
    counts = ", ".join(f"{key} {tally[key]}" for key in keys)
    return f"seed {SEED} share {SHARE}/{SHARES}: {counts}; {seconds:.0f} s"
