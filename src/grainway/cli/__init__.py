"""The command ``grainway``: loads what the command called uses, no more."""

import sys

from grainway.cli.app import app
from grainway.errors import GrainwayError
from grainway.machine import interruption

__all__ = ["app", "main"]


def main() -> None:
    """Run the command; every expected error is one message and a status that is not 0."""
    try:
        app()
    except GrainwayError as error:
        if interruption.happened():
            return  # an engine that the same interruption ended is no error
        from rich.console import Console

        Console(stderr=True, highlight=False, soft_wrap=True).print("error:", str(error), markup=False)
        sys.exit(2)
