"""A campaign: its file and what may change in it, its folder, and the way to run or resume it."""

import json
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from grainway.campaign.driver import Driver
from grainway.campaign.file.config import CampaignConfig
from grainway.campaign.file.objective_section import REPORTED_KEYS
from grainway.campaign.record.recorded_rows import Row
from grainway.campaign.record.store import Store
from grainway.campaign.running_snapshot import Snapshot
from grainway.campaign.search.arbitration import load_arbiter
from grainway.campaign.search.decisions import begin, decided_trial
from grainway.campaign.search.imported_evaluations import (
    ImportedEvaluations,
    import_evaluations,
    require_same_measurement,
)
from grainway.campaign.search.point_of_recipe import placed
from grainway.campaign.search.proposals import Proposals, make_proposals
from grainway.errors import ConfigError
from grainway.machine.whole_files import exclusive
from grainway.optimise import ConvergenceVerdict, Recommendation
from grainway.simulation import find_lammps, require_sound
from grainway.structure import bulk_crystal, lithium_ordering

RECORD = "campaign.sqlite"


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a campaign ended: the verdict, and the recommendation when anything was evaluated."""

    verdict: ConvergenceVerdict
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
        return self.root / RECORD

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
        self._require_writable()
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
        with exclusive(self.root / "driver.lock", self._refusal), closing(Store(self.record_path)) as store:
            changed = self._changes(store, proposals)
            driver = Driver(self.config, self.root, store, proposals, observe)
            self._keep_config(store, changed)
            return Outcome(*driver.run())

    def take_over(self, other: Path) -> ImportedEvaluations:
        """Join the finished evaluations of another campaign to the record; see :func:`import_evaluations`.

        Args:
            other: folder of the other campaign; nothing in it is changed.

        Returns:
            What has joined, and what was left out.

        Raises:
            ConfigError: when there is no other campaign, or it measured something else.
            StoreError: when this campaign is running, or a record is damaged.
        """
        if other == self.root or not (other / RECORD).exists():
            raise ConfigError.about(
                "from",
                str(other.with_suffix(".toml")),
                "another campaign that has a record",
                "Name the file of a campaign that was run.",
            )
        proposals = make_proposals(self.config)
        self._require_writable()
        with exclusive(self.root / "driver.lock", self._refusal):
            with closing(Store(other / RECORD)) as others:
                rows = others.rows()
            with closing(Store(self.record_path)) as store:
                potential = self.config.potential.load(self.root.parent)
                # before anything is recorded: a refusal must not begin this campaign
                own = [row.inputs for row in store.rows()[:1]]
                own = own or [decided_trial(self.config, potential, (), None, 0).to_json()]
                require_same_measurement(own[0], rows, other.name)
                changed = self._changes(store, proposals)
                begin(self.config, potential, store)
                self._keep_config(store, changed)
                return import_evaluations(store, proposals, other, rows)

    @property
    def _refusal(self) -> str:
        return f"another process is running the campaign in {self.root}; wait for it or end it"

    def _require_writable(self) -> None:
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

    def _changes(self, store: Store, proposals: Proposals) -> dict[str, list[Any]]:
        """Return what has changed since the campaign was begun; refuse to mix what does not compare."""
        before = store.get_meta("config")
        if before is None:
            self._keep_config(store, {})
            return {}
        changed = changed_settings(before, self.config)
        require_comparable(changed, proposals, store.rows())
        return changed

    def _keep_config(self, store: Store, changed: dict[str, list[Any]]) -> None:
        """Record the campaign file; called once nothing can refuse it any more."""
        store.set_config(json.dumps(self.config.model_dump(), sort_keys=True), changed)


_ANOTHER = "Change it back, or copy the campaign file to a new name to start another campaign"
_FIXED = {
    "potential": "energies of two potentials do not compare. "
    f"{_ANOTHER}, or name the other potential under [arbitration]",
    "protocol": f"results of two protocols do not compare. {_ANOTHER}",
    "objective": f"values of two objectives do not compare. {_ANOTHER}",
    "campaign.seed": "every random number of the record derives from it. "
    f"{_ANOTHER} and take over the results with: grainway import",
}
"""Sections and keys that decide the outcome of an evaluation, with the reason and the remedy."""

_REPORTED = {f"objective.{key}" for key in REPORTED_KEYS}
"""What only the report reads."""

_LISTED = 5


def changed_settings(before: str, now: CampaignConfig) -> dict[str, list[Any]]:
    """Return what differs from the recorded campaign file, dotted key → value before and after.

    Args:
        before: the recorded file as JSON; keys that its version did not know have their defaults.
        now: the file of today.
    """
    recorded = CampaignConfig.model_validate(json.loads(before)).model_dump(mode="json")
    return {
        f"{section}.{key}": [recorded[section][key], value]
        for section, entries in now.model_dump(mode="json").items()
        for key, value in entries.items()
        if recorded[section][key] != value
    }


def require_comparable(changed: dict[str, list[Any]], proposals: Proposals, rows: Sequence[Row]) -> None:
    """Refuse changes after which old and new evaluations would not compare.

    Free is whatever leaves every result as it is: budget, rules, engine, workers, the second potential. The
    design space may change as long as it holds every boundary decided so far. What decides the outcome of an
    evaluation stays: potential, protocol, objective and the seed.

    Raises:
        ConfigError: naming the changed keys, what they were and are, and the remedy.
    """
    for protected, why in _FIXED.items():
        keys = [
            key
            for key in changed
            if (key == protected or key.startswith(f"{protected}.")) and key not in _REPORTED
        ]
        if keys:
            raise ConfigError(f"the campaign was begun with other settings: {_named(changed, keys)}: {why}")
    design = [key for key in changed if key.startswith("design.")]
    if not design:
        return
    outside = [row for row in rows if row.proposal is not None and placed(proposals, row) is None]
    if outside:
        listed = ", ".join(f"{row.number} ({row.trial.label})" for row in outside[:_LISTED])
        more = f" and {len(outside) - _LISTED} more" if len(outside) > _LISTED else ""
        raise ConfigError(
            f"{_named(changed, design)}: "
            "the design space of a begun campaign must hold every boundary decided so far, "
            f"and would lose {len(outside)}: number {listed}{more}. Change it back or wider, "
            "or copy the campaign file to a new name to start another campaign, "
            "and take over what that one holds with: grainway import"
        )


def _named(changed: dict[str, list[Any]], keys: Sequence[str]) -> str:
    return "; ".join(f"{key} (was {changed[key][0]!r}, is {changed[key][1]!r})" for key in keys)
