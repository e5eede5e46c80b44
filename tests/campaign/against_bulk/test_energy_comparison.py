"""The boundary energy from the production of boundary cell and bulk."""

from dataclasses import replace

import numpy as np
import pytest

from example_campaigns import pretended_runs
from example_campaigns.pretended_runs import campaign, pretend
from example_campaigns.small_boundary import J_PER_M2, small_crystal
from example_structures.small_bulk import small_bulk
from grainway.analysis import TEN_AND_FIVE, block_average
from grainway.campaign import summarise
from grainway.campaign.against_bulk.energy_comparison import compare_energies
from grainway.campaign.evaluation.evaluation_result import EvaluationResult
from grainway.campaign.evaluation.temperature_ladder import Ladder, Rung
from grainway.campaign.search.told_and_asked import auxiliaries
from grainway.domain import Estimate
from grainway.report.files.result_tables import summary_json
from grainway.report.findings.campaign_statistics import campaign_statistics
from grainway.report.page.html import render_report
from grainway.simulation import Protocol, find_lammps, production_at, read_potential_energy, run_stages
from grainway.structure import build_boundary

PER_ATOM, GAMMA, LENGTHS = -7.3, 0.9, [13.0, 40.0, 66.0]


def run(energy, formula, *, error=0.0, pressure=0.0, temperature=1400.0, lengths=LENGTHS):
    """What a run leaves, with a pressure so far off the one asked for."""
    realised = {
        "formula": formula,
        "cell_lengths_A": lengths,
        "mean_pressure_bar": pressure + 1.0,
        "asked_pressure_bar": 1.0,
        "temperature_K": temperature,
    }
    return result({"potential_energy": Estimate(energy, error, "eV", 10.0)}, realised)


def result(estimates, realised, **known):
    nothing = {"missing": {}, "ranges": {}, "profile": None, "timing": {}}
    return EvaluationResult(estimates=estimates, realised=realised, **{**nothing, **known})


def on_ladder(*runs):
    """The result of a ladder of which only what each run measured is known."""
    rungs = tuple(
        Rung(
            temperature=each.realised["temperature_K"],
            mean_temperature=each.realised["temperature_K"],
            estimates=each.estimates,
            missing={},
            ranges={},
            profile=None,
            realised=each.realised,
        )
        for each in runs
    )
    return result({}, {}, ladder=Ladder(rungs, ("rho_gb",), (300.0,)))


BULK = run(192 * PER_ATOM, "Li56La24Zr16O96", error=0.2)


def cell(gamma=GAMMA, n_units=10, **options):
    n = 24 * n_units
    energy = n * PER_ATOM + 2 * 13.0 * 40.0 * gamma / J_PER_M2
    return run(
        energy, f"Li{7 * n_units}La{3 * n_units}Zr{2 * n_units}O{12 * n_units}", **({"error": 0.3} | options)
    )


def test_the_energy_is_the_excess_over_the_bulks_share_and_both_areas():
    found, reasons = compare_energies(cell(), BULK)
    assert reasons == {}
    gamma = found["boundary_energy"]
    assert gamma.unit == "J/m²"
    assert gamma.value == pytest.approx(GAMMA)
    share = 240 / 192
    expected = np.hypot(0.3, share * 0.2) * J_PER_M2 / (2 * 13.0 * 40.0)
    assert gamma.standard_error == pytest.approx(expected)
    # a zero of energy that is another per formula unit changes nothing
    shifted = compare_energies(
        run(cell().estimates["potential_energy"].value + 240 * 5.0, "Li70La30Zr20O120"),
        run(192 * (PER_ATOM + 5.0), "Li56La24Zr16O96"),
    )[0]
    assert shifted["boundary_energy"].value == pytest.approx(GAMMA)


def test_a_cell_of_another_composition_has_none_and_says_why():
    for formula in ("Li72La30Zr20O121", "Li70La30Zr20O120Al1", "Li70La30Zr20"):
        found, reasons = compare_energies(run(-1800.0, formula), BULK)
        assert found == {}
        assert "chemical potentials" in reasons["boundary_energy"]


def test_a_pressure_that_is_left_counts_as_error_and_a_large_one_as_a_cell_that_has_not_relaxed():
    tight, loose = (
        compare_energies(cell(pressure=p), BULK)[0]["boundary_energy"].standard_error for p in (0.0, -900.0)
    )
    # α T p V of a cell of 13 × 40 × 66 Å³ at 1400 K, 6.5e-5 per K and 9e7 Pa, over 2A
    pressure_part = 6.5e-5 * 1400.0 * 9e7 * 66e-10 / 2.0
    assert np.sqrt(loose**2 - tight**2) == pytest.approx(pressure_part, rel=1e-6)
    for boundary, bulk in (
        (cell(pressure=7000.0), BULK),
        (cell(), run(-1.0, "Li56La24Zr16O96", pressure=-6e3)),
    ):
        found, reasons = compare_energies(boundary, bulk)
        assert found == {}
        assert "has not relaxed" in reasons["boundary_energy"]


def test_a_ladder_gives_that_of_its_coldest_run():
    ladder = [cell(g, temperature=t) for g, t in ((0.5, 1400.0), (0.8, 1000.0))]
    bulk = [run(192 * PER_ATOM, "Li56La24Zr16O96", temperature=t) for t in (1400.0, 1000.0)]
    found, _ = compare_energies(on_ladder(*ladder), on_ladder(*bulk))
    assert found["boundary_energy"].value == pytest.approx(0.8)


def test_the_optimiser_is_told_it_as_soon_as_the_bulk_is_known():
    told = auxiliaries(cell(), BULK)["boundary_energy"]
    assert told == pytest.approx((GAMMA, np.hypot(0.3, 1.25 * 0.2) * J_PER_M2 / (2 * 13.0 * 40.0)))
    assert auxiliaries(cell(), None) == {}


def test_a_record_from_before_says_that_it_holds_no_energy():
    old = result({}, {"n_atoms": 240})
    assert "did not keep it" in compare_energies(old, BULK)[1]["boundary_energy"]
    short = replace(cell(), estimates={}, missing={"potential_energy": "too short"})
    assert "too short" in compare_energies(short, BULK)[1]["boundary_energy"]


def test_the_front_of_resistivity_and_energy_is_in_json_and_report(tmp_path, monkeypatch):
    """The cut that is good for the resistivity costs energy; one cell in three has another composition."""
    pretend(monkeypatch)
    plain = pretended_runs.result
    bare = []

    def result(trial, noise):
        found = plain(trial, noise)
        if trial.spec is None:
            made = BULK.to_dict()
        else:
            made = cell(0.5 + abs(trial.spec.termination - 0.8)).to_dict()
            if len(bare) % 3 == 2:
                made["realised"]["formula"] = "Li72La30Zr20O121"
            bare.append(trial.id)
        found["estimates"] |= made["estimates"]
        found["realised"] |= made["realised"]
        return found

    monkeypatch.setattr(pretended_runs, "result", result)
    options = {"max_evaluations": 12, "second_objective": "boundary_energy"}
    chosen = campaign(tmp_path / "two.toml", optimiser=options)
    chosen.run()
    summary = summarise(chosen)
    energies = {e.number: e.estimates.get("boundary_energy") for e in summary.evaluations}
    assert sum(value is None for value in energies.values()) == 4
    for e in summary.evaluations:
        if energies[e.number] is None:
            assert "chemical potentials" in e.missing["boundary_energy"]
        else:
            assert energies[e.number].value == pytest.approx(0.5 + abs(e.trial.spec.termination - 0.8))
    assert summary.front.second == "boundary_energy"
    assert len(summary.front.numbers) >= 2
    assert '"boundary_energy"' in summary_json(summary, campaign_statistics(summary))
    page = render_report(summary, campaign_statistics(summary), {})
    assert "Resistivity against γ" in page
    assert "γ, J/m²" in page


@pytest.mark.lammps
@pytest.mark.slow
@pytest.mark.physics
def test_a_crystal_cut_and_rejoined_has_no_boundary_energy(tmp_path):
    """The perfect crystal against itself, in cells of another shape and size: 0 within the error."""
    protocol = Protocol(
        temperature=1400.0,
        anneal=0.0,
        constant_pressure=4.0,
        fixed_cell=1.0,
        production=10.0,
        production_segment=5.0,
    )
    cut = build_boundary(small_crystal(), seed=3).atoms
    crystal, framework, grain = small_bulk(protocol)
    rejoined = replace(
        crystal, atoms=cut, kind="boundary", band=np.zeros(len(cut), dtype=bool), seed=crystal.seed + 1
    )
    runs = []
    for name, setup, interior, grains in (
        ("cut", rejoined, cut.numbers != 3, cut.arrays["grain"]),
        ("bulk", crystal, framework, grain),
    ):
        folder = tmp_path / name
        finished = run_stages(setup, folder, find_lammps(), interior, grains)
        production = production_at(finished, 1400.0)
        assert len(production) == 2
        energies = read_potential_energy(folder, [f.stage for f in production])
        # 10 ps, every 100 steps of 2 fs, and the start
        assert len(energies) == 51
        energy = block_average(energies, "eV", TEN_AND_FIVE)
        pressure = float(np.mean([f.mean_pressure for f in production]))
        mean_cell = next(f.mean_cell for f in finished if f.mean_cell is not None)
        runs.append(
            run(
                energy.value,
                setup.atoms.get_chemical_formula(),
                error=energy.standard_error,
                pressure=pressure,
                lengths=list(mean_cell),
            )
        )
    found, reasons = compare_energies(*runs)
    assert reasons == {}
    gamma = found["boundary_energy"]
    low, high = gamma.interval(0.95)
    assert low <= 0.0 <= high, gamma
    # about what boundaries have: an interval that held those too would say nothing
    assert gamma.standard_error < 0.1, gamma
