"""Real trainings on an analytic teacher, small enough for a test."""

import json
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from example_potentials.labelled import rattled
from example_potentials.small_training import SMALL
from grainway.cli import app
from grainway.cli.potentials import teaching_command as distillation_command
from grainway.distillation import pack_training_set, read_card
from grainway.distillation.frames.element_energies import take_out_energies
from grainway.distillation.judging.accuracy import measure_accuracy
from grainway.distillation.judging.prediction import predict_frames
from grainway.distillation.labels.labelling import CollectedLabels
from grainway.distillation.loop.release import load_released, release_models
from grainway.distillation.nep_settings import NepSettings
from grainway.distillation.training import nep_training as training
from grainway.distillation.training.committee import train_committee, train_members
from grainway.distillation.training.nep_training import load_trained, train_model
from grainway.errors import ConfigError, StoreError

SLOWED_TRAINING = """
import pathlib, sys, time
import torchnep.train
from example_potentials.labelled import rattled
from example_potentials.small_training import SMALL
from grainway.distillation.training.nep_training import train_model
save = torchnep.train._save_checkpoint
def save_and_wait(*arguments, **named):
    save(*arguments, **named)
    time.sleep(0.2)
torchnep.train._save_checkpoint = save_and_wait
train_model(rattled(8), pathlib.Path(sys.argv[1]), settings=SMALL, seed=3, epochs=20)
"""


def force_error(path, frames):
    return measure_accuracy(frames, predict_frames(path, frames))[0].force_mae.value


def test_the_trainer_missing_is_said_with_the_remedy(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "torchnep", None)
    with pytest.raises(ConfigError, match=r"torchnep.*grainway\[mlip\]"):
        train_model(rattled(2), tmp_path, settings=SMALL, seed=1, epochs=1)


@pytest.mark.parametrize("length", [{}, {"budget_s": 10.0, "epochs": 3}])
def test_time_or_epochs_is_asked_for_not_both(tmp_path, length):
    with pytest.raises(ConfigError, match="exactly one"):
        train_model(rattled(2), tmp_path, settings=SMALL, seed=1, **length)


def test_a_committee_of_one_is_none(tmp_path):
    with pytest.raises(ConfigError, match="2 or more"):
        train_committee(rattled(2), tmp_path, settings=SMALL, seed=1, n_members=1, epochs=1)


def test_members_continue_from_as_many_models(tmp_path):
    with pytest.raises(ConfigError, match="1 models to continue from"):
        train_members(
            rattled(2), tmp_path, settings=SMALL, seed=1, n_members=3, epochs=1, continue_from=[None]
        )


def test_a_folder_without_a_card_is_not_continued_from(tmp_path):
    with pytest.raises(StoreError, match="no data card"):
        load_released(tmp_path, tmp_path / "start")
    pack_training_set(CollectedLabels(rattled(2), rattled(1)), tmp_path)
    arguments = ["potential", "train", str(tmp_path), str(tmp_path / "m"), "--continue", str(tmp_path / "m")]
    with pytest.raises(ConfigError, match="another folder"):
        CliRunner().invoke(app, arguments, catch_exceptions=False)


def test_a_folder_without_a_finished_training_is_said(tmp_path):
    with pytest.raises(ConfigError, match="finished training"):
        load_trained(tmp_path)


@pytest.mark.mlip
def test_training_makes_the_force_error_on_unseen_frames_several_times_smaller(tmp_path):
    frames, unseen = rattled(24), rattled(6, seed=9)
    short = train_model(frames, tmp_path / "short", settings=SMALL, seed=1, epochs=1)
    long = train_model(frames, tmp_path / "long", settings=SMALL, seed=1, epochs=40)
    assert force_error(long.path, unseen) < force_error(short.path, unseen) / 3


@pytest.mark.mlip
def test_the_finished_model_has_the_teachers_zero_and_the_forces_of_the_raw_one(tmp_path):
    frames = rattled(12)
    model = train_model(frames, tmp_path, settings=SMALL, seed=1, epochs=20)
    finished, raw = (predict_frames(path, frames) for path in (model.path, model.raw_path))
    for frame, one, other in zip(frames, finished, raw, strict=True):
        reference = sum(model.element_energies[s] for s in frame.get_chemical_symbols())
        difference = one.get_potential_energy() - other.get_potential_energy()
        assert difference == pytest.approx(reference, abs=1e-7)
        np.testing.assert_allclose(one.get_forces(), other.get_forces(), atol=1e-10)
        assert one.get_potential_energy() == pytest.approx(frame.get_potential_energy(), rel=0.05)
    bare, energies = take_out_energies(model.path.read_text())
    assert bare == model.raw_path.read_text()
    assert energies == pytest.approx(model.element_energies, rel=1e-10)


@pytest.mark.mlip
def test_a_training_that_was_killed_ends_as_the_uninterrupted_one(tmp_path):
    frames = rattled(8)
    whole = train_model(frames, tmp_path / "whole", settings=SMALL, seed=3, epochs=20)
    cut = tmp_path / "cut"
    process = subprocess.Popen(
        [sys.executable, "-c", SLOWED_TRAINING, str(cut)], cwd=Path(__file__).parents[2]
    )
    losses = cut / "loss.out"
    deadline = time.monotonic() + 120
    while not (losses.exists() and losses.read_text().count("\n") > 7) and time.monotonic() < deadline:
        assert process.poll() is None
        time.sleep(0.01)
    process.kill()
    process.wait()
    assert not (cut / "result.json").exists()
    resumed = train_model(frames, cut, settings=SMALL, seed=3, epochs=20)
    assert resumed.path.read_text() == whole.path.read_text()


@pytest.mark.mlip
def test_a_finished_training_is_returned_and_another_one_in_its_folder_refused(tmp_path):
    frames = rattled(4)
    first = train_model(frames, tmp_path, settings=SMALL, seed=1, epochs=2)
    before = first.path.stat().st_mtime_ns
    assert train_model(frames, tmp_path, settings=SMALL, seed=1, epochs=2) == first
    assert first.path.stat().st_mtime_ns == before
    assert json.loads((tmp_path / "result.json").read_text())["path"] == "nep.txt"
    with pytest.raises(ConfigError, match="other seed"):
        train_model(frames, tmp_path, settings=SMALL, seed=2, epochs=2)
    with pytest.raises(ConfigError, match="frames_digest"):
        train_model(frames[1:], tmp_path, settings=SMALL, seed=1, epochs=2)


@pytest.mark.mlip
def test_continuing_starts_from_the_model_given(tmp_path):
    frames, more = rattled(16), rattled(8, seed=5)
    first = train_model(frames, tmp_path / "first", settings=SMALL, seed=1, epochs=30)
    gentle = NepSettings(**{**SMALL.to_dict(), "first_rate": 1e-3})
    second = train_model(more, tmp_path / "second", settings=gentle, seed=1, epochs=1, continue_from=first)
    fresh = train_model(more, tmp_path / "fresh", settings=gentle, seed=1, epochs=1)
    assert force_error(second.path, more) < 0.5 * force_error(fresh.path, more)
    wider = NepSettings(**{**SMALL.to_dict(), "neurons": 12})
    with pytest.raises(ConfigError, match="same form"):
        train_model(more, tmp_path / "wider", settings=wider, seed=1, epochs=1, continue_from=first)


@pytest.mark.mlip
def test_released_models_come_back_as_trainings_to_continue_from(tmp_path):
    labels = CollectedLabels(rattled(6), rattled(2, seed=9))
    models = train_members(labels.taught, tmp_path, settings=SMALL, seed=1, n_members=3, epochs=2)
    release_models(tmp_path / "released", models, labels, name="own", status="for tests")
    again = load_released(tmp_path / "released", tmp_path / "start")
    for one, other in zip(models, again, strict=True):
        assert other.raw_path.read_text() == one.raw_path.read_text()
        assert other.path.read_text() == one.path.read_text()
        assert other.element_energies == pytest.approx(one.element_energies, rel=1e-10)
        assert (other.settings, other.seed, other.frames_digest) == (SMALL, one.seed, one.frames_digest)
    (tmp_path / "released" / "nep-1.txt").write_text("half a model")
    with pytest.raises(ConfigError, match=r"nep-1\.txt"):
        load_released(tmp_path / "released", tmp_path / "start")


@pytest.mark.mlip
def test_the_command_continues_every_member_of_a_released_folder(tmp_path, monkeypatch):
    monkeypatch.setattr(training, "epochs_within", lambda *_given, **_named: 3)
    monkeypatch.setattr(distillation_command, "NepSettings", lambda: SMALL)
    pack_training_set(CollectedLabels(rattled(8), rattled(3, seed=9)), tmp_path / "set")

    def train(folder, *more):
        arguments = ["potential", "train", str(tmp_path / "set"), str(tmp_path / folder), *more]
        assert CliRunner().invoke(app, arguments, catch_exceptions=False).exit_code == 0
        return read_card(tmp_path / folder / "card.json")

    first, again = train("first"), train("again", "--continue", str(tmp_path / "first"))
    assert [member["continued_from"] is None for member in first.members] == [True] * 3
    assert len({member["continued_from"] for member in again.members}) == 3
    assert again.settings["first_rate"] < first.settings["first_rate"]
    assert again.accuracy[0].force_mae.value < first.accuracy[0].force_mae.value


@pytest.mark.mlip
def test_members_of_a_committee_differ(tmp_path):
    frames = rattled(10)
    members = train_committee(frames, tmp_path, settings=SMALL, seed=1, n_members=2, epochs=3)
    assert [m.seed for m in members] == [1, 2]
    one, other = (predict_frames(m.path, frames[:1])[0].get_forces() for m in members)
    assert np.abs(one - other).max() > 1e-3


@pytest.mark.mlip
def test_a_budget_plans_at_least_one_epoch_and_about_the_time(tmp_path):
    model = train_model(rattled(6), tmp_path, settings=SMALL, seed=1, budget_s=4.0)
    assert model.epochs >= 1
    assert model.seconds < 30  # the clock of a shared machine
    with pytest.raises(ConfigError, match="above 0"):
        train_model(rattled(6), tmp_path / "none", settings=SMALL, seed=1, budget_s=0.0)
