"""One order of the atoms for all frames: that of rising identifiers."""

import numpy as np

from grainway.array_types import FloatArray, IndexArray, IntArray


class AtomOrder:
    """Brings the rows of a frame, which a parallel program writes in any order, into one order."""

    def __init__(self, identifiers: FloatArray) -> None:
        """Take the order from the identifiers of the first frame.

        Raises:
            ValueError: when an identifier comes twice, or is no positive whole number.
        """
        whole = identifiers.astype(np.int64)
        if not np.array_equal(whole, identifiers) or whole.min(initial=1) < 1:
            raise ValueError("an atom's id is no positive whole number")
        self.identifiers: IntArray = np.sort(whole)
        if np.any(np.diff(self.identifiers) == 0):
            raise ValueError(
                f"the id {int(self.identifiers[:-1][np.diff(self.identifiers) == 0][0])} comes twice"
            )
        self._sorted = self.identifiers.astype(np.float64)
        self._last: FloatArray | None = None
        self._permutation: IndexArray | None = None

    def permutation(self, identifiers: FloatArray) -> IndexArray | None:
        """Return the rows in the order of rising identifiers, None when they are in it.

        Raises:
            ValueError: when the atoms are not those of the first frame.
        """
        if self._last is not None and np.array_equal(identifiers, self._last):
            return self._permutation
        if identifiers.size != self._sorted.size:
            raise ValueError(f"{identifiers.size} atoms, where the first frame has {self._sorted.size}")
        if np.array_equal(identifiers, self._sorted):
            permutation = None
        else:
            permutation = np.argsort(identifiers, kind="stable")
            found = identifiers[permutation]
            if not np.array_equal(found, self._sorted):
                other = int(np.flatnonzero(found != self._sorted)[0])
                raise ValueError(
                    "the atom ids changed: "
                    f"{found[other]:g} stands where the first frame has {self._sorted[other]:g}"
                )
        self._last, self._permutation = identifiers.copy(), permutation
        return permutation
