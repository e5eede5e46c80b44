"""Diffusion against temperature: means of replicas, phase of the cell, Arrhenius lines."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from statistics import fmean
from typing import Any

from grainway.analysis import ArrheniusFit, ArrheniusPoint, arrhenius_fit, combine_replicas, garnet_phase
from grainway.domain import Estimate
from grainway.errors import AnalysisError
from grainway.units import CM2_PER_S_PER_A2_PER_PS
from grainway.validation.measured_quantity import MeasuredQuantity
from grainway.validation.runs.kept_runs import RunResult

TRANSPORT = ("diffusivity", "nernst_einstein", "einstein", "green_kubo", "haven_ratio")


@dataclass(frozen=True, slots=True)
class LadderRow:
    """One temperature.

    Attributes:
        temperature: asked for, K.
        phase: "cubic" or "tetragonal", by the majority of replicas.
        axial_ratio: mean c/a of the replicas.
        single: estimates of the single runs, by quantity; limits among them.
        means: mean over replicas by quantity, where all gave values and there are two or more.
        warnings: where replicas scatter otherwise than their errors say.
    """

    temperature: float
    phase: str
    axial_ratio: float
    single: dict[str, tuple[tuple[float, Estimate], ...]]
    means: dict[str, Estimate]
    warnings: tuple[str, ...]

    def to_dict(self) -> dict[str, Any]:
        """Return a JSON-ready dictionary."""
        return {
            "temperature": self.temperature,
            "phase": self.phase,
            "axial_ratio": self.axial_ratio,
            "single": {n: [[t, e.to_dict()] for t, e in runs] for n, runs in self.single.items()},
            "means": {n: e.to_dict() for n, e in self.means.items()},
            "warnings": list(self.warnings),
        }


@dataclass(frozen=True, slots=True)
class Line:
    """An Arrhenius line through the single runs of a ladder.

    Attributes:
        fit: the line.
        temperatures: lowest and highest of the runs behind it, K.
    """

    fit: ArrheniusFit
    temperatures: tuple[float, float]

    def at(self, temperature: float) -> MeasuredQuantity:
        """Return the quantity at a temperature, marked as extrapolated outside those of the runs."""
        low, high = self.temperatures
        known = MeasuredQuantity(
            self.fit.predict(temperature),
            self.fit.interval(temperature, 0.95),
            self.fit.predict_log10(temperature).standard_error,
        )
        if low <= temperature <= high:
            return known
        return replace(
            known,
            extrapolated_from=self.temperatures,
            shares=self.fit.error_shares(temperature),
            if_one_process=self.fit.if_one_process.interval(temperature, 0.95),
        )

    @property
    def activation_energy(self) -> MeasuredQuantity:
        """E_a in eV."""
        return MeasuredQuantity.direct(self.fit.activation_energy)


def ladder_rows(results: Sequence[RunResult]) -> tuple[LadderRow, ...]:
    """Return one row per temperature of the ladder, hot ones last."""
    good = [r for r in results if r.reason is None and r.run.kind == "ladder"]
    temperatures = sorted({r.run.temperature for r in good})
    return tuple(_row(t, [r for r in good if r.run.temperature == t]) for t in temperatures)


def fit_line(rows: Sequence[LadderRow], quantity: str) -> Line:
    """Fit one quantity over all single runs of the phase that the hottest row has.

    Runs of another phase are left out: no line goes through a transition.

    Raises:
        AnalysisError: when too few runs gave a value.
    """
    if not rows:
        raise AnalysisError("no run of the ladder succeeded; nothing can be fitted")
    phase = rows[-1].phase
    used = [row for row in rows if row.phase == phase]
    points = [
        ArrheniusPoint(temperature, estimate, phase)
        for row in used
        for temperature, estimate in row.single.get(quantity, ())
    ]
    fit = arrhenius_fit(points)
    measured = [p.temperature for p in points]
    return Line(fit, (min(measured), max(measured)))


def mean_haven_ratio(rows: Sequence[LadderRow]) -> Estimate:
    """Return the mean over all runs of the ladder, with the error of their scatter."""
    runs = [estimate for row in rows for _, estimate in row.single.get("haven_ratio", ())]
    return combine_replicas(runs).estimate


def _row(temperature: float, results: Sequence[RunResult]) -> LadderRow:
    single: dict[str, tuple[tuple[float, Estimate], ...]] = {}
    means, warnings = {}, []
    for name in TRANSPORT:
        runs = tuple(
            (float(r.content["values"]["temperature"]), _reading(r.content["estimates"][name]))
            for r in results
            if name in r.content["estimates"]
        )
        if runs:
            single[name] = runs
        values = [e for _, e in runs if e.bound is None]
        if len(values) >= 2 and len(values) == len(results):
            mean = combine_replicas(values)
            means[name] = mean.estimate
            # too little scatter says nothing: three alike happen in one of five sets of three
            if mean.warning and mean.error_ratio > 1:
                warnings.append(f"{name} at {temperature:g} K: {mean.warning}")
    cells = [r.content["values"]["cell_lengths"] for r in results]
    n_tetragonal = sum(garnet_phase(cell) == "tetragonal" for cell in cells)
    return LadderRow(
        temperature=temperature,
        phase="tetragonal" if 2 * n_tetragonal > len(cells) else "cubic",
        axial_ratio=fmean(2 * cell[2] / (cell[0] + cell[1]) for cell in cells),
        single=single,
        means=means,
        warnings=tuple(warnings),
    )


def _reading(record: dict[str, Any]) -> Estimate:
    estimate = Estimate.from_dict(record)
    return estimate.scaled(CM2_PER_S_PER_A2_PER_PS, "cm²/s") if estimate.unit == "Å²/ps" else estimate
