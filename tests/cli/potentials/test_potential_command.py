"""The commands that list and check potentials."""

import json
import shutil

import pytest
from ase.build import bulk
from typer.testing import CliRunner

from example_potentials.published_potentials import FOLDER
from grainway.campaign import Campaign, load_config
from grainway.cli import app
from grainway.errors import ConfigError
from grainway.simulation import POTENTIAL_NAMES, load_potential

pytestmark = pytest.mark.lammps

COPPER = """
[potential]
name = "my copper"
elements = ["Cu"]
commands = ["pair_style eam/alloy", "pair_coeff * * Cu_mishin1.eam.alloy Cu"]
files = ["files/Cu_mishin1.eam.alloy"]
charges = { Cu = 0.0 }
formal_charges = { Cu = 0 }
"""
GARNET = """
[potential]
name = "plain coulomb"
elements = ["Li", "La", "Zr", "O"]
commands = ["pair_style born/coul/dsf 0.25 8.0", "pair_coeff * * 800.0 0.3 0.0 0.0 0.0"]
charges = { Li = 1.0, La = 3.0, Zr = 4.0, O = -2.0 }
formal_charges = { Li = 1, La = 3, Zr = 4, O = -2 }
"""


def run(*arguments):
    return CliRunner().invoke(app, [str(argument) for argument in arguments])


@pytest.fixture
def copper(tmp_path):
    (tmp_path / "files").mkdir()
    shutil.copy(FOLDER / "Cu_mishin1.eam.alloy", tmp_path / "files")
    bulk("Cu", "fcc", a=3.615).write(tmp_path / "copper.cif")
    (tmp_path / "copper.toml").write_text(COPPER)
    return tmp_path


def test_the_list_names_every_shipped_potential_with_its_digest():
    records = json.loads(run("potential", "list", "--json").stdout)
    assert [record["name"] for record in records] == list(POTENTIAL_NAMES)
    assert all(record["digest"] == load_potential(record["name"]).digest for record in records)
    text = run("potential", "list").stdout
    assert all(name in text for name in POTENTIAL_NAMES)


def test_a_declared_metal_passes_on_its_own_crystal(copper):
    result = run("potential", "check", copper / "copper.toml", "--structure", copper / "copper.cif", "--json")
    assert result.exit_code == 0
    record = json.loads(result.stdout)
    assert record["passed"]
    assert [finding["check"] for finding in record["findings"]][-1] == "run in LAMMPS"
    assert "-3.54" in record["findings"][-1]["detail"]


def test_a_potential_that_does_not_cover_the_structure_fails_the_check(copper):
    bulk("Al", "fcc", a=4.05).write(copper / "aluminium.cif")
    result = run("potential", "check", copper / "copper.toml", "--structure", copper / "aluminium.cif")
    assert result.exit_code == 1
    assert "FAILED" in result.stdout
    assert "no parameters for Al" in result.stdout
    with pytest.raises(ConfigError, match="not the garnet"):
        CliRunner().invoke(app, ["potential", "check", str(copper / "copper.toml")], catch_exceptions=False)


def test_a_campaign_refuses_it_before_anything_is_built(copper):
    campaign = Campaign(load_config(copper / "copper.toml"), copper / "copper")
    with pytest.raises(ConfigError, match=r"check of its elements failed: no parameters for La, Li, O, Zr"):
        campaign.prepare()


def test_a_campaign_takes_a_declared_potential_that_passes(tmp_path):
    (tmp_path / "garnet.toml").write_text(GARNET)
    config = load_config(tmp_path / "garnet.toml")
    Campaign(config, tmp_path / "garnet").prepare()
    assert config.potential.load(tmp_path).charges["Zr"] == 4.0


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (('"my copper"', '"softbv"'), "this potential is shipped"),
        (('"pair_style eam/alloy", ', '"pair_style eam/alloy", "include x", '), "include is not one of"),
        (("files/Cu_mishin1", "files/none"), "cannot be read"),
        (("charges = { Cu = 0.0 }", "charges = { Al = 0.0 }"), r"potential\.charges"),
        (
            ('commands = ["pair_style eam/alloy", "pair_coeff * * Cu_mishin1.eam.alloy Cu"]', ""),
            "declare your own",
        ),
    ],
)
def test_faults_of_a_declaration_are_named_when_it_is_read(copper, change, message):
    (copper / "copper.toml").write_text(COPPER.replace(*change))
    with pytest.raises(ConfigError, match=message):
        load_config(copper / "copper.toml").potential.load(copper)
