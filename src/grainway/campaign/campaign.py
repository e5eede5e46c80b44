"""A campaign: its file, its folder, and the way to run or resume it."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from grainway.campaign.arbitration import load_arbiter
from grainway.campaign.config import CampaignConfig
from grainway.campaign.driver import Driver
from grainway.campaign.objective_section import REPORTED_KEYS
from grainway.campaign.proposals import Proposals, make_proposals
from grainway.campaign.snapshot import Snapshot
from grainway.campaign.store import Store
from grainway.errors import ConfigError
from grainway.exclusive import exclusive
from grainway.optimise import Recommendation, Verdict
from grainway.simulation import find_lammps, require_sound
from grainway.structure import bulk_crystal, lithium_ordering

# what may differ when a campaign is resumed: none of it changes the result of an evaluation or a proposal
_FREE_KEYS = {
    ("campaign", "workers"),
    ("campaign", "lammps"),
    ("campaign", "keep_trajectories"),
    ("optimiser", "max_evaluations"),
    ("optimiser", "window"),
    ("optimiser", "tolerance"),
    ("optimiser", "regret"),
    ("arbitration", "potential"),
    ("arbitration", "candidates"),
    *(("objective", key) for key in REPORTED_KEYS),
}


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a campaign ended: the verdict, and the recommendation when anything was evaluated."""

    verdict: Verdict
    recommendation: Recommendation | None


@dataclass(frozen=True)
class Campaign:
    """One campaign file and its folder.

    Attributes:
        config: the campaign.
        root: folder of the record and of all evaluations.
    """

    config: CampaignConfig
    root: Path

    @property
    def record_path(self) -> Path:
        """The SQLite file."""
        return self.root / "campaign.sqlite"

    def prepare(self) -> Proposals:
        """Check everything that can be checked before any compute is spent.

        Raises:
            ConfigError: for an empty catalogue, an unwritable folder, a bad LAMMPS path or a declared
                potential that fails a check.
            SimulationError: when LAMMPS is missing.
        """
        proposals = make_proposals(self.config)
        potential = self.config.potential.load(self.root.parent)
        binary = find_lammps(Path(self.config.campaign.lammps) if self.config.campaign.lammps else None)
        for used in (potential, load_arbiter(self.config, self.root.parent)):
            if used is not None:
                used.require(binary)
        probe = self.root / "trials" / ".writable"
        try:
            probe.parent.mkdir(parents=True, exist_ok=True)
            probe.touch()
            probe.unlink()
        except OSError as error:
            raise ConfigError(
                f"cannot write to the campaign folder {self.root}: {error.strerror}; "
                "change its rights or move the campaign file to another folder"
            ) from error
        if self.config.potential.declared:
            with TemporaryDirectory(prefix="grainway-") as folder:
                crystal = bulk_crystal((1, 1, 1), lithium_ordering(self.config.campaign.seed))
                require_sound(potential, crystal, Path(folder), binary)
        return proposals

    def run(self, observe: Callable[[Snapshot], None] | None = None) -> Outcome:
        """Run or resume the campaign until it converges or its budget is spent.

        Args:
            observe: called several times per second with the campaign's state.

        Returns:
            The verdict and the recommendation.

        Raises:
            GrainwayError: for bad input before any compute, a damaged record, or a failed bulk reference.
        """
        proposals = self.prepare()
        with exclusive(
            self.root / "driver.lock",
            f"another process is running the campaign in {self.root}; wait for it or end it",
        ):
            store = Store(self.record_path)
            try:
                self._check_unchanged(store)
                driver = Driver(self.config, self.root, store, proposals, observe)
                return Outcome(*driver.run())
            finally:
                store.close()

    def _check_unchanged(self, store: Store) -> None:
        """Refuse to mix results of two different campaigns in one record."""
        now = self.config.model_dump()
        text = store.get_meta("config")
        before = now if text is None else json.loads(text)
        changed = [
            f"{section}.{key} (was {before.get(section, {}).get(key)!r}, is {value!r})"
            for section, entries in now.items()
            for key, value in entries.items()
            if (section, key) not in _FREE_KEYS and before.get(section, {}).get(key) != value
        ]
        if changed:
            raise ConfigError(
                f"the campaign in {self.root} was started with other settings: {'; '.join(changed)}. "
                "Change them back, or copy the campaign file to a new name to start another campaign"
            )
        store.set_meta("config", json.dumps(now, sort_keys=True))
