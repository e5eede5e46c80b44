"""Campaigns without molecular dynamics: the outcome follows from the boundary and the seed, at once."""

import math

import numpy as np

from example_campaigns.small_campaign import SMALL
from grainway.campaign import Campaign, campaign_toml, load_config
from grainway.campaign import driver as driver_module
from grainway.campaign.evaluation.trial import INPUTS, RESULT, Trial
from grainway.campaign.record.store import Store
from grainway.domain import Estimate
from grainway.errors import SimulationError
from grainway.machine.whole_files import write_json

TILT = {
    **SMALL["design"],
    "axes": ["001"],
    "characters": ["symmetric tilt"],
    "max_atoms": 1400,
    "translation": False,
}
"""Two boundaries about one axis and a continuous cut: three parameters, an initial design of six points."""
WIDER = {**TILT, "axes": ["001", "110"], "max_atoms": 2000}


class EndedWorker:
    """What the driver sees of a process that has ended."""

    running = False

    def __init__(self, folder):
        self.folder = folder
        self.identity = {"pid": 0, "started": ""}

    def end(self):
        pass

    def last_words(self):
        return "no words"


def pretend(monkeypatch, *, noise=0.02, fails=lambda trial: False):
    """Let every evaluation end when it is started; returns the list of trials in the order started."""
    started = []

    def start_worker(folder, lammps, keep_trajectories):
        trial = Trial.from_json((folder / INPUTS).read_text())
        started.append(trial)
        if fails(trial):
            outcome = {"status": "failed", "reason": "the energy diverged"}
        else:
            outcome = {"status": "done", "result": result(trial, noise)}
        write_json(folder / RESULT, {"trial": trial.id, **outcome})
        return EndedWorker(folder)

    monkeypatch.setattr(driver_module, "start_worker", start_worker)
    return started


def result(trial, noise):
    """A smooth function of angle and cut with an error that the seed decides."""

    def about(value, unit, relative=0.05):
        return Estimate(value, relative * value, unit, 100.0).to_dict()

    facts = {"realised": {"n_atoms": 1}, "missing": {}, "timing": {"lammps_s": 1.0}}
    if trial.spec is None:
        bulk = {
            "tracer_diffusivity": about(0.4, "Å²/ps"),
            "conductivity_nernst_einstein": about(1.2, "S/cm"),
        }
        return {"estimates": bulk, **facts}
    error = noise * np.random.default_rng(trial.seed).standard_normal()
    depth = 0.3 * math.cos(2 * math.pi * (trial.spec.termination - 0.3))
    rho = 10 ** (0.5 - depth - 0.01 * (trial.spec.angle_deg - 20.0) + error)
    boundary = {
        "rho_gb": about(rho, "Ω cm", noise * math.log(10)),
        "band_diffusivity": about(0.2, "Å²/ps"),
        "cell_resistance": about(7e-7, "Ω cm²"),
    }
    profile = {"z": [10.0, 50.0], "length": 60.0, "boundaries": [0.0, 30.0], "width": 10.8}
    for name in ("density", "diffusivity", "resistivity"):
        profile |= {name: [1.0, 1.0], f"{name}_error": [0.1, 0.1]}
    return {"estimates": boundary, "profile": {**profile, "lag_ps": 1.0, "lag_sensitivity": 0.0}, **facts}


def campaign(path, design=None, **sections):
    """Write a campaign file and return its campaign."""
    sections.setdefault("optimiser", {"max_evaluations": 3})
    given = {**SMALL, "design": design or TILT, "campaign": {"workers": 1}}
    path.write_text(campaign_toml({**given, **{k: {**given.get(k, {}), **v} for k, v in sections.items()}}))
    return Campaign(load_config(path), path.with_suffix(""))


def record(campaign):
    """Everything that the record holds of trials and checks."""
    store = Store(campaign.record_path)
    try:
        rows = [
            (r.number, r.id, r.proposal, r.status, r.order_told, r.result, r.reason) for r in store.rows()
        ]
        return rows, store.checks()
    finally:
        store.close()


class CrashError(SimulationError):
    """The driver dies here."""
