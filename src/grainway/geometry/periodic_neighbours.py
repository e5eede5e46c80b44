"""Neighbours in a periodic triclinic cell."""

import itertools

import numpy as np
from scipy.spatial import cKDTree

from grainway.array_types import FloatArray, IndexArray
from grainway.errors import AnalysisError


class PeriodicNeighbours:
    """Pairs within a distance and nearest neighbours, over all periodic images.

    Args of the constructor:
        positions: atoms that may be neighbours, wrapped or not, shape (n_atoms, 3), Å.
        cell: rows are the cell vectors; any equivalent choice gives the same pairs, Å.
        reach: greatest distance that will be asked for, Å.
    """

    def __init__(self, positions: FloatArray, cell: FloatArray, reach: float) -> None:
        self._cell = cell
        self._inverse = np.linalg.inv(cell)
        self.reach = reach
        wrapped = self._wrap(positions)
        # the planes of constant fractional coordinate k are 1/|b_k| apart, b_k the reciprocal vectors
        images = np.ceil(reach * np.linalg.norm(self._inverse, axis=0)).astype(int)
        fractions = wrapped @ self._inverse
        margin = reach * np.linalg.norm(self._inverse, axis=0) + 1e-9
        points, owners = [], []
        for shift in itertools.product(*(range(-n, n + 1) for n in images)):
            moved = fractions + np.array(shift)
            near = ((moved >= -margin) & (moved < 1 + margin)).all(axis=1)
            points.append(moved[near] @ cell)
            owners.append(np.flatnonzero(near))
        self._owners = np.concatenate(owners)
        self._tree = cKDTree(np.concatenate(points))

    def _wrap(self, positions: FloatArray) -> FloatArray:
        fractions = positions @ self._inverse
        return np.asarray((fractions - np.floor(fractions)) @ self._cell)

    def pairs(self, centres: FloatArray) -> tuple[IndexArray, IndexArray, FloatArray]:
        """Return centre, neighbour and distance of every pair within reach."""
        found = cKDTree(self._wrap(centres)).sparse_distance_matrix(
            self._tree, self.reach, output_type="ndarray"
        )
        return found["i"].astype(np.intp), self._owners[found["j"]], np.asarray(found["v"], dtype=np.float64)

    def vectors(self, centres: FloatArray) -> tuple[IndexArray, IndexArray, FloatArray, FloatArray]:
        """Return centre, neighbour, distance and the vector to the neighbour, (n_pairs, 3), of every pair."""
        wrapped = self._wrap(centres)
        found = cKDTree(wrapped).sparse_distance_matrix(self._tree, self.reach, output_type="ndarray")
        i, image = found["i"].astype(np.intp), found["j"]
        vectors = self._tree.data[image] - wrapped[i]
        return i, self._owners[image], np.asarray(found["v"], dtype=np.float64), np.asarray(vectors)

    def nearest(self, centres: FloatArray) -> IndexArray:
        """Return the nearest neighbour of each centre.

        Raises:
            AnalysisError: when a centre has none within reach.
        """
        nearest, index = self._tree.query(self._wrap(centres))
        distance = np.asarray(nearest, dtype=np.float64)
        if distance.size and float(distance.max()) > self.reach:
            raise AnalysisError.about(
                "distance to the nearest neighbour",
                round(float(distance.max()), 2),
                f"at most {self.reach:g} Å",
                "Check the structure for a void.",
            )
        return np.asarray(self._owners[index])
