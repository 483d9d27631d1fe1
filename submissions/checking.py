"""Checking answers before they are handed in (O3): what is chosen, what stands in its way, and the one act.

What is submitted is what the page showed: each report carries the version that was on the page, and one that changed since
is refused with the difference, never submitted unseen.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from django.http import Http404, QueryDict

from ledger.clock import now as database_now
from registry.models import User
from submissions import cells, judging, pages, selectors
from submissions.entering import first_day
from submissions.forms import ids_of, key_of, whole_number
from submissions.judging import Judged, judge
from submissions.models import Period
from submissions.readings import Reading, read
from submissions.services import submit
from wording.sentences import say
from workflow.engine import KeyReused, Outcome
from workflow.models import Act
from workflow.route import OPEN_STATES, SUBMIT

MOST = 2000
WHY = "why-"


@dataclass
class Check:
    """The months that are checked, of one officer: everything of his in them, and what of it is chosen."""

    user: User
    readings: list[Reading]
    periods: dict[int, Period]
    chosen: frozenset[int]
    now: datetime
    judged: dict[int, Judged] = field(default_factory=dict)
    ticked: frozenset[int] | None = None  # None: nobody has ticked yet, what can go is proposed
    typed: dict[int, dict[str, str]] = field(default_factory=dict)  # report -> mark -> as typed
    unkept: dict[int, dict[str, str]] = field(default_factory=dict)  # report -> mark -> why it was not kept
    stale: dict[int, int] = field(default_factory=dict)  # report -> the version that was on the page
    refused: dict[int, str] = field(default_factory=dict)  # report -> the law's sentence
    sentences: list[str] = field(default_factory=list)
    statement_error: str = ""
    acts: list[int] = field(default_factory=list)
    done: int = 0

    @property
    def failed(self) -> bool:
        """Whether anything that was wanted did not happen."""
        told = self.sentences or self.statement_error or self.unkept or self.stale or self.refused
        return bool(told) or self.done != len(self.ticked or ())

    def look_at(self, post: QueryDict) -> None:
        """What was ticked and typed, without doing anything: for a post that was answered before."""
        self.ticked = frozenset(ids_of(post.getlist("report")))
        self._read(post)
        self._look_again()

    def take(self, post: QueryDict, language: str) -> None:
        """Keep the explanations, then submit in one act what is ticked and has nothing against it."""
        self.ticked = frozenset(ids_of(post.getlist("report"))) & self.chosen
        seen = {pk: whole_number(post.get(f"r{pk}-version", ""), 8) or 0 for pk in self.judged}
        changed = self._explain(self._read(post), language)
        self._look_again()
        # What stood on this very page and the explanations that came with it, and no later version.
        wanted = {pk: seen[pk] + (pk in changed) for pk in sorted(self.ticked) if pk in self.judged}
        self.stale = {
            pk: seen[pk] for pk, version in wanted.items() if version != self.judged[pk].reading.version
        }
        ready = judging.ready(self.judged, wanted.keys() - self.stale.keys() - self.unkept.keys())
        if not self.ticked:
            self.sentences.append(say("check.none"))
        elif not post.get("statement"):
            self.statement_error = say("entry.statement")
        elif post.get("statement_version") != pages.STATEMENT_VERSION:
            self.statement_error = say("check.statement_changed")
        elif ready:
            self._submit({pk: wanted[pk] for pk in ready}, key_of(post))
        if self.ticked - self.judged.keys() and not self.done:
            self.sentences.append(say("check.elsewhere"))

    def _read(self, post: QueryDict) -> dict[int, dict[str, cells.Cell]]:
        """What was typed beside the warnings; of it, what is not as it stood on the page."""
        asked: dict[int, dict[str, cells.Cell]] = {}
        for name in post:
            head, _dash, mark = name.partition(f"-{WHY}")
            pk = whole_number(head[1:])
            if head[:1] == "r" and mark and pk is not None and pk in self.judged.keys() & self.chosen:
                text, was = plain(str(post[name])), plain(post.get(f"{head}-was-{mark}", ""))
                self.typed.setdefault(pk, {})[mark] = text
                if text != was:
                    asked.setdefault(pk, {})[WHY + mark] = cells.Cell(text, was)
        return asked

    def _explain(self, asked: dict[int, dict[str, cells.Cell]], language: str) -> set[int]:
        """Save them; the reports whose version that moved."""
        if not asked:
            return set()
        answers = cells.save(actor=self.user, typed=asked, language=language)
        for pk, answer in answers.items():
            self._tell_unkept(pk, answer)
        return {pk for pk, answer in answers.items() if answer.saved}

    def _tell_unkept(self, pk: int, answer: cells.Answer) -> None:
        if answer.closed:
            self.refused[pk] = answer.closed
        told = {name.removeprefix(WHY): sentence for name, sentence in answer.refused.items()}
        told |= {
            name.removeprefix(WHY): say(
                "check.conflict",
                {"stored": one.stored or "–", "by": one.by or "–", "typed_at": one.at and one.at.isoformat()},
            )
            for name, one in answer.conflicts.items()
        }
        if told:
            self.unkept[pk] = told

    def _submit(self, versions: dict[int, int], key: str | None) -> None:
        try:
            outcomes = submit(actor=self.user, versions=versions, statement=pages.STATEMENT_VERSION, key=key)
        except KeyReused:
            self.sentences.append(say("act.key"))
            return
        self._tell(outcomes, versions)
        self.acts = selectors.acts_of(outcome.id for outcome in outcomes if outcome.done)
        self._look_again()

    def _tell(self, outcomes: Iterable[Outcome], versions: dict[int, int]) -> None:
        for outcome in outcomes:
            if outcome.done:
                self.done += 1
            elif outcome.code == "route.stale":
                self.stale[outcome.id] = versions[outcome.id]
            else:
                self.refused[outcome.id] = say(outcome.code, outcome.params)

    def _look_again(self) -> None:
        self.readings = read([one.id for one in self.readings])
        self.judged = judge(self.user, self.readings)


def plain(text: str) -> str:
    """A text as it is kept: without the browser's line ends and blanks around it."""
    return text.replace("\r\n", "\n").replace("\x00", "").strip()


def check_of(user: User, query: QueryDict) -> Check:
    """What an address asks to check: `months` ("2026-01,2026-02"), `reports` (ids), or both. 404 when none of it is one's own.

    Without `reports` all that is begun in these months is chosen.
    """
    days = {first_day(month) for month in query.get("months", "").split(",") if month}
    ids = ids_of(query.get("reports", "").split(","))[:MOST]
    mine = selectors.my_reports(user).filter(period__month__lte=12)
    if not days:
        days = set(mine.filter(pk__in=ids).values_list("period__first_day", flat=True))
    readings = read(mine.filter(period__first_day__in=days).values_list("pk", flat=True)) if days else []
    if not readings:
        raise Http404
    asked = set(ids)
    chosen = frozenset(
        one.id
        for one in readings
        if one.state in OPEN_STATES and (one.id in asked if "reports" in query else one.started)
    )
    periods = Period.objects.select_related("agency", "fiscal_year").in_bulk({one.period for one in readings})
    found = Check(user, readings, periods, chosen, database_now())
    found.judged = judge(user, readings)
    return found


def answered_before(user: User, post: QueryDict) -> tuple[list[int], set[int]]:
    """What this very post has submitted already, a second tap: its acts, and the reports that went."""
    key = key_of(post)
    if not key:
        return [], set()
    acts = list(Act.objects.filter(actor=user, verb=SUBMIT, key__startswith=f"{key}:").order_by("pk"))
    return [act.pk for act in acts], {one["id"] for act in acts for one in act.answer or () if one["done"]}
