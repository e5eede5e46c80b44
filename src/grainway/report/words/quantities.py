"""The measured quantities by name: symbol, meaning and the unit they are shown in."""

from collections.abc import Mapping
from dataclasses import dataclass

from grainway.campaign import Evaluation
from grainway.domain import Estimate
from grainway.report.words.numbers import ABSENT, show, show_with_unit, with_factor
from grainway.units import CM2_PER_S_PER_A2_PER_PS


@dataclass(frozen=True, slots=True)
class Quantity:
    """How a quantity is presented.

    Attributes:
        name: its name in the record.
        symbol: as printed.
        meaning: one line.
    """

    name: str
    symbol: str
    meaning: str


def _of_each(name: str, symbol: str, meaning: str) -> tuple[Quantity, Quantity]:
    """A quantity of both boundaries of a cell; ``{}`` in the meaning names the boundary."""
    first, second = (
        Quantity(f"{name}_{number}", f"{symbol}, {ordinal}", meaning.format(word))
        for number, ordinal, word in ((1, "1st", "first"), (2, "2nd", "second"))
    )
    return first, second


QUANTITIES = (
    Quantity("rho_gb", "ρ_gb", "boundary resistivity over the width δ, mean of the cell's two boundaries"),
    *_of_each("rho_gb", "ρ_gb", "resistivity of the {} boundary of the cell"),
    Quantity(
        "rho_gb_combined",
        "ρ_b + ASR/δ",
        "boundary resistivity from bulk and ASR, each extrapolated by itself",
    ),
    Quantity("resistivity_ratio", "ρ_gb/ρ_bulk", "boundary over bulk resistivity"),
    Quantity(
        "diffusivity_ratio", "D_gb/D_bulk", "Li diffusivity across the boundary bands over that of the bulk"
    ),
    Quantity("asr", "ASR", "excess resistance of one boundary, free of any width; may be negative"),
    Quantity("band_diffusivity", "D_gb", "Li diffusivity across the boundary bands"),
    *_of_each(
        "band_diffusivity_along", "D_gb∥", "Li diffusivity along the {} boundary: ions that stay in its band"
    ),
    Quantity(
        "excess_conductance",
        "G_ex",
        "what one boundary adds along itself per square; negative where slower than bulk",
    ),
    Quantity("cell_resistance", "R_cell", "resistance times area of the whole cell along z"),
    *_of_each("transport_width", "w_ρ", "width over which ln ρ has half or more of its excess, {} boundary"),
    *_of_each(
        "chemical_width", "w_Li", "width over which the Li excess is half or more of its peak, {} boundary"
    ),
    *_of_each(
        "structural_width",
        "w_str",
        "width over which the cations' disorder is half or more of its peak, {} boundary",
    ),
    Quantity("ler", "LER", "lithium enrichment ratio of the boundary bands"),
    Quantity("enrichment_scan", "LER(w)", "lithium enrichment against the width it is taken over"),
    Quantity("gamma_li", "Γ_Li", "lithium excess per area of boundary, free of any width"),
    Quantity("gamma_la", "Γ_La", "the same of lanthanum, against zirconium"),
    Quantity("gamma_o", "Γ_O", "the same of oxygen"),
    Quantity("ovc", "OVC", "share of the bands' Zr-O bonds that is missing"),
    Quantity("ovc_uncovered", "OVC (uncovered)", "oxygen that no Zr holds, as a share of six per Zr"),
    Quantity("ovc_missing", "OVC (missing)", "share of oxygen missing against the bulk's O/Zr"),
    Quantity(
        "boundary_energy",
        "γ",
        "excess energy per area of boundary, mean of the cell's two, at the run's temperature",
    ),
    Quantity("potential_energy", "E_pot", "mean potential energy of the cell in production"),
    Quantity("tracer_diffusivity", "D*", "tracer diffusivity of Li, whole cell"),
    *(Quantity(f"tracer_diffusivity_{axis}", f"D*_{2 * axis}", f"the same along {axis}") for axis in "xyz"),
    Quantity("diffusivity_tensor", "D* tensor", "all nine elements of the tracer diffusivity"),
    Quantity(
        "conductivity_nernst_einstein",
        "σ_NE",
        "conductivity from the tracer diffusivity, ions taken as independent",
    ),
    Quantity(
        "conductivity_einstein", "σ (Einstein)", "collective conductivity from the displacement of charge"
    ),
    *(Quantity(f"conductivity_einstein_{axis}", f"σ_{2 * axis}", f"the same along {axis}") for axis in "xyz"),
    Quantity("conductivity_tensor", "σ tensor", "all nine elements of the collective conductivity"),
    Quantity(
        "conductivity_green_kubo", "σ (Green-Kubo)", "collective conductivity from the current fluctuations"
    ),
    Quantity(
        "conductivity_spectral",
        "σ (spectral)",
        "collective conductivity from the current's spectrum at zero frequency",
    ),
    Quantity("haven_ratio", "H_R", "Haven ratio σ_NE/σ"),
)
_BY_NAME = {quantity.name: quantity for quantity in QUANTITIES}


def quantity(name: str) -> Quantity:
    """Return how a quantity is presented; one that is not listed goes by its own name."""
    return _BY_NAME.get(name, Quantity(name, name.replace("_", " "), ""))


def in_order(estimates: Mapping[str, object]) -> list[str]:
    """Return the names in the order of presentation, those not listed last by alphabet."""
    listed = [q.name for q in QUANTITIES if q.name in estimates]
    return listed + sorted(set(estimates) - set(listed))


def shown(evaluation: Evaluation, name: str, unit: bool = False) -> str:
    """Return a quantity of an evaluation as text: measured with ±, extrapolated with the factor ×÷."""
    estimate = evaluation.estimates.get(name)
    if estimate is None:
        return ABSENT
    readable = for_reading(estimate)
    if name not in evaluation.predicted or readable.bound is not None or readable.value <= 0:
        return show_with_unit(readable) if unit else show(readable)
    text = with_factor(readable.value, readable.standard_error / readable.value)
    return f"{text} {readable.unit}" if unit and readable.unit != "1" else text


def for_reading(estimate: Estimate) -> Estimate:
    """Return the estimate as papers write it: diffusivities in cm²/s, areal excess in nm⁻²."""
    if estimate.unit == "Å²/ps":
        return estimate.scaled(CM2_PER_S_PER_A2_PER_PS, "cm²/s")
    return estimate.scaled(1.0, "nm⁻²") if estimate.unit == "1/nm²" else estimate
