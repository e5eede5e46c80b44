"""Which boundaries a second potential runs again, and what the two potentials say of them together."""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from grainway.analysis import ModelError, model_error
from grainway.campaign.against_bulk.recorded_evaluation import Evaluation
from grainway.campaign.evaluation.trial import Trial
from grainway.campaign.file.config import CampaignConfig
from grainway.campaign.record.recorded_rows import Row
from grainway.errors import ConfigError
from grainway.simulation import POTENTIAL_NAMES, Potential


@dataclass(frozen=True, slots=True, kw_only=True)
class Arbitration:
    """The campaign's boundaries in a second potential.

    Attributes:
        potential: its name.
        bulk: the bulk reference in it; None before it was decided.
        pairs: evaluations of the same boundary, in the campaign's potential and in the second.
        error: how the two differ in log10 of the boundary resistivity; None with fewer than two finished.
    """

    potential: str
    bulk: Evaluation | None
    pairs: tuple[tuple[Evaluation, Evaluation], ...]
    error: ModelError | None

    def to_dict(self) -> dict[str, Any]:
        """Return a JSON-ready dictionary; differences in decades of the boundary resistivity."""
        return {
            "potential": self.potential,
            "bulk": None if self.bulk is None else self.bulk.to_dict(),
            "evaluations": [{"repeats": first.number, **second.to_dict()} for first, second in self.pairs],
            "model_error": None
            if self.error is None
            else {**asdict(self.error), "offset": self.error.offset.to_dict()},
        }


def load_arbiter(config: CampaignConfig, folder: Path) -> Potential | None:
    """Return the second potential, or None when the campaign has none.

    Args:
        config: of the campaign.
        folder: of the campaign file, which the path of a declared model is relative to.

    Raises:
        ConfigError: when it is neither shipped nor declared, or is the campaign's own.
    """
    section = config.arbitration
    if not section.potential:
        return None
    if section.potential == config.potential.name:
        others = ", ".join(name for name in POTENTIAL_NAMES if name != config.potential.name)
        raise ConfigError.about(
            "arbitration.potential",
            section.potential,
            f"another than that of the campaign: {others}, or a model of your own",
            "Choose one, or leave it empty.",
        )
    return section.load(folder)


def chosen_for_arbitration(rows: Sequence[Row], recommended: str, candidates: int) -> list[Row]:
    """Return the rows to run again, bulk reference first; the same record gives the same rows.

    Args:
        rows: the record, in the order of decision.
        recommended: id of the recommended proposal.
        candidates: the recommended boundary and so many less one others with the lowest observed
            resistivity, each once however often it was evaluated; the median of all is added where it is
            none of them.
    """
    done = [row for row in rows if row.proposal is not None and row.result is not None]
    order = sorted(done, key=lambda row: (_observed(row), row.number))
    best = [row for row in order if row.proposal is not None and row.proposal["id"] == recommended]
    first = _distinct([*best, *(row for row in order if row not in best)])
    typical = order[len(order) // 2]
    chosen = first[:candidates]
    return [
        *(row for row in rows if row.is_reference),
        *chosen,
        *([] if _boundary(typical) in map(_boundary, chosen) else [typical]),
    ]


def _distinct(rows: Sequence[Row]) -> list[Row]:
    """Return the first evaluation of each boundary."""
    first: dict[str, Row] = {}
    for row in rows:
        first.setdefault(_boundary(row), row)
    return list(first.values())


def _boundary(row: Row) -> str:
    spec = json.loads(row.inputs).get("spec")
    return row.id if spec is None else json.dumps(spec, sort_keys=True)


def in_another_potential(row: Row, potential: Potential, timestep: float | None) -> Trial:
    """Return a recorded trial with another potential: same boundary, seed and protocol, and its own start.

    Args:
        row: of the record.
        potential: the other one.
        timestep: of its runs, ps; None for that of the recorded trial.
    """
    trial = row.trial
    protocol = trial.protocol if timestep is None else replace(trial.protocol, timestep=timestep)
    return replace(
        trial,
        protocol=protocol,
        potential=potential.name,
        potential_digest=potential.digest,
        declaration=potential.declared,
        continues="",
    )


def compare_potentials(
    potential: str, bulk: Evaluation | None, pairs: Sequence[tuple[Evaluation, Evaluation]]
) -> Arbitration:
    """Return what two potentials say of the same boundaries."""
    both = [pair for pair in pairs if all("rho_gb" in e.estimates for e in pair)]
    both = [pair for pair in both if all(e.estimates["rho_gb"].bound is None for e in pair)]
    error = None
    if len(both) >= 2:
        first, second = ([pair[k].estimates["rho_gb"].log10() for pair in both] for k in (0, 1))
        error = model_error(first, second)
    return Arbitration(potential=potential, bulk=bulk, pairs=tuple(pairs), error=error)


def _observed(row: Row) -> float:
    assert row.measured is not None  # noqa: S101 only finished rows are asked for
    return row.measured.estimates["rho_gb"].value
