"""The law of tiers once more, in plain Python: what the engine is measured against.

Written from design.md 4 and domain.md 2.3 (V-50..V-60), 2.6 and 4.1, and from nothing else: it knows no database and
imports nothing of ours. Where the engine names the first reason that stands in the way, the model names them all.
"""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from tests.workflow.modelled import Act, Grant, Item, Period, Post, Report, Standing, Term, Tier, Unit

__all__ = ["Act", "Grant", "Item", "Law", "Period", "Post", "Report", "Standing", "Term", "Tier", "Unit"]
VERBS = ("submit", "recall", "verify", "return", "sign", "review", "publish", "amend", "supersede", "cancel")
OPEN, GONE = ("draft", "returned"), ("superseded", "cancelled")
LINE = 100  # the ceiling of each line, in rupiah
LONG_ENOUGH = 10


@dataclass
class Law:
    """Everything that is the case; `now` is moved by whoever plays."""

    zone: ZoneInfo
    tiers: tuple[Tier, ...]
    embargo: timedelta
    people: dict[int, bool]  # -> has an account; who administers the system holds no office
    units: dict[int, Unit]
    posts: dict[int, Post]
    items: dict[int, Item]
    periods: dict[int, Period]
    terms: list[Term]
    now: datetime
    reports: dict[int, Report] = field(default_factory=dict)
    grants: dict[int, Grant] = field(default_factory=dict)

    # --- Who -------------------------------------------------------------------------------------------

    @property
    def today(self) -> date:
        return self.now.astimezone(self.zone).date()

    def term(self, post: int) -> Term | None:
        """Who is at a post today: an acting holder in his dates, else the definitive one; never one without an account."""
        now = (
            term
            for term in self.terms
            if term.post == post and self.people[term.person] and term.covers(self.today)
        )
        return max(now, key=lambda term: term.acting, default=None)

    def vacant_since(self, post: int) -> datetime | None:
        ended = [t.last for t in self.terms if t.post == post and t.last is not None and t.last < self.today]
        return datetime.combine(max(ended) + timedelta(days=1), time(), self.zone) if ended else None

    def superiors(self, post: Post) -> Iterator[Term]:
        """Who definitively holds the superior post, or heads the agency where none is named. Acting never chains."""
        agency = self.units[post.unit].agency
        for other in self.posts.values():
            heads = post.superior is None and other.role == "agency_head" and other.unit == agency
            if (other.id == post.superior or heads) and other.id != post.id:
                term = self.term(other.id)
                if term and not term.acting:
                    yield term

    def desks(self, report: Report, number: int) -> list[Post]:
        """The posts of a tier, for this report."""
        tier, item = self.tiers[number], self.items[report.item]
        home = self.units[item.unit]
        named = item.verifier if number else item.officer
        if tier.scope == "item" and (named is not None or number == 0):
            return [post for post in self.posts.values() if post.id == named and post.role == tier.role]
        place = {
            "item": home.id, "self": home.id, "agency": home.agency, "government": home.above[0],
            "parent": home.above[-2] if len(home.above) > 1 else None,
            "unit": next((u.id for u in self.units.values() if (u.code, u.government) == (tier.unit, home.government)), None),
        }[tier.scope]  # fmt: skip
        return [post for post in self.posts.values() if (post.unit, post.role) == (place, tier.role)]

    def standings(self, report: Report, number: int, person: int | None) -> Iterator[Standing]:
        """The offices in which a person may act for a tier: he holds its post, or it has been vacant for so long that his
        own, the superior one, acts in its place."""
        patience = self.tiers[number].escalate_days
        for post in self.desks(report, number):
            term = self.term(post.id)
            if term and term.person == person:
                yield Standing(post.id, term.acting)
            if term is None and patience is not None:
                came = report.came or self.periods[report.month].opens
                since = self.vacant_since(post.id) or came
                if self.now >= max(came, since) + timedelta(days=patience):
                    mine = (term for term in self.superiors(post) if term.person == person)
                    yield from (Standing(term.post, False, post.id) for term in mine)

    def acts_at(self, report: Report, number: int, person: int | None) -> bool:
        """Whether a person may act for a tier."""
        return any(True for _ in self.standings(report, number, person))

    # --- What a report is like -----------------------------------------------------------------------------

    def asks(self, report: Report, number: int) -> bool:
        item = self.items[report.item]
        kind = self.units[item.unit].kind
        for fact, op, value in self.tiers[number].when:
            if fact == "ceiling" and (item.ceiling >= int(value)) != (op == ">="):
                return False
            if (fact == "fund_source" and value not in item.funds) or (fact == "kind" and kind not in value):
                return False
        return True

    def next_tier(self, report: Report) -> int:
        """After the one that has it; the number of tiers when there is none."""
        later = [n for n in range(report.tier + 1, len(self.tiers)) if self.asks(report, n)]
        return later[0] if later else len(self.tiers)

    def last_tier(self, report: Report, *verbs: str) -> int:
        """The tier that it came from; with verbs, the last one before that does one of them. 0 is entry."""
        earlier = [n for n in range(1, min(report.tier, len(self.tiers))) if self.asks(report, n)]
        return max((n for n in earlier if not verbs or self.tiers[n].verb in verbs), default=0)

    def waits_for(self, report: Report) -> str:
        """What the tier that has it does; nothing when it only waits for its hour."""
        return self.tiers[report.tier].verb if report.tier < len(self.tiers) else ""

    def held_by_review(self, report: Report) -> bool:
        """A review that comes before publication has not been made."""
        ahead = range(report.tier, len(self.tiers))
        return any(self.tiers[n].blocks and self.asks(report, n) for n in ahead)

    def rests(self, report: Report) -> bool:
        return report.signed is not None and self.now < report.signed + self.embargo

    def siblings(self, report: Report, *, earlier: bool = False) -> Iterator[Report]:
        for other in self.reports.values():
            same = other.item == report.item and other.id != report.id
            if same and (other.month < report.month if earlier else other.month == report.month):
                yield other

    def counts(self, report: Report) -> bool:
        """Of an item and month one revision counts: the published one, before there is any, the first."""
        return report.state == "published" or (report.revision == 0 and report.state not in GONE)

    def total(self, item: int, month: int) -> int:
        """Cumulative of each line at the end of a month."""
        counted = (r for r in self.reports.values() if r.item == item and r.month <= month and self.counts(r))
        return sum(one.amount or 0 for one in counted)

    def fits(self, report: Report, amount: int) -> bool:
        return self.total(report.item, report.month - 1) + amount <= LINE

    def blocked(self, report: Report) -> bool:
        """By the report's own rules: incomplete, over the ceiling, or a revision that breaks a later month (V-60)."""
        if report.amount is None or not self.fits(report, report.amount):
            return True
        if report.revision == 0:
            return False
        replaced = [r for r in self.siblings(report) if self.counts(r)]
        more = report.amount - sum(one.amount or 0 for one in replaced)
        later = [r.month for r in self.reports.values() if r.item == report.item and r.month >= report.month]
        return more > 0 and any(self.total(report.item, month) + more > LINE for month in later)

    def moved(self, report: Report) -> bool:
        """An earlier month that counts was fixed anew after this one was verified (domain.md 2.6)."""
        for other in self.siblings(report, earlier=True):
            anew = other.published if other.revision else other.fixed
            if report.verified and anew and anew > report.verified and self.counts(other):
                return True
        return False

    def locked_from(self, report: Report) -> datetime:
        lifted = [
            grant.expires
            for grant in self.grants.values()
            if (grant.kind == "reopening" or (grant.kind == "amendment" and report.revision))
            and self.covers(grant, report)
        ]
        return max([self.periods[report.month].locks, *lifted])

    def covers(self, grant: Grant, report: Report) -> bool:
        """Whether a grant is in force and about this report."""
        month = f"2026-{report.month:02}"
        about = not grant.subjects or {month, f"{month}/item-{report.item}"} & set(grant.subjects)
        below = grant.unit in self.units[self.items[report.item].unit].above
        return bool(not grant.revoked and self.now < grant.expires and below and about)

    def granted(self, kind: str, report: Report, person: int | None) -> bool:
        return any(
            one.kind == kind and one.person in (None, person) and self.covers(one, report)
            for one in self.grants.values()
        )

    # --- What stands in the way ----------------------------------------------------------------------------

    def in_the_way(
        self, report: Report, verb: str, person: int | None, *, seen: int | None = None,
        reason: str = "x" * LONG_ENOUGH, together: Collection[int] = (),
    ) -> set[str]:  # fmt: skip
        """All that stands in the way; nothing when it may be done."""
        tiers = self.whose(report, verb)
        found = {"route.stale"} if seen not in (None, report.version) else set()
        waits = verb in ("publish", "supersede") or (
            verb == "cancel" and self.now >= self.locked_from(report)
        )
        if person is None and not waits:
            found.add("route.nobody")
        if not tiers:
            return found | {"route.state"}
        found |= set(self.of_the_verb(report, verb, person, together))
        if person is not None:
            if not any(self.acts_at(report, number, person) for number in tiers):
                found |= {"route.office", "route.empty_post"}
            found |= self.of_the_person(report, verb, person, tiers[0])
            if verb in ("return", "amend", "cancel") and len(reason.strip()) < LONG_ENOUGH:
                found.add("route.reason")
        bound = verb in ("submit", "recall", "verify", "sign") or (
            verb == "return" and report.state != "signed"
        )
        return found | (self.window(report, verb) if bound else set())

    def whose(self, report: Report, verb: str) -> list[int]:
        """The tiers whose act it is now; none when it is nobody's."""
        state, tiers = report.state, range(len(self.tiers))
        ends = [n for n in tiers if self.tiers[n].verb in ("sign", "review") and self.asks(report, n)]
        waits = [report.tier] if self.waits_for(report) == verb else []
        if verb == "verify" and state == "verified":
            last = self.last_tier(report, "verify")
            return [last] if last and self.moved(report) else []
        if verb == "return" and state == "signed":
            if report.tier < len(self.tiers) and self.tiers[report.tier].blocks:
                return [report.tier]
            return [self.last_tier(report)] if self.rests(report) or self.held_by_review(report) else []
        return {
            "submit": [0] if state in OPEN else [],
            "recall": [0] if state in ("submitted", "verified") else [],
            "verify": waits if state == "submitted" else [],
            "return": [report.tier] if state in ("submitted", "verified") else [],
            "sign": waits if state == "verified" else [],
            "review": waits if state in ("signed", "published") else [],
            "publish": ends if state == "signed" else [],
            "amend": [0, *ends] if state == "published" else [],
            "supersede": [n for n in tiers if self.tiers[n].verb in ("sign", "review")]
            if state == "published"
            else [],
            "cancel": [0]
            if state in OPEN or (state in ("submitted", "verified") and self.hangs(report))
            else [],
        }[verb]

    def replaced(self, report: Report) -> bool:
        later = (one for one in self.siblings(report) if one.revision > report.revision)
        return any(one.state == "published" for one in later)

    def of_the_person(self, report: Report, verb: str, person: int, tier: int) -> set[str]:
        """Separation of duties, over persons: not on what he entered, not at two tiers, not twice at one."""
        found = set()
        if verb in ("verify", "return", "sign", "review", "publish") and person in report.editors:
            found.add("route.self")
        if self.at_two_tiers(report, verb, person, tier) and not self.granted("waiver", report, person):
            found.add("route.twice")
        if verb in ("verify", "sign", "review") and tier == report.tier and person in report.agreed:
            found.add("route.counted")
        return found

    def at_two_tiers(self, report: Report, verb: str, person: int | None, tier: int) -> bool:
        """Whether he has let it pass at another tier since it was last submitted; a tier further up counts for who verifies
        again, what was decided there has come to nothing otherwise."""
        again = tier != report.tier
        passed = {
            act.tier for act in report.climbed if act.person == person and (again or act.tier < report.tier)
        }
        return verb in ("verify", "sign", "review") and bool(passed - {tier})

    def hangs(self, report: Report) -> bool:
        """A revision whose time is over: it is given up wherever it is, or it would hold up the later months."""
        return report.revision > 0 and self.now >= self.locked_from(report)

    def window(self, report: Report, verb: str) -> set[str]:
        period = self.periods[report.month]
        opens = period.submit_from if verb == "submit" else period.opens
        early, late = self.now < opens, self.now >= self.locked_from(report)
        return {code for code, so in (("route.window_not_open", early), ("route.window_locked", late)) if so}

    def of_the_verb(
        self, report: Report, verb: str, person: int | None, together: Collection[int]
    ) -> Iterable[str]:
        earlier = list(self.siblings(report, earlier=True))
        not_submitted = any(one.revision == 0 and one.state in OPEN for one in earlier)
        if verb == "submit":
            yield from ["route.blocked"] * self.blocked(report) + ["route.order_submit"] * not_submitted
        elif verb == "recall":
            yield from ["route.not_yours"] * (report.submitted_by != person)
            yield from ["route.opened"] * bool(report.climbed or report.looked)
        elif verb == "verify":
            again = report.state == "verified" and not_submitted
            yield from ["route.outgrown"] * self.blocked(report) + ["route.order_again"] * again
        elif verb == "sign":
            unpublished = any(
                one.state not in ("published", *GONE) and one.id not in together for one in earlier
            )
            yield from ["route.outgrown"] * self.blocked(report) + ["route.order_stale"] * self.moved(report)
            yield from ["route.order_sign"] * unpublished
        elif verb == "publish":
            yield from ["route.review_open"] * self.held_by_review(report) + ["route.embargo"] * self.rests(
                report
            )
        elif verb == "amend":
            later = [
                one
                for one in self.siblings(report)
                if one.revision > report.revision and one.state != "cancelled"
            ]
            yield from ["route.revised"] * bool(later)
            yield from ["route.no_grant"] * (not self.granted("amendment", report, person))
        elif verb == "supersede":
            yield from ["route.state"] * (not self.replaced(report))
        elif verb == "cancel":
            yield from ["route.owed"] * (report.revision == 0)

    def entry_in_the_way(self, report: Report, person: int, seen: int | None) -> set[str]:
        """Why a person may not write; nothing when he may, in his own right or by a mandate."""
        if report.state not in OPEN:
            return {"route.state"}
        found = self.window(report, "enter")
        if seen is not None and seen != report.version:
            found.add("route.stale")
        if not self.acts_at(report, 0, person) and not self.granted("assistance", report, person):
            found |= {"route.office", "route.empty_post"}
        return found

    # --- What follows --------------------------------------------------------------------------------------

    def enter(self, report: Report, person: int, amount: int, note: str) -> bool:
        """Whether it was kept: what goes over the ceiling is not. The same again changes nothing."""
        if not self.fits(report, amount):
            return False
        if (report.amount, report.note) != (amount, note):
            report.amount, report.note, report.version = amount, note, report.version + 1
            report.typed.add(person)
            report.editors.add(person)
        return True

    def do(self, report: Report, verb: str, person: int | None, *, previous: bool = False) -> None:
        """Let it happen, at `now`."""
        tiers, before = self.whose(report, verb), report.tier
        acted, twice = tiers[0], person is not None and self.at_two_tiers(report, verb, person, tiers[0])
        offices = frozenset(one for number in tiers for one in self.standings(report, number, person))
        exception = "amendment" if verb == "amend" else "waiver" if twice else ""
        report.acts.append(
            Act(verb, person, report.tier, offices if person else frozenset({Standing(None)}), exception)
        )
        if verb == "submit":
            report.climbed.clear()
            report.editors.add(person or 0)
            report.submitted_by, report.fixed = person, self.now
            self.arrive(report, self.next_tier(report))
        elif verb in ("verify", "sign", "review"):
            self.pass_on(report, verb, person, acted)
        elif verb == "return":
            back = self.last_tier(report) if previous else 0
            self.arrive(report, back) if back else self.settle(report, "returned", 0)
        elif verb != "amend":
            state = {
                "recall": "draft",
                "publish": "published",
                "supersede": "superseded",
                "cancel": "cancelled",
            }[verb]
            self.settle(report, state, 0 if verb == "recall" else report.tier)
        if verb in ("verify", "sign"):
            setattr(report, {"verify": "verified", "sign": "signed"}[verb], self.now)
        if verb == "publish":
            report.published = self.now
        if before != report.tier or report.state in OPEN:
            report.came = self.now
        report.looked = False

    def pass_on(self, report: Report, verb: str, person: int | None, tier: int) -> None:
        report.climbed.append(Act(verb, person, tier))
        if tier == report.tier:
            report.agreed.add(person or 0)
            if len(report.agreed) >= self.tiers[tier].quorum:
                onwards = self.next_tier(report)
                self.settle(report, "published", onwards) if report.state == "published" else self.arrive(
                    report, onwards
                )

    def arrive(self, report: Report, tier: int) -> None:
        verb = self.tiers[tier].verb if tier < len(self.tiers) else "review"
        self.settle(report, {"verify": "submitted", "sign": "verified", "review": "signed"}[verb], tier)

    def settle(self, report: Report, state: str, tier: int) -> None:
        if tier != report.tier:
            report.agreed.clear()
        report.state, report.tier = state, tier

    def revise(self, report: Report, new_id: int) -> None:
        """The next revision: a draft with the same content."""
        number = 1 + max(
            one.revision
            for one in self.reports.values()
            if (one.item, one.month) == (report.item, report.month)
        )
        self.reports[new_id] = Report(
            new_id, report.item, report.month, number, amount=report.amount, note=report.note
        )
