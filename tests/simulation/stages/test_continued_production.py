"""Production goes on from the end of an earlier run: numbering, starts, and what must be there."""

import pytest

from grainway.simulation import Protocol, continued_stages, kept_ends, plan_stages
from grainway.simulation.stages.protocol import production_segment

HOT = Protocol(production=10.0, production_segment=5.0)
LADDER = Protocol(temperature=1400.0, ladder=(1400.0, 1200.0, 900.0), production=10.0, production_segment=5.0)


def leave(folder, protocol, numbers):
    for temperature, number in zip(protocol.temperatures, numbers, strict=False):
        (folder / f"{production_segment(protocol, temperature, number).name}.restart").touch()


@pytest.mark.parametrize(("protocol", "numbers"), [(HOT, [1]), (LADDER, [1, 3, 12])], ids=["hot", "ladder"])
def test_a_longer_run_counts_on_from_the_end_at_every_temperature(tmp_path, protocol, numbers):
    leave(tmp_path, protocol, numbers)
    ends = kept_ends(protocol, tmp_path)
    assert [end.segment for end in ends] == numbers
    assert [end.temperature for end in ends] == list(protocol.temperatures)
    stages = continued_stages(protocol, ends, "../before")
    planned = [stage for stage in plan_stages(protocol, "boundary") if stage.kind == "production"]
    assert len(stages) == len(planned)
    for end, new in zip(ends, (stages[i : i + 2] for i in range(0, len(stages), 2)), strict=True):
        # the end of the earlier run, then the stage before: one unbroken count of segments and steps
        assert [stage.starts_from for stage in new] == [f"../before/{end.name}", ""]
        assert [stage.segment for stage in new] == [end.segment + 1, end.segment + 2]
        assert new[0].first_step == end.first_step + end.steps
        assert all(stage.phases == end.phases for stage in new)
        assert all(stage.temperature == end.temperature for stage in new)


def test_a_run_whose_state_is_not_kept_at_every_temperature_has_no_end(tmp_path):
    assert kept_ends(HOT, tmp_path) == ()
    assert kept_ends(HOT, tmp_path / "no such folder") == ()
    leave(tmp_path, LADDER, [1, 1])
    assert kept_ends(LADDER, tmp_path) == ()
