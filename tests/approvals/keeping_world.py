"""Who keeps records, in the world of the cast: Hadi and Lia hold posts of the central bureau, Joko heads the government.

January 2026 of three sub-activities has a photograph each, at two agencies; then it is 3 February 2037, and no law needs the
evidence of 2026 any longer.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile

from approvals.keeping import services
from approvals.keeping.law import KeepingRefused
from approvals.keeping.rules import Kind
from approvals.models import Disposal, Hold
from approvals.tasks import drain
from ledger.recording import recorded
from registry.models import Post, Unit
from submissions import evidence
from submissions.models import Evidence, Report
from tests.approvals.bureau import settle
from tests.approvals.issued import keys_in
from tests.cast import World, assign, png

WHY = "Pemeriksaan BPK atas pekerjaan jalan"
BEFORE = date(2027, 1, 1)
LATER = "2037-02-03 09:00"
MINUTES_NO, MINUTES_DATE = "BA-7/2037", date(2037, 2, 3)


@dataclass
class House:
    """The people and what they keep."""

    cast: World
    root: Unit

    def __getattr__(self, name: str) -> Any:
        return getattr(self.__dict__["cast"], name)

    def list(
        self, kind: str = "evidence", by: str = "hadi", unit: Unit | None = None, before: date = BEFORE
    ) -> Disposal:
        """Somebody lists what may go."""
        return services.list_things(
            actor=self.cast.people[by], kind=Kind(kind), unit=unit or self.root, before=before
        )

    def approve(self, listed: Disposal, by: str = "lia", **said: Any) -> Disposal:
        """Somebody approves it, having seen it just now."""
        fresh = Disposal.objects.select_related("unit__government").get(pk=listed.pk)
        usual = {"minutes_no": MINUTES_NO, "minutes_date": MINUTES_DATE, "seen": seen(fresh)}
        return services.approve(actor=self.cast.people[by], listed=listed, **{**usual, **said})

    def hold(self, unit: Unit | None = None, by: str = "hadi", **said: Any) -> Hold:
        """Somebody places a hold; on everything unless said."""
        usual = {"fiscal_year": None, "report": None, "reason": WHY, "reference": "S-12/BPK/2037"}
        return services.place_hold(actor=self.cast.people[by], unit=unit or self.root, **{**usual, **said})

    def release(self, hold: Hold, by: str = "hadi", **said: Any) -> Hold:
        usual = {"reason": "Pemeriksaan sudah selesai", "reference": "S-99/BPK/2037"}
        return services.release_hold(actor=self.cast.people[by], hold=hold, **{**usual, **said})

    def gone(self, **said: Any) -> Disposal:
        """A list that was made, approved and carried out."""
        listed = self.approve(self.list(**said))
        drain()
        return Disposal.objects.get(pk=listed.pk)


def houses(cast: World) -> House:
    """The bureau with two posts at the root, in the world of the cast."""
    bureau = settle(cast)
    with recorded(None):
        second = Post.objects.create(
            unit=bureau.posts["bureau"].unit, role="oversight", title="Kepala Subbagian Kearsipan"
        )
    assign(cast.lia, second)
    return House(cast, bureau.posts["bureau"].unit)


def photographed(cast: World) -> None:
    """A photograph each, and one that two reports of one agency share."""
    cast.items(2)
    cast.item(
        "1.02.02.2.01.0001", unit=cast.other_agency, officer="other_officer", verifier="other_section_head"
    )
    first, second, third = cast.open()
    for number, (who, one) in enumerate((("ani", first), ("ani", second), ("eko", third))):
        attach(cast, [one], f"lokasi {number}", who)
    attach(cast, [first, second], "bersama")


def attach(cast: World, reports: Sequence[Report], comment: str, by: str = "ani") -> list[Evidence]:
    upload = SimpleUploadedFile(f"{comment}.png", png(comment))
    return evidence.attach_to_all(
        actor=cast.people[by], reports=list(reports), upload=upload, kind="PHOTO_PROGRESS"
    )


def kept_house(cast: World, tmp_path: Path, settings: Any) -> House:
    """The house ten years later, with its files in a folder of the test's own."""
    keys_in(tmp_path, settings)
    found = houses(cast)
    photographed(cast)
    cast.at(LATER)
    return found


def seen(listed: Disposal) -> str:
    """What the page of a list sends back of how it was seen."""
    return services.mark_of(listed, services.held_now(listed))


def there(one: Evidence) -> bool:
    """Whether the bytes of a file are stored."""
    return default_storage.exists(str(one.file.name))


def spared(listed: Disposal) -> list[str]:
    """Why things of a list were kept, in the order of the list."""
    return list(listed.items.order_by("pk").values_list("spared", flat=True))


def refused(act: Callable[[], object]) -> str:
    """The code with which an act is refused."""
    with pytest.raises(KeepingRefused) as caught:
        act()
    return caught.value.code


def said(page: Any) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", page.content.decode()).split())
