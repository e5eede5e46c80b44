"""Active learning as one work that goes on after any kill: label, train, explore, label, train, measure.

Round 0 labels the recipe's frames and trains a committee. Every later round runs the committee on taught
boundaries, lets the teacher label what it disagrees on most, continues each member on all frames, and
measures on boundaries that nothing learns from. ``plan.json`` says what was asked for, ``time.json`` how long
each stage took, ``loop.json`` what became of each round; ``round-N`` holds labels, trainings and models.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from grainway.distillation.frames.frame_origins import origin_of
from grainway.distillation.judging.improvement import (
    BOUNDARY_KINDS,
    boundaries_among,
    decide,
    force_mae,
    force_mae_change,
    why_stopped,
)
from grainway.distillation.labels.labelling import (
    LabellingBudget,
    LabellingReport,
    label_campaign,
)
from grainway.distillation.labels.teacher import Teacher
from grainway.distillation.labels.teacher_comparison import representative, second_opinions
from grainway.distillation.labels.training_set import SECOND_LABELS, read_second
from grainway.distillation.loop.loop_folder import LoopFolder
from grainway.distillation.loop.loop_plan import (
    LoopOptions,
    allotment,
    least_for_a_round,
    making_stage,
    open_plan,
    training_stage,
)
from grainway.distillation.loop.loop_record import LoopOutcome, RoundRecord, best_of
from grainway.distillation.loop.release import load_released, release_models
from grainway.distillation.loop.stage_clock import StageClock
from grainway.distillation.nep_settings import NepSettings
from grainway.distillation.sources.boundary_sources import exploration_sources
from grainway.distillation.sources.frame_source import FrameSource
from grainway.distillation.sources.source_order import plan_sources
from grainway.distillation.sources.teaching_recipe import TeachingRecipe
from grainway.distillation.training.committee import train_members
from grainway.distillation.training.nep_training import TrainedModel
from grainway.errors import ConfigError
from grainway.machine.whole_files import exclusive, read_json, write_json

_STATUS = "taught by {} rounds of active learning; its dynamics are not yet judged"
_LEAST_S = 1.0
_LABELLED = "labelled.json"
_SECOND, _MEASURE = "second teacher", "round-{} measure"


def distil(
    folder: Path,
    options: LoopOptions,
    teacher: Teacher,
    second_teacher: Callable[[], Teacher],
    *,
    recipe: TeachingRecipe | None = None,
    settings: NepSettings | None = None,
    sources: Sequence[FrameSource] | None = None,
    explorations: Callable[[TeachingRecipe, int], Sequence[FrameSource]] = exploration_sources,
    tell: Callable[[str], None] = lambda _: None,
) -> LoopOutcome:
    """Distil a potential from a teacher by active learning; called again, go on where it stopped.

    A kill loses one run, one label or one checkpoint at most.

    Args:
        folder: of this loop; the same options again, or more hours or rounds.
        options: what is asked for.
        teacher: who labels.
        second_teacher: loads another one, who is asked once.
        recipe: of the frames; that of the seed by default.
        settings: form and loss of the models.
        sources: of the first round; the recipe's by default.
        explorations: gives the sources of an active round.
        tell: told what is done, line by line; may raise to stop.

    Returns:
        What became of each round, and which one was released.

    Raises:
        ConfigError: another loop was begun in the folder, a package is missing, or the time did not suffice
            for labels of two held-out boundaries.
        StoreError: another process works in the folder.
    """
    recipe = recipe or TeachingRecipe(seed=options.seed)
    settings = settings or NepSettings()
    folder.mkdir(parents=True, exist_ok=True)
    open_plan(folder / "plan.json", options, {"recipe": recipe.digest, "settings": settings.to_dict()})
    first = plan_sources(recipe) if sources is None else sources
    # what measures comes first: without it no round can be judged
    ordered = sorted(first, key=lambda source: not (source.held_out and source.kind in BOUNDARY_KINDS))
    files = LoopFolder(folder, recipe, ordered, explorations)
    refusal = f"another process is distilling in {folder}; wait for it or end it"
    with exclusive(folder / "loop.lock", refusal):
        return _Loop(files, options, settings, tell).run(teacher, second_teacher)


class _Loop:
    """One call."""

    def __init__(
        self, files: LoopFolder, options: LoopOptions, settings: NepSettings, tell: Callable[[str], None]
    ) -> None:
        self.files, self.options, self.settings, self.tell = files, options, settings, tell
        self.clock = StageClock(files.path / "time.json")
        record = read_json(self._record_path) or {"rounds": []}
        self.rounds = tuple(RoundRecord.from_dict(one) for one in record["rounds"])

    def run(self, teacher: Teacher, second_teacher: Callable[[], Teacher]) -> LoopOutcome:
        while (stopped := self._stopped()) is None:
            number = len(self.rounds)
            self._label(number, teacher)
            if number == 0:
                self._ask_second(second_teacher)
            models = self._train(number)
            self.rounds = (*self.rounds, self._measure(number, models))
            self._keep(None)
        self.files.release(best_of(self.rounds).number)
        return self._keep(stopped)

    def _stopped(self) -> str | None:
        number = len(self.rounds)
        # a round that was begun is finished, whatever time that takes
        if number == 0 or self.clock.taken_s(making_stage(number)):
            return None
        last, options = self.rounds[-1], self.options
        return why_stopped(
            last.number,
            last.decision,
            rounds=options.rounds,
            left_s=self._left_s,
            least_s=least_for_a_round(options),
            extended=options.hours > last.hours or options.rounds > last.rounds,
        )

    def _label(self, number: int, teacher: Teacher) -> None:
        """Make and label the frames of a round."""
        stage = making_stage(number)
        if self.clock.is_done(stage):
            return
        taken = self.clock.taken_s(stage)
        seconds = allotment(self.options, stage, self._left_s + taken)
        self.tell(f"{stage}: {(seconds - taken) / 60:.0f} minutes")

        def on_labelled(source: str, frame: int, state: LabellingReport) -> None:
            self.tell(f"{source} {frame}: {state.frames} frames, {state.atoms} atoms")

        with self.clock.running(stage, seconds):
            report = label_campaign(
                self.files.labels(number),
                self.files.recipe,
                teacher,
                LabellingBudget(seconds=max(_LEAST_S, seconds - taken)),
                on_labelled=on_labelled,
                sources=self.files.sources(number),
                committee=self.files.committee(number - 1) if number else None,
            )
            self._require_boundaries()
            record = {"atoms": report.atoms, "failures": [list(failure) for failure in report.failures]}
            write_json(self.files.round(number) / _LABELLED, record)

    def _require_boundaries(self) -> None:
        held_out = boundaries_among(self.files.known(0).held_out)
        if len({origin_of(frame) for frame in held_out}) < 2:
            raise ConfigError.about(
                "hours",
                self.options.hours,
                "time enough to label two held-out boundaries, by which rounds are judged",
                "Give more hours: the same command goes on.",
            )

    def _ask_second(self, second_teacher: Callable[[], Teacher]) -> None:
        if not self.options.second or self.clock.is_done(_SECOND):
            return
        self.tell(f"{_SECOND}: {self.options.second} held-out frames")
        with self.clock.running(_SECOND, 0.0):
            frames = representative(self.files.known(0).held_out, self.options.second)
            second_opinions(frames, second_teacher(), self.files.labels(0) / SECOND_LABELS)

    def _train(self, number: int) -> list[TrainedModel]:
        """Train a round's models, from those of the round before."""
        stage = training_stage(number)
        planned = self.clock.allotted_s(stage)
        if planned is None:
            planned = allotment(self.options, stage, self._left_s)
        self.tell(f"{stage}: {planned / 60:.0f} minutes")
        here = self.files.round(number)
        settings = self.settings
        before: Sequence[TrainedModel] = ()
        with self.clock.running(stage, planned):
            if number:
                settings = settings.for_continuing()
                before = load_released(self.files.models(number - 1), here / "start")
            return train_members(
                self.files.known(number).taught,
                here / "training",
                settings=settings,
                seed=self.options.seed + 1,
                n_members=self.options.members,
                budget_s=max(_LEAST_S, planned / self.options.members),
                continue_from=before,
            )

    def _measure(self, number: int, models: Sequence[TrainedModel]) -> RoundRecord:
        """Release a round's models into its folder and compare them with the best before."""
        stage = _MEASURE.format(number)
        self.tell(stage)
        known = self.files.known(number)
        judged = boundaries_among(known.held_out)
        best = best_of(self.rounds).number if self.rounds else None
        with self.clock.running(stage, 0.0):
            card = release_models(
                self.files.models(number),
                models,
                known,
                name=self.options.name,
                status=_STATUS.format(number),
                second=read_second(self.files.labels(0)),
            )
            mine = self.files.predict(number, judged)
            change = None
            if best is not None:
                change = force_mae_change(judged, self.files.predict(best, judged), mine)
        labelled = read_json(self.files.round(number) / _LABELLED) or {}
        return RoundRecord(
            number=number,
            frames=len(known.taught),
            atoms=sum(len(frame) for frame in known.taught),
            labelled_atoms=labelled["atoms"],
            active=self.files.active(number),
            failures=tuple((source, reason) for source, reason in labelled["failures"]),
            force_mae={entry.label: entry.force_mae for entry in card.accuracy},
            boundary_mae=force_mae(judged, mine),
            change=change,
            compared_with=best,
            decision=decide(change),
            seconds={
                name: self.clock.taken_s(name)
                for name in (making_stage(number), training_stage(number), stage)
            },
            hours=self.options.hours,
            rounds=self.options.rounds,
        )

    @property
    def _record_path(self) -> Path:
        return self.files.path / "loop.json"

    @property
    def _left_s(self) -> float:
        return self.options.seconds - self.clock.spent_s

    def _keep(self, stopped: str | None) -> LoopOutcome:
        outcome = LoopOutcome(
            rounds=self.rounds,
            best=best_of(self.rounds).number,
            stopped=stopped,
            spent_s=self.clock.spent_s,
            model=self.files.model,
        )
        write_json(self._record_path, {**outcome.to_dict(), "model": self.files.model.name})
        return outcome
