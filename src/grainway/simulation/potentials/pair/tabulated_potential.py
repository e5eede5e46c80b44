"""Potentials that are sums over pairs: tables for LAMMPS, with or without a reciprocal Coulomb part."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from grainway.simulation.potentials.interatomic import Potential
from grainway.simulation.potentials.pair.pair_tables import (
    TABLE_FORMAT_VERSION,
    PairTable,
    TableGrid,
    write_table_file,
)

TABLE_FILE = "pair.table"


@dataclass(frozen=True, kw_only=True)
class LongRange:
    """The reciprocal part of a Coulomb sum.

    Attributes:
        relative_accuracy: of the forces, relative to two unit charges 1 Å apart.
        splitting: the Ewald splitting parameter g that the table was made for, 1/Å.
        order: order of the charge assignment.
        scheme: "ik" or "ad", the differentiation.
    """

    relative_accuracy: float
    splitting: float
    order: int
    scheme: str


@dataclass(frozen=True, kw_only=True)
class TabulatedPotential(Potential):
    """A potential of pair tables.

    Attributes:
        tables: the pair interactions.
        grid: the points of the tables.
        long_range: the reciprocal part; None when all is in the tables.
        neighbor_skin: Å.
    """

    tables: tuple[PairTable, ...]
    grid: TableGrid
    long_range: LongRange | None
    neighbor_skin: float

    @property
    def kspace(self) -> bool:
        """Whether LAMMPS computes a reciprocal part."""
        return self.long_range is not None

    @property
    def styles(self) -> tuple[str, ...]:
        """The LAMMPS styles that compute it."""
        return ("table", "pppm") if self.kspace else ("table",)

    @property
    def cutoff(self) -> float:
        """The largest cut-off of a pair, Å."""
        return max(table.cutoff for table in self.tables)

    def write(self, folder: Path) -> tuple[str, ...]:
        """Write the table file and return the LAMMPS commands that use it."""
        write_table_file(folder / TABLE_FILE, self.tables, self.grid)
        suffix = " pppm" if self.long_range is not None else ""
        lines = [f"pair_style table linear {self.grid.points}{suffix}"]
        type_of = {element: index for index, element in enumerate(self.elements, start=1)}
        lines += [
            f"pair_coeff {type_of[table.first]} {type_of[table.second]} "
            f"{TABLE_FILE} {table.keyword} {table.cutoff:.10g}"
            for table in self.tables
        ]
        if self.long_range is not None:
            lines += [
                f"kspace_style pppm {self.long_range.relative_accuracy:.10g}",
                f"kspace_modify gewald {self.long_range.splitting:.10g} order {self.long_range.order} "
                f"diff {self.long_range.scheme}",
            ]
        # checked at every step: an atom that moved by half the skin in between lies outside of PPPM's mesh
        lines += [f"neighbor {self.neighbor_skin:.10g} bin", "neigh_modify delay 0 every 1 check yes"]
        return tuple(lines)


def digest_of_tables(
    charges: Mapping[str, float],
    tables: tuple[PairTable, ...],
    grid: TableGrid,
    long_range: LongRange | None,
) -> str:
    """Return the sha256 of everything that determines an energy; the order of the elements does not."""
    ordered = sorted(tables, key=lambda table: sorted((table.first, table.second)))
    pairs = [(sorted((table.first, table.second)), repr(table.form), table.cutoff) for table in ordered]
    content = [TABLE_FORMAT_VERSION, sorted(charges.items()), pairs, repr(grid), repr(long_range)]
    return sha256(json.dumps(content).encode()).hexdigest()
