import json
import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from example_potentials.labelled import ELEMENT_ENERGIES, rattled
from grainway.distillation.frames.element_energies import (
    composition_energy,
    fit_element_energies,
    fold_in_energies,
    take_out_energies,
)
from grainway.distillation.nep_settings import ELEMENTS, NepSettings
from grainway.errors import ConfigError
from grainway.simulation import NEP_CARD, NEP_NAME


def keyword(text, name):
    (line,) = [line for line in text.splitlines() if line.split()[0] == name]
    return line.split()[1:]


@pytest.mark.parametrize(
    ("setting", "value"),
    [
        ("angular_cutoff", 2.9),
        ("radial_cutoff", 4.0),
        ("radial_cutoff", math.nan),
        ("n_radial", 4.5),
        ("n_angular", -1),
        ("l_max", 0),
        ("neurons", True),
        ("repulsion_outer", 0.5),
        ("force_weight", -1.0),
        ("batch", 0),
        ("first_rate", 0.0),
        ("last_rate", 0.1),
    ],
)
def test_a_setting_outside_its_range_is_refused_by_name(setting, value):
    with pytest.raises(ConfigError, match=f"nep.{setting}.*from"):
        NepSettings(**{setting: value})


def test_a_loss_without_any_part_is_refused():
    with pytest.raises(ConfigError, match="at least one weight"):
        NepSettings(energy_weight=0, force_weight=0, virial_weight=0)


def test_settings_survive_json():
    settings = NepSettings(neurons=17, repulsion_outer=None)
    assert NepSettings(**json.loads(json.dumps(settings.to_dict()))) == settings


@given(st.integers(1, 3000))
def test_the_learning_rate_ends_where_it_should_for_any_number_of_epochs(epochs):
    settings = NepSettings()
    text = settings.training_input(epochs)
    assert int(keyword(text, "epoch")[0]) == epochs
    n_closing = round(0.3 * epochs)
    ends = [("", settings.first_rate, settings.last_rate, epochs - n_closing)]
    if n_closing:
        assert int(keyword(text, "start_stage2")[0]) == epochs - n_closing + 1
        ends.append(("stage2_", settings.last_rate, settings.closing_rate, n_closing))
    for prefix, first, last, length in ends:
        every = int(keyword(text, prefix + "scheduler_patience")[0])
        factor = float(keyword(text, prefix + "scheduler_factor")[0])
        assert first * factor ** (length / every) == pytest.approx(last)


def test_without_a_closing_part_there_is_one_stage():
    assert "stage2" not in NepSettings(closing_part=0).training_input(100)


def test_repulsion_is_written_only_where_it_is_wanted():
    assert keyword(NepSettings(repulsion_outer=1.5).training_input(5), "zbl") == ["1.5"]
    assert "zbl" not in replace(NepSettings(), repulsion_outer=None).training_input(5)


def test_no_epochs_is_refused():
    with pytest.raises(ConfigError, match="at least 1"):
        NepSettings().training_input(0)


def test_the_fitted_reference_takes_the_composition_out_of_the_energy():
    frames = rattled(40)
    energy = np.array([f.get_potential_energy() for f in frames]) / len(frames[0])
    left = energy - composition_energy(frames, fit_element_energies(frames)) / len(frames[0])
    assert np.std(left) < 0.2 * np.std(energy)


def test_one_composition_alone_gives_every_element_nearly_the_mean_energy():
    frames = [rattled(1, seed=3)[0]] * 3
    energies = fit_element_energies(frames)
    assert composition_energy(frames, energies)[0] == pytest.approx(
        frames[0].get_potential_energy() - 1.5 * 8.617e-5 * 300 * len(frames[0]), abs=0.02
    )
    assert max(energies.values()) - min(energies.values()) < 1.0


def test_foreign_elements_and_no_frames_are_refused():
    (frame,) = rattled(1)
    frame.symbols[0] = "Ta"
    with pytest.raises(ConfigError, match="Ta"):
        fit_element_energies([frame])
    with pytest.raises(ConfigError, match="at least one"):
        fit_element_energies([])


def test_folding_adds_one_saturated_neuron_per_element_and_keeps_the_rest():
    n_inputs, n_neurons = 1 + 1, 1
    numbers = [f"  {n}.5" for n in range(4 * n_neurons * (n_inputs + 2) + 1 + 8)]
    head = ["nep4 4 Li La Zr O", "cutoff 5 4 9 9", "n_max 0 0", "basis_size 0 0", "l_max 1 0 0", "ANN 1 0"]
    folded = fold_in_energies("\n".join(head + numbers) + "\n", ELEMENT_ENERGIES).splitlines()
    assert folded[5] == "ANN 2 0"
    values = [float(line) for line in folded[6:]]
    first_element = values[: 2 * (n_inputs + 2)]
    assert first_element == [0.5, 1.5, 0.0, 0.0, 2.5, -20.0, 3.5, ELEMENT_ENERGIES["Li"]]
    assert values[-9:] == [float(n) for n in numbers[-9:]]
    assert len(values) == len(numbers) + 4 * (n_inputs + 2)


def test_folding_refuses_another_model():
    with pytest.raises(ConfigError, match="NEP4"):
        fold_in_energies("nep4 2 Li O\ncutoff 5 4 9 9\n", ELEMENT_ENERGIES)


def bare_model(numbers, n_neurons=2):
    """Return the text of a model of two descriptors, without reference energies."""
    head = ["nep4 4 Li La Zr O", "cutoff 5 4 9 9", "n_max 0 0", "basis_size 0 0", "l_max 1 0 0"]
    return "\n".join([*head, f"ANN {n_neurons} 0", *(f"  {n:.10e}" for n in numbers)]) + "\n"


@given(st.lists(st.floats(-1e3, 1e3), min_size=41, max_size=41), st.floats(-20.0, 0.0))
def test_what_was_folded_in_is_taken_out_exactly(numbers, energy):
    model = bare_model(numbers)
    energies = {element: float(f"{energy * n:.10e}") for n, element in enumerate(ELEMENTS, start=1)}
    assert take_out_energies(fold_in_energies(model, energies)) == (model, energies)


@pytest.mark.parametrize("number", [0, 1, 2])
def test_what_is_taken_out_of_the_shipped_models_folds_in_again(number):
    shipped = NEP_CARD.with_name(f"{NEP_NAME}-{number}.txt").read_text()
    bare, energies = take_out_energies(shipped)
    assert fold_in_energies(bare, energies) == shipped
    assert -12 < min(energies.values()) <= max(energies.values()) < -3


@pytest.mark.parametrize("n_neurons", [1, 2])
def test_a_model_that_bears_no_reference_energies_is_refused(n_neurons):
    bare = bare_model(np.ones(4 * n_neurons * 4 + 9), n_neurons)
    with pytest.raises(ConfigError, match="must bear its reference energy"):
        take_out_energies(bare)
    with pytest.raises(ConfigError, match="NEP4"):
        take_out_energies("nep4 2 Li O\ncutoff 5 4 9 9\n")


def test_rates_for_continuing_are_gentler_once_and_keep_the_form():
    settings = NepSettings(neurons=17)
    gentle = settings.for_continuing()
    assert gentle.first_rate < settings.first_rate
    assert gentle.for_continuing() == gentle
    rates = {name: getattr(settings, name) for name in ("first_rate", "last_rate", "closing_rate")}
    assert replace(gentle, **rates) == settings
