"""Who tries to decide on what is his own leaves a trace, by whatever door he comes; once for each try."""

import json
from datetime import datetime
from typing import Any

import psycopg
import pytest
from django.db import IntegrityError, connection, transaction

from approvals import services
from approvals.authority import create_authority, issue_signer
from approvals.desk_bulk import decide_many
from approvals.models import SigningBatch
from registry.models import User
from submissions.models import Report
from tests.cast import PASSPHRASE, WITA, World, assign
from tests.files import kept_in
from workflow import engine, granting, route
from workflow.engine import Refused
from workflow.models import Act, Attempt, Grant

Kept = tuple[str, str, str, int]
WHY = "Uang dan volume tidak cocok, mohon diperiksa kembali"


def attempts() -> list[Kept]:
    """Who tried what on which report and was refused why; and the ledger tells the same."""
    rows = list(Attempt.objects.order_by("pk").select_related("actor"))
    with connection.cursor() as cursor:
        cursor.execute("SELECT payload FROM ledger.event WHERE of_table = 'workflow_attempt' ORDER BY id")
        told = [json.loads(payload) for (payload,) in cursor.fetchall()]
    assert [(one["op"], one["id"], one["actor"]) for one in told] == [
        ("I", row.pk, str(row.actor_id)) for row in rows
    ]
    assert all(one["offices"] for one in told)
    assert all(row.act_id for row in rows)
    return [(row.actor.username, row.verb, row.code, row.object_id) for row in rows]


@pytest.fixture
def own(cast: World) -> list[Report]:
    """Three reports of January that Ani entered and submitted; for these days she is also Plt. of who verifies them."""
    cast.items(3)
    reports = cast.open()
    cast.submitted(reports, 10)
    assign(cast.ani, cast.posts["section_head"], kind="plt", start="2026-02-02", end="2026-03-01")
    return reports


@pytest.mark.parametrize("verb", ["verify", "return"])
def test_ani_tries_to_decide_on_her_own_and_the_same_key_counts_once(
    cast: World, own: list[Report], verb: str
) -> None:
    def tried(key: str | None) -> str:
        versions = cast.versions(own[:1])
        said: dict[str, Any] = {"reason": WHY} if verb == "return" else {}
        (outcome,) = engine.perform(verb, Report, versions, actor=cast.ani, key=key, **said)
        return outcome.code

    row = ("ani", verb, "route.self", own[0].pk)
    assert (tried("kunci"), tried("kunci"), attempts()) == ("route.self", "route.self", [row])
    assert (tried(None), attempts()) == ("route.self", [row, row])
    assert Report.objects.get(pk=own[0].pk).state == "submitted"


def test_in_bulk_each_of_her_own_is_kept_and_the_rest_is_done(cast: World, own: list[Report]) -> None:
    versions = cast.versions(own)
    for _click in (1, 2):
        decide_many(actor=cast.ani, verb=route.VERIFY, seen=versions, query="", key="sekali")
    assert attempts() == [("ani", "verify", "route.self", report.pk) for report in own]


def test_other_refusals_are_no_attempts(cast: World, own: list[Report]) -> None:
    services.verify(actor=cast.gita, versions=cast.versions(own))
    services.verify(actor=cast.ani, versions={report.pk: 99 for report in own})
    services.send_back(actor=cast.fitri, versions=cast.versions(own), reason="pendek")
    assert attempts() == []


def deputy(cast: World, who: str = "budi") -> User:
    """Somebody who verified is Plh. of who signs."""
    assign(cast.people[who], cast.posts["agency_head"], kind="plh", start="2026-02-02", end="2026-03-01")
    return cast.people[who]


def verified(cast: World, count: int = 2) -> list[Report]:
    cast.items(count)
    reports = cast.open()
    services.verify(actor=cast.budi, versions=cast.submitted(reports, 10))
    return reports


def test_at_two_tiers_he_has_no_document_prepared_and_it_is_kept(cast: World) -> None:
    reports, budi = verified(cast), deputy(cast)
    with pytest.raises(Refused):
        services.prepare(actor=budi, period=cast.period(), versions=cast.versions(reports))
    assert attempts() == [("budi", "sign", "route.twice", report.pk) for report in reports]
    assert not SigningBatch.objects.exists()


@pytest.fixture
def keys(cast: World, tmp_path: Any, settings: Any) -> None:
    settings.SIGNING_KEYS = tmp_path
    settings.STORAGES = kept_in(tmp_path / "files")
    create_authority(tmp_path)
    path = tmp_path / f"signer-{cast.budi.pk}.p12"
    issue_signer(tmp_path, cast.budi.name, str(cast.budi.nip), "Dinas", PASSPHRASE, path=path)


def test_a_waiver_that_ends_between_document_and_signature_leaves_the_attempt(
    cast: World, keys: None
) -> None:
    """The signature is one transaction that is rolled back as a whole; the attempt is not."""
    reports, budi = verified(cast), deputy(cast)
    grant = _waiver(cast, budi)
    batch = services.prepare(actor=budi, period=cast.period(), versions=cast.versions(reports))
    services.render(batch.pk)
    assert attempts() == []
    granting.revoke(grant=grant, actor=cast.root, reason="Kepala dinas sudah kembali")
    with pytest.raises(Refused):
        services.sign(actor=budi, batch=batch, factor=cast.factor("budi"), passphrase=PASSPHRASE)
    assert attempts() == [("budi", "sign", "route.twice", report.pk) for report in reports]
    assert SigningBatch.objects.get().state == "void"
    assert set(Report.objects.values_list("state", flat=True)) == {"verified"}


def test_the_law_that_changes_within_the_signature_itself_leaves_the_attempt(
    cast: World, keys: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Revoked after the look at the law and before the act: refused inside the transaction that publishes."""
    reports, budi = verified(cast), deputy(cast)
    grant = _waiver(cast, budi)
    batch = services.prepare(actor=budi, period=cast.period(), versions=cast.versions(reports))
    services.render(batch.pk)
    keep = services._keep

    def revoked_meanwhile(*args: Any) -> SigningBatch:
        kept = keep(*args)
        granting.revoke(grant=grant, actor=cast.root, reason="Kepala dinas sudah kembali")
        return kept

    monkeypatch.setattr(services, "_keep", revoked_meanwhile)
    with pytest.raises(Refused):
        services.sign(actor=budi, batch=batch, factor=cast.factor("budi"), passphrase=PASSPHRASE)
    assert attempts() == [("budi", "sign", "route.twice", report.pk) for report in reports]


def _waiver(cast: World, person: User) -> Grant:
    return granting.give(
        key="request-1", kind=Grant.Kind.WAIVER, actor=cast.root, office="Bagian", scope_path=cast.agency.path,
        person=person, reason="Kepala dinas sedang cuti panjang", expires_at=datetime(2026, 3, 1, tzinfo=WITA),
    )  # fmt: skip


def test_a_set_that_goes_as_a_whole_is_kept_though_all_of_it_is_rolled_back(
    committed: dict[str, str], cast: World
) -> None:
    reports, budi = verified(cast, 3), deputy(cast)
    mine = [("budi", "sign", "route.twice", report.pk) for report in reports]
    for _click in (1, 2):
        with pytest.raises(Refused):
            engine.perform(
                route.SIGN, Report, cast.versions(reports), actor=budi, whole=True, key="tanda-tangan"
            )
        assert attempts() == mine
    assert not Act.objects.filter(key="tanda-tangan").exists()
    for role in ("app", "owner", "superuser"):
        with psycopg.connect(committed[role]) as raw:
            for statement in (
                "UPDATE workflow_attempt SET code = 'route.state'",
                "DELETE FROM workflow_attempt",
                "TRUNCATE workflow_attempt",
            ):
                with pytest.raises(psycopg.Error), raw.transaction():
                    raw.execute(statement)
    assert attempts() == mine


def test_an_attempt_is_neither_changed_nor_removed(cast: World, own: list[Report]) -> None:
    services.verify(actor=cast.ani, versions=cast.versions(own[:1]))
    for act in (
        lambda: Attempt.objects.update(code="route.state"),
        lambda: Attempt.objects.all().delete(),
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            act()
    assert len(attempts()) == 1
