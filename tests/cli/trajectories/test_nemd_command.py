"""The command that measures conductivity under a field."""

import json

import pytest
from typer.testing import CliRunner

from grainway.cli import app
from grainway.domain import Estimate
from grainway.errors import AnalysisError, ConfigError
from grainway.structure import bulk_crystal, lithium_ordering

pytestmark = pytest.mark.lammps


@pytest.fixture(scope="module")
def structure(tmp_path_factory):
    path = tmp_path_factory.mktemp("nemd") / "bulk.extxyz"
    bulk_crystal((1, 1, 1), lithium_ordering(3)).write(path)
    return path


def invoke(*arguments):
    return CliRunner().invoke(app, ["nemd", *map(str, arguments)], catch_exceptions=False)


def test_a_short_run_prints_a_table_and_leaves_its_numbers(structure, tmp_path):
    options = (structure, "--potential", "buck_core_zm", "--time", 3, "--equilibration", 1, "--out", tmp_path)
    result = invoke(*options, "--bulk", 5.0, 0.5, "--json")
    assert result.exit_code == 0
    record = json.loads(result.stdout)
    assert record == json.loads((tmp_path / "nemd.json").read_text())
    conductivity = Estimate.from_dict(record["conductivity"])
    assert conductivity.unit == "S/cm"
    # within a factor three of 5 S/cm, or a limit above a third of it: 3 ps cannot say more
    assert conductivity.value + 3 * (conductivity.standard_error if conductivity.bound is None else 0) > 5 / 3
    assert len(record["fields"]) == 3
    assert record["area_specific_resistance"]["unit"] == "Ω cm²"
    # again from what is there, without another step, as text
    text = invoke(*options).stdout
    assert "σ_zz at 1400 K, collective" in text
    assert "resistance per boundary" not in text


def test_fields_outside_the_linear_range_are_refused_before_any_run(structure, tmp_path):
    options = (structure, "--temperature", 1200, "--out", tmp_path / "none")
    with pytest.raises(AnalysisError, match=r"up to 0\.02585 V/Å"):
        invoke(*options, "--fields", 0.01, "--fields", 0.02, "--fields", 0.05)
    with pytest.raises(AnalysisError, match="three strengths"):
        invoke(*options, "--fields", 0.01)
    assert not (tmp_path / "none").exists()


def test_an_unreadable_structure_is_named(tmp_path):
    (tmp_path / "no.cif").write_text("nothing")
    with pytest.raises(ConfigError, match=r"no\.cif"):
        invoke(tmp_path / "no.cif")
