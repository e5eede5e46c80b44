"""Whatever is reckoned from measured numbers states an error that is the scatter of what it states."""

import numpy as np
import pytest

from grainway.analysis import (
    Predictor,
    arrhenius_fit,
    boundary_share,
    combine_replicas,
    model_error,
    polycrystal_conductivity,
    polycrystal_gain,
    regress,
    shrunken,
    weighted_mean,
)
from grainway.analysis.boundary.field_response import FieldRun, field_conductivity, field_resistance
from grainway.domain import Estimate
from grainway.units import BOLTZMANN_EV_PER_K, S_PER_CM_PER_INTERNAL
from known_motion.stated_errors import gathered, wrong_errors

SEEDS = 200


def measured(rng, truth, relative, unit, samples=1000.0):
    """A number that was measured with a known relative error."""
    error = abs(truth) * relative
    return Estimate(truth + error * rng.normal(), error, unit, samples)


def decades(rng, truth, error, samples=1000.0):
    return Estimate(truth + error * rng.normal(), error, "decades", samples)


def of_algebra(rng):
    a, b = measured(rng, 2.0, 0.05, "Ω cm"), measured(rng, 5.0, 0.03, "Ω cm")
    return {
        "sum": (a.plus(b), 7.0),
        "difference": (a.minus(b), -3.0),
        "product": (a.product(b, "Ω² cm²"), 10.0),
        "ratio": (a.ratio(b), 0.4),
        "reciprocal": (a.reciprocal("S/cm"), 0.5),
        "logarithm": (a.log10(), float(np.log10(2.0))),
        "in another unit": (a.scaled(100.0, "Ω m"), 200.0),
        "further errors": (measured(rng, 2.0 + 0.2 * rng.normal(), 0.05, "1").widened(0.2), 2.0),
    }


def of_a_ladder(rng):
    temperatures = (900.0, 1000.0, 1100.0, 1200.0, 1300.0)

    def resistivity(temperature):
        return temperature * 1e-3 * np.exp(0.3 / (BOLTZMANN_EV_PER_K * temperature))

    fit = arrhenius_fit([(t, measured(rng, resistivity(t), 0.05, "Ω cm")) for t in temperatures])
    return {
        "activation energy": (fit.activation_energy, 0.3),
        "Arrhenius prediction": (fit.predict(800.0), resistivity(800.0)),
        "logarithm if one process": (
            fit.if_one_process.predict_log10(400.0),
            float(np.log10(resistivity(400.0))),
        ),
    }


def of_a_campaign(rng):
    """Boundaries of a population, a slope on an exact and one on a measured predictor."""
    n = 30
    exact, true = rng.normal(size=(2, n))
    seen = true + 0.4 * rng.normal(size=n)
    y = 1.0 + 0.2 * exact + 0.3 * true + 0.1 * rng.normal(size=n)
    response = [decades(rng, value, 0.1, 9.0) for value in y]
    found = regress(
        response,
        [
            Predictor(name="exact", unit="1", values=exact),
            Predictor(name="measured", unit="1", values=seen, standard_errors=np.full(n, 0.4)),
        ],
    )
    per_unit = [coefficient.per_unit for coefficient in found.coefficients]
    population = 2.0 + 0.3 * rng.normal(size=12)
    of_population = [decades(rng, value, 0.2) for value in population]
    offset = [decades(rng, value + 0.5, 0.2) for value in population]
    return {
        "slope on an exact predictor": (per_unit[0], 0.2),
        "slope on a measured predictor": (per_unit[1], 0.3),
        "mean of a population": (weighted_mean(of_population), 2.0),
        "mean of unequal weights": (weighted_mean(of_population, np.arange(1.0, 13.0)), 2.0),
        "shrunken value": list(zip(shrunken(of_population)[:3], population[:3], strict=True)),
        "offset of a model": (model_error(of_population, offset).offset, 0.5),
        "mean of replicas": (combine_replicas([decades(rng, 1.0, 0.1) for _ in range(5)]).estimate, 1.0),
    }


def of_a_polycrystal(rng):
    bulk, resistance = measured(rng, 1e-3, 0.05, "S/cm"), measured(rng, 0.5, 0.1, "Ω cm²")
    conductance = measured(rng, 2e-8, 0.2, "S")
    true_share = 1e-3 * 0.5 / 1e-4 / (1 + 1e-3 * 0.5 / 1e-4)
    share = boundary_share(bulk, resistance, 1.0)
    logarithms = [decades(rng, value, 0.03) for value in (3.0, 6.0, 5.5)]
    gain = polycrystal_gain(*logarithms, 1.0)
    thin = 10.8 / (1e4 - 10.8)
    a, b = 10**3.0 * thin, 10**2.5 * thin
    return {
        "polycrystal": (polycrystal_conductivity(bulk, resistance, 1.0), 1 / (1e3 + 0.5e4)),
        "polycrystal with faces along the current": (
            polycrystal_conductivity(measured(rng, 1e-3, 0.001, "S/cm"), resistance, 1.0, conductance),
            1 / (1e3 + 0.5e4) + 2 * 2e-8 / 1e-4,
        ),
        "share of boundaries": (share, true_share),
        "gain": (gain.gain, (1 + a) / (1 + b)),
        "share in the gain": (gain.boundary_share, a / (1 + a)),
        "bound of the gain": (gain.bound, 1 + a),
    }


def of_a_field(rng):
    """Brownian dipoles that a field drives, σ = 0.02 e²/(Å ps eV), V = 10,000 Å³."""
    sigma, volume, temperature, step = 0.02, 1e4, 1400.0, 0.1
    runs = []
    for field in (0.01, 0.02, 0.03, -0.01, -0.02, -0.03):
        noise = np.sqrt(2 * sigma * volume * BOLTZMANN_EV_PER_K * temperature * step)
        steps = sigma * volume * field * step + noise * rng.normal(size=400)
        dipole = np.concatenate([[0.0], np.cumsum(steps)])
        runs.append(FieldRun(field=field, dipole=dipole, times=np.arange(401) * step))
    found = field_conductivity(runs, volume=volume, temperature=temperature)
    truth = sigma * S_PER_CM_PER_INTERNAL
    bulk = measured(rng, 2 * truth, 0.1, "S/cm")
    resistance = field_resistance(measured(rng, truth, 0.05, "S/cm"), bulk, 60.0)
    return {
        "conductivity in a field": (found.conductivity, truth),
        "conductivity at the largest field": (found.points[-1].conductivity, truth),
        "even share": (found.points[-1].even_share, 0.0),
        "cubic share": (found.cubic_share, 0.0),
        "resistance in a field": (resistance, 30e-8 * (1 / truth - 0.5 / truth)),
    }


@pytest.mark.physics
@pytest.mark.parametrize("case", [of_algebra, of_a_ladder, of_a_campaign, of_a_polycrystal, of_a_field])
def test_no_error_is_half_or_twice_the_scatter(case):
    found = gathered(case(np.random.default_rng([18, seed])) for seed in range(SEEDS))
    assert not list(wrong_errors(found, {}))
