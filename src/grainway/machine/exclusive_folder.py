"""One process at a time in a folder."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from fcntl import LOCK_EX, LOCK_NB, flock
from pathlib import Path

from grainway.errors import StoreError


@contextmanager
def exclusive(path: Path, refusal: str) -> Iterator[None]:
    """Hold a lock; the kernel drops it with the process, so a killed one leaves none behind.

    Args:
        path: of the lock's file.
        refusal: what is said when another process holds it.

    Raises:
        StoreError: when another process holds it.
    """
    with path.open("w") as stream:
        try:
            flock(stream, LOCK_EX | LOCK_NB)
        except BlockingIOError as error:
            raise StoreError(refusal) from error
        yield
