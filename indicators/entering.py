"""The entry page at work: reads one pack, takes a post, and says what became of it."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import uuid4

from django.http import QueryDict
from django.urls import reverse
from django.utils.datastructures import MultiValueDict
from django.utils.translation import gettext as _

from indicators import pages, selectors, services
from indicators.answers import findings_of
from indicators.definitions import YES_NO, Field
from indicators.files import attach, remove
from indicators.forms import Typed, read_entry
from indicators.models import Pack, PackFile
from indicators.readings import Reading
from registry.models import User
from submissions.evidence import FileRefused
from submissions.facts import Finding
from submissions.forms import key_of, whole_number
from submissions.pages import deadline
from wording.numbers import money, quantity, symbol
from wording.sentences import say
from workflow import engine, route
from workflow.engine import KeyReused, Outcome, Refused
from workflow.models import Act

STATEMENT_VERSION = "1"


@dataclass
class Sheet:
    """One pack on its entry page: as stored, as typed, and what was found."""

    user: User
    pack: Pack
    reading: Reading
    now: datetime
    typed: Typed | None = None
    findings: Sequence[Finding] = ()
    sentences: list[dict[str, str]] = field(default_factory=list)
    statement_error: str = ""
    submitted: bool = False
    changed: bool = False

    @property
    def failed(self) -> bool:
        return bool(
            self.sentences or self.statement_error or self.findings or (self.typed and self.typed.errors)
        )

    def take(self, post: QueryDict, files: MultiValueDict[str, Any], language: str) -> None:
        """Save what was typed, attach and remove files, then submit when all of that went well and it was asked for."""
        if self._answered_before(post):
            self.submitted = True
            return
        self.typed = read_entry(post, self.reading, language)
        version = self._save()
        if version is not None:
            version += self._files(post, files)
            self.reading = selectors.read([self.pack.pk])[0]
            if post.get("act") == "submit" and not self.failed:
                self._submit(post, version)
        if not self.failed or (version is not None and not self.typed.errors):
            self.typed = None  # all of it is stored

    def _answered_before(self, post: QueryDict) -> bool:
        """Whether this very post has submitted the pack already: a second tap."""
        key = key_of(post)
        if not key or post.get("act") != "submit":
            return False
        acts = Act.objects.filter(actor=self.user, verb=route.SUBMIT, key=key)
        return any(one["done"] and one["id"] == self.pack.pk for act in acts for one in act.answer or ())

    def _save(self) -> int | None:
        """The version that is stored now; None when nothing was."""
        if self.typed is None or self.typed.entry is None:
            return None
        saved = services.save(actor=self.user, entries=[self.typed.entry])
        for refusal in saved.refusals.values():
            self._tell("", pages.refusal_sentence(refusal.code, refusal.params))
        self.findings = [one for found in saved.findings.values() for one in found if one.blocks]
        version = saved.versions.get(self.pack.pk)
        self.changed = version is not None and version != self.reading.version
        return version

    def _files(self, post: QueryDict, files: MultiValueDict[str, Any]) -> int:
        """How many files came or went; each made a version."""
        moved = 0
        for upload in files.getlist("evidence"):
            moved += self._attach(upload)
        doomed = whole_number(post.get("remove_file", ""))
        file = PackFile.objects.filter(pk=doomed, pack=self.pack).first() if doomed is not None else None
        if file:
            try:
                remove(actor=self.user, file=file)
                moved += 1
            except Refused as refused:
                self._refused("evidence", refused.outcomes)
        self.changed = self.changed or bool(moved)
        return moved

    def _attach(self, upload: Any) -> int:
        there = PackFile.objects.filter(pack=self.pack).count()
        try:
            attach(actor=self.user, pack=self.pack, upload=upload)
        except FileRefused as refused:
            self._tell("evidence", say(refused.code, refused.params))
        except Refused as refused:
            self._refused("evidence", refused.outcomes)
        return PackFile.objects.filter(pack=self.pack).count() - there

    def _submit(self, post: QueryDict, version: int) -> None:
        self.findings = [one for one in findings_of(self.reading) if one.blocks]
        if not post.get("statement"):
            self.statement_error = say("pack.statement")
        if self.failed:
            return
        try:
            outcomes = services.submit(
                actor=self.user,
                versions={self.pack.pk: version},
                statement=STATEMENT_VERSION,
                key=key_of(post),
            )
        except KeyReused:
            self._tell("", say("act.key"))
            return
        self._refused("", [one for one in outcomes if not one.done])
        self.submitted = all(one.done for one in outcomes)

    def _refused(self, name: str, outcomes: Sequence[Outcome]) -> None:
        for one in outcomes:
            self._tell(name, pages.refusal_sentence(one.code, one.params))

    def _tell(self, name: str, sentence: str) -> None:
        self.sentences.append({"field": name, "sentence": sentence})


def sheet_of(user: User, pack: Pack, now: datetime) -> Sheet:
    """The entry page of a pack as it is stored."""
    return Sheet(user, pack, selectors.read([pack.pk])[0], now)


def context(sheet: Sheet) -> dict[str, Any]:
    """For templates/indicators/entry.html."""
    one = sheet.reading
    errors = _errors(sheet)
    refusal = engine.available(sheet.user, [sheet.pack])[sheet.pack.pk][route.SUBMIT]
    decisions = list(selectors.decisions_on([one.id]))
    measured = one.measured()
    return {
        "pack": one,
        "version": sheet.typed.values.get("version", "") if sheet.typed else str(one.version),
        "title": one.unit,
        "quarter": pages.quarter_label(one.year, one.quarter),
        "currency": symbol(one.currency),
        "deadline": deadline(one.due_at, one.locks_at, sheet.now),
        "groups": _groups(sheet, errors),
        "before": pages.quarters_before(one),
        "indicators": pages.indicator_rows(measured),
        "alarms": len(pages.alarms(measured)),
        "remarks": sheet.typed.values.get("remarks", "") if sheet.typed else one.remarks,
        "files": [pages.file_row(file) for file in selectors.files_of(one.id)],
        "returned": pages.returned(one, decisions),
        "statement": {"text": _("These figures are those of our books, and I answer for them."), "version": STATEMENT_VERSION},
        "statement_error": sheet.statement_error,
        "errors": [{"field": name, "sentence": sentence} for name, sentence in errors.items()]
        + [each for each in sheet.sentences if each["field"] not in errors]
        + ([{"field": "statement", "sentence": sheet.statement_error}] if sheet.statement_error else []),
        "field_errors": errors,
        "remarks_error": errors.get("remarks", ""),
        "evidence_error": errors.get("evidence", ""),
        "can_enter": refusal is None or refusal.code in ("route.blocked", "route.order_submit"),
        "refusal": pages.refusal_sentence(refusal.code, refusal.params) if refusal else "",
        "key": str(uuid4()),
        "crumbs": [
            {"label": _("KPI packs"), "url": reverse("indicators:desk")},
            {"label": one.unit, "url": reverse("indicators:pack", args=[one.token])},
            {"label": _("Entry"), "url": ""},
        ],
    }  # fmt: skip


def _errors(sheet: Sheet) -> dict[str, str]:
    """The sentence for each input that needs a correction, by its name; the rules' own and those of what was typed."""
    found = dict(sheet.typed.errors) if sheet.typed else {}
    for finding in sheet.findings:
        name = finding.field if finding.field in ("remarks", "evidence") else f"f-{finding.field}"
        found.setdefault(name, pages.finding_sentence(finding, sheet.reading))
    for told in sheet.sentences:
        if told["field"]:
            found.setdefault(told["field"], told["sentence"])
    return found


def _groups(sheet: Sheet, errors: dict[str, str]) -> list[dict[str, Any]]:
    groups: dict[str, list[dict[str, Any]]] = {}
    for asked in sheet.reading.form.fields:
        groups.setdefault(asked.group, []).append(_row(sheet, asked, errors))
    return [{"name": pages.labels.group_name(code), "rows": rows} for code, rows in groups.items()]


def _row(sheet: Sheet, asked: Field, errors: dict[str, str]) -> dict[str, Any]:
    said = sheet.reading.reported.get(asked.code)
    stored, note = (said.value, said.note) if said else (None, "")
    typed = sheet.typed.values if sheet.typed else {}
    return {
        "code": asked.code,
        "name": pages.labels.field_name(asked.code, asked.name),
        "kind": asked.kind,
        "entered": typed.get(f"f-{asked.code}", _written(asked, stored)),
        "note": typed.get(f"n-{asked.code}", note),
        "error": errors.get(f"f-{asked.code}", ""),
        "note_error": errors.get(f"n-{asked.code}", ""),
        "before": [pages.shown(asked.kind, value) for value in pages.before(sheet.reading, asked)],
    }


def _written(asked: Field, value: Any) -> str:
    """What stands in the input: as somebody writes it in the page's language."""
    if value is None:
        return ""
    if asked.kind == YES_NO:
        return "yes" if value else "no"
    return money(value) if asked.kind == "money" else quantity(value)
