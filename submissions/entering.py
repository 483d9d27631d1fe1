"""The entry page at work: reads a month of one officer, takes a post, and says what became of it."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, QueryDict
from django.urls import reverse
from django.utils.datastructures import MultiValueDict
from django.utils.html import format_html
from django.utils.translation import gettext as _

from ledger.clock import now as database_now
from registry.models import User
from submissions import selectors
from submissions.evidence import FileRefused, attach, remove
from submissions.evidence_forms import read_said
from submissions.facts import Finding
from submissions.forms import Typed, read_entries, whole_number
from submissions.models import Evidence, Period, Report
from submissions.readings import Reading, read
from submissions.services import save_entries
from submissions.typed import beside
from wording.sentences import say
from workflow.engine import Outcome, Refused
from workflow.route import Refusal

MOST_TOLD = 20
STALE = "route.stale"  # somebody else wrote there meanwhile
MONTH = re.compile(r"[1-9][0-9]{3}-(0[1-9]|1[0-2])")


def first_day(month: str) -> date:
    """The first day of "2026-01"; 404 for anything else."""
    if not MONTH.fullmatch(month):
        raise Http404
    return date.fromisoformat(f"{month}-01")


@dataclass
class Table:
    """One officer's month: as stored, as typed, and what was found."""

    user: User
    month: str
    periods: list[Period]
    readings: list[Reading]
    now: datetime
    typed: dict[int, Typed] = field(default_factory=dict)
    findings: dict[int, tuple[Finding, ...]] = field(default_factory=dict)
    sentences: list[dict[str, str]] = field(default_factory=list)
    refusals: dict[int, Refusal] = field(default_factory=dict)
    ticked: frozenset[int] = frozenset()
    filed: dict[int, set[int]] = field(default_factory=dict)  # report -> its files that came or went just now
    saved: dict[int, int] = field(default_factory=dict)  # report -> its version after this save
    changed: int = 0
    language: str = ""  # in which the typed numbers are written

    @property
    def failed(self) -> bool:
        unread = any(one.errors for one in self.typed.values())
        blocked = any(finding.blocks for found in self.findings.values() for finding in found)
        return bool(self.sentences) or unread or blocked

    def take(self, post: QueryDict, files: MultiValueDict[str, Any], language: str) -> None:
        """Save what can be saved, attach and remove files; what was refused stays as it was typed."""
        self.language = language
        self.typed = read_entries(post, self.readings, language)
        self.ticked = frozenset(pk for pk, one in self.typed.items() if one.selected)
        self._save()
        self._files(post, files)
        if self.failed:
            # What was saved is shown as stored; only what was refused keeps the typed text and its old version.
            refused = {
                pk for pk, one in self.typed.items() if one.errors or self._blocked(pk) or pk in self.refusals
            }
            self.typed = {pk: one for pk, one in self.typed.items() if pk in refused}
            for pk in refused:
                self._count_files(self.typed[pk], len(self.filed.get(pk, ())))
            self.readings = read([one.id for one in self.readings])

    def _blocked(self, pk: int) -> bool:
        return any(finding.blocks for finding in self.findings.get(pk, ()))

    def _count_files(self, one: Typed, files: int) -> None:
        """Each file made a version of the report: whose page was current before it is so afterwards, and no other."""
        version = whole_number(one.values.get("version", ""), 8)
        if version is not None:
            one.values["version"] = str(version + files)

    def _save(self) -> None:
        entries = [one.entry for one in self.typed.values() if one.entry]
        versions = {one.id: one.version for one in self.readings}
        saved = save_entries(actor=self.user, entries=entries)
        self.refusals, self.saved = self._news(saved.refusals), saved.versions
        self.findings = {
            pk: found for pk, found in saved.findings.items() if any(one.blocks for one in found)
        }
        self.changed = sum(version != versions[pk] for pk, version in saved.versions.items())
        codes = {one.id: one.code for one in self.readings}
        for pk, refusal in self.refusals.items():
            sentence = f"{codes[pk]}: {say(refusal.code, refusal.params)}"
            self.sentences.append({"field": f"r{pk}", "sentence": sentence})

    def _news(self, refusals: dict[int, Refusal]) -> dict[int, Refusal]:
        """Without those that changed meanwhile into just what was typed: a second tap, or what saved itself before."""
        stale = [pk for pk, refusal in refusals.items() if refusal.code == STALE]
        same = (
            {one.id for one in read(stale) if not beside(one, self.typed[one.id].values, self.language)}
            if stale
            else set()
        )
        return {pk: refusal for pk, refusal in refusals.items() if pk not in same}

    def _files(self, post: QueryDict, files: MultiValueDict[str, Any]) -> None:
        for one in self.readings:
            kind = post.get(f"r{one.id}-evidence_kind", Evidence.Kind.OTHER)
            for upload in files.getlist(f"r{one.id}-evidence"):
                self._attach(one, upload, post, kind if kind in Evidence.Kind.values else Evidence.Kind.OTHER)
        doomed = whole_number(post.get("remove_evidence", ""))
        if doomed is not None:
            mine = Evidence.objects.filter(pk=doomed, report__in=[one.id for one in self.readings]).first()
            if mine:
                self._remove(mine)

    def _remove(self, file: Evidence) -> None:
        pk = file.pk
        try:
            remove(actor=self.user, evidence=file)
            self._filed(file.report_id, pk)
        except Refused as refused:
            code = next(one.code for one in self.readings if one.id == file.report_id)
            said = say(refused.outcomes[0].code, refused.outcomes[0].params)
            self.sentences.append({"field": f"r{file.report_id}-evidence", "sentence": f"{code}: {said}"})

    def _filed(self, report: int, file: int) -> None:
        self.filed.setdefault(report, set()).add(file)
        self.changed += 1

    def _attach(self, one: Reading, upload: Any, post: QueryDict, kind: str) -> None:
        name = f"r{one.id}-evidence"
        said, wrong = read_said(post, f"{name}_")
        self.sentences += [{"field": name, "sentence": f"{one.code}: {told}"} for told in wrong.values()]
        try:
            report = Report.objects.get(pk=one.id)
            file = attach(actor=self.user, report=report, upload=upload, kind=kind, said=said)
            if file.uploaded_at >= self.now and file.pk not in self.filed.get(
                one.id, ()
            ):  # not one it had before
                self._filed(one.id, file.pk)
        except FileRefused as refused:
            self.sentences.append(
                {"field": name, "sentence": f"{one.code}: {say(refused.code, refused.params)}"}
            )
        except Refused as refused:
            told = say(refused.outcomes[0].code, refused.outcomes[0].params)
            self.sentences.append({"field": name, "sentence": f"{one.code}: {told}"})


def table_of(user: User, month: str) -> Table:
    """The month of everybody's own items; empty for somebody who has none."""
    reports = selectors.my_reports(user).filter(period__first_day=first_day(month), period__month__lte=12)
    periods = list(
        Period.objects.filter(pk__in=reports.values("period")).select_related("agency", "fiscal_year")
    )
    return Table(user, month, periods, read(reports.values_list("pk", flat=True)), database_now())


def returned_row(reading: Reading, one: selectors.Return) -> dict[str, Any]:
    """A returned report with its reason, for the officer."""
    month = f"{reading.first_day:%Y-%m}"
    return {
        "report_id": reading.id,
        "code": reading.code,
        "name": reading.name,
        "month": selectors.month_label(reading.first_day),
        "url": f"{reverse('submissions:entry', args=[month])}#r{reading.id}",
        "category": one.category,
        "reason": one.reason,
        "person": one.person,
        "office": one.office,
        "at": one.at,
        "fields": one.fields,
    }


def tell_outcomes(
    request: HttpRequest,
    outcomes: Sequence[Outcome],
    done_word: str,
    seen: Mapping[int, int | None] | None = None,
) -> None:
    """A bulk act's honest result: how many were done, and why each other was not; of what changed since it was `seen`, a
    link to the difference."""
    done = sum(outcome.done for outcome in outcomes)
    if done:
        messages.success(request, f"{done_word}: {done}.")
    rows = Report.objects.filter(pk__in=[one.id for one in outcomes]).values_list(
        "pk", "item__sub_activity_code", "token"
    )
    names = {pk: (code, token) for pk, code, token in rows}
    refused = [outcome for outcome in outcomes if not outcome.done]
    if len(refused) > MOST_TOLD:
        messages.error(request, say("act.more", {"count": len(refused), "shown": MOST_TOLD}))
    for outcome in refused[:MOST_TOLD]:
        code, token = names.get(outcome.id, (str(outcome.id), ""))
        sentence = f"{code}: {say(outcome.code, outcome.params)}"
        version = (seen or {}).get(outcome.id)
        if outcome.code == "route.stale" and token and version:
            link = f"{reverse('approvals:review', args=[token])}?seen={version}"
            sentence = format_html('{} <a href="{}">{}</a>', sentence, link, _("See what changed"))
        messages.error(request, sentence)
