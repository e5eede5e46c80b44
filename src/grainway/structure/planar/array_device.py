"""Where batches are computed: NumPy on the processor, CuPy or PyTorch on a GPU, through one array interface.

The code that uses these arrays keeps to the array API standard (data-apis.org/array-api), so that it is one
code for all of them.
"""

from dataclasses import dataclass
from importlib import import_module
from importlib.util import find_spec
from types import ModuleType
from typing import Any

import numpy as np
import numpy.typing as npt

from grainway.errors import StructureError

Array = Any
"""An array of whichever library computes; the standard defines no type to name."""


@dataclass(frozen=True)
class ArrayDevice:
    """An array library and the place it computes in.

    Attributes:
        xp: the library's namespace in the array API standard.
        place: what the library calls the device, None for its default.
    """

    xp: ModuleType
    place: Any = None

    def array(self, values: npt.ArrayLike) -> Array:
        """Return real numbers as an array on the device, in double precision."""
        return self.xp.asarray(np.asarray(values, dtype=np.float64), dtype=self.xp.float64, device=self.place)

    def indices(self, values: npt.ArrayLike) -> Array:
        """Return whole numbers as an array on the device."""
        return self.xp.asarray(np.asarray(values, dtype=np.int64), dtype=self.xp.int64, device=self.place)

    def numpy(self, values: Array) -> npt.NDArray[Any]:
        """Return an array of the device as a NumPy array."""
        if hasattr(values, "get"):  # CuPy does not copy to the processor by itself
            return np.asarray(values.get())
        if hasattr(values, "cpu"):
            return np.asarray(values.cpu())
        return np.asarray(values)


def open_array_device(name: str = "cpu") -> ArrayDevice:
    """Return the device of a name.

    Args:
        name: ``"cpu"`` (NumPy), ``"cuda"`` or ``"cuda:1"`` (CuPy where installed, else PyTorch), ``"torch"``
            (PyTorch on the processor).

    Raises:
        StructureError: when the name is unknown, or what it needs is not installed or not there.
    """
    if name == "cpu":
        return ArrayDevice(import_module("array_api_compat.numpy"))
    kind, _, number = name.partition(":")
    if kind not in ("cuda", "torch") or (number and not number.isdecimal()) or name == "torch:":
        raise StructureError.about(
            "device", name, "'cpu', 'cuda', 'cuda:<number>' or 'torch'", "Use 'cpu' where there is no GPU."
        )
    if kind == "cuda" and find_spec("cupy") is not None:
        cupy = import_module("array_api_compat.cupy")
        _check_number(name, int(number or 0), cupy.cuda.runtime.getDeviceCount())
        return ArrayDevice(cupy, cupy.cuda.Device(int(number or 0)))
    if find_spec("torch") is None:
        raise StructureError.about(
            "device", name, "'cpu', as neither CuPy nor PyTorch is installed", "Install cupy or torch."
        )
    torch = import_module("array_api_compat.torch")
    if kind == "torch":
        return ArrayDevice(torch, "cpu")
    if not torch.cuda.is_available():
        raise StructureError.about("device", name, "'cpu', as PyTorch finds no GPU", "Use 'cpu'.")
    _check_number(name, int(number or 0), torch.cuda.device_count())
    return ArrayDevice(torch, f"cuda:{number or 0}")


def _check_number(name: str, number: int, present: int) -> None:
    if number >= present:
        raise StructureError.about(
            "device", name, f"one of {present} GPUs, counted from 0", "Use 'cuda' for the first, or 'cpu'."
        )
