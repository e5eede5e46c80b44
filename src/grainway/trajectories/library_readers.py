"""Trajectories that other packages read: DCD and XTC by MDAnalysis, everything else by ASE."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from grainway.array_types import FloatArray
from grainway.errors import AnalysisError
from grainway.trajectories.frame import Frame, TruncatedError, fractional

_A_PER_NM = 10.0


def read_dcd(path: Path) -> Iterator[Frame]:
    """Yield the frames of a DCD file.

    Its header's time is left alone, since programs write it in different units: frames bear the number of
    their step.

    Raises:
        TruncatedError: when a frame is cut off.
        AnalysisError: when MDAnalysis is not there, or the file has no cell.
    """
    with _opened(path, "libdcd", "DCDFile") as file:
        first_step, interval = int(file.header["istart"]), int(file.header["nsavc"])
        number = -1
        for number, (positions, unit_cell) in enumerate(_each(file, path)):
            # the order in the file is a, γ, b, β, α, c; some programs write cosines, some degrees
            a, gamma, b, beta, alpha, c = (float(x) for x in unit_cell)
            angles = np.array([alpha, beta, gamma])
            if np.all(np.abs(angles) <= 1):
                angles = np.degrees(np.arccos(angles))
            cell = _cell((a, b, c), angles, f"{path.name}, frame {number + 1}")
            yield _frame(np.asarray(positions, dtype=np.float64), cell, first_step + number * interval, None)
    announced = _announced_frames(path)
    if announced > number + 1:
        raise TruncatedError(
            f"{path.name}, frame {number + 2} is cut off: the header announces {announced} frames. "
            f"Analyse the {number + 1} whole ones with --allow-truncated"
        )


def _announced_frames(path: Path) -> int:
    """Return the number of frames that a DCD header announces; some programs leave it at 0."""
    with path.open("rb") as stream:
        head = stream.read(12)
    return min((int(np.frombuffer(head[8:12], kind)[0]) for kind in ("<i4", ">i4")), key=abs)


def read_xtc(path: Path) -> Iterator[Frame]:
    """Yield the frames of a (lossy) XTC file, whose lengths are nm and whose times are ps.

    Raises:
        TruncatedError: when a frame is cut off.
        AnalysisError: when MDAnalysis is not there, or the file has no cell.
    """
    with _opened(path, "libmdaxdr", "XTCFile") as file:
        for number, read in enumerate(_each(file, path)):
            cell = np.asarray(read.box, dtype=np.float64) * _A_PER_NM
            if abs(np.linalg.det(cell)) < 1e-9:
                raise _no_cell(f"{path.name}, frame {number + 1}")
            positions = np.asarray(read.x, dtype=np.float64) * _A_PER_NM
            yield _frame(positions, cell, int(read.step), float(read.time))


def read_with_ase(path: Path, kind: str | None) -> Iterator[Frame]:
    """Yield the frames of any file that ASE reads: extxyz, XDATCAR, its own trajectories and many more.

    A frame's time is taken from ``time`` among its properties, in ps.

    Args:
        path: the file.
        kind: ASE's name of the format; None lets ASE find it.

    Raises:
        TruncatedError: when a frame is cut off.
        AnalysisError: when ASE cannot read the file, or a frame has other atoms than the first.
    """
    from ase.io import iread
    from ase.io.formats import UnknownFileTypeError

    species: tuple[str, ...] | None = None
    number = 0
    frames = iread(path, index=":", format=kind, do_not_split_by_at_sign=True)
    while True:
        number += 1
        where = f"{path.name}, frame {number}"
        try:
            atoms = next(frames, None)
        except UnknownFileTypeError as error:
            raise AnalysisError(
                f"{path.name} is of no kind known to grainway, MDAnalysis or ASE; "
                "name its format with --format"
            ) from error
        except Exception as error:  # readers of many formats fail in many ways on a frame that is cut off
            if isinstance(error, MemoryError) or getattr(error, "errno", None) is not None:
                raise  # memory or disk: says nothing about the file, and must not pass for its end
            if number == 1:
                raise AnalysisError(
                    f"{where} cannot be read ({type(error).__name__}: {error}); "
                    "it is damaged, or of another format: name that with --format"
                ) from error
            raise TruncatedError(
                f"{where} cannot be read ({type(error).__name__}: {error}); it is cut off or damaged. "
                "Analyse what is whole with --allow-truncated"
            ) from error
        if atoms is None:
            return
        symbols = tuple(atoms.get_chemical_symbols())
        if species is None:
            species = symbols
        elif symbols != species:
            raise AnalysisError(
                f"{where}: its {len(symbols)} atoms are not those of the first frame; "
                "write the same atoms in the same order in every frame"
            )
        cell = np.asarray(atoms.cell.array, dtype=np.float64)
        if abs(np.linalg.det(cell)) < 1e-9:
            raise _no_cell(where)
        time = atoms.info.get("time")
        step = atoms.info.get("step")
        yield _frame(
            np.asarray(atoms.positions, dtype=np.float64),
            cell,
            None if step is None else int(step),
            None if time is None else float(time),
            species,
        )


def _frame(
    positions: FloatArray,
    cell: FloatArray,
    step: int | None,
    time: float | None,
    species: tuple[str, ...] | None = None,
) -> Frame:
    origin = np.zeros(3)
    return Frame(
        fractions=fractional(positions, cell, origin),
        cell=cell,
        origin=origin,
        unwrapped=False,
        step=step,
        time=time,
        species=species,
    )


def _opened(path: Path, module: str, name: str) -> Any:
    """Open a file with one of MDAnalysis's own readers of bytes, which leave no index beside it."""
    try:
        from importlib import import_module

        file = getattr(import_module(f"MDAnalysis.lib.formats.{module}"), name)
    except ImportError as error:
        raise AnalysisError(
            f"{path.name}: DCD and XTC files are read by MDAnalysis, which is not installed. "
            'Install it with pip install "grainway[trajectories]", '
            "or convert the file to a LAMMPS dump or extxyz"
        ) from error
    try:
        return file(str(path))
    except OSError as error:
        raise TruncatedError(f"{path.name} cannot be opened: {error}; it is damaged or cut off") from error


def _each(file: Any, path: Path) -> Iterator[Any]:
    number = 0
    while True:
        number += 1
        try:
            frame = file.read()
        except StopIteration:
            return
        except OSError as error:
            raise TruncatedError(
                f"{path.name}, frame {number} cannot be read ({error}): it is cut off or damaged. "
                "Analyse what is whole with --allow-truncated"
            ) from error
        yield frame


def _cell(lengths: tuple[float, float, float], angles: FloatArray, where: str) -> FloatArray:
    from ase.geometry import cellpar_to_cell

    if min(lengths) <= 0:
        raise _no_cell(where)
    return np.asarray(cellpar_to_cell([*lengths, *angles]), dtype=np.float64)


def _no_cell(where: str) -> AnalysisError:
    return AnalysisError(
        f"{where} has no periodic cell; a conductivity needs its volume. Write the cell with it"
    )
