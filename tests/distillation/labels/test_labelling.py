"""A labelling goes on where it stopped, whatever stopped it."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from ase.geometry import find_mic

from example_potentials.teaching_frames import analytic_teacher, labelled_frames
from grainway.distillation import (
    LabellingBudget,
    TeachingRecipe,
    collect_labels,
    label_campaign,
    label_of,
    plan_sources,
    read_frames,
    representative,
    second_opinions,
)
from grainway.errors import ConfigError, StoreError

pytestmark = [pytest.mark.lammps, pytest.mark.xdist_group("labelling")]

RECIPE = TeachingRecipe()
BY_NAME = {source.name: source for source in plan_sources(RECIPE)}
FEW = (BY_NAME["rattle-0"], BY_NAME["compressed-0.96-1500"], BY_NAME["held-vo"])
TEACHER = analytic_teacher()
SOFTBV_NEP = Path(__file__).parents[2] / "example_potentials/data/softbv_nep.txt"


class _KilledError(Exception):
    pass


def run(folder, **wishes):
    return label_campaign(folder, RECIPE, TEACHER, **{"sources": FEW, **wishes})


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    folder = tmp_path_factory.mktemp("whole")
    report = run(folder)
    assert report.complete
    return folder, report


def assert_same_labels(one, other):
    mine, theirs = collect_labels(one), collect_labels(other)
    for part in ("taught", "held_out"):
        for a, b in zip(getattr(mine, part), getattr(theirs, part), strict=True):
            np.testing.assert_array_equal(a.positions, b.positions)
            np.testing.assert_array_equal(label_of(a).forces, label_of(b).forces)
            assert label_of(a).energy == label_of(b).energy
            assert a.info == b.info


def test_all_frames_are_labelled_and_held_out_ones_kept_apart(whole):
    folder, report = whole
    labels = collect_labels(folder)
    assert len(labels.taught) + len(labels.held_out) == report.frames
    assert report.refused + report.frames == 8 + 4 + 3
    assert {frame.info["origin"] for frame in labels.held_out} == {"held-vo"}
    assert {frame.info["teacher"] for frame in labels.taught} == {"lennard-jones"}
    frame = labels.taught[0]
    np.testing.assert_allclose(label_of(frame).forces, TEACHER.label(frame).forces, atol=1e-6)
    assert report.seconds_per_atom > 0


def test_a_second_call_has_nothing_to_do(whole):
    folder, first = whole
    again = run(folder)
    assert again.complete
    assert again.new_atoms == 0
    assert again.seconds_per_atom is None
    assert (again.frames, again.atoms, again.refused) == (first.frames, first.atoms, first.refused)


@pytest.mark.parametrize("after", [1, 8, 9])
def test_killed_after_any_label_it_ends_as_if_it_had_not_been(tmp_path, whole, after):
    seen = []

    def kill(name, number, _report):
        seen.append((name, number))
        if len(seen) == after:
            raise _KilledError

    with pytest.raises(_KilledError):
        run(tmp_path, on_labelled=kill)
    labelled_again = []
    report = run(tmp_path, on_labelled=lambda name, number, _report: labelled_again.append((name, number)))
    assert report.complete
    assert not set(seen) & set(labelled_again)
    assert_same_labels(tmp_path, whole[0])


def test_files_that_a_kill_left_half_written_are_not_read(tmp_path, whole):
    run(tmp_path, budget=LabellingBudget(atoms=192 * 2))
    (tmp_path / "labels" / ".rattle-0.xyz.tmp").write_text("192\nhalf a frame")
    (tmp_path / "frames" / ".compressed-0.96-1500.tmp").write_text("")
    (tmp_path / "frames" / "compressed-0.96-1500.xyz").write_text("frames without descriptors")
    run(tmp_path)
    assert_same_labels(tmp_path, whole[0])


def test_a_budget_of_atoms_is_for_the_folder_and_never_passed(tmp_path):
    report = run(tmp_path, budget=LabellingBudget(atoms=500))
    assert report.atoms == 2 * 192
    assert not report.complete
    assert run(tmp_path, budget=LabellingBudget(atoms=500)).new_atoms == 0
    assert run(tmp_path, budget=LabellingBudget(atoms=600)).new_atoms == 192


def test_a_budget_of_seconds_ends_a_call(tmp_path):
    report = run(tmp_path, budget=LabellingBudget(seconds=1e-9))
    assert report.new_atoms == 0
    with pytest.raises(ConfigError, match=r"budget\.seconds"):
        LabellingBudget(seconds=0)


def test_a_folder_is_of_one_recipe_and_one_teacher(tmp_path, whole):
    folder, _ = whole
    with pytest.raises(ConfigError, match="recipe"):
        label_campaign(folder, replace(RECIPE, seed=1), TEACHER, sources=FEW)
    with pytest.raises(ConfigError, match="teacher"):
        label_campaign(folder, RECIPE, analytic_teacher("another"), sources=FEW)
    with pytest.raises(StoreError, match="no folder of a labelling"):
        collect_labels(tmp_path)


def test_a_failed_source_is_told_and_tried_again(tmp_path):
    # half the lengths and steps of 4 fs: nothing holds that together
    wild = replace(FEW[1], phases=tuple(replace(p, timestep=0.004, end=6000.0) for p in FEW[1].phases))
    crowded = replace(wild, start=replace(wild.start, scale=0.5))
    report = label_campaign(tmp_path, RECIPE, TEACHER, sources=(crowded, FEW[0]))
    assert [name for name, _ in report.failures] == [crowded.name]
    assert "LAMMPS" in report.failures[0][1]
    assert report.sources_done == 1
    assert not report.complete
    mended = label_campaign(tmp_path, RECIPE, TEACHER, sources=FEW[:2])
    assert mended.complete


def test_a_frame_of_wild_forces_is_kept_but_not_taught(tmp_path):
    tame = replace(RECIPE, largest_force=1.0)
    report = label_campaign(tmp_path, tame, TEACHER, sources=FEW[:1])
    kept = read_frames(tmp_path / "labels" / "rattle-0.xyz")
    refused = [frame for frame in kept if "refused" in frame.info]
    assert len(refused) == report.refused > 0
    assert all(np.abs(label_of(frame).forces).max() > 1.0 for frame in refused)
    taught = collect_labels(tmp_path).taught
    assert len(taught) == report.frames == len(kept) - len(refused)


def test_a_frame_that_was_there_before_is_not_labelled_again(tmp_path):
    # so coarse a distance that of one class only the first frame is new
    coarse = replace(RECIPE, duplicate_distance=10.0)
    report = label_campaign(tmp_path, coarse, TEACHER, sources=(FEW[0], FEW[1], FEW[2]))
    assert report.complete
    assert report.frames + report.refused == 2  # one strained, one with oxygen vacancies
    assert label_campaign(tmp_path, coarse, TEACHER, sources=FEW).new_atoms == 0


def test_second_opinions_are_drawn_evenly_and_resumed(tmp_path):
    frames = labelled_frames(6)
    drawn = representative(frames, 4)
    assert sorted(frame.info["kind"] for frame in drawn) == ["bulk_cubic"] * 2 + ["bulk_tetragonal"] * 2
    other = analytic_teacher("other")
    path = tmp_path / "second.xyz"
    first = second_opinions(drawn[:2], other, path)
    everything = second_opinions(drawn, other, path)
    assert [frame.info["teacher"] for frame in everything] == ["other"] * 4
    for one, two in zip(first, everything[:2], strict=True):
        np.testing.assert_allclose(label_of(one).forces, label_of(two).forces, atol=1e-7)
    for mine, theirs in zip(everything, drawn, strict=True):
        np.testing.assert_allclose(mine.positions, theirs.positions, atol=1e-7)
        np.testing.assert_allclose(label_of(mine).forces, other.label(theirs).forces, atol=1e-5)
    with pytest.raises(StoreError, match="use another file"):
        second_opinions(drawn, analytic_teacher("third"), path)
    with pytest.raises(ConfigError, match="0 or more"):
        representative(frames, -1)


@pytest.mark.mlip
def test_a_second_round_moves_snapshots_on_with_a_model(tmp_path, whole):
    report = run(tmp_path, sources=FEW[2:], model=SOFTBV_NEP)
    assert report.complete
    moved, before = collect_labels(tmp_path).held_out, collect_labels(whole[0]).held_out
    for one, other in zip(moved, before, strict=True):
        assert one.info["temperature"] == other.info["temperature"]
        assert np.abs(one.get_volume() - other.get_volume()) > 1e-3
        _, distance = find_mic(
            (one.get_scaled_positions() - other.get_scaled_positions()) @ one.cell.array, one.cell
        )
        # ions vibrate on about their places
        assert 0.05 < np.median(distance) < 0.8
    with pytest.raises(ConfigError, match="model"):
        run(tmp_path, sources=FEW[2:])
