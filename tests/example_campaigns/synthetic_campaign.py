"""Campaign summaries made up from a seed, for tests of what is written and printed about them."""

from __future__ import annotations

import math
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from ase import Atoms

from grainway.campaign import CampaignConfig, CampaignSummary, Evaluation, Trial
from grainway.campaign.record.recorded_rows import Status
from grainway.domain import BoundarySpec, Estimate
from grainway.optimise import ConvergenceVerdict, Recommendation
from grainway.simulation import Protocol

BUDGET_END = ConvergenceVerdict(True, False, "not converged: budget of 8 evaluations spent")
CONVERGED = ConvergenceVerdict(
    True,
    True,
    "converged under the model after 8 evaluations: the last 4 evaluations gained at most 0.010 (95 %)",
)
RUNNING = ConvergenceVerdict(False, False, "running: 0 of 3 consecutive checks hold")
_BOUNDARIES = (
    ((0, 0, 1), (3, 2, 0), (3, -2, 0), 22.62, 13),
    ((0, 0, 1), (4, 1, 0), (4, -1, 0), 28.07, 17),
    ((0, 0, 1), (3, 2, 0), (3, -2, 0), 22.62, 13),
    ((1, 1, 0), (3, -3, 2), (-3, 3, 2), 26.53, 19),
    ((1, 1, 0), (1, -1, 6), (-1, 1, 6), 26.53, 19),
    ((0, 0, 1), (5, 1, 0), (5, -1, 0), 22.62, 13),
)
BULK_RESISTIVITY = 0.80


def trial(number: int, potential: str = "buck_core_dsf", temperature: float = 1400.0) -> Trial:
    """Return the inputs of an evaluation; number 0 is the bulk."""
    spec = None
    if number > 0:
        axis, normal_a, normal_b, angle, sigma = _BOUNDARIES[number % len(_BOUNDARIES)]
        spec = BoundarySpec(
            axis=axis,
            normal_a=normal_a,
            normal_b=normal_b,
            angle_deg=angle,
            sigma=sigma,
            character="symmetric tilt",
            planes=4,
            width_layers=2 + number % 4,
            translation=(0.125 * (number % 8), 0.25),
            termination=0.5,
        )
    return Trial(
        kind="bulk" if spec is None else "boundary",
        spec=spec,
        protocol=Protocol(temperature=temperature),
        potential=potential,
        potential_digest="0" * 64,
        objective_width=10.8,
        seed=number,
    )


def estimates(rho: float, rng: np.random.Generator) -> dict[str, Estimate]:
    """Return what an evaluation with this ρ_gb measures."""

    def about(value: float, relative: float, unit: str) -> Estimate:
        return Estimate(value, abs(value) * relative, unit, 500.0)

    return {
        "tracer_diffusivity": about(0.20, 0.03, "Å²/ps"),
        "conductivity_nernst_einstein": about(0.7, 0.03, "S/cm"),
        "conductivity_einstein": about(0.9, 0.25, "S/cm"),
        "conductivity_green_kubo": about(0.95, 0.2, "S/cm"),
        "haven_ratio": Estimate(1.4, math.nan, "1", 12.0, "upper"),
        "rho_gb": about(rho, 0.06, "Ω cm"),
        "rho_gb_1": about(rho * 1.1, 0.09, "Ω cm"),
        "rho_gb_2": about(rho * 0.9, 0.09, "Ω cm"),
        "cell_resistance": about(7e-7, 0.04, "Ω cm²"),
        "band_diffusivity": about(0.12, 0.06, "Å²/ps"),
        "asr": Estimate((rho - BULK_RESISTIVITY) * 10.8e-8, 9e-9, "Ω cm²", 300.0),
        "diffusivity_ratio": about(BULK_RESISTIVITY / rho, 0.07, "1"),
        "resistivity_ratio": about(rho / BULK_RESISTIVITY, 0.07, "1"),
        "ler": about(1 + 0.05 * rng.standard_normal(), 0.02, "1"),
        "ovc": Estimate(0.06 + 0.01 * rng.standard_normal(), 0.004, "1", 20.0),
        "gamma_li": Estimate(0.0, 0.0, "1/nm²", 2.0),
    }


def profile(rho: float) -> dict[str, Any]:
    """Return a profile whose second boundary lies across the periodic border."""
    length, n = 66.0, 132
    z = (np.arange(n) + 0.5) * length / n
    boundaries = [33.5, 0.5]
    shape = sum(np.exp(-(((z - b + length / 2) % length - length / 2) ** 2) / 20) for b in boundaries)
    resistivity = BULK_RESISTIVITY + (rho - BULK_RESISTIVITY) * 1.5 * shape
    diffusivity = 0.38 * BULK_RESISTIVITY / resistivity
    density = 0.0256 * (1 + 0.1 * np.cos(2 * np.pi * z / 6.5))
    return {
        "z": z.tolist(),
        "length": length,
        "boundaries": boundaries,
        "width": 10.8,
        "density": density.tolist(),
        "density_error": (0.03 * density).tolist(),
        "diffusivity": diffusivity.tolist(),
        "diffusivity_error": (0.1 * diffusivity).tolist(),
        "resistivity": resistivity.tolist(),
        "resistivity_error": (0.1 * resistivity).tolist(),
        "lag_ps": 2.0,
        "lag_sensitivity": -0.034,
    }


def evaluation(number: int, status: Status, root: Path, **known: Any) -> Evaluation:
    """Return an evaluation of which only what is given is known."""
    nothing: dict[str, Any] = {
        "order_told": None,
        "estimates": {},
        "missing": {},
        "realised": {},
        "profile": None,
        "ranges": {},
        "timing": {},
        "reason": None,
    }
    inputs = trial(number)
    return Evaluation(
        number=number, trial=inputs, status=status, folder=inputs.folder(root), **{**nothing, **known}
    )


def bulk(root: Path) -> Evaluation:
    """Return a finished bulk reference."""
    measured = {
        "tracer_diffusivity": Estimate(0.38, 0.01, "Å²/ps", 900.0),
        "conductivity_nernst_einstein": Estimate(1 / BULK_RESISTIVITY, 0.03, "S/cm", 900.0),
        "conductivity_einstein": Estimate(1.7, 0.3, "S/cm", 30.0),
    }
    realised = {"formula": "La192Li448O768Zr128", "cell_lengths_A": [26.2, 26.2, 26.2], "n_atoms": 1536}
    return evaluation(
        0,
        "done",
        root,
        estimates=measured,
        missing={"haven_ratio": "too few independent samples"},
        realised=realised,
    )


def finished(root: Path, number: int, order: int, rho: float) -> Evaluation:
    """Return a finished evaluation whose folder holds its files."""
    inputs = trial(number)
    folder = inputs.folder(root)
    folder.mkdir(parents=True)
    rng = np.random.default_rng([5, number])
    atoms = Atoms(
        "Li7La3Zr2O12",
        positions=rng.uniform(-3, 15, (24, 3)),
        cell=[9.0, 10.0, 12.0],
        pbc=True,
    )
    atoms.new_array("grain", np.zeros(24, dtype=int))
    atoms.write(folder / "final.extxyz", format="extxyz")
    realised = {
        "potential": "buck_core_dsf",
        "temperature_K": 1396.0,
        "n_atoms": 2688,
        "formula": "La336Li784O1344Zr224",
        "crystalline_fraction": 0.997,
        "cell_lengths_A": [13.1, 47.2, 66.0],
        "production_ps": 30.0,
        "area_A2": 618.0,
        "misorientation_final_deg": 22.7,
        "mean_pressure_bar": 210.0,
        "gaps_A": [0.4, 0.6],
    }
    return evaluation(
        number,
        "done",
        root,
        order_told=order,
        estimates=estimates(rho, rng),
        missing={"conductivity_green_kubo": "no plateau"} if number == 1 else {},
        realised=realised,
        profile=profile(rho),
        ranges={"ovc": [0.05, 0.07]},
        timing={"lammps_s": 100.0 + number, "session_s": 130.0},
    )


def failed(root: Path, number: int, order: int, reason: str) -> Evaluation:
    """Return an evaluation that gave no result."""
    return evaluation(number, "failed", root, order_told=order, reason=reason)


def campaign(
    root: Path,
    n_done: int = 7,
    verdict: ConvergenceVerdict = BUDGET_END,
    reason: str = "stage 01-anneal: the energy diverged",
) -> CampaignSummary:
    """Return a campaign of ``n_done`` finished evaluations, a failed and a queued one."""
    root.mkdir(parents=True, exist_ok=True)
    rng = np.random.default_rng(1)
    resistivities = 0.9 + 2.4 * rng.random(n_done)
    evaluations = [finished(root, i + 1, i, float(rho)) for i, rho in enumerate(resistivities)]
    evaluations.append(failed(root, n_done + 1, n_done, reason))
    queued = replace(failed(root, n_done + 2, 0, ""), status="queued", order_told=None, reason=None)
    evaluations.append(queued)
    best = recommendation = None
    if n_done:
        best = evaluations[int(np.argmin(resistivities))]
        mean = math.log10(best.estimates["rho_gb"].value) + 0.02
        recommendation = Recommendation("p0000", {}, mean, 0.03, (mean - 0.0588, mean + 0.0588), 1, n_done)
    config = CampaignConfig.model_validate(
        {
            "potential": {"name": "buck_core_dsf"},
            "protocol": {"temperature": 1400.0},
            "objective": {"width": 10.8},
            "optimiser": {"max_evaluations": n_done + 1},
        }
    )
    return CampaignSummary(
        config, root, bulk(root), tuple(evaluations), checks(n_done), verdict, recommendation, best
    )


def checks(n_done: int) -> dict[int, dict[str, Any]]:
    """Return recorded convergence checks that do not hold."""

    def rule(name: str, holds: bool, numbers: dict[str, float], reason: str) -> dict[str, Any]:
        return {"rule": name, "holds": holds, "numbers": numbers, "reason": reason}

    return {
        n: {
            "n_evaluations": n,
            "holds": False,
            "improvement": rule("improvement", False, {"window": 20.0}, f"cannot hold yet: {n} evaluations"),
            "regret": rule(
                "regret", False, {"regret_quantile": 0.31, "allowed": 0.15}, "regret is below 0.310"
            ),
            "audit": rule("audit", True, {"z_root_mean_square": 0.9}, "leave-one-out errors are 0.90"),
        }
        for n in range(2, n_done + 1)
    }
