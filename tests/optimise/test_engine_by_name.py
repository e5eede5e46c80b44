"""Engines are made by name, and nothing heavy is loaded before it is used."""

import subprocess
import sys

import pytest

from grainway.design_space import Continuous, DesignSpace
from grainway.errors import ConfigError
from grainway.optimise import make_strategy

SPACE = DesignSpace((Continuous("angle_deg", 5.0, 85.0),))


@pytest.mark.parametrize("engine", ["skopt", "botorch"])
def test_a_missing_package_is_answered_with_the_remedy(monkeypatch, engine):
    monkeypatch.setitem(sys.modules, engine, None)
    with pytest.raises(ConfigError, match=rf"pip install .grainway\[{engine}\]"):
        make_strategy(engine, SPACE, 1)


@pytest.mark.parametrize(
    ("name", "answer"),
    [("grainwy", "Did you mean 'grainway'"), ("bo-torch", "Did you mean 'botorch'"), ("", "sobol")],
)
def test_an_unknown_engine_is_answered_with_the_known_ones(name, answer):
    with pytest.raises(ConfigError, match=answer):
        make_strategy(name, SPACE, 1)


@pytest.mark.parametrize("seed", [-1, 1.5, True, None])
def test_a_seed_is_a_whole_number(seed):
    with pytest.raises(ConfigError, match="seed"):
        make_strategy("grainway", SPACE, seed)


@pytest.mark.parametrize(
    ("made", "heavy"),
    [
        ((), ("torch", "gpytorch", "botorch", "skopt", "sklearn", "matplotlib")),
        (("grainway", "sobol", "random", "skopt"), ("torch", "gpytorch", "botorch")),
    ],
    ids=["imported", "every other engine made"],
)
def test_no_heavy_package_is_loaded_before_its_engine_is_made(made, heavy):
    code = (
        "import sys, grainway.optimise, grainway.cli\n"
        "from grainway.design_space import Continuous, DesignSpace\n"
        "space = DesignSpace((Continuous('angle_deg', 5.0, 85.0),))\n"
        f"for name in {made}:\n"
        "    grainway.optimise.make_strategy(name, space, 1).ask()\n"
        f"print([m for m in {heavy} if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


@pytest.mark.botorch
def test_torch_is_loaded_without_a_warning():
    """In a new process, where the import itself happens, with every warning an error."""
    code = (
        "import grainway.optimise\n"
        "from grainway.design_space import Continuous, DesignSpace\n"
        "space = DesignSpace((Continuous('angle_deg', 5.0, 85.0),))\n"
        "grainway.optimise.make_strategy('botorch', space, 1)"
    )
    done = subprocess.run([sys.executable, "-W", "error", "-c", code], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
