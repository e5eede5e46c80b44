"""Frameworks of many bicrystals as arrays: one boundary at many translations and cuts."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np

from grainway.array_types import IntArray, StringArray
from grainway.domain import BoundarySpec
from grainway.errors import StructureError
from grainway.geometry.contact import CONTACT_SCALE
from grainway.structure.crystal.crystal import IonicCrystal
from grainway.structure.crystal.garnet import load_garnet
from grainway.structure.planar.array_device import Array, ArrayDevice, open_array_device
from grainway.structure.planar.contact_gaps import (
    CellAxes,
    contact_gaps,
    macroscopic_key,
    make_frame,
    surface,
)
from grainway.structure.planar.lattice_slab import ON_PLANE, Slab, wrap

WINDOW = 4096
"""Recipes that are looked through at once for those of the same boundary."""


@dataclass(frozen=True, eq=False)
class FrameworkBatch:
    """Frameworks of bicrystals of one macroscopic boundary, on the device that computed them.

    Attributes:
        specs: the recipes.
        indices: place of each recipe in the sequence that was given.
        positions: lower grain then upper grain, each by site, cell and plane, shape (n_batch, n_atoms, 3), Å.
        species: symbols, shape (n_atoms,).
        grain: 0 lower, 1 upper, shape (n_atoms,).
        cells: rows are vectors, shape (n_batch, 3, 3), Å.
        gaps: contact gaps of both boundaries, shape (n_batch, 2), Å.
        boundary_positions: heights of both boundaries, shape (n_batch, 2), Å.
    """

    specs: tuple[BoundarySpec, ...]
    indices: tuple[int, ...]
    positions: Array
    species: StringArray
    grain: IntArray
    cells: Array
    gaps: Array
    boundary_positions: Array


@dataclass(frozen=True, eq=False)
class Contacts:
    """Where the grains of a batch meet, on the device.

    Attributes:
        cuts: of the lower and the upper grain, in plane spacings, each of shape (n_batch,).
        shift: translation of the upper grain, shape (n_batch, 2), Å.
        gaps: of both boundaries, each of shape (n_batch,), Å.
    """

    cuts: tuple[Array, Array]
    shift: Array
    gaps: tuple[Array, Array]


def contacts(specs: list[BoundarySpec], frame: CellAxes, device: ArrayDevice) -> Contacts:
    """Return translations, cuts and contact gaps of bicrystals that share a frame."""
    basis = frame.lower.basis
    shift = device.array([[s.translation[0] * basis[0, 0], s.translation[1] * basis[1, 1]] for s in specs])
    cuts = (device.array([s.termination for s in specs]), device.array([s.cut_b for s in specs]))
    gaps = []
    # seen from its own cut the second boundary is the first with the grains exchanged and the same shift
    for (under, cut_under), (over, cut_over) in (
        ((frame.lower, cuts[0]), (frame.upper, cuts[1])),
        ((frame.upper, cuts[1]), (frame.lower, cuts[0])),
    ):
        below = surface(under, frame, cut_under, device, above=False)
        above = surface(over, frame, cut_over, device, above=True)
        gaps.append(contact_gaps(below, above, shift, frame, device))
    return Contacts(cuts, shift, (gaps[0], gaps[1]))


def framework_batches(
    specs: Iterable[BoundarySpec],
    *,
    crystal: IonicCrystal | None = None,
    contact_scale: float = CONTACT_SCALE,
    device: str = "cpu",
    batch_size: int = 64,
) -> Iterator[FrameworkBatch]:
    """Build the frameworks of many planar boundaries, those of one boundary together.

    Args:
        specs: recipes, in any order; up to ``WINDOW`` are read ahead.
        crystal: what the grains are made of; cubic Li7La3Zr2O12 unless given.
        contact_scale: share of the closest distances at which the grains touch.
        device: ``"cpu"``, ``"cuda"``, ``"cuda:<number>"`` or ``"torch"``.
        batch_size: bicrystals at once; 64 keeps a batch in a processor's cache, a GPU wants thousands.

    Yields:
        Batches; within the recipes read ahead by first appearance of their boundary.

    Raises:
        StructureError: when a recipe is not planar or the device is not there.
    """
    place = open_array_device(device)
    crystal = crystal or load_garnet()
    window: list[tuple[int, BoundarySpec]] = []
    for numbered in enumerate(specs):
        window.append(numbered)
        if len(window) == WINDOW:
            yield from _grouped(window, crystal, contact_scale, place, batch_size)
            window = []
    yield from _grouped(window, crystal, contact_scale, place, batch_size)


def _grouped(
    window: list[tuple[int, BoundarySpec]],
    crystal: IonicCrystal,
    contact_scale: float,
    device: ArrayDevice,
    batch_size: int,
) -> Iterator[FrameworkBatch]:
    groups: dict[BoundarySpec, list[tuple[int, BoundarySpec]]] = {}
    for index, spec in window:
        if spec.connection != "planar":
            raise StructureError.about(
                "connection", spec.connection, "'planar' in a batch", "Use build_boundary for it."
            )
        groups.setdefault(macroscopic_key(spec), []).append((index, spec))
    for key, members in groups.items():
        frame = make_frame(key, crystal, contact_scale)
        for start in range(0, len(members), batch_size):
            part = members[start : start + batch_size]
            yield _batch([s for _, s in part], tuple(i for i, _ in part), frame, crystal, device)


def _batch(
    specs: list[BoundarySpec],
    indices: tuple[int, ...],
    frame: CellAxes,
    crystal: IonicCrystal,
    device: ArrayDevice,
) -> FrameworkBatch:
    xp = device.xp
    touch = contacts(specs, frame, device)
    (k, m), (first, second) = frame.planes, touch.gaps
    d, e = frame.lower.spacing, frame.upper.spacing
    middle = k * d + (first + second) / 2
    total = k * d + m * e + first + second
    still = 0.0 * touch.shift
    lower = _filled(frame.lower, frame, touch.cuts[0], k, -k, still, middle - first / 2, device)
    upper = _filled(frame.upper, frame, touch.cuts[1], m, 0, touch.shift, middle + first / 2, device)
    n_sites = len(frame.sites)
    counts = [s * len(slab.cosets) for s, slab in zip((k, m), (frame.lower, frame.upper), strict=True)]
    return FrameworkBatch(
        specs=tuple(specs),
        indices=indices,
        positions=xp.concat([lower, upper], axis=1),
        species=np.concatenate([np.repeat(crystal.framework_species, c) for c in counts]),
        grain=np.repeat(np.array([0, 1], dtype=np.int64), [n_sites * c for c in counts]),
        cells=periodic_cells(frame, touch.shift, total, device),
        gaps=xp.stack([first, second], axis=1),
        boundary_positions=xp.stack([middle, total], axis=1),
    )


def _filled(
    slab: Slab,
    frame: CellAxes,
    cuts: Array,
    planes: int,
    start: int,
    shift: Array,
    height: Array,
    device: ArrayDevice,
) -> Array:
    """Return a grain's atoms with its cut at ``height``, shape (n_batch, n_sites·n_cells·planes, 3), Å."""
    xp = device.xp
    fractions = slab.fractions(frame.sites)
    level = device.array(fractions[:, 0, 2])[None, :]
    first = xp.ceil(cuts[:, None] - level - ON_PLANE) + float(start)
    absolute = ((level + first)[:, :, None] + device.array(np.arange(planes)))[:, :, None, :]
    x, y, z = slab.place(
        device.array(fractions[None, :, :, None, 0]), device.array(fractions[None, :, :, None, 1]), absolute
    )
    x, y = wrap(xp, x + shift[:, 0][:, None, None, None], y + shift[:, 1][:, None, None, None], slab.basis)
    z = z + (height - cuts * slab.spacing)[:, None, None, None]
    z = xp.broadcast_to(z, x.shape)
    return xp.reshape(xp.stack([x, y, z], axis=-1), (x.shape[0], -1, 3))


def periodic_cells(frame: CellAxes, shift: Array, total: Array, device: ArrayDevice) -> Array:
    """Return the cells of a batch, lower triangular with the smallest tilts, shape (n_batch, 3, 3), Å.

    The third vector carries the lateral part of both grains' stacking plus twice the translation, which makes
    the second boundary the inverse of the first as far as the cuts allow.
    """
    xp = device.xp
    (x1, _, _), (x2, y2, _), _ = frame.lower.basis.tolist()
    stacking = frame.planes[0] * frame.lower.basis[2] + frame.planes[1] * frame.upper.basis[2]
    x, y = float(stacking[0]) + 2 * shift[:, 0], float(stacking[1]) + 2 * shift[:, 1]
    turns = xp.floor(y / y2 + 0.5 - ON_PLANE)
    x, y = x - turns * x2, y - turns * y2
    x = x - xp.floor(x / x1 + 0.5 - ON_PLANE) * x1
    tilt = x2 - x1 if x2 > x1 / 2 + 1e-9 else x2
    zero = 0.0 * x
    x, y = (xp.where(xp.abs(v) < 1e-9, zero, v) for v in (x, y))
    rows = [
        xp.stack([zero + x1, zero, zero], axis=1),
        xp.stack([zero + tilt, zero + y2, zero], axis=1),
        xp.stack([x, y, total], axis=1),
    ]
    return xp.stack(rows, axis=1)
