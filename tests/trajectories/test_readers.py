"""The same motion in every format: what is read is what was written."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from example_files.written import (
    INTERVAL,
    SIDE,
    STEPS,
    walkers,
    write_binary,
    write_dcd,
    write_extxyz,
    write_text,
    write_xtc,
)
from grainway.trajectories import Clock, Source, species_of
from grainway.trajectories.lammps_dumps.number_text import RowText
from grainway.trajectories.lammps_dumps.text_dump import TextDump

TRICLINIC = np.array([[16.0, 0, 0], [3.0, 15.0, 0], [-2.0, 4.0, 18.0]])
GENERAL = TRICLINIC @ np.linalg.qr(np.random.default_rng(3).normal(size=(3, 3)))[0]
CLOCK = Clock(timestep=INTERVAL / STEPS)


def displacements(source):
    """From the first frame, shape (n_frames, n_atoms, 3), with the times."""
    samples = list(source.samples())
    positions = np.array([s.fractions @ s.cell + s.origin for s in samples])
    return positions - positions[0], np.array([s.time for s in samples])


def check(path, known, tolerance=1e-9, clock=CLOCK, **options):
    moved, times = displacements(Source(paths=[path], clock=clock, **options))
    assert moved == pytest.approx(known.positions - known.positions[0], abs=tolerance)
    assert times == pytest.approx(np.arange(len(times)) * INTERVAL, abs=1e-5)


@pytest.mark.parametrize("blank", [" ", ""])
@pytest.mark.parametrize(
    "names",
    [
        "id type xu yu zu",
        "type id xsu ysu zsu",
        "id type x y z",
        "id x y z ix iy iz",
        "id type xs ys zs",
        "id type xs ys zs ix iy iz",
        "id element xu yu zu",
        "element zu yu xu id",
    ],
)
def test_columns_of_a_text_dump(tmp_path, names, blank):
    known = walkers()
    path = write_text(tmp_path / "run.dump", known, names, shuffle=True, blank=blank)
    check(path, known)
    if "type" in names or "element" in names:
        types = None if "element" in names else ("Li", "La", "Zr", "O")
        assert species_of(Source(paths=[path]).first(), types) == known.species


@pytest.mark.parametrize("wanted", ["x y z", "xu yu zu", "xs ys zs", "x y z ix iy iz"])
@pytest.mark.parametrize("general", [False, True])
def test_slanted_cells(tmp_path, wanted, general):
    known = walkers(cell=GENERAL if general else TRICLINIC, origin=(1.0, -2.0, 3.0))
    check(write_text(tmp_path / "run.dump", known, f"id type {wanted}", general=general), known)
    if not general:
        check(write_binary(tmp_path / "run.bin", known, f"id type {wanted}"), known)


@pytest.mark.parametrize("cell", [np.diag(SIDE), TRICLINIC], ids=["orthogonal", "slanted"])
def test_every_format_gives_the_same_motion(tmp_path, cell):
    known = walkers(cell=cell)
    check(write_text(tmp_path / "run.dump.gz", known), known)
    check(write_text(tmp_path / "timed.dump", known, time=True), known, clock=Clock())
    check(write_binary(tmp_path / "run.bin", known), known)
    check(write_extxyz(tmp_path / "run.extxyz", known), known, 2e-8, Clock())
    check(write_dcd(tmp_path / "run.dcd", known), known, 2e-5)
    # lossy: three decimals of a nanometre
    check(write_xtc(tmp_path / "run.xtc", known), known, 0.011, Clock())
    assert {p.name for p in tmp_path.iterdir()} == {
        *("run.dump.gz", "timed.dump", "run.bin", "run.extxyz", "run.dcd", "run.xtc")
    }, "reading leaves nothing beside the files"


def test_the_file_and_not_its_name_says_what_it_is(tmp_path):
    known = walkers()
    check(write_binary(tmp_path / "run.dump", known), known)
    check(write_dcd(tmp_path / "run.bin", known), known, 2e-5)
    check(write_extxyz(tmp_path / "run", known), known, 2e-8, Clock(), kind="extxyz")


def test_parts_of_a_run_are_one_run(tmp_path):
    known = walkers(n_frames=40)
    parts = []
    for number, (first, last) in enumerate(((0, 15), (14, 30), (30, 40))):  # the second repeats a frame
        part = type(known)(known.positions[first:last], known.cells[first:last], known.types, known.origin)
        steps = [STEPS * frame for frame in range(first, last)]
        parts.append(write_text(tmp_path / f"{number}.dump", part, "id type x y z", steps=steps))
    moved, times = displacements(Source(paths=parts, clock=CLOCK))
    assert moved == pytest.approx(known.positions - known.positions[0], abs=1e-9)
    assert times == pytest.approx(np.arange(40) * INTERVAL)


def test_what_is_left_out_is_counted_from_the_first_frame(tmp_path):
    path = write_text(tmp_path / "run.dump", walkers(n_frames=40))
    _, times = displacements(Source(paths=[path], clock=CLOCK, start=1.0, stop=3.0))
    assert times == pytest.approx(np.arange(10, 30) * INTERVAL)


def test_elements_from_a_structure_file(tmp_path):
    known = walkers()
    structure = write_extxyz(
        tmp_path / "one.extxyz",
        type(known)(*(known.positions[:1], known.cells[:1]), known.types, known.origin),
    )
    path = write_dcd(tmp_path / "run.dcd", known)
    assert species_of(Source(paths=[path]).first(), topology=structure) == known.species


@given(size=st.integers(200, 40_000), n_frames=st.integers(1, 12))
@settings(max_examples=25)
def test_every_frame_belongs_to_one_piece_of_the_file(tmp_path_factory, size, n_frames):
    path = tmp_path_factory.mktemp("pieces") / "run.dump"
    write_text(path, walkers(n_frames=n_frames), time=n_frames % 2 == 0)
    dump = TextDump.open(path)
    whole = [frame.step for frame in dump.frames()]
    pieces = [
        f.step for start in range(0, path.stat().st_size, size) for f in dump.frames(start, start + size)
    ]
    assert pieces == whole == [STEPS * frame for frame in range(n_frames)]


def test_processes_side_by_side_give_the_same_frames(tmp_path, monkeypatch):
    from grainway.trajectories.lammps_dumps import parallel_pieces as side_by_side

    known = walkers(n_frames=400)
    path = write_text(tmp_path / "run.dump", known, "id type x y z", shuffle=True)
    dump = TextDump.open(path)
    monkeypatch.setattr(side_by_side, "PIECE_BYTES", 60_000)
    alone = list(side_by_side.read_text_dump(dump, 0))
    together = list(side_by_side.read_text_dump(dump, 2))
    assert [f.step for f in together] == [f.step for f in alone]
    assert all(np.array_equal(a.fractions, b.fractions) for a, b in zip(alone, together, strict=True))


numbers = st.floats(allow_nan=False, allow_infinity=False) | st.integers(-(10**15), 10**15)


@given(
    values=st.lists(numbers, min_size=1, max_size=40),
    form=st.sampled_from(["%.17g", "%g", "%.6f", "%20.12e"]),
)
def test_numbers_are_read_as_python_reads_them(values, form):
    texts = [form % value for value in values]
    for blank in (" \n", "\n"):
        text = blank.join(texts) + blank
        assert RowText(1).read(text.encode(), len(values)).ravel().tolist() == [float(t) for t in texts]


@pytest.mark.parametrize("text", [b"1 2 \n3 x \n", b"1 2 \n3 \n", b"1 2 \n3 4 5 \n", b"\n", b"1 2 3 4.5.6\n"])
def test_what_is_no_table_is_refused(text):
    with pytest.raises(ValueError, match=r".+"):
        RowText(2).read(text, 2)


def test_numbers_that_are_none_are_told_apart():
    found = RowText(2).read(b"1 nan \n-nan inf \n", 2)
    assert np.isnan(found).tolist() == [[False, True], [True, False]]


@pytest.mark.parametrize("words", ["Li La Zr O", "Fe He", "Er Eu", "OW HW2", "n a"])
def test_words_count_as_nothing_and_change_no_number(words):
    rows = [f"{i} {word} {1.5 * i} {i}e-05 \n" for i, word in enumerate(words.split(), start=1)]
    letters = "".join(sorted(set(words) - {" "}))
    found = RowText(4, (1,), letters).read("".join(rows).encode(), len(rows))
    exact = [[i, 1.5 * i, float(f"{i}e-05")] for i in range(1, len(rows) + 1)]
    assert found[:, [0, 2, 3]].tolist() == exact
