"""Energy, forces and virial of a NEP model, computed by the optional package nep_adapters."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from grainway.array_types import FloatArray
from grainway.errors import ConfigError, GrainwayError, SimulationError

Backend = Literal["auto", "cpu", "cuda"]
BACKENDS: tuple[Backend, ...] = ("auto", "cpu", "cuda")
_PERIODIC = (1, 1, 1)


@dataclass(frozen=True, slots=True, eq=False)
class EnergyAndForces:
    """What a model computes for a configuration.

    Attributes:
        energy: of the cell, eV.
        forces: shape (n_atoms, 3), eV/Å.
        virial: Σ r⊗f, minus the derivative of the energy by the strain, shape (3, 3), eV.
    """

    energy: float
    forces: FloatArray
    virial: FloatArray


def choose_backend(wanted: Backend) -> Literal["cpu", "cuda"]:
    """Return the backend to compute with: "auto" takes the GPU where there is one.

    Raises:
        ConfigError: when nep_adapters is not installed, or a GPU was asked for and cannot be used.
    """
    adapters = _adapters()
    if wanted == "cpu":
        return "cpu"
    status = adapters.backend_status("cuda")
    if wanted == "cuda" and not status.available:
        raise ConfigError.about(
            "potential.backend",
            wanted,
            f"no GPU can be used here ({status.detail})",
            'Choose "cpu", or "auto" to take a GPU only where there is one.',
        )
    return "cuda" if status.available else "cpu"


class NEPModel:
    """A model that is ready to evaluate periodic configurations."""

    def __init__(self, path: Path, elements: Sequence[str], backend: Backend = "cpu") -> None:
        """Load a model.

        Args:
            path: a file that :func:`~grainway.simulation.potentials.nep.nep_file.read_nep` accepts.
            elements: of the types 0, 1, ... that configurations come with.
            backend: what computes.

        Raises:
            ConfigError: when nep_adapters or the GPU is missing, or the model lacks an element.
            SimulationError: when the adapter refuses the file.
        """
        chosen = choose_backend(backend)
        adapters = _adapters()
        try:
            calculator = adapters.NEPCalculator(path, backend=chosen)
        except adapters.NepAdaptersError as error:
            raise SimulationError(f"the NEP model {path} cannot be loaded: {error}") from error
        missing = [element for element in elements if element not in calculator.type_dict]
        if missing:
            raise lacks_elements(path.name, missing, calculator.element_list)
        self._model: Any = calculator.model
        self._own_types = np.array([calculator.type_dict[element] for element in elements], dtype=np.int32)

    def evaluate(
        self, types: npt.NDArray[np.integer], positions: FloatArray, cell: FloatArray
    ) -> EnergyAndForces:
        """Compute a configuration.

        Args:
            types: of the atoms, indices into the elements, shape (n_atoms,).
            positions: anywhere, inside or outside the cell, shape (n_atoms, 3), Å.
            cell: rows are the cell vectors, shape (3, 3), Å.

        Raises:
            SimulationError: when the energy is not a finite number.
        """
        energy, forces, virial = self._model.find_force(
            self._own_types[types], positions, np.ascontiguousarray(cell.T).reshape(9), _PERIODIC
        )
        if not np.isfinite(energy):
            raise SimulationError(f"the NEP model gives the energy {energy}: atoms lie on top of each other")
        return EnergyAndForces(energy, forces, virial.reshape(3, 3))


def lacks_elements(name: str, missing: Sequence[str], present: Sequence[str]) -> GrainwayError:
    """Return the error for a model that was not trained on an element."""
    return ConfigError.about(
        "potential.elements",
        tuple(missing),
        f"the model {name} describes {', '.join(present)} only",
        "Give a model that was trained on every element of the structure.",
    )


def _adapters() -> ModuleType:
    try:
        return import_module("nep_adapters")
    except ImportError as error:
        raise ConfigError.about(
            "potential",
            "nep",
            f"a NEP model is computed by the package nep_adapters, which cannot be imported here ({error})",
            "Install it with pip install 'grainway[mlip]'.",
        ) from error
