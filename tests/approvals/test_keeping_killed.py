"""A worker that dies while things go: whatever it was about to do, nothing is lost, and nothing is gone without a record."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.core.files.storage import FileSystemStorage, default_storage
from django.db.models import QuerySet

from approvals.keeping import disposing
from approvals.models import Disposal, DisposalItem
from approvals.tasks import drain
from submissions.models import DisposedFile, Evidence
from tests.approvals.keeping_world import House, kept_house, spared, there
from tests.cast import World
from workflow.models import Outbox

MOST_STEPS = 60


class Killed(BaseException):
    """What no handler catches: the process is not there any more."""


@pytest.fixture
def house(cast: World, tmp_path: Path, settings: Any) -> House:
    return kept_house(cast, tmp_path, settings)


@pytest.fixture
def deadly(monkeypatch: pytest.MonkeyPatch) -> Callable[[int], dict[str, int]]:
    """`deadly(n)` kills at the n-th thing that the worker does outside or inside, before it or after it."""
    left = {"count": 0, "done": 0}

    def dying(act: Callable[..., Any], *, after: bool) -> Callable[..., Any]:
        def wrapped(*args: Any, **named: Any) -> Any:
            found = act(*args, **named) if after else None
            left["count"] -= 1
            left["done"] += 1
            if left["count"] == 0:
                raise Killed
            return found if after else act(*args, **named)

        return wrapped

    def arm(count: int) -> dict[str, int]:
        left.update(count=count, done=0)
        return left

    for owner, name in (
        (FileSystemStorage, "delete"), (QuerySet, "bulk_update"), (QuerySet, "bulk_create"), (Disposal, "save"),
        (disposing, "follow_on"),
    ):  # fmt: skip
        act = getattr(owner, name)
        monkeypatch.setattr(owner, name, dying(dying(act, after=False), after=True))
    return arm


def killed(arm: Callable[[int], dict[str, int]], at: int) -> bool:
    """Whether the worker was killed at that step; afterwards nothing kills."""
    arm(at)
    try:
        drain()
    except Killed:
        return True
    finally:
        arm(-1)
    return False


def nothing_goes_unrecorded(listed: Disposal) -> None:
    """Of what is not there any more, the record says that it was begun; of what is called gone, nothing is there."""
    for item in DisposalItem.objects.filter(disposal=listed):
        present = there(Evidence.objects.get(pk=item.row))
        assert present or item.begun_at, "gone without a record"
        assert not (present and item.disposed_at), "called gone and there"


def test_killed_at_every_step_it_goes_on_and_ends_once(
    house: House, deadly: Callable[[int], dict[str, int]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(disposing, "AT_ONCE", 3)
    listed, step = house.approve(house.list()), 1
    while killed(deadly, step):
        nothing_goes_unrecorded(listed)
        step += 1
        assert step < MOST_STEPS
    done = Disposal.objects.get(pk=listed.pk)
    nothing_goes_unrecorded(done)
    assert step > 10 and done.state == Disposal.State.DONE and spared(done) == [""] * 5
    assert DisposedFile.objects.count() == 5 and not any(there(one) for one in Evidence.objects.all())
    assert not Outbox.objects.filter(topic="keeping.dispose", done_at=None).exists()


@pytest.mark.parametrize("deleted", [0, 1, 2])
def test_a_hold_that_comes_while_the_worker_is_dead_spares_what_is_still_there(
    house: House, monkeypatch: pytest.MonkeyPatch, deleted: int
) -> None:
    listed, left = house.approve(house.list(unit=house.agency)), {"count": deleted}
    delete = FileSystemStorage.delete

    def dying(self: FileSystemStorage, name: str) -> None:
        if left["count"] == 0:
            raise Killed
        left["count"] -= 1
        delete(self, name)

    with monkeypatch.context() as patch:
        patch.setattr(FileSystemStorage, "delete", dying)
        with pytest.raises(Killed):
            drain()
    assert DisposalItem.objects.exclude(begun_at=None).count() == 4 and not DisposedFile.objects.exists()
    names = set(Evidence.objects.filter(report__item__unit=house.agency).values_list("file", flat=True))
    present = {name for name in names if default_storage.exists(name)}
    assert len(present) == len(names) - deleted
    house.hold(house.agency)
    drain()
    done = Disposal.objects.get(pk=listed.pk)
    nothing_goes_unrecorded(done)
    assert done.state == Disposal.State.DONE
    assert {name for name in names if default_storage.exists(name)} == present, "nothing more went"
    kept_files = Evidence.objects.filter(file__in=present).count()
    assert spared(done).count("spared.held") == kept_files
    assert DisposedFile.objects.count() == 4 - kept_files


def test_a_storage_that_is_down_is_tried_again(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    listed = house.approve(house.list())

    def down(self: FileSystemStorage, name: str) -> None:
        raise OSError("the bucket does not answer")

    with monkeypatch.context() as patch:
        patch.setattr(FileSystemStorage, "delete", down)
        drain()
    assert Disposal.objects.get(pk=listed.pk).state == Disposal.State.APPROVED
    house.at("2037-02-03 09:30")
    drain()
    assert Disposal.objects.get(pk=listed.pk).state == Disposal.State.DONE


def test_two_workers_with_the_same_row_do_it_once(house: House) -> None:
    listed = house.approve(house.list())
    row = Outbox.objects.filter(topic="keeping.dispose").first()
    assert row
    drain()
    receipt = Disposal.objects.get(pk=listed.pk).receipt
    disposing.carry_on(row)
    assert Disposal.objects.get(pk=listed.pk).receipt == receipt and DisposedFile.objects.count() == 5
