"""The result of analysing a trajectory, as rows for people and as a record for scripts."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from grainway.analysis.composition.enrichment_scan import EnrichmentScan
from grainway.analysis.measures.measured import Measured
from grainway.analysis.measures.second_looks import SecondLooks
from grainway.analysis.stream.condensing import Condensed
from grainway.domain import Estimate
from grainway.machine.whole_files import csv_text
from grainway.report.trajectory.second_looks_text import second_looks_record
from grainway.report.words.numbers import ABSENT, show, significant
from grainway.report.words.quantities import for_reading, in_order, quantity


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class TrajectoryAnalysis:
    """What ``grainway analyse`` found, and in what.

    Attributes:
        files: names of the trajectory's files.
        species: the species under study.
        temperature: K.
        composition: number of atoms of each element.
        charges: formal charge of each element, e.
        start: ps left out at the beginning.
        condensed: the trajectory.
        measured: the quantities.
        boundaries: heights of the boundaries, Å.
        width: δ of the bands around them, Å, or None.
        looks: second looks at the numbers, where they were asked for.
    """

    files: Sequence[str]
    species: str
    temperature: float
    composition: dict[str, int]
    charges: dict[str, float]
    start: float
    condensed: Condensed
    measured: Measured
    boundaries: Sequence[float] = ()
    width: float | None = None
    looks: SecondLooks | None = None

    @property
    def warnings(self) -> list[str]:
        """What to know before the numbers are believed."""
        return self.measured.warnings + ([] if self.looks is None else self.looks.warnings)

    @property
    def facts(self) -> list[tuple[str, str]]:
        """What was analysed, as pairs of a name and a text."""
        run = self.condensed
        facts = [
            ("trajectory", ", ".join(self.files)),
            ("atoms", ", ".join(f"{n} {e}" for e, n in self.composition.items())),
            ("formal charges", ", ".join(f"{e} {q:+g}" for e, q in self.charges.items())),
            ("temperature", f"{self.temperature:g} K"),
            ("frames", f"{run.n_frames} every {run.interval:g} ps, {run.duration:g} ps in all"),
            ("mean volume", f"{significant(run.transport.volume, 5)} Å³"),
            (
                "frame of reference",
                "charge-weighted centre of the framework"
                if run.has_framework
                else "as in the file: without framework atoms no drift is removed",
            ),
        ]
        if self.start > 0:
            facts.append(("left out at the start", f"{self.start:g} ps"))
        if run.block > 1:
            facts.append(
                ("averaged over", f"{run.block} frames ({run.block * run.interval:g} ps) before the analysis")
            )
        if self.width is not None:
            facts.append(
                ("boundaries", ", ".join(f"{z:g}" for z in self.boundaries) + f" Å, δ = {self.width:g} Å")
            )
        return facts

    def rows(self) -> list[QuantityRow]:
        """Return the quantities in order: those measured, and those not with the reason."""
        names = in_order({**self.measured.estimates, **self.measured.missing})
        return [
            QuantityRow.of(name, self.measured.estimates.get(name), self.measured.missing.get(name, ""))
            for name in names
        ]

    def to_dict(self) -> dict[str, Any]:
        """Return a JSON-ready record."""
        run, found = self.condensed, self.measured
        record: dict[str, Any] = {
            "files": list(self.files),
            "species": self.species,
            "temperature_K": self.temperature,
            "composition": self.composition,
            "charges": self.charges,
            "n_frames": run.n_frames,
            "interval_ps": run.interval,
            "duration_ps": run.duration,
            "start_ps": self.start,
            "block_frames": run.block,
            "mean_cell_A": run.transport.mean_cell.tolist(),
            "framework_frame": run.has_framework,
            "estimates": {name: estimate.to_dict() for name, estimate in found.estimates.items()},
            "missing": found.missing,
            "displacement": {"lag_ps": run.lags.tolist(), "tensor_A2": run.displacement.tolist()},
        }
        if found.running is not None:
            record["running_conductivity"] = {
                "lag_ps": found.running.lags.tolist(),
                "nernst_einstein_S_per_cm": found.running.nernst_einstein.tolist(),
                "collective_S_per_cm": found.running.collective.tolist(),
            }
        if self.width is not None:
            record |= {"boundaries_A": list(self.boundaries), "width_A": self.width}
        record["warnings"] = self.warnings
        record["tensors"] = {
            name: {
                "values": tensor.values.tolist(),
                "standard_errors": tensor.standard_errors.tolist(),
                "unit": tensor.unit,
                "n_independent": tensor.n_independent,
            }
            for name, tensor in found.tensors.items()
        }
        if found.enrichment is not None:
            record["enrichment"] = _enrichment_record(found.enrichment)
        if self.looks is not None:
            record["checks"] = second_looks_record(self.looks)
        if found.profile is not None:
            profile = found.profile
            record["profile"] = {
                "z_A": profile.z.tolist(),
                "density_per_A3": profile.density.tolist(),
                "density_error": profile.density_error.tolist(),
                "diffusivity_A2_per_ps": profile.diffusivity.tolist(),
                "diffusivity_error": profile.diffusivity_error.tolist(),
                "resistivity_ohm_cm": profile.resistivity.tolist(),
                "resistivity_error": profile.resistivity_error.tolist(),
                "lag_ps": profile.lag,
                "lag_sensitivity": profile.lag_sensitivity,
            }
        return record

    def to_json(self) -> str:
        """Return :meth:`to_dict` as text."""
        return (
            json.dumps(self.to_dict(), indent=2, sort_keys=True, ensure_ascii=False, allow_nan=False) + "\n"
        )

    def to_csv(self) -> str:
        """Return one line per quantity: value, standard error, unit, samples, bound, reason, meaning."""
        columns = "quantity value standard_error unit n_independent bound not_measured_because meaning"
        rows: list[Sequence[object]] = [columns.split()]
        for name in in_order({**self.measured.estimates, **self.measured.missing}):
            estimate = self.measured.estimates.get(name)
            numbers: tuple[object, ...] = ("", "", "", "", "")
            if estimate is not None:
                error = "" if estimate.bound else estimate.standard_error
                numbers = (estimate.value, error, estimate.unit, estimate.n_independent, estimate.bound)
            rows.append((name, *numbers, self.measured.missing.get(name), quantity(name).meaning))
        return csv_text(rows)


def _enrichment_record(scan: EnrichmentScan) -> dict[str, Any]:
    return {
        "width_A": list(scan.widths),
        "by_number": [estimate.to_dict() for estimate in scan.by_number],
        "by_volume": [estimate.to_dict() for estimate in scan.by_volume],
        "by_number_limit": scan.by_number_limit.tolist(),
        "by_volume_limit": scan.by_volume_limit.tolist(),
        "excess": scan.excess.to_dict(),
        "excess_by_volume": scan.excess_by_volume.to_dict(),
        "plateau": {
            "density": scan.plateau.density.to_dict(),
            "chi_squared": scan.plateau.chi_squared,
            "degrees_of_freedom": scan.plateau.degrees_of_freedom,
            "flat": scan.plateau.flat,
        },
    }


def enrichment_csv(scan: EnrichmentScan) -> str:
    """Return LER against the width, one line each: by number of La, by volume, and what both tend to."""
    forms = ("ler_by_number", "ler_by_volume")
    rows: list[Sequence[object]] = [
        ("width_A", *(f"{form}{end}" for form in forms for end in ("", "_se", "_limit")))
    ]
    for width, number, number_limit, volume, volume_limit in zip(
        scan.widths, scan.by_number, scan.by_number_limit, scan.by_volume, scan.by_volume_limit, strict=True
    ):
        of_number = (number.value, number.standard_error, number_limit)
        rows.append((width, *of_number, volume.value, volume.standard_error, volume_limit))
    return csv_text(rows)


@dataclass(frozen=True, slots=True)
class QuantityRow:
    """A quantity as it is shown; ``value`` holds its error or says that it is a limit."""

    symbol: str
    value: str
    unit: str
    samples: str
    meaning: str
    reason: str

    @classmethod
    def of(cls, name: str, estimate: Estimate | None, reason: str) -> QuantityRow:
        """Make the row of a quantity that was measured, or of one that was not."""
        known = quantity(name)
        if estimate is None:
            return cls(known.symbol, ABSENT, "", "", known.meaning, reason)
        shown = for_reading(estimate)
        value = show(shown)
        if shown.bound is not None:
            value += f" (95 % {shown.bound} bound)"
        unit = "" if shown.unit == "1" else shown.unit
        return cls(known.symbol, value, unit, significant(shown.n_independent, 2), known.meaning, "")
