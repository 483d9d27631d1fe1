"""Filters that a person keeps under a name, for one desk: his own way of looking, seen by nobody else."""

from approvals.models import SavedFilter
from ledger.recording import recorded
from registry.models import User

MOST_KEPT = 30
LONGEST_NAME = 60


class NotKept(Exception):
    """A filter cannot be kept: a code and its parameters, for `wording.sentences.say`."""

    def __init__(self, code: str, params: dict[str, object]) -> None:
        super().__init__(code)
        self.code, self.params = code, params


def keep(*, person: User, desk: str, name: str, query: str) -> SavedFilter:
    """Keep a filter under a name; the same name takes the new one. Raises NotKept."""
    name = " ".join(name.replace("\x00", "").split())
    if not name:
        raise NotKept("desk.filter_name", {})
    if len(name) > LONGEST_NAME:
        raise NotKept("desk.filter_long", {"length": len(name), "longest": LONGEST_NAME})
    with recorded(person):
        others = SavedFilter.objects.filter(person=person, desk=desk).exclude(name=name)
        if others.count() >= MOST_KEPT:
            raise NotKept("desk.filter_many", {"limit": MOST_KEPT})
        kept, _made = SavedFilter.objects.update_or_create(
            person=person, desk=desk, name=name, defaults={"query": query}
        )
    return kept


def forget(*, person: User, desk: str, number: int) -> bool:
    """Forget one's own filter; whether there was one."""
    with recorded(person):
        gone, _rows = SavedFilter.objects.filter(pk=number, person=person, desk=desk).delete()
    return bool(gone)


def kept_by(person: User, desk: str) -> list[SavedFilter]:
    """The filters of a person at a desk, by name."""
    return list(SavedFilter.objects.filter(person=person, desk=desk).order_by("name"))
