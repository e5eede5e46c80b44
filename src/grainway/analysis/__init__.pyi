from .boundary.band_limit import band_limits
from .boundary.boundary_resistance import (
    ResistivityProfile,
    area_specific_resistance,
    boundary_diffusivity_ratio,
    bulk_resistivity,
    combined_resistivity,
    gb_resistivities,
    gb_resistivity,
    least_area_specific_resistance,
    resistivity_ratio,
)
from .boundary.excess_conductance import excess_conductance
from .boundary.resistivity_profile import resistivity_profile
from .boundary.resolution_check import ResolutionCheck, resolution_check
from .boundary.slab_diffusivity import SlabDiffusivity, slab_diffusivity
from .composition.boundary_widths import chemical_width, structural_width, transport_width
from .composition.coordination import zirconium_oxygen_cutoff
from .composition.enrichment_scan import EnrichmentScan, bulk_plateau, enrichment_scan
from .composition.garnet_phase import garnet_phase
from .composition.lithium_enrichment import gibbs_excess, gibbs_excesses, lithium_enrichment
from .composition.oxygen_vacancies import OxygenVacancies, oxygen_vacancies
from .conductivity.collective_conductivity import (
    collective_conductivity,
    haven_ratio,
    nernst_einstein_conductivity,
)
from .conductivity.error_check import SecondOpinion, second_opinion
from .conductivity.transport_tensors import TransportTensor, conductivity_tensor, diffusivity_tensor
from .measures.measured import Measured
from .measures.run_measures import measure_run
from .motion.displacement import cross_displacement, mean_squared_displacement
from .motion.tracer_diffusivity import tracer_diffusivity
from .polycrystal.brick_layer import (
    boundary_share,
    improvement_bound,
    polycrystal_conductivity,
    polycrystal_curve,
)
from .polycrystal.mackenzie import (
    MACKENZIE_LARGEST_DEG,
    mackenzie_density,
    mackenzie_share,
    mackenzie_weights,
)
from .polycrystal.polycrystal_gain import PolycrystalGain, polycrystal_gain
from .regression.baseline import BaselineComparison, compare_with_baseline, shrunken, weighted_mean
from .regression.errors_in_variables import Coefficient, Regression, regress
from .regression.regression_predictors import Dropped, Predictor
from .statistics.arrhenius import ArrheniusFit, ArrheniusPoint, arrhenius_fit
from .statistics.block_average import TEN_AND_FIVE, block_average
from .statistics.model_error import ModelError, model_error
from .statistics.multiplicity import holm, two_sided_p
from .statistics.replicas import ReplicaMean, combine_replicas

__all__ = [
    "MACKENZIE_LARGEST_DEG",
    "TEN_AND_FIVE",
    "ArrheniusFit",
    "ArrheniusPoint",
    "BaselineComparison",
    "Coefficient",
    "Dropped",
    "EnrichmentScan",
    "Measured",
    "ModelError",
    "OxygenVacancies",
    "PolycrystalGain",
    "Predictor",
    "Regression",
    "ReplicaMean",
    "ResistivityProfile",
    "ResolutionCheck",
    "SecondOpinion",
    "SlabDiffusivity",
    "TransportTensor",
    "area_specific_resistance",
    "arrhenius_fit",
    "band_limits",
    "block_average",
    "boundary_diffusivity_ratio",
    "boundary_share",
    "bulk_plateau",
    "bulk_resistivity",
    "chemical_width",
    "collective_conductivity",
    "combine_replicas",
    "combined_resistivity",
    "compare_with_baseline",
    "conductivity_tensor",
    "cross_displacement",
    "diffusivity_tensor",
    "enrichment_scan",
    "excess_conductance",
    "garnet_phase",
    "gb_resistivities",
    "gb_resistivity",
    "gibbs_excess",
    "gibbs_excesses",
    "haven_ratio",
    "holm",
    "improvement_bound",
    "least_area_specific_resistance",
    "lithium_enrichment",
    "mackenzie_density",
    "mackenzie_share",
    "mackenzie_weights",
    "mean_squared_displacement",
    "measure_run",
    "model_error",
    "nernst_einstein_conductivity",
    "oxygen_vacancies",
    "polycrystal_conductivity",
    "polycrystal_curve",
    "polycrystal_gain",
    "regress",
    "resistivity_profile",
    "resistivity_ratio",
    "resolution_check",
    "second_opinion",
    "shrunken",
    "slab_diffusivity",
    "structural_width",
    "tracer_diffusivity",
    "transport_width",
    "two_sided_p",
    "weighted_mean",
    "zirconium_oxygen_cutoff",
]
