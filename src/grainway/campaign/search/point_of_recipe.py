"""Where a boundary that was decided before lies in the design space of today.

A point of a design space is a wish, and what it snaps to depends on the whole catalogue: in a wider one the
same numbers may mean another boundary. A recorded boundary is therefore found again by its recipe. It is
inside a design space when some point of the space builds exactly this recipe, and outside otherwise.
"""

from collections.abc import Mapping
from dataclasses import replace
from math import isclose
from typing import Any

from grainway.campaign.file.design_section import axis_indices
from grainway.campaign.record.recorded_rows import Row
from grainway.campaign.search.proposals import Proposals
from grainway.design_space import Categorical, Integer, Parameter, Value, Values
from grainway.domain import BoundarySpec

_TOLERANCE = 1e-6
"""Fractions are kept to 1e-3 and amounts to 1e-6; angles are computed, and differ in their last digits."""


def same_boundary(first: BoundarySpec, second: BoundarySpec) -> bool:
    """Tell whether two recipes build the same boundary but for random numbers."""
    return _agree(_explicit(first).to_dict(), _explicit(second).to_dict())


def point_of(proposals: Proposals, spec: BoundarySpec) -> Values | None:
    """Return the point of a design space that builds a recipe, or None when it is outside."""
    entry = next(
        (
            e
            for e in proposals.catalogue.entries
            if (e.axis, e.normal_a, e.normal_b, e.periods_a, e.periods_b)
            == (spec.axis, spec.normal_a, spec.normal_b, spec.periods_a, spec.periods_b)
        ),
        None,
    )
    if entry is None:
        return None
    wished: dict[str, float] = {
        "angle": entry.angle_deg,
        "inclination": proposals.share_of_inclination(entry),
        "axis_normal": entry.axis_normal_deg / 90.0,
        "width_layers": spec.width_layers,
        "translation_1": spec.translation[0],
        "translation_2": spec.translation[1],
        "termination": spec.termination,
        "termination_b": spec.cut_b,
        "lithium_oxide": spec.composition.lithium_oxide_per_nm2,
        "lithium_transfer": spec.composition.lithium_transfer_per_nm2,
        "oxygen_vacancies": spec.composition.oxygen_vacancies,
    }
    values: Values = {}
    for parameter in proposals.space.parameters:
        value = _axis(parameter, spec) if parameter.name == "axis" else _within(parameter, wished)
        if value is None:
            return None
        values[parameter.name] = value
    return values if same_boundary(proposals.spec(values), spec) else None


def placed(proposals: Proposals, row: Row) -> Values | None:
    """Return the point that a recorded proposal stands for, or None when it is outside of the design space.

    The recorded point itself is taken where it still builds the recorded recipe, so that nothing moves while
    the design space stays as it is.
    """
    spec = row.trial.spec
    if row.proposal is None or spec is None:
        return None
    values: Values = row.proposal["values"]
    if proposals.space.contains(values) and same_boundary(proposals.spec(values), spec):
        return values
    return point_of(proposals, spec)


def _axis(parameter: Parameter, spec: BoundarySpec) -> Value | None:
    assert isinstance(parameter, Categorical)  # noqa: S101 as make_proposals builds it
    return next((name for name in parameter.choices if axis_indices(str(name)) == spec.axis), None)


def _within(parameter: Parameter, wished: Mapping[str, float]) -> Value:
    """Clip to the bounds: whole units per boundary may lie beyond the amount that was asked for."""
    assert not isinstance(parameter, Categorical)  # noqa: S101 the axis alone is one
    value = min(max(wished[parameter.name], parameter.low), parameter.high)
    return int(value) if isinstance(parameter, Integer) else float(value)


def _explicit(spec: BoundarySpec) -> BoundarySpec:
    """State what a recipe leaves to be the same in both grains."""
    return replace(spec, planes_b=spec.n_planes_b, termination_b=spec.cut_b)


def _agree(first: Any, second: Any) -> bool:
    if isinstance(first, dict) and isinstance(second, dict):
        return first.keys() == second.keys() and all(_agree(first[key], second[key]) for key in first)
    if isinstance(first, list | tuple) and isinstance(second, list | tuple):
        return len(first) == len(second) and all(map(_agree, first, second))
    if isinstance(first, float) and isinstance(second, float):
        return isclose(first, second, rel_tol=0.0, abs_tol=_TOLERANCE)
    return bool(first == second)
