"""Crystals from files: lattice, composition, charges, closest distances."""

from collections import Counter
from itertools import product
from pathlib import Path

import numpy as np
import pytest
from ase import Atoms
from scipy.spatial import cKDTree

from example_structures.cif_text import LI3OCL, block, cif, garnet_in_full
from grainway.errors import StructureError
from grainway.structure import Catalogue, load_garnet
from grainway.structure.crystal import garnet as bulk
from grainway.structure.crystal.files.crystal_file import load_crystal
from grainway.structure.lattice.cubic_lattice import CENTRING_VECTORS
from grainway.structure.planar.bicrystal import join

DATA = Path(__file__).parents[2] / "example_structures" / "data"
LLZO_TOML = Path(bulk.__file__).parent / "data/llzo.toml"
A = 12.9827
CRYSTALS = ["llzo", "llzo_tantalum", "llzo_aluminium", "li3ocl", "li2o", "argyrodite"]


@pytest.fixture(scope="module")
def crystals():
    return {name: load_crystal(DATA / f"{name}.cif") for name in CRYSTALS}


def cube(crystal, sites):
    shifts = np.array([(0, 0, 0), *CENTRING_VECTORS[crystal.centring]]) / 2
    return (np.vstack([sites + t for t in shifts]) % 1.0) * crystal.lattice_parameter


def distance_lists(crystal, cutoff):
    """All distances below a cut-off, by pair of what stands on the sites."""
    positions = np.vstack([cube(crystal, crystal.framework_sites), cube(crystal, crystal.lithium_sites)])
    times = len(cube(crystal, crystal.framework_sites[:1]))
    names = np.array([*crystal.framework_species] * times + ["Li"] * (times * len(crystal.lithium_sites)))
    a, found = crystal.lattice_parameter, {}
    steps = np.array(list(product(range(-2, 3), repeat=3))) * a
    for first, second in product(sorted(set(names)), repeat=2):
        here, there = positions[names == first], positions[names == second]
        apart = np.linalg.norm(here[:, None, None] - there[None, :, None] - steps, axis=-1).ravel()
        found[str(first), str(second)] = np.sort(apart[(apart > 1e-3) & (apart < cutoff)])
    return found


@pytest.mark.parametrize("file", [DATA / "llzo.cif", LLZO_TOML])
def test_the_garnet_from_a_file_is_the_packaged_one(file):
    found, packaged = load_crystal(file), load_garnet()
    for name in ("lattice_parameter", "centring", "n_lithium", "formal_charges", "name", "shared_sites"):
        assert getattr(found, name) == getattr(packaged, name), name
    assert np.array_equal(found.framework_species, packaged.framework_species)
    assert np.allclose(found.framework_sites, packaged.framework_sites, atol=1e-12)
    assert np.allclose(found.lithium_sites, packaged.lithium_sites, atol=1e-12)
    # Awaka's occupancies: 3 x 0.94 + 12 x 0.349 = 7.008 per formula unit
    assert found.lithium_excess == pytest.approx(7.008 / 7 - 1 if file.suffix == ".cif" else 0.0, abs=1e-9)
    lists = [distance_lists(c, 6.0) for c in (found, packaged)]
    assert lists[0].keys() == lists[1].keys()
    for pair, distances in lists[0].items():
        assert len(distances) > 0
        assert np.allclose(distances, lists[1][pair], atol=1e-9)


def test_a_file_may_give_the_closest_distances():
    assert load_crystal(LLZO_TOML).closest == load_garnet().closest


@pytest.mark.parametrize(
    ("name", "formula", "centring", "framework", "n_sites"),
    [
        ("llzo", "Li7La3Zr2O12", "I", {"La": 12, "Zr": 8, "O": 48}, 60),
        ("llzo_tantalum", "Li6.5La3Zr1.5Ta0.5O12", "I", {"La": 12, "Zr": 8, "O": 48}, 60),
        ("llzo_aluminium", "Li6.25Al0.25La3Zr2O12", "I", {"La": 12, "Zr": 8, "O": 48}, 60),
        ("li3ocl", "Li3OCl", "P", {"O": 1, "Cl": 1}, 3),
        ("li2o", "Li2O", "F", {"O": 1}, 2),
        ("argyrodite", "Li6PS5Cl", "F", {"P": 1, "S": 5, "Cl": 1}, 12),
    ],
)
def test_composition_per_primitive_cell(crystals, name, formula, centring, framework, n_sites):
    crystal = crystals[name]
    assert crystal.name == formula
    assert crystal.centring == centring
    assert Counter(crystal.framework_species.tolist()) == framework
    assert len(crystal.lithium_sites) == n_sites
    hosts = sum(crystal.formal_charges[s] for s in crystal.framework_species.tolist())
    assert hosts + crystal.n_lithium == 0
    sites, charges = crystal.mean_charges()
    assert len(sites) == len(charges)
    assert charges.sum() == pytest.approx(0.0, abs=1e-9)
    assert abs(crystal.lithium_excess) < 0.002
    # one per primitive cell: the centring makes all sites of the cube, each once
    positions = cube(crystal, np.vstack([crystal.framework_sites, crystal.lithium_sites]))
    nearest, _ = cKDTree(positions % crystal.lattice_parameter, boxsize=crystal.lattice_parameter).query(
        positions % crystal.lattice_parameter, k=2
    )
    assert nearest[:, 1].min() > 0.1
    # and the primitive cell is as dense as the cube
    assert len(sites) / crystal.primitive_volume == pytest.approx(
        len(positions) / crystal.lattice_parameter**3
    )


def test_shared_sites_say_who_and_how_much(crystals):
    (tantalum,) = crystals["llzo_tantalum"].shared_sites
    assert (tantalum.place, tantalum.host, dict(tantalum.fractions)) == ("framework", "Zr", {"Ta": 0.25})
    assert set(crystals["llzo_tantalum"].framework_species[list(tantalum.sites)]) == {"Zr"}
    assert len(tantalum.sites) == 8
    (aluminium,) = crystals["llzo_aluminium"].shared_sites
    assert (aluminium.place, aluminium.host, len(aluminium.sites)) == ("lithium", "Li", 12)
    pools = crystals["argyrodite"].shared_sites
    assert {(p.host, p.fractions) for p in pools} == {("Cl", (("S", 0.25),)), ("S", (("Cl", 0.25),))}
    assert all(not crystals[name].shared_sites for name in ("llzo", "li3ocl", "li2o"))


@pytest.mark.parametrize("origin", [(0.0, 0.0, 0.0), (0.13, 0.29, 0.41)])
def test_a_file_without_symmetry_gives_the_same_crystal(tmp_path, origin):
    path = tmp_path / "full.cif"
    path.write_text(cif(garnet_in_full(origin), (A,) * 3))
    crystal = load_crystal(path)
    assert (crystal.centring, crystal.name, crystal.n_lithium) == ("I", "Li7La3Zr2O12", 28)
    lists = [distance_lists(c, 4.0) for c in (crystal, load_garnet())]
    for pair, distances in lists[0].items():
        assert np.allclose(distances, lists[1][pair], atol=1e-4)


def test_a_block_of_cells_is_the_crystal_of_its_smallest_cube(tmp_path):
    path = tmp_path / "block.cif"
    lithium = [("Li", "Li", x, 1.0) for x in ((0.5, 0.5, 0.0), (0.5, 0.0, 0.5), (0.0, 0.5, 0.5))]
    for n in (1, 2, 3):
        path.write_text(cif(block([*LI3OCL[:2], *lithium], n), (n * 3.907,) * 3))
        crystal = load_crystal(path)
        assert crystal.lattice_parameter == pytest.approx(3.907)
        assert (crystal.name, crystal.centring, crystal.n_lithium) == ("Li3OCl", "P", 3)


def test_listed_operations_count_rather_than_a_number(tmp_path):
    """The twelve operations of P23 make all of Li3OCl from three sites."""
    path = tmp_path / "operations.cif"
    signs = [("", "", ""), ("-", "-", ""), ("-", "", "-"), ("", "-", "-")]
    operations = [
        ",".join(s + c for s, c in zip(sign, cycle, strict=True))
        for cycle in ("xyz", "zxy", "yzx")
        for sign in signs
    ]
    path.write_text(cif(LI3OCL, (3.907,) * 3, operations=operations))
    crystal = load_crystal(path)
    assert (crystal.centring, crystal.name) == ("P", "Li3OCl")


def test_a_file_that_ase_has_written(tmp_path):
    path = tmp_path / "written.cif"
    sites = [(0, 0, 0), (0.5, 0.5, 0.5), (0.5, 0.5, 0.0), (0.5, 0.0, 0.5), (0.0, 0.5, 0.5)]
    Atoms("ClOLi3", scaled_positions=sites, cell=[3.907] * 3, pbc=True).write(path)
    crystal = load_crystal(path)
    assert (crystal.name, crystal.centring, crystal.n_lithium) == ("Li3OCl", "P", 3)


def test_shared_sites_in_toml_are_those_of_the_cif(tmp_path, crystals):
    text = LLZO_TOML.read_text(encoding="utf-8")
    zirconium = '[[framework]]\nelement = "Zr"\nwyckoff = "16a"\nxyz = [0.0, 0.0, 0.0]\n'
    assert text.count(zirconium) == 1
    shared = f"{zirconium}occupancy = 0.75\n\n{zirconium.replace('Zr', 'Ta')}occupancy = 0.25\n"
    text = text.replace(zirconium, shared).replace("Li = 7\n", "Li = 6.5\nTa = 0.5\n")
    text = text.replace("Zr = 2\n", "Zr = 1.5\n").replace("Zr = 4\n", "Zr = 4\nTa = 5\n")
    path = tmp_path / "tantalum.toml"
    path.write_text(text, encoding="utf-8")
    crystal = load_crystal(path)
    assert crystal.shared_sites == crystals["llzo_tantalum"].shared_sites
    assert crystal.lithium_excess == pytest.approx(0.0, abs=1e-9)


def test_oxidation_labels_are_read(tmp_path):
    path = tmp_path / "labels.cif"
    rows = [("Mn1", "Mn3+", (0, 0, 0), 1.0), ("S1", "S2-", (0.5,) * 3, 1.0), ("O", "O1-", (0, 0.5, 0.5), 1.0)]
    # Li sites of Pm-3m: 12h; MnSO3: +3 - 2 - 6 = -5
    path.write_text(cif([*rows, ("Li1", "Li1+", (0.25, 0.5, 0.0), 5 / 12)], (6.0,) * 3, number=221))
    crystal = load_crystal(path)
    assert crystal.formal_charges == {"Li": 1, "Mn": 3, "O": -2, "S": -2}
    assert crystal.n_lithium == 5
    assert load_crystal(path, formal_charges={"Mn": 3}).n_lithium == 5
    with pytest.raises(
        StructureError, match=r"lithium in the file = 5.0 .*within 10%.*Correct formal_charges"
    ):
        load_crystal(path, formal_charges={"Mn": 2})


@pytest.mark.parametrize("name", CRYSTALS)
def test_closest_distances_follow_the_rule(crystals, name):
    crystal = crystals[name]
    charges, lists = crystal.formal_charges, distance_lists(crystal, 4.5)
    hosts = {h for s in crystal.shared_sites for h in (s.host, *(e for e, _ in s.fractions))}
    for (first, second), distance in crystal.closest.items():
        assert distance == crystal.closest[second, first] > 0
        if (first, second) == ("Li", "Li") or (first, second) not in lists:
            continue
        shortest = lists[first, second].min(initial=4.5)
        assert distance <= 0.85 * shortest + 1e-9
        bonded = charges[first] * charges[second] < 0 and not {first, second} & hosts
        if bonded and shortest == min(lists[first, x].min(initial=4.5) for x in charges if charges[x] < 0):
            assert distance == pytest.approx(0.85 * shortest)
    assert set(crystal.closest) == set(product(charges, repeat=2))
    for shared in crystal.shared_sites:
        for guest, other in product(dict(shared.fractions), charges):
            assert crystal.limit(guest, other) <= crystal.limit(shared.host, other)


@pytest.mark.parametrize("name", CRYSTALS)
@pytest.mark.parametrize(("normal", "axis"), [((0, 0, 1), (1, 0, 0)), ((3, 1, 0), (0, 0, 1))])
def test_the_perfect_crystal_cut_and_rejoined_has_no_gap(crystals, name, normal, axis):
    crystal = crystals[name]
    catalogue = Catalogue(
        lattice_parameter=crystal.lattice_parameter,
        crystal=crystal,
        max_atoms=2500 if crystal.centring == "I" else 400,
        max_strain=0.0,
        axes=((0, 0, 1),),
        characters=("symmetric tilt",),
        angle_range_deg=(20.0, 37.0),
        min_grain_thickness=15.0,
    )
    spec = catalogue.perfect_crystal(normal, axis)
    assert join(spec, crystal, contact_scale=1.0).gaps == (0.0, 0.0)


def test_closest_distances_can_be_chosen():
    crystal = load_crystal(DATA / "li3ocl.cif", closest={("O", "Li"): 1.7, ("Li", "Li"): 2.3})
    assert crystal.closest["Li", "O"] == crystal.closest["O", "Li"] == 1.7
    assert crystal.closest["Li", "Li"] == 2.3
    assert crystal.closest["Cl", "Li"] == load_crystal(DATA / "li3ocl.cif").closest["Cl", "Li"]
    # a / 2 = 1.95 Å is the shortest there is
    with pytest.raises(StructureError, match=r"closest.Li-O = 2.0 is not allowed: above 0, at most 1.95"):
        load_crystal(DATA / "li3ocl.cif", closest={("Li", "O"): 2.0})
    with pytest.raises(StructureError, match=r"closest.Li-S = 2.0 .* for two elements of"):
        load_crystal(DATA / "li3ocl.cif", closest={("Li", "S"): 2.0})


def test_a_crowd_of_lithium_lowers_its_own_exclusion(tmp_path):
    """Argyrodite holds one ion on each pair of sites 1.9 Å apart; with more ions some pairs must hold two."""
    crystal = load_crystal(DATA / "argyrodite.cif")
    lithium = cube(crystal, crystal.lithium_sites)
    a = crystal.lattice_parameter
    shortest = cKDTree(lithium % a, boxsize=a).query(lithium % a, k=2)[0][:, 1].min()
    assert shortest < crystal.closest["Li", "Li"] == 2.1
    text = (DATA / "argyrodite.cif").read_text()
    # sulphur on both sites: Li7PS6
    for old, new in (
        ("Cl1 Cl 0.0 0.0 0.0 0.75", "S9 S 0.0 0.0 0.0 1.0"),
        ("S2 S 0.0 0.0 0.0 0.25\n", ""),
        ("Cl2 Cl 0.25 0.25 0.25 0.25\n", ""),
        ("S3 S 0.25 0.25 0.25 0.75", "S3 S 0.25 0.25 0.25 1.0"),
        ("0.024 0.5", "0.024 0.58333"),
    ):
        assert text.count(old) == 1
        text = text.replace(old, new)
    path = tmp_path / "li7ps6.cif"
    path.write_text(text)
    crowded = load_crystal(path)
    assert crowded.name == "Li7PS6"
    assert crowded.closest["Li", "Li"] < shortest
