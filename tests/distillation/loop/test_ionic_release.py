"""From a packed training set to a potential with its card, by the commands that train and judge a NEP."""

import json
import shutil

import numpy as np
import pytest
from typer.testing import CliRunner

from example_potentials.labelled import doped, rattled
from grainway.cli import app
from grainway.distillation import LabellingReport, TeachingRecipe, measure_accuracy, read_card
from grainway.distillation.labels.labelling import CollectedLabels
from grainway.distillation.labels.training_set import pack_training_set, read_training_set
from grainway.distillation.training.pair_fit import predict_with_pairs
from grainway.errors import ConfigError
from grainway.simulation.potentials.pair.fitted_potential import committee_spread
from grainway.simulation.potentials.pair.spline_potential import SplinePotential


def run(*arguments):
    return CliRunner().invoke(app, ["potential", *map(str, arguments)], catch_exceptions=False)


@pytest.fixture(scope="module")
def packed(tmp_path_factory):
    folder = tmp_path_factory.mktemp("packed")
    held_out = rattled(4, seed=50)
    for number, frame in enumerate(held_out):
        frame.info["origin"] = f"held {number}"
    pack_training_set(CollectedLabels([*rattled(20), *doped(6)], held_out), folder)
    return folder


@pytest.fixture(scope="module")
def trained(packed, tmp_path_factory):
    folder = tmp_path_factory.mktemp("model")
    arguments = ("train", packed, folder, "--form", "ionic", "--name", "mine", "--members", "5", "--json")
    result = run(*arguments, *(part for e in ("Li", "La", "Zr", "O") for part in ("--element", e)))
    assert result.exit_code == 0, result.output
    return folder, json.loads(result.output)


def test_it_needs_no_torch(packed, tmp_path, monkeypatch):
    for package in ("torch", "torchnep", "nep_adapters"):
        monkeypatch.setitem(__import__("sys").modules, package, None)
    assert run("train", packed, tmp_path / "model", "--form", "ionic").exit_code == 0
    fit = SplinePotential.from_json((tmp_path / "model" / "ionic.json").read_text())
    assert fit.name == "own-ionic"
    assert fit.elements == ("Li", "La", "Zr", "O", "Ta")
    assert fit.committee.n_members == 10


def test_the_card_says_what_the_file_is_worth(packed, trained):
    folder, record = trained
    fit = SplinePotential.from_json((folder / "ionic.json").read_text())
    assert read_card(folder / "card.json").to_dict() == record | {
        key: tuple(record[key]) for key in ("members", "accuracy", "teachers_differ")
    }
    assert record["name"] == fit.name == "mine"
    assert len(record["members"]) == fit.committee.n_members == 5
    assert fit.committee.spread_threshold == record["spread_threshold"] > 0
    held_out = read_training_set(packed).held_out
    (entry,) = measure_accuracy(held_out, predict_with_pairs(fit, held_out))
    assert record["accuracy"][0]["force_mae"]["value"] == pytest.approx(entry.force_mae.value, rel=1e-9)
    own = record["accuracy"][0]["by_element"]
    assert set(own) == {"Li", "La", "Zr", "O"}
    # a mean over all atoms is one over the elements with their numbers
    counts = {e: sum((f.symbols == e).sum() for f in held_out) for e in own}
    mean = sum(counts[e] * own[e]["force_mae"]["value"] for e in own) / sum(counts.values())
    assert mean == pytest.approx(entry.force_mae.value, rel=1e-9)


def test_what_was_held_out_lies_within_and_what_nobody_saw_outside(packed, trained):
    folder, record = trained
    fit = SplinePotential.from_json((folder / "ionic.json").read_text())
    for frame in read_training_set(packed).held_out:
        spread = committee_spread(fit, frame.get_chemical_symbols(), frame.positions, frame.cell.array)
        assert spread[0] < record["spread_threshold"]
        far = frame.copy()
        far.positions += np.random.default_rng(1).normal(0.0, 0.8, far.positions.shape)
        beyond = committee_spread(fit, far.get_chemical_symbols(), far.positions, far.cell.array)
        assert beyond[0] > record["spread_threshold"]


@pytest.mark.parametrize("name", ["", "ionic.json"])
def test_the_card_is_shown_for_a_folder_and_for_its_file(trained, name):
    folder, _ = trained
    shown = run("card", folder / name)
    assert shown.exit_code == 0
    for words in ("mine: not yet judged", "Li alone", "Committee of 5", "MIT, as grainway"):
        assert words in shown.output
    assert "GPL" not in shown.output


def test_the_shipped_ones_have_cards_by_name():
    for name in ("grainway-nep", "grainway-ionic"):
        assert f"{name}: " in run("card", name).output
    assert "rank correlation" in run("card", "grainway-ionic").output


def test_what_belongs_to_the_other_form_is_refused(packed, tmp_path):
    with pytest.raises(ConfigError, match="--continue"):
        run("train", packed, tmp_path, "--form", "ionic", "--continue", tmp_path)
    with pytest.raises(ConfigError, match="--element"):
        run("train", packed, tmp_path, "--element", "Li")
    with pytest.raises(ConfigError, match="26 taught frames holds Nb"):
        run("train", packed, tmp_path, "--form", "ionic", "--element", "Li", "--element", "Nb")
    assert run("train", packed, tmp_path, "--form", "other").exit_code == 2


@pytest.fixture(scope="module")
def with_tantalum(packed, trained, tmp_path_factory):
    """Doped frames lie in a folder of the set; the potential of the garnet goes on with them."""
    held_out = doped(3, seed=60)
    for number, frame in enumerate(held_out):
        frame.info["origin"] = f"held tantalum {number}"
    folder = tmp_path_factory.mktemp("with tantalum")
    labels = shutil.copytree(packed, folder / "labels")
    pack_training_set(CollectedLabels(doped(8, seed=61), held_out), labels / "doped")
    arguments = ("--form", "ionic", "--continue", trained[0], "--members", "5", "--json")
    result = run("train", labels, folder, *arguments)
    assert result.exit_code == 0, result.output
    return folder, json.loads(result.output)


def test_a_set_is_read_with_the_folders_in_it(with_tantalum):
    labels = read_training_set(with_tantalum[0] / "labels")
    assert (len(labels.taught), len(labels.held_out)) == (26 + 8, 4 + 3)


def test_elements_are_added_and_watched_by_a_threshold_of_their_own(trained, with_tantalum):
    host = SplinePotential.from_json((trained[0] / "ionic.json").read_text())
    folder, record = with_tantalum
    fit = SplinePotential.from_json((folder / "ionic.json").read_text())
    assert fit.elements == (*host.elements, "Ta")
    assert {pair: fit.pairs[pair] for pair in host.pairs} == dict(host.pairs)
    assert fit.committee.spread_threshold == host.committee.spread_threshold == record["spread_threshold"]
    assert set(fit.committee.thresholds_with) == {"Ta"}


def test_labels_of_dopants_are_asked_for_by_name(tmp_path, monkeypatch):
    asked = []
    monkeypatch.setattr("grainway.cli.potentials.teaching_command.load_teacher", lambda *_: None)
    monkeypatch.setattr(
        "grainway.cli.potentials.teaching_command.label_campaign",
        lambda _folder, recipe, *_args, **_kwargs: asked.append(recipe) or _nothing_left(),
    )
    assert run("label", tmp_path, "--dopant", "Ta", "--dopant", "Al").exit_code == 0
    assert run("label", tmp_path, "--dopant", "Ta", "--moved-by", "grainway-ionic").exit_code == 0
    assert run("label", tmp_path).exit_code == 0
    assert [recipe.dopants for recipe in asked] == [("Ta", "Al"), ("Ta",), ()]
    assert [recipe.potentials for recipe in asked[:2]] == [("softbv",), ("grainway-ionic",)]
    assert asked[2] == TeachingRecipe()
    with pytest.raises(ConfigError, match=r"recipe.dopants.*Xe.*Al, Ga, Ta, Nb"):
        run("label", tmp_path, "--dopant", "Xe")
    with pytest.raises(ConfigError, match=r"--moved-by.*no-such.*softbv"):
        run("label", tmp_path, "--moved-by", "no-such")


def _nothing_left():
    return LabellingReport(
        frames=0, atoms=0, refused=0, new_atoms=0, label_seconds=0.0, making_seconds=0.0, failures=(),
        sources_done=0, sources=0,
    )  # fmt: skip


def test_a_set_of_which_nothing_was_held_out_is_refused(tmp_path):
    pack_training_set(CollectedLabels(rattled(2), []), tmp_path / "set")
    with pytest.raises(ConfigError, match="held-out frames of Li, La, Zr, O"):
        run("train", tmp_path / "set", tmp_path / "model", "--form", "ionic")
