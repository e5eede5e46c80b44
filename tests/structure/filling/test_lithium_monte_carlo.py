"""Lithium on given places: the right number at each boundary, at the lowest energy, never too close."""

from itertools import combinations

import numpy as np
import pytest
from scipy.sparse import csr_array

from grainway.errors import StructureError
from grainway.structure.filling.lithium_monte_carlo import Places, arrange, make_places

CLOSEST = 2.1


def random_places(rng, n, n_boundaries=1, edge=12.0):
    positions = rng.random((n, 3)) * edge
    boundary = np.sort(rng.integers(n_boundaries, size=n))
    return make_places(positions, boundary, 3 * rng.random(n), np.zeros((0, 3)), np.eye(3) * edge, CLOSEST)


def shortest(positions, edge):
    apart = positions[:, None] - positions[None]
    distance = np.linalg.norm(apart - edge * np.round(apart / edge), axis=2)
    np.fill_diagonal(distance, np.inf)
    return distance.min()


def test_moves_lower_the_energy_and_clear_what_is_too_close():
    """From a random start with forbidden pairs the sweeps end without one and lower."""
    rng = np.random.default_rng(0)
    for seed in range(5):
        places = random_places(rng, 250, n_boundaries=2)
        start = np.zeros(250, dtype=bool)
        start[rng.choice(250, 40, replace=False)] = True
        assert shortest(places.positions[start], 12.0) < CLOSEST
        wanted = np.array([22, 18])
        final, (before, after) = arrange(places, start, wanted, 10, np.random.default_rng(seed))
        assert np.bincount(places.boundary[final], minlength=2).tolist() == wanted.tolist()
        assert shortest(places.positions[final], 12.0) >= CLOSEST
        pairs = places.repulsion.toarray()[np.ix_(final, final)] * (1 - np.eye(40))
        assert after == pytest.approx(places.energy[final].sum() + pairs.sum() / 2)
        assert after < before


def test_slow_cooling_finds_the_lowest_of_all_arrangements():
    rng = np.random.default_rng(3)
    for _ in range(5):
        energy = 20 * rng.random(9)
        table = 10 * rng.random((9, 9))
        table = table + table.T
        np.fill_diagonal(table, 1e4)
        places = Places(
            rng.random((9, 3)),
            np.zeros(9, dtype=int),
            energy,
            np.zeros(9, dtype=bool),
            csr_array(table),
            np.arange(9),
        )

        def total(chosen, energy=energy, table=table):
            return energy[list(chosen)].sum() + sum(table[i, j] for i, j in combinations(chosen, 2))

        lowest = min(total(c) for c in combinations(range(9), 3))
        start = np.arange(9) < 3
        found = min(arrange(places, start, np.array([3]), 300, rng)[1][1] for _ in range(4))
        assert found == pytest.approx(lowest)


def test_two_ions_and_two_places_meet_with_boltzmann_weights():
    """One ion, two places: at the last temperature, 0.2 kT, the odds are exp(-ΔE/0.2)."""
    places = Places(
        np.zeros((2, 3)),
        np.zeros(2, dtype=int),
        np.array([0.0, 0.2]),
        np.zeros(2, dtype=bool),
        csr_array(np.eye(2) * 1e4),
        np.arange(2),
    )
    rng = np.random.default_rng(5)
    n = 4000
    higher = sum(arrange(places, np.array([True, False]), np.array([1]), 2, rng)[0][1] for _ in range(n))
    expected = np.exp(-1) / (1 + np.exp(-1))
    assert abs(higher / n - expected) < 4 * np.sqrt(expected * (1 - expected) / n)


def test_the_order_of_the_list_changes_nothing():
    rng = np.random.default_rng(8)
    positions, boundary = rng.random((200, 3)) * 12.0, rng.integers(2, size=200)
    energy, still = 3 * rng.random(200), rng.random((5, 3)) * 12.0
    start = np.arange(200) < 20
    answers = []
    for order in (np.arange(200), rng.permutation(200)):
        places = make_places(
            positions[order], boundary[order], energy[order], still, np.eye(3) * 12.0, CLOSEST
        )
        occupied, _ = arrange(
            places, start[order][places.order], np.array([15, 12]), 5, np.random.default_rng(1)
        )
        answers.append(places.positions[occupied])
    assert np.array_equal(*answers)


@pytest.mark.parametrize("wanted", [2, 4, -1])
def test_no_room_is_an_error_with_the_remedy(wanted):
    positions = np.array([[0.0, 0, 0], [0.5, 0, 0], [1.0, 0, 0]])
    places = make_places(
        positions, np.zeros(3, dtype=int), np.zeros(3), np.zeros((0, 3)), np.eye(3) * 9.0, CLOSEST
    )
    with pytest.raises(StructureError, match=r"no room for .* use another translation"):
        arrange(places, np.zeros(3, dtype=bool), np.array([wanted]), 10, np.random.default_rng(0))
