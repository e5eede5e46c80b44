"""Other builders of grain boundaries beside grainway, on the same boundaries of the same garnet, in one run.

    python benchmarks/peers/run.py [--environment build/peers-venv] [--workdir build/peers] [--boundaries 9]

Makes an environment for the other builders from requirements.txt (about a minute and 1 GB, once), lets each
build what asked.py lists in processes of its own on one core, judges all structures by one function, finds
how their grains lie with pymatgen, and writes docs/peers.md and WORKDIR/peers.json. Takes about half an hour.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
PEERS = ("pymatgen", "aimsgb", "interfacemaster", "GB_code")
ONE_CORE = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "MKL_NUM_THREADS": "1"}
PROCESS_LIMIT_S = 1800

os.environ.update(ONE_CORE)

from asked import BOUNDARIES  # noqa: E402
from grainway_side import build_all, rates, save_crystals  # noqa: E402
from table import write_table  # noqa: E402


def main() -> None:
    """Build everything and write what was found."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--environment", type=Path, default=ROOT / "build" / "peers-venv")
    parser.add_argument("--workdir", type=Path, default=ROOT / "build" / "peers")
    parser.add_argument("--table", type=Path, default=ROOT / "docs" / "peers.md")
    parser.add_argument("--boundaries", type=int, default=len(BOUNDARIES), help="how many of the list")
    arguments = parser.parse_args()
    python, install_s = environment(arguments.environment.resolve())
    folder = arguments.workdir.resolve()
    folder.mkdir(parents=True, exist_ok=True)
    given = save_crystals(folder)
    chosen = BOUNDARIES[: arguments.boundaries]
    findings: dict[str, Any] = {"install_s": install_s, "grainway": build_all(folder / "grainway", given)}
    findings["rates"] = rates(given)
    findings["peers"] = {peer: peer_outcomes(peer, python, folder, len(chosen)) for peer in PEERS}
    findings["orientations"] = orientations(python, folder, findings)
    (folder / "peers.json").write_text(json.dumps(findings, indent=1), encoding="utf-8")
    write_table(findings, chosen, arguments.table)
    print(f"{arguments.table} and {folder / 'peers.json'} written")


def environment(folder: Path) -> tuple[Path, float | None]:
    """Return the interpreter of the other builders' environment, made if it is not there."""
    python, stamp = folder / "bin" / "python", folder / ".installed"
    wanted = (HERE / "requirements.txt").read_text(encoding="utf-8")
    if stamp.exists() and stamp.read_text(encoding="utf-8") == wanted:
        return python, None
    print(f"installing the other builders in {folder}")
    start = time.monotonic()
    subprocess.run([sys.executable, "-m", "venv", str(folder)], check=True)
    pip = [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    subprocess.run([*pip, "--requirement", str(HERE / "requirements.txt")], check=True)
    stamp.write_text(wanted, encoding="utf-8")
    return python, time.monotonic() - start


def peer_outcomes(peer: str, python: Path, folder: Path, number: int) -> list[dict[str, Any]]:
    """Return the outcome of every boundary; each is built in a process of its own, so none spoils another."""
    (folder / peer).mkdir(exist_ok=True)
    outcomes = []
    for index in range(number):
        file = folder / peer / f"{BOUNDARIES[index].name}.json"
        file.unlink(missing_ok=True)
        start = time.monotonic()
        subprocess.run(
            [str(python), str(HERE / "peer_process.py"), peer, str(index), str(folder)],
            check=True,
            timeout=PROCESS_LIMIT_S,
        )
        print(f"{peer}: {BOUNDARIES[index].label} {time.monotonic() - start:.0f} s", flush=True)
        outcomes.append(json.loads(file.read_text(encoding="utf-8")))
    return outcomes


def orientations(python: Path, folder: Path, findings: dict[str, Any]) -> dict[str, Any]:
    """Return how the grains of the structures lie, by file; grainway's is the reference of each boundary."""
    listed = []
    for asked, outcome in zip(BOUNDARIES, zip(*findings["peers"].values(), strict=True), strict=False):
        ours = findings["grainway"]["boundaries"][asked.name]
        for kind in ("framework", "lithium"):
            structure = ours[kind]
            listed.append((f"grainway/{structure['file']}", structure["normal"], asked.name))
        for peer, record in zip(findings["peers"], outcome, strict=True):
            for crystal in record["crystals"].values():
                # one of each crystal: the grains lie the same whatever the gap
                last = crystal["attempts"][-1]
                if "file" in last:
                    listed.append((f"{peer}/{last['file']}", last["normal"], asked.name))
    entries = [{"file": f, "normal": n, "group": g} for f, n, g in listed]
    (folder / "structures.json").write_text(json.dumps(entries), encoding="utf-8")
    subprocess.run(
        [str(python), str(HERE / "orientation.py"), str(folder)], check=True, timeout=PROCESS_LIMIT_S
    )
    found = json.loads((folder / "orientations.json").read_text(encoding="utf-8"))
    return {record["file"]: record for record in found}


if __name__ == "__main__":
    main()
