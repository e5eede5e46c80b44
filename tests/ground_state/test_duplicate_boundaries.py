"""Relaxed candidates that are the same boundary are one."""

import numpy as np
from ase import Atoms

from example_campaigns.small_boundary import small_boundary
from grainway.ground_state.ground_state_table import BoundaryState, group_duplicates, same_framework
from grainway.structure import build_boundary


def relaxed_like(seed=0):
    atoms = build_boundary(small_boundary(), seed=seed).atoms
    rng = np.random.default_rng(seed)
    atoms.positions += rng.normal(0.0, 0.01, atoms.positions.shape)
    return atoms


def disguised(atoms, rng):
    """The same structure translated, wrapped, in another order and with another third cell vector."""
    cell = atoms.cell.array.copy()
    cell[2] += cell[0] - cell[1]
    moved = Atoms(atoms.numbers, atoms.positions + rng.uniform(-20, 20, 3), cell=cell, pbc=True)
    moved.wrap()
    return moved[rng.permutation(len(moved))]


def test_a_framework_is_the_same_wherever_it_lies_and_another_when_an_ion_has_moved():
    rng = np.random.default_rng(1)
    atoms = relaxed_like()
    assert same_framework(atoms, disguised(atoms, rng), 0.05)
    lithium_moved = disguised(atoms, rng)
    lithium_moved.positions[lithium_moved.numbers == 3] += rng.normal(
        0.0, 1.0, ((atoms.numbers == 3).sum(), 3)
    )
    assert same_framework(atoms, lithium_moved, 0.05)
    for element in (8, 40, 57):
        ion_moved = disguised(atoms, rng)
        ion_moved.positions[np.flatnonzero(ion_moved.numbers == element)[0]] += [0.0, 0.3, 0.4]
        assert not same_framework(atoms, ion_moved, 0.3)
        assert not same_framework(ion_moved, atoms, 0.3)
        assert same_framework(atoms, ion_moved, 0.6)
    taller = atoms.copy()
    taller.set_cell(np.diag([1, 1, 1 + 0.1 / atoms.cell[2, 2]]) @ atoms.cell.array)
    assert not same_framework(atoms, taller, 0.3)
    fewer = atoms[np.arange(len(atoms)) != np.flatnonzero(atoms.numbers == 8)[0]]
    assert not same_framework(atoms, fewer, 0.3)
    mirrored = atoms.copy()
    mirrored.positions *= -1.0
    mirrored.set_cell(atoms.cell)
    assert same_framework(mirrored, disguised(mirrored, rng), 0.05)


def state(candidate, energy, structure, **changes):
    values = {
        "candidate": candidate,
        "energy": energy,
        "excess_volume": 0.1,
        "gap": 2.0,
        "dipole": 0.0,
        "translation": (0.0, 0.0),
        "termination": 0.0,
        "termination_b": 0.0,
        "lithium_oxide_per_nm2": 0.0,
        "n_lithium_oxide": 0,
        "n_duplicates": 0,
        "max_force": 0.0,
        "structure": structure,
    }
    return BoundaryState(**values | changes)


def test_duplicates_share_energy_volume_lithium_oxide_and_framework(tmp_path):
    rng = np.random.default_rng(2)
    atoms = relaxed_like()
    moved = disguised(atoms, rng)
    moved.positions[np.flatnonzero(moved.numbers == 8)[0]] += [0.0, 0.5, 0.5]
    for name, structure in (("a", atoms), ("b", disguised(atoms, rng)), ("c", moved)):
        structure.write(tmp_path / f"{name}.extxyz")
    states = [
        state(5, 1.0005, "b.extxyz"),
        state(1, 1.0, "a.extxyz"),
        state(2, 1.0002, "c.extxyz"),
        state(3, 1.1, "b.extxyz"),
        state(4, 1.0001, "b.extxyz", excess_volume=0.2),
        state(6, 1.0, "b.extxyz", n_lithium_oxide=2),
    ]
    groups = group_duplicates(states, tmp_path, 1e-3, 0.02, 0.3)
    assert [[s.candidate for s in g] for g in groups] == [[1, 5], [6], [4], [2], [3]]
    again = group_duplicates(states[::-1], tmp_path, 1e-3, 0.02, 0.3)
    assert [[s.candidate for s in g] for g in again] == [[1, 5], [6], [4], [2], [3]]
