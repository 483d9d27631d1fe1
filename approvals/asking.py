"""The pages of requests: what they show, and what became of what was sent from them."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _

from approvals import asking_effects, asking_law, asking_positions, requests
from approvals.asking_corrections import correction_context
from approvals.asking_drawing import named
from approvals.asking_forms import Draft
from approvals.asking_law import RequestRefused, Standing
from approvals.asking_models import Request, RequestAct
from approvals.asking_positions import ASKED, DENIED, GRANTED, Position
from approvals.asking_rules import ANSWERERS, ASKERS, EXTENSION, REVIEW, SECOND, SHORTEST_REASON
from approvals.correction_counts import PROMISED, counts
from ledger.clock import now
from registry.grants import OVERSEE
from registry.models import BudgetItem, Office, User
from registry.selectors import rights_of
from submissions.evidence import FileRefused
from submissions.forms import whole_number
from submissions.holding import Where
from submissions.moments import start_of_month
from submissions.selectors import month_label
from wording import words
from wording.sentences import say
from workflow.models import Grant

PAGE_SIZE = 30
TABS = ("answer", "mine", "all")
HUES = {
    "agreed": "green",
    "granted": "green",
    "refused": "red",
    "denied": "red",
    "revoked": "violet",
    "escalated": "amber",
}
STATES = {"asked": ("amber", "clock"), "granted": ("green", "check"), "denied": ("red", "cross"),
          "expired": ("", "lock"), "revoked": ("violet", "cross")}  # fmt: skip


def _word(state: str) -> str:
    return {
        "asked": _("Waiting for an answer"), "granted": _("Granted"), "denied": _("Refused"), "expired": _("Expired"),
        "revoked": _("Revoked"),
    }[state]  # fmt: skip


def _tag(position: Position) -> dict[str, str]:
    hue, icon = STATES[position.state]
    return {"hue": hue, "icon": icon, "word": _word(position.state)}


# --- The list --------------------------------------------------------------------------------------------


def list_context(request: HttpRequest, user: User) -> dict[str, Any]:
    """For templates/requests/list.html: what waits for me, what I asked for, all that I may see."""
    government, place = asking_law.here(user)
    visible = asking_law.visible_to(user, (government, place))
    found = {
        "answer": visible.filter(pk__in=_waiting_for(place)).exclude(asked_by=user),
        "mine": Request.objects.filter(Q(asked_by=user) | Q(person=user)),
        "all": visible,
    }
    asked = request.GET.get("tab", "")
    tab = asked if asked in TABS else ("answer" if place.own or place.superior else "mine")
    page = Paginator(found[tab].select_related("agency", "fiscal_year__government"), PAGE_SIZE).get_page(
        request.GET.get("page")
    )
    cases = list(page)
    where = asking_positions.positions(cases)
    return {
        "tabs": _tabs(found, tab),
        "tab": tab,
        "rows": [_row(case, where[case.pk]) for case in cases],
        "page": page,
        "base": f"tab={tab}&",
        "counts": counts(visible) if tab == "all" else [],
        "promised": PROMISED,
        "new": _new(user),
        "watch_url": reverse("requests:watch") if may_watch(user) else "",
    }


def _waiting_for(place: Standing) -> list[int]:
    """Requests that wait for somebody: at his own step, or passed on to him as superior."""
    found: set[int] = set()
    for step in ANSWERERS:
        open_now = asking_positions.waiting(step)
        if step in place.own or (step in place.superior and step in place.vacant):
            found |= set(open_now)
        elif step in place.superior:
            passed_on = RequestAct.objects.filter(request__in=open_now, kind="escalated", step=step)
            found |= set(passed_on.values_list("request", flat=True))
    return sorted(found)


def _tabs(found: Mapping[str, QuerySet[Request]], current: str) -> list[dict[str, Any]]:
    labels = {"answer": _("Waiting for me"), "mine": _("Asked by me"), "all": _("All")}
    return [
        {"label": labels[tab], "url": f"?tab={tab}", "count": query.count(), "current": tab == current}
        for tab, query in found.items()
    ]


def _row(case: Request, position: Position) -> dict[str, Any]:
    return {
        "number": case.number,
        "url": reverse("requests:request", args=[case.token]),
        "kind": Grant.Kind(case.kind).label,
        "agency": case.agency.name,
        "months": months_text(case),
        "asked_by": case.asked_name,
        "asked_at": case.asked_at,
        "state": _tag(position),
        "due": min(position.due.values(), default=None) if position.state == ASKED else None,
    }


def _new(user: User) -> list[dict[str, str]]:
    roles = set(
        Office.objects.filter(person=user.pk).exclude(unit__agency=None).values_list("role", flat=True)
    )
    return [
        {
            "url": reverse("requests:new", args=[kind]),
            "label": str(Grant.Kind(kind).label),
            "effect": say(f"effect.{kind}"),
        }
        for kind, may_ask in ASKERS.items()
        if roles & set(may_ask)
    ]


def months_text(case: Request) -> str:
    """ "Januari 2026, Februari 2026", or all months."""
    start = case.fiscal_year.government.fiscal_start_month
    days = [start_of_month(case.fiscal_year.start_date.year, month, start) for month in case.months]
    return ", ".join(month_label(day) for day in days) or _("all months until it ends")


# --- One request -----------------------------------------------------------------------------------------


def request_context(user: User, case: Request) -> dict[str, Any]:
    """For templates/requests/request.html."""
    acts = list(case.acts.all())
    position = asking_positions.positions([case])[case.pk]
    place = asking_law.standing(user, case.agency.government_id)
    grant = asking_effects.grants_of([case]).get(case.pk)
    return {
        "case": case,
        "number": case.number,
        "kind": Grant.Kind(case.kind).label,
        "state": _tag(position),
        "effect": say(f"effect.{case.kind}"),
        "months": months_text(case),
        "items": BudgetItem.objects.filter(pk__in=case.items).order_by("sub_activity_code"),
        "weighty": [say(f"weighty.{code}") for code in case.weighty],
        "file_url": reverse("requests:file", args=[case.token]) if case.file else "",
        "correction": correction_context(case, open_yet=position.state == ASKED),
        "steps": _steps(case, acts, position, grant),
        "waits": [_where(case, step, acts, position) for step in (REVIEW, SECOND) if step in position.open],
        "answers": [
            _answer(user, case, step, acts, place) for step in (REVIEW, SECOND) if step in position.open
        ],
        "grant": grant,
        "revocable": position.state == GRANTED and case.kind != EXTENSION and REVIEW in place.own,
        "history": [_told(act) for act in reversed(acts)],
        "seen": requests.people_acts(acts),
        "failed": position.failed,
        "shortest": SHORTEST_REASON,
        "crumbs": [
            {"label": _("Requests"), "url": reverse("requests:list")},
            {"label": case.number, "url": ""},
        ],
    }


def _steps(
    case: Request, acts: Sequence[RequestAct], position: Position, grant: Grant | None
) -> list[dict[str, Any]]:
    """The way of a request, for templates/components/stepper.html."""
    answers = {act.step: act for act in acts if act.kind in ("agreed", "refused")}
    steps = [_step(_("Asked"), "done", case.asked_name, case.asked_office, case.asked_at)]
    labels = {REVIEW: _("Review by the bureau"), SECOND: _("Second opinion")}
    for step in (REVIEW, SECOND) if case.weighty else (REVIEW,):
        act = answers.get(step)
        if act:
            done = "done" if act.kind == "agreed" else "returned"
            steps.append(_step(labels[step], done, act.actor_name, act.office, act.at))
        else:
            steps.append(_step(labels[step], "current" if step in position.open else "todo"))
    if position.state == DENIED:
        return [*steps, _step(_("Refused"), "done", at=acts[-1].at)]
    steps.append(_step(_("Granted"), "done" if grant else "todo", at=grant.granted_at if grant else None))
    ended = grant and (grant.revoked_at or (grant.expires_at if position.state != GRANTED else None))
    label = _word(position.state) if ended else _("In force until")
    in_force = "current" if position.state == GRANTED else "done" if ended else "todo"
    return [*steps, _step(label, in_force, at=ended or (grant.expires_at if grant else None))]


def _step(
    label: str, state: str, person: str = "", office: str = "", at: datetime | None = None
) -> dict[str, Any]:
    return {"label": label, "state": state, "person": person, "office": office, "at": at}


def _where(case: Request, step: str, acts: Sequence[RequestAct], position: Position) -> Where:
    """Who holds it since when, and until when an answer is due (templates/components/where.html)."""
    escalated = step in asking_law.escalated_steps(acts)
    held = asking_law.holders(step, case.agency.government_id, escalated)
    office = "; ".join(asking_law.printed(one) for one in held) or str(words.ROLES[ANSWERERS[step]])
    person = "; ".join(one.person.name for one in held)
    due = position.due.get(step)
    return Where("waiting", office, person, case.asked_at, due, bool(due and due <= now()))


def _answer(
    user: User, case: Request, step: str, acts: Sequence[RequestAct], place: Standing
) -> dict[str, Any]:
    """Whether the reader may answer at a step, and if not, why: by the very rule that the act itself obeys."""
    label = _("The bureau's answer") if step == REVIEW else _("The second opinion")
    try:
        office = asking_law.answering_office(user, case, step, acts, place)
    except RequestRefused as refused:
        concerned = place.office(step, step in asking_law.escalated_steps(acts))
        return {"step": step, "label": label, "may": False, "why": _sentence(refused) if concerned else ""}
    return {
        "step": step,
        "label": label,
        "may": True,
        "office": asking_law.printed(office),
        "late": _late(case),
    }


def _late(case: Request) -> str:
    """Why it cannot be granted any more, where it is so."""
    try:
        asking_effects.check_still_possible(case)
    except RequestRefused as refused:
        return _sentence(refused)
    return ""


def _sentence(refused: RequestRefused) -> str:
    return say(refused.code, refused.params)


def _told(act: RequestAct) -> dict[str, Any]:
    labels = {REVIEW: _("the bureau"), SECOND: _("the inspectorate")}
    title = str(RequestAct.Kind(act.kind).label)
    if act.step and act.kind in ("reminded", "escalated"):
        title = f"{title}: {labels[act.step]}"
    reason = named(f"flow.{act.reason}") if act.kind == RequestAct.Kind.RETRIED else act.reason
    return {
        "title": title,
        "person": act.actor_name or _("The system"),
        "office": act.office,
        "at": act.at,
        "reason": reason,
        "hue": HUES.get(act.kind, ""),
    }


# --- What was sent ---------------------------------------------------------------------------------------


def send(request: HttpRequest, draft: Draft) -> Request | None:
    """The request that came of a page; None when it was refused, with the reason in the draft."""
    wish = None
    try:
        wish = draft.wish(request)
        case = requests.ask(actor=draft.user, wish=wish)
    except (RequestRefused, FileRefused) as refused:
        # Everything that has to be corrected is said at once.
        for one in asking_law.objections(wish, now()) if wish else ():
            draft.refuse(one.code, one.params)
        if not draft.errors:
            draft.refuse(refused.code, refused.params)
        return None
    messages.success(request, say("asking.done.asked", {"number": case.number}))
    return case


def act_on(request: HttpRequest, user: User, case: Request) -> dict[str, Any] | None:
    """An answer or a revocation from a page; None when it was done, else what was typed and why it was refused."""
    post = request.POST
    reason, seen = post.get("reason", "").replace("\x00", ""), whole_number(post.get("seen", ""), 6)
    step, verdict = post.get("step", ""), post.get("verdict", "")
    try:
        if post.get("act") == "revoke":
            requests.revoke(actor=user, case=case, reason=reason, seen=seen or 0)
            verdict = "revoked"
        elif step in ANSWERERS and verdict in ("agreed", "refused"):
            requests.answer(
                actor=user, case=case, step=step, agree=verdict == "agreed", reason=reason, seen=seen or 0
            )
        else:
            raise RequestRefused("asking.verdict")
    except RequestRefused as refused:
        field = f"{step or 'revoke'}-reason" if refused.code in ("asking.reason", "entry.too_long") else ""
        return {"errors": [{"field": field, "sentence": _sentence(refused)}], "typed": reason, "typed_step": step or "revoke",
                "wrong": field}  # fmt: skip
    messages.success(request, say(f"asking.done.{verdict}", {"number": case.number}))
    return None


# --- The watchdog ----------------------------------------------------------------------------------------


def may_watch(user: User) -> bool:
    """Who runs the system, or oversees: to try a stuck step again decides nothing."""
    oversees = Office.objects.filter(person=user.pk, role=ANSWERERS[REVIEW]).exists()
    return user.is_staff or user.is_superuser or oversees or OVERSEE in rights_of(user)


def watch_context(user: User) -> dict[str, Any]:
    """For templates/requests/watch.html: all that is stuck, to who oversees what he may see of it."""
    visible = set(asking_law.visible_to(user).values_list("pk", flat=True))
    runs_it = user.is_staff or user.is_superuser
    return {
        "rows": [
            {
                "task": one.task,
                "number": one.request.number,
                "url": reverse("requests:request", args=[one.request.token]) if one.request.pk in visible else "",
                "step": named(f"flow.{one.node}"),
                "failed": one.failed,
                "what": one.what,
                "due": one.due,
            }
            for one in asking_positions.troubles()
            if runs_it or one.request.pk in visible
        ],
        "crumbs": [{"label": _("Requests"), "url": reverse("requests:list")}, {"label": _("Stuck steps"), "url": ""}],
    }  # fmt: skip


def try_again(request: HttpRequest, user: User, task: int) -> None:
    """Try one stuck step again and say what became of it."""
    try:
        stuck = {row["task"] for row in watch_context(user)["rows"]}
        if task not in stuck:
            raise RequestRefused("asking.no_trouble")
        code = "asking.done.retried" if requests.retry(actor=user, task=task) else "asking.done.failed_again"
        tell = messages.success if code.endswith("retried") else messages.error
        tell(request, say(code))
    except RequestRefused as refused:
        messages.info(request, _sentence(refused))
