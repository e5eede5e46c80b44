"""Listed sites as those of a cubic lattice: one per primitive cell, with the centring that they have."""

from dataclasses import dataclass, replace
from math import ceil

import numpy as np
from scipy.spatial import cKDTree

from grainway.array_types import BoolArray, FloatArray, IndexArray, IntArray
from grainway.errors import StructureError
from grainway.structure.crystal.files.site_listing import SAME_FRACTION, SiteListing, SiteRow, into_unit_cell
from grainway.structure.lattice.cubic_lattice import CENTRING_VECTORS, Centring

_LARGEST_DISTORTION = 1e-3
_TURNS = (
    np.array([[0, 0, 1], [1, 0, 0], [0, 1, 0]]),  # about [111] by a third
    np.array([[-1, 0, 0], [0, -1, 0], [0, 0, 1]]),  # about [001] by a half
)
"""These two generate 23, the least point group of a cubic crystal."""
_MOST_CELLS_PER_EDGE = 6


@dataclass(frozen=True, eq=False)
class SiteKind:
    """Sites that are alike in what stands on them.

    Attributes:
        label: names of the file's lines.
        occupancy: share of the sites for each element, by element; None where the file does not say.
    """

    label: str
    occupancy: tuple[tuple[str, float | None], ...]


@dataclass(frozen=True, eq=False)
class CubicSites:
    """The sites of a cubic crystal.

    Attributes:
        lattice_parameter: a, Å.
        positions: shape (n, 3), fractions of the cube; once per primitive cell after :func:`primitive_sites`.
        kind: number of each site's kind, shape (n,).
        kinds: what stands on them.
        centring: lattice type.
    """

    lattice_parameter: float
    positions: FloatArray
    kind: IntArray
    kinds: tuple[SiteKind, ...]
    centring: Centring = "P"


def primitive_sites(listing: SiteListing) -> CubicSites:
    """Return the sites of the listing once per primitive cell, in its order.

    The lattice is that of the expanded structure, not of a symbol: the smallest cube whose edges are
    translations, then the centring of that cube.

    Raises:
        StructureError: when the cell is not cubic within 0.1 %, the sites have not the three-fold axes of a
            cubic crystal, two sites overlap, or the file's space group is centred and its sites are not.
    """
    listed = _merged(listing, cubic_length(listing))
    whole = _smallest_cube(listed)
    content = _contents(whole)
    for turn in _TURNS:
        if not any(
            _maps_onto_itself(whole.positions, content, turn, t)
            for t in _candidate_shifts(whole.positions, content, turn)
        ):
            raise StructureError.about(
                "path",
                listing.source,
                "a crystal of cubic symmetry; "
                "the cell is a cube, but its contents are not the same along a, b and c",
                "Give the averaged cubic structure, lithium as partial occupancies, not one ordering of it.",
            )
    letters: tuple[Centring, ...] = ("I", "F")
    identity = np.eye(3, dtype=np.int64)
    centring: Centring = "P"
    for letter in letters:
        shifts = np.array(CENTRING_VECTORS[letter]) / 2
        if all(_maps_onto_itself(whole.positions, content, identity, t) for t in shifts):
            centring = letter
    named = listing.space_group.strip()[:1]
    if named in letters and centring == "P" and whole is listed:
        raise StructureError.about(
            "space group",
            listing.space_group,
            f"sites that repeat with the {named} centring; they do not",
            "List the centring among the symmetry operations, or correct the group.",
        )
    kept = _first_of_equivalents(whole.positions, np.array([(0, 0, 0), *CENTRING_VECTORS[centring]]) / 2)
    return replace(whole, positions=whole.positions[kept], kind=whole.kind[kept], centring=centring)


def conventional_positions(sites: CubicSites) -> FloatArray:
    """Return all sites of the cube, those of the primitive cell first, shape (n_centres·n, 3), fractions."""
    shifts = np.array([(0, 0, 0), *CENTRING_VECTORS[sites.centring]]) / 2
    return into_unit_cell(np.vstack([sites.positions + t for t in shifts]))


def cubic_length(listing: SiteListing) -> float:
    """Return the lattice parameter of a cubic cell, Å.

    Raises:
        StructureError: when the cell is not cubic within 0.1 %.
    """
    lengths, angles = np.array(listing.cell[:3]), np.array(listing.cell[3:])
    if not (np.isfinite(lengths).all() and np.isfinite(angles).all() and (lengths > 0).all()):
        raise StructureError.about(
            "cell", listing.cell, "three lengths above 0 Å and three angles", "Correct the file."
        )
    mean = float(lengths.mean())
    even = np.abs(lengths - mean).max() <= _LARGEST_DISTORTION * mean
    if even and np.abs(angles - 90.0).max() <= np.degrees(_LARGEST_DISTORTION):
        return mean
    found = ", ".join(
        f"{n} = {x:.6g}{u}"
        for n, x, u in zip(
            ("a", "b", "c", "alpha", "beta", "gamma"), listing.cell, [" Å"] * 3 + ["°"] * 3, strict=True
        )
    )
    group = f" ({listing.space_group})" if listing.space_group else ""
    if even and any(np.abs(angles - x).max() < 0.1 for x in (60.0, 109.4712)):
        remedy = "This is the primitive cell of a centred cube: write the conventional cell instead."
    else:
        remedy = (
            "Boundaries are built in cubic crystals: "
            "give the cubic polymorph (of Li7La3Zr2O12 the one of Ia-3d, stable when doped or hot), "
            "or a cubic average of the cell."
        )
    raise StructureError.about("cell", f"{found}{group}", "cubic within 0.1 %", remedy)


def _merged(listing: SiteListing, lattice_parameter: float) -> CubicSites:
    """Return one list of sites, rows at the same places as one kind."""
    groups: list[tuple[FloatArray, list[SiteRow]]] = []
    for row in listing.rows:
        for places, rows in groups:
            found = _near(places, row.positions)
            if not found:
                continue
            if found < len(row.positions) or len(places) != len(row.positions):
                raise StructureError.about(
                    f"site {row.label}",
                    row.positions[0].tolist(),
                    f"at the places of {rows[0].label}, all of them, or none",
                    "Correct the coordinates.",
                )
            rows.append(row)
            break
        else:
            groups.append((row.positions, [row]))
    kinds = []
    for _, rows in groups:
        elements = [row.element for row in rows]
        occupancies = [row.occupancy for row in rows]
        label = "/".join(row.label for row in rows)
        total = sum(x for x in occupancies if x is not None)
        if (
            len(set(elements)) < len(elements)
            or total > 1.02
            or any(x is not None and x < 0 for x in occupancies)
        ):
            raise StructureError.about(
                f"occupancy of site {label}",
                dict(zip(elements, occupancies, strict=True)),
                "each element once, shares that add to 1 at most",
                "Correct the occupancies; a file that lists all atoms must list no symmetry beside them.",
            )
        present = [(e, x) for e, x in zip(elements, occupancies, strict=True) if x is None or x > 0]
        kinds.append(SiteKind(label, tuple(sorted(present, key=lambda p: p[0]))))
    if not groups:
        raise StructureError.about("path", listing.source, "a crystal with sites", "Add them.")
    return CubicSites(
        lattice_parameter,
        np.vstack([places for places, _ in groups]),
        np.repeat(np.arange(len(groups)), [len(places) for places, _ in groups]),
        tuple(kinds),
    )


def _near(places: FloatArray, others: FloatArray) -> int:
    """Return how many of the others stand on one of the places."""
    apart = np.abs(places[:, None] - others[None])
    apart = np.minimum(apart, 1.0 - apart)
    return int(np.all(apart < SAME_FRACTION, axis=2).any(axis=0).sum())


def _contents(sites: CubicSites) -> IntArray:
    """Return a number for what stands on each site, equal for equal occupancies, shape (n,)."""
    known: dict[tuple[tuple[str, float | None], ...], int] = {}
    numbers = [
        known.setdefault(tuple((e, None if x is None else round(x, 3)) for e, x in k.occupancy), len(known))
        for k in sites.kinds
    ]
    return np.array(numbers, dtype=np.int64)[sites.kind]


def _images(positions: FloatArray, moved: FloatArray) -> IndexArray:
    """Return which site each moved one falls on, the number of sites where it falls on none."""
    tree = cKDTree(into_unit_cell(positions), boxsize=np.ones(3))
    _, found = tree.query(into_unit_cell(moved), distance_upper_bound=SAME_FRACTION, p=np.inf)
    return np.asarray(found)


def _maps_onto_itself(positions: FloatArray, content: IntArray, turn: IntArray, shift: FloatArray) -> bool:
    found = _images(positions, positions @ turn.T + shift)
    if (found == len(positions)).any() or len(set(found.tolist())) < len(found):
        return False
    return bool((content[found] == content).all())


def _candidate_shifts(positions: FloatArray, content: IntArray, turn: IntArray) -> FloatArray:
    """Return the shifts that could go with a turn: they bring one site of the rarest kind onto another."""
    numbers, counts = np.unique(content, return_counts=True)
    rarest = positions[content == numbers[np.argmin(counts)]]
    return np.asarray(rarest - turn @ rarest[0])


def _first_of_equivalents(positions: FloatArray, shifts: FloatArray) -> BoolArray:
    """Say which sites are the first of those that the shifts relate, shape (n,)."""
    images = np.array([_images(positions, positions + t) for t in shifts])
    return np.asarray(images.min(axis=0) == np.arange(len(positions)))


def _smallest_cube(sites: CubicSites) -> CubicSites:
    """Return the sites of the smallest cube that repeats along its edges."""
    content = _contents(sites)
    most = min(_MOST_CELLS_PER_EDGE, ceil(len(sites.positions) ** (1 / 3)))
    for n in range(most, 1, -1):
        steps = np.eye(3) / n
        if all(_maps_onto_itself(sites.positions, content, np.eye(3, dtype=np.int64), t) for t in steps):
            shifts = np.stack(np.meshgrid(*[np.arange(n) / n] * 3, indexing="ij"), axis=-1).reshape(-1, 3)
            kept = _first_of_equivalents(sites.positions, shifts)
            return replace(
                sites,
                lattice_parameter=sites.lattice_parameter / n,
                positions=into_unit_cell(sites.positions[kept] * n),
                kind=sites.kind[kept],
            )
    return sites
