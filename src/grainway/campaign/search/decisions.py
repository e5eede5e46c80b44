"""How a campaign's trials are decided: the same settings and the same record decide the same trial."""

from collections.abc import Iterable
from hashlib import sha256
from itertools import count

from grainway.campaign.evaluation.trial import Trial
from grainway.campaign.file.config import CampaignConfig
from grainway.campaign.record.recorded_rows import Row
from grainway.campaign.record.store import Store
from grainway.domain import BoundarySpec
from grainway.errors import ConfigError
from grainway.simulation import Potential


def begin(config: CampaignConfig, potential: Potential, store: Store) -> list[Row]:
    """Return the record; an empty one gets the bulk reference first.

    Raises:
        ConfigError: when the potential is not the one that the record began with.
    """
    if not store.rows():
        bulk = decided_trial(config, potential, (), None, 0)
        store.add(bulk.id, bulk.to_json(), None)
    rows = store.rows()
    if rows[0].trial.potential_digest != potential.digest:
        raise ConfigError.about(
            "potential.files",
            config.potential.name,
            "its parameters have changed since the campaign began, so new results would not compare",
            "Put the old files or the old version of grainway back, or start a new campaign.",
        )
    return rows


def decided_trial(
    config: CampaignConfig, potential: Potential, rows: Iterable[Row], spec: BoundarySpec | None, index: int
) -> Trial:
    """Return a trial with random numbers of its own, also where the same boundary was evaluated before.

    Args:
        config: the campaign.
        potential: its potential.
        rows: its record.
        spec: the boundary; None for the bulk.
        index: place among the proposals, from 1; 0 for the bulk.
    """
    record = list(rows)
    known = {row.id for row in record}
    # of a campaign that was begun when another step was the potential's own, all runs keep that one
    timestep = record[0].trial.protocol.timestep if record else potential.timestep
    # a trial that another campaign ran may have these very numbers
    trials = (_trial(config, potential, spec, number, timestep) for number in count(index))
    return next(trial for trial in trials if trial.id not in known)


def _trial(
    config: CampaignConfig, potential: Potential, spec: BoundarySpec | None, index: int, timestep: float
) -> Trial:
    digest = sha256(f"{config.campaign.seed}:{index}:molecular dynamics".encode()).digest()
    return Trial(
        kind="bulk" if spec is None else "boundary",
        spec=spec,
        protocol=config.simulated_protocol(timestep),
        potential=potential.name,
        potential_digest=potential.digest,
        declaration=potential.declared,
        objective_width=config.objective.width,
        target_temperatures=config.target_temperatures,
        seed=int.from_bytes(digest[:4], "big"),
    )
