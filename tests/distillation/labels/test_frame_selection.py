"""What is selected depends on structures alone, not on how they are written down."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.spatial.transform import Rotation

from example_potentials.teaching_frames import bare_frames
from grainway.distillation import (
    frame_descriptor,
    frame_descriptors,
    without_duplicates,
)
from grainway.distillation.labels.frame_selection import descriptor_size

seeds = st.integers(0, 10_000)


@settings(max_examples=15)
@given(seed=seeds)
def test_the_descriptor_does_not_see_order_turn_or_place(seed):
    rng = np.random.default_rng(seed)
    frame = bare_frames(1, seed % 7)[0]
    before = frame_descriptor(frame)
    other = frame[rng.permutation(len(frame))]
    other.positions += rng.uniform(-20.0, 20.0, 3)
    turn = Rotation.random(rng=rng).as_matrix()
    other.set_cell(other.cell.array @ turn.T)
    other.positions = other.positions @ turn.T
    np.testing.assert_allclose(frame_descriptor(other), before, atol=1e-8)


def test_the_descriptor_is_intensive():
    frame = bare_frames(1)[0]
    np.testing.assert_allclose(frame_descriptor(frame.repeat((2, 1, 1))), frame_descriptor(frame), atol=1e-8)


def test_the_descriptor_is_smooth():
    frame = bare_frames(1)[0]
    step = 1e-4
    moved = frame.copy()
    moved.positions[5, 0] += step
    change = np.abs(frame_descriptor(moved) - frame_descriptor(frame)).max()
    assert 0 < change < 10 * step


def test_heat_phase_density_and_a_single_close_contact_are_seen():
    cubic, tetragonal = bare_frames(2)
    still = frame_descriptor(cubic)
    other = cubic.copy()
    other.set_cell(other.cell.array * 1.02, scale_atoms=True)
    hot = cubic.copy()
    hot.positions += np.random.default_rng(3).normal(0.0, 0.1, hot.positions.shape)
    contact = cubic.copy()
    oxygen = np.flatnonzero(contact.numbers == 8)
    contact.positions[oxygen[1]] = contact.positions[oxygen[0]] + [0.0, 0.0, 1.6]
    for changed in (other, hot, contact, tetragonal):
        assert np.linalg.norm(frame_descriptor(changed) - still) > 0.2


def test_an_atom_of_another_element_and_a_lone_atom_do_no_harm():
    frame = bare_frames(1)[0]
    strange = frame.copy()
    strange.symbols[0] = "Al"
    assert np.isfinite(frame_descriptor(strange)).all()
    assert np.isfinite(frame_descriptor(frame[[3]])).all()
    assert frame_descriptors([]).shape == (0, descriptor_size())


pools = st.tuples(st.integers(1, 12), seeds).map(
    lambda given: np.random.default_rng(given[1]).normal(size=(given[0], 4))
)


@given(pool=pools, seed=seeds)
def test_duplicates_are_found_whatever_their_place(pool, seed):
    rng = np.random.default_rng(seed)
    copies = pool[rng.integers(0, len(pool), 5)] + 1e-9
    kept = without_duplicates(np.vstack([pool, copies]), 1e-6)
    assert set(kept) == set(range(len(pool)))
    assert len(without_duplicates(copies, 1e-6, pool)) == 0


def test_a_frame_turned_and_shuffled_is_a_duplicate():
    frame, other = bare_frames(2)
    again = frame[np.random.default_rng(1).permutation(len(frame))]
    again.rotate(40, (1, 2, 3), rotate_cell=True)
    assert without_duplicates(frame_descriptors([frame, other, again]), 1e-6).tolist() == [0, 1]
