import io
from dataclasses import replace

import pytest
from rich.console import Console

from example_campaigns.synthetic_campaign import BUDGET_END, CONVERGED, campaign
from grainway.campaign import Outcome, Running, Snapshot
from grainway.report import ProgressDisplay, print_outcome, print_status
from grainway.report.findings.campaign_statistics import campaign_statistics
from grainway.report.terminal import progress as progress_module
from grainway.report.terminal.progress import stage_in_words

SNAPSHOT = Snapshot(
    running=(
        Running(4, "Σ13 (3 2 0)/[001] 22.62°", "10-production-0002", 12.0, 37.0, 95.0),
        Running(5, "Σ17 (4 1 0)/[001] 28.07°", "starting", 0.0, 1.0, None),
    ),
    n_done=2,
    n_failed=1,
    budget=6,
    best="Σ5, ρ_gb = 1.2 Ω cm (lowest observed)",
    news=("evaluation 3 failed: [bold]no markup[/bold]",),
)


def _console(width=140, terminal=False):
    return Console(
        file=io.StringIO(), width=width, force_terminal=terminal, highlight=False, color_system=None
    )


def _text(console):
    return console.file.getvalue()


def test_the_outcome_names_what_was_recommended_and_under_which_conditions(tmp_path):
    summary, console = campaign(tmp_path), _console()
    statistics = campaign_statistics(summary)
    outcome = Outcome(summary.verdict, summary.recommendation)
    print_outcome(summary, statistics, outcome, tmp_path / "report.html", console)
    text = _text(console)
    for part in (
        "posterior mean",
        "95 % interval",
        "Ω cm",
        "δ = 10.8 Å",
        "at 1400 K",
        "buck_core_dsf",
        BUDGET_END.reason,
        "not convergence",
        "not one for room temperature",
        "1 failed",
        "the energy diverged",
        "report.html",
    ):
        assert part in text


def test_convergence_is_told_from_the_end_of_a_budget(tmp_path):
    summary, console = campaign(tmp_path, verdict=CONVERGED), _console()
    print_outcome(
        summary,
        campaign_statistics(summary),
        Outcome(CONVERGED, summary.recommendation),
        tmp_path / "report.html",
        console,
    )
    assert CONVERGED.reason in _text(console)
    assert "not convergence" not in _text(console)


def test_every_finished_evaluation_is_in_the_table_in_order_of_resistivity(tmp_path):
    summary, console = campaign(tmp_path), _console()
    print_status(summary, console)
    rows = [line.split("│")[1:-1] for line in _text(console).splitlines() if line.startswith("│")]
    assert [int(row[0]) for row in rows] == list(range(1, len(summary.done) + 1))
    resistivities = [float(row[4].split("±")[0]) for row in rows]
    assert resistivities == sorted(resistivities)
    assert "7 done, 1 failed, 0 running, 1 queued" in _text(console)


def test_a_narrow_terminal_leaves_columns_out_and_says_so(tmp_path):
    summary, console = campaign(tmp_path), _console(width=90, terminal=True)
    print_status(summary, console)
    assert "140 columns also show" in " ".join(_text(console).split())
    assert all(len(line) <= 90 for line in _text(console).splitlines())


def test_nothing_finished_is_said(tmp_path):
    summary, console = campaign(tmp_path, 0), _console()
    print_status(summary, console)
    assert "No evaluation has finished yet" in _text(console)
    assert "No recommendation yet" in _text(console)


def test_reasons_are_printed_as_they_are(tmp_path):
    summary, console = campaign(tmp_path, 1, reason="[red]x[/red] is no markup"), _console()
    print_status(summary, console)
    assert "[red]x[/red] is no markup" in _text(console)


def test_stages_are_named_in_plain_words():
    assert stage_in_words("10-production-0002") == "production"
    assert stage_in_words("02-constant-pressure") == "finding the cell size"
    assert stage_in_words("21-1200K-3-production-0002") == "production at 1200 K"
    assert stage_in_words("20-1062.5K-1-constant-pressure") == "finding the cell size at 1062.5 K"
    assert stage_in_words("starting") == "starting"


def test_plain_output_has_all_news_and_few_status_lines(monkeypatch):
    now = [0.0]
    monkeypatch.setattr(progress_module.time, "monotonic", lambda: now[0])
    console = _console()
    with ProgressDisplay(console=console) as display:
        for _ in range(100):  # 50 s
            display.update(SNAPSHOT)
            now[0] += 0.5
    lines = _text(console).splitlines()
    assert lines.count("evaluation 3 failed: [bold]no markup[/bold]") == 100
    assert sum("2 of 6 evaluations done, 1 failed" in line for line in lines) == 2
    assert "\x1b" not in _text(console)


def test_quiet_prints_nothing():
    console = _console()
    with ProgressDisplay(quiet=True, console=console) as display:
        display.update(SNAPSHOT)
    assert _text(console) == ""


@pytest.mark.parametrize("width", [60, 120])
def test_a_terminal_shows_one_bar_per_evaluation_and_one_for_the_campaign(width):
    console = _console(width=width, terminal=True)
    with ProgressDisplay(console=console) as display:
        display.update(SNAPSHOT)
    text = _text(console)
    for part in ("12.0/37.0 ps", "campaign", "3/6", "1 failed", "best so far", "evaluation 3 failed"):
        assert part in text


@pytest.mark.parametrize("error", [KeyboardInterrupt, ValueError])
def test_the_cursor_comes_back_after_an_interrupt(error):
    console = _console(terminal=True)

    def interrupted():
        with ProgressDisplay(console=console) as display:
            display.update(replace(SNAPSHOT, news=()))
            raise error

    with pytest.raises(error):
        interrupted()
    text = _text(console)
    assert text.rindex("\x1b[?25h") > text.rindex("\x1b[?25l")
