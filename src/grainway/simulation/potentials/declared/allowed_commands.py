"""Which LAMMPS commands a user's own potential may consist of.

A potential is data that reaches the input script of an engine which can run shell commands, include files and
define variables. Therefore every line is split into words and every word must be of a known kind: nothing
is searched for what is forbidden, everything is compared with what is allowed.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable

from grainway.errors import ConfigError, GrainwayError

REAL_UNIT_STYLE = "reaxff"
_WITH_ELEMENTS = (
    "adp eam/alloy eam/fs eam/he edip eim extep gw gw/zbl meam meam/spline pace pod reaxff snap sw sw/mod "
    "tersoff tersoff/mod tersoff/mod/c tersoff/table tersoff/zbl uf3 vashishta vashishta/table"
)
_PLAIN = (
    "born born/coul/dsf born/coul/long born/coul/msm born/coul/wolf born/gauss buck buck/coul/cut "
    "buck/coul/long buck/coul/msm buck/long/coul/long buck/mdf coul/ctip coul/cut coul/debye coul/dsf "
    "coul/long coul/msm coul/streitz coul/wolf eam gauss gauss/cut lj/cut lj/cut/coul/cut lj/cut/coul/debye "
    "lj/cut/coul/dsf lj/cut/coul/long lj/cut/coul/msm lj/cut/coul/wolf lj/long/coul/long lj/smooth mie/cut "
    "morse nm/cut nm/cut/coul/cut nm/cut/coul/long table yukawa zbl"
)
ELEMENT_STYLES = frozenset(_WITH_ELEMENTS.split())
"""Pair styles whose coefficients end with one element, or NULL, for each atom type."""
PAIR_STYLES = ELEMENT_STYLES | frozenset(_PLAIN.split())
HYBRID_STYLES = frozenset(("hybrid", "hybrid/overlay", "hybrid/scaled"))
CHARGE_STYLES = frozenset(
    ("qeq/reaxff", "qeq/point", "qeq/shielded", "qeq/slater", "qeq/dynamic", "qeq/fire", "qeq/ctip")
)
_KSPACE_STYLES = frozenset(("ewald", "ewald/disp", "msm", "pppm", "pppm/cg", "pppm/disp"))
_STYLE_OPTIONS = frozenset(
    (
        *("bitmap", "linear", "lookup", "spline", "ewald", "msm", "pppm"),  # table
        *("NULL", "checkqeq", "enobonds", "lgvdw", "mincap", "minhbonds", "safezone", "tabulate"),  # reaxff
        *("cut", "long", "off", "wolf"),  # buck/long, lj/long, coul/streitz
        *("chunksize", "product", "recursive", "shift", "threebody", "on", "yes", "no"),  # pace, tersoff, sw
    )
)
_OPTIONS = {
    "pair_modify": "pair special lj/coul lj coul mix geometric arithmetic sixthpower shift table table/disp "
    "tabinner tabinner/disp tail compute compute/tally yes no",
    "kspace_modify": "collective compute cutoff/adjust diff ik ad eigtol splittol disp/auto "
    "force/disp/kspace force/disp/real force gewald gewald/disp kmax/ewald mesh mesh/disp minorder mix/disp "
    "geom pair none mode/order order order/disp overlap overlap/disp pressure/scalar slab nozforce yes no",
    "special_bonds": "amber charmm dreiding lj/coul lj coul angle dihedral one/five yes no",
    "dielectric": "",
    "neighbor": "bin nsq multi",
    "neigh_modify": "delay every check once page one binsize yes no",
}
COMMANDS = ("pair_style", "pair_coeff", *_OPTIONS, "kspace_style", "fix")

_WORDS = re.compile(r"[A-Za-z0-9_.+*/-]+( +[A-Za-z0-9_.+*/-]+)*")
_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?")
_TYPES = re.compile(r"\d+|\d*\*\d*")
_KEYWORD = re.compile(r"[A-Za-z][A-Za-z0-9_+-]*")
_CHARGE_ID = re.compile(r"qeq\w*")
_DOCUMENTATION = "See docs/potentials.md for what a declared potential may hold."


def check_commands(commands: Iterable[str], elements: Collection[str], files: Collection[str]) -> None:
    """Refuse whatever is not a plain potential command with known words.

    Args:
        commands: LAMMPS commands, one a line.
        elements: of the potential.
        files: base names of the declared files.

    Raises:
        ConfigError: naming the line, the word, and what may stand there.
    """
    lines = list(commands)
    for line in lines:
        if not _WORDS.fullmatch(line):
            raise _refused(
                line, "only letters, digits, _ . + - * / and single spaces between words may occur"
            )
        command, *words = line.split()
        if command not in COMMANDS:
            raise _refused(line, f"{command} is not one of {', '.join(COMMANDS)}")
        _check_words(line, command, words, frozenset(elements), frozenset(files))
    kinds = [line.split()[0] for line in lines]
    if kinds[:1] != ["pair_style"] or kinds.count("pair_style") != 1 or "pair_coeff" not in kinds:
        raise ConfigError.about(
            "potential.commands",
            lines,
            "it must begin with its only pair_style and hold a pair_coeff",
            _DOCUMENTATION,
        )


def _check_words(
    line: str, command: str, words: list[str], elements: frozenset[str], files: frozenset[str]
) -> None:
    if command in _OPTIONS:
        allowed = frozenset(_OPTIONS[command].split()) | (
            PAIR_STYLES if command == "pair_modify" else frozenset()
        )
        _check_each(line, words, allowed)
    elif command == "pair_style":
        if not words or words[0] not in PAIR_STYLES | HYBRID_STYLES:
            raise _refused(line, f"the style must be one of {', '.join(sorted(PAIR_STYLES | HYBRID_STYLES))}")
        if REAL_UNIT_STYLE in words[1:]:
            raise _refused(line, "reaxff must be the only pair style: its energies are in kcal/mol")
        # no free words here: in a hybrid any of them could name a style that runs code
        _check_each(line, words[1:], files | PAIR_STYLES | _STYLE_OPTIONS)
    elif command == "pair_coeff":
        if len(words) < 2 or not all(_TYPES.fullmatch(word) for word in words[:2]):
            raise _refused(line, "it must begin with two atom types, such as 1 2 or * *")
        _check_each(line, words[2:], files | PAIR_STYLES | elements, keywords=True)
    elif command == "kspace_style":
        if not words or words[0] not in _KSPACE_STYLES:
            raise _refused(line, f"the style must be one of {', '.join(sorted(_KSPACE_STYLES))}")
        _check_each(line, words[1:], frozenset())
    elif (
        len(words) < 3
        or not _CHARGE_ID.fullmatch(words[0])
        or words[1] != "all"
        or words[2] not in CHARGE_STYLES
    ):
        raise _refused(
            line, f"the only fixes are: fix qeq all STYLE ..., STYLE {', '.join(sorted(CHARGE_STYLES))}"
        )
    else:
        _check_each(
            line, words[3:], files | {"reaxff", "coul/streitz", "coul/slater", "maxiter", "qstep", "warn"}
        )


def _check_each(line: str, words: list[str], allowed: frozenset[str], keywords: bool = False) -> None:
    """Refuse a word that is no number, is not among the allowed ones, and is no plain keyword either."""
    for word in words:
        if _NUMBER.fullmatch(word) or word in allowed or (keywords and _KEYWORD.fullmatch(word)):
            continue
        raise _refused(line, f"{word} is neither a number nor a known word, style or file of potential.files")


def _refused(line: str, why: str) -> GrainwayError:
    return ConfigError.about("potential.commands", line, why, _DOCUMENTATION)
