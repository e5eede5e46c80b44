"""Molecular dynamics in LAMMPS: potentials, stages, runs and their health."""

from grainway.simulation.finished_stage import FinishedStage
from grainway.simulation.lammps_binary import LammpsBinary, find_lammps
from grainway.simulation.lammps_input import RunSetup
from grainway.simulation.lifeline import die_with_parent
from grainway.simulation.potential import POTENTIAL_NAMES, Potential, load_potential
from grainway.simulation.production import Production, read_production
from grainway.simulation.protocol import Protocol, Stage, plan_stages
from grainway.simulation.runner import Progress, run_stages

__all__ = [
    "POTENTIAL_NAMES",
    "FinishedStage",
    "LammpsBinary",
    "Potential",
    "Production",
    "Progress",
    "Protocol",
    "RunSetup",
    "Stage",
    "die_with_parent",
    "find_lammps",
    "load_potential",
    "plan_stages",
    "read_production",
    "run_stages",
]
