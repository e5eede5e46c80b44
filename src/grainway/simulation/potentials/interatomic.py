"""What every stage needs to know of an interatomic potential, whatever it is made of."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

from grainway.simulation.lammps.lammps_executable import LammpsBinary
from grainway.simulation.lammps.lammps_styles import OMP_ARGUMENTS, has_omp
from grainway.simulation.potentials.extrapolation import Extrapolation


class Declaration(Protocol):
    """What an evaluation must be told of a potential that is not shipped."""

    @property
    def files(self) -> Mapping[str, str]:
        """sha256 by name of the files that lie in the folder of an evaluation."""
        ...

    def to_dict(self) -> dict[str, Any]:
        """Return a JSON-ready dictionary, which ``read_declaration`` reads."""
        ...


@dataclass(frozen=True, kw_only=True)
class Potential(ABC):
    """An interatomic potential.

    Energies of different potentials differ in their zero as well as in their shape: a stored energy is only
    comparable with energies that carry the same ``digest``.

    Attributes:
        name: in the catalogue or in the file that declares it.
        description: one line.
        status: "verified", or what about the parameters is not.
        cite: literature.
        elements: in the order of the LAMMPS atom types 1, 2, ...
        charges: used in the simulation, e, by element.
        formal_charges: integer charges, e, by element; currents are made of these.
        timestep: ps, for production up to about 1400 K.
        command_line: arguments that LAMMPS is best started with; ``CALLBACK_SWITCH`` is one.
        digest: sha256 over everything that determines an energy.
    """

    name: str
    description: str
    status: str
    cite: tuple[str, ...]
    elements: tuple[str, ...]
    charges: dict[str, float] = field(hash=False)
    formal_charges: dict[str, int] = field(hash=False)
    timestep: float
    command_line: tuple[str, ...]
    digest: str

    @property
    @abstractmethod
    def kspace(self) -> bool:
        """Whether LAMMPS computes a reciprocal part."""

    @property
    def declared(self) -> Declaration | None:
        """What an evaluation must be told of a user's own potential; None for a shipped one."""
        return None

    @property
    def styles(self) -> tuple[str, ...]:
        """The LAMMPS styles that compute it, as far as a suffix may replace them."""
        return ()

    def arguments(self, binary: LammpsBinary) -> tuple[str, ...]:
        """Return the arguments that a LAMMPS is started with: without the suffix where it lacks a variant.

        Raises:
            SimulationError: when the binary does not say which styles it has.
        """
        if self.command_line == OMP_ARGUMENTS and not has_omp(binary, self.styles):
            return ()
        return self.command_line

    def require(self, binary: LammpsBinary) -> None:  # noqa: ARG002 most need nothing but LAMMPS
        """Make sure that everything the potential needs is there, before any compute is spent.

        Args:
            binary: LAMMPS that is to run it.

        Raises:
            ConfigError: when something is missing; the message says how to get it.
        """
        return

    def extrapolation(self, folder: Path, stages: Sequence[str]) -> Extrapolation | None:  # noqa: ARG002
        """Say whether a finished run left what the potential was taught, by what its stages left behind.

        Args:
            folder: of the run.
            stages: names of the stages that count, in order.

        Returns:
            None for a potential that no committee watches.

        Raises:
            SimulationError: when a stage left nothing to judge by.
        """
        return None

    @abstractmethod
    def write(self, folder: Path) -> tuple[str, ...]:
        """Write the files of the potential and return the LAMMPS commands that use them.

        The commands name the files without their folder: LAMMPS must run in that folder, in ``metal`` units
        and with atoms of style ``charge`` that bear ``charges``.

        Args:
            folder: an existing folder.

        Returns:
            pair, long-range and neighbour-list commands, in the order LAMMPS needs.
        """
