"""Is it worth going on with old runs? The default engine with and without, at equal cost.

    python benchmarks/longer_runs.py FOLDER                     # six seeds, three kinds of noise
    python benchmarks/longer_runs.py FOLDER --report            # print what is there, run nothing

On synthetic boundaries (boundary_problems.py). A build costs 1, of which production is a share p, a longer
run costs p. A value is the truth, an error that all runs of a build share (sd τ, which the engine must learn)
and one of the run (sd s, told). Compared is the true regret of the recommended point when a cost is spent,
paired over the same functions. The published functions of optimiser.py start at seed 1000, these are below.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

import numpy as np
from boundary_problems import SPACE, Problem, features
from optimisation_run import ENTRIES

from grainway.machine.whole_files import write_json
from grainway.optimise import make_strategy

NOISES = {"noisy runs": (0.05, 0.3, 0.6), "alike": (0.15, 0.15, 0.6), "noisy runs, cheap": (0.05, 0.3, 0.2)}
"""τ and s in decades, and p: 0.6 is the default protocol at 30 ps of production, 0.2 at 5 ps."""
KIND, MARKS = "cusps", (15, 20, 25)
FIRST_SEED = 500


def regrets(noise: str, seed: int, *, lengthen: bool) -> dict[str, list[float]]:
    """Return the regret at each mark of cost, and how many runs went on."""
    tau, se, share = NOISES[noise]
    problem = Problem(KIND, FIRST_SEED + seed)
    strategy = make_strategy("grainway", SPACE, seed, features, entries=ENTRIES)
    spent, found, n_longer = 0.0, [], 0
    build_errors: dict[str, float] = {}
    while len(found) < len(MARKS):
        (proposal,) = strategy.ask()
        cost = share if proposal.continues else 1.0
        spent += cost
        n_longer += bool(proposal.continues)
        if problem.fails(proposal.values):
            strategy.tell_failed(proposal.id, "fails")
        else:
            own, of_run = np.random.default_rng([seed, int(proposal.id[1:]), 11]).standard_normal(2)
            build_errors[proposal.id] = build_errors.get(proposal.continues, tau * float(own))
            y = problem.truth(proposal.values) + build_errors[proposal.id] + se * float(of_run)
            strategy.tell(proposal.id, y, se, cost=cost, continuation_cost=share if lengthen else None)
        while len(found) < len(MARKS) and spent >= MARKS[len(found)] - 1e-9:
            found.append(problem.regret(strategy.recommend().values))
    return {"regret": found, "longer": [n_longer]}


def report(folder: Path, seeds: int) -> None:
    """Print the paired differences of what is there."""
    print(f"| noise (τ, s, p) | runs | went on | {' | '.join(f'cost {m}' for m in MARKS)} |")
    print(f"|{'---|' * (3 + len(MARKS))}")
    for noise, values in NOISES.items():
        paths = [[folder / f"{noise}-{s}-{kind}.json" for kind in (True, False)] for s in range(seeds)]
        pairs = [[json.loads(p.read_text()) for p in both] for both in paths if all(p.exists() for p in both)]
        if not pairs:
            continue
        longer, plain = (np.array([pair[i]["regret"] for pair in pairs]) for i in (0, 1))
        difference = longer - plain
        spread = difference.std(axis=0, ddof=1) if len(pairs) > 1 else np.full(len(MARKS), np.nan)
        cells = [
            f"{a:.2f} with, {b:.2f} without: {d:+.2f} ± {e / len(pairs) ** 0.5:.2f}"
            for a, b, d, e in zip(longer.mean(0), plain.mean(0), difference.mean(0), spread, strict=True)
        ]
        n_longer = np.mean([pair[0]["longer"][0] for pair in pairs])
        print(f"| {noise} {values} | {len(pairs)} | {n_longer:.1f} | {' | '.join(cells)} |")


def main() -> None:
    """Run what is missing and print the table."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--seeds", type=int, default=6)
    parser.add_argument("--report", action="store_true")
    arguments = parser.parse_args()
    arguments.folder.mkdir(parents=True, exist_ok=True)
    for seed in range(0 if arguments.report else arguments.seeds):
        for noise in NOISES:
            for lengthen in (True, False):
                path = arguments.folder / f"{noise}-{seed}-{lengthen}.json"
                if not path.exists():
                    write_json(path, regrets(noise, seed, lengthen=lengthen))
    report(arguments.folder, arguments.seeds)


if __name__ == "__main__":
    main()
