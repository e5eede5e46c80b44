"""Tabulated pair potentials in the format of LAMMPS ``pair_style table``.

The points are equidistant in r² and as many as the pair style uses (style ``linear``), so LAMMPS takes the
values as they stand instead of fitting a spline through them. The first point lies almost at contact with
the force capped below ``r_cap``: a table that ends at the usual 1 Å aborts a run ("Pair distance < table
inner cutoff") as soon as two atoms of a hot or randomised structure come close.

LAMMPS warns that some tabulated forces are inconsistent with −dE/dr; these are the few wide bins inside
the capped core.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from io import StringIO
from pathlib import Path

import numpy as np

from grainway.simulation.potentials.pair.pair_forms import CappedCore, PairForm

TABLE_FORMAT_VERSION = 1


@dataclass(frozen=True, kw_only=True)
class TableGrid:
    """The points of a table.

    Attributes:
        points: number of points between r_inner and the cut-off, equidistant in r².
        r_inner: first distance, Å.
        r_cap: distance below which the force is held constant, Å.
    """

    points: int
    r_inner: float
    r_cap: float


@dataclass(frozen=True, kw_only=True)
class PairTable:
    """One pair of elements and its interaction up to a cut-off in Å."""

    first: str
    second: str
    form: PairForm
    cutoff: float

    @property
    def keyword(self) -> str:
        """The name of the section in the table file."""
        return f"{self.first}-{self.second}"


def tabulate(pair: PairTable, grid: TableGrid) -> np.ndarray:
    """Return the rows (points, 3) of r in Å, V in eV and F = −dV/dr in eV/Å."""
    r = np.sqrt(np.linspace(grid.r_inner**2, pair.cutoff**2, grid.points))
    energy, force = CappedCore(pair.form, grid.r_cap).evaluate(r)
    return np.column_stack((r, energy, force))


def write_table_file(path: Path, pairs: Iterable[PairTable], grid: TableGrid) -> None:
    """Write all pairs into one file, each under its keyword.

    Args:
        path: the file, which is replaced.
        pairs: the interactions.
        grid: the points, the same for all pairs.
    """
    text = StringIO()
    text.write("# pair potentials of grainway. UNITS: metal\n")
    for pair in pairs:
        rows = tabulate(pair, grid)
        text.write(f"\n{pair.keyword}\nN {grid.points} RSQ {grid.r_inner:.10g} {pair.cutoff:.10g}\n\n")
        numbered = np.column_stack((np.arange(1, grid.points + 1), rows))
        np.savetxt(text, numbered, fmt=("%d", "%.12g", "%.15g", "%.15g"))
    path.write_text(text.getvalue(), encoding="ascii")
