"""Buckingham potentials with a closed core, with three treatments of the Coulomb sum.

Short range: oxygen meets every ion by A exp(−r/ρ) − C/r⁶, cations meet each other by Coulomb alone.

- ``long_range``: the full Coulomb sum. The table holds the real-space part q_i q_j erfc(g r)/r, the
  reciprocal part at the same splitting g is added by LAMMPS on a mesh.
- ``damped_shifted_force``: q_i q_j erfc(αr)/r with force and energy shifted to zero at the cut-off
  (C. J. Fennell, J. D. Gezelter, J. Chem. Phys. 124 (2006) 234104).
- ``zero_multipole``: q_i q_j/r less an even polynomial that neutralises the multipoles of the cut-off
  sphere (I. Fukuda, J. Chem. Phys. 139 (2013) 174107).

Against the full sum, on LLZO at 1400 K, forces of either cut-off form are off by 13 % rms (22 % on
configurations that a cut-off form produced itself), pressure by +0.3 GPa (damped shifted force, alpha
0.25/Å, 10 Å) and by −0.3 to +0.5 GPa (zero multipole, order 3, 8 Å, over ± 4.5 % in volume); the lithium
diffusivity of the perfect crystal agrees within the scatter of two runs.
Their constant self-term of each ion is left out: energies of two cells compare only when both hold the
same ions, or the difference is carried by a chemical potential.

The Du/Teter set of oxide glasses is of the same form with 0.6 of the formal charges: below r0 its short
range is B/rⁿ + D r² (L. Deng, J. Du, J. Am. Ceram. Soc. 102 (2019) 2482). Li-O has no inner branch in print
and needs none against a collapse of the bare form (C = 0), but the Coulomb attraction would win at contact:
its core is closed as that of the formal-charge set is.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from itertools import combinations_with_replacement
from typing import Any

from grainway.errors import ConfigError
from grainway.simulation.potentials.pair.pair_forms import (
    Buckingham,
    PairForm,
    ScreenedCoulomb,
    ShiftedForce,
    SplicedBuckingham,
    Sum,
    ZeroMultipoleCoulomb,
)
from grainway.simulation.potentials.pair.pair_tables import PairTable

ANION = "O"


@dataclass(frozen=True, kw_only=True)
class BuckinghamModel:
    """The parameters.

    Attributes:
        label: what the set is called.
        charges: by element, e.
        with_oxygen: the short-range interaction of each element with oxygen.
        coulomb_constant: eV Å/e².
    """

    label: str
    charges: Mapping[str, float]
    with_oxygen: Mapping[str, PairForm]
    coulomb_constant: float

    @classmethod
    def from_catalogue(cls, catalogue: Mapping[str, Any]) -> BuckinghamModel:
        """Return the set with formal charges of the parameter file."""
        entry = catalogue["buckingham"]
        return cls(
            label="the Buckingham set",
            charges=catalogue["formal_charges"],
            with_oxygen={
                element: Buckingham(
                    pair["A"],
                    pair["rho"],
                    pair["C"],
                    entry["r_core_oxygen" if element == ANION else "r_core_cation"],
                )
                for element, pair in entry["pairs"].items()
            },
            coulomb_constant=catalogue["coulomb_constant"],
        )

    def long_range(
        self, elements: tuple[str, ...], *, splitting: float, cutoff: float
    ) -> tuple[PairTable, ...]:
        """Return the tables of the real-space part at a splitting in 1/Å up to a cut-off in Å."""
        return self._tables(elements, cutoff, lambda strength: ScreenedCoulomb(strength, splitting))

    def damped_shifted_force(
        self, elements: tuple[str, ...], *, alpha: float, cutoff: float
    ) -> tuple[PairTable, ...]:
        """Return the tables with Coulomb damped by alpha in 1/Å and shifted at the cut-off in Å."""
        return self._tables(
            elements, cutoff, lambda strength: ShiftedForce(ScreenedCoulomb(strength, alpha), cutoff)
        )

    def zero_multipole(
        self, elements: tuple[str, ...], *, alpha: float, order: int, cutoff: float
    ) -> tuple[PairTable, ...]:
        """Return the tables of zero-multipole Coulomb: order, damping alpha in 1/Å, cut-off in Å."""
        return self._tables(
            elements, cutoff, lambda strength: ZeroMultipoleCoulomb(strength, alpha, cutoff, order)
        )

    def _tables(
        self, elements: tuple[str, ...], cutoff: float, coulomb: Callable[[float], PairForm]
    ) -> tuple[PairTable, ...]:
        missing = [element for element in elements if element not in self.with_oxygen]
        if missing:
            raise ConfigError.about(
                "elements",
                elements,
                f"{self.label} covers {', '.join(self.with_oxygen)} only",
                f"Remove {', '.join(missing)}, or use softbv.",
            )
        tables = []
        for first, second in combinations_with_replacement(elements, 2):
            # sorted: products of floating-point numbers depend on their order, and a digest must not
            low, high = sorted((self.charges[first], self.charges[second]))
            form = coulomb(self.coulomb_constant * low * high)
            if ANION in (first, second):
                form = Sum((form, self.with_oxygen[second if first == ANION else first]))
            tables.append(PairTable(first=first, second=second, form=form, cutoff=cutoff))
        return tuple(tables)


def du_teter_model(catalogue: Mapping[str, Any]) -> BuckinghamModel:
    """Return the Du/Teter set of the parameter file."""
    entry = catalogue["du_teter"]
    return BuckinghamModel(
        label="the Du/Teter set",
        charges=entry["charges"],
        with_oxygen={
            element: _with_oxygen(pair, entry["r_core"]) for element, pair in entry["pairs"].items()
        },
        coulomb_constant=catalogue["coulomb_constant"],
    )


def _with_oxygen(pair: Mapping[str, float], r_core: float) -> PairForm:
    if "B" not in pair:
        return Buckingham(pair["A"], pair["rho"], pair["C"], r_core)
    return SplicedBuckingham(
        A=pair["A"], rho=pair["rho"], C=pair["C"], B=pair["B"], n=pair["n"], D=pair["D"], r0=pair["r0"]
    )
