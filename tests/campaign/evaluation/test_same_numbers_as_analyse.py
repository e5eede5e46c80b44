"""A campaign and ``grainway analyse`` on a dump of the same run print the same numbers."""

import json
import subprocess
import sys

import pytest

from grainway.campaign import Trial
from grainway.campaign.evaluation.evaluate import evaluate
from grainway.domain import Estimate
from grainway.simulation import Protocol, find_lammps, load_potential
from grainway.simulation.stages import stage_input
from grainway.structure import Catalogue

pytestmark = [pytest.mark.lammps, pytest.mark.slow, pytest.mark.xdist_group("same numbers")]

TIMESTEP, SAMPLE, WIDTH = 0.002, 0.02, 5.4
"""A frame is an average over 50 samples, so that the dump holds what LAMMPS averages."""

OF_FRAMES = ("ler", "ovc", "chemical_width", "structural_width")


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    """The smallest boundary of the catalogue, 4 ps in two segments, all atoms dumped beside what is kept."""
    folder = tmp_path_factory.mktemp("run")
    potential = load_potential("buck_core_zm")
    entry = min(Catalogue(max_atoms=1400, min_grain_thickness=14.5).entries, key=lambda e: e.n_atoms)
    trial = Trial(
        kind="boundary",
        spec=entry.spec(width_layers=2),
        protocol=Protocol(
            temperature=1900.0,
            minimise_steps=50,
            anneal=0.2,
            constant_pressure=0.5,
            fixed_cell=0.1,
            production=4.0,
            production_segment=2.0,
            timestep=TIMESTEP,
            sample_interval=SAMPLE,
            frame_interval=1.0,
        ),
        potential=potential.name,
        potential_digest=potential.digest,
        objective_width=WIDTH,
        seed=5,
    )
    plain = stage_input._production

    def with_a_dump(setup, stage):
        lines = plain(setup, stage)
        first = next(i for i, line in enumerate(lines) if line.startswith("run "))
        dump = (
            f"dump everything all custom {round(SAMPLE / TIMESTEP)} {stage.name}.everything id type xu yu zu"
        )
        return [
            *lines[:first],
            dump,
            "dump_modify everything sort id format float %.12f",
            *lines[first:],
            "undump everything",
        ]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(stage_input, "_production", with_a_dump)
        result = evaluate(trial, folder, find_lammps()).to_dict()
    return folder, potential.elements, result


def analysed(run, *options):
    folder, elements, result = run
    dumps = sorted(folder.glob("*.everything"))
    assert len(dumps) == 2
    heights = ",".join(repr(z) for z in result["profile"]["boundaries"])
    command = [sys.executable, "-m", "grainway", "analyse", *dumps, "--types", ",".join(elements)]
    command += ["--timestep", TIMESTEP, "--temperature", repr(result["realised"]["temperature_K"])]
    command += ["--boundaries", heights, "--width", WIDTH, "--json", *options]
    return json.loads(subprocess.run([*map(str, command)], check=True, capture_output=True).stdout)


def compared(run, record, names, tolerance):
    for name in names:
        here, there = (Estimate.from_dict(found["estimates"][name]) for found in (run[2], record))
        assert (here.unit, here.bound) == (there.unit, there.bound), name
        spread = 0.0 if here.bound else tolerance * here.standard_error
        assert there.value == pytest.approx(here.value, rel=tolerance, abs=spread), name
        if here.bound is None:
            assert there.standard_error == pytest.approx(here.standard_error, rel=tolerance, abs=1e-12), name
        assert there.n_independent == pytest.approx(here.n_independent, rel=tolerance), name


def test_both_measure_the_same_list(run):
    record = analysed(run)
    of_energy = {"potential_energy"}
    here, there = ({*found["estimates"], *found["missing"]} for found in (run[2], record))
    # tensors and LER(w) are curves and tables that analyse shows beside its list
    assert here - of_energy == there - {"diffusivity_tensor", "conductivity_tensor", "enrichment_scan"}


def test_transport_and_excess_are_the_same(run):
    """Twelve decimals are 5e-13 Å on displacements of 0.1 Å and more: 1e-11 of an MSD, which the search for
    the likeliest profile, stopped at a relative step of its own, may stretch to 1e-6.
    """
    others = (*OF_FRAMES, "potential_energy")
    names = [name for name in run[2]["estimates"] if not name.startswith(others)]
    assert {"rho_gb", "rho_gb_1", "band_diffusivity", "tracer_diffusivity_z", "gamma_li"} <= {*names}
    assert {"conductivity_spectral"} <= {*names} | run[2]["missing"].keys()
    compared(run, analysed(run), names, 1e-6)


def test_composition_is_the_same_from_the_same_averages(run):
    """LAMMPS averages samples 1 to 50, 51 to 100, ...: the first is left out.

    The framework's mean place then is that of 200 rather than 201 samples, which moves the windows by a part
    in 200 of its vibration of 0.01 Å: 1e-5 of a window of 5.4 Å, and ten times that at its steepest.
    """
    names = [name for name in run[2]["estimates"] if name.startswith(OF_FRAMES)]
    assert {"ler", "ovc", "ovc_uncovered", "ovc_missing"} <= {*names}
    compared(run, analysed(run, "--start", SAMPLE), names, 1e-4)
