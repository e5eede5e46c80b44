"""The energy of a boundary at the temperature of its run, from the production of boundary cell and bulk.

    γ = (⟨E_cell⟩ − (N/N_bulk) ⟨E_bulk⟩) / 2A,

the mean of the cell's two boundaries, with potential energies: kinetic ones are equal per atom and cancel.
It is an excess internal energy, no free energy, and holds the elastic energy of grains that were stretched
to fit. Only a cell of the bulk's composition has it: atoms in excess would have to come from somewhere, at a
chemical potential that no run here knows.

Both cells have relaxed to the pressure that was asked for, but only as far as a few picoseconds tell: a
remaining p changes the energy by −α T p V, since (∂E/∂V)_T = α T B − p, B being the bulk modulus. α is
taken as 6.5e-5 per K, what grainway-nep (13.116 Å at 300 K, 13.364 Å at 1200 K) and du_teter (13.11 Å at
300 K, 13.31 Å at 1000 K) have, and the whole term counts as an error.
"""

import math

from ase.formula import Formula

from grainway.campaign.against_bulk.bulk_comparison import MeasuredRun
from grainway.campaign.evaluation.evaluation_result import EvaluationResult
from grainway.domain import Estimate
from grainway.errors import AnalysisError
from grainway.units import EV_PER_BAR_A3, J_PER_M2_PER_EV_PER_A2

LARGEST_PRESSURE_BAR = 5000.0
"""Half a per cent of the volume at a bulk modulus of 100 GPa: farther off, a cell has not relaxed."""
_EXPANSION_PER_K = 6.5e-5


def compare_energies(
    boundary: EvaluationResult, bulk: EvaluationResult
) -> tuple[dict[str, Estimate], dict[str, str]]:
    """Return ``boundary_energy`` in J/m², or why there is none.

    On a ladder it is that of the coldest temperature: it is not extrapolated.

    Args:
        boundary: result of a boundary evaluation.
        bulk: result of the bulk reference: same potential, same temperatures.
    """
    try:
        return {"boundary_energy": thermal_boundary_energy(boundary.coldest, bulk.coldest)}, {}
    except AnalysisError as error:
        return {}, {"boundary_energy": str(error)}


def thermal_boundary_energy(boundary: MeasuredRun, bulk: MeasuredRun) -> Estimate:
    """Return the boundary energy from two runs at one temperature, J/m².

    Args:
        boundary: what was measured, with ``potential_energy`` of the whole cell among ``estimates``, and
            formula, cell, pressure and temperature among ``realised`` facts.
        bulk: the same of the bulk crystal.

    Returns:
        The standard error holds that of both runs; the bulk's part is common to all boundaries of a campaign,
        so that their differences are known better.

    Raises:
        AnalysisError: for another composition, a cell that has not relaxed, an energy not measured.
    """
    cell, crystal = _energy(boundary, "the boundary's run"), _energy(bulk, "the bulk's run")
    atoms, reference = (Formula(run.realised["formula"]).count() for run in (boundary, bulk))
    n, n_bulk = sum(atoms.values()), sum(reference.values())
    if any(atoms.get(s, 0) * n_bulk != reference.get(s, 0) * n for s in atoms | reference):
        raise AnalysisError(
            f"the composition {boundary.realised['formula']} is not that of the bulk, "
            f"{bulk.realised['formula']}: an energy would need chemical potentials"
        )
    per_crystal = n / n_bulk
    lx, ly, _ = boundary.realised["cell_lengths_A"]
    to_surface = J_PER_M2_PER_EV_PER_A2 / (2.0 * lx * ly)
    return cell.minus(crystal.scaled(per_crystal, "eV")).scaled(to_surface, "J/m²")


def _energy(run: MeasuredRun, name: str) -> Estimate:
    """Return the energy of a relaxed cell, eV, the error of its pressure included."""
    if "potential_energy" not in run.estimates:
        unknown = "the version of grainway that ran it did not keep it"
        reason = run.missing.get("potential_energy", unknown)
        raise AnalysisError(f"no energy of {name}: {reason}")
    facts = run.realised
    pressure = facts["mean_pressure_bar"] - facts["asked_pressure_bar"]
    if abs(pressure) > LARGEST_PRESSURE_BAR:
        raise AnalysisError(
            f"{name} had a mean pressure {pressure:+.0f} bar off that asked for, "
            f"more than {LARGEST_PRESSURE_BAR:.0f}: the cell has not relaxed; lengthen constant_pressure"
        )
    energy = run.estimates["potential_energy"]
    strain = _EXPANSION_PER_K * facts["temperature_K"] * pressure * math.prod(facts["cell_lengths_A"])
    return energy.widened(strain * EV_PER_BAR_A3)
