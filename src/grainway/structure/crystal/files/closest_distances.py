"""How close two ions of a crystal may start: from the distances of the perfect crystal."""

from collections.abc import Mapping, Sequence
from itertools import combinations_with_replacement, product
from math import inf

import numpy as np

from grainway.array_types import BoolArray, FloatArray
from grainway.errors import StructureError
from grainway.geometry.periodic_points import periodic_images

Pair = tuple[str, str]

CLOSEST_SHARE = 0.85
"""Share of the perfect crystal's distance that a starting pair may have: La-O 2.14 of 2.52 Å."""
CATION_CAP_A = 3.2
LITHIUM_CATION_CAP_A = 2.6
LITHIUM_PAIR_A = 2.1
ANION_RADIUS_A = {
    "O": 1.40, "F": 1.33, "S": 1.84, "Cl": 1.81, "Se": 1.98, "Br": 1.96, "Te": 2.21, "I": 2.20, "N": 1.46,
}  # fmt: skip
"""R. D. Shannon, Acta Cryst. A32 (1976) 751: sixfold, of nitrogen fourfold."""


def shortest_distances(
    positions: FloatArray, elements: Sequence[tuple[str, ...]], lithium: BoolArray, lattice_parameter: float
) -> dict[Pair, float]:
    """Return the shortest distance of every pair of elements between different sites of a crystal, Å.

    Two lithium sites are not counted, for they need not be filled together; infinite where nothing else is.

    Args:
        positions: all sites of the cube, shape (n, 3), fractions.
        elements: what may stand on each.
        lithium: which are lithium sites, shape (n,).
        lattice_parameter: a, Å.
    """
    cell = np.eye(3) * lattice_parameter
    images, owner = periodic_images(positions * lattice_parameter, cell, 1.01 * lattice_parameter)
    names = sorted({e for options in elements for e in options})
    holds = {e: np.array([e in options for options in elements]) for e in names}
    found: dict[Pair, float] = {}
    for first, second in combinations_with_replacement(names, 2):
        here, there = holds[first], holds[second][owner]
        apart = np.linalg.norm(images[: len(positions)][here][:, None] - images[there][None], axis=2)
        counted = ~(lithium[here][:, None] & lithium[owner[there]][None]) & (apart > 1e-3 * lattice_parameter)
        shortest = float(apart[counted].min(initial=inf))
        found[first, second] = found[second, first] = shortest
    return found


def default_closest(
    shortest: Mapping[Pair, float],
    charges: Mapping[str, int],
    hosts: Mapping[str, frozenset[str]],
    on_lithium_sites: frozenset[str],
    lithium_pair: float,
) -> dict[Pair, float]:
    """Return the closest starting distances that the perfect crystal itself suggests, Å.

    Every distance is 0.85 of a reference, which is never above the shortest distance of the pair in the
    perfect crystal: cut and rejoined it is no nearer than that anywhere, and no gap opens. 0.85 is what La-O
    needs (2.52 Å in garnet, 2.1 Å where boundaries of oxides are relaxed). The shortest distance alone would
    be too wide a reference where ions never meet in the crystal (Zr-Zr 5.6 Å in garnet), so it is capped:

    * cation and anion: by the bond that radii predict, the radius of a cation being its shortest bond less
      the radius of that anion;
    * two anions: by the sum of their radii;
    * two cations: distances at most 3.2 Å, with lithium 2.6 Å, about what garnets, spinels and halides show;
    * two ions on lithium sites: as given, for many of these sites are too close to be filled together.

    An ion that shares sites takes no larger distances than those of the ion listed there, so that the draw of
    who stands where never makes a pair too close.

    Args:
        shortest: of the perfect crystal, Å, both orders.
        charges: e per element.
        hosts: for an element that shares sites, the elements that are listed on them.
        on_lithium_sites: elements that stand on lithium sites, lithium included.
        lithium_pair: closest distance of two ions on lithium sites, Å.
    """
    anions = sorted(e for e in charges if charges[e] < 0)
    radius = {
        c: min((shortest[c, a] - ANION_RADIUS_A[a] for a in anions if a in ANION_RADIUS_A), default=inf)
        for c in charges
        if charges[c] > 0
    }
    radius |= {a: ANION_RADIUS_A.get(a, inf) for a in anions}
    own: dict[Pair, float] = {}
    for first, second in product(sorted(charges), repeat=2):
        reference = shortest[first, second]
        if charges[first] > 0 and charges[second] > 0:
            cap = LITHIUM_CATION_CAP_A if "Li" in (first, second) else CATION_CAP_A
            own[first, second] = min(CLOSEST_SHARE * reference, cap)
        else:
            own[first, second] = CLOSEST_SHARE * min(reference, radius[first] + radius[second])
        if on_lithium_sites.issuperset((first, second)):
            own[first, second] = min(own[first, second], lithium_pair)
    options = {e: sorted(hosts.get(e, frozenset()) | {e}) for e in charges}
    return {
        (first, second): min(own[pair] for pair in product(options[first], options[second]))
        for first, second in own
    }


def with_chosen(
    closest: Mapping[Pair, float], chosen: Mapping[Pair, float], shortest: Mapping[Pair, float]
) -> dict[Pair, float]:
    """Return the closest distances with those that a user chose in their place.

    Args:
        closest: by default, Å, both orders.
        chosen: Å, in either order.
        shortest: of the perfect crystal, Å.

    Raises:
        StructureError: when a pair is not of the crystal, or the perfect crystal would not pass.
    """
    result = dict(closest)
    for (first, second), distance in chosen.items():
        name = f"closest.{first}-{second}"
        if (first, second) not in closest:
            elements = sorted({e for pair in closest for e in pair})
            raise StructureError.about(name, distance, f"for two elements of {elements}", "Remove it.")
        most = shortest[first, second]
        if not 0.0 < distance <= most + 1e-6 or distance == inf:
            raise StructureError.about(
                name,
                distance,
                f"above 0, at most {most:.4g} Å: the shortest distance of the perfect crystal",
                "Lower it, or leave it to the default.",
            )
        result[first, second] = result[second, first] = float(distance)
    return result
