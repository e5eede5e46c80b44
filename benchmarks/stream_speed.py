"""Speed and memory of ``grainway analyse`` on a long dump, beside the readers of LAMMPS text dumps at hand.

Writes a synthetic dump (4,000 atoms a frame, ``id type xu yu zu`` as LAMMPS writes it), lets every reader
that is installed parse it, runs ``grainway analyse`` on its first quarter and on all of it, prints bytes per
second, ratios and memory, and deletes it. Readers are those of dumps (ovito, MDAnalysis, ASE, chemfiles,
lammpsio) and parsers of tables given the rows of many frames at a time (polars, pyarrow, pandas, numpy, and
simdjson, which grainway uses), each with its own number of threads. One that needs longer than ``--patience``
is judged by what it read until then. Readers that look through the whole file before its first frame get the
first 100 MB alone, since they would show nothing for minutes.

    pip install polars pyarrow pandas chemfiles ovito MDAnalysis lammpsio
    python benchmarks/stream_speed.py --gigabytes 5
"""

from __future__ import annotations

import argparse
import io
import json
import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np

N_ATOMS = 4000
N_COLUMNS = 5
BATCH_BYTES = 8_000_000
INDEXING = ("ASE", "MDAnalysis", "lammpsio", "ovito")
PIECE_BYTES = 100_000_000
ROW = "%d %d %g %g %g \n"
SIDE = 36.4  # Å: the density of the garnet
Reader = Callable[[Path], Iterator[int]]


def write_dump(path: Path, size: int, seed: int = 1) -> int:
    """Write a dump of at least ``size`` bytes and return the number of frames."""
    rng = np.random.default_rng(seed)
    share = np.array([56, 24, 16, 96]) / 192
    types = np.searchsorted(np.cumsum(share), (np.arange(N_ATOMS) + 0.5) / N_ATOMS) + 1
    lithium = types == 1
    sites = rng.uniform(0, SIDE, (N_ATOMS, 3))
    walked = np.zeros((int(lithium.sum()), 3))
    n_frames = 0
    with path.open("wb") as stream:
        while stream.tell() < size:
            positions = sites + rng.normal(scale=0.1, size=sites.shape)
            walked += rng.normal(scale=0.08, size=walked.shape)
            positions[lithium] += walked
            head = (
                f"ITEM: TIMESTEP\n{50 * n_frames}\nITEM: NUMBER OF ATOMS\n{N_ATOMS}\nITEM: BOX BOUNDS "
                "pp pp pp\n" + f"0.0 {SIDE}\n" * 3 + "ITEM: ATOMS id type xu yu zu\n"
            )
            rows = zip(range(1, N_ATOMS + 1), types.tolist(), *positions.T.tolist(), strict=True)
            stream.write((head + "".join(map(ROW.__mod__, rows))).encode())
            n_frames += 1
    return n_frames


def bodies(path: Path, at_once: int) -> Iterator[bytes]:
    """Yield the rows of frames without their headers, many frames at a time."""
    from grainway.trajectories.lammps_dumps.text_dump import _header, _split

    held: list[bytes] = []
    with path.open("rb", buffering=0) as stream:
        for raw in _split(stream, b"ITEM: TIMESTEP\n", 0, None):
            held.append(raw[_header(raw, path.name).length :])
            if sum(map(len, held)) >= at_once:
                yield b"".join(held)
                held = []
    if held:
        yield b"".join(held)


def table_readers() -> dict[str, Reader]:
    """Parsers of tables."""
    names = ["id", "type", "xu", "yu", "zu", "end"]
    found: dict[str, Reader] = {}

    def each(parse: Callable[[bytes], object], at_once: int = BATCH_BYTES) -> Reader:
        def read(path: Path) -> Iterator[int]:
            for body in bodies(path, at_once):
                parse(body)
                yield len(body)

        return read

    if find_spec("polars"):
        import polars as pl

        schema = dict(zip(names, [pl.Int64] * 2 + [pl.Float64] * 3 + [pl.String], strict=True))
        found["polars"] = each(lambda b: pl.read_csv(b, has_header=False, separator=" ", schema=schema))
    if find_spec("pyarrow"):
        import pyarrow as pa
        from pyarrow import csv

        kinds = dict(zip(names, [pa.int64()] * 2 + [pa.float64()] * 3 + [pa.null()], strict=True))
        wanted = csv.ConvertOptions(
            column_types=kinds, include_columns=names[:1] + names[2:5], check_utf8=False
        )
        found["pyarrow"] = each(
            lambda b: csv.read_csv(
                pa.py_buffer(b),
                read_options=csv.ReadOptions(column_names=names),
                parse_options=csv.ParseOptions(delimiter=" ", quote_char=False),
                convert_options=wanted,
            )
        )
    if find_spec("pandas"):
        import pandas as pd

        found["pandas (C)"] = each(
            lambda b: pd.read_csv(io.BytesIO(b), sep=" ", header=None, usecols=range(5))
        )
    found["numpy.loadtxt"] = each(lambda b: np.loadtxt(io.BytesIO(b)))
    from grainway.trajectories.lammps_dumps.number_text import RowText

    rows = RowText(N_COLUMNS)
    found["simdjson, frame by frame"] = each(lambda b: rows.read(b, N_ATOMS), at_once=1)
    return found


def dump_readers() -> dict[str, Reader]:
    """Readers of LAMMPS dumps."""
    found: dict[str, Reader] = {}
    if find_spec("MDAnalysis"):

        def mdanalysis(path: Path) -> Iterator[int]:
            from MDAnalysis.coordinates.LAMMPS import DumpReader

            reader = DumpReader(str(path), lammps_coordinate_convention="unwrapped")
            size = path.stat().st_size / reader.n_frames
            for _ in reader:
                yield int(size)

        found["MDAnalysis"] = mdanalysis
    if find_spec("chemfiles"):

        def chemfiles(path: Path) -> Iterator[int]:
            from chemfiles import Trajectory

            with Trajectory(str(path), "r", "LAMMPS") as trajectory:
                size = path.stat().st_size // trajectory.nsteps
                for _ in range(trajectory.nsteps):
                    np.array(trajectory.read().positions)
                    yield size

        found["chemfiles"] = chemfiles
    if find_spec("lammpsio"):

        def lammpsio(path: Path) -> Iterator[int]:
            from lammpsio import DumpFile

            schema = {"id": 0, "typeid": 1, "position": (2, 3, 4)}
            for frame in DumpFile(str(path), schema):
                yield 32 * frame.N

        found["lammpsio"] = lammpsio
    if find_spec("ovito"):

        def ovito(path: Path) -> Iterator[int]:
            from ovito.io import import_file

            pipeline = import_file(str(path))
            n_frames = pipeline.source.num_frames
            for frame in range(n_frames):
                np.array(pipeline.compute(frame).particles.positions)
                yield path.stat().st_size // n_frames

        found["ovito"] = ovito

    def ase(path: Path) -> Iterator[int]:
        from ase.io import iread

        for atoms in iread(path, index=":", format="lammps-dump-text"):
            yield 32 * len(atoms)

    found["ASE"] = ase
    return found


def rate(reader: Reader, path: Path, patience: float) -> tuple[float, float]:
    """Return bytes per second of wall time, and of processor time."""
    begun, worked, done = time.perf_counter(), time.process_time(), 0
    for size in reader(path):
        done += size
        if time.perf_counter() - begun > patience:
            break
    return done / (time.perf_counter() - begun), done / (time.process_time() - worked)


def resident(pid: int) -> int:
    """Return the resident memory of a process and its children, bytes."""
    total = 0
    try:
        total += int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")
        for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split():
            total += resident(int(child))
    except (OSError, IndexError):
        pass  # it has just ended
    return total


@dataclass(frozen=True)
class Run:
    """What a run of ``grainway analyse`` took: seconds of wall and processor, bytes of memory; its record."""

    wall: float
    processor: float
    memory: int
    record: dict[str, Any]


def analyse(path: Path, workers: int | None, *options: str) -> Run:
    """Run ``grainway analyse``."""
    command = [sys.executable, "-m", "grainway", "analyse", str(path), "--temperature", "1000", *options]
    command += ["--timestep", "0.002", "--types", "Li,La,Zr,O", "--json"]
    command += [] if workers is None else ["--workers", str(workers)]
    memory = 0
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    with tempfile.TemporaryFile() as output:
        begun = time.perf_counter()
        process = subprocess.Popen(command, stdout=output)
        while process.poll() is None:
            memory = max(memory, resident(process.pid))
            time.sleep(0.1)
        wall = time.perf_counter() - begun
        if process.returncode:
            raise SystemExit(f"grainway analyse ended with status {process.returncode}")
        output.seek(0)
        record = json.load(output)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    processor = after.ru_utime + after.ru_stime - used.ru_utime - used.ru_stime
    return Run(wall, processor, memory, record)


def main() -> None:
    """Run it."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--gigabytes", type=float, default=5.0)
    parser.add_argument("--patience", type=float, default=30.0, help="seconds for one reader")
    parser.add_argument(
        "--workers", type=int, default=None, help="of grainway analyse; its own choice otherwise"
    )
    parser.add_argument("--folder", type=Path, default=None, help="where the dump is written")
    given = parser.parse_args()
    size = int(given.gigabytes * 1e9)
    with tempfile.TemporaryDirectory(dir=given.folder) as folder:
        if shutil.disk_usage(folder).free < 1.2 * size:
            raise SystemExit(f"{folder} has no room for {given.gigabytes:g} GB; give another --folder")
        path = Path(folder) / "long.lammpstrj"
        n_frames = write_dump(path, size)
        size = path.stat().st_size
        print(
            f"{size / 1e9:.2f} GB, {n_frames} frames of {N_ATOMS} atoms; MB/s of wall time (of "
            "processor time)"
        )
        piece = Path(folder) / "piece.lammpstrj"
        write_dump(piece, min(size, PIECE_BYTES))
        rates = {}
        for name, reader in {**table_readers(), **dump_readers()}.items():
            try:
                rates[name], by_processor = rate(reader, piece if name in INDEXING else path, given.patience)
            except Exception as error:  # a reader of another version than expected is no reason to stop
                print(f"  {name:28s} failed: {type(error).__name__}: {error}")
                continue
            print(f"  {name:28s} {rates[name] / 1e6:8.1f} ({by_processor / 1e6:.1f})", flush=True)
        part = analyse(path, given.workers, "--stop", str(0.1 * (n_frames // 4) - 0.05))
        whole = analyse(path, given.workers)
        assert whole.record["n_frames"] == n_frames
        assert part.record["n_frames"] == n_frames // 4
        fastest = max(rates, key=rates.__getitem__)
        speed = size / whole.wall
        print(f"  {'grainway analyse, whole':28s} {speed / 1e6:8.1f} ({size / whole.processor / 1e6:.1f})")
        further = 0.75 * size / (whole.wall - part.wall), 0.75 * size / (whole.processor - part.processor)
        print(f"  {'  each further byte':28s} {further[0] / 1e6:8.1f} ({further[1] / 1e6:.1f})")
        print(f"whole over the fastest reader, {fastest}: {speed / rates[fastest]:.2f}")
        print(
            f"largest resident memory of all processes: {part.memory / 1e6:.0f} MB for a quarter of the file,"
        )
        print(f"  {whole.memory / 1e6:.0f} MB for all of it")


if __name__ == "__main__":
    main()
