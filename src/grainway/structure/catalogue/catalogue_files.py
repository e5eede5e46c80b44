"""The catalogue as a table and as files that other programs read."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from grainway.errors import StructureError
from grainway.structure.catalogue.catalogue_entry import CatalogueEntry

_UNITS = {
    "period_1": "period_1_A",
    "period_2": "period_2_A",
    "area": "area_A2",
    "plane_spacing": "plane_spacing_A",
    "plane_spacing_b": "plane_spacing_b_A",
}


def entry_record(entry: CatalogueEntry) -> dict[str, Any]:
    """Return an entry as JSON-ready values, a unit in every name that has one."""
    return {_UNITS.get(name, name): value for name, value in entry.to_dict().items()}


def catalogue_text(entries: Sequence[CatalogueEntry], path: Path) -> str:
    """Return the entries in the format that a file's name stands for.

    Args:
        entries: one or more.
        path: ends in ``.csv`` (index triples separated by spaces) or ``.json``.

    Raises:
        StructureError: for another name.
    """
    records = [entry_record(entry) for entry in entries]
    if path.suffix == ".json":
        return json.dumps(records, indent=1) + "\n"
    if path.suffix != ".csv":
        raise StructureError.about("output", str(path), "a name ending in .csv or .json", "Rename the file.")
    stream = io.StringIO()
    writer = csv.DictWriter(stream, list(records[0]), lineterminator="\n")
    writer.writeheader()
    for record in records:
        writer.writerow({name: _cell(value) for name, value in record.items()})
    return stream.getvalue()


def _cell(value: Any) -> Any:
    if not isinstance(value, tuple):
        return "" if value is None else value
    inner = [_cell(item) for item in value]
    return ("; " if isinstance(value[0], tuple) else " ").join(map(str, inner))
