"""Force matching: a pair potential of the splines' own kind comes back, anything else as near as it goes."""

import numpy as np
import pytest
from ase.calculators.singlepoint import SinglePointCalculator

from example_potentials.small_splines import ELEMENTS, GRIDS, configuration, truth
from grainway.distillation.training.pair_fit import NormalEquations, PairFitSettings, predict_with_pairs
from grainway.errors import ConfigError

LOOSE = PairFitSettings(ridge=1e-13, lithium_weight=1.0, seen=1)
"""Splines alone, down to the shortest distance of the frames."""


def labelled(seed, potential):
    return predict_with_pairs(potential, [configuration(seed)])[0]


def equations(frames):
    found = NormalEquations(ELEMENTS, GRIDS)
    for frame in frames:
        found.add(frame)
    return found


def test_a_potential_of_its_own_kind_comes_back():
    known = truth()
    frames = [labelled(seed, known) for seed in range(12)]
    fitted = equations(frames).solve(LOOSE)
    for found, wanted in zip(predict_with_pairs(fitted, frames), frames, strict=True):
        np.testing.assert_allclose(found.get_forces(), wanted.get_forces(), atol=1e-4)
        np.testing.assert_allclose(found.get_stress(), wanted.get_stress(), atol=1e-5)
        assert found.get_potential_energy() == pytest.approx(wanted.get_potential_energy(), abs=1e-3)


def test_forces_and_stress_are_derivatives_of_the_energy():
    known = truth(3)
    frame = configuration(5)
    predicted = predict_with_pairs(known, [frame])[0]
    step = 1e-5

    def energy(moved):
        return predict_with_pairs(known, [moved])[0].get_potential_energy()

    for atom, axis in ((0, 0), (7, 2), (21, 1)):
        up, down = frame.copy(), frame.copy()
        up.positions[atom, axis] += step
        down.positions[atom, axis] -= step
        slope = -(energy(up) - energy(down)) / (2 * step)
        assert predicted.get_forces()[atom, axis] == pytest.approx(slope, rel=1e-5, abs=1e-6)
    for voigt, (a, b) in enumerate(((0, 0), (1, 1), (2, 2), (1, 2), (0, 2), (0, 1))):
        strained = []
        for sign in (1, -1):
            strain = np.eye(3)
            strain[a, b] += sign * step / 2
            strain[b, a] += sign * step / 2
            moved = frame.copy()
            moved.set_cell(frame.cell.array @ strain, scale_atoms=True)
            strained.append(energy(moved))
        slope = (strained[0] - strained[1]) / (2 * step) / frame.get_volume()
        # off the diagonal both e_ab and e_ba are strained by half a step each, on it twice the same one
        share = 1.0
        assert predicted.get_stress()[voigt] == pytest.approx(slope / share, rel=1e-4, abs=1e-7)


def test_an_origin_counts_as_often_as_it_is_drawn():
    frames = [labelled(seed, truth(seed)) for seed in range(8)]
    twice = equations([*frames, *frames[:2]]).solve(LOOSE)
    drawn = equations(frames).solve(LOOSE, {f"origin {n}": 2 if n == 0 else 1 for n in range(4)})
    for pair in GRIDS:
        np.testing.assert_allclose(twice.pairs[pair].coefficients, drawn.pairs[pair].coefficients, rtol=1e-5)


def test_more_weight_on_lithium_brings_its_forces_nearer():
    """What pairs cannot hold, a three-body part of the labels, is spread by the weights."""
    rng = np.random.default_rng(0)
    frames = []
    for seed in range(12):
        frame = labelled(seed, truth())
        forces = frame.get_forces() + rng.standard_normal((len(frame), 3))
        frame.calc = SinglePointCalculator(
            frame, energy=frame.get_potential_energy(), forces=forces, stress=frame.get_stress()
        )
        frames.append(frame)
    sums = equations(frames)

    def lithium_error(weight):
        model = sums.solve(PairFitSettings(ridge=1e-13, lithium_weight=weight))
        errors = [
            (p.get_forces() - f.get_forces())[f.symbols == "Li"]
            for p, f in zip(predict_with_pairs(model, frames), frames, strict=True)
        ]
        return float(np.mean(np.concatenate(errors) ** 2))

    assert lithium_error(100.0) < lithium_error(1.0) < lithium_error(0.01)


def test_the_splines_end_where_few_pairs_are_nearer():
    """Twenty of many; of a pair that is seldom seen a hundredth, so that what is known of it counts."""
    frames = [labelled(seed, truth()) for seed in range(12)]
    sums = equations(frames)
    few = equations(frames[:1])
    for pair in GRIDS:
        for known, settings in ((sums, PairFitSettings(seen=3)), (few, PairFitSettings(seen=1000))):
            join = known.solve(settings).pairs[pair].join
            n_nearer = int((known.shortest[pair] < join).sum())
            assert n_nearer < min(settings.seen, max(1, known.n_seen[pair] // 100))
    atoms = np.array(frames[0].get_chemical_symbols())
    distances = frames[0].get_all_distances(mic=True)[np.ix_(atoms == "Li", atoms == "O")]
    assert few.n_seen["Li", "O"] >= (distances < GRIDS["Li", "O"].cutoff).sum()


def test_nothing_to_learn_from_is_said():
    with pytest.raises(ConfigError, match="frames"):
        NormalEquations(ELEMENTS, GRIDS).solve(PairFitSettings())
    with pytest.raises(ConfigError, match="grids"):
        NormalEquations(("Li", "O", "Zr"), GRIDS)
