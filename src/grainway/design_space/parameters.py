"""One parameter of a design space: its bounds, and its map to and from columns in [0, 1]."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeGuard

import numpy as np

from grainway.array_types import FloatArray
from grainway.errors import ConfigError

Value = float | int | str


@dataclass(frozen=True, slots=True)
class Continuous:
    """A real parameter between ``low`` and ``high``, both included."""

    name: str
    low: float
    high: float

    def __post_init__(self) -> None:
        _check_name(self.name)
        for end in ("low", "high"):
            value = getattr(self, end)
            if not _is_real(value) or not math.isfinite(value):
                raise ConfigError.about(f"{self.name}.{end}", value, "a finite number", "Give both bounds.")
            object.__setattr__(self, end, float(value))
        _check_order(self.name, self.low, self.high)

    @property
    def n_columns(self) -> int:
        """Number of columns in the encoding."""
        return 1

    def canonical(self, value: object) -> float:
        """Return the value as a Python float, or raise ConfigError."""
        if not _is_real(value) or not self.low <= float(value) <= self.high:
            raise ConfigError.about(
                self.name,
                value,
                f"a number in [{self.low}, {self.high}]",
                "Change the value or widen the bounds.",
            )
        return float(value)

    def encode(self, value: float) -> list[float]:
        """Map the bounds linearly onto [0, 1]."""
        return [(value - self.low) / (self.high - self.low)]

    def decode(self, columns: FloatArray) -> float:
        """Invert :meth:`encode`, clipping to the bounds."""
        return self.from_unit(float(columns[0]))

    def to_unit(self, value: float) -> float:
        """Invert :meth:`from_unit`."""
        return self.encode(value)[0]

    def from_unit(self, u: float) -> float:
        """Map a number in [0, 1] to the bounds."""
        return min(max(self.low + u * (self.high - self.low), self.low), self.high)

    def to_dict(self) -> dict[str, Any]:
        """Return a JSON-ready dictionary."""
        return {"kind": "continuous", "name": self.name, "low": self.low, "high": self.high}


@dataclass(frozen=True, slots=True)
class Integer:
    """A whole number between ``low`` and ``high``, both included."""

    name: str
    low: int
    high: int

    def __post_init__(self) -> None:
        _check_name(self.name)
        for end in ("low", "high"):
            value = getattr(self, end)
            if not _is_whole(value):
                raise ConfigError.about(f"{self.name}.{end}", value, "a whole number", "Give both bounds.")
            object.__setattr__(self, end, int(value))
        _check_order(self.name, self.low, self.high)

    @property
    def n_columns(self) -> int:
        """Number of columns in the encoding."""
        return 1

    @property
    def n_values(self) -> int:
        """Number of whole numbers in the range."""
        return self.high - self.low + 1

    def canonical(self, value: object) -> int:
        """Return the value as a Python int, or raise ConfigError."""
        if not _is_whole(value) or not self.low <= int(value) <= self.high:
            raise ConfigError.about(
                self.name,
                value,
                f"a whole number in {self.low}..{self.high}",
                "Change the value or widen the bounds.",
            )
        return int(value)

    def encode(self, value: int) -> list[float]:
        """Map each whole number to the centre of its own cell, so that all cells are equally wide."""
        return [(value - self.low + 0.5) / self.n_values]

    def decode(self, columns: FloatArray) -> int:
        """Return the whole number whose cell holds the column, clipped to the bounds."""
        return self.from_unit(float(columns[0]))

    def to_unit(self, value: int) -> float:
        """Return the centre of the cell that :meth:`from_unit` maps to the value."""
        return self.encode(value)[0]

    def from_unit(self, u: float) -> int:
        """Map a number in [0, 1] to a whole number, each equally likely."""
        return self.low + min(max(math.floor(u * self.n_values), 0), self.n_values - 1)

    def to_dict(self) -> dict[str, Any]:
        """Return a JSON-ready dictionary."""
        return {"kind": "integer", "name": self.name, "low": self.low, "high": self.high}


@dataclass(frozen=True, slots=True)
class Categorical:
    """One of several unordered choices, each a text or a number."""

    name: str
    choices: tuple[Value, ...]

    def __post_init__(self) -> None:
        _check_name(self.name)
        if isinstance(self.choices, str) or not isinstance(self.choices, Sequence) or len(self.choices) < 2:
            raise ConfigError.about(
                f"{self.name}.choices",
                self.choices,
                "a list of two or more choices",
                "Drop a parameter that is fixed.",
            )
        choices = tuple(_plain_choice(self.name, choice) for choice in self.choices)
        if len(set(choices)) != len(choices):
            raise ConfigError.about(
                f"{self.name}.choices", choices, "distinct", "Remove the repeated choice."
            )
        object.__setattr__(self, "choices", choices)

    @property
    def n_columns(self) -> int:
        """Number of columns in the encoding."""
        return len(self.choices)

    def canonical(self, value: object) -> Value:
        """Return the choice as it was declared, or raise ConfigError."""
        for choice in self.choices:
            if (
                isinstance(value, str) == isinstance(choice, str)
                and not isinstance(value, bool)
                and value == choice
            ):
                return choice
        raise ConfigError.about(
            self.name, value, f"one of {list(self.choices)}", "Take one of these choices."
        )

    def encode(self, value: Value) -> list[float]:
        """Return one column per choice, 1 for the value and 0 elsewhere."""
        return [1.0 if choice == value else 0.0 for choice in self.choices]

    def decode(self, columns: FloatArray) -> Value:
        """Return the choice with the largest column."""
        return self.choices[int(np.argmax(columns))]

    def to_unit(self, value: Value) -> float:
        """Return the centre of the cell that :meth:`from_unit` maps to the choice."""
        return (self.choices.index(value) + 0.5) / len(self.choices)

    def from_unit(self, u: float) -> Value:
        """Map a number in [0, 1] to a choice, each equally likely."""
        return self.choices[min(int(u * len(self.choices)), len(self.choices) - 1)]

    def to_dict(self) -> dict[str, Any]:
        """Return a JSON-ready dictionary."""
        return {"kind": "categorical", "name": self.name, "choices": list(self.choices)}


Parameter = Continuous | Integer | Categorical


def parameter_from_dict(record: Mapping[str, Any]) -> Parameter:
    """Rebuild a parameter from its ``to_dict``.

    Raises:
        ConfigError: when ``kind`` is unknown.
    """
    kind = record.get("kind")
    if kind == "continuous":
        return Continuous(record["name"], record["low"], record["high"])
    if kind == "integer":
        return Integer(record["name"], record["low"], record["high"])
    if kind == "categorical":
        return Categorical(record["name"], tuple(record["choices"]))
    raise ConfigError.about("kind", kind, "'continuous', 'integer' or 'categorical'", "Correct the kind.")


def _is_real(value: object) -> TypeGuard[float]:
    return isinstance(value, int | float | np.integer | np.floating) and not isinstance(value, bool)


def _is_whole(value: object) -> TypeGuard[int]:
    return isinstance(value, int | np.integer) and not isinstance(value, bool)


def _check_name(name: object) -> None:
    if not isinstance(name, str) or not name.strip():
        raise ConfigError.about("name", name, "a non-empty text", "Name the parameter.")


def _check_order(name: str, low: float, high: float) -> None:
    if not low < high:
        raise ConfigError.about(f"{name}.low", low, f"below high = {high}", "Drop a parameter that is fixed.")


def _plain_choice(name: str, choice: object) -> Value:
    """Strip numpy's types, which JSON does not know."""
    if isinstance(choice, str):
        return str(choice)
    if _is_whole(choice):
        return int(choice)
    if _is_real(choice) and math.isfinite(choice):
        return float(choice)
    raise ConfigError.about(f"{name}.choices", choice, "texts or finite numbers", "Write the choice as text.")
