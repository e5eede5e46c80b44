"""Frameworks in batches: the same as one by one, on every array library, and the gap as a naive maximum."""

import array_api_strict
import numpy as np
import pytest

from grainway.errors import StructureError
from grainway.geometry.contact import contact_gap
from grainway.structure import Catalogue, load_garnet
from grainway.structure.planar.array_device import ArrayDevice, open_array_device
from grainway.structure.planar.bicrystal import bicrystals, join
from grainway.structure.planar.contact_gaps import contact_gaps, macroscopic_key, make_frame, surface
from grainway.structure.planar.framework_batch import framework_batches
from grainway.structure.planar.lattice_slab import framework_limits

CATALOGUE = Catalogue(max_atoms=5000)
SCALE = 0.85


def random_specs(entries, n, seed=0):
    rng = np.random.default_rng(seed)
    return [
        entries[int(rng.integers(len(entries)))].spec(
            translation=tuple(rng.random(2)),
            termination=float(rng.random()),
            termination_b=float(rng.random()) if rng.random() < 0.5 else None,
        )
        for _ in range(n)
    ]


def test_gaps_equal_a_search_over_all_pairs():
    """The oracle takes every pair and every image through a tree, and knows nothing of padding."""
    crystal = load_garnet()
    limits = framework_limits(crystal, SCALE)
    for spec in random_specs(CATALOGUE.entries, 40):
        frame = join(spec, crystal, SCALE)
        lower, upper = (frame.framework[frame.grain == g] for g in (0, 1))
        names = [frame.species[frame.grain == g] for g in (0, 1)]
        middle, top = frame.boundary_positions
        first, second = frame.gaps
        cell = frame.cell
        # closed again, the grains touch at the height of the boundary
        below = lower - [0, 0, middle - first / 2]
        above = upper - [0, 0, middle + first / 2]
        assert contact_gap(below, names[0], above, names[1], cell, limits) == pytest.approx(first, abs=1e-6)
        below = upper - [0, 0, top - second / 2]
        above = lower + cell[2] - [0, 0, top + second / 2]
        assert contact_gap(below, names[1], above, names[0], cell, limits) == pytest.approx(second, abs=1e-6)


def test_bytes_do_not_depend_on_the_batch():
    specs = random_specs(CATALOGUE.entries[:6], 40)
    single = [join(s, load_garnet(), SCALE) for s in specs]
    for size in (1, 7, 64):
        found = {
            index: frame
            for batch in framework_batches(specs, batch_size=size)
            for index, frame in zip(batch.indices, bicrystals(batch, load_garnet(), SCALE), strict=True)
        }
        assert sorted(found) == list(range(len(specs)))
        for index, frame in found.items():
            assert frame.spec == specs[index]
            assert frame.framework.tobytes() == single[index].framework.tobytes()
            assert frame.cell.tobytes() == single[index].cell.tobytes()


def test_another_array_library_gives_the_same():
    """array_api_strict offers the standard and nothing else: what runs on it runs on any library."""
    specs = random_specs([e for e in CATALOGUE.entries if e.normal_a == (5, 1, 0)][:1], 8)
    frame = make_frame(macroscopic_key(specs[0]), load_garnet(), SCALE)
    gaps = []
    for device in (open_array_device("cpu"), ArrayDevice(array_api_strict)):
        cuts = device.array([s.termination for s in specs]), device.array([s.cut_b for s in specs])
        shift = device.array([[s.translation[0] * 12.0, s.translation[1] * 33.0] for s in specs])
        below = surface(frame.lower, frame, cuts[0], device, above=False)
        above = surface(frame.upper, frame, cuts[1], device, above=True)
        gaps.append(device.numpy(contact_gaps(below, above, shift, frame, device)))
    assert gaps[0] == pytest.approx(gaps[1], abs=1e-9)
    assert (gaps[0] > 0.1).any()


@pytest.mark.parametrize("name", ["gpu", "cuda:x", "torch:1x", ""])
def test_unknown_devices_are_refused_with_the_choice(name):
    with pytest.raises(StructureError, match=r"device = .*'cpu'"):
        open_array_device(name)


def test_connected_boundaries_are_not_taken_for_planar():
    entry = next(e for e in CATALOGUE.entries if e.normal_a == (5, 1, 0))
    with pytest.raises(StructureError, match="connection = 'orthogonal'"):
        list(framework_batches([entry.spec(connection="orthogonal")]))


def test_memory_is_flat_over_many_batches():
    """Batches are handed over and forgotten: the peak does not grow with the number of structures."""
    import tracemalloc

    spec = random_specs(CATALOGUE.entries[:1], 1)[0]

    def peak(n):
        tracemalloc.start()
        for _ in framework_batches((spec for _ in range(n)), batch_size=16):
            pass
        _, most = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        return most

    peak(16)
    assert peak(256) < 1.2 * peak(48)
