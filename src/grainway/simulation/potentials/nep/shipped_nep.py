"""The NEP that comes with grainway: a committee of models, distilled from a universal potential."""

from __future__ import annotations

import json
from collections.abc import Mapping
from importlib.resources import as_file, files
from pathlib import Path

from grainway.simulation.potentials.nep.nep_potential import NEPPotential, load_nep

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
