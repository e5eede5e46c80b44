"""Down a ladder and along production: fits, limits, comparison with the bulk, and when a run ends."""

import json
import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from example_campaigns.synthetic_campaign import trial
from grainway.campaign import Rung, Trial
from grainway.campaign.against_bulk.recorded_evaluation import (
    compare_at,
    compare_rungs,
    evaluation_of,
    fit_resistance,
)
from grainway.campaign.evaluation.evaluate import further_segments
from grainway.campaign.evaluation.evaluation_result import ladder_result, measured_result
from grainway.campaign.evaluation.temperature_ladder import BOUNDARY_QUANTITIES, Ladder, fit_rungs
from grainway.campaign.record.recorded_rows import Row
from grainway.domain import Estimate
from grainway.errors import AnalysisError, ConfigError
from grainway.simulation import Protocol, RunSetup, load_potential, plan_stages
from grainway.simulation.stages.stage_input import stage_input
from grainway.structure import bulk_crystal, lithium_ordering
from grainway.units import BOLTZMANN_EV_PER_K

LADDER = (1400.0, 1200.0, 1000.0, 800.0)
WIDTH_A, LENGTH_A = 10.0, 60.0


def arrhenius(energy, temperature):
    return math.exp(-energy / (BOLTZMANN_EV_PER_K * temperature))


def about(value, unit):
    return Estimate(value, 0.05 * abs(value), unit, 500.0)


def bulk_resistivity(temperature):
    return temperature * 1e-4 / arrhenius(0.3, temperature)


def rung(temperature, rho_gb=None, phase="", resistive=True):
    """A rung of the bulk, or of a boundary whose excess over the bulk has an activation energy of 0.5 eV."""
    rho_b = bulk_resistivity(temperature)
    estimates = {
        "tracer_diffusivity": about(temperature / rho_b, "Å²/ps"),
        "conductivity_nernst_einstein": about(1 / rho_b, "S/cm"),
    }
    profile = None
    if rho_gb is None and resistive:
        excess = temperature * 1e-5 / arrhenius(0.5, temperature)
        estimates |= {
            "rho_gb": about(rho_b + excess, "Ω cm"),
            "band_diffusivity": about(temperature / (rho_b + excess), "Å²/ps"),
            "cell_resistance": about((rho_b * LENGTH_A + 2 * excess * WIDTH_A) * 1e-8, "Ω cm²"),
        }
        profile = {"length": LENGTH_A}
    elif rho_gb is not None:
        estimates |= {"rho_gb": rho_gb}
    return Rung(
        temperature=temperature,
        mean_temperature=temperature,
        estimates=estimates,
        missing={},
        ranges={},
        profile=profile,
        realised={"phase": phase, "production_ps": 30.0},
    )


BULK = tuple(rung(t, resistive=False, phase="cubic") for t in LADDER)
BOUNDARY = tuple(rung(t) for t in LADDER)


def test_a_rung_survives_its_record():
    for each in (*BULK, *BOUNDARY):
        assert Rung.from_dict(each.to_dict()) == each


def test_bulk_and_excess_are_recovered_and_combined():
    compared = compare_rungs(BOUNDARY, BULK, WIDTH_A)
    for each in compared:
        excess = each.temperature * 1e-5 / arrhenius(0.5, each.temperature)
        assert each.estimates["asr"].value == pytest.approx(excess * WIDTH_A * 1e-8)
    fits, missing = fit_rungs(compared, BOUNDARY_QUANTITIES)
    assert not missing
    resistance, reasons = fit_resistance(compared)
    assert not reasons
    assert resistance["asr"].activation_energy.value == pytest.approx(0.5)
    bulk_fits, _ = fit_rungs(BULK, ("tracer_diffusivity", "conductivity_nernst_einstein"))
    assert bulk_fits["tracer_diffusivity"].phase == "cubic"
    at = compare_at(fits | resistance, bulk_fits, 300.0, WIDTH_A)
    truth = bulk_resistivity(300.0) + 300.0 * 1e-5 / arrhenius(0.5, 300.0)
    # two processes make a curve in the sum, not in its parts: they extrapolate exactly, the sum does not
    assert at["rho_gb_combined"].value == pytest.approx(truth)
    assert fits["rho_gb"].predict(300.0).value < truth
    ratio = at["resistivity_ratio"]
    assert ratio.value == pytest.approx(fits["rho_gb"].predict(300.0).value / bulk_resistivity(300.0))
    assert ratio.standard_error > ratio.value * 0.05


def test_a_negative_excess_has_no_fit_and_the_reason_is_said():
    compared = list(compare_rungs(BOUNDARY, BULK, WIDTH_A))
    negative = {**compared[1].estimates, "asr": Estimate(-1e-9, 1e-8, "Ω cm²", 90.0)}
    compared[1] = replace(compared[1], estimates=negative)
    fits, reasons = fit_resistance(compared)
    assert not fits
    assert "not positive at 1200 K" in reasons["asr"]


def test_a_run_that_is_not_diffusive_is_a_limit_in_every_fit():
    cold = LADDER[-1]
    limit = Estimate(20 * bulk_resistivity(cold), math.nan, "Ω cm", 5.0, "lower")
    compared = compare_rungs((*BOUNDARY[:-1], rung(cold, limit)), BULK, WIDTH_A)
    asr = compared[-1].estimates["asr"]
    assert asr.bound == "lower"
    # ρ_b at its upper end, 1.645 errors of 5 %
    assert asr.value == pytest.approx(
        (20 - 1 - 0.05 * 1.645) * bulk_resistivity(cold) * WIDTH_A * 1e-8, rel=1e-3
    )
    fits, _ = fit_rungs(compared, ["rho_gb"])
    free, _ = fit_rungs(BOUNDARY[:-1], ["rho_gb"])
    assert len(fits["rho_gb"].points) == 4
    assert fits["rho_gb"].predict(300.0).value > free["rho_gb"].predict(300.0).value
    # a limit below the bulk's own resistivity says nothing about the excess
    weak = Estimate(0.5 * bulk_resistivity(cold), math.nan, "Ω cm", 5.0, "lower")
    (told,) = compare_rungs((rung(cold, weak),), BULK, WIDTH_A)
    assert "asr" not in told.estimates
    assert "not diffusive" in told.missing["asr"]


def test_no_line_is_drawn_through_a_change_of_phase():
    rungs = [rung(t, resistive=False, phase="cubic" if t > 900 else "tetragonal") for t in LADDER]
    with pytest.raises(AnalysisError, match="one phase"):
        ladder_result(Ladder(tuple(rungs), ("tracer_diffusivity",), (300.0,)), {}, {})


def test_the_result_is_that_at_the_first_target_and_composition_that_of_the_coldest_run():
    rungs = [
        replace(r, estimates=r.estimates | {"ler": about(n + 1.0, "1")}) for n, r in enumerate(BOUNDARY[:3])
    ]
    ladder = Ladder((*rungs, BOUNDARY[3]), BOUNDARY_QUANTITIES, (300.0, 400.0))
    result = ladder_result(ladder, {}, {}).to_dict()
    fit = fit_rungs(BOUNDARY, ["rho_gb"])[0]["rho_gb"]
    assert result["estimates"]["rho_gb"]["value"] == pytest.approx(fit.predict(300.0).value)
    assert result["estimates"]["ler"]["value"] == 3.0
    assert result["profile"]["temperature"] == LADDER[-1]
    predictions = result["ladder"]["fits"]["rho_gb"]["predictions"]
    assert [p["temperature"] for p in predictions] == [300.0, 400.0]
    for p in predictions:
        low, high = p["interval_95"]
        assert low < p["value"]["value"] < high
        shares = p["error_shares"]
        both = math.hypot(shares["statistics"], shares["curvature"])
        assert both == pytest.approx(p["log10"]["standard_error"])
        straight = p["interval_95_if_one_process"]
        assert high / low > 3 * straight[1] / straight[0]


def test_the_search_is_told_the_straight_line():
    """Builds share what their line does below the coldest run: more of them do not average it out."""
    result = ladder_result(Ladder(BOUNDARY, BOUNDARY_QUANTITIES, (300.0,)), {}, {})
    told, stated = result.searched_resistivity, result.estimates["rho_gb"]
    straight = fit_rungs(BOUNDARY, ["rho_gb"])[0]["rho_gb"].if_one_process
    assert told == straight.predict(300.0)
    assert told.log10_error < 0.5 * stated.log10_error
    single = measured_result(BOUNDARY[0], {}, {})
    assert single.searched_resistivity == BOUNDARY[0].estimates["rho_gb"]


def test_an_earlier_record_is_read_and_its_predictions_are_stated_with_their_curvature(tmp_path):
    """It has the fits of straight lines; what is stated follows from its rungs again."""
    protocol = Protocol(temperature=LADDER[0], ladder=LADDER)
    inputs = replace(trial(1), protocol=protocol, target_temperatures=(300.0,))
    result = ladder_result(Ladder(BOUNDARY, BOUNDARY_QUANTITIES, (300.0,)), {}, {})
    earlier = result.to_dict()
    straight = {name: fit.if_one_process.predict(300.0) for name, fit in result.ladder.fits.items()}
    earlier["estimates"] |= {name: estimate.to_dict() for name, estimate in straight.items()}
    for fit in earlier["ladder"]["fits"].values():
        for prediction in fit["predictions"]:
            del prediction["error_shares"], prediction["interval_95_if_one_process"]
    row = Row(
        1, inputs.id, inputs.to_json(), {"id": "p"}, "done", 1, None, 1, json.loads(json.dumps(earlier)), None
    )
    read = evaluation_of(row, None, tmp_path)
    assert read.estimates["rho_gb"] == result.estimates["rho_gb"]
    told = read.searched_logarithm
    assert told.value == pytest.approx(straight["rho_gb"].log10().value)
    whole = told.plus(read.bend)
    assert whole.value == pytest.approx(read.fits["rho_gb"].predict_log10(300.0).value)
    assert whole.standard_error == pytest.approx(result.estimates["rho_gb"].log10_error)


def test_too_few_values_end_the_evaluation_with_a_remedy():
    limits = [rung(t, Estimate(9.0, math.nan, "Ω cm", 5.0, "lower")) for t in LADDER[1:]]
    with pytest.raises(AnalysisError, match=r"rho_gb from the ladder.*run longer"):
        ladder_result(Ladder((BOUNDARY[0], *limits), BOUNDARY_QUANTITIES, (300.0,)), {}, {})


def test_stages_go_down_the_ladder_after_one_anneal():
    protocol = Protocol(temperature=1400.0, ladder=LADDER, production=10.0)
    stages = plan_stages(protocol, "boundary")
    assert [s.name for s in stages] == sorted(s.name for s in stages)
    assert [s.kind for s in stages[:2]] == ["minimise", "anneal"]
    assert [s.kind for s in stages[2:]] == ["constant_pressure", "fixed_cell", "production", "production"] * 4
    assert [s.temperature for s in stages[2:]] == [t for t in LADDER for _ in range(4)]
    assert all(f"{s.temperature:g}K" in s.name for s in stages[2:])
    assert [s.first_step for s in stages if s.kind == "production"] == [0, 2500] * 4
    assert Protocol.from_dict(protocol.to_dict()) == protocol


def test_the_bulk_is_free_to_change_its_shape_on_a_ladder_alone():
    """A cell that is kept cubic could not show that it is no longer cubic."""
    atoms = bulk_crystal((1, 1, 1), lithium_ordering(1))

    def barostat(ladder):
        protocol = Protocol(temperature=1400.0, ladder=ladder)
        setup = RunSetup(
            atoms=atoms,
            potential=load_potential("softbv"),
            protocol=protocol,
            kind="bulk",
            band=np.zeros(len(atoms), dtype=bool),
            seed=1,
        )
        stage = next(s for s in plan_stages(protocol, "bulk") if s.kind == "constant_pressure")
        lines = stage_input(setup, stage, (), "00-minimise", None).splitlines()
        return next(line for line in lines if line.startswith("fix barostat"))

    assert barostat(()).endswith("couple xyz")
    assert "couple" not in barostat(LADDER)
    assert all(f" {axis} " in barostat(LADDER) for axis in "xyz")


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"ladder": (1400.0,)}, "protocol.ladder"),
        ({"ladder": (1200.0, 1400.0)}, "hot to cold"),
        ({"ladder": (1400.0, 1400.0, 1200.0)}, "different temperatures"),
        ({"ladder": (1200.0, 900.0)}, "first = temperature"),
        ({"ladder": (1400.0, 100.0)}, "200 to 2000 K"),
        ({"wanted_standard_error": 0.1, "production_max": 20.0}, "at least production"),
        ({"wanted_standard_error": -0.1}, "wanted_standard_error"),
    ],
)
def test_impossible_ladders_and_lengths_are_refused(change, message):
    with pytest.raises(ConfigError, match=message):
        Protocol(**change)


def test_a_ladder_needs_a_target_and_a_hot_trial_has_none():
    def trial(ladder, targets):
        return Trial(
            kind="bulk",
            spec=None,
            protocol=Protocol(temperature=1400.0, ladder=ladder),
            potential="softbv",
            potential_digest="0",
            objective_width=10.8,
            seed=1,
            target_temperatures=targets,
        )

    hot, cold = trial((), ()), trial(LADDER, (300.0, 350.0))
    assert (hot.fidelity, hot.objective_temperature) == ("hot", 1400.0)
    assert (cold.fidelity, cold.objective_temperature) == ("ladder", 300.0)
    ids = {hot.id, cold.id, trial(LADDER, (350.0, 300.0)).id, trial(LADDER[:3], (300.0, 350.0)).id}
    assert len(ids) == 4
    for each in (hot, cold):
        assert Trial.from_json(each.to_json()) == each
    for ladder, targets in ((LADDER, ()), ((), (300.0,))):
        with pytest.raises(ConfigError, match="target_temperatures"):
            trial(ladder, targets)


@given(
    first_error=st.floats(0.005, 2.0),
    wanted=st.floats(0.01, 0.5),
    first=st.integers(1, 10),
    most=st.integers(10, 200),
)
def test_production_ends_when_the_error_is_reached_or_at_the_cap(first_error, wanted, first, most):
    """With an error that falls as 1/√t, as that of any mean does."""
    protocol = Protocol(
        production=5.0 * first,
        production_max=5.0 * most,
        wanted_standard_error=wanted,
        production_segment=5.0,
    )
    n = first
    looks = 0
    while more := further_segments(protocol, first_error * math.sqrt(first / n), n):
        assert more <= n  # no batch more than doubles the run
        n += more
        looks += 1
    reached = first_error * math.sqrt(first / n)
    assert reached <= wanted * (1 + 1e-9) or n == most
    # no longer than needed but for rounding to whole segments
    assert n <= max(first, math.ceil(first * (first_error / wanted) ** 2) + 1)
    assert looks <= 10


def test_a_run_without_a_value_is_doubled_up_to_the_cap():
    protocol = Protocol(
        production=10.0, production_segment=5.0, production_max=30.0, wanted_standard_error=0.05
    )
    assert further_segments(protocol, math.inf, 2) == 2
    assert further_segments(protocol, math.inf, 4) == 2
    assert further_segments(protocol, math.inf, 6) == 0
    assert Estimate(3.0, math.nan, "Ω cm", 5.0, "lower").log10_error == math.inf
    assert Estimate(100.0, 10.0, "Ω cm", 5.0).log10_error == pytest.approx(0.1 / math.log(10))
