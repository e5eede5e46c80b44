"""Tracer diffusivity: known walkers, error bars that hold, invariances, and runs that do not diffuse."""

import numpy as np
import pytest
from scipy.linalg import toeplitz

from grainway.analysis import slab_diffusivity, tracer_diffusivity
from grainway.analysis.motion.tracer_diffusivity import not_diffusive, tracer_fit
from grainway.domain import Trajectory
from grainway.errors import AnalysisError
from known_motion.synthetic_walkers import LayeredMedium, cage_noise, free_walkers, lithium

WALKS = {
    "hot bulk": {"n_ions": 300, "n_frames": 300, "diffusivity": 0.35, "cage_rms": 0.4, "hop": 2.0},
    "slow boundary": {"n_ions": 300, "n_frames": 300, "diffusivity": 0.1, "cage_rms": 0.4, "hop": 2.0},
    "cold": {"n_ions": 300, "n_frames": 500, "diffusivity": 0.03, "cage_rms": 0.4},
}


@pytest.mark.physics
@pytest.mark.parametrize("name", WALKS)
def test_intervals_of_the_tracer_diffusivity_hold_the_truth(name):
    walk = WALKS[name]
    estimates = [tracer_diffusivity(free_walkers(seed=seed, **walk)) for seed in range(40)]
    assert all(estimate.bound is None for estimate in estimates)
    truth = walk["diffusivity"]
    values = np.array([estimate.value for estimate in estimates])
    assert abs(values.mean() / truth - 1) < 0.03
    held = {
        level: np.mean([low <= truth <= high for low, high in (e.interval(level) for e in estimates)])
        for level in (0.68, 0.95)
    }
    # binomial 99 % limits of 40 seeds below; over-coverage costs at most the doubled shot noise
    assert held[0.68] >= 0.48
    assert held[0.95] >= 0.85
    errors = np.array([estimate.standard_error for estimate in estimates])
    assert errors.mean() < 2.0 * values.std()


def test_per_axis_sees_anisotropy():
    steps = np.random.default_rng(0).normal(size=(300, 200, 3)) * np.sqrt(2 * 0.1 * np.array([4.0, 2.0, 1.0]))
    trajectory = lithium(steps.cumsum(axis=0), np.eye(3) * 30.0, 0.1)
    for estimate, truth in zip(tracer_diffusivity(trajectory, per_axis=True), (4.0, 2.0, 1.0), strict=True):
        assert abs(estimate.value - truth) < 4 * estimate.standard_error
        assert estimate.standard_error < 0.15 * truth


def remade(trajectory, positions=None, cell=None, order=None):
    order = np.arange(len(trajectory.species)) if order is None else order
    positions = trajectory.positions if positions is None else positions
    return Trajectory(
        positions=positions[:, order],
        cell=trajectory.cell if cell is None else cell,
        species=tuple(np.array(trajectory.species)[order]),
        charges=trajectory.charges[order],
        times=trajectory.times,
        temperature=trajectory.temperature,
    )


def test_wrapping_shear_and_order_do_not_matter():
    trajectory = free_walkers(seed=2, n_ions=60)
    reference = tracer_diffusivity(trajectory)
    rng = np.random.default_rng(1)
    shifts = 25.0 * rng.integers(-3, 4, (1, 60, 3))
    sheared = np.array([[25.0, 0, 0], [25.0, 25.0, 0], [-50.0, 25.0, 25.0]])
    for other in (
        remade(trajectory, positions=trajectory.positions + shifts),
        remade(trajectory, cell=sheared),
        remade(trajectory, order=rng.permutation(60)),
    ):
        estimate = tracer_diffusivity(other)
        assert estimate.value == pytest.approx(reference.value, rel=1e-9)
        assert estimate.standard_error == pytest.approx(reference.standard_error, rel=1e-9)


def test_framework_drift_does_not_count():
    trajectory = free_walkers(seed=5, n_ions=80, diffusivity=0.2)
    drift = np.cumsum(np.random.default_rng(3).normal(size=(300, 1, 3)), axis=0)
    host = np.random.default_rng(4).uniform(0, 25, (1, 10, 3))
    moving = Trajectory(
        positions=np.concatenate([trajectory.positions, host + np.zeros((300, 1, 1))], axis=1) + drift,
        cell=trajectory.cell,
        species=(*trajectory.species, *("Zr",) * 10),
        charges=np.concatenate([trajectory.charges, np.full(10, 4.0)]),
        times=trajectory.times,
        temperature=1400.0,
    )
    assert tracer_diffusivity(moving).value == pytest.approx(tracer_diffusivity(trajectory).value, rel=1e-9)


def test_common_motion_is_not_taken_for_many_independent_ions():
    walk = np.cumsum(np.random.default_rng(6).normal(size=(300, 1, 3)) * np.sqrt(0.07), axis=0)
    together = lithium(walk + np.random.default_rng(7).uniform(0, 25, (1, 200, 3)), np.eye(3) * 25.0, 0.1)
    estimate = tracer_diffusivity(together)
    # three coordinates over fifteen first lags: no better than some ten per cent
    assert estimate.standard_error > 0.1 * estimate.value


def test_caged_ions_give_an_upper_limit_that_is_small():
    rng = np.random.default_rng(8)
    positions = rng.uniform(0, 25, (1, 300, 3)) + cage_noise(rng, (300, 300, 3), 0.4, 2.0)
    estimate = tracer_diffusivity(lithium(positions, np.eye(3) * 25.0, 0.1))
    assert estimate.bound == "upper"
    assert 0 < estimate.value < 1e-3


@pytest.mark.physics
def test_limit_of_a_run_with_few_hops_holds_the_truth():
    truth = 0.004
    limits = [
        tracer_diffusivity(free_walkers(seed=seed, n_ions=100, diffusivity=truth, hop=2.0, cage_rms=0.3))
        for seed in range(30)
    ]
    assert all(limit.bound == "upper" for limit in limits)
    assert np.mean([limit.value >= truth for limit in limits]) >= 0.85
    assert np.median([limit.value for limit in limits]) < 3 * truth


def test_subdiffusion_gives_a_limit_below_the_short_time_slope():
    rng = np.random.default_rng(9)
    # walkers on springs: diffusive at once, bounded in the long run
    positions = np.zeros((2000, 200, 3))
    for frame in range(1, 2000):
        positions[frame] = positions[frame - 1] * (1 - 0.02) + rng.normal(size=(200, 3)) * np.sqrt(0.2)
    estimate = tracer_diffusivity(lithium(positions, np.eye(3) * 25.0, 0.1))
    assert estimate.bound == "upper"
    assert estimate.value < 0.1


def test_each_criterion_says_why_a_run_is_not_diffusive():
    rng = np.random.default_rng(12)
    # fractional motion, MSD ~ t^0.5: the increments of a self-similar Gaussian path
    lags = np.arange(400)
    half = 0.5 * (np.abs(lags + 1) ** 0.5 + np.abs(lags - 1) ** 0.5 - 2 * lags**0.5)
    root = np.linalg.cholesky(toeplitz(half))
    slowing = 2.0 * (root @ rng.normal(size=(400, 600))).reshape(400, 200, 3).cumsum(axis=0)
    # twice as fast in the second half
    steps = rng.normal(size=(600, 200, 3)) * np.where(np.arange(600) < 300, 0.2, 0.3)[:, None, None]
    cases = (
        ("last decade is below 1", slowing),
        ("slope of the MSD still changes", slowing),
        ("two halves", steps.cumsum(axis=0)),
    )
    for reason, positions in cases:
        trajectory = lithium(positions, np.eye(3) * 25.0, 0.1)
        assert any(reason in each for each in not_diffusive(tracer_fit(trajectory, "Li")))
        assert tracer_diffusivity(trajectory).bound == "upper"
    frozen = free_walkers(seed=0, n_ions=20, n_frames=300, diffusivity=1e-3, cage_rms=0.3)
    reasons = " ".join(not_diffusive(tracer_fit(frozen, "Li")))
    assert "4 Å²" in reasons
    assert "net hops" in reasons
    assert not_diffusive(tracer_fit(free_walkers(seed=0, diffusivity=0.3), "Li")) == ()


def test_ballistic_motion_is_refused():
    rng = np.random.default_rng(10)
    velocity = rng.normal(size=(1, 50, 3))
    positions = velocity * np.arange(200)[:, None, None] * 0.1
    with pytest.raises(AnalysisError, match="d ln MSD"):
        tracer_diffusivity(lithium(positions, np.eye(3) * 25.0, 0.1))


def test_too_few_frames_are_refused():
    with pytest.raises(AnalysisError, match="n_frames"):
        tracer_diffusivity(free_walkers(seed=0, n_frames=10))


def slow_slab():
    def share(z):
        return sum(1 / (1 + np.exp((np.abs((z - c + 27.5) % 55 - 27.5) - 5) / 0.3)) for c in (13.75, 41.25))

    return LayeredMedium(lambda z: 0.35 * 0.3 ** share(z), np.ones_like)


@pytest.mark.physics
def test_parallel_diffusion_in_a_slow_slab_and_through_the_periodic_border():
    walkers = slow_slab()
    slow, wrapped, upper = [], [], []
    for seed in range(8):
        trajectory = walkers.walk(seed=seed)
        result = slab_diffusivity(trajectory, 9.75, 17.75)
        slow.append(result.value)
        upper.append(result.upper_bracket.value)
        wrapped.append(slab_diffusivity(trajectory, 48.5, 6.5).value)
    for estimates, truth in ((slow, 0.105), (wrapped, 0.35)):
        values = np.array([estimate.value for estimate in estimates])
        pooled = np.sqrt(np.mean([estimate.standard_error**2 for estimate in estimates]) / len(estimates))
        assert abs(values.mean() - truth) < 0.05 * truth + 3 * pooled
    assert np.mean(upper) > 0.9 * np.mean([estimate.value for estimate in slow])


def test_a_slab_sees_motion_in_its_plane_alone():
    rng = np.random.default_rng(13)
    steps = rng.normal(size=(300, 400, 3)) * np.sqrt(2 * 0.1 * np.array([0.3, 0.3, 0.02]))
    positions = rng.uniform(0, 30, (1, 400, 3)) + steps.cumsum(axis=0)
    along = slab_diffusivity(lithium(positions, np.eye(3) * 30.0, 0.1), 8.0, 22.0).value
    assert abs(along.value - 0.3) < 4 * along.standard_error
    assert along.standard_error < 0.1 * along.value


def test_slab_ignores_lattice_shifts_along_z():
    trajectory = slow_slab().walk(seed=1, n_ions=200)
    shift = 55.0 * np.random.default_rng(2).integers(-2, 3, (1, 200, 1)) * np.array([0, 0, 1.0])
    first = slab_diffusivity(trajectory, 50.0, 5.0)
    second = slab_diffusivity(remade(trajectory, positions=trajectory.positions + shift), -5.0, 60.0)
    assert second.value.value == pytest.approx(first.value.value, rel=1e-9)


def test_slab_as_thick_as_the_cell_is_refused():
    with pytest.raises(AnalysisError, match="slab"):
        slab_diffusivity(free_walkers(seed=0), 0.0, 25.0)


@pytest.mark.physics
def test_ions_that_move_together_are_not_counted_as_independent():
    """Triples that move as one have a third of the information; H_R = 1/3 says so from the run itself."""
    values, errors, held = [], [], 0
    for seed in range(60):
        rng = np.random.default_rng([77, seed])
        steps = rng.normal(scale=np.sqrt(2 * 0.3 * 0.1), size=(250, 100, 3))
        positions = np.repeat(np.cumsum(steps, axis=0), 3, axis=1)
        estimate = tracer_diffusivity(lithium(positions, np.eye(3) * 30.0, 0.1))
        values.append(estimate.value)
        errors.append(estimate.standard_error)
        low, high = estimate.interval(0.68)
        held += low <= 0.3 <= high
    assert np.mean(values) == pytest.approx(0.3, rel=0.03)
    # 60 seeds give the scatter to 9 %
    assert np.mean(errors) == pytest.approx(np.std(values), rel=0.35)
    assert 0.55 <= held / 60 <= 0.85
