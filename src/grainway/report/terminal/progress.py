"""What a running campaign shows: bars on a terminal, plain lines elsewhere."""

import re
import time
from types import TracebackType
from typing import Self

from rich.console import Console, Group
from rich.live import Live
from rich.progress_bar import ProgressBar
from rich.table import Table
from rich.text import Text

from grainway.campaign import Running, Snapshot
from grainway.report.words.numbers import duration

STATUS_INTERVAL_S = 30.0
_STAGES = {
    "minimise": "relaxing",
    "anneal": "annealing the boundary",
    "constant-pressure": "finding the cell size",
    "fixed-cell": "equilibrating",
    "production": "production",
}
_TEMPERATURE = re.compile(r"-([\d.]+)K-")
"""Stages of a ladder carry their temperature."""

_NARROW = 100
"""Below this many columns a line leaves out the stage and has a short bar."""


def stage_in_words(stage: str) -> str:
    """Return a stage such as ``"02-constant-pressure"`` in plain words; an unknown one as it is."""
    words = next((words for name, words in _STAGES.items() if name in stage), stage)
    on_ladder = _TEMPERATURE.search(stage)
    return f"{words} at {on_ladder.group(1)} K" if on_ladder else words


class ProgressDisplay:
    """Shows snapshots of a campaign; a context manager that leaves the terminal as it was.

    Args:
        quiet: show nothing, for output that a script reads.
        console: where to; by default standard output.
    """

    def __init__(self, quiet: bool = False, console: Console | None = None) -> None:
        self._console = console or Console(highlight=False)
        self._quiet = quiet
        self._live: Live | None = None
        self._started = time.monotonic()
        self._last_status = -STATUS_INTERVAL_S

    def __enter__(self) -> Self:
        """Start the display."""
        self._started = time.monotonic()
        if not self._quiet and self._console.is_terminal:
            # refreshed by update(): no thread that could draw while an error is being printed
            self._live = Live(console=self._console, auto_refresh=False, transient=True)
            self._live.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """End the display, also after an error or an interrupt."""
        if self._live is not None:
            self._live.stop()
            self._live = None

    def update(self, snapshot: Snapshot) -> None:
        """Show the campaign as it is now."""
        if self._quiet:
            return
        for line in snapshot.news:
            self._console.print(Text(line), soft_wrap=True)
        if self._live is not None:
            self._live.update(self._panel(snapshot), refresh=True)
            return
        now = time.monotonic()
        if now - self._last_status >= STATUS_INTERVAL_S:
            self._last_status = now
            self._console.print(Text(_status_line(snapshot, now - self._started)), soft_wrap=True)

    def _panel(self, snapshot: Snapshot) -> Group:
        narrow = self._console.width < _NARROW
        bar_width = 8 if narrow else 24
        numbers = [_simulated(running) for running in snapshot.running]
        times = [_left(running) for running in snapshot.running]
        grid = Table.grid(padding=(0, 1))
        grid.add_column(no_wrap=True, overflow="ellipsis")
        if not narrow:
            grid.add_column(no_wrap=True, overflow="ellipsis")
        grid.add_column(width=bar_width)
        # the label gives way first: what changes must stay legible
        grid.add_column(no_wrap=True, justify="right", min_width=max(map(len, numbers), default=0))
        grid.add_column(no_wrap=True, overflow="ellipsis", min_width=max(map(len, times), default=0))
        for running, number, left in zip(snapshot.running, numbers, times, strict=True):
            bar = ProgressBar(total=max(running.total_ps, 1e-9), completed=running.done_ps, width=bar_width)
            cells: list[Text | ProgressBar] = [Text(f"{running.number:>3} {running.label}")]
            if not narrow:
                cells.append(Text(stage_in_words(running.stage), style="dim"))
            grid.add_row(*cells, bar, Text(number), Text(left))
        finished = snapshot.n_done + snapshot.n_failed
        campaign: list[Text | ProgressBar] = [Text("campaign", style="bold")]
        if not narrow:
            campaign.append(Text(""))
        elapsed = duration(time.monotonic() - self._started)
        grid.add_row(
            *campaign,
            ProgressBar(total=max(snapshot.budget, 1), completed=finished, width=bar_width),
            Text(f"{finished}/{snapshot.budget}"),
            Text(f"{elapsed} so far"),
        )
        best = f"best so far: {snapshot.best}" if snapshot.best else "nothing finished yet"
        return Group(grid, Text(f"{snapshot.n_done} done, {snapshot.n_failed} failed; {best}"))


def _simulated(running: Running) -> str:
    # before its first report an evaluation's length is not known
    return "" if running.stage == "starting" else f"{running.done_ps:.1f}/{running.total_ps:.1f} ps"


def _left(running: Running) -> str:
    return "" if running.seconds_left is None else f"{duration(running.seconds_left)} left"


def _status_line(snapshot: Snapshot, elapsed: float) -> str:
    parts = [f"{snapshot.n_done} of {snapshot.budget} evaluations done, {snapshot.n_failed} failed"]
    parts += [
        ", ".join(filter(None, (f"evaluation {r.number} {stage_in_words(r.stage)}", _simulated(r), _left(r))))
        for r in snapshot.running
    ]
    if snapshot.best is not None:
        parts.append(f"best {snapshot.best}")
    return f"[{duration(elapsed)}] " + "; ".join(parts)
