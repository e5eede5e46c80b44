"""Conductivity from the current that a constant field drives along z, in non-equilibrium runs.

With the force z_i e E on every ion (formal charges z_i) linear response gives ⟨J⟩ = σ V E for the collective
current J = Σ z_i e v_i: the same σ as the Green-Kubo integral, with all correlations between ions in it.
Fields of both signs cancel everything even in E, several strengths show what is not linear.

The current of a run of length t has the variance 2 σ V k_B T/t, so that one run is good to
√(2 k_B T/(σ V E² t)): the larger the field the better, until e E a ≪ 2 k_B T no longer holds for the
distance a that charge moves in one jump.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import erfc, nan, sqrt

import numpy as np

from grainway.analysis.boundary.boundary_resistance import (
    RESISTANCE_UNIT,
    area_specific_resistance,
    bulk_resistivity,
)
from grainway.array_types import FloatArray
from grainway.domain import Estimate, Trajectory
from grainway.domain.student import Z_95_ONE_SIDED
from grainway.errors import AnalysisError
from grainway.units import BOLTZMANN_EV_PER_K, CM_PER_A, S_PER_CM_PER_INTERNAL

JUMP_A = 4.0
"""Between neighbouring tetrahedra of the garnet, a√6/8; hops to the octahedron between are half as long."""
_LARGEST_SHARE_OF_KT = 1.0
_SHORTEST_BLOCK_PS = 1.0
_BLOCKS = 10
_SETTLING_PS = 1.0
_FEWEST_FIELDS = 3


@dataclass(frozen=True, kw_only=True, eq=False)
class FieldRun:
    """One run at one field.

    Attributes:
        field: along z, with its sign, V/Å.
        dipole: Σ z_i e r_z over all ions, unwrapped, shape (n_frames,), e Å.
        times: evenly spaced, shape (n_frames,), ps.
    """

    field: float
    dipole: FloatArray
    times: FloatArray

    @classmethod
    def of(cls, trajectory: Trajectory, field: float) -> FieldRun:
        """Return the run of a trajectory.

        Args:
            trajectory: all ions, or the carriers alone in the charge-weighted frame of the others.
            field: V/Å.
        """
        return cls(
            field=field, dipole=trajectory.positions[:, :, 2] @ trajectory.charges, times=trajectory.times
        )


@dataclass(frozen=True, kw_only=True)
class FieldPoint:
    """A pair of runs at ±E.

    Attributes:
        field: E, V/Å.
        conductivity: half the difference of the current densities over E, S/cm.
        even_share: half their sum over half their difference, which vanishes by symmetry.
    """

    field: float
    conductivity: Estimate
    even_share: Estimate


@dataclass(frozen=True, kw_only=True)
class FieldResponse:
    """What the fields say together.

    Attributes:
        conductivity: slope of the current density through the origin, S/cm; an upper bound when it does not
            differ from zero.
        points: each field.
        expected_relative_error: of the slope, by linear response at the measured conductivity; nan with a
            bound.
        cubic_share: third-order part of the current at the largest field over the linear one.
        cubic_p_value: probability of such a third-order part in a linear material.
        symmetry_p_value: probability of such even parts in a symmetric cell.
    """

    conductivity: Estimate
    points: tuple[FieldPoint, ...]
    expected_relative_error: float
    cubic_share: Estimate
    cubic_p_value: float
    symmetry_p_value: float


def largest_linear_field(temperature: float) -> float:
    """Return the largest field that is taken as linear, k_B T/(e a) with a = 4 Å, V/Å.

    There hops over even barriers are off by sinh(x)/x − 1, x = e E a/(2 k_B T): 4 % for a = 4 Å and 1 % for
    the 2 Å of single hops.
    """
    return _LARGEST_SHARE_OF_KT * BOLTZMANN_EV_PER_K * temperature / JUMP_A


def check_fields(fields: Sequence[float], temperature: float) -> tuple[float, ...]:
    """Return the strengths in rising order.

    Args:
        fields: strengths without sign, V/Å.
        temperature: K.

    Raises:
        AnalysisError: when there are fewer than three, or one is not positive or beyond the linear range.
    """
    limit = largest_linear_field(temperature)
    strengths = tuple(sorted(set(fields)))
    if len(strengths) < _FEWEST_FIELDS:
        raise AnalysisError.about(
            "fields", tuple(fields), "three strengths or more", "One strength cannot show what is not linear."
        )
    if strengths[0] <= 0 or strengths[-1] > limit * (1 + 1e-9):
        raise AnalysisError.about(
            "fields",
            tuple(fields),
            f"above 0 and up to {limit:.4g} V/Å: e E a = k_B T at {temperature:g} K for a = {JUMP_A:g} Å",
            "Lower the fields and run longer instead.",
        )
    return strengths


def _in_pairs(
    runs: Sequence[FieldRun], temperature: float
) -> tuple[dict[float, FieldRun], tuple[float, ...]]:
    """Return the runs by signed field and the strengths, each of which has both signs."""
    signed = {run.field: run for run in runs}
    if len(signed) != len(runs):
        raise AnalysisError("each field must be given once; join runs at the same field first")
    strengths = check_fields([abs(field) for field in signed], temperature)
    missing = [field for strength in strengths for field in (strength, -strength) if field not in signed]
    if missing:
        raise AnalysisError.about(
            "fields", sorted(signed), "both signs of every strength", f"Run {missing[0]:+g} V/Å too."
        )
    return signed, strengths


def field_conductivity(
    runs: Sequence[FieldRun], *, volume: float, temperature: float, settling: float = _SETTLING_PS
) -> FieldResponse:
    """Return σ_zz from pairs of runs at ±E.

    The mean current of a run is the slope of its dipole between the ends. Its error comes from blocks of
    1 ps or longer, ten per run where it is long enough, pooled over all runs: to first order the noise does
    not depend on the field.

    Args:
        runs: for each of three strengths or more one run at +E and one at −E.
        volume: Å³.
        temperature: K.
        settling: left out at the start of each run, ps.

    Returns:
        The response; the standard error of the slope is that of the blocks, to be read as Student-t with
        their degrees of freedom.

    Raises:
        AnalysisError: when a sign is missing, a field is not in the linear range or a run is too short.
    """
    signed, strengths = _in_pairs(runs, temperature)
    blocks = {field: _block_currents(run, settling) / volume for field, run in signed.items()}
    deviations = np.concatenate([values - values.mean() for values in blocks.values()])
    freedom = deviations.size - len(blocks)
    spread = float(np.sum(deviations**2)) / freedom
    field = np.array(strengths)
    plus = np.array([blocks[strength].mean() for strength in strengths])
    minus = np.array([blocks[-strength].mean() for strength in strengths])
    variance = np.array([spread / 4 * (1 / blocks[s].size + 1 / blocks[-s].size) for s in strengths])
    odd, even = (plus - minus) / 2, (plus + minus) / 2
    weight = field**2 / variance
    slope = float(np.sum(field * odd / variance) / np.sum(weight))
    error = 1 / sqrt(float(np.sum(weight)))
    cubic, cubic_error = _cubic(field, odd, variance)
    share = float(field[-1]) ** 2 / slope
    value = _estimate(slope, error, freedom + 1)
    expected = nan
    if value.bound is None:
        time = np.array([signed[s].times[-1] - signed[s].times[0] - settling for s in strengths])
        information = (
            float(np.sum(2 * field**2 * time)) * slope * volume / (2 * BOLTZMANN_EV_PER_K * temperature)
        )
        expected = 1 / sqrt(information)
    return FieldResponse(
        conductivity=value,
        points=tuple(
            FieldPoint(
                field=float(f),
                conductivity=_estimate(float(o / f), float(sqrt(v) / f), freedom + 1),
                even_share=Estimate(float(e / o), float(sqrt(v) / abs(o)), "1", freedom + 1),
            )
            for f, o, e, v in zip(field, odd, even, variance, strict=True)
        ),
        expected_relative_error=expected,
        cubic_share=Estimate(cubic * share, abs(cubic_error * share), "1", freedom + 1),
        cubic_p_value=erfc(abs(cubic / cubic_error) / sqrt(2)),
        symmetry_p_value=_chi_squared_tail(float(np.sum(even**2 / variance)), len(strengths)),
    )


def field_resistance(across: Estimate, bulk: Estimate, length: float, n_boundaries: int = 2) -> Estimate:
    """Return the area-specific resistance per boundary, (L_z/n)(1/σ_zz − 1/σ_bulk), Ω cm².

    Width-free; negative where a boundary conducts better than the bulk.

    Args:
        across: σ_zz of the boundary cell, S/cm.
        bulk: σ of the bulk at the same potential, composition and temperature, S/cm.
        length: L_z, Å.
        n_boundaries: in the cell.

    Returns:
        The resistance, with the errors of both; a lower bound when σ_zz is an upper one.

    Raises:
        AnalysisError: when the bulk value is a bound.
    """
    cell = bulk_resistivity(across).scaled(length * CM_PER_A, RESISTANCE_UNIT)
    return area_specific_resistance(cell, bulk_resistivity(bulk), length, n_boundaries)


def _block_currents(run: FieldRun, settling: float) -> FloatArray:
    """Return the mean current of each block, e Å/ps."""
    step = float(run.times[1] - run.times[0])
    settled = run.dipole[round(settling / step) :]
    per_block = max((settled.size - 1) // _BLOCKS, round(_SHORTEST_BLOCK_PS / step), 1)
    n_blocks = (settled.size - 1) // per_block
    if n_blocks < 2:
        raise AnalysisError.about(
            "time",
            float(run.times[-1] - run.times[0]),
            f"{settling:g} ps of settling and two blocks of {_SHORTEST_BLOCK_PS:g} ps or more",
            "Run longer.",
        )
    return np.asarray(np.diff(settled[: n_blocks * per_block + 1 : per_block]) / (per_block * step))


def _cubic(field: FloatArray, odd: FloatArray, variance: FloatArray) -> tuple[float, float]:
    """Return the coefficient of E³ beside a linear term, and its standard error."""
    design = np.column_stack([field, field**3]) / np.sqrt(variance)[:, None]
    scale = np.linalg.norm(design, axis=0)
    covariance = np.linalg.inv((design / scale).T @ (design / scale))
    coefficients = covariance @ (design / scale).T @ (odd / np.sqrt(variance))
    return float(coefficients[1] / scale[1]), float(sqrt(covariance[1, 1]) / scale[1])


def _chi_squared_tail(value: float, freedom: int) -> float:
    from scipy.special import gammaincc  # heavy, and only needed here

    return float(gammaincc(freedom / 2, value / 2))


def _estimate(slope: float, error: float, n_independent: int) -> Estimate:
    """Return a conductivity in S/cm; an upper bound where it does not differ from zero."""
    value = Estimate(slope, error, "e2/(A ps eV)", n_independent)
    if value.interval(0.95)[0] > 0:
        return value.scaled(S_PER_CM_PER_INTERNAL, "S/cm")
    limit = max(slope, 0.0) + Z_95_ONE_SIDED * error
    return Estimate(limit * S_PER_CM_PER_INTERNAL, nan, "S/cm", n_independent, "upper")
