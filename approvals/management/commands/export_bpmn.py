"""`manage.py export_bpmn`: the request flow, or a route, as BPMN 2.0, for the annex of a regulation."""

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import translation

from approvals.bpmn import export
from approvals.drawings import bpmn_of_route
from registry.models import Unit
from registry.selectors import government
from wording import ways
from workflow.models import RouteVersion


class Command(BaseCommand):
    help = (
        "Writes the request flow, or with --route the newest version of a route, as BPMN 2.0 (OMG), in Indonesian unless"
        " --language says otherwise."
    )
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: Any) -> None:
        parser.add_argument(
            "--output", "-o", type=Path, help="the file to write; without it, standard output"
        )
        parser.add_argument("--route", metavar="CODE", help="a route instead of the request flow")
        parser.add_argument("--language", choices=[code for code, _ in settings.LANGUAGES], default="id")

    def handle(self, *args: Any, **options: Any) -> None:
        with translation.override(options["language"]), ways.of(government()):
            text = _route(options["route"]) if options["route"] else export()
        if options["output"]:
            options["output"].write_text(text, encoding="utf-8")
        else:
            self.stdout.write(text, ending="")


def _route(code: str) -> str:
    version = RouteVersion.objects.filter(code=code).order_by("number").last()
    if version is None:
        known = ", ".join(RouteVersion.objects.order_by("code").values_list("code", flat=True).distinct())
        raise CommandError(f"There is no route {code}. These exist: {known}.")
    here = government()
    return bpmn_of_route(
        version.law,
        code=code,
        title=f"{version.name} ({version})",
        currency=here.currency if here else "",
        units=dict(Unit.objects.values_list("code", "name")),
    )
