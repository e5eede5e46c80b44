"""The sites of a crystal in a Crystallographic Information File."""

import re
import warnings
from pathlib import Path
from typing import Any

import numpy as np
from ase.data import chemical_symbols
from ase.io.cif import CIFBlock, parse_cif
from ase.spacegroup import Spacegroup
from ase.spacegroup.spacegroup import SpacegroupError, parse_sitesym

from grainway.errors import StructureError
from grainway.structure.crystal.files.site_listing import Operations, SiteListing, SiteRow, equivalent_sites

_OPERATIONS = (
    "_space_group_symop_operation_xyz", "_space_group_symop.operation_xyz", "_symmetry_equiv_pos_as_xyz",
)  # fmt: skip
_SYMBOLS = (
    "_space_group_name_h-m_alt", "_symmetry_space_group_name_h-m", "_space_group.name_h-m_alt",
)  # fmt: skip
_NUMBERS = ("_space_group_it_number", "_space_group.it_number", "_symmetry_int_tables_number")
_CELL = tuple(f"_cell_length_{x}" for x in "abc") + tuple(
    f"_cell_angle_{x}" for x in ("alpha", "beta", "gamma")
)
_COORDINATES = tuple(f"_atom_site_fract_{x}" for x in "xyz")
_TWO_ORIGINS = frozenset({201, 203, 222, 224, 227, 228})
"""Cubic groups that the International Tables give with two origins: a number does not say which."""
_SYMBOL = re.compile(r"([A-Z][a-z]?)\s*(?:(\d*)([+-])|([+-])(\d+))?")


def read_cif_sites(path: Path) -> SiteListing:
    """Return the sites of the one structure in a CIF.

    Raises:
        StructureError: when the file is no CIF, holds no or several structures, lacks its symmetry, or a
            number in it cannot be read.
    """
    block = _only_structure(path)
    tags: dict[str, Any] = dict(block)
    try:
        cell = [float(tags[tag]) for tag in _CELL]
        fractions = np.array([_column(tags, tag) for tag in _COORDINATES], dtype=np.float64).T
        occupancies = np.array(_column(tags, "_atom_site_occupancy", len(fractions)), dtype=np.float64)
        if not (np.isfinite(fractions).all() and np.isfinite(occupancies).all()):
            raise ValueError("a coordinate or an occupancy is not a number")
        kinds = [str(s) for s in _column(tags, "_atom_site_type_symbol", None, "_atom_site_label")]
    except (KeyError, TypeError, ValueError) as error:
        raise _unreadable(path, error) from error
    labels = [str(s) for s in _column(tags, "_atom_site_label", None, "_atom_site_type_symbol")]
    operations, symbol = _symmetry(path, tags)
    rows = []
    for label, kind, occupancy, site in zip(labels, kinds, occupancies.tolist(), fractions, strict=True):
        element, charge = element_and_charge(kind, label)
        rows.append(SiteRow(label, element, charge, occupancy, equivalent_sites(site, operations)))
    a, b, c, alpha, beta, gamma = cell
    return SiteListing(str(path), (a, b, c, alpha, beta, gamma), tuple(rows), space_group=symbol)


def element_and_charge(symbol: str, label: str) -> tuple[str, int | None]:
    """Return the element of a CIF's type symbol and its oxidation state; Li1+ is ("Li", 1), La ("La", None).

    Raises:
        StructureError: when it names no element.
    """
    found = _SYMBOL.match(symbol.strip())
    if not found:
        raise StructureError.about(
            f"site {label}", symbol, "a chemical symbol, with or without oxidation state", "Correct the CIF."
        )
    element = "H" if found[1] == "D" else found[1]
    # of a label such as OW1 only the first letter is the element
    element = element if element in chemical_symbols[1:] else element[:1]
    if element not in chemical_symbols[1:]:
        raise StructureError.about(f"site {label}", symbol, "a chemical element", "Correct the CIF.")
    sign, size = (found[3], found[2]) if found[3] else (found[4], found[5])
    if not sign:
        return element, None
    return element, int(size or 1) * (1 if sign == "+" else -1)


def _only_structure(path: Path) -> CIFBlock:
    try:
        # a warning of the reader means that it has guessed or left something out
        with warnings.catch_warnings(), path.open("rb") as file:
            warnings.simplefilter("error", UserWarning)
            blocks = [b for b in parse_cif(file) if set(_COORDINATES) <= set(b)]
    except (OSError, RuntimeError, ValueError, IndexError, AssertionError, TypeError, UserWarning) as error:
        raise _unreadable(path, error) from error
    if len(blocks) != 1:
        raise StructureError.about(
            "path",
            str(path),
            f"a CIF with one structure in fractional coordinates; this one has {len(blocks)}",
            "Keep one data block" + (f" of {[b.name for b in blocks]}." if blocks else "."),
        )
    return blocks[0]


def _unreadable(path: Path, error: Exception) -> Exception:
    detail = f"no tag {error}" if isinstance(error, KeyError) else str(error) or type(error).__name__
    return StructureError.about(
        "path",
        str(path),
        f"a CIF that can be read; here: {detail}",
        "Check the file; one written anew by a viewer of crystals is usually well-formed.",
    )


def _column(tags: dict[str, Any], tag: str, length: int | None = None, other: str | None = None) -> list[Any]:
    """Return a tag's values; with a length, full occupancy for a tag that is absent."""
    if tag not in tags and other is not None:
        tag = other
    if tag not in tags and length is not None:
        return [1.0] * length
    values = tags[tag]
    return list(values) if isinstance(values, list) else [values]


def _symmetry(path: Path, tags: dict[str, Any]) -> tuple[Operations, str]:
    """Return the operations that the file lists, or else those of its space group, and the group's symbol."""
    symbol = next((str(tags[t]).strip() for t in _SYMBOLS if t in tags), "")
    number = next((tags[t] for t in _NUMBERS if t in tags), None)
    listed = next((_column(tags, t) for t in _OPERATIONS if tags.get(t)), None)
    try:
        if listed is not None:
            rotations, translations = parse_sitesym([str(s) for s in listed])
            return list(zip(rotations, translations, strict=True)), symbol
        if number is None and not symbol:
            raise StructureError.about(
                "path",
                str(path),
                "a CIF with its symmetry operations or its space group",
                "Add _space_group_IT_number, or the operations.",
            )
        group = Spacegroup(int(number) if number is not None else symbol)
    except (SpacegroupError, ValueError, IndexError, KeyError) as error:
        raise _unreadable(path, error) from error
    if int(group.no) in _TWO_ORIGINS:
        raise StructureError.about(
            "_space_group_IT_number",
            int(group.no),
            "a group with one origin; this one has two, and the file does not say which it uses",
            "List the operations (_space_group_symop_operation_xyz).",
        )
    return list(group.get_symop()), symbol or str(group.symbol)
