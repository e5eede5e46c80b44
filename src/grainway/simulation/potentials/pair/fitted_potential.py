"""Fitted pair splines as a potential: tables for LAMMPS, and a committee that looks at a run afterwards.

A NEP's committee computes forces while a run goes on. This one costs nothing in it: its members are asked
about the configurations in which segments of production ended. They notice distances that the frames did not
hold; what a sum over pairs cannot describe, all of them lack alike.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from grainway.array_types import FloatArray
from grainway.errors import SimulationError
from grainway.simulation.lammps.lammps_output import read_binary_dump
from grainway.simulation.potentials.extrapolation import (
    Extrapolation,
    ForceSpread,
    force_spread,
    judge_extrapolation,
)
from grainway.simulation.potentials.pair.pair_sums import committee_coefficients, pair_sums
from grainway.simulation.potentials.pair.pair_tables import TableGrid
from grainway.simulation.potentials.pair.spline_potential import SplinePotential
from grainway.simulation.potentials.pair.tabulated_potential import TabulatedPotential, digest_of_tables
from grainway.simulation.potentials.potential_catalogue import potential_catalogue

IONIC_NAME = "grainway-ionic"

_LOOKS = 12
"""Configurations of a run that the committee sees at most: 0.25 s of one core each for 1,500 atoms."""


@dataclass(frozen=True, kw_only=True)
class FittedPotential(TabulatedPotential):
    """A potential of fitted pair splines.

    Attributes:
        fit: what was fitted.
    """

    fit: SplinePotential = field(hash=False)

    def extrapolation(self, folder: Path, stages: Sequence[str]) -> Extrapolation | None:
        """Ask the committee about the ends of some of the stages, evenly chosen; None without a committee.

        Raises:
            SimulationError: when a stage left no final configuration.
        """
        if self.fit.committee is None:
            return None
        chosen = np.unique(np.linspace(len(stages) - 1, 0, min(_LOOKS, len(stages))).round().astype(int))
        looks = []
        for number in chosen:
            path = folder / f"{stages[number]}.final.bin"
            if not path.exists():
                raise SimulationError(
                    f"stage {stages[number]} left no final configuration: {path} is missing"
                )
            dump = read_binary_dump(path)
            symbols = [self.elements[int(kind) - 1] for kind in dump.values[-1][:, 1]]
            spread = committee_spread(self.fit, symbols, dump.values[-1][:, 2:5], dump.cells[-1])
            looks.append((int(dump.steps[-1]), *spread))
        steps, largest, mean, rms = (np.array(column) for column in zip(*looks, strict=True))
        found = ForceSpread(steps, largest, mean, rms)
        return judge_extrapolation(found, self.fit.committee.threshold_for(symbols))


def committee_spread(
    fit: SplinePotential, symbols: Sequence[str], positions: FloatArray, cell: FloatArray
) -> tuple[float, float, float]:
    """Return the largest, mean and root mean square over the atoms of the spread of a force, eV/Å.

    Args:
        fit: with a committee.
        symbols: element of each atom.
        positions: shape (n_atoms, 3), Å.
        cell: rows are the cell vectors, Å.
    """
    return force_spread(pair_sums(fit, committee_coefficients(fit), symbols, positions, cell).forces)


def fitted_potential(
    fit: SplinePotential,
    *,
    name: str,
    description: str,
    status: str,
    elements: tuple[str, ...],
    formal_charges: Mapping[str, int],
    cite: tuple[str, ...] = (),
) -> FittedPotential:
    """Return the potential of a fit, with the tables, skin, time step and suffix of the shipped one.

    Args:
        fit: the interactions.
        name: of the potential.
        description: one line.
        status: what it is good for.
        elements: of the simulation, in the order of their LAMMPS types.
        formal_charges: e, by element; no interaction depends on them, and the atoms bear them.
        cite: literature.

    Raises:
        ConfigError: an element that was not fitted, or two that no frame held together.
    """
    catalogue = potential_catalogue()
    entry = catalogue[IONIC_NAME]
    grid = TableGrid(points=entry["table_points"], **catalogue["table"])
    tables = fit.tables(elements)
    charges = {element: float(formal_charges[element]) for element in elements}
    return FittedPotential(
        name=name,
        description=description,
        status=status,
        cite=cite,
        elements=elements,
        charges=charges,
        formal_charges={element: formal_charges[element] for element in elements},
        tables=tables,
        grid=grid,
        long_range=None,
        neighbor_skin=entry["neighbor_skin"],
        timestep=entry["timestep"],
        command_line=tuple(entry["command_line"]),
        digest=digest_of_tables(charges, tables, grid, None),
        fit=fit,
    )
