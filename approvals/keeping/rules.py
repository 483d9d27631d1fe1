"""How long what is kept, and on whose word: pure rules, no database (domain.md 6.4).

The years count from the close of the fiscal year; those of logs from the moment of the row. A setting may lengthen them and
never shorten: what the law wants is the least.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum


class Kind(StrEnum):
    """What is kept alike. The values of what can be disposed of are those of approvals.Disposal.Kind."""

    REPORTS = "reports"  # published reports, decisions and the ledger: their rows never go
    DOCUMENTS = "documents"  # signed PDFs
    EVIDENCE = "evidence"
    RECAP = "recap"  # yearly bundles: what is left when the documents are gone
    PAPERS = "papers"  # drafts, returned content, what was printed to be signed
    LOGS = "logs"


@dataclass(frozen=True, slots=True)
class Term:
    """For how many years at least (None: for ever), and where that stands."""

    kind: Kind
    years: int | None
    source: str
    disposable: bool = False  # whether anything of it can go: bytes of files, rows of logs


_ARCHIVES = "UU 43/2009; PP 12/2019; Permendagri 77/2020"
TERMS = (
    Term(Kind.REPORTS, 10, _ARCHIVES),
    Term(Kind.DOCUMENTS, 10, _ARCHIVES, disposable=True),
    Term(Kind.EVIDENCE, 10, _ARCHIVES, disposable=True),
    Term(Kind.RECAP, None, "UU 43/2009, JRA"),
    Term(Kind.PAPERS, 5, "UU 43/2009, JRA", disposable=True),
    Term(Kind.LOGS, 1, "PP 71/2019; UU 27/2022", disposable=True),
)
LAW = {term.kind: term for term in TERMS}


def years_of(kind: Kind, longer: Mapping[str, int]) -> int | None:
    """The years in force: the law's, or more where the setting says more; None for ever."""
    least = LAW[kind].years
    return None if least is None else max(least, longer.get(kind, 0))


def shifted(day: date, years: int) -> date:
    """The same day that many years later, or earlier when negative; where there is no 29 February, the day before it."""
    try:
        return day.replace(year=day.year + years)
    except ValueError:
        return date(day.year + years, 2, 28)


def kept_until(kind: Kind, closed: date, longer: Mapping[str, int]) -> date | None:
    """The last day on which what closed on that day must still be there; None for ever."""
    years = years_of(kind, longer)
    return None if years is None else shifted(closed, years)


def latest_before(kind: Kind, today: date, longer: Mapping[str, int]) -> date | None:
    """The latest "closed before" that may be listed today; None when nothing of the kind ever goes."""
    years = years_of(kind, longer)
    return None if years is None or not LAW[kind].disposable else shifted(today, -years)


def allowed_from(kind: Kind, before: date, longer: Mapping[str, int]) -> date:
    """The first day on which what closed before that day may be listed; only for kinds that can go."""
    years = years_of(kind, longer)
    if years is None:
        raise ValueError(f"{kind} is kept for ever")
    return shifted(before - timedelta(days=1), years) + timedelta(days=1)
