"""Which lithium sites of a crystal are too close to be filled together."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from grainway.errors import StructureError
from grainway.geometry.periodic_points import periodic_images
from grainway.structure.crystal.crystal import IonicCrystal
from grainway.structure.crystal.files.closest_distances import CLOSEST_SHARE, LITHIUM_PAIR_A
from grainway.structure.crystal.lithium_ordering import lithium_ordering
from grainway.structure.lattice.cubic_lattice import CENTRING_VECTORS

_LEAST_A = 1.2
_SLACK_A = 1e-3


def lithium_exclusion(crystal: IonicCrystal) -> float:
    """Return the closest distance at which two lithium ions of a crystal may start, Å.

    2.1 Å: in garnet and other oxides no two ions are nearer, and sites that are (0.8 and 1.6 Å in garnet,
    1.9 Å in argyrodite) hold one ion. Where all sites are full it is at most 0.85 of their distance; where so
    many ions cannot be placed 2.1 Å apart, pairs of the next shorter distance between sites are allowed, and
    so on.

    Args:
        crystal: sites and number of lithium; its closest distances are not used.

    Raises:
        StructureError: when the ions cannot even be placed 1.2 Å apart.
    """
    a = crystal.lattice_parameter
    shifts = np.array([(0, 0, 0), *CENTRING_VECTORS[crystal.centring]]) / 2
    cube = np.vstack([crystal.lithium_sites + t for t in shifts]) * a
    reach = min(1.01 * a, 2.0 * LITHIUM_PAIR_A)
    images, _ = periodic_images(cube, np.eye(3) * a, reach)
    apart = np.linalg.norm(images[: len(crystal.lithium_sites), None] - images[None], axis=2)
    distances = np.unique(np.round(apart[(apart > 1e-3 * a) & (apart < reach)], 4))
    if crystal.n_lithium == len(crystal.lithium_sites):
        return min(LITHIUM_PAIR_A, CLOSEST_SHARE * float(distances.min(initial=np.inf)))
    shorter = [float(d) - _SLACK_A for d in distances[::-1] if _LEAST_A < d < LITHIUM_PAIR_A]
    for limit in (LITHIUM_PAIR_A, *shorter):
        try:
            lithium_ordering(0, replace(crystal, closest={("Li", "Li"): limit}))
        except StructureError:
            continue
        return limit
    raise StructureError.about(
        "lithium sites",
        len(crystal.lithium_sites),
        f"room for {crystal.n_lithium} ions per primitive cell at least {_LEAST_A} Å apart",
        "List all lithium sites, or correct the charges, which decide how many ions there are.",
    )
