"""A published pack is amended by a grant: a next revision, the same tiers, and the old one stays readable."""

from datetime import timedelta

import pytest

from indicators import services
from indicators.models import Pack, PackFile
from indicators.selectors import read
from ledger.clock import now
from tests.indicators.province import Province
from workflow import granting

REASON = "The auditors found a receivable that was counted twice."


def granted(province: Province, pack: Pack, subjects: tuple[str, ...] = ("2025-26/Q1",)) -> None:
    granting.give(
        key="request-1", kind="amendment", actor=province.zarmina, office="Corporate Governance Unit",
        scope_path=pack.unit.path, subjects=subjects, reason=REASON, expires_at=now() + timedelta(days=3),
    )  # fmt: skip


def amend(province: Province, pack: Pack, by: str = "shehram") -> str:
    (outcome,) = services.amend(actor=province.people[by], versions=province.versions(pack), reason=REASON)
    return outcome.code if not outcome.done else ""


def test_without_a_grant_nothing_is_amended(province: Province) -> None:
    pack = province.published(province.open())
    assert amend(province, pack) == "route.no_grant"
    granted(province, pack, subjects=("2025-26/Q2",))
    assert amend(province, pack) == "route.no_grant"


@pytest.mark.parametrize("who", ["palwasha", "tariq", "spozhmay"])
def test_a_grant_is_used_by_the_offices_it_is_for(province: Province, who: str) -> None:
    pack = province.published(province.open())
    granted(province, pack)
    assert amend(province, pack, by=who) == "route.office"


def test_the_next_revision_climbs_the_same_tiers_and_replaces_the_old_one(province: Province) -> None:
    pack = province.published(province.open())
    granted(province, pack)
    assert amend(province, pack) == ""
    assert amend(province, pack) == "route.revised"
    revision = Pack.objects.get(unit=pack.unit, quarter=1, revision=1)
    old = dict(pack.figures.values_list("code", "value"))
    assert dict(revision.figures.values_list("code", "value")) == old
    assert sorted(str(file.file.name) for file in PackFile.objects.filter(pack=revision)) == sorted(
        str(file.file.name) for file in PackFile.objects.filter(pack=pack)
    )
    assert (revision.state, revision.route, revision.form, revision.history.count()) == (
        "draft",
        pack.route,
        pack.form,
        1,
    )
    province.published(province.submitted(revision, receivable="100"))
    assert Pack.objects.get(pk=pack.pk).state == "superseded"
    assert str(pack.figures.get(code="receivable").value) == "200.00"


def test_a_later_quarter_reads_the_revision_that_counts(province: Province) -> None:
    pack = province.published(province.open())
    granted(province, pack)
    amend(province, pack)
    revision = Pack.objects.get(unit=pack.unit, quarter=1, revision=1)
    province.submitted(revision, cash="299")
    province.at("2026-01-15 09:00")
    second = province.open(2)
    (one,) = read([second.pk])
    assert one.quarters[1] is not None and str(one.quarters[1]["cash"]) == "300.00"
    granting.give(
        key="request-2", kind="reopening", actor=province.zarmina, office="Corporate Governance Unit",
        scope_path=pack.unit.path, reason=REASON, expires_at=now() + timedelta(days=3),
    )  # fmt: skip
    province.published(revision)
    (one,) = read([second.pk])
    assert one.quarters[1] is not None and str(one.quarters[1]["cash"]) == "299.00"


def test_a_revision_is_given_up_and_the_published_one_stays(province: Province) -> None:
    pack = province.published(province.open())
    (owed,) = services.cancel(
        actor=province.tariq, versions=province.versions(province.pack(1, province.hospital)), reason=REASON
    )
    assert owed.code == "route.owed"
    granted(province, pack)
    amend(province, pack)
    revision = Pack.objects.get(unit=pack.unit, quarter=1, revision=1)
    (outcome,) = services.cancel(actor=province.gulzar, versions=province.versions(revision), reason=REASON)
    assert outcome.done
    assert Pack.objects.get(pk=pack.pk).state == "published"
    assert amend(province, pack) == ""
    assert Pack.objects.filter(unit=pack.unit, quarter=1, revision=2).count() == 1


def test_a_locked_quarter_is_reopened_by_a_grant(province: Province) -> None:
    pack = province.open()
    province.at("2026-06-01 09:00")
    assert not services.submit(actor=province.gulzar, versions=province.versions(pack))[0].done
    granting.give(
        key="request-1", kind="reopening", actor=province.zarmina, office="Corporate Governance Unit",
        scope_path=pack.unit.path, subjects=("2025-26/Q1",), reason=REASON, expires_at=now() + timedelta(days=3),
    )  # fmt: skip
    assert province.submitted(pack).state == "submitted"
