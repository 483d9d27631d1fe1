"""How I want to be told: rhythm, quiet hours, language. What was typed stays when something is refused."""

from dataclasses import dataclass, field
from datetime import time
from functools import cached_property
from typing import Any

from django.conf import settings
from django.http import HttpRequest

from approvals.models import Preference
from approvals.quiet import QUIET_FROM, QUIET_TO
from ledger.recording import recorded
from registry.models import User
from registry.selectors import leads
from wording.sentences import say

TIMES = ("quiet_from", "quiet_to")


@dataclass
class Wishes:
    """A person's settings as they are typed."""

    user: User
    typed: dict[str, str]
    errors: list[dict[str, str]] = field(default_factory=list)

    @classmethod
    def kept(cls, user: User) -> "Wishes":
        """As they stand now."""
        wish = Preference.objects.filter(person=user).first() or Preference(person=user)
        times = {name: f"{value:%H:%M}" if value else "" for name in TIMES for value in [getattr(wish, name)]}
        weekly = "1" if wish.weekly else ""
        return cls(user, {"rhythm": wish.rhythm, "language": user.language, "weekly": weekly, **times})

    @classmethod
    def posted(cls, user: User, request: HttpRequest) -> "Wishes":
        """As they came from the page."""
        return cls(
            user,
            {name: request.POST.get(name, "").strip() for name in ("rhythm", "language", "weekly", *TIMES)},
        )

    def save(self) -> bool:
        """Keep them, unless something is wrong; whether they were kept. Again, nothing changes."""
        times = [self._time(name) for name in TIMES]
        self._choice("rhythm", Preference.Rhythm.values)
        self._choice("language", [code for code, _name in settings.LANGUAGES])
        if not self.errors and (times[0] is None) != (times[1] is None):
            self._refuse(TIMES[times[0] is not None], "notices.quiet_pair")
        if self.errors:
            return False
        with recorded(self.user):
            wish, _made = Preference.objects.select_for_update().get_or_create(person=self.user)
            wish.rhythm, (wish.quiet_from, wish.quiet_to) = self.typed["rhythm"], times
            if self.leads:
                wish.weekly = self.typed["weekly"] == "1"
            wish.save()
            if self.user.language != self.typed["language"]:
                self.user.language = self.typed["language"]
                self.user.save(update_fields=["language"])
        return True

    def context(self) -> dict[str, Any]:
        """What the page needs."""
        return {
            "typed": self.typed,
            "errors": self.errors,
            "wrong": {one["field"]: one["sentence"] for one in self.errors},
            "rhythms": [
                (code, label, code == self.typed["rhythm"]) for code, label in Preference.Rhythm.choices
            ],
            "languages": [(code, code == self.typed["language"]) for code, _name in settings.LANGUAGES],
            "leads": self.leads,
            "email": self.user.email,
            "usual_from": f"{QUIET_FROM:%H:%M}",
            "usual_to": f"{QUIET_TO:%H:%M}",
        }

    @cached_property
    def leads(self) -> bool:
        """Whether he is one of those who get the weekly summary."""
        return leads(self.user)

    def _time(self, name: str) -> time | None:
        typed = self.typed[name]
        try:
            return time.fromisoformat(typed).replace(second=0, microsecond=0, tzinfo=None) if typed else None
        except ValueError:
            self._refuse(name, "notices.time", value=typed)
            return None

    def _choice(self, name: str, known: list[str]) -> None:
        if self.typed[name] not in known:
            self._refuse(name, "notices.choice", value=self.typed[name])

    def _refuse(self, name: str, code: str, **params: str) -> None:
        self.errors.append({"field": name, "sentence": say(code, params)})
