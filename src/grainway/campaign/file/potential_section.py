"""The part of a campaign file that names the interatomic potential, shipped or the user's own."""

from __future__ import annotations

from pathlib import Path
from typing import Self

from pydantic import Field, model_validator

from grainway.campaign.file.design_section import Section
from grainway.errors import ConfigError
from grainway.simulation import (
    DEFAULT_NAME,
    POTENTIAL_NAMES,
    Potential,
    declare_nep,
    declare_potential,
    declare_splines,
    load_potential,
)


class PotentialSection(Section):
    """The interatomic potential."""

    name: str = Field(
        default=DEFAULT_NAME,
        min_length=1,
        max_length=60,
        description="grainway-ionic, du_teter, buck_core, buck_core_zm, buck_core_dsf, softbv, grainway-nep\n"
        "(reactive, thirty times slower, needs the extra mlip), or your own name for one that is\n"
        "declared below.\n"
        "Whether a boundary slows lithium at all depends on the potential. In four boundaries at\n"
        "1400 K the reactive one, distilled from a universal potential, finds D_gb/D_bulk 1.27 +- 0.13\n"
        "(95 %), grainway-ionic 1.37 +- 0.09, du_teter 0.88 +- 0.09, softbv 0.74 +- 0.14, buck_core\n"
        "0.35 +- 0.05 (docs/reactive_potential.md). grainway-ionic is therefore the default: pair\n"
        "splines matched to the same universal potential, with its activation energy, at a third of\n"
        "du_teter's time; it knows Al, Ga, Ta and Nb too. du_teter is a set for oxide glasses with\n"
        "partial charges, summed by PPPM. buck_core has formal charges; buck_core_zm and\n"
        "buck_core_dsf cut its Coulomb part off, which changes forces by 0.2 eV/angstrom (rms), and\n"
        "buck_core_zm takes half the time. softbv has no long-range electrostatics.\n"
        "Let [arbitration] run the boundaries that matter in another one: the difference is the model\n"
        "error",
    )
    commands: list[str] = Field(
        default=[],
        description="Your own potential, all keys below but nep and splines; leave them empty for a shipped\n"
        "one. LAMMPS commands in metal units from pair_style on, one string a line;\n"
        "docs/potentials.md lists what they may hold",
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
    splines: str = Field(
        default="",
        description="your own pair splines instead: the ionic.json of grainway potential train\n"
        "--form ionic, or its folder; the path is relative to this file",
    )
    elements: list[str] = Field(default=[], description="in the order of the atom types 1, 2, ...")
    charges: dict[str, float] = Field(default={}, description="that atoms start with, e, by element")
    formal_charges: dict[str, int] = Field(
        default={}, description="integers, e, by element; the currents are made of these"
    )

    @property
    def declared(self) -> bool:
        """Whether the potential is the user's own."""
        return bool(self.commands or self.nep or self.splines)

    @model_validator(mode="after")
    def _shipped_or_declared(self) -> Self:
        given = [
            key
            for key in ("commands", "files", "nep", "splines", "elements", "charges", "formal_charges")
            if getattr(self, key)
        ]
        if self.name in POTENTIAL_NAMES and given:
            raise ConfigError.about(
                "potential.name",
                self.name,
                f"this potential is shipped, and {', '.join(given)} would declare another",
                "Choose another name for your own, or remove these keys.",
            )
        for key, own in (("nep", self.nep), ("splines", self.splines)):
            if own and (self.commands or self.files or self.charges or (self.nep and self.splines)):
                raise ConfigError.about(
                    f"potential.{key}",
                    own,
                    "a trained potential stands alone, without commands, files, charges and another one",
                    f"Remove these keys, or {key}.",
                )
        if self.name not in POTENTIAL_NAMES and not self.declared:
            raise ConfigError.about(
                "potential.name",
                self.name,
                f"shipped are {', '.join(POTENTIAL_NAMES)}",
                "Choose one of these, or declare your own with potential.commands, potential.nep or "
                "potential.splines (docs/potentials.md).",
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
        if self.splines:
            return declare_splines(
                source=folder / self.splines,
                name=self.name,
                elements=tuple(self.elements),
                formal_charges=self.formal_charges,
                key=f"{section}.splines",
            )
        return declare_potential(
            name=self.name,
            elements=tuple(self.elements),
            commands=tuple(self.commands),
            files=tuple(folder / file for file in self.files),
            charges=self.charges,
            formal_charges=self.formal_charges,
        )
