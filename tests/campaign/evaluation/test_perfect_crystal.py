"""The null test of the whole chain: a cell cut and rejoined without misorientation is bulk."""

import pytest

from grainway.campaign.against_bulk.bulk_comparison import compare_with_bulk
from grainway.campaign.evaluation.evaluate import evaluate
from grainway.campaign.evaluation.trial import Trial
from grainway.simulation import Protocol, find_lammps, load_potential
from grainway.structure import Catalogue

pytestmark = [pytest.mark.lammps, pytest.mark.slow, pytest.mark.physics]


def test_zero_misorientation_conducts_like_bulk(tmp_path):
    """D_gb/D_bulk = 1 and LER = 1 within their 95 % intervals; no resistance, no vacancies.

    The run is repeatable: everything random derives from the seed below.
    """
    potential = load_potential("buck_core_zm")
    protocol = Protocol(
        temperature=1400.0,
        anneal=1.0,
        anneal_temperature=1400.0,
        anneal_grain_temperature=1400.0,
        constant_pressure=3.0,
        production=30.0,
    )

    def run(spec, name):
        trial = Trial(
            kind="bulk" if spec is None else "boundary",
            spec=spec,
            protocol=protocol,
            potential=potential.name,
            potential_digest=potential.digest,
            objective_width=10.8,
            seed=1,
        )
        folder = tmp_path / name
        folder.mkdir()
        return evaluate(trial, folder, find_lammps())

    bulk = run(None, "bulk")
    boundary = run(Catalogue().perfect_crystal(), "cut")
    compared = compare_with_bulk(boundary, bulk)
    low, high = compared["diffusivity_ratio"].interval(0.95)
    assert low <= 1.0 <= high, compared["diffusivity_ratio"]
    assert low > 0.5  # an interval that also held real boundaries, 0.3 to 0.45 here, would say nothing
    low, high = compared["asr"].interval(0.95)
    assert low <= 0.0 <= high, compared["asr"]
    assert high - low < 2e-7  # boundaries of this potential have 1.5e-7 to 2.5e-7 Ω cm² here
    enrichment = boundary.estimates["ler"]
    assert enrichment.value == pytest.approx(1.0, abs=0.05)
    assert abs(boundary.estimates["ovc"].value) < 0.02
    assert boundary.realised["misorientation_final_deg"] < 0.5
    assert boundary.realised["crystalline_fraction"] == 1.0
