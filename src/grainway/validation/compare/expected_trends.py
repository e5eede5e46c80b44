"""Trends that any simulation of this material must show, answered from a validation's numbers."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

import numpy as np

from grainway.analysis import combine_replicas, haven_ratio, lithium_enrichment, polycrystal_conductivity
from grainway.domain import BoundarySpec, Composition, Estimate, GrainBoundary, Trajectory
from grainway.structure import Catalogue, build_boundary, load_garnet
from grainway.units import CM_PER_A
from grainway.validation.compare.potential_findings import PotentialValidation
from grainway.validation.compare.published_comparison import ROOM_TEMPERATURE_K
from grainway.validation.measured_quantity import MeasuredQuantity

Answer = Literal["shown", "not shown", "undecided", "needs boundary runs"]

ENERGY_EV = (0.25, 0.40)
DIFFUSIVITY_CM2_S = (6e-10, 6e-8)
LATTICE_A = (12.97 * 0.995, 12.97 * 1.005)
_WALKERS, _FRAMES, _SEEDS, _DIFFUSIVITY = 56, 600, 12, 0.5
_SIZES_UM = (0.1, 1.0, 10.0)
_WIDTH_A = 10.8
_RELATIVE_BOUNDARY = (0.1, 0.3, 1.0, 3.0)


@dataclass(frozen=True, slots=True)
class Trend:
    """One trend.

    Attributes:
        name: T1 to T7.
        statement: what must hold.
        answer: whether it does, for all potentials or by potential in ``evidence``.
        evidence: numbers, one line each.
    """

    name: str
    statement: str
    answer: Answer
    evidence: tuple[str, ...]

    def to_dict(self) -> dict[str, Any]:
        """Return a JSON-ready dictionary."""
        return {
            "name": self.name,
            "statement": self.statement,
            "answer": self.answer,
            "evidence": list(self.evidence),
        }


def answer_trends(potentials: Sequence[PotentialValidation]) -> tuple[Trend, ...]:
    """Return T1 to T7; those that only boundary runs can answer say so."""
    return (
        _bulk_transport(potentials),
        _lattice(potentials),
        Trend(
            "T3",
            "D_gb/D_bulk is 0.2 to 1 at 1000 K or more for Σ3 and Σ5 tilts",
            "needs boundary runs",
            ("this command runs the perfect crystal only",),
        ),
        _composition(),
        Trend(
            "T5",
            "where atoms are less dense, lithium is slower",
            "needs boundary runs",
            ("the perfect crystal has one density",),
        ),
        _polycrystal(potentials),
        _walkers(),
    )


def inside(measured: MeasuredQuantity | None, low: float, high: float) -> Answer:
    """Tell whether a quantity lies in a range: undecided while its interval reaches across an end."""
    if measured is None or measured.estimate.bound is not None:
        return "undecided"
    if measured.interval[1] < low or measured.interval[0] > high:
        return "not shown"
    if low <= measured.interval[0] and measured.interval[1] <= high:
        return "shown"
    return "undecided"


def _all(answers: Sequence[Answer]) -> Answer:
    if not answers or "not shown" in answers:
        return "not shown" if answers else "undecided"
    return "shown" if all(a == "shown" for a in answers) else "undecided"


def _bulk_transport(potentials: Sequence[PotentialValidation]) -> Trend:
    answers, lines = [], []
    for p in potentials:
        for name, label, (low, high) in (
            ("activation_energy_diffusion", "E_a of D*", ENERGY_EV),
            ("diffusivity_298K", "D* at 298 K", DIFFUSIVITY_CM2_S),
        ):
            measured = p.measured.get(name)
            answers.append(inside(measured, low, high))
            lines.append(f"{p.potential}: {label} {_in_words(measured)}: {answers[-1]}")
    return Trend(
        "T1",
        "bulk activation energy 0.25 to 0.40 eV, and D at 298 K within a factor of ten of 6e-9 cm²/s",
        _all(answers),
        tuple(lines),
    )


def _lattice(potentials: Sequence[PotentialValidation]) -> Trend:
    answers, lines = [], []
    for p in potentials:
        measured = p.measured.get("lattice_parameter_300K")
        answers.append(inside(measured, *LATTICE_A))
        lines.append(f"{p.potential}: a(300 K) {_in_words(measured)}: {answers[-1]}")
    return Trend("T2", "lattice parameter 12.97 Å within 0.5 %", _all(answers), tuple(lines))


def _composition() -> Trend:
    as_built, enriched, transfer = built_enrichments()
    plain = abs(as_built.value - 1) <= 2 * as_built.standard_error
    rich = enriched.value - 1 > 2 * enriched.standard_error
    return Trend(
        "T4",
        "LER exceeds 1 only once the composition may relax",
        "shown" if plain and rich else "not shown",
        (
            "Σ5 (310) as built of whole formula units: "
            f"LER {as_built.value:.3f} ± {as_built.standard_error:.3f}",
            f"with {transfer:g} Li per nm² moved from the grains into each boundary: "
            f"{enriched.value:.3f} ± {enriched.standard_error:.3f}",
            "by construction, not by dynamics: which amount of lithium a boundary takes needs boundary runs",
        ),
    )


def _polycrystal(potentials: Sequence[PotentialValidation]) -> Trend:
    """Put boundaries of known resistivity between grains of the measured bulk conductivity."""
    highest, lines, n = 0.0, [], 0
    for p in potentials:
        line = p.lines.get("einstein") or p.lines.get("nernst_einstein")
        if line is None:
            continue
        bulk = line.at(line.temperatures[1]).estimate
        ratios = []
        for relative in _RELATIVE_BOUNDARY:
            boundary = bulk.value * relative
            resistance = Estimate(_WIDTH_A * CM_PER_A * (1 / boundary - 1 / bulk.value), 0.0, "Ω cm²", 1e6)
            for size in _SIZES_UM:
                total = polycrystal_conductivity(bulk, resistance, size, boundary_width=_WIDTH_A)
                ratios.append(total.value / max(bulk.value, boundary))
        n += len(ratios)
        highest = max(highest, *ratios)
        over = f"σ_gb/σ_b of {_RELATIVE_BOUNDARY[0]:g} to {_RELATIVE_BOUNDARY[-1]:g}"
        lines.append(
            f"{p.potential}: σ_total/max(σ_b, σ_gb) {min(ratios):.4f} to {max(ratios):.4f} over {over} "
            f"and grains of {_SIZES_UM[0]:g} to {_SIZES_UM[-1]:g} µm, "
            f"σ_b = {bulk.value:.3g} S/cm at {line.temperatures[1]:.0f} K"
        )
    answer: Answer = "undecided" if n == 0 else "shown" if highest <= 1 + 1e-9 else "not shown"
    return Trend("T6", "σ_total ≤ max(σ_b, σ_gb)", answer, tuple(lines))


def _walkers() -> Trend:
    """Independent Brownian walkers, as many as lithium in a cell, through the same analysis."""
    ratios = []
    for seed in range(_SEEDS):
        rng = np.random.default_rng([70, seed])
        steps = rng.normal(scale=math.sqrt(2 * _DIFFUSIVITY * 0.1), size=(_FRAMES, _WALKERS, 3))
        walk = Trajectory(
            positions=rng.uniform(0, 12.97, (1, _WALKERS, 3)) + np.cumsum(steps, axis=0),
            cell=np.eye(3) * 12.97,
            species=("Li",) * _WALKERS,
            charges=np.ones(_WALKERS),
            times=np.linspace(0.0, 0.1 * (_FRAMES - 1), _FRAMES),
            temperature=ROOM_TEMPERATURE_K,
        )
        ratios.append(haven_ratio(walk))
    found = combine_replicas(ratios).estimate
    mean, error = found.value, found.standard_error
    return Trend(
        "T7",
        "independent walkers have a Haven ratio of 1",
        "shown" if abs(mean - 1) <= 3 * error else "not shown",
        (f"{_SEEDS} sets of {_WALKERS} Brownian walkers: H_R = {mean:.3f} ± {error:.3f}",),
    )


def _in_words(measured: MeasuredQuantity | None) -> str:
    if measured is None:
        return "not measured"
    value = measured.estimate
    if value.bound is not None:
        return f"{'<' if value.bound == 'upper' else '>'} {value.value:.3g} {value.unit}"
    low, high = measured.interval
    tail = f", {measured.provenance}" if measured.provenance else ""
    return f"{value.value:.5g} {value.unit} (95 % {low:.5g} to {high:.5g}{tail})"


TRANSFER_PER_NM2 = 2.0
WIDTH_A = 10.8


def built_enrichments(seed: int = 1) -> tuple[Estimate, Estimate, float]:
    """Return LER of Σ5 (310) as built, LER with lithium moved to its boundaries, and how much was moved.

    Nothing moves and other lithium orderings change the ratio by less than 0.002, so one build says it all;
    the error is what atomic planes in a window of finite width leave.

    Returns:
        Both ratios and the lithium moved per nm² of boundary.
    """
    spec = Catalogue(max_atoms=5000).snap(axis=(0, 0, 1), angle_deg=36.87, inclination_deg=0.0).entry.spec()
    changed = replace(spec, composition=Composition(lithium_transfer_per_nm2=TRANSFER_PER_NM2))
    return _enrichment(spec, seed), _enrichment(changed, seed), TRANSFER_PER_NM2


def _enrichment(spec: BoundarySpec, seed: int) -> Estimate:
    boundary: GrainBoundary = build_boundary(spec, seed=seed)
    atoms, charges = boundary.atoms, load_garnet().formal_charges
    still = Trajectory(
        positions=np.repeat(atoms.positions[None], 2, axis=0),
        cell=atoms.cell.array,
        species=atoms.get_chemical_symbols(),
        charges=np.array([charges[symbol] for symbol in atoms.get_chemical_symbols()], dtype=np.float64),
        times=np.array([0.0, 1.0]),
        temperature=300.0,
    )
    return lithium_enrichment(still, boundary.boundary_positions, WIDTH_A)
