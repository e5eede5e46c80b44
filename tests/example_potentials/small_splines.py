"""Splines with drawn coefficients between lithium and oxygen, and frames that they label."""

import numpy as np
from ase import Atoms

from grainway.simulation.potentials.pair.spline_pairs import SplineGrid, SplinePair
from grainway.simulation.potentials.pair.spline_potential import SplineCommittee, SplinePotential, rounded

ELEMENTS = ("Li", "O")
GRIDS = {
    ("Li", "Li"): SplineGrid(first=1.2, cutoff=4.5, intervals=9),
    ("Li", "O"): SplineGrid(first=1.0, cutoff=4.0, intervals=8),
    ("O", "O"): SplineGrid(first=1.4, cutoff=5.0, intervals=10),
}


def truth(seed=1):
    rng = np.random.default_rng(seed)
    pairs = {
        pair: SplinePair(
            grid=grid,
            coefficients=tuple(rng.standard_normal(grid.n_functions)),
            join=grid.first,
            stiffness=5.0,
        )
        for pair, grid in GRIDS.items()
    }
    return SplinePotential(elements=ELEMENTS, pairs=pairs, energies={"Li": -1.5, "O": -4.0})


def configuration(seed, n=40):
    """Atoms on a distorted grid in a sheared cell: no pair below the grids' first distances."""
    rng = np.random.default_rng(seed)
    cell = np.diag(rng.uniform(8.0, 10.0, 3))
    cell[1, 0], cell[2, 0], cell[2, 1] = rng.uniform(-2.0, 2.0, 3)
    fractions = np.stack(np.meshgrid(*[np.arange(4) / 4] * 3, indexing="ij"), axis=-1).reshape(-1, 3)
    chosen = rng.permutation(64)[:n]
    positions = fractions[chosen] @ cell + rng.uniform(-0.2, 0.2, (n, 3))
    symbols = rng.choice(ELEMENTS, n)
    frame = Atoms(symbols, positions=positions, cell=cell, pbc=True)
    frame.info.update(kind="bulk_cubic", origin=f"origin {seed // 2}", temperature=300.0)
    return frame


def watched(seed=1, n_members=4, spread_threshold=0.5):
    """The same with a committee, whose members differ from it by a tenth of the coefficients' size."""
    potential = truth(seed)
    rng = np.random.default_rng(seed + 100)
    members = {
        pair: rounded(form.coefficients + 0.1 * rng.standard_normal((n_members, form.grid.n_functions)))
        for pair, form in potential.pairs.items()
    }
    return SplinePotential(
        name="drawn",
        elements=ELEMENTS,
        pairs=potential.pairs,
        energies=potential.energies,
        committee=SplineCommittee(coefficients=members, spread_threshold=spread_threshold),
    )
