"""How the grains of a structure lie, found from its atoms with pymatgen alone.

    python orientation.py FOLDER

Reads FOLDER/structures.json (file, index of the cell vector across the boundary, group) and writes
FOLDER/orientations.json. From the middle of each grain the shortest translations that map its framework on
itself are taken, the primitive cell they span is filled with the grain's own atoms and compared with the bulk
by StructureMatcher; Lattice.find_all_mappings gives the rotations from the bulk to the grain. No geometry of
any builder enters, only atoms.
"""

from __future__ import annotations

import json
import sys
import warnings
from itertools import combinations
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from pymatgen.analysis.structure_matcher import StructureMatcher
from pymatgen.core import Lattice, Structure
from pymatgen.symmetry.analyzer import SpacegroupAnalyzer

FloatArray = npt.NDArray[np.float64]
NEAR_A = 0.1
PROBE_RADIUS_A = 3.0


def main() -> None:
    """Read, compare, write."""
    folder = Path(sys.argv[1])
    warnings.simplefilter("ignore")
    given = json.loads((folder / "crystals.json").read_text(encoding="utf-8"))
    listed = json.loads((folder / "structures.json").read_text(encoding="utf-8"))
    bulk = bulk_framework(given)
    found: list[dict[str, Any]] = []
    references: dict[str, Bicrystal] = {}
    for entry in listed:
        record = {"file": entry["file"]}
        try:
            bicrystal = Bicrystal(Structure.from_file(folder / entry["file"]), entry["normal"], bulk)
        except ValueError as error:
            found.append({**record, "unreadable": str(error)})
            continue
        # the first of a group is what the others are compared with
        reference = references.setdefault(entry["group"], bicrystal)
        found.append({**record, **bicrystal.summary(), "off_deg": bicrystal.deviation(reference)})
    (folder / "orientations.json").write_text(json.dumps(found, indent=1), encoding="utf-8")


def bulk_framework(given: dict[str, Any]) -> Structure:
    """Return the primitive cell of the perfect framework in the axes of its cube."""
    entry = given["crystals"]["framework"][0]
    cube = Structure(Lattice.cubic(given["lattice_parameter"]), entry["species"], entry["fractions"])
    matrix = given["lattice_parameter"] / 2 * np.array([[-1, 1, 1], [1, -1, 1], [1, 1, -1]])
    return filled_cell(Lattice(matrix), [s.symbol for s in cube.species], cube.cart_coords)


def filled_cell(lattice: Lattice, species: list[str], positions: FloatArray) -> Structure:
    """Return a cell with all given atoms folded into it, those on one spot once."""
    folded = Structure(lattice, species, positions, coords_are_cartesian=True, to_unit_cell=True)
    return folded.merge_sites(tol=NEAR_A, mode="delete")


class Bicrystal:
    """Orientations of the two grains of a periodic cell and the normal of their boundary."""

    def __init__(self, structure: Structure, normal_index: int, bulk: Structure) -> None:
        structure.remove_species([e for e in ("Li",) if e in structure.symbol_set])
        across = [i for i in range(3) if i != normal_index]
        a, b = (structure.lattice.matrix[i] for i in across)
        normal = np.cross(a, b)
        self.normal = normal / np.linalg.norm(normal)
        c = structure.lattice.matrix[normal_index]
        if c @ self.normal < 0:
            self.normal = -self.normal
        self.height = float(c @ self.normal)
        self.bulk = bulk
        # boundaries at 0 and 1/2: the middles of the grains are at 1/4 and 3/4
        self.rotations, self.symbols = [], []
        for middle in (0.25, 0.75):
            rotations, symbol = self._grain(structure, normal_index, middle)
            self.rotations.append(rotations)
            self.symbols.append(symbol)

    def _grain(self, structure: Structure, normal_index: int, middle: float) -> tuple[FloatArray, str]:
        """Return the rotations from the bulk to a grain and the grain's space group."""
        level = structure.frac_coords[:, normal_index]
        offset = np.abs(level - middle) * self.height
        inner = structure.copy()
        inner.remove_sites(np.flatnonzero(offset > self.height / 4 - 0.5).tolist())
        anchor = min(
            (i for i, s in enumerate(inner) if s.species_string == "La"),
            key=lambda i: abs(inner[i].frac_coords[normal_index] - middle),
        )
        lattice = self._lattice(inner, inner[anchor])
        core = inner.copy()
        level = core.frac_coords[:, normal_index]
        core.remove_sites(np.flatnonzero(np.abs(level - middle) * self.height > self.height / 6).tolist())
        cell = filled_cell(lattice, [s.species_string for s in core], core.cart_coords)
        matcher = StructureMatcher(ltol=0.01, stol=0.02, angle_tol=0.1, primitive_cell=False, scale=False)
        if not matcher.fit(cell, self.bulk):
            raise ValueError(f"the middle of a grain is not the bulk: {cell.composition.formula}")
        mappings = lattice.find_all_mappings(self.bulk.lattice, ltol=1e-3, atol=0.1)
        rotations = np.array([rotation for _, rotation, _ in mappings])
        proper = rotations[np.linalg.det(rotations) > 0]
        return proper, SpacegroupAnalyzer(cell, symprec=0.05).get_space_group_symbol()

    def _lattice(self, inner: Structure, anchor: Any) -> Lattice:
        """Return the lattice of the shortest translations that map the middle of a grain on itself."""
        shortest = self.bulk.lattice.a
        # atoms over which a translation is tested; they hold enough of the basis to tell sites apart
        probe = [(n.species_string, n.coords) for n in inner.get_neighbors(anchor, PROBE_RADIUS_A)]
        candidates = [
            n.coords - anchor.coords
            for n in inner.get_neighbors(anchor, shortest + 0.2)
            if n.species_string == "La" and n.nn_distance > shortest - 0.2
        ]
        translations = [t for t in candidates if self._maps(inner, probe, t)]
        for triple in combinations(translations, 3):
            if np.isclose(abs(np.linalg.det(triple)), self.bulk.volume, rtol=0.01):
                return Lattice(triple)
        raise ValueError(f"{len(translations)} translations found in a grain, not three independent ones")

    def _maps(self, inner: Structure, probe: list[tuple[str, FloatArray]], translation: FloatArray) -> bool:
        for symbol, place in probe:
            if not any(
                s.species_string == symbol for s in inner.get_sites_in_sphere(place + translation, NEAR_A)
            ):
                return False
        return True

    def summary(self) -> dict[str, Any]:
        """Return the disorientation and the planes in crystal axes."""
        first, second = self.rotations
        planes = [
            [round(float(x), 4) for x in max((np.sort(np.abs(r.T @ self.normal)) for r in grain), key=tuple)]
            for grain in (first, second)
        ]
        return {
            "disorientation_deg": float(min(rotation_angle(first[0] @ r.T) for r in second)),
            "normals": planes,
            "space_groups": self.symbols,
        }

    def deviation(self, other: Bicrystal) -> float:
        """Return by how much two boundaries differ in all five macroscopic parameters, degrees.

        The smallest over cubic symmetry, exchange of the grains and rotations of the whole of the largest of:
        misfit of grain A, of grain B and of the boundary normal. The crystal is centrosymmetric, so a
        boundary and its inverse, with the normal reversed, are one.
        """
        best = 180.0
        mine_a, mine_b = self.rotations
        for theirs_a, theirs_b in (other.rotations, other.rotations[::-1]):
            for turn in (mine_a[0] @ r.T for r in theirs_a):
                turned = turn @ other.normal
                tilt = min(vector_angle(turned, self.normal), vector_angle(-turned, self.normal))
                misfit = min(rotation_angle(turn @ r @ mine_b[0].T) for r in theirs_b)
                best = min(best, max(tilt, misfit))
        return float(best)


def rotation_angle(matrix: FloatArray) -> float:
    """Return the angle of a rotation, degrees; from the antisymmetric part too, which is exact near zero."""
    sine = np.linalg.norm(matrix - matrix.T) / np.sqrt(8)
    return float(np.degrees(np.arctan2(sine, (np.trace(matrix) - 1) / 2)))


def vector_angle(first: FloatArray, second: FloatArray) -> float:
    """Return the angle between two unit vectors, degrees."""
    return float(np.degrees(np.arctan2(np.linalg.norm(np.cross(first, second)), first @ second)))


if __name__ == "__main__":
    main()
