"""The perfect garnet Li7La3Zr2O12: cubic, by sites in primitive-lattice form, and tetragonal.

Sites are given once per primitive cell of the body-centred lattice, so that any slab of whole lattice
planes holds each of them exactly once per plane and cell: stoichiometry is a matter of counting.
"""

import tomllib
from functools import cache
from importlib.resources import files

import numpy as np
from ase import Atoms
from ase.spacegroup import Spacegroup, crystal

from grainway.array_types import BoolArray, FloatArray, StringArray
from grainway.structure.crystal.crystal import IonicCrystal


@cache
def load_garnet() -> IonicCrystal:
    """Return cubic Li7La3Zr2O12 from the packaged crystal data."""
    data = tomllib.loads(
        files("grainway.structure.crystal").joinpath("data/llzo.toml").read_text(encoding="utf-8")
    )
    group = Spacegroup(data["space_group"])

    def primitive_sites(entries: list[dict[str, object]]) -> tuple[StringArray, FloatArray]:
        species: list[str] = []
        sites = []
        for entry in entries:
            expanded, _ = group.equivalent_sites([entry["xyz"]], onduplicates="error")
            reduced = _one_per_primitive_cell(np.asarray(expanded))
            species += [str(entry["element"])] * len(reduced)
            sites.append(reduced)
        return np.array(species), np.vstack(sites)

    framework_species, framework_sites = primitive_sites(data["framework"])
    _, lithium_sites = primitive_sites(data["mobile"])
    charges = data["formal_charges"]
    framework_charge = sum(charges[s] for s in framework_species)
    closest = {}
    for pair, distance in data["closest"].items():
        first, second = pair.split("-")
        closest[first, second] = closest[second, first] = float(distance)
    return IonicCrystal(
        name=data["name"],
        lattice_parameter=float(data["lattice_parameter"]),
        centring="I",
        framework_species=framework_species,
        framework_sites=framework_sites,
        lithium_sites=lithium_sites,
        n_lithium=-framework_charge // charges["Li"],
        formal_charges=charges,
        closest=closest,
    )


def _one_per_primitive_cell(sites: FloatArray) -> FloatArray:
    """Keep one of each pair of sites that body centring relates."""
    kept: list[FloatArray] = []
    for site in sites % 1.0:
        offsets = np.array([site - other - 0.5 for other in kept]).reshape(-1, 3)
        if not np.any(np.all(np.abs(offsets - np.round(offsets)) < 1e-6, axis=1)):
            kept.append(site)
    if 2 * len(kept) != len(sites):
        raise ArithmeticError("the sites are not body-centred")
    return np.array(kept)


def conventional_sites(primitive: FloatArray) -> FloatArray:
    """Return the sites of the conventional cubic cell, shape (2n, 3), fractions."""
    return np.vstack([primitive, (primitive + 0.5) % 1.0])


def bulk_crystal(repeats: tuple[int, int, int], occupied: BoolArray) -> Atoms:
    """Return a periodic block of the perfect crystal.

    Args:
        repeats: cubic cells along x, y, z.
        occupied: lithium occupation per site of the primitive cell, shape (n_sites,).

    Returns:
        Framework first, lithium last; array ``grain`` is 0 throughout.
    """
    crystal = load_garnet()
    framework = conventional_sites(crystal.framework_sites)
    lithium = conventional_sites(crystal.lithium_sites[occupied])
    cell = Atoms(
        symbols=[*crystal.framework_species, *crystal.framework_species, *["Li"] * len(lithium)],
        scaled_positions=np.vstack([framework, lithium]),
        cell=[crystal.lattice_parameter] * 3,
        pbc=True,
    )
    block: Atoms = cell.repeat(repeats)
    block = block[np.argsort(block.numbers == 3, kind="stable")]
    block.new_array("grain", np.zeros(len(block), dtype=np.int64))
    return block


def tetragonal_crystal() -> Atoms:
    """Return one conventional cell, 192 ions, a and b along x and y, c along z.

    Every lithium has its own full site, so there is nothing to choose. Framework first, lithium last.
    """
    text = (
        files("grainway.structure.crystal").joinpath("data/llzo_tetragonal.toml").read_text(encoding="utf-8")
    )
    data = tomllib.loads(text)
    cell: Atoms = crystal(
        symbols=[site["element"] for site in data["site"]],
        basis=[site["xyz"] for site in data["site"]],
        spacegroup=data["space_group"],
        setting=data["setting"],
        cellpar=[data["a"], data["a"], data["c"], 90.0, 90.0, 90.0],
        onduplicates="error",
    )
    framework = [number for number, symbol in enumerate(cell.symbols) if symbol != "Li"]
    lithium = [number for number, symbol in enumerate(cell.symbols) if symbol == "Li"]
    return Atoms(
        numbers=cell.numbers[[*framework, *lithium]],
        positions=cell.positions[[*framework, *lithium]],
        cell=cell.cell,
        pbc=True,
    )
