"""The entry page at work: reads a month of one officer, takes a post, and says what became of it."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from uuid import uuid4

from django.contrib import messages
from django.db import connection
from django.http import Http404, HttpRequest, QueryDict
from django.urls import reverse
from django.utils.datastructures import MultiValueDict
from django.utils.html import format_html
from django.utils.translation import gettext as _

from ledger.clock import now as database_now
from registry.models import User
from submissions import figures, pages, rules, selectors
from submissions.differences import revised
from submissions.evidence import FileRefused, attach, remove
from submissions.facts import Finding
from submissions.forms import Typed, key_of, read_entries, whole_number
from submissions.holding import where
from submissions.models import Evidence, Period, Report
from submissions.readings import Reading, read, total
from submissions.rights import Right, rights_of
from submissions.services import save_entries, submit
from wording.sentences import say
from workflow.engine import KeyReused, Outcome, Refused
from workflow.models import Act
from workflow.route import OPEN_STATES, SUBMIT, Refusal

MOST_TOLD = 20
TICK = re.compile(r"r[0-9]{1,18}-select")
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
    statement_error: str = ""
    outcomes: list[Outcome] = field(default_factory=list)
    refusals: dict[int, Refusal] = field(default_factory=dict)
    ticked: frozenset[int] = frozenset()
    filed: dict[int, set[int]] = field(default_factory=dict)  # report -> its files that came or went just now
    saved: dict[int, int] = field(default_factory=dict)  # report -> its version after this save
    changed: int = 0

    @property
    def failed(self) -> bool:
        return bool(
            self.sentences or self.statement_error or any(one.errors for one in self.typed.values())
        ) or any(finding.blocks for found in self.findings.values() for finding in found)

    def take(self, post: QueryDict, files: MultiValueDict[str, Any], language: str) -> None:
        """Save what can be saved, attach and remove files, then submit what was ticked when all of that went well."""
        self.typed = read_entries(post, self.readings, language)
        self.ticked = frozenset(pk for pk, one in self.typed.items() if one.selected)
        self._save()
        self._files(post, files)
        if post.get("act") == "submit" and not self.failed:
            self._submit(post)
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
        self.refusals, self.saved = saved.refusals, saved.versions
        self.findings = {
            pk: found for pk, found in saved.findings.items() if any(one.blocks for one in found)
        }
        self.changed = sum(version != versions[pk] for pk, version in saved.versions.items())
        codes = {one.id: one.code for one in self.readings}
        for pk, refusal in saved.refusals.items():
            sentence = f"{codes[pk]}: {say(refusal.code, refusal.params)}"
            self.sentences.append({"field": f"r{pk}", "sentence": sentence})

    def _files(self, post: QueryDict, files: MultiValueDict[str, Any]) -> None:
        for one in self.readings:
            kind = post.get(f"r{one.id}-evidence_kind", Evidence.Kind.OTHER)
            for upload in files.getlist(f"r{one.id}-evidence"):
                self._attach(one, upload, kind if kind in Evidence.Kind.values else Evidence.Kind.OTHER)
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

    def _attach(self, one: Reading, upload: Any, kind: str) -> None:
        name = f"r{one.id}-evidence"
        try:
            file = attach(actor=self.user, report=Report.objects.get(pk=one.id), upload=upload, kind=kind)
            if file.uploaded_at >= self.now and file.pk not in self.filed.get(
                one.id, ()
            ):  # not one it had before
                self._filed(one.id, file.pk)
        except FileRefused as refused:
            self.sentences.append(
                {"field": name, "sentence": f"{one.code}: {say(refused.code, refused.params)}"}
            )
        except Refused as refused:
            said = say(refused.outcomes[0].code, refused.outcomes[0].params)
            self.sentences.append({"field": name, "sentence": f"{one.code}: {said}"})

    def _submit(self, post: QueryDict) -> None:
        chosen = [pk for pk, one in self.typed.items() if one.selected]
        if not chosen:
            self.sentences.append({"field": "", "sentence": say("entry.none_selected")})
            return
        if not post.get("statement"):
            self.statement_error = say("entry.statement")
            return
        with connection.cursor() as cursor:
            facts = figures.load(cursor, chosen)
        restated = pages.restated(self.readings)
        self.findings = {
            pk: (*rules.check_submission(one, figures.POLICY), *restated.get(pk, ()))
            for pk, one in facts.items()
        }
        ready = [pk for pk in chosen if not self._blocked(pk)]
        if not ready:
            return
        # What this very page saved, and no later version that another tab put there meanwhile.
        versions = {pk: self.saved[pk] + len(self.filed.get(pk, ())) for pk in ready}
        try:
            outcomes = submit(
                actor=self.user, versions=versions, statement=pages.STATEMENT_VERSION, key=key_of(post)
            )
        except KeyReused:
            self.sentences.append({"field": "", "sentence": say("act.key")})
            return
        codes = {one.id: one.code for one in self.readings}
        for outcome in outcomes:
            if not outcome.done:
                sentence = f"{codes[outcome.id]}: {say(outcome.code, outcome.params)}"
                self.sentences.append({"field": f"r{outcome.id}", "sentence": sentence})
        self.outcomes = outcomes


def table_of(user: User, month: str) -> Table:
    """The month of everybody's own items; empty for somebody who has none."""
    reports = selectors.my_reports(user).filter(period__first_day=first_day(month), period__month__lte=12)
    periods = list(
        Period.objects.filter(pk__in=reports.values("period")).select_related("agency", "fiscal_year")
    )
    return Table(user, month, periods, read(reports.values_list("pk", flat=True)), database_now())


def context(table: Table) -> dict[str, Any]:
    """For templates/submissions/entry.html."""
    rights = rights_of(table.user, [one.id for one in table.readings if one.state in OPEN_STATES])
    items = _items(table, rights)
    period = min(table.periods, key=lambda one: one.entry_due)
    first = period.first_day
    before = first.replace(year=first.year - (first.month == 1), month=first.month - 1 or 12)
    return {
        "period": {
            "code": table.month,
            "label": selectors.month_label(first),
            "last_label": selectors.month_label(before) if period.month > 1 else "",
        },
        "unit": {"name": "; ".join(sorted({one.unit for one in table.readings}))},
        "deadline": pages.deadline(period.entry_due, pages.open_until(period, rights.values()), table.now),
        "saved_at": selectors.last_saved([one.id for one in table.readings]),
        "statement": pages.statement(),
        "statement_error": table.statement_error,
        "work_url": reverse("submissions:work"),
        "nil_key": str(uuid4()),
        "key": str(uuid4()),  # a second tap on the same page gets the first answer
        "can_submit": any(item.selectable for item in items),
        "on_behalf": _on_behalf(items, rights),
        "rights": rights,
        "errors": _summary(table, items),
        "returned": [returned_row(one.reading, one.returned) for one in items if one.returned],
        "total": pages.total_row(total(table.readings)),
        "items": [item.as_dict() for item in items],
        **pages.choices(),
    }


def _on_behalf(items: Sequence[pages.EntryItem], rights: Mapping[int, Right]) -> list[str]:
    """For whom an assistant enters here, and until when."""
    mine = [(item, rights[item.reading.id].mandate) for item in items if item.reading.id in rights]
    mandates = selectors.mandates_of({mandate for _item, mandate in mine if mandate})
    told = {
        (item.where.office, mandates[mandate])
        for item, mandate in mine
        if mandate in mandates and item.where is not None
    }
    return sorted(
        say(
            "entry.on_behalf",
            {
                "office": office,
                "document_no": grant.document_no or grant.key,
                "until_at": grant.expires_at.isoformat(),
            },
        )
        for office, grant in told
    )


def _items(table: Table, rights: Mapping[int, Right]) -> list[pages.EntryItem]:
    ids = [one.id for one in table.readings]
    with connection.cursor() as cursor:
        stored = pages.stored_findings(ids, cursor)
    evidence, returned = selectors.evidence_of(ids), selectors.returns_of(table.readings)
    holders = where(table.readings, now=table.now)
    restated, notes = pages.restated(table.readings), selectors.revision_notes(ids)
    changes = revised([one.id for one in table.readings if one.revision])
    return [
        pages.EntryItem(
            one,
            findings=table.findings.get(one.id) or _shown((*stored[one.id], *restated.get(one.id, ())), one),
            typed=table.typed.get(one.id),
            returned=returned.get(one.id),
            where=holders[one.id],
            changed_meanwhile=one.id in table.refusals and table.refusals[one.id].code == "route.stale",
            evidence=evidence.get(one.id, ()),
            right=rights.get(one.id),
            selected=one.id in table.ticked,
            note=notes.get(one.id, ""),
            changes=changes.get(one.id, ()),
        )
        for one in table.readings
    ]


def _shown(findings: Sequence[Finding], reading: Reading) -> tuple[Finding, ...]:
    """A report nobody has begun has no findings to look at."""
    return tuple(findings) if reading.started and reading.state in OPEN_STATES else ()


def _summary(table: Table, items: Sequence[pages.EntryItem]) -> list[dict[str, str]]:
    found = pages.errors_of(items) if table.failed else []
    statement = [{"field": "statement", "sentence": table.statement_error}] if table.statement_error else []
    return [*table.sentences, *found, *statement]


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


def submitted_context(readings: Sequence[Reading], month: str) -> dict[str, Any]:
    """For templates/submissions/submitted.html."""
    now = database_now()
    holders = where(readings, now=now)
    done = [one for one in readings if one.state not in OPEN_STATES]
    left = [one for one in readings if one.state in OPEN_STATES]
    first = holders[done[0].id] if done else None
    return {
        "period": {"label": selectors.month_label(first_day(month))},
        "unit": {"name": "; ".join(sorted({one.unit for one in readings}))},
        "at": max((one.submitted_at for one in done if one.submitted_at), default=now),
        "done": [pages.report_row(one, None) for one in done],
        "skipped": [pages.report_row(one, None) | {"sentence": _("still a draft")} for one in left],
        "total": sum((one.this_month or 0 for one in done), start=0),
        "next_step": {"office": first.office, "person": first.person, "due": first.due} if first else None,
        "recall_url": reverse("submissions:recall"),
        "recall_ids": [one.id for one in done],
        "recall_until": _("until your section head opens the first of them") if done else "",
        "work_url": reverse("submissions:work"),
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


def tell_submitted(request: HttpRequest, table: Table) -> None:
    """What went on its way although something else on the page has to be corrected."""
    done = sum(outcome.done for outcome in table.outcomes)
    if done:
        messages.success(request, f"{_('Submitted')}: {done}.")


def answered_before(user: User, post: QueryDict) -> list[int]:
    """The reports that this very post has submitted already: a second tap. Empty for a page that was changed since."""
    key = key_of(post)
    ticked = {int(name[1:-7]) for name in post if TICK.fullmatch(name)}
    if not key or not ticked or post.get("act") != "submit":
        return []
    acts = Act.objects.filter(actor=user, verb=SUBMIT, key__startswith=f"{key}:")
    done = [one["id"] for act in acts for one in act.answer or () if one["done"]]
    return done if ticked <= set(done) else []
