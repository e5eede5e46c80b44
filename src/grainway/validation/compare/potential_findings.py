"""From finished runs to what one potential says."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from grainway.analysis import combine_replicas
from grainway.domain import Estimate
from grainway.errors import AnalysisError
from grainway.validation.compare.published_comparison import ROOM_TEMPERATURE_K
from grainway.validation.diffusion_ladder import LadderRow, Line, fit_line, ladder_rows, mean_haven_ratio
from grainway.validation.measured_quantity import MeasuredQuantity
from grainway.validation.runs.kept_runs import RunResult

COLD_K = 300.0
HOT_K = 1000.0
STABILITY_K = 1200.0
_BETWEEN_K = 1100.0
"""Up to here the cell belongs to the expansion that is compared with experiment."""
_SHELLS = ("bond_length_Zr-O", "bond_length_La-O", "coordination_Zr-O", "coordination_La-O")


@dataclass(frozen=True, slots=True)
class PotentialValidation:
    """What one potential gives.

    Attributes:
        potential: name.
        measured: by name of the quantity.
        missing: name → why there is no value.
        rows: the ladder.
        lines: Arrhenius lines by quantity of the ladder.
        warnings: in sentences.
        failures: runs that failed, with their reasons.
        lammps_s: wall time of all LAMMPS processes together, s.
        cpu_s: their CPU time, s.
        simulated_ps: of all runs, ps.
    """

    potential: str
    measured: dict[str, MeasuredQuantity]
    missing: dict[str, str]
    rows: tuple[LadderRow, ...]
    lines: dict[str, Line]
    warnings: tuple[str, ...]
    failures: tuple[str, ...]
    lammps_s: float
    cpu_s: float
    simulated_ps: float

    def to_dict(self) -> dict[str, Any]:
        """Return a JSON-ready dictionary."""
        return {
            "potential": self.potential,
            "measured": {name: measured.to_dict() for name, measured in self.measured.items()},
            "missing": self.missing,
            "ladder": [row.to_dict() for row in self.rows],
            "lines": {
                name: {
                    "chi_squared": line.fit.chi_squared,
                    "degrees_of_freedom": line.fit.degrees_of_freedom,
                    "inflation": line.fit.inflation,
                    "temperatures_K": list(line.temperatures),
                    "phase": line.fit.phase,
                }
                for name, line in self.lines.items()
            },
            "warnings": list(self.warnings),
            "failures": list(self.failures),
            "lammps_s": self.lammps_s,
            "cpu_s": self.cpu_s,
            "simulated_ps": self.simulated_ps,
        }


def assemble(potential: str, results: Sequence[RunResult]) -> PotentialValidation:
    """Measure everything that a potential's runs allow; what they do not allow has its reason."""
    good = [r for r in results if r.reason is None]
    found = _Collection()
    for result in good:
        for name, record in result.content["estimates"].items():
            if result.run.kind == "tetragonal":
                found.measured[name] = MeasuredQuantity.direct(Estimate.from_dict(record))
    cold = [r for r in good if r.run.kind == "lattice" and r.run.temperature == COLD_K]
    found.take("lattice_parameter_300K", lambda: _mean(cold, "lattice_parameter", "Å"))
    for name in _SHELLS:
        found.take(name, lambda name=name: _mean(cold, name, "Å" if "length" in name else "1"))  # type: ignore[misc]
    found.take("thermal_expansion", lambda: _expansion(good))
    rows = ladder_rows(good)
    _stability(found, good)
    lines: dict[str, Line] = {}
    for quantity in ("diffusivity", "nernst_einstein", "einstein", "green_kubo"):
        try:
            lines[quantity] = fit_line(rows, quantity)
        except AnalysisError as error:
            found.missing[f"Arrhenius line of {quantity}"] = str(error)
    _from_lines(found, lines)
    _limits(found, rows)
    found.take("haven_ratio", lambda: mean_haven_ratio(rows))
    warnings = [w for row in rows for w in row.warnings]
    other = [f"{row.temperature:g} K" for row in rows if row.phase != rows[-1].phase]
    if other:
        warnings.append(
            f"the cell is {rows[-1].phase} when hot but not at {', '.join(other)}: left out of the lines"
        )
    for quantity, line in lines.items():
        if line.fit.inflation > 2:
            scatter = f"{line.fit.inflation:.1f} times as much about the line as their errors say"
            warnings.append(
                f"{quantity}: single runs scatter {scatter}; the line's errors are widened by that"
            )
    return PotentialValidation(
        potential=potential,
        measured=found.measured,
        missing=found.missing,
        rows=rows,
        lines=lines,
        warnings=tuple(warnings),
        failures=tuple(f"{r.run.name}: {r.reason}" for r in results if r.reason is not None),
        lammps_s=sum(r.content.get("lammps_s", 0.0) for r in good),
        cpu_s=sum(r.content.get("cpu_s", 0.0) for r in good),
        simulated_ps=sum(r.content.get("simulated_ps", 0.0) for r in good),
    )


class _Collection:
    def __init__(self) -> None:
        self.measured: dict[str, MeasuredQuantity] = {}
        self.missing: dict[str, str] = {}

    def take(self, name: str, measure: Callable[[], Estimate]) -> None:
        try:
            self.measured[name] = MeasuredQuantity.direct(measure())
        except AnalysisError as error:
            self.missing[name] = str(error)


def _mean(results: Sequence[RunResult], name: str, unit: str) -> Estimate:
    """Mean over orderings with Student's error."""
    if len(results) < 2:
        raise AnalysisError(f"{name}: {len(results)} finished run(s); two or more are needed for an error")
    values = [Estimate(float(r.content["values"][name]), 0.0, unit, 1.0) for r in results]
    return combine_replicas(values).estimate


def _expansion(results: Sequence[RunResult]) -> Estimate:
    """Return (da/dT)/a(300 K) of the least-squares line through every run up to 1100 K."""
    points = [
        (r.run.temperature, float(r.content["values"]["lattice_parameter"]))
        for r in results
        if r.run.kind != "tetragonal" and COLD_K <= r.run.temperature <= _BETWEEN_K
    ]
    if len(points) < 3 or len({t for t, _ in points}) < 2:
        raise AnalysisError("thermal expansion: three or more runs at two or more temperatures are needed")
    temperature, lattice = np.array(points).T
    design = np.column_stack([np.ones_like(temperature), temperature - COLD_K])
    coefficients, *_ = np.linalg.lstsq(design, lattice, rcond=None)
    freedom = len(points) - 2
    variance = float(((lattice - design @ coefficients) ** 2).sum()) / freedom
    error = math.sqrt(variance * np.linalg.inv(design.T @ design)[1, 1])
    at_cold = float(coefficients[0])
    return Estimate(float(coefficients[1]) / at_cold, error / at_cold, "1/K", float(freedom + 1))


def _stability(found: _Collection, results: Sequence[RunResult]) -> None:
    hot = [r for r in results if r.run.kind == "ladder"]
    if not hot:
        return
    nearest = min((r.run.temperature for r in hot), key=lambda t: abs(t - STABILITY_K))
    chosen = [r for r in hot if r.run.temperature == nearest]
    found.take("framework_in_place", lambda: _mean(chosen, "framework_in_place", "1"))
    found.take("framework_displacement", lambda: _mean(chosen, "framework_displacement", "Å"))


def _from_lines(found: _Collection, lines: dict[str, Line]) -> None:
    if (line := lines.get("diffusivity")) is not None:
        found.measured["activation_energy_diffusion"] = line.activation_energy
        found.measured["diffusivity_1000K"] = line.at(HOT_K)
        found.measured["diffusivity_298K"] = line.at(ROOM_TEMPERATURE_K)
    if (line := lines.get("einstein")) is not None:
        found.measured["activation_energy"] = line.activation_energy
        found.measured["conductivity_298K"] = line.at(ROOM_TEMPERATURE_K)
    if (line := lines.get("nernst_einstein")) is not None:
        found.measured["conductivity_nernst_einstein_298K"] = line.at(ROOM_TEMPERATURE_K)
    if (line := lines.get("green_kubo")) is not None:
        found.measured["conductivity_green_kubo_298K"] = line.at(ROOM_TEMPERATURE_K)


def _limits(found: _Collection, rows: Sequence[LadderRow]) -> None:
    """Where no line can be drawn, a limit at one temperature is one at every lower temperature."""
    limits = [
        (temperature, estimate)
        for row in rows
        for temperature, estimate in row.single.get("diffusivity", ())
        if estimate.bound == "upper"
    ]
    for name, wanted in (("diffusivity_298K", ROOM_TEMPERATURE_K), ("diffusivity_1000K", HOT_K)):
        above = [(t, e) for t, e in limits if t >= wanted]
        if name not in found.measured and above:
            temperature, lowest = min(above, key=lambda point: point[1].value)
            found.measured[name] = MeasuredQuantity(
                lowest, lowest.interval(0.95), extrapolated_from=(temperature, temperature)
            )
