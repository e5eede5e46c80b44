"""Runs of a validation with known answers, as LAMMPS would have left them."""

import math

import numpy as np

from grainway.domain import Estimate
from grainway.units import BOLTZMANN_EV_PER_K, S_PER_CM_PER_INTERNAL
from grainway.validation import ValidationSettings
from grainway.validation.runs.kept_runs import RunResult
from grainway.validation.runs.validation_runs import ValidationRun

SETTINGS = ValidationSettings()
N_LITHIUM = 56
EXPANSION = 1.4e-5


def lattice(temperature, a=12.97):
    return a * (1 + EXPANSION * (temperature - 300.0))


def diffusivity(temperature, energy, at_1000=0.1):
    """Å²/ps."""
    return at_1000 * math.exp(-energy / BOLTZMANN_EV_PER_K * (1 / temperature - 1 / 1000))


def conductivity(temperature, energy, haven, a=12.97, at_1000=0.1):
    """Collective, S/cm."""
    volume = lattice(temperature, a) ** 3
    thermal = BOLTZMANN_EV_PER_K * temperature
    return (
        diffusivity(temperature, energy, at_1000)
        / haven
        * N_LITHIUM
        * S_PER_CM_PER_INTERNAL
        / volume
        / thermal
    )


def results(
    potential,
    *,
    energy=0.3,
    haven=0.4,
    a=12.97,
    at_1000=0.1,
    noise=0.05,
    seed=0,
    settings=SETTINGS,
    axial=1.0,
):
    """One result per run; noise is the relative error of every transport quantity, told truthfully."""
    rng = np.random.default_rng(seed)
    found = []
    for kind, temperatures in (
        ("ladder", settings.ladder_temperatures),
        ("lattice", settings.lattice_temperatures),
    ):
        for temperature in temperatures:
            for replica in range(settings.replicas):
                run = ValidationRun(potential, potential, kind, temperature, replica, settings)
                estimates = (
                    _transport(rng, temperature, energy, haven, a, at_1000, noise) if kind == "ladder" else {}
                )
                found.append(RunResult(run, _content(rng, temperature, a, axial, estimates), None, 1.0))
    cell = {
        "tetragonal_ratio_0K": Estimate(1.0005, 0.0006, "1", 1).to_dict(),
        "tetragonal_a_0K": Estimate(13.1, 0.002, "Å", 1).to_dict(),
        "tetragonal_c_0K": Estimate(12.3, 0.002, "Å", 1).to_dict(),
    }
    run = ValidationRun(potential, potential, "tetragonal", 0.0, 0, settings)
    found.append(RunResult(run, {"estimates": cell, "values": {}, "missing": {}}, None, 1.0))
    return found


def _transport(rng, temperature, energy, haven, a, at_1000, noise):
    d = diffusivity(temperature, energy, at_1000)
    sigma = conductivity(temperature, energy, haven, a, at_1000)
    truth = {
        "diffusivity": (d, "Å²/ps"),
        "nernst_einstein": (sigma * haven, "S/cm"),
        "einstein": (sigma, "S/cm"),
        "green_kubo": (sigma, "S/cm"),
        "haven_ratio": (haven, "1"),
    }
    return {
        name: Estimate(value * math.exp(noise * rng.normal()), noise * value, unit, 100.0).to_dict()
        for name, (value, unit) in truth.items()
    }


def _content(rng, temperature, a, axial, estimates):
    edge = lattice(temperature, a) + 1e-3 * rng.normal()
    return {
        "values": {
            "temperature": temperature,
            "cell_lengths": [edge, edge, edge * axial],
            "lattice_parameter": edge,
            "framework_in_place": 1.0,
            "framework_displacement": 0.1 + 0.01 * rng.random(),
            "bond_length_Zr-O": 2.11 + 0.002 * rng.normal(),
            "bond_length_La-O": 2.56 + 0.002 * rng.normal(),
            "coordination_Zr-O": 6.0,
            "coordination_La-O": 8.0,
        },
        "estimates": estimates,
        "missing": {},
        "lammps_s": 2.0,
        "cpu_s": 1.5,
        "simulated_ps": 100.0,
    }
