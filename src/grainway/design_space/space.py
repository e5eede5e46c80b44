"""A set of parameters as one space: points as dictionaries, and their place in the unit cube."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any

import numpy as np
import numpy.typing as npt

from grainway.array_types import FloatArray
from grainway.design_space.parameters import (
    Categorical,
    Continuous,
    Integer,
    Parameter,
    Value,
    parameter_from_dict,
)
from grainway.errors import ConfigError

Values = dict[str, Value]


@dataclass(frozen=True, slots=True)
class DesignSpace:
    """The parameters of a campaign, in order.

    A point is a dictionary from parameter name to a Python float, int or str.

    Attributes:
        parameters: one or more parameters with distinct names.
    """

    parameters: tuple[Parameter, ...]

    def __post_init__(self) -> None:
        parameters = tuple(self.parameters)
        if not parameters:
            raise ConfigError.about("parameters", parameters, "one parameter or more", "Add a parameter.")
        for parameter in parameters:
            if not isinstance(parameter, Continuous | Integer | Categorical):
                raise ConfigError.about(
                    "parameters",
                    parameter,
                    "Continuous, Integer or Categorical",
                    "Build it with one of these.",
                )
        names = [parameter.name for parameter in parameters]
        if len(set(names)) != len(names):
            raise ConfigError.about("parameters", names, "distinct names", "Rename one of them.")
        object.__setattr__(self, "parameters", parameters)

    @property
    def names(self) -> tuple[str, ...]:
        """Parameter names in order."""
        return tuple(parameter.name for parameter in self.parameters)

    @property
    def n_columns(self) -> int:
        """Number of columns of the encoding."""
        return sum(parameter.n_columns for parameter in self.parameters)

    @property
    def column_parameters(self) -> tuple[int, ...]:
        """For each column of the encoding, the index of its parameter."""
        return tuple(i for i, parameter in enumerate(self.parameters) for _ in range(parameter.n_columns))

    def canonical(self, values: Mapping[str, object]) -> Values:
        """Return a point in the declared order and in Python types.

        Raises:
            ConfigError: when a parameter is missing, unknown or outside its bounds.
        """
        names = self.names
        for name in values:
            if name not in names:
                near = get_close_matches(str(name), names, n=1)
                raise ConfigError.about(
                    "values",
                    name,
                    f"one of {list(names)}",
                    f"Did you mean {near[0]!r}?" if near else "Remove it.",
                )
        missing = [name for name in names if name not in values]
        if missing:
            raise ConfigError.about("values", dict(values), f"with {missing} too", "Give every parameter.")
        return {parameter.name: parameter.canonical(values[parameter.name]) for parameter in self.parameters}

    def contains(self, values: Mapping[str, object]) -> bool:
        """Tell whether the point has every parameter within its bounds and nothing else."""
        try:
            self.canonical(values)
        except ConfigError:
            return False
        return True

    def encode(self, values: Mapping[str, object]) -> FloatArray:
        """Map a point to the unit cube, shape (n_columns,)."""
        point = self.canonical(values)
        columns: list[float] = []
        for parameter in self.parameters:
            columns.extend(parameter.encode(point[parameter.name]))  # type: ignore[arg-type]
        return np.array(columns)

    def decode(self, encoded: npt.ArrayLike) -> Values:
        """Return the point nearest to an encoding, shape (n_columns,); inverse of :meth:`encode`."""
        columns = np.asarray(encoded, dtype=np.float64)
        if columns.shape != (self.n_columns,) or not np.isfinite(columns).all():
            raise ConfigError.about(
                "encoded", columns.tolist(), f"{self.n_columns} finite numbers", "Take it from encode()."
            )
        values: Values = {}
        start = 0
        for parameter in self.parameters:
            values[parameter.name] = parameter.decode(columns[start : start + parameter.n_columns])
            start += parameter.n_columns
        return values

    def from_unit(self, u: npt.ArrayLike) -> Values:
        """Map one number in [0, 1] per parameter, shape (n_parameters,), to a point."""
        return self.from_units(np.asarray(u, dtype=np.float64)[None])[0]

    def from_units(self, u: npt.ArrayLike) -> list[Values]:
        """Map rows as :meth:`from_unit` does, shape (n_points, n_parameters)."""
        coordinates = np.asarray(u, dtype=np.float64)
        if (
            coordinates.ndim != 2
            or coordinates.shape[1] != len(self.parameters)
            or not ((coordinates >= 0) & (coordinates <= 1)).all()
        ):
            raise ConfigError.about(
                "u",
                coordinates.tolist(),
                f"rows of {len(self.parameters)} numbers in [0, 1]",
                "Give one number per parameter.",
            )
        names = self.names
        columns = [
            [p.from_unit(x) for x in column]
            for p, column in zip(self.parameters, coordinates.T.tolist(), strict=True)
        ]
        return [dict(zip(names, row, strict=True)) for row in zip(*columns, strict=True)]

    def to_unit(self, values: Mapping[str, object]) -> FloatArray:
        """Map a point to one number in [0, 1] per parameter, which :meth:`from_unit` inverts."""
        point = self.canonical(values)
        return np.array([p.to_unit(point[p.name]) for p in self.parameters])  # type: ignore[arg-type]

    def to_units(self, points: Sequence[Values]) -> FloatArray:
        """Map canonical points, such as come from :meth:`from_unit`, as :meth:`to_unit` does; unchecked.

        Returns:
            Shape (len(points), n_parameters).
        """
        columns = [[p.to_unit(values[p.name]) for values in points] for p in self.parameters]  # type: ignore[arg-type]
        return np.array(columns, dtype=np.float64).reshape(len(self.parameters), len(points)).T

    def sample(self, rng: np.random.Generator) -> Values:
        """Draw a point uniformly."""
        return self.from_unit(rng.random(len(self.parameters)))

    def to_dict(self) -> dict[str, Any]:
        """Return a JSON-ready dictionary; :meth:`from_dict` is its inverse."""
        return {"parameters": [parameter.to_dict() for parameter in self.parameters]}

    @classmethod
    def from_dict(cls, record: Mapping[str, Any]) -> DesignSpace:
        """Rebuild a design space from :meth:`to_dict`."""
        return cls(tuple(parameter_from_dict(entry) for entry in record["parameters"]))
