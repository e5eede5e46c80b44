"""A user's own pair splines: their file, and what an evaluation is told of it."""

import json
from dataclasses import replace
from importlib.resources import files

import pytest

from example_potentials.small_splines import watched
from grainway.errors import ConfigError
from grainway.simulation import (
    check_potential,
    declare_splines,
    find_lammps,
    load_declared,
    load_potential,
    read_declaration,
)
from grainway.structure import bulk_crystal, lithium_ordering

SHIPPED = files("grainway.simulation.potentials").joinpath("data/grainway-ionic.json")


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "training" / "ionic.json"
    path.parent.mkdir()
    path.write_text(watched().to_json())
    return path


@pytest.fixture
def shipped(tmp_path):
    path = tmp_path / "copy.json"
    path.write_bytes(SHIPPED.read_bytes())
    return path


def test_a_file_and_its_folder_are_the_same_potential(file):
    potential = declare_splines(source=file)
    assert declare_splines(source=file.parent) == potential
    assert (potential.name, potential.elements) == ("drawn", ("Li", "O"))
    assert potential.charges == {"Li": 1.0, "O": -2.0}
    assert potential.fit == watched()


def test_a_declaration_finds_its_file_in_another_folder(file, tmp_path):
    potential = declare_splines(source=file, name="mine", elements=("O", "Li"))
    folder = tmp_path / "trial"
    folder.mkdir()
    potential.write(folder)
    assert set(potential.declared.files) == {"ionic.json"}
    record = json.loads(json.dumps(potential.declared.to_dict()))
    assert load_declared(read_declaration(record), folder) == potential


def test_a_file_that_changed_is_not_used(file):
    declaration = declare_splines(source=file).declared
    file.write_text(watched(spread_threshold=0.6).to_json())
    with pytest.raises(ConfigError, match="has changed since it was declared"):
        load_declared(declaration, file.parent)
    file.unlink()
    with pytest.raises(ConfigError, match=r"train --form ionic, or its folder.*No such file"):
        load_declared(declaration, file.parent)


@pytest.mark.parametrize(
    "text", ["", "{}", '{"elements": ["Li"], "pairs": {"Li-Li": {}}, "energies_eV": {}}']
)
def test_what_is_no_such_file_is_refused(file, text):
    file.write_text(text)
    with pytest.raises(ConfigError, match=r"potential\.splines.*no record of fitted pair interactions"):
        declare_splines(source=file)


def test_elements_and_charges_that_are_missing_are_named(file):
    with pytest.raises(ConfigError, match="Zr"):
        declare_splines(source=file, elements=("Li", "Zr", "O"))
    with pytest.raises(ConfigError, match=r"potential\.formal_charges.*O is missing"):
        declare_splines(source=file, formal_charges={"Li": 1})


def test_a_path_stands_where_a_shipped_name_may(shipped):
    own, known = load_potential(str(shipped)), load_potential("grainway-ionic")
    assert own.digest == known.digest
    assert own.command_line == known.command_line == ("-sf", "omp", "-pk", "omp", "1")
    assert (own.neighbor_skin, own.timestep, own.grid) == (known.neighbor_skin, known.timestep, known.grid)
    with pytest.raises(ConfigError, match=r"potential = '.*none\.json'"):
        load_potential("none.json")


def test_the_committee_is_no_part_of_the_energies(file):
    watching = declare_splines(source=file)
    file.write_text(replace(watched(), committee=None).to_json())
    alone = declare_splines(source=file)
    assert alone.digest == watching.digest
    assert alone.declared != watching.declared


@pytest.mark.lammps
def test_it_passes_the_check_that_a_campaign_starts_with(shipped, tmp_path):
    folder = tmp_path / "check"
    folder.mkdir()
    crystal = bulk_crystal((1, 1, 1), lithium_ordering(3))
    findings = check_potential(declare_splines(source=shipped), crystal, folder, find_lammps())
    assert [f.check for f in findings] == ["files", "elements", "formal charges", "charges", "run in LAMMPS"]
    assert all(f.passed for f in findings)
