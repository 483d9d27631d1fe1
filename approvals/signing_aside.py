"""pyHanko's work, which brings an event loop of its own, done where one may be running already."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

T = TypeVar("T")


def apart(work: Callable[[], T]) -> T:
    """What `work` returns or raises; in a thread where this one has a running event loop."""
    if not _in_event_loop():
        return work()
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(work).result()


def _in_event_loop() -> bool:
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return False
    return True
