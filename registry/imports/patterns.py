"""The code formats of a government, as the rules want them."""

from dataclasses import replace

from registry.models import Government
from registry.rules import INDONESIA, PAKISTAN, CodePatterns

CODES = ("unit", "sub_activity", "account")


def patterns_of(government: Government) -> CodePatterns:
    """Its patterns, with examples and widths for suggestions where they are ones that ship (domain.md 1.2)."""
    given = {kind: getattr(government, f"{kind}_pattern") for kind in CODES}
    patterns = CodePatterns(**given)
    for shipped in (INDONESIA, PAKISTAN):
        for kind, pattern in given.items():
            if pattern == getattr(shipped, kind):
                names = (f"{kind}_example", f"{kind}_widths")
                patterns = replace(patterns, **{name: getattr(shipped, name) for name in names})
    return patterns
