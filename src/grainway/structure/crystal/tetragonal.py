"""The ordered tetragonal garnet, the stable form of undoped Li7La3Zr2O12 below about 900 K."""

from __future__ import annotations

import tomllib
from importlib.resources import files

from ase import Atoms
from ase.spacegroup import crystal


def tetragonal_crystal() -> Atoms:
    """Return one conventional cell, 192 ions, a and b along x and y, c along z.

    Every lithium has its own full site, so there is nothing to choose. Framework first, lithium last.
    """
    text = (
        files("grainway.structure.crystal").joinpath("data/llzo_tetragonal.toml").read_text(encoding="utf-8")
    )
    data = tomllib.loads(text)
    cell: Atoms = crystal(
        symbols=[site["element"] for site in data["site"]],
        basis=[site["xyz"] for site in data["site"]],
        spacegroup=data["space_group"],
        setting=data["setting"],
        cellpar=[data["a"], data["a"], data["c"], 90.0, 90.0, 90.0],
        onduplicates="error",
    )
    framework = [number for number, symbol in enumerate(cell.symbols) if symbol != "Li"]
    lithium = [number for number, symbol in enumerate(cell.symbols) if symbol == "Li"]
    return Atoms(
        numbers=cell.numbers[[*framework, *lithium]],
        positions=cell.positions[[*framework, *lithium]],
        cell=cell.cell,
        pbc=True,
    )
