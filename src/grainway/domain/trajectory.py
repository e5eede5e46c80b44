"""A molecular-dynamics trajectory as every analysis takes it."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from grainway.array_types import FloatArray, IndexArray, StringArray
from grainway.errors import AnalysisError


@dataclass(frozen=True, kw_only=True, eq=False)
class Trajectory:
    """Unwrapped positions over time.

    Attributes:
        positions: unwrapped Cartesian positions, shape (n_frames, n_atoms, 3), Å.
        cell: cell vectors as rows, shape (3, 3) or (n_frames, 3, 3), Å.
        species: chemical symbol per atom, length n_atoms.
        charges: formal charge per atom, shape (n_atoms,), e.
        times: strictly increasing, evenly spaced times, shape (n_frames,), ps.
        temperature: mean temperature, K.
    """

    positions: FloatArray
    cell: FloatArray
    species: Sequence[str]
    charges: FloatArray
    times: FloatArray
    temperature: float
    _species_array: StringArray = field(init=False, repr=False)

    def __post_init__(self) -> None:
        positions = np.asarray(self.positions, dtype=np.float64)
        cell = np.asarray(self.cell, dtype=np.float64)
        charges = np.asarray(self.charges, dtype=np.float64)
        times = np.asarray(self.times, dtype=np.float64)
        if positions.ndim != 3 or positions.shape[2] != 3:
            raise AnalysisError(f"positions must have shape (n_frames, n_atoms, 3), got {positions.shape}")
        n_frames, n_atoms, _ = positions.shape
        if n_frames < 2 or n_atoms < 1:
            raise AnalysisError(f"a trajectory needs 2 frames and 1 atom or more, got {positions.shape}")
        if cell.shape not in ((3, 3), (n_frames, 3, 3)):
            raise AnalysisError(f"cell must have shape (3, 3) or ({n_frames}, 3, 3), got {cell.shape}")
        if len(self.species) != n_atoms:
            raise AnalysisError(f"species must have length {n_atoms}, got {len(self.species)}")
        if charges.shape != (n_atoms,):
            raise AnalysisError(f"charges must have shape ({n_atoms},), got {charges.shape}")
        if times.shape != (n_frames,):
            raise AnalysisError(f"times must have shape ({n_frames},), got {times.shape}")
        steps = np.diff(times)
        if not np.all(steps > 0) or np.ptp(steps) > 1e-6 * float(np.mean(steps)) + 1e-9:
            raise AnalysisError("times must increase in equal steps; re-sample the trajectory evenly")
        if not np.isfinite(positions).all() or not np.isfinite(cell).all():
            raise AnalysisError("positions and cell must be finite; the run has blown up")
        if not self.temperature > 0:
            raise AnalysisError(f"temperature = {self.temperature!r} K must be positive")
        for name, value in (("positions", positions), ("cell", cell), ("charges", charges), ("times", times)):
            object.__setattr__(self, name, value)
        object.__setattr__(self, "species", tuple(self.species))
        object.__setattr__(self, "_species_array", np.array(self.species))

    @property
    def n_frames(self) -> int:
        """Number of frames."""
        return int(self.positions.shape[0])

    @property
    def time_step(self) -> float:
        """Time between frames, ps."""
        return float(self.times[1] - self.times[0])

    @property
    def mean_cell(self) -> FloatArray:
        """Cell averaged over frames, shape (3, 3), Å."""
        return self.cell if self.cell.ndim == 2 else self.cell.mean(axis=0)

    @property
    def volume(self) -> float:
        """Volume of the mean cell, Å³."""
        return float(abs(np.linalg.det(self.mean_cell)))

    def indices(self, species: str) -> IndexArray:
        """Return the indices of the atoms of one species.

        Raises:
            AnalysisError: when the species is absent.
        """
        found = np.flatnonzero(self._species_array == species)
        if found.size == 0:
            present = ", ".join(sorted(set(self.species)))
            raise AnalysisError(f"species = {species!r} is not in the trajectory, which holds {present}")
        return found
