"""Which boundaries every builder is asked for, and of which crystals."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import permutations, product

Indices = tuple[int, int, int]

MIN_GRAIN_THICKNESS_A = 25.0
LIMIT_S = 150
"""Longest that one step of a builder may take."""
GAPS_A = (0.5, 1.0, 1.5, 2.0, 2.5, 3.0)
"""Gaps that a user would try by hand where a builder can open one, smallest first."""

CRYSTALS = {
    "framework": "framework La3Zr2O12, Ia-3d",
    "tetragonal": "Li7La3Zr2O12, ordered with a tetragonal space group",
    "triclinic": "Li7La3Zr2O12, ordered without symmetry",
    "partial": "Li7La3Zr2O12, Ia-3d with partial occupancies",
}
FEW_CRYSTALS = ("framework", "triclinic")
"""What is tried beyond the first boundary: the symmetric framework and the hardest ordered cell."""


@dataclass(frozen=True)
class Asked:
    """A boundary: axis, coincidence index, plane of the lower grain."""

    axis: Indices
    sigma: int
    plane: Indices

    @property
    def twist(self) -> bool:
        """Whether the plane is perpendicular to the axis."""
        return self.plane == self.axis

    @property
    def name(self) -> str:
        """A file name."""
        digits = "_".join(str(h) for h in self.plane)
        return f"S{self.sigma}_{''.join(map(str, self.axis))}_{digits}"

    @property
    def label(self) -> str:
        """What a reader sees."""
        axis, plane = ("".join(f"{i}" if i >= 0 else f"-{-i}" for i in v) for v in (self.axis, self.plane))
        return f"Σ{self.sigma} [{axis}] ({plane}){' twist' if self.twist else ''}"


BOUNDARIES = (
    Asked((0, 0, 1), 13, (5, 1, 0)),
    Asked((0, 0, 1), 13, (3, 2, 0)),
    Asked((0, 0, 1), 5, (3, 1, 0)),
    Asked((0, 0, 1), 5, (2, 1, 0)),
    Asked((0, 0, 1), 17, (4, 1, 0)),
    Asked((1, 1, 0), 19, (1, -1, 6)),
    Asked((1, 1, 0), 9, (2, -2, 1)),
    Asked((1, 1, 1), 7, (1, 2, -3)),
    Asked((0, 0, 1), 5, (0, 0, 1)),
)


def equivalent_planes(plane: Indices) -> set[Indices]:
    """Return the planes that m-3m makes of one."""
    return {
        (s * plane[i], t * plane[j], u * plane[k])
        for i, j, k in permutations(range(3))
        for s, t, u in product((1, -1), repeat=3)
    }
