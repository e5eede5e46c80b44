"""Files that a reader finds as before or whole, whatever happened to the writer, and locks on folders."""

import csv
import io
import json
import os
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from fcntl import LOCK_EX, LOCK_NB, flock
from pathlib import Path
from typing import Any

from grainway.errors import StoreError


def write_whole(path: Path, content: str | bytes, *, durable: bool = False) -> None:
    """Write a file by way of a temporary one beside it.

    Args:
        path: where to.
        content: what; text as UTF-8.
        durable: wait until the disk has it.
    """
    temporary = path.with_name(f".{path.name}.tmp")
    with temporary.open("wb") as stream:
        stream.write(content.encode("utf-8") if isinstance(content, str) else content)
        if durable:
            stream.flush()
            os.fsync(stream.fileno())
    temporary.replace(path)


def write_json(
    path: Path, record: Mapping[str, Any], *, durable: bool = True, indent: int | None = None
) -> None:
    """Write a record as JSON with sorted keys.

    Args:
        path: where to.
        record: what.
        durable: wait until the disk has it; not needed for progress.
        indent: spaces per level, for a file that people read.
    """
    write_whole(path, json.dumps(record, sort_keys=True, indent=indent), durable=durable)


def csv_text(rows: Iterable[Iterable[object]]) -> str:
    """Return rows, the headings first, as comma-separated text."""
    stream = io.StringIO()
    csv.writer(stream, lineterminator="\n").writerows(rows)
    return stream.getvalue()


def read_json(path: Path) -> dict[str, Any] | None:
    """Read a record; None where there is no file.

    Raises:
        StoreError: when the file holds no JSON object.
    """
    if not path.exists():
        return None
    try:
        record = json.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise StoreError(f"{path} is no JSON file: {error}") from error
    if not isinstance(record, dict):
        raise StoreError(f"{path} holds no JSON object")
    return record


@contextmanager
def exclusive(path: Path, refusal: str) -> Iterator[None]:
    """Hold a lock; the kernel drops it with the process, so a killed one leaves none behind.

    Raises:
        StoreError: when another process holds it.
    """
    with path.open("w") as stream:
        try:
            flock(stream, LOCK_EX | LOCK_NB)
        except BlockingIOError as error:
            raise StoreError(refusal) from error
        yield
