"""A user's own NEP: a file, or a folder of models with their card."""

import json

import pytest

from example_potentials.nep_example import CHARGES, NEP_FILE, scaled_model
from grainway.errors import ConfigError, SimulationError
from grainway.simulation import (
    RELEASE_CARD,
    check_potential,
    declare_nep,
    find_lammps,
    load_declared,
    read_declaration,
)
from grainway.simulation.potentials.extrapolation import append_spread, spread_file, start_spread
from grainway.structure import bulk_crystal, lithium_ordering

ELEMENTS = ("Li", "La", "Zr", "O")


def declared(source, **changes):
    return declare_nep(
        **{"name": "mine", "source": source, "elements": ELEMENTS, "formal_charges": CHARGES, **changes}
    )


@pytest.fixture
def released(tmp_path):
    folder = tmp_path / "model"
    folder.mkdir()
    (folder / "nep-0.txt").write_bytes(NEP_FILE.read_bytes())
    scaled_model(folder / "nep-1.txt", 1.1)
    (folder / RELEASE_CARD).write_text(json.dumps({"members": [{}, {}], "spread_threshold": 1.5}))
    return folder


def test_a_folder_gives_the_committee_and_its_threshold(released):
    potential = declared(released)
    assert len(potential.models) == 2
    assert potential.spread_threshold == 1.5
    assert potential.digest == declared(NEP_FILE).digest
    assert declared(NEP_FILE).spread_threshold is None


def test_a_declaration_finds_its_models_in_another_folder(released, tmp_path):
    potential = declared(released)
    folder = tmp_path / "trial"
    folder.mkdir()
    for name in potential.declared.files:
        (folder / name).write_bytes((released / name).read_bytes())
    record = json.loads(json.dumps(potential.declared.to_dict()))
    assert load_declared(read_declaration(record), folder) == potential


def test_a_model_that_changed_is_not_used(released):
    declaration = declared(released).declared
    scaled_model(released / "nep-1.txt", 1.2)
    with pytest.raises(ConfigError, match="has changed since it was declared"):
        load_declared(declaration, released)
    (released / "nep-1.txt").unlink()
    with pytest.raises(ConfigError, match="cannot be read"):
        load_declared(declaration, released)


@pytest.mark.parametrize("card", ["", "{}", '{"members": 3, "spread_threshold": 1.0}'])
def test_a_folder_without_a_card_is_refused(released, card):
    (released / RELEASE_CARD).write_text(card)
    with pytest.raises(ConfigError, match=rf"potential\.nep.*{RELEASE_CARD}.*grainway potential train"):
        declared(released)


def test_a_run_is_judged_by_what_all_its_stages_left(released, tmp_path):
    """Looked at after the run: neither the model nor its package is needed."""
    potential = declared(released)
    for stage, largest in (("10-production", 1.0), ("11-production", 2.0)):
        start_spread(tmp_path / spread_file(stage))
        append_spread(tmp_path / spread_file(stage), 100, (largest, 0.1, 0.2))
    found = potential.extrapolation(tmp_path, ["10-production", "11-production"])
    assert (found.n_samples, found.n_outside, found.largest, found.threshold) == (2, 1, 2.0, 1.5)
    assert declared(NEP_FILE).extrapolation(tmp_path, ["10-production"]) is None
    with pytest.raises(SimulationError, match=r"none\.spread"):
        potential.extrapolation(tmp_path, ["none"])


def test_an_element_that_the_model_lacks_is_named():
    with pytest.raises(ConfigError, match="Al"):
        declared(NEP_FILE, elements=(*ELEMENTS, "Al"), formal_charges={**CHARGES, "Al": 3})


@pytest.mark.mlip
@pytest.mark.lammps
def test_it_passes_the_check_that_a_campaign_starts_with(released, tmp_path):
    folder = tmp_path / "check"
    folder.mkdir()
    findings = check_potential(
        declared(released), bulk_crystal((1, 1, 1), lithium_ordering(3)), folder, find_lammps()
    )
    assert [f.check for f in findings] == ["files", "elements", "formal charges", "charges", "run in LAMMPS"]
    assert all(f.passed for f in findings)
