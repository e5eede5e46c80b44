"""``grainway analyse`` on trajectories of known transport."""

import contextlib
import csv
import io
import json
import os
import re
import subprocess
import sys
from dataclasses import dataclass
from unittest import mock

import numpy as np
import pytest

from example_files.written import ELEMENTS, INTERVAL, STEPS, Known, walkers, write_binary, write_text
from grainway.analysis import tracer_diffusivity
from grainway.cli import main
from grainway.domain import Trajectory
from known_motion.synthetic_walkers import LayeredMedium

TYPES = ",".join(ELEMENTS)
COMMON = ("--temperature", "1000", "--types", TYPES, "--timestep", str(INTERVAL / STEPS))


@dataclass
class Said:
    returncode: int
    stdout: str
    stderr: str


def grainway(*arguments):
    """Run the command in this process: a new one takes longer to start than an analysis."""
    stdout, stderr = io.StringIO(), io.StringIO()
    with (
        mock.patch.object(sys, "argv", ["grainway", "analyse", *map(str, arguments)]),
        mock.patch.dict(os.environ, {"COLUMNS": "200"}),
        contextlib.redirect_stdout(stdout),
        contextlib.redirect_stderr(stderr),
    ):
        try:
            main()
            code = 0
        except SystemExit as ended:
            code = int(ended.code or 0)
    return Said(code, stdout.getvalue(), stderr.getvalue())


def found(*arguments):
    result = grainway(*arguments, "--json")
    assert result.returncode == 0, result.stderr
    return json.loads(result.stdout)


def refused(pattern, *arguments):
    result = grainway(*arguments)
    assert result.returncode != 0
    assert "Traceback" not in result.stderr
    assert re.search(pattern, result.stderr), result.stderr


@pytest.fixture(scope="module")
def known():
    return walkers(seed=3, n_ions=40, n_frames=600, diffusivity=0.05)


@pytest.fixture(scope="module")
def dump(known, tmp_path_factory):
    return write_text(tmp_path_factory.mktemp("dump") / "run.lammpstrj", known, "id type x y z", shuffle=True)


def test_the_numbers_are_those_of_the_library_and_of_the_truth(known, dump):
    record = found(dump, *COMMON)
    run = Trajectory(
        positions=known.positions,
        cell=known.cells[0],
        species=known.species,
        charges=np.array([{"Li": 1.0, "La": 3.0, "Zr": 4.0, "O": -2.0}[s] for s in known.species]),
        times=np.arange(600) * INTERVAL,
        temperature=1000.0,
    )
    estimate, exact = record["estimates"]["tracer_diffusivity"], tracer_diffusivity(run)
    assert estimate["value"] == pytest.approx(exact.value, rel=1e-6)
    assert estimate["standard_error"] == pytest.approx(exact.standard_error, rel=1e-4)
    assert abs(estimate["value"] - 0.05) < 3 * estimate["standard_error"]
    ratio = record["estimates"]["haven_ratio"]
    assert abs(ratio["value"] - 1) < 3 * ratio["standard_error"]
    assert record["n_frames"] == 600
    assert record["duration_ps"] == pytest.approx(60.0)
    assert record["framework_frame"] is True


def test_table_record_csv_and_page(dump, tmp_path):
    folder = tmp_path / "new" / "folder"
    result = grainway(dump, *COMMON, "--start", "5", "--out", folder)
    assert result.returncode == 0, result.stderr
    record = json.loads((folder / "analysis.json").read_text())
    table = io.StringIO((folder / "analysis.csv").read_text())
    rows = {row["quantity"]: row for row in csv.DictReader(table)}
    assert rows.keys() == record["estimates"].keys() | record["missing"].keys()
    for name, estimate in record["estimates"].items():
        assert float(rows[name]["value"]) == estimate["value"]
        assert rows[name]["unit"] == estimate["unit"]
        assert float(rows[name]["n_independent"]) == estimate["n_independent"]
    assert record["n_frames"] == 550
    assert record["start_ps"] == 5
    for text in ("D*", "σ_NE", "σ (Einstein)", "σ (Green-Kubo)", "H_R", "cm²/s", "S/cm", "samples", "550"):
        assert text in result.stdout
    page = (folder / "analysis.html").read_text()
    assert page.startswith("<!doctype html>")
    assert not re.search(r"""<(script|link|img)[^>]*(src|href)=""", page), "the page needs no network"
    for figure in ("displacement", "running"):
        assert f'id="figure-{figure}"' in page
    assert 'id="figure-profile"' not in page


def test_formats_and_parts_agree(known, dump, tmp_path):
    whole = found(dump, *COMMON)["estimates"]
    binary = found(write_binary(tmp_path / "run.bin", known), *COMMON)["estimates"]
    halves = []
    for number, (first, last) in enumerate(((0, 300), (299, 600))):
        part = Known(known.positions[first:last], known.cells[first:last], known.types, known.origin)
        steps = [STEPS * frame for frame in range(first, last)]
        halves.append(write_text(tmp_path / f"{number}.dump", part, "id type xs ys zs", steps=steps))
    parts = found(*halves, *COMMON)["estimates"]
    for name in ("tracer_diffusivity", "conductivity_einstein", "haven_ratio"):
        for other in (binary, parts):
            assert other[name]["value"] == pytest.approx(whole[name]["value"], rel=1e-6)


def test_a_boundary_cell_gives_its_profile(tmp_path):
    medium = LayeredMedium(lambda z: np.where(np.abs(z - 13.75) < 5, 0.1, 0.3), np.ones_like)
    run = medium.walk(seed=2, n_ions=300, n_frames=300)
    rng = np.random.default_rng(1)
    sites = rng.uniform(size=(1, 90, 3)) * np.array([26.0, 26.0, 55.0])
    rest = sites + rng.normal(scale=0.05, size=(300, 90, 3))
    types = np.array([1] * 300 + [2, 3, 4] * 30)
    positions = np.concatenate([run.positions, rest], axis=1)
    known = Known(positions, np.repeat(run.cell[None], 300, axis=0), types, np.zeros(3))
    path = write_binary(tmp_path / "run.bin", known)
    options = ("--temperature", "1400", *COMMON[2:], "--boundaries", "13.75,41.25", "--width", "10")
    record = found(path, *options, "--out", tmp_path)
    slab, rest = (record["estimates"][f"rho_gb_{n}"] for n in (1, 2))
    for estimate, z in ((slab, 13.75), (rest, 41.25)):
        true = medium.resistance(z - 5, z + 5, 300) / 10e-8
        assert abs(estimate["value"] - true) < 3 * estimate["standard_error"]
    assert slab["value"] - rest["value"] > 2 * np.hypot(slab["standard_error"], rest["standard_error"])
    assert {"ler", "gamma_li"} <= record["estimates"].keys()
    assert {"ovc"} <= record["estimates"].keys() | record["missing"].keys()
    assert len(record["profile"]["z_A"]) == len(record["profile"]["resistivity_ohm_cm"])
    page = (tmp_path / "analysis.html").read_text()
    for figure in ("profile", "enrichment"):
        assert f'id="figure-{figure}"' in page
    for name in ("band_diffusivity_along", "transport_width", "chemical_width", "structural_width"):
        for number in (1, 2):
            assert f"{name}_{number}" in record["estimates"].keys() | record["missing"].keys()
    # the medium is isotropic: ions are as slow along the slab as across it
    along = record["estimates"]["band_diffusivity_along_1"]
    assert along["value"] == pytest.approx(0.1, abs=3 * along["standard_error"])
    table = list(csv.DictReader(io.StringIO((tmp_path / "enrichment.csv").read_text())))
    assert [float(row["width_A"]) for row in table] == record["enrichment"]["width_A"]


def test_a_boundary_is_compared_with_a_bulk_run_and_looked_at_again(tmp_path):
    """Bulk walkers against themselves: a boundary that is none has no excess and conducts as the bulk."""
    known = walkers(n_ions=100, n_frames=400, diffusivity=0.3)
    path = write_binary(tmp_path / "run.bin", known)
    bulk = found(path, *COMMON, "--out", tmp_path / "bulk")
    options = ("--boundaries", "4,12", "--width", "6", "--bulk", tmp_path / "bulk", "--check")
    record = found(path, *COMMON, *options, "--out", tmp_path / "boundary")
    estimates = record["estimates"]
    ratio, asr = estimates["resistivity_ratio"], estimates["asr"]
    assert abs(ratio["value"] - 1) < 4 * ratio["standard_error"]
    assert abs(asr["value"]) < 4 * asr["standard_error"]
    # the same run on both sides: along the boundary the excess is the anisotropy alone
    length = record["mean_cell_A"][2][2] * 1e-8 / 2
    in_plane = np.mean([bulk["estimates"][f"tracer_diffusivity_{axis}"]["value"] for axis in "xy"])
    sigma = bulk["estimates"]["conductivity_nernst_einstein"]["value"]
    excess = in_plane / bulk["estimates"]["tracer_diffusivity"]["value"] - 1
    assert estimates["excess_conductance"]["value"] == pytest.approx(length * sigma * excess, rel=1e-6)
    checks = record["checks"]
    stated = checks["second_opinions"]["tracer_diffusivity"]["stated"]
    assert stated == estimates["tracer_diffusivity"]
    assert len(checks["resolution"]["variations"]) == 4
    tensor = record["tensors"]["diffusivity"]
    diagonal = [estimates[f"tracer_diffusivity_{axis}"]["value"] for axis in "xyz"]
    assert np.diag(tensor["values"]) == pytest.approx(diagonal)
    assert "Second looks" in (tmp_path / "boundary" / "analysis.html").read_text()
    other = json.loads((tmp_path / "bulk" / "analysis.json").read_text()) | {"species": "Na"}
    (tmp_path / "other.json").write_text(json.dumps(other))
    refused("of Li, not of Na", path, *COMMON, *options[:4], "--bulk", tmp_path / "other.json")
    refused("--bulk.*run without boundaries", path, *COMMON, *options[:4], "--bulk", tmp_path / "boundary")
    refused("--bulk.*analysis.json of a bulk run", path, *COMMON, *options[:4], "--bulk", path)
    refused("--bulk is what boundaries are compared with", path, *COMMON, "--bulk", tmp_path / "bulk")


def test_what_is_not_diffusive_is_a_bound_with_reasons(tmp_path):
    path = write_binary(tmp_path / "run.bin", walkers(n_frames=100, diffusivity=1e-6))
    result = grainway(path, *COMMON)
    assert result.returncode == 0, result.stderr
    assert re.search(r"D\*.*< .*\(95 % upper bound\)", result.stdout)
    assert re.search(r"not measured: .*H_R.*net hops", result.stdout)


def test_help_has_an_example_and_a_process_of_its_own_ends_with_its_status(dump):
    command = [sys.executable, "-m", "grainway", "analyse"]
    assert subprocess.run([*command, dump], capture_output=True).returncode == 2
    result = subprocess.run([*command, "--help"], capture_output=True, text=True)
    assert result.returncode == 0
    assert "grainway analyse run.lammpstrj --species Li --temperature 1000" in " ".join(result.stdout.split())


def test_bad_input_is_refused_in_one_sentence(dump, tmp_path):
    empty = tmp_path / "empty"
    empty.touch()
    one = write_text(tmp_path / "one.dump", walkers(n_frames=1))
    cut = tmp_path / "cut.dump"
    cut.write_bytes(dump.read_bytes()[:-100])
    for pattern, arguments in (
        ("--temperature KELVIN", (dump, "--types", TYPES)),
        ("--types.*--topology", (dump, "--temperature", "1000", "--timestep", "0.002")),
        ("--timestep.*--frame-interval", (dump, "--temperature", "1000", "--types", TYPES)),
        ("species = 'Na' is not allowed: one of", (dump, *COMMON, "--species", "Na")),
        ("types = 'Li,Xx'", (dump, "--temperature", "1000", "--types", "Li,Xx")),
        ("charges = 'Li'.*Li=1,La=3", (dump, *COMMON, "--charges", "Li")),
        ("charges = 'Fe=3'.*of the trajectory", (dump, *COMMON, "--charges", "Fe=3")),
        ("--boundaries and --width belong together", (dump, *COMMON, "--boundaries", "5")),
        ("boundaries = 'a'", (dump, *COMMON, "--boundaries", "a", "--width", "4")),
        ("width = 40", (dump, *COMMON, "--boundaries", "5,13", "--width", "40")),
        ("a single frame", (one, *COMMON)),
        ("is empty", (empty, *COMMON)),
        ("step 29950.*--allow-truncated", (cut, *COMMON)),
    ):
        refused(pattern, *arguments)
    assert found(cut, *COMMON, "--allow-truncated")["n_frames"] == 599
