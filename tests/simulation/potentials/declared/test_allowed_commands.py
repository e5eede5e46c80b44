"""What a user's potential may say to LAMMPS, and what it may not."""

import pytest

from grainway.errors import ConfigError
from grainway.simulation.potentials.declared.allowed_commands import check_commands

PLAIN = ("pair_style eam/alloy", "pair_coeff * * Cu.eam.alloy Cu")
GOOD = [
    PLAIN,
    ("pair_style eam/fs", "pair_coeff * * Cu.eam.alloy Cu NULL", "neighbor 2.0 bin", "neigh_modify every 1"),
    (
        "pair_style hybrid/overlay eam/alloy coul/long 10.0",
        "pair_coeff * * eam/alloy Cu.eam.alloy Cu O",
        "pair_coeff * * coul/long",
        "kspace_style pppm 1e-5",
        "kspace_modify gewald 0.3 order 7 diff ik",
    ),
    (
        "pair_style hybrid/overlay eam/alloy coul/dsf 0.2 10",
        "pair_coeff * * coul/dsf",
        "pair_modify shift yes",
    ),
    (
        "pair_style reaxff NULL",
        "pair_coeff * * Cu.eam.alloy Cu O",
        "fix qeq all qeq/reaxff 1 0.0 10.0 1e-6 reaxff",
    ),
    (
        "pair_style table linear 1000 pppm",
        "pair_coeff 1 1*2 Cu.eam.alloy Li-O 8.0",
        "pair_coeff 2 2 Cu.eam.alloy O",
    ),
    ("pair_style buck/coul/long 10.0 8.0", "pair_coeff 1 2 632.1 0.29 -1e-3", "special_bonds lj/coul 0 0 1"),
    ("pair_style morse 6.0", "pair_coeff 1 1 1.0 2.0 1.9", "dielectric 1.0"),
]
BAD_LINES = [
    "shell rm -rf x",
    "include other.in",
    "jump SELF",
    "variable x equal 1",
    "python f source here",
    "print hello",
    "write_data x",
    "read_data x",
    "fix 1 all nve",
    "fix qeq all nvt temp 300 300 0.1",
    "fix nvt all qeq/reaxff 1 0.0 10.0 1e-6 reaxff",
    "fix qeq lithium qeq/point 1 10 1e-6 100 Cu.eam.alloy",
    "dump 1 all custom 1 out x",
    "mass 1 1.0",
    "pair_coeff * * /etc/passwd Cu",
    "pair_coeff * * ../Cu.eam.alloy Cu",
    "pair_coeff * * undeclared.eam.alloy Cu",
    "pair_coeff * * ${file} Cu",
    "pair_coeff * * $file Cu",
    "pair_coeff * * $(x) Cu",
    'pair_coeff * * "Cu.eam.alloy" Cu',
    "pair_coeff * * Cu.eam.alloy Cu &",
    "pair_coeff * * Cu.eam.alloy Cu # comment",
    "pair_coeff * * Cu.eam.alloy Cu\nshell ls",
    "pair_coeff * * Cu.eam.alloy Cu\tshell",
    "pair_coeff Cu.eam.alloy Cu",
    "pair_modify shift maybe",
    "kspace_style pppm/made-up 1e-5",
    "kspace_style pppm accuracy",
    "kspace_modify fftbench yes kmax 3",
    "neigh_modify exclude group a b",
    "neighbor 2.0 somehow",
    "dielectric strange",
    "pair_style lj/cut 8.0",
    "",
]


@pytest.mark.parametrize("lines", GOOD, ids=lambda lines: lines[0])
def test_plain_potential_commands_are_accepted(lines):
    check_commands(lines, ("Cu", "O"), ("Cu.eam.alloy",))


@pytest.mark.parametrize("line", BAD_LINES)
def test_anything_else_is_refused_and_named(line):
    with pytest.raises(ConfigError, match=r"potential\.commands"):
        check_commands((*PLAIN, line), ("Cu", "O"), ("Cu.eam.alloy",))


@pytest.mark.parametrize(
    "style",
    ["python 5.0 some.py", "kim some_model", "mliap model linear x", "lepton 5.0", "plugin", "list a", ""],
)
def test_pair_styles_that_run_or_read_something_else_are_refused(style):
    with pytest.raises(ConfigError, match="the style must be one of"):
        check_commands(
            (f"pair_style {style}".strip(), "pair_coeff * * Cu.eam.alloy Cu"), ("Cu",), ("Cu.eam.alloy",)
        )


@pytest.mark.parametrize("style", ["python", "list", "kim", "mliap"])
def test_they_are_not_let_in_as_part_of_a_hybrid_either(style):
    with pytest.raises(ConfigError, match=r"potential\.commands"):
        check_commands(
            (f"pair_style hybrid/overlay eam/alloy {style} 5.0", "pair_coeff * * eam/alloy Cu.eam.alloy Cu"),
            ("Cu",),
            ("Cu.eam.alloy",),
        )


def test_pair_style_comes_first_and_once():
    for lines in (PLAIN[1:], (PLAIN[0],), (*PLAIN, PLAIN[0]), (PLAIN[1], PLAIN[0]), ()):
        with pytest.raises(ConfigError, match="begin with its only pair_style"):
            check_commands(lines, ("Cu",), ("Cu.eam.alloy",))


def test_reaxff_stands_alone_because_its_energies_are_in_other_units():
    lines = ("pair_style hybrid/overlay reaxff NULL coul/long 10", "pair_coeff * * coul/long")
    with pytest.raises(ConfigError, match="kcal/mol"):
        check_commands(lines, ("Cu",), ())
