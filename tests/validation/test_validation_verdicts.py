"""Verdicts, references and spreads of a validation as statements."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from grainway.domain import Estimate
from grainway.errors import AnalysisError, ConfigError
from grainway.structure import bulk_crystal, lithium_ordering
from grainway.structure.crystal.garnet import tetragonal_crystal
from grainway.validation.compare.experiment import (
    COLUMNS,
    ReferenceRange,
    load_references,
    parse_references,
    reference_range,
)
from grainway.validation.compare.published_comparison import COMPARISONS
from grainway.validation.compare.validation_table import spread
from grainway.validation.compare.verdict import judge
from grainway.validation.measured_quantity import MeasuredQuantity

values = st.floats(1e-6, 1e6)
errors = st.floats(1e-4, 0.3)
scales = st.sampled_from(["linear", "logarithmic"])


def measured(value, relative, unit="S/cm", n=50.0):
    return MeasuredQuantity.direct(Estimate(value, relative * value, unit, n))


def published(low, high, unit="S/cm"):
    return ReferenceRange(low, high, unit, ())


@given(values, errors, st.floats(1.0, 10.0), scales)
def test_a_value_inside_the_published_range_agrees(low, relative, width, scale):
    value = low * math.sqrt(width)
    verdict = judge(
        measured(value, relative), published(low, low * width), scale, 1.0 if scale != "linear" else 0
    )
    assert verdict.outcome == "agrees"
    assert verdict.ratio == pytest.approx(1.0)
    assert verdict.deviations == 0


@given(values, errors, values, st.floats(1e-3, 1e3), scales)
def test_the_unit_has_no_say(value, relative, reference, factor, scale):
    tolerance = 0.1 if scale == "linear" else 1.5
    here = judge(measured(value, relative), published(reference, reference), scale, tolerance)
    there = judge(
        measured(value * factor, relative, "mS/cm"),
        published(reference * factor, reference * factor, "mS/cm"),
        scale,
        tolerance,
    )
    assert there.ratio == pytest.approx(here.ratio, rel=1e-9)
    # where the interval ends on the limit, rounding decides
    if here.outcome != there.outcome:
        ends = measured(value, relative).interval
        limits = (reference * (1 - tolerance), reference * (1 + tolerance), reference / 1.5, reference * 1.5)
        assert any(math.isclose(e, limit, rel_tol=1e-9) for e in ends for limit in limits)


@given(values, errors, values, st.floats(1.0, 10.0), st.floats(1.0, 10.0))
def test_more_tolerance_never_turns_agreement_into_disagreement(value, relative, reference, first, second):
    strict, loose = sorted((first, second))
    quantity, range_ = measured(value, relative), published(reference, reference)
    if judge(quantity, range_, "logarithmic", strict).outcome == "agrees":
        assert judge(quantity, range_, "logarithmic", loose).outcome == "agrees"


@given(st.floats(1.5, 1e4))
def test_a_factor_above_is_as_far_off_as_a_factor_below(factor):
    above = judge(measured(factor, 0.01), published(1.0, 1.0), "logarithmic", 1.0)
    below = judge(measured(1 / factor, 0.01), published(1.0, 1.0), "logarithmic", 1.0)
    assert above.outcome == below.outcome == "off"
    assert above.ratio == pytest.approx(1 / below.ratio)
    assert above.deviations == pytest.approx(below.deviations)
    assert "above" in above.text
    assert "below" in below.text


@given(values, values, scales)
def test_a_limit_never_agrees(limit, reference, scale):
    quantity = MeasuredQuantity.direct(Estimate(limit, math.nan, "S/cm", 3.0, "upper"))
    verdict = judge(quantity, published(reference, reference), scale, 2.0)
    assert verdict.outcome == "upper bound only"
    assert ("excludes" in verdict.text) == (limit < reference)


@given(values, errors)
def test_without_a_published_value_nothing_agrees(value, relative):
    assert judge(measured(value, relative), None, "linear", 0.1).outcome == "no reference"
    assert judge(None, published(value, value), "linear", 0.1).outcome == "not measured"


def test_different_units_are_not_compared():
    with pytest.raises(AnalysisError, match="unit"):
        judge(measured(1.0, 0.1, "Å"), published(1.0, 1.0, "nm"), "linear", 0.1)


def test_an_interval_of_decades_says_so():
    wide = MeasuredQuantity(Estimate(1e-4, 3e-4, "S/cm", 12), (1e-6, 1e-2), 0.9, (900.0, 1400.0))
    verdict = judge(wide, published(5e-4, 5e-4), "logarithmic", 1.0)
    assert verdict.outcome == "agrees"
    assert "factor of 10000" in verdict.text
    assert wide.provenance == "extrapolated from 900-1400 K"


@given(st.lists(values, min_size=2, max_size=5), st.floats(1e-3, 1e3), errors)
def test_the_spread_in_decades_does_not_depend_on_the_unit(numbers, factor, relative):
    def of(scale_by):
        potentials = {str(n): measured(x * scale_by, relative) for n, x in enumerate(numbers)}
        return spread(potentials, "logarithmic")

    assert of(factor).extent == pytest.approx(of(1.0).extent, abs=1e-9)
    assert of(factor).deviation == pytest.approx(of(1.0).deviation, abs=1e-9)
    assert of(1.0).extent == pytest.approx(math.log10(max(numbers) / min(numbers)), abs=1e-9)


@given(values, errors, errors)
def test_model_error_is_apart_from_statistical_error(value, first, second):
    """Potentials that agree exactly have no model error, whatever their statistical errors."""
    found = spread({"a": measured(value, first), "b": measured(value, second)}, "linear")
    assert found.extent == 0
    assert found.deviation == 0
    assert found.statistical > 0


def test_one_potential_has_no_spread():
    assert spread({"a": measured(1.0, 0.1)}, "linear") is None
    limit = MeasuredQuantity.direct(Estimate(1.0, math.nan, "S/cm", 3.0, "upper"))
    assert spread({"a": measured(1.0, 0.1), "b": limit}, "linear") is None


def test_every_reference_has_its_source_and_standing():
    references = load_references()
    assert len(references) > 20
    for value in references:
        assert value.source
        assert value.status in ("read", "recalled", "geometry")
        assert ("doi:" in value.source) or value.status != "read"


@pytest.mark.parametrize(
    ("row", "field"),
    [
        ("m,q,1,1,Å,298,measured,somewhere", "status"),
        ("m,q,1,1,Å,298,read,", "source"),
        ("m,q,2,1,Å,298,read,somewhere", "low"),
        ("m,q,one,1,Å,298,read,somewhere", "low"),
    ],
)
def test_a_bad_reference_is_refused(row, field):
    with pytest.raises(ConfigError, match=field):
        parse_references(",".join(COLUMNS) + "\n" + row)


def test_every_comparison_finds_its_reference_in_its_unit():
    for comparison in COMPARISONS:
        if comparison.quantity:
            reference = reference_range(comparison.material, comparison.quantity)
            assert reference is not None, comparison
            assert reference.unit == comparison.unit
        assert comparison.tolerance >= (1.0 if comparison.scale == "logarithmic" else 0.0)


def test_values_from_coordinates_are_those_of_the_packaged_crystal():
    crystal = bulk_crystal((1, 1, 1), lithium_ordering(0))
    distances = crystal.get_all_distances(mic=True)
    oxygen = crystal.numbers == 8
    for element, number, n_bonds in (("Zr", 40, 6), ("La", 57, 8)):
        bonds = np.sort(distances[crystal.numbers == number][:, oxygen], axis=1)[:, :n_bonds]
        length = reference_range("cubic LLZO", f"bond_length_{element}-O")
        assert bonds.mean() == pytest.approx(length.low, abs=0.006)
        assert reference_range("cubic LLZO", f"coordination_{element}-O").low == n_bonds


def test_the_tetragonal_crystal_is_the_published_one():
    crystal = tetragonal_crystal()
    counts = {s: crystal.get_chemical_symbols().count(s) for s in ("Li", "La", "Zr", "O")}
    assert counts == {"Li": 56, "La": 24, "Zr": 16, "O": 96}
    assert crystal.cell.lengths()[[0, 2]].tolist() == [
        reference_range("tetragonal LLZO", f"lattice_parameter_{axis}").low for axis in "ac"
    ]
    distances = crystal.get_all_distances(mic=True)
    zirconium, oxygen = crystal.numbers == 40, crystal.numbers == 8
    bonds = np.sort(distances[zirconium][:, oxygen], axis=1)
    assert bonds[:, :6] == pytest.approx(2.114, abs=0.006)
    assert bonds[:, 6].min() > 3.5
    np.fill_diagonal(distances, np.inf)
    assert distances.min() > 1.8
