"""A validation from runs with known answers, and a small real one."""

import json
import math
import signal

import numpy as np
import pytest
from typer.testing import CliRunner

import grainway.cli.potentials.validate_command
from example_campaigns.synthetic_validation import EXPANSION, SETTINGS, conductivity, diffusivity, results
from grainway.cli.app import app
from grainway.domain import Estimate
from grainway.errors import ConfigError, StoreError
from grainway.machine.whole_files import exclusive
from grainway.simulation import find_lammps, load_potential
from grainway.simulation.minimise.minimisation import minimise
from grainway.structure.crystal.garnet import tetragonal_crystal
from grainway.validation import QUICK, ValidationSettings, validate
from grainway.validation.compare.expected_trends import answer_trends
from grainway.validation.compare.potential_findings import assemble
from grainway.validation.compare.validation_table import build_table, table_csv
from grainway.validation.runs.kept_runs import RunResult, load_result, perform_all, run_folder
from grainway.validation.runs.validation_runs import MINIMISATION, STIFFNESS_BAR, plan_runs


@pytest.fixture(scope="module")
def known():
    return assemble("known", results("known", energy=0.3, haven=0.4, at_1000=0.1, noise=0.05))


def covers(measured, truth, deviations=3.5):
    if measured.log10_error is not None:
        return abs(math.log10(measured.estimate.value / truth)) < deviations * measured.log10_error
    return abs(measured.estimate.value - truth) < deviations * measured.estimate.standard_error


def test_what_was_put_in_comes_out(known):
    found = known.measured
    assert covers(found["activation_energy_diffusion"], 0.3)
    assert covers(found["diffusivity_1000K"], 1e-5)
    assert covers(found["diffusivity_298K"], 1e-4 * diffusivity(298.15, 0.3))
    assert covers(found["haven_ratio"], 0.4)
    assert covers(found["lattice_parameter_300K"], 12.97)
    assert covers(found["thermal_expansion"], EXPANSION)
    assert not known.missing
    assert not known.failures


def test_conductivity_at_room_temperature_is_the_collective_one(known):
    # the volume of the cell changes by 4 % over the ladder, which the line of σT does not know
    sigma = known.measured["conductivity_298K"]
    assert covers(sigma, conductivity(298.15, 0.3, 0.4))
    assert sigma.extrapolated_from == (900.0, 1400.0)
    low, high = sigma.interval
    assert low < sigma.estimate.value < high
    straight = {name: line.fit.if_one_process.predict(298.15) for name, line in known.lines.items()}
    assert straight["nernst_einstein"].ratio(straight["einstein"]).value == pytest.approx(0.4, rel=0.5)
    ratio = known.measured["conductivity_nernst_einstein_298K"].estimate.value / sigma.estimate.value
    assert abs(math.log10(ratio / 0.4)) < 2 * math.sqrt(2) * sigma.log10_error


def test_only_what_lies_outside_the_runs_is_called_extrapolated(known):
    assert known.measured["diffusivity_1000K"].extrapolated_from is None
    assert known.measured["diffusivity_298K"].provenance.startswith("extrapolated from 900-1400 K, error in")
    assert known.measured["lattice_parameter_300K"].provenance == ""


def test_the_interval_at_room_temperature_is_wider_than_at_the_runs(known):
    assert (
        known.measured["diffusivity_298K"].log10_error > 3 * known.measured["diffusivity_1000K"].log10_error
    )


def with_limits(found, temperature):
    """Turn what the runs of one temperature measured into limits."""
    changed = []
    for result in found:
        content = result.content
        if result.run.kind == "ladder" and result.run.temperature == temperature:
            d = Estimate.from_dict(content["estimates"]["diffusivity"])
            limit = Estimate(2 * d.value, math.nan, d.unit, 3.0, "upper")
            content = {**content, "estimates": {"diffusivity": limit.to_dict()}}
        changed.append(RunResult(result.run, content, None, 1.0))
    return changed


def test_a_run_that_is_not_diffusive_enters_as_a_limit():
    limited = assemble("p", with_limits(results("p"), 900.0))
    assert limited.measured["diffusivity_298K"].estimate.bound is None
    assert "diffusivity" not in limited.rows[0].means
    assert all(e.bound == "upper" for _, e in limited.rows[0].single["diffusivity"])
    # collective quantities of those runs are absent, so their line starts hotter
    assert limited.measured["conductivity_298K"].extrapolated_from == (1050.0, 1400.0)


def test_limits_alone_give_a_limit_and_no_line():
    found = results("p")
    for temperature in SETTINGS.ladder_temperatures:
        found = with_limits(found, temperature)
    limited = assemble("p", found)
    diffusivity_298 = limited.measured["diffusivity_298K"]
    assert diffusivity_298.estimate.bound == "upper"
    assert "activation_energy_diffusion" not in limited.measured
    assert "Arrhenius line of diffusivity" in limited.missing
    (row,) = [r for r in build_table([limited]) if r.comparison.measured == "diffusivity_298K"]
    assert row.verdicts["p"].outcome == "upper bound only"


def test_no_line_goes_through_the_change_of_phase():
    found = [
        r
        if r.run.kind != "ladder" or r.run.temperature > 900
        else next(
            t
            for t in results("p", axial=0.97)
            if t.run.kind == "ladder" and t.run.temperature == 900 and t.run.replica == r.run.replica
        )
        for r in results("p")
    ]
    mixed = assemble("p", found)
    assert [row.phase for row in mixed.rows] == ["tetragonal", "cubic", "cubic", "cubic"]
    assert mixed.lines["diffusivity"].temperatures == (1050.0, 1400.0)
    assert any("left out" in warning for warning in mixed.warnings)


def test_a_failed_run_is_named_and_the_rest_is_used():
    found = results("p")
    found[0] = RunResult(found[0].run, {}, "the framework melted", 1.0)
    some = assemble("p", found)
    assert some.failures == (f"{found[0].run.name}: the framework melted",)
    assert "diffusivity_298K" in some.measured


def test_without_any_run_every_comparison_has_a_verdict():
    nothing = assemble("p", [])
    rows = build_table([nothing])
    assert {v.outcome for row in rows for v in row.verdicts.values()} == {"not measured"}
    assert answer_trends([nothing])[0].answer == "undecided"


def test_potentials_that_differ_show_it_as_model_error():
    first = assemble("first", results("first", energy=0.2, noise=0.02))
    second = assemble("second", results("second", energy=0.4, noise=0.02, seed=1))
    rows = {r.comparison.measured: r for r in build_table([first, second])}
    apart = rows["diffusivity_298K"].spread
    truth = abs(math.log10(diffusivity(298.15, 0.2) / diffusivity(298.15, 0.4)))
    assert apart.extent == pytest.approx(truth, abs=0.3)
    assert apart.deviation > 5 * apart.statistical
    text = table_csv(build_table([first, second]))
    assert len(text.splitlines()) == 1 + 2 * len(build_table([first, second]))


def test_trends_follow_the_numbers():
    good = assemble("good", results("good", energy=0.32, at_1000=0.1, noise=0.01))
    steep = assemble("steep", results("steep", energy=0.7, noise=0.01))
    swollen = assemble("swollen", results("swollen", a=13.3, noise=0.01))
    answers = {t.name: t for t in answer_trends([good])}
    assert answers["T2"].answer == "shown"
    assert answers["T6"].answer == "shown"
    assert answers["T7"].answer == "shown"
    assert answers["T4"].answer == "shown"
    assert answers["T3"].answer == answers["T5"].answer == "needs boundary runs"
    assert {t.name: t.answer for t in answer_trends([steep])}["T1"] == "not shown"
    assert {t.name: t.answer for t in answer_trends([good, swollen])}["T2"] == "not shown"


def test_other_inputs_are_other_runs():
    softbv, buck = load_potential("softbv"), load_potential("buck_core_zm")
    keys = [run.key for p in (softbv, buck) for run in plan_runs(p, SETTINGS)]
    assert len(set(keys)) == len(keys)
    assert {r.key for r in plan_runs(softbv, SETTINGS)} & {r.key for r in plan_runs(softbv, QUICK)} == {
        plan_runs(softbv, SETTINGS)[-1].key  # the minimisation knows no temperature or length
    }


@pytest.mark.parametrize(
    "wrong",
    [
        {"replicas": 0},
        {"production": math.nan},
        {"ladder_temperatures": (1000.0,)},
        {"lattice_temperatures": (100.0,)},
        {"ladder_temperatures": (1000.0, 1000.0)},
    ],
)
def test_bad_settings_are_refused_before_anything_runs(wrong):
    (field,) = wrong
    with pytest.raises(ConfigError, match=f"validation.{field}"):
        ValidationSettings(**wrong)


def test_potentials_must_be_known_and_named_once(tmp_path):
    with pytest.raises(ConfigError, match="potential"):
        validate(tmp_path, ("no_such",))
    with pytest.raises(ConfigError, match="potential"):
        validate(tmp_path, ("softbv", "softbv"))
    with pytest.raises(ConfigError, match="workers"):
        validate(tmp_path, ("softbv",), workers=0)


@pytest.mark.lammps
def test_the_tetragonal_minimum_does_not_depend_on_the_cell_it_is_sought_from(tmp_path):
    """Strained by 1 % along one axis and -1 % along another it comes back to one cell, a = b > c."""
    cells = []
    for number, strain in enumerate(((0.0, 0.0, 0.0), (0.01, -0.01, 0.01))):
        crystal = tetragonal_crystal()
        crystal.set_cell(crystal.cell.array * (1 + np.array(strain))[:, None], scale_atoms=True)
        minimum = minimise(
            crystal, load_potential("softbv"), tmp_path / str(number), find_lammps(), MINIMISATION, "axes"
        )
        assert minimum.stress < MINIMISATION.stress_tolerance
        cells.append(minimum.atoms.cell.lengths())
    # the stress tolerance over the softest stiffness, on either side
    strain = 2 * MINIMISATION.stress_tolerance / STIFFNESS_BAR
    assert cells[0][:2].mean() == pytest.approx(cells[1][:2].mean(), rel=strain)
    assert cells[0][2] == pytest.approx(cells[1][2], rel=strain)
    for a, b, c in cells:
        assert a == pytest.approx(b, rel=2 * strain)
        assert c < 0.98 * a


def test_a_folder_that_cannot_be_used_is_refused_before_anything_runs(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(ConfigError, match="choose a writable folder"):
        validate(tmp_path / "file", ("softbv",))
    with (
        exclusive(tmp_path / "validation.lock", "held"),
        pytest.raises(StoreError, match="another process is validating"),
    ):
        validate(tmp_path, ("softbv",))


TINY = ValidationSettings(
    lattice_temperatures=(300.0,),
    ladder_temperatures=(1250.0, 1400.0),
    replicas=2,
    lattice_pressure=1.0,
    ladder_pressure=1.0,
    production=8.0,
)


@pytest.mark.lammps
def test_a_real_validation_is_interrupted_goes_on_and_is_reported(tmp_path, monkeypatch):
    """Stopped after its first run it keeps that run; the second call only does the rest."""

    class StoppedError(Exception):
        pass

    def stop(done, total, name):
        raise StoppedError

    with pytest.raises(StoppedError):
        validate(tmp_path, ("softbv",), TINY, workers=1, on_finished=stop)
    kept = sorted(tmp_path.glob("runs/*/result.json"))
    assert kept
    before = {path: path.stat().st_mtime_ns for path in kept}
    monkeypatch.setattr(grainway.cli.potentials.validate_command, "QUICK", TINY)
    command = ["validate", "--potential", "softbv", "--quick", "--out", str(tmp_path), "--json"]
    outcome = CliRunner().invoke(app, [*command, "--markdown", str(tmp_path / "found.md")])
    assert outcome.exit_code == 0, outcome.output
    assert {path: path.stat().st_mtime_ns for path in kept} == before
    record = json.loads(outcome.stdout)
    assert record["potentials"][0]["failures"] == []
    rows = {row["quantity"]: row for row in record["table"]}
    assert rows["lattice_parameter_300K"]["verdicts"]["softbv"]["outcome"] == "agrees"
    for name, n_bonds in (("coordination_Zr-O", 6), ("coordination_La-O", 8)):
        assert rows[name]["measured"]["softbv"]["estimate"]["value"] == pytest.approx(n_bonds, abs=0.05)
    assert rows["tetragonal_a_0K"]["measured"]["softbv"]["estimate"]["value"] > 12.9
    # short runs give limits or values, never a room-temperature number without its origin
    for name in ("diffusivity_298K", "conductivity_298K"):
        if found := rows[name]["measured"].get("softbv"):
            assert found["extrapolated_from_K"] is not None
    for file in ("validation.json", "validation.csv", "validation.html", "found.md"):
        assert (tmp_path / file).stat().st_size > 1000


@pytest.mark.lammps
def test_a_run_killed_from_outside_is_tried_again(tmp_path, monkeypatch):
    potential = load_potential("softbv")
    run = plan_runs(potential, TINY)[-3]
    assert run.kind == "lattice"
    from grainway.simulation.stages import stage_runner as runner

    follow = runner._follow

    def kill(process, *arguments):
        process.send_signal(signal.SIGKILL)
        follow(process, *arguments)

    monkeypatch.setattr(runner, "_follow", kill)
    (lost,) = perform_all([run], {"softbv": potential}, tmp_path, find_lammps(), 1)
    assert "status -9" in lost.reason
    monkeypatch.setattr(runner, "_follow", follow)
    (found,) = perform_all([run], {"softbv": potential}, tmp_path, find_lammps(), 1)
    assert found.reason is None
    assert load_result(run, tmp_path).content == found.content
    assert not list(run_folder(run, tmp_path).glob("*.restart"))
