"""What came in from the queue of decisions and from the page of one: everything typed is kept, every refusal names its field."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import uuid4

from django.contrib import messages
from django.db.models import Q
from django.http import Http404, HttpRequest, QueryDict
from django.urls import reverse
from django.utils.translation import gettext as _

from approvals.leading import (
    LONGEST,
    MOST_OFFERED,
    SHORTEST,
    DecisionRefused,
    Outcome,
    Wish,
    carry_out,
    decide,
    may_carry_out,
    may_withdraw,
    offices_of_leader,
    owners_for,
    today_in,
    withdraw,
)
from portal.dashboards.leading_scope import crumbs, sight_for
from registry.models import Government, Office, Post, User
from registry.selectors import government_of
from submissions.forms import ids_of, key_of, whole_number
from submissions.models import LeaderDecision, Report
from wording.sentences import say

MOST_TOLD = 20
# The field that a refusal is about.
FIELDS = {
    "decision.none": "rows", "decision.text": "text", "decision.owner": "owner", "decision.owner_unknown": "owner",
    "decision.owner_several": "owner", "decision.due": "due", "decision.day": "due", "decision.past": "due",
    "decision.far": "due", "decision.note": "note",
}  # fmt: skip


@dataclass
class Draft:
    """A decision as it is being written, for one or several reports."""

    user: User
    government: Government
    typed: dict[str, str] = field(default_factory=dict)
    picked: list[int] = field(default_factory=list)
    versions: dict[int, int | None] = field(default_factory=dict)
    found: list[Post] = field(default_factory=list)
    errors: list[dict[str, str]] = field(default_factory=list)

    @classmethod
    def of(cls, user: User, post: QueryDict) -> "Draft":
        """As the form says it."""
        government = government_of(user)
        if government is None:
            raise Http404
        names = ("text", "owner", "owner_post", "due")
        typed = {name: post.get(name, "").replace("\x00", "").strip()[:2100] for name in names}
        typed["text"] = typed["text"].replace("\r\n", "\n")
        typed["key"] = key_of(post) or str(uuid4())
        picked = ids_of(post.getlist("report"))
        versions = {pk: whole_number(post.get(f"version-{pk}", "")) for pk in picked}
        return cls(user, government, typed, picked, versions)

    def refuse(self, code: str, params: Mapping[str, Any] | None = None) -> None:
        """Keep why, beside the field it is about."""
        self.errors.append({"field": FIELDS.get(code, ""), "sentence": say(code, params)})

    def send(self) -> list[Outcome]:
        """Record it where everything can be read; what was refused as a whole is kept."""
        if not self.picked:
            self.refuse("decision.none")
        length = len(self.typed["text"])
        if not SHORTEST <= length <= LONGEST:
            self.refuse("decision.text", {"length": length, "shortest": SHORTEST, "longest": LONGEST})
        owner, due = self._owner(), self._due()
        if self.errors or owner is None or due is None:
            return []
        try:
            wish = Wish(self.typed["text"], owner, due)
            return decide(actor=self.user, versions=self.versions, wish=wish, key=self.typed["key"])
        except DecisionRefused as refused:
            self.refuse(refused.code, refused.params)
            return []

    def _owner(self) -> Post | None:
        words, number = self.typed["owner"], whole_number(self.typed["owner_post"])
        if number and (chosen := self._known(number)):
            self.typed["owner"] = str(chosen)  # what was chosen from the list stays, whatever else is refused
            return chosen
        if not words:
            self.refuse("decision.owner")
            return None
        self.found = owners_for(words, self.government)
        exact = [one for one in self.found if str(one) == words]
        if len(exact or self.found) == 1:
            return (exact or self.found)[0]
        if self.found:
            self.refuse("decision.owner_several", {"count": len(self.found), "value": words[:80]})
        else:
            self.refuse("decision.owner_unknown", {"value": words[:80]})
        return None

    def _known(self, number: int) -> Post | None:
        posts = Post.objects.filter(pk=number, unit__government=self.government)
        return posts.select_related("unit").first()

    def _due(self) -> date | None:
        text = self.typed["due"]
        if not text:
            self.refuse("decision.due")
            return None
        try:
            return date.fromisoformat(text)
        except ValueError:
            self.refuse("decision.day", {"value": text[:40]})
            return None

    def context(self) -> dict[str, Any]:
        """For templates/portal/leading/decisions.html."""
        return {
            "typed": self.typed,
            "picked": self.picked,
            "versions": self.versions,
            "found": [(one.pk, str(one)) for one in self.found[:MOST_OFFERED]],
            "more_found": len(self.found) > MOST_OFFERED,
            "errors": self.errors,
            "wrong": {one["field"]: one["sentence"] for one in self.errors if one["field"]},
        }


def offered(government: Government) -> list[str]:
    """Offices that usually carry a decision out, for the list under the field: heads of agencies, the bureau, leaders."""
    roles = (Post.Role.AGENCY_HEAD, Post.Role.OVERSIGHT, Post.Role.LEADER, Post.Role.ASSISTANT)
    posts = Post.objects.filter(unit__government=government, role__in=roles, offices__isnull=False)
    return [str(one) for one in posts.select_related("unit").order_by("unit__path", "title", "pk").distinct()]


def tell(request: HttpRequest, outcomes: Sequence[Outcome]) -> None:
    """What was recorded, and what was left out and why."""
    done = [one for one in outcomes if one.decision]
    if len(done) == 1:
        messages.success(request, say("decision.stored", {"code": done[0].item}))
    elif done:
        messages.success(request, say("decision.stored_many", {"count": len(done)}))
    for one in [one for one in outcomes if not one.decision][:MOST_TOLD]:
        why = say(one.code, one.params)
        messages.warning(request, say("decision.left_out", {"code": one.item or "–", "why": why}))


# --- One decision ----------------------------------------------------------------------------------------


def decision_for(user: User, token: str) -> LeaderDecision:
    """A decision, for whoever oversees the sub-activity, is to carry it out, or enters or verifies it; 404 for others."""
    decision = (
        LeaderDecision.objects.select_related(
            "report__item__unit__agency", "report__item__fiscal_year", "report__period__fiscal_year__government",
            "owner_post__unit", "ended_by",
        )
        .filter(token=token)
        .first()
    )  # fmt: skip
    if decision is None or not _concerns(user, decision):
        raise Http404
    return decision


def _concerns(user: User, decision: LeaderDecision) -> bool:
    item = decision.report.item
    posts: Iterable[int | None] = (decision.owner_post_id, item.officer_post_id, item.verifier_post_id)
    if Office.objects.filter(Q(post__in=[one for one in posts if one]), person=user.pk).exists():
        return True
    return any(item.unit.path.startswith(path) for path in sight_for(user).paths or ())


def act_on(request: HttpRequest, user: User, decision: LeaderDecision) -> dict[str, Any] | None:
    """Carry out or withdraw; None when it is done, else what the page shows of the refusal."""
    note = request.POST.get("note", "").replace("\x00", "").replace("\r\n", "\n").strip()[:2100]
    withdrawing = request.POST.get("do") == "withdraw"
    try:
        (withdraw if withdrawing else carry_out)(actor=user, token=decision.token, note=note)
    except DecisionRefused as refused:
        sentence = say(refused.code, refused.params)
        return {
            "errors": [{"field": "note-withdraw" if withdrawing else "note", "sentence": sentence}],
            "typed": {"withdraw" if withdrawing else "done": note},
        }
    messages.success(request, say("decision.withdrawn" if withdrawing else "decision.done"))
    return None


def context_of(user: User, decision: LeaderDecision) -> dict[str, Any]:
    """For templates/portal/leading/decision.html."""
    report = decision.report
    overseen = any(report.item.unit.path.startswith(path) for path in sight_for(user).paths or ())
    visible = Report.objects.visible_to(user).filter(pk=report.pk).exists()
    here = {"label": _("Decision")}
    return {
        "one": decision,
        "report": report,
        "item": report.item,
        "categories": [str(Report.Problem(code).label) for code in report.problems],
        "overdue": decision.state == LeaderDecision.State.OPEN and decision.due < _today(report),
        "crumbs": crumbs({"label": _("Decisions"), "url": reverse("dashboards:decisions")}, here)
        if overseen
        else [],
        "overseen": overseen,
        "review_url": reverse("approvals:review", args=[report.token]) if visible else "",
        "may_end": decision.state == LeaderDecision.State.OPEN and may_carry_out(user, decision),
        "may_withdraw": decision.state == LeaderDecision.State.OPEN and may_withdraw(user, decision),
    }


def _today(report: Report) -> date:
    return today_in(report.period.fiscal_year.government)


def decides(user: User) -> bool:
    """Whether a person holds a leader's office now."""
    return bool(offices_of_leader(user))
