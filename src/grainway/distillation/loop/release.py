"""What ships, and back to it: the model, the committee that watches it, and their data card."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from ase import Atoms

from grainway.distillation.frames.element_energies import take_out_energies
from grainway.distillation.judging.accuracy import measure_accuracy
from grainway.distillation.judging.data_card import (
    DataCard,
    count_frames,
    licences,
    read_card,
    spread_threshold,
    write_card,
)
from grainway.distillation.judging.prediction import predict_frames
from grainway.distillation.labels.labelling import CollectedLabels
from grainway.distillation.nep_settings import NepSettings
from grainway.distillation.training.nep_training import TrainedModel
from grainway.errors import ConfigError
from grainway.simulation import RELEASE_CARD, model_file
from grainway.simulation.potentials.nep.nep_file import read_nep


def release_models(
    folder: Path,
    models: Sequence[TrainedModel],
    labels: CollectedLabels,
    *,
    name: str,
    status: str,
    second: Sequence[Atoms] = (),
) -> DataCard:
    """Write models and card into a folder and return the card.

    Args:
        folder: for the files.
        models: the committee, the model that moves the atoms first.
        labels: what they learned from, and what was held out.
        name: of the potential.
        status: what it is good for, in a sentence.
        second: held-out or taught frames as another teacher labels them; matched by origin and positions.

    Raises:
        ConfigError: fewer than two models, no held-out frames, or a second label of an unknown frame.
    """
    if not labels.held_out:
        raise ConfigError.about("labels", 0, "held-out frames", "Label the held-out sources too.")
    folder.mkdir(parents=True, exist_ok=True)
    paths = []
    for number, model in enumerate(models):
        paths.append(folder / model_file(number))
        paths[-1].write_bytes(model.path.read_bytes())
    card = DataCard(
        name=name,
        status=status,
        teacher=str(labels.held_out[0].info["teacher"]),
        taught=count_frames(labels.taught),
        held_out=count_frames(labels.held_out),
        members=tuple(_facts(model) for model in models),
        settings=models[0].settings.to_dict(),
        accuracy=tuple(measure_accuracy(labels.held_out, predict_frames(paths[0], labels.held_out))),
        **against_second(second, [*labels.held_out, *labels.taught]),
        spread_threshold=spread_threshold(paths, labels.held_out),
        licences=licences(str(labels.held_out[0].info["teacher"])),
    )
    write_card(folder / RELEASE_CARD, card)
    return card


def load_released(released: Path, work: Path) -> list[TrainedModel]:
    """Return the models of a released folder as trainings to continue from.

    Args:
        released: folder with data card and models.
        work: for the models without their reference energies, as the trainer takes them.

    Raises:
        StoreError: the folder holds no data card.
        ConfigError: a model is missing, incomplete or bears no reference energies.
    """
    card = read_card(released / RELEASE_CARD)
    work.mkdir(parents=True, exist_ok=True)
    models = []
    for number, facts in enumerate(card.members):
        path, raw_path = released / model_file(number), work / f"raw-{number}.txt"
        raw, energies = take_out_energies(read_nep(path).content.decode())
        raw_path.write_text(raw, encoding="utf-8")
        settings = NepSettings(**card.settings)
        models.append(
            TrainedModel(path=path, raw_path=raw_path, settings=settings, element_energies=energies, **facts)
        )
    return models


def against_second(second: Sequence[Atoms], frames: Sequence[Atoms]) -> dict[str, Any]:
    """Return what a data card says of the second teacher.

    Args:
        second: frames as it labels them.
        frames: of the first teacher, among which each of these is.

    Raises:
        ConfigError: a second label of an unknown frame.
    """
    if not second:
        return {"teachers_differ": (), "second_teacher": None}
    differ = measure_accuracy(_counterparts(second, frames), list(second), free_zero=True)
    return {"teachers_differ": tuple(differ), "second_teacher": str(second[0].info["teacher"])}


def _facts(model: TrainedModel) -> dict[str, object]:
    record = model.to_dict()
    kept = ("seed", "epochs", "n_frames", "n_atoms", "seconds", "frames_digest", "continued_from")
    return {key: record[key] for key in kept}


def _counterparts(second: Sequence[Atoms], frames: Sequence[Atoms]) -> list[Atoms]:
    """Return the first teacher's frames in the order of the second's."""
    by_key = {_key(frame): frame for frame in frames}
    try:
        return [by_key[_key(frame)] for frame in second]
    except KeyError as error:
        raise ConfigError.about(
            "second", str(error), "frames that the first teacher labelled too", "Label the same frames."
        ) from error


def _key(frame: Atoms) -> tuple[str, str]:
    return str(frame.info["origin"]), str(frame.positions.round(2).tolist())
