"""Sources of frames: runs and sets of distorted structures, and what they yield."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Literal
from zlib import crc32

import numpy as np
from ase import Atoms

from grainway.distillation.frames.labelled_frames import mark
from grainway.distillation.nep_settings import ELEMENTS
from grainway.distillation.sources.distortions import pushed_together, rattled, scaled
from grainway.distillation.sources.relaxed_snapshots import MovingModel, settle
from grainway.distillation.sources.starting_structures import Cubic, TeachingStart, Tetragonal
from grainway.distillation.sources.teaching_dynamics import Phase, TeachingSnapshot, snapshots
from grainway.distillation.sources.teaching_recipe import TeachingRecipe
from grainway.simulation.lammps.lammps_executable import LammpsBinary
from grainway.simulation.potentials.interatomic import Potential
from grainway.simulation.potentials.shipped_potentials import load_potential

Making = Literal["dynamics", "contacts", "rattles", "exploration"]

_STREAM = 77
_LARGEST_LAMMPS_SEED = 10**8
_RATTLES_A = (0.03, 0.05, 0.08, 0.1, 0.12, 0.15)
_UNRATTLED = 2
_CUBIC_SCALES = (-0.01, 0.012)
"""Of bulk at rest, about the teacher's own lattice parameter."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FrameSource:
    """Where a few frames come from.

    Attributes:
        name: unique in a recipe; the ``origin`` of its frames, and the name of its random numbers.
        kind: class of its frames.
        start: what is built.
        making: ``"dynamics"`` takes snapshots, ``"contacts"`` pushes ions of snapshots together,
            ``"rattles"`` displaces ions of crystals at rest, ``"exploration"`` takes those snapshots of a run
            with a committee on which it disagrees most (:mod:`~grainway.distillation.labels.exploration`).
        potential: that moves the atoms; empty for rattles, and for a run with a committee.
        phases: of the run; empty for rattles.
        held_out: True for frames that no model is trained on.
        rescaled: whether drawn isotropic factors apply.
    """

    name: str
    kind: str
    start: TeachingStart
    making: Making = "dynamics"
    potential: str = ""
    phases: tuple[Phase, ...] = ()
    held_out: bool = False
    rescaled: bool = True


def frames_of(
    source: FrameSource,
    recipe: TeachingRecipe,
    folder: Path,
    binary: LammpsBinary,
    model: MovingModel | None = None,
) -> list[Atoms]:
    """Make the unlabelled frames of a source; the same source, recipe and model give the same frames.

    Args:
        source: which; no exploration.
        recipe: its seed, and how snapshots are rescaled.
        folder: for the files of LAMMPS; removed when all went well.
        binary: LAMMPS.
        model: that most snapshots of dynamics are moved on with; none in a first round.

    Returns:
        Frames marked with kind, origin and temperature.

    Raises:
        StructureError: when the start cannot be built.
        SimulationError: when LAMMPS fails.
    """
    rng = random_numbers(source, recipe)
    if source.making == "rattles":
        taken = _rattles(rng)
    else:
        atoms, seed = source.start.build(rng), velocity_seed(rng)
        potential = potential_for(atoms, source.potential)
        taken = snapshots(atoms, potential, source.phases, seed, folder, binary)
        shutil.rmtree(folder)
    if source.making == "contacts":
        taken = [TeachingSnapshot(pushed_together(s.atoms, rng), s.temperature) for s in taken]
    frames = []
    for snapshot in taken:
        factor = recipe.lattice_ratio(source.potential)
        if source.rescaled and rng.random() < recipe.rescaled:
            factor *= float(rng.uniform(*recipe.rescaling))
        atoms = scaled(snapshot.atoms, factor)
        if model is not None and source.making == "dynamics" and _moves_on(source, recipe, rng):
            atoms = settle(atoms, model, round(snapshot.temperature), rng, free_cell=_is_free(source))
            if source.rescaled:
                atoms = scaled(atoms, 1 + float(rng.normal(0.0, recipe.settled_scatter)))
        frames.append(
            mark(atoms, kind=source.kind, origin=source.name, temperature=round(snapshot.temperature))
        )
    return frames


def potential_for(atoms: Atoms, name: str) -> Potential:
    """Return a shipped potential for the host's elements and whatever else the atoms hold.

    Raises:
        ConfigError: when it lacks an element.
    """
    guests = sorted(set(atoms.get_chemical_symbols()) - set(ELEMENTS))
    return load_potential(name, (*ELEMENTS, *guests))


def random_numbers(source: FrameSource, recipe: TeachingRecipe) -> np.random.Generator:
    """Return the generator of everything that a source leaves to chance."""
    return np.random.default_rng([_STREAM, crc32(source.name.encode()), recipe.seed])


def velocity_seed(rng: np.random.Generator) -> int:
    """Draw the seed of a run's velocities."""
    return int(rng.integers(1, _LARGEST_LAMMPS_SEED))


def _moves_on(source: FrameSource, recipe: TeachingRecipe, rng: np.random.Generator) -> bool:
    return source.held_out or rng.random() < recipe.settled


def _is_free(source: FrameSource) -> bool:
    """Return whether a cell may follow its pressure: not where volume is the point, or vacuum is in it."""
    return source.kind not in ("strained", "surface", "melt")


def _rattles(rng: np.random.Generator) -> list[TeachingSnapshot]:
    """Return both phases with displaced ions, and cubic cells at rest in several sizes and orderings."""
    taken = []
    for number, amplitude in enumerate(_RATTLES_A):
        start = Tetragonal() if number % 2 == 0 else Cubic()
        atoms = start.build(rng)
        if number % 2:
            atoms = scaled(atoms, 1 + float(rng.uniform(*_CUBIC_SCALES)))
        taken.append(TeachingSnapshot(rattled(atoms, amplitude, rng), 0.0))
    for _ in range(_UNRATTLED):
        atoms = Cubic().build(rng)
        taken.append(TeachingSnapshot(scaled(atoms, 1 + float(rng.uniform(*_CUBIC_SCALES))), 0.0))
    return taken
