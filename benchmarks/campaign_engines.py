"""One real search by three engines: the same campaign on LAMMPS proposed by grainway, sobol and skopt.

    python benchmarks/campaign_engines.py FOLDER [--evaluations 40] [--others 25] [--potential NAME]
    python benchmarks/campaign_engines.py FOLDER --report

Small cells, short runs and the potential of the demonstration. Each campaign is an ordinary one in FOLDER, so
a killed run goes on, and `grainway report FOLDER/grainway.toml` writes its report. Printed: if boundaries
differ at all; what each engine recommends as the evaluations come in, judged by one model that knows those of
all three (FOLDER/pooled imports them); the recommended boundary with its interval; its factor against the
conventional baseline; and which variables matter. The evaluations of the run that docs/optimiser.md tells of
are in results/campaign_engines.
"""

from __future__ import annotations

import argparse
import copy
import math
from contextlib import closing
from pathlib import Path

import numpy as np
from scipy import stats

from grainway.campaign import DEMO, Campaign, campaign_toml, load_config, make_proposals, summarise
from grainway.campaign.record.store import Store
from grainway.campaign.search.told_and_asked import restore_strategy
from grainway.report.findings.campaign_statistics import campaign_statistics
from grainway.report.words.model_text import model_content
from grainway.report.words.statistics_text import statistics_sentences

ENGINES = ("grainway", "sobol", "skopt")
MARKS = (5, 10, 15, 20, 25, 30, 35, 40)


def campaign(folder: Path, engine: str, evaluations: int, potential: str, workers: int) -> Campaign:
    """Return the campaign of one engine; its file is written once and then read."""
    path = folder / f"{engine}.toml"
    if not path.exists():
        changes = copy.deepcopy(DEMO)
        changes["potential"] = {"name": potential}
        proposer = engine if engine in ENGINES else ENGINES[0]
        changes["optimiser"] = {"engine": proposer, "max_evaluations": evaluations}
        changes["campaign"] = {"workers": workers}
        folder.mkdir(parents=True, exist_ok=True)
        path.write_text(campaign_toml(changes), encoding="utf-8")
    return Campaign(load_config(path), folder / engine)


def curve(one: Campaign, pooled: Campaign) -> dict[int, tuple[float, float]]:
    """Return mean and standard deviation, under the pooled model, of what was recommended after n results."""
    judge = _strategy(pooled)
    model = judge.model(len(judge.record.evaluations)).surrogate
    own = _strategy(one)
    found = {}
    for n in MARKS:
        if n <= len(own.record.evaluations):
            mean, sd = model.predict(own.point(own.incumbent(n)))
            found[n] = float(mean[0]), float(sd[0])
    return found


def _strategy(one: Campaign):
    with closing(Store(one.record_path)) as store:
        return restore_strategy(one.config, make_proposals(one.config), store.rows(), one.root)


def heterogeneity(pooled: Campaign) -> str:
    """Return how far the evaluations of all campaigns are from one common value, by their stated errors."""
    evaluations = _strategy(pooled).record.evaluations
    y, se = np.array([(e.y, e.se) for e in evaluations]).T
    mean = np.average(y, weights=se**-2.0)
    chi_squared = float(np.sum(((y - mean) / se) ** 2))
    freedom = len(y) - 1
    p = stats.chi2.sf(chi_squared, freedom)
    spread = float(y.std(ddof=1))
    # boundaries and noise together: a bound on what boundaries differ by, whatever the errors are worth
    most = spread * math.sqrt(freedom / stats.chi2.ppf(0.05, freedom))
    return (
        f"{len(y)} different evaluations, log10(ρ_gb / Ω cm) {mean:.3f} ± {np.sum(se**-2.0) ** -0.5:.3f}, "
        f"spread {spread:.3f} (below {most:.3f} with 95 %), "
        f"stated errors {np.sqrt(np.mean(se**2)):.3f} (rms); "
        f"one value for all of them: χ² = {chi_squared:.0f} with {freedom} degrees of freedom, p = {p:.2g}"
    )


def report(campaigns: dict[str, Campaign], pooled: Campaign) -> None:
    """Print the tables."""
    for one in campaigns.values():
        pooled.take_over(one.root)
    print(f"\n{heterogeneity(pooled)}")
    print("\nlog10(ρ_gb / Ω cm) of the recommended boundary under the model of all evaluations: mean ± sd\n")
    print(f"| n | {' | '.join(campaigns)} |\n|---|{'---|' * len(campaigns)}")
    curves = {name: curve(one, pooled) for name, one in campaigns.items()}
    for n in (n for n in MARKS if any(n in c for c in curves.values())):
        cells = [f"{c[n][0]:.3f} ± {c[n][1]:.3f}" if n in c else "" for c in curves.values()]
        print(f"| {n} | {' | '.join(cells)} |")
    for name, one in campaigns.items():
        summary = summarise(one, explained=True)
        print(f"\n{name}: {len(summary.done)} evaluations with a result; {summary.verdict.reason}")
        if summary.recommendation is None or summary.recommended is None:
            continue
        low, high = summary.recommendation.interval
        label, mean = summary.recommended.trial.label, summary.recommendation.mean
        print(f"  recommended: {label}, log10(ρ_gb / Ω cm) {mean:.3f} (95 % {low:.3f} to {high:.3f})")
        for sentence in statistics_sentences(campaign_statistics(summary)):
            print(f"  {sentence}")
        for row in model_content(summary)["rows"]:
            print(
                f"  share of the model's variance, {row['name']}: alone {row['first']}, in all {row['total']}"
            )


def main() -> None:
    """Run what is missing and print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folder", type=Path)
    parser.add_argument("--evaluations", type=int, default=40, help="of the default engine")
    parser.add_argument("--others", type=int, default=25, help="of each other engine")
    parser.add_argument("--potential", default=DEMO["potential"]["name"])
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--report", action="store_true", help="print what is there, run nothing")
    given = parser.parse_args()
    sizes = dict.fromkeys(ENGINES, given.others) | {ENGINES[0]: given.evaluations}
    every = {
        name: campaign(given.folder, name, n, given.potential, given.workers) for name, n in sizes.items()
    }
    pooled = campaign(given.folder, "pooled", 1, given.potential, given.workers)
    if not given.report:
        for name, one in every.items():
            print(f"{name}: {one.run().verdict.reason}", flush=True)
    report({name: one for name, one in every.items() if one.record_path.exists()}, pooled)


if __name__ == "__main__":
    main()
