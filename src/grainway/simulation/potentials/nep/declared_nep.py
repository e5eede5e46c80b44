"""A user's own NEP: one ``nep.txt``, or a folder as ``grainway potential train`` leaves it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path
from typing import Any

from grainway.errors import ConfigError
from grainway.simulation.potentials.nep.nep_potential import NEPPotential, load_nep, model_file

RELEASE_CARD = "card.json"
"""Name of the data card in a folder of released models."""
_TIMESTEP = 0.001  # ps; see shipped_nep
_STATUS = "declared by the user"


@dataclass(frozen=True, kw_only=True)
class NEPDeclaration:
    """What an evaluation must be told of a NEP that is not shipped; its files lie beside it.

    Attributes:
        name: the user's name for it.
        elements: of the simulation, in the order of the LAMMPS atom types.
        models: sha256 of each model, the one that moves the atoms first.
        formal_charges: integers, e, by element; currents are made of these.
        spread_threshold: see :class:`~grainway.simulation.potentials.nep.nep_potential.NEPPotential`.
    """

    name: str
    elements: tuple[str, ...]
    models: tuple[str, ...]
    formal_charges: Mapping[str, int] = field(hash=False)
    spread_threshold: float | None

    @property
    def files(self) -> dict[str, str]:
        """sha256 by name of the files that lie in the folder of an evaluation."""
        return {model_file(number): digest for number, digest in enumerate(self.models)}

    def to_dict(self) -> dict[str, Any]:
        """Return a JSON-ready dictionary; :meth:`from_dict` is its inverse."""
        return asdict(self)

    @classmethod
    def from_dict(cls, record: Mapping[str, Any]) -> NEPDeclaration:
        """Rebuild a declaration from :meth:`to_dict`."""
        return cls(**{**record, "elements": tuple(record["elements"]), "models": tuple(record["models"])})


@dataclass(frozen=True, kw_only=True)
class DeclaredNEP(NEPPotential):
    """A NEP that a user declared."""

    @property
    def declared(self) -> NEPDeclaration:
        """What an evaluation is told of it."""
        return NEPDeclaration(
            name=self.name,
            elements=self.elements,
            models=tuple(model.digest for model in self.models),
            formal_charges=self.formal_charges,
            spread_threshold=self.spread_threshold,
        )


def declare_nep(
    *,
    name: str,
    source: Path,
    elements: tuple[str, ...],
    formal_charges: Mapping[str, int],
    key: str = "potential.nep",
) -> DeclaredNEP:
    """Return a potential from a user's model.

    Args:
        name: the user's name for it.
        source: a model in NEP's text form, or a folder with models and data card.
        elements: of the simulation, in the order of the LAMMPS atom types.
        formal_charges: integers, e, by element.
        key: of the campaign file, that an error names.

    Raises:
        ConfigError: when the file or a file of the folder is missing, is no model or lacks an element.
    """
    if not source.exists():
        raise ConfigError.about(
            key,
            str(source),
            "a nep.txt, or a folder of models",
            "A relative path is taken from the folder of the campaign file.",
        )
    if not source.is_dir():
        return _declared([source], name, elements, formal_charges, None)
    try:
        card = json.loads((source / RELEASE_CARD).read_text(encoding="utf-8"))
        threshold, n_models = float(card["spread_threshold"]), len(card["members"])
    except (OSError, ValueError, TypeError, KeyError) as error:
        raise ConfigError.about(
            key,
            str(source),
            f"a folder of models holds {RELEASE_CARD} as grainway potential train writes it ({error})",
            "Name that folder, or the file of one model.",
        ) from error
    files = [source / model_file(number) for number in range(n_models)]
    return _declared(files, name, elements, formal_charges, threshold)


def load_declared_nep(declaration: NEPDeclaration, folder: Path) -> DeclaredNEP:
    """Return a declared NEP whose models lie in one folder.

    Raises:
        ConfigError: when one is missing or is no longer what was declared.
    """
    potential = _declared(
        [folder / name for name in declaration.files],
        declaration.name,
        declaration.elements,
        declaration.formal_charges,
        declaration.spread_threshold,
    )
    if potential.declared.models != declaration.models:
        raise ConfigError.about(
            "potential.nep", str(folder), "a model has changed since it was declared", "Put the old one back."
        )
    return potential


def _declared(
    files: list[Path],
    name: str,
    elements: tuple[str, ...],
    formal_charges: Mapping[str, int],
    spread_threshold: float | None,
) -> DeclaredNEP:
    potential = load_nep(
        files,
        formal_charges=formal_charges,
        elements=elements,
        name=name,
        description="declared by the user: a NEP",
        status=_STATUS,
        timestep=_TIMESTEP,
        spread_threshold=spread_threshold,
    )
    return DeclaredNEP(**{part.name: getattr(potential, part.name) for part in fields(potential)})
