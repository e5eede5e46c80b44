"""Every quantity of the list is an estimate or has a reason, whatever the run holds."""

import numpy as np
import pytest

from grainway.analysis import measure_run
from grainway.analysis.measures.bulk_run import BulkRun, compare_with_bulk_run
from grainway.analysis.measures.second_looks import ResolutionCheck, SecondLooks, SecondOpinion, second_looks
from grainway.domain import Estimate
from grainway.errors import AnalysisError
from known_motion.ideal_garnet import frames, with_lithium
from known_motion.synthetic_walkers import free_walkers

HEIGHTS, WIDTH = (6.0, 18.5), 5.0


@pytest.fixture(scope="module")
def run():
    return free_walkers(seed=5, n_ions=120, n_frames=300, diffusivity=0.3)


@pytest.fixture(scope="module")
def measured(run):
    return measure_run(run, boundaries=HEIGHTS, width=WIDTH)


def test_a_run_too_short_for_averaged_frames_says_so_of_every_composition(measured):
    reasons = {name: reason for name, reason in measured.missing.items() if "shorter than two" in reason}
    assert {"ler", "gamma_li", "ovc", "ovc_uncovered", "ovc_missing"} <= reasons.keys()
    assert {f"{kind}_width_{n}" for kind in ("chemical", "structural") for n in (1, 2)} <= reasons.keys()
    assert not measured.estimates.keys() & measured.missing.keys()


def test_where_there_is_no_boundary_the_bands_move_as_the_rest(run, measured):
    found = measured.estimates
    for number in (1, 2):
        along = found[f"band_diffusivity_along_{number}"]
        assert abs(along.value - 0.3) < 4 * along.standard_error
        assert f"transport_width_{number}" in found.keys() | measured.missing.keys()
    of_axes = [found[f"conductivity_einstein_{axis}"].value for axis in "xyz"]
    assert np.mean(of_axes) == pytest.approx(found["conductivity_einstein"].value, rel=0.05)
    with pytest.raises(AnalysisError, match="--width"):
        measure_run(run, boundaries=HEIGHTS)


def test_a_frozen_run_gives_limits_and_reasons_and_no_exception():
    still = free_walkers(seed=6, n_ions=60, n_frames=100, diffusivity=1e-7)
    found = measure_run(still, boundaries=HEIGHTS, width=WIDTH)
    assert found.profile is None
    assert found.estimates["tracer_diffusivity"].bound == "upper"
    for name in ("rho_gb", "rho_gb_2", "transport_width_1", "cell_resistance", "haven_ratio"):
        assert "net hops" in found.missing[name]


def test_perfect_garnet_has_no_excess_of_any_species(run):
    crystal = frames(*with_lithium(), rms=0.02)
    found = measure_run(run, crystal, boundaries=HEIGHTS, width=WIDTH)
    for name in ("gamma_li", "gamma_la", "gamma_o"):
        assert found.estimates[name].value == pytest.approx(0.0, abs=1e-9)
    assert "gamma_zr" not in found.estimates
    assert all("not resolved" in found.missing[f"structural_width_{n}"] for n in (1, 2))


def test_a_bulk_run_that_is_a_limit_or_of_another_temperature_is_said(run, measured):
    limit = Estimate(1.0, float("nan"), "S/cm", 5.0, "upper")
    bulk = BulkRun(
        temperature=1.1 * run.temperature,
        diffusivity=measured.estimates["tracer_diffusivity"],
        conductivity=limit,
    )
    found = measure_run(run, boundaries=HEIGHTS, width=WIDTH)
    compare_with_bulk_run(found, run, bulk, "Li")
    assert "two temperatures" in found.warnings[0]
    assert "only a limit" in found.missing["asr"]
    assert "bulk_conductivity" in found.missing["excess_conductance"]
    assert abs(found.estimates["diffusivity_ratio"].value - 1) < 0.5


def test_second_looks_warn_of_what_does_not_hold(run):
    looks = second_looks(run)
    assert looks.resolution is None
    assert looks.opinions["tracer_diffusivity"].main.value == pytest.approx(0.3, rel=0.2)
    base = Estimate(10.0, 0.5, "Ω cm²", 50.0)
    moved = ResolutionCheck(base, (("knots", Estimate(12.0, 0.5, "Ω cm²", 50.0)),))
    loose = SecondOpinion(base, Estimate(10.0, 2.0, "Ω cm²", 5.0))
    doubtful = SecondLooks(
        opinions={"tracer_diffusivity": loose}, resolution=moved, zirconium_oxygen=3.3, missing={}
    )
    said = "; ".join(doubtful.warnings)
    for text in ("blocks of time scatter by 2", "by 4.0 standard errors", "end at 3.30 Å"):
        assert text in said
    sound = SecondLooks(opinions={}, resolution=None, zirconium_oxygen=2.85, missing={})
    assert sound.warnings == []
