"""Structures away from equilibrium."""

import numpy as np
import pytest
from ase.neighborlist import neighbor_list

from grainway.distillation.sources.distortions import (
    CONTACTS,
    depleted,
    pushed_together,
    strained,
    with_vacuum,
)
from grainway.distillation.sources.starting_structures import Cubic, SurfaceSlab, TwoBoundaries
from grainway.domain import Composition
from grainway.errors import ConfigError, StructureError

CUBIC = Cubic(3).build(np.random.default_rng(0))


def test_strain_keeps_the_cell_lower_triangular_and_fractions_as_they_are():
    strain = (0.01, -0.02, 0.03, 0.05, -0.06, 0.04)
    tilted = strained(CUBIC, strain)
    assert np.abs(np.triu(tilted.cell.array, 1)).max() < 1e-12
    xx, yy, zz = (1 + e for e in strain[:3])
    assert tilted.get_volume() == pytest.approx(CUBIC.get_volume() * xx * yy * zz)
    np.testing.assert_allclose(tilted.get_scaled_positions(), CUBIC.get_scaled_positions(), atol=1e-9)
    assert tilted.cell.array[1, 0] == pytest.approx(0.04 * CUBIC.cell.lengths()[1])


def test_ions_are_removed_by_number_and_no_others():
    left = depleted(CUBIC, (("O", 2), ("Li", 4)), np.random.default_rng(1))
    before, after = CUBIC.symbols.formula.count(), left.symbols.formula.count()
    assert {s: before[s] - after[s] for s in before} == {"Li": 4, "O": 2, "La": 0, "Zr": 0}
    with pytest.raises(StructureError, match="removed"):
        depleted(CUBIC, (("Zr", 17),), np.random.default_rng(1))


def test_pairs_are_pushed_to_the_distances_of_the_list_and_the_rest_stays():
    allowed = {frozenset(pair[:2]): pair[2:] for pair in CONTACTS}
    for seed in range(5):
        pushed = pushed_together(CUBIC, np.random.default_rng(seed))
        moved = np.flatnonzero(np.abs(pushed.positions - CUBIC.positions).max(axis=1) > 1e-9)
        assert len(moved) in (4, 6)
        i, j, distance = neighbor_list("ijd", pushed, 3.4)
        matched = 0
        for one in moved:
            to_moved = (i == one) & np.isin(j, moved)
            for other, d in zip(j[to_moved], distance[to_moved], strict=True):
                bounds = allowed.get(frozenset((pushed.symbols[one], pushed.symbols[other])))
                matched += bounds is not None and bounds[0] - 1e-9 <= d <= bounds[1] + 1e-9
        assert matched >= len(moved)


def test_a_slab_has_its_vacuum_and_all_of_its_ions():
    slab = with_vacuum(CUBIC, 12.0, 1.0)
    assert slab.cell.array[2, 2] == pytest.approx(CUBIC.cell.array[2, 2] + 12.0)
    height = np.sort(slab.positions[:, 2])
    assert height[-1] - height[0] < CUBIC.cell.array[2, 2]
    assert slab.symbols.formula.count() == CUBIC.symbols.formula.count()
    with pytest.raises(ConfigError, match="vacuum"):
        with_vacuum(CUBIC, 0.0, 0.0)


def test_a_slab_of_an_oblique_cell_is_a_crystal_inside():
    slab = SurfaceSlab((1, 1, 1), 6.0, 12.0, 0.4, 1).build(np.random.default_rng(0))
    assert slab.symbols.formula.count()["Zr"] * 7 == slab.symbols.formula.count()["Li"] * 2
    distance = neighbor_list("d", slab, 1.95)
    assert len(distance) == 0 or distance.min() > 1.5
    with pytest.raises(StructureError, match="normal"):
        SurfaceSlab((9, 1, 0), 6.0, 12.0, 0.4, 1).build(np.random.default_rng(0))


def test_a_bicrystal_is_neutral_and_draws_its_freedoms():
    grain = TwoBoundaries((1, 1, 1), (2, -1, -1), (1, -2, 1), 10.0, 7)
    one, same, other = (grain.build(np.random.default_rng(s)) for s in (1, 1, 2))
    np.testing.assert_array_equal(one.positions, same.positions)
    assert np.abs(one.cell.array - other.cell.array).max() > 0 or len(one) != len(other)
    count = one.symbols.formula.count()
    assert count["Li"] + 3 * count["La"] + 4 * count["Zr"] == 2 * count["O"]
    richer = TwoBoundaries(
        (1, 1, 1), (2, -1, -1), (1, -2, 1), 10.0, 7, Composition(lithium_oxide_per_nm2=1.0)
    ).build(np.random.default_rng(1))
    assert richer.symbols.formula.count()["Li"] > count["Li"]
    stepped = TwoBoundaries((0, 0, 1), (2, 1, 0), (1, 2, 0), 10.0, 7, connection="stepped")
    assert len(stepped.build(np.random.default_rng(1))) == 744
    with pytest.raises(StructureError, match="boundary"):
        TwoBoundaries((0, 0, 1), (9, 8, 7), (1, 0, 0), 10.0, 7).entry()
