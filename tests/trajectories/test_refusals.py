"""Every kind of bad trajectory has its own error, which says where it is and what to do."""

import re

import numpy as np
import pytest

from example_files.written import (
    STEPS,
    Known,
    walkers,
    write_binary,
    write_dcd,
    write_extxyz,
    write_text,
    write_xtc,
)
from grainway.errors import AnalysisError
from grainway.trajectories import Clock, Source, species_of

CLOCK = Clock(timestep=0.002)
INTERVAL = Clock(frame_interval=0.1)


def refused(pattern, *paths, clock=CLOCK, **options):
    with pytest.raises(AnalysisError) as caught:
        list(Source(paths=paths, clock=clock, **options).samples())
    assert re.search(pattern, str(caught.value)), str(caught.value)


WRITERS = {
    "text": (write_text, "run.dump"),
    "gz": (write_text, "run.dump.gz"),
    "binary": (write_binary, "run.bin"),
    "dcd": (write_dcd, "run.dcd"),
    "xtc": (write_xtc, "run.xtc"),
    "extxyz": (write_extxyz, "run.extxyz"),
}


@pytest.mark.parametrize("kind", ["text", "binary", "xtc", "extxyz"])
@pytest.mark.parametrize("share", [0.53, 0.87])
def test_a_file_that_is_cut_off(tmp_path, kind, share):
    writer, name = WRITERS[kind]
    known = walkers(n_frames=20)
    path = writer(tmp_path / name, known)
    data = path.read_bytes()
    path.write_bytes(data[: int(share * len(data))])
    refused(r"run\..*(cut off|--allow-truncated)", path, clock=INTERVAL)
    samples = list(Source(paths=[path], clock=INTERVAL, allow_truncated=True).samples())
    assert len(samples) == pytest.approx(share * 20, abs=1)
    found = np.array([s.fractions @ s.cell for s in samples])
    assert found - found[0] == pytest.approx(
        (known.positions - known.positions[0])[: len(samples)], abs=0.011 if kind == "xtc" else 1e-7
    )


def test_a_dcd_file_that_is_cut_off_ends_where_it_is_whole(tmp_path):
    path = write_dcd(tmp_path / "run.dcd", walkers(n_frames=20))
    data = path.read_bytes()
    path.write_bytes(data[: int(0.53 * len(data))])
    refused(r"run.dcd, frame 11 is cut off: .* 20 frames", path)
    assert len(list(Source(paths=[path], clock=CLOCK, allow_truncated=True).samples())) == 10


def test_a_number_that_is_cut_off_at_the_end_of_the_file(tmp_path):
    """All columns of all atoms are there, but the last one has lost digits."""
    path = write_text(tmp_path / "run.dump", walkers(n_frames=3), blank="")
    path.write_bytes(path.read_bytes()[:-4])
    refused(rf"step {2 * STEPS}.*ends after 41 of 42 atoms", path)


def test_a_header_that_is_cut_off(tmp_path):
    path = write_text(tmp_path / "run.dump", walkers(n_frames=3))
    data = path.read_bytes()
    path.write_bytes(data[: data.rindex(b"ITEM: BOX") + 20])
    refused("ends within the header", path)


def test_positions_that_are_no_numbers(tmp_path):
    known = walkers(n_frames=6)
    known.positions[3, 7, 1] = np.nan
    for path in (write_text(tmp_path / "run.dump", known), write_binary(tmp_path / "run.bin", known)):
        refused(r"frame 4: the position of atom 8 .*blown up", path)


def test_damaged_rows(tmp_path):
    path = write_text(tmp_path / "run.dump", walkers(n_frames=3))
    path.write_text(re.sub(r"(?m)^17 .*$", "17 1 0.5 x 3 ", path.read_text(), count=1))
    refused("damaged", path)


def test_frames_that_are_not_in_order(tmp_path):
    known = walkers(n_frames=6)
    path = write_text(tmp_path / "run.dump", known, steps=[0, 50, 100, 100, 150, 200])
    refused(r"frame 4: step 100 is the same as .*restarted", path)
    path = write_text(tmp_path / "run.dump", known, steps=[0, 50, 100, 50, 100, 150])
    refused(r"frame 4: step 50 is before .*\(100\)", path)
    parts = [
        write_text(tmp_path / f"{n}.dump", known, steps=[n * 300 + 50 * i for i in range(6)]) for n in (1, 0)
    ]
    refused("frames are out of order", *parts)


def test_frames_that_are_not_evenly_spaced(tmp_path):
    path = write_text(tmp_path / "run.dump", walkers(n_frames=6), steps=[0, 50, 100, 200, 250, 300])
    refused(r"frame 4: 0.2 ps after .*0.1 ps apart.*evenly spaced", path)


def test_atoms_that_change(tmp_path):
    known, other = walkers(n_frames=3), walkers(n_frames=3, n_ions=25)
    later = [150, 200, 250]
    path = write_text(tmp_path / "run.dump", known)
    write_text(path, other, steps=later, mode="ab")
    refused(r"step 150: 43 atoms, where the first frame has 42", path)
    path = write_text(tmp_path / "run.dump", known)
    path.write_text(re.sub(r"(?m)^17 (.*)$", r"99 \1", path.read_text()).replace("99 ", "17 ", 1))
    refused(r"step 50: the atom ids changed: 18 stands where the first frame has 17", path)
    path.write_text(re.sub(r"(?m)^17 (.*)$", r"16 \1", write_text(path, known).read_text()))
    refused(r"the id 16 comes twice", path)
    refused(
        "the parts of a trajectory must hold the same atoms",
        write_binary(tmp_path / "a.bin", known),
        write_text(tmp_path / "b.dump", other, steps=later),
    )


def test_files_that_hold_nothing(tmp_path):
    empty = tmp_path / "empty.dump"
    empty.touch()
    refused("empty.dump is empty", empty)
    refused("cannot read", tmp_path / "absent.dump")
    (tmp_path / "notes").write_text("no trajectory at all\n" * 9)
    refused("notes", tmp_path / "notes")
    with pytest.raises(AnalysisError, match="no trajectory was given"):
        Source(paths=[]).first()


def test_columns_without_positions(tmp_path):
    path = write_text(tmp_path / "run.dump", walkers(n_frames=2))
    path.write_text(path.read_text().replace("xu yu zu", "vx vy vz"))
    refused(r"columns of run.dump = 'id type vx vy vz'.*xu yu zu", path)


def test_times_that_nothing_tells(tmp_path):
    known = walkers(n_frames=3)
    refused("--timestep.*--frame-interval", write_text(tmp_path / "run.dump", known), clock=Clock())
    path = write_extxyz(tmp_path / "run.extxyz", known, times=False)
    refused("does not say what time.*--frame-interval", path, clock=Clock())
    with pytest.raises(AnalysisError, match="timestep = -1"):
        Clock(timestep=-1.0)


def test_elements_that_nothing_tells(tmp_path):
    known = walkers(n_frames=2)
    first = Source(paths=[write_text(tmp_path / "run.dump", known)]).first()
    with pytest.raises(AnalysisError, match=r"--types.*--topology"):
        species_of(first)
    with pytest.raises(AnalysisError, match=r"types 1 to 4"):
        species_of(first, ("Li", "La"))
    with pytest.raises(AnalysisError, match="no atom types"):
        species_of(Source(paths=[write_dcd(tmp_path / "run.dcd", known)]).first(), ("Li",))
    one = Known(known.positions[:1, :5], known.cells[:1], known.types[:5], known.origin)
    with pytest.raises(AnalysisError, match=r"= 5 is not allowed: 42"):
        species_of(first, topology=write_extxyz(tmp_path / "one.extxyz", one))


def test_another_unit_of_length(tmp_path):
    path = write_text(tmp_path / "run.dump", walkers(n_frames=2), time=True)
    path.write_text(path.read_text().replace("metal", "lj"))
    refused("units of run.dump = 'lj'.*metal or real", path)
    path.write_text(path.read_text().replace("\nlj\n", "\nreal\n"))
    assert [s.time for s in Source(paths=[path]).samples()] == pytest.approx([0.0, 1e-4])


def test_the_remedy_is_named_where_mdanalysis_is_not_installed(tmp_path, monkeypatch):
    path = write_dcd(tmp_path / "run.dcd", walkers(n_frames=2))
    for name in ("MDAnalysis", "MDAnalysis.lib.formats.libdcd"):
        monkeypatch.setitem(__import__("sys").modules, name, None)
    refused(r'pip install "grainway\[trajectories\]"', path)
