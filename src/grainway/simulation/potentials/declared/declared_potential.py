"""A user's own LAMMPS potential: embedded atom, reactive, machine-learned, or any plain pair style.

It is declared by LAMMPS commands from a list (``allowed_commands``), its files, and the charges of its
elements. Whether it suits a structure, and whether LAMMPS accepts it, is checked in ``potential_check``.

ReaxFF force fields are in kcal/mol. Here they run in LAMMPS's ``metal`` units through ``hybrid/scaled``,
which multiplies energies and forces by eV per kcal/mol; distances are in Å in both.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import Any

from grainway.errors import ConfigError
from grainway.simulation.lammps.lammps_styles import OMP_ARGUMENTS
from grainway.simulation.potentials.declared.allowed_commands import (
    ELEMENT_STYLES,
    HYBRID_STYLES,
    PAIR_STYLES,
    REAL_UNIT_STYLE,
    check_commands,
)
from grainway.simulation.potentials.declared.potential_files import (
    converted_name,
    copy_file,
    hash_files,
    setfl_elements,
)
from grainway.simulation.potentials.interatomic import Potential

EV_PER_KCAL_PER_MOL = 4184 / 96485.33212  # J per kcal over the Faraday constant
_SETFL_STYLES = ("eam/alloy", "eam/fs")
_TIMESTEP = 0.001  # ps; nothing is known of the stiffness of a user's potential


@dataclass(frozen=True, kw_only=True)
class PotentialDeclaration:
    """What a user says about a potential.

    Attributes:
        name: the user's name for it.
        elements: in the order of the LAMMPS atom types 1, 2, ...
        commands: LAMMPS commands in ``metal`` units, one a line.
        files: sha256 by base name of the files that the commands name.
        charges: that atoms start with, e, by element.
        formal_charges: integers, e, by element; currents are made of these.
    """

    name: str
    elements: tuple[str, ...]
    commands: tuple[str, ...]
    files: Mapping[str, str] = field(default_factory=dict, hash=False)
    charges: Mapping[str, float] = field(hash=False)
    formal_charges: Mapping[str, int] = field(hash=False)

    def __post_init__(self) -> None:
        if not self.elements or len(set(self.elements)) != len(self.elements):
            raise ConfigError.about(
                "potential.elements",
                self.elements,
                "each element must be named once, in the order of the atom types",
                "Name the elements that the commands number 1, 2, ...",
            )
        for name, given in (("charges", self.charges), ("formal_charges", self.formal_charges)):
            if set(given) != set(self.elements):
                raise ConfigError.about(
                    f"potential.{name}",
                    dict(given),
                    f"it must give one number for each of {', '.join(self.elements)}",
                    "For a metal that is 0.",
                )
        check_commands(self.commands, self.elements, self.files)
        for line in self.commands:
            mapped_elements(line, self.pair_style, self.elements)

    @property
    def pair_style(self) -> str:
        """The pair style, which may be a hybrid of others."""
        return self.commands[0].split()[1]

    def to_dict(self) -> dict[str, Any]:
        """Return a JSON-ready dictionary; :meth:`from_dict` is its inverse."""
        return asdict(self)

    @classmethod
    def from_dict(cls, record: Mapping[str, Any]) -> PotentialDeclaration:
        """Rebuild a declaration from :meth:`to_dict`."""
        return cls(**{**record, "elements": tuple(record["elements"]), "commands": tuple(record["commands"])})


def mapped_elements(line: str, pair_style: str, elements: tuple[str, ...]) -> tuple[str | None, ...]:
    """Return the element that a ``pair_coeff`` line gives to each atom type, None where it gives none.

    Args:
        line: a LAMMPS command.
        pair_style: of the potential; under a hybrid one the line names its own.
        elements: of the atom types.

    Raises:
        ConfigError: when the line maps another number of types, or another element to a type.
    """
    command, *words = line.split()
    nothing: tuple[str | None, ...] = (None,) * len(elements)
    if command != "pair_coeff":
        return nothing
    style = words[2] if pair_style in HYBRID_STYLES and len(words) > 2 else pair_style
    if style not in ELEMENT_STYLES:
        return nothing
    mapped = words[-len(elements) :]
    known = {"NULL", *elements}
    if (
        len(words) < 2 + len(elements)
        or not set(mapped) <= known
        or (len(words) > 2 + len(elements) and words[-len(elements) - 1] in known)
    ):
        raise ConfigError.about(
            "potential.commands",
            line,
            f"{style} ends with one element or NULL for each of the {len(elements)} types, "
            f"in the order of potential.elements: {' '.join(elements)}",
            "Complete or correct the list.",
        )
    for element, given in zip(elements, mapped, strict=True):
        if given not in (element, "NULL"):
            raise ConfigError.about(
                "potential.commands",
                line,
                f"it maps the type of {element} to {given}",
                "Bring the order of potential.elements and of the line together.",
            )
    return tuple(None if given == "NULL" else given for given in mapped)


@dataclass(frozen=True, kw_only=True)
class DeclaredPotential(Potential):
    """A potential that a user declared.

    Attributes:
        declaration: what it is.
        sources: where its files are.
    """

    declaration: PotentialDeclaration
    sources: tuple[Path, ...] = field(compare=False)

    @property
    def declared(self) -> PotentialDeclaration:
        """What an evaluation is told of it."""
        return self.declaration

    @property
    def styles(self) -> tuple[str, ...]:
        """The LAMMPS styles that compute it: of pairs, of the long-range sum, of charges."""
        found: list[str] = ["hybrid/scaled"] if self.declaration.pair_style == REAL_UNIT_STYLE else []
        for line in self.declaration.commands:
            command, *words = line.split()
            if command == "pair_style":
                # in a hybrid any word may name one of its styles
                found += [word for word in words if word in PAIR_STYLES | HYBRID_STYLES]
            elif command == "kspace_style":
                found.append(words[0])
            elif command == "fix":
                found.append(words[2])
        return tuple(found)

    @property
    def kspace(self) -> bool:
        """Whether LAMMPS computes a reciprocal part."""
        return any(line.startswith("kspace_style ") for line in self.declaration.commands)

    def write(self, folder: Path) -> tuple[str, ...]:
        """Copy the files into a folder and return the LAMMPS commands."""
        real_units = self.declaration.pair_style == REAL_UNIT_STYLE
        for source in self.sources:
            copy_file(source, folder, self.declaration.files[source.name], real_units)
        return _in_metal_units(self.declaration) if real_units else self.declaration.commands


def load_declared_commands(declaration: PotentialDeclaration, folder: Path) -> DeclaredPotential:
    """Return a declared potential whose files lie in one folder, under their base names."""
    return _declared(declaration, tuple(folder / name for name in declaration.files))


def declare_potential(
    *,
    name: str,
    elements: tuple[str, ...],
    commands: tuple[str, ...],
    files: tuple[Path, ...],
    charges: Mapping[str, float],
    formal_charges: Mapping[str, int],
) -> DeclaredPotential:
    """Return a potential from a user's words and files.

    Args:
        name: the user's name for it.
        elements: in the order of the LAMMPS atom types.
        commands: LAMMPS commands in ``metal`` units (ReaxFF: as its force field has it), one a line.
        files: that the commands name, without their folder.
        charges: that atoms start with, e, by element.
        formal_charges: integers, e, by element.

    Raises:
        ConfigError: when a command is not allowed, a file is missing, or an embedded-atom file lacks an
            element that the commands take from it.
    """
    declaration = PotentialDeclaration(
        name=name,
        elements=elements,
        commands=tuple(line.strip() for line in commands),
        files=hash_files(files),
        charges={element: float(charge) for element, charge in charges.items()},
        formal_charges=dict(formal_charges),
    )
    for line in declaration.commands:
        _check_header(line, declaration, {path.name: path for path in files})
    return _declared(declaration, files)


def _declared(declaration: PotentialDeclaration, sources: tuple[Path, ...]) -> DeclaredPotential:
    determines = {
        key: value for key, value in declaration.to_dict().items() if key not in ("name", "formal_charges")
    }
    return DeclaredPotential(
        name=declaration.name,
        description=f"declared by the user: {declaration.commands[0]}",
        status="declared by the user",
        cite=(),
        elements=declaration.elements,
        charges=dict(declaration.charges),
        formal_charges=dict(declaration.formal_charges),
        timestep=_TIMESTEP,
        command_line=OMP_ARGUMENTS,
        digest=sha256(json.dumps(determines, sort_keys=True).encode()).hexdigest(),
        declaration=declaration,
        sources=sources,
    )


def _check_header(line: str, declaration: PotentialDeclaration, files: Mapping[str, Path]) -> None:
    """Compare the elements that a line takes from an embedded-atom file with those of its header."""
    words = line.split()
    style = declaration.pair_style if declaration.pair_style not in HYBRID_STYLES else "".join(words[3:4])
    if words[0] != "pair_coeff" or style not in _SETFL_STYLES:
        return
    taken = {e for e in mapped_elements(line, declaration.pair_style, declaration.elements) if e is not None}
    for word in words:
        if word in files and not taken <= set(setfl_elements(files[word])):
            held = ", ".join(setfl_elements(files[word]))
            raise ConfigError.about(
                "potential.commands",
                line,
                f"{word} holds {held}, not {', '.join(sorted(taken - set(setfl_elements(files[word]))))}",
                "Take a file that covers every element, or map its type to NULL and cover it otherwise.",
            )


def _in_metal_units(declaration: PotentialDeclaration) -> tuple[str, ...]:
    """Return the commands of a ReaxFF potential with its energies scaled to eV."""
    lines = []
    for line in declaration.commands:
        words = [converted_name(word) if word in declaration.files else word for word in line.split()]
        if words[0] == "pair_style":
            words[1:1] = ["hybrid/scaled", f"{EV_PER_KCAL_PER_MOL:.15g}"]
        elif words[0] == "pair_coeff":
            words[3:3] = [REAL_UNIT_STYLE]
        lines.append(" ".join(words))
    return tuple(lines)
