"""Changes of composition on the lithium sites: which ions leave, and how many each band must hold."""

from dataclasses import dataclass, replace

import numpy as np
from scipy.spatial import cKDTree

from grainway.array_types import BoolArray, FloatArray, IntArray, StringArray
from grainway.domain import DOPANT_HOST, Composition
from grainway.errors import StructureError
from grainway.geometry.periodic_points import periodic_images
from grainway.structure.crystal.crystal import IonicCrystal
from grainway.structure.filling.lithium_monte_carlo import arrange, make_places
from grainway.structure.filling.local_environment import local_environment
from grainway.structure.filling.stoichiometry import (
    Defect,
    amount_in_region,
    chosen,
    half_band,
    nearest_whole,
    region_of,
)
from grainway.structure.filling.tiled_cell import TiledCell

_SWEEPS_INSIDE = 60  # the inside is nearly full: room for one more ion is hard to find
_INSIDE_A = 2.0  # beyond the band by this much a grain's inside begins
_TETRAHEDRAL_A = 2.35
_NEAREST = 24
_IMAGES_A = 8.0


@dataclass(frozen=True, eq=False)
class LithiumSublattice:
    """The lithium of a cell while its number is being settled.

    Attributes:
        positions: shape (n, 3), Å.
        present: False for ions that have been taken out, shape (n,).
        placed: False for ions that are in the way and must find another place, shape (n,).
        vacant: empty sites, shape (v, 3), Å.
        gain: ions that each band gets on top, shape (n_boundaries,).
    """

    positions: FloatArray
    present: BoolArray
    placed: BoolArray
    vacant: FloatArray
    gain: IntArray


def without(
    cell: TiledCell, lithium: LithiumSublattice, defects: list[Defect], width: float
) -> LithiumSublattice:
    """Take out the lithium that makes defects neutral: of what the region holds the nearest to each.

    Raises:
        StructureError: when the region has too little lithium.
    """
    present = lithium.present.copy()
    for defect in defects:
        allowed = np.flatnonzero(present)
        if defect.region == "band":
            allowed = allowed[cell.boundaries.distance(lithium.positions[allowed]) <= half_band(cell, width)]
        wanted = defect.lithium * len(defect.positions)
        if wanted > len(allowed):
            share = (len(allowed) + defect.hosts) / (wanted + defect.hosts)
            raise StructureError.about(
                f"composition.{defect.field}",
                defect.amount,
                f"at most {abs(defect.amount) * share:.3g} in size: "
                f"the region holds {len(allowed)} lithium ions and {wanted} would have to leave",
                "Lower it, or widen the region (width_layers, region = 'everywhere').",
            )
        if wanted == 0:
            continue
        images, owner = periodic_images(lithium.positions[allowed], cell.vectors, _IMAGES_A)
        tree = cKDTree(images)
        for centre in defect.positions:
            left: list[int] = []
            n_asked = min(_NEAREST, len(images))
            while True:
                distance, found = tree.query(centre, k=np.arange(1, n_asked + 1))
                ions = allowed[owner[found]]
                # equal distances by place, not by the order of the list
                place = np.round(images[found], 6)
                order = np.lexsort((place[:, 0], place[:, 1], place[:, 2], np.round(distance, 6)))
                left = [i for i in dict.fromkeys(ions[order].tolist()) if present[i]]
                if len(left) >= defect.lithium or n_asked == len(images):
                    break
                n_asked = min(4 * n_asked, len(images))
            present[left[: defect.lithium]] = False
    return replace(lithium, present=present)


def site_dopants(
    cell: TiledCell,
    lithium: LithiumSublattice,
    composition: Composition,
    width: float,
    crystal: IonicCrystal,
    rng: np.random.Generator,
) -> tuple[FloatArray, StringArray, list[Defect], LithiumSublattice]:
    """Turn lithium into dopants; Al and Ga prefer the tetrahedral site, among equals the draw decides.

    Returns:
        Positions of the dopants, shape (n, 3), Å, their symbols, shape (n,), what must leave to keep the cell
        neutral, and the lithium that remains.

    Raises:
        StructureError: when the region has too little lithium.
    """
    places, names, defects = [np.zeros((0, 3))], [], []
    asked = [(e, a) for e, a in composition.dopants if DOPANT_HOST[e] == "Li"]
    if asked:
        everywhere = np.ones(len(cell.framework), dtype=bool)
        around = local_environment(cell.framework, cell.species, cell.vectors, crystal, everywhere)
        coordination = sum(
            np.asarray(tree.query_ball_point(lithium.positions, _TETRAHEDRAL_A, return_length=True))
            for element, tree in sorted(around.trees.items())
            if crystal.charge(element) < 0
        )
    for element, amount in asked:
        total = amount_in_region(cell, amount, composition, width, crystal)
        parts = []
        for part in region_of(cell, lithium.positions, composition, width):
            free = part[(lithium.present & lithium.placed)[part]]
            tetrahedral = free[np.asarray(coordination)[free] <= 4]
            # enough of the preferred site leaves the draw to it alone
            parts.append(tetrahedral if len(tetrahedral) >= total else free)
        hosts = chosen(parts, lithium.positions, cell, total, f"dopants.{element}", amount, rng)
        present = lithium.present.copy()
        present[hosts] = False
        lithium = replace(lithium, present=present)
        places.append(lithium.positions[hosts])
        names += [element] * total
        surplus = crystal.charge(element) // crystal.charge("Li") - 1
        field = f"dopants.{element}"
        defects.append(
            Defect(lithium.positions[hosts], surplus, composition.region, field, amount, len(hosts))
        )
    return np.vstack(places), np.array(names, dtype="<U2"), defects, lithium


def transferred(
    cell: TiledCell,
    lithium: LithiumSublattice,
    dopants: FloatArray,
    composition: Composition,
    width: float,
    crystal: IonicCrystal,
    rng: np.random.Generator,
) -> tuple[LithiumSublattice, int]:
    """Move lithium between the insides of the grains and the bands, as much at each boundary.

    Returns:
        The lithium, and how many ions the bands gain (+) or lose (-). What the inside loses the bands must
        hold on top, and the reverse.

    Raises:
        StructureError: when the inside has too few ions or free sites.
    """
    amount = composition.lithium_transfer_per_nm2
    per_boundary = nearest_whole(amount * cell.boundaries.area / 100)
    n_boundaries = len(lithium.gain)
    total = per_boundary * n_boundaries
    if total == 0:
        return lithium, 0
    deep = half_band(cell, width) + _INSIDE_A
    field = "lithium_transfer_per_nm2"
    inside = lithium.present & (cell.boundaries.distance(lithium.positions) > deep)
    nearest = cell.boundaries.nearest(lithium.positions)
    gain = lithium.gain + per_boundary
    if total > 0:
        parts = [np.flatnonzero(inside & (nearest == b)) for b in range(n_boundaries)]
        present = lithium.present.copy()
        present[chosen(parts, lithium.positions, cell, total, field, amount, rng)] = False
        return replace(lithium, present=present, gain=gain), total
    # sites that ions have left are free for others
    inner = cell.boundaries.distance(lithium.positions) > deep
    vacant = cell.boundaries.distance(lithium.vacant) > deep
    positions = np.vstack([lithium.positions[inner], lithium.vacant[vacant]])
    boundary = cell.boundaries.nearest(positions)
    start = np.concatenate([lithium.present[inner], np.zeros(int(vacant.sum()), dtype=bool)])
    still = np.vstack([lithium.positions[lithium.present & lithium.placed & ~inner], dopants])
    places = make_places(
        positions, boundary, np.zeros(len(positions)), still, cell.vectors, crystal.closest["Li", "Li"]
    )
    start = start[places.order]
    n_inside = np.bincount(places.boundary[start], minlength=n_boundaries)
    try:
        occupied, _ = arrange(places, start, n_inside - per_boundary, _SWEEPS_INSIDE, rng)
    except StructureError as error:
        raise StructureError.about(
            f"composition.{field}",
            amount,
            f"nearer to 0: no room was found for {-total} more lithium ions inside the grains",
            "Move less, use thicker grains, or another seed.",
        ) from error
    settled = places.positions[occupied]
    outside = ~inner
    return replace(
        lithium,
        positions=np.vstack([lithium.positions[outside], settled]),
        present=np.concatenate([lithium.present[outside], np.ones(len(settled), dtype=bool)]),
        placed=np.concatenate([lithium.placed[outside], np.ones(len(settled), dtype=bool)]),
        vacant=np.vstack([lithium.vacant[~vacant], places.positions[~occupied]]),
        gain=gain,
    ), total
