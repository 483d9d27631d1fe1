"""Two people, or two workers, at the same moment: one of them wins, and nothing is left half done."""

from collections.abc import Callable
from threading import Barrier, Thread

import pytest
from django.conf import settings as site
from django.core import mail
from django.db import connections

from approvals import services, tasks
from approvals.authority import create_authority, issue_signer
from approvals.factors import Factor
from approvals.models import Letter, Notice, SigningBatch
from approvals.services import BatchRefused
from submissions.models import Report
from tests.cast import PASSPHRASE, World
from tests.files import kept_in
from workflow.engine import Outcome, Refused
from workflow.models import Decision, Outbox


@pytest.fixture(autouse=True)
def keys(tmp_path_factory: pytest.TempPathFactory, settings) -> None:
    folder = tmp_path_factory.mktemp("keys")
    settings.SIGNING_KEYS = folder
    settings.STORAGES = kept_in(folder / "files")
    create_authority(folder)


def together(*acts: Callable[[], object]) -> list[object]:
    """Each act in a thread of its own, all let go at once; what it answered or raised."""
    gate = Barrier(len(acts))
    answers: list[object] = [None] * len(acts)

    def run(place: int, act: Callable[[], object]) -> None:
        try:
            gate.wait(60)
            answers[place] = act()
        except (BatchRefused, Refused) as refused:
            answers[place] = refused
        finally:
            connections.close_all()

    threads = [Thread(target=run, args=pair) for pair in enumerate(acts)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    return answers


def prepared(cast: World, reports: list[Report]) -> SigningBatch:
    path = site.SIGNING_KEYS / f"signer-{cast.citra.pk}.p12"
    issue_signer(site.SIGNING_KEYS, cast.citra.name, str(cast.citra.nip), "Dinas", PASSPHRASE, path=path)
    services.verify(actor=cast.budi, versions=cast.submitted(reports, 10))
    batch = services.prepare(actor=cast.citra, period=cast.period(), versions=cast.versions(reports))
    services.render(batch.pk)
    return SigningBatch.objects.get(pk=batch.pk)


def test_signing_and_returning_at_once_end_in_one_of_the_two(committed: dict[str, str], cast: World) -> None:
    cast.items(3)
    reports = cast.open()
    batch, versions, factor = prepared(cast, reports), cast.versions(reports[:1]), cast.factor("citra")
    signed, returned = together(
        lambda: services.sign(actor=cast.citra, batch=batch, factor=factor, passphrase=PASSPHRASE),
        lambda: services.send_back(actor=cast.citra, versions=versions, reason="Angka tidak sesuai SP2D")[0],
    )
    assert isinstance(returned, Outcome)
    states = sorted(Report.objects.values_list("state", flat=True))
    if returned.done:
        assert isinstance(signed, Refused)
        assert states == ["returned", "verified", "verified"]
        assert SigningBatch.objects.get().state == "void"
    else:
        assert states == ["published"] * 3
        assert SigningBatch.objects.get().state == "published"


def test_four_clicks_on_sign_publish_once(
    committed: dict[str, str], cast: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    cast.items(2)
    batch = prepared(cast, cast.open())
    # As if each click had a code of its own: here the document alone must see to it.
    monkeypatch.setattr(services, "check", lambda *given: None)
    answers = together(
        *[lambda: services.sign(actor=cast.citra, batch=batch, factor=Factor(), passphrase=PASSPHRASE)] * 4
    )
    assert sum(isinstance(one, SigningBatch) for one in answers) == 1
    assert SigningBatch.objects.get().state == "published"
    assert Decision.objects.filter(verb="publish").count() == 2


def test_four_clicks_on_prepare_make_one_document(committed: dict[str, str], cast: World) -> None:
    cast.items(2)
    reports = cast.open()
    services.verify(actor=cast.budi, versions=cast.submitted(reports, 10))
    versions, period = cast.versions(reports), cast.period()
    together(*[lambda: services.prepare(actor=cast.citra, period=period, versions=versions)] * 4)
    assert SigningBatch.objects.count() == 1


def test_four_workers_tell_and_write_once(committed: dict[str, str], cast: World) -> None:
    cast.items(5)
    reports = cast.open()
    versions = cast.submitted(reports, 10)
    services.send_back(actor=cast.budi, versions=versions, reason="Bukti belum ada di berkas")
    together(*[tasks.drain] * 4)
    tasks.drain()
    assert not Outbox.objects.filter(done_at=None).exists()
    assert Notice.objects.exclude(mailed_at=None).count() == 5
    # One act is one letter, or two when another worker had begun to send the first.
    assert len(mail.outbox) == Letter.objects.exclude(sent_at=None).count() <= 5
    assert sum(letter.body.count("Bukti belum ada di berkas") for letter in mail.outbox) == 5
