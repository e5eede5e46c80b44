"""Which styles of a LAMMPS binary have a variant in its OPENMP package, which is faster on one thread too."""

from __future__ import annotations

import subprocess
from collections.abc import Iterable
from functools import cache
from pathlib import Path

from grainway.simulation.lammps.lammps_executable import LammpsBinary

OMP_ARGUMENTS = ("-sf", "omp", "-pk", "omp", "1")
_SUFFIX = "/omp"
_LONGEST_S = 120.0
_REFUSED = frozenset(("hybrid/scaled",))
"""Listed with a variant, which then ends with "does not support accelerator styles"."""


def has_omp(binary: LammpsBinary, styles: Iterable[str]) -> bool:
    """Return whether every one of some styles has a variant with the suffix omp, as far as the binary says.

    Args:
        binary: LAMMPS; asked once in a process, a sixth of a second.
        styles: of pairs, long-range sums or fixes.
    """
    known = _omp_styles(binary.path, tuple(sorted(binary.environment.items())))
    return all(style + _SUFFIX in known and style not in _REFUSED for style in styles)


@cache
def _omp_styles(path: Path, environment: tuple[tuple[str, str], ...]) -> frozenset[str]:
    binary = LammpsBinary(path, dict(environment))
    try:
        answer = subprocess.run(
            [str(path), "-h"],
            env=binary.full_environment(),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=_LONGEST_S,
            check=True,
        )
    except (OSError, subprocess.SubprocessError):
        # a script that passes no -h on, or an engine that does not start: its run says what is wrong
        return frozenset()
    words = answer.stdout.decode("utf-8", errors="replace").split()
    return frozenset(word for word in words if word.endswith(_SUFFIX))
