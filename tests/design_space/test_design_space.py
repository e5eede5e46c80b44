"""A design space maps points to the unit cube and back without inventing order or losing types."""

import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from example_engines.every_engine import design_spaces
from grainway.design_space import Categorical, Continuous, DesignSpace, Integer
from grainway.errors import ConfigError

SPACE = DesignSpace(
    (Continuous("angle", 5.0, 85.0), Integer("layers", 1, 8), Categorical("axis", ("001", "110", "111")))
)


@given(design_spaces)
def test_a_space_survives_json(space):
    assert DesignSpace.from_dict(json.loads(json.dumps(space.to_dict()))) == space


@given(design_spaces, st.integers(0, 2**32))
def test_encode_and_unit_are_inverted(space, seed):
    values = space.sample(np.random.default_rng(seed))
    assert space.contains(values)
    for back in (space.decode(space.encode(values)), space.from_unit(space.to_unit(values))):
        for parameter in space.parameters:
            if isinstance(parameter, Continuous):
                width = parameter.high - parameter.low
                assert back[parameter.name] == pytest.approx(values[parameter.name], abs=1e-9 * width)
            else:
                assert back[parameter.name] == values[parameter.name]


@given(design_spaces, st.integers(0, 2**32))
def test_every_encoding_decodes_to_a_point_of_the_space(space, seed):
    rng = np.random.default_rng(seed)
    assert space.contains(space.decode(rng.uniform(-0.5, 1.5, space.n_columns)))


def test_values_are_python_types():
    values = SPACE.sample(np.random.default_rng(0))
    assert {name: type(value) for name, value in values.items()} == {
        "angle": float,
        "layers": int,
        "axis": str,
    }
    given_numpy = SPACE.canonical({"axis": np.str_("110"), "layers": np.int64(3), "angle": np.float32(7.5)})
    assert [type(value) for value in given_numpy.values()] == [float, int, str]
    assert list(given_numpy) == ["angle", "layers", "axis"]


def test_choices_are_equally_far_apart():
    points = [SPACE.encode({"angle": 5.0, "layers": 1, "axis": axis}) for axis in ("001", "110", "111")]
    gaps = [np.linalg.norm(points[i] - points[j]) for i, j in ((0, 1), (0, 2), (1, 2))]
    assert gaps == pytest.approx([np.sqrt(2.0)] * 3)


def test_every_whole_number_is_equally_likely():
    layers = Integer("layers", 1, 8)
    grid = (np.arange(8000) + 0.5) / 8000
    assert np.bincount([layers.from_unit(u) for u in grid]).tolist() == [0] + [1000] * 8
    assert layers.from_unit(0.0) == 1
    assert layers.from_unit(1.0) == 8


def test_the_bounds_belong_to_the_space():
    assert SPACE.contains({"angle": 5.0, "layers": 8, "axis": "111"})
    for wrong in (
        {"angle": 4.999, "layers": 1, "axis": "001"},
        {"angle": float("nan"), "layers": 1, "axis": "001"},
        {"angle": 10.0, "layers": 1.5, "axis": "001"},
        {"angle": 10.0, "layers": True, "axis": "001"},
        {"angle": 10.0, "layers": 1, "axis": "100"},
        {"angle": 10.0, "layers": 1},
        {"angle": 10.0, "layers": 1, "axis": "001", "width": 1},
    ):
        assert not SPACE.contains(wrong)


def test_an_unknown_parameter_is_answered_with_the_nearest_name():
    with pytest.raises(ConfigError, match="Did you mean 'layers'"):
        SPACE.canonical({"angle": 10.0, "layer": 1, "axis": "001"})


@pytest.mark.parametrize(
    ("make", "field"),
    [
        (lambda: Continuous("a", 1.0, 1.0), "a.low"),
        (lambda: Continuous("a", 0.0, float("inf")), "a.high"),
        (lambda: Continuous("", 0.0, 1.0), "name"),
        (lambda: Integer("n", 0.5, 2), "n.low"),
        (lambda: Integer("n", 3, 2), "n.low"),
        (lambda: Categorical("c", ("a",)), "c.choices"),
        (lambda: Categorical("c", ("a", "a")), "c.choices"),
        (lambda: Categorical("c", "ab"), "c.choices"),
        (lambda: Categorical("c", ((0, 0, 1), (1, 1, 0))), "c.choices"),
        (lambda: DesignSpace(()), "parameters"),
        (lambda: DesignSpace((Integer("n", 0, 1), Continuous("n", 0.0, 1.0))), "parameters"),
        (lambda: DesignSpace(("angle",)), "parameters"),
        (lambda: DesignSpace.from_dict({"parameters": [{"kind": "real", "name": "a"}]}), "kind"),
        (lambda: SPACE.decode([0.0]), "encoded"),
        (lambda: SPACE.from_unit([0.0, 0.0, 1.1]), "u"),
    ],
)
def test_bad_input_names_its_field(make, field):
    with pytest.raises(ConfigError, match=field):
        make()
