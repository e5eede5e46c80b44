"""A running campaign as a display needs it."""

import json
import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from grainway.campaign.evaluation.evaluation_result import EvaluationResult
from grainway.campaign.evaluation.trial import PROGRESS, Trial
from grainway.campaign.record.recorded_rows import Row


@dataclass(frozen=True, slots=True)
class Running:
    """A running evaluation; simulated times in ps, ``seconds_left`` None while unknown."""

    number: int
    label: str
    stage: str
    done_ps: float
    total_ps: float
    seconds_left: float | None


@dataclass(frozen=True, slots=True)
class Snapshot:
    """The campaign at one moment.

    Attributes:
        running: evaluations at work.
        n_done: finished boundary evaluations of the campaign's own.
        n_failed: failed ones of its own.
        budget: largest number of evaluations.
        best: label and resistivity of the lowest observed objective, or None.
        news: what has happened since the last snapshot.
    """

    running: tuple[Running, ...]
    n_done: int
    n_failed: int
    budget: int
    best: str | None
    news: tuple[str, ...]


def take_snapshot(
    rows: Sequence[Row], running: Iterable[int], root: Path, budget: int, news: Sequence[str]
) -> Snapshot:
    """Return the state of a campaign."""
    boundaries = [row for row in rows if row.proposal is not None]
    return Snapshot(
        running=tuple(_running(rows[number], root) for number in sorted(running)),
        n_done=sum(row.status == "done" and row.is_own_proposal for row in rows),
        n_failed=sum(row.status == "failed" and row.is_own_proposal for row in rows),
        budget=budget,
        best=_best(boundaries),
        news=tuple(news),
    )


def headline(row: Row) -> str:
    """Return a finished trial in one line."""
    trial = row.trial
    label = trial.label if row.arbitrates is None else f"{trial.label} in {trial.potential}"
    if row.measured is None:
        return f"evaluation {row.number} failed: {label}: {row.reason}"
    name, symbol = ("rho_gb", "ρ_gb") if trial.kind == "boundary" else ("tracer_diffusivity", "D")
    value = _value(row.measured, trial, name, symbol)
    return f"evaluation {row.number} done: {label}: {value}"


def _value(result: EvaluationResult, trial: Trial, name: str, symbol: str) -> str:
    """Say a number with the temperature it belongs to; a prediction has a factor for its error."""
    if name not in result.estimates:
        return f"{symbol}({trial.objective_temperature:g} K) could not be predicted"
    estimate = result.estimates[name]
    at = f"{symbol}({trial.objective_temperature:g} K"
    if trial.fidelity == "ladder":
        factor = math.exp(estimate.standard_error / estimate.value)
        return f"{at}, predicted) = {estimate.value:.3g} {estimate.unit}, ×÷ {factor:.3g}"
    return f"{at}) = {estimate.value:.3g} ± {estimate.standard_error:.2g} {estimate.unit}"


def _running(row: Row, root: Path) -> Running:
    trial = row.trial
    path = trial.folder(root) / PROGRESS
    if not path.exists():
        return Running(row.number, trial.label, "starting", 0.0, 1.0, None)
    return Running(row.number, trial.label, **json.loads(path.read_text(encoding="utf-8")))


def _best(rows: Sequence[Row]) -> str | None:
    done = [(row.measured.estimates["rho_gb"].value, row) for row in rows if row.measured is not None]
    if not done:
        return None
    _, row = min(done, key=lambda pair: pair[0])
    trial = row.trial
    how = "predicted" if trial.fidelity == "ladder" else "observed"
    assert row.measured is not None  # noqa: S101 only finished rows are in the list
    return f"{trial.label}, {_value(row.measured, trial, 'rho_gb', 'ρ_gb')} (lowest {how})"
