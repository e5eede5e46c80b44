"""The part of the energy that only counts atoms: one reference energy per element.

A potential learns small differences between large energies. What follows from the composition alone is
therefore fitted first, taken off before the training and put back into the finished model.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
from ase import Atoms, units

from grainway.distillation.nep_settings import ELEMENTS
from grainway.errors import ConfigError

FloatArray = npt.NDArray[np.float64]
_STIFFNESS = 1e-4
_SATURATED = 20.0  # tanh(20) is 1 to the last digit of a float


def element_counts(frames: Sequence[Atoms]) -> FloatArray:
    """Return how many atoms of each element the frames hold, shape (n_frames, n_elements).

    Raises:
        ConfigError: an element outside Li, La, Zr and O.
    """
    rows = []
    for frame in frames:
        symbols = frame.get_chemical_symbols()
        row = [symbols.count(element) for element in ELEMENTS]
        if sum(row) != len(symbols):
            foreign = sorted(set(symbols) - set(ELEMENTS))
            raise ConfigError.about(
                "element", foreign, f"only {', '.join(ELEMENTS)}", "Leave such frames out."
            )
        rows.append(row)
    return np.array(rows, dtype=np.float64).reshape(len(rows), len(ELEMENTS))


def fit_element_energies(frames: Sequence[Atoms]) -> dict[str, float]:
    """Fit E = sum_e N_e * e_e + (3/2) N k_B T to the labelled energies.

    The last term is the mean potential energy of a solid's vibrations: without it the fit would read the
    temperature of a frame into its composition. What the compositions leave open (they all resemble the
    garnet) is settled by the smallest deviation from one energy per atom for all elements.

    Args:
        frames: labelled frames; ``info["temperature"]`` in K, 0 K where it is missing.

    Returns:
        Energy per element, eV.

    Raises:
        ConfigError: no frames, or a foreign element.
    """
    if not frames:
        raise ConfigError.about("frames", 0, "at least one labelled frame", "Label frames first.")
    counts = element_counts(frames)
    n_atoms = counts.sum(axis=1)
    temperature = np.array([float(frame.info.get("temperature") or 0.0) for frame in frames])
    energy = np.array([frame.get_potential_energy() for frame in frames])
    per_atom = energy / n_atoms - 1.5 * units.kB * temperature
    mean = float(per_atom.mean())
    fractions = counts / n_atoms[:, None]
    normal = fractions.T @ fractions + _STIFFNESS * len(frames) * np.eye(len(ELEMENTS))
    deviation = np.linalg.solve(normal, fractions.T @ (per_atom - mean))
    return {element: mean + float(d) for element, d in zip(ELEMENTS, deviation, strict=True)}


def composition_energy(frames: Sequence[Atoms], energies: dict[str, float]) -> FloatArray:
    """Return the sum of the reference energies of each frame's atoms, eV, shape (n_frames,)."""
    return np.asarray(element_counts(frames) @ np.array([energies[element] for element in ELEMENTS]))


def fold_in_energies(model: str, energies: dict[str, float]) -> str:
    """Put reference energies into a trained model, so that its energies have the teacher's zero.

    The file has one constant for all elements only. Each element's network gets one more neuron instead,
    blind to the surroundings and saturated, whose output is the element's energy; forces do not change.

    Args:
        model: text of a ``nep.txt`` trained on energies without the reference.
        energies: reference energy per element, eV.

    Returns:
        Text of the finished ``nep.txt``.

    Raises:
        ConfigError: the text is no NEP4 model of the four elements.
    """
    lines = model.splitlines()
    header = {line.split()[0]: line.split()[1:] for line in lines if line[:1].isalpha()}
    elements = next((value[1:] for key, value in header.items() if key.startswith("nep4")), None)
    if elements != list(ELEMENTS) or not {"n_max", "l_max", "ANN"} <= header.keys():
        raise ConfigError.about("nep model", elements, f"NEP4 of {', '.join(ELEMENTS)}", "Train it here.")
    n_header = sum(line[:1].isalpha() for line in lines)
    numbers = lines[n_header:]
    n_radial, n_angular = (int(n) + 1 for n in header["n_max"])
    l_max, *more = (int(n) for n in header["l_max"])
    n_inputs = n_radial + n_angular * (l_max + sum(n > 0 for n in more))
    n_neurons = int(header["ANN"][0])
    folded, start = [], 0
    for element in ELEMENTS:
        weights = numbers[start : start + n_inputs * n_neurons]
        biases = numbers[start + len(weights) : start + len(weights) + n_neurons]
        outputs = numbers[start + len(weights) + n_neurons : start + len(weights) + 2 * n_neurons]
        folded += [*weights, *["  0.0"] * n_inputs, *biases, f"  {-_SATURATED:.10e}"]
        folded += [*outputs, f"  {energies[element]:.10e}"]
        start += n_neurons * (n_inputs + 2)
    head = [f"ANN {n_neurons + 1} 0" if line.startswith("ANN") else line for line in lines[:n_header]]
    return "\n".join([*head, *folded, *numbers[start:]]) + "\n"
