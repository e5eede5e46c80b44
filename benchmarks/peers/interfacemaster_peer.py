"""Boundaries by interfacemaster, in the steps of its own script for symmetric tilt boundaries."""

from __future__ import annotations

from collections.abc import Iterator
from math import ceil, radians
from typing import Any

import numpy as np
from asked import MIN_GRAIN_THICKNESS_A, Asked
from interfacemaster.cellcalc import get_primitive_hkl, rot
from interfacemaster.interface_generator import core
from pymatgen.core import Structure
from pymatgen_peer import symmetric_angle

GAP_VARIANT: dict[str, float] = {}
GAP_ARGUMENT = "dx"
_EXACT = {"du": 1e-4, "S": 1e-4, "sgm1": 1000, "sgm2": 1000, "dd": 1e-4}


class Builder:
    """One crystal, its coincidence lattice and bicrystal cell, prepared once."""

    normal = 0

    def __init__(self, crystal: Structure, asked: Asked) -> None:
        angle = symmetric_angle(asked)
        self.interface = core(crystal, crystal.copy(), verbose=False)
        self.interface.parse_limit(**_EXACT)
        self.interface.search_fixed(rot(list(asked.axis), radians(angle)), exact=True, tol=1e-3)
        plane = get_primitive_hkl(
            list(asked.plane), self.interface.conv_lattice_1, self.interface.lattice_1, tol=1e-3
        )
        self.interface.compute_bicrystal(
            plane,
            normal_ortho=True,
            plane_ortho=True,
            tol_ortho=1e-3,
            tol_integer=1e-3,
            align_rotation_axis=not asked.twist,
            rotation_axis=list(asked.axis),
        )
        height = np.linalg.norm((self.interface.lattice_1 @ self.interface.bicrystal_U1)[:, 0])
        self.cells = ceil(MIN_GRAIN_THICKNESS_A / height - 1e-9)

    def build(self, arguments: dict[str, Any]) -> Structure:
        """Return one boundary cell."""
        expansion = [self.cells, 1, 1]
        return self.interface.get_bicrystal(xyz_1=expansion, xyz_2=expansion, output=False, **arguments)


def variants() -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield the settings that are tried besides gaps."""
    yield "default", {}
