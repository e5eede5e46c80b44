"""The folder of an active learning: labels, trainings and models of each round, and what is known in it."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from ase import Atoms

from grainway.distillation.frames.frame_origins import origin_of
from grainway.distillation.judging.prediction import predict_frames
from grainway.distillation.labels.exploration import SPREAD, Committee
from grainway.distillation.labels.labelling import CollectedLabels, collect_labels
from grainway.distillation.loop.loop_record import ActiveFrame
from grainway.distillation.sources.frame_source import FrameSource
from grainway.distillation.sources.teaching_recipe import TeachingRecipe
from grainway.simulation import model_file


@dataclass(frozen=True, eq=False)
class LoopFolder:
    """Paths and frames of one loop.

    Attributes:
        path: the folder.
        recipe: of the frames.
        first: sources of round 0.
        explorations: gives the sources of a later round.
    """

    path: Path
    recipe: TeachingRecipe
    first: Sequence[FrameSource]
    explorations: Callable[[TeachingRecipe, int], Sequence[FrameSource]]

    @property
    def model(self) -> Path:
        """Where the best models are released."""
        return self.path / "model"

    def round(self, number: int) -> Path:
        """Folder of a round."""
        return self.path / f"round-{number}"

    def labels(self, number: int) -> Path:
        """Folder of a round's labelling."""
        return self.round(number) / "labels"

    def models(self, number: int) -> Path:
        """Folder of a round's released models."""
        return self.round(number) / "model"

    def sources(self, number: int) -> Sequence[FrameSource]:
        """Return the sources of a round."""
        return self.explorations(self.recipe, number) if number else self.first

    def known(self, number: int) -> CollectedLabels:
        """Return the labelled frames of a round and all before; what is held out never grows."""
        first = self._collected(0)
        later = [frame for n in range(1, number + 1) for frame in self._collected(n).taught]
        return CollectedLabels([*first.taught, *later], first.held_out)

    def active(self, number: int) -> tuple[ActiveFrame, ...]:
        """Return what a committee asked for in a round."""
        frames = self._collected(number).taught if number else []
        return tuple(
            ActiveFrame(origin_of(frame), float(frame.info["temperature"]), float(frame.info[SPREAD]))
            for frame in frames
        )

    def committee(self, number: int) -> Committee:
        """Return the models of a round."""
        return Committee.read(self.models(number))

    def predict(self, number: int, frames: Sequence[Atoms]) -> list[Atoms]:
        """Return the frames with energies, forces and stresses of a round's first model."""
        return predict_frames(self.models(number) / model_file(0), frames)

    def release(self, number: int) -> None:
        """Copy a round's models to where a campaign takes them from, never as a mixture of two rounds."""
        partial, old = self.path / ".model.part", self.path / ".model.old"
        for leftover in (partial, old):
            shutil.rmtree(leftover, ignore_errors=True)
        shutil.copytree(self.models(number), partial)
        if self.model.exists():
            self.model.rename(old)
        partial.rename(self.model)
        shutil.rmtree(old, ignore_errors=True)

    def _collected(self, number: int) -> CollectedLabels:
        return collect_labels(self.labels(number), self.sources(number))
