"""The people around requests: Hadi reviews at the bureau, Indah gives second opinions, Joko is superior of both.

Kiran helps other agencies by mandate; Lia is Hadi's colleague in nothing but name: she holds the post of another bureau.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any

import pytest
from django.contrib.auth.hashers import make_password
from django.core.files.uploadedfile import SimpleUploadedFile

from approvals import asking_law, asking_positions, requests
from approvals.asking_law import RequestRefused, Wish
from approvals.correcting import Change
from approvals.models import Notice, Request
from approvals.tasks import drain
from ledger.recording import recorded
from registry.models import Post, Unit, User
from submissions.models import Report
from tests.cast import PASSWORD, PNG, World, assign

WHY = "Server SIPD tidak dapat dibuka selama dua hari"


@dataclass
class Bureau:
    """Whom requests go to, and how the agency asks."""

    cast: World
    posts: dict[str, Post]

    def office(self, who: str, kind: str = "reopening") -> Any:
        return asking_law.askers(self.cast.people[who], kind)[0]

    def wish(self, kind: str, by: str = "citra", **said: Any) -> Wish:
        """What somebody asks for; January and its usual end unless said."""
        usual: dict[str, Any] = {"months": [1], "reason": WHY}
        if kind == "extension":
            usual["until"] = date(2026, 2, 20)
        elif kind in ("waiver", "assistance"):
            usual["until"] = date(2026, 3, 31)
            usual["person"] = self.cast.budi if kind == "waiver" else self.cast.kiran
        else:
            usual["days"] = 3
        if kind == "amendment":
            published = Report.objects.filter(state="published").order_by("pk").first()
            usual |= {"category": "typo", "upload": SimpleUploadedFile("bukti.png", PNG)}
            usual["changes"] = [corrected(published, 15)] if published else []
        return Wish(kind=kind, office=self.office(by, kind), fiscal_year=self.cast.year, **{**usual, **said})

    def ask(self, kind: str, by: str = "citra", **said: Any) -> Request:
        return requests.ask(actor=self.cast.people[by], wish=self.wish(kind, by, **said))

    def answer(self, case: Request, who: str, agree: bool = True, **said: Any) -> None:
        """An answer as given on a fresh page."""
        step = said.pop("step", "second" if who == "indah" else "review")
        requests.answer(
            actor=self.cast.people[who],
            case=case,
            step=step,
            agree=agree,
            reason=said.pop("reason", "Alasan dan bukti sudah diperiksa"),
            seen=said.pop("seen", self.seen(case)),
        )

    def revoke(
        self, case: Request, who: str = "hadi", reason: str = "Data sudah lengkap sebelum waktunya"
    ) -> None:
        requests.revoke(actor=self.cast.people[who], case=case, reason=reason, seen=self.seen(case))

    def seen(self, case: Request) -> int:
        return requests.people_acts(case.acts.all())

    def state(self, case: Request) -> str:
        return asking_positions.positions([case])[case.pk].state

    def open(self, case: Request) -> set[str]:
        return asking_positions.positions([case])[case.pk].open

    def acts(self, case: Request) -> list[str]:
        """What happened, in order: "asked", "reminded review", ..."""
        return [f"{act.kind} {act.step}".strip() for act in case.acts.all()]


def corrected(report: Report, money: int) -> Change:
    """Another amount for the first line of a published report."""
    line = report.lines.order_by("pk").first()
    assert line is not None
    return Change(
        report.pk,
        report.item_id,
        report.period.month,
        line.line_id,
        "realized",
        f"{line.realized:f}",
        str(money),
    )


def settle(cast: World) -> Bureau:
    """The bureau, the inspectorate and their superior, in the world of the cast."""
    with recorded(None):
        root = Unit.objects.get(parent=None)
        inspectorate = Unit.objects.create(
            government=cast.government,
            parent=root,
            kind="AGENCY",
            code="6.01.0.00.0.00.01.0000",
            name="Inspektorat",
        )
        inspectorate.refresh_from_db()
        above = Post.objects.create(unit=root, role="agency_head", title="Sekretaris Daerah")
        posts = {
            "secretary": above,
            "bureau": Post.objects.create(
                unit=root, role="oversight", title="Kepala Bagian Administrasi Pembangunan", superior=above
            ),
            "inspector": Post.objects.create(
                unit=inspectorate, role="inspector", title="Inspektur", superior=above
            ),
            "helper": Post.objects.create(unit=root, role="assistant", title="Pendamping Wilayah"),
        }
        people = {
            "hadi": ("Hadi Wanareja", "bureau"),
            "indah": ("Indah Kencanawati", "inspector"),
            "joko": ("Joko Samodra", "secretary"),
            "kiran": ("Kiran Adiluhung", "helper"),
            "lia": ("Lia Parikesit", None),
        }
        password = make_password(PASSWORD)
        for number, (username, (name, post)) in enumerate(people.items(), 20):
            person = User(
                username=username, name=name, nip=f"198001012005012{900 + number}", email=f"{username}@contoh.test",
                password=password,
            )  # fmt: skip
            person.save()
            cast.people[username] = person
            if post:
                assign(person, posts[post])
    return Bureau(cast, posts)


@pytest.fixture
def bureau(cast: World) -> Bureau:
    """January and February of one sub-activity; the clock stands at 3 February 2026, 09:00 WITA, so January is due soon."""
    bureau = settle(cast)
    cast.items(2)
    cast.open(1)
    return bureau


def locked(cast: World) -> None:
    """January is locked: 23 February, 09:00 WITA."""
    cast.at("2026-02-23 09:00")


def quarter(cast: World, bureau: Bureau) -> Request:
    """The first quarter is closed, and Citra asks for all of it: two opinions are needed."""
    cast.open(2)
    cast.open(3)
    cast.at("2026-04-27 09:00")
    return bureau.ask("reopening", months=[1, 2, 3])


def refused(act: Callable[[], object]) -> str:
    """The code with which an act is refused."""
    with pytest.raises(RequestRefused) as caught:
        act()
    return caught.value.code


def notices(who: User) -> list[str]:
    """What somebody was told so far."""
    drain()
    return list(Notice.objects.filter(person=who).order_by("pk").values_list("code", flat=True))
