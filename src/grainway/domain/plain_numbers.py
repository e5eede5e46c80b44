"""What a user gives, made into the plain numbers that a record holds, or refused by name."""

from math import inf, isfinite
from numbers import Integral, Real

import numpy as np

from grainway.errors import StructureError

LARGEST_INDEX = 10_000
"""Of planes, directions and periods: far beyond any boundary that can be built, and safe to square."""


def whole_number(field: str, value: object) -> int:
    """Return a whole number of any library's type as an integer.

    Raises:
        StructureError: when it is none.
    """
    if type(value) is int:  # nearly always, and the rest takes ten times as long
        return value
    if isinstance(value, bool) or not isinstance(value, Integral):
        raise StructureError.about(field, value, "a whole number", "Give an integer.")
    return int(value)


def real_number(field: str, value: object) -> float:
    """Return a finite real number of any library's type as a float.

    Raises:
        StructureError: when it is none.
    """
    if type(value) is float and isfinite(value):
        return value
    number = inf
    if isinstance(value, Real) and not isinstance(value, bool):
        try:
            number = float(value)
        except OverflowError:  # an integer beyond any float
            number = inf
    if not isfinite(number):
        raise StructureError.about(field, value, "a finite number", "Give a finite number.")
    return number


def listed(field: str, value: object, length: int, allowed: str) -> tuple[object, ...]:
    """Return the members of a list, tuple or array of a given length.

    Raises:
        StructureError: when it is none.
    """
    members = value.tolist() if isinstance(value, np.ndarray) else value
    if not isinstance(members, list | tuple) or len(members) != length:
        raise StructureError.about(field, value, allowed, f"Give a tuple of {length}.")
    return tuple(members)


def whole_indices(field: str, value: object) -> tuple[int, int, int]:
    """Return three whole numbers, none of them larger than any boundary needs.

    Raises:
        StructureError: when they are not.
    """
    x, y, z = (whole_number(field, c) for c in listed(field, value, 3, "three integers"))
    if max(abs(x), abs(y), abs(z)) > LARGEST_INDEX:
        raise StructureError.about(
            field, (x, y, z), f"integers up to {LARGEST_INDEX}", "Take it from a Catalogue entry."
        )
    return x, y, z
