"""What a page or a message says, without what is drawn by lot each time.

That a page does not say "Rp" or "444" is asked of what it says: among the letters of a form's token, a nonce, a UUID, a
digest or the name in an address any short word comes up sooner or later.
"""

import re

DRAWN = re.compile(
    r'name="csrfmiddlewaretoken" value="[^"]*"|\bnonce="[^"]*"'
    r"|\b[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}\b|(?<![0-9a-f])[0-9a-f]{32,}(?![0-9a-f])"
    # Names by lot are given by submissions.models.tokens: 20 letters or 22, of which some are large and some are small.
    r'|(?<=[/",])(?=[\w-]*[a-z])(?=[\w-]*[A-Z])[A-Za-z0-9_-]{20}(?:[A-Za-z0-9_]{2})?(?=[/",\r])'
)


def settled(text: str) -> str:
    """The text without tokens, nonces, UUIDs and digests: the same in every run."""
    return DRAWN.sub(" ", text)
