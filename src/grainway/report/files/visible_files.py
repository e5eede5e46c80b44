"""Files that a reader sees either as they were or complete, never half written."""

from pathlib import Path

from grainway.errors import StoreError


def write_text(path: Path, text: str) -> None:
    """Write a text file by way of a temporary one beside it.

    Raises:
        StoreError: when the folder cannot be written.
    """
    temporary = path.with_name(f".{path.name}.tmp")
    try:
        temporary.write_text(text, encoding="utf-8", newline="\n")
        temporary.replace(path)
    except OSError as error:
        raise StoreError(
            f"cannot write {path}: {error.strerror}; free space or change the rights of {path.parent}"
        ) from error
    finally:
        temporary.unlink(missing_ok=True)
