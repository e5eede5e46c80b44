"""Sources with dopants: a composition series of bulk, strained and molten cells, and boundaries.

Only what a dopant adds: the host comes from a recipe without dopants. Aluminium and gallium stand on lithium
sites, tantalum and niobium on zirconium's; lithium leaves until the cell is neutral.
"""

from __future__ import annotations

from grainway.distillation.sources import temperature_schedules as schedules
from grainway.distillation.sources.frame_source import FrameSource
from grainway.distillation.sources.starting_structures import DopedCubic, Strained, TwoBoundaries
from grainway.distillation.sources.teaching_dynamics import Phase
from grainway.distillation.sources.teaching_recipe import TeachingRecipe
from grainway.domain import DOPANT_HOST, Composition
from grainway.domain.composition_change import Region

_SEED_STRIDE, _DOPANT_STRIDE = 10_000, 100
_AMOUNTS = {"Li": (0.125, 0.375, 0.5), "Zr": (0.25, 0.5, 1.0)}
"""Per formula unit, by host: up to what samples hold; a cell of eight units holds one ion or more."""
_HELD_OUT_AMOUNT = {"Li": 0.25, "Zr": 0.375}
_BULK_K, _HELD_OUT_K = (600, 1000, 1400), (700, 1200)
_STRAINS = ((0.025, 0.025, 0.025, 0, 0, 0), (-0.03, -0.03, -0.03, 0, 0, 0), (0.03, 0, 0, 0, 0, 0.03))
_STRAINED_K = (900, 600, 300)
_MELT_K, _MELT_SCALE = 2700, 1.03
_BOUNDARIES = 4
_BOUNDARY_K = (900, 1300)
_HELD_OUT_BOUNDARIES = 2


def doped_sources(recipe: TeachingRecipe) -> tuple[FrameSource, ...]:
    """Return the sources of every dopant of a recipe, taught and held out.

    Held out are a composition between those that are taught, and boundaries that the host's recipe holds out.
    """
    sources = []
    for number, dopant in enumerate(recipe.dopants):
        seed = _SEED_STRIDE * recipe.seed + 3000 + _DOPANT_STRIDE * number
        sources += _bulk(recipe, dopant, seed) + _boundaries(recipe, dopant, seed + 50)
    return tuple(sources)


def _bulk(recipe: TeachingRecipe, dopant: str, seed: int) -> list[FrameSource]:
    first, host = recipe.potentials[0], DOPANT_HOST[dopant]
    amounts, held_out = _AMOUNTS[host], _HELD_OUT_AMOUNT[host]
    sources = [
        FrameSource(
            name=f"{dopant}-cubic-{amount:g}-{t}",
            kind="doped_bulk",
            start=DopedCubic(dopant, amount, seed + n),
            potential=first,
            phases=schedules.thermal(t, 3, "isotropic"),
        )
        for n, (amount, t) in enumerate(zip(amounts, _BULK_K, strict=True))
    ]
    sources += [
        FrameSource(
            name=f"{dopant}-strain-{n}",
            kind="doped_bulk",
            start=Strained(DopedCubic(dopant, amounts[n], seed + 10 + n), strain),
            potential=first,
            phases=schedules.thermal(_STRAINED_K[n], 2, "fixed"),
            rescaled=False,
        )
        for n, strain in enumerate(_STRAINS)
    ]
    sources += [
        FrameSource(
            name=f"held-{dopant}-cubic-{held_out:g}-{t}",
            kind="doped_bulk",
            start=DopedCubic(dopant, held_out, seed + 20 + n),
            potential=first,
            phases=schedules.thermal(t, 3, "isotropic"),
            held_out=True,
        )
        for n, t in enumerate(_HELD_OUT_K)
    ]
    disordered: tuple[tuple[str, tuple[Phase, ...], bool], ...] = (
        ("melt", schedules.melt(_MELT_K, 3), False),
        ("quench", schedules.quench(), False),
        ("melt", schedules.melt(_MELT_K, 2), True),
    )
    sources += [
        FrameSource(
            name=f"{'held-' if is_held_out else ''}{dopant}-{name}",
            kind="doped_melt",
            start=Strained(DopedCubic(dopant, amounts[1], seed + 30 + n), (_MELT_SCALE - 1,) * 3 + (0, 0, 0)),
            potential=first,
            phases=phases,
            held_out=is_held_out,
            rescaled=False,
        )
        for n, (name, phases, is_held_out) in enumerate(disordered)
    ]
    return sources


def _boundaries(recipe: TeachingRecipe, dopant: str, seed: int) -> list[FrameSource]:
    """Return boundaries as built and annealed, doped throughout and in the band alone."""
    first, amounts = recipe.potentials[0], _AMOUNTS[DOPANT_HOST[dopant]]
    sources = []
    held_out = recipe.held_out[:_HELD_OUT_BOUNDARIES]
    for number, plane in enumerate((*recipe.taught[:_BOUNDARIES], *held_out)):
        is_held_out = number >= _BOUNDARIES
        region: Region = "everywhere" if number % 2 == 0 else "band"
        annealed = number % 4 in (1, 2) if not is_held_out else number % 2 == 1
        axis, normal_a, normal_b = plane
        grain = TwoBoundaries(
            axis,
            normal_a,
            normal_b,
            recipe.grain_thickness,
            seed + number,
            Composition(region=region, dopants=((dopant, amounts[number % 2]),)),
        )
        if annealed:
            phases = schedules.annealed_boundary(2.0)
        else:
            phases = schedules.boundary(_BOUNDARY_K[number // 2 % 2], 2)
        where = "".join(map(str, normal_a))
        state = "anneal" if annealed else "gb"
        sources.append(
            FrameSource(
                name=f"{'held-' if is_held_out else ''}{dopant}-{state}-{where}-{region}",
                kind="doped_boundary",
                start=grain,
                potential=first,
                phases=phases,
                held_out=is_held_out,
            )
        )
    return sources
