"""Stated errors against the scatter of what was measured, over many seeds of a case whose truth is known."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from math import sqrt

import numpy as np

from grainway.domain import Estimate

Pair = tuple[Estimate, float]
"""An estimate and its truth."""

FACTOR = sqrt(2.0)
"""A ratio of stated error to scatter may be off by this much either way, so that no error can pass both as it
is and halved or doubled: what lies within x/√2 and x√2 leaves these bounds by a factor of two."""


def gathered(seeds: Iterable[Mapping[str, Pair | list[Pair]]]) -> dict[str, list[list[Pair]]]:
    """Return, by quantity, one list of pairs for each of a seed's places (two bands are two places)."""
    found: dict[str, list[list[Pair]]] = {}
    for measured in seeds:
        for name, pairs in measured.items():
            listed = pairs if isinstance(pairs, list) else [pairs]
            places = found.setdefault(name, [[] for _ in listed])
            for place, pair in zip(places, listed, strict=True):
                place.append(pair)
    return found


def error_over_scatter(places: Iterable[list[Pair]]) -> float:
    """Return the root mean square of stated errors over that of the deviations from each place's mean."""
    stated, scattered, number = 0.0, 0.0, 0
    for pairs in places:
        deviations = np.array([estimate.value - truth for estimate, truth in pairs])
        errors = np.array([estimate.standard_error for estimate, _ in pairs])
        # places and cases count alike, whatever their size
        scale = float(deviations.var(ddof=1) + np.mean(errors**2))
        stated += float(np.mean(errors**2)) / scale
        scattered += float(deviations.var(ddof=1)) / scale
        number += 1
    assert number > 0
    return sqrt(stated / scattered)


def wrong_errors(found: Mapping[str, list[list[Pair]]], expected: Mapping[str, float]) -> Iterator[str]:
    """Name the quantities whose stated error is not what it should be.

    Args:
        found: as from :func:`gathered`.
        expected: stated error over scatter, by quantity; 1 for those left out.
    """
    assert set(expected) <= set(found)
    for name, places in found.items():
        ratio, wanted = error_over_scatter(places), expected.get(name, 1.0)
        if not wanted / FACTOR < ratio < wanted * FACTOR:
            yield f"{name}: stated error over scatter {ratio:.2f}, not {wanted:.2f}"
