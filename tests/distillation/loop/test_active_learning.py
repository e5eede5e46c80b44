"""One command that goes on after any kill, keeps to its time and stops when nothing improves."""

import json
import os
import signal
import subprocess
import sys
import time
from dataclasses import asdict, replace
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from ase import Atoms
from ase.calculators.singlepoint import SinglePointCalculator
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner

from example_potentials import tiny_loop
from grainway.cli import app
from grainway.distillation.frames.labelled_frames import mark
from grainway.distillation.judging.improvement import ALL_ROUNDS, BUDGET_SPENT, NO_BETTER
from grainway.distillation.labels import labelling
from grainway.distillation.labels.exploration import SPREAD
from grainway.distillation.loop import active_learning as loop
from grainway.distillation.loop import loop_folder, stage_clock
from grainway.distillation.loop.loop_plan import LoopOptions, allotment, division, open_plan
from grainway.distillation.loop.stage_clock import StageClock
from grainway.errors import ConfigError
from grainway.simulation.potentials.nep.declared_nep import declare_nep

ERRORS = (0.5, 0.3, 0.4, 0.2, 0.1)
"""Of the forces of each round's model where the trainings are pretended, eV/Å."""


class _KilledError(Exception):
    pass


def killing(at):
    """Return what ends the loop when it is told for the ``at``-th time, and the list of what it heard."""
    heard = []

    def tell(line):
        heard.append(line)
        if len(heard) == at:
            raise _KilledError

    return tell, heard


def without_times(folder):
    record = json.loads((folder / "loop.json").read_text())
    rounds = [{key: value for key, value in one.items() if key != "seconds"} for one in record["rounds"]]
    return {**record, "rounds": rounds, "spent_s": None}


# what is asked for and how its time is divided


@given(st.floats(0.01, 100.0), st.integers(0, 6), st.data())
def test_stages_that_take_what_they_are_given_take_the_budget_and_time_saved_goes_to_later_ones(
    hours, rounds, data
):
    options = LoopOptions(hours=hours, rounds=rounds)
    planned = division(options)
    assert sum(planned.values()) == pytest.approx(3600 * hours)
    left, saved = options.seconds, False
    for stage, seconds in planned.items():
        given_s = allotment(options, stage, left)
        assert given_s >= seconds * (1 - 1e-9) if saved else given_s == pytest.approx(seconds)
        taken = given_s * data.draw(st.sampled_from([1.0, 0.5]))
        saved |= taken < given_s
        left -= taken
    assert left > -1e-6 * options.seconds
    assert saved or left == pytest.approx(0, abs=1e-6 * options.seconds)


@pytest.mark.parametrize(
    "wrong", [{"hours": 0.0}, {"rounds": -1}, {"members": 2}, {"seed": -1}, {"second": -1}]
)
def test_a_wish_that_makes_no_sense_is_refused_by_name(wrong):
    with pytest.raises(ConfigError, match=next(iter(wrong))):
        LoopOptions(**wrong)


def test_a_plan_is_kept_and_only_hours_and_rounds_may_grow(tmp_path):
    path, options = tmp_path / "plan.json", LoopOptions()
    open_plan(path, options, {"recipe": "digest"})
    before = path.read_text()
    assert json.loads(before)["options"] == {**asdict(options), "recipe": "digest"}
    others = {"name": "b", "seed": 1, "teacher": "chgnet", "members": 4, "hours": 7.0, "rounds": 2}
    for field, value in others.items():
        with pytest.raises(ConfigError, match=f"{field} = .*was begun with"):
            open_plan(path, replace(options, **{field: value}), {"recipe": "digest"})
    with pytest.raises(ConfigError, match="recipe"):
        open_plan(path, options, {"recipe": "another"})
    assert path.read_text() == before
    open_plan(path, replace(options, hours=9.0, rounds=4), {"recipe": "digest"})
    assert json.loads(path.read_text())["options"]["rounds"] == 4
    with pytest.raises(ConfigError, match="hours"):
        open_plan(path, options, {"recipe": "digest"})


def test_the_clock_counts_over_calls_and_while_a_stage_runs(tmp_path, monkeypatch):
    monkeypatch.setattr(stage_clock, "_BEAT_S", 0.01)
    path = tmp_path / "time.json"

    def work():
        with StageClock(path).running("train", 60.0):
            time.sleep(0.1)
            assert json.loads(path.read_text())["train"]["spent_s"] > 0  # what a kill would leave
            raise _KilledError

    with pytest.raises(_KilledError):
        work()
    again = StageClock(path)
    assert not again.is_done("train")
    before = again.taken_s("train")
    assert before >= 0.1
    with again.running("train", 999.0):
        time.sleep(0.05)
    last = StageClock(path)
    assert last.is_done("train")
    assert last.allotted_s("train") == 60.0
    assert last.spent_s == last.taken_s("train") >= before + 0.05
    assert (last.allotted_s("label"), last.taken_s("label")) == (None, 0.0)


# the loop with pretended runs and trainings


@pytest.fixture
def pretended(monkeypatch):
    """Frames without LAMMPS, labels of no forces, trainings that do nothing, models whose error is known."""

    def frames(source):
        atoms = Atoms("LiLaZrO", positions=np.eye(4, 3) * (2 + source.start.seed / 1000), cell=[5, 5, 5])
        return [mark(atoms, kind=source.kind, origin=source.name, temperature=300.0)]

    def no_forces(atoms):
        forces = np.zeros((len(atoms), 3))
        return SimpleNamespace(
            calc=SinglePointCalculator(atoms, energy=0.0, forces=forces, stress=np.zeros(6))
        )

    def explore(source, *_given):
        made = frames(source)
        for frame in made:
            frame.info[SPREAD] = 0.25
        return made, "it fell apart" if source.name.endswith("1") else None

    def release(folder, *_given, **_named):
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "card.json").write_text(folder.parent.name)
        return SimpleNamespace(accuracy=())

    def predict(_self, number, frames):
        taken = [frame.copy() for frame in frames]
        for one, frame in zip(taken, frames, strict=True):
            one.calc = SinglePointCalculator(one, forces=frame.get_forces() + ERRORS[number])
        return taken

    monkeypatch.setattr(tiny_loop, "label", no_forces)
    monkeypatch.setattr(labelling, "frames_of", lambda source, *_given: frames(source))
    monkeypatch.setattr(labelling, "explore", explore)
    monkeypatch.setattr(loop_folder.LoopFolder, "committee", lambda *_: SimpleNamespace(digest="c"))
    monkeypatch.setattr(loop_folder.LoopFolder, "predict", predict)
    monkeypatch.setattr(loop, "train_members", lambda *_given, **_named: [])
    monkeypatch.setattr(loop, "load_released", lambda *_given: [])
    monkeypatch.setattr(loop, "release_models", release)


OPTIONS = replace(tiny_loop.OPTIONS, rounds=4)


def test_it_stops_where_nothing_improves_and_releases_the_best(tmp_path, pretended):
    outcome = tiny_loop.run(tmp_path, OPTIONS)
    assert [one.decision for one in outcome.rounds] == ["first", "better", "not better"]
    assert [one.compared_with for one in outcome.rounds] == [None, 0, 1]
    assert outcome.rounds[1].change.value == pytest.approx(ERRORS[1] - ERRORS[0])
    assert (outcome.best, outcome.stopped) == (1, NO_BETTER)
    assert (outcome.model / "card.json").read_text() == "round-1"
    assert [one.frames for one in outcome.rounds] == [5, 7, 9]
    assert [frame.spread for frame in outcome.rounds[2].active] == [0.25] * 2
    assert outcome.rounds[1].labelled_atoms == 2 * 4
    assert outcome.rounds[1].failures == (("round-1-1", "it fell apart"),)
    record = json.loads((tmp_path / "loop.json").read_text())
    assert record["rounds"] == json.loads(json.dumps(outcome.to_dict()))["rounds"]


def test_a_finished_loop_does_nothing_again_and_goes_on_when_more_is_given(tmp_path, pretended):
    first = tiny_loop.run(tmp_path, OPTIONS)
    tell, heard = killing(-1)
    assert tiny_loop.run(tmp_path, OPTIONS, tell=tell).rounds == first.rounds
    assert heard == []
    with pytest.raises(ConfigError, match="rounds"):
        tiny_loop.run(tmp_path, replace(OPTIONS, rounds=3))
    more = tiny_loop.run(tmp_path, replace(OPTIONS, hours=2.0), tell=tell)
    assert more.rounds[:3] == first.rounds
    assert [one.decision for one in more.rounds[3:]] == ["better", "better"]
    assert (more.best, more.stopped) == (4, ALL_ROUNDS)
    assert more.rounds[3].compared_with == 1
    assert (more.model / "card.json").read_text() == "round-4"


def test_killed_whenever_it_speaks_it_ends_as_if_it_had_not_been(tmp_path, pretended):
    tell, heard = killing(-1)
    tiny_loop.run(tmp_path / "whole", OPTIONS, tell=tell)
    expected = without_times(tmp_path / "whole")
    labels = sum("atoms" in line for line in heard)
    for at in range(1, len(heard) + 1):
        folder = tmp_path / str(at)
        tell, first = killing(at)
        with pytest.raises(_KilledError):
            tiny_loop.run(folder, OPTIONS, tell=tell)
        tell, second = killing(-1)
        tiny_loop.run(folder, OPTIONS, tell=tell)
        assert without_times(folder) == expected
        assert sum("atoms" in line for line in [*first, *second]) == labels


def test_no_round_is_begun_without_half_its_time_and_more_hours_begin_it(tmp_path, pretended):
    earlier = {"an earlier call": {"allotted_s": 0.0, "spent_s": 3000.0, "done": True}}
    (tmp_path / "time.json").write_text(json.dumps(earlier))
    options = replace(OPTIONS, rounds=1)
    outcome = tiny_loop.run(tmp_path, options)
    assert (len(outcome.rounds), outcome.stopped) == (1, BUDGET_SPENT)
    assert outcome.spent_s > 3000
    assert (outcome.model / "card.json").exists()
    more = tiny_loop.run(tmp_path, replace(options, hours=2.0))
    assert (len(more.rounds), more.stopped) == (2, ALL_ROUNDS)


def test_without_two_held_out_boundaries_nothing_is_trained_and_more_time_goes_on(tmp_path, pretended):
    few = [source for source in tiny_loop.SOURCES if not source.held_out]
    with pytest.raises(ConfigError, match="two held-out boundaries"):
        tiny_loop.run(tmp_path, OPTIONS, sources=few)
    outcome = tiny_loop.run(tmp_path, replace(OPTIONS, hours=2.0))
    assert outcome.best == 1


# the real thing, small


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    folder = tmp_path_factory.mktemp("whole")
    with pytest.MonkeyPatch.context() as patch:
        tiny_loop.without_clock(patch)
        outcome = tiny_loop.run(folder)
    return folder, outcome


def assert_same_models(one, other):
    for number in range(3):
        name = f"nep-{number}.txt"
        assert (one / "model" / name).read_text() == (other / "model" / name).read_text()


@pytest.mark.mlip
@pytest.mark.lammps
@pytest.mark.slow
def test_the_models_that_a_round_asked_frames_for_continue_from_the_ones_before(whole):
    folder, outcome = whole
    first, second = outcome.rounds
    assert second.frames == first.frames + len(second.active) > first.frames
    assert all(frame.spread > 0 for frame in second.active)
    for member in ("mover", "member_2", "member_3"):
        plan = json.loads((folder / "round-1" / "training" / member / "plan.json").read_text())
        assert plan["continued_from"] is not None
    names = {name for name, _ in second.failures} | {frame.origin for frame in second.active}
    assert names <= {"round-1-0", "round-1-1"}
    released = declare_nep(
        name="tiny",
        source=outcome.model,
        elements=("Li", "La", "Zr", "O"),
        formal_charges={"Li": 1, "La": 3, "Zr": 4, "O": -2},
    )
    assert len(released.models) == 3
    assert released.spread_threshold > 0
    best = folder / f"round-{outcome.best}" / "model" / "nep-0.txt"
    assert (outcome.model / "nep-0.txt").read_text() == best.read_text()


@pytest.mark.mlip
@pytest.mark.lammps
@pytest.mark.slow
def test_killed_in_every_stage_it_ends_with_the_same_models(whole, tmp_path, monkeypatch):
    tiny_loop.without_clock(monkeypatch)
    stages = iter(["gb-1 1", "round-0 train", "round-0 measure", "round-1-0 2", "round-1 train", "never"])
    stage = next(stages)

    def tell(line):
        nonlocal stage
        if line.startswith(stage):
            stage = next(stages)
            raise _KilledError

    for _ in range(5):
        with pytest.raises(_KilledError):
            tiny_loop.run(tmp_path, tell=tell)
    tiny_loop.run(tmp_path, tell=tell)
    assert without_times(tmp_path) == without_times(whole[0])
    assert_same_models(tmp_path, whole[0])


COMMAND = """
import sys, pytest
from example_potentials import tiny_loop
from grainway.cli import main
patch = pytest.MonkeyPatch()
tiny_loop.without_clock(patch)
tiny_loop.into_the_command(patch)
sys.argv = ["grainway", "potential", "distil", sys.argv[1], *tiny_loop.ARGUMENTS]
main()
"""


@pytest.mark.mlip
@pytest.mark.lammps
@pytest.mark.slow
def test_the_command_goes_on_after_it_was_killed_in_a_training(whole, tmp_path, monkeypatch):
    here = Path(__file__).parents[2]
    process = subprocess.Popen(
        [sys.executable, "-c", COMMAND, str(tmp_path)], cwd=here, stderr=subprocess.DEVNULL
    )
    begun = tmp_path / "round-0" / "training" / "member_2" / "plan.json"
    deadline = time.monotonic() + 120
    while not begun.exists() and time.monotonic() < deadline:
        assert process.poll() is None
        time.sleep(0.01)
    os.kill(process.pid, signal.SIGKILL)
    process.wait()
    assert not (tmp_path / "loop.json").exists()
    spent = StageClock(tmp_path / "time.json").spent_s
    assert spent > 0
    tiny_loop.without_clock(monkeypatch)
    tiny_loop.into_the_command(monkeypatch)
    arguments = ["potential", "distil", str(tmp_path), *tiny_loop.ARGUMENTS]
    result = CliRunner().invoke(app, [*arguments, "--json"], catch_exceptions=False)
    assert result.exit_code == 0
    outcome = json.loads(result.stdout)
    assert outcome["spent_s"] > spent
    assert without_times(tmp_path)["rounds"] == without_times(whole[0])["rounds"]
    assert_same_models(tmp_path, whole[0])
    shown = CliRunner().invoke(app, arguments, catch_exceptions=False).stdout
    assert f"Round {outcome['best']} was released" in " ".join(shown.split())
    with pytest.raises(ConfigError, match="seed"):
        CliRunner().invoke(app, [*arguments, "--seed", "5"], catch_exceptions=False)
