"""A town whose citizens write: Hadi's bureau at the root, a road, two districts, and messages of people nobody knows."""

import io
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from PIL import Image

from ledger.clock import now
from ledger.recording import recorded
from portal.models import Feedback
from portal.voices import moderation, posting
from portal.voices.forms import new_stamp
from portal.voices.moderation import Seen
from portal.voices.posting import Message
from portal.voices.senders import HOUR
from registry.models import BudgetItem, Post, Unit, User
from tests.cast import World, assign

WORDS = "Jalan di depan sekolah berlubang besar sejak dua minggu."
REPLY = "Lubang sudah ditutup kemarin oleh tim pemeliharaan jalan."
MAIL = "warga@contoh.test"


@dataclass
class Town:
    """The cast, and what citizens meet."""

    cast: World
    road: BudgetItem
    root: Unit
    districts: Sequence[Unit]
    hadi: User
    other_head: User
    written: int = field(default=0)

    def message(self, **said: Any) -> Feedback:
        """A message about the road, from another sender each time."""
        self.written += 1
        wish: dict[str, Any] = {
            "government": self.cast.government,
            "kind": "complaint",
            "text": WORDS,
            "item": self.road,
            "unit": self.road.unit,
            "month": 1,
        } | said
        return posting.receive(message=Message(**wish), sender=f"s{self.written:04}")

    def routed(self, **said: Any) -> Feedback:
        """The same, passed on to the agency of the road."""
        one = self.message(**said)
        moderation.route(actor=self.hadi, seen=seen(one), unit=self.cast.agency)
        return fresh(one)

    def answered(self, **said: Any) -> Feedback:
        """The same, answered by Citra."""
        one = self.routed(**said)
        moderation.answer(actor=self.cast.citra, seen=seen(one), text=REPLY)
        return fresh(one)

    def later(self, hours: float = 1) -> None:
        """Move the clock on."""
        self.cast.move_clock(now_after(hours))

    def post(self, client: Client, **said: Any) -> Any:
        """Fill in the form and send it after a while, as a person does."""
        address = said.pop("address", self.address)
        stamp = said.pop("stamp", None) or new_stamp()
        self.later(0.01)
        form = {"kind": "complaint", "text": WORDS, "stamp": stamp} | said
        return client.post(address, form)

    @property
    def address(self) -> str:
        """Where something is said about the road."""
        return f"{reverse('voices:new')}?unit={self.road.unit.code}&item={self.road.sub_activity_code}&month=2026-01"


def now_after(hours: float) -> Any:
    """The database's clock, so many hours later."""
    return now() + HOUR * hours


def furnish(cast: World) -> Town:
    """The town on the morning of 3 February 2026."""
    with recorded(None):
        root = Unit.objects.get(parent=None, government=cast.government)
        hadi = User.objects.create_user("hadi", name="Hadi Purwasari", email="hadi@contoh.test")
        assign(hadi, Post.objects.create(unit=root, role="oversight", title="Kepala Bagian Organisasi"))
        lintang = User.objects.create_user("lintang", name="Lintang Arumdalu")
        assign(lintang, cast.posts["other_agency_head"])
        districts = [
            Unit.objects.create(
                government=cast.government,
                parent=root,
                kind="DISTRICT",
                code=f"7.01.0.00.0.00.{at:02}.0000",
                name=name,
            )
            for at, name in enumerate(("Kecamatan Muara Hening", "Kecamatan Bukit Sari"), 1)
        ]
    cast.people["hadi"], cast.people["lintang"] = hadi, lintang
    return Town(cast, cast.item(), root, districts, hadi, lintang)


def seen(one: Feedback) -> Seen:
    """A message as an official who has just opened its page sees it."""
    return Seen(one.pk, fresh(one).moved_at.isoformat())


def fresh(one: Feedback) -> Feedback:
    """As it is now."""
    return Feedback.objects.get(pk=one.pk)


def photo() -> SimpleUploadedFile:
    """A camera's JPEG of 60 by 40 points with the place and the device in it."""
    image, exif = Image.new("RGB", (60, 40), "grey"), Image.Exif()
    exif[0x010F] = "KameraContoh"
    exif.get_ifd(0x8825).update({1: "S", 2: (0.0, 30.0, 7.0), 3: "E", 4: (117.0, 9.0, 13.0)})
    written = io.BytesIO()
    image.save(written, "JPEG", exif=exif)
    return SimpleUploadedFile("jalan.jpg", written.getvalue(), content_type="image/jpeg")
