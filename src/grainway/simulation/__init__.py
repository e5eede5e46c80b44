"""Molecular dynamics in LAMMPS: potentials, stages, runs and their health."""

from grainway.simulation.continuation import continued_stages, kept_ends
from grainway.simulation.declaration import load_declared, read_declaration
from grainway.simulation.declared_nep import RELEASE_CARD, declare_nep
from grainway.simulation.declared_potential import (
    DeclaredPotential,
    PotentialDeclaration,
    declare_potential,
)
from grainway.simulation.extrapolation import (
    Extrapolation,
    ForceSpread,
    force_spread,
    judge_extrapolation,
    read_spread,
    spread_file,
)
from grainway.simulation.finished_stage import FinishedStage
from grainway.simulation.interatomic import Declaration, Potential
from grainway.simulation.lammps_binary import LammpsBinary, find_lammps
from grainway.simulation.lammps_input import RunSetup
from grainway.simulation.lifeline import die_with_parent
from grainway.simulation.nep_potential import NEPPotential, load_nep, model_file
from grainway.simulation.potential import DEFAULT_NAME, POTENTIAL_NAMES, load_potential
from grainway.simulation.potential_check import Finding, check_potential, require_sound
from grainway.simulation.production import Production, read_potential_energy, read_production
from grainway.simulation.protocol import Protocol, Stage, plan_stages
from grainway.simulation.runner import Progress, production_at, run_stages
from grainway.simulation.shipped_nep import NEP_CARD, NEP_NAME

__all__ = [
    "DEFAULT_NAME",
    "NEP_CARD",
    "NEP_NAME",
    "POTENTIAL_NAMES",
    "RELEASE_CARD",
    "Declaration",
    "DeclaredPotential",
    "Extrapolation",
    "Finding",
    "FinishedStage",
    "ForceSpread",
    "LammpsBinary",
    "NEPPotential",
    "Potential",
    "PotentialDeclaration",
    "Production",
    "Progress",
    "Protocol",
    "RunSetup",
    "Stage",
    "check_potential",
    "continued_stages",
    "declare_nep",
    "declare_potential",
    "die_with_parent",
    "find_lammps",
    "force_spread",
    "judge_extrapolation",
    "kept_ends",
    "load_declared",
    "load_nep",
    "load_potential",
    "model_file",
    "plan_stages",
    "production_at",
    "read_declaration",
    "read_potential_energy",
    "read_production",
    "read_spread",
    "require_sound",
    "run_stages",
    "spread_file",
]
