"""A trajectory of any length condensed in one pass to what the analysis needs, in flat memory.

Transport works on block-averaged positions of the mobile ions in the framework's frame, and on displacements
over lags longer than a block; composition on a few frames averaged over a picosecond. That is what is kept.
All of it is linear in positions, so it is collected in units of the cell vectors, which drops the breathing
and shearing of the cell, and put into the mean cell at the end.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from grainway.analysis.motion.displacement import MOBILE_SPECIES
from grainway.analysis.stream.block_sums import BlockAverages, LogarithmicDisplacement, SparseAverages
from grainway.array_types import FloatArray, IndexArray, StringArray
from grainway.domain import Trajectory
from grainway.errors import AnalysisError
from grainway.trajectories import Sample
from grainway.trajectories.frame import shift

BLOCK_BYTES = 64_000_000
"""For the positions of the mobile ions, such as 2,600 blocks of 1,000 ions.

Tracer quantities and profiles do not depend on it, since their lags span many blocks. Collective quantities
are read at lags of 1 ps and more and of 8 blocks and more: longer blocks make their errors larger.
"""

_FEWEST_BLOCKS, _MOST_BLOCKS = 1024, 32768
_FRAME_AVERAGE_PS = 1.0
_FULL_FRAMES = 48
_MOST_TRACED = 256


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Condensed:
    """What one pass over a trajectory leaves.

    Attributes:
        transport: mobile ions in the framework's frame, averaged over blocks, in the mean cell. Where there
            is no lithium, the species under study bears its name in it.
        frames: a few frames of all atoms, each averaged over about 1 ps; None where not wanted.
        lags: of ``displacement``, ps.
        displacement: ⟨Δr_a Δr_b⟩ of the species' ions (of every other, third, ... where there are more
            than 256), shape (n_lags, 3, 3), Å².
        n_frames: frames that were read.
        interval: time between them, ps.
        block: frames in one block of ``transport``.
        has_framework: False when no drift was removed, since there was nothing but mobile ions.
    """

    transport: Trajectory
    frames: Trajectory | None
    lags: FloatArray
    displacement: FloatArray
    n_frames: int
    interval: float
    block: int
    has_framework: bool

    @property
    def duration(self) -> float:
        """Length of the run, ps."""
        return self.n_frames * self.interval


def condense(
    samples: Iterable[Sample],
    species: Sequence[str],
    charges: FloatArray,
    temperature: float,
    *,
    mobile: str = MOBILE_SPECIES,
    full_frames: bool = False,
    block_bytes: int = BLOCK_BYTES,
) -> Condensed:
    """Condense a stream of frames.

    Args:
        samples: frames in order.
        species: chemical symbol per atom.
        charges: formal charge per atom, shape (n_atoms,), e.
        temperature: mean temperature, K.
        mobile: the species under study; it and lithium are not part of the framework.
        full_frames: keep a few frames of all atoms, for the composition of boundaries.
        block_bytes: room for the positions of the mobile ions.

    Returns:
        What is left, the same size however many frames there were.

    Raises:
        AnalysisError: when there are fewer than two frames, the species is absent, or the framework's
            charges sum to zero; and whatever reading raises.
    """
    names = np.array(species)
    _check(names, mobile, temperature)
    kept = np.flatnonzero((names == mobile) | (names == MOBILE_SPECIES))
    traced = np.flatnonzero(names[kept] == mobile)
    traced = traced[:: -(-traced.size // _MOST_TRACED)]
    weights = _framework_weights(names, charges, kept)
    stream, interval = _with_interval(samples)
    room = 2 * (int(np.clip(block_bytes // (24 * kept.size), _FEWEST_BLOCKS, _MOST_BLOCKS)) // 2)
    blocks = BlockAverages((kept.size, 3), room)
    displacement = LogarithmicDisplacement()
    full = SparseAverages(_FULL_FRAMES, max(1, round(_FRAME_AVERAGE_PS / interval))) if full_frames else None
    cells, origins, n_frames = np.zeros((3, 3)), np.zeros(3), 0
    anchor, centres = np.zeros(3), np.zeros(3)
    for sample in stream:
        if sample.fractions.shape[0] != names.size:
            raise AnalysisError(
                f"the trajectory has {sample.fractions.shape[0]} atoms where {names.size} species were given"
            )
        centre = np.zeros(3) if weights is None else weights @ sample.fractions
        if n_frames == 0:
            anchor = centre
        ions = sample.fractions.take(kept, axis=0)
        shift(ions, centre - anchor)
        blocks.add(ions)
        displacement.add(ions[traced])
        if full is not None:
            everything = sample.fractions.copy()
            shift(everything, centre - anchor)
            full.add(everything)
        cells += sample.cell
        origins += sample.origin
        centres += centre
        n_frames += 1
    cell = cells / n_frames
    # the framework stays at its mean place, as in a campaign: where it was first is where it vibrated to
    origin = origins / n_frames + (centres / n_frames - anchor) @ cell
    lags, tensors = displacement.tensors()
    chosen_charges = np.asarray(charges, dtype=np.float64)[kept]
    renamed = MOBILE_SPECIES if MOBILE_SPECIES not in names else mobile
    averages = blocks.averages
    if averages.shape[0] < 2:
        raise _too_few(n_frames)
    return Condensed(
        transport=Trajectory(
            positions=averages @ cell + origin,
            cell=cell,
            species=tuple(np.where(names[kept] == mobile, renamed, names[kept]).tolist()),
            charges=chosen_charges,
            times=np.arange(averages.shape[0], dtype=np.float64) * (interval * blocks.frames),
            temperature=temperature,
        ),
        frames=None if full is None else _frames(full, cell, origin, names, charges, interval, temperature),
        lags=np.asarray(lags * interval, dtype=np.float64),
        displacement=np.asarray(np.einsum("ki,lkm,mj->lij", cell, tensors, cell)),
        n_frames=n_frames,
        interval=interval,
        block=blocks.frames,
        has_framework=weights is not None,
    )


def _check(names: StringArray, mobile: str, temperature: float) -> None:
    if mobile not in names:
        present = ", ".join(sorted(set(names.tolist())))
        raise AnalysisError.about(
            "species", mobile, f"one of the trajectory's, {present}", "Correct --species or --types."
        )
    if not 0 < temperature < np.inf:
        raise AnalysisError.about("temperature", temperature, "above 0 K", "Give the mean of the run.")


def _framework_weights(names: StringArray, charges: FloatArray, kept: IndexArray) -> FloatArray | None:
    """Return q/Σq of the framework's atoms and 0 of the mobile ions, or None without a framework."""
    weights = np.array(charges, dtype=np.float64)
    if weights.shape != names.shape:
        raise AnalysisError(f"charges must have shape ({names.size},), got {weights.shape}")
    if kept.size == names.size:
        return None
    weights[kept] = 0.0
    total = float(weights.sum())
    if abs(total) < 1e-6 * max(1.0, float(np.abs(weights).sum())):
        raise AnalysisError.about(
            "charges",
            total,
            "the framework's formal charges must not sum to zero",
            "Give integer formal charges with --charges, such as La=3,Zr=4,O=-2.",
        )
    return weights / total


def _with_interval(samples: Iterable[Sample]) -> tuple[Iterator[Sample], float]:
    """Return the same stream, and the time between its frames."""
    stream = iter(samples)
    first = next(stream, None)
    second = next(stream, None)
    if first is None or second is None:
        raise _too_few(0 if first is None else 1)

    def again() -> Iterator[Sample]:
        yield first
        yield second
        yield from stream

    return again(), second.time - first.time


def _too_few(n_frames: int) -> AnalysisError:
    found = "no frame" if n_frames == 0 else "a single frame" if n_frames == 1 else f"{n_frames} frames"
    return AnalysisError(
        f"there is {found} to analyse: motion needs two at least, and a diffusivity 16. "
        "Dump more often, or leave less out with --start and --stop"
    )


def _frames(
    full: SparseAverages,
    cell: FloatArray,
    origin: FloatArray,
    names: StringArray,
    charges: FloatArray,
    interval: float,
    temperature: float,
) -> Trajectory | None:
    averages = full.averages
    if averages.shape[0] < 2:
        return None
    return Trajectory(
        positions=averages @ cell + origin,
        cell=cell,
        species=tuple(names.tolist()),
        charges=np.asarray(charges, dtype=np.float64),
        times=np.arange(averages.shape[0], dtype=np.float64) * (full.distance * interval),
        temperature=temperature,
    )
