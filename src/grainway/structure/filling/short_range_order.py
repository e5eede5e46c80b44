"""A draw of places for dopants that keeps equal ones apart."""

from itertools import pairwise

import numpy as np

from grainway.array_types import FloatArray, IndexArray, StringArray
from grainway.geometry.periodic_points import pairs_within, periodic_images, tree_of

_NEAREST_PAIR = 4.0  # kT: a pair of neighbours is exp(-4), 2 %, as likely as one far apart
_REACH = 2.5  # shortest distances: beyond it the repulsion is below 0.02 kT
_SWEEPS = 4  # the heat bath settles each guest among all free sites at once


def short_range_ordered(
    positions: FloatArray, numbers: dict[str, int], host: str, vectors: FloatArray, rng: np.random.Generator
) -> StringArray:
    """Return who stands on each of some equal sites: given numbers of guests, equal guests apart.

    Two equal guests at distance r repel by 4 (r0/r)⁶ kT, r0 being the shortest distance of two sites:
    nearest neighbours are rare but not barred, which is the short-range order of a solid solution whose ions
    carry excess charge. Guests are set down one by one and then lifted and set down anew in turn, each time
    on a free site drawn with its Boltzmann weight (heat bath; M. Creutz, Phys. Rev. D 21 (1980) 2308).

    Args:
        positions: of the sites, in an order that is a matter of geometry, shape (n, 3), Å.
        numbers: of each guest, by element.
        host: who has the sites that are left.
        vectors: cell rows, shape (3, 3), Å.
        rng: decides the draw.

    Returns:
        Element per site, shape (n,).
    """
    n = len(positions)
    names = np.full(n, host, dtype="<U2")
    if n < 2 or not any(numbers.values()):
        for element in (e for e, m in numbers.items() if m):
            names[:] = element
        return names
    neighbours = _repulsion(positions, vectors)
    fields = {element: np.zeros(n) for element in numbers}
    free = np.ones(n, dtype=bool)

    def set_down(element: str) -> int:
        # the largest of -E plus Gumbel noise falls on a site with probability ~ exp(-E)
        noise = -np.log(rng.standard_exponential(n))
        site = int(np.argmax(np.where(free, noise - fields[element], -np.inf)))
        free[site] = False
        sites, energy = neighbours[site]
        fields[element][sites] += energy
        return site

    placed = {element: [set_down(element) for _ in range(m)] for element, m in numbers.items()}
    for _ in range(_SWEEPS):
        for element, chosen in placed.items():
            for number, site in enumerate(chosen):
                free[site] = True
                sites, energy = neighbours[site]
                fields[element][sites] -= energy
                chosen[number] = set_down(element)
    for element, chosen in placed.items():
        names[chosen] = element
    return names


def _repulsion(positions: FloatArray, vectors: FloatArray) -> list[tuple[IndexArray, FloatArray]]:
    """Return for each site those that feel an ion on it, and by how much, kT."""
    n = len(positions)
    # the nearest two sites are never farther than a cell of the volume per site is wide, give or take
    guess = 2.0 * (abs(np.linalg.det(vectors)) / n) ** (1 / 3)
    images, _ = periodic_images(positions, vectors, guess)
    distance = np.asarray(tree_of(images).query(images[:n], k=2)[0])
    nearest = float(distance[:, 1].min())
    reach = _REACH * nearest
    images, owner = periodic_images(positions, vectors, reach)
    first, second, apart = pairs_within(tree_of(images[:n]), tree_of(images), reach)
    real = apart > 1e-6
    first, second, apart = first[real], owner[second[real]], apart[real]
    # the trees list pairs in an order of their own
    order = np.lexsort((np.round(apart, 6), second, first))
    first, second = first[order], second[order]
    energy = np.round(_NEAREST_PAIR * (nearest / apart[order]) ** 6, 9)
    pairs, where = np.unique(first * n + second, return_inverse=True)
    total = np.bincount(where, weights=energy)
    edges = np.searchsorted(pairs // n, np.arange(n + 1)).tolist()
    return [((pairs[a:b] % n).astype(np.intp), np.asarray(total[a:b])) for a, b in pairwise(edges)]
