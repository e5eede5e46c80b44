"""What a teaching run starts from, as plain data that builds the same atoms again."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Protocol

import numpy as np
from ase import Atoms

from grainway.distillation.sources.distortions import depleted, scaled, strained, with_vacuum
from grainway.domain import BoundarySpec, Composition
from grainway.domain.grain_boundary import Connection
from grainway.errors import StructureError
from grainway.structure import Catalogue, CatalogueEntry, build_boundary, bulk_crystal, lithium_ordering
from grainway.structure.crystal.garnet import tetragonal_crystal

Indices = tuple[int, int, int]

_DRAWN_ORDERINGS = (1, 80)
_TRANSLATIONS, _TERMINATIONS = 8, 4
_WIDTH_LAYERS = (2, 5)
_ATTEMPTS = 4
_LARGEST_STRAIN = 0.02
_ANGLES_DEG = (5.0, 62.8)
_LARGEST_CELL = 1400
_ONE_CELL_A = 6.0
"""Least thickness of each half of a slab that is one cubic cell thick."""
_IN_PLANE: dict[Indices, Indices] = {
    (0, 0, 1): (1, 0, 0),
    (1, 1, 0): (0, 0, 1),
    (1, 1, 1): (1, -1, 0),
    (2, 1, 0): (0, 0, 1),
    (2, 1, 1): (0, 1, -1),
    (3, 1, 0): (0, 0, 1),
}


class TeachingStart(Protocol):
    """Something that builds atoms; what the record leaves open is drawn."""

    def build(self, rng: np.random.Generator) -> Atoms:
        """Return the atoms, cell rows lower triangular."""
        ...


@dataclass(frozen=True, slots=True)
class Cubic:
    """One cubic cell of 192 atoms.

    Attributes:
        ordering: number of its lithium ordering; None draws one.
        scale: of its lengths.
    """

    ordering: int | None = None
    scale: float = 1.0

    def build(self, rng: np.random.Generator) -> Atoms:
        """Return the atoms."""
        number = int(rng.integers(*_DRAWN_ORDERINGS)) if self.ordering is None else self.ordering
        return scaled(bulk_crystal((1, 1, 1), lithium_ordering(number)), self.scale)


@dataclass(frozen=True, slots=True)
class DopedCubic:
    """One cubic cell of eight formula units with a dopant on its sites.

    Attributes:
        dopant: its element.
        amount: ions per formula unit.
        seed: of their places and of the lithium ordering.
    """

    dopant: str
    amount: float
    seed: int

    def build(self, rng: np.random.Generator) -> Atoms:  # noqa: ARG002 nothing of it is left to chance
        """Return the atoms."""
        composition = Composition(region="everywhere", dopants=((self.dopant, self.amount),))
        spec = _thick(_ONE_CELL_A).perfect_crystal((0, 0, 1), (1, 0, 0))
        return build_boundary(replace(spec, composition=composition), self.seed).atoms


@dataclass(frozen=True, slots=True)
class Tetragonal:
    """One ordered tetragonal cell of 192 atoms."""

    def build(self, rng: np.random.Generator) -> Atoms:  # noqa: ARG002 nothing of it is left to chance
        """Return the atoms."""
        return tetragonal_crystal()


@dataclass(frozen=True, slots=True)
class Strained:
    """Another start, homogeneously deformed; ``strain`` as in :func:`~.distortions.strained`."""

    of: TeachingStart
    strain: tuple[float, float, float, float, float, float]

    def build(self, rng: np.random.Generator) -> Atoms:
        """Return the atoms."""
        return strained(self.of.build(rng), self.strain)


@dataclass(frozen=True, slots=True)
class Depleted:
    """Another start without some of its ions: pairs of symbol and number."""

    of: TeachingStart
    removed: tuple[tuple[str, int], ...]

    def build(self, rng: np.random.Generator) -> Atoms:
        """Return the atoms."""
        return depleted(self.of.build(rng), self.removed, rng)


@dataclass(frozen=True, slots=True)
class SurfaceSlab:
    """A stoichiometric slab with two free surfaces.

    Attributes:
        normal: (hkl) of the surfaces.
        thickness: least thickness of each half of the slab, Å.
        vacuum: Å.
        shift: height of the cut, Å.
        seed: of the lithium ordering.
    """

    normal: Indices
    thickness: float
    vacuum: float
    shift: float
    seed: int

    def build(self, rng: np.random.Generator) -> Atoms:  # noqa: ARG002 nothing of it is left to chance
        """Return the atoms.

        Raises:
            StructureError: when no in-plane direction is known for the normal.
        """
        if self.normal not in _IN_PLANE:
            raise StructureError.about(
                "normal", self.normal, f"one of {sorted(_IN_PLANE)}", "Choose one of these."
            )
        spec = _thick(self.thickness).perfect_crystal(self.normal, _IN_PLANE[self.normal])
        return with_vacuum(build_boundary(spec, self.seed).atoms, self.vacuum, self.shift)


@dataclass(frozen=True, slots=True)
class TwoBoundaries:
    """A boundary of the catalogue in thin grains; translation, termination and width are drawn.

    Attributes:
        axis: misorientation axis.
        normal_a: plane of the lower grain.
        normal_b: plane of the upper grain.
        thickness: least thickness of a grain, Å.
        seed: of the lithium.
        composition: changes of composition.
        connection: how boundaries meet.
    """

    axis: Indices
    normal_a: Indices
    normal_b: Indices
    thickness: float
    seed: int
    composition: Composition = Composition()  # noqa: RUF009 frozen
    connection: Connection = "planar"

    def build(self, rng: np.random.Generator) -> Atoms:
        """Return the atoms.

        Raises:
            StructureError: when the catalogue lacks the boundary, or lithium found no room in four attempts.
        """
        entry = self.entry()
        n, m = _TRANSLATIONS, _TERMINATIONS
        translation = (float(rng.integers(0, n)) / n, float(rng.integers(0, n)) / n)
        termination = float(rng.integers(0, m)) / m
        refused: StructureError | None = None
        for attempt in range(_ATTEMPTS):
            spec: BoundarySpec = entry.spec(
                width_layers=int(rng.integers(*_WIDTH_LAYERS)),
                translation=translation,
                termination=termination,
                composition=self.composition,
                connection=self.connection,
            )
            try:
                return build_boundary(spec, self.seed + attempt).atoms
            except StructureError as error:
                refused = error
        raise StructureError(f"{self.axis} {self.normal_a} {self.normal_b}: {refused}") from refused

    def entry(self) -> CatalogueEntry:
        """Return the boundary's entry.

        Raises:
            StructureError: when the catalogue lacks it.
        """
        for entry in _about(self.axis, self.thickness).entries:
            if (entry.normal_a, entry.normal_b) == (self.normal_a, self.normal_b):
                return entry
        raise StructureError.about(
            "boundary",
            (self.axis, self.normal_a, self.normal_b),
            f"in a catalogue of cells of up to {_LARGEST_CELL} atoms with grains of {self.thickness:g} Å",
            "Lower thickness, or choose another.",
        )


@lru_cache(maxsize=32)
def _about(axis: Indices, thickness: float) -> Catalogue:
    return Catalogue(
        max_atoms=_LARGEST_CELL,
        max_strain=_LARGEST_STRAIN,
        min_grain_thickness=thickness,
        angle_range_deg=_ANGLES_DEG,
        axes=(axis,),
    )


@lru_cache(maxsize=8)
def _thick(thickness: float) -> Catalogue:
    return Catalogue(min_grain_thickness=thickness, max_atoms=3000)
