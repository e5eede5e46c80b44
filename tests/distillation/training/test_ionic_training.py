"""A committee by bootstrap over origins: each member is the fit to the frames it drew, written out."""

import numpy as np
import pytest

from example_potentials.labelled import doped, rattled
from grainway.distillation import bootstrap_by_origin
from grainway.distillation.frames.frame_origins import origin_draws
from grainway.distillation.training.ionic_training import IonicSettings, fitted_elements, train_pairs
from grainway.distillation.training.pair_fit import NormalEquations, PairFitSettings, predict_with_pairs
from grainway.distillation.training.pair_grids import PairGrids
from grainway.errors import ConfigError
from grainway.simulation import force_spread
from grainway.simulation.potentials.pair.pair_sums import pair_sums
from grainway.simulation.potentials.pair.spline_pairs import SplinePair
from grainway.simulation.potentials.pair.spline_potential import SplinePotential

ELEMENTS = ("Li", "La", "Zr", "O")
STIFF = PairFitSettings(ridge=1e-3)
"""Six frames of sixteen atoms leave most functions to the ridge."""


def refitted(frames, seed, potential, elements=ELEMENTS):
    """The fit to the frames of a draw, each as often as it was drawn, with the potential's joins."""
    equations = NormalEquations(elements, PairGrids().of(elements))
    for frame, times in bootstrap_by_origin(frames, seed):
        for _ in range(times):
            equations.add(frame)
    found = equations.solve(STIFF)
    pairs = {
        pair: SplinePair(
            grid=form.grid,
            coefficients=form.coefficients,
            join=potential.pairs[pair].join,
            stiffness=form.stiffness,
        )
        for pair, form in found.pairs.items()
    }
    return SplinePotential(elements=elements, pairs=pairs, energies=found.energies)


def test_the_spread_is_that_of_members_fitted_to_their_draws_one_by_one():
    frames = rattled(6)
    fit = train_pairs(frames, IonicSettings(fit=STIFF, n_members=4, seed=3))
    naive = [refitted(frames, seed, fit.potential) for seed in range(3, 7)]
    assert [sum(draw.values()) for draw in fit.draws] == [6] * 4
    for frame in rattled(3, seed=9):
        forces = np.array([predict_with_pairs(one, [frame])[0].get_forces() for one in naive])
        found = pair_sums(
            fit.potential, fit.members, frame.get_chemical_symbols(), frame.positions, frame.cell.array
        ).forces
        np.testing.assert_allclose(found, forces, rtol=1e-6, atol=1e-6)
        assert force_spread(found) == pytest.approx(force_spread(forces), rel=1e-6)
        assert force_spread(found)[0] > 1e-3


def test_one_origin_leaves_nothing_to_disagree_about():
    frames = rattled(3)
    for frame in frames:
        frame.info["origin"] = "the only run"
    fit = train_pairs(frames, IonicSettings(fit=STIFF, n_members=3))
    for members in fit.members.values():
        np.testing.assert_allclose(members, members[:, :1].repeat(3, axis=1))


def test_frames_with_other_elements_are_left_aside():
    frames, taken = rattled(5), IonicSettings(elements=ELEMENTS, fit=STIFF, n_members=2)
    alone = train_pairs(frames, taken).potential
    beside = train_pairs([*doped(3), *frames], taken).potential
    assert alone == beside
    assert alone.elements == ELEMENTS


def test_a_dopant_is_fitted_beside_its_host():
    frames = [*rattled(30), *doped(30)]
    fit = train_pairs(frames, IonicSettings(n_members=2))
    assert fit.potential.elements == (*ELEMENTS, "Ta")
    # none of these frames holds both, so nobody knows how they repel each other
    assert ("Zr", "Ta") not in fit.potential.pairs
    assert [table.keyword for table in fit.potential.tables(("Li", "O", "Ta"))] == [
        "Li-Li", "Li-O", "Li-Ta", "O-O", "O-Ta", "Ta-Ta",
    ]  # fmt: skip
    with pytest.raises(ConfigError, match="Zr-Ta"):
        fit.potential.tables((*ELEMENTS, "Ta"))
    for frame in doped(2, seed=5):
        error = predict_with_pairs(fit.potential, [frame])[0].get_forces() - frame.get_forces()
        # a pair below the twentieth shortest distance of so few frames is no spline's
        assert np.median(np.abs(error)) < 0.05 * np.abs(frame.get_forces()).mean()


def test_doped_frames_count_as_much_more_as_is_said():
    frames = [*rattled(4), *doped(4, "Al")]
    grids = PairGrids().of((*ELEMENTS, "Al"))
    twice, weighted = (NormalEquations((*ELEMENTS, "Al"), grids) for _ in range(2))
    for frame in frames:
        weighted.add(frame)
        for _ in range(2 if "Al" in frame.symbols else 1):
            twice.add(frame)
    by_weight = weighted.solve(PairFitSettings(ridge=1e-3, doped_weight=2.0))
    by_number = twice.solve(PairFitSettings(ridge=1e-3, doped_weight=1.0))
    for pair, form in by_number.pairs.items():
        np.testing.assert_allclose(by_weight.pairs[pair].coefficients, form.coefficients, rtol=1e-6)


@pytest.mark.parametrize("seed", range(20))
def test_no_draw_loses_a_dopant(seed):
    frames = [*rattled(6), *doped(2), *doped(1, "Al")]
    drawn = {s for frame, _ in bootstrap_by_origin(frames, seed) for s in frame.get_chemical_symbols()}
    assert drawn == {*ELEMENTS, "Ta", "Al"}
    assert sum(origin_draws(frames, seed).values()) == 9


def test_elements_that_no_frame_holds_are_refused():
    frames = [*rattled(2), *doped(2)]
    assert fitted_elements(frames, None) == (*ELEMENTS, "Ta")
    with pytest.raises(ConfigError, match=r"none of the 4 taught frames holds Nb.*label frames"):
        train_pairs(frames, IonicSettings(elements=(*ELEMENTS, "Nb")))
    # frames with tantalum hold lithium as well, which was not asked for
    with pytest.raises(ConfigError, match="Ta, O is of these elements alone"):
        train_pairs(doped(2), IonicSettings(elements=("Ta", "O")))


def test_dopants_reach_as_far_as_what_they_replace():
    grids = PairGrids().of((*ELEMENTS, "Al", "Ga", "Ta", "Nb"))
    for element in (*ELEMENTS, "Al"):
        ordered = (element, "Zr") if (element, "Zr") in grids else ("Zr", element)
        for dopant in ("Ta", "Nb"):
            assert grids[element, dopant] == grids[ordered] if element != "Al" else True
    assert grids["Ta", "Nb"] == grids["Ta", "Ta"] == grids["Zr", "Zr"]
    assert grids["O", "Ga"] == grids["O", "Al"]
    assert grids["O", "Al"].cutoff > grids["Li", "O"].cutoff


def test_a_reach_of_ones_own_comes_first_and_an_unknown_one_is_refused():
    own = PairGrids(reach={("Mg", "O"): (1.5, 6.0), ("Mg", "Mg"): (2.0, 6.0), ("O", "O"): (1.8, 7.0)})
    assert own.of(("O", "Mg"))["O", "Mg"].cutoff == 6.0
    assert own.of(("O",))["O", "O"].first == 1.8
    with pytest.raises(ConfigError, match=r"Mg-Mg.*PairGrids\(reach=\.\.\.\)"):
        PairGrids().of(("Mg", "O"))


def test_a_committee_of_one_is_refused():
    with pytest.raises(ConfigError, match="2 or more"):
        IonicSettings(n_members=1)
