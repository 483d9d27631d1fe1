"""Short runs that anybody could have lived through; what is right in them is for the model to say."""

from collections import Counter
from datetime import timedelta
from typing import Any

from tests.workflow import attempts, model
from tests.workflow.play import Play
from tests.workflow.records import records_agree
from tests.workflow.stage import BEGIN, ITEMS, POSTS, ZONE, Stage, as_model

INSPECTOR, OFFICER, HEAD, SECOND, PLANNER, BOSS, BUREAU = (
    0,
    2,
    4,
    5,
    6,
    7,
    10,
)  # places in stage.POSTS, and who holds them
DAY = timedelta(days=1)
ENTRY = {"verb": "submit", "role": "officer", "scope": "item"}
VERIFIES = {"verb": "verify", "role": "section_head", "scope": "item"}
BOTH = {"verb": "verify", "role": "section_head", "scope": "agency", "quorum": 2}
CHECKS = {"verb": "verify", "role": "planner", "scope": "agency"}
SIGNS = {"verb": "sign", "role": "agency_head", "scope": "agency"}
REVIEWS = {"verb": "review", "role": "oversight", "scope": "unit", "unit": "4.01"}
LARGE = {"when": [{"fact": "ceiling", "op": ">=", "value": "200"}]}


class Tale:
    """A quiet month: everybody holds his own post. Acts name the posts of those who act."""

    def __init__(self, stage: Stage, *tiers: dict[str, Any], embargo: int = 0) -> None:
        self.people = [one.pk for one in stage.people]
        posts = {
            post: model.Post(
                post, stage.named[unit], role, stage.posts[BOSS] if role == "section_head" else None
            )
            for post, (unit, role) in zip(stage.posts, POSTS, strict=True)
        }
        posted = stage.posts.__getitem__
        items = {
            pk: model.Item(
                pk,
                stage.named[unit],
                posted(OFFICER),
                posted(HEAD),
                model.LINE * len(funds),
                frozenset(funds),
            )
            for pk, (unit, funds) in zip(stage.items, ITEMS, strict=True)
        }
        held = [
            model.Term(self.people[min(number, 11)], post, False, BEGIN.date() - 90 * DAY, None)
            for number, post in enumerate(stage.posts)
        ]
        periods = {n: model.Period(n, BEGIN - DAY, BEGIN - DAY, BEGIN + 5 * DAY) for n in (1, 2, 3)}
        law = model.Law(
            ZONE, as_model(tiers), timedelta(hours=embargo), dict.fromkeys(self.people, True) | {stage.root.pk: False},
            stage.units, posts, items, periods, held, BEGIN,
        )  # fmt: skip
        self.stage, self.play = stage, Play(stage, law, list(tiers), Counter())

    def report(self, month: int = 1) -> model.Report:
        of_month = [
            r for r in self.play.law.reports.values() if (r.item, r.month) == (self.stage.items[0], month)
        ]
        return of_month[-1]

    def entered(self, month: int = 1, amount: int = 5, by: int = OFFICER) -> None:
        self.play.enter(self.people[by], self.report(month), None, amount, "")

    def acts(self, verb: str, by: int | None, month: int = 1, **options: Any) -> None:
        report = self.report(month)
        version = options.pop("seen", report.version)
        self.play.act(verb, None if by is None else self.people[by], {report.id: version}, **options)

    def submitted(self, month: int = 1, amount: int = 5) -> None:
        self.entered(month, amount)
        self.acts("submit", OFFICER, month)

    def appointed(self, post: int, by: int, *, acting: bool = True, days: int = 0) -> None:
        self.play.appoint(self.stage.posts[post], self.people[by], days, acting=acting)

    def granted(self, kind: str, to: int | None = None, days: int = 3) -> None:
        self.play.give(
            kind,
            self.stage.named["agency"],
            [],
            None if to is None else self.people[to],
            days,
            self.people[0],
        )

    def waits(self, days: float) -> None:
        self.play.wait(timedelta(days=days))

    def ends(self) -> None:
        self.play.holders_agree()
        records_agree(self.play)


# --- The tales ---------------------------------------------------------------------------------------------


def he_entered_and_becomes_acting_head(tale: Tale) -> None:
    tale.submitted()
    tale.appointed(HEAD, OFFICER)
    tale.acts("verify", OFFICER)


def he_entered_and_has_a_waiver(tale: Tale) -> None:
    tale.granted("waiver", OFFICER)
    he_entered_and_becomes_acting_head(tale)


def she_verified_and_becomes_acting_boss(tale: Tale) -> None:
    tale.submitted()
    tale.acts("verify", HEAD)
    tale.appointed(BOSS, HEAD)
    tale.acts("sign", HEAD)


def her_waiver_has_expired(tale: Tale) -> None:
    tale.granted("waiver", HEAD, days=1)
    tale.waits(1.2)
    she_verified_and_becomes_acting_boss(tale)


def he_saw_an_older_version(tale: Tale) -> None:
    tale.submitted()
    tale.acts("verify", HEAD, seen=tale.report().version - 1)


def his_days_as_acting_head_are_over(tale: Tale) -> None:
    tale.submitted()
    tale.appointed(HEAD, INSPECTOR)
    tale.waits(1)
    tale.acts("verify", INSPECTOR)


def one_of_two_votes_twice(tale: Tale) -> None:
    tale.submitted()
    tale.acts("verify", HEAD)
    tale.acts("verify", HEAD)


def one_of_two_is_not_enough(tale: Tale) -> None:
    tale.submitted()
    tale.acts("verify", HEAD)
    tale.acts("sign", BOSS)


def a_large_report_comes_by_the_planner(tale: Tale) -> None:
    tale.submitted()
    tale.acts("verify", HEAD)
    tale.acts("verify", PLANNER)


def february_is_signed_before_january(tale: Tale) -> None:
    for month in (1, 2):
        tale.submitted(month)
        tale.acts("verify", HEAD, month)
    tale.acts("sign", BOSS, 2)


def february_is_submitted_before_january(tale: Tale) -> None:
    tale.submitted(2)


def january_moved_under_february(tale: Tale) -> None:
    for month in (1, 2):
        tale.submitted(month)
        tale.acts("verify", HEAD, month)
    tale.acts("return", BOSS, 1)
    tale.submitted(1, amount=30)
    tale.acts("verify", HEAD, 1)
    tale.acts("sign", BOSS, 1)
    tale.acts("publish", BOSS, 1)
    tale.acts("sign", BOSS, 2)


def february_outgrew_the_ceiling(tale: Tale) -> None:
    for month in (1, 2):
        tale.submitted(month, amount=50)
        tale.acts("verify", HEAD, month)
    tale.acts("return", BOSS, 1)
    tale.submitted(1, amount=60)
    tale.acts("verify", HEAD, 2)


def he_recalls_what_was_looked_at(tale: Tale) -> None:
    tale.submitted()
    tale.play.look(tale.report(), tale.people[HEAD])
    tale.acts("recall", OFFICER)


def nobody_did_anything_for_days(tale: Tale) -> None:
    tale.submitted()
    tale.waits(4)
    tale.acts("verify", None)


def it_is_published_while_it_rests(tale: Tale) -> None:
    tale.submitted()
    tale.acts("verify", HEAD)
    tale.acts("sign", BOSS)
    tale.waits(0.9)
    tale.acts("publish", BOSS)


def it_is_published_without_its_review(tale: Tale) -> None:
    it_is_published_while_it_rests(tale)


def her_superior_only_acts_himself(tale: Tale) -> None:
    tale.submitted()
    tale.play.close_or_open_account(tale.people[HEAD])
    tale.play.close_or_open_account(tale.people[BOSS])
    tale.appointed(BOSS, PLANNER, days=3)
    tale.acts("verify", PLANNER)


def her_post_fell_vacant_today(tale: Tale) -> None:
    tale.submitted()
    tale.play.close_or_open_account(tale.people[HEAD])
    tale.acts("verify", BOSS)


def the_month_is_locked(tale: Tale) -> None:
    tale.submitted()
    tale.waits(6)
    tale.acts("verify", HEAD)


def a_key_is_used_twice(tale: Tale) -> None:
    tale.submitted()
    tale.acts("verify", HEAD, key="sekali")
    tale.play.again(0, changed=False)


def a_reason_too_short(tale: Tale) -> None:
    tale.submitted()
    tale.acts("return", HEAD, reason="   kurang   ")


def a_namesake_of_the_bureau_reviews(tale: Tale) -> None:
    it_is_published_without_its_review(tale)
    tale.appointed(BUREAU, INSPECTOR)
    tale.acts("review", 11)  # who holds the post of another government's unit with the same code


def a_published_month_is_amended(tale: Tale) -> None:
    it_is_published_while_it_rests(tale)
    tale.granted("amendment")
    tale.acts("amend", BOSS)
    tale.submitted(amount=9)
    tale.acts("verify", HEAD)
    tale.acts("sign", BOSS)
    tale.acts("publish", BOSS)


def somebody_moves_it_by_hand(tale: Tale) -> None:
    tale.submitted()
    values = {"report": tale.report().id, "state": "verified", "tier": 2, "more": 1}
    tale.play.forbidden(attempts.MOVE, values, tale.people[HEAD])


def somebody_changes_a_published_line(tale: Tale) -> None:
    it_is_published_while_it_rests(tale)
    line = "UPDATE submissions_reportline SET realized = 7 WHERE report_id = %(report)s"
    tale.play.forbidden(line, {"report": tale.report().id}, tale.people[OFFICER])


def somebody_signs_by_hand_what_he_entered(tale: Tale) -> None:
    tale.submitted()
    tale.appointed(HEAD, OFFICER)
    values = {"report": tale.report().id, "verb": "verify", "state": "verified", "tier": 2}
    me = {"person": tale.people[OFFICER], "post": tale.stage.posts[HEAD]}
    tale.play.forbidden(
        attempts.FORGED.replace("'definitive'", "'plh'"), {**values, **me}, tale.people[OFFICER]
    )
