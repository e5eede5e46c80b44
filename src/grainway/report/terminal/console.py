"""A campaign as tables and sentences on the terminal."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from rich.console import Console
from rich.table import Table
from rich.text import Text

from grainway.campaign import CampaignSummary, Evaluation, ImportedEvaluations, Outcome
from grainway.report.findings.campaign_statistics import CampaignStatistics, campaign_statistics
from grainway.report.findings.findings import is_hot, ranked, runs_at_the_cap, runs_outside_training
from grainway.report.words.arbitration_tables import model_error_sentences
from grainway.report.words.composite_text import composite_sentence
from grainway.report.words.extrapolation_text import extrapolation_sentence
from grainway.report.words.history import change_sentences, import_sentences, imported_sentence, label
from grainway.report.words.limits_text import limits_sentence
from grainway.report.words.numbers import interval, significant
from grainway.report.words.quantities import shown
from grainway.report.words.statistics_text import statistics_sentences

_FULL_WIDTH = 140
"""Columns that a table with everything needs; also used where the output is no terminal."""
_COMPACT_LEAVES_OUT = ("LER", "OVC", "ASR / Ω cm²")


def print_status(summary: CampaignSummary, console: Console | None = None) -> None:
    """Print where a campaign stands: ranking, recommendation, verdict, failures, what is running."""
    console = console or _stdout()
    _print_results(summary, campaign_statistics(summary), console)
    counts = {
        status: sum(e.status == status for e in summary.own)
        for status in ("done", "failed", "running", "queued")
    }
    counted = ", ".join(f"{number} {status}" for status, number in counts.items())
    budget = summary.config.optimiser.max_evaluations
    _say(console, f"Evaluations: {counted}; budget {budget}. Bulk reference: {_bulk_status(summary)}.")
    if imported := imported_sentence(summary):
        _say(console, f"{imported}.")
    for sentence in change_sentences(summary):
        _say(console, f"Changed {sentence}")
    _say(console, f"Verdict: {summary.verdict.reason}")


def print_outcome(
    summary: CampaignSummary,
    statistics: CampaignStatistics,
    outcome: Outcome,
    report_path: Path,
    console: Console | None = None,
) -> None:
    """Print how a campaign ended, and where its report is."""
    console = console or _stdout()
    _print_results(summary, statistics, console)
    _say(console, f"Verdict: {outcome.verdict.reason}", "bold")
    if outcome.verdict.stop and not outcome.verdict.converged:
        _say(
            console,
            "The end of a budget is not convergence: a better boundary may remain unseen. Raise "
            "optimiser.max_evaluations in the campaign file and run it again to go on.",
        )
    _say(console, f"Report: {report_path}")


def print_import(taken: ImportedEvaluations, console: Console | None = None) -> None:
    """Print what was taken over from another campaign, and what was not."""
    console = console or _stdout()
    for sentence in import_sentences(taken):
        _say(console, sentence)


def _stdout() -> Console:
    console = Console(highlight=False)
    return console if console.is_terminal else Console(highlight=False, width=_FULL_WIDTH)


def _say(console: Console, text: str, style: str = "") -> None:
    console.print(Text(text, style=style), soft_wrap=not console.is_terminal)


def _print_results(summary: CampaignSummary, statistics: CampaignStatistics, console: Console) -> None:
    finished = ranked(summary)
    if finished:
        console.print(_table(summary, finished, console.width))
    else:
        _say(console, "No evaluation has finished yet.")
    _print_recommendation(summary, statistics, console)
    failed = [e for e in summary.evaluations if e.status == "failed"]
    if failed:
        _say(console, f"{len(failed)} failed:")
        for evaluation in failed:
            reason = evaluation.reason or "no reason given"
            _say(console, f"  {evaluation.number} {label(evaluation)}: {reason}")


def _table(summary: CampaignSummary, finished: list[Evaluation], width: int) -> Table:
    compact = width < _FULL_WIDTH
    config = summary.config
    title = f"ρ_gb over δ = {config.objective.width:g} Å {config.basis}; ± one standard error of one run"
    if config.target_temperatures:
        title += ", ×÷ the same for what is predicted"
    if compact:
        title += f"; {_FULL_WIDTH} columns also show LER, OVC and ASR"
    table = Table(title=Text(title), title_justify="left")
    columns: list[tuple[str, Literal["left", "right"]]] = [
        ("rank", "right"),
        ("no.", "right"),
        ("boundary", "left"),
        ("layers", "right"),
        ("ρ_gb / Ω cm", "right"),
        ("D_gb/D_bulk", "right"),
        ("LER", "right"),
        ("OVC", "right"),
        ("ASR / Ω cm²", "right"),
    ]
    visible = [c for c in columns if not (compact and c[0] in _COMPACT_LEAVES_OUT)]
    for heading, justify in visible:
        table.add_column(Text(heading), justify=justify, no_wrap=heading != "boundary")
    for rank, evaluation in enumerate(finished, start=1):
        cells = {
            "rank": str(rank),
            "no.": str(evaluation.number),
            "boundary": label(evaluation),
            "layers": "" if evaluation.trial.spec is None else str(evaluation.trial.spec.width_layers),
        } | {
            heading: shown(evaluation, name)
            for heading, name in (
                ("ρ_gb / Ω cm", "rho_gb"),
                ("D_gb/D_bulk", "diffusivity_ratio"),
                ("LER", "ler"),
                ("OVC", "ovc"),
                ("ASR / Ω cm²", "asr"),
            )
        }
        chosen = summary.recommended is not None and evaluation.number == summary.recommended.number
        table.add_row(*(Text(cells[heading]) for heading, _ in visible), style="bold" if chosen else None)
    return table


def _print_recommendation(summary: CampaignSummary, statistics: CampaignStatistics, console: Console) -> None:
    best, evaluation = summary.stated, summary.recommended
    if best is None or evaluation is None:
        _say(console, "No recommendation yet: nothing has been evaluated.")
        return
    config = summary.config
    _say(console, f"Recommended: evaluation {evaluation.number}, {label(evaluation)}", "bold")
    low, high = best.interval
    _say(
        console,
        f"  ρ_gb = {significant(10**best.mean)} Ω cm, 95 % interval {interval(10**low, 10**high)} Ω cm: "
        f"posterior mean from {best.n_evaluations} finished, over a width δ = {config.objective.width:g} Å, "
        f"{config.basis}.",
    )
    if extrapolated := extrapolation_sentence(summary):
        _say(console, f"  {extrapolated}")
    if limits := limits_sentence(config.optimiser.constraints, best.probability_in_range):
        _say(console, f"  {limits}")
    if composite := composite_sentence(config.optimiser.composite, summary.composite):
        _say(console, f"  {composite}")
    if is_hot(summary):
        _say(
            console,
            f"  This ranking holds at {config.objective_temperature:g} K; it is not one for room "
            "temperature, where activation energies decide.",
        )
    if capped := runs_at_the_cap(summary):
        _say(console, f"  {capped}.")
    if outside := runs_outside_training(summary):
        _say(console, f"  {outside}.")
    for sentence in statistics_sentences(statistics):
        _say(console, sentence)
    for arbitration in summary.arbitrations:
        _say(console, f"In {arbitration.potential}:", "bold")
        for sentence in model_error_sentences(config.potential.name, arbitration):
            _say(console, f"  {sentence}")


def _bulk_status(summary: CampaignSummary) -> str:
    return "not started" if summary.bulk is None else summary.bulk.status
