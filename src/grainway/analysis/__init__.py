"""Transport and composition from trajectories, every number with an error that holds."""

from grainway.analysis.arrhenius import ArrheniusFit, ArrheniusPoint, arrhenius_fit
from grainway.analysis.band_limit import band_limits
from grainway.analysis.baseline import BaselineComparison, compare_with_baseline, shrunken, weighted_mean
from grainway.analysis.boundary import resistivity_profile
from grainway.analysis.conductivity import collective_conductivity, haven_ratio, nernst_einstein_conductivity
from grainway.analysis.diffusion import tracer_diffusivity
from grainway.analysis.displacement import cross_displacement, mean_squared_displacement
from grainway.analysis.enrichment_scan import EnrichmentScan, bulk_plateau, enrichment_scan
from grainway.analysis.excess import excess_conductance
from grainway.analysis.garnet_phase import garnet_phase
from grainway.analysis.length_regression import (
    LengthPoint,
    LengthRegression,
    cell_resistance,
    length_regression,
)
from grainway.analysis.mackenzie import (
    MACKENZIE_LARGEST_DEG,
    mackenzie_density,
    mackenzie_share,
    mackenzie_weights,
)
from grainway.analysis.model_error import ModelError, model_error
from grainway.analysis.multiplicity import difference, holm, two_sided_p
from grainway.analysis.polycrystal import (
    boundary_share,
    improvement_bound,
    polycrystal_conductivity,
    polycrystal_curve,
)
from grainway.analysis.polycrystal_gain import PolycrystalGain, polycrystal_gain
from grainway.analysis.profile import gibbs_excess, gibbs_excesses, lithium_enrichment
from grainway.analysis.regression import Coefficient, Regression, regress
from grainway.analysis.regression_predictors import Dropped, Predictor
from grainway.analysis.replicas import ReplicaMean, combine_replicas
from grainway.analysis.resistance import (
    ResistivityProfile,
    area_specific_resistance,
    boundary_diffusivity_ratio,
    gb_resistivities,
    gb_resistivity,
)
from grainway.analysis.resolution_check import ResolutionCheck, resolution_check
from grainway.analysis.second_opinion import SecondOpinion, second_opinion
from grainway.analysis.slab import SlabDiffusivity, slab_diffusivity
from grainway.analysis.tensors import TransportTensor, conductivity_tensor, diffusivity_tensor
from grainway.analysis.time_average import time_average
from grainway.analysis.vacancies import OxygenVacancies, oxygen_vacancies
from grainway.analysis.widths import chemical_width, structural_width, transport_width
from grainway.analysis.zirconium_oxygen import zirconium_oxygen_cutoff

__all__ = [
    "MACKENZIE_LARGEST_DEG",
    "ArrheniusFit",
    "ArrheniusPoint",
    "BaselineComparison",
    "Coefficient",
    "Dropped",
    "EnrichmentScan",
    "LengthPoint",
    "LengthRegression",
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
    "boundary_diffusivity_ratio",
    "boundary_share",
    "bulk_plateau",
    "cell_resistance",
    "chemical_width",
    "collective_conductivity",
    "combine_replicas",
    "compare_with_baseline",
    "conductivity_tensor",
    "cross_displacement",
    "difference",
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
    "length_regression",
    "lithium_enrichment",
    "mackenzie_density",
    "mackenzie_share",
    "mackenzie_weights",
    "mean_squared_displacement",
    "model_error",
    "nernst_einstein_conductivity",
    "oxygen_vacancies",
    "polycrystal_conductivity",
    "polycrystal_curve",
    "polycrystal_gain",
    "regress",
    "resistivity_profile",
    "resolution_check",
    "second_opinion",
    "shrunken",
    "slab_diffusivity",
    "structural_width",
    "time_average",
    "tracer_diffusivity",
    "transport_width",
    "two_sided_p",
    "weighted_mean",
    "zirconium_oxygen_cutoff",
]
