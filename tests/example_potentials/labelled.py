"""Small labelled frames with an analytic teacher: screened charges and a soft core, all within 5 Å."""

import numpy as np
from ase import Atoms
from ase.calculators.singlepoint import SinglePointCalculator
from ase.neighborlist import neighbor_list

CHARGES = {"Li": 1.0, "La": 3.0, "Zr": 4.0, "O": -2.0, "Ta": 5.0, "Al": 3.0}
ELEMENT_ENERGIES = {"Li": -3.0, "La": -8.0, "Zr": -9.5, "O": -6.0, "Ta": -11.0, "Al": -4.0}
CUTOFF = 5.0


def label(atoms, **info):
    """Return the atoms with the teacher's energy, forces and stress, and what they are."""
    i, d, vectors = neighbor_list("idD", atoms, CUTOFF)
    j = neighbor_list("j", atoms, CUTOFF)
    charge = np.array([CHARGES[symbol] for symbol in atoms.get_chemical_symbols()])
    product = 3.6 * charge[i] * charge[j]
    screened = product / d * np.exp(-d / 1.5)
    core = 2000.0 * np.exp(-d / 0.25)
    end = (1 - (d / CUTOFF) ** 2) ** 3
    pair = (screened + core) * end
    slope = (-screened * (1 / d + 1 / 1.5) - core / 0.25) * end
    slope -= (screened + core) * 6 * d / CUTOFF**2 * (1 - (d / CUTOFF) ** 2) ** 2
    forces = np.zeros((len(atoms), 3))
    np.add.at(forces, i, (slope / d)[:, None] * vectors)
    stress = 0.5 * np.einsum("k,ka,kb->ab", slope / d, vectors, vectors) / atoms.get_volume()
    frame = atoms.copy()
    frame.calc = SinglePointCalculator(
        frame,
        energy=0.5 * pair.sum() + sum(ELEMENT_ENERGIES[s] for s in atoms.get_chemical_symbols()),
        forces=forces,
        stress=stress.flat[[0, 4, 8, 5, 2, 1]],
    )
    frame.info.update(info)
    return frame


def rattled(n_frames, seed=0, amplitude=0.1):
    """Return small oxide crystals with lithium, lanthanum and zirconium on one sublattice, shaken."""
    rng = np.random.default_rng(seed)
    sublattice = np.array([[0, 0, 0], [0, 0.5, 0.5], [0.5, 0, 0.5], [0.5, 0.5, 0]])
    frames = []
    for number in range(n_frames):
        cations = rng.permutation(["Li", "La", "Zr", rng.choice(["Li", "La"])])
        cell = 5.0 * (1 + rng.normal(0, 0.01))
        scaled = np.concatenate([sublattice, (sublattice + 0.5) % 1])
        atoms = Atoms([*cations, *"OOOO"], scaled_positions=scaled, cell=[cell] * 3, pbc=True)
        atoms = atoms.repeat((2, 1, 1))
        atoms.positions += rng.normal(0, amplitude, atoms.positions.shape)
        info = {"kind": "bulk_cubic", "origin": f"run {number}", "temperature": 300.0, "teacher": "analytic"}
        frames.append(label(atoms, **info))
    return frames


def doped(n_frames, dopant="Ta", seed=0, **info):
    """Return such crystals with a dopant on zirconium's place, labelled by the same teacher."""
    frames = []
    for number, frame in enumerate(rattled(n_frames, seed)):
        symbols = [dopant if symbol == "Zr" else symbol for symbol in frame.get_chemical_symbols()]
        frame.set_chemical_symbols(symbols)
        known = {"kind": "bulk_cubic", "origin": f"{dopant} {number}", "temperature": 300.0}
        frames.append(label(frame, **{**known, "teacher": "analytic", **info}))
    return frames
