"""The interatomic potentials that come with grainway, ready for LAMMPS.

Energies of different potentials differ in their zero as well as in their shape: a stored energy is only
comparable with energies that carry the same ``digest``.
"""

from __future__ import annotations

import json
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from hashlib import sha256
from importlib.resources import files
from pathlib import Path
from typing import Any

from grainway.errors import ConfigError
from grainway.simulation.buckingham import BuckinghamModel
from grainway.simulation.softbv import SoftBVModel
from grainway.simulation.tables import TABLE_FORMAT_VERSION, PairTable, TableGrid, write_table_file

POTENTIAL_NAMES = ("softbv", "buck_core", "buck_core_dsf", "buck_core_zm")
TABLE_FILE = "pair.table"


@dataclass(frozen=True, kw_only=True)
class LongRange:
    """The reciprocal part of a Coulomb sum.

    Attributes:
        relative_accuracy: of the forces, relative to two unit charges 1 Å apart.
        splitting: the Ewald splitting parameter g that the table was made for, 1/Å.
        order: order of the charge assignment.
        scheme: "ik" or "ad", the differentiation.
    """

    relative_accuracy: float
    splitting: float
    order: int
    scheme: str


@dataclass(frozen=True, kw_only=True)
class Potential:
    """An interatomic potential.

    Attributes:
        name: name in the catalogue.
        description: one line.
        status: "verified", or what about the parameters is not.
        cite: literature.
        elements: in the order of the LAMMPS atom types 1, 2, ...
        charges: used in the simulation, e, by element.
        formal_charges: integer charges, e, by element; currents are made of these.
        tables: the pair interactions.
        grid: the points of the tables.
        long_range: the reciprocal part; None when all is in the tables.
        neighbor_skin: Å.
        timestep: ps, for production up to about 1400 K.
        command_line: arguments that LAMMPS is started with.
        digest: sha256 over everything that determines an energy.
    """

    name: str
    description: str
    status: str
    cite: tuple[str, ...]
    elements: tuple[str, ...]
    charges: dict[str, float] = field(hash=False)
    formal_charges: dict[str, int] = field(hash=False)
    tables: tuple[PairTable, ...]
    grid: TableGrid
    long_range: LongRange | None
    neighbor_skin: float
    timestep: float
    command_line: tuple[str, ...]
    digest: str

    @property
    def kspace(self) -> bool:
        """Whether LAMMPS computes a reciprocal part."""
        return self.long_range is not None

    @property
    def cutoff(self) -> float:
        """The largest cut-off of a pair, Å."""
        return max(table.cutoff for table in self.tables)

    def write(self, folder: Path) -> tuple[str, ...]:
        """Write the table file and return the LAMMPS commands that use it.

        The commands name the file without its folder: LAMMPS must run in that folder. Atoms need their
        charges (``charges``) set when ``kspace`` is true.

        Args:
            folder: an existing folder.

        Returns:
            pair, long-range and neighbour-list commands, in the order LAMMPS needs.
        """
        write_table_file(folder / TABLE_FILE, self.tables, self.grid)
        suffix = " pppm" if self.long_range is not None else ""
        lines = [f"pair_style table linear {self.grid.points}{suffix}"]
        type_of = {element: index for index, element in enumerate(self.elements, start=1)}
        lines += [
            f"pair_coeff {type_of[table.first]} {type_of[table.second]} "
            f"{TABLE_FILE} {table.keyword} {table.cutoff:.10g}"
            for table in self.tables
        ]
        if self.long_range is not None:
            lines += [
                f"kspace_style pppm {self.long_range.relative_accuracy:.10g}",
                f"kspace_modify gewald {self.long_range.splitting:.10g} order {self.long_range.order} "
                f"diff {self.long_range.scheme}",
            ]
        lines += [f"neighbor {self.neighbor_skin:.10g} bin", "neigh_modify delay 0 every 2 check yes"]
        return tuple(lines)


@cache
def _catalogue() -> dict[str, Any]:
    text = files("grainway.simulation").joinpath("data/potentials.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)


def load_potential(
    name: str,
    elements: tuple[str, ...] = ("Li", "La", "Zr", "O"),
    composition: Mapping[str, float] | None = None,
) -> Potential:
    """Return a potential of the catalogue.

    Args:
        name: "softbv"; "buck_core" with the full Coulomb sum, "buck_core_dsf" with damped shifted-force or
            "buck_core_zm" with zero-multipole Coulomb, both cut off.
        elements: the elements of the simulation, in the order of their LAMMPS types.
        composition: number of ions by element of the *reference* material, which sets the softBV charges;
            None for Li7La3Zr2O12. The formal charges of the others do not depend on it.

    Raises:
        ConfigError: no such potential, or it lacks parameters for an element.
    """
    catalogue = _catalogue()
    if name not in POTENTIAL_NAMES:
        raise ConfigError.about(
            "potential", name, f"it must be one of {', '.join(POTENTIAL_NAMES)}", "Choose one of these."
        )
    reference = dict(composition) if composition is not None else catalogue["reference_composition"]
    if len(set(elements)) != len(elements) or not elements:
        raise ConfigError.about(
            "elements", elements, "each element must be named once", "Remove the repetition."
        )
    grid = TableGrid(points=catalogue[name]["table_points"], **catalogue["table"])
    description, status, cite = _provenance(catalogue, name)
    charges: dict[str, float]
    long_range: LongRange | None = None
    if name == "softbv":
        softbv = SoftBVModel.from_catalogue(catalogue)
        tables = softbv.tables(elements, reference)
        charges = softbv.charges(reference)
    else:
        buckingham = BuckinghamModel.from_catalogue(catalogue)
        charges = dict(buckingham.charges)
        entry = catalogue[name]
        if name == "buck_core":
            long_range = LongRange(**entry["long_range"])
            tables = buckingham.long_range(elements, splitting=long_range.splitting, cutoff=entry["cutoff"])
        elif name == "buck_core_dsf":
            tables = buckingham.damped_shifted_force(elements, alpha=entry["alpha"], cutoff=entry["cutoff"])
        else:
            tables = buckingham.zero_multipole(
                elements, alpha=entry["alpha"], order=entry["order"], cutoff=entry["cutoff"]
            )
    charges = {element: charges[element] for element in elements}
    return Potential(
        name=name,
        description=description,
        status=status,
        cite=cite,
        elements=elements,
        charges=charges,
        formal_charges={element: catalogue["formal_charges"][element] for element in elements},
        tables=tables,
        grid=grid,
        long_range=long_range,
        neighbor_skin=catalogue[name]["neighbor_skin"],
        timestep=catalogue[name]["timestep"],
        command_line=tuple(catalogue[name]["command_line"]),
        digest=_digest(charges, tables, grid, long_range),
    )


def _provenance(catalogue: Mapping[str, Any], name: str) -> tuple[str, str, tuple[str, ...]]:
    """Return description, status and citations; the Buckingham variants inherit those of the set."""
    entry = catalogue[name]
    if name == "softbv":
        return entry["description"], entry["status"], tuple(entry["cite"])
    parent = catalogue["buckingham"]
    return (
        f"{parent['description']}; {entry['description']}",
        parent["status"],
        (*parent["cite"], *entry["cite"]),
    )


def _digest(
    charges: Mapping[str, float],
    tables: tuple[PairTable, ...],
    grid: TableGrid,
    long_range: LongRange | None,
) -> str:
    """Return the sha256 of everything that determines an energy; the order of the elements does not."""
    ordered = sorted(tables, key=lambda table: sorted((table.first, table.second)))
    pairs = [(sorted((table.first, table.second)), repr(table.form), table.cutoff) for table in ordered]
    content = [TABLE_FORMAT_VERSION, sorted(charges.items()), pairs, repr(grid), repr(long_range)]
    return sha256(json.dumps(content).encode()).hexdigest()
