"""A committee looks for what it does not know where it may, and keeps the frames it is least sure of."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from example_potentials.nep_example import NEP_FILE, scaled_model
from example_potentials.teaching_frames import analytic_teacher
from grainway.distillation import TeachingRecipe, collect_labels, label_campaign, plan_sources
from grainway.distillation.labels.exploration import SPREAD, Committee, explore, is_sound, most_disputed
from grainway.distillation.sources.boundary_sources import exploration_sources
from grainway.distillation.sources.frame_source import FrameSource
from grainway.distillation.sources.starting_structures import Cubic
from grainway.distillation.sources.teaching_dynamics import Phase, run_phases
from grainway.errors import ConfigError
from grainway.simulation import find_lammps, load_potential

RECIPE = TeachingRecipe()
CALM = Phase(start=300.0, end=300.0, duration=0.05, timestep=0.0005, interval=0.025)
WILD = Phase(start=600.0, end=600.0, duration=0.4, timestep=0.004, interval=0.04)


def exploration(name, *phases):
    return FrameSource(name=name, kind="active", start=Cubic(3), making="exploration", phases=phases)


def plane(source):
    return source.start.axis, source.start.normal_a, source.start.normal_b


def test_every_taught_boundary_is_explored_as_built_and_annealed_and_no_held_out_one():
    sources = exploration_sources(RECIPE, 1)
    for way in ("-built-", "-annealed-"):
        assert {plane(s) for s in sources if way in s.name} == set(RECIPE.taught)
    assert not {plane(s) for s in sources} & set(RECIPE.held_out)
    assert {(s.kind, s.making, s.held_out) for s in sources} == {("active", "exploration", False)}
    first_half = [("-built-" in s.name) for s in sources[: len(RECIPE.taught)]]
    assert abs(first_half.count(True) - first_half.count(False)) <= 1


def test_a_round_builds_what_no_other_round_and_no_labelling_built():
    rounds = [exploration_sources(RECIPE, number) for number in (1, 2, 3)]
    assert exploration_sources(RECIPE, 1) == rounds[0]
    others = [s for s in plan_sources(RECIPE) if hasattr(s.start, "seed")]
    everything = [s for sources in rounds for s in sources] + others
    seeds = [s.start.seed for s in everything if hasattr(s.start, "normal_a")]
    assert len(set(seeds)) == len(seeds)
    assert len({s.name for s in everything}) == len(everything)
    assert [plane(s) for s in rounds[0]] != [plane(s) for s in rounds[1]]
    assert exploration_sources(replace(RECIPE, seed=1), 1) != rounds[0]


@given(st.lists(st.floats(0.0, 2.0), max_size=8), st.floats(0.0, 2.0), st.integers(0, 4))
def test_the_most_disputed_are_the_largest_above_the_least(spreads, least, n):
    chosen = [spreads[i] for i in most_disputed(spreads, least, n)]
    assert chosen == sorted((s for s in spreads if s > least), reverse=True)[:n]


def test_a_teacher_is_not_asked_about_collapsed_evaporated_or_touching_matter():
    atoms = Cubic(3).build(np.random.default_rng(0))
    volume = atoms.get_volume()
    assert is_sound(atoms, volume)
    assert not is_sound(atoms, 2 * volume)
    assert not is_sound(atoms, volume / 2)
    atoms.positions[0] = atoms.positions[1] + [0.9, 0, 0]
    assert not is_sound(atoms, volume)


@pytest.mark.lammps
def test_of_a_run_that_fails_the_snapshots_before_are_there(tmp_path):
    atoms = Cubic(3).build(np.random.default_rng(0))
    wreck = Phase(start=6000.0, end=6000.0, duration=2.0, timestep=0.004, cell="axes", interval=1.9)
    run = run_phases(atoms, load_potential("du_teter"), (CALM, wreck), 5, tmp_path, find_lammps())
    assert "snapshots with du_teter: LAMMPS ended" in run.failure
    assert len(run.taken) == 2
    assert all(np.isfinite(shot.atoms.positions).all() for shot in run.taken)


def test_an_exploration_needs_a_committee(tmp_path):
    with pytest.raises(ConfigError, match="committee"):
        label_campaign(tmp_path, RECIPE, analytic_teacher(), sources=[exploration("alone", CALM)])


@pytest.fixture
def doubting(tmp_path):
    """A committee whose members differ by a twentieth of each force."""
    return Committee((NEP_FILE, scaled_model(tmp_path / "other.txt", 1.1)), 0.05)


@pytest.mark.lammps
@pytest.mark.mlip
def test_the_frames_are_those_of_the_largest_spread_and_the_same_again(tmp_path, doubting):
    source = exploration("calm", replace(CALM, end=900.0, duration=0.2))
    frames, failure = explore(source, RECIPE, doubting, tmp_path / "md", find_lammps())
    again, _ = explore(source, RECIPE, doubting, tmp_path / "md", find_lammps())
    assert failure is None
    assert not (tmp_path / "md").exists()
    spreads = [frame.info[SPREAD] for frame in frames]
    assert len(spreads) == 2
    assert spreads == sorted(spreads, reverse=True)
    np.testing.assert_allclose(doubting.spreads(frames), spreads, atol=1e-3)
    for one, two in zip(frames, again, strict=True):
        np.testing.assert_array_equal(one.positions, two.positions)
        assert one.info == two.info
        assert (one.info["kind"], one.info["origin"]) == ("active", "calm")
    sure = Committee(doubting.models, 100.0)
    assert explore(source, RECIPE, sure, tmp_path / "md", find_lammps()) == ([], None)


@pytest.mark.lammps
@pytest.mark.mlip
def test_a_run_that_the_model_wrecks_is_told_and_what_came_before_is_labelled(tmp_path):
    stiff = Committee((scaled_model(tmp_path / "stiff.txt", 30.0), NEP_FILE), 0.01)
    sources = [exploration("wreck", CALM, WILD), exploration("calm", CALM)]
    for _ in range(2):  # a second call has nothing to do and tells the same
        report = label_campaign(tmp_path / "l", RECIPE, analytic_teacher(), sources=sources, committee=stiff)
        assert report.complete
        ((name, reason),) = report.failures
        assert (name, "no condensed matter" in reason) == ("wreck", True)
    labels = collect_labels(tmp_path / "l", sources)
    assert {frame.info["origin"] for frame in labels.taught} == {"wreck", "calm"}
    assert all(frame.info[SPREAD] > 0 for frame in labels.taught)
    other = Committee(stiff.models[:1], 0.01)
    with pytest.raises(ConfigError, match="model"):
        label_campaign(tmp_path / "l", RECIPE, analytic_teacher(), sources=sources, committee=other)
