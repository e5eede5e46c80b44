"""Many boundaries: frameworks in batches, whole cells over processes, in the order they were asked for."""

import os
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from dataclasses import dataclass
from itertools import islice
from multiprocessing import active_children, get_context
from typing import TypeVar

from grainway.domain import BoundarySpec, GrainBoundary
from grainway.errors import StructureError
from grainway.geometry.contact import CONTACT_SCALE
from grainway.machine.interruption import InterruptionsWait
from grainway.machine.lifeline import die_with_parent
from grainway.structure.connected.connected_boundary import connect
from grainway.structure.crystal.crystal import IonicCrystal
from grainway.structure.crystal.garnet import load_garnet
from grainway.structure.filling.whole_cell import Framework, complete
from grainway.structure.planar.array_device import open_array_device
from grainway.structure.planar.bicrystal import bicrystals
from grainway.structure.planar.framework_batch import framework_batches
from grainway.structure.recipe_check import check_contact_scale, check_recipe, check_seed

CHUNK = 32
"""Recipes that one process takes at a time; their frameworks make batches."""

T = TypeVar("T")
Numbered = tuple[int, BoundarySpec]
OnFailure = Callable[[int, BoundarySpec, StructureError], None]


@dataclass(frozen=True, kw_only=True, eq=False)
class BuildOptions:
    """What all boundaries of a library have in common.

    Attributes:
        seed: the n-th boundary is built with ``seed + n``.
        device: where frameworks are computed.
        contact_scale: between 0.5 and 1.
        crystal: what the grains are made of; cubic Li7La3Zr2O12 unless given.
    """

    seed: int = 0
    device: str = "cpu"
    contact_scale: float = CONTACT_SCALE
    crystal: IonicCrystal | None = None


def build_many(
    specs: Iterable[BoundarySpec],
    seed: int = 0,
    device: str = "cpu",
    *,
    processes: int = 1,
    contact_scale: float = CONTACT_SCALE,
    crystal: IonicCrystal | None = None,
    on_failure: OnFailure | None = None,
) -> Iterator[GrainBoundary]:
    """Build boundaries in the order of their recipes, holding a few dozen in memory.

    Frameworks and contact gaps are computed in batches; the bytes that come out are those of
    :func:`~grainway.structure.builder.build_boundary`, whatever the device's batches and the number of
    processes.

    Args:
        specs: recipes, read as they are needed; any connections may be mixed.
        seed: the n-th boundary is built with ``seed + n``.
        device: of the frameworks: ``"cpu"``, ``"cuda"``, ``"cuda:<number>"`` or ``"torch"``; lithium is
            placed on the processor.
        processes: worker processes; with more than one, a script needs the usual
            ``if __name__ == "__main__"``.
        contact_scale: share of the closest distances at which the grains touch, 0.5 to 1.
        crystal: what the grains are made of; cubic Li7La3Zr2O12 unless given.
        on_failure: called with number, recipe and error of a boundary that cannot be built, which is then
            left out; without it the error is raised.

    Yields:
        One boundary per recipe, in order.

    Raises:
        StructureError: when the device is not there, or a boundary cannot be built and ``on_failure`` is not
            given.
    """
    options = BuildOptions(seed=seed, device=device, contact_scale=contact_scale, crystal=crystal)
    for chunk, built in over_processes(build_chunk, enumerate(specs), options, processes):
        for (number, spec), result in zip(chunk, built, strict=True):
            if isinstance(result, GrainBoundary):
                yield result
            elif on_failure is None:
                raise result
            else:
                on_failure(number, spec, result)


def build_chunk(chunk: list[Numbered], options: BuildOptions) -> list[GrainBoundary | StructureError]:
    """Build a few boundaries, each with its own seed; an error is a result."""
    crystal = options.crystal or load_garnet()
    results: list[GrainBoundary | StructureError] = []
    frames: dict[int, Framework | StructureError] = {}
    planar: list[Numbered] = []
    for number, spec in chunk:
        try:
            check_recipe(spec, options.contact_scale, crystal)
        except StructureError as error:
            frames[number] = error
        else:
            if spec.connection == "planar":
                planar.append((number, spec))
    batches = framework_batches(
        [spec for _, spec in planar],
        crystal=crystal,
        contact_scale=options.contact_scale,
        device=options.device,
    )
    for batch in batches:
        joined = bicrystals(batch, crystal, options.contact_scale)
        for index, frame in zip(batch.indices, joined, strict=True):
            frames[planar[index][0]] = frame
    for number, spec in chunk:
        made = frames.pop(number, None)
        if isinstance(made, StructureError):
            results.append(made)
            continue
        try:
            whole = made or connect(spec, crystal, options.contact_scale)
            results.append(complete(whole, options.seed + number, crystal))
        except StructureError as error:
            results.append(error)
    return results


def check_options(options: BuildOptions, processes: int) -> None:
    """Refuse options that make no sense, before anything is read or written.

    Raises:
        StructureError: for the number of processes, the seed, the contact scale or the device.
    """
    if not isinstance(processes, int) or processes < 1:
        raise StructureError.about(
            "processes", processes, "a whole number, 1 or more", "Use one per processor core."
        )
    check_seed(options.seed)
    check_contact_scale(options.contact_scale)
    open_array_device(options.device)


def over_processes(
    work: Callable[[list[Numbered], BuildOptions], T],
    numbered: Iterable[Numbered],
    options: BuildOptions,
    processes: int,
) -> Iterator[tuple[list[Numbered], T]]:
    """Yield chunks of recipes and what ``work`` makes of them, in order, a few chunks ahead.

    Args:
        work: a function of a module, so that another process finds it.
        numbered: numbers and recipes.
        options: for all of them; handed to a process once.
        processes: 1 works in this process.

    Raises:
        StructureError: when the number of processes or an option makes no sense or the device is not there.
    """
    check_options(options, processes)
    source = iter(numbered)
    # with several processes small chunks keep all of them busy; what is built does not depend on it
    size = CHUNK if processes == 1 else CHUNK // 4
    chunks = iter(lambda: list(islice(source, size)), [])
    if processes == 1:
        for chunk in chunks:
            yield chunk, work(chunk, options)
        return
    others = set(active_children())
    pool = ProcessPoolExecutor(
        processes, mp_context=get_context("spawn"), initializer=_begin, initargs=(options, os.getpid())
    )

    def submit(chunk: list[Numbered]) -> Future[T]:
        with InterruptionsWait():
            return pool.submit(_with_options, work, chunk)

    waiting: deque[tuple[list[Numbered], Future[T]]] = deque()
    try:
        for chunk in islice(chunks, 2 * processes):
            waiting.append((chunk, submit(chunk)))
        while waiting:
            chunk, future = waiting.popleft()
            yield chunk, future.result()
            for following in islice(chunks, 1):
                waiting.append((following, submit(following)))
    except BaseException:
        # nobody wants what they are building, which may take long; what a killed one leaves is no whole file
        for child in set(active_children()) - others:
            child.kill()
        raise
    finally:
        pool.shutdown(wait=True, cancel_futures=True)


# a process keeps one crystal: its lithium orderings are found once, not once per chunk
_options: list[BuildOptions] = []


def _begin(options: BuildOptions, parent: int) -> None:
    die_with_parent(parent)
    _options[:] = [options]


def _with_options(work: Callable[[list[Numbered], BuildOptions], T], chunk: list[Numbered]) -> T:
    return work(chunk, _options[0])
