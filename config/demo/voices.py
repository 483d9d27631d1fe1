"""What citizens say in the demonstration: a complaint about a road and its answer (S18), others beside it, and the survey.

It happens on the 23rd and 24th of a month, days that everything else leaves free, through the product's own door.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from config.demo import clock
from config.demo.chance import stream
from config.demo.profiles import YEAR, ZONE
from portal.models import Feedback
from portal.voices import moderation, posting, survey
from portal.voices.ikm import ELEMENTS
from portal.voices.moderation import Seen
from portal.voices.posting import Message
from registry.models import BudgetItem, Government, Office, Post, Unit, User

ROAD = "1.03.10.2.01.0055"
ASKED = 40  # answers to the survey for each office in a month


@dataclass(frozen=True, slots=True)
class Said:
    """A message and what became of it; without an answer it still waits. Empty `about`: nothing in particular."""

    month: int
    kind: str
    about: str  # how the code of the sub-activity begins
    text: str
    place: str = ""
    answer: str = ""
    shown: bool = False
    solved: bool = False


SAYINGS: Sequence[Said] = (
    Said(
        3, "complaint", ROAD,
        "Jalan di depan pasar berlubang dalam dan tergenang tiap hujan. Dua sepeda motor sudah jatuh minggu ini.",
        "Jl. Purnama km 4, depan Pasar Lama",
        "Terima kasih atas laporannya. Lubang ditimbun sementara hari ini; pengaspalan segmen ini masuk jadwal minggu pertama "
        "bulan depan dan progresnya dapat dilihat pada halaman subkegiatan ini.",
        shown=True, solved=True,
    ),
    Said(
        3, "praise", ROAD, "Perbaikan jembatan kecil di Tirta Sari cepat dan rapi. Terima kasih.", "Tirta Sari",
        "Terima kasih. Kami sampaikan kepada tim pemeliharaan.", shown=True,
    ),
    Said(
        4, "question", ROAD, "Kapan jalan menuju SD di Rimba Tengah mulai dikerjakan? Papan proyeknya sudah lama terpasang.",
        "Rimba Tengah",
    ),
    Said(4, "suggestion", "", "Mohon lampu penerangan di tepi sungai dinyalakan lebih awal saat musim hujan.", "Tepi sungai"),
)  # fmt: skip


def live(month: int) -> None:
    """What citizens said on the 23rd of a month and officials did by the 24th, unless an earlier run did it."""
    here = Government.objects.get(code="99.01")
    spoken = [one for one in SAYINGS if one.month == month]
    day = datetime(YEAR, month, 23, 6, 40, tzinfo=ZONE)
    if Feedback.objects.filter(government=here, received_at__gte=day).exists() or not spoken:
        return
    clock.move(day)
    received = [(one, _received(one, here)) for one in spoken]
    clock.move(day.replace(hour=9))
    for one, feedback in received:
        _looked_at(one, feedback)
    clock.move(day.replace(day=24, hour=16))
    for one, feedback in received:
        _answered(one, feedback)
    _surveyed(here, month)


def _received(one: Said, here: Government) -> Feedback:
    item = (
        BudgetItem.objects.filter(unit__government=here, sub_activity_code__startswith=one.about)
        .select_related("unit")
        .order_by("pk")
        .first()
        if one.about
        else None
    )
    message = Message(
        government=here, kind=one.kind, text=one.text, place=one.place, item=item, month=one.month - 1
    )
    return posting.receive(message=message, sender="")


def _looked_at(one: Said, feedback: Feedback) -> None:
    bureau = _holder(role=Post.Role.OVERSIGHT, unit__parent=None, unit__government=feedback.government_id)
    unit = feedback.unit
    if unit and bureau:
        moderation.route(actor=bureau, seen=_seen(feedback), unit=unit)
        if one.shown:
            moderation.show(actor=bureau, seen=_seen(feedback))


def _answered(one: Said, feedback: Feedback) -> None:
    feedback = Feedback.objects.select_related("item", "routed_to").get(pk=feedback.pk)
    if not (one.answer and feedback.item and feedback.routed_to):
        return
    who = _holder(post=feedback.item.verifier_post_id) or _holder(
        role=Post.Role.AGENCY_HEAD, unit=feedback.routed_to.agency_id
    )
    if who:
        moderation.answer(actor=who, seen=_seen(feedback), text=one.answer)
        if one.solved:
            posting.solved(feedback=feedback)


def _holder(**where: object) -> User | None:
    office = Office.objects.filter(**where).select_related("person").order_by("pk").first()
    return office.person if office else None


def _seen(feedback: Feedback) -> Seen:
    return Seen(feedback.pk, Feedback.objects.get(pk=feedback.pk).moved_at.isoformat())


def _surveyed(here: Government, month: int) -> None:
    """People who were served at some offices answer nine questions; each office is as good as it is."""
    districts = list(Unit.objects.filter(government=here, kind=Unit.Kind.DISTRICT).order_by("pk")[:6])
    for unit in Unit.objects.filter(government=here, kind=Unit.Kind.AGENCY).order_by("pk")[:4]:
        rng = stream("survey", unit.code, month)
        good = rng.choice((2.7, 3.1, 3.5))
        for _ in range(ASKED):
            scores = [min(4, max(1, round(rng.gauss(good, 0.6)))) for _ in range(ELEMENTS)]
            district = rng.choice([*districts, None])
            survey.answer(unit=unit, scores=scores, district=district, comment="", sender="")
