"""A library on disk: every boundary once, the same bytes however made, nothing lost when interrupted."""

import json
from dataclasses import replace

import pytest
from ase.io import read

from grainway.domain import Composition
from grainway.errors import StructureError
from grainway.structure import Catalogue, build_boundary
from grainway.structure.catalogue.microscopic_variants import microscopic_variants
from grainway.structure.library.library_files import HEADER, INDEX, write_library

pytestmark = pytest.mark.xdist_group("library files")

ENTRIES = Catalogue(max_atoms=2200, max_strain=0.0).entries
IMPOSSIBLE = replace(ENTRIES[0].spec(), composition=Composition(lithium_oxide_per_nm2=9.0))


def recipes(n=40):
    return [s for e in ENTRIES for s in microscopic_variants(e.spec(), -(-n // len(ENTRIES)), 3)][:n]


def contents(folder):
    return {
        str(p.relative_to(folder)): p.read_bytes() for p in sorted(folder.rglob("*")) if p.suffix == ".extxyz"
    }


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    folder = tmp_path_factory.mktemp("library")
    assert write_library(recipes(), folder, seed=5).written == 40
    return folder


def test_every_boundary_is_the_one_that_its_line_names(whole):
    lines = [json.loads(line) for line in (whole / INDEX).read_text().splitlines()]
    assert [line["number"] for line in lines] == list(range(40))
    for line, spec in zip(lines[::8], recipes()[::8], strict=True):
        atoms = read(whole / line["file"])
        built = build_boundary(spec, seed=line["seed"])
        assert atoms.get_chemical_symbols() == built.atoms.get_chemical_symbols()
        # the file holds eight digits
        assert abs(atoms.positions - built.atoms.positions).max() < 1e-7
        assert line["polar"] == built.is_polar
        assert line["n_atoms"] == len(atoms)


def test_two_processes_write_the_same_bytes(whole, tmp_path):
    write_library(recipes(), tmp_path / "two", seed=5, processes=2)
    assert contents(tmp_path / "two") == contents(whole)
    assert (tmp_path / "two" / INDEX).read_bytes() == (whole / INDEX).read_bytes()


@pytest.mark.parametrize("cut", [1, 40, 2000])
def test_an_interrupted_library_goes_on(whole, tmp_path, cut):
    """Torn anywhere, the index loses at most the line that was being written; that one is made again."""
    folder = tmp_path / "torn"
    write_library(recipes()[:20], folder, seed=5)
    index = folder / INDEX
    index.write_bytes(index.read_bytes()[:-cut])
    remaining = index.read_text().count("\n")
    done = write_library(recipes(), folder, seed=5)
    assert (done.present, done.written) == (remaining, 40 - remaining)
    assert contents(folder) == contents(whole)
    numbers = sorted(json.loads(line)["number"] for line in index.read_text().splitlines())
    assert numbers == list(range(40))


def test_what_cannot_be_built_is_listed_with_the_reason(tmp_path):
    counts = []
    specs = [recipes()[0], IMPOSSIBLE, recipes()[1]]
    done = write_library(specs, tmp_path, on_written=lambda present, failed: counts.append((present, failed)))
    assert (done.written, done.failed) == (2, 1)
    assert counts[-1] == (2, 1)
    lines = [json.loads(line) for line in (tmp_path / INDEX).read_text().splitlines()]
    assert "file" not in lines[1]
    with pytest.raises(StructureError) as raised:
        build_boundary(IMPOSSIBLE, seed=1)
    assert lines[1]["reason"] == str(raised.value)
    again = write_library(specs, tmp_path)
    assert (again.written, again.present, again.failed) == (0, 2, 1)


def test_a_folder_is_not_mixed_up(whole, tmp_path):
    before = contents(whole)
    for specs, options in (
        (recipes(), {"seed": 6}),
        (recipes(), {"seed": 5, "extension": "data"}),
        (recipes()[1:], {"seed": 5}),
    ):
        with pytest.raises(StructureError, match="Choose a new folder"):
            write_library(specs, whole, **options)
    assert contents(whole) == before
    (tmp_path / HEADER).write_text("not JSON")
    with pytest.raises(StructureError, match="Choose a new folder"):
        write_library(recipes(), tmp_path)


def test_variants_fill_the_ranges_and_begin_with_the_recipe():
    spec = ENTRIES[0].spec(termination=0.25)
    found = list(microscopic_variants(spec, 257, seed=2))
    assert found[0] == spec
    assert len(set(found)) == 257
    for values in (
        [s.translation[0] for s in found[1:]],
        [s.translation[1] for s in found[1:]],
        [s.termination for s in found[1:]],
        [s.cut_b for s in found[1:]],
    ):
        # of 256 points of a low-discrepancy sequence every sixteenth of the range holds about sixteen
        counts = [sum(k / 16 <= v < (k + 1) / 16 for v in values) for k in range(16)]
        assert min(counts) >= 8
        assert max(counts) <= 24
    assert all(s.cut_b == s.termination for s in microscopic_variants(spec, 9, both_cuts=False))
    assert list(microscopic_variants(spec, 9, 2)) == found[:9]
    with pytest.raises(StructureError, match="1 or more"):
        next(microscopic_variants(spec, 0))
