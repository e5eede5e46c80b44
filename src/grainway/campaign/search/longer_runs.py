"""Evaluations that go on with the run of an earlier one: which can, what they cost, and their trial."""

from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

from grainway.campaign.evaluation.trial import Trial
from grainway.campaign.record.recorded_rows import Row
from grainway.simulation import kept_ends, plan_stages


def continued_trial(rows: Iterable[Row], proposal_id: str) -> Trial:
    """Return the trial that goes on with the run of a proposal: the same but for where it starts."""
    row = next(row for row in rows if row.proposal is not None and row.proposal["id"] == proposal_id)
    return replace(row.trial, continues=row.id)


def can_go_on(row: Row, root: Path) -> bool:
    """Tell whether the final state of a finished evaluation lies in this campaign's folder.

    It does not where another campaign or an earlier version of this program ran it.
    """
    trial = row.trial
    return row.source is None and bool(kept_ends(trial.protocol, trial.folder(root)))


def work_of(row: Row) -> tuple[float, float] | None:
    """Return the work of a finished evaluation and that of its production, atoms times steps.

    Not the time it took, which differs between machines: proposals must not depend on it.

    Returns:
        None when the record does not say how long production was.
    """
    facts = {} if row.measured is None else row.measured.realised
    if "production_ps" not in facts:
        return None
    trial = row.trial
    n_atoms = float(facts["n_atoms"])
    production = n_atoms * facts["production_ps"] / trial.protocol.timestep
    if trial.continues:
        return production, production
    before = sum(s.steps for s in plan_stages(trial.protocol, trial.kind) if s.kind != "production")
    return production + n_atoms * (trial.protocol.minimise_steps + before), production
