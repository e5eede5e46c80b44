"""The files of a user's own potential: which names they may have, what is in them, and their copies."""

from __future__ import annotations

import re
from collections.abc import Iterable
from hashlib import sha256
from pathlib import Path

from grainway.errors import ConfigError
from grainway.machine.whole_files import write_whole

_NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.+-]*")
# what a run writes beside them
_TAKEN = (".in", ".log", ".err", ".data", ".restart", ".bin", ".json", ".tmp", ".cell", ".centre", ".extxyz")
_REAL_UNITS_TAG = b"UNITS: real"
_SETFL_ELEMENTS_LINE = 3


def hash_files(paths: Iterable[Path]) -> dict[str, str]:
    """Return the sha256 of each file by its base name.

    Raises:
        ConfigError: when a file is missing, its name is not plain or two have the same.
    """
    hashes: dict[str, str] = {}
    for path in paths:
        name = path.name
        if not _NAME.fullmatch(name) or name.endswith(_TAKEN):
            raise ConfigError.about(
                "potential.files",
                str(path),
                f"a base name of letters, digits, _ . + - that does not end in {', '.join(_TAKEN)}",
                "Rename the file.",
            )
        if name in hashes:
            raise ConfigError.about(
                "potential.files",
                str(path),
                "base names must differ: all are copied into one folder",
                "Rename one.",
            )
        try:
            hashes[name] = sha256(path.read_bytes()).hexdigest()
        except OSError as error:
            raise ConfigError.about(
                "potential.files",
                str(path),
                f"it cannot be read ({error.strerror})",
                "Paths are relative to the campaign file.",
            ) from error
    return hashes


def copy_file(source: Path, folder: Path, expected: str, drop_unit_tag: bool) -> None:
    """Copy a potential file under its base name, unless its copy is there already.

    Args:
        source: the file.
        folder: where the copy goes; may be the file's own.
        expected: its sha256.
        drop_unit_tag: write another copy (``converted_name``) without the tag of ``real`` units in its first
            line, which LAMMPS refuses in ``metal`` ones; for energies that the pair style converts.

    Raises:
        ConfigError: when the file is gone or is no longer what it was.
    """
    target = folder / source.name
    origin = source if source.exists() else target
    try:
        content = origin.read_bytes()
    except OSError as error:
        raise ConfigError.about(
            "potential.files", str(source), f"it cannot be read ({error.strerror})", "Put it back."
        ) from error
    if sha256(content).hexdigest() != expected:
        raise ConfigError.about(
            "potential.files",
            str(origin),
            "its content has changed since it was declared",
            "Put the old one back.",
        )
    if not target.exists():
        write_whole(target, content)
    if drop_unit_tag:
        first, newline, rest = content.partition(b"\n")
        (folder / converted_name(source.name)).write_bytes(
            first.replace(_REAL_UNITS_TAG, b"") + newline + rest
        )


def converted_name(name: str) -> str:
    """Return the name of the copy without a unit tag."""
    return f"{name}.converted"


def setfl_elements(path: Path) -> tuple[str, ...]:
    """Return the elements in the header of an ``eam/alloy`` or ``eam/fs`` file.

    Raises:
        ConfigError: when the fourth line is not a number of elements and their names.
    """
    lines = path.read_text(encoding="utf-8", errors="replace").splitlines()
    words = lines[_SETFL_ELEMENTS_LINE].split() if len(lines) > _SETFL_ELEMENTS_LINE else []
    if not words or not words[0].isdigit() or len(words) != 1 + int(words[0]):
        raise ConfigError.about(
            "potential.files",
            path.name,
            "the fourth line of an eam/alloy or eam/fs file gives the number of elements and their names, "
            f"here it is {' '.join(words)!r}",
            "Declare a file of this format, or another pair style.",
        )
    return tuple(words[1:])
