"""What is computed once for a trajectory and forgotten with it."""

from collections.abc import Callable
from functools import wraps
from inspect import signature
from typing import Concatenate, ParamSpec, TypeVar
from weakref import WeakKeyDictionary

from grainway.domain import Trajectory

P = ParamSpec("P")
R = TypeVar("R")


def once_per_trajectory(
    compute: Callable[Concatenate[Trajectory, P], R],
) -> Callable[Concatenate[Trajectory, P], R]:
    """Keep what a function returns for a trajectory as long as that trajectory lives, and no longer.

    Trajectories are compared by identity and never change, so a result holds for the whole of its life. It is
    kept beside the trajectory by a weak reference: no cache holds the positions of a run that is over.

    Args:
        compute: a function of a trajectory and of hashable arguments; its result must not refer to the
            trajectory.
    """
    kept: WeakKeyDictionary[Trajectory, dict[tuple[object, ...], R]] = WeakKeyDictionary()
    described = signature(compute)

    @wraps(compute)
    def remembered(trajectory: Trajectory, /, *args: P.args, **kwargs: P.kwargs) -> R:
        given = described.bind(trajectory, *args, **kwargs)
        # a default that is left out and one that is written out are one question
        given.apply_defaults()
        question = tuple(given.arguments.values())[1:]
        results = kept.setdefault(trajectory, {})
        if question not in results:
            results[question] = compute(trajectory, *args, **kwargs)
        return results[question]

    return remembered
