"""What a neuroevolution potential looks like and how it is trained, as one validated record.

The potential is NEP4 (Fan et al., J. Chem. Phys. 157, 114801 (2022); Song et al., Nat. Commun. 15, 10208
(2024)): a sum of atomic energies, each from a one-layer network of its own per element whose inputs are
radial and angular descriptors, with element-pair coefficients inside the descriptors. This module knows the
text form of the settings, not how a training goes.
"""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass, replace
from typing import Any

from grainway.errors import ConfigError

ELEMENTS = ("Li", "La", "Zr", "O")
"""Of every model of this package, in this order."""

_RATE_STEPS = 60
_CONTINUING_RATES = (3e-3, 4e-4, 3e-5)


@dataclass(frozen=True, slots=True, kw_only=True)
class NepSettings:
    """Form and loss of a NEP; the defaults are those of the shipped model.

    Attributes:
        radial_cutoff: reach of the radial descriptors, Å, at least the angular one.
        angular_cutoff: reach of the angular descriptors and of the short-range repulsion, Å, 3 or more.
        n_radial: radial descriptors per atom less one (``n_max``).
        n_angular: radial channels of the angular descriptors less one.
        basis_radial: Chebyshev functions behind a radial channel less one.
        basis_angular: Chebyshev functions behind an angular channel less one.
        l_max: highest degree of the three-body angular descriptors, 1 to 8.
        four_body: with four-body descriptors.
        neurons: in the hidden layer of each element's network.
        repulsion_outer: where the universal screened nuclear repulsion (ZBL) ends, Å, 1 to 3; it is fully
            on at half of it. None for none.
        energy_weight: of the squared energy error per atom, (eV)^-2, in the loss of the first stage.
        force_weight: of the squared force error, (eV/Å)^-2, in both stages.
        virial_weight: of the squared virial error per atom, (eV)^-2, in the first stage.
        closing_part: of the epochs, at their end, in which energies and virials count more; 0 for none.
        closing_energy_weight: as energy_weight, in the closing stage.
        closing_virial_weight: as virial_weight, in the closing stage.
        weight_decay: pull of all parameters towards zero per step, times the learning rate.
        batch: frames per optimiser step.
        first_rate: learning rate at the start.
        last_rate: learning rate at the end of the first stage; between them it falls geometrically.
        closing_rate: learning rate at the end of the closing stage, which starts at last_rate.

    Raises:
        ConfigError: a setting outside what the form allows.
    """

    radial_cutoff: float = 6.0
    angular_cutoff: float = 4.5
    n_radial: int = 6
    n_angular: int = 5
    basis_radial: int = 8
    basis_angular: int = 8
    l_max: int = 4
    four_body: bool = True
    neurons: int = 40
    repulsion_outer: float | None = 1.6
    energy_weight: float = 1.0
    force_weight: float = 1.0
    virial_weight: float = 0.1
    closing_part: float = 0.3
    closing_energy_weight: float = 20.0
    closing_virial_weight: float = 1.0
    weight_decay: float = 1e-5
    batch: int = 1
    first_rate: float = 0.01
    last_rate: float = 5e-4
    closing_rate: float = 1e-4

    def __post_init__(self) -> None:
        self._check("angular_cutoff", 3.0, 12.0, "It is in Å; 4.5 is usual.")
        self._check(
            "radial_cutoff", self.angular_cutoff, 12.0, "Make it at least angular_cutoff; 6 is usual."
        )
        for name in ("n_radial", "n_angular"):
            self._check(name, 0, 12, "4 to 6 is usual.", whole=True)
        for name in ("basis_radial", "basis_angular"):
            self._check(name, 0, 16, "8 is usual.", whole=True)
        self._check("l_max", 1, 8, "4 is usual.", whole=True)
        self._check("neurons", 1, 120, "30 to 60 is usual.", whole=True)
        if self.repulsion_outer is not None:
            self._check("repulsion_outer", 1.0, 3.0, "Leave it out (None) for no nuclear repulsion.")
        for name in ("energy_weight", "force_weight", "virial_weight", "weight_decay"):
            self._check(name, 0.0, 1e4, "0 leaves its part out.")
        for name in ("closing_energy_weight", "closing_virial_weight"):
            self._check(name, 0.0, 1e4, "0 leaves its part out.")
        self._check("closing_part", 0.0, 0.9, "0.3 is usual, 0 for one stage only.")
        if self.energy_weight + self.force_weight + self.virial_weight == 0:
            raise ConfigError.about(
                "force_weight", 0, "at least one weight must be above 0", "Nothing would be learned."
            )
        self._check("batch", 1, 1000, "1 to 4 frames is usual.", whole=True)
        self._check("first_rate", 1e-8, 1.0, "0.01 is usual.")
        self._check("last_rate", 1e-10, self.first_rate, "Make it at most first_rate.")
        self._check("closing_rate", 1e-10, self.last_rate, "Make it at most last_rate.")

    def _check(self, name: str, low: float, high: float, remedy: str, *, whole: bool = False) -> None:
        value = getattr(self, name)
        kind = int if whole else (int, float)
        good = isinstance(value, kind) and not isinstance(value, bool) and math.isfinite(value)
        if not (good and low <= value <= high):
            allowed = f"a {'whole number' if whole else 'number'} from {low:g} to {high:g}"
            raise ConfigError.about(f"nep.{name}", value, allowed, remedy)

    def training_input(self, epochs: int) -> str:
        """Return the settings as the trainer reads them.

        Args:
            epochs: passes over the training frames; the learning rate falls over all of them.

        Raises:
            ConfigError: fewer than one epoch.
        """
        if epochs < 1:
            raise ConfigError.about("epochs", epochs, "at least 1", "Give more time or fewer frames.")
        n_closing = round(self.closing_part * epochs)
        every, factor = _schedule(self.first_rate, self.last_rate, epochs - n_closing)
        lines = [
            f"type {len(ELEMENTS)} {' '.join(ELEMENTS)}",
            "version 4",
            f"cutoff {self.radial_cutoff:g} {self.angular_cutoff:g}",
            f"n_max {self.n_radial} {self.n_angular}",
            f"basis_size {self.basis_radial} {self.basis_angular}",
            f"l_max {self.l_max} {2 if self.four_body else 0} 0",
            f"neuron {self.neurons}",
            f"lambda_e {self.energy_weight!r}",
            f"lambda_f {self.force_weight!r}",
            f"lambda_v {self.virial_weight!r}",
            f"weight_decay {self.weight_decay!r}",
            f"batch {self.batch}",
            f"epoch {epochs}",
            f"lr {self.first_rate!r}",
            "lr_scheduler step",
            f"scheduler_patience {every}",
            f"scheduler_factor {factor!r}",
            f"stop_lr {self.closing_rate!r}",
        ]
        if n_closing:
            every, factor = _schedule(self.last_rate, self.closing_rate, n_closing)
            lines += [
                "stage2 1",
                f"start_stage2 {epochs - n_closing + 1}",
                f"stage2_lr {self.last_rate!r}",
                f"stage2_lambda_e {self.closing_energy_weight!r}",
                f"stage2_lambda_f {self.force_weight!r}",
                f"stage2_lambda_v {self.closing_virial_weight!r}",
                f"stage2_scheduler_patience {every}",
                f"stage2_scheduler_factor {factor!r}",
            ]
        if self.repulsion_outer is not None:
            lines.insert(2, f"zbl {self.repulsion_outer!r}")
        return "\n".join(lines) + "\n"

    def for_continuing(self) -> NepSettings:
        """Return the same form and loss with rates that a trained model's weights survive."""
        first, last, closing = _CONTINUING_RATES
        return replace(
            self,
            first_rate=min(first, self.first_rate),
            last_rate=min(last, self.last_rate),
            closing_rate=min(closing, self.closing_rate),
        )

    def to_dict(self) -> dict[str, Any]:
        """Return a JSON-ready dictionary; ``NepSettings(**d)`` is its inverse."""
        return asdict(self)


def _schedule(first: float, last: float, epochs: int) -> tuple[int, float]:
    """Return every how many epochs the learning rate falls, and by which factor."""
    every = max(1, epochs // _RATE_STEPS)
    return every, (last / first) ** (every / max(1, epochs))
