"""From where to where each pair of elements is fitted, for garnets and what is put into them.

The cut-offs between lithium, lanthanum, zirconium and oxygen are those at which a longer reach no longer
lowered the error of lithium's forces for its cost (held-out boundaries: 0.104 eV/Å, against 0.099 with 8 Å
everywhere at 1.6 times the time). An element on a place of the host's takes the host's: tantalum, niobium
and tungsten that of zirconium. Aluminium and gallium lie where lithium does and bear three charges: their
reach to each neighbour is that of lithium and 0.5 to 1 Å more, as far as a shell further.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from itertools import combinations_with_replacement

from grainway.errors import ConfigError
from grainway.simulation.potentials.pair.spline_pairs import SplineGrid
from grainway.simulation.potentials.pair.spline_potential import Pair

ORDER = ("Li", "La", "Zr", "O", "Al", "Ga", "Ta", "Nb", "W")
"""Elements of a fit, in this order; those of the garnet first."""
HOST = frozenset(("Li", "La", "Zr", "O"))
_STANDS_FOR: Mapping[str, str] = {"Ta": "Zr", "Nb": "Zr", "W": "Zr", "Ga": "Al"}
_REACH: Mapping[Pair, tuple[float, float]] = {
    ("Li", "Li"): (1.4, 5.5),
    ("Li", "La"): (1.9, 6.5),
    ("Li", "Zr"): (1.7, 6.0),
    ("Li", "O"): (1.3, 6.0),
    ("La", "La"): (2.6, 8.0),
    ("La", "Zr"): (2.4, 7.5),
    ("La", "O"): (1.7, 7.0),
    ("Zr", "Zr"): (2.2, 7.0),
    ("Zr", "O"): (1.5, 7.0),
    ("O", "O"): (1.7, 6.0),
    ("Li", "Al"): (1.6, 6.0),
    ("La", "Al"): (2.2, 7.5),
    ("Zr", "Al"): (2.0, 7.0),
    ("O", "Al"): (1.4, 6.5),
    ("Al", "Al"): (1.9, 6.5),
}


@dataclass(frozen=True, kw_only=True)
class PairGrids:
    """Settings of the grids.

    Attributes:
        spacing: distance of the knots, about, Å.
        reach: first distance and cut-off of pairs that shall not have the usual ones, Å.
    """

    spacing: float = 0.22
    reach: Mapping[Pair, tuple[float, float]] = field(default_factory=dict)

    def of(self, elements: Iterable[str]) -> dict[Pair, SplineGrid]:
        """Return the grid of each pair of some elements, named in their order.

        Raises:
            ConfigError: for a pair whose reach is not known.
        """
        grids = {}
        for a, b in combinations_with_replacement(tuple(elements), 2):
            first, cutoff = self._reach(a, b)
            grids[a, b] = SplineGrid(
                first=first, cutoff=cutoff, intervals=round((cutoff - first) / self.spacing)
            )
        return grids

    def _reach(self, a: str, b: str) -> tuple[float, float]:
        host = _STANDS_FOR.get(a, a), _STANDS_FOR.get(b, b)
        for table, (first, second) in ((self.reach, (a, b)), (_REACH, host)):
            for pair in ((first, second), (second, first)):
                if pair in table:
                    return table[pair]
        known = sorted({*_STANDS_FOR, *(element for pair in _REACH for element in pair)})
        raise ConfigError.about(
            "reach",
            f"{a}-{b}",
            f"a first distance and a cut-off, which are known between {', '.join(known)} alone",
            "Give them in PairGrids(reach=...).",
        )


def in_order(elements: Iterable[str]) -> tuple[str, ...]:
    """Return elements each once, those of the garnet first, unknown ones last."""
    given = set(elements)
    return (*(e for e in ORDER if e in given), *sorted(given - set(ORDER)))
