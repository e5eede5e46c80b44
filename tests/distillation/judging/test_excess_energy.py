"""Excess energies over the bulk: what a constant, an order or a composition makes of them."""

import numpy as np
import pytest
from ase import Atoms, units
from ase.calculators.singlepoint import SinglePointCalculator

from grainway.distillation.judging.excess_energy import compare_excess_energies

J_PER_M2 = units.J / units.m**2
AREA = 12.0 * 15.0


def frame(kind, energy, number=0, temperature=300.0, symbols="LiO"):
    atoms = Atoms(symbols * 4, positions=np.zeros((len(Atoms(symbols)) * 4, 3)), cell=[12, 15, 40], pbc=True)
    atoms.info.update(kind=kind, origin=f"{kind} {number}", temperature=temperature)
    zeros = np.zeros((len(atoms), 3))
    atoms.calc = SinglePointCalculator(atoms, energy=energy, forces=zeros, stress=np.zeros(6))
    return atoms


def bulk(zero, heat, symbols="LiO"):
    """Frames of bulk at a line of energy per atom over temperature."""
    n = 4 * len(Atoms(symbols))
    return [frame("bulk_cubic", n * (zero + heat * t), t, t, symbols) for t in (300.0, 600.0, 900.0, 1200.0)]


def boundaries(gammas, zero, heat, temperature=700.0):
    return [
        frame("boundary", 8 * (zero + heat * temperature) + 2 * AREA * gamma * J_PER_M2, k, temperature)
        for k, gamma in enumerate(gammas)
    ]


def paired(first, second):
    return list(zip(first, second, strict=True))


def test_known_excesses_come_back_whatever_the_zeros_and_the_heat():
    gammas, off = np.array([0.9, 0.3, 1.4, 0.6]), np.array([0.1, -0.05, 0.2, 0.0])
    references = paired(bulk(-5.0, 1e-4), bulk(-3.0, 2e-4))
    compared = paired(boundaries(gammas, -5.0, 1e-4), boundaries(gammas + off, -3.0, 2e-4))
    found = compare_excess_energies(references, compared)
    assert (found.lowest, found.highest) == pytest.approx((0.3, 1.4), abs=1e-9)
    assert found.mean_difference == pytest.approx(off.mean(), abs=1e-9)
    assert found.rms_difference == pytest.approx(np.sqrt(np.mean(off**2)), abs=1e-9)
    assert found.rank_correlation == pytest.approx(1.0)
    assert (found.n_frames, found.n_origins) == (4, 4)


def test_an_order_turned_round_has_the_correlation_minus_one():
    gammas = np.array([0.3, 0.6, 0.9])
    references = paired(bulk(-5.0, 1e-4), bulk(-5.0, 1e-4))
    compared = paired(boundaries(gammas, -5.0, 1e-4), boundaries(gammas[::-1], -5.0, 1e-4))
    assert compare_excess_energies(references, compared).rank_correlation == pytest.approx(-1.0)


def test_only_frames_whose_bulk_is_known_are_compared():
    references = paired(bulk(-5.0, 1e-4), bulk(-5.0, 1e-4))
    known = boundaries([0.3, 0.6, 0.9], -5.0, 1e-4)
    others = [
        frame("boundary", -20.0, 7, 700.0, "LiTaO"),
        frame("boundary", -20.0, 8, 2000.0),
        frame("melt", -20.0, 9),
    ]
    found = compare_excess_energies(references, paired([*known, *others], [*known, *others]))
    assert found.n_frames == 3
    assert found.rms_difference == pytest.approx(0.0, abs=1e-12)


def test_too_little_to_compare_gives_nothing():
    references = paired(bulk(-5.0, 1e-4), bulk(-5.0, 1e-4))
    two = boundaries([0.3, 0.6], -5.0, 1e-4)
    assert compare_excess_energies(references, paired(two, two)) is None
    three = boundaries([0.3, 0.6, 0.9], -5.0, 1e-4)
    assert compare_excess_energies(references[:3], paired(three, three)) is None
