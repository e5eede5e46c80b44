"""Points worth weighing: space-filling ones, neighbours of good ones, and those that may not be proposed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from grainway.array_types import BoolArray
from grainway.design_space import Categorical, DesignSpace, Values
from grainway.errors import ConfigError
from grainway.optimise.points.failure_model import FailureModel
from grainway.optimise.points.model_inputs import ModelInputs, Points
from grainway.optimise.points.reproducible_draws import sobol_points

STEP_SIZES = (0.02, 0.06, 0.15)
"""Of neighbours, fractions of a range: from twice the difference that counts (NEAR) to half a length
scale."""

SWITCH_PROBABILITY = 0.15
"""Some three in 24 neighbours of a centre draw a choice anew; the whole space offers others besides."""

NEAR = 0.01
"""Points whose surrogate inputs all differ by no more than this fraction of their range are much the same."""

MAX_DRAWS = 4096
"""Points tried before a space counts as exhausted: at one admissible in a thousand 98 % are found."""


def identity(values: Values) -> tuple[object, ...]:
    """Return a hashable form of a point."""
    return tuple(values.items())


def space_filling(space: DesignSpace, n_points: int, rng: np.random.Generator) -> list[Values]:
    """Return points of a scrambled Sobol sequence."""
    return space.from_units(sobol_points(len(space.parameters), 0, n_points, rng))


def neighbours(
    space: DesignSpace, centres: Sequence[Values], n_each: int, rng: np.random.Generator
) -> list[Values]:
    """Return random neighbours of points, at several distances; a choice is switched now and then."""
    n, n_parameters = n_each * len(centres), len(space.parameters)
    if n == 0:
        return []
    categorical = np.array([isinstance(p, Categorical) for p in space.parameters])
    units = space.to_units(centres).repeat(n_each, axis=0)
    sizes = np.resize(STEP_SIZES, n)[:, None]
    moves = rng.random((n, n_parameters)) < max(0.5, 1.0 / n_parameters)
    moves[np.arange(n), rng.integers(n_parameters, size=n)] = True
    moved = units + np.where(moves, sizes * rng.standard_normal((n, n_parameters)), 0.0)
    switched = rng.random((n, n_parameters)) < SWITCH_PROBABILITY
    fresh = rng.random((n, n_parameters))
    chosen = np.where(categorical, np.where(switched, fresh, units), np.clip(moved, 0.0, 1.0))
    return space.from_units(chosen)


def distinct(points: Iterable[Values]) -> list[Values]:
    """Return the points without repetition, in order."""
    return list({identity(values): values for values in points}.values())


@dataclass(frozen=True, slots=True, eq=False)
class Candidates:
    """Points and what the surrogate sees of them, so that it is worked out once.

    Attributes:
        values: n points.
        points: their surrogate inputs.
    """

    values: list[Values]
    points: Points

    def __len__(self) -> int:
        return len(self.values)

    def take(self, kept: BoolArray) -> Candidates:
        """Return those where the mask is set."""
        return Candidates([self.values[i] for i in np.flatnonzero(kept)], self.points.take(kept))


class Admission:
    """Tells which points may be proposed now: buildable, not pending, not close to a failure.

    Args:
        inputs: the map to surrogate inputs.
        failure_model: places of success and failure.
        pending: points still running.
    """

    def __init__(self, inputs: ModelInputs, failure_model: FailureModel, pending: Sequence[Values]) -> None:
        self._inputs = inputs
        self._failure_model = failure_model
        self._pending = {identity(values) for values in pending}
        self._running = self._seen(pending)
        self._failed_keys = set(self._seen(inputs.space.from_units(failure_model.failed)).keys())

    def filter(self, points: Sequence[Values]) -> list[Values]:
        """Return the admissible points.

        A point that snaps to the boundary of a failed one is refused. One that snaps to the boundary of a
        pending one, or nearly so, is refused unless nothing else is left.
        """
        return self.located(points).values

    def located(self, points: Sequence[Values]) -> Candidates:
        """Return what :meth:`filter` does with the surrogate inputs."""
        fresh, running = self._admitted(points)
        return fresh if len(fresh) else running

    def fresh(self, points: Sequence[Values]) -> list[Values]:
        """Return the admissible points that do not snap to the boundary of a pending one, or nearly so."""
        return self._admitted(points)[0].values

    def first(self, sequence: Iterator[list[Values]]) -> Values:
        """Return the first admissible point of a sequence of batches.

        One that nearly snaps to the boundary of a pending one is returned only when no batch has another.

        Raises:
            ConfigError: when the sequence ends without one.
        """
        spare: list[Values] = []
        for batch in sequence:
            fresh, running = self._admitted(batch)
            if len(fresh):
                return fresh.values[0]
            spare = spare or running.values
        if not spare:
            raise exhausted()
        return spare[0]

    def _admitted(self, points: Sequence[Values]) -> tuple[Candidates, Candidates]:
        """Return the admissible points, those close to a pending one apart."""
        free = [v for v in distinct(points) if identity(v) not in self._pending and self._inputs.buildable(v)]
        seen = self._inputs.points(free)
        failed = self._failure_model.tabu(seen.units)
        if self._failed_keys:
            failed |= np.array([key in self._failed_keys for key in seen.keys()], dtype=bool)  # noqa: SIM118 - not a dictionary
        near = np.zeros(len(free), dtype=bool)
        for running in self._running.columns:
            near |= np.abs(seen.columns - running).max(axis=1) <= NEAR
        candidates = Candidates(free, seen)
        return candidates.take(~failed & ~near), candidates.take(~failed & near)

    def _seen(self, points: Sequence[Values]) -> Points:
        return self._inputs.points([values for values in points if self._inputs.buildable(values)])


def exhausted() -> ConfigError:
    """Return the error for a space in which every point is pending, failed or unbuildable."""
    error = ConfigError.about(
        "q",
        "one more proposal",
        "at most the points that are neither pending nor failed",
        "Wait for results, or widen the design space.",
    )
    assert isinstance(error, ConfigError)  # noqa: S101 - about() builds the class it is called on
    return error
