"""The objective is a logarithm with an error, and knows what it refers to."""

import math

import numpy as np
import pytest

from grainway.analysis import arrhenius_fit
from grainway.design_space.objective import ObjectiveValue, log10_boundary_resistivity
from grainway.domain import Estimate
from grainway.errors import AnalysisError


def test_a_decade_is_one():
    def y(value):
        estimate = Estimate(value, 0.1 * value, "Ω cm", 20)
        return log10_boundary_resistivity(estimate, boundary_width=10.0, temperature=900.0)

    assert y(1000.0).y == pytest.approx(3.0)
    assert y(1000.0).y - y(100.0).y == pytest.approx(1.0)
    assert y(1000.0).standard_error == pytest.approx(y(100.0).standard_error)


def test_the_error_is_that_of_the_logarithm():
    rng = np.random.default_rng(4)
    estimate = Estimate(50.0, 1.0, "Ω cm", 20)
    spread = np.log10(50.0 + rng.standard_normal(200_000)).std()
    told = log10_boundary_resistivity(estimate, boundary_width=10.0, temperature=900.0)
    assert told.standard_error == pytest.approx(spread, rel=0.01)


def test_the_label_states_width_and_temperature():
    told = ObjectiveValue(y=1.0, standard_error=0.1, boundary_width=8.1, temperature=1200.0)
    assert "8.1 Å" in told.label
    assert "1200 K" in told.label
    assert ObjectiveValue(**told.to_dict()) == told
    assert "predicted" not in told.label
    ladder = (1400.0, 1200.0, 1000.0)
    predicted = ObjectiveValue(
        y=1.0, standard_error=0.1, boundary_width=8.1, temperature=300.0, ladder=ladder
    )
    assert "300 K, predicted from runs at 1400, 1200, 1000 K" in predicted.label
    assert ObjectiveValue(**predicted.to_dict()) == predicted


def test_a_prediction_keeps_the_error_of_its_logarithm():
    """Decades of error make no difference to the delta method, which only undoes what the fit has done."""
    rho = {1400.0: 2.0, 1200.0: 4.0, 1000.0: 9.0}
    fit = arrhenius_fit([(t, Estimate(v, 0.2 * v, "Ω cm", 100)) for t, v in rho.items()])
    told = log10_boundary_resistivity(
        fit.predict(300.0), boundary_width=10.0, temperature=300.0, ladder=tuple(rho)
    )
    logarithm = fit.predict_log10(300.0)
    assert told.y == pytest.approx(logarithm.value)
    assert told.standard_error == pytest.approx(logarithm.standard_error)


@pytest.mark.parametrize(
    ("estimate", "field"),
    [
        (Estimate(5.0, math.nan, "Ω cm", 3, "lower"), "bound"),
        (Estimate(0.0, 1.0, "Ω cm", 3), "value"),
        (Estimate(-5.0, 1.0, "Ω cm", 3), "value"),
        (Estimate(5.0, 1.0, "S/cm", 3), "unit"),
    ],
)
def test_what_has_no_logarithm_is_refused(estimate, field):
    with pytest.raises(AnalysisError, match=field):
        log10_boundary_resistivity(estimate, boundary_width=10.0, temperature=900.0)


@pytest.mark.parametrize("name", ["boundary_width", "temperature"])
def test_width_and_temperature_must_be_stated(name):
    stated = {"boundary_width": 10.0, "temperature": 900.0, name: 0.0}
    with pytest.raises(AnalysisError, match=name):
        log10_boundary_resistivity(Estimate(5.0, 1.0, "Ω cm", 3), **stated)
