"""What an evaluation cost."""

from __future__ import annotations

import json

from grainway.campaign import Evaluation

OUTCOME = "result.json"


def lammps_wall_time(evaluation: Evaluation) -> float | None:
    """Return the wall time of an evaluation's LAMMPS runs, s; None where its outcome holds none."""
    path = evaluation.folder / OUTCOME
    if evaluation.status != "done" or not path.exists():
        return None
    outcome = json.loads(path.read_text(encoding="utf-8"))
    seconds = outcome.get("result", {}).get("timing", {}).get("lammps_s")
    return None if seconds is None else float(seconds)
