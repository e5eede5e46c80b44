"""A committee's own runs, and those of their frames that it would learn most from.

Where the models of a committee disagree they saw too little. Runs with the committee's first model therefore
lead to what it will meet in use, and the frames with the largest spread of a force are worth a label. A run
that the model wrecks is worth more than others: what it reached before is kept.
"""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from itertools import takewhile
from pathlib import Path

import numpy as np
from ase import Atoms
from ase.neighborlist import neighbor_list

from grainway.distillation.frames.labelled_frames import mark
from grainway.distillation.judging.data_card import read_card
from grainway.distillation.judging.prediction import predict_frames
from grainway.distillation.nep_settings import ELEMENTS
from grainway.distillation.sources.frame_source import FrameSource, random_numbers, velocity_seed
from grainway.distillation.sources.teaching_dynamics import run_phases
from grainway.distillation.sources.teaching_recipe import TeachingRecipe
from grainway.simulation import RELEASE_CARD, NEPPotential, force_spread, load_nep, model_file
from grainway.simulation.lammps.lammps_executable import LammpsBinary
from grainway.structure import load_garnet

SPREAD = "spread"
"""Key of a frame that a committee chose: its largest spread of a force, eV/Å."""
LEAST_SPREAD = 0.2
"""Of the committee's threshold: what frames of boundaries have that the shipped committee never saw. A label
takes a tenth of the time of the run that led to it."""
_PER_RUN = 2
"""More runs teach more than more frames of one."""
_CLOSEST_A = 1.0
_VOLUMES = (0.75, 1.5)


@dataclass(frozen=True, eq=False)
class Committee:
    """Models trained alike.

    Attributes:
        models: files; the first one moves the atoms.
        spread_threshold: of a force, eV/Å, beyond which a run has left what was taught.
    """

    models: tuple[Path, ...]
    spread_threshold: float

    @classmethod
    def read(cls, folder: Path) -> Committee:
        """Return the committee of a folder of released models.

        Raises:
            StoreError: when the folder holds no data card.
        """
        card = read_card(folder / RELEASE_CARD)
        files = tuple(folder / model_file(number) for number in range(len(card.members)))
        return cls(files, card.spread_threshold)

    @property
    def digest(self) -> str:
        """Sha256 over all models, hexadecimal."""
        return sha256(b"".join(sha256(path.read_bytes()).digest() for path in self.models)).hexdigest()

    def potential(self) -> NEPPotential:
        """Return the potential of the model that moves the atoms; the others are asked about snapshots."""
        charges = load_garnet().formal_charges
        return load_nep(self.models[:1], formal_charges={element: charges[element] for element in ELEMENTS})

    def spreads(self, frames: Sequence[Atoms]) -> list[float]:
        """Return the largest spread of a force in each frame, eV/Å."""
        forces = [[frame.get_forces() for frame in predict_frames(model, frames)] for model in self.models]
        return [force_spread(np.array(of_frame))[0] for of_frame in zip(*forces, strict=True)]


def explore(
    source: FrameSource, recipe: TeachingRecipe, committee: Committee, folder: Path, binary: LammpsBinary
) -> tuple[list[Atoms], str | None]:
    """Run a source with a committee and choose the frames on which it disagrees most.

    Args:
        source: an exploration.
        recipe: its seed.
        committee: that moves the atoms and is asked.
        folder: for the files of LAMMPS; removed when all went well.
        binary: LAMMPS.

    Returns:
        Frames from before any failure, marked with kind, origin, temperature and :data:`SPREAD`, the largest
        spread first; and why the run failed, None when it did not.

    Raises:
        ConfigError: when nep_adapters is missing.
        StructureError: when the start cannot be built.
    """
    rng = random_numbers(source, recipe)
    start = source.start.build(rng)
    run = run_phases(start, committee.potential(), source.phases, velocity_seed(rng), folder, binary)
    sound = list(takewhile(lambda shot: is_sound(shot.atoms, start.get_volume()), run.taken))
    failure = run.failure
    if failure is None and len(sound) < len(run.taken):
        failure = f"from snapshot {len(sound) + 1} of {len(run.taken)} on it is no condensed matter"
    if failure is None:
        shutil.rmtree(folder)
    frames = [
        mark(shot.atoms, kind=source.kind, origin=source.name, temperature=round(shot.temperature))
        for shot in sound
    ]
    spreads = committee.spreads(frames)
    for frame, spread in zip(frames, spreads, strict=True):
        frame.info[SPREAD] = round(spread, 4)
    return [frames[i] for i in most_disputed(spreads, LEAST_SPREAD * committee.spread_threshold)], failure


def most_disputed(spreads: Sequence[float], least: float, n: int = _PER_RUN) -> list[int]:
    """Return the indices of at most ``n`` spreads above ``least``, the largest first."""
    order = sorted(range(len(spreads)), key=lambda i: -spreads[i])
    return [i for i in order if spreads[i] > least][:n]


def is_sound(atoms: Atoms, volume: float) -> bool:
    """Return whether a teacher can be asked: no collapsed or evaporated cell, no ions on top of each other.

    Args:
        atoms: a snapshot.
        volume: of the cell at the start, Å³.
    """
    smallest, largest = _VOLUMES
    if not smallest * volume < atoms.get_volume() < largest * volume:
        return False
    return len(neighbor_list("i", atoms, _CLOSEST_A)) == 0
