"""The command ``grainway``."""

from __future__ import annotations

import sys

from rich.console import Console

from grainway.cli import campaign_commands
from grainway.cli.app import app
from grainway.cli.potentials import distil_command, potential_command, validate_command
from grainway.cli.potentials import teaching_command as distillation_command
from grainway.cli.structures import build_command, ground_state_command, library_command
from grainway.cli.trajectories import analyse_command, nemd_command
from grainway.errors import GrainwayError

__all__ = [
    "analyse_command",
    "app",
    "build_command",
    "campaign_commands",
    "distil_command",
    "distillation_command",
    "ground_state_command",
    "library_command",
    "main",
    "nemd_command",
    "potential_command",
    "validate_command",
]


def main() -> None:
    """Run the command; every expected error is one message and a status that is not 0."""
    try:
        app()
    except GrainwayError as error:
        Console(stderr=True, highlight=False, soft_wrap=True).print("error:", str(error), markup=False)
        sys.exit(2)
