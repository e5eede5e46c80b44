"""The part of a campaign file that names the interatomic potential, shipped or the user's own."""

from __future__ import annotations

from pathlib import Path
from typing import Self

from pydantic import Field, model_validator

from grainway.campaign.design_section import Section
from grainway.errors import ConfigError
from grainway.simulation import (
    POTENTIAL_NAMES,
    Potential,
    declare_nep,
    declare_potential,
    load_potential,
)


class PotentialSection(Section):
    """The interatomic potential."""

    name: str = Field(
        default="buck_core",
        min_length=1,
        max_length=60,
        description="buck_core, buck_core_zm, buck_core_dsf, du_teter, softbv, grainway-nep (reactive, far\n"
        "slower, needs the extra mlip), or your own name for one that is declared below.\n"
        "With the Buckingham set boundaries slow lithium by a factor 2-3 at high\n"
        "temperature, as published for this garnet (Yu and Siegel, Chem. Mater. 29 (2017) 9639);\n"
        "softbv, which has no long-range electrostatics, shows almost no slowing, and runs about three\n"
        "times faster. buck_core sums the Coulomb part by PPPM; buck_core_zm (zero-multipole summation)\n"
        "and buck_core_dsf (damped, shifted force) cut it off, which changes forces by 0.2 eV/angstrom\n"
        "(rms); buck_core_zm takes half the time. du_teter is a set for oxide glasses with partial\n"
        "charges, as fast as buck_core. Across two boundaries at 1400 K D_gb/D_bulk was 0.44 and 0.39\n"
        "with buck_core, 0.33 and 0.29 with buck_core_zm (+- 0.07), 1.06 and 1.12 with softbv (+-\n"
        "0.14). Run two kinds on the boundaries that matter: their difference is the model error",
    )
    commands: list[str] = Field(
        default=[],
        description="Your own potential, all keys below but nep; leave them empty for a shipped one. LAMMPS\n"
        "commands in metal units from pair_style on, one string a line; docs/potentials.md lists what\n"
        "they may hold",
    )
    files: list[str] = Field(
        default=[],
        description="files that the commands name without their folder; paths relative to this file",
    )
    nep: str = Field(
        default="",
        description="your own NEP instead of commands and files: a nep.txt, or a folder of models as\n"
        "grainway potential train leaves it; the path is relative to this file. Needs the extra mlip;\n"
        "elements and formal charges of LLZO are known",
    )
    elements: list[str] = Field(default=[], description="in the order of the atom types 1, 2, ...")
    charges: dict[str, float] = Field(default={}, description="that atoms start with, e, by element")
    formal_charges: dict[str, int] = Field(
        default={}, description="integers, e, by element; the currents are made of these"
    )

    @property
    def declared(self) -> bool:
        """Whether the potential is the user's own."""
        return bool(self.commands or self.nep)

    @model_validator(mode="after")
    def _shipped_or_declared(self) -> Self:
        given = [
            key
            for key in ("commands", "files", "nep", "elements", "charges", "formal_charges")
            if getattr(self, key)
        ]
        if self.name in POTENTIAL_NAMES and given:
            raise ConfigError.about(
                "potential.name",
                self.name,
                f"this potential is shipped, and {', '.join(given)} would declare another",
                "Choose another name for your own, or remove these keys.",
            )
        if self.nep and (self.commands or self.files or self.charges):
            raise ConfigError.about(
                "potential.nep",
                self.nep,
                "a NEP stands alone, without commands, files and charges",
                "Remove these keys, or nep.",
            )
        if self.name not in POTENTIAL_NAMES and not self.declared:
            raise ConfigError.about(
                "potential.name",
                self.name,
                f"shipped are {', '.join(POTENTIAL_NAMES)}",
                "Choose one of these, or declare your own with potential.commands or potential.nep "
                "(docs/potentials.md).",
            )
        return self

    def load(self, folder: Path, section: str = "potential") -> Potential:
        """Return the potential.

        Args:
            folder: of the campaign file, which the paths of declared files are relative to.
            section: that stands in the file, for errors to name.

        Raises:
            ConfigError: when a command is not allowed or a file is missing or lacks an element.
        """
        if not self.declared:
            return load_potential(self.name)
        if self.nep:
            garnet = load_potential(PotentialSection().name)
            return declare_nep(
                name=self.name,
                source=folder / self.nep,
                elements=tuple(self.elements) or garnet.elements,
                formal_charges=self.formal_charges or garnet.formal_charges,
                key=f"{section}.nep",
            )
        return declare_potential(
            name=self.name,
            elements=tuple(self.elements),
            commands=tuple(self.commands),
            files=tuple(folder / file for file in self.files),
            charges=self.charges,
            formal_charges=self.formal_charges,
        )
