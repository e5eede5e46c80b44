"""The search for the boundaries about one axis that fit under caps on size and strain."""

from collections.abc import Hashable, Iterator
from dataclasses import replace
from math import sqrt
from typing import get_args

from grainway.domain.grain_boundary import Character
from grainway.structure.catalogue.catalogue_entry import CatalogueEntry, Limits, sized_entry
from grainway.structure.lattice.coincidence_lattice import coincidence, planes_within, rotations_within
from grainway.structure.lattice.cubic_lattice import (
    Indices,
    coprime,
    cross,
    dot,
    plane_basis,
    plane_spacing_half_units,
    primitive_basis,
    shortest_lattice_vector,
)
from grainway.structure.lattice.macroscopic_parameters import Interface, canonical
from grainway.structure.lattice.misorientation import boundary_signature, lab_rotation, largest_disorientation
from grainway.structure.lattice.tilt import tilt_boundaries

_SAME_ANGLE_DEG = 1e-6
CHARACTERS: tuple[Character, ...] = tuple(c for c in get_args(Character) if c != "none")


def entries_about(axis: Indices, limits: Limits) -> list[CatalogueEntry]:
    """List the boundaries about an axis, each once, by angle, kind, inclination and planes."""
    largest = largest_disorientation(axis)
    low, high = limits.angle_range_deg
    if low > largest + _SAME_ANGLE_DEG:
        return []
    limits = replace(limits, angle_range_deg=(low, min(high, largest + _SAME_ANGLE_DEG)))
    found: dict[Hashable, CatalogueEntry] = {}
    for entry in (*_tilts(axis, limits), *_twists(axis, limits)):
        if entry.n_atoms <= limits.max_atoms:
            found.setdefault(_name(entry, largest), entry)
    return sorted(
        found.values(),
        key=lambda e: (
            round(e.angle_deg, 7),
            CHARACTERS.index(e.character),
            round(e.inclination_deg, 7),
            e.normal_a,
            e.normal_b,
        ),
    )


def _name(entry: CatalogueEntry, largest: float) -> Hashable:
    """Return what equal boundaries share; at the largest angle the standard description is not unique."""
    if entry.angle_deg < largest - _SAME_ANGLE_DEG:
        return round(entry.angle_deg, 7), entry.normal_a, entry.normal_b
    orientations = (
        lab_rotation(entry.periods_a[0], entry.normal_a),
        lab_rotation(entry.periods_b[0], entry.normal_b),
    )
    return boundary_signature(orientations, (entry.normal_a, entry.normal_b))


def _tilts(axis: Indices, limits: Limits) -> Iterator[CatalogueEntry]:
    if not {"symmetric tilt", "asymmetric tilt"} & set(limits.characters):
        return
    seen: set[tuple[Indices, Indices]] = set()
    # a grain that is stretched has a slightly larger cell in the mean than by itself
    max_area = limits.max_area * (1 + limits.max_strain)
    for tilt in tilt_boundaries(
        axis,
        limits.angle_range_deg,
        max_area,
        limits.max_strain,
        limits.crystal.centring,
        symmetric_only="asymmetric tilt" not in limits.characters,
    ):
        a, b = (sorted(map(abs, n)) for n in (tilt.interface.normal_a, tilt.interface.normal_b))
        character: Character = "symmetric tilt" if a == b else "asymmetric tilt"
        if character not in limits.characters:
            continue
        interface, inclination, polar = canonical(axis, tilt.interface)
        if (interface.normal_a, interface.normal_b) in seen:
            continue
        seen.add((interface.normal_a, interface.normal_b))
        yield sized_entry(
            limits,
            axis=axis,
            angle_deg=tilt.angle_deg,
            sigma=tilt.sigma,
            character=character,
            interface=interface,
            inclination_deg=inclination,
            axis_normal_deg=polar,
            strain=tilt.strain,
        )


def _twists(axis: Indices, limits: Limits) -> Iterator[CatalogueEntry]:
    if not {"twist", "mixed"} & set(limits.characters):
        return
    centring = limits.crystal.centring
    max_sigma = _largest_sigma(axis, limits)
    for angle, m, n in rotations_within(axis, limits.angle_range_deg, max_sigma):
        shared = coincidence(axis, m, n, centring)
        planes = planes_within(shared, limits.max_area) if "mixed" in limits.characters else iter([axis])
        for normal in planes:
            character: Character = "twist" if cross(normal, axis) == (0, 0, 0) else "mixed"
            if dot(normal, axis) == 0 or character not in limits.characters:
                continue
            cell = shared.plane_cell(normal)
            if dot(cross(*cell), normal) < 0:
                cell = (cell[1], cell[0])
            cell_b = (shared.in_grain_b(cell[0]), shared.in_grain_b(cell[1]))
            interface, inclination, polar = canonical(
                axis, Interface(normal, coprime(cross(*cell_b)), cell, cell_b)
            )
            yield sized_entry(
                limits,
                axis=axis,
                angle_deg=angle,
                sigma=shared.sigma,
                character=character,
                interface=interface,
                inclination_deg=inclination,
                axis_normal_deg=polar,
            )


def _largest_sigma(axis: Indices, limits: Limits) -> int:
    """Return a bound on Σ from the largest cell.

    Both periods of a cell are lattice vectors that the rotation takes to lattice vectors, so Σ is at most the
    square of the cell's area over that of the shortest vector. In the plane across the axis the shared cell
    has at least Σ over the number of planes in the axis's period as many points as one grain's.
    """
    centring = limits.crystal.centring
    if "mixed" in limits.characters:
        shortest = min(dot(b, b) for b in primitive_basis(centring))
        return int(limits.max_area**2 / shortest) + 1
    b1, b2, _ = plane_basis(axis, centring)
    face = cross(b1, b2)
    period = dot(shortest_lattice_vector(axis, centring), axis) // plane_spacing_half_units(axis, centring)
    return int(period * limits.max_area / sqrt(dot(face, face))) + 1
