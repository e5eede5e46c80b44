"""The same data through programs of other groups: MDAnalysis and kinisi."""

import numpy as np
import pytest

from grainway.analysis import mean_squared_displacement, tracer_diffusivity
from grainway.domain import Trajectory
from known_motion.synthetic_walkers import free_walkers

N_FRAMES, N_IONS, TIME_STEP = 240, 48, 0.1


@pytest.fixture(scope="module")
def walk():
    """Lithium that diffuses in a framework that does not move."""
    lithium = free_walkers(
        seed=1, n_ions=N_IONS, n_frames=N_FRAMES, time_step=TIME_STEP, diffusivity=0.3, hop=2.0, cage_rms=0.2
    )
    host = np.random.default_rng(2).uniform(0, 25, (1, 4, 3)) + np.zeros((N_FRAMES, 1, 1))
    return Trajectory(
        # what other programs keep in single precision is the same for all
        positions=np.concatenate([lithium.positions, host], axis=1).astype(np.float32),
        cell=lithium.cell,
        species=(*lithium.species, *("Zr",) * 4),
        charges=np.concatenate([lithium.charges, np.full(4, -12.0)]),
        times=lithium.times,
        temperature=1400.0,
    )


def universe_of(trajectory):
    import MDAnalysis
    from MDAnalysis.coordinates.memory import MemoryReader

    universe = MDAnalysis.Universe.empty(len(trajectory.species), trajectory=True)
    universe.add_TopologyAttr("type", list(trajectory.species))
    universe.add_TopologyAttr("element", list(trajectory.species))
    universe.load_new(
        trajectory.positions.astype(np.float32),
        format=MemoryReader,
        order="fac",
        dt=trajectory.time_step,
        dimensions=np.array([25.0, 25.0, 25.0, 90.0, 90.0, 90.0]),
    )
    return universe


# MDAnalysis warns of its own dependence on Biopython and of unwrapping, which these positions already are
@pytest.mark.filterwarnings("ignore::DeprecationWarning:MDAnalysis")
@pytest.mark.filterwarnings("ignore::UserWarning:MDAnalysis")
def test_mdanalysis_finds_the_same_msd(walk):
    from MDAnalysis.analysis.msd import EinsteinMSD

    found = EinsteinMSD(universe_of(walk), select="type Li", fft=True).run().results.timeseries
    own = mean_squared_displacement(walk.positions[:, :N_IONS]).sum(axis=1)
    np.testing.assert_allclose(own, found, rtol=1e-9, atol=1e-9 * own.max())


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
@pytest.mark.filterwarnings("ignore::UserWarning")
def test_kinisi_finds_the_same_diffusivity_within_joint_errors(walk):
    import scipp
    from kinisi.analyze import DiffusionAnalyzer

    lags = TIME_STEP * np.arange(20, 101, 10)
    analyser = DiffusionAnalyzer.from_universe(
        universe_of(walk),
        specie="Li",
        time_step=scipp.scalar(TIME_STEP, unit="ps"),
        step_skip=scipp.scalar(1, unit="dimensionless"),
        dt=scipp.array(dims=["time interval"], values=lags, unit="ps"),
        progress=False,
    )
    np.random.seed(3)  # noqa: NPY002 kinisi samples from the global generator
    analyser.diffusion(
        start_dt=scipp.scalar(2.0, unit="ps"), n_samples=200, n_burn=100, n_walkers=16, progress=False
    )
    samples = scipp.to_unit(analyser.D, "angstrom^2/ps").values
    own = tracer_diffusivity(walk)
    assert abs(np.mean(samples) - own.value) < 2 * np.hypot(np.std(samples), own.standard_error)
    assert abs(own.value - 0.3) < 4 * own.standard_error
