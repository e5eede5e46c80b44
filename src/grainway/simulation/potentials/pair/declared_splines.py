"""A user's own fitted pair splines: the JSON that ``grainway potential train --form ionic`` leaves."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from hashlib import sha256
from pathlib import Path
from typing import Any

from grainway.errors import ConfigError
from grainway.machine.whole_files import write_whole
from grainway.simulation.potentials.pair.fitted_potential import FittedPotential, fitted_potential
from grainway.simulation.potentials.pair.spline_potential import SplinePotential
from grainway.simulation.potentials.potential_catalogue import potential_catalogue

SPLINE_FILE = "ionic.json"
"""Name of the potential in a folder of its training, and beside an evaluation."""


@dataclass(frozen=True, kw_only=True)
class SplineDeclaration:
    """What an evaluation must be told of fitted splines that are not shipped; their file lies beside it.

    Attributes:
        name: the user's name for it.
        elements: of the simulation, in the order of the LAMMPS atom types.
        splines: sha256 of the file.
        formal_charges: integers, e, by element; currents are made of these.
    """

    name: str
    elements: tuple[str, ...]
    splines: str
    formal_charges: Mapping[str, int] = field(hash=False)

    @property
    def files(self) -> dict[str, str]:
        """sha256 by name of the files that lie in the folder of an evaluation."""
        return {SPLINE_FILE: self.splines}

    def to_dict(self) -> dict[str, Any]:
        """Return a JSON-ready dictionary; :meth:`from_dict` is its inverse."""
        return asdict(self)

    @classmethod
    def from_dict(cls, record: Mapping[str, Any]) -> SplineDeclaration:
        """Rebuild a declaration from :meth:`to_dict`."""
        return cls(**{**record, "elements": tuple(record["elements"])})


@dataclass(frozen=True, kw_only=True)
class DeclaredSplines(FittedPotential):
    """Fitted splines that a user declared.

    Attributes:
        content: of the file.
    """

    content: bytes = field(repr=False)

    @property
    def declared(self) -> SplineDeclaration:
        """What an evaluation is told of it."""
        return SplineDeclaration(
            name=self.name,
            elements=self.elements,
            splines=sha256(self.content).hexdigest(),
            formal_charges=self.formal_charges,
        )

    def write(self, folder: Path) -> tuple[str, ...]:
        """Write the file and its tables, and return the LAMMPS commands."""
        write_whole(folder / SPLINE_FILE, self.content)
        return super().write(folder)


def declare_splines(
    *,
    source: Path,
    name: str = "",
    elements: tuple[str, ...] = (),
    formal_charges: Mapping[str, int] | None = None,
    key: str = "potential.splines",
) -> DeclaredSplines:
    """Return a potential from a user's file.

    Args:
        source: the file, or the folder of a training.
        name: the user's name for it; empty for the one in the file.
        elements: of the simulation, in the order of the LAMMPS atom types; empty for all that were fitted.
        formal_charges: integers, e, by element; empty for those of the garnet and its dopants.
        key: that an error names.

    Raises:
        ConfigError: when the file is missing, holds no fitted splines, or lacks an element or two together.
    """
    path = source / SPLINE_FILE if source.is_dir() else source
    try:
        content = path.read_bytes()
        fit = SplinePotential.from_json(content.decode("utf-8"))
    except (OSError, UnicodeDecodeError, ConfigError) as error:
        raise ConfigError.about(
            key,
            str(source),
            f"a file of grainway potential train --form ionic, or its folder ({error})",
            "In a campaign file a relative path is taken from the folder of that file.",
        ) from error
    known = formal_charges or potential_catalogue()["formal_charges"]
    used = elements or fit.elements
    if missing := [element for element in used if element not in known]:
        raise ConfigError.about(
            "potential.formal_charges",
            dict(known),
            f"it must give one number for each of {', '.join(used)}; {', '.join(missing)} is missing",
            "Complete it.",
        )
    potential = fitted_potential(
        fit,
        name=name or fit.name,
        description=f"declared by the user: {fit.description}",
        status="declared by the user",
        elements=used,
        formal_charges=known,
    )
    parts = {part.name: getattr(potential, part.name) for part in fields(potential)}
    return DeclaredSplines(**parts, content=content)


def load_declared_splines(declaration: SplineDeclaration, folder: Path) -> DeclaredSplines:
    """Return declared splines whose file lies in one folder.

    Raises:
        ConfigError: when it is missing or is no longer what was declared.
    """
    potential = declare_splines(
        source=folder / SPLINE_FILE,
        name=declaration.name,
        elements=declaration.elements,
        formal_charges=declaration.formal_charges,
    )
    if potential.declared.splines != declaration.splines:
        raise ConfigError.about(
            "potential.splines",
            str(folder),
            "the file has changed since it was declared",
            "Put the old one back.",
        )
    return potential
