"""What a document's signature says, remembered for a few minutes, so that a page that many look at does not check it each time.

The very bytes are what is remembered by, with all that is trusted and revoked, and the moment they are checked for: a file
that was changed, an authority that was taken away or a certificate that was revoked is another question, and is checked at
once. Only what holds is remembered; each process remembers for itself, where nobody else can write.
"""

import hashlib
import time
from collections import OrderedDict
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from django.conf import settings

from approvals.signing import Verdict, verify
from approvals.signing_trust import INSTALLED

MINUTES = 5
MOST = 500  # documents
Question = tuple[str, str, datetime, bool]

_known: OrderedDict[Question, tuple[float, Verdict]] = OrderedDict()


def verdict_of(pdf: bytes, trust: Sequence[bytes], *, at: datetime) -> Verdict:
    """As `signing.verify`, but a document that was found good in the last minutes is not checked again."""
    asked = (hashlib.sha256(pdf).hexdigest(), _trusted(trust), at, settings.REVOCATION_FETCH)
    known = _known.get(asked)
    if known and known[0] > time.monotonic():
        return known[1]
    verdict = verify(pdf, trust, at=at)
    if verdict.valid:
        _known[asked] = (time.monotonic() + MINUTES * 60, verdict)
        while len(_known) > MOST:
            _known.popitem(last=False)
    return verdict


def _trusted(trust: Sequence[bytes]) -> str:
    """A fingerprint of all that a check looks at beside the document itself."""
    digest = hashlib.sha256(b"".join(hashlib.sha256(one).digest() for one in trust))
    for pattern in INSTALLED:
        for path in sorted(Path(settings.SIGNING_KEYS).glob(pattern)):
            digest.update(path.name.encode() + b"\0" + hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()
