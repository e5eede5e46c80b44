"""Lithium diffusion in the bulk: the reactive potential beside the ionic ones and a published reactive one.

    python benchmarks/reactive_transport.py FOLDER [--production 60] [--potential NAME ...] [--workers 2]

Three lithium orderings of 192 ions at 800, 1000 and 1200 K, c/a free at zero pressure, then the mean cell
held fixed. Printed are the mean D with Student's 95 % half-width over the orderings, c/a, and the activation
energy of the line through the single runs of the phase that the hottest row has, and of all of them.
Finished runs are kept in FOLDER. The reactive potential needs the extra mlip.
"""

from __future__ import annotations

import argparse
from pathlib import Path

from grainway.analysis import arrhenius_fit
from grainway.domain import Estimate
from grainway.errors import AnalysisError
from grainway.simulation import NEP_NAME, POTENTIAL_NAMES
from grainway.validation.compare.potential_findings import PotentialValidation
from grainway.validation.runs.validation_settings import ValidationSettings
from grainway.validation.whole_validation import validate

POTENTIALS = (NEP_NAME, "softbv", "buck_core", "du_teter")
TEMPERATURES_K = (800.0, 1000.0, 1200.0)
SLOWER = {"softbv": 4.0}
"""So many times the production: ions that hop rarely need it, and it is cheap there."""


def half_width(estimate: Estimate) -> float:
    """Half of the 95 % interval."""
    low, high = estimate.interval(0.95)
    return (high - low) / 2


def energy(found: PotentialValidation, *, all_phases: bool) -> str:
    """Activation energy of D, eV, with its 95 % half-width; why there is none otherwise."""
    try:
        if not all_phases:
            fit = found.lines["diffusivity"].fit
        else:
            fit = arrhenius_fit([point for row in found.rows for point in row.single.get("diffusivity", ())])
    except (AnalysisError, KeyError) as error:
        return f"- ({error})"
    return f"{fit.activation_energy.value:.3f} ± {half_width(fit.activation_energy):.3f}"


def line(found: PotentialValidation) -> str:
    """One row of the table."""
    cells = [found.potential]
    for row in found.rows:
        mean = row.means.get("diffusivity")
        values = [e for _, e in row.single.get("diffusivity", ())]
        limits = sum(e.bound is not None for e in values)
        if mean is None:
            text = f"- ({limits} of {len(values)} are limits)"
        else:
            scaled = mean.scaled(1e6, "1e-6 cm²/s")
            text = f"{scaled.value:.3g} ± {half_width(scaled):.2g}"
        cells.append(f"{text}, {row.axial_ratio:.3f}")
    cells += [energy(found, all_phases=False), energy(found, all_phases=True)]
    return f"| {' | '.join(cells)} |"


def main() -> None:
    """Run what is missing and print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folder", type=Path)
    parser.add_argument("--production", type=float, default=60.0, help="ps")
    parser.add_argument("--replicas", type=int, default=3)
    parser.add_argument("--potential", nargs="+", default=list(POTENTIALS), choices=POTENTIAL_NAMES)
    parser.add_argument("--workers", type=int, default=2)
    given = parser.parse_args()
    temperatures = " | ".join(f"{t:g} K: D, 1e-6 cm²/s, c/a" for t in TEMPERATURES_K)
    print(f"| potential | {temperatures} | E_a, eV (hottest phase) | all |\n|{'---|' * 6}")
    for name in given.potential:
        settings = ValidationSettings(
            lattice_temperatures=(300.0,),
            ladder_temperatures=TEMPERATURES_K,
            replicas=given.replicas,
            lattice_pressure=10.0,
            ladder_pressure=10.0,
            production=given.production * SLOWER.get(name, 1.0),
        )
        validation = validate(given.folder / name, (name,), settings, given.workers)
        print(line(validation.potentials[0]), flush=True)
    print("\npublished, DFT-trained NEP: 8.6 at 1000 K, 14 at 1200 K, 0.315 eV")


if __name__ == "__main__":
    main()
