"""django-fsm-2, django-fsm-log, django-simple-history and django-guardian; rows by bulk_create_with_history."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from django.contrib.auth.models import User
from django.contrib.contenttypes.models import ContentType
from django.db import Error, transaction
from django_fsm import TransitionNotAllowed, has_transition_perm
from django_fsm_log.models import StateLog  # type: ignore[import-not-found,import-untyped,unused-ignore]
from guardian.shortcuts import assign_perm
from simple_history.utils import bulk_create_with_history

from bench.peers.base import DjangoPeer, Wrong, must
from bench.peers.stacked.models import Line, Report
from bench.plan import VERBS, rows_of

STATES = {"submit": "submitted", "verify": "verified", "sign": "signed", "publish": "published"}


def prepare() -> None:
    """A person for each verb; the officer who enters submits too."""
    User.objects.bulk_create(User(username=verb) for verb in VERBS)


class Fsm(DjangoPeer):
    """Each report grants its four rights to four people when it is entered."""

    name = "fsm"
    errors = (Error, TransitionNotAllowed, Wrong)

    def open(self) -> None:
        super().open()
        self.people = {user.username: user for user in User.objects.all()}

    def draw(self, pool: str, count: int) -> list[Any]:
        return [None] * count

    def enter(self, pool: str, ticket: Any) -> int:
        user = User.objects.get(pk=self.people["submit"].pk)
        with transaction.atomic():
            report = Report(unit=1)
            report._history_user = user  # type: ignore[attr-defined]
            report.save()
            lines = [
                Line(report=report, code=f"5.1.02.{number:05}", realized=Decimal(100))
                for number in range(rows_of(pool))
            ]
            bulk_create_with_history(lines, Line, default_user=user)
            for verb in VERBS:
                assign_perm(f"stacked.{verb}_a_report", self.people[verb], report)
        return int(report.pk)

    def act(self, pool: str, verb: str, ids: Sequence[int]) -> None:
        for pk in ids:
            user = User.objects.get(pk=self.people[verb].pk)
            with transaction.atomic():
                report = Report.objects.select_for_update().get(pk=pk)
                step = getattr(report, verb)
                must(has_transition_perm(step, user), f"{verb} is not this person's")
                step(by=user)
                report._history_user = user  # type: ignore[attr-defined]
                report.save(update_fields=["state"])

    def check(self, ids: Sequence[int], verbs: Sequence[str], rows: int) -> None:
        state = STATES[verbs[-1]] if verbs else "draft"
        must(Report.objects.filter(pk__in=ids, state=state).count() == len(ids), f"not all are {state}")
        history = Report.history.filter(id__in=ids).count()
        must(history == len(ids) * (1 + len(verbs)), f"{history} history rows of reports")
        lines = Line.history.filter(report_id__in=ids).count()
        must(lines == len(ids) * rows, f"{lines} history rows of lines")
        kind = ContentType.objects.get_for_model(Report)
        logs = StateLog.objects.filter(content_type=kind, object_id__in=ids, by__isnull=False).count()
        must(logs == len(ids) * len(verbs), f"{logs} log rows with a person")
