"""LER(w) against its limit, the flat bulk, and excesses that balance."""

import numpy as np
import pytest

from grainway.analysis import gibbs_excess
from grainway.analysis.composition.enrichment_scan import bulk_plateau, enrichment_scan
from grainway.analysis.composition.lithium_enrichment import gibbs_excesses, plane_error, window_edge
from grainway.errors import AnalysisError
from known_motion.ideal_garnet import LATTICE, frames, garnet, with_lithium

BOUNDARIES = (12.97, 38.91)
HALF = 2 * LATTICE


def even_lithium(symbols, positions, cell, heights):
    """Framework with lithium at given heights."""
    added = np.column_stack([np.zeros((len(heights), 2)), heights])
    return frames(np.append(symbols, ["Li"] * len(heights)), np.concatenate([positions, added]), cell)


def test_enrichment_of_the_whole_cell_is_its_limit_exactly_and_has_no_planes():
    scan = enrichment_scan(frames(*with_lithium(90)), BOUNDARIES, [HALF])
    assert scan.by_number[0].value == pytest.approx(scan.by_number_limit[0], rel=1e-5)
    assert scan.by_volume[0].value == pytest.approx(scan.by_volume_limit[0], rel=1e-5)
    assert scan.by_number[0].standard_error == pytest.approx(0.0, abs=1e-9)
    assert window_edge(BOUNDARIES, HALF, 2 * HALF) == pytest.approx(0.0, abs=1e-9)
    assert plane_error(10.0, 0.0) == 0


def test_both_forms_tend_to_their_limit_beyond_the_boundary():
    """Every boundary has 120 ions more in 6 Å; windows much wider than that hold them all."""
    symbols, positions, cell = garnet((2, 2, 4))
    n = int(np.sum(symbols == "La")) * 7 // 3
    even = (np.arange(n) + 0.5) * cell[2, 2] / n
    extra = np.concatenate([z + (np.arange(120) - 59.5) * 0.05 for z in BOUNDARIES])
    scan = enrichment_scan(
        even_lithium(symbols, positions, cell, np.concatenate([even, extra])), BOUNDARIES, [6.0, 20.0, 24.0]
    )
    area = (2 * LATTICE) ** 2
    assert scan.excess.value == pytest.approx(100 * 120 / area, rel=1e-9)
    assert scan.excess_by_volume.value == pytest.approx(100 * 120 / area, rel=0.1)
    for form, limit in ((scan.by_number, scan.by_number_limit), (scan.by_volume, scan.by_volume_limit)):
        for k in (1, 2):
            assert abs(form[k].value - limit[k]) < 2 * form[k].standard_error < 0.1
        # a window inside the enriched slab does not hold all of it
        assert form[0].value < limit[0] - 0.1
    np.testing.assert_allclose(
        scan.by_number_limit, 1 + 120 / (np.array(scan.widths) * area * n / cell[2, 2] / area)
    )
    assert scan.plateau.flat
    assert scan.plateau.warning is None


def test_lithium_moved_between_grain_and_boundary_changes_no_excess_of_the_cell():
    symbols, positions, cell = with_lithium()
    lithium = np.flatnonzero(symbols == "Li")
    moved = positions.copy()
    interior = lithium[np.abs(positions[lithium, 2] - 25.94) < 6][::4]
    moved[interior, 2] = BOUNDARIES[0]
    before, after = (frames(symbols, p, cell) for p in (positions, moved))
    assert gibbs_excess(after).value == pytest.approx(gibbs_excess(before).value, abs=1e-12)
    ratios = [enrichment_scan(t, BOUNDARIES, [8.0]).by_number[0].value for t in (before, after)]
    assert ratios[1] > ratios[0] + 0.05


@pytest.mark.parametrize("seed", range(5))
def test_neutral_units_taken_out_or_put_in_are_counted_exactly(seed):
    rng = np.random.default_rng(seed)
    symbols, positions, cell = with_lithium()
    n_units = int(rng.integers(1, 20))
    keep = np.ones(symbols.size, dtype=bool)
    # V_O with two V_Li
    for species, number in (("O", n_units), ("Li", 2 * n_units)):
        keep[rng.choice(np.flatnonzero(symbols == species), number, replace=False)] = False
    excesses = gibbs_excesses(frames(symbols[keep], positions[keep], cell))
    unit = 100 / (2 * (2 * LATTICE) ** 2)
    assert excesses["O"].value == pytest.approx(-n_units * unit, rel=1e-9)
    assert excesses["Li"].value == pytest.approx(-2 * n_units * unit, rel=1e-9)
    assert excesses["La"].value == pytest.approx(0.0, abs=1e-12)
    assert excesses["Zr"].value == 0
    keep[np.flatnonzero((symbols == "O") & keep)[0]] = False
    with pytest.raises(AnalysisError, match="excess charge"):
        gibbs_excesses(frames(symbols[keep], positions[keep], cell))


@pytest.mark.parametrize("species", ["Li", "O", "La"])
def test_the_perfect_crystal_is_flat(species):
    plateau = bulk_plateau(frames(*with_lithium(), rms=0.05, n_frames=16), BOUNDARIES, species)
    assert plateau.flat
    number = {"Li": 56.0, "O": 96.0, "La": 24.0}[species]
    assert plateau.density.value == pytest.approx(number / LATTICE**3, rel=0.02)


def test_a_gradient_in_the_grains_is_reported():
    symbols, positions, cell = garnet((2, 2, 4))
    n = int(np.sum(symbols == "La")) * 7 // 3
    share = (np.arange(n) + 0.5) / n
    # density 1 + 0.3 cos(2 π z/L): one grain is richer than the other
    height = cell[2, 2] * (share + 0.3 * np.sin(2 * np.pi * share) / (2 * np.pi))
    plateau = bulk_plateau(even_lithium(symbols, positions, cell, height), BOUNDARIES)
    assert not plateau.flat
    assert "not flat" in plateau.warning


def test_grains_too_thin_for_a_bulk_are_refused():
    symbols, positions, cell = garnet((1, 1, 1))
    with pytest.raises(AnalysisError, match="width"):
        bulk_plateau(even_lithium(symbols, positions, cell, np.linspace(0, 12, 56)), (0.0, 4.0))
    with pytest.raises(AnalysisError, match="L_z"):
        bulk_plateau(even_lithium(symbols, positions, cell, np.linspace(0, 12, 56)), (3.0,))
