"""The brick layer between its limits: thick grains, thin grains, and never above its parts."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from grainway.analysis import boundary_share, polycrystal_conductivity
from grainway.domain import Estimate
from grainway.errors import AnalysisError

WIDTH_A = 10.8
CM_PER_A, CM_PER_UM = 1e-8, 1e-4
conductivities = st.floats(-8, 2).map(lambda exponent: 10.0**exponent)


def known(value, unit, relative=0.05):
    return Estimate(value, abs(value) * relative, unit, 100.0)


def boundary(sigma_b, across, along):
    """ASR and G_ex of a band of width δ with conductivities of its own across and along."""
    resistance = WIDTH_A * CM_PER_A * (1 / across - 1 / sigma_b)
    excess = WIDTH_A * CM_PER_A * (along - sigma_b)
    return known(resistance, "Ω cm²"), known(excess, "S")


@given(
    sigma_b=conductivities,
    across=conductivities,
    along=conductivities,
    widths=st.floats(3.0001, 1e6),
    use_faces=st.booleans(),
)
def test_no_polycrystal_conducts_better_than_the_best_of_its_parts(sigma_b, across, along, widths, use_faces):
    """T6: σ_total ≤ max(σ_b, σ_gb)."""
    resistance, excess = boundary(sigma_b, across, along)
    size = widths * WIDTH_A * 1e-4
    given = (known(sigma_b, "S/cm"), resistance, size, excess if use_faces else None)
    series = 1 / (1 / sigma_b + resistance.value / (size * CM_PER_UM))
    if use_faces and series + 2 * excess.value / (size * CM_PER_UM) <= 0:
        # faces that block more than the rest conducts are outside what first order can say
        with pytest.raises(AnalysisError, match="excess_conductance"):
            polycrystal_conductivity(*given)
        return
    total = polycrystal_conductivity(*given)
    parts = [sigma_b, across, along] if use_faces else [sigma_b, across]
    assert 0 < total.value <= max(parts) * (1 + 1e-6)


def test_thick_grains_conduct_as_the_bulk():
    resistance, excess = boundary(1.0, 0.1, 0.2)
    assert polycrystal_conductivity(known(1.0, "S/cm"), resistance, 1e6, excess).value == pytest.approx(1.0)


def test_resistances_add_in_series():
    """A cell of thickness d with one boundary in it."""
    resistance, _ = boundary(1.0, 0.01, 1.0)
    total = polycrystal_conductivity(known(1.0, "S/cm"), resistance, 0.1)
    thickness = 0.1 * CM_PER_UM
    band = WIDTH_A * CM_PER_A
    assert thickness / total.value == pytest.approx((thickness - band) / 1.0 + band / 0.01)


def test_conductive_faces_add_twice_their_share():
    resistance, excess = boundary(1.0, 1.0, 5.0)
    total = polycrystal_conductivity(known(1.0, "S/cm"), resistance, 1.0, excess)
    share = WIDTH_A * CM_PER_A / CM_PER_UM
    assert total.value - 1.0 == pytest.approx(2 * share * (5.0 - 1.0))


def test_the_error_is_that_of_redrawn_inputs():
    rng = np.random.default_rng(2)
    resistance, excess = boundary(1.0, 0.01, 8.0)
    bulk = known(1.0, "S/cm")

    def drawn(estimate):
        return Estimate(rng.normal(estimate.value, estimate.standard_error), 0.0, estimate.unit, 9.0)

    spread = np.std(
        [
            polycrystal_conductivity(drawn(bulk), drawn(resistance), 0.1, drawn(excess)).value
            for _ in range(4000)
        ]
    )
    stated = polycrystal_conductivity(bulk, resistance, 0.1, excess).standard_error
    assert stated == pytest.approx(spread, rel=0.06)


def test_conductivity_rises_with_the_grain_size_of_resistive_boundaries():
    resistance, _ = boundary(1.0, 0.01, 1.0)
    sizes = (0.01, 0.1, 1.0, 10.0)
    values = [polycrystal_conductivity(known(1.0, "S/cm"), resistance, size).value for size in sizes]
    assert values == sorted(values)


@given(across=conductivities, size=st.floats(0.01, 100))
def test_the_share_is_what_removing_all_boundaries_gains(across, size):
    bulk = known(1.0, "S/cm")
    resistance, _ = boundary(1.0, across, 1.0)
    share = boundary_share(bulk, resistance, size)
    gained = bulk.value / polycrystal_conductivity(bulk, resistance, size).value
    assert 1 / (1 - share.value) == pytest.approx(gained, rel=1e-6)


BULK, RESISTANCE = known(1.0, "S/cm"), known(1e-6, "Ω cm²")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((Estimate(1.0, math.nan, "S/cm", 9.0, "upper"), RESISTANCE, 1.0), "bulk"),
        ((known(-1.0, "S/cm"), RESISTANCE, 1.0), "bulk"),
        ((BULK, known(1e-6, "Ω cm"), 1.0), "resistance"),
        ((BULK, known(-1e-6, "Ω cm²"), 1.0), "resistance"),
        ((BULK, RESISTANCE, 0.003), "three boundary widths"),
        ((BULK, RESISTANCE, math.nan), "grain_size_um"),
        ((BULK, RESISTANCE, 1.0, known(-1.0, "S")), "excess_conductance"),
        ((BULK, RESISTANCE, 1.0, known(1.0, "S/cm")), "excess_conductance"),
    ],
)
def test_what_the_model_is_not_for_is_refused(arguments, message):
    with pytest.raises(AnalysisError, match=message):
        polycrystal_conductivity(*arguments)
