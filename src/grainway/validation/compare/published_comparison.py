"""Which measured quantity is compared with which published one, how strictly, and with what in mind."""

from dataclasses import dataclass

from grainway.validation.compare.verdict import Scale

ROOM_TEMPERATURE_K = 298.15

_CUBIC, _TETRAGONAL, _DOPED = "cubic LLZO", "tetragonal LLZO", "Ta-doped LLZO, x = 0.30"


@dataclass(frozen=True, slots=True)
class Comparison:
    """One row of the table.

    Attributes:
        measured: name of the measured quantity.
        label: as printed.
        unit: of the measured quantity and the reference.
        material: of the reference; empty where nothing is published.
        quantity: of the reference.
        scale: of the comparison and of the spread between potentials.
        tolerance: relative for a linear scale, a factor for a logarithmic one.
        statement: what is compared with what.
    """

    measured: str
    label: str
    unit: str
    material: str
    quantity: str
    scale: Scale
    tolerance: float
    statement: str


COMPARISONS = (
    Comparison(
        *("lattice_parameter_300K", "a(300 K), disordered cubic", "Å", _CUBIC, "lattice_parameter"),
        *("linear", 0.005),
        "cube root of the volume per cubic cell at zero pressure, "
        "lithium as it was placed at random on the cubic sites; "
        "against samples whose cubic phase is held by Al from the crucible or by dopants: "
        "undoped Li7 is tetragonal at 298 K",
    ),
    Comparison(
        *("thermal_expansion", "α_L", "1/K", _CUBIC, "thermal_expansion_linear", "linear", 0.3),
        "slope of a straight line through a(T) of the cubic cell over a(300 K); "
        "lithium of the cold runs stays near where it was placed",
    ),
    Comparison(
        *("tetragonal_a_0K", "tetragonal a(0 K)", "Å", _TETRAGONAL, "lattice_parameter_a", "linear", 0.01),
        "mean of a and b; "
        "minimised from the published ordered crystal slightly distorted, all three lengths free; "
        "against 298 K: expansion to room temperature is within the tolerance; "
        "the error is what the stress tolerance leaves",
    ),
    Comparison(
        *("tetragonal_c_0K", "tetragonal c(0 K)", "Å", _TETRAGONAL, "lattice_parameter_c", "linear", 0.01),
        "as a(0 K)",
    ),
    Comparison(
        *("tetragonal_ratio_0K", "tetragonal b/a(0 K)", "1", _TETRAGONAL, "axial_ratio_b_a", "linear", 0.005),
        "longer over shorter of the two that symmetry makes equal: "
        "above 1 the tetragonal crystal is no minimum of the potential",
    ),
    Comparison(
        *("bond_length_Zr-O", "Zr-O bond, 300 K", "Å", _CUBIC, "bond_length_Zr-O", "linear", 0.02),
        "first shell up to the first minimum of g(r) of positions averaged over 1 ps, as in diffraction",
    ),
    Comparison(
        *("bond_length_La-O", "La-O bond, 300 K", "Å", _CUBIC, "bond_length_La-O", "linear", 0.02),
        "as Zr-O; mean of the two distances of the dodecahedron",
    ),
    Comparison(
        *("coordination_Zr-O", "O around Zr, 300 K", "1", _CUBIC, "coordination_Zr-O", "linear", 0.02),
        "neighbours within the same shell",
    ),
    Comparison(
        *("coordination_La-O", "O around La, 300 K", "1", _CUBIC, "coordination_La-O", "linear", 0.02),
        "neighbours within the same shell",
    ),
    Comparison(
        *("framework_in_place", "framework in place", "1", "", "", "linear", 0.0),
        "share of La, Zr and O within 1.5 Å of its place at the end of the run nearest 1200 K; "
        "no such share is published",
    ),
    Comparison(
        *("framework_displacement", "framework displacement", "Å", "", "", "linear", 0.0),
        "root mean square net displacement of La, Zr and O over the run nearest 1200 K, "
        "between averages over 1 ps; should not grow with time in a crystal",
    ),
    Comparison(
        *("diffusivity_1000K", "D* at 1000 K", "cm²/s", "", "", "logarithmic", 1.0),
        "from the Arrhenius line of the tracer diffusivity, inside its temperatures; "
        "no measured tracer diffusivity is in the table of references",
    ),
    Comparison(
        *("activation_energy_diffusion", "E_a of D*", "eV", _CUBIC, "activation_energy_bulk", "linear", 0.0),
        "of ln D* at the simulated temperatures; published values are of ln σT near room temperature",
    ),
    Comparison(
        *("activation_energy", "E_a of σT", "eV", _CUBIC, "activation_energy_bulk", "linear", 0.0),
        "of ln σT of the collective (Einstein) conductivity at the simulated temperatures; "
        "published values are taken near room temperature",
    ),
    Comparison(
        *("haven_ratio", "H_R", "1", _CUBIC, "haven_ratio", "linear", 0.0),
        "D*/D_σ, mean over the runs of the ladder; published values rest on models of conductivity",
    ),
    Comparison(
        *("diffusivity_298K", "D* at 298 K", "cm²/s", "LLZO", "diffusivity_from_conductivity_spectra"),
        *("logarithmic", 10.0),
        "Arrhenius line of the tracer diffusivity carried to 298 K; "
        "the published value is no tracer diffusivity, hence the tolerance of a factor of ten",
    ),
    Comparison(
        *("conductivity_298K", "σ at 298 K, Einstein", "S/cm", _CUBIC, "conductivity_total"),
        *("logarithmic", 1.0),
        "bulk of the defect-free undoped crystal, collective, carried to 298 K; "
        "against the total (bulk and boundary) conductivity of polycrystals, "
        "which the bulk should not fall below",
    ),
    Comparison(
        *("conductivity_green_kubo_298K", "σ at 298 K, Green-Kubo", "S/cm", _CUBIC, "conductivity_total"),
        *("logarithmic", 1.0),
        "as above, from the current correlations of the same runs",
    ),
    Comparison(
        *("conductivity_298K", "σ at 298 K, doped bulk", "S/cm", _DOPED, "conductivity_bulk"),
        *("logarithmic", 2.0),
        "bulk against bulk, but the sample has fewer lithium and tantalum on zirconium sites",
    ),
)
