"""The dipole that a cut leaves, from the crystal's charges alone."""

import numpy as np
import pytest

from grainway.structure import Catalogue, load_garnet
from grainway.structure.planar.bicrystal import join

CATALOGUE = Catalogue(max_atoms=2500, max_strain=0.0)
GARNET = load_garnet()


@pytest.mark.parametrize("seed", range(20))
def test_the_dipole_of_a_plane_is_that_of_its_charges_between_two_cuts(seed):
    """Each site of the primitive cell, of volume V, stands once per spacing d in every area V/d.

    Its height h along the normal is known up to whole spacings, and the cut c says which is meant: the one
    from c to c + d. Where charges q add to zero, Σ q h d/V has no other unknown.
    """
    rng = np.random.default_rng(seed)
    entry = CATALOGUE.entries[rng.integers(len(CATALOGUE.entries))]
    cuts = rng.random(2)
    slabs = join(entry.spec(termination=float(cuts[0]), termination_b=float(cuts[1])), GARNET)
    sites, charges = GARNET.mean_charges()
    volume = GARNET.lattice_parameter**3 / 2
    grains = ((entry.normal_a, entry.plane_spacing), (entry.normal_b, entry.plane_spacing_b))
    for (normal, spacing), cut, found in zip(grains, cuts, slabs.dipoles, strict=True):
        heights = GARNET.lattice_parameter * sites @ normal / np.linalg.norm(normal)
        above = (heights - cut * spacing) % spacing
        assert found == pytest.approx(charges @ above * spacing / volume, abs=1e-9)
