"""The caps under which boundaries are listed."""

from __future__ import annotations

from dataclasses import dataclass

from grainway.domain.grain_boundary import Character
from grainway.structure.crystal.crystal import IonicCrystal
from grainway.structure.lattice.csl import primitive_determinant


@dataclass(frozen=True, kw_only=True)
class Limits:
    """What the catalogue may hold; attributes as in :class:`~grainway.structure.Catalogue`."""

    crystal: IonicCrystal
    lattice_parameter: float
    max_atoms: int
    max_strain: float
    min_grain_thickness: float
    angle_range_deg: tuple[float, float]
    min_atoms: int
    characters: tuple[Character, ...]

    @property
    def max_area(self) -> float:
        """Largest cell under ``max_atoms`` with grains of the least thickness, units (a/2)²."""
        half = self.lattice_parameter / 2
        primitive_cells = self.max_atoms / (2 * self.crystal.atoms_per_primitive_cell)
        return (
            primitive_cells * primitive_determinant(self.crystal.centring) * half / self.min_grain_thickness
        )
