"""Conductivities against the lag at which they are read, for a look at whether there is a plateau."""

from dataclasses import dataclass

import numpy as np

from grainway.analysis.conductivity.collective_conductivity import polarisation
from grainway.analysis.motion.displacement import mean_squared_displacement
from grainway.array_types import FloatArray
from grainway.domain import Trajectory
from grainway.units import BOLTZMANN_EV_PER_K, S_PER_CM_PER_INTERNAL

_CURVE_POINTS = 60
_LONGEST_LAG = 1 / 3


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class RunningConductivity:
    """Conductivities against the lag.

    Attributes:
        lags: ps, shape (n_lags,).
        nernst_einstein: N q² MSD/6t over V k_B T, S/cm.
        collective: ⟨ΔP²⟩/6t over V k_B T, S/cm.
    """

    lags: FloatArray
    nernst_einstein: FloatArray
    collective: FloatArray


def running_conductivity(run: Trajectory) -> RunningConductivity | None:
    """Return both conductivities at lags up to a third of the run; None for ions of several charges."""
    charges = set(run.charges.tolist())
    if len(charges) != 1:
        return None
    squared = charges.pop() ** 2
    last = max(2, int(run.n_frames * _LONGEST_LAG))
    lags = np.unique(np.geomspace(1, last, _CURVE_POINTS).astype(np.intp))
    times = lags * run.time_step
    thermal = run.volume * BOLTZMANN_EV_PER_K * run.temperature
    own = mean_squared_displacement(run.positions)[lags].sum(axis=1)
    common = mean_squared_displacement(polarisation(run)[:, None, :])[lags].sum(axis=1)
    factor = S_PER_CM_PER_INTERNAL / (6 * times * thermal)
    return RunningConductivity(
        lags=np.asarray(times),
        nernst_einstein=np.asarray(factor * own * squared * len(run.species)),
        collective=np.asarray(factor * common),
    )
