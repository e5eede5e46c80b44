"""A user's own potential, of whichever kind, as an evaluation is told of it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from grainway.simulation.potentials.declared.declared_potential import (
    PotentialDeclaration,
    load_declared_commands,
)
from grainway.simulation.potentials.interatomic import Declaration, Potential
from grainway.simulation.potentials.nep.declared_nep import NEPDeclaration, load_declared_nep
from grainway.simulation.potentials.pair.declared_splines import SplineDeclaration, load_declared_splines


def read_declaration(record: Mapping[str, Any]) -> Declaration:
    """Rebuild a declaration from its ``to_dict``."""
    if "models" in record:
        return NEPDeclaration.from_dict(record)
    return (SplineDeclaration if "splines" in record else PotentialDeclaration).from_dict(record)


def load_declared(declaration: Declaration, folder: Path) -> Potential:
    """Return a declared potential whose files lie in one folder, under their names.

    Raises:
        ConfigError: when a file is missing or is no longer what was declared.
    """
    if isinstance(declaration, NEPDeclaration):
        return load_declared_nep(declaration, folder)
    if isinstance(declaration, SplineDeclaration):
        return load_declared_splines(declaration, folder)
    if isinstance(declaration, PotentialDeclaration):
        return load_declared_commands(declaration, folder)
    raise TypeError(f"{type(declaration).__name__} declares no potential")
