"""When the default engine says "converged", is it? Many campaigns, stopped by the rules.

    python benchmarks/optimiser_stop.py FOLDER                   # 40 campaigns of at most 100 evaluations
    python benchmarks/optimiser_stop.py FOLDER --report

Each campaign is run as a real one is: a check after every evaluation; when improvement and regret say that
the search is over, the audit's wishes (replicates of the recommended boundary, coincidences not looked at)
are evaluated; it stops when all rules hold three times in a row, or at the end of the budget. Printed: how
many converged, their evaluations, the share of those with a true regret of at most 0.15 decades, and how
often the 95 % bound that the last check stated lies above the true regret. Intervals are those of Wilson.
"""

from __future__ import annotations

import json
import math
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import numpy as np
from boundary_problems import SPACE, Problem, features
from optimisation_run import ENTRIES, argument_parser

from grainway.machine.whole_files import write_json
from grainway.optimise import ConvergenceSettings, make_strategy, verdict

SETTINGS = ConvergenceSettings()
FIRST_SEED = 2000
GOOD = 0.15


def campaign(kind: str, seed: int, budget: int, folder: Path) -> str:
    """Run one campaign unless it is kept, and say how it ended."""
    path = folder / f"{kind}-{seed}.json"
    if not path.exists():
        problem = Problem(kind, FIRST_SEED + seed)
        strategy = make_strategy("grainway", SPACE, seed, features, entries=ENTRIES)
        checks, n_run = [], 0
        state = verdict(checks, SETTINGS, n_evaluations=0, budget=budget)
        while not state.stop:
            over = bool(checks) and checks[-1].improvement.holds and checks[-1].regret.holds
            proposal = (strategy.confirm(SETTINGS) if over else None) or strategy.ask()[0]
            n_run += 1
            if problem.fails(proposal.values):
                strategy.tell_failed(proposal.id, "fails")
            else:
                strategy.tell(proposal.id, *problem.evaluation(proposal.values, n_run))
                if len(strategy.record.evaluations) > SETTINGS.window:
                    checks.append(strategy.check(SETTINGS))
            state = verdict(checks, SETTINGS, n_evaluations=n_run, budget=budget)
        best = strategy.recommend()
        write_json(
            path,
            {
                "converged": state.converged,
                "reason": state.reason,
                "evaluations": n_run,
                "regret": problem.regret(best.values),
                "bound": checks[-1].regret.numbers["regret_quantile"],
                "audit": checks[-1].audit.reason,
            },
        )
    found = json.loads(path.read_text())
    return f"{path.stem}: {found['evaluations']} evaluations, regret {found['regret']:.2f}, {found['reason']}"


def wilson(hits: int, n: int) -> str:
    """Return a share with its 95 % interval (Wilson 1927)."""
    if n == 0:
        return "-"
    z, p = 1.96, hits / n
    middle = (p + z * z / (2 * n)) / (1 + z * z / n)
    half = z * math.sqrt(p * (1 - p) / n + z * z / (4 * n * n)) / (1 + z * z / n)
    return f"{hits} of {n} ({100 * max(middle - half, 0):.0f}-{100 * min(middle + half, 1):.0f} %)"


def report(kinds: list[str], folder: Path) -> None:
    """Print one row per problem and one for all."""
    print(
        f"\n| problem | converged | evaluations, median | regret ≤ {GOOD} of those | bound holds of those | "
        "regret of the others, median |\n|---|---|---|---|---|---|"
    )
    for title, members in [(kind, [kind]) for kind in kinds] + [("all", kinds)]:
        runs = [
            json.loads(path.read_text()) for kind in members for path in sorted(folder.glob(f"{kind}-*.json"))
        ]
        done = [run for run in runs if run["converged"]]
        others = [run["regret"] for run in runs if not run["converged"]]
        cells = [
            wilson(len(done), len(runs)),
            f"{np.median([run['evaluations'] for run in done]):.0f}" if done else "-",
            wilson(sum(run["regret"] <= GOOD for run in done), len(done)),
            wilson(sum(run["regret"] <= run["bound"] for run in done), len(done)),
            f"{np.median(others):.2f}" if others else "-",
        ]
        print(f"| {title} | {' | '.join(cells)} |")


def main() -> None:
    """Run what is missing and print the table."""
    parser = argument_parser(__doc__, seeds=8)
    parser.add_argument("--budget", type=int, default=100)
    arguments = parser.parse_args()
    arguments.folder.mkdir(parents=True, exist_ok=True)
    if not arguments.report:
        with ProcessPoolExecutor(arguments.workers) as pool:
            waiting = [
                pool.submit(campaign, kind, seed, arguments.budget, arguments.folder)
                for seed in range(arguments.seeds)
                for kind in arguments.problems
            ]
            for future in waiting:
                print(future.result(), flush=True)
    report(arguments.problems, arguments.folder)


if __name__ == "__main__":
    main()
