"""Transport from the zero-frequency limit of the current's power spectrum.

The current is the difference of block-averaged polarisations, so vibrations are averaged out before anything
is fitted. At low frequency its spectrum is ln S(f) = a + b f² and each periodogram point is Gamma distributed
about it (Whittle), which makes the error that of a likelihood, not of residuals. It is fitted up to the
frequency that the ions' own diffusion allows; vibrations, which add to the spectrum where memory multiplies
it, have a form of their own. STACIE (extra ``stacie``; T. Verstraelen and co-workers, J. Chem. Inf. Model.
2025) with its own search of the cut-off is there as a second opinion.
"""

import math
from dataclasses import dataclass
from typing import Literal

import numpy as np
from scipy import fft
from scipy.special import chdtrc

from grainway.array_types import FloatArray
from grainway.errors import AnalysisError

Engine = Literal["stacie", "own"]

_FEWEST_POINTS = 4
_OWN_CUT = 0.4
_STACIE_CUT = 0.35
_STACIE_POINTS = 10
_STACIE_SHARE = 0.6
_WORST_COST = 5.0
_ITERATIONS = 100
_NO_FIT = 1e-3


@dataclass(frozen=True, eq=False)
class CurrentSpectrum:
    """Power spectrum of a current.

    Attributes:
        currents: mean currents over the steps, shape (n_steps, n_axes).
        step: length of a step, ps.
        frame: time between the frames averaged into blocks of one step, ps.
        frequencies: from 0, shape (n_frequencies,), 1/ps.
        density: half the two-sided density, mean over axes, shape (n_frequencies,); its limit at zero
            frequency is lim ⟨ΔP²⟩/2t.
    """

    currents: FloatArray
    step: float
    frame: float
    frequencies: FloatArray
    density: FloatArray


def current_spectrum(dipole: FloatArray, step: float, frame: float) -> CurrentSpectrum:
    """Return the power spectrum of the current of a block-averaged polarisation.

    Args:
        dipole: shape (n_blocks, n_axes).
        step: time between blocks, ps.
        frame: time between the frames within a block, ps.

    Returns:
        The spectrum, with the filter of block averaging taken out.
    """
    currents = np.diff(dipole, axis=0) / step
    n = currents.shape[0]
    density = (np.abs(fft.rfft(currents, axis=0)) ** 2).mean(axis=1) * step / (2 * n)
    frequencies = fft.rfftfreq(n, step)
    block = round(step / frame)
    angle = np.pi * frequencies * frame
    # steps of frames averaged over blocks and differenced pass a triangle of twice the block's width
    passed = np.ones(frequencies.size)
    passed[1:] = (np.sin(block * angle[1:]) / (block * np.sin(angle[1:]))) ** 4
    return CurrentSpectrum(currents, step, frame, frequencies, density / np.maximum(passed, 1e-12))


def zero_frequency(
    spectrum: CurrentSpectrum, first_lag: float, engine: Engine = "own"
) -> tuple[float, float]:
    """Return S(0) and its relative variance for the mean over axes.

    Args:
        spectrum: the spectrum of a current.
        first_lag: time beyond which the current has no memory, ps.
        engine: ``"own"``, or ``"stacie"`` where that is installed.

    Raises:
        AnalysisError: when there are too few frequencies or no plateau, or STACIE is not installed.
    """
    if engine == "stacie":
        return _by_stacie(spectrum, _STACIE_CUT / first_lag)
    return _by_likelihood(spectrum, _OWN_CUT / first_lag)


def _by_likelihood(spectrum: CurrentSpectrum, highest: float) -> tuple[float, float]:
    """Gamma likelihood of ln S = a + b f² by Fisher scoring, corrected for its bias of order 1/n."""
    used = spectrum.frequencies <= highest
    n_points = int(used.sum())
    _require_points(n_points, highest)
    # a point is a mean over axes of χ²₂/2, at zero frequency of χ²₁
    shape = np.full(n_points, float(spectrum.currents.shape[1]))
    shape[0] /= 2
    squared = (spectrum.frequencies[used] / highest) ** 2
    density = spectrum.density[used]
    level, curvature = math.log(float(shape @ density / shape.sum())), 0.0
    for _ in range(_ITERATIONS):
        bend = curvature * squared
        # vibrations add to the spectrum, memory of the current multiplies it
        logarithm = level + (np.log1p(bend) if curvature > 0 else bend)
        slope = squared / (1 + bend) if curvature > 0 else squared
        design = np.stack([np.ones(n_points), slope], axis=1)
        covariance = np.linalg.inv(design.T @ (shape[:, None] * design))
        ratio = density / np.exp(logarithm)
        change = covariance @ design.T @ (shape * (ratio - 1))
        level, curvature = (
            level + float(np.clip(change[0], -1, 1)),
            curvature + float(np.clip(change[1], -1, 1)),
        )
        if np.abs(change).max() < 1e-8:
            break
    deviance = 2 * float(shape @ (ratio - 1 - np.log(ratio)))
    # the deviance of a Gamma point is 1 + 1/(6 shape) times χ²₁ on average
    if chdtrc(n_points - 2, deviance / (1 + 1 / (6 * float(shape.mean())))) < _NO_FIT:
        raise _no_plateau("the spectrum is not smooth", highest)
    # Cordeiro and McCullagh, J. R. Stat. Soc. B 53 (1991) 629: bias of the parameters of a linear model
    leverage = np.einsum("ki,ij,kj->k", design, covariance, design)
    bias = -0.5 * covariance @ design.T @ (shape * leverage)
    variance = float(covariance[0, 0])
    return float(np.exp(level - bias[0] - variance / 2)), variance


def _by_stacie(spectrum: CurrentSpectrum, highest: float) -> tuple[float, float]:
    try:
        from stacie import ExpPolyModel, compute_spectrum, estimate_acint
    except ImportError as error:
        raise AnalysisError("method 'stacie' needs STACIE: pip install 'grainway[stacie]'") from error

    computed = compute_spectrum(spectrum.currents.T, timestep=spectrum.step)
    n_points = int((computed.freqs <= highest).sum())
    _require_points(n_points, highest)
    # short runs: its own least number of points, ten, would reach beyond the cut
    fewest = min(_STACIE_POINTS, int(_STACIE_SHARE * n_points))
    result = estimate_acint(computed, ExpPolyModel([0, 2]), fcut_max=highest, neff_min=fewest)
    if result.props["cost_zscore"] > _WORST_COST:
        raise _no_plateau("the spectrum is not smooth", highest)
    return float(result.acint), float((result.acint_std / result.acint) ** 2)


def _require_points(n_points: int, highest: float) -> None:
    if n_points < _FEWEST_POINTS:
        raise _no_plateau(f"only {n_points} frequencies", highest)


def _no_plateau(why: str, highest: float) -> AnalysisError:
    return AnalysisError(
        f"spectrum below {highest:.3g} /ps has no plateau ({why}). Run longer, or use method='einstein'."
    )
