"""The sites of a crystal in a TOML file of the form of the packaged ``data/llzo.toml``."""

import tomllib
from pathlib import Path
from typing import Any, get_args

import numpy as np
from ase.spacegroup import Spacegroup
from ase.spacegroup.spacegroup import SpacegroupError

from grainway.errors import StructureError
from grainway.structure.crystal.files.site_listing import SiteListing, SiteRow, equivalent_sites

_KEYS: dict[str, type | object] = {
    "name": str,
    "space_group": int,
    "setting": int,
    "lattice_parameter": float | int,
    "formula": dict,
    "formal_charges": dict,
    "framework": list,
    "mobile": list,
    "closest": dict,
}
_NEEDED = ("name", "space_group", "lattice_parameter", "framework", "mobile")
_ROW_KEYS = frozenset({"element", "wyckoff", "xyz", "occupancy"})


def read_toml_sites(path: Path) -> SiteListing:
    """Return the sites of a cubic crystal described in TOML.

    Framework sites are full unless an ``occupancy`` is given; of mobile sites without one nothing is said.

    Raises:
        StructureError: when the file is no TOML, or a key is missing, unknown or of the wrong form.
    """
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise StructureError.about("path", str(path), f"a TOML file; here: {error}", "Correct it.") from error
    _check_keys(data)
    try:
        operations = list(Spacegroup(data["space_group"], data.get("setting", 1)).get_symop())
    except (SpacegroupError, ValueError) as error:
        raise StructureError.about(
            "space_group", data["space_group"], "a number from 195 to 230 with setting 1 or 2", "Correct it."
        ) from error
    rows = []
    for list_name, default in (("framework", 1.0), ("mobile", None)):
        for number, entry in enumerate(data[list_name]):
            place = f"{list_name}[{number}]"
            _check_row(place, entry)
            occupancy = entry.get("occupancy", default)
            rows.append(
                SiteRow(
                    label=f"{entry['element']} {entry.get('wyckoff', place)}",
                    element=str(entry["element"]),
                    charge=None,
                    occupancy=None if occupancy is None else float(occupancy),
                    positions=equivalent_sites(np.array(entry["xyz"], dtype=np.float64), operations),
                )
            )
    a = float(data["lattice_parameter"])
    return SiteListing(
        source=str(path),
        cell=(a, a, a, 90.0, 90.0, 90.0),
        rows=tuple(rows),
        space_group=str(data["space_group"]),
        name=data["name"],
        formula=_numbers("formula", data.get("formula", {})),
        formal_charges=data.get("formal_charges", {}),
        closest=_pairs(_numbers("closest", data.get("closest", {}))),
    )


def _check_keys(data: dict[str, Any]) -> None:
    for key in data:
        if key not in _KEYS:
            raise StructureError.about("key", key, f"one of {list(_KEYS)}", "Correct or remove it.")
    for key, kind in _KEYS.items():
        if key not in data:
            if key in _NEEDED:
                raise StructureError.about(key, None, "given", "Add it.")
            continue
        kinds = get_args(kind) or (kind,)
        if type(data[key]) not in kinds:
            names = " or ".join(k.__name__ for k in kinds)
            raise StructureError.about(key, data[key], f"a TOML value of type {names}", "Correct it.")


def _check_row(place: str, entry: Any) -> None:
    if not isinstance(entry, dict) or not {"element", "xyz"} <= set(entry) <= _ROW_KEYS:
        raise StructureError.about(
            place, entry, f"a table with element, xyz and no keys beyond {sorted(_ROW_KEYS)}", "Correct it."
        )
    numbers = entry["xyz"] if isinstance(entry["xyz"], list) else []
    if len(numbers) != 3 or not all(type(x) in (int, float) and np.isfinite(x) for x in numbers):
        raise StructureError.about(
            f"{place}.xyz", entry["xyz"], "three fractions of the cubic cell", "Correct it."
        )
    occupancy = entry.get("occupancy", 1.0)
    if type(occupancy) not in (int, float) or not np.isfinite(occupancy):
        raise StructureError.about(f"{place}.occupancy", occupancy, "a number above 0 up to 1", "Correct it.")


def _numbers(name: str, table: dict[str, Any]) -> dict[str, float]:
    for key, value in table.items():
        if type(value) not in (int, float) or not np.isfinite(value):
            raise StructureError.about(f"{name}.{key}", value, "a number", "Correct it.")
    return {key: float(value) for key, value in table.items()}


def _pairs(table: dict[str, float]) -> dict[tuple[str, str], float]:
    pairs = {}
    for key, distance in table.items():
        first, dash, second = key.partition("-")
        if not (first and dash and second):
            raise StructureError.about(
                "closest", key, 'two elements joined by a dash, as "La-O"', "Correct it."
            )
        pairs[first, second] = distance
    return pairs
