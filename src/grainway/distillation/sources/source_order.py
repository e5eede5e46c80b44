"""The order in which sources are run: classes interleaved, so that a part of it is a training set too."""

from __future__ import annotations

from collections import defaultdict

import numpy as np

from grainway.distillation.sources.boundary_sources import boundary_sources
from grainway.distillation.sources.bulk_sources import bulk_sources
from grainway.distillation.sources.doped_sources import doped_sources
from grainway.distillation.sources.frame_source import FrameSource
from grainway.distillation.sources.teaching_recipe import TeachingRecipe
from grainway.errors import ConfigError

_STREAM = 78


def plan_sources(recipe: TeachingRecipe) -> tuple[FrameSource, ...]:
    """Return every source of a recipe, in an order of which each beginning holds all classes in proportion.

    With dopants these are the dopants' alone.

    Raises:
        ConfigError: when two sources bear one name, as they do when a boundary is listed twice.
        StructureError: when the catalogue lacks a boundary.
    """
    sources = doped_sources(recipe) if recipe.dopants else (*bulk_sources(recipe), *boundary_sources(recipe))
    names = [source.name for source in sources]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise ConfigError.about("recipe", twice, "each source once", "List each boundary once.")
    classes: dict[tuple[str, bool], list[FrameSource]] = defaultdict(list)
    for source in sources:
        classes[source.kind, source.held_out].append(source)
    rng = np.random.default_rng([_STREAM, recipe.seed])
    placed: list[tuple[float, FrameSource]] = []
    for members in classes.values():
        places = (np.arange(len(members)) + rng.uniform(0.2, 0.8, len(members))) / len(members)
        placed += zip(places.tolist(), _mixed(members, rng), strict=True)
    return tuple(source for _, source in sorted(placed, key=lambda pair: pair[0]))


def _mixed(members: list[FrameSource], rng: np.random.Generator) -> list[FrameSource]:
    """Draw an order, but for boundaries, which the recipe lists from small to large."""
    if members[0].kind in ("boundary", "annealed_boundary"):
        return members
    return [members[i] for i in rng.permutation(len(members))]
