"""What the month's table shows: for templates/submissions/entry.html."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import uuid4

from django.db import connection
from django.http import QueryDict
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from submissions import figures, pages, rules, selectors
from submissions.differences import revised
from submissions.entering import Table, returned_row
from submissions.entry_item import EntryItem, errors_of
from submissions.facts import Finding
from submissions.granted import granted
from submissions.holding import where
from submissions.offline import person_mark
from submissions.readings import Reading, read, total
from submissions.rights import Right, rights_of
from wording.sentences import say
from workflow.route import OPEN_STATES

ALL, EMPTY, WARNINGS, RETURNED = "all", "empty", "warnings", "returned"
SHOWN = (ALL, EMPTY, WARNINGS, RETURNED)
LONGEST_SEARCH = 60


def chosen(asked: QueryDict) -> dict[str, str]:
    """The filter that an address or a form names: {show, q}."""
    show = asked.get("show", "")
    return {"show": show if show in SHOWN else ALL, "q": asked.get("q", "").strip()[:LONGEST_SEARCH]}


def same_page(month: str, asked: QueryDict) -> str:
    """The address of the month's page with the filter that was on."""
    kept = {name: value for name, value in chosen(asked).items() if value not in ("", ALL)}
    address = reverse("submissions:entry", args=[month])
    return f"{address}?{urlencode(kept)}" if kept else address


def to_check(table: Table) -> list[int]:
    """After a save: the reports that were ticked, or all open ones in which something stands."""
    if table.ticked:
        return sorted(table.ticked)
    return [
        one.id for one in read([one.id for one in table.readings]) if one.started and one.state in OPEN_STATES
    ]


def check_url(month: str, reports: Sequence[int]) -> str:
    """Where these reports of a month are checked and submitted."""
    return f"{reverse('submissions:check')}?months={month}&reports={','.join(map(str, reports))}"


def context(table: Table, asked: QueryDict) -> dict[str, Any]:
    """The whole page; `asked` has the filter."""
    rights = rights_of(table.user, [one.id for one in table.readings if one.state in OPEN_STATES])
    items = _items(table, rights)
    period = min(table.periods, key=lambda one: one.entry_due)
    found = chosen(asked)
    return {
        "period": _period(table),
        "unit": {"name": "; ".join(sorted({one.unit for one in table.readings}))},
        "deadline": pages.deadline(period.entry_due, pages.open_until(period, rights.values()), table.now),
        "saved_at": selectors.last_saved([one.id for one in table.readings]),
        "now": table.now,
        "statement": pages.statement(),
        "work_url": reverse("submissions:work"),
        "catch_up_url": reverse("submissions:catch_up") if period.month > 1 else "",
        "person": person_mark(table.user),
        "nil_key": str(uuid4()),
        "key": str(uuid4()),  # a second tap on the same page gets the first answer
        "can_submit": any(item.selectable for item in items),
        "on_behalf": _on_behalf(items, rights),
        "rights": rights,
        "errors": [*table.sentences, *(errors_of(items) if table.failed else [])],
        "returned": [
            returned_row(one.reading, one.returned) | {"places": one.places()}
            for one in items
            if one.returned
        ],
        "total": pages.total_row(total(table.readings)),
        "items": [item.as_dict() | {"hidden": not _fits(item, **found)} for item in items],
        "filters": _filters(items),
        **found,
        **pages.choices(),
    }


def _period(table: Table) -> dict[str, str]:
    period = min(table.periods, key=lambda one: one.entry_due)
    first = period.first_day
    before = first.replace(year=first.year - (first.month == 1), month=first.month - 1 or 12)
    return {
        "code": table.month,
        "label": selectors.month_label(first),
        "last_label": selectors.month_label(before) if period.month > 1 else "",
    }


def _fits(item: EntryItem, show: str, q: str) -> bool:
    """Whether the filter shows an item. What has an error is shown whatever the filter says."""
    fits = {EMPTY: item.is_empty, WARNINGS: bool(item.warned), RETURNED: item.returned is not None}
    named = q.casefold() in f"{item.reading.code} {item.reading.name}".casefold()
    return bool(item.errors) or (fits.get(show, True) and named)


def _filters(items: Sequence[EntryItem]) -> list[dict[str, Any]]:
    return [
        {"code": ALL, "label": _("All"), "count": len(items)},
        {"code": EMPTY, "label": _("Empty"), "count": sum(item.is_empty for item in items)},
        {"code": WARNINGS, "label": _("With warnings"), "count": sum(bool(item.warned) for item in items)},
        {"code": RETURNED, "label": _("Returned"), "count": sum(item.returned is not None for item in items)},
    ]


def _on_behalf(items: Sequence[EntryItem], rights: Mapping[int, Right]) -> list[str]:
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


def _items(table: Table, rights: Mapping[int, Right]) -> list[EntryItem]:
    ids = [one.id for one in table.readings]
    with connection.cursor() as cursor:
        facts = figures.load(cursor, ids)
    evidence, returned = selectors.evidence_of(ids), selectors.returns_of(table.readings)
    holders = where(table.readings, now=table.now)
    restated, notes = pages.restated(table.readings), selectors.revision_notes(ids)
    revisions = [one.id for one in table.readings if one.revision]
    changes, allowed = revised(revisions), granted(revisions) if revisions else {}
    return [
        EntryItem(
            one,
            facts=facts[one.id],
            findings=table.findings.get(one.id)
            or _shown((*rules.check(facts[one.id], figures.POLICY), *restated.get(one.id, ())), one),
            typed=table.typed.get(one.id),
            language=table.language or get_language() or "",
            returned=returned.get(one.id),
            where=holders[one.id],
            refusal=table.refusals.get(one.id),
            evidence=evidence.get(one.id, ()),
            right=rights.get(one.id),
            selected=one.id in table.ticked,
            note=notes.get(one.id, ""),
            changes=changes.get(one.id, ()),
            granted=allowed.get(one.id),
        )
        for one in table.readings
    ]


def _shown(findings: Sequence[Finding], reading: Reading) -> tuple[Finding, ...]:
    """A report nobody has begun has no findings to look at."""
    return tuple(findings) if reading.started and reading.state in OPEN_STATES else ()
