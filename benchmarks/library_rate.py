"""How fast are boundaries built, and does memory stay flat?

    python benchmarks/library_rate.py [--structures 100000] [--device cpu] [--lithium 400]

Frameworks of whole boundary cells (coordinates, both contact gaps opened) by the batch builder, every one
with its own translation and cuts: Σ13 (510) with grains of 25 and of 50 Å, and the whole catalogue in turn;
then the same with lithium placed and neutral. Rates are structures per second of one core. Resident memory is
read after each tenth of the long run. On another device than the processor the rate is set beside one
core's, and coordinates are compared.
"""

from __future__ import annotations

import argparse
import os
import platform
import time
from collections.abc import Iterable, Iterator
from itertools import cycle, islice
from pathlib import Path

os.environ.setdefault("OMP_NUM_THREADS", "1")
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import numpy as np

from grainway.domain import BoundarySpec
from grainway.geometry.contact import CONTACT_SCALE
from grainway.structure import Catalogue, CatalogueEntry, build_many, framework_batches, load_garnet
from grainway.structure.catalogue.microscopic_variants import microscopic_variants
from grainway.structure.planar.array_device import open_array_device
from grainway.structure.planar.contact_gaps import macroscopic_key, make_frame
from grainway.structure.planar.framework_batch import contacts

SECONDS = 8.0


def resident_mib() -> float:
    """Return the resident memory of this process, MiB."""
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 2**20


def variants(entries: list[CatalogueEntry], per_entry: int) -> Iterator[BoundarySpec]:
    """Yield translations and cuts of the entries, each entry's together, without end."""
    for round_number, entry in enumerate(cycle(entries)):
        yield from microscopic_variants(entry.spec(), per_entry, round_number)


def rate(specs: Iterable[BoundarySpec], device: str, batch_size: int) -> tuple[float, float]:
    """Return structures per second and million atoms per second of frameworks and gaps."""
    place = open_array_device(device)
    batches = framework_batches(specs, device=device, batch_size=batch_size)
    # the first batch also pays for the orientation's geometry, and on a GPU for its kernels
    next(batches)
    number = atoms = 0
    start = time.perf_counter()
    for batch in batches:
        number += len(batch.specs)
        atoms += batch.positions.shape[0] * batch.positions.shape[1]
        float(place.numpy(batch.gaps).max())  # a GPU answers before it has computed
        if time.perf_counter() - start > SECONDS:
            break
    took = time.perf_counter() - start
    return number / took, atoms / took / 1e6


def gap_share(specs: list[BoundarySpec]) -> float:
    """Return the share of the time that the contact gaps take; the rest places atoms."""
    device, crystal = open_array_device("cpu"), load_garnet()
    frame = make_frame(macroscopic_key(specs[0]), crystal, CONTACT_SCALE)
    contacts(specs[:64], frame, device)  # what the first call prepares is not counted
    start = time.perf_counter()
    for first in range(0, len(specs), 64):
        contacts(specs[first : first + 64], frame, device)
    gaps = time.perf_counter() - start
    start = time.perf_counter()
    for _ in framework_batches(specs):
        pass
    return gaps / (time.perf_counter() - start)


def lithium_rate(specs: Iterable[BoundarySpec], number: int) -> tuple[float, float]:
    """Return whole boundaries per second and the growth of memory, MiB."""
    built = build_many(islice(specs, number + 64))
    for _ in range(64):
        next(built)
    before, start = resident_mib(), time.perf_counter()
    for _ in built:
        pass
    return number / (time.perf_counter() - start), resident_mib() - before


def largest_difference(specs: list[BoundarySpec], device: str) -> float:
    """Return the largest difference of a coordinate between a device and the processor, Å."""
    there, here = framework_batches(specs, device=device), framework_batches(specs)
    return max(
        float(np.abs(open_array_device(device).numpy(a.positions) - b.positions).max())
        for a, b in zip(there, here, strict=True)
    )


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--structures", type=int, default=100_000, help="of the long run")
    parser.add_argument("--lithium", type=int, default=400, help="boundaries with lithium")
    parser.add_argument("--device", default="cpu", help="also measured beside the processor")
    parser.add_argument("--batch", type=int, default=4096, help="bicrystals at once on that device")
    options = parser.parse_args()
    thin = Catalogue(axes=((0, 0, 1),), max_strain=0.0).snap((0, 0, 1), 22.62).entry
    thick = (
        Catalogue(axes=((0, 0, 1),), max_strain=0.0, min_grain_thickness=50.0).snap((0, 0, 1), 22.62).entry
    )
    everything = list(Catalogue().entries)
    print(f"{platform.processor() or platform.machine()}, NumPy {np.__version__}, one core")
    for name, entries in (
        (f"Σ13 (510), {thin.n_atoms} atoms with Li", [thin]),
        (f"Σ13 (510), {thick.n_atoms} atoms with Li", [thick]),
        (f"whole catalogue, {len(everything)} boundaries", everything),
    ):
        per_second, atoms = rate(variants(entries, 1024), "cpu", 64)
        line = f"{name}: {per_second:,.0f} frameworks/s, {atoms:.1f} M atoms/s"
        if len(entries) == 1:
            share = gap_share(list(islice(variants(entries, 2048), 2048)))
            whole, growth = lithium_rate(variants(entries, 1024), options.lithium)
            line += f"; {share:.0%} of it contact gaps; with Li {whole:,.1f}/s"
            line += f", memory {growth:+.0f} MiB over {options.lithium}"
        print(line, flush=True)
        if options.device != "cpu":
            other, _ = rate(variants(entries, 16_384), options.device, options.batch)
            specs = list(islice(variants(entries, 64), 256))
            print(
                f"  {options.device}: {other:,.0f} frameworks/s, {other / per_second:.1f} times one core; "
                f"coordinates differ by at most {largest_difference(specs, options.device):.1e} Å",
                flush=True,
            )
    done, start, tenth = 0, time.perf_counter(), max(options.structures // 10, 1)
    sizes = []
    for batch in framework_batches(islice(variants(everything, 256), options.structures)):
        done += len(batch.specs)
        if done >= tenth * (len(sizes) + 1):
            sizes.append(resident_mib())
    took = time.perf_counter() - start
    print(
        f"{done} frameworks of the catalogue in {took:.0f} s ({done / took:,.0f}/s); resident memory after "
        f"each tenth, MiB: {', '.join(f'{s:.0f}' for s in sizes)}"
    )


if __name__ == "__main__":
    main()
