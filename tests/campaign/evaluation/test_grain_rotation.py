"""A hot thin grain is not a turned one; a turned one is found."""

import numpy as np
import pytest
from ase import Atoms

from grainway.campaign.evaluation.grain_rotation import has_turned, measured_misorientation
from grainway.structure import load_garnet

ANGLE = 22.6
A = load_garnet().lattice_parameter


def grains(half_extent, turn_deg, displacement, seed):
    """Zr of two blocks of a body-centred cubic lattice, turned about x, and which block each belongs to."""
    cells = np.arange(-6, 6)
    corners = np.array(np.meshgrid(cells, cells, cells)).reshape(3, -1).T * A / 2
    lattice = np.vstack([corners, corners + A / 4])
    positions, grain = [], []
    for number, angle in enumerate((-turn_deg / 2, turn_deg / 2)):
        c, s = np.cos(np.radians(angle)), np.sin(np.radians(angle))
        turned = lattice @ np.array([[1, 0, 0], [0, c, -s], [0, s, c]]).T
        inside = turned[(np.abs(turned) < half_extent).all(axis=1)]
        positions.append(inside + np.array([0.0, 0.0, 40.0 + 80.0 * number]))
        grain += [number] * len(inside)
    atoms = Atoms(numbers=[40] * len(grain), positions=np.vstack(positions), cell=[80, 80, 160], pbc=True)
    atoms.positions += displacement * np.random.default_rng(seed).standard_normal(atoms.positions.shape)
    return atoms, np.ones(len(grain), dtype=bool), np.array(grain)


THIN = np.array([7.0, 11.0, 4.0])
"""Half a grain that has a dozen Zr atoms inside."""


@pytest.mark.parametrize("displacement", [0.1, 0.2])
def test_the_stated_error_is_the_scatter_over_configurations(displacement):
    measured = [measured_misorientation(*grains(THIN, ANGLE, displacement, seed)) for seed in range(40)]
    scatter = np.std([m.value - ANGLE for m in measured])
    stated = np.sqrt(np.mean([m.standard_error**2 for m in measured]))
    # both are known to about a tenth from 40 configurations
    assert 0.6 < stated / scatter < 1.6
    assert scatter > 0.3


def test_without_vibration_the_angle_is_exact():
    measured = measured_misorientation(*grains(THIN, ANGLE, 0.0, 0))
    assert measured.value == pytest.approx(ANGLE, abs=1e-6)
    assert measured.standard_error < 1e-6


def test_heat_alone_is_not_a_turn_and_a_turn_is_one():
    thick = np.array([14.0, 14.0, 14.0])
    hot = [measured_misorientation(*grains(THIN, ANGLE, 0.2, seed)) for seed in range(20)]
    turned = [measured_misorientation(*grains(thick, ANGLE + 4, 0.2, seed)) for seed in range(3)]
    assert not any(has_turned(m, ANGLE) for m in hot)
    assert all(has_turned(m, ANGLE) for m in turned)
