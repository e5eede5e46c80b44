"""The parameter file of the shipped potentials, as it stands."""

from __future__ import annotations

import tomllib
from functools import cache
from importlib.resources import files
from typing import Any

_FILE = "data/potentials.toml"


@cache
def potential_catalogue() -> dict[str, Any]:
    """Return everything in the parameter file; not to be changed."""
    return tomllib.loads(files("grainway.simulation.potentials").joinpath(_FILE).read_text(encoding="utf-8"))
