"""Elements added to a fit: the host stays, and what no frame says is what the replaced ion says."""

from dataclasses import replace

import numpy as np
import pytest

from example_potentials.labelled import doped, rattled
from grainway.distillation.loop.ionic_release import load_ionic
from grainway.distillation.training.guest_pairs import coefficients_like, stand_in
from grainway.distillation.training.ionic_training import IonicSettings, host_of_member, train_pairs
from grainway.distillation.training.pair_fit import NormalEquations, PairFitSettings, predict_with_pairs
from grainway.distillation.training.pair_grids import PairGrids
from grainway.errors import ConfigError
from grainway.simulation.potentials.pair.spline_pairs import SplineGrid, SplinePair
from grainway.simulation.potentials.pair.spline_potential import SplineCommittee, rounded

HOST = ("Li", "La", "Zr", "O")


@pytest.fixture(scope="module")
def host():
    fit = train_pairs(rattled(12), IonicSettings(n_members=2))
    members = {pair: rounded(rows.T) for pair, rows in fit.members.items()}
    return replace(fit.potential, committee=SplineCommittee(coefficients=members, spread_threshold=0.5))


@pytest.fixture(scope="module")
def with_tantalum(host):
    return train_pairs([*rattled(4, seed=8), *doped(30)], IonicSettings(n_members=2), host)


def test_the_host_stays_to_the_last_digit(host, with_tantalum):
    found = with_tantalum.potential
    assert found.elements == (*HOST, "Ta")
    for pair, form in host.pairs.items():
        assert found.pairs[pair] == form
        for number in range(2):
            np.testing.assert_allclose(
                with_tantalum.members[pair][:, number], host.committee.coefficients[pair][number], rtol=1e-9
            )
    assert {e: found.energies[e] for e in HOST} == dict(host.energies)
    for frame in rattled(2, seed=4):
        before, after = (predict_with_pairs(p, [frame])[0].get_forces() for p in (host, found))
        np.testing.assert_array_equal(before, after)


def test_undoped_frames_say_nothing(host, with_tantalum):
    alone = train_pairs(doped(30), IonicSettings(n_members=2), host).potential
    assert alone == with_tantalum.potential


def test_the_firmer_the_tether_the_nearer_to_the_ion_that_is_replaced(host):
    """Nothing in between; at its end the functions are the host's, whatever the frames say."""
    labelled, elements = doped(6), (*HOST, "Ta")
    grids = PairGrids().of(elements) | {pair: form.grid for pair, form in host.pairs.items()}
    equations = NormalEquations(elements, grids)
    for frame in labelled:
        equations.add(frame)
    away = []
    for tether in (1e-6, 1e-2, 1e2, 1e8):
        found = equations.solve(PairFitSettings(tether=tether, ridge=1e-2), host=host)
        differences = [
            np.array(found.pairs["O", "Ta"].coefficients)
            - coefficients_like(stand_in(("O", "Ta"), host), grids["O", "Ta"]),
            np.array(found.pairs["Li", "Ta"].coefficients)
            - coefficients_like(stand_in(("Li", "Ta"), host), grids["Li", "Ta"]),
        ]
        away.append(float(np.linalg.norm(np.concatenate(differences))))
    assert away == sorted(away, reverse=True)
    assert away[-1] < 1e-4 * away[0]


@pytest.mark.parametrize("seed", range(4))
def test_a_function_is_followed_on_another_grid(seed):
    rng = np.random.default_rng(seed)
    grid = SplineGrid(first=1.6, cutoff=6.0, intervals=20)
    form = SplinePair(grid=grid, coefficients=tuple(rng.normal(size=20)), join=2.1, stiffness=5.0)
    np.testing.assert_allclose(coefficients_like(form, grid)[3:], form.coefficients[3:], atol=0.02)
    finer = SplineGrid(first=1.6, cutoff=6.0, intervals=40)
    copy = SplinePair(grid=finer, coefficients=tuple(coefficients_like(form, finer)), join=2.1, stiffness=5.0)
    r = np.linspace(2.1, 5.9, 60)
    np.testing.assert_allclose(copy.evaluate(r)[0], form.evaluate(r)[0], atol=0.02)


def test_tantalum_stands_for_zirconium_and_aluminium_for_lithium(host):
    assert stand_in(("O", "Ta"), host) == host.pairs["Zr", "O"]
    assert stand_in(("Ta", "Nb"), host) == host.pairs["Zr", "Zr"]
    assert stand_in(("Li", "Al"), host) == host.pairs["Li", "Li"]
    assert stand_in(("La", "Al"), host) == host.pairs["Li", "La"]
    assert stand_in(("O", "Mg"), host) is None


def test_a_host_needs_a_committee_of_the_same_size_and_frames_with_something_new(host):
    with pytest.raises(ConfigError, match=r"host.*committee of 3 members"):
        train_pairs(doped(2), IonicSettings(n_members=3), host)
    with pytest.raises(ConfigError, match="an element that the host lacks"):
        train_pairs(rattled(2), IonicSettings(n_members=2), host)
    assert host_of_member(replace(host, committee=None), 0).pairs == host.pairs


def test_a_folder_without_a_potential_is_refused(tmp_path):
    with pytest.raises(ConfigError, match=r"ionic\.json.*--form ionic"):
        load_ionic(tmp_path)
