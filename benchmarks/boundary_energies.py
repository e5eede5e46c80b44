"""Boundary energies of ten boundaries with softBV: do low-Σ ones come out lower?

    python benchmarks/boundary_energies.py [--folder FOLDER] [--minimise 16] [--anneal 2] [--workers 1]

Of every boundary so many choices of translation and cuts are looked at that 200 or more are not polar; those
with the smallest contact gaps are minimised and the lowest is computed for further lithium orderings. Every
minimisation is kept in the folder: the same command continues an interrupted run, one with a larger number
adds to it. With 16 minimised on one core it takes about an hour.

Printed are per boundary E_gb, the mean of a cell's two boundaries, ± the standard deviation over lithium
orderings; the excess volume; how many candidates were looked at, left out as polar, minimised, distinct and
failed. Then, for each axis, each boundary against the lowest-Σ one, by the lowest energies and by the means
of the further orderings: the two readings need not agree. ``--screening`` minimises as many candidates of one
boundary without regard to their gaps, and prints how far the gap foretells the energy.
"""

from __future__ import annotations

import argparse
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
from scipy.stats import spearmanr

from grainway.domain import BoundarySpec
from grainway.ground_state.boundary_candidates import measure_contacts
from grainway.ground_state.ground_state_search import run_search
from grainway.ground_state.ground_state_settings import SearchSettings
from grainway.ground_state.ground_state_table import GroundState
from grainway.simulation.minimise.minimisation_script import MinimisationSettings
from grainway.structure import Catalogue, CatalogueEntry
from grainway.structure.catalogue.microscopic_variants import microscopic_variants

BOUNDARIES = (
    ((0, 0, 1), (3, 1, 0), (3, -1, 0)),
    ((0, 0, 1), (7, 1, 0), (1, 1, 0)),
    ((0, 0, 1), (7, 3, 0), (3, 7, 0)),
    ((1, 1, 0), (1, -1, 4), (-1, 1, 4)),
    ((1, 1, 0), (2, -2, 1), (2, -2, -1)),
    ((1, 1, 0), (5, -5, 2), (1, -1, 2)),
    ((1, 1, 0), (5, -5, 2), (5, -5, -2)),
    ((1, 1, 1), (3, -2, -1), (2, -3, 1)),
    ((1, 1, 1), (4, -3, -1), (3, -4, 1)),
    ((1, 1, 1), (5, -4, -1), (4, -5, 1)),
)
"""Axis and planes. Of each axis the first has the lowest Σ; asymmetric cuts share its misorientation."""

SCREENED = ((0, 0, 1), (3, 1, 0), (3, -1, 0))
N_USEFUL = 200


def settings_for(spec: BoundarySpec, n_minimise: int, n_orderings: int, anneal: float) -> SearchSettings:
    """Return settings under which enough candidates are left when polar cuts are out."""
    settings = SearchSettings(
        n_candidates=N_USEFUL,
        n_minimise=n_minimise,
        n_orderings=n_orderings,
        minimisation=MinimisationSettings(anneal=anneal),
    )
    while True:
        candidates = measure_contacts(list(microscopic_variants(spec, settings.n_candidates, settings.seed)))
        if sum(not c.is_polar(settings.dipole_limit) for c in candidates) >= N_USEFUL:
            return settings
        settings = replace(settings, n_candidates=2 * settings.n_candidates)


def label(entry: CatalogueEntry) -> str:
    """Return axis, Σ and planes of a boundary."""
    indices = (entry.axis, entry.normal_a, entry.normal_b)
    axis, first, second = ("".join(str(i) if i >= 0 else f"-{-i}" for i in v) for v in indices)
    return f"[{axis}] {entry.angle_deg:5.2f}° Σ{entry.sigma:<3} ({first})/({second})"


def error(found: GroundState) -> float:
    """Return the standard deviation over lithium orderings, J/m²; not a number with fewer than three."""
    return np.nan if found.uncertainty is None else found.uncertainty


def row(entry: CatalogueEntry, found: GroundState, n_minimise: int, seconds: float) -> str:
    """Return one line of the table."""
    failed = sum(not reason.startswith("lithium ordering") for _, reason in found.failed)
    useful = min(n_minimise, len(found.candidates) - found.n_polar)
    return (
        f"{label(entry):38}{entry.n_atoms:6}{found.energy:8.3f} ± {error(found):.3f}"
        f"{found.states[0].excess_volume:9.3f}{len(found.candidates):8}{found.n_polar:7}{useful:6}"
        f"{len(found.states):9}{failed:7}{seconds:8.0f}"
    )


def mean(found: GroundState) -> tuple[float, float]:
    """Return the mean over lithium orderings and its standard error, J/m².

    The lowest of many candidates is partly lowest by chance; further orderings of it were not chosen.
    """
    energies = np.array(found.ordering_energies[1:] or found.ordering_energies)
    return float(energies.mean()), error(found) / np.sqrt(len(energies))


def verdict(difference: float, spread: float) -> str:
    """Say whether a difference exceeds two of its standard deviations."""
    if abs(difference) > 2 * spread:
        return "higher" if difference > 0 else "lower"
    return "no difference"


def compare(results: list[tuple[CatalogueEntry, GroundState]]) -> None:
    """Print every boundary's energy over that of the lowest Σ about its axis, in both readings."""
    print(f"\n{'E_gb over that of the lowest Σ, J/m²':40}{'lowest candidates':34}further orderings of them")
    counts = {"lowest candidates": 0, "further orderings": 0}
    for axis in dict.fromkeys(entry.axis for entry, _ in results):
        (low, first), *others = (r for r in results if r[0].axis == axis)
        print(label(low))
        for entry, found in others:
            cells = []
            for name, (value, one), (reference, other) in (
                ("lowest candidates", (found.energy, error(found)), (first.energy, error(first))),
                ("further orderings", mean(found), mean(first)),
            ):
                spread = float(np.hypot(one, other))
                said = verdict(value - reference, spread)
                counts[name] += said == "higher"
                cells.append(f"{value - reference:+.3f} ± {spread:.3f} {said:18}")
            print(f"  {label(entry):38}{''.join(cells)}")
    n_compared = len(results) - len({entry.axis for entry, _ in results})
    for name, n in counts.items():
        print(f"higher than the lowest Σ by the {name}: {n} of {n_compared}")


def screening(entry: CatalogueEntry, n: int, anneal: float, folder: Path, workers: int) -> None:
    """Print how far the contact gap before relaxation foretells the energy."""
    settings = settings_for(entry.spec(), n, 1, anneal)
    chosen = run_search(entry.spec(), folder / "smallest", settings, workers).states
    any_gap = run_search(entry.spec(), folder / "any", replace(settings, n_candidates=n), workers).states
    print(f"\n{label(entry)}: {n} smallest gaps of {settings.n_candidates} against {n} of any gap")
    for name, states in (("smallest gaps", chosen), ("any gap", any_gap)):
        gaps, energies = (np.array([getattr(s, a) for s in states]) for a in ("gap", "energy"))
        print(
            f"  {name:14} gap {gaps.min():.2f} to {gaps.max():.2f} Å, E_gb lowest {energies.min():.3f}, mean "
            f"{energies.mean():.3f}, standard deviation {energies.std(ddof=1):.3f} J/m²"
        )
    # a candidate may be in both
    both = {s.candidate: (s.gap, s.energy) for s in (*chosen, *any_gap)}
    found = spearmanr(*np.array(list(both.values())).T)
    print(f"  rank correlation of gap and energy over all: {found.statistic:.2f} (p = {found.pvalue:.2g})")


def main() -> None:
    """Run and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--folder", type=Path, default=Path("boundary_energies"), help="kept results")
    parser.add_argument("--minimise", type=int, default=16, help="candidates minimised per boundary")
    parser.add_argument("--anneal", type=float, default=2.0, help="ps at 600 K before each minimum")
    parser.add_argument("--orderings", type=int, default=3, help="lithium orderings of the lowest one")
    parser.add_argument("--workers", type=int, default=1, help="minimisations at a time")
    parser.add_argument("--screening", action="store_true", help="compare the screening with none instead")
    arguments = parser.parse_args()
    catalogue = Catalogue(max_atoms=3000, angle_range_deg=(5.0, 45.0))
    entries = {(e.axis, e.normal_a, e.normal_b): e for e in catalogue.entries}
    if arguments.screening:
        folder = arguments.folder / "screening"
        screening(entries[SCREENED], arguments.minimise, arguments.anneal, folder, arguments.workers)
        return
    print(
        f"{'boundary':38}{'atoms':>6}{'E_gb / J/m²':>16}{'V / Å':>9}{'looked':>8}{'polar':>7}{'min.':>6}"
        f"{'distinct':>9}{'failed':>7}{'s':>8}",
        flush=True,
    )
    results = []
    for number, key in enumerate(BOUNDARIES):
        began = time.monotonic()
        spec = entries[key].spec()
        settings = settings_for(spec, arguments.minimise, arguments.orderings, arguments.anneal)
        found = run_search(spec, arguments.folder / str(number), settings, arguments.workers)
        results.append((entries[key], found))
        print(row(*results[-1], arguments.minimise, time.monotonic() - began), flush=True)
    compare(results)


if __name__ == "__main__":
    main()
