"""The data card tells what a model is worth, and comes back from its file as it was."""

import json
from dataclasses import replace

import numpy as np
import pytest
from ase import Atoms
from ase.calculators.singlepoint import SinglePointCalculator
from typer.testing import CliRunner

from grainway.cli import app
from grainway.distillation import DataCard, measure_accuracy, read_card
from grainway.distillation.judging.data_card import count_frames, licences, spread_threshold, write_card
from grainway.distillation.labels.labelling import CollectedLabels
from grainway.distillation.labels.training_set import pack_training_set, read_training_set
from grainway.errors import ConfigError, StoreError


def frame(origin, kind="boundary", shift=0.0):
    rng = np.random.default_rng(len(origin))
    atoms = Atoms("LiLaZrO", positions=rng.uniform(0, 5, (4, 3)), cell=[5, 5, 5], pbc=True)
    atoms.info = {"kind": kind, "origin": origin, "temperature": 300.0, "teacher": "sevennet-0"}
    forces = rng.normal(size=(4, 3)).round(3) + shift
    atoms.calc = SinglePointCalculator(atoms, energy=-20.0, forces=forces, stress=np.zeros(6))
    return atoms


@pytest.fixture
def card():
    frames = [frame("a"), frame("bb"), frame("ccc", kind="melt")]
    off = [frame("a", shift=0.1), frame("bb", shift=0.1), frame("ccc", kind="melt", shift=0.3)]
    return DataCard(
        name="own",
        status="for tests",
        teacher="sevennet-0",
        taught=count_frames(frames),
        held_out=count_frames(frames[:1]),
        members=({"seed": 1}, {"seed": 2}),
        settings={"neurons": 30},
        accuracy=tuple(measure_accuracy(frames, off)),
        teachers_differ=(),
        second_teacher=None,
        spread_threshold=0.8,
        licences=licences("sevennet-0"),
    )


def test_a_card_comes_back_as_it_was(tmp_path, card):
    write_card(tmp_path / "card.json", card)
    assert read_card(tmp_path / "card.json") == card
    differing = replace(card, teachers_differ=card.accuracy, second_teacher="chgnet")
    assert DataCard.from_dict(json.loads(json.dumps(differing.to_dict()))) == differing


def test_a_shift_of_every_force_is_the_error_of_its_class(card):
    errors = {entry.label: entry for entry in card.accuracy}
    assert errors["boundary"].force_mae.value == pytest.approx(0.1)
    assert errors["boundary"].n_origins == 2
    assert errors["melt"].force_mae.value == pytest.approx(0.3)
    assert errors["melt"].force_mae.standard_error is None
    assert card.taught["boundary"].atoms == 8


def test_what_is_no_card_is_refused(tmp_path):
    (tmp_path / "card.json").write_text("{}")
    with pytest.raises(StoreError, match="no data card"):
        read_card(tmp_path / "card.json")


def test_a_threshold_needs_a_committee():
    with pytest.raises(ConfigError, match="two models or more"):
        spread_threshold([], [frame("a")])


def test_the_command_shows_a_card(tmp_path, card):
    write_card(tmp_path / "card.json", card)
    shown = CliRunner().invoke(app, ["potential", "card", str(tmp_path)])
    assert shown.exit_code == 0, shown.output
    for text in ("own: for tests", "0.100", "melt", "GPL-3", "0.8 eV/Å"):
        assert text in shown.output
    record = json.loads(CliRunner().invoke(app, ["potential", "card", str(tmp_path), "--json"]).output)
    assert record["taught"]["boundary"]["frames"] == 2


def test_a_packed_training_set_is_read_like_the_labels(tmp_path):
    labels = CollectedLabels([frame("a"), frame("bb")], [frame("ccc", kind="melt")])
    size = pack_training_set(labels, tmp_path / "set")
    assert size == sum(path.stat().st_size for path in (tmp_path / "set").iterdir())
    again = read_training_set(tmp_path / "set")
    for before, after in zip(
        [*labels.taught, *labels.held_out], [*again.taught, *again.held_out], strict=True
    ):
        np.testing.assert_allclose(after.positions, before.positions, atol=5.1e-5)
        np.testing.assert_allclose(after.get_forces(), before.get_forces(), atol=5.1e-4)
        assert after.info["origin"] == before.info["origin"]
    with pytest.raises(ConfigError, match=r"taught\.npz"):
        read_training_set(tmp_path)


@pytest.mark.parametrize(
    ("command", "package"), [(["label", "labels"], "sevenn"), (["train", "set", "model"], "torchnep")]
)
def test_without_the_extra_the_commands_say_what_to_install(tmp_path, monkeypatch, command, package):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setitem(__import__("sys").modules, package, None)
    monkeypatch.setitem(__import__("sys").modules, "torch", None)
    pack_training_set(CollectedLabels([frame("a"), frame("bb")], [frame("ccc")]), tmp_path / "set")
    with pytest.raises(ConfigError, match=r"pip install 'grainway\[mlip\]'"):
        CliRunner().invoke(app, ["potential", *command], catch_exceptions=False)
