"""One pass in flat memory finds what the whole trajectory in memory finds."""

import tracemalloc

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from grainway.analysis import (
    collective_conductivity,
    haven_ratio,
    nernst_einstein_conductivity,
    resistivity_profile,
    tracer_diffusivity,
)
from grainway.analysis.measures.condensed_measures import measure
from grainway.analysis.motion.displacement import framework_positions
from grainway.analysis.stream.block_sums import BlockAverages, LogarithmicDisplacement, SparseAverages
from grainway.analysis.stream.condensing import condense
from grainway.domain import Trajectory
from grainway.errors import AnalysisError
from grainway.trajectories import Sample
from known_motion.synthetic_walkers import LayeredMedium, free_walkers

CHARGES = {"Li": 1.0, "Na": 1.0, "La": 3.0, "Zr": 4.0, "O": -2.0}


def samples_of(run):
    inverse = np.linalg.inv(run.mean_cell)
    for positions, time in zip(run.positions, run.times, strict=True):
        yield Sample(fractions=positions @ inverse, cell=run.mean_cell, origin=np.zeros(3), time=float(time))


def condensed(run, **options):
    return condense(samples_of(run), run.species, run.charges, run.temperature, **options)


def in_a_framework(run, *, drift, seed=0, species="Li"):
    """The same ions in a vibrating framework, all of it drifting."""
    rng = np.random.default_rng(seed)
    names = (species,) * run.positions.shape[1] + ("La", "Zr", "O") * 8
    rest = rng.uniform(0, 25, (1, 24, 3)) + rng.normal(scale=0.05, size=(run.n_frames, 24, 3))
    common = np.cumsum(rng.normal(scale=drift, size=(run.n_frames, 1, 3)), axis=0)
    return Trajectory(
        positions=np.concatenate([run.positions, rest], axis=1) + common,
        cell=run.cell,
        species=names,
        charges=np.array([CHARGES[n] for n in names]),
        times=run.times,
        temperature=run.temperature,
    )


@given(st.integers(1, 400), st.sampled_from([4, 8, 10]), st.integers(1, 3))
@settings(max_examples=60)
def test_blocks_are_averages_over_equal_stretches(n_frames, room, first):
    values = np.random.default_rng(n_frames).normal(size=(n_frames, 3))
    blocks = BlockAverages((3,), room, first)
    for value in values:
        blocks.add(value)
    n_blocks, length = blocks.averages.shape[0], blocks.frames
    assert length % first == 0
    assert n_blocks == n_frames // length < room
    assert length == first or n_blocks >= room // 2
    expected = values[: n_blocks * length].reshape(n_blocks, length, 3).mean(axis=1)
    assert blocks.averages == pytest.approx(expected, abs=1e-12)


@given(st.integers(1, 300), st.sampled_from([4, 6]), st.integers(1, 5))
@settings(max_examples=60)
def test_sparse_averages_stay_few_and_evenly_spaced(n_frames, room, length):
    values = np.arange(n_frames, dtype=float)[:, None]
    sparse = SparseAverages(room, length)
    for value in values:
        sparse.add(value)
    kept = sparse.averages
    assert len(kept) < room
    expected = [values[s : s + length].mean() for s in range(0, n_frames - length + 1, sparse.distance)]
    assert kept.ravel() == pytest.approx(np.array(expected))


@given(st.integers(2, 130))
@settings(max_examples=30)
def test_displacements_are_those_of_a_naive_count(n_frames):
    rng = np.random.default_rng(n_frames)
    positions = np.cumsum(rng.normal(size=(n_frames, 4, 3)), axis=0)
    counted = LogarithmicDisplacement()
    for frame in positions:
        counted.add(frame)
    lags, tensors = counted.tensors()
    assert list(lags) == sorted(
        {lag for lag in (1, 2, 3, *(m << k for m in (2, 3) for k in range(1, 7))) if lag < n_frames}
    )
    for lag, tensor in zip(lags, tensors, strict=True):
        spacing = 1 << max(0, int(lag).bit_length() - 2)
        origins = range(0, n_frames - lag, spacing)
        naive = np.mean(
            [
                (positions[o + lag] - positions[o]).T @ (positions[o + lag] - positions[o]) / 4
                for o in origins
            ],
            axis=0,
        )
        assert tensor == pytest.approx(naive)


def test_a_short_run_is_kept_as_it_is():
    run = in_a_framework(free_walkers(seed=1, n_ions=60, n_frames=400), drift=0.3)
    found = condensed(run)
    lithium = run.indices("Li")
    kept = found.transport.positions - found.transport.positions[0]
    assert found.block == 1
    whole = framework_positions(run, lithium)
    assert kept == pytest.approx(whole - whole[0], abs=1e-9)
    for quantity in (tracer_diffusivity, nernst_einstein_conductivity, collective_conductivity, haven_ratio):
        whole, streamed = quantity(run), quantity(found.transport)
        assert streamed.value == pytest.approx(whole.value, rel=1e-7)
        assert streamed.standard_error == pytest.approx(whole.standard_error, rel=1e-5)


@pytest.mark.parametrize("cage_rms", [0.0, 0.4])
def test_blocks_far_shorter_than_a_picosecond_change_nothing_that_matters(cage_rms):
    """Blocks of 8 frames of 12.5 fs: every quantity within half its error, and no bias over seeds."""
    offsets, ratios = [], []
    for seed in range(3):
        run = free_walkers(
            seed=seed, n_ions=40, n_frames=8000, time_step=0.0125, diffusivity=0.1, cage_rms=cage_rms
        )
        blocked = condensed(run, block_bytes=1)
        assert blocked.block == 8
        for quantity in (tracer_diffusivity, collective_conductivity, haven_ratio):
            whole, streamed = quantity(run), quantity(blocked.transport)
            offsets.append((streamed.value - whole.value) / whole.standard_error)
            assert abs(offsets[-1]) < 1 / 2
            ratios.append(streamed.standard_error / whole.standard_error)
    assert abs(np.mean(offsets)) < 0.15
    # a single error can change more: which of two estimates of it is taken is decided by a threshold
    assert np.median(ratios) == pytest.approx(1.0, abs=0.1)


def test_longer_blocks_cost_collective_quantities_some_of_their_precision_alone():
    """Blocks of 0.8 ps: the tracer's lags are longer anyway, a polarisation is read at shorter ones."""
    pulls = []
    for seed in range(3):
        run = free_walkers(seed=seed, n_ions=60, n_frames=8000, time_step=0.1, diffusivity=0.1, cage_rms=0.3)
        blocked = condensed(run, block_bytes=1)
        assert blocked.block == 8
        whole, streamed = tracer_diffusivity(run), tracer_diffusivity(blocked.transport)
        assert abs(streamed.value - whole.value) < whole.standard_error / 2
        conductivity = collective_conductivity(blocked.transport)
        true = nernst_einstein_conductivity(run)  # of independent walkers
        assert conductivity.standard_error < 3 * collective_conductivity(run).standard_error
        pulls.append((conductivity.value - true.value) / conductivity.standard_error)
    assert np.max(np.abs(pulls)) < 3


def test_a_profile_from_blocks_is_the_profile():
    medium = LayeredMedium(
        lambda z: np.where(np.abs(z - 27.5) < 5, 0.1, 0.3), lambda z: np.ones_like(z), time_step=0.05
    )
    run = medium.walk(seed=3, n_ions=300, n_frames=2000)
    blocked = condensed(run, block_bytes=1)
    assert blocked.block == 2
    whole, streamed = resistivity_profile(run), resistivity_profile(blocked.transport)
    for low, high in ((22.5, 32.5), (0.0, 20.0), (0.0, 55.0)):
        exact, found = whole.resistance(low, high), streamed.resistance(low, high)
        assert abs(found.value - exact.value) < exact.standard_error / 3


def test_a_breathing_cell_changes_nothing():
    run = in_a_framework(free_walkers(seed=5, n_ions=40, n_frames=300), drift=0.0)
    rng = np.random.default_rng(2)
    scales = 1 + 0.01 * rng.normal(size=(300, 1, 3))
    scales /= scales.mean(axis=0)

    def breathing():
        for sample, scale in zip(samples_of(run), scales, strict=True):
            yield Sample(
                fractions=sample.fractions, cell=sample.cell * scale, origin=sample.origin, time=sample.time
            )

    fixed = condensed(run)
    moved = condense(breathing(), run.species, run.charges, run.temperature)
    assert moved.transport.mean_cell == pytest.approx(run.mean_cell)
    assert moved.transport.positions == pytest.approx(fixed.transport.positions, abs=1e-9)
    assert moved.displacement == pytest.approx(fixed.displacement)


def test_lone_ions_keep_their_drift_and_a_framework_takes_it_away():
    still = free_walkers(seed=6, n_ions=50, n_frames=200)
    alone = condensed(still)
    assert not alone.has_framework
    assert alone.transport.positions == pytest.approx(still.positions)
    drifting, resting = (condensed(in_a_framework(still, drift=d, seed=3)) for d in (0.5, 0.0))
    assert drifting.has_framework
    assert drifting.displacement == pytest.approx(resting.displacement, rel=1e-9)


def test_another_ion_than_lithium_is_measured_likewise():
    lithium = in_a_framework(free_walkers(seed=7, n_ions=60, n_frames=500), drift=0.2)
    sodium = in_a_framework(free_walkers(seed=7, n_ions=60, n_frames=500), drift=0.2, species="Na")
    one, other = measure(condensed(lithium)), measure(condensed(sodium, mobile="Na"), "Na")
    assert one.estimates == other.estimates
    assert "haven_ratio" in other.estimates


def test_memory_does_not_grow_with_the_run():
    rng = np.random.default_rng(0)
    names = ("Li",) * 50 + ("La",) * 50
    charges = np.array([CHARGES[n] for n in names])

    def peak(n_frames):
        def frames():
            positions = rng.uniform(size=(100, 3))
            for frame in range(n_frames):
                positions = positions + 0.001 * rng.normal(size=(100, 3))
                yield Sample(fractions=positions, cell=np.eye(3) * 20, origin=np.zeros(3), time=0.1 * frame)

        tracemalloc.start()
        condense(frames(), names, charges, 1000.0, full_frames=True, block_bytes=1)
        used = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return used

    short, long = peak(1500), peak(6000)
    assert long < 1.05 * short


def test_what_cannot_be_condensed_is_refused():
    run = free_walkers(seed=1, n_ions=5, n_frames=20)
    with pytest.raises(AnalysisError, match="a single frame"):
        condense(list(samples_of(run))[:1], run.species, run.charges, 1000.0)
    with pytest.raises(AnalysisError, match="no frame"):
        condense([], run.species, run.charges, 1000.0)
    with pytest.raises(AnalysisError, match="species = 'Na' is not allowed: one of the trajectory's, Li"):
        condensed(run, mobile="Na")
    with pytest.raises(AnalysisError, match="temperature = -5"):
        condense(samples_of(run), run.species, run.charges, -5.0)
    with pytest.raises(AnalysisError, match="must not sum to zero"):
        condense(samples_of(run), ("Li", "La", "O", "O", "O"), np.array([1.0, 3, -1, -1, -1]), 1000.0)


def test_a_run_that_is_not_diffusive_gives_a_bound_and_reasons():
    run = free_walkers(seed=1, n_ions=50, n_frames=200, diffusivity=1e-5, cage_rms=0.3)
    found = measure(condensed(run))
    assert found.estimates["tracer_diffusivity"].bound == "upper"
    assert found.estimates["conductivity_nernst_einstein"].bound == "upper"
    assert "net hops" in found.missing["haven_ratio"]
    assert "net hops" in found.missing["conductivity_einstein"]
