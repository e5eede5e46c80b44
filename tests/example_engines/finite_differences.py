"""Gradients by central differences, to hold analytic ones against."""

from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt


def numeric_gradient(
    function: Callable[[npt.NDArray[np.float64]], float], at: npt.NDArray[np.float64], step: float = 1e-5
) -> npt.NDArray[Any]:
    """Return the gradient of a function of a vector, shape of the vector."""
    return np.array(
        [(function(at + step * e) - function(at - step * e)) / (2.0 * step) for e in np.eye(at.size)]
    )
