"""A fit is made once for a trajectory and is forgotten with it."""

import gc
import weakref

from grainway.analysis.conductivity.collective_conductivity import diffusive_fit
from grainway.analysis.motion.once_per_trajectory import once_per_trajectory
from grainway.analysis.motion.tracer_diffusivity import tracer_fit
from known_motion.synthetic_walkers import free_walkers


def test_the_fit_of_a_run_is_made_once_however_it_is_asked_for():
    calls = []

    @once_per_trajectory
    def counted(trajectory, species="Li"):
        calls.append(species)
        return trajectory.n_frames

    run, other = (free_walkers(n_frames=64, seed=seed) for seed in (0, 1))
    assert [counted(run), counted(run, "Li"), counted(run, species="Li")] == [64] * 3
    assert calls == ["Li"]
    counted(run, "Na")
    counted(other)
    counted(run)
    assert calls == ["Li", "Na", "Li"]
    assert tracer_fit(run) is tracer_fit(run, "Li")


def test_a_run_that_is_over_leaves_no_positions_behind():
    run = free_walkers(n_frames=400, seed=2)
    assert diffusive_fit(run)[0] is tracer_fit(run)
    gone = weakref.ref(run)
    positions = weakref.ref(run.positions)
    del run
    gc.collect()
    assert gone() is None
    assert positions() is None
