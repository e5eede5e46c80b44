"""Engines are made by name, and nothing heavy is loaded before it is used."""

import subprocess
import sys

import pytest

from grainway.design_space import Continuous, DesignSpace
from grainway.errors import ConfigError
from grainway.optimise import make_strategy

SPACE = DesignSpace((Continuous("angle_deg", 5.0, 85.0),))


def test_scikit_optimize_says_that_it_ignores_the_errors():
    assert "ignores the standard error" in make_strategy("skopt", SPACE, 1).status()["remark"]


def test_a_missing_scikit_optimize_is_answered_with_the_remedy(monkeypatch):
    monkeypatch.setitem(sys.modules, "skopt", None)
    with pytest.raises(ConfigError, match=r"pip install .grainway\[skopt\]"):
        make_strategy("skopt", SPACE, 1)


@pytest.mark.parametrize(
    ("name", "answer"),
    [("grainwy", "Did you mean 'grainway'"), ("botorch", "not yet available"), ("", "sobol")],
)
def test_an_unknown_engine_is_answered_with_the_known_ones(name, answer):
    with pytest.raises(ConfigError, match=answer):
        make_strategy(name, SPACE, 1)


@pytest.mark.parametrize("seed", [-1, 1.5, True, None])
def test_a_seed_is_a_whole_number(seed):
    with pytest.raises(ConfigError, match="seed"):
        make_strategy("grainway", SPACE, seed)


def test_importing_the_optimiser_loads_no_heavy_package():
    code = (
        "import sys, grainway.optimise; "
        "print([m for m in ('torch', 'skopt', 'sklearn', 'matplotlib', 'botorch') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
