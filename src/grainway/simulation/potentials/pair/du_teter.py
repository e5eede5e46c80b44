"""The Du/Teter potential of oxide glasses: Buckingham with partial charges and a published inner branch.

Every charge is 0.6 of the formal one. Short range: oxygen meets every ion by A exp(−r/ρ) − C/r⁶, below r0
by B/rⁿ + D r² (L. Deng, J. Du, J. Am. Ceram. Soc. 102 (2019) 2482); cations meet each other by Coulomb alone.
Li-O has no inner branch in print and needs none against a collapse of the bare form (C = 0), but the Coulomb
attraction would win at contact: its core is closed as that of the formal-charge set is.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from grainway.simulation.potentials.pair.buckingham import BuckinghamModel
from grainway.simulation.potentials.pair.pair_forms import Buckingham, PairForm, SplicedBuckingham


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
