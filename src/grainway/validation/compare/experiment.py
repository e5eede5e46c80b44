"""Experimental values carried with the package, each with its source and whether it was read there."""

import csv
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Literal, get_args

from grainway.errors import ConfigError

Status = Literal["read", "recalled", "geometry"]
COLUMNS = ("material", "quantity", "low", "high", "unit", "temperature_K", "status", "source")


@dataclass(frozen=True, slots=True)
class ReferenceValue:
    """One published value, or range.

    Attributes:
        material: sample.
        quantity: name.
        low: value, or lower end of a range.
        high: value, or upper end.
        unit: as of an Estimate.
        temperature: K, as text; may be a range or empty.
        status: "read" in the source, "recalled" and not found again in one, or "geometry", which follows
            from the crystal's coordinates.
        source: where it stands.
    """

    material: str
    quantity: str
    low: float
    high: float
    unit: str
    temperature: str
    status: Status
    source: str


@dataclass(frozen=True, slots=True)
class ReferenceRange:
    """All published values of one quantity of one material.

    Attributes:
        low: smallest.
        high: largest.
        unit: of both.
        rows: what they come from.
    """

    low: float
    high: float
    unit: str
    rows: tuple[ReferenceValue, ...]


@cache
def load_references() -> tuple[ReferenceValue, ...]:
    """Return the values of the packaged table."""
    text = files("grainway.validation.compare").joinpath("data/experiment.csv").read_text(encoding="utf-8")
    return parse_references(text)


def parse_references(text: str) -> tuple[ReferenceValue, ...]:
    """Read a table of the form of the packaged one; lines that begin with # are comments.

    Raises:
        ConfigError: for other columns, an unknown status, no source, or a range upside down.
    """
    lines = [line for line in text.splitlines() if line and not line.startswith("#")]
    reader = csv.DictReader(lines)
    if tuple(reader.fieldnames or ()) != COLUMNS:
        raise ConfigError.about(
            "columns", reader.fieldnames, f"they must be {', '.join(COLUMNS)}", "Correct it."
        )
    return tuple(_value(number, row) for number, row in enumerate(reader, start=1))


def reference_range(
    material: str, quantity: str, values: Sequence[ReferenceValue] | None = None
) -> ReferenceRange | None:
    """Return all values of a quantity together, or None when there is none."""
    rows = tuple(
        v
        for v in (load_references() if values is None else values)
        if v.material == material and v.quantity == quantity
    )
    if not rows:
        return None
    units = {row.unit for row in rows}
    if len(units) > 1:
        raise ConfigError.about(f"unit of {quantity}", sorted(units), "one unit", "Convert the others.")
    return ReferenceRange(min(r.low for r in rows), max(r.high for r in rows), rows[0].unit, rows)


def _value(number: int, row: dict[str, str]) -> ReferenceValue:
    if row["status"] not in get_args(Status):
        raise ConfigError.about(
            f"row {number}: status", row["status"], f"one of {', '.join(get_args(Status))}", "Choose one."
        )
    if not row["source"] or not row["unit"]:
        raise ConfigError.about(f"row {number}: source and unit", row, "both given", "Add them.")
    try:
        low, high = float(row["low"]), float(row["high"])
    except ValueError as error:
        raise ConfigError.about(f"row {number}: low, high", row, "two numbers", "Correct them.") from error
    if not 0 < low <= high:
        raise ConfigError.about(f"row {number}: low, high", (low, high), "0 < low ≤ high", "Correct them.")
    return ReferenceValue(
        row["material"],
        row["quantity"],
        low,
        high,
        row["unit"],
        row["temperature_K"],
        row["status"],  # type: ignore[arg-type]
        row["source"],
    )
