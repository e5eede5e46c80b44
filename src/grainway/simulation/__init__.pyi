from .lammps.lammps_executable import LammpsBinary, find_lammps
from .potential_check import Finding, check_potential, require_sound
from .potentials.any_declaration import load_declared, read_declaration
from .potentials.declared.declared_potential import DeclaredPotential, PotentialDeclaration, declare_potential
from .potentials.interatomic import Declaration, Potential
from .potentials.nep.declared_nep import RELEASE_CARD, declare_nep
from .potentials.nep.extrapolation import (
    Extrapolation,
    ForceSpread,
    force_spread,
    judge_extrapolation,
    read_spread,
    spread_file,
)
from .potentials.nep.nep_potential import NEPPotential, load_nep, model_file
from .potentials.shipped_potentials import DEFAULT_NAME, NEP_CARD, NEP_NAME, POTENTIAL_NAMES, load_potential
from .stages.continued_production import continued_stages, kept_ends
from .stages.finished_stage import FinishedStage
from .stages.production import Production, read_potential_energy, read_production
from .stages.protocol import Protocol, Stage, plan_stages
from .stages.stage_input import RunSetup
from .stages.stage_runner import Progress, production_at, run_stages

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
