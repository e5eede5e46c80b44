import pytest
from ase import Atoms
from hypothesis import given
from hypothesis import strategies as st

from grainway.distillation.frames.frame_origins import bootstrap_by_origin, origin_draws
from grainway.errors import ConfigError

KINDS = ("bulk_cubic", "boundary", "melt")


def frame(kind, origin):
    return Atoms("Li", info={"kind": kind, "origin": origin})


frames_of_many_origins = st.lists(
    st.builds(
        lambda kind, number: frame(kind, f"{kind} {number}"), st.sampled_from(KINDS), st.integers(0, 9)
    ),
    min_size=1,
    max_size=40,
).filter(lambda frames: any(len(origins_of(frames, kind)) > 1 for kind in KINDS))


def origins_of(frames, kind=None):
    return {f.info["origin"] for f in frames if kind in (None, f.info["kind"])}


@given(frames_of_many_origins, st.integers(0, 2**31), st.randoms())
def test_the_order_of_the_frames_does_not_change_the_draw(frames, seed, random):
    shuffled = list(frames)
    random.shuffle(shuffled)
    assert origin_draws(frames, seed) == origin_draws(shuffled, seed)


def test_another_seed_draws_other_origins():
    frames = [frame("melt", f"melt {number}") for number in range(20)]
    assert len({frozenset(origin_draws(frames, seed)) for seed in range(9)}) > 5


def test_a_name_of_digits_is_the_same_origin_after_it_was_read_from_a_file():
    frames = [frame("melt", origin) for origin in ("1", 1, "2", 2)]
    assert sum(origin_draws(frames, 0).values()) == 2


@pytest.mark.parametrize("missing", ["kind", "origin"])
def test_a_frame_that_does_not_say_what_it_is_is_refused(missing):
    nameless = frame("melt", "a")
    del nameless.info[missing]
    with pytest.raises(ConfigError, match=missing):
        origin_draws([nameless, frame("melt", "b")], 0)


@given(frames_of_many_origins, st.integers(0, 2**31))
def test_a_bootstrap_draws_as_many_origins_as_there_are_and_keeps_every_class(frames, seed):
    drawn = bootstrap_by_origin(frames, seed)
    times = {f.info["origin"]: n for f, n in drawn}
    assert sum(times.values()) == len(origins_of(frames))
    assert all(f.info["origin"] in times for f, _ in drawn)
    assert {f.info["kind"] for f, _ in drawn} == {f.info["kind"] for f in frames}


def test_a_bootstrap_leaves_out_about_a_third_of_many_origins():
    frames = [frame("melt", f"melt {number}") for number in range(400)]
    assert 0.55 < len(bootstrap_by_origin(frames, 1)) / 400 < 0.7  # 1 - 1/e = 0.63
