"""A trial carries a user's potential to the process that evaluates it."""

from importlib.resources import files

import pytest

from example_potentials.published_potentials import copper
from grainway.campaign.evaluation.trial import Trial
from grainway.errors import ConfigError, SimulationError
from grainway.simulation import Protocol, declare_splines, load_potential


def trial(potential, **changes):
    inputs = {
        "kind": "bulk",
        "spec": None,
        "protocol": Protocol(),
        "potential": potential.name,
        "potential_digest": potential.digest,
        "objective_width": 10.8,
        "seed": 1,
    }
    return Trial(**{**inputs, **changes})


def test_a_declared_potential_survives_the_record_and_is_part_of_the_identity(tmp_path):
    potential = copper()
    decided = trial(potential, declaration=potential.declaration)
    rebuilt = Trial.from_json(decided.to_json())
    assert rebuilt == decided
    assert rebuilt.id == decided.id
    assert rebuilt.id != trial(load_potential("softbv")).id
    potential.write(tmp_path)
    assert rebuilt.load_potential(tmp_path) == potential


def test_splines_of_ones_own_survive_the_record_too(tmp_path):
    shipped = files("grainway.simulation.potentials").joinpath("data/grainway-ionic.json")
    (tmp_path / "fit.json").write_bytes(shipped.read_bytes())
    potential = declare_splines(source=tmp_path / "fit.json", name="mine")
    rebuilt = Trial.from_json(trial(potential, declaration=potential.declared).to_json())
    assert rebuilt.potential_digest == load_potential("grainway-ionic", potential.elements).digest
    folder = tmp_path / "trial"
    folder.mkdir()
    potential.write(folder)
    assert rebuilt.load_potential(folder) == potential


def test_a_changed_potential_is_not_simulated(tmp_path):
    with pytest.raises(SimulationError, match="has changed since this trial was decided"):
        trial(load_potential("softbv"), potential_digest="0" * 64).load_potential(tmp_path)
    potential = copper()
    decided = trial(potential, declaration=potential.declaration)
    loaded = decided.load_potential(tmp_path)
    with pytest.raises(ConfigError, match="cannot be read"):
        loaded.write(tmp_path)
