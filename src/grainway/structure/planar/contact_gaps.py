"""Many bicrystals at once: coordinates and contact gaps of one boundary at many translations and cuts.

All bicrystals of a batch share planes, periods and numbers of planes; they differ in translation and cut
heights. Only atoms within the longest closest distance of a cut can touch the other grain, so a gap is the
maximum over a fixed, padded table of pairs: no trees, no loops, the same on a processor and on a GPU.
"""

from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import product

import numpy as np

from grainway.array_types import FloatArray, IntArray
from grainway.domain import BoundarySpec
from grainway.structure.crystal.crystal import IonicCrystal
from grainway.structure.planar.array_device import Array, ArrayDevice
from grainway.structure.planar.lattice_slab import ON_PLANE, Slab, framework_limits, slabs

_SLICES = 4
"""Parts into which the atoms below a cut are split; each meets only the atoms that any of it can reach."""


def macroscopic_key(spec: BoundarySpec) -> BoundarySpec:
    """Return the recipe without translation, cuts, width and composition: what a batch has in common."""
    return replace(
        spec,
        translation=(0.0, 0.0),
        termination=0.0,
        termination_b=0.0,
        width_layers=1,
        composition=type(spec.composition)(),
    )


@dataclass(frozen=True, eq=False)
class CellAxes:
    """What all bicrystals of a batch share.

    Attributes:
        lower: slab of grain 0.
        upper: slab of grain 1.
        planes: lattice planes of both grains.
        sites: framework sites, cubic fractions, one per primitive cell, shape (n_sites, 3).
        kinds: number of each site's species, shape (n_sites,).
        limits: closest distance per pair of species, shape (n_species, n_species), Å.
    """

    lower: Slab
    upper: Slab
    planes: tuple[int, int]
    sites: FloatArray
    kinds: IntArray
    limits: FloatArray

    @property
    def reach(self) -> float:
        """Longest closest distance, Å: atoms farther from a cut touch nothing beyond it."""
        return float(self.limits.max())


@lru_cache(maxsize=128)
def make_frame(key: BoundarySpec, crystal: IonicCrystal, contact_scale: float) -> CellAxes:
    """Return what the bicrystals of one macroscopic boundary share."""
    lower, upper = slabs(key, crystal)
    closest = framework_limits(crystal, contact_scale)
    names, kinds = np.unique(crystal.framework_species, return_inverse=True)
    return CellAxes(
        lower=lower,
        upper=upper,
        planes=(key.planes, key.n_planes_b),
        sites=crystal.framework_sites,
        kinds=kinds.astype(np.int64),
        limits=np.array([[closest[str(p), str(q)] for q in names] for p in names]),
    )


@dataclass(frozen=True, eq=False)
class Surface:
    """Atoms of one grain next to its cut, for every bicrystal of a batch.

    Attributes:
        x, y: lateral positions, shape (n_batch, n_near), Å.
        distance: from the cut, ascending, infinite where padded, shape (n_batch, n_near), Å.
        kind: species number, shape (n_batch, n_near).
    """

    x: Array
    y: Array
    distance: Array
    kind: Array


def surface(slab: Slab, frame: CellAxes, cuts: Array, device: ArrayDevice, *, above: bool) -> Surface:
    """Return the atoms of a slab within reach of its cut.

    Args:
        slab: one of the frame's.
        frame: what the batch shares.
        cuts: heights of the cut in plane spacings, shape (n_batch,).
        device: where to compute.
        above: the atoms above the cut, else those below it.
    """
    xp = device.xp
    n_planes = int(frame.reach / slab.spacing) + 1
    fractions = slab.fractions(frame.sites)
    n_sites, n_cells, _ = fractions.shape
    height = device.array(fractions[:, 0, 2])[None, :]
    first = xp.ceil(cuts[:, None] - height - ON_PLANE)
    # planes counted away from the cut
    step = device.array(np.arange(n_planes) if above else -1.0 - np.arange(n_planes))
    absolute = (height + first)[:, :, None] + step
    away = (absolute - cuts[:, None, None]) * (slab.spacing if above else -slab.spacing)
    shape = (cuts.shape[0], n_sites, n_cells, n_planes)
    x, y, _ = slab.place(
        device.array(fractions[None, :, :, None, 0]),
        device.array(fractions[None, :, :, None, 1]),
        absolute[:, :, None, :],
    )
    distance = xp.reshape(xp.broadcast_to(away[:, :, None, :], shape), (shape[0], -1))
    kinds = device.indices(np.repeat(frame.kinds, n_cells * n_planes))
    # an oxygen reaches less far than a cation: beyond its own longest limit an atom touches nothing
    near = distance < device.array(frame.limits.max(axis=1)[frame.kinds].repeat(n_cells * n_planes))
    # the same number of atoms for every bicrystal: as many of the nearest as any of them has within reach
    n_near = int(xp.max(xp.sum(xp.astype(near, xp.int64), axis=1)))
    far = xp.asarray(xp.inf, dtype=xp.float64, device=device.place)
    distance = xp.where(near, xp.clip(distance, 0.0, None), far)
    nearest = xp.argsort(distance, axis=1, stable=True)[:, :n_near]
    return Surface(
        x=xp.take_along_axis(xp.reshape(x, (shape[0], -1)), nearest, axis=1),
        y=xp.take_along_axis(xp.reshape(y, (shape[0], -1)), nearest, axis=1),
        distance=xp.take_along_axis(distance, nearest, axis=1),
        kind=kinds[nearest],
    )


def contact_gaps(below: Surface, above: Surface, shift: Array, frame: CellAxes, device: ArrayDevice) -> Array:
    """Return how far the grains must be moved apart at one boundary of each bicrystal.

    For a cross pair at lateral distance ρ whose atoms lie h_i and h_j from the cut, contact at D_ij needs
    g ≥ √(D_ij² - ρ²) - (h_i + h_j); the largest over all pairs, or 0, is the gap. No atom is deleted.

    Args:
        below: atoms under the cut.
        above: atoms over the cut.
        shift: lateral translation of ``above``, shape (n_batch, 2), Å.
        frame: what the batch shares.
        device: where to compute.

    Returns:
        Gaps, shape (n_batch,), Å.
    """
    xp = device.xp
    (x1, _, _), (x2, y2, _), _ = frame.lower.basis.tolist()
    squares = device.array(frame.limits.reshape(-1) ** 2)
    # the nearest image serves unless the cell is narrower than twice the reach
    images = list(
        product(*(range(-n, n + 1) for n in (int(2 * frame.reach / x1), int(2 * frame.reach / y2))))
    )
    gaps = xp.zeros(below.x.shape[0], dtype=xp.float64, device=device.place)
    n_below = below.x.shape[1]
    for start in range(0, n_below, max(1, -(-n_below // _SLICES))):
        rows = slice(start, start + max(1, -(-n_below // _SLICES)))
        # both lists ascend: past some place in the second no atom is near enough to any of these
        deepest = float(xp.min(below.distance[:, start]))
        n_above = int(xp.max(xp.sum(xp.astype(above.distance < frame.reach - deepest, xp.int64), axis=1)))
        if n_above == 0:
            break
        dx = (above.x + shift[:, :1])[:, None, :n_above] - below.x[:, rows, None]
        dy = (above.y + shift[:, 1:])[:, None, :n_above] - below.y[:, rows, None]
        room = squares[below.kind[:, rows, None] * len(frame.limits) + above.kind[:, None, :n_above]]
        apart = below.distance[:, rows, None] + above.distance[:, None, :n_above]
        turns = xp.round(dy / y2)
        dy -= turns * y2
        if x2 != 0.0:
            dx -= turns * x2
        for i, j in images:
            u, v = (dx, dy) if (i, j) == (0, 0) else (dx + (i * x1 + j * x2), dy + j * y2)
            if i == 0:
                u = u - x1 * xp.round(u / x1)
            needed = xp.sqrt(xp.clip(room - u * u - v * v, 0.0, None)) - apart
            gaps = xp.maximum(gaps, xp.max(needed, axis=(1, 2)))
    return gaps
