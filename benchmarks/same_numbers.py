"""The numbers of a few small runs from fixed seeds: whether a change of the code changed any of them.

    python benchmarks/same_numbers.py FOLDER                     # runs, writes FOLDER/numbers.json
    python benchmarks/same_numbers.py FOLDER --against OTHER     # and compares with OTHER/numbers.json
    PYTHONPATH=CHECKOUT/src python benchmarks/same_numbers.py .. # the same of another state of the code

A campaign of three evaluations and the bulk, ``analyse`` on one dump, a library of 200 structures, 40
proposals of the default engine, and ``validate --quick`` of one potential; about three minutes of one core.
Times of the machine are left out; everything else is kept to the last digit.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import math
import sqlite3
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np

CAMPAIGN = """
[campaign]
workers = 1
[design]
min_grain_thickness = 14.5
width_max = 2
max_atoms = 1400
[potential]
name = "buck_core_zm"
[protocol]
temperature = 1800.0
anneal = 0.4
constant_pressure = 2.0
fixed_cell = 0.2
production = 6.0
production_segment = 1.0
sample_interval = 0.05
frame_interval = 0.5
[optimiser]
max_evaluations = 3
"""
_OF_THE_MACHINE = ("timing", "versions", "_s", "host", "files", "folder")


def main() -> None:
    """Run what is missing in the folder, write the numbers and compare them."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folder", type=Path)
    parser.add_argument("--against", type=Path, metavar="OTHER", help="a folder of the same runs")
    arguments = parser.parse_args()
    folder: Path = arguments.folder
    folder.mkdir(parents=True, exist_ok=True)
    parts = {
        "campaign": of_campaign,
        "analyse": of_analyse,
        "library": of_library,
        "proposals": lambda _: of_proposals(),
        "validate": of_validate,
    }
    numbers = {name: flat(part(folder)) for name, part in parts.items()}
    (folder / "numbers.json").write_text(json.dumps(numbers, indent=1, sort_keys=True) + "\n")
    for name, found in numbers.items():
        print(f"{name}: {len(found):,} values")
    if arguments.against is not None:
        sys.exit(compare(json.loads((arguments.against / "numbers.json").read_text()), numbers))


def grainway(*arguments: object, cwd: Path) -> str:
    """Run the command and return what it prints."""
    command = [sys.executable, "-m", "grainway", *map(str, arguments)]
    return subprocess.run(command, cwd=cwd, check=True, capture_output=True, text=True).stdout


def of_campaign(folder: Path) -> Any:
    """Three boundaries and the bulk, as the record holds them."""
    if not (folder / "campaign.toml").exists():
        (folder / "campaign.toml").write_text(CAMPAIGN)
    grainway("run", "campaign.toml", cwd=folder)
    with sqlite3.connect(folder / "campaign" / "campaign.sqlite") as record:
        rows = record.execute("SELECT inputs, result FROM trials ORDER BY number").fetchall()
    status = json.loads(grainway("status", "campaign.toml", "--json", cwd=folder))
    return {"record": [[json.loads(text) for text in row if text] for row in rows], "status": status}


def of_analyse(folder: Path) -> Any:
    """Transport and boundaries of walkers with a slow slab beside a vibrating framework, as a text dump."""
    dump = folder / "walkers.dump"
    if not dump.exists():
        write_walkers(dump)
    options = ["--types", "Li,La,Zr,O", "--timestep", 0.001, "--temperature", 1000, "--json"]
    return json.loads(
        grainway("analyse", dump.name, *options, "--boundaries", "10,40", "--width", 9, cwd=folder)
    )


def write_walkers(dump: Path, n_lithium: int = 300, n_frames: int = 1500) -> None:
    """Write a LAMMPS text dump of independent walkers in a box of 20 × 20 × 60 Å, 0.1 ps a frame."""
    rng = np.random.default_rng(20)
    box = np.array([20.0, 20.0, 60.0])
    corners = np.stack(
        np.meshgrid(np.arange(4), np.arange(4), np.arange(12), indexing="ij"), axis=-1
    ).reshape(-1, 3)
    zirconium = corners * 5.0 + 1.0
    lanthanum = zirconium + 2.5
    oxygen = (zirconium[:, None, :] + 1.5 * np.concatenate([np.eye(3), -np.eye(3)])).reshape(-1, 3)
    rest = np.concatenate([lanthanum, zirconium, oxygen])
    kinds = [1] * n_lithium + [2] * len(lanthanum) + [3] * len(zirconium) + [4] * len(oxygen)
    lithium = rng.random((n_lithium, 3)) * box
    with dump.open("w") as stream:
        for frame in range(n_frames):
            now = np.concatenate([lithium, rest + 0.05 * rng.standard_normal(rest.shape)])
            stream.write(f"ITEM: TIMESTEP\n{100 * frame}\nITEM: NUMBER OF ATOMS\n{len(now)}\n")
            stream.write("ITEM: BOX BOUNDS pp pp pp\n0 20\n0 20\n0 60\nITEM: ATOMS id type xu yu zu\n")
            for number, (kind, (x, y, z)) in enumerate(zip(kinds, now, strict=True), start=1):
                stream.write(f"{number} {kind} {x:.5f} {y:.5f} {z:.5f}\n")
            slow = np.abs((lithium[:, 2] - 10.0 + 15.0) % 30.0 - 15.0) < 4.5
            lithium = lithium + np.where(slow, 0.15, 0.3)[:, None] * rng.standard_normal(lithium.shape)


def of_library(folder: Path) -> Any:
    """Digest of each of 200 structures."""
    found = folder / "library"
    if not found.exists():
        grainway("library", "--max-sigma", 25, "--build", "library", "--samples", 25, cwd=folder)
    files = sorted(path for path in found.rglob("*") if path.suffix in (".extxyz", ".csv"))
    return {
        str(path.relative_to(found)): hashlib.sha256(path.read_bytes()).hexdigest() for path in files[:201]
    }


def of_proposals() -> Any:
    """Forty proposals about a smooth function."""
    from grainway.design_space import Categorical, Continuous, DesignSpace, Integer
    from grainway.optimise import make_strategy

    space = DesignSpace(
        (
            Continuous("angle_deg", 5.0, 30.0),
            Integer("layers", 2, 5),
            Categorical("axis", ("001", "110", "111")),
        )
    )
    strategy = make_strategy("grainway", space, 7)
    asked = []
    for number in range(40):
        proposal = strategy.ask(1)[0]
        values = proposal.values
        worth = math.sin(values["angle_deg"] / 4) + 0.1 * values["layers"] + 0.2 * (values["axis"] == "110")
        strategy.tell(proposal.id, worth + 0.05 * math.sin(997.0 * number), 0.05)
        asked.append(dict(values))
    return {
        "asked": asked,
        "recommended": strategy.recommend().__class__.__name__,
        "status": strategy.status(),
    }


def of_validate(folder: Path) -> Any:
    """Quick validation of one potential."""
    options = ["--potential", "softbv", "--out", "validation", "--quick", "--workers", 1, "--json"]
    return json.loads(grainway("validate", *options, cwd=folder))


def flat(value: Any, at: str = "") -> dict[str, Any]:
    """Return a nested record as one of paths, without what tells the machine."""
    if isinstance(value, dict):
        items = [
            (str(k), v) for k, v in value.items() if not any(str(k).endswith(m) for m in _OF_THE_MACHINE)
        ]
    elif isinstance(value, list):
        items = [(str(i), v) for i, v in enumerate(value)]
    else:
        return {at: value}
    found: dict[str, Any] = {}
    for key, item in items:
        found |= flat(item, f"{at}/{key}")
    return found


def compare(before: dict[str, dict[str, Any]], after: dict[str, dict[str, Any]]) -> int:
    """Print what differs and return how many numbers of before are not found again as they were."""
    differing = 0
    for part, numbers in before.items():
        now = after[part]
        changed = [path for path, value in numbers.items() if path in now and now[path] != value]
        lost = [path for path in numbers if path not in now]
        differing += len(changed) + len(lost)
        new = len(now.keys() - numbers)
        print(f"{part}: {len(numbers):,} before, {len(changed)} changed, {len(lost)} lost, {new} new")
        for path in changed[:20]:
            print(f"  {path}: {numbers[path]} -> {now[path]}")
        for path in lost[:20]:
            print(f"  {path}: {numbers[path]} -> not there")
    return min(differing, 1)


if __name__ == "__main__":
    main()
