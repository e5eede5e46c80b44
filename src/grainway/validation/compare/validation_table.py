"""The table of a validation: every comparison for every potential, and how far the potentials are apart."""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from statistics import stdev
from typing import Any

from grainway.validation.compare.experiment import ReferenceRange, ReferenceValue, reference_range
from grainway.validation.compare.potential_findings import PotentialValidation
from grainway.validation.compare.published_comparison import COMPARISONS, Comparison
from grainway.validation.compare.verdict import Scale, Verdict, judge
from grainway.validation.measured_quantity import MeasuredQuantity


@dataclass(frozen=True, slots=True)
class Spread:
    """Model error: how far potentials are apart, whatever the statistical error of each.

    Attributes:
        low: smallest value.
        high: largest.
        extent: high - low, for a logarithmic scale in decades.
        deviation: standard deviation over potentials, likewise.
        statistical: root mean square of the statistical errors, likewise, for comparison.
        scale: of the three.
        n: number of potentials.
    """

    low: float
    high: float
    extent: float
    deviation: float
    statistical: float
    scale: Scale
    n: int


@dataclass(frozen=True, slots=True)
class TableRow:
    """One comparison.

    Attributes:
        comparison: what with what.
        reference: published range; None where there is none.
        measured: by potential.
        verdicts: by potential.
        spread: between potentials; None with fewer than two values.
    """

    comparison: Comparison
    reference: ReferenceRange | None
    measured: dict[str, MeasuredQuantity]
    verdicts: dict[str, Verdict]
    spread: Spread | None

    def to_dict(self) -> dict[str, Any]:
        """Return a JSON-ready dictionary."""
        reference = self.reference
        return {
            "quantity": self.comparison.measured,
            "label": self.comparison.label,
            "unit": self.comparison.unit,
            "statement": self.comparison.statement,
            "tolerance": self.comparison.tolerance,
            "scale": self.comparison.scale,
            "reference": None
            if reference is None
            else {
                "low": reference.low,
                "high": reference.high,
                "material": self.comparison.material,
                "sources": [asdict(row) for row in reference.rows],
            },
            "measured": {name: value.to_dict() for name, value in self.measured.items()},
            "verdicts": {name: verdict.to_dict() for name, verdict in self.verdicts.items()},
            "model_error": None if self.spread is None else asdict(self.spread),
        }


def build_table(
    potentials: Sequence[PotentialValidation],
    references: Sequence[ReferenceValue] | None = None,
    comparisons: Sequence[Comparison] = COMPARISONS,
) -> tuple[TableRow, ...]:
    """Return one row per comparison.

    Args:
        potentials: what each gives.
        references: None for the packaged ones.
        comparisons: which rows.
    """
    rows = []
    for comparison in comparisons:
        reference = (
            reference_range(comparison.material, comparison.quantity, references)
            if comparison.quantity
            else None
        )
        found = {p.potential: p.measured.get(comparison.measured) for p in potentials}
        measured = {name: value for name, value in found.items() if value is not None}
        rows.append(
            TableRow(
                comparison,
                reference,
                measured,
                {
                    name: judge(value, reference, comparison.scale, comparison.tolerance)
                    for name, value in found.items()
                },
                spread(measured, comparison.scale),
            )
        )
    return tuple(rows)


def spread(measured: Mapping[str, MeasuredQuantity], scale: Scale) -> Spread | None:
    """Return how far apart the potentials' values are; limits do not take part."""
    values = [m for m in measured.values() if m.estimate.bound is None]
    if len(values) < 2 or (scale == "logarithmic" and any(m.estimate.value <= 0 for m in values)):
        return None
    plain = [m.estimate.value for m in values]
    if scale == "logarithmic":
        numbers = [math.log10(x) for x in plain]
        errors = [m.statistical_decades for m in values]
    else:
        numbers, errors = plain, [m.estimate.standard_error for m in values]
    return Spread(
        low=min(plain),
        high=max(plain),
        extent=max(numbers) - min(numbers),
        deviation=stdev(numbers),
        statistical=math.sqrt(sum(e**2 for e in errors) / len(errors)),
        scale=scale,
        n=len(values),
    )


def table_csv(rows: Sequence[TableRow]) -> str:
    """Return the table as CSV, one line per comparison and potential."""
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(
        (
            *("quantity", "potential", "value", "standard_error", "low_95", "high_95", "unit", "bound"),
            *("provenance", "reference_material", "reference_low", "reference_high", "reference_status"),
            *("verdict", "ratio", "deviations", "model_error_sd", "model_error_scale", "reference_sources"),
        )
    )
    for row in rows:
        reference = row.reference
        for potential, verdict in row.verdicts.items():
            value = row.measured.get(potential)
            writer.writerow(
                (
                    row.comparison.measured,
                    potential,
                    *(("",) * 4 if value is None else _numbers(value)),
                    row.comparison.unit,
                    "" if value is None else value.estimate.bound or "",
                    "" if value is None else value.provenance or "direct",
                    row.comparison.material,
                    *(
                        ("", "", "")
                        if reference is None
                        else (reference.low, reference.high, _status(reference))
                    ),
                    verdict.text,
                    "" if verdict.ratio is None else f"{verdict.ratio:.6g}",
                    "" if verdict.deviations is None else f"{verdict.deviations:.4g}",
                    "" if row.spread is None else f"{row.spread.deviation:.4g}",
                    "" if row.spread is None else row.spread.scale,
                    "" if reference is None else "; ".join(r.source for r in reference.rows),
                )
            )
    return stream.getvalue()


def _numbers(value: MeasuredQuantity) -> tuple[str, ...]:
    numbers = (value.estimate.value, value.estimate.standard_error, *value.interval)
    return tuple(f"{x:.8g}" if math.isfinite(x) else "" for x in numbers)


def _status(reference: ReferenceRange) -> str:
    return ", ".join(sorted({row.status for row in reference.rows}))
