"""The ways of the government that a page, a mail or a document is made for: how its digits are grouped, in which money it
reckons, and with which month its year begins.

They hold beside the active language and zone, inside `of(government)`: for one request (ReaderMiddleware), one document, one
mail. What is written for machines never asks for them.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Final, Protocol

THOUSANDS: Final = "thousands"
LAKH: Final = "lakh"


@dataclass(frozen=True, slots=True)
class Ways:
    """What one government is used to; where none is known, the first installation's."""

    grouping: str = THOUSANDS
    currency: str = "IDR"
    fiscal_start_month: int = 1


class Local(Protocol):
    """What has ways: a government."""

    @property
    def grouping(self) -> str: ...
    @property
    def currency(self) -> str: ...
    @property
    def fiscal_start_month(self) -> int: ...


_USUAL: Final = Ways()
_current: ContextVar[Ways] = ContextVar("ways")


def current() -> Ways:
    """The ways that hold now."""
    return _current.get(_USUAL)


def like(government: Local | None) -> Ways:
    """The ways of a government; None: of the first installation."""
    if government is None:
        return _USUAL
    return Ways(government.grouping, government.currency, government.fiscal_start_month)


@contextmanager
def of(government: Local | None) -> Iterator[None]:
    """Inside, as this government does; afterwards as before."""
    mark = _current.set(like(government))
    try:
        yield
    finally:
        _current.reset(mark)
