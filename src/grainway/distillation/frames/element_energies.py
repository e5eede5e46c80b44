"""The part of the energy that only counts atoms: one reference energy per element.

A potential learns small differences between large energies. What follows from the composition alone is
therefore fitted first, taken off before the training and put back into the finished model.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from ase import Atoms, units

from grainway.array_types import FloatArray
from grainway.distillation.nep_settings import ELEMENTS
from grainway.errors import ConfigError

_STIFFNESS = 1e-4
_SATURATED = 20.0  # tanh(20) is 1 to the last digit of a float


def element_counts(frames: Sequence[Atoms], elements: Sequence[str] = ELEMENTS) -> FloatArray:
    """Return how many atoms of each element the frames hold, shape (n_frames, n_elements).

    Raises:
        ConfigError: an element outside those.
    """
    rows = []
    for frame in frames:
        symbols = frame.get_chemical_symbols()
        row = [symbols.count(element) for element in elements]
        if sum(row) != len(symbols):
            foreign = sorted(set(symbols) - set(elements))
            raise ConfigError.about(
                "element", foreign, f"only {', '.join(elements)}", "Leave such frames out."
            )
        rows.append(row)
    return np.array(rows, dtype=np.float64).reshape(len(rows), len(elements))


def frames_of_elements(frames: Sequence[Atoms], elements: Sequence[str]) -> list[Atoms]:
    """Return the frames that hold no other element."""
    return [frame for frame in frames if set(frame.get_chemical_symbols()) <= set(elements)]


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
    form = _Form.of(model)
    folded = []
    for element, (weights, biases, outputs) in zip(ELEMENTS, form.networks(), strict=True):
        folded += [*weights, *["  0.0"] * form.n_inputs, *biases, f"  {-_SATURATED:.10e}"]
        folded += [*outputs, f"  {energies[element]:.10e}"]
    return form.text(form.n_neurons + 1, folded)


def take_out_energies(model: str) -> tuple[str, dict[str, float]]:
    """Take the reference energies out of a finished model: the inverse of :func:`fold_in_energies`.

    Args:
        model: text of a ``nep.txt`` with the neuron that bears them.

    Returns:
        Text of the model without the reference, to continue from, and the reference energy per element, eV.

    Raises:
        ConfigError: the text is no NEP4 model of the four elements, or has no such neuron.
    """
    form = _Form.of(model)
    taken: list[str] = []
    energies = {}
    for element, (weights, biases, outputs) in zip(ELEMENTS, form.networks(), strict=True):
        blind = weights[-form.n_inputs :]
        if form.n_neurons < 2 or float(biases[-1]) != -_SATURATED or any(float(w) for w in blind):
            raise ConfigError.about(
                "nep model",
                element,
                "the last neuron of each element must bear its reference energy",
                "Give a model as grainway potential train leaves it.",
            )
        taken += [*weights[: -form.n_inputs], *biases[:-1], *outputs[:-1]]
        energies[element] = float(outputs[-1])
    return form.text(form.n_neurons - 1, taken), energies


@dataclass(frozen=True, slots=True)
class _Form:
    """The text of a model, cut into its parts.

    Attributes:
        head: lines of keywords.
        numbers: one a line; the networks of the elements come first.
        n_inputs: descriptors that a neuron sees.
        n_neurons: of each element's network.
    """

    head: list[str]
    numbers: list[str]
    n_inputs: int
    n_neurons: int

    @classmethod
    def of(cls, model: str) -> _Form:
        """Cut a text.

        Raises:
            ConfigError: the text is no NEP4 model of the four elements.
        """
        lines = model.splitlines()
        header = {line.split()[0]: line.split()[1:] for line in lines if line[:1].isalpha()}
        elements = next((value[1:] for key, value in header.items() if key.startswith("nep4")), None)
        if elements != list(ELEMENTS) or not {"n_max", "l_max", "ANN"} <= header.keys():
            raise ConfigError.about("nep model", elements, f"NEP4 of {', '.join(ELEMENTS)}", "Train it here.")
        n_radial, n_angular = (int(n) + 1 for n in header["n_max"])
        l_max, *more = (int(n) for n in header["l_max"])
        n_inputs = n_radial + n_angular * (l_max + sum(n > 0 for n in more))
        return cls(
            [line for line in lines if line[:1].isalpha()],
            [line for line in lines if not line[:1].isalpha()],
            n_inputs,
            int(header["ANN"][0]),
        )

    @property
    def _size(self) -> int:
        return self.n_neurons * (self.n_inputs + 2)

    def networks(self) -> Iterator[tuple[list[str], list[str], list[str]]]:
        """Yield weights, biases and outputs of each element's network."""
        first, second = self.n_neurons * self.n_inputs, self.n_neurons * (self.n_inputs + 1)
        for start in range(0, len(ELEMENTS) * self._size, self._size):
            own = self.numbers[start : start + self._size]
            yield own[:first], own[first:second], own[second:]

    def text(self, n_neurons: int, networks: list[str]) -> str:
        """Return the text with other networks."""
        head = [f"ANN {n_neurons} 0" if line.startswith("ANN") else line for line in self.head]
        return "\n".join([*head, *networks, *self.numbers[len(ELEMENTS) * self._size :]]) + "\n"
