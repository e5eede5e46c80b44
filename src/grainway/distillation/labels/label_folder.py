"""The folder of a labelling: what is in it, written so that a kill at any time loses one label at most.

``recipe.json`` names recipe, teacher and model. ``frames/NAME.xyz`` holds the frames of a source and
``frames/NAME.npy`` their descriptors; the latter is written last and says that the source is made.
``frames/NAME.failed`` says why a run failed whose frames from before are used. ``labels/NAME.xyz`` holds
those that are labelled so far, in order. Every file of frames is renamed into place when it is whole.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from ase import Atoms

from grainway.array_types import FloatArray
from grainway.distillation.frames.labelled_frames import read_frames, write_frames
from grainway.distillation.sources.teaching_recipe import TeachingRecipe
from grainway.errors import ConfigError, StoreError
from grainway.machine.whole_files import write_json

REFUSED = "refused"
"""Key of a frame whose label no model may learn, with the reason."""


@dataclass(frozen=True)
class LabelFolder:
    """Paths and files of one labelling.

    Attributes:
        path: the folder.
    """

    path: Path

    @property
    def scratch(self) -> Path:
        """Where LAMMPS runs."""
        return self.path / "scratch"

    def open(self, recipe: TeachingRecipe, teacher: str, model: str = "") -> None:
        """Create the folder, or make sure that it belongs to the same recipe, teacher and model.

        Args:
            recipe: of the frames.
            teacher: its name.
            model: sha256 of the model that moves snapshots, or of a committee; empty for none.

        Raises:
            ConfigError: when it holds frames of another recipe or model, or labels of another teacher.
        """
        for name in ("frames", "labels"):
            (self.path / name).mkdir(parents=True, exist_ok=True)
        if not self._record_path.exists():
            self._write_record(
                {"digest": recipe.digest, "teacher": teacher, "model": model, "recipe": recipe.to_dict()}
            )
            return
        record = self._record()
        for field, here, asked in (
            ("recipe", record["digest"], recipe.digest),
            ("teacher", record["teacher"], teacher),
            ("model", record["model"], model),
        ):
            if here != asked:
                raise ConfigError.about(
                    field,
                    asked,
                    f"{self.path} holds {here}",
                    "Use another folder, or what it was begun with.",
                )

    def recipe(self) -> TeachingRecipe:
        """Return the recipe that the folder was begun with.

        Raises:
            StoreError: when the folder is none of these.
        """
        return TeachingRecipe.from_dict(self._record()["recipe"])

    def made(self, name: str) -> tuple[list[Atoms], FloatArray] | None:
        """Return frames and descriptors of a source, or None when it is yet to be made."""
        descriptors = self.path / "frames" / f"{name}.npy"
        if not descriptors.exists():
            return None
        values: FloatArray = np.load(descriptors, allow_pickle=False)
        return (read_frames(self._frames(name)) if len(values) else []), values

    def keep_made(self, name: str, frames: list[Atoms], descriptors: FloatArray) -> None:
        """Keep the frames of a source, also when there are none."""
        if frames:
            write_frames(self._frames(name), frames)
        temporary = self.path / "frames" / f".{name}.tmp"
        with temporary.open("wb") as stream:
            np.save(stream, descriptors, allow_pickle=False)
        temporary.replace(self.path / "frames" / f"{name}.npy")

    def keep_failure(self, name: str, reason: str) -> None:
        """Keep why the run of a source ended early, before its frames are kept."""
        self._failure(name).write_text(reason, encoding="utf-8")

    def failure(self, name: str) -> str | None:
        """Return why the run of a source that is made ended early; None when it did not."""
        path = self._failure(name)
        return path.read_text(encoding="utf-8") if path.exists() else None

    def labelled(self, name: str) -> list[Atoms]:
        """Return the frames of a source that are labelled so far, refused ones among them."""
        path = self._labels(name)
        return read_frames(path) if path.exists() else []

    def keep_labelled(self, name: str, frames: list[Atoms]) -> None:
        """Keep the labelled frames of a source."""
        write_frames(self._labels(name), frames)

    def _frames(self, name: str) -> Path:
        return self.path / "frames" / f"{name}.xyz"

    def _failure(self, name: str) -> Path:
        return self.path / "frames" / f"{name}.failed"

    def _labels(self, name: str) -> Path:
        return self.path / "labels" / f"{name}.xyz"

    @property
    def _record_path(self) -> Path:
        return self.path / "recipe.json"

    def _record(self) -> dict[str, Any]:
        try:
            record: dict[str, Any] = json.loads(self._record_path.read_text(encoding="utf-8"))
            return {key: record[key] for key in ("digest", "teacher", "model", "recipe")}
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise StoreError(f"{self.path} is no folder of a labelling: {error}") from error

    def _write_record(self, record: dict[str, Any]) -> None:
        write_json(self._record_path, record, indent=1)
