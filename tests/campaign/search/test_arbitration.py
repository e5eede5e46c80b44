"""Boundaries that matter run again in a second potential; the search itself does not see it."""

import json
from dataclasses import replace

import pytest
from typer.testing import CliRunner

from example_campaigns.small_campaign import small_campaign
from example_campaigns.synthetic_campaign import trial
from grainway.campaign import Campaign, load_config, summarise
from grainway.campaign.record.recorded_rows import Row
from grainway.campaign.search.arbitration import chosen_for_arbitration
from grainway.cli import app
from grainway.domain import Estimate
from grainway.errors import ConfigError


def row(number, rho, *, proposal=True):
    result = None if rho is None else {"estimates": {"rho_gb": Estimate(rho, 0.1, "Ω cm", 10.0).to_dict()}}
    status = "failed" if rho is None else "done"
    given = {"id": f"p{number}"} if proposal else None
    return Row(number, f"id{number}", trial(number).to_json(), given, status, 1, None, number, result, None)


def test_the_recommended_the_lowest_and_a_typical_boundary_are_chosen():
    rows = [row(0, 1.0, proposal=False)]
    rows += [row(i, rho) for i, rho in enumerate([5, 1, 4, None, 2, 3, 6, 7], 1)]
    chosen = [r.number for r in chosen_for_arbitration(rows, "p6", 2)]
    # bulk, recommended (rho 3), lowest (rho 1), median of 1-7 (rho 4)
    assert chosen == [0, 6, 2, 3]
    assert [r.number for r in chosen_for_arbitration(rows, "p6", 100)] == [0, 6, 2, 5, 3, 1, 7, 8]


def test_an_arbiter_must_be_another_shipped_potential(tmp_path):
    path = small_campaign(tmp_path / "c.toml", workers=1, evaluations=1, arbitration="buck_core_zm")
    with pytest.raises(ConfigError, match=r"arbitration\.potential = 'buck_core_zm'.*softbv"):
        Campaign(load_config(path), tmp_path / "c").prepare()


def test_a_boundary_is_run_again_once_however_often_it_was_evaluated():
    rows = [row(0, 1.0, proposal=False), row(1, 5), row(2, 1), row(3, 2), row(4, 3), row(5, 9)]
    same = [replace(r, inputs=trial(2).to_json()) if r.number in (2, 3) else r for r in rows]
    assert [r.number for r in chosen_for_arbitration(rows, "p2", 2)] == [0, 2, 3, 4]
    assert [r.number for r in chosen_for_arbitration(same, "p2", 2)] == [0, 2, 4]


@pytest.mark.lammps
@pytest.mark.slow
def test_a_campaign_says_what_its_potential_is_worth(tmp_path):
    path = small_campaign(tmp_path / "c.toml", workers=2, evaluations=2)
    campaign = Campaign(load_config(path), tmp_path / "c")
    verdict = campaign.run().verdict
    before = summarise(campaign)
    assert before.arbitrations == ()

    # asked for after the search has ended: only the second potential is run
    small_campaign(path, workers=2, evaluations=2, arbitration="buck_core_dsf", candidates=2)
    campaign = Campaign(load_config(path), tmp_path / "c")
    assert campaign.run().verdict == verdict
    after = summarise(campaign)
    assert [e.to_dict() for e in after.evaluations] == [e.to_dict() for e in before.evaluations]
    assert after.recommendation == before.recommendation
    (arbitration,) = after.arbitrations
    assert arbitration.potential == "buck_core_dsf"
    assert arbitration.bulk.status == "done"
    assert sorted(first.number for first, _ in arbitration.pairs) == [1, 2]
    for first, second in arbitration.pairs:
        assert second.trial.spec == first.trial.spec
        assert second.trial.seed == first.trial.seed
        assert second.status == "done"
        # its own bulk, not that of the other potential, is the reference
        expected = (
            second.estimates["band_diffusivity"].value
            / arbitration.bulk.estimates["tracer_diffusivity"].value
        )
        assert second.estimates["diffusivity_ratio"].value == pytest.approx(expected)
    assert arbitration.error.offset.n_independent == 2

    with_json = CliRunner().invoke(app, ["status", str(path), "--json"])
    (record,) = json.loads(with_json.output)["arbitrations"]
    assert record["model_error"]["offset"]["unit"] == "decades"
    printed = CliRunner().invoke(app, ["report", str(path)])
    assert printed.exit_code == 0, printed.output
    html = (tmp_path / "c" / "report.html").read_text(encoding="utf-8")
    assert "The same boundaries in buck_core_dsf" in html
