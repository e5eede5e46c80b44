"""One builder, one boundary, every crystal: build, time and judge, in the builders' own environment.

    python peer_process.py PEER BOUNDARY_NUMBER FOLDER

FOLDER holds crystals.json; the outcome goes to FOLDER/PEER/<boundary>.json, structures beside it as POSCAR.
"""

from __future__ import annotations

import contextlib
import io
import json
import signal
import sys
import time
import warnings
from collections.abc import Iterator
from importlib import import_module
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
from asked import BOUNDARIES, CRYSTALS, FEW_CRYSTALS, GAPS_A, LIMIT_S, Asked
from judge import judge
from pymatgen.core import Lattice, Structure
from pymatgen.symmetry.analyzer import SpacegroupAnalyzer

REPEATS = 3
LONG_S = 5.0
MODULES = {
    "pymatgen": ("pymatgen_peer", "pymatgen"),
    "aimsgb": ("aimsgb_peer", "aimsgb"),
    "interfacemaster": ("interfacemaster_peer", "interfacemaster"),
    "GB_code": ("gb_code_peer", "GB_code"),
}


def main() -> None:
    """Run one builder on one boundary."""
    peer, number, folder = sys.argv[1], int(sys.argv[2]), Path(sys.argv[3])
    asked = BOUNDARIES[number]
    given = json.loads((folder / "crystals.json").read_text(encoding="utf-8"))
    module_name, distribution = MODULES[peer]
    out = folder / peer
    module = import_module(module_name)
    outcomes = {}
    with contextlib.chdir(out), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for kind in CRYSTALS if number == 0 else FEW_CRYSTALS:
            crystal, symbol = load_crystal(given, kind)
            outcomes[kind] = {
                "space_group": symbol,
                "attempts": attempts(module, crystal, asked, kind, given),
            }
            record = {"version": version(distribution), "asked": asked.label, "crystals": outcomes}
            Path(f"{asked.name}.json").write_text(json.dumps(record, indent=1), encoding="utf-8")


def load_crystal(given: dict[str, Any], kind: str) -> tuple[Structure, str]:
    """Return a crystal in its cubic cell and its space group."""
    listed = given["crystals"][kind]
    for entry in listed:
        occupancy = entry["lithium_occupancy"]
        species = [{"Li": occupancy} if s == "Li" and occupancy < 1 else s for s in entry["species"]]
        crystal = Structure(Lattice.cubic(given["lattice_parameter"]), species, entry["fractions"])
        analyzer = SpacegroupAnalyzer(crystal, symprec=0.1)
        # of the orderings on offer the first with the symmetry that is wanted
        if kind not in ("tetragonal", "triclinic") or analyzer.get_lattice_type() == kind:
            return crystal, analyzer.get_space_group_symbol()
    raise ValueError(f"none of {len(listed)} orderings is {kind}")


def attempts(
    module: Any, crystal: Structure, asked: Asked, kind: str, given: dict[str, Any]
) -> list[dict[str, Any]]:
    """Return the outcome of each setting; gaps are opened until a structure passes."""
    said = io.StringIO()
    try:
        with contextlib.redirect_stdout(said), limited(LIMIT_S):
            builder = module.Builder(crystal, asked)
    except (Exception, SystemExit) as error:  # whatever a builder says is its outcome
        return [{"setting": "default", "refused": short(error, said.getvalue())}]
    tried: list[dict[str, Any]] = []
    for setting, arguments in settings(module):
        name = f"{asked.name}_{kind}_{setting.replace(' ', '_')}.vasp"
        tried.append(attempt(builder, setting, arguments, given, name))
        # refused or passed: no need to open the gap further
        if "refused" in tried[-1] or not tried[-1]["wrong"]:
            break
    return tried


def settings(module: Any) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield what is documented first, then gaps."""
    yield from module.variants()
    if module.GAP_ARGUMENT:
        for gap in GAPS_A:
            yield f"gap {gap:g}", {**module.GAP_VARIANT, module.GAP_ARGUMENT: gap}


def attempt(
    builder: Any, setting: str, arguments: dict[str, Any], given: dict[str, Any], name: str
) -> dict[str, Any]:
    """Build, judge, keep; time the ones that count by the best of several builds."""
    try:
        with limited(LIMIT_S):
            structure, seconds = built(builder, arguments)
            finding = judge(
                [site.specie.symbol for site in structure],
                np.array(structure.cart_coords),
                np.array(structure.lattice.matrix),
                given["closest"],
                given["charges"],
                given["contact_scale"],
            )
            if seconds < LONG_S and (setting == "default" or not finding["wrong"]):
                seconds = min(seconds, *(built(builder, arguments)[1] for _ in range(REPEATS - 1)))
    except (Exception, SystemExit) as error:
        return {"setting": setting, "refused": short(error, "")}
    structure.sort()
    structure.to(filename=name, fmt="poscar")
    return {"setting": setting, "seconds": seconds, "file": name, "normal": builder.normal, **finding}


def built(builder: Any, arguments: dict[str, Any]) -> tuple[Structure, float]:
    """Return a structure and how long it took, s."""
    start = time.perf_counter()
    with contextlib.redirect_stdout(io.StringIO()):
        structure = builder.build(arguments)
    return structure, time.perf_counter() - start


@contextlib.contextmanager
def limited(seconds: int) -> Iterator[None]:
    """Raise TimeoutError when the block takes longer."""

    def stop(*_: object) -> None:
        raise TimeoutError(f"not done after {seconds} s")

    previous = signal.signal(signal.SIGALRM, stop)
    signal.alarm(seconds)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, previous)


def short(error: BaseException, said: str) -> str:
    """Return one line of what a builder said when it refused."""
    text = " ".join(f"{error} {said}".split())
    return f"{type(error).__name__}: {text}"[:160]


if __name__ == "__main__":
    main()
