"""What is said about a file: caption, when and where it was taken, and whether everybody may see it."""

import hashlib
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.utils import timezone

from ledger.clock import now as database_now
from submissions.evidence_images import EARLIEST
from submissions.models import Evidence
from wording.sentences import say

LONGEST_CAPTION = 300
PLACE = re.compile(r"[-\u2212+]?\d{1,3}(?:[.,]\d{1,12})?°?")
STEP = Decimal("0.000001")  # ten centimetres


@dataclass(frozen=True, slots=True)
class Said:
    """What a person says about a file. The moment is aware; the place is in degrees, both numbers or none."""

    caption: str = ""
    taken_at: datetime | None = None
    latitude: Decimal | None = None
    longitude: Decimal | None = None
    public: bool = False

    @classmethod
    def of(cls, kept: Any) -> "Said":
        """What stands at a file, or at one on its way."""
        return cls(kept.caption, kept.taken_at, kept.latitude, kept.longitude, kept.public)

    def columns(self) -> dict[str, Any]:
        """The same as columns of its row."""
        return asdict(self)


def mark_of(evidence: Evidence) -> str:
    """A short name of what is said about a file now, to see whether somebody said something else since."""
    said = Said.of(evidence)
    return hashlib.sha256(repr(said).encode()).hexdigest()[:16]


def read_said(given: Mapping[str, Any], prefix: str = "") -> tuple[Said, dict[str, str]]:
    """What was said in a form, and a sentence for each field that cannot be read; such a field counts as empty."""
    texts = {name: str(given.get(f"{prefix}{name}") or "").strip() for name in FIELDS}
    # Half of a sign, as a script that cuts a text in two leaves it, is nothing that the database can keep.
    reader = _Reader({name: text.encode(errors="replace").decode() for name, text in texts.items()})
    caption = reader.caption()
    latitude, longitude = reader.degrees("latitude", 90), reader.degrees("longitude", 180)
    reader.both(latitude, longitude)
    whole = latitude is not None and longitude is not None
    said = Said(
        caption=caption,
        taken_at=reader.moment(),
        latitude=latitude if whole else None,
        longitude=longitude if whole else None,
        public=reader.values["public"].lower() in {"1", "true", "on"},
    )
    return said, reader.errors


FIELDS = ("caption", "taken_at", "latitude", "longitude", "public")
EXAMPLES = {"latitude": "-0.502106", "longitude": "117.153709"}


class _Reader:
    def __init__(self, values: dict[str, str]) -> None:
        self.values = values
        self.errors: dict[str, str] = {}

    def caption(self) -> str:
        text = " ".join(self.values["caption"].replace("\x00", "").split())
        if len(text) > LONGEST_CAPTION:
            over = {"length": len(text), "limit": LONGEST_CAPTION, "reduce_by": len(text) - LONGEST_CAPTION}
            self.errors["caption"] = say("evidence.caption", over)
        return text[:LONGEST_CAPTION]

    def moment(self) -> datetime | None:
        text = self.values["taken_at"]
        if not text:
            return None
        try:
            found = datetime.fromisoformat(text)
            found = found if timezone.is_aware(found) else timezone.make_aware(found)
            late = found > database_now()
            if found.year < EARLIEST:
                raise ValueError(text)
        except (ValueError, OverflowError):
            self.errors["taken_at"] = say("evidence.taken", {"value": text[:40], "write": "2026-01-31T14:30"})
            return None
        if late:
            self.errors["taken_at"] = say("evidence.future", {"taken_at": found.isoformat()})
            return None
        return found

    def degrees(self, name: str, limit: int) -> Decimal | None:
        text = self.values[name]
        if not text:
            return None
        if text.isascii() or "\u2212" in text or "°" in text:
            plain = text.replace("\u2212", "-").replace(",", ".").rstrip("°")
            if PLACE.fullmatch(text) and abs(Decimal(plain)) <= limit:
                return Decimal(plain).quantize(STEP)
        self.errors[name] = say(f"evidence.{name}", {"value": text[:40], "write": EXAMPLES[name]})
        return None

    def both(self, latitude: Decimal | None, longitude: Decimal | None) -> None:
        """One number is no place."""
        for name, own, other in (("latitude", latitude, longitude), ("longitude", longitude, latitude)):
            if own is None and other is not None and name not in self.errors:
                self.errors[name] = say(f"evidence.{name}", {"value": "", "write": EXAMPLES[name]})
