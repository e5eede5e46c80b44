"""Lithium orderings of the perfect crystal.

Garnet holds 28 Li on 60 sites of its primitive cell. An ordering with the period of the primitive cell tiles
any slab of whole lattice planes without a seam and with the exact count; two grains get two different ones.
"""

from functools import lru_cache
from itertools import product

import numpy as np

from grainway.array_types import BoolArray, FloatArray
from grainway.errors import StructureError
from grainway.structure.crystal.crystal import IonicCrystal
from grainway.structure.crystal.garnet import load_garnet
from grainway.structure.lattice.cubic_lattice import primitive_basis

SOFT_LENGTH_A = 2.6  # below the preferred Li-Li distance the repulsion rises above kT
_EXCLUDED = 40.0  # repulsion of an excluded pair: finite, so that annealing can pass through one
_STEPS = 10_000
_ATTEMPTS = 20
_ORDERINGS = 64  # that grains choose from


def boundary_stream(seed: int) -> np.random.Generator:
    """Return the random numbers of a boundary with this seed: first its orderings, then its places."""
    return np.random.default_rng([10, seed])


def grain_orderings(
    rng: np.random.Generator, crystal: IonicCrystal, *, same: bool
) -> tuple[BoolArray, BoolArray]:
    """Return the lithium orderings of both grains: different ones, or one for the perfect crystal.

    Raises:
        StructureError: when the crystal has no ordering.
    """
    first, second = (int(s) for s in rng.choice(_ORDERINGS, size=2, replace=False))
    return lithium_ordering(first, crystal), lithium_ordering(first if same else second, crystal)


def lithium_ordering(seed: int, crystal: IonicCrystal | None = None) -> BoolArray:
    """Return one occupation of the lithium sites with the period of the primitive cell.

    Random occupation annealed by swaps under a soft Li-Li repulsion; no pair nearer than the exclusion
    distance is accepted. Molecular dynamics equilibrates the rest within picoseconds at the temperatures
    of a run.

    Args:
        seed: the ordering's own seed.
        crystal: whose sites; cubic Li7La3Zr2O12 unless given.

    Returns:
        Occupation per site, shape (n_sites,); exactly the neutral number are True.

    Raises:
        StructureError: when no ordering without an excluded pair was found.
    """
    return _ordering(seed, crystal or load_garnet())


@lru_cache(maxsize=512)
def _ordering(seed: int, crystal: IonicCrystal) -> BoolArray:
    repulsion = _site_repulsion(crystal)
    rng = np.random.default_rng([20, seed])
    for _ in range(_ATTEMPTS):
        occupied = _anneal(repulsion, crystal.n_lithium, rng)
        pairs = repulsion[np.ix_(occupied, occupied)]
        if (pairs < _EXCLUDED).all():
            occupied.flags.writeable = False
            return occupied
    raise StructureError(
        f"no lithium ordering of {crystal.name} was found with seed {seed}: "
        f"with Li-Li = {crystal.closest['Li', 'Li']} Å not all of {crystal.n_lithium} ions find a place; "
        "lower the closest Li-Li distance or use another seed"
    )


def _anneal(repulsion: FloatArray, n_lithium: int, rng: np.random.Generator) -> BoolArray:
    n_sites = len(repulsion)
    shuffled = rng.permutation(n_sites)
    full, empty = shuffled[:n_lithium], shuffled[n_lithium:]
    field = repulsion[full].sum(axis=0)
    for step, (first, second, chance) in enumerate(rng.random((_STEPS if len(empty) else 0, 3))):
        temperature = 8.0 * (1.0 - step / _STEPS) ** 2 + 0.05
        i, j = int(first * len(full)), int(second * len(empty))
        site, target = full[i], empty[j]
        change = field[target] - repulsion[site, target] - field[site]
        if change < 0 or chance < np.exp(-change / temperature):
            field += repulsion[target] - repulsion[site]
            full[i], empty[j] = target, site
    occupied = np.zeros(n_sites, dtype=bool)
    occupied[full] = True
    return occupied


def _site_repulsion(crystal: IonicCrystal) -> FloatArray:
    """Return the pair repulsion between lithium sites over periodic images, shape (n, n), units of kT."""
    sites = crystal.lithium_sites
    # lattice vectors within reach of a cell, in cubic fractions, in an order that rounding cannot change
    basis = np.array(primitive_basis(crystal.centring))
    coefficients = np.array(list(product(range(-4, 5), repeat=3)))
    vectors = coefficients @ basis / 2
    vectors = vectors[np.linalg.norm(vectors, axis=1) <= 2.5]
    energy = np.zeros((len(sites), len(sites)))
    for shift in vectors:
        difference = (sites[:, None, :] - sites[None, :, :] + shift) * crystal.lattice_parameter
        distance = np.linalg.norm(difference, axis=2)
        distance[distance < 1e-9] = np.inf
        energy += np.where(distance < crystal.closest["Li", "Li"], _EXCLUDED, (SOFT_LENGTH_A / distance) ** 6)
    return energy
