"""The lattice types of a cube and their points."""

from __future__ import annotations

from typing import Literal

Centring = Literal["P", "I", "F"]

PRIMITIVE_CELLS: dict[str, int] = {"P": 1, "I": 2, "F": 4}
"""Primitive cells in the conventional cube."""

CENTRING_VECTORS: dict[Centring, tuple[tuple[int, int, int], ...]] = {
    "P": (),
    "I": ((1, 1, 1),),
    "F": ((0, 1, 1), (1, 0, 1), (1, 1, 0)),
}
"""Lattice points of the cube beside the origin, units of a/2."""
