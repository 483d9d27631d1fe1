"""What is said beside a plan's file: which version, from which month, by which decision."""

from collections.abc import Sequence
from dataclasses import dataclass

from registry.imports.plan_rows import KINDS
from registry.imports.problems import Problems, in_words

MURNI = KINDS[0]
EFFECTIVE, BASIS = "--effective-month", "--legal-basis"


@dataclass(frozen=True, slots=True)
class PlanOptions:
    """`locale`: how numbers in texts are written, id or en. Months and legal bases: "5", or "pergeseran=5" each."""

    locale: str
    version: str | None = None
    effective_months: Sequence[str] = ()
    legal_bases: Sequence[str] = ()

    def of_versions(self, kinds: Sequence[str], problems: Problems) -> tuple[dict[str, int], dict[str, str]]:
        """First month and legal basis of each version in the file."""
        if not kinds:
            return {}, {}
        months = self._months(kinds, problems)
        for kind in kinds:
            if kind == MURNI:
                if months.setdefault(kind, 1) != 1:
                    problems.add("import.effective_murni", value=str(months[kind]))
            elif kind not in months and not problems:
                problems.add("import.effective_missing", version=kind)
        return months, _by_kind(BASIS, self.legal_bases, kinds, problems)

    def _months(self, kinds: Sequence[str], problems: Problems) -> dict[str, int]:
        months = {}
        for kind, value in _by_kind(EFFECTIVE, self.effective_months, kinds, problems).items():
            if value.isascii() and value.isdigit() and 1 <= int(value) <= 13:
                months[kind] = int(value)
            else:
                problems.add("import.effective_range", value=value)
        return months


def _by_kind(option: str, given: Sequence[str], kinds: Sequence[str], problems: Problems) -> dict[str, str]:
    """Which value is for which version. A bare value is for the only version that is not the original budget."""
    found: dict[str, str] = {}
    bare = [kind for kind in kinds if kind != MURNI] or list(kinds)
    for text in given:
        kind, mark, value = text.partition("=")
        kind, value = kind.strip().lower(), value.strip()
        if not mark or kind not in KINDS:
            value = text.strip()
            if len(bare) > 1 or (option == BASIS and len(kinds) > 1):
                problems.add("import.which_version", option=option, value=value, found=in_words(kinds))
                continue
            kind = bare[0]
        elif kind not in kinds:
            problems.add("import.effective_unused", option=option, value=text, found=in_words(kinds))
            continue
        if kind in found:
            problems.add("import.effective_twice", option=option, version=kind)
        found[kind] = value
    return found
