"""Boundaries by GB_code: a crystal is a word, one of fcc, bcc, sc, diamond."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from importlib.metadata import files
from pathlib import Path
from typing import Any

from asked import Asked
from pymatgen.core import Structure

# its modules import each other by bare name and are meant to run from their own folder
_FOLDER = next(Path(str(f.locate())).parent for f in files("GB_code") or () if f.name == "gb_generator.py")
sys.path.insert(0, str(_FOLDER))

from gb_code.gb_generator import GB_character  # noqa: E402

GAP_VARIANT: dict[str, float] = {}
GAP_ARGUMENT = None


class Builder:
    """Asks for the garnet by name, the only way a crystal can be given."""

    normal = 0

    def __init__(self, crystal: Structure, asked: Asked) -> None:
        self.character = GB_character()
        # m, n only matter once the crystal is accepted
        self.character.ParseGB(list(asked.axis), "garnet", crystal.lattice.a, 5, 1, list(asked.plane))

    def build(self, arguments: dict[str, Any]) -> Structure:  # noqa: ARG002
        """Never reached while the crystal is refused."""
        self.character.CSL_Bicrystal_Atom_generator()
        raise NotImplementedError("GB_code accepts garnets now: read its atoms here")


def variants() -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield the settings that are tried."""
    yield "default", {}
