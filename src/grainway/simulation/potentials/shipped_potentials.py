"""The interatomic potentials that come with grainway, ready for LAMMPS."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from importlib.resources import as_file, files
from pathlib import Path
from typing import Any

from grainway.errors import ConfigError
from grainway.simulation.potentials.interatomic import Potential
from grainway.simulation.potentials.nep.nep_potential import NEPPotential, load_nep
from grainway.simulation.potentials.pair.buckingham import BuckinghamModel, du_teter_model
from grainway.simulation.potentials.pair.declared_splines import declare_splines
from grainway.simulation.potentials.pair.fitted_potential import IONIC_NAME, FittedPotential, fitted_potential
from grainway.simulation.potentials.pair.pair_tables import PairTable, TableGrid
from grainway.simulation.potentials.pair.softbv import SoftBVModel
from grainway.simulation.potentials.pair.spline_potential import SplinePotential
from grainway.simulation.potentials.pair.tabulated_potential import (
    LongRange,
    TabulatedPotential,
    digest_of_tables,
)
from grainway.simulation.potentials.potential_catalogue import potential_catalogue

NEP_NAME = "grainway-nep"
_DATA = files("grainway.simulation.potentials.nep").joinpath("data")
with as_file(_DATA.joinpath("grainway-nep.json")) as _card:
    NEP_CARD: Path = _card


def load_shipped_nep(elements: tuple[str, ...], formal_charges: Mapping[str, int]) -> NEPPotential:
    """Return the shipped NEP; its package is only asked for when it runs.

    Args:
        elements: of the simulation, in the order of their LAMMPS types.
        formal_charges: e, by element.

    Raises:
        ConfigError: when it lacks an element.
    """
    card = json.loads(NEP_CARD.read_text(encoding="utf-8"))
    models = [NEP_CARD.with_name(f"{NEP_NAME}-{number}.txt") for number in range(len(card["members"]))]
    return load_nep(
        models,
        # an element without a charge is one that the model lacks too, which is what the error shall say
        formal_charges={element: formal_charges.get(element, 0) for element in elements},
        elements=elements,
        name=NEP_NAME,
        description=f"reactive, a neuroevolution potential (NEP4) distilled from {card['teacher']}",
        status=card["status"],
        cite=(
            "Y. Park, J. Kim, S. Hwang, S. Han, J. Chem. Theory Comput. 20 (2024) 4857 (teacher)",
            "K. Song et al., Nat. Commun. 15 (2024) 10208 (NEP4)",
        ),
        # the longest step whose energy drifts by less than 0.1 meV/atom in 10 ps
        timestep=0.001,
        spread_threshold=card["spread_threshold"],
    )


with as_file(files("grainway.simulation.potentials").joinpath(f"data/{IONIC_NAME}.card.json")) as _card:
    IONIC_CARD: Path = _card
TABULATED_NAMES = ("softbv", "buck_core", "buck_core_dsf", "buck_core_zm", "du_teter", IONIC_NAME)
POTENTIAL_NAMES = (*TABULATED_NAMES, NEP_NAME)
DEFAULT_NAME = IONIC_NAME
"""Nearest to the reactive one in the resistivity of boundaries: docs/reactive_potential.md."""


def load_potential(
    name: str,
    elements: tuple[str, ...] = ("Li", "La", "Zr", "O"),
    composition: Mapping[str, float] | None = None,
) -> Potential:
    """Return a potential of the catalogue.

    Args:
        name: "softbv"; "buck_core" with the full Coulomb sum, "buck_core_dsf" with damped shifted-force or
            "buck_core_zm" with zero-multipole Coulomb, both cut off; "du_teter" with partial charges;
            "grainway-ionic", pair splines matched to a universal potential's forces; "grainway-nep",
            reactive, which runs with the extra ``mlip`` alone. Or the path of fitted pair splines, *.json.
        elements: the elements of the simulation, in the order of their LAMMPS types.
        composition: number of ions by element of the *reference* material, which sets the softBV charges;
            None for Li7La3Zr2O12. The charges of the others do not depend on it.

    Raises:
        ConfigError: no such potential, or it lacks parameters for an element.
    """
    catalogue = potential_catalogue()
    if name not in POTENTIAL_NAMES and not name.endswith(".json"):
        raise ConfigError.about(
            "potential", name, f"it must be one of {', '.join(POTENTIAL_NAMES)}", "Choose one of these."
        )
    if len(set(elements)) != len(elements) or not elements:
        raise ConfigError.about(
            "elements", elements, "each element must be named once", "Remove the repetition."
        )
    if name.endswith(".json"):
        return declare_splines(source=Path(name), elements=elements, key="potential")
    if name == NEP_NAME:
        return load_shipped_nep(elements, catalogue["formal_charges"])
    if name == IONIC_NAME:
        return _shipped_ionic(elements)
    return _tabulated(name, elements, composition)


def _tabulated(
    name: str, elements: tuple[str, ...], composition: Mapping[str, float] | None
) -> TabulatedPotential:
    """Return a potential of pair tables."""
    catalogue = potential_catalogue()
    reference = dict(composition) if composition is not None else catalogue["reference_composition"]
    grid = TableGrid(points=catalogue[name]["table_points"], **catalogue["table"])
    description, status, cite = _provenance(catalogue, name)
    entry = catalogue[name]
    long_range = LongRange(**entry["long_range"]) if "long_range" in entry else None
    charges: Mapping[str, float]
    if name == "softbv":
        softbv = SoftBVModel.from_catalogue(catalogue)
        tables = softbv.tables(elements, reference)
        charges = softbv.charges(reference)
    else:
        model = du_teter_model(catalogue) if name == "du_teter" else BuckinghamModel.from_catalogue(catalogue)
        tables = _buckingham_tables(model, elements, entry, long_range)
        charges = model.charges
    charges = {element: charges[element] for element in elements}
    return TabulatedPotential(
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
        neighbor_skin=entry["neighbor_skin"],
        timestep=entry["timestep"],
        command_line=tuple(entry["command_line"]),
        digest=digest_of_tables(charges, tables, grid, long_range),
    )


def _shipped_ionic(elements: tuple[str, ...]) -> FittedPotential:
    catalogue = potential_catalogue()
    description, status, cite = _provenance(catalogue, IONIC_NAME)
    return fitted_potential(
        _shipped_splines(),
        name=IONIC_NAME,
        description=description,
        status=status,
        elements=elements,
        formal_charges=catalogue["formal_charges"],
        cite=cite,
    )


@cache
def _shipped_splines() -> SplinePotential:
    fitted = files("grainway.simulation.potentials").joinpath(f"data/{IONIC_NAME}.json")
    return SplinePotential.from_json(fitted.read_text(encoding="utf-8"))


def _buckingham_tables(
    model: BuckinghamModel, elements: tuple[str, ...], entry: Mapping[str, Any], long_range: LongRange | None
) -> tuple[PairTable, ...]:
    """Return the tables with the Coulomb part that the entry's keys ask for."""
    cutoff = entry["cutoff"]
    if long_range is not None:
        return model.long_range(elements, splitting=long_range.splitting, cutoff=cutoff)
    if "order" in entry:
        return model.zero_multipole(elements, alpha=entry["alpha"], order=entry["order"], cutoff=cutoff)
    return model.damped_shifted_force(elements, alpha=entry["alpha"], cutoff=cutoff)


def _provenance(catalogue: Mapping[str, Any], name: str) -> tuple[str, str, tuple[str, ...]]:
    """Return description, status and citations; the Buckingham variants inherit those of the set."""
    entry = catalogue[name]
    if "status" in entry:
        return entry["description"], entry["status"], tuple(entry["cite"])
    parent = catalogue["buckingham"]
    return (
        f"{parent['description']}; {entry['description']}",
        parent["status"],
        (*parent["cite"], *entry["cite"]),
    )
