"""A campaign on a ladder of temperatures made up from activation energies, one run of it not diffusive."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import numpy as np

from example_campaigns.synthetic_campaign import campaign, profile, trial
from grainway.campaign import CampaignConfig, CampaignSummary, Evaluation, Rung
from grainway.campaign.against_bulk.recorded_evaluation import compare_at, compare_rungs, fit_resistance
from grainway.campaign.evaluation.temperature_ladder import BOUNDARY_QUANTITIES, BULK_QUANTITIES, fit_rungs
from grainway.domain import Estimate
from grainway.simulation import Protocol
from grainway.units import BOLTZMANN_EV_PER_K

LADDER = (1400.0, 1200.0, 1000.0, 600.0)
TARGETS = (300.0, 350.0)
BULK_ENERGY, BOUNDARY_ENERGY = 0.30, 0.40
WIDTH_A = 10.8


def resistivity(energy: float, temperature: float, at_1400: float) -> float:
    """Return ρ = A T exp(E/k_BT) with the given value at 1400 K."""
    hot = 1 / (BOLTZMANN_EV_PER_K * 1400.0)
    return at_1400 * temperature / 1400.0 * math.exp(energy * (1 / (BOLTZMANN_EV_PER_K * temperature) - hot))


def _rung(temperature: float, estimates: dict[str, Estimate], z: Any, **facts: Any) -> Rung:
    capped = facts.pop("capped", False)
    known = {
        "temperature_K": temperature,
        "production_ps": 60.0,
        "cell_lengths_A": [26.2] * 3,
        "wanted_standard_error": 0.03,
        "reached_standard_error": None if capped else 0.026,
        "cap_reached": capped,
        **facts,
    }
    return Rung(
        temperature=temperature,
        mean_temperature=temperature,
        estimates=estimates,
        missing={},
        ranges={},
        profile=z,
        realised=known,
    )


def _about(value: float, unit: str, relative: float = 0.06) -> Estimate:
    return Estimate(value, relative * value, unit, 500.0)


def bulk_rungs() -> tuple[Rung, ...]:
    """Return the bulk's measurements, all diffusive."""
    rungs = []
    for t in LADDER:
        rho = resistivity(BULK_ENERGY, t, 0.8)
        estimates = {
            "tracer_diffusivity": _about(0.38 * 0.8 / rho * t / 1400.0, "Å²/ps"),
            "conductivity_nernst_einstein": _about(1 / rho, "S/cm"),
            "conductivity_einstein": _about(1.3 / rho, "S/cm", 0.2),
        }
        rungs.append(_rung(t, estimates, None, phase="cubic"))
    return tuple(rungs)


def boundary_rungs(at_1400: float, seed: int) -> tuple[Rung, ...]:
    """Return a boundary's measurements; the coldest run gives only limits."""
    rng = np.random.default_rng(seed)
    rungs = []
    for t in LADDER:
        rho = resistivity(BOUNDARY_ENERGY, t, at_1400) * rng.lognormal(0, 0.05)
        diffusivity = 0.3 / rho * t / 1400.0
        if t == LADDER[-1]:
            estimates = {
                "rho_gb": Estimate(rho / 3, math.nan, "Ω cm", 4.0, "lower"),
                "band_diffusivity": Estimate(3 * diffusivity, math.nan, "Å²/ps", 4.0, "upper"),
                "tracer_diffusivity": Estimate(3 * diffusivity, math.nan, "Å²/ps", 40.0, "upper"),
                "conductivity_nernst_einstein": Estimate(3 / rho, math.nan, "S/cm", 40.0, "upper"),
            }
            rungs.append(_rung(t, estimates, None, capped=True))
            continue
        estimates = {
            "rho_gb": _about(rho, "Ω cm"),
            "band_diffusivity": _about(diffusivity, "Å²/ps"),
            "tracer_diffusivity": _about(1.5 * diffusivity, "Å²/ps"),
            "conductivity_nernst_einstein": _about(1.5 / rho, "S/cm"),
            "cell_resistance": _about(66e-8 * resistivity(BULK_ENERGY, t, 0.8) + 2e-7 * rho, "Ω cm²", 0.03),
            "ler": Estimate(1.05, 0.02, "1", 100.0),
            "ovc": Estimate(0.06, 0.004, "1", 20.0),
        }
        rungs.append(_rung(t, estimates, profile(rho)))
    return tuple(rungs)


def _on_ladder(evaluation: Evaluation, at_1400: float) -> Evaluation:
    known = bulk_rungs()
    bulk_fits, _ = fit_rungs(known, BULK_QUANTITIES)
    rungs = boundary_rungs(at_1400, evaluation.number)
    fits, missing = fit_rungs(rungs, BOUNDARY_QUANTITIES)
    rungs = compare_rungs(rungs, known, WIDTH_A)
    resistance, reasons = fit_resistance(rungs)
    fits |= resistance
    estimates = {name: fit.predict(TARGETS[0]) for name, fit in fits.items()}
    estimates |= compare_at(fits, bulk_fits, TARGETS[0], WIDTH_A)
    estimates |= {name: rungs[-2].estimates[name] for name in ("ler", "ovc")}
    cold = rungs[-2]
    return replace(
        evaluation,
        trial=replace(trial(evaluation.number), protocol=protocol(), target_temperatures=TARGETS),
        estimates=estimates,
        missing=missing | reasons,
        profile={**cold.profile, "temperature": cold.temperature},
        rungs=rungs,
        fits=fits,
    )


def protocol() -> Protocol:
    """Return the protocol of every evaluation."""
    return Protocol(temperature=LADDER[0], ladder=LADDER, wanted_standard_error=0.03)


def ladder_campaign(root, n_done: int = 4) -> CampaignSummary:
    """Return a campaign of ``n_done`` evaluations on the ladder."""
    summary = campaign(root, n_done)
    evaluations = tuple(
        _on_ladder(e, 1.5 + 0.4 * e.number) if e.status == "done" else e for e in summary.evaluations
    )
    known = bulk_rungs()
    fits, _ = fit_rungs(known, BULK_QUANTITIES)
    bulk = replace(
        summary.bulk,
        trial=replace(summary.bulk.trial, protocol=protocol(), target_temperatures=TARGETS),
        estimates={name: fit.predict(TARGETS[0]) for name, fit in fits.items()},
        rungs=known,
        fits=fits,
        missing={},
    )
    config = CampaignConfig.model_validate(
        {
            "potential": {"name": "buck_core_dsf"},
            "protocol": {"ladder": list(LADDER), "wanted_standard_error": 0.03},
            "objective": {
                "fidelity": "ladder",
                "target_temperatures": list(TARGETS),
                "width": WIDTH_A,
            },
            "optimiser": {"max_evaluations": n_done + 1},
        }
    )
    best = min((e for e in evaluations if e.status == "done"), key=lambda e: e.estimates["rho_gb"].value)
    mean = math.log10(best.estimates["rho_gb"].value)
    recommendation = replace(
        summary.recommendation, mean=mean, standard_error=0.2, interval=(mean - 0.4, mean + 0.4)
    )
    return replace(
        summary,
        config=config,
        evaluations=evaluations,
        bulk=bulk,
        recommended=best,
        recommendation=recommendation,
    )
