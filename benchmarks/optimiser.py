"""Compare the engines of the optimiser, and Optuna, on synthetic boundaries (boundary_problems.py).

    python benchmarks/optimiser.py FOLDER                          # all engines, 20 seeds, 40 evaluations
    python benchmarks/optimiser.py FOLDER --seeds 5 --problems cusps --engines grainway skopt
    python benchmarks/optimiser.py FOLDER4 --engines grainway --beside 4 --evaluations 50 --sequential FOLDER
        # asynchronously, four at a time, against the runs one at a time in FOLDER
    python benchmarks/optimiser.py FOLDER --report                 # print what is there, run nothing

For every problem and engine: true regret of the recommended point after 20, 30 and 40 evaluations, its paired
difference from the default engine over the same functions with a 95 % interval (bootstrap over seeds), the
evaluations until the recommended point is within 0.3 decades and stays there (up to --evaluations, beyond 40
if wanted) and the default engine's share of that number, CPU seconds per proposal, and the share of proposals
that are near duplicates of a running one (all inputs within 1 %).

The engines behind grainway's seam recommend the lowest posterior mean of the same surrogate, also where the
library that proposes has none of it (so skopt, sobol and random are better here than the bare library).
botorch-plain and skopt-plain see the design variables alone, as in a chain made by hand; they too recommend
by a surrogate with known errors, but without features. Optuna recommends its best observation. Every run is
kept in FOLDER as one small file and not run again.
"""

from __future__ import annotations

import json
import math
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import numpy as np
from boundary_problems import STRUCTURED, Problem
from optimisation_run import ALL_ENGINES, argument_parser, make_engine, optimise

from grainway.machine.whole_files import write_json

MARKS = (20, 30, 40)
WITHIN = 0.3
DEFAULT = "grainway"
N_BOOTSTRAP = 4000
FIRST_SEED = 1000
"""Functions 1000 and up are the published ones; lower ones were looked at while the engine was made."""


def run(engine: str, kind: str, seed: int, n_evaluations: int, n_beside: int, folder: Path) -> str:
    """Run one optimisation unless it is kept, and say what it came to."""
    path = folder / f"{engine}-{kind}-{seed}.json"
    if not path.exists() or len(json.loads(path.read_text())["regret"]) < n_evaluations:
        problem = Problem(kind, FIRST_SEED + seed)
        history = optimise(make_engine(engine, seed), problem, n_evaluations, n_beside)
        write_json(
            path,
            {
                "regret": [None if math.isnan(r) else round(r, 5) for r in history.regret],
                "ask_s": [round(s, 4) for s in history.ask_s],
                "near_duplicates": history.near_duplicates,
            },
        )
    return f"{path.stem}: {json.loads(path.read_text())['regret'][-1]:.2f}"


def kept(engine: str, kind: str, seeds: int, folder: Path) -> dict[int, tuple[np.ndarray, np.ndarray, float]]:
    """Return regret, seconds per ask and share of near duplicates of the kept runs, by seed."""
    found = {}
    for seed in range(seeds):
        path = folder / f"{engine}-{kind}-{seed}.json"
        if path.exists():
            record = json.loads(path.read_text())
            regret = np.array([math.nan if r is None else r for r in record["regret"]])
            found[seed] = regret, np.array(record["ask_s"]), record["near_duplicates"]
    return found


def evaluations_until(regret: np.ndarray, limit: float = WITHIN) -> float:
    """Return the evaluation from which the recommendation stays within the limit, infinite if never."""
    outside = np.flatnonzero(~(regret <= limit))
    if outside.size == 0:
        return 1.0
    return math.inf if outside[-1] == len(regret) - 1 else float(outside[-1] + 2)


def interval(values: np.ndarray, statistic=np.mean) -> tuple[float, float]:
    """Return the 95 % bootstrap interval of a statistic over seeds."""
    rng = np.random.default_rng(0)
    drawn = values[rng.integers(len(values), size=(N_BOOTSTRAP, len(values)))]
    return tuple(np.quantile(statistic(drawn, axis=1), (0.025, 0.975)))


def share(default: dict, other: dict, both: list, horizon: int) -> str:
    """Return the ratio of the median evaluations to the limit, default over other, with its interval.

    A median beyond the horizon counts as the horizon, so that the other's is at least that: an upper bound.
    """
    needed = np.array([[evaluations_until(runs[k][0][:horizon]) for k in both] for runs in (default, other)])
    clipped = np.minimum(needed, horizon)
    drawn = np.random.default_rng(0).integers(len(both), size=(N_BOOTSTRAP, len(both)))
    ratios = np.divide(*(np.median(row[drawn], axis=1) for row in clipped))
    low, high = np.quantile(ratios, (0.025, 0.975))
    sign = "< " if np.isinf(np.median(needed[1])) else ""
    return f"{sign}{np.divide(*np.median(clipped, axis=1)):.2f} ({low:.2f} to {high:.2f})"


def report(kinds: list[str], engines: list[str], seeds: int, folder: Path, horizon: int) -> None:
    """Print one table per problem, and one over the problems with coincidence structure."""
    groups = [(kind, (kind,)) for kind in kinds]
    structured = tuple(kind for kind in kinds if kind in STRUCTURED)
    if len(structured) > 1:
        groups.append((f"all with coincidence structure ({', '.join(structured)})", structured))
    for title, members in groups:
        found = {}
        for engine in engines:
            runs = {(k, s): r for k in members for s, r in kept(engine, k, seeds, folder).items()}
            if runs:
                found[engine] = runs
        if not found:
            continue
        print(f"\n**{title}**, true regret of the recommendation in decades: median (mean)\n")
        heads = [f"n = {n}" for n in MARKS] + [
            f"mean minus {DEFAULT}, n = {MARKS[-1]}",
            f"n to {WITHIN} (median)",
            f"{DEFAULT} takes of it",
            "s per ask",
            "near duplicates",
            "runs",
        ]
        print(f"| engine | {' | '.join(heads)} |\n|{'---|' * (len(heads) + 1)}")
        for engine, runs in found.items():
            regret = np.array([r[0] for r in runs.values() if len(r[0]) >= MARKS[-1]])
            if not len(regret):
                continue
            cells = [f"{np.median(regret[:, n - 1]):.2f} ({regret[:, n - 1].mean():.2f})" for n in MARKS]
            both = [key for key in runs if key in found.get(DEFAULT, {})]
            if engine != DEFAULT and len(both) > 1:
                last = MARKS[-1] - 1
                difference = np.array([runs[k][0][last] - found[DEFAULT][k][0][last] for k in both])
                low, high = interval(difference)
                cells.append(f"{difference.mean():+.2f} ({low:+.2f} to {high:+.2f})")
            else:
                cells.append("")
            middle = float(np.median([evaluations_until(r[0][:horizon]) for r in runs.values()]))
            cells.append(f"> {horizon}" if math.isinf(middle) else f"{middle:.0f}")
            cells.append(share(found[DEFAULT], runs, both, horizon) if engine != DEFAULT and both else "")
            cells.append(f"{np.mean([r[1].mean() for r in runs.values()]):.2f}")
            cells += [f"{np.mean([r[2] for r in runs.values()]):.3f}", str(len(regret))]
            print(f"| {engine} | {' | '.join(cells)} |")


def report_beside(kinds: list[str], seeds: int, beside: Path, sequential: Path, horizon: int) -> None:
    """Print what it costs to run evaluations beside each other: regret at the horizon and at the last mark.

    Args:
        kinds: problems.
        seeds: functions of each.
        beside: runs of the default engine with evaluations beside each other, of ``horizon`` evaluations.
        sequential: those one at a time.
        horizon: evaluations, more than the last mark by what may be spent on it.
    """
    print(f"\n| problem | beside, n = {horizon} | one at a time, n = {MARKS[-1]} | mean difference | runs |")
    print("|---|---|---|---|---|")
    for title, members in [(kind, [kind]) for kind in kinds] + [("all", kinds)]:
        pairs = np.array(
            [
                (run[0][horizon - 1], alone[seed][0][MARKS[-1] - 1])
                for kind in members
                for alone in [kept(DEFAULT, kind, seeds, sequential)]
                for seed, run in kept(DEFAULT, kind, seeds, beside).items()
                if seed in alone
            ]
        )
        if len(pairs) < 2:
            continue
        difference = pairs[:, 0] - pairs[:, 1]
        low, high = interval(difference)
        cells = [f"{np.median(column):.2f} ({column.mean():.2f})" for column in pairs.T]
        cells += [f"{difference.mean():+.2f} ({low:+.2f} to {high:+.2f})", str(len(pairs))]
        print(f"| {title} | {' | '.join(cells)} |")


def main() -> None:
    """Run what is missing and print the tables."""
    parser = argument_parser(__doc__, seeds=20)
    parser.add_argument("--evaluations", type=int, default=MARKS[-1])
    parser.add_argument("--beside", type=int, default=1, help="evaluations running beside each other")
    parser.add_argument("--sequential", type=Path, help="runs one at a time, to compare --beside with")
    parser.add_argument("--engines", nargs="+", choices=ALL_ENGINES, default=list(ALL_ENGINES))
    arguments = parser.parse_args()
    arguments.folder.mkdir(parents=True, exist_ok=True)
    if not arguments.report:
        with ProcessPoolExecutor(arguments.workers) as pool:
            waiting = [
                pool.submit(
                    run, engine, kind, seed, arguments.evaluations, arguments.beside, arguments.folder
                )
                for seed in range(arguments.seeds)
                for kind in arguments.problems
                for engine in arguments.engines
            ]
            for future in waiting:
                print(future.result(), flush=True)
    report(arguments.problems, arguments.engines, arguments.seeds, arguments.folder, arguments.evaluations)
    if arguments.sequential:
        report_beside(
            arguments.problems, arguments.seeds, arguments.folder, arguments.sequential, arguments.evaluations
        )


if __name__ == "__main__":
    main()
