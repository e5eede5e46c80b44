"""What the columns and the box of a LAMMPS dump mean."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from grainway.array_types import FloatArray
from grainway.errors import AnalysisError
from grainway.trajectories.atom_order import AtomOrder
from grainway.trajectories.frame import Frame, fractional

_IMAGES = ("ix", "iy", "iz")
_TEXT = ("element", "typelabel")
_COORDINATES = (
    # names, in units of the cell, unwrapped; the best first
    (("xu", "yu", "zu"), False, True),
    (("xsu", "ysu", "zsu"), True, True),
    (("x", "y", "z"), False, False),
    (("xs", "ys", "zs"), True, False),
)


@dataclass(frozen=True, slots=True)
class Columns:
    """Where a dump's columns are.

    Attributes:
        names: as the file has them.
        place: of the first of three neighbouring coordinates.
        scaled: they are in units of the cell.
        unwrapped: they run on across periodic borders.
        images: columns of the image flags, or None.
        identifier: column of the id, or None.
        kind: column of the type, or None.
        text: columns that hold words.
    """

    names: tuple[str, ...]
    place: tuple[int, int, int]
    scaled: bool
    unwrapped: bool
    images: tuple[int, int, int] | None
    identifier: int | None
    kind: int | None
    text: tuple[int, ...]

    @classmethod
    def of(cls, names: Sequence[str], file: str) -> Columns:
        """Find the columns.

        Raises:
            AnalysisError: when there are no three coordinates.
        """
        column = {name: number for number, name in enumerate(names)}
        found = [c for c in _COORDINATES if all(name in column for name in c[0])]
        if not found:
            raise AnalysisError.about(
                f"columns of {file}",
                " ".join(names),
                "with the positions: xu yu zu, xsu ysu zsu, x y z or xs ys zs",
                "Dump them, best with: dump ... custom ... id type xu yu zu.",
            )
        wanted, scaled, unwrapped = found[0]
        x, y, z = (column[name] for name in wanted)
        images = None
        if not unwrapped and all(name in column for name in _IMAGES):
            images = (column["ix"], column["iy"], column["iz"])
        return cls(
            names=tuple(names),
            place=(x, y, z),
            scaled=scaled,
            unwrapped=unwrapped or images is not None,
            images=images,
            identifier=column.get("id"),
            kind=column.get("type"),
            text=tuple(column[name] for name in _TEXT if name in column),
        )

    def frame(
        self,
        table: FloatArray,
        order: AtomOrder | None,
        cell: FloatArray,
        origin: FloatArray,
        step: int,
        time: float | None,
        first: Frame | None = None,
    ) -> Frame:
        """Make a frame of its table of numbers, shape (n_atoms, n_columns).

        Args:
            table: the numbers.
            order: of the atoms; None keeps that of the rows.
            cell: cell vectors as rows, Å.
            origin: corner of the cell, Å.
            step: number of the time step.
            time: ps.
            first: the first frame, whose species and types are those of all.

        Raises:
            ValueError: when the atoms are not those of the first frame.
        """
        rows = None
        if order is not None and self.identifier is not None:
            rows = order.permutation(table[:, self.identifier])
        x, y, z = self.place
        positions = table[:, x : z + 1] if (y, z) == (x + 1, x + 2) else table[:, self.place]
        fractions = np.ascontiguousarray(positions) if self.scaled else fractional(positions, cell, origin)
        if self.images is not None:
            fractions = fractions + table[:, self.images]
        if rows is not None:
            fractions = fractions[rows]
        types = None if first is None else first.types
        if first is None and self.kind is not None:
            types = (table[:, self.kind] if rows is None else table[rows, self.kind]).astype(np.int64)
        return Frame(
            fractions=fractions,
            cell=cell,
            origin=origin,
            unwrapped=self.unwrapped,
            step=step,
            time=time,
            types=types,
            species=None if first is None else first.species,
        )


def box_from_bounds(bounds: FloatArray, tilts: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return cell rows and origin from LAMMPS's bounding box, whose extent includes the tilts.

    Args:
        bounds: lower and upper bound along each axis, shape (3, 2), Å.
        tilts: xy, xz, yz, Å.
    """
    xy, xz, yz = tilts
    xlo, xhi = bounds[0, 0] - min(0.0, xy, xz, xy + xz), bounds[0, 1] - max(0.0, xy, xz, xy + xz)
    ylo, yhi = bounds[1, 0] - min(0.0, yz), bounds[1, 1] - max(0.0, yz)
    zlo, zhi = bounds[2]
    cell = np.array([[xhi - xlo, 0.0, 0.0], [xy, yhi - ylo, 0.0], [xz, yz, zhi - zlo]])
    return cell, np.array([xlo, ylo, zlo])


def time_in_ps(time: float, units: str | None, file: str) -> float:
    """Return a time that a dump states, in ps.

    Raises:
        AnalysisError: when lengths of these units are not Å.
    """
    if units in (None, "metal"):
        return time
    if units == "real":
        return time * 1e-3
    raise AnalysisError.about(
        f"units of {file}", units, "metal or real, whose lengths are Å", "Convert the dump to Å and ps."
    )
