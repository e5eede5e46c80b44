"""Heights along the boundary normal and the bands around boundaries."""

from collections.abc import Sequence

import numpy as np

from grainway.analysis.motion.displacement import framework_positions
from grainway.array_types import FloatArray
from grainway.domain import Trajectory
from grainway.errors import AnalysisError


def heights_along_normal(trajectory: Trajectory, species: str) -> tuple[FloatArray, float]:
    """Return unwrapped heights in the framework's frame, shape (n_frames, n_ions), and the mean L_z, both Å.

    Raises:
        AnalysisError: when a cell vector other than the third has a z component.
    """
    check_normal(trajectory)
    cell = trajectory.cell
    heights = framework_positions(trajectory, trajectory.indices(species), species)[:, :, 2]
    length = float(trajectory.mean_cell[2, 2])
    if cell.ndim == 3:
        heights = heights * (length / cell[:, 2, 2])[:, None]
    return heights, length


def check_normal(trajectory: Trajectory) -> None:
    """Raise AnalysisError unless z is the boundary normal: no z component in the first two cell vectors."""
    cell = trajectory.cell
    if np.abs(cell[..., :2, 2]).max() > 1e-8 * float(np.abs(cell).max()):
        raise AnalysisError.about(
            "cell",
            "a or b has a z component",
            "the first two cell vectors lie in the boundary plane",
            "Rotate the cell so that z is the boundary normal.",
        )


def closest_boundaries(boundaries: Sequence[float], length: float) -> float:
    """Return the least distance between boundaries of a periodic cell, or L_z for a single one, Å."""
    heights = np.sort(np.mod(np.asarray(boundaries, dtype=np.float64), length))
    return float(np.diff(np.append(heights, heights[0] + length)).min())


def check_slabs(boundaries: Sequence[float], width: float, length: float) -> None:
    """Raise AnalysisError unless slabs of a width around the boundaries fit the cell without overlap."""
    if len(boundaries) == 0:
        raise AnalysisError.about(
            "boundaries", list(boundaries), "one height or more", "Pass GrainBoundary.boundary_positions."
        )
    closest = closest_boundaries(boundaries, length)
    if not 0 < width <= closest * (1 + 1e-12):
        raise AnalysisError.about(
            "width",
            width,
            f"above 0 and at most {closest:g} Å, the distance of the boundaries",
            "Use a narrower slab.",
        )
