"""The plan of stages adds up, and impossible protocols are refused."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grainway.errors import ConfigError
from grainway.simulation import Protocol, plan_stages


@given(
    anneal=st.floats(0.1, 20),
    constant_pressure=st.floats(0.5, 20),
    segments=st.integers(1, 8),
    timestep=st.sampled_from([0.001, 0.002]),
)
def test_stages_cover_the_protocol(anneal, constant_pressure, segments, timestep):
    protocol = Protocol(
        anneal=anneal,
        constant_pressure=constant_pressure,
        production=segments * 5.0,
        timestep=timestep,
    )
    stages = plan_stages(protocol, "boundary")
    by_kind = {kind: [s for s in stages if s.kind == kind] for kind in {s.kind for s in stages}}
    rounding = 20 * timestep
    assert sum(s.duration for s in by_kind["anneal"]) == pytest.approx(anneal, abs=2 * rounding)
    assert by_kind["constant_pressure"][0].duration == pytest.approx(constant_pressure, abs=rounding)
    assert sum(s.duration for s in by_kind["production"]) == pytest.approx(5.0 * segments)
    assert [s.name for s in stages] == sorted(s.name for s in stages)
    first_steps = [s.first_step for s in by_kind["production"]]
    assert first_steps == [n * by_kind["production"][0].steps for n in range(segments)]


def test_hot_and_fresh_structures_get_short_steps():
    (anneal,) = [s for s in plan_stages(Protocol(anneal=5.0), "boundary") if s.kind == "anneal"]
    (fine, _), (coarse, _) = anneal.phases
    assert fine <= 0.0005
    assert coarse <= 0.001


def test_bulk_is_not_annealed():
    assert "anneal" not in {s.kind for s in plan_stages(Protocol(), "bulk")}
    assert "anneal" not in {s.kind for s in plan_stages(Protocol(anneal=0.0), "boundary")}


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"temperature": 5000.0}, r"protocol\.temperature = 5000"),
        ({"timestep": 0.01}, r"protocol\.timestep = 0.01"),
        ({"sample_interval": 0.0333}, "a multiple of the timestep"),
        ({"frame_interval": 0.25, "sample_interval": 0.1}, "a multiple of sample_interval"),
        ({"production_segment": 1.5}, "a multiple of frame_interval"),
        ({"minimise_steps": -1}, "minimise_steps = -1"),
        ({"production": float("nan")}, "production = nan"),
    ],
)
def test_impossible_protocols_are_refused(change, message):
    with pytest.raises(ConfigError, match=message):
        Protocol(**change)
