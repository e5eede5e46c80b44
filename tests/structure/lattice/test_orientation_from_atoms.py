"""What a grain's atoms tell of it: how it is turned, and how far they are off its lattice."""

import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from grainway.structure import disorientation, displacement_from_lattice, measured_orientation

A = 13.0
BOX = np.diag([120.0] * 3)


def turned_block(displacement, seed):
    """A ball of Zr in the middle of a large box, turned at random; every component has a normal error."""
    rng = np.random.default_rng(seed)
    cells = np.arange(-4, 5)
    corners = np.array(np.meshgrid(cells, cells, cells)).reshape(3, -1).T * A / 2
    lattice = np.vstack([corners, corners + A / 4])
    rotation = Rotation.random(rng=rng).as_matrix()
    positions = lattice[np.linalg.norm(lattice, axis=1) < 20.0] @ rotation.T + 60.0
    return positions + displacement * rng.standard_normal(positions.shape), rotation


@pytest.mark.parametrize("displacement", [0.0, 0.05, 0.2])
def test_atoms_are_as_far_off_their_lattice_as_they_were_moved(displacement):
    for seed in range(4):
        positions, rotation = turned_block(displacement, seed)
        found = measured_orientation(positions, BOX, A)
        # 240 atoms have 720 components, and those of neighbours are counted together
        assert displacement_from_lattice(positions, BOX, A, found) == pytest.approx(
            displacement, rel=0.1, abs=1e-9
        )
        angle, _ = disorientation(found, rotation)
        assert angle < 1e-6 + 10 * displacement
