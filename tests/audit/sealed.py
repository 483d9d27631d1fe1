"""Reports that went all the way and are sealed, in a database of their own: what a proof is made of."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import psycopg
from django.conf import settings as site
from django.test import Client, override_settings

from approvals import services as approvals
from ledger.notes import Sealer, sealer_of
from ledger.sealing import seal
from submissions import comments
from submissions.models import Report
from tests import databases
from tests.approvals.issued import published, revised
from tests.cast import World, inhabited
from tests.files import kept_in
from workflow.record import law


@dataclass
class Sealed:
    """`first` was published and then replaced by `second`; `foreign` was published with it. `prints` are the checkpoints that
    stand in the documents of the first and of the second, `early` one from before anything was entered."""

    cast: World
    urls: dict[str, str]
    sealer: Sealer
    first: Report
    second: Report
    foreign: Report
    early: str

    def seal(self) -> None:
        with psycopg.connect(self.urls["sealer"], autocommit=True) as connection:
            while seal(connection, self.sealer):
                pass

    def checkpoints(self) -> list[str]:
        """The notes, oldest first."""
        with psycopg.connect(self.urls["auditor"]) as connection:
            return [
                note for (note,) in connection.execute("SELECT note FROM ledger.checkpoint ORDER BY size")
            ]

    def browser(self, who: str = "dewi") -> Client:
        client = Client()
        client.cookies[site.LANGUAGE_COOKIE_NAME] = "en"
        client.force_login(self.cast.people[who], backend="django.contrib.auth.backends.ModelBackend")
        return client

    def archive(self, report: Report) -> bytes:
        """What Dewi downloads."""
        answer: Any = self.browser().get(f"/audit/reports/{report.token}/proof/")
        assert answer.status_code == 200, answer.headers
        return b"".join(answer.streaming_content)

    def unpacked(self, report: Report, folder: Path) -> Path:
        folder.mkdir(parents=True)
        packed = folder.with_suffix(".zip")
        packed.write_bytes(self.archive(report))
        with ZipFile(packed) as archive:
            archive.extractall(folder)
        return folder


@contextmanager
def sealed_world(folder: Path) -> Iterator[Sealed]:
    """A site's database with one month of two sub-activities, one of which was corrected after its publication."""
    own = {
        "SIGNING_KEYS": folder,
        "LEDGER_KEYS": folder / "ledger",
        "STORAGES": kept_in(folder / "files"),
    }
    urls = databases.clone_database("proof")
    try:
        with override_settings(**own), databases.pointed_at(databases.name_of(urls)):
            law.cache_clear()
            yield _lived(urls, sealer_of(folder / "ledger"))
    finally:
        databases.drop_database(urls)


def _lived(urls: dict[str, str], sealer: Sealer) -> Sealed:
    def clock(moment: datetime) -> None:
        with psycopg.connect(urls["owner"], autocommit=True) as owner:
            owner.execute("UPDATE jenjang_clock SET ahead = %s - clock_timestamp()", [moment])

    cast = inhabited(clock)
    cast.items(2, ceilings=(1_000_000, 2_000_000))
    first, foreign = reports = cast.open()
    world = Sealed(cast, urls, sealer, first, first, foreign, "")
    world.seal()
    (world.early,) = world.checkpoints()
    cast.entered(reports, 4_000, 1_000, problems=["LAND"], problem_text="Lahan belum bebas")
    cast.with_evidence([first])
    versions = cast.submitted(reports, 5_000, 1_000)
    comments.say(
        actor=cast.budi,
        report=first,
        version=versions[first.pk],
        mark="",
        text="Sudah dicocokkan dengan SP2D",
    )
    assert all(one.done for one in approvals.verify(actor=cast.budi, versions=versions))
    world.seal()
    published(cast, reports)
    world.seal()
    revised(cast, first)
    world.seal()
    world.first, world.foreign = Report.objects.get(pk=first.pk), Report.objects.get(pk=foreign.pk)
    world.second = Report.objects.get(item=first.item_id, revision=1)
    return world
