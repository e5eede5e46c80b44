"""One optimisation of a synthetic boundary problem by one engine, and what it recommended on the way."""

from __future__ import annotations

import argparse
import time
import warnings
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from boundary_problems import BOUNDARIES, PROBLEMS, SPACE, Problem, features

from grainway.design_space import Categorical, Integer, Values
from grainway.optimise import Strategy, make_strategy

ENTRIES: list[Values] = [
    {"axis": axis, "angle_deg": float(angle)} for axis, table in BOUNDARIES.items() for angle in table[:, 0]
]
"""Every boundary that exists, as a campaign knows them."""
ENGINES = ("grainway", "botorch", "skopt", "sobol", "random")
"""Behind grainway's own seam, with the boundaries' features and its surrogate for the recommendation."""
WITHOUT_FEATURES = {"botorch-plain": "botorch", "skopt-plain": "skopt"}
"""The same, seeing the design variables alone: neither Σ nor the snapped boundary nor a list of them."""
OPTUNA = ("optuna-tpe", "optuna-gp")
ALL_ENGINES = (*ENGINES, *WITHOUT_FEATURES, *OPTUNA)
FIRST_RECOMMENDATION = 3
NEAR = 0.01


class Engine(Protocol):
    """What a run needs of an engine."""

    def ask(self) -> tuple[Any, Values]:
        """Return a handle and the point to evaluate."""
        ...

    def tell(self, handle: Any, outcome: tuple[float, float] | None) -> None:
        """Take the value and its standard error, or None for a failure."""
        ...

    def recommend(self) -> Values:
        """Return the point that the engine would hand over now."""
        ...


class GrainwayEngine:
    """Any engine behind grainway's own seam."""

    def __init__(self, name: str, seed: int) -> None:
        plain = WITHOUT_FEATURES.get(name)
        self.strategy: Strategy = (
            make_strategy(plain, SPACE, seed)
            if plain
            else make_strategy(name, SPACE, seed, features, entries=ENTRIES)
        )

    def ask(self) -> tuple[Any, Values]:
        """Ask for one point; those not answered yet count as pending."""
        (proposal,) = self.strategy.ask()
        return proposal.id, proposal.values

    def tell(self, handle: Any, outcome: tuple[float, float] | None) -> None:
        """Record an outcome."""
        if outcome is None:
            self.strategy.tell_failed(handle, "fails")
        else:
            self.strategy.tell(handle, *outcome)

    def recommend(self) -> Values:
        """Return the evaluated point of lowest posterior mean."""
        return self.strategy.recommend().values


class OptunaEngine:
    """Optuna through its own ask and tell; it knows neither standard errors nor features."""

    def __init__(self, sampler: str, seed: int) -> None:
        import optuna

        optuna.logging.set_verbosity(optuna.logging.ERROR)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            self._sampler = {
                "optuna-tpe": lambda: optuna.samplers.TPESampler(seed=seed),
                "optuna-gp": lambda: optuna.samplers.GPSampler(seed=seed, deterministic_objective=False),
            }[sampler]()
        self._study = optuna.create_study(sampler=self._sampler)
        self._failed = optuna.trial.TrialState.FAIL

    def ask(self) -> tuple[Any, Values]:
        """Ask for one trial and its parameters."""
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            trial = self._study.ask()
            values: Values = {}
            for parameter in SPACE.parameters:
                if isinstance(parameter, Categorical):
                    values[parameter.name] = trial.suggest_categorical(parameter.name, parameter.choices)
                elif isinstance(parameter, Integer):
                    values[parameter.name] = trial.suggest_int(parameter.name, parameter.low, parameter.high)
                else:
                    values[parameter.name] = trial.suggest_float(
                        parameter.name, parameter.low, parameter.high
                    )
        return trial, values

    def tell(self, handle: Any, outcome: tuple[float, float] | None) -> None:
        """Tell the value, or that the trial failed."""
        if outcome is None:
            self._study.tell(handle, state=self._failed)
        else:
            self._study.tell(handle, outcome[0])

    def recommend(self) -> Values:
        """Return the best observed point, the only recommendation that Optuna makes."""
        return SPACE.canonical(self._study.best_trial.params)


@dataclass
class History:
    """What a run left.

    Attributes:
        regret: true regret of the recommendation after each evaluation, decades; NaN before the first.
        ask_s: CPU seconds of every ask.
        points: what was evaluated.
        near_duplicates: share of the proposals made while others ran that nearly repeat one of them.
    """

    regret: list[float] = field(default_factory=list)
    ask_s: list[float] = field(default_factory=list)
    points: list[Values] = field(default_factory=list)
    near_duplicates: float = 0.0


def make_engine(name: str, seed: int) -> Engine:
    """Return an engine by its name."""
    return OptunaEngine(name, seed) if name in OPTUNA else GrainwayEngine(name, seed)


def nearly_equal(a: Values, b: Values) -> bool:
    """Tell whether two points differ by less than 1 % of the range in every number, and in no choice."""
    return all(
        a[p.name] == b[p.name]
        if isinstance(p, Categorical)
        else abs(p.to_unit(a[p.name]) - p.to_unit(b[p.name])) < NEAR
        for p in SPACE.parameters
    )


def optimise(engine: Engine, problem: Problem, n_evaluations: int, n_workers: int = 1) -> History:
    """Run one optimisation with so many evaluations running beside each other.

    With more than one, whichever of the running ones ends first is drawn at random from the problem's seed.
    Failed evaluations count.
    """
    history = History()
    order = np.random.default_rng([problem.seed, 11])
    running: list[tuple[Any, Values, int]] = []
    asked = beside = repeated = 0
    for _ in range(n_evaluations):
        while len(running) < n_workers and asked < n_evaluations:
            start = time.process_time()
            handle, values = engine.ask()
            history.ask_s.append(time.process_time() - start)
            beside += bool(running)
            repeated += any(nearly_equal(values, other) for _, other, _ in running)
            running.append((handle, values, asked))
            asked += 1
        handle, values, number = running.pop(int(order.integers(len(running))))
        history.points.append(values)
        engine.tell(handle, None if problem.fails(values) else problem.evaluation(values, number))
        told = sum(not problem.fails(v) for v in history.points)
        known = told >= FIRST_RECOMMENDATION
        history.regret.append(problem.regret(engine.recommend()) if known else float("nan"))
    history.near_duplicates = repeated / max(beside, 1)
    return history


def argument_parser(description: str | None, seeds: int) -> argparse.ArgumentParser:
    """Return what the benchmarks on these problems have in common on the command line."""
    parser = argparse.ArgumentParser(
        description=description, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "folder", type=Path, help="one small file for each run; those there are not run again"
    )
    parser.add_argument("--seeds", type=int, default=seeds, help="functions of each problem")
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--problems", nargs="+", choices=PROBLEMS, default=list(PROBLEMS))
    parser.add_argument("--report", action="store_true", help="print what is there, run nothing")
    return parser
