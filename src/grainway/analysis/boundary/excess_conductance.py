"""What boundaries add along themselves."""

import math

from grainway.analysis.boundary.bands import check_normal
from grainway.analysis.conductivity.collective_conductivity import carrier_charge
from grainway.analysis.motion.displacement import MOBILE_SPECIES
from grainway.analysis.motion.tracer_diffusivity import check_mobile, relative_hop_error, tracer_fit
from grainway.domain import Estimate, Trajectory
from grainway.errors import AnalysisError
from grainway.units import BOLTZMANN_EV_PER_K, CM_PER_A, S_PER_CM_PER_INTERNAL


def excess_conductance(
    trajectory: Trajectory, bulk_conductivity: Estimate, n_boundaries: int = 2, species: str = MOBILE_SPECIES
) -> Estimate:
    """Return the excess conductance along one boundary, G_ex = (L_z/n_GB)(σ_∥ - σ_b).

    σ_∥ is the Nernst-Einstein conductivity of the whole boundary cell with D_∥ = (D_xx + D_yy)/2.

    Args:
        trajectory: the boundary cell; z is the normal.
        bulk_conductivity: Nernst-Einstein conductivity of a bulk run at the same temperature, S/cm.
        n_boundaries: n_GB, boundaries in the cell.
        species: the carrier.

    Returns:
        G_ex in S (per square), negative for a boundary slower than the bulk; both errors in quadrature.

    Raises:
        AnalysisError: when ions move less than a net hop each, z is not the normal of the cell's faces, or
            the bulk value is a bound or in another unit.
    """
    if n_boundaries < 1:
        raise AnalysisError.about("n_boundaries", n_boundaries, "1 or more", "A periodic cell holds two.")
    if bulk_conductivity.bound is not None or bulk_conductivity.unit != "S/cm":
        raise AnalysisError.about(
            "bulk_conductivity", bulk_conductivity, "a value in S/cm", "Run the bulk longer."
        )
    check_normal(trajectory)
    fitted = tracer_fit(trajectory, species)
    check_mobile(fitted)
    in_plane = slice(0, 2)
    error, n_independent = fitted.statistical_error(in_plane)
    diffusivity = float(fitted.per_ion[:, in_plane].mean())
    n_ions = trajectory.indices(species).size
    thermal = BOLTZMANN_EV_PER_K * trajectory.temperature
    charge = carrier_charge(trajectory, species)
    factor = n_ions * charge**2 * S_PER_CM_PER_INTERNAL / (trajectory.volume * thermal)
    total_error = math.hypot(error, diffusivity * relative_hop_error(fitted.net_hops)) * factor
    length = float(trajectory.mean_cell[2, 2]) * CM_PER_A / n_boundaries
    along = Estimate(factor * diffusivity, total_error, "S/cm", n_independent)
    return along.minus(bulk_conductivity).scaled(length, "S")
