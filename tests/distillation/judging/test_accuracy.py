import json

import numpy as np
import pytest
from ase import units
from ase.calculators.singlepoint import SinglePointCalculator
from hypothesis import given
from hypothesis import strategies as st

from example_potentials.labelled import rattled
from grainway.distillation.judging.accuracy import bulk_or_kind, measure_accuracy
from grainway.errors import ConfigError


def shifted(frame, energy=0.0, forces=0.0, stress=0.0):
    copy = frame.copy()
    copy.calc = SinglePointCalculator(
        copy,
        energy=frame.get_potential_energy() + energy,
        forces=frame.get_forces() + forces,
        stress=frame.get_stress() + stress,
    )
    return copy


FRAMES = rattled(6)


@given(st.floats(-3, 3), st.floats(-0.05, 0.05), st.floats(-0.1, 0.1))
def test_a_constant_error_is_found_in_its_unit_with_no_spread(energy, force, stress):
    predicted = [shifted(f, energy * len(f) / 1000, force, stress * units.GPa) for f in FRAMES]
    (found,) = measure_accuracy(FRAMES, predicted)
    measures = (found.energy_mae, found.force_mae, found.force_rmse, found.stress_mae)
    for measure, value in zip(measures, (energy, force, force, stress), strict=True):
        assert measure.value == pytest.approx(abs(value), abs=1e-6)
        assert measure.standard_error == pytest.approx(0, abs=1e-6)
    assert found.force_max == pytest.approx(abs(force) * np.sqrt(3), abs=1e-6)
    assert (found.n_frames, found.n_origins) == (6, 6)


def test_the_spread_between_origins_makes_the_error_bar():
    # three frames of one run and three of another: two independent numbers, not six
    labelled = [f.copy() for f in FRAMES]
    for number, (copy, frame) in enumerate(zip(labelled, FRAMES, strict=True)):
        copy.calc = frame.calc
        copy.info["origin"] = f"run {number // 3}"
    predicted = [shifted(f, forces=0.1 if n < 3 else 0.3) for n, f in enumerate(labelled)]
    (found,) = measure_accuracy(labelled, predicted)
    assert found.n_origins == 2
    assert found.force_mae.value == pytest.approx(0.2)
    assert found.force_mae.standard_error == pytest.approx(0.1)  # (0.3 - 0.1)/2


def test_the_error_bar_covers_the_truth_as_often_as_it_says():
    rng = np.random.default_rng(5)
    covered = 0
    for _ in range(60):
        size = np.abs(rng.normal(0.1, 0.03, len(FRAMES)))
        predicted = [shifted(f, forces=s) for f, s in zip(FRAMES, size, strict=True)]
        measure = measure_accuracy(FRAMES, predicted)[0].force_mae
        covered += abs(measure.value - 0.1) < 2 * measure.standard_error
    assert 48 <= covered <= 60  # Student's t with 5 degrees of freedom: 90 %


def test_one_origin_gives_no_error_bar():
    (found,) = measure_accuracy(FRAMES[:1], [shifted(FRAMES[0], forces=0.1)])
    assert found.force_mae.standard_error is None


def test_a_free_zero_takes_off_what_only_counts_atoms_and_nothing_else():
    per_element = {"Li": 0.3, "La": -1.0, "Zr": 0.5, "O": 0.2}
    predicted = [shifted(f, sum(per_element[s] for s in f.get_chemical_symbols())) for f in FRAMES]
    assert measure_accuracy(FRAMES, predicted)[0].energy_mae.value > 10
    assert measure_accuracy(FRAMES, predicted, free_zero=True)[0].energy_mae.value == pytest.approx(
        0, abs=1e-6
    )


def test_classes_are_measured_apart_and_hot_bulk_is_one_of_its_own():
    labelled = rattled(3)
    labelled[1].info["temperature"] = 2000.0
    labelled[2].info["kind"] = "boundary"
    predicted = [shifted(f, forces=s) for f, s in zip(labelled, (0.1, 0.2, 0.3), strict=True)]
    found = {c.label: c.force_mae.value for c in measure_accuracy(labelled, predicted)}
    assert found == pytest.approx(
        {"boundary": 0.3, "bulk_cubic above 1200 K": 0.2, "bulk_cubic to 1200 K": 0.1}
    )
    assert bulk_or_kind(labelled[2]) == "boundary"


def test_the_result_is_ready_for_json():
    (found,) = measure_accuracy(FRAMES, FRAMES)
    assert json.loads(json.dumps(found.to_dict()))["force_mae"]["unit"] == "eV/Å"


def test_frames_that_do_not_match_are_refused():
    with pytest.raises(ConfigError, match="predicted"):
        measure_accuracy(FRAMES, FRAMES[1:])
    other = [f.copy() for f in FRAMES]
    other[0].symbols[0] = "O"
    with pytest.raises(ConfigError, match="same order"):
        measure_accuracy(FRAMES, other)
    with pytest.raises(ConfigError, match="at least one"):
        measure_accuracy([], [])
