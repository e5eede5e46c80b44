"""The softBV force field: bond-valence Morse for cation-oxygen, screened Coulomb for like charges.

Form: cation-anion pairs are Morse potentials from bond-valence parameters; cations repel cations and
anions repel anions by k_e q_i q_j erfc(r/ρ_ij)/r with ρ_ij = f (radius_i + radius_j); there is no Coulomb
attraction between cation and anion (H. Chen, L. L. Wong, S. Adams, Acta Cryst. B75 (2019) 18).

Nothing here is long-ranged: no space charge, no dipole of a polar surface.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import combinations_with_replacement
from math import sqrt
from typing import Any

import numpy as np

from grainway.errors import ConfigError
from grainway.simulation.potentials.pair.pair_forms import (
    Array,
    Morse,
    PairForm,
    ScreenedCoulomb,
    ShiftedForce,
    ShiftedPotential,
)
from grainway.simulation.potentials.pair.pair_tables import PairTable


@dataclass(frozen=True, kw_only=True)
class Ion:
    """softBV parameters of one ion.

    Attributes:
        valence: formal charge, e.
        n: principal quantum number.
        radius: softBV radius, Å.
        morse: the interaction with oxygen; None for oxygen itself.
    """

    valence: int
    n: int
    radius: float
    morse: Morse | None


def softbv_charges(ions: Mapping[str, Ion], composition: Mapping[str, float]) -> dict[str, float]:
    """Return the effective charges in e, which make the composition neutral.

    q = V/√n · √(S₋/S₊) for cations and V/√n · √(S₊/S₋) for anions, where S sums |V|/√n over all ions of
    that sign. They depend on the composition: compute them once from the whole reference composition and
    use them for grain and boundary alike, else energies of the two cannot be compared.

    Args:
        ions: the ions by element.
        composition: number of ions by element, in any proportion.

    Raises:
        ConfigError: the composition lacks cations or anions.
    """
    bare = {element: ion.valence / sqrt(ion.n) for element, ion in ions.items()}
    positive = sum(bare[element] * count for element, count in composition.items() if bare[element] > 0)
    negative = -sum(bare[element] * count for element, count in composition.items() if bare[element] < 0)
    if positive <= 0 or negative <= 0:
        raise ConfigError.about(
            "composition", dict(composition), "it must hold cations and anions", "Give the whole formula."
        )
    scale = sqrt(negative / positive)
    return {element: charge * (scale if charge > 0 else 1 / scale) for element, charge in bare.items()}


def softbv_pair(
    first: Ion,
    second: Ion,
    *,
    charge_product: float,
    coulomb_constant: float,
    screening_factor: float,
    cutoff: float,
) -> PairForm:
    """Return the full form of one pair, with force and energy shifted to zero at the cut-off.

    Args:
        first: one ion.
        second: the other.
        charge_product: q_i q_j, e².
        coulomb_constant: eV Å/e².
        screening_factor: f in ρ_ij = f (radius_i + radius_j).
        cutoff: Å.
    """
    if first.valence * second.valence > 0:
        kappa = 1 / (screening_factor * (first.radius + second.radius))
        return ShiftedForce(ScreenedCoulomb(coulomb_constant * charge_product, kappa), cutoff)
    morse = first.morse if first.morse is not None else second.morse
    if morse is None:
        raise ConfigError.about(
            "softbv ions",
            (first, second),
            "one of a cation-anion pair needs Morse parameters",
            "Complete its entry.",
        )
    return ShiftedForce(morse, cutoff)


def negligible_beyond(form: PairForm, force: float, cutoff: float, step: float = 0.05) -> float:
    """Return the distance in Å, a multiple of the step, beyond which |F| stays below a force in eV/Å.

    Args:
        form: the interaction.
        force: what counts as negligible, eV/Å.
        cutoff: where the search ends, Å; returned when the force is never negligible below it.
        step: resolution, Å.
    """
    r: Array = np.round(step * np.arange(1.0, round(cutoff / step) + 1), 6)
    felt = np.abs(form.evaluate(r)[1]) >= force
    last_felt = int(np.flatnonzero(felt)[-1]) if felt.any() else 0
    return float(min(r[min(last_felt + 1, r.size - 1)], cutoff))


@dataclass(frozen=True, kw_only=True)
class SoftBVModel:
    """The parameters.

    Attributes:
        ions: by element.
        coulomb_constant: eV Å/e².
        screening_factor: f in ρ_ij = f (radius_i + radius_j).
        cutoff: of the full form, Å.
        negligible_force: eV/Å; each pair ends where its force stays below this, 0 for one common cut-off.
    """

    ions: Mapping[str, Ion]
    coulomb_constant: float
    screening_factor: float
    cutoff: float
    negligible_force: float

    @classmethod
    def from_catalogue(cls, catalogue: Mapping[str, Any]) -> SoftBVModel:
        """Return the model of the parameter file."""
        entry = catalogue["softbv"]
        return cls(
            ions={element: _ion(parameters) for element, parameters in entry["ions"].items()},
            coulomb_constant=catalogue["coulomb_constant"],
            screening_factor=entry["screening_factor"],
            cutoff=entry["cutoff"],
            negligible_force=entry["negligible_force"],
        )

    def charges(self, composition: Mapping[str, float]) -> dict[str, float]:
        """Return the effective charges in e that a reference composition sets (``softbv_charges``)."""
        return softbv_charges(self.ions, composition)

    def tables(self, elements: tuple[str, ...], composition: Mapping[str, float]) -> tuple[PairTable, ...]:
        """Return the tables of all pairs of the elements, with charges from a reference composition.

        Each pair is cut where its force is negligible and its energy shifted to zero there: the force is
        exact inside and steps by less than ``negligible_force`` at the end. (Shifting the force as well
        removes the step, but adds a force of one sign to every pair, and 0.2 GPa to the pressure of LLZO
        where the step adds 0.05.)

        Raises:
            ConfigError: an element has no parameters.
        """
        unknown = {*elements, *composition} - set(self.ions)
        if unknown:
            raise ConfigError.about(
                "elements", sorted(unknown), f"softbv covers {', '.join(self.ions)} only", "Remove them."
            )
        charges = self.charges(composition)
        tables = []
        for first, second in combinations_with_replacement(elements, 2):
            form = softbv_pair(
                self.ions[first],
                self.ions[second],
                charge_product=charges[first] * charges[second],
                coulomb_constant=self.coulomb_constant,
                screening_factor=self.screening_factor,
                cutoff=self.cutoff,
            )
            end = negligible_beyond(form, self.negligible_force, self.cutoff)
            if end < self.cutoff:
                form = ShiftedPotential(form, end)
            tables.append(PairTable(first=first, second=second, form=form, cutoff=end))
        return tuple(tables)


def _ion(parameters: Mapping[str, Any]) -> Ion:
    morse = Morse(parameters["D0"], parameters["alpha"], parameters["Rmin"]) if "Rmin" in parameters else None
    return Ion(valence=parameters["valence"], n=parameters["n"], radius=parameters["radius"], morse=morse)
