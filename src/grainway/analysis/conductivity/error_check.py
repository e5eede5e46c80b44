"""A second opinion on the error of one run: the scatter of blocks of time and axes."""

import math
from dataclasses import dataclass
from typing import Literal, get_args

from grainway.analysis.conductivity.block_check import block_variance
from grainway.analysis.conductivity.collective_conductivity import (
    collective_conductivity,
    diffusive_fit,
    per_volume,
    polarisation,
)
from grainway.analysis.motion.msd_slope import block_means, per_time_block
from grainway.analysis.motion.tracer_diffusivity import tracer_diffusivity, tracer_fit
from grainway.array_types import FloatArray
from grainway.domain import Estimate, Trajectory
from grainway.errors import AnalysisError

Quantity = Literal["tracer", "conductivity"]

_DISAGREEMENT = 2.0


@dataclass(frozen=True, eq=False)
class SecondOpinion:
    """An estimate beside what blocks of time and axes say of the same quantity.

    Attributes:
        main: the estimate as reported.
        blocks: mean and standard error of the blocks alone, ``n_independent`` their degrees of freedom + 1.
    """

    main: Estimate
    blocks: Estimate

    @property
    def error_ratio(self) -> float:
        """Standard error of the blocks over the reported one."""
        return self.blocks.standard_error / self.main.standard_error

    @property
    def warning(self) -> str | None:
        """What to tell the user when the two errors differ by more than a factor of two either way."""
        if 1 / _DISAGREEMENT <= self.error_ratio <= _DISAGREEMENT:
            return None
        return (
            f"blocks of time scatter by {self.blocks.standard_error:.2g} {self.main.unit}, "
            f"the stated error is {self.main.standard_error:.2g}: trust the scatter of replicas, not one run"
        )


def second_opinion(trajectory: Trajectory, quantity: Quantity = "tracer") -> SecondOpinion:
    """Return an estimate beside the one from 2 to 10 blocks of time, axis by axis.

    Blocks know nothing of ions, hops or Brownian paths: they are honest and about twice as noisy. Where they
    scatter significantly more than the stated error (F test at 0.1 %) they have already replaced it there.

    Args:
        trajectory: unwrapped positions.
        quantity: ``"tracer"`` for D* or ``"conductivity"`` for the Einstein conductivity.

    Returns:
        Both, and a warning where their errors differ by more than a factor of two.

    Raises:
        AnalysisError: as the estimate, or when the run is not diffusive: a limit has no standard error.
    """
    if quantity not in get_args(Quantity):
        raise AnalysisError.about(
            "quantity", quantity, "'tracer' or 'conductivity'", "Choose one of the two."
        )
    if quantity == "tracer":
        main = tracer_diffusivity(trajectory)
        if main.bound is not None:
            raise AnalysisError.about(
                "trajectory", str(main), "diffusive motion", "Run longer or hotter: a limit has no error."
            )
        return SecondOpinion(main, _estimate(tracer_fit(trajectory).per_block, main.unit))
    main = collective_conductivity(trajectory)
    _, lag = diffusive_fit(trajectory)
    scale = math.sqrt(per_volume(trajectory))
    dipole = block_means(polarisation(trajectory) * scale, lag.window.block)
    return SecondOpinion(main, _estimate(per_time_block(dipole[:, None, :], lag.window), main.unit))


def _estimate(per_block: FloatArray, unit: str) -> Estimate:
    variance, freedom = block_variance(per_block)
    return Estimate(float(per_block.mean()), math.sqrt(variance), unit, freedom + 1.0)
