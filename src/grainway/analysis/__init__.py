"""Transport and composition from trajectories, every number with an error that holds."""

from grainway.analysis.boundary import resistivity_profile
from grainway.analysis.conductivity import collective_conductivity, haven_ratio, nernst_einstein_conductivity
from grainway.analysis.diffusion import tracer_diffusivity
from grainway.analysis.displacement import cross_displacement, mean_squared_displacement
from grainway.analysis.excess import excess_conductance
from grainway.analysis.profile import gibbs_excess, lithium_enrichment
from grainway.analysis.resistance import (
    ResistivityProfile,
    area_specific_resistance,
    boundary_diffusivity_ratio,
    gb_resistivities,
    gb_resistivity,
)
from grainway.analysis.slab import SlabDiffusivity, slab_diffusivity
from grainway.analysis.vacancies import OxygenVacancies, oxygen_vacancies

__all__ = [
    "OxygenVacancies",
    "ResistivityProfile",
    "SlabDiffusivity",
    "area_specific_resistance",
    "boundary_diffusivity_ratio",
    "collective_conductivity",
    "cross_displacement",
    "excess_conductance",
    "gb_resistivities",
    "gb_resistivity",
    "gibbs_excess",
    "haven_ratio",
    "lithium_enrichment",
    "mean_squared_displacement",
    "nernst_einstein_conductivity",
    "oxygen_vacancies",
    "resistivity_profile",
    "slab_diffusivity",
    "tracer_diffusivity",
]
