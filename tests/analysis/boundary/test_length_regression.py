"""L_z/σ_zz = ρ_b L_z + n ASR: exact lines are recovered, intervals hold the truth over noisy ones."""

import numpy as np
import pytest

from grainway.analysis.boundary.length_regression import LengthPoint, cell_resistance, length_regression
from grainway.domain import Estimate
from grainway.errors import AnalysisError

ASR, BULK = 3.0e-7, 2.0
LENGTHS = np.array([30.0, 55.0, 80.0, 130.0])


def truth(lengths=LENGTHS, asr=ASR):
    return BULK * lengths * 1e-8 + 2 * asr


def points(values, relative=0.1, samples=1e4):
    return [
        LengthPoint(float(length), Estimate(float(value), relative * float(value), "Ω cm²", samples))
        for length, value in zip(LENGTHS, values, strict=True)
    ]


@pytest.mark.parametrize("asr", [ASR, 0.0, -1e-7])
def test_an_exact_line_is_recovered_whatever_its_sign(asr):
    fitted = length_regression(points(truth(asr=asr)))
    assert fitted.area_specific_resistance.value == pytest.approx(asr, abs=1e-14)
    assert fitted.bulk_resistivity.value == pytest.approx(BULK, rel=1e-9)
    assert fitted.chi_squared == pytest.approx(0.0, abs=1e-12)
    assert fitted.degrees_of_freedom == 2
    assert fitted.p_value == pytest.approx(1.0)
    assert -1 < fitted.correlation < 0
    # a cell of one boundary holds the whole excess in that one
    single = length_regression(points(truth(asr=asr)), n_boundaries=1)
    assert single.area_specific_resistance.value == pytest.approx(2 * asr, abs=1e-14)


def test_intervals_hold_the_truth_and_show_no_bias():
    rng = np.random.default_rng(0)
    held, asr, bulk, chi = [], [], [], []
    for _ in range(600):
        values = truth() * (1 + 0.1 * rng.normal(size=LENGTHS.size))
        fitted = length_regression(points(values))
        asr.append(fitted.area_specific_resistance.value)
        bulk.append(fitted.bulk_resistivity.value)
        chi.append(fitted.chi_squared)
        for estimate, true in (
            (fitted.area_specific_resistance, ASR),
            (fitted.bulk_resistivity, BULK),
        ):
            held.append(
                [low <= true <= high for low, high in (estimate.interval(0.683), estimate.interval(0.95))]
            )
    share = np.mean(held, axis=0)
    assert 0.63 < share[0] < 0.74
    assert 0.92 < share[1] < 0.98
    for found, true in ((asr, ASR), (bulk, BULK)):
        assert abs(np.mean(found) - true) < 4 * np.std(found) / np.sqrt(len(found))
    assert np.mean(chi) == pytest.approx(2.0, rel=0.15)


def test_few_samples_behind_the_points_widen_the_interval():
    values = truth()
    many = length_regression(points(values)).area_specific_resistance
    few = length_regression(points(values, samples=4)).area_specific_resistance
    assert few.standard_error == pytest.approx(many.standard_error)
    assert np.ptp(few.interval(0.95)) > 1.1 * np.ptp(many.interval(0.95))
    assert 4 <= few.n_independent <= 4 * LENGTHS.size


def test_a_common_error_of_all_cells_does_not_shrink_with_their_number():
    independent = np.diag((0.1 * truth()) ** 2)
    common = 0.1**2 * np.outer(truth(), truth())
    alone = length_regression(points(truth()), covariance=independent)
    assert alone.area_specific_resistance.standard_error == pytest.approx(
        length_regression(points(truth())).area_specific_resistance.standard_error
    )
    both = length_regression(points(truth()), covariance=independent + common)
    added = np.sqrt(alone.bulk_resistivity.standard_error**2 + (0.1 * BULK) ** 2)
    assert both.bulk_resistivity.standard_error == pytest.approx(added)


def test_a_conductivity_gives_the_resistance_of_its_cell():
    point = cell_resistance(50.0, Estimate(0.25, 0.05, "S/cm", 12.0))
    assert point.resistance.value == pytest.approx(50e-8 / 0.25)
    assert point.resistance.standard_error == pytest.approx(0.2 * point.resistance.value)


def test_what_gives_no_line_is_refused():
    good = points(truth())
    with pytest.raises(AnalysisError, match="lengths"):
        length_regression(good[:2])
    with pytest.raises(AnalysisError, match="lengths"):
        length_regression([good[0], good[0], good[1]])
    bound = LengthPoint(30.0, Estimate(1e-6, float("nan"), "Ω cm²", 5.0, "upper"))
    with pytest.raises(AnalysisError, match=r"points\[0\]"):
        length_regression([bound, *good[1:]])
    with pytest.raises(AnalysisError, match="covariance"):
        length_regression(good, covariance=np.eye(3))
    with pytest.raises(AnalysisError, match="covariance"):
        length_regression(good, covariance=np.ones((4, 4)) * 1e-14)
    with pytest.raises(AnalysisError, match="conductivity"):
        cell_resistance(50.0, Estimate(0.0, 0.1, "S/cm", 5.0))
