"""First shells of crystals whose bonds are known."""

import numpy as np
import pytest

from grainway.analysis.composition.coordination import first_shell
from grainway.domain import Trajectory
from grainway.errors import AnalysisError
from grainway.structure import bulk_crystal, lithium_ordering


def shaken(crystal, rms, seed=0, n_frames=6):
    rng = np.random.default_rng(seed)
    n = len(crystal)
    return Trajectory(
        positions=crystal.positions + rms * rng.normal(size=(n_frames, n, 3)),
        cell=crystal.cell.array,
        species=crystal.get_chemical_symbols(),
        charges=np.ones(n),
        times=np.arange(float(n_frames)),
        temperature=300.0,
    )


def rock_salt(edge):
    grid = np.array([(i, j, k) for i in range(6) for j in range(6) for k in range(6)])
    from ase import Atoms

    symbols = ["Na" if sum(site) % 2 else "Cl" for site in grid]
    return Atoms(symbols, positions=grid * edge, cell=np.eye(3) * 6 * edge, pbc=True)


@pytest.mark.parametrize("edge", [2.0, 2.4, 2.8])
def test_rock_salt_has_six_neighbours_at_half_its_lattice_parameter(edge):
    shell = first_shell(shaken(rock_salt(edge), 0.0), "Na", "Cl")
    assert shell.coordination == 6
    assert shell.bond_length == pytest.approx(edge, abs=1e-12)
    # the second shell of this pair is at √3 times the distance of the first
    assert edge < shell.cutoff < np.sqrt(3) * edge


@pytest.mark.parametrize("rms", [0.0, 0.05, 0.15])
@pytest.mark.parametrize(("centre", "n_bonds"), [("Zr", 6), ("La", 8)])
def test_garnet_keeps_its_polyhedra_under_vibration(centre, n_bonds, rms):
    crystal = bulk_crystal((1, 1, 1), lithium_ordering(2))
    shell = first_shell(shaken(crystal, rms), centre, "O")
    assert shell.coordination == pytest.approx(n_bonds, abs=0.05)


def test_vibration_lengthens_a_bond_by_its_share_across_the_bond():
    """⟨|b + u|⟩ ≈ b + ⟨u_⊥²⟩/2b; two ends with rms s per axis give ⟨u_⊥²⟩ = 4 s²."""
    rms, edge = 0.05, 2.4
    shell = first_shell(shaken(rock_salt(edge), rms, n_frames=40), "Na", "Cl")
    assert shell.bond_length - edge == pytest.approx(4 * rms**2 / (2 * edge), rel=0.15)


def test_bonds_do_not_depend_on_the_periodic_image():
    crystal = bulk_crystal((1, 1, 1), lithium_ordering(2))
    moved = crystal.copy()
    moved.positions += np.random.default_rng(1).integers(-2, 3, (len(moved), 3)) @ moved.cell.array
    moved.positions += 0.37
    here, there = (first_shell(shaken(c, 0.0), "La", "O") for c in (crystal, moved))
    assert there.bond_length == pytest.approx(here.bond_length, abs=1e-9)
    assert there.coordination == here.coordination


def test_pairs_that_are_not_there_are_refused():
    crystal = shaken(rock_salt(2.4), 0.0)
    with pytest.raises(AnalysisError, match="another species"):
        first_shell(crystal, "Na", "Na")
    with pytest.raises(AnalysisError, match="species"):
        first_shell(crystal, "Na", "O")
    with pytest.raises(AnalysisError, match="pairs"):
        first_shell(shaken(rock_salt(6.0), 0.0), "Na", "Cl")
