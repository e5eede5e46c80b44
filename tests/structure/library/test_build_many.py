"""Many boundaries: each the one that is built alone, whatever the number of processes, in order, lazily."""

import os
import subprocess
import sys
from dataclasses import replace
from hashlib import sha256
from itertools import count, islice
from pathlib import Path

import numpy as np
import pytest

from grainway.domain import Composition
from grainway.errors import StructureError
from grainway.structure import Catalogue, build_boundary, build_many
from grainway.structure.library.build_many import CHUNK

pytestmark = pytest.mark.xdist_group("build many")

CATALOGUE = Catalogue(max_atoms=1200, min_grain_thickness=8.0, angle_range_deg=(5.0, 45.0))
TILTS = [e for e in CATALOGUE.entries if e.character == "symmetric tilt" and e.strain == 0.0]
CHANGED = Composition(lithium_oxide_per_nm2=-0.5, dopants=(("Ta", 0.2), ("Al", 0.1)))
SEED = 11
PROCESSES = [1, pytest.param(2, marks=pytest.mark.slow)]
N = CHUNK + 9
"""Two chunks, so that two processes both have work."""

WRONG_ANGLE = replace(TILTS[0].spec(), angle_deg=12.0)
TOO_THIN = replace(TILTS[0].spec(connection="stepped"), planes=1, planes_b=1)
NO_ROOM = TILTS[0].spec(composition=Composition(lithium_oxide_per_nm2=10.0))


def recipes():
    """Planar boundaries of all kinds, some of them several times at other places, and all that meet."""
    rng = np.random.default_rng(0)

    def anywhere(spec):
        return replace(spec, translation=tuple(rng.random(2)), termination=float(rng.random()))

    entries = [CATALOGUE.entries[int(n)] for n in rng.integers(len(CATALOGUE.entries), size=8)]
    every = [anywhere(e.spec()) for e in entries * 4] + [anywhere(entries[0].spec(composition=CHANGED))]
    smallest = min(TILTS, key=lambda e: e.n_atoms)
    for connection in ("orthogonal", "stepped", "network"):
        spec = anywhere(smallest.spec(connection=connection))
        every.append(replace(spec, planes=2 * spec.planes, planes_b=None))
    every += [anywhere(e.spec(connection="orthogonal", composition=CHANGED)) for e in TILTS[:5]]
    # neighbours in the list differ in everything
    return [every[n] for n in rng.permutation(N)]


def digest(boundaries):
    """One number for all bytes of the boundaries, in order."""
    total = sha256()
    for boundary in boundaries:
        atoms = boundary.atoms
        for array in (atoms.positions, atoms.numbers, atoms.cell.array, atoms.arrays["grain"]):
            total.update(np.ascontiguousarray(array).tobytes())
        total.update(repr((boundary.spec, boundary.gaps, boundary.composition_changes)).encode())
    return total.hexdigest()


@pytest.fixture(scope="module")
def one_by_one():
    return [build_boundary(spec, seed=SEED + n) for n, spec in enumerate(recipes())]


def test_all_connections_are_among_the_recipes():
    specs = recipes()
    assert len(specs) == N
    assert {s.connection for s in specs} == {"planar", "orthogonal", "stepped", "network"}
    assert len({s.normal_a for s in specs}) < len(specs)


@pytest.mark.parametrize("processes", PROCESSES)
def test_many_are_the_bytes_of_one_by_one(one_by_one, processes):
    built = list(build_many(recipes(), SEED, processes=processes))
    assert len(built) == N
    for one, other in zip(one_by_one, built, strict=True):
        assert digest([one]) == digest([other])


def test_the_seed_of_a_boundary_is_its_number_in_the_list(one_by_one):
    spec = recipes()[0]
    first, second = build_many([spec, spec], SEED)
    assert digest([first]) == digest([one_by_one[0]])
    assert digest([second]) == digest([build_boundary(spec, seed=SEED + 1)])
    assert digest([first]) != digest([second])


@pytest.mark.slow
@pytest.mark.parametrize("hash_seed", ["1", "4242"])
def test_another_interpreter_gives_the_same_bytes(one_by_one, hash_seed):
    """The order of sets of strings changes with the hash seed; nothing that is built may hang on it."""
    code = "import test_build_many as t; print(t.digest(t.build_many(t.recipes(), t.SEED)))"
    result = subprocess.run(
        [sys.executable, "-c", code],
        cwd=Path(__file__).parent,
        env={**os.environ, "PYTHONHASHSEED": hash_seed},
        capture_output=True,
        text=True,
        check=True,
    )
    assert result.stdout.strip() == digest(one_by_one)


@pytest.mark.parametrize("processes", PROCESSES)
def test_what_cannot_be_built_is_reported_and_the_others_come(one_by_one, processes):
    specs = recipes()
    bad = {3: WRONG_ANGLE, 4: TOO_THIN, CHUNK + 1: NO_ROOM}
    for number, spec in bad.items():
        specs[number] = spec
    failures = []
    built = list(
        build_many(specs, SEED, processes=processes, on_failure=lambda *failure: failures.append(failure))
    )
    assert [(number, spec) for number, spec, _ in failures] == list(bad.items())
    for (_, _, error), field in zip(failures, ("angle_deg = ", "planes = ", "no "), strict=True):
        assert isinstance(error, StructureError)
        assert str(error).startswith((field, "composition.lithium_oxide_per_nm2 = "))
    others = [boundary for n, boundary in enumerate(one_by_one) if n not in bad]
    assert digest(built) == digest(others)


@pytest.mark.parametrize("processes", PROCESSES)
@pytest.mark.parametrize(
    ("spec", "message"), [(WRONG_ANGLE, "angle_deg = 12.0"), (TOO_THIN, "Use more planes")]
)
def test_without_a_handler_the_error_is_raised_in_its_turn(one_by_one, processes, spec, message):
    boundaries = build_many([*recipes()[:2], spec, recipes()[2]], SEED, processes=processes)
    assert digest(islice(boundaries, 2)) == digest(one_by_one[:2])
    with pytest.raises(StructureError, match=message):
        next(boundaries)


@pytest.mark.parametrize("processes", PROCESSES)
def test_recipes_are_read_as_they_are_needed(processes):
    """A list without end can be built from, and a few chunks of it at most are read ahead."""
    spec, taken = min(CATALOGUE.entries, key=lambda e: e.n_atoms).spec(), []

    def without_end():
        for n in count():
            taken.append(n)
            yield spec

    boundaries = build_many(without_end(), SEED, processes=processes)
    assert taken == []
    assert len(list(islice(boundaries, 3))) == 3
    ahead = 1 if processes == 1 else 2 * processes
    assert len(taken) <= ahead * CHUNK
    boundaries.close()
    assert len(taken) <= ahead * CHUNK


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"processes": 0}, r"processes = 0 is not allowed: .*\. Use one per processor core"),
        ({"processes": -2}, r"processes = -2 is not allowed: .*\. Use one per processor core"),
        ({"processes": 1.5}, r"processes = 1.5 is not allowed: .*\. Use one per processor core"),
        ({"device": "gpu"}, r"device = 'gpu' is not allowed: .*\. Use 'cpu'"),
        ({"device": "cuda:x"}, r"device = 'cuda:x' is not allowed: .*\. Use 'cpu'"),
        ({"device": "gpu", "processes": 2}, r"device = 'gpu' is not allowed: .*\. Use 'cpu'"),
        ({"seed": -1}, r"seed = -1 is not allowed: .*\. Use another seed"),
        ({"seed": 0.5}, r"seed = 0.5 is not allowed: .*\. Use another seed"),
        ({"contact_scale": 0.2}, r"contact_scale = 0.2 is not allowed: .*\. Use 0.85"),
        ({"contact_scale": float("nan")}, r"contact_scale = nan is not allowed: .*\. Use 0.85"),
    ],
    ids=str,
)
def test_bad_options_are_refused_before_anything_is_read(options, message):
    taken = []

    def watched():
        for spec in recipes()[:2]:
            taken.append(spec)
            yield spec

    with pytest.raises(StructureError, match=message):
        next(build_many(watched(), **options))
    assert taken == []


def test_no_recipes_are_no_boundaries():
    assert list(build_many([])) == []
    assert list(build_many([], processes=2)) == []
