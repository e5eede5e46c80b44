"""The boundaries that exist, each of which is weighed at every choice."""

from collections.abc import Sequence

import numpy as np

from grainway.array_types import FloatArray, IndexArray
from grainway.design_space import Values
from grainway.errors import ConfigError
from grainway.optimise.gp.mixture import Mixture
from grainway.optimise.points.model_inputs import ModelInputs

MAX_RANKED = 512
"""Entries ranked at one choice: the prediction of 5,000 takes longer than all the rest of it."""


class BuildableEntries:
    """What the builder has a list of: partial points, each fixing the same parameters to one boundary.

    A random point snaps to the nearest boundary, so one among close neighbours is hardly ever hit. From the
    list every one can be weighed.

    Args:
        inputs: the surrogate's inputs.
        entries: values of the parameters that choose the boundary, the same names in all.

    Raises:
        ConfigError: when the names differ or a value is outside its bounds.
    """

    def __init__(self, inputs: ModelInputs, entries: Sequence[Values]) -> None:
        space = inputs.space
        middle = space.from_unit(np.full(len(space.parameters), 0.5))
        names = set(entries[0]) if entries else set()
        if any(set(entry) != names for entry in entries):
            raise ConfigError.about(
                "entries",
                "different names",
                f"{sorted(names)} in every entry",
                "Give all the same parameters.",
            )
        whole = [space.canonical({**middle, **entry}) for entry in entries]
        kept = [i for i, values in enumerate(whole) if inputs.buildable(values)]
        self._space = space
        self._names = tuple(name for name in space.names if name in names)
        self._entries = [{name: whole[i][name] for name in self._names} for i in kept]
        self._at_middle = inputs.points([whole[i] for i in kept]) if kept else None
        at = self._at_middle
        sigma = np.zeros(0) if at is None else inputs.nearest_sigma(at)
        self._special = np.argsort(sigma, kind="stable")[: MAX_RANKED // 2]
        self._landmarks = [] if at is None else _landmarks(sigma, at.family)

    def landmark(self, number: int) -> Values | None:
        """Return the values of a boundary at a coincidence; None beyond the last.

        First the lowest Σ of every family, the lowest of these first, then the second lowest, and so on: what
        tells most about whether coincidence matters, and how deep it goes in which family.
        """
        return dict(self._entries[self._landmarks[number]]) if number < len(self._landmarks) else None

    def ranked(
        self, model: Mixture, centres: Sequence[Values], n_best: int, rng: np.random.Generator
    ) -> list[Values]:
        """Return the most promising entries with the other parameters of good points.

        Ranked by mean minus standard deviation with all other parameters in the middle, where they were
        encoded once. Of a long list those of lowest Σ are ranked every time, and others in turn at random.

        Args:
            model: the fitted surrogates.
            centres: points whose other parameters are used.
            n_best: number of entries.
            rng: generator of the turn.
        """
        if self._at_middle is None:
            return []
        looked_at = np.arange(len(self._entries))
        if len(looked_at) > MAX_RANKED:
            others = rng.choice(len(looked_at), MAX_RANKED // 2, replace=False)
            looked_at = np.union1d(self._special, others)
        mean, sd = model.predict(self._at_middle.take(looked_at))
        best = looked_at[np.argsort(mean - sd, kind="stable")[:n_best]]
        return [{**centre, **self._entries[i]} for i in best for centre in centres]

    def random(self, n: int, rng: np.random.Generator) -> list[Values]:
        """Return entries at random with other parameters at random; none without a list."""
        if not self._entries:
            return []
        drawn = rng.integers(len(self._entries), size=n)
        return [{**self._space.sample(rng), **self._entries[i]} for i in drawn]

    def beside(self, values: Values) -> list[Values]:
        """Return every entry with the other parameters of a point."""
        return [{**values, **entry} for entry in self._entries]


def _landmarks(sigma: FloatArray, family: IndexArray) -> list[int]:
    """Return one entry of each coincidence, in turn from every family."""
    first: dict[tuple[int, float], int] = {}
    for row in np.flatnonzero(np.isfinite(sigma)):
        first.setdefault((int(family[row]), float(sigma[row])), int(row))
    ranks: dict[int, int] = {}
    ordered = []
    for (member, index), i in sorted(first.items(), key=lambda one: one[0][1]):
        ranks[member] = ranks.get(member, 0) + 1
        ordered.append((ranks[member], index, i))
    return [i for _, _, i in sorted(ordered)]
