"""Convergence is a statement with numbers, and a spent budget is none."""

import json
import math

import numpy as np
import pytest

from grainway.design_space import Continuous, DesignSpace
from grainway.errors import ConfigError
from grainway.optimise import ConvergenceCheck, ConvergenceSettings, RuleResult, make_strategy, verdict
from grainway.optimise.convergence import audit, improvement_rule, regret_rule
from grainway.optimise.gp.mixture import Mixture
from grainway.optimise.gp.surrogate import fit_surrogate
from grainway.optimise.points.model_inputs import ModelInputs

SPACE = DesignSpace((Continuous("x", 0.0, 1.0),))
INPUTS = ModelInputs(SPACE)
SETTINGS = ConvergenceSettings(window=5, epsilon=0.1, regret=0.2, replicates=1)


def at(*xs):
    return INPUTS.points([{"x": float(x)} for x in xs])


def alone(x, y):
    return Mixture.alone(fit_surrogate(at(*x), y, np.full(31, 0.01), INPUTS.groups))


def model(se, n=21):
    x = np.linspace(0.0, 1.0, n)
    y = (x - 0.3) ** 2 + se * np.random.default_rng(2).standard_normal(n)
    return Mixture.alone(fit_surrogate(at(*x), y, np.full(n, se), INPUTS.groups))


def test_too_few_evaluations_cannot_have_converged():
    result = improvement_rule(model(0.01), None, at(0.3), 5, SETTINGS)
    assert not result.holds
    assert "5 evaluations, a window of 5 needs 6" in result.reason


def test_an_unchanged_recommendation_has_not_improved():
    result = improvement_rule(model(0.01), at(0.3), at(0.3), 21, SETTINGS)
    assert result.holds
    assert result.numbers["bound"] == 0.0


def test_the_bound_is_that_of_the_difference_of_two_posterior_values():
    surrogate = model(0.05)
    result = improvement_rule(surrogate, at(0.9), at(0.3), 21, SETTINGS)
    f = surrogate.sample(at(0.9, 0.3), 200_000, np.random.default_rng(0))
    difference = f[:, 0] - f[:, 1]
    assert result.numbers["bound"] == pytest.approx(np.quantile(difference, 0.95), abs=5e-3)
    assert not result.holds


def test_epsilon_is_never_below_the_error_of_the_incumbent():
    result = improvement_rule(model(0.8), at(0.9), at(0.3), 21, SETTINGS)
    assert result.numbers["epsilon"] == result.numbers["incumbent_standard_error"] > SETTINGS.epsilon
    sharp = improvement_rule(model(0.01), at(0.9), at(0.3), 21, SETTINGS)
    assert sharp.numbers["epsilon"] == SETTINGS.epsilon


def test_regret_is_large_far_from_the_minimum_and_small_at_it():
    surrogate, others = model(0.02), at(*np.linspace(0, 1, 101))
    far = regret_rule(surrogate, at(0.95), others, SETTINGS, np.random.default_rng(0))
    near = regret_rule(surrogate, at(0.3), others, SETTINGS, np.random.default_rng(0))
    assert far.numbers["regret_quantile"] == pytest.approx(0.65**2, abs=0.1)
    assert not far.holds
    assert near.holds
    assert 0.0 <= near.numbers["mean_regret"] <= near.numbers["regret_quantile"]


def test_the_audit_finds_an_evaluation_that_cannot_be():
    x = np.linspace(0.0, 1.0, 31)
    y = 0.01 * np.random.default_rng(0).standard_normal(31)
    sound = audit(alone(x, y), 1, SETTINGS)
    assert sound.holds
    assert sound.numbers["z_root_mean_square"] == pytest.approx(1.0, abs=0.35)
    y[15] += 1.0
    broken = audit(alone(x, y), 1, SETTINGS)
    assert broken.numbers["z_largest"] > SETTINGS.max_z
    assert not broken.holds


def test_the_audit_asks_for_replicates():
    settings = ConvergenceSettings(replicates=2)
    assert "1 of 2" in audit(model(0.05), 1, settings).reason
    assert audit(model(0.05), 2, settings).holds


def check(n, holds):
    rules = [RuleResult(name, holds, {}, name) for name in ("improvement", "regret", "audit")]
    return ConvergenceCheck(n, *rules)


def test_three_checks_in_a_row_must_hold():
    broken = [check(21, True), check(22, True), check(23, False), check(24, True), check(25, True)]
    waiting = verdict(broken, SETTINGS, n_evaluations=25, budget=60)
    assert (waiting.stop, waiting.converged) == (False, False)
    assert "2 of 3" in waiting.reason
    done = verdict([*broken, check(26, True)], SETTINGS, n_evaluations=26, budget=26)
    assert (done.stop, done.converged) == (True, True)
    assert done.reason.startswith(
        "converged under the model after 26 evaluations: improvement; regret; audit"
    )


def test_the_end_of_a_budget_is_not_convergence():
    ended = verdict([check(30, False)], SETTINGS, n_evaluations=30, budget=30)
    assert (ended.stop, ended.converged) == (True, False)
    assert ended.reason == "not converged: budget of 30 evaluations spent"
    assert not verdict([], SETTINGS, n_evaluations=0).stop


@pytest.mark.parametrize(
    "wrong", [{"window": 0}, {"epsilon": 0.0}, {"regret": math.inf}, {"consecutive": 0}, {"n_samples": 0}]
)
def test_settings_are_checked(wrong):
    with pytest.raises(ConfigError, match=next(iter(wrong))):
        ConvergenceSettings(**wrong)


def play(n, seed=0):
    strategy = make_strategy("grainway", SPACE, seed)
    noise = np.random.default_rng(seed)
    for _ in range(n):
        (proposal,) = strategy.ask()
        strategy.tell(
            proposal.id, 4 * (proposal.values["x"] - 0.3) ** 2 + 0.03 * noise.standard_normal(), 0.03
        )
    return strategy


def test_an_easy_campaign_converges_at_the_true_minimum_and_its_checks_can_be_repeated():
    strategy = play(16)
    checks = [strategy.check(SETTINGS, n) for n in range(4, 17)]
    assert not checks[0].improvement.holds
    assert "window" in checks[0].improvement.reason
    ended = verdict(checks, SETTINGS, n_evaluations=16, budget=16)
    assert ended.converged
    assert strategy.recommend().values["x"] == pytest.approx(0.3, abs=0.1)
    assert json.loads(json.dumps(checks[-1].to_dict()))["n_evaluations"] == 16
    # what was checked in passing equals what the full record gives for the same number of evaluations
    assert play(12).check(SETTINGS) == strategy.check(SETTINGS, 12)


def test_a_check_before_the_first_outcome_is_refused():
    with pytest.raises(ConfigError, match="Tell an outcome first"):
        make_strategy("sobol", SPACE, 0).check()


@pytest.mark.physics
def test_the_model_beats_chance_on_a_smooth_function():
    """Median regret of the recommended point after 20 evaluations, four seeds, noise 0.1."""
    space = DesignSpace((Continuous("x", 0.0, 1.0), Continuous("y", 0.0, 1.0), Continuous("z", 0.0, 1.0)))

    def f(v):
        return 6.0 * ((v["x"] - 0.7) ** 2 + (v["y"] - 0.2) ** 2 + (v["z"] - 0.5) ** 2)

    def regret(engine, seed):
        strategy, noise = make_strategy(engine, space, seed), np.random.default_rng(seed)
        for _ in range(20):
            (proposal,) = strategy.ask()
            strategy.tell(proposal.id, f(proposal.values) + 0.1 * noise.standard_normal(), 0.1)
        return f(strategy.recommend().values)

    model_based, chance = (np.median([regret(e, seed) for seed in range(4)]) for e in ("grainway", "random"))
    assert model_based < 0.15
    assert model_based < 0.5 * chance
