"""What the teachers say of the garnet, and what is said when one is missing."""

import sys

import numpy as np
import pytest
from ase.optimize import FIRE
from scipy.optimize import minimize_scalar

from example_potentials.teaching_frames import bare_frames
from grainway.distillation import TEACHERS, load_teacher
from grainway.distillation.sources.distortions import scaled
from grainway.distillation.sources.starting_structures import Cubic
from grainway.errors import ConfigError


def test_a_missing_package_is_named_with_its_remedy(monkeypatch):
    for name in ("sevenn", "chgnet", "torch"):
        monkeypatch.setitem(sys.modules, name, None)
    for teacher in TEACHERS:
        with pytest.raises(ConfigError, match=r"grainway\[mlip\]"):
            load_teacher(teacher)


def test_an_unknown_teacher_is_refused():
    with pytest.raises(ConfigError, match="sevennet-0"):
        load_teacher("gap")


@pytest.fixture(scope="module")
def sevennet():
    return load_teacher("sevennet-0", threads=1)


@pytest.mark.mlip
def test_forces_are_the_slope_of_the_energy_and_sum_to_nothing(sevennet):
    frame = bare_frames(1)[0]
    label = sevennet.label(frame)
    np.testing.assert_allclose(label.forces.sum(axis=0), 0.0, atol=1e-4)
    step = 0.01
    energies = []
    for sign in (1, -1):
        moved = frame.copy()
        moved.positions += sign * step * label.forces / np.linalg.norm(label.forces)
        energies.append(sevennet.label(moved).energy)
    slope = (energies[1] - energies[0]) / (2 * step)
    assert slope == pytest.approx(np.linalg.norm(label.forces), rel=2e-3)


@pytest.mark.mlip
def test_stress_is_the_slope_of_the_energy_in_strain(sevennet):
    frame = bare_frames(1)[0]
    step = 2e-3
    up, down = (sevennet.label(scaled(frame, 1 + sign * step)).energy for sign in (1, -1))
    by_difference = (up - down) / (2 * step) / frame.get_volume()
    assert sevennet.label(frame).stress[:3].sum() == pytest.approx(by_difference, rel=0.02, abs=2e-4)


@pytest.mark.mlip
@pytest.mark.slow
def test_the_lattice_parameter_of_the_relaxed_crystal_is_13_angstrom(sevennet):
    atoms = Cubic(3).build(np.random.default_rng(0))
    atoms.calc = sevennet.calculator
    FIRE(atoms, logfile=None).run(fmax=0.2, steps=30)
    fitted = minimize_scalar(
        lambda scale: sevennet.label(scaled(atoms, scale)).energy, bounds=(0.99, 1.02), method="bounded"
    )
    assert atoms.cell.lengths()[0] * fitted.x == pytest.approx(13.004, rel=0.005)


@pytest.mark.mlip
def test_teachers_agree_on_the_forces_of_a_warm_crystal_but_for_a_fraction(sevennet):
    frame = bare_frames(1)[0]
    one, other = (teacher.label(frame).forces for teacher in (sevennet, load_teacher("chgnet", threads=1)))
    assert np.abs(one - other).mean() < 0.5 * np.abs(one).mean()
