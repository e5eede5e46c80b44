"""Stepped boundaries: terraces on n at two heights, joined by risers on n × axis.

Both boundaries of the cell run along the same battlement f(y), a period of the lattice along y wide with
risers half a period apart, so every column of a grain has the same height. Where that height is a period of
the lattice seen along the axis, a grain has its exact formula whatever f is; elsewhere it is off by a few
ions. Terraces are opened by moving the grains apart. At the risers, which that does not open, ions are
taken out until nothing overlaps and each grain holds whole formula units; of all places of the risers the
one that costs fewest is chosen.
"""

from dataclasses import dataclass

import numpy as np

from grainway.array_types import FloatArray, IntArray, StringArray
from grainway.domain import LAYER_THICKNESS_A, BoundarySpec
from grainway.errors import StructureError
from grainway.geometry.boundary_planes import Boundaries
from grainway.geometry.contact import contact_gap
from grainway.structure.connected.connected_frame import (
    DIGITS,
    ConnectedFrame,
    asked_cut,
    asked_thickness,
    grain_prisms,
    least_multiple,
    spacing,
    with_planes,
)
from grainway.structure.connected.formula_cuts import above_cut
from grainway.structure.connected.grain_prism import ON_EDGE, Prism
from grainway.structure.connected.riser_removal import overlaps, removal
from grainway.structure.crystal.crystal import IonicCrystal
from grainway.structure.planar.lattice_slab import framework_limits

_LEAST_LAYERS = 2  # lower steps are no facets: a boundary is about as wide
_PHASES = 24
"""Places of the risers that are tried, time being proportional: over 30 tilts up to 45°, on average 2.2
formula units went for 3 places, 1.9 for 12, 1.7 for 24 and 1.3 for 96."""
_LARGEST_LOSS = 0.05
"""Of the cell's formula units: the same thirty lost 1.4 % in the median and 4.2 % at most."""


@dataclass(frozen=True, eq=False)
class Battlement:
    """Two grains between parallel battlements.

    Attributes:
        prisms: cells of both grains, whose widths are the battlement's period.
        cuts: places of the cell's lower edges along x, y, z in each grain's lattice, fractions of its prism.
        height: of every column of a grain, Å.
        step: height of the risers, Å.
        phase: place of the first riser, fraction of the period; the second is half a period further.
    """

    prisms: tuple[Prism, Prism]
    cuts: tuple[FloatArray, FloatArray]
    height: float
    step: float
    phase: float

    @property
    def lengths(self) -> FloatArray:
        """Lengths of a grain's prism, shape (3,), Å."""
        return self.prisms[0].lengths

    def fill(self, grain: int, sites: FloatArray) -> tuple[FloatArray, IntArray, IntArray]:
        """Return a grain's sites, heights measured from its lower terrace.

        Returns:
            Positions, shape (n, 3), Å; 1 where a column is raised, else 0, shape (n,); number of the site,
            shape (n,).
        """
        prism = self.prisms[grain]
        fractions = above_cut(prism.fractions(sites), self.cuts[grain])
        raised = (above_cut(fractions[:, 1], self.phase) < 0.5 - ON_EDGE).astype(np.int64)
        length = self.lengths[2]
        bottom, top = raised * self.step / length, (raised * self.step + self.height) / length
        first = np.ceil(bottom - fractions[:, 2] - ON_EDGE)
        levels = np.arange(int(self.height / length) + 2)
        heights = (fractions[:, 2] + first)[:, None] + levels
        inside = heights < top[:, None] - ON_EDGE
        which, level = np.nonzero(inside)
        positions = fractions[which] * self.lengths
        positions[:, 2] = heights[which, level] * length
        number = np.repeat(np.arange(len(sites)), len(prism.translations))
        return positions, raised[which], number[which]


def connect_steps(spec: BoundarySpec, crystal: IonicCrystal, contact_scale: float) -> ConnectedFrame:
    """Return the framework of a bicrystal with two stepped boundaries.

    The grains have the planes asked for. A terrace is half of the fewest periods that make it four layers
    (10.8 Å) wide. Steps are the whole number of planes nearest to half a terrace, at least two layers (5.4 Å)
    high and at most half a grain.

    Args:
        spec: the recipe.
        crystal: what the grains are made of.
        contact_scale: share of the closest distances at which the frameworks touch.

    Raises:
        StructureError: when the grains are too thin for a step, or overlap too much at the risers.
    """
    smallest = grain_prisms(spec, crystal)
    d = spacing(spec, crystal)
    planes = max(spec.planes, spec.n_planes_b, int(np.ceil(asked_thickness(spec, crystal) / d - 1e-6)))
    width = smallest[0].lengths[1]
    times = least_multiple(float(width) / 2, 2 * _LEAST_LAYERS * LAYER_THICKNESS_A)
    step = _step_planes(spec, float(width) * times / 4, planes, d)
    prisms = (smallest[0].repeated((1, times, 1)), smallest[1].repeated((1, times, 1)))
    cuts = [asked_cut(spec, prisms[grain], grain, crystal) for grain in (0, 1)]
    for cut in cuts:
        cut[1] /= times
    # the lower grain ends at its cut, the upper one begins there
    cuts[0][2] -= planes * d / float(prisms[0].lengths[2])
    limits = framework_limits(crystal, contact_scale)
    best: ConnectedFrame | None = None
    whole = _slab_atoms(prisms[0], planes * d, crystal) / crystal.framework_per_formula_unit
    for number in range(_PHASES):
        # between symmetric places, where sites lie on the edges
        phase = (number + 0.5) / (_PHASES * times)
        shape = Battlement(prisms, (cuts[0], cuts[1]), planes * d, step * d, phase)
        frame = _frame(with_planes(spec, planes * d, crystal), shape, crystal, limits)
        if frame is not None and (best is None or frame.n_removed < best.n_removed):
            best = frame
    if best is None or best.n_removed > _LARGEST_LOSS * 2 * whole:
        lost = "more than the risers hold" if best is None else str(best.n_removed)
        raise StructureError.about(
            "connection",
            spec.connection,
            f"at most {_LARGEST_LOSS:.0%} of {2 * whole:.0f} formula units taken out at the risers; "
            f"{lost} would have to go",
            "Use another translation or termination, thicker grains, or a lower contact_scale.",
        )
    return best


def _slab_atoms(prism: Prism, height: float, crystal: IonicCrystal) -> int:
    """Return the framework atoms of a grain whose columns have this height, a whole number of planes."""
    return round(len(crystal.framework_sites) * len(prism.translations) * height / float(prism.lengths[2]))


def _step_planes(spec: BoundarySpec, half_terrace: float, planes: int, d: float) -> int:
    """Return the height of the steps in planes."""
    least = int(np.ceil(_LEAST_LAYERS * LAYER_THICKNESS_A / d - 1e-6))
    if 2 * least > planes:
        raise StructureError.about(
            "planes",
            spec.planes,
            f"{2 * least} or more: a step of two layers is {least} planes, and a grain twice as thick",
            "Use more planes.",
        )
    return min(max(least, int(half_terrace / d + 0.5)), planes // 2)


def _frame(
    spec: BoundarySpec, shape: Battlement, crystal: IonicCrystal, limits: dict[tuple[str, str], float]
) -> ConnectedFrame | None:
    """Return the framework with the risers at a phase, or None where overlaps reach beyond the risers."""
    filled = [shape.fill(grain, crystal.framework_sites) for grain in (0, 1)]
    symbols = [crystal.framework_species[number] for _, _, number in filled]
    gaps = _terrace_gaps(shape, filled, symbols, limits)
    period = 2 * shape.height + sum(gaps)
    cell = np.array([shape.lengths[0], shape.lengths[1], period])
    bottoms = (gaps[1] / 2, gaps[1] / 2 + shape.height + gaps[0])

    def placed(grain: int, positions: FloatArray) -> FloatArray:
        return np.asarray(np.round(positions + np.array([0.0, 0.0, bottoms[grain]]), DIGITS))

    framework = np.vstack([placed(grain, filled[grain][0]) for grain in (0, 1)])
    species = np.concatenate(symbols)
    grain = np.repeat([0, 1], [len(s) for s in symbols])
    middle = bottoms[1] - gaps[0] / 2
    risers = tuple(float((shape.phase + n / 2) % 1.0 * cell[1]) for n in (0, 1))
    pairs, clearance = overlaps(framework, species, grain, np.diag(cell), limits)
    apart = framework[:, 1, None] - np.array(risers)
    near = (np.abs(apart - cell[1] * np.round(apart / cell[1])) < 2 * max(limits.values())).any(axis=1)
    gone = removal(pairs, clearance, near, species, grain, crystal)
    if gone is None:
        return None
    whole = 2 * _slab_atoms(shape.prisms[0], shape.height, crystal)

    def body_at(points: FloatArray) -> IntArray:
        raised = (points[:, 1] / cell[1] - shape.phase) % 1.0 < 0.5
        return np.asarray((points[:, 2] - raised * shape.step) % period >= middle, dtype=np.int64)

    area = float(cell[0] * (cell[1] + 2 * shape.step))
    return ConnectedFrame(
        spec=spec,
        framework=framework[~gone],
        species=species[~gone],
        grain=grain[~gone],
        cell=cell,
        faces=((), tuple(sorted(risers)), (shape.step, middle, middle + shape.step, period)),
        gaps=gaps,
        boundaries=_boundaries(shape, cell, (middle, period), area, max(gaps)),
        area=area,
        lattice_sites=lambda grain, sites: placed(grain, shape.fill(grain, sites)[0]),
        body_at=body_at,
        step_height=shape.step,
        n_removed=(whole - int((~gone).sum())) // crystal.framework_per_formula_unit,
        removed=framework[gone],
    )


def _terrace_gaps(
    shape: Battlement,
    filled: list[tuple[FloatArray, IntArray, IntArray]],
    symbols: list[StringArray],
    limits: dict[tuple[str, str], float],
) -> tuple[float, float]:
    """Return the gaps of both boundaries: over each terrace as if it were the only one, the wider of both."""
    flat = np.diag([shape.lengths[0], shape.lengths[1], 1.0])
    gaps = []
    for below, above in ((0, 1), (1, 0)):
        widest = 0.0
        for raised in (0, 1):
            parts = [filled[n][1] == raised for n in (below, above)]
            level = np.array([0.0, 0.0, raised * shape.step])
            gap = contact_gap(
                filled[below][0][parts[0]] - level - [0.0, 0.0, shape.height],
                symbols[below][parts[0]],
                filled[above][0][parts[1]] - level,
                symbols[above][parts[1]],
                flat,
                limits,
            )
            widest = max(widest, gap)
        gaps.append(widest)
    return gaps[0], gaps[1]


def _boundaries(
    shape: Battlement, cell: FloatArray, levels: tuple[float, float], area: float, gap: float
) -> Boundaries:
    """Return two boundaries, each of two terraces and two risers."""
    half = cell[1] / 4
    # middle in y and z, half widths in y and z
    pieces = [
        (shape.phase * cell[1] + half, shape.step, half, 0.0),
        (shape.phase * cell[1] + 3 * half, 0.0, half, 0.0),
        (shape.phase * cell[1], shape.step / 2, 0.0, shape.step / 2),
        (shape.phase * cell[1] + 2 * half, shape.step / 2, 0.0, shape.step / 2),
    ]

    def distances(points: FloatArray) -> FloatArray:
        found = []
        for level in levels:
            parts = []
            for y, z, half_y, half_z in pieces:
                apart = points[:, 1:] - [y, z + level]
                apart = np.abs(apart - cell[1:] * np.round(apart / cell[1:])) - [half_y, half_z]
                parts.append(np.linalg.norm(np.maximum(apart, 0.0), axis=1))
            found.append(np.min(parts, axis=0))
        return np.stack(found, axis=1)

    return Boundaries(distances, area, gap)
