"""django-viewflow 2.4.0 with django-simple-history; a report's rows are written by bulk_create_with_history."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from django.contrib.auth.models import Permission, User
from django.db import Error, transaction
from simple_history.utils import bulk_create_with_history
from viewflow.workflow.exceptions import FlowRuntimeError
from viewflow.workflow.models import Process, Task
from viewflow.workflow.status import PROCESS, STATUS

from bench.peers.base import DjangoPeer, Wrong, must
from bench.peers.flowing.flows import ReportFlow
from bench.peers.flowing.models import Line, Report
from bench.plan import VERBS, rows_of

STATES = {"submit": "submitted", "verify": "verified", "sign": "signed", "publish": "published"}


def prepare() -> None:
    """A person for each verb, and the officer who enters, who submits too."""
    for verb in VERBS:
        person = User.objects.create(username=verb)
        person.user_permissions.add(Permission.objects.get(codename=f"{verb}_a_report"))


class Viewflow(DjangoPeer):
    """Documents are named by their process."""

    name = "viewflow"
    errors = (Error, FlowRuntimeError, Wrong)

    def open(self) -> None:
        super().open()
        self.people = dict(User.objects.values_list("username", "pk"))

    def draw(self, pool: str, count: int) -> list[Any]:
        return [None] * count

    def enter(self, pool: str, ticket: Any) -> int:
        user = User.objects.get(pk=self.people["submit"])
        with transaction.atomic():
            report = Report(unit=1)
            report._history_user = user  # type: ignore[attr-defined]
            report.save()
            lines = [
                Line(report=report, code=f"5.1.02.{number:05}", realized=Decimal(100))
                for number in range(rows_of(pool))
            ]
            bulk_create_with_history(lines, Line, default_user=user)
            return int(ReportFlow.start.run(report=report).pk)

    def act(self, pool: str, verb: str, ids: Sequence[int]) -> None:
        for pk in ids:
            user = User.objects.get(pk=self.people[verb])
            with transaction.atomic():
                task = Task.objects.get(process_id=pk, status=STATUS.NEW, flow_task=getattr(ReportFlow, verb))
                with task.activation() as activation:
                    must(activation.assign.has_perm(user), f"{verb} is not this person's")
                    activation.assign(user)
                    activation.start(None)
                    report = activation.process.artifact
                    report.state = STATES[verb]
                    report._history_user = user
                    report.save(update_fields=["state"])
                    activation.execute()

    def check(self, ids: Sequence[int], verbs: Sequence[str], rows: int) -> None:
        state = STATES[verbs[-1]] if verbs else "draft"
        done = list(Process.objects.filter(pk__in=ids))
        reports = [process.artifact_object_id for process in done]
        must(len(done) == len(ids), "a process is missing")
        must(Report.objects.filter(pk__in=reports, state=state).count() == len(ids), f"not all are {state}")
        history = Report.history.filter(id__in=reports).count()
        must(history == len(ids) * (1 + len(verbs)), f"{history} history rows of reports")
        lines = Line.history.filter(report_id__in=reports).count()
        must(lines == len(ids) * rows, f"{lines} history rows of lines")
        tasks = Task.objects.filter(process_id__in=ids, status=STATUS.DONE)
        named = tasks.filter(owner__isnull=False).count()
        must(named == len(ids) * len(verbs), f"{named} tasks done by somebody")
        if verbs and verbs[-1] == VERBS[-1]:
            ended = Process.objects.filter(pk__in=ids, status=PROCESS.DONE).count()
            must(ended == len(ids), f"{ended} flows came to their end")
