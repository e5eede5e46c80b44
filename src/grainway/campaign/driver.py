"""The loop of a campaign: collect, tell, judge, ask, start.

At-least-once execution, exactly-once record: a worker leaves its outcome in its folder by an atomic rename,
and only the driver writes the record. After any interruption the next driver takes in what was finished,
ends what was left running, and starts the rest again from their last finished stage.
"""

import json
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from grainway.campaign.evaluation.trial import INPUTS, PROGRESS, RESULT, Trial
from grainway.campaign.executor import Worker, end_leftover, start_worker
from grainway.campaign.file.config import CampaignConfig
from grainway.campaign.record.recorded_rows import Row
from grainway.campaign.record.store import Store
from grainway.campaign.running_snapshot import Snapshot, headline, take_snapshot
from grainway.campaign.search.arbitration import chosen_for_arbitration, in_another_potential, load_arbiter
from grainway.campaign.search.convergence_checks import counted_checks, record_checks
from grainway.campaign.search.decisions import begin, decided_trial
from grainway.campaign.search.longer_runs import continued_trial
from grainway.campaign.search.proposals import Proposals
from grainway.campaign.search.told_and_asked import (
    bulk_result,
    judge,
    next_proposal,
    recommend,
    restore_strategy,
    tell,
)
from grainway.errors import SimulationError
from grainway.machine.processors import available_processors
from grainway.machine.whole_files import write_json
from grainway.optimise import ConvergenceCheck, ConvergenceVerdict, Proposal, Recommendation

_POLL_S = 0.1
_OBSERVE_S = 0.4
_CRASHES_ALLOWED = 2
_BULK_FAILED = (
    "the bulk reference failed: {}. Nothing can be compared with it: "
    "change the protocol or the potential in a new campaign file"
)


class Driver:
    """Works on one campaign's record until it ends.

    Args:
        config: the campaign.
        root: its folder.
        store: its record.
        proposals: its design space.
        observe: called with the state a few times per second.
    """

    def __init__(
        self,
        config: CampaignConfig,
        root: Path,
        store: Store,
        proposals: Proposals,
        observe: Callable[[Snapshot], None] | None,
    ) -> None:
        self._config = config
        self._root = root
        self._store = store
        self._proposals = proposals
        self._observe = observe
        self._potential = config.potential.load(root.parent)
        self._arbiter = load_arbiter(config, root.parent)
        self._workers: dict[int, Worker] = {}
        self._crashes: dict[int, int] = {}
        self._checks: list[ConvergenceCheck] = []
        self._news: list[str] = []
        self._observed = 0.0
        self._take_over()
        self._rows = begin(config, self._potential, store)
        for row in self._rows:
            if row.is_reference and row.status == "failed":
                raise SimulationError(_BULK_FAILED.format(row.reason))
        self._strategy = restore_strategy(config, proposals, self._rows, root)

    def run(self) -> tuple[ConvergenceVerdict, Recommendation | None]:
        """Work until the campaign converges or its budget is spent."""
        n_workers = self._config.campaign.workers or available_processors()
        try:
            while True:
                # all that costs time happens when an evaluation has ended, not at every look
                state = self._judge()
                self._fill(n_workers, state)
                self._show()
                if not self._workers:
                    return state, recommend(self._strategy)
                while not (ended := [n for n, worker in self._workers.items() if not worker.running]):
                    self._show()
                    time.sleep(_POLL_S)
                for number in ended:
                    self._collect(number)
        finally:
            # an interruption may come before the record knows of a worker that was just started
            running = {row.number for row in self._store.rows() if row.status == "running"}
            for number, worker in self._workers.items():
                worker.end()
                if number in running:
                    self._store.requeue(number)

    def _take_over(self) -> None:
        """Take in what finished while no driver ran; end and requeue what did not."""
        for row in self._store.rows():
            if row.status != "running":
                continue
            if row.process is not None and end_leftover(row.process):
                self._news.append(f"ended a leftover process of evaluation {row.number}")
            if (self._folder(row) / RESULT).exists():
                self._record(row)
            else:
                self._store.requeue(row.number)

    def _judge(self) -> ConvergenceVerdict:
        """Check convergence once per result and return the verdict."""
        record_checks(self._config, self._store, self._strategy)
        self._checks = counted_checks(self._store)
        return judge(self._config, self._checks, self._rows)

    def _fill(self, n_workers: int, state: ConvergenceVerdict) -> None:
        """Start queued trials, then ask for new ones, until every worker is busy."""
        budget = self._config.optimiser.max_evaluations
        while len(self._workers) < n_workers:
            rows = self._rows
            queued = [row for row in rows if row.status == "queued" and _is_due(row, state)]
            if queued:
                self._start(queued[0])
            elif state.stop or sum(row.is_own_proposal for row in rows) >= budget:
                if not (state.stop and not self._workers and self._decide_arbitration(rows)):
                    return
            else:
                # recorded before it is started: after a crash in between the record asks the same again
                proposal = next_proposal(self._config, self._strategy, rows, self._checks)
                trial = self._decided(proposal, rows)
                self._store.add(trial.id, trial.to_json(), proposal.to_dict())
                self._rows = self._store.rows()

    def _decided(self, proposal: Proposal, rows: Sequence[Row]) -> Trial:
        if proposal.continues:
            return continued_trial(rows, proposal.continues)
        spec = self._proposals.spec(proposal.values)
        index = sum(row.proposal is not None for row in rows) + 1
        return decided_trial(self._config, self._potential, rows, spec, index)

    def _decide_arbitration(self, rows: Sequence[Row]) -> bool:
        """Queue what the second potential has not seen yet; True when there was any."""
        best = recommend(self._strategy)
        if self._arbiter is None or best is None:
            return False
        known = {row.id for row in rows}
        timestep = None if self._config.protocol.timestep else self._arbiter.timestep
        news = [
            (trial, row.number)
            for row in chosen_for_arbitration(rows, best.id, self._config.arbitration.candidates)
            if (trial := in_another_potential(row, self._arbiter, timestep)).id not in known
        ]
        for trial, number in news:
            self._store.add(trial.id, trial.to_json(), None, arbitrates=number)
        self._rows = self._store.rows()
        return bool(news)

    def _start(self, row: Row) -> None:
        folder = self._folder(row)
        folder.mkdir(parents=True, exist_ok=True)
        if not (folder / INPUTS).exists():
            write_json(folder / INPUTS, json.loads(row.inputs))
        potential = self._potential if row.arbitrates is None else self._arbiter
        if potential is not None and potential.declared is not None:
            potential.write(folder)  # its files: the worker knows this folder alone
        (folder / PROGRESS).unlink(missing_ok=True)  # of an earlier session
        worker = start_worker(folder, self._config.campaign.lammps, self._config.campaign.keep_trajectories)
        self._workers[row.number] = worker
        self._store.start(row.number, worker.identity)
        self._rows = self._store.rows()
        trial = row.trial
        again = "" if row.arbitrates is None else f" again, in {trial.potential}"
        if trial.continues:
            earlier = next(r.number for r in self._rows if r.id == trial.continues)
            again = f", going on with the run of {earlier}"
        self._news.append(f"evaluation {row.number} started: {trial.label}{again}")

    def _collect(self, number: int) -> None:
        """Take in an ended worker: its outcome, or another attempt."""
        worker = self._workers.pop(number)
        worker.end()
        row = self._rows[number]
        if (worker.folder / RESULT).exists():
            self._record(row)
        else:
            self._crashes[number] = self._crashes.get(number, 0) + 1
            last = worker.last_words()
            if self._crashes[number] <= _CRASHES_ALLOWED:
                self._store.requeue(number)
                self._rows = self._store.rows()
                self._news.append(f"evaluation {number} ended without a result ({last}); starting it again")
                return
            reason = f"ended {self._crashes[number]} times without a result: {last}"
            self._store.fail(number, reason)
            if row.is_reference:
                raise SimulationError(_BULK_FAILED.format(reason))
            self._rows = self._store.rows()
        row = self._rows[number]
        if row.is_reference:
            # evaluations that ended before it are now known relative to it
            self._strategy = restore_strategy(self._config, self._proposals, self._rows, self._root)
        elif row.proposal is not None:
            tell(self._config, self._strategy, row, bulk_result(self._rows), self._root)

    def _record(self, row: Row) -> None:
        outcome = json.loads((self._folder(row) / RESULT).read_text(encoding="utf-8"))
        if outcome["trial"] != row.id:
            raise SimulationError(f"{self._folder(row) / RESULT} belongs to another trial; move it away")
        if outcome["status"] == "done":
            self._store.finish(row.number, outcome["result"])
        else:
            self._store.fail(row.number, outcome["reason"])
            if row.is_reference:
                raise SimulationError(_BULK_FAILED.format(outcome["reason"]))
        self._rows = self._store.rows()
        self._news.append(headline(self._rows[row.number]))

    def _folder(self, row: Row) -> Path:
        return row.trial.folder(self._root)

    def _show(self) -> None:
        if self._observe is None:
            return
        if self._news or time.monotonic() - self._observed > _OBSERVE_S:
            budget = self._config.optimiser.max_evaluations
            self._observe(take_snapshot(self._rows, self._workers, self._root, budget, self._news))
            self._news.clear()
            self._observed = time.monotonic()


def _is_due(row: Row, state: ConvergenceVerdict) -> bool:
    """Whether a queued trial may start: once stopped no proposal, before that no arbitration."""
    if row.arbitrates is not None:
        return state.stop
    return row.is_reference or not state.stop
