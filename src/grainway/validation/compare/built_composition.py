"""Lithium enrichment of a boundary as it is built, before anything moves."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from grainway.analysis import lithium_enrichment
from grainway.domain import BoundarySpec, Composition, Estimate, GrainBoundary, Trajectory
from grainway.structure import Catalogue, build_boundary, load_garnet

TRANSFER_PER_NM2 = 2.0
WIDTH_A = 10.8


def built_enrichments(seed: int = 1) -> tuple[Estimate, Estimate, float]:
    """Return LER of Σ5 (310) as built, LER with lithium moved to its boundaries, and how much was moved.

    Nothing moves and other lithium orderings change the ratio by less than 0.002, so one build says it all;
    the error is what atomic planes in a window of finite width leave.

    Args:
        seed: of the lithium orderings.

    Returns:
        Both ratios and the lithium moved per nm² of boundary.
    """
    spec = Catalogue(max_atoms=5000).snap(axis=(0, 0, 1), angle_deg=36.87, inclination_deg=0.0).entry.spec()
    changed = replace(spec, composition=Composition(lithium_transfer_per_nm2=TRANSFER_PER_NM2))
    return _enrichment(spec, seed), _enrichment(changed, seed), TRANSFER_PER_NM2


def _enrichment(spec: BoundarySpec, seed: int) -> Estimate:
    boundary: GrainBoundary = build_boundary(spec, seed=seed)
    atoms, charges = boundary.atoms, load_garnet().formal_charges
    still = Trajectory(
        positions=np.repeat(atoms.positions[None], 2, axis=0),
        cell=atoms.cell.array,
        species=atoms.get_chemical_symbols(),
        charges=np.array([charges[symbol] for symbol in atoms.get_chemical_symbols()], dtype=np.float64),
        times=np.array([0.0, 1.0]),
        temperature=300.0,
    )
    return lithium_enrichment(still, boundary.boundary_positions, WIDTH_A)
