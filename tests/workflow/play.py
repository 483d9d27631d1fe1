"""One run: the real system and the model, asked the same, and compared after every step."""

from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from django.db import DatabaseError, connection, transaction

from ledger.recording import recorded
from submissions import services
from submissions.models import Report
from submissions.services import Entry, LineEntry
from tests.cast import WHY
from tests.workflow.model import GONE, VERBS, Grant, Law, Term
from tests.workflow.model import Report as Modelled
from tests.workflow.stage import BEGIN, Stage, put_on
from workflow import engine, granting
from workflow.cursor import prepared
from workflow.engine import Outcome

REASON = "Alasan yang cukup panjang"
# The law is played here, not the rules: whatever a rule may warn of is explained from the beginning.
WARNINGS, WARNINGS_OF_LINES = ("V-18", "V-22", "V-26", "V-61"), ("V-15", "V-22")
NOW = """SELECT r.id, r.item_id, p.month, r.revision, r.state, r.tier, r.step, r.version
FROM submissions_report r JOIN submissions_period p ON p.id = r.period_id WHERE p.agency_id = %s ORDER BY r.id"""
HOLDERS = """SELECT h.report_id, h.post_id, o.person_id FROM submissions_holder h
LEFT JOIN registry_office o ON o.post_id = h.post_id WHERE h.report_id = ANY (%s)"""
AT_ONCE = "SET CONSTRAINTS ALL IMMEDIATE; SET CONSTRAINTS ALL DEFERRED"


class Disagreement(AssertionError):
    """The system and the model do not say the same."""


@dataclass(frozen=True)
class Asked:
    """An act that was asked for, so that it can be asked for again."""

    call: Callable[..., list[Outcome]]
    arguments: Mapping[str, Any]
    answer: list[Outcome]


class Play:
    """A run on the stage: people act, time passes, and what the system does is held against the model."""

    def __init__(self, stage: Stage, law: Law, tiers: list[dict[str, Any]], tally: Counter[str]) -> None:
        self.stage, self.tally, self.law = stage, tally, law
        self.ahead = stage.set_clock(BEGIN)
        self.lines = put_on(stage, law, tiers)
        self.users = {one.pk: one for one in (*stage.people, stage.root)}
        self.asked: list[Asked] = []

    # --- Time ------------------------------------------------------------------------------------------

    def tell_time(self) -> datetime:
        """The model's clock is read just before the act; moments that matter are hours apart."""
        self.law.now = datetime.now(UTC) + self.ahead
        return self.law.now

    def wait(self, span: timedelta) -> None:
        self.ahead = self.stage.set_clock(self.tell_time() + span)
        self.tell_time()

    def moments(self) -> list[datetime]:
        """What is still to come."""
        known = [m for p in self.law.periods.values() for m in (p.opens, p.submit_from, p.locks)]
        known += [grant.expires for grant in self.law.grants.values()]
        known += [one.signed + self.law.embargo for one in self.law.reports.values() if one.signed]
        midnight = datetime.combine(self.law.today, datetime.min.time(), self.law.zone) + timedelta(days=1)
        return sorted(moment for moment in {*known, midnight} if moment > self.law.now + timedelta(minutes=5))

    # --- Acts ------------------------------------------------------------------------------------------

    def act(
        self, verb: str, person: int | None, seen: Mapping[int, int | None], *, reason: str = REASON,
        previous: bool = False, whole: bool = False, key: str | None = None,
    ) -> None:  # fmt: skip
        """Ask the system to act, and see that it did what the model says, and nothing else."""
        arguments: dict[str, Any] = {
            "versions": dict(seen),
            "actor": person and self.users[person],
            "key": key,
        }
        if verb == "submit" and person is not None:
            self._submit(arguments, person)
            return
        if verb == "submit":
            arguments["verb"] = verb
        arguments |= {
            "verb": verb,
            "model": Report,
            "reason": reason,
            "to_previous_tier": previous,
            "whole": whole,
        }
        self.tell_time()
        expected = self._expected(verb, person, seen, reason, whole)
        answer = self._ask(engine.perform, arguments)
        self._compare(verb, person, expected, answer, whole=whole)
        if key and not (whole and any(expected.values())):
            self.asked.append(Asked(engine.perform, arguments, answer))
        for pk, reasons in expected.items():
            if not reasons and not (whole and any(expected.values())):
                self._follow(self.law.reports[pk], verb, person, previous)
        self.agree()

    def _submit(self, arguments: dict[str, Any], person: int) -> None:
        """Months of one submission go in order, each judged after the one before it."""
        expected: dict[int, set[str]] = {}
        seen = arguments["versions"]
        self.tell_time()
        for month in sorted({self.law.reports[pk].month for pk in seen}):
            of_month = {pk: version for pk, version in seen.items() if self.law.reports[pk].month == month}
            expected |= (answers := self._expected("submit", person, of_month, "", False))
            for pk in (pk for pk, reasons in answers.items() if not reasons):
                self._follow(self.law.reports[pk], "submit", person, False)
            self.law.now += timedelta(microseconds=1)
        answer = self._ask(services.submit, arguments)
        self._compare("submit", person, expected, answer)
        if arguments["key"]:
            self.asked.append(Asked(services.submit, arguments, answer))
        self.agree()

    def _expected(
        self, verb: str, person: int | None, seen: Mapping[int, int | None], reason: str, whole: bool
    ) -> dict[int, set[str]]:
        return {
            pk: self.law.in_the_way(
                self.law.reports[pk], verb, person, seen=version, reason=reason, together=list(seen) if whole else ()
            )
            for pk, version in seen.items()
        }  # fmt: skip

    def _ask(self, call: Callable[..., list[Outcome]], arguments: Mapping[str, Any]) -> list[Outcome]:
        try:
            answer = call(**arguments)
        except engine.Refused as refused:
            return refused.outcomes
        if any(one.done for one in answer):
            self._commit()
        return answer

    def _commit(self) -> None:
        """What a commit would look at."""
        with connection.cursor() as cursor:
            cursor.execute(AT_ONCE)

    def _compare(
        self, verb: str, person: int | None, expected: Mapping[int, set[str]], answer: Sequence[Outcome], *,
        whole: bool = False,
    ) -> None:  # fmt: skip
        if whole and any(
            expected.values()
        ):  # it goes together or not at all: only what was refused is answered
            expected = {pk: reasons for pk, reasons in expected.items() if reasons}
        if {one.id for one in answer} != set(expected) or len(answer) != len(expected):
            raise Disagreement(
                f"{verb} by {person}: answered {answer}, expected {expected}; {self.told(expected)}"
            )
        for one in answer:
            reasons = expected[one.id]
            self.tally["done" if one.done else "refused"] += 1
            self.tally[f"{verb} {one.code}".strip()] += 1
            if one.done != (not reasons) or (reasons and one.code not in reasons):
                raise Disagreement(
                    f"{verb} by {person}: {one}, the model: {reasons or 'may'}; {self.told([one.id])}"
                )

    def _follow(self, report: Modelled, verb: str, person: int | None, previous: bool) -> None:
        self.law.do(report, verb, person, previous=previous)
        if verb == "publish":
            for other in self.law.siblings(report):
                if other.state == "published" and other.revision < report.revision:
                    self.law.do(other, "supersede", person)
                    self.tally["superseded"] += 1

    def again(self, number: int, *, changed: bool) -> None:
        """The same key once more: the first answer and nothing done; for something else: refused."""
        if not self.asked:
            return
        asked = self.asked[number % len(self.asked)]
        arguments = dict(asked.arguments)
        if changed:
            arguments["versions"] = dict.fromkeys(arguments["versions"], 99)
            try:
                with transaction.atomic():
                    answer = asked.call(**arguments)
                raise Disagreement(f"a key used for something else was answered: {answer}")
            except engine.KeyReused:
                self.tally["key for something else"] += 1
        else:
            answer = self._ask(asked.call, arguments)
            if answer != asked.answer:
                raise Disagreement(f"asked again: {answer}, at first: {asked.answer}")
            self.tally["key again"] += 1
        self.agree()

    def enter(self, person: int, report: Modelled, seen: int | None, amount: int, note: str) -> None:
        """Somebody types this month's money, the same on every line."""
        lines = self.lines[report.id]
        marks = [*WARNINGS, *(f"{rule}-line-{line}" for rule in WARNINGS_OF_LINES for line in lines)]
        entry = Entry(
            report.id, seen, status="PELAKSANAAN", increment=Decimal(5), public_note=note,
            lines={line: LineEntry(Decimal(amount)) for line in lines}, explanations=dict.fromkeys(marks, WHY),
        )  # fmt: skip
        self.tell_time()
        reasons = self.law.entry_in_the_way(report, person, seen)
        saved = services.save_entries(actor=self.users[person], entries=[entry])
        refusal = saved.refusals.get(report.id)
        self.tally["entry refused" if refusal else "entered"] += 1
        if bool(reasons) != bool(refusal) or (refusal and refusal.code not in reasons):
            raise Disagreement(
                f"entry by {person}: {refusal}, the model: {reasons or 'may'}; {self.told([report.id])}"
            )
        if not reasons:
            kept = self.law.enter(report, person, amount, note)
            if kept != (report.id in saved.versions):
                raise Disagreement(f"entry of {amount}: {saved}, the model: {kept}; {self.told([report.id])}")
        self.agree()

    def look(self, report: Modelled, person: int) -> None:
        """Who has it opens its page."""
        at = self.tell_time()
        services.mark_opened(actor=self.users[person], report=Report.objects.get(pk=report.id), at=at)
        report.looked = True

    def calendar(self) -> None:
        """The calendar publishes what waited for its hour and gives up revisions that are too late."""
        self.tell_time()
        ready = [r for r in self.law.reports.values() if not self.law.in_the_way(r, "publish", None)]
        late = [r for r in self.law.reports.values() if not self.law.in_the_way(r, "cancel", None)]
        done = services.publish_ready(), services.cancel_expired()
        self._commit()
        if done != (len(ready), len(late)):
            raise Disagreement(f"the calendar: {done}, the model: {ready}, {late}")
        for verb, reports in (("publish", ready), ("cancel", late)):
            self.tally[f"calendar {verb}"] += len(reports)
            for report in reports:
                self._follow(report, verb, None, False)
        self.agree()

    # --- Everything else that happens ------------------------------------------------------------------------

    def give(
        self, kind: str, unit: int, subjects: Sequence[str], person: int | None, days: int, by: int
    ) -> None:
        path = "/" + "/".join(map(str, self.law.units[unit].above)) + "/"
        at = self.tell_time()
        given = granting.give(
            key=f"model-{len(self.law.grants)}", kind=kind, actor=self.users[by], office="Sekretaris", scope_path=path,
            reason=REASON, expires_at=at + timedelta(days=days), subjects=subjects, person=person and self.users[person],
        )  # fmt: skip
        self.law.grants[given.pk] = Grant(given.pk, kind, unit, tuple(subjects), person, given.expires_at)
        self.tally["grants"] += 1

    def revoke(self, number: int, by: int) -> None:
        grants = list(self.law.grants.values())
        if not grants:
            return
        grant = grants[number % len(grants)]
        over = grant.revoked or self.tell_time() >= grant.expires
        try:
            with transaction.atomic():
                granting.revoke(grant=granting.Grant(pk=grant.id), actor=self.users[by], reason=REASON)
            refused = False
        except granting.GrantRefused:
            refused = True
        if refused != over:
            raise Disagreement(f"revoking {grant}: refused {refused}")
        grant.revoked = True

    def appoint(self, post: int, person: int, days: int, *, acting: bool) -> None:
        """A decree from today: an acting holder for some days, or a new definitive one in the place of the last."""
        self.tell_time()
        today, day = self.law.today, timedelta(days=1)
        last = today + days * day if acting else None
        same = [term for term in self.law.terms if term.post == post and term.acting == acting]
        if any(term.first >= today or (acting and term.last and term.last >= today) for term in same):
            return  # the registry has one such holder at a time
        with recorded(None), connection.cursor() as cursor:
            for term in [term for term in same if term.covers(today)]:
                cursor.execute(
                    "UPDATE registry_assignment SET valid_to = %s WHERE post_id = %s AND valid_from = %s AND kind = 'definitive'",
                    [today - day, post, term.first],
                )
                self.law.terms[self.law.terms.index(term)] = term._replace(last=today - day)
            cursor.execute(
                "INSERT INTO registry_assignment (person_id, post_id, kind, decree_no, valid_from, valid_to)"
                " VALUES (%s, %s, %s, '821/2', %s, %s)",
                [person, post, "plh" if acting else "definitive", today, last],
            )
        self.law.terms.append(Term(person, post, acting, today, last))
        self.tally["appointments"] += 1

    def close_or_open_account(self, person: int) -> None:
        self.law.people[person] = not self.law.people[person]
        with recorded(None), connection.cursor() as cursor:
            cursor.execute(
                "UPDATE registry_user SET is_active = %s WHERE id = %s", [self.law.people[person], person]
            )

    def forbidden(self, sentence: str, values: Mapping[str, Any], actor: int | None = None) -> None:
        """Raw SQL by the site's own role, which must be refused at once or at the commit."""
        self.tally["raw SQL"] += 1
        try:
            with transaction.atomic(), connection.cursor() as cursor:
                cursor.execute("SELECT set_config('jenjang.actor', %s, true)", [str(actor or "")])
                cursor.execute(sentence, values)
                if cursor.rowcount == 0:
                    raise Disagreement(f"nothing there to refuse: {sentence} {values}")
                self._commit()
        except DatabaseError:
            return
        raise Disagreement(f"raw SQL went through: {sentence} {values}")

    # --- Agreement ---------------------------------------------------------------------------------------

    def agree(self) -> None:
        """Every report stands where the model has it, and nobody else has come about."""
        rows = prepared().execute(NOW, [self.stage.named["agency"]]).fetchall()
        for pk, item, month, revision, *_ in rows:
            if pk not in self.law.reports:
                older = [r for r in self.law.reports.values() if (r.item, r.month) == (item, month)]
                current = [r for r in older if r.state == "published"]
                if not current or current[0].acts[-1].verb != "amend":
                    raise Disagreement(
                        f"report {pk}, revision {revision} of {item} in {month}, came from nowhere"
                    )
                self.law.revise(current[0], pk)
                self.lines[pk] = self._lines_of(pk)
        for pk, _, _, revision, *stands in rows:
            report = self.law.reports[pk]
            modelled = [report.revision, report.state, report.tier, report.step, report.version]
            if [revision, *stands] != modelled:
                raise Disagreement(f"{pk} stands at {stands}, the model has {modelled}; {self.told([pk])}")
        if len(rows) != len(self.law.reports):
            raise Disagreement(f"{len(rows)} reports, the model has {len(self.law.reports)}")

    def _lines_of(self, report: int) -> list[int]:
        rows = (
            prepared()
            .execute("SELECT id FROM submissions_reportline WHERE report_id = %s", [report])
            .fetchall()
        )
        return [pk for (pk,) in rows]

    def holders_agree(self) -> None:
        """The view that says who has it names the posts of the tier, and the offices in force who holds them."""
        self.tell_time()
        found = {tuple(row) for row in prepared().execute(HOLDERS, [list(self.law.reports)]).fetchall()}
        expected = set()
        for report in self.law.reports.values():
            if report.state not in GONE and report.tier < len(self.law.tiers):
                for post in self.law.desks(report, report.tier):
                    term = self.law.term(post.id)
                    expected.add((report.id, post.id, term and term.person))
        if found != expected:
            wrong = {row[0] for row in found ^ expected}
            raise Disagreement(
                f"holders: {found - expected} too many, {expected - found} missing; {self.told(wrong)}"
            )

    def buttons_agree(self, person: int) -> None:
        """What `available` offers a person is what the model says he may do; `perform` is held to the same."""
        reports = [one for one in Report.objects.filter(pk__in=list(self.law.reports))]
        self.tell_time()
        answers = engine.available(self.users[person], reports)
        for pk, said in answers.items():
            for verb in VERBS:
                reasons = self.law.in_the_way(self.law.reports[pk], verb, person)
                answer = said[verb]
                self.tally["buttons"] += 1
                if bool(answer) != bool(reasons) or (answer and answer.code not in reasons):
                    raise Disagreement(
                        f"button {verb} for {person}: {answer}, the model: {reasons or 'may'}; {self.told([pk])}"
                    )

    def may(self, report: Modelled, verbs: Collection[str]) -> list[tuple[str, int]]:
        """Who may do what with a report now, by the model."""
        self.tell_time()
        return [
            (verb, person)
            for verb in verbs
            if self.law.whose(report, verb)
            for person in self.law.people
            if not self.law.in_the_way(report, verb, person)
        ]

    def told(self, ids: Collection[int]) -> str:
        """What a person needs to know to see who is right."""
        offices = {post: term.person for post in self.law.posts if (term := self.law.term(post))}
        reports = "; ".join(str(self.law.reports[pk]) for pk in ids)
        return f"{reports}; now {self.law.now}; tiers {self.law.tiers}; offices {offices}; items {self.law.items}"
