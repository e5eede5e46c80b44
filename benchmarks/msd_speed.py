"""Mean-squared displacement of one trajectory by grainway, MDAnalysis and freud: time and peak memory.

    python benchmarks/msd_speed.py [--frames 10000] [--ions 1000] [--repeats 3]

Every program runs in a process of its own with the same positions (single precision, on disk) and all lags:
once bound to one core, once with all cores of the machine, of which it takes what it can use. Time is that of
the mean-squared displacement from positions to result, the best of the repeats. MDAnalysis and freud have the
positions in memory, and reading them is not counted; grainway reads blocks of ions from the memory map, which
is. Peak memory is that of the whole process, interpreter, libraries and input included. "FFT alone" are the
forward transforms that grainway makes, in one thread, without anything else.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

PROGRAMS = ("grainway", "FFT alone", "MDAnalysis", "freud")
SIDE_A = 40.0


def write_walk(path: Path, n_frames: int, n_ions: int) -> None:
    """Write a random walk, block of ions by block of ions."""
    rng = np.random.default_rng(0)
    shape = (n_frames, n_ions, 3)
    walk = np.lib.format.open_memmap(path, mode="w+", dtype=np.float32, shape=shape)
    for start in range(0, n_ions, 50):
        steps = rng.normal(scale=0.1, size=(n_frames, min(50, n_ions - start), 3))
        walk[:, start : start + 50] = rng.uniform(0, SIDE_A, (1, steps.shape[1], 3)) + steps.cumsum(axis=0)
    walk.flush()


def by_grainway(path: Path) -> Callable[[], np.ndarray]:
    """Memory-mapped, in blocks of ions."""
    from grainway.analysis import mean_squared_displacement

    positions = np.load(path, mmap_mode="r")
    return lambda: mean_squared_displacement(positions).sum(axis=1)


def by_fft_alone(path: Path) -> Callable[[], np.ndarray]:
    """As many forward transforms of the same length, on one block that stays in the cache."""
    from grainway.analysis.motion.displacement import _IONS_PER_TRANSFORM, _transform_length

    n_frames, n_ions, n_axes = np.load(path, mmap_mode="r").shape
    padded = _transform_length(2 * n_frames - 1)
    block = np.zeros((_IONS_PER_TRANSFORM * n_axes, padded))
    block[:, :n_frames] = np.random.default_rng(0).normal(size=(block.shape[0], n_frames))
    result = np.empty((block.shape[0], padded // 2 + 1), dtype=np.complex128)

    def run() -> np.ndarray:
        for _ in range(n_ions // _IONS_PER_TRANSFORM):
            np.fft.rfft(block, axis=1, out=result)
        return result.real[0]

    return run


def by_mdanalysis(path: Path) -> Callable[[], np.ndarray]:
    """``EinsteinMSD(fft=True)`` on positions in memory."""
    import MDAnalysis
    from MDAnalysis.analysis.msd import EinsteinMSD
    from MDAnalysis.coordinates.memory import MemoryReader

    positions = np.load(path)
    universe = MDAnalysis.Universe.empty(positions.shape[1], trajectory=True)
    universe.load_new(positions, format=MemoryReader, order="fac")
    return lambda: EinsteinMSD(universe, fft=True).run().results.timeseries


def by_freud(path: Path) -> Callable[[], np.ndarray]:
    """``freud.msd.MSD`` in window mode."""
    import freud

    freud.parallel.set_num_threads(len(os.sched_getaffinity(0)))
    positions = np.load(path)
    return lambda: freud.msd.MSD(freud.box.Box.cube(1e6), mode="window").compute(positions).msd


MEASURES = dict(zip(PROGRAMS, (by_grainway, by_fft_alone, by_mdanalysis, by_freud), strict=True))


def child(program: str, path: Path, repeats: int, result: Path) -> None:
    """Measure one program in this process."""
    prepared = MEASURES[program](path)
    seconds = []
    for _ in range(repeats):
        started = time.perf_counter()
        msd = prepared()
        seconds.append(time.perf_counter() - started)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    if program != "FFT alone":
        np.save(result, msd)
    sys.stdout.write(json.dumps({"seconds": min(seconds), "peak_mib": peak}))


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--frames", type=int, default=10_000)
    parser.add_argument("--ions", type=int, default=1_000)
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--child", nargs=3, metavar=("PROGRAM", "INPUT", "RESULT"), help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.child:
        program, path, result = arguments.child
        if program == "write":
            write_walk(Path(path), arguments.frames, arguments.ions)
            return
        child(program, Path(path), arguments.repeats, Path(result))
        return
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "walk.npy"
        # a child's peak begins at its parent's: this process stays small
        shape = ["--frames", str(arguments.frames), "--ions", str(arguments.ions)]
        subprocess.run([sys.executable, __file__, *shape, "--child", "write", str(path), ""], check=True)
        size = path.stat().st_size / 2**20
        print(f"{arguments.frames} frames x {arguments.ions} ions, {size:.0f} MiB in single precision")
        for n_cores in sorted({1, len(os.sched_getaffinity(0))}):
            compare(path, arguments.repeats, n_cores)


def compare(path: Path, repeats: int, n_cores: int) -> None:
    """Print the table of all programs on so many cores."""
    heads = f"{'s':>8} {'times grainway':>15} {'peak MiB':>9} {'largest difference':>19}"
    print(f"\n{'one core' if n_cores == 1 else f'{n_cores} cores':12} {heads}")
    limits = {f"{name}_NUM_THREADS": str(n_cores) for name in ("OMP", "OPENBLAS", "MKL", "TBB")}
    cores = ",".join(str(core) for core in sorted(os.sched_getaffinity(0))[:n_cores])
    found: dict[str, dict[str, float]] = {}
    own = path.with_name("grainway.npy")
    for program in PROGRAMS:
        result = path.with_name(f"{program}.npy")
        command = ["taskset", "--cpu-list", cores, sys.executable, __file__, "--repeats", str(repeats)]
        command += ["--child", program, str(path), str(result)]
        done = subprocess.run(command, check=True, capture_output=True, text=True, env=os.environ | limits)
        found[program] = json.loads(done.stdout.splitlines()[-1])
        ratio = found[program]["seconds"] / found["grainway"]["seconds"]
        differ = ""
        if result.exists() and program != "grainway":
            reference = np.load(own)
            differ = f"{np.abs(np.load(result) - reference).max() / reference.max():.1e}"
        print(
            f"{program:12} {found[program]['seconds']:8.2f} {ratio:15.2f}"
            f" {found[program]['peak_mib']:9.0f} {differ:>19}",
            flush=True,
        )
    if n_cores == 1:
        share = found["FFT alone"]["seconds"] / found["grainway"]["seconds"]
        print(f"forward transforms are {share:.0%} of grainway's time")


if __name__ == "__main__":
    main()
