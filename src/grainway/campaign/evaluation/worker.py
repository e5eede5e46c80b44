"""The process that evaluates one trial: ``python -m`` this module, ``FOLDER PARENT LAMMPS KEEP``."""

import sys
import traceback
from dataclasses import asdict
from pathlib import Path
from typing import Any

from grainway.campaign.evaluation.evaluate import evaluate, remove_trajectories
from grainway.campaign.evaluation.trial import INPUTS, PROGRESS, RESULT, Trial
from grainway.errors import GrainwayError
from grainway.machine.lifeline import die_with_parent
from grainway.machine.whole_files import write_json
from grainway.simulation import Progress, find_lammps


def main(arguments: list[str]) -> None:
    """Evaluate the trial in a folder and leave ``result.json`` there, whatever happens short of a kill."""
    folder, parent, lammps, keep = Path(arguments[0]), int(arguments[1]), arguments[2], bool(arguments[3])
    die_with_parent(parent)

    def report(progress: Progress) -> None:
        write_json(folder / PROGRESS, asdict(progress), durable=False)

    trial = Trial.from_json((folder / INPUTS).read_text(encoding="utf-8"))
    try:
        binary = find_lammps(Path(lammps) if lammps else None)
        result = evaluate(trial, folder, binary, report)
        outcome: dict[str, Any] = {"status": "done", "result": result.to_dict()}
    except GrainwayError as error:
        outcome = {"status": "failed", "reason": str(error)}
    except (OSError, MemoryError):
        raise  # a full disk or memory says nothing about the boundary: the driver tries again
    except Exception as error:  # a defect of one evaluation must not take the campaign down with it
        traceback.print_exc()
        outcome = {"status": "failed", "reason": f"unexpected {type(error).__name__}: {error}"}
    write_json(folder / RESULT, {"trial": trial.id, **outcome})
    if outcome["status"] == "done" and not keep:
        remove_trajectories(folder)
        # of a declared potential the driver has the files, and they may be large
        for file in trial.declaration.files if trial.declaration is not None else ():
            (folder / file).unlink(missing_ok=True)


if __name__ == "__main__":
    main(sys.argv[1:])
