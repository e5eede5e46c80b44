"""A real evaluation down a ladder: uninterrupted, and killed in the middle of four stages."""

import json
import math

import pytest

from grainway.analysis import arrhenius_fit
from grainway.campaign import Rung, Trial
from grainway.campaign.evaluation.evaluate import evaluate
from grainway.simulation import Protocol, find_lammps, kept_ends, load_potential
from grainway.structure import Catalogue

pytestmark = [pytest.mark.lammps, pytest.mark.slow, pytest.mark.xdist_group("ladder")]

TARGETS = (300.0, 400.0)


class InterruptionError(Exception):
    pass


def small_trial():
    """The smallest boundary of the catalogue; lithium diffuses in the hot runs, not in the cold one."""
    potential = load_potential("buck_core_zm")
    entry = min(Catalogue(max_atoms=1400, min_grain_thickness=14.5).entries, key=lambda e: e.n_atoms)
    protocol = Protocol(
        temperature=1900.0,
        ladder=(1900.0, 1750.0, 500.0),
        minimise_steps=50,
        anneal=0.2,
        constant_pressure=0.5,
        fixed_cell=0.1,
        production=2.0,
        production_segment=1.0,
        production_max=3.0,
        wanted_standard_error=0.05,
        sample_interval=0.05,
        frame_interval=0.5,
    )
    return Trial(
        kind="boundary",
        spec=entry.spec(width_layers=2),
        protocol=protocol,
        potential=potential.name,
        potential_digest=potential.digest,
        objective_width=5.4,
        seed=5,
        target_temperatures=TARGETS,
    )


@pytest.fixture(scope="module")
def uninterrupted(tmp_path_factory):
    folder = tmp_path_factory.mktemp("whole")
    return folder, evaluate(small_trial(), folder, find_lammps()).to_dict()


def test_the_objective_is_predicted_from_every_rung(uninterrupted):
    folder, result = uninterrupted
    rungs = [Rung.from_dict(record) for record in result["ladder"]["rungs"]]
    assert [r.temperature for r in rungs] == [1900.0, 1750.0, 500.0]
    for r in rungs:
        # 1152 atoms for 3 ps: the mean temperature is known to a few per cent. At 500 K the positions are
        # those of 1750 K half a picosecond before and heat the ions: 834 K after 0.2 ps, 537 to 500 later
        assert r.mean_temperature == pytest.approx(r.temperature, rel=0.04 if r.temperature > 1000 else 0.08)
        # a row each 0.2 ps is too few for the error of a mean energy, which is said
        assert "Run longer" in r.missing["potential_energy"]
        assert r.realised["formula"] == result["realised"]["formula"]
    hot, warm, cold = rungs
    assert hot.estimates["rho_gb"].bound is None
    assert warm.estimates["rho_gb"].bound is None
    # nothing hops at 500 K in 3 ps: a limit, not a value and not nothing
    assert cold.estimates["rho_gb"].bound == "lower"
    assert cold.estimates["band_diffusivity"].bound == "upper"
    assert cold.profile is None
    points = [(r.mean_temperature, r.estimates["rho_gb"]) for r in rungs]
    fit = arrhenius_fit(points)
    assert result["estimates"]["rho_gb"]["value"] == pytest.approx(fit.predict(TARGETS[0]).value)
    predictions = result["ladder"]["fits"]["rho_gb"]["predictions"]
    assert [p["temperature"] for p in predictions] == list(TARGETS)
    assert result["realised"]["fidelity"] == "ladder"
    assert json.loads(json.dumps(result)) == result
    # built, relaxed and annealed once; then each temperature from the end of the one before
    done = sorted(path.name.removesuffix(".done.json") for path in folder.glob("*.done.json"))
    assert done[:2] == ["00-minimise", "01-anneal"]
    assert [name for name in done if "constant-pressure" in name] == [
        f"{20 + n}-{t}K-1-constant-pressure" for n, t in enumerate((1900, 1750, 500))
    ]
    script = (folder / "21-1750K-1-constant-pressure.in").read_text()
    assert "read_restart 20-1900K-3-production-0002.restart" in script
    # the end of production stays at every temperature, so that each could go on
    ends = kept_ends(small_trial().protocol, folder)
    assert [(end.temperature, end.segment) for end in ends] == [(1900.0, 2), (1750.0, 2), (500.0, 2)]
    assert len(list(folder.glob("*.restart"))) == len(ends)


def test_production_went_on_to_the_wanted_error_or_the_cap_and_says_which(uninterrupted):
    _, result = uninterrupted
    for record in result["ladder"]["rungs"]:
        facts = record["realised"]
        assert facts["wanted_standard_error"] == 0.05
        estimate = Rung.from_dict(record).estimates["rho_gb"]
        if estimate.bound is not None:
            assert facts["reached_standard_error"] is None
        else:
            told = estimate.standard_error / estimate.value / math.log(10)
            assert facts["reached_standard_error"] == pytest.approx(told)
        # 2 ps reach no such error, and 3 ps is the cap
        assert facts["production_ps"] == pytest.approx(3.0)
        assert facts["cap_reached"] is True


def test_an_interrupted_evaluation_ends_with_the_identical_result(uninterrupted, tmp_path):
    _, expected = uninterrupted
    # in the anneal, in a segment that was added for the error, between two rungs, and in a cold rung
    for stage in ("01-anneal", "20-1900K-3-production-0002", "21-1750K-1", "22-500K-3-production-0001"):

        def stop(progress, stage=stage):
            if progress.stage >= stage:
                raise InterruptionError

        with pytest.raises(InterruptionError):
            evaluate(small_trial(), tmp_path, find_lammps(), stop)
    result = evaluate(small_trial(), tmp_path, find_lammps()).to_dict()
    assert {k: v for k, v in result.items() if k != "timing"} == {
        k: v for k, v in expected.items() if k != "timing"
    }
