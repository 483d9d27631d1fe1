"""Files that a person brought and has not decided about yet: working copies, which wait a day where only he finds them."""

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.utils import timezone

from registry.models import User

KEPT = timedelta(days=1)
MOST_KEPT = 10


@dataclass(frozen=True, slots=True)
class Shelf:
    """One kind of working copies, in a private folder for each person."""

    kind: str

    def put(self, user: User, name: str, content: bytes) -> None:
        """Keep a file under a name; old ones of the person go."""
        self._clear(user)
        path = f"{self._folder(user)}/{name}"
        if default_storage.exists(path):
            default_storage.delete(path)
        default_storage.save(path, ContentFile(content))

    def find(self, user: User, start: str) -> tuple[str, bytes] | None:
        """(name, content) of the person's file whose name begins so; None when there is none any more."""
        name = next((one for one in self._names(user) if one.startswith(start)), None)
        if name is None:
            return None
        with default_storage.open(f"{self._folder(user)}/{name}") as file:
            return name, file.read()

    def drop(self, user: User, start: str) -> None:
        """Forget the files whose names begin so."""
        for name in self._names(user):
            if name.startswith(start):
                default_storage.delete(f"{self._folder(user)}/{name}")

    def _folder(self, user: User) -> str:
        return f"{self.kind}/{user.pk}"

    def _names(self, user: User) -> list[str]:
        try:
            return default_storage.listdir(self._folder(user))[1]
        except FileNotFoundError:
            return []

    def _clear(self, user: User) -> None:
        limit = timezone.now() - KEPT
        for position, (at, path) in enumerate(sorted(self._dated(user), reverse=True), 1):
            if at < limit or position >= MOST_KEPT:
                default_storage.delete(path)

    def _dated(self, user: User) -> Iterator[tuple[datetime, str]]:
        for name in self._names(user):
            path = f"{self._folder(user)}/{name}"
            # Another of his windows may have cleared it meanwhile.
            with suppress(FileNotFoundError):
                yield default_storage.get_modified_time(path), path
