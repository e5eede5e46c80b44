"""What the benchmarks that run boundaries one by one share: their cells, one run, its small record, means.

A trial is run in a worker process as a campaign runs it. Of its result a benchmark keeps the estimates, what
it took and the height of the cell, in one small file beside the id of the trial: a file of another potential
or protocol is no record of this run.
"""

from __future__ import annotations

import json
import math
import shutil
from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path
from typing import Any

from grainway.analysis import combine_replicas
from grainway.campaign import Trial
from grainway.campaign.evaluation.trial import INPUTS, RESULT
from grainway.campaign.executor import start_worker
from grainway.domain import BoundarySpec, Estimate
from grainway.machine.whole_files import write_json
from grainway.structure import Catalogue

BULK = "bulk"
GRAIN_A, WIDTH_A = 16.0, 10.8
"""Least thickness of a grain, and the width that resistivities refer to, Å."""

Indices = tuple[int, int, int]


@lru_cache(maxsize=16)
def symmetric_tilt(axis: Indices, normal: Indices) -> BoundarySpec:
    """Return the recipe of a symmetric tilt boundary in grains of 16 Å, three layers of it arranged anew."""
    catalogue = Catalogue(
        max_atoms=3000, max_strain=0.0, min_grain_thickness=GRAIN_A, angle_range_deg=(5.0, 62.8), axes=(axis,)
    )
    entry = next(e for e in catalogue.entries if e.normal_a == normal and e.character == "symmetric tilt")
    return entry.spec(width_layers=3, translation=(0.3, 0.4), termination=0.3)


def record_of(path: Path, trial: Trial) -> dict[str, Any] | None:
    """Return the record of a trial; None where it is missing or of another trial."""
    if not path.exists():
        return None
    record: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return record if record["trial"] == trial.id else None


def run_trial(trial: Trial, folder: Path) -> dict[str, Any]:
    """Run a trial to its end and return its record; the folder is gone when it was measured.

    Returns:
        ``trial`` (its id) and ``result``, or ``reason`` where it was refused or failed.
    """
    folder.mkdir(parents=True, exist_ok=True)
    write_json(folder / INPUTS, json.loads(trial.to_json()))
    start_worker(folder, "", keep_trajectories=False).process.wait()
    outcome = json.loads((folder / RESULT).read_text(encoding="utf-8"))
    if outcome["status"] != "done":
        return {"trial": trial.id, "reason": f"{outcome['status']}: {outcome['reason']}"}
    result = {key: outcome["result"][key] for key in ("estimates", "timing")}
    if "profile" in outcome["result"]:
        result["profile"] = {"length": outcome["result"]["profile"]["length"]}
    shutil.rmtree(folder)
    return {"trial": trial.id, "result": result}


def mean(values: Iterable[Estimate]) -> Estimate | None:
    """Return the mean over builds with Student's error, of one build its own.

    None without a value, and where any build gave a limit: the mean of those that gave a value would be that
    of the fast ones.
    """
    known = list(values)
    if not known or any(value.bound is not None for value in known):
        return None
    return known[0] if len(known) == 1 else combine_replicas(known).estimate


def shown(value: Estimate | None, factor: float = 1.0) -> str:
    """Mean ± half-width of 95 % and the number of builds (of independent samples where there is one)."""
    if value is None:
        return "-"
    low, high = value.interval(0.95)
    return f"{value.value * factor:.3g} ± {(high - low) / 2 * factor:.2g} ({value.n_independent:.0f})"


def pooled_ratio(numerators: Iterable[Estimate], denominators: Iterable[Estimate]) -> Estimate | None:
    """Return the ratio of two means, each over all its runs, with Welch's number of samples.

    A ratio taken run by run would count the scatter of a denominator once for each numerator that shares it.
    """
    above, below = mean(numerators), mean(denominators)
    if above is None or below is None:
        return None
    decades = above.log10().minus(below.log10(), samples="welch")
    value = 10**decades.value
    return Estimate(value, value * math.log(10) * decades.standard_error, "1", decades.n_independent)
