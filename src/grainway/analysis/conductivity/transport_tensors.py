"""Tensors of diffusivity and conductivity with the error of every element."""

import math
from dataclasses import dataclass

import numpy as np

from grainway.analysis.conductivity.collective_conductivity import (
    carriers,
    collective_conductivity,
    diffusive_fit,
    per_volume,
)
from grainway.analysis.conductivity.collective_conductivity import polarisation as total_polarisation
from grainway.analysis.motion.displacement import MOBILE_SPECIES, framework_positions
from grainway.analysis.motion.msd_slope import DiffusiveWindow, block_means
from grainway.analysis.motion.tracer_diffusivity import (
    not_diffusive,
    relative_hop_error,
    tracer_diffusivity,
    tracer_fit,
)
from grainway.array_types import FloatArray
from grainway.domain import Estimate, Trajectory
from grainway.errors import AnalysisError

AXES = "xyz"


@dataclass(frozen=True, eq=False)
class TransportTensor:
    """A symmetric tensor, every element with its error.

    Attributes:
        values: shape (3, 3).
        standard_errors: one standard deviation of each element, shape (3, 3).
        unit: of both.
        n_independent: equivalent number of samples behind an element.
    """

    values: FloatArray
    standard_errors: FloatArray
    unit: str
    n_independent: float

    def element(self, row: str, column: str) -> Estimate:
        """Return one element, its axes named ``"x"``, ``"y"`` or ``"z"``."""
        for axis in (row, column):
            if axis not in tuple(AXES):
                raise AnalysisError.about("axis", axis, "'x', 'y' or 'z'", "Name a Cartesian axis.")
        place = AXES.index(row), AXES.index(column)
        return Estimate(
            float(self.values[place]), float(self.standard_errors[place]), self.unit, self.n_independent
        )


def diffusivity_tensor(trajectory: Trajectory, species: str = MOBILE_SPECIES) -> TransportTensor:
    """Return D_ab = lim ⟨Δr_a Δr_b⟩ / 2t of a species in the framework's frame.

    The diagonal is that of ``tracer_diffusivity(per_axis=True)``.

    Returns:
        D in Å²/ps; errors as those of ``tracer_diffusivity``.

    Raises:
        AnalysisError: when the run is not diffusive: a limit has no direction.
    """
    diagonal = tracer_diffusivity(trajectory, species, per_axis=True)
    fitted = tracer_fit(trajectory, species)
    if any(element.bound for element in diagonal):
        raise AnalysisError.about(
            "trajectory",
            "; ".join(not_diffusive(fitted)) or "D ≤ 0",
            "diffusive motion",
            "Run longer or hotter; tracer_diffusivity gives an upper limit.",
        )
    positions = framework_positions(trajectory, trajectory.indices(species), species)
    per_ion = _per_ion_tensor(block_means(positions, fitted.window.block), fitted.window)
    values = per_ion.mean(axis=0)
    spread = per_ion.std(axis=0, ddof=1) if per_ion.shape[0] > 1 else np.full((3, 3), np.inf)
    scatter = spread * math.sqrt(fitted.cooperation / per_ion.shape[0])
    # fewer than eight ions say nothing of their own scatter: Gaussian paths do
    window_error = np.sqrt(_wishart(values) * fitted.window.relative_variance / per_ion.shape[0])
    scatter = scatter if per_ion.shape[0] >= 8 else window_error
    shot = np.sqrt(_wishart(values)) * relative_hop_error(fitted.net_hops)
    errors = np.hypot(scatter, shot)
    return _with_diagonal(values, errors, diagonal)


def conductivity_tensor(trajectory: Trajectory) -> TransportTensor:
    """Return σ_ab = lim ⟨ΔP_a ΔP_b⟩ / (2 t V k_B T) from the polarisation of all ions.

    The diagonal is that of ``collective_conductivity(per_axis=True)``.

    Args:
        trajectory: unwrapped positions of every charge carrier and formal charges.

    Returns:
        σ in S/cm. Errors are those of a Gaussian polarisation, var σ_ab = (σ_aa σ_bb + σ_ab²)/2 times the
        relative variance of a diagonal element.

    Raises:
        AnalysisError: as ``collective_conductivity``.
    """
    diagonal = collective_conductivity(trajectory, per_axis=True)
    _, lag = diffusive_fit(trajectory)
    dipole = total_polarisation(trajectory) / math.sqrt(carriers(trajectory))
    slopes = _per_ion_tensor(block_means(dipole, lag.window.block)[:, None, :], lag.window)[0]
    values = slopes * carriers(trajectory) * per_volume(trajectory)
    relative = np.array([element.standard_error / element.value for element in diagonal])
    errors = np.sqrt(_wishart(values) * np.outer(relative, relative))
    return _with_diagonal(values, errors, diagonal)


def _wishart(values: FloatArray) -> FloatArray:
    """(T_aa T_bb + T_ab²)/2: T_aa² on the diagonal."""
    own = np.diag(values)
    return np.asarray((np.outer(own, own) + values**2) / 2)


def _with_diagonal(values: FloatArray, errors: FloatArray, diagonal: tuple[Estimate, ...]) -> TransportTensor:
    for axis, element in enumerate(diagonal):
        values[axis, axis], errors[axis, axis] = element.value, element.standard_error
    return TransportTensor(
        values, errors, diagonal[0].unit, min(element.n_independent for element in diagonal)
    )


def _per_ion_tensor(blocks: FloatArray, window: DiffusiveWindow) -> FloatArray:
    """Σ_l w_l ⟨Δ_a Δ_b⟩(l) of each ion, shape (n_ions, 3, 3)."""
    result = np.zeros((blocks.shape[1], 3, 3))
    for weight, lag in zip(window.weights, window.lags, strict=True):
        moved = blocks[lag:] - blocks[:-lag]
        result += weight * np.einsum("tia,tib->iab", moved, moved) / moved.shape[0]
    return result
