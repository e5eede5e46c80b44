"""Sums over pairs: every pair of every image once, and all members of a committee as each of them alone."""

from dataclasses import replace

import numpy as np
import pytest

from example_potentials.small_splines import ELEMENTS, configuration, truth, watched
from grainway.errors import ConfigError
from grainway.simulation import force_spread
from grainway.simulation.potentials.pair.fitted_potential import committee_spread
from grainway.simulation.potentials.pair.pair_sums import (
    committee_coefficients,
    directed_pairs,
    own_coefficients,
    pair_sums,
)
from grainway.simulation.potentials.pair.spline_potential import SplinePotential


def of(potential, coefficients, frame):
    return pair_sums(potential, coefficients, frame.get_chemical_symbols(), frame.positions, frame.cell.array)


def member(potential, number):
    """A member of the committee as a potential of its own."""
    return SplinePotential(
        elements=potential.elements,
        pairs={
            pair: replace(form, coefficients=potential.committee.coefficients[pair][number])
            for pair, form in potential.pairs.items()
        },
        energies=potential.energies,
    )


def test_pairs_are_those_of_a_plain_search_over_images():
    frame = configuration(9)
    atoms = np.arange(len(frame))
    i, j, r, e = directed_pairs(frame.positions, frame.cell.array, atoms, atoms, 5.0)
    shifts = np.stack(np.meshgrid(*[np.arange(-2, 3)] * 3, indexing="ij"), axis=-1).reshape(-1, 3)
    images = frame.positions[None] + (shifts @ frame.cell.array)[:, None]
    distances = np.linalg.norm(images[:, None] - frame.positions[None, :, None], axis=-1)
    wanted = np.sort(distances[(distances > 1e-8) & (distances < 5.0)])
    np.testing.assert_allclose(np.sort(r), wanted, atol=1e-9)
    np.testing.assert_allclose(np.linalg.norm(e, axis=1), 1.0)
    # each like pair stands twice, once from each end
    assert sorted(zip(i.tolist(), j.tolist(), np.round(r, 6), strict=True)) == sorted(
        zip(j.tolist(), i.tolist(), np.round(r, 6), strict=True)
    )


@pytest.mark.parametrize("seed", range(3))
def test_one_pass_gives_every_member_what_it_gives_alone(seed):
    """Some pairs lie below the join, where the force goes on as an exponential of each member's own."""
    potential, frame = watched(seed), configuration(seed)
    raised = {pair: replace(form, join=form.grid.first + 1.2) for pair, form in potential.pairs.items()}
    potential = replace(potential, pairs=raised)
    together = of(potential, committee_coefficients(potential), frame)
    for number in range(potential.committee.n_members):
        alone = member(potential, number)
        one = of(alone, own_coefficients(alone), frame)
        np.testing.assert_allclose(together.forces[number], one.forces[0], rtol=1e-10, atol=1e-10)
        np.testing.assert_allclose(together.virials[number], one.virials[0], rtol=1e-10, atol=1e-9)
        assert together.energies[number] == pytest.approx(one.energies[0], rel=1e-10)


def test_forces_add_up_to_nothing():
    potential = watched()
    forces = of(potential, committee_coefficients(potential), configuration(4)).forces
    np.testing.assert_allclose(forces.sum(axis=1), 0.0, atol=1e-10)


def test_the_spread_is_that_of_the_members_forces():
    potential, frame = watched(2), configuration(6)
    forces = [of(m, own_coefficients(m), frame).forces[0] for m in (member(potential, k) for k in range(4))]
    found = committee_spread(potential, frame.get_chemical_symbols(), frame.positions, frame.cell.array)
    assert found == pytest.approx(force_spread(np.array(forces)), rel=1e-10)


def test_members_that_agree_have_no_spread():
    potential = watched()
    same = {pair: (rows[0],) * 3 for pair, rows in potential.committee.coefficients.items()}
    potential = replace(potential, committee=replace(potential.committee, coefficients=same))
    frame = configuration(1)
    found = committee_spread(potential, frame.get_chemical_symbols(), frame.positions, frame.cell.array)
    assert found == pytest.approx((0.0, 0.0, 0.0), abs=1e-12)


def test_two_elements_that_no_frame_held_together_are_named():
    potential = truth()
    known = {pair: form for pair, form in potential.pairs.items() if pair != ("Li", "O")}
    alone = replace(potential, pairs=known)
    assert [table.keyword for table in alone.tables(("Li",))] == ["Li-Li"]
    with pytest.raises(ConfigError, match=r"holds the pairs Li-O.*label frames that hold both"):
        alone.tables(ELEMENTS)
