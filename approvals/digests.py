"""Digests: what the calendar tells one person in one go, as one notice and one letter."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.urls import reverse

from approvals import notices
from approvals.models import Notice
from ledger.clock import now as database_now
from registry.models import FiscalYear, User
from submissions.calendar import policy_of
from submissions.moments import ENTRY, SIGN, VERIFY, working_after
from wording.sentences import say
from workflow.models import Outbox

PREFIX = "notice.digest."
# What matters most comes first, and names the digest.
ORDER = ("locked", "relocked", "overdue", "reopened", "remind", "escalate", "vacant")
VERB = {ENTRY: "submit", VERIFY: "verify", SIGN: "sign", "review": "review"}
DESK = {VERIFY: "approvals:inbox", SIGN: "approvals:to_sign", "review": "approvals:to_review"}
# A worker that stood still may find a digest of the evening in the middle of the night: its mail waits for the morning.
FRESH = timedelta(minutes=30)


@dataclass(frozen=True, slots=True)
class Shown:
    """One line as it is read: a sentence, where it leads, and what it is about by name."""

    sentence: str
    url: str
    items: tuple[tuple[str, str], ...]  # (name, address or "")
    more: int


def tell(row: Outbox) -> None:
    """Tell one person what the calendar has to say; a second time tells nothing new."""
    at = database_now()
    lines = sorted(row.payload["lines"], key=_weight)
    code, params = _title(lines)
    person = User.objects.get(pk=row.payload["person"])
    notices.tell(
        event=row.key,
        code=code,
        to=[notices.To(person, {**params, **_common(row.payload["government"], lines)}, _link(lines[0]))],
        urgent=True,
        earliest=at if at - row.created_at < FRESH else _in_working_hours(row, at),
    )


def _in_working_hours(row: Outbox, now: datetime) -> datetime:
    """The moment itself or the next working hour, by the rule of the year that runs."""
    years = FiscalYear.objects.filter(government=row.payload["government"], start_date__lte=now.date())
    return working_after(policy_of(years.latest("start_date")), now)


def _weight(line: Mapping[str, Any]) -> tuple[int, str, str, str]:
    return ORDER.index(line["act"]), line["due_at"], line.get("agency", ""), line["month"]


def _title(lines: Sequence[Mapping[str, Any]]) -> tuple[str, dict[str, Any]]:
    """The code of the notice and its parameters: the gravest matter, all of its lines counted together."""
    act = lines[0]["act"]
    gravest = [line for line in lines if line["act"] == act]
    return f"{PREFIX}{act}", {
        "count": sum(line["count"] for line in gravest),
        "due_at": gravest[0]["due_at"],
        "month": gravest[0]["month"],
    }


def _link(line: Mapping[str, Any]) -> str:
    if line["audience"] != "holder":
        return f"{reverse('calendar:month')}?month={line['month']}"
    if line["step"] == ENTRY:
        if line["month"].endswith("-13"):  # the table is of the twelve months
            return reverse("submissions:work")
        return reverse("submissions:entry", args=[line["month"]])
    return reverse(DESK[line["step"]])


def is_digest(notice: Notice) -> bool:
    """Whether a notice is one of the calendar's."""
    return notice.code.startswith(PREFIX)


def retold(notice: Notice, lines: Sequence[Mapping[str, Any]]) -> tuple[str, dict[str, Any]]:
    """The code and the parameters of a digest of which these lines are left."""
    code, params = _title(lines)
    return code, {**params, **_common(notice.params["government"], lines)}


def _common(government: int, lines: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    return {"government": government, "lines": lines}


def shown(lines: Sequence[Mapping[str, Any]]) -> list[Shown]:
    """The lines of a digest, in the active language and zone."""
    return [_shown(line) for line in lines]


def _shown(line: Mapping[str, Any]) -> Shown:
    params = {**line, "verb": VERB.get(line.get("step") or "", "")}
    if line["act"] == "vacant":
        return Shown(say("digest.vacant", params), _link(line), tuple(_posts(line["posts"])), 0)
    address = line["audience"] == "holder" and line["step"] != ENTRY
    items = tuple(
        (f"{code} {name}", reverse("approvals:review", args=[token]) if address else "")
        for token, code, name in line["items"]
    )
    return Shown(say(_code(line), params), _link(line), items, line["count"] - len(items))


def _code(line: Mapping[str, Any]) -> str:
    if line["act"] == "escalate" and not line["holder"]:
        return "digest.escalate_vacant"
    if line["act"] == "reopened" and line["audience"] == "head":
        return "digest.reopened_head"
    return f"digest.{line['act']}"


def _posts(posts: Sequence[Sequence[Any]]) -> list[tuple[str, str]]:
    return [
        (
            say(
                "digest.vacant_post" if title else "digest.no_post",
                {"agency": agency, "role": role, "title": title, "unit": unit, "count": items},
            ),
            "",
        )
        for agency, role, title, unit, items in posts
    ]
