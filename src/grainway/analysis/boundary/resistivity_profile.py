"""Resistivity along the boundary normal from the motion of the ions themselves."""

import numpy as np

from grainway.analysis.boundary.bands import heights_along_normal
from grainway.analysis.boundary.boundary_resistance import ResistivityProfile
from grainway.analysis.boundary.profile_likelihood import Transitions
from grainway.analysis.boundary.propagator import SplineModel
from grainway.analysis.boundary.smoluchowski_fit import SmoluchowskiFit, fit_smoluchowski
from grainway.analysis.conductivity.collective_conductivity import carrier_charge
from grainway.analysis.motion.displacement import MOBILE_SPECIES
from grainway.analysis.motion.msd_slope import BLOCKS_PER_LAG, SHORTEST_LAG_PS, block_means
from grainway.analysis.motion.self_diffusion import HOP_LENGTH_A
from grainway.analysis.motion.tracer_diffusivity import check_mobile, tracer_fit
from grainway.array_types import FloatArray, IndexArray
from grainway.domain import Trajectory
from grainway.errors import AnalysisError
from grainway.units import BOLTZMANN_EV_PER_K, S_PER_CM_PER_INTERNAL

KNOT_SPACING_A = 3.3
"""Wide enough for few parameters, narrow enough for the edges of a boundary; 5 Å fails for a sharp slab."""

BIN_WIDTH_A = 0.5
_FEWEST_KNOTS = 5
_FEWEST_VISITORS = 3
_FEWEST_LOCAL_HOPS = 10.0
_HOPS_PER_LAG = 2.0
_LONGEST_LAG = 1 / 6


def resistivity_profile(
    trajectory: Trajectory,
    species: str = MOBILE_SPECIES,
    *,
    lag: float | None = None,
    knot_spacing: float = KNOT_SPACING_A,
    bin_width: float = BIN_WIDTH_A,
) -> ResistivityProfile:
    """Return density, diffusivity and resistivity along z, ρ(z) = k_B T / (q² n(z) D_zz(z)).

    n(z) and D_zz(z) maximise the likelihood of the transitions along z between block-averaged heights at
    the lags τ and 2τ, under Smoluchowski dynamics with a vibration of unknown strength on top (after
    Hummer, New J. Phys. 7 (2005) 34). The two lags tell the vibration, and any constant offset of the MSD,
    from diffusion. The resistance of any slab is then the Lifson-Jackson integral ∫ρ dz.

    Measured on walkers through 10 Å slabs three and ten times slower than the rest (800 ions, 30 ps,
    vibration of 0.4 Å): bias of a slab's resistance below 3 %, scatter 9 and 13 %. Whether a resistance still
    changes with h, τ and the knots is what ``resolution_check`` measures.

    Args:
        trajectory: unwrapped positions; z is the boundary normal and is taken modulo L_z = cell[2, 2] in
            the framework's frame.
        species: the carrier.
        lag: τ in ps; by default the time of two net hops per ion, at most a sixth of the run.
        knot_spacing: distance of the splines' knots, Å.
        bin_width: greatest bin width, Å.

    Returns:
        The profile. Errors are clustered by ion, inflated for ions that move together (see
        ``cooperation``), with the shot noise of the hops in quadrature;
        ``lag_sensitivity`` is the relative change of the whole cell's resistance from lags (τ/2, τ) to
        (τ, 2τ).

    Raises:
        AnalysisError: when ions move less than a net hop each, a stretch of z is unvisited or sees fewer than
            ten net hops, the lag does not fit the run, or the fit does not converge.
    """
    charge = carrier_charge(trajectory, species)
    tracer = tracer_fit(trajectory, species)
    check_mobile(tracer)
    heights, length = heights_along_normal(trajectory, species)
    lag = _choose_lag(lag, tracer.value, trajectory)
    model = SplineModel(
        length, max(8, int(np.ceil(length / bin_width))), max(_FEWEST_KNOTS, round(length / knot_spacing))
    )
    fitted = _fit(heights, model, lag, tracer.value, trajectory.time_step)
    shorter = _fit(heights, model, lag / 2, tracer.value, trajectory.time_step)
    density, diffusivity = _profiles(fitted, trajectory, heights.shape[1])
    area_bin = trajectory.volume / length * model.width
    duration = trajectory.n_frames * trajectory.time_step
    hops = density * area_bin * 6 * diffusivity * duration / HOP_LENGTH_A**2
    _check_local_hops(hops, model)
    factor = BOLTZMANN_EV_PER_K * trajectory.temperature / (charge**2 * S_PER_CM_PER_INTERNAL)
    short_density, short_diffusivity = _profiles(shorter, trajectory, heights.shape[1])
    ratio = float(np.sum(1 / (density * diffusivity)) / np.sum(1 / (short_density * short_diffusivity)))
    return ResistivityProfile(
        z=model.centres,
        length=length,
        density=density,
        diffusivity=diffusivity,
        resistivity=factor / (density * diffusivity),
        log_covariance=_log_covariance(fitted) * tracer.cooperation,
        hops=hops,
        resolution=length / model.n_knots,
        lag=lag,
        lag_sensitivity=ratio - 1,
        position_variance=float(fitted.parameters[-1]),
    )


def _choose_lag(lag: float | None, diffusivity: float, trajectory: Trajectory) -> float:
    duration = trajectory.n_frames * trajectory.time_step
    if lag is None:
        hopped = _HOPS_PER_LAG * HOP_LENGTH_A**2 / (6 * diffusivity)
        return float(np.clip(hopped, min(SHORTEST_LAG_PS, _LONGEST_LAG * duration), _LONGEST_LAG * duration))
    if not 4 * trajectory.time_step <= lag <= duration / 4:
        raise AnalysisError.about(
            "lag",
            lag,
            f"{4 * trajectory.time_step:g} to {duration / 4:g} ps for this run",
            "Leave it out, or run longer.",
        )
    return lag


def _fit(
    heights: FloatArray, model: SplineModel, lag: float, diffusivity: float, time_step: float
) -> SmoluchowskiFit:
    block = max(1, int(lag / (BLOCKS_PER_LAG * time_step)))
    step = block * time_step
    bins = (
        np.floor(np.mod(block_means(heights, block), model.length) / model.width).astype(np.intp)
        % model.n_bins
    )
    first = max(1, round(lag / step))
    lags = np.array([first, 2 * first], dtype=np.intp)
    # a Brownian path averaged over s frames has ⟨Δx²⟩ = 2 D [t - step (1 - 1/s²)/3]
    effective = np.asarray(lags * step - step * (1 - 1 / block**2) / 3, dtype=np.float64)
    transitions = Transitions(bins, lags, effective)
    visits = _check_visits(bins, model)
    log_density = np.linalg.lstsq(model.centre_basis, np.log(visits + 1.0), rcond=None)[0]
    start = np.concatenate(
        [
            log_density - log_density.mean(),
            np.full(model.n_knots, np.log(diffusivity)),
            [model.width**2 / 12 + 0.03],
        ]
    )
    return fit_smoluchowski(model, transitions, start)


def _check_visits(bins: IndexArray, model: SplineModel) -> FloatArray:
    stretch = bins * model.n_knots // model.n_bins
    for index in range(model.n_knots):
        visitors = int(np.count_nonzero((stretch == index).any(axis=0)))
        if visitors < _FEWEST_VISITORS:
            low = index * model.length / model.n_knots
            raise AnalysisError.about(
                f"ions between z = {low:.1f} and {low + model.length / model.n_knots:.1f} Å",
                visitors,
                f"{_FEWEST_VISITORS} or more",
                "Run longer, or check that the structure has no void.",
            )
    return np.bincount(bins.ravel(), minlength=model.n_bins).astype(np.float64)


def _check_local_hops(hops: FloatArray, model: SplineModel) -> None:
    per_stretch = hops * model.n_bins / model.n_knots
    lowest = int(np.argmin(per_stretch))
    if per_stretch[lowest] < _FEWEST_LOCAL_HOPS:
        raise AnalysisError.about(
            f"net hops near z = {model.centres[lowest]:.1f} Å",
            round(float(per_stretch[lowest]), 2),
            f"{_FEWEST_LOCAL_HOPS:g} or more per knot",
            "Run longer or hotter.",
        )


def _profiles(fitted: SmoluchowskiFit, trajectory: Trajectory, n_ions: int) -> tuple[FloatArray, FloatArray]:
    model = fitted.model
    volume = trajectory.volume / model.n_bins
    density = n_ions * model.probabilities(fitted.parameters) / volume
    logarithm = model.centre_basis @ fitted.parameters[model.n_knots : 2 * model.n_knots]
    return density, np.asarray(np.exp(logarithm))


def _log_covariance(fitted: SmoluchowskiFit) -> FloatArray:
    model = fitted.model
    n, knots = model.n_bins, model.n_knots
    jacobian = np.zeros((2 * n, 2 * knots))
    jacobian[:n, :knots] = model.log_probability_jacobian(model.probabilities(fitted.parameters))
    jacobian[n:, knots:] = model.centre_basis
    return np.asarray(jacobian @ fitted.covariance()[:-1, :-1] @ jacobian.T)
