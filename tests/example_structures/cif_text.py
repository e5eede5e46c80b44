"""Small CIFs for tests, written line by line."""

from collections.abc import Sequence

import numpy as np

from grainway.structure import load_garnet
from grainway.structure.crystal.garnet import conventional_sites

LLZO = [
    ("La1", "La", (0.125, 0.0, 0.25), 1.0),
    ("Zr1", "Zr", (0.0, 0.0, 0.0), 1.0),
    ("O1", "O", (0.1004, 0.1952, 0.2818), 1.0),
    ("Li1", "Li", (0.375, 0.0, 0.25), 0.94),
    ("Li2", "Li", (0.0970, 0.6853, 0.5767), 0.349),
]
LI3OCL = [
    ("Cl1", "Cl", (0.0, 0.0, 0.0), 1.0),
    ("O1", "O", (0.5, 0.5, 0.5), 1.0),
    ("Li1", "Li", (0.5, 0.5, 0.0), 1.0),
]


def cif(rows: Sequence[tuple], lengths=(10.0,) * 3, angles=(90.0,) * 3, number=1, operations=()) -> str:
    """Return the text of a CIF; rows are (label, type symbol, fractions, occupancy)."""
    lines = ["data_test"]
    lines += [f"_cell_length_{n} {x:.6f}" for n, x in zip("abc", lengths, strict=True)]
    lines += [f"_cell_angle_{n} {x:.4f}" for n, x in zip(("alpha", "beta", "gamma"), angles, strict=True)]
    if number is not None:
        lines.append(f"_space_group_IT_number {number}")
    if operations:
        lines += ["loop_", "_space_group_symop_operation_xyz", *(f"'{o}'" for o in operations)]
    lines += [
        "loop_",
        *(f"_atom_site_{t}" for t in ("label", "type_symbol", "fract_x", "fract_y", "fract_z")),
    ]
    lines.append("_atom_site_occupancy")
    lines += [f"{a} {s} {x:.6f} {y:.6f} {z:.6f} {o:.6f}" for a, s, (x, y, z), o in rows]
    return "\n".join(lines) + "\n"


def garnet_in_full(origin=(0.0, 0.0, 0.0)) -> list[tuple]:
    """Return every site of the garnet's cube, as a file without symmetry lists them."""
    crystal = load_garnet()
    rows = []
    species = [*crystal.framework_species, *crystal.framework_species]
    for n, (element, site) in enumerate(
        zip(species, conventional_sites(crystal.framework_sites), strict=True)
    ):
        rows.append((f"{element}{n}", str(element), tuple((site + origin) % 1.0), 1.0))
    share = crystal.n_lithium / len(crystal.lithium_sites)
    for n, site in enumerate(conventional_sites(crystal.lithium_sites)):
        rows.append((f"Li{n}", "Li", tuple((site + origin) % 1.0), share))
    return rows


def block(rows: Sequence[tuple], n: int) -> list[tuple]:
    """Return n³ cells of a list of sites as one."""
    steps = np.stack(np.meshgrid(*[np.arange(n)] * 3, indexing="ij"), axis=-1).reshape(-1, 3)
    return [(a, s, tuple((np.array(x) + t) / n), o) for a, s, x, o in rows for t in steps]
