"""Sources with a boundary: as built, annealed, quenched and with a changed composition."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from grainway.distillation.sources import temperature_schedules as schedules
from grainway.distillation.sources.frame_source import FrameSource
from grainway.distillation.sources.starting_structures import TwoBoundaries
from grainway.distillation.sources.teaching_dynamics import Phase
from grainway.distillation.sources.teaching_recipe import Plane, TeachingRecipe
from grainway.domain import Composition

_SEED_STRIDE = 10_000
_ANNEALED, _QUENCHED, _CHANGED = 18, 6, 8
_BUILT_K = (800, 1200, 500, 1500, 1000)
_HELD_OUT_K = (800, 1200, 1000, 1400)
_CONNECTED_PASSES = 2
_CONNECTED_K = (1000, 1300)
_LITHIUM_OXIDE_PER_NM2 = (1.0, 2.0, -1.0, 3.0)
_SMALL_CELL = 800
"""Atoms; larger cells give one frame fewer."""
_EXPLORATION_STREAM, _EXPLORATION_SEED, _SEEDS_PER_ROUND = 80, 2000, 200
_EXPLORED_K = (500, 1500)
_EXPLORED_FRAMES = 4


def boundary_sources(recipe: TeachingRecipe) -> tuple[FrameSource, ...]:
    """Return the sources with a boundary, taught and held out, class by class."""
    taught = recipe.taught
    n_potentials = len(recipe.potentials)
    sources = []
    for number, plane in enumerate(taught * recipe.boundary_passes):
        grain = _grains(recipe, plane, 600 + number)
        in_turn = (0, 0, 1, 0, n_potentials - 1)[number % 5] % n_potentials
        n_frames = 3 if grain.entry().n_atoms > _SMALL_CELL else 4
        phases = schedules.boundary(_BUILT_K[number % 5], n_frames)
        sources.append(
            FrameSource(
                name=f"gb-{_name(grain)}-{number}",
                kind="boundary",
                start=grain,
                potential=recipe.potentials[in_turn],
                phases=phases,
            )
        )
    first = recipe.potentials[0]

    def disordered(
        prefix: str, kind: str, planes: tuple[Plane, ...], seed: int, phases: tuple[Phase, ...]
    ) -> list[FrameSource]:
        grains = [_grains(recipe, plane, seed + number) for number, plane in enumerate(planes)]
        return [
            FrameSource(name=f"{prefix}-{_name(g)}-{n}", kind=kind, start=g, potential=first, phases=phases)
            for n, g in enumerate(grains)
        ]

    both_halves = (taught[::2] + taught[1::2])[:_ANNEALED]
    sources += disordered("anneal", "annealed_boundary", both_halves, 700, schedules.annealed_boundary())
    sources += disordered(
        "gbquench", "quenched", taught[1::3][:_QUENCHED], 760, schedules.quenched_boundary()
    )
    sources += _connected(recipe)
    sources += _changed(recipe)
    return (*sources, *_held_out(recipe))


def exploration_sources(recipe: TeachingRecipe, number: int) -> tuple[FrameSource, ...]:
    """Return the runs by which a committee looks for what it does not know: taught boundaries, built anew.

    Each boundary comes twice, as built at a drawn temperature and annealed. The order is drawn, with both
    kinds in turn: a part of it is a fair sample too. Held-out boundaries are never among them.

    Args:
        recipe: whose boundaries.
        number: of the round, from 1; another round has other lithium, cuts, translations and velocities.

    Raises:
        StructureError: when the catalogue lacks a boundary.
    """
    rng = np.random.default_rng([_EXPLORATION_STREAM, recipe.seed, number])
    planes = [recipe.taught[i] for i in rng.permutation(len(recipe.taught))]
    seed = _EXPLORATION_SEED + _SEEDS_PER_ROUND * number
    sources = []
    for place, plane in enumerate(planes * 2):
        grain = _grains(recipe, plane, seed + place)
        again, turn = divmod(place, len(planes))
        if turn % 2 == again:
            prefix = "built"
            temperature = 10 * int(rng.integers(_EXPLORED_K[0] // 10, _EXPLORED_K[1] // 10 + 1))
            phases = schedules.boundary(temperature, _EXPLORED_FRAMES)
        else:
            prefix, phases = "annealed", schedules.explored_anneal()
        sources.append(
            FrameSource(
                name=f"round-{number}-{prefix}-{_name(grain)}-{place}",
                kind="active",
                start=grain,
                making="exploration",
                phases=phases,
            )
        )
    return tuple(sources)


def _connected(recipe: TeachingRecipe) -> list[FrameSource]:
    sources = []
    for number, (plane, connection) in enumerate(recipe.connected * _CONNECTED_PASSES):
        grain = replace(_grains(recipe, plane, 800 + number), connection=connection)
        temperature = _CONNECTED_K[number // max(1, len(recipe.connected)) % 2]
        sources.append(
            FrameSource(
                name=f"connected-{connection}-{_name(grain)}-{number}",
                kind="boundary",
                start=grain,
                potential=recipe.potentials[0],
                phases=schedules.boundary(temperature, 2),
            )
        )
    return sources


def _changed(recipe: TeachingRecipe) -> list[FrameSource]:
    sources = []
    for number, plane in enumerate(recipe.taught[2::3][:_CHANGED]):
        if number % 2 == 0:
            prefix, kind = "comp", "lithium_oxide_surplus"
            change = Composition(lithium_oxide_per_nm2=_LITHIUM_OXIDE_PER_NM2[number % 4])
        else:
            prefix, kind = "comp", "oxygen_vacancies"
            surplus = 1.0 if number % 4 == 1 else 0.0
            change = Composition(oxygen_vacancies=0.4, lithium_oxide_per_nm2=surplus)
        grain = _grains(recipe, plane, 780 + number, change)
        sources.append(
            FrameSource(
                name=f"{prefix}-{_name(grain)}-{number}",
                kind=kind,
                start=grain,
                potential=recipe.potentials[0],
                phases=schedules.boundary((900, 1400)[number // 2 % 2], 2),
            )
        )
    return sources


def _held_out(recipe: TeachingRecipe) -> list[FrameSource]:
    sources = []
    for number, plane in enumerate(recipe.held_out):
        built, annealed = (_grains(recipe, plane, seed + number) for seed in (990, 1090))
        temperature = _HELD_OUT_K[number % len(_HELD_OUT_K)]
        for prefix, kind, grain, phases in (
            ("held-gb", "boundary", built, schedules.boundary(temperature, 2)),
            ("held-anneal", "annealed_boundary", annealed, schedules.annealed_boundary(2.0)),
        ):
            sources.append(
                FrameSource(
                    name=f"{prefix}-{_name(grain)}",
                    kind=kind,
                    start=grain,
                    potential=recipe.potentials[0],
                    phases=phases,
                    held_out=True,
                )
            )
    return sources


def _grains(
    recipe: TeachingRecipe, plane: Plane, seed: int, composition: Composition | None = None
) -> TwoBoundaries:
    axis, normal_a, normal_b = plane
    wide = normal_a == normal_b == axis == (0, 0, 1)
    thickness = recipe.thin_grain_thickness if wide else recipe.grain_thickness
    return TwoBoundaries(
        axis,
        normal_a,
        normal_b,
        thickness,
        _SEED_STRIDE * recipe.seed + seed,
        composition or Composition(),
    )


def _name(grain: TwoBoundaries) -> str:
    entry = grain.entry()
    planes = "-".join("".join(map(str, normal)) for normal in (entry.normal_a, entry.normal_b))
    return f"S{entry.sigma or 0}-{planes}-{entry.character.replace(' ', '_')}"
