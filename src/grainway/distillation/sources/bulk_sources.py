"""Sources without a boundary: crystals hot, strained and short of ions, melts and free surfaces."""

from __future__ import annotations

from grainway.distillation.sources import temperature_schedules as schedules
from grainway.distillation.sources.frame_source import FrameSource
from grainway.distillation.sources.starting_structures import (
    Cubic,
    Depleted,
    Strained,
    SurfaceSlab,
    TeachingStart,
    Tetragonal,
)
from grainway.distillation.sources.teaching_dynamics import CellFreedom
from grainway.distillation.sources.teaching_recipe import TeachingRecipe

_SEED_STRIDE = 10_000
"""Orderings of one recipe seed; the next seed takes others."""

_CUBIC_K = (300, 500, 700, 900, 1100, 1300, 1600, 2000)
_TETRAGONAL_K = (100, 300, 500, 700, 900, 1000)
_STRAINS: tuple[tuple[str, tuple[float, float, float, float, float, float]], ...] = (
    ("h+4", (0.04, 0.04, 0.04, 0, 0, 0)),
    ("h-4", (-0.04, -0.04, -0.04, 0, 0, 0)),
    ("h+2", (0.02, 0.02, 0.02, 0, 0, 0)),
    ("h-2", (-0.02, -0.02, -0.02, 0, 0, 0)),
    ("u+4", (0, 0, 0.04, 0, 0, 0)),
    ("u-4", (0, 0, -0.04, 0, 0, 0)),
    ("u+2", (0.02, 0, 0, 0, 0, 0)),
    ("u-3", (0, -0.03, 0, 0, 0, 0)),
    ("s4", (0, 0, 0, 0, 0, 0.04)),
    ("s-6", (0, 0, 0, 0, -0.06, 0)),
    ("s5", (0, 0, 0, 0.05, 0, 0.03)),
    ("o", (0.03, -0.03, 0, 0, 0, 0)),
)
_COMPRESSIONS = ((0.96, 1500), (0.945, 1500), (0.93, 2500), (0.95, 2500), (0.92, 1800))
"""Scale of the lengths and temperature, K: 12 to 22 % less volume."""
_NORMALS = ((0, 0, 1), (1, 1, 0), (2, 1, 1), (2, 1, 0), (1, 1, 1), (3, 1, 0))
_MELT_SCALES = (1.0, 1.03, 1.06, 1.015)


def bulk_sources(recipe: TeachingRecipe) -> tuple[FrameSource, ...]:
    """Return the sources without a boundary, taught and held out, class by class."""
    return (
        *_crystals(recipe),
        *_strained(recipe),
        *_short_of_ions(recipe),
        *_melts(recipe),
        *_surfaces(recipe),
    )


def _crystals(recipe: TeachingRecipe) -> list[FrameSource]:
    sources = []
    for number, t in enumerate(t for t in _CUBIC_K for _ in range(2)):
        start, potential = _cubic(recipe, 100 + number), _potential(recipe, number)
        sources.append(_thermal(f"cubic-{t}-{number % 2}", "bulk_cubic", start, potential, t, 4, "isotropic"))
    for number, t in enumerate(_TETRAGONAL_K):
        potential = _potential(recipe, number)
        sources.append(_thermal(f"tetragonal-{t}", "bulk_tetragonal", Tetragonal(), potential, t, 4, "axes"))
    for number, t in enumerate((300, 600, 900, 1200)):
        start, potential = _cubic(recipe, 900 + number), _early(recipe, number)
        sources.append(
            _thermal(f"held-cubic-{t}", "bulk_cubic", start, potential, t, 3, "isotropic", held_out=True)
        )
    first = recipe.potentials[0]
    name = "held-tetragonal-400"
    sources.append(_thermal(name, "bulk_tetragonal", Tetragonal(), first, 400, 3, "axes", held_out=True))
    return sources


def _strained(recipe: TeachingRecipe) -> list[FrameSource]:
    sources = []
    for number, (name, strain) in enumerate(_STRAINS):
        start: TeachingStart = Tetragonal() if number % 3 == 2 else _cubic(recipe, 200 + number)
        sources.append(
            FrameSource(
                name=f"strain-{name}",
                kind="strained",
                start=Strained(start, strain),
                potential=_early(recipe, number),
                phases=schedules.thermal((300, 800, 1200, 600)[number % 4], 4, "fixed"),
                rescaled=False,
            )
        )
    for number, (scale, t) in enumerate(_COMPRESSIONS):
        sources.append(
            FrameSource(
                name=f"compressed-{scale}-{t}",
                kind="strained",
                start=_cubic(recipe, 220 + number, scale),
                potential=recipe.potentials[0],
                phases=schedules.compressed(t),
                rescaled=False,
            )
        )
    sources += [
        FrameSource(name=f"rattle-{n}", kind="strained", start=Cubic(), making="rattles", rescaled=False)
        for n in range(3)
    ]
    sources += [
        FrameSource(
            name=f"contact-{n}",
            kind="strained",
            start=Cubic(),
            making="contacts",
            potential=recipe.potentials[0],
            phases=schedules.thermal(600, 6, "isotropic", apart=1.0),
            rescaled=False,
        )
        for n in range(5)
    ]
    return sources


def _short_of_ions(recipe: TeachingRecipe) -> list[FrameSource]:
    sources = []
    for number in range(10):
        whole: TeachingStart = Tetragonal() if number % 4 == 3 else _cubic(recipe, 300 + number)
        start = Depleted(whole, (("Li", 1 + number % 4),))
        t, potential = (400, 800, 1200, 1600)[number % 4], _early(recipe, number)
        sources.append(_thermal(f"vli-{number}", "lithium_vacancies", start, potential, t, 3, "isotropic"))
    for number in range(8):
        n = 1 + number % 3
        start = Depleted(_cubic(recipe, 320 + number), (("O", n), ("Li", 2 * n)))
        t, potential = (600, 1000, 1500, 2000)[number % 4], _early(recipe, number)
        sources.append(_thermal(f"vo-{number}", "oxygen_vacancies", start, potential, t, 3, "isotropic"))
    start, first = Depleted(_cubic(recipe, 950), (("O", 2), ("Li", 4))), recipe.potentials[0]
    sources.append(_thermal("held-vo", "oxygen_vacancies", start, first, 1000, 3, "isotropic", held_out=True))
    return sources


def _melts(recipe: TeachingRecipe) -> list[FrameSource]:
    def disordered(
        name: str, kind: str, ordering: int, scale: float, t: int | None, potential: str, held_out: bool
    ) -> FrameSource:
        return FrameSource(
            name=name,
            kind=kind,
            start=_cubic(recipe, ordering, scale),
            potential=potential,
            phases=schedules.quench() if t is None else schedules.melt(t),
            held_out=held_out,
            rescaled=t is None,
        )

    first = recipe.potentials[0]
    sources = [
        disordered(f"melt-{n}", "melt", 400 + n, _MELT_SCALES[n % 4], (2500, 3000, 3500)[n % 3], first, False)
        for n in range(9)
    ]
    for n in range(6):
        potential = recipe.potentials[1 % len(recipe.potentials)] if n % 3 == 2 else first
        sources.append(
            disordered(f"quench-{n}", "quenched", 420 + n, (1.0, 1.03)[n % 2], None, potential, False)
        )
    sources += [
        disordered(f"held-melt-{n}", "melt", 960 + n, 1.03, (2700, 3200)[n], first, True) for n in range(2)
    ]
    return [*sources, disordered("held-quench", "quenched", 965, 1.02, None, first, True)]


def _surfaces(recipe: TeachingRecipe) -> list[FrameSource]:
    def surface(name: str, slab: SurfaceSlab, potential: str, t: int, held_out: bool) -> FrameSource:
        return FrameSource(
            name=name,
            kind="surface",
            start=slab,
            potential=potential,
            phases=schedules.free_surface(t),
            held_out=held_out,
            rescaled=False,
        )

    seed = _SEED_STRIDE * recipe.seed
    sources = []
    for n in range(12):
        normal = _NORMALS[n % 6]
        slab = SurfaceSlab(normal, 6.0, (12.0, 8.0, 15.0)[n % 3], 1.7 * (n // 6) + 0.4, seed + 500 + n)
        potential = recipe.potentials[1 % len(recipe.potentials) if n % 3 == 2 else 0]
        name = f"surface-{''.join(map(str, normal))}-{n}"
        sources.append(surface(name, slab, potential, (500, 1000, 1500, 800)[n % 4], False))
    held = SurfaceSlab((1, 1, 0), 6.0, 12.0, 3.1, seed + 980)
    return [*sources, surface("held-surface-110", held, recipe.potentials[0], 900, True)]


def _thermal(
    name: str,
    kind: str,
    start: TeachingStart,
    potential: str,
    temperature: int,
    n_frames: int,
    cell: CellFreedom,
    *,
    held_out: bool = False,
) -> FrameSource:
    return FrameSource(
        name=name,
        kind=kind,
        start=start,
        potential=potential,
        phases=schedules.thermal(temperature, n_frames, cell),
        held_out=held_out,
    )


def _cubic(recipe: TeachingRecipe, ordering: int, scale: float = 1.0) -> Cubic:
    return Cubic(_SEED_STRIDE * recipe.seed + ordering, scale)


def _potential(recipe: TeachingRecipe, number: int) -> str:
    return recipe.potentials[number % len(recipe.potentials)]


def _early(recipe: TeachingRecipe, number: int) -> str:
    """Return one of the first three: the last, a full Coulomb sum, is slow."""
    return recipe.potentials[number % min(3, len(recipe.potentials))]
