"""The one place that calls torchnep: a run in a folder, and how long an epoch takes here."""

from __future__ import annotations

import contextlib
import os
import shutil
import time
import warnings
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Any

from grainway.distillation.nep_settings import NepSettings
from grainway.errors import ConfigError, SimulationError

_CHECKPOINT_S = 60.0
_CLOSING_EPOCHS = 2.0  # the trainer ends by checking and predicting every frame


def run_trainer(
    folder: Path,
    *,
    seed: int,
    checkpoint_every: int,
    continue_from: Path | None = None,
    compiled: bool = False,
) -> Path:
    """Run or resume the training described by ``nep.in`` and ``train.xyz`` in a folder.

    Args:
        folder: also receives ``nep_best.txt``, ``loss.out``, ``output.log`` and the checkpoint.
        seed: of the initial weights and the order of the frames.
        checkpoint_every: epochs between checkpoints.
        continue_from: a model whose weights to start from; a checkpoint in the folder comes first.
        compiled: compile the kernels (needs a C++ compiler).

    Returns:
        Path of the best model of the run.

    Raises:
        ConfigError: torchnep is not installed, or refuses the input.
        SimulationError: it left no model.
    """
    torchnep = _torchnep()
    resumed = (folder / "checkpoint.pt").exists()
    try:
        with (
            (folder / "screen.log").open("a", encoding="utf-8") as screen,
            contextlib.redirect_stdout(screen),
            _whole_checkpoints(),
            warnings.catch_warnings(),
        ):
            warnings.simplefilter("ignore")  # of the trainer's own code; its log says what matters
            torchnep.train_nep(
                str(folder / "nep.in"),
                str(folder / "train.xyz"),
                output_dir=str(folder),
                device="cpu",
                run_seed=seed,
                restart=True,
                checkpoint_interval=checkpoint_every,
                prediction_interval=0,
                use_compile=compiled,
                finetune_from=None if resumed or continue_from is None else str(continue_from),
            )
    except ValueError as error:
        raise ConfigError(f"torchnep refuses the training in {folder}: {error}") from error
    best = folder / "nep_best.txt"
    if not best.exists():
        raise SimulationError(f"the training in {folder} left no model: see output.log there")
    return best


def epochs_within(budget_s: float, settings: NepSettings, folder: Path, *, seed: int, compiled: bool) -> int:
    """Return how many epochs fit into a time, from a short run with the folder's ``train.xyz``.

    Args:
        budget_s: wall time of the whole training, this measurement included, s.
        settings: form and loss.
        folder: of the training.
        seed: of the training.
        compiled: see :func:`run_trainer`.

    Returns:
        At least 1.

    Raises:
        ConfigError: a time that is not above 0, or as in :func:`run_trainer`.
    """
    if not budget_s > 0:
        raise ConfigError.about("budget_s", budget_s, "seconds above 0", "Give the time it may take.")
    pilot = folder / "pilot"
    shutil.rmtree(pilot, ignore_errors=True)
    pilot.mkdir()
    shutil.copy(folder / "train.xyz", pilot / "train.xyz")
    (pilot / "nep.in").write_text(settings.training_input(2), encoding="utf-8")
    started = time.monotonic()
    run_trainer(pilot, seed=seed, checkpoint_every=2, compiled=compiled)
    spent = time.monotonic() - started
    # the second epoch alone: the first one also compiles
    per_epoch = _last_epoch_seconds(pilot / "output.log")
    shutil.rmtree(pilot)
    reading = max(0.0, spent - (2 + _CLOSING_EPOCHS) * per_epoch)
    left = budget_s - spent - (0.0 if compiled else reading)
    return max(1, int(left / per_epoch - _CLOSING_EPOCHS))


def checkpoint_interval(epochs: int, budget_s: float | None) -> int:
    """Return the epochs between checkpoints: about one a minute, or twenty in all without a time."""
    if budget_s is None:
        return max(1, epochs // 20)
    return max(1, round(epochs * _CHECKPOINT_S / budget_s))


@contextlib.contextmanager
def _whole_checkpoints() -> Iterator[None]:
    """Rename the trainer's checkpoints into place: a kill while one is written leaves the one before."""
    torch: Any = import_module("torch")
    save = torch.save

    def save_whole(content: object, path: str | os.PathLike[str]) -> None:
        partial = f"{os.fspath(path)}.part"
        save(content, partial)
        os.replace(partial, path)  # noqa: PTH105 the trainer gives text

    torch.save = save_whole
    try:
        yield
    finally:
        torch.save = save


def _last_epoch_seconds(log: Path) -> float:
    lines = [
        line for line in log.read_text(encoding="utf-8").splitlines() if "Epoch " in line and "loss" in line
    ]
    return max(0.1, float(lines[-1].rsplit("|", 1)[1].strip().rstrip("s")))


def _torchnep() -> ModuleType:
    try:
        return import_module("torchnep")
    except ImportError as error:
        raise ConfigError.about(
            "training",
            "nep",
            f"a NEP model is trained by the package torchnep, which cannot be imported here ({error})",
            "Install it with pip install 'grainway[mlip]'.",
        ) from error
