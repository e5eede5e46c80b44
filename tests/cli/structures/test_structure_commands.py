"""Boundaries listed, exported and built from the command line."""

import csv
import json
import os
import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from ase.io import read

from grainway.campaign import campaign_toml
from grainway.structure import Catalogue

CAMPAIGN = "campaign.toml"
DATA = Path(__file__).parents[2] / "example_structures" / "data"


def grainway(*arguments):
    return subprocess.run(
        [sys.executable, "-W", "error", "-m", "grainway", *map(str, arguments)],
        capture_output=True,
        text=True,
        timeout=180,
        env={**os.environ, "COLUMNS": "200"},
    )


def printed(*arguments):
    result = grainway(*arguments)
    assert result.returncode == 0, result.stderr
    return result.stdout


def refused(pattern, *arguments):
    result = grainway(*arguments)
    assert result.returncode == 2
    assert "Traceback" not in result.stderr
    assert re.search(pattern, result.stderr), result.stderr


@pytest.mark.parametrize("extension", ["csv", "json"])
def test_the_exported_list_is_the_catalogue(tmp_path, extension):
    path = tmp_path / f"list.{extension}"
    entries = Catalogue(axes=((1, 1, 1),), max_strain=0.0).entries
    said = printed("library", "--axis", "111", "--max-strain", "0", "-o", path)
    assert f"{len(entries)} boundaries written" in said
    if extension == "json":
        rows = json.loads(path.read_text())
        assert [tuple(r["normal_a"]) for r in rows] == [e.normal_a for e in entries]
    else:
        with path.open(newline="") as stream:
            rows = list(csv.DictReader(stream))
        assert [tuple(map(int, r["normal_a"].split())) for r in rows] == [e.normal_a for e in entries]
    assert [float(r["angle_deg"]) for r in rows] == [e.angle_deg for e in entries]
    assert [float(r["area_A2"]) for r in rows] == [e.area for e in entries]


def test_filters_only_take_away():
    everything = Catalogue(axes=((0, 0, 1),)).entries
    found = json.loads(
        printed(
            *("library", "--axis", "001", "--max-sigma", "17", "--character", "symmetric tilt"),
            *("--angle-min", "20", "--json"),
        )
    )["entries"]
    kept = [
        e
        for e in everything
        if e.sigma is not None and e.sigma <= 17 and e.character == "symmetric tilt" and e.angle_deg >= 20
    ]
    assert [(e["sigma"], tuple(e["normal_a"])) for e in found] == [(e.sigma, e.normal_a) for e in kept] != []


def test_a_wish_says_how_far_it_is():
    text = printed("library", "--axis", "001", "--near", "21", "--inclination", "3")
    snap = Catalogue(axes=((0, 0, 1),)).snap((0, 0, 1), 21.0, 3.0)
    assert f"off by {snap.angle_error_deg:+.3f} degrees" in text
    assert f"inclination {snap.inclination_error_deg:+.1f} degrees" in text
    record = json.loads(printed("library", "--axis", "001", "--near", "21", "--json"))
    assert record["snapped"][0]["angle_error_deg"] == pytest.approx(snap.angle_error_deg)
    # beyond the default range too
    assert "36.870" in printed("library", "--axis", "001", "--near", "36.8")


def test_a_library_is_built_and_goes_on(tmp_path):
    folder = tmp_path / "boundaries"
    command = ("library", "--axis", "001", "--max-sigma", "13", "--max-atoms", "2700", "--build", folder)
    text = printed(*command, "--samples", "2")
    index = [json.loads(line) for line in (folder / "index.jsonl").read_text().splitlines()]
    assert f"{len(index)} boundaries built, 0 were there, 0 cannot" in text
    for record in index:
        atoms = read(folder / record["file"])
        assert len(atoms) == record["n_atoms"]
        assert set(np.unique(atoms.arrays["grain"])) == {0, 1}
    assert f"0 boundaries built, {len(index)} were there" in printed(*command, "--samples", "2")
    (folder / index[1]["file"]).unlink()
    assert f"1 boundaries built, {len(index) - 1} were there" in printed(*command, "--samples", "2")
    refused("Choose a new folder", *command, "--samples", "2", "--seed", "5")


@pytest.mark.parametrize(
    ("arguments", "angle", "normals"),
    [
        (("--axis", "110", "--angle", "26"), 26.5254, 1),
        (("--axis", "1,1,1", "--angle", "22"), 21.7868, 1),
        (("--angle", "28", "--connection", "orthogonal"), 28.0725, 2),
        (("--angle", "22.6", "--lithium-oxide", "-0.5", "--dopant", "Ta=0.3", "--everywhere"), 22.6199, 1),
    ],
)
def test_one_boundary_without_a_campaign(tmp_path, arguments, angle, normals):
    output = tmp_path / "boundary.extxyz"
    facts = json.loads(printed("build", *arguments, "-o", output, "--max-atoms", "4500", "--json"))
    assert facts["misorientation_deg"] == pytest.approx(angle, abs=1e-4)
    assert facts["independent_boundary_normals"] == normals
    assert read(output).get_chemical_formula() == facts["formula"]
    assert ("Ta" in facts["formula"]) == ("Ta" in facts["composition_changes"]) == ("--dopant" in arguments)


def test_another_crystal_by_its_file(tmp_path):
    output = tmp_path / "boundary.data"
    options = ("--crystal", DATA / "li3ocl.cif", "--max-strain", "0", "--thickness", "15")
    facts = json.loads(printed("build", "--angle", "36.9", *options, "-o", output, "--json"))
    assert facts["sigma"] == 5
    atoms = read(output, format="lammps-data", units="metal")
    counts = {e: atoms.get_chemical_symbols().count(e) for e in ("Li", "O", "Cl")}
    assert counts["Li"] == 3 * counts["O"] == 3 * counts["Cl"]


@pytest.mark.parametrize(
    ("pattern", "arguments"),
    [
        ("axis = '01'.*three whole numbers", ("build", "--axis", "01", "--angle", "20", "-o", "x.cif")),
        ("angle = 70.0.*to 62.8", ("build", "--angle", "70", "-o", "x.cif")),
        ("dopant = 'Ta'.*--dopant Ta=0.25", ("build", "--angle", "22", "--dopant", "Ta", "-o", "x.cif")),
        ("composition.dopants = 'Fe'", ("build", "--angle", "22", "--dopant", "Fe=1", "-o", "x.cif")),
        ("output = 'x.pdf'", ("build", "--angle", "22", "-o", "x.pdf")),
        ("not cubic|cubic", ("library", "--crystal", DATA / "llzo_tetragonal.cif")),
        ("characters = 'tilted'.*symmetric tilt", ("library", "--character", "tilted")),
        ("output = 'x.xlsx'.*csv", ("library", "--axis", "001", "-o", "x.xlsx")),
        ("max_sigma = 0", ("library", "--max-sigma", "0")),
        ("--angle DEGREES", ("ground-state", "folder")),
        ("delta_mu = 0.5.*-20.0 to 0.0", ("ground-state", "f", "--angle", "22", "--delta-mu", "0.5")),
        ("one Li2O carries.*buck_core", ("ground-state", "f", "--angle", "22", "--lithium-oxide", "0.5")),
        ("axes = .*each family", ("library", "--axis", "001", "--axis", "100")),
        ("angle = nan.*finite", ("library", "--axis", "001", "--near", "nan")),
        ("--max-atoms.*--crystal", ("build", CAMPAIGN, "--angle", "22", "--max-atoms", "900", "-o", "x.cif")),
        ("--trial.*--angle", ("build", CAMPAIGN, "--trial", "1", "--angle", "22", "-o", "x.cif")),
    ],
)
def test_bad_input_is_refused_in_one_sentence(pattern, arguments, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / CAMPAIGN).write_text(campaign_toml())
    refused(pattern, *arguments)
    assert [p.name for p in tmp_path.rglob("*")] == [CAMPAIGN]
