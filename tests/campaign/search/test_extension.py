"""A campaign goes on after its budget, its rules or its design space were changed; nothing is lost."""

import json
import random

import pytest

from example_campaigns.pretended_runs import TILT, WIDER, campaign, pretend, record
from grainway.campaign import CampaignConfig, make_proposals, summarise
from grainway.campaign.campaign import changed_settings, require_comparable
from grainway.campaign.evaluation.trial import Trial
from grainway.campaign.file.config import parse_config
from grainway.campaign.record.recorded_rows import Row
from grainway.campaign.record.store import Store
from grainway.campaign.search.point_of_recipe import placed, point_of, same_boundary
from grainway.campaign.search.told_and_asked import restore_strategy
from grainway.errors import ConfigError

BASE = {"axes": ["001", "110"], "angle_min": 10.0, "angle_max": 25.0, "max_atoms": 3500, "width_max": 3}
WIDENINGS = [
    {"angle_min": 5.0, "angle_max": 30.0},
    {"axes": ["111", "110", "001"]},
    {"width_max": 5},
    {"max_atoms": 5000},
    {"max_strain": 0.02},
    {"both_cuts": True},
    {"lithium_oxide_min": -1.0, "lithium_oxide_max": 1.0},
    {"lithium_transfer_min": -0.5, "oxygen_vacancies_max": 0.5},
    {"characters": ["symmetric tilt", "asymmetric tilt", "twist", "mixed"]},
]


def rows_of(campaign):
    store = Store(campaign.record_path)
    try:
        return store.rows(), store.changes()
    finally:
        store.close()


def test_a_larger_budget_goes_on_as_if_it_had_been_there_from_the_start(tmp_path, monkeypatch):
    started = pretend(monkeypatch)
    whole = campaign(tmp_path / "whole.toml", optimiser={"max_evaluations": 7})
    whole.run()
    n_whole = len(started)
    for budget in (2, 4, 7):
        grown = campaign(tmp_path / "grown.toml", optimiser={"max_evaluations": budget})
        outcome = grown.run()
        assert outcome.verdict.reason == f"not converged: budget of {budget} evaluations spent"
    assert record(grown) == record(whole)
    assert len(started) == 2 * n_whole  # nothing was run a second time
    _, changes = rows_of(grown)
    assert [(c.n_decided, c.settings) for c in changes] == [
        (2, {"optimiser.max_evaluations": [2, 4]}),
        (4, {"optimiser.max_evaluations": [4, 7]}),
    ]


def test_tighter_rules_take_a_convergence_back_and_looser_ones_find_it_in_the_record(tmp_path, monkeypatch):
    started = pretend(monkeypatch)
    path = tmp_path / "c.toml"
    loose = {"window": 2, "tolerance": 2.0, "regret": 2.0, "replicates": 1, "consecutive": 2}
    assert campaign(path, optimiser={**loose, "max_evaluations": 20}).run().verdict.converged
    n_loose = len(started)
    before, _ = rows_of(campaign(path))
    # no regret is as small as this: the recorded checks must not stop the campaign
    tight = {**loose, "regret": 1e-6}
    further = campaign(path, optimiser={**tight, "max_evaluations": len(before) + 1})
    assert not further.run().verdict.converged
    after, _ = rows_of(further)
    assert after[: len(before)] == before
    assert len(started) == n_loose + 2
    # the loose rules again, without one more evaluation: what they say of the record is enough
    again = campaign(path, optimiser={**loose, "max_evaluations": len(before) + 1})
    assert again.run().verdict.converged
    assert len(started) == n_loose + 2
    assert summarise(again).verdict.converged


def test_engine_and_kernel_may_change_with_all_results_kept(tmp_path, monkeypatch):
    pretend(monkeypatch)
    path = tmp_path / "c.toml"
    campaign(path, optimiser={"max_evaluations": 3}).run()
    before, _ = rows_of(campaign(path))
    changed = campaign(path, optimiser={"max_evaluations": 4, "engine": "sobol", "kernel": "rbf"})
    changed.run()
    after, changes = rows_of(changed)
    assert after[: len(before)] == before
    assert len(after) == len(before) + 1
    assert changes[0].settings["optimiser.kernel"] == ["matern52", "rbf"]


@pytest.mark.parametrize(
    ("section", "key", "value", "message"),
    [
        (
            "potential",
            "name",
            "softbv",
            r"potential\.name \(was 'grainway-ionic', is 'softbv'\).*\[arbitration\]",
        ),
        ("protocol", "temperature", 1300.0, r"protocol\.temperature \(was 1400\.0, is 1300\.0\)"),
        ("protocol", "timestep", 0.001, r"protocol\.timestep \(was 0\.0, is 0\.001\)"),
        ("protocol", "ladder", [1400.0, 900.0], r"protocol\.ladder \(was \[1400\.0, 1200"),
        ("objective", "width", 8.1, r"objective\.width \(was 10\.8, is 8\.1\)"),
        ("objective", "target_temperatures", [350.0], r"objective\.target_temperatures \(was \[300"),
        ("objective", "fidelity", "ladder", r"objective\.fidelity \(was 'hot', is 'ladder'\)"),
        ("campaign", "seed", 2, r"campaign\.seed \(was 1, is 2\).*grainway import"),
    ],
)
def test_what_would_break_comparability_is_refused_by_name(section, key, value, message):
    before = CampaignConfig().model_dump_json()
    changed = changed_settings(before, parse_config({section: {key: value}}, "file"))
    with pytest.raises(ConfigError, match=message) as refused:
        require_comparable(changed, None, [])
    assert "copy the campaign file to a new name" in str(refused.value)


def test_what_leaves_every_result_as_it_is_is_free():
    before = CampaignConfig().model_dump_json()
    free = {
        "campaign": {"workers": 3, "keep_trajectories": True},
        "optimiser": {"engine": "random", "replicates": 5, "consecutive": 1, "max_evaluations": 61},
        "arbitration": {"potential": "mine", "nep": "model"},
    }
    changed = changed_settings(before, parse_config(free, "file"))
    assert len(changed) == sum(map(len, free.values()))
    require_comparable(changed, None, [])


def test_a_key_that_an_older_version_did_not_know_is_no_change():
    older = CampaignConfig().model_dump(mode="json")
    for key in ("kernel", "consecutive", "replicates"):
        del older["optimiser"][key]
    assert changed_settings(json.dumps(older), CampaignConfig()) == {}


@pytest.mark.parametrize("change", WIDENINGS, ids=str)
def test_every_boundary_keeps_its_place_in_a_wider_space(change):
    narrow, wide = (make_proposals(parse_config({"design": d}, "f")) for d in (BASE, {**BASE, **change}))
    rng = random.Random(7)
    for _ in range(25):
        asked = narrow.space.from_unit([rng.random() for _ in narrow.space.parameters])
        spec = narrow.spec(asked)
        found = point_of(wide, spec)
        assert found is not None
        assert wide.space.canonical(found) == found
        assert same_boundary(wide.spec(found), spec)


def test_a_point_may_mean_another_boundary_in_a_wider_space():
    """Why recorded points are found again by what was built: the same numbers snap elsewhere."""
    narrow, wide = (
        make_proposals(parse_config({"design": d}, "f")) for d in (BASE, {**BASE, "max_atoms": 5000})
    )
    rng = random.Random(7)
    points = [narrow.space.from_unit([rng.random() for _ in narrow.space.parameters]) for _ in range(25)]
    assert all(wide.space.contains(values) for values in points)
    moved = [values for values in points if not same_boundary(wide.spec(values), narrow.spec(values))]
    assert moved
    for values in moved:
        found = point_of(wide, narrow.spec(values))
        assert narrow.features(values).items() <= wide.features(found).items()


def test_a_wider_space_keeps_the_record_and_proposes_from_all_of_it(tmp_path, monkeypatch):
    started = pretend(monkeypatch)
    path = tmp_path / "c.toml"
    campaign(path, TILT, optimiser={"max_evaluations": 4}).run()
    before, _ = rows_of(campaign(path))
    wider = campaign(path, WIDER, optimiser={"max_evaluations": 9})
    wider.run()
    after, (change,) = rows_of(wider)
    assert after[: len(before)] == before
    assert (change.n_decided, change.n_evaluated) == (4, 4)
    assert change.settings["design.axes"] == [["001"], ["001", "110"]]
    new = [Trial.from_json(row.inputs) for row in after[len(before) :]]
    assert len(new) == 5
    assert (1, 1, 0) in {trial.spec.axis for trial in new}
    assert [row.proposal["id"] for row in after[1:]] == [f"p{i:04d}" for i in range(9)]
    # what the model is told of an old boundary is what was built, and its own value
    proposals = make_proposals(wider.config)
    strategy = restore_strategy(wider.config, proposals, after, wider.root)
    for row, known in zip(after[1:], strategy.record.evaluations, strict=True):
        spec = Trial.from_json(row.inputs).spec
        assert same_boundary(proposals.spec(known.proposal.values), spec)
        assert proposals.features(known.proposal.values)["angle_deg"] == pytest.approx(spec.angle_deg)
    assert len({trial.seed for trial in started}) == 10
    # checks of the narrow space say nothing of the wide one
    assert min(n for n in summarise(wider).checks if n > 4) == 5
    store = Store(wider.record_path)
    assert set(store.checks(1)) >= {4, 5, 6}
    store.close()


def test_within_one_space_an_interrupted_campaign_goes_on_as_the_uninterrupted_one(tmp_path, monkeypatch):
    pretend(monkeypatch)
    records = []
    for name, budgets in (("whole", (8,)), ("stopped", (7, 8))):
        path = tmp_path / f"{name}.toml"
        campaign(path, TILT, optimiser={"max_evaluations": 4}).run()
        for budget in budgets:
            campaign(path, WIDER, optimiser={"max_evaluations": budget}).run()
        records.append(record(campaign(path)))
    assert records[0] == records[1]


def test_a_space_that_would_lose_a_boundary_is_refused_by_name(tmp_path, monkeypatch):
    pretend(monkeypatch)
    path = tmp_path / "c.toml"
    whole = campaign(path, WIDER, optimiser={"max_evaluations": 6})
    whole.run()
    before = record(whole)
    rows, _ = rows_of(whole)
    lost = [row.number for row in rows[1:] if Trial.from_json(row.inputs).spec.axis != (0, 0, 1)]
    assert lost, "the wide space was not used"
    narrow = campaign(path, {**WIDER, "axes": ["001"]}, optimiser={"max_evaluations": 7})
    with pytest.raises(ConfigError, match=r"design\.axes \(was \['001', '110'\], is \['001'\]\)") as refused:
        narrow.run()
    assert f"{lost[0]} (" in str(refused.value)
    assert f"would lose {len(lost)}" in str(refused.value)
    assert record(whole) == before
    # one that holds them all is taken: nothing was evaluated below this angle
    least = min(Trial.from_json(row.inputs).spec.angle_deg for row in rows[1:])
    campaign(path, {**WIDER, "angle_min": least - 0.1}, optimiser={"max_evaluations": 7}).run()
    assert record(whole)[0][:7] == before[0]


def test_thicker_grains_are_another_boundary():
    thin = make_proposals(parse_config({"design": BASE}, "f"))
    thick = make_proposals(
        parse_config({"design": {**BASE, "min_grain_thickness": 40.0, "max_atoms": 9000}}, "f")
    )
    spec = thin.spec(thin.space.from_unit([0.4] * len(thin.space.parameters)))
    assert point_of(thick, spec) is None


def test_a_recorded_point_stands_as_it_is_where_it_still_builds_the_same(tmp_path):
    proposals = make_proposals(parse_config({"design": BASE}, "f"))
    config = CampaignConfig()
    values = proposals.space.from_unit([0.31] * len(proposals.space.parameters))
    trial = Trial(
        kind="boundary",
        spec=proposals.spec(values),
        protocol=config.simulated_protocol(),
        potential="buck_core",
        potential_digest="0" * 64,
        objective_width=10.8,
        seed=1,
    )
    row = Row(
        1, trial.id, trial.to_json(), {"id": "p0000", "values": values}, "queued", 0, None, None, None, None
    )
    assert placed(proposals, row) == values
