"""Numbers with signs in them among words from right to left: "2026-01-31" and "−5" keep the order in which they were written.

Among Urdu words a browser would show 31-01-2026 and 5−; two marks that nobody sees hold such a piece together.
"""

import re

from django.utils.translation import get_language_bidi

_NUMBER = r"\d(?:[\d.,]*\d)?"
# Not after a letter (SHA-256), inside an address, or where the marks stand already.
_PIECE = re.compile(
    rf"(?<![\w\u200e\u2066/.-])(?:[-\u2212]{_NUMBER}(?:[-/:]{_NUMBER})*|{_NUMBER}(?:[-/:]{_NUMBER})+)"
)


def kept(text: str) -> str:
    """The text with each such number held together; as it is where words run from left to right."""
    return _PIECE.sub("\u2066\\g<0>\u2069", text) if get_language_bidi() else text
