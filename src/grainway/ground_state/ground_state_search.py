"""Search for the microscopic ground state of a boundary: translations, cuts and lithium oxide.

E_gb is a minimum at 0 K, after a short anneal, of one lithium ordering per grain, the same for all candidates
of a boundary and for the perfect crystals they are counted from. In-plane vectors stay those that boundaries
are built with; the third one relaxes, so that height and sliding of the grains are free. Of the lowest
candidate E_gb is computed for further orderings, and their standard deviation is its uncertainty.

A minimisation ends in one of many minima of the boundary's lithium and oxygen: differences between candidates
below a few 0.01 J/m² say nothing.
"""

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

from ase import Atoms

from grainway.domain import BoundarySpec, Composition
from grainway.errors import ConfigError, SimulationError
from grainway.ground_state.boundary_candidates import BoundaryCandidate, measure_contacts, screen
from grainway.ground_state.ground_state_settings import SearchSettings
from grainway.ground_state.ground_state_table import BoundaryState, GroundState, group_duplicates, table_csv
from grainway.ground_state.minimisation_record import MinimisationRecord, MinimisationTask
from grainway.ground_state.relaxed_boundary_energy import (
    LI2O_FORMULA_UNITS,
    boundary_energy,
    lithium_oxide,
    perfect_grain,
)
from grainway.machine.whole_files import write_json, write_whole
from grainway.simulation import Potential, find_lammps, load_potential
from grainway.structure import build_boundary
from grainway.structure.catalogue.microscopic_variants import microscopic_variants

RESULT = "ground_state.json"
TABLE = "ground_state.csv"
MINIMISED = "minimised"
_LARGEST_OXIDE_CHARGE = 1e-6

Report = Callable[[str, int, int], None]
"""Called with what is being done, how many minimisations of it are there, and of how many."""


def run_search(
    spec: BoundarySpec,
    output: Path,
    settings: SearchSettings | None = None,
    workers: int = 1,
    lammps: Path | None = None,
    on_progress: Report | None = None,
) -> GroundState:
    """Search the ground state of a boundary; the same call continues an interrupted search.

    A minimisation that failed is not tried again: the same inputs would fail again. Its reason is in the
    result, its log beside the structures.

    Args:
        spec: the boundary; its translation and cuts are the first candidate, its composition must be
            unchanged.
        output: folder; holds every minimised structure, ``ground_state.json`` and ``ground_state.csv``.
        settings: what is searched.
        workers: minimisations at a time.
        lammps: the user's LAMMPS; None for the installed one.
        on_progress: called after each minimisation.

    Returns:
        The table of distinct boundaries and the lowest one with its uncertainty.

    Raises:
        ConfigError: for a bad input.
        StructureError: when the recipe cannot be built or every cut is polar.
        SimulationError: when a reference or every candidate fails to reach its minimum.
        StoreError: when another process works in the folder.
    """
    settings = settings or SearchSettings()
    if workers < 1:
        raise ConfigError.about("workers", workers, "1 or more", "One per processor core is best.")
    if not spec.composition.is_stoichiometric:
        raise ConfigError.about(
            "spec.composition",
            spec.composition,
            "unchanged: without the chemical potentials of all that is changed there is no boundary energy",
            "Use lithium_oxide_per_nm2 of the search.",
        )
    specs = list(microscopic_variants(spec, settings.n_candidates, settings.seed))
    candidates = measure_contacts(specs)
    kept = screen(candidates, settings.n_minimise, settings.dipole_limit)
    potential = load_potential(settings.potential)
    _check_neutral_oxide(settings, potential)
    binary = find_lammps(lammps)
    potential.require(binary)
    try:
        record = MinimisationRecord(output / MINIMISED, potential, settings.minimisation, binary, workers)
    except OSError as error:
        raise ConfigError(f"cannot write {output}: {error.strerror}; choose a writable folder") from error
    with record.locked():
        search = _Search(spec, settings, record, on_progress)
        found = search.run(candidates, kept)
        write_json(output / RESULT, {"settings": settings.to_dict(), **found.to_dict()})
        write_whole(output / TABLE, table_csv(found.states))
    return found


def _check_neutral_oxide(settings: SearchSettings, potential: Potential) -> None:
    """Refuse to compare cells of different Li2O content where Li2O itself is charged.

    Charges fitted to the whole garnet, such as softBV's, leave it one: cells with more or less of it would
    be compared at different net charge.
    """
    charge = 2 * potential.charges["Li"] + potential.charges["O"]
    if any(settings.lithium_oxide_per_nm2) and abs(charge) > _LARGEST_OXIDE_CHARGE:
        raise ConfigError.about(
            "lithium_oxide_per_nm2",
            settings.lithium_oxide_per_nm2,
            f"0 with the potential {potential.name}, in which one Li2O carries {charge:+.3f} e",
            "Use a potential with formal charges, such as buck_core or buck_core_zm.",
        )


class _Search:
    def __init__(
        self,
        spec: BoundarySpec,
        settings: SearchSettings,
        record: MinimisationRecord,
        on_progress: Report | None,
    ) -> None:
        self._spec = spec
        self._settings = settings
        self._record = record
        self._on_progress = on_progress

    def run(self, candidates: list[BoundaryCandidate], kept: list[BoundaryCandidate]) -> GroundState:
        settings = self._settings
        grains = self._grains(settings.seed)
        amounts = settings.lithium_oxide_per_nm2
        mu = self._lithium_oxide() + settings.delta_mu if any(amounts) else None
        chosen = [(c, amount) for c in kept for amount in amounts]
        results = self._minimised(
            [_cell(c.spec, amount, settings.seed) for c, amount in chosen], "candidates"
        )
        states, failed = [], []
        for (candidate, amount), result in zip(chosen, results, strict=True):
            if result["status"] == "failed":
                failed.append((candidate.number, str(result["reason"])))
            else:
                states.append(_state(candidate, amount, result, grains, mu))
        if not states:
            raise SimulationError(f"no candidate reached its minimum; the first failed so: {failed[0][1]}")
        groups = group_duplicates(
            states, self._record.folder, settings.same_energy, settings.same_volume, settings.same_distance
        )
        table = tuple(replace(group[0], n_duplicates=len(group) - 1) for group in groups)
        lowest = next(c for c in kept if c.number == table[0].candidate)
        energies, more_failed = self._orderings(lowest, table[0], mu)
        return GroundState(
            spec=_with_lithium_oxide(lowest.spec, table[0].lithium_oxide_per_nm2),
            states=table,
            ordering_energies=energies,
            lithium_oxide=mu,
            n_polar=sum(c.is_polar(settings.dipole_limit) for c in candidates),
            failed=(*failed, *more_failed),
            candidates=tuple(candidates),
        )

    def _orderings(
        self, lowest: BoundaryCandidate, state: BoundaryState, mu: float | None
    ) -> tuple[tuple[float, ...], list[tuple[int, str]]]:
        """Return the energies of the lowest candidate with its own and further lithium orderings.

        An ordering that finds no room or no minimum is named and another taken, up to twice as many.
        """
        energies, failed = [state.energy], []
        amount, wanted = state.lithium_oxide_per_nm2, self._settings.n_orderings
        seeds = list(range(self._settings.seed + 1, self._settings.seed + 2 * wanted - 1))
        while len(energies) < wanted and seeds:
            missing = wanted - len(energies)
            part, seeds = seeds[:missing], seeds[missing:]
            tasks = [_cell(lowest.spec, amount, other) for other in part]
            for other, result in zip(part, self._minimised(tasks, "lithium orderings"), strict=True):
                if result["status"] == "failed":
                    failed.append((lowest.number, f"lithium ordering {other}: {result['reason']}"))
                else:
                    energies.append(_state(lowest, amount, result, self._grains(other), mu).energy)
        return tuple(energies), failed

    def _grains(self, seed: int) -> tuple[dict[str, Any], dict[str, Any]]:
        # of the recipe only planes, periods and strain matter to a grain by itself
        plain = replace(self._spec, translation=(0.0, 0.0), termination=0.0, termination_b=None)
        tasks = [
            MinimisationTask(
                inputs={"kind": "grain", "spec": plain.to_dict(), "grain": number, "seed": seed},
                build=partial(_grain, plain, number, seed),
            )
            for number in (0, 1)
        ]
        first, second = self._minimised(tasks, "perfect crystals")
        return _done(first), _done(second)

    def _lithium_oxide(self) -> float:
        task = MinimisationTask(
            inputs={"kind": "Li2O"}, build=lambda: (lithium_oxide(), {}), relaxed="isotropic"
        )
        (result,) = self._minimised([task], "lithium oxide")
        return float(_done(result)["energy"]) / LI2O_FORMULA_UNITS

    def _minimised(self, tasks: list[MinimisationTask], what: str) -> list[dict[str, Any]]:
        report = None if self._on_progress is None else partial(self._on_progress, what)
        return self._record.run(tasks, report)


def _done(result: dict[str, Any]) -> dict[str, Any]:
    if result["status"] == "failed":
        raise SimulationError(str(result["reason"]))
    return result


def _grain(spec: BoundarySpec, number: int, seed: int) -> tuple[Atoms, dict[str, Any]]:
    return perfect_grain(spec, number, seed), {}


def _with_lithium_oxide(spec: BoundarySpec, amount: float) -> BoundarySpec:
    return replace(spec, composition=Composition(lithium_oxide_per_nm2=amount)) if amount else spec


def _cell(spec: BoundarySpec, amount: float, seed: int) -> MinimisationTask:
    changed = _with_lithium_oxide(spec, amount)

    def build() -> tuple[Atoms, dict[str, Any]]:
        boundary = build_boundary(changed, seed=seed)
        return boundary.atoms, {
            "area": boundary.area,
            "n_lithium_oxide": boundary.composition_changes.get("Li2O", 0),
        }

    return MinimisationTask(inputs={"kind": "boundary", "spec": changed.to_dict(), "seed": seed}, build=build)


def _state(
    candidate: BoundaryCandidate,
    amount: float,
    result: dict[str, Any],
    grains: tuple[dict[str, Any], dict[str, Any]],
    mu: float | None,
) -> BoundaryState:
    energies = (float(grains[0]["energy"]), float(grains[1]["energy"]))
    height = float(result["cell"][2][2]) - sum(float(g["cell"][2][2]) for g in grains)
    n_added = int(result["n_lithium_oxide"])
    return BoundaryState(
        candidate=candidate.number,
        energy=boundary_energy(float(result["energy"]), energies, float(result["area"]), n_added, mu or 0.0),
        excess_volume=height / 2,
        gap=candidate.gap,
        dipole=max(map(abs, candidate.dipoles)),
        translation=candidate.spec.translation,
        termination=candidate.spec.termination,
        termination_b=candidate.spec.cut_b,
        lithium_oxide_per_nm2=amount,
        n_lithium_oxide=n_added,
        n_duplicates=0,
        max_force=float(result["max_force"]),
        structure=f"{result['key'][:16]}.extxyz",
    )
