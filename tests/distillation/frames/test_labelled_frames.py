"""Labelled frames survive writing, reading and packing."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from example_potentials.teaching_frames import bare_frames, labelled_frames
from grainway.distillation import (
    Label,
    label_of,
    pack,
    read_frames,
    unpack,
    with_label,
    write_frames,
)
from grainway.distillation.frames.labelled_frames import mark
from grainway.distillation.frames.packed_frames import FORCE_QUANTUM_EV_PER_A, POSITION_QUANTUM_A
from grainway.errors import AnalysisError, ConfigError

ROUNDING = 1e-12


def assert_same_frame(one, other, position=1e-7, force=1e-7):
    assert one.get_chemical_symbols() == other.get_chemical_symbols()
    np.testing.assert_allclose(one.cell.array, other.cell.array, atol=1e-7)
    np.testing.assert_allclose(one.positions, other.positions, atol=position)
    mine, theirs = label_of(one), label_of(other)
    assert mine.energy == pytest.approx(theirs.energy, abs=1e-7)
    np.testing.assert_allclose(mine.forces, theirs.forces, atol=force)
    np.testing.assert_allclose(mine.stress, theirs.stress, atol=1e-8)
    for key in ("kind", "origin", "temperature", "teacher"):
        assert one.info[key] == other.info[key]


def test_extended_xyz_brings_every_frame_back(tmp_path):
    frames = labelled_frames(3)
    write_frames(tmp_path / "batch.xyz", frames)
    for one, other in zip(read_frames(tmp_path / "batch.xyz"), frames, strict=True):
        assert_same_frame(one, other)
    assert [p.name for p in tmp_path.iterdir()] == ["batch.xyz"]


@given(seed=st.integers(0, 1000), n=st.integers(1, 3), largest=st.sampled_from([0.1, 5.0, 500.0]))
def test_packing_keeps_positions_and_forces_to_half_a_quantum(tmp_path_factory, seed, n, largest):
    path = tmp_path_factory.mktemp("packed") / "set.npz"
    frames = labelled_frames(n, seed, largest)
    size = pack(path, frames)
    assert size == path.stat().st_size
    for one, other in zip(unpack(path), frames, strict=True):
        assert_same_frame(
            one, other, POSITION_QUANTUM_A / 2 + ROUNDING, FORCE_QUANTUM_EV_PER_A / 2 + ROUNDING
        )


def test_a_packed_set_packs_to_itself(tmp_path):
    pack(tmp_path / "once.npz", labelled_frames(3))
    pack(tmp_path / "twice.npz", unpack(tmp_path / "once.npz"))
    for one, other in zip(unpack(tmp_path / "once.npz"), unpack(tmp_path / "twice.npz"), strict=True):
        assert_same_frame(one, other, 0.0, 0.0)


def test_packing_takes_a_tenth_of_extended_xyz(tmp_path):
    frames = labelled_frames(6, largest=2.0)
    write_frames(tmp_path / "set.xyz", frames)
    assert pack(tmp_path / "set.npz", frames) < 0.15 * (tmp_path / "set.xyz").stat().st_size


def test_a_set_of_no_frames_is_a_set(tmp_path):
    pack(tmp_path / "none.npz", [])
    assert unpack(tmp_path / "none.npz") == []


@pytest.mark.parametrize("content", [b"", b"no archive", b"PK\x03\x04 cut off"])
def test_another_file_is_no_packed_set(tmp_path, content):
    (tmp_path / "set.npz").write_bytes(content)
    with pytest.raises(AnalysisError, match="no packed training set"):
        unpack(tmp_path / "set.npz")


def test_a_packed_set_that_was_cut_off_is_refused(tmp_path):
    pack(tmp_path / "set.npz", labelled_frames(2))
    whole = (tmp_path / "set.npz").read_bytes()
    (tmp_path / "set.npz").write_bytes(whole[: len(whole) // 2])
    with pytest.raises(AnalysisError, match="no packed training set"):
        unpack(tmp_path / "set.npz")


def test_pickled_content_is_refused(tmp_path):
    np.savez(tmp_path / "set.npz", version=np.array([object()], dtype=object))
    with pytest.raises(AnalysisError, match="no packed training set"):
        unpack(tmp_path / "set.npz")


def test_a_force_beyond_all_bounds_is_refused_by_name(tmp_path):
    with pytest.raises(AnalysisError, match="cannot be packed"):
        pack(tmp_path / "set.npz", labelled_frames(1, largest=1e9))


def test_a_frame_without_label_has_none_to_give():
    with pytest.raises(AnalysisError, match="energy, forces, stress"):
        label_of(bare_frames(1)[0])


@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_a_label_that_is_no_number_is_refused(value):
    frame = bare_frames(1)[0]
    label = Label(energy=value, forces=np.zeros((192, 3)), stress=np.zeros(6))
    with pytest.raises(AnalysisError, match="not finite"):
        with_label(frame, label, "drawn")


def test_a_label_of_another_size_is_refused():
    label = Label(energy=0.0, forces=np.zeros((3, 3)), stress=np.zeros(6))
    with pytest.raises(AnalysisError, match="192"):
        with_label(bare_frames(1)[0], label, "drawn")


def test_an_unknown_kind_is_refused():
    with pytest.raises(ConfigError, match="bulk_cubic"):
        mark(bare_frames(1)[0], kind="bulk", origin="x", temperature=0.0)


def test_a_file_that_does_not_say_where_frames_come_from_is_refused(tmp_path):
    frame = labelled_frames(1)[0]
    del frame.info["origin"]
    write_frames(tmp_path / "batch.xyz", [frame])
    with pytest.raises(AnalysisError, match="origin"):
        read_frames(tmp_path / "batch.xyz")
    with pytest.raises(AnalysisError, match="no frames"):
        read_frames(tmp_path / "missing.xyz")
    with pytest.raises(ConfigError, match="one or more"):
        write_frames(tmp_path / "empty.xyz", [])
