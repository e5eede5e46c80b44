"""What grainway is given and what it builds, in the same run as the others."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from dataclasses import replace
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
from ase import Atoms
from ase.io import write
from asked import BOUNDARIES, MIN_GRAIN_THICKNESS_A, Asked, equivalent_planes
from judge import judge, pair_name

from grainway.domain import BoundarySpec, GrainBoundary
from grainway.geometry.contact import CONTACT_SCALE
from grainway.structure import Catalogue, CatalogueEntry, build_boundary, lithium_ordering, load_garnet
from grainway.structure.crystal.garnet import conventional_sites
from grainway.structure.planar.bicrystal import join
from grainway.structure.planar.framework_batch import framework_batches

SECONDS_PER_RATE = 5.0


def crystals() -> dict[str, Any]:
    """Return the crystals that every builder is given, with the limits they are judged by."""
    garnet = load_garnet()
    framework = conventional_sites(garnet.framework_sites)
    symbols = [str(s) for s in garnet.framework_species] * 2
    sites = conventional_sites(garnet.lithium_sites)
    # an ordering of the primitive cell keeps the body centring, one of the whole cube breaks it
    cube = replace(
        garnet,
        centring="P",
        framework_species=np.array(symbols),
        framework_sites=framework,
        lithium_sites=sites,
        n_lithium=2 * garnet.n_lithium,
    )

    def entry(lithium: np.ndarray, occupancy: float = 1.0) -> dict[str, Any]:
        return {
            "species": symbols + ["Li"] * len(lithium),
            "fractions": np.vstack([framework, lithium]).tolist(),
            "lithium_occupancy": occupancy,
        }

    centred = [conventional_sites(garnet.lithium_sites[lithium_ordering(s, garnet)]) for s in range(12)]
    return {
        "lattice_parameter": garnet.lattice_parameter,
        "contact_scale": CONTACT_SCALE,
        "charges": dict(garnet.formal_charges),
        "closest": {pair_name(a, b): d for (a, b), d in sorted(garnet.closest.items())},
        "crystals": {
            "framework": [entry(np.empty((0, 3)))],
            "tetragonal": [entry(lithium) for lithium in centred],
            "triclinic": [entry(sites[lithium_ordering(0, cube)])],
            "partial": [entry(sites, garnet.n_lithium / len(garnet.lithium_sites))],
        },
    }


def entries() -> dict[str, CatalogueEntry]:
    """Return the catalogue's entry of every boundary asked for."""
    catalogue = Catalogue(
        max_atoms=20_000,
        max_strain=0.0,
        min_grain_thickness=MIN_GRAIN_THICKNESS_A,
        angle_range_deg=(20.0, 45.0),
        characters=("symmetric tilt", "twist"),
    )
    return {asked.name: _entry(catalogue, asked) for asked in BOUNDARIES}


def _entry(catalogue: Catalogue, asked: Asked) -> CatalogueEntry:
    family = equivalent_planes(asked.plane)
    for entry in catalogue.entries:
        if (entry.axis, entry.sigma) == (asked.axis, asked.sigma) and entry.normal_a in family:
            return entry
    raise LookupError(f"{asked.label} is not in the catalogue")


def build_all(folder: Path, given: dict[str, Any]) -> dict[str, Any]:
    """Build every boundary asked for with and without lithium, time, judge and keep."""
    folder.mkdir(exist_ok=True)
    outcomes = {}
    for name, entry in entries().items():
        spec = entry.spec()
        frame, seconds = _timed(lambda spec=spec: join(spec, load_garnet()))
        framework = Atoms(frame.species.tolist(), frame.framework, cell=frame.cell, pbc=True)
        bare = _outcome(framework, seconds, folder / f"{name}_framework.vasp", given)
        boundary, seconds = _timed(lambda spec=spec: build_boundary(spec))
        full = _outcome(boundary.atoms, seconds, folder / f"{name}_lithium.vasp", given)
        outcomes[name] = {"angle_deg": entry.angle_deg, "framework": bare, "lithium": full}
    return {"version": version("grainway"), "boundaries": outcomes}


def _timed(build: Any) -> tuple[Any, float]:
    best = np.inf
    for _ in range(3):
        start = time.perf_counter()
        built = build()
        best = min(best, time.perf_counter() - start)
    return built, float(best)


def _outcome(atoms: Atoms, seconds: float, file: Path, given: dict[str, Any]) -> dict[str, Any]:
    write(file, atoms, format="vasp", direct=True, sort=True)
    limits = (given["closest"], given["charges"], given["contact_scale"])
    finding = judge(atoms.get_chemical_symbols(), atoms.positions, atoms.cell.array, *limits)
    return {"seconds": seconds, "file": file.name, "normal": 2, **finding}


def rates(given: dict[str, Any]) -> dict[str, Any]:
    """Return structures per second of the first boundary asked for, each with its own translation and cut."""
    entry = entries()[BOUNDARIES[0].name]
    n_framework, framework_s = _count(frameworks(_specs(entry)))
    n_lithium, lithium_s = _count(boundary.atoms for boundary in boundaries(_specs(entry)))
    limits = (given["closest"], given["charges"], given["contact_scale"])
    wrong = 0
    for boundary in boundaries(_specs(entry, 20)):
        atoms = boundary.atoms
        wrong += bool(
            judge(atoms.get_chemical_symbols(), atoms.positions, atoms.cell.array, *limits)["wrong"]
        )
    return {
        "asked": BOUNDARIES[0].label,
        "framework": {"structures": n_framework, "per_second": n_framework / framework_s},
        "lithium": {"structures": n_lithium, "per_second": n_lithium / lithium_s},
        "judged": 20,
        "unusable": wrong,
    }


def frameworks(specs: Iterator[BoundarySpec]) -> Iterator[Any]:
    """Yield coordinates of frameworks with their contact gaps opened: the call to time."""
    for batch in framework_batches(specs, device="cpu"):
        yield from batch.positions


def boundaries(specs: Iterator[BoundarySpec]) -> Iterator[GrainBoundary]:
    """Yield complete boundaries with lithium: the call to time."""
    for seed, spec in enumerate(specs):
        yield build_boundary(spec, seed=seed)


def _specs(entry: CatalogueEntry, number: int = 10**9) -> Iterator[BoundarySpec]:
    rng = np.random.default_rng(0)
    spec = entry.spec()
    for _ in range(number):
        x, y, z = rng.random(3).tolist()
        yield replace(spec, translation=(x, y), termination=z)


def _count(built: Iterator[Any]) -> tuple[int, float]:
    """Return how many structures were built in a few seconds, the first one being preparation."""
    next(built)
    start = time.perf_counter()
    number = 0
    for _ in built:
        number += 1
        if time.perf_counter() - start > SECONDS_PER_RATE:
            break
    return number, time.perf_counter() - start


def save_crystals(folder: Path) -> dict[str, Any]:
    """Write what every builder is given."""
    given = crystals()
    (folder / "crystals.json").write_text(json.dumps(given), encoding="utf-8")
    return given
