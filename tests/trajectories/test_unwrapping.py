"""Wrapped motion in cells that fluctuate, shear and flip is the motion itself, or an error."""

import re

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from example_files.written import SIDE, Known, walkers, write_text
from grainway.errors import AnalysisError
from grainway.trajectories import Clock, Frame, Source
from grainway.trajectories.frame import fractional
from grainway.trajectories.unwrapping import LARGEST_JUMP, Unwrapper

CLOCK = Clock(timestep=0.002)


def followed(positions, cells, origin=(0.0, 0.0, 0.0), *, unwrapped=False):
    """Unwrapped fractions and continuous cells of Cartesian positions, which may be wrapped."""
    unwrapper = Unwrapper()
    pairs = []
    for number, (r, h) in enumerate(zip(positions, cells, strict=True), start=1):
        frame = Frame(
            fractions=fractional(r, h, np.asarray(origin)),
            cell=h,
            origin=np.asarray(origin),
            unwrapped=unwrapped,
        )
        pairs.append(unwrapper.follow(frame, number))
    return np.array([f for f, _ in pairs]), np.array([c for _, c in pairs])


def wrap(positions, cells):
    fractions = positions @ np.linalg.inv(cells)
    return (fractions - np.floor(fractions)) @ cells


@given(seed=st.integers(0, 10**6), step=st.floats(0.01, 0.2))
@settings(max_examples=30)
def test_wrapping_is_undone_up_to_a_constant_shift_by_whole_cells(seed, step):
    rng = np.random.default_rng(seed)
    cell = np.diag(rng.uniform(8, 12, 3)) + np.tril(rng.uniform(-3, 3, (3, 3)), -1)
    true = np.cumsum(rng.uniform(-step, step, (40, 5, 3)), axis=0)
    found, _ = followed(wrap(true @ cell, cell), np.repeat(cell[None], 40, axis=0))
    assert found - found[0] == pytest.approx(true - true[0], abs=1e-10)
    assert found[0] - true[0] == pytest.approx(np.rint(found[0] - true[0]), abs=1e-10)


def test_a_breathing_cell_moves_no_ion():
    rng = np.random.default_rng(4)
    fractions = np.cumsum(rng.normal(scale=0.01, size=(50, 20, 3)), axis=0) + rng.uniform(size=(20, 3))
    fixed = np.repeat(np.diag(SIDE)[None], 50, axis=0)
    breathing = fixed * (1 + 0.02 * rng.normal(size=(50, 1, 3)))
    in_fixed, _ = followed(wrap(fractions @ fixed, fixed), fixed)
    for unwrapped in (False, True):
        positions = fractions @ breathing
        positions = positions if unwrapped else wrap(positions, breathing)
        in_breathing, cells = followed(positions, breathing, unwrapped=unwrapped)
        assert in_breathing - in_breathing[0] == pytest.approx(in_fixed - in_fixed[0], abs=1e-10)
        assert cells == pytest.approx(breathing)


def test_equivalent_cells_give_the_same_displacements():
    known = walkers(n_frames=40)
    straight, _ = followed(known.wrapped[0], known.cells)
    moved = (straight - straight[0]) @ known.cells[0]
    for shear in ([[1, 0, 0], [2, 1, 0], [0, -1, 1]], [[0, 1, 0], [1, 0, 0], [0, 0, 1]]):
        cells = np.array(shear, dtype=float) @ known.cells
        slanted, _ = followed(wrap(known.positions, cells), cells)
        assert (slanted - slanted[0]) @ cells[0] == pytest.approx(moved, abs=1e-9)


@pytest.mark.parametrize("unwrapped", [False, True])
def test_flips_of_a_sheared_box_are_undone(unwrapped):
    """A box sheared by 1.4 periods, flipped whenever its tilt passes one half, as LAMMPS does."""
    rng = np.random.default_rng(5)
    fractions = np.cumsum(rng.normal(scale=0.01, size=(80, 12, 3)), axis=0) + rng.uniform(size=(12, 3))
    true = np.repeat(np.diag(SIDE)[None], 80, axis=0)
    true[:, 1, 0] = np.linspace(0, 1.4, 80) * SIDE[0]
    true[:, 2, 1] = np.linspace(0, -0.9, 80) * SIDE[1]
    positions = fractions @ true
    flipped = true.copy()
    flipped[:, 1, 0] -= np.rint(true[:, 1, 0] / SIDE[0]) * SIDE[0]
    turns = np.rint(flipped[:, 2, 1] / SIDE[1])
    flipped[:, 2] -= turns[:, None] * flipped[:, 1]
    assert np.ptp(np.rint(flipped @ np.linalg.inv(true))[:, 1, 0]) >= 1
    found, cells = followed(
        positions if unwrapped else wrap(positions, flipped), flipped, unwrapped=unwrapped
    )
    assert cells == pytest.approx(true, abs=1e-9)
    assert found - found[0] == pytest.approx(fractions - fractions[0], abs=1e-9)


@pytest.mark.parametrize("cell", [np.diag(SIDE), [[16.0, 0, 0], [5.0, 15.0, 0], [0, 0, 18.0]]])
def test_a_quarter_of_the_cell_is_the_limit_of_proof(cell):
    cell = np.asarray(cell)
    start = np.full((1, 3, 3), 0.5)
    for axis in range(3):
        for share, provable in ((0.999, True), (1.001, False)):
            fractions = np.repeat(start, 2, axis=0)
            fractions[1, 1, axis] += share * LARGEST_JUMP
            cells = np.repeat(cell[None], 2, axis=0)
            if provable:
                found, _ = followed(wrap(fractions @ cells, cells), cells)
                assert found[1, 1, axis] - found[0, 1, axis] == pytest.approx(share * LARGEST_JUMP)
                continue
            with pytest.raises(AnalysisError) as caught:
                followed(wrap(fractions @ cells, cells), cells)
            # the faces that the vector joins are this far apart
            width = 1 / np.linalg.norm(np.linalg.inv(cell)[:, axis])
            message = str(caught.value)
            assert "frame 2" in message
            assert "atom 2 " in message
            jump, limit = (
                float(x) for x in re.search(r"jumped ([\d.]+) Å.*width, ([\d.]+) Å", message).groups()
            )
            assert jump == pytest.approx(share * LARGEST_JUMP * width, abs=0.006)
            assert limit == pytest.approx(LARGEST_JUMP * width, abs=0.006)
            assert all(word in message for word in ("more often", "xu yu zu", "ix iy iz", "--unwrapped"))


def test_long_jumps_are_fine_where_the_file_or_the_user_says_unwrapped(tmp_path):
    rng = np.random.default_rng(6)
    known = walkers(n_frames=10)
    known = Known(
        known.positions + np.cumsum(rng.normal(scale=20, size=known.positions.shape), axis=0),
        known.cells,
        known.types,
        known.origin,
    )
    true = known.positions - known.positions[0]

    def moved(source):
        positions = np.array([s.fractions @ s.cell for s in source.samples()])
        return positions - positions[0]

    for names in ("id type xu yu zu", "id type x y z ix iy iz", "id type xs ys zs ix iy iz"):
        path = write_text(tmp_path / "run.dump", known, names)
        assert moved(Source(paths=[path], clock=CLOCK)) == pytest.approx(true, abs=1e-9)
    path = write_text(tmp_path / "run.dump", known, "id type x y z")
    with pytest.raises(AnalysisError, match="cannot be unwrapped"):
        moved(Source(paths=[path], clock=CLOCK))
    from ase import Atoms
    from ase.io import write

    path = tmp_path / "run.extxyz"
    write(path, [Atoms(known.species, r, cell=known.cells[0], pbc=True) for r in known.positions])
    assert moved(Source(paths=[path], clock=Clock(frame_interval=0.1), unwrapped=True)) == pytest.approx(
        true, abs=1e-7
    )


def test_another_cell_is_another_run():
    known = walkers(n_frames=4)
    cells = known.cells.copy()
    cells[2:] *= 2
    with pytest.raises(AnalysisError, match=r"frame 3: the cell changed .*another run"):
        followed(known.positions, cells, unwrapped=True)
