"""The recipe decides what is made, in an order of which a part is of use."""

import json
from collections import Counter
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from grainway.distillation import KINDS, TeachingRecipe, frames_of, plan_sources
from grainway.distillation.sources.starting_structures import TwoBoundaries
from grainway.errors import ConfigError
from grainway.simulation import find_lammps

SOURCES = plan_sources(TeachingRecipe())
BY_NAME = {source.name: source for source in SOURCES}

recipes = st.builds(
    TeachingRecipe,
    seed=st.integers(0, 10_000),
    rescaled=st.floats(0.0, 1.0),
    boundary_passes=st.integers(1, 5),
    potentials=st.sampled_from([("softbv",), ("buck_core_zm", "softbv")]),
    duplicate_distance=st.floats(0.0, 1.0),
)


@given(recipe=recipes)
def test_a_recipe_survives_json(recipe):
    again = TeachingRecipe.from_dict(json.loads(json.dumps(recipe.to_dict())))
    assert again == recipe
    assert again.digest == recipe.digest


def test_another_seed_is_another_recipe():
    assert TeachingRecipe(seed=1).digest != TeachingRecipe().digest


@pytest.mark.parametrize(
    "wrong",
    [
        {"seed": -1},
        {"rescaled": 1.5},
        {"rescaling": (1.05, 0.95)},
        {"lattice_ratios": (("softbv", 2.0),)},
        {"boundary_passes": 0},
        {"potentials": ()},
        {"grain_thickness": 1.0},
    ],
)
def test_a_recipe_that_makes_no_sense_is_refused_by_name(wrong):
    with pytest.raises(ConfigError, match=f"recipe.{next(iter(wrong))}"):
        TeachingRecipe(**wrong)


def test_no_boundary_is_taught_and_held_out():
    recipe = TeachingRecipe()
    with pytest.raises(ConfigError, match="held_out"):
        replace(recipe, taught=recipe.taught + recipe.held_out[:1])
    with pytest.raises(ConfigError, match="each source once"):
        plan_sources(replace(recipe, taught=recipe.taught[:1], held_out=recipe.held_out[:1] * 2))


def test_no_held_out_boundary_lends_its_atoms_to_training():
    def planes(held_out):
        return {
            (s.start.axis, s.start.normal_a, s.start.normal_b)
            for s in SOURCES
            if isinstance(s.start, TwoBoundaries) and s.held_out == held_out
        }

    assert planes(True) == set(TeachingRecipe().held_out)
    assert not planes(True) & planes(False)


def test_every_class_is_taught_and_every_quarter_of_the_order_holds_nearly_all():
    taught = [s for s in SOURCES if not s.held_out]
    assert {s.kind for s in taught} == {k for k in KINDS if k != "active" and not k.startswith("doped")}
    total = Counter(s.kind for s in taught)
    for quarter in np.array_split(np.arange(len(taught)), 4):
        here = Counter(taught[i].kind for i in quarter)
        for kind, n in total.items():
            assert abs(here[kind] - n / 4) <= 1.5


def test_all_characters_of_boundaries_are_taught():
    entries = {s.start.entry() for s in SOURCES if isinstance(s.start, TwoBoundaries) and not s.held_out}
    assert {e.character for e in entries} == {"symmetric tilt", "asymmetric tilt", "twist", "mixed"}
    assert any(e.sigma is None for e in entries)
    assert max(e.n_atoms for e in entries) <= 960
    meeting = {s.start.connection for s in SOURCES if isinstance(s.start, TwoBoundaries)}
    assert meeting == {"planar", "stepped", "orthogonal"}


@pytest.mark.lammps
@pytest.mark.parametrize("name", ["rattle-1", "compressed-0.93-2500", "contact-2"])
def test_a_source_gives_the_same_frames_again(tmp_path, name):
    recipe = TeachingRecipe()
    source = BY_NAME[name]
    frames, again = (frames_of(source, recipe, tmp_path / "md", find_lammps()) for _ in range(2))
    assert len(frames) == len(again) >= 4
    for one, two in zip(frames, again, strict=True):
        np.testing.assert_array_equal(one.positions, two.positions)
        assert one.info == two.info
        assert one.info["origin"] == name
        assert one.info["kind"] == source.kind
    assert not (tmp_path / "md").exists()
    other = frames_of(source, replace(recipe, seed=1), tmp_path / "md", find_lammps())
    assert np.abs(other[0].positions - frames[0].positions).max() > 1e-3


@pytest.mark.lammps
def test_snapshots_are_rescaled_as_the_recipe_says(tmp_path):
    source = BY_NAME["tetragonal-100"]
    sizes = []
    for share in (0.0, 1.0):
        recipe = TeachingRecipe(
            rescaled=share, rescaling=(1.05, 1.05), lattice_ratios=((source.potential, 1.0 - share / 20),)
        )
        frames = frames_of(source, recipe, tmp_path / "md", find_lammps())
        sizes.append([frame.get_volume() for frame in frames])
    np.testing.assert_allclose(np.array(sizes[1]) / np.array(sizes[0]), (1.05 * 0.95) ** 3, rtol=1e-9)
