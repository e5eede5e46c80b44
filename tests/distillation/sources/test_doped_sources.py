"""Frames with dopants: neutral, of the amounts that were asked for, and never of what is held out."""

from collections import Counter
from dataclasses import replace

import numpy as np
import pytest

from grainway.distillation import TeachingRecipe, frames_of, plan_sources
from grainway.distillation.sources.starting_structures import DopedCubic, TwoBoundaries
from grainway.domain import DOPANT_CHARGE, DOPANT_HOST
from grainway.errors import ConfigError
from grainway.simulation import find_lammps

CHARGE = {"Li": 1, "La": 3, "Zr": 4, "O": -2, **DOPANT_CHARGE}
RECIPE = TeachingRecipe(dopants=tuple(DOPANT_HOST), potentials=("softbv",))
SOURCES = plan_sources(RECIPE)


def test_every_start_is_neutral_and_holds_its_dopant():
    for source in SOURCES:
        atoms = source.start.build(np.random.default_rng(1))
        count = Counter(atoms.get_chemical_symbols())
        assert sum(CHARGE[element] * n for element, n in count.items()) == 0, source.name
        assert len(set(count) & set(DOPANT_HOST)) == 1, source.name


@pytest.mark.parametrize("dopant", list(DOPANT_HOST))
@pytest.mark.parametrize("per_unit", [0.125, 0.5, 1.0])
def test_a_cell_holds_the_amount_asked_for_on_the_sites_of_its_host(dopant, per_unit):
    count = Counter(DopedCubic(dopant, per_unit, 3).build(np.random.default_rng(0)).get_chemical_symbols())
    n, extra = round(8 * per_unit), DOPANT_CHARGE[dopant] - CHARGE[DOPANT_HOST[dopant]]
    assert count[dopant] == n
    assert count["Zr"] == 16 - n * (DOPANT_HOST[dopant] == "Zr")
    assert count["Li"] == 56 - n * (extra + (DOPANT_HOST[dopant] == "Li"))
    assert (count["La"], count["O"]) == (24, 96)


def test_a_dopant_is_taught_in_every_class_with_a_quarter_held_out():
    for dopant in DOPANT_HOST:
        own = [source for source in SOURCES if dopant in source.name.split("-")]
        for kind in ("doped_bulk", "doped_boundary", "doped_melt"):
            sides = Counter(source.held_out for source in own if source.kind == kind)
            assert sides[True] >= 1
            assert sides[False] >= 2 * sides[True]


def test_what_is_held_out_is_neither_a_taught_boundary_nor_a_taught_composition():
    def seen(held_out):
        found = set()
        for source in SOURCES:
            start = source.start
            if source.held_out == held_out and isinstance(start, TwoBoundaries):
                found.add((start.axis, start.normal_a, start.normal_b))
            if source.held_out == held_out and isinstance(start, DopedCubic):
                found.add((start.dopant, start.amount))
        return found

    assert not seen(True) & seen(False)


def test_recipes_without_dopants_keep_their_digest_and_unknown_dopants_are_refused():
    assert "dopants" not in TeachingRecipe().to_dict()
    assert TeachingRecipe(dopants=("Ta",)).digest != TeachingRecipe().digest
    assert TeachingRecipe.from_dict(RECIPE.to_dict()) == RECIPE
    with pytest.raises(ConfigError, match=r"recipe.dopants.*Xe.*Al, Ga, Ta, Nb"):
        TeachingRecipe(dopants=("Xe",))


@pytest.mark.lammps
def test_a_doped_source_gives_the_same_frames_again(tmp_path):
    source = next(s for s in SOURCES if s.name == "Ta-cubic-0.25-600")
    frames, again = (frames_of(source, RECIPE, tmp_path / "md", find_lammps()) for _ in range(2))
    assert len(frames) == 3
    for one, two in zip(frames, again, strict=True):
        np.testing.assert_array_equal(one.positions, two.positions)
        assert one.info["kind"] == "doped_bulk"
        assert Counter(one.get_chemical_symbols())["Ta"] == 2
    moved = frames_of(source, replace(RECIPE, potentials=("softbv",), seed=1), tmp_path / "md", find_lammps())
    assert np.abs(moved[0].positions - frames[0].positions).max() > 1e-3
