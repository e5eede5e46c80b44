"""What a campaign looks at before it calls itself converged."""

import math

import numpy as np
import pytest

from grainway.design_space import Categorical, Continuous, DesignSpace
from grainway.errors import ConfigError
from grainway.optimise import ConvergenceSettings, Proposal, make_strategy
from grainway.optimise.points.model_inputs import ModelInputs
from grainway.optimise.propose.boundary_entries import BuildableEntries
from grainway.optimise.propose.open_rivals import rivals

SPACE = DesignSpace(
    (Categorical("axis", ("001", "110")), Continuous("angle_deg", 5.0, 60.0), Continuous("shift", 0.0, 1.0))
)
TABLE = {"001": ((36.87, 5), (28.07, 17), (22.62, 13)), "110": ((38.94, 9), (50.48, 11), (26.53, 19))}
ENTRIES = [{"axis": axis, "angle_deg": angle} for axis, table in TABLE.items() for angle, _ in table]
ENTRIES += [{"axis": axis, "angle_deg": 7.0 + 3.1 * i} for axis in TABLE for i in range(17)]
SETTINGS = ConvergenceSettings(replicates=2)


def features(values):
    table = [*TABLE[values["axis"]], *((7.0 + 3.1 * i, 301) for i in range(17))]
    angle, sigma = min(table, key=lambda entry: abs(entry[0] - values["angle_deg"]))
    return {"angle_deg": angle, "sigma": sigma, "shift": values["shift"]}


def truth(values):
    realised = features(values)
    depth = 2.0 / math.sqrt(realised["sigma"]) if realised["sigma"] < 100 else 0.0
    return 3.0 - depth + 0.5 * (values["shift"] - 0.4) ** 2


def campaign(n, seed=0):
    strategy = make_strategy("grainway", SPACE, seed, features, entries=ENTRIES)
    rng = np.random.default_rng(seed)
    for _ in range(n):
        (proposal,) = strategy.ask()
        strategy.tell(proposal.id, truth(proposal.values) + 0.05 * rng.standard_normal(), 0.05)
    return strategy


@pytest.fixture(scope="module")
def advanced():
    return campaign(16)


def test_every_entry_can_be_a_rival_and_the_best_one_is(advanced):
    model = advanced.model(16).surrogate
    incumbent = advanced.recommend().values
    found = rivals(advanced.inputs, advanced.entries, model, incumbent, np.random.default_rng(0))
    boundaries = {(v["axis"], features(v)["angle_deg"]) for v in found}
    assert ("001", 36.87) in boundaries
    mean, sd = model.predict(advanced.inputs.points(found))
    everywhere = advanced.entries.beside(incumbent)
    low = min(m - 2.0 * s for m, s in zip(*model.predict(advanced.inputs.points(everywhere)), strict=True))
    assert (mean - 2.0 * sd).min() <= low + 1e-9


def test_confirming_runs_the_recommendation_again_and_then_what_is_open():
    strategy = campaign(14, seed=3)
    best = strategy.recommend()
    asked = []
    while (proposal := strategy.confirm(SETTINGS)) is not None:
        asked.append(proposal)
        assert len(asked) < 12
    replicates = [p for p in asked if p.values == best.values]
    assert len(replicates) == max(SETTINGS.replicates - best.n_replicates, 0)
    others = [p for p in asked if p.values != best.values]
    sigmas = [features(p.values)["sigma"] for p in others]
    seen = {
        (e.proposal.values["axis"], features(e.proposal.values)["angle_deg"])
        for e in strategy.record.evaluations
    }
    assert all(sigma <= 21 for sigma in sigmas)
    assert all((p.values["axis"], features(p.values)["angle_deg"]) not in seen for p in others)
    assert len({tuple(p.values.items()) for p in others}) == len(others)


def test_an_unseen_coincidence_keeps_the_audit_open_until_it_is_seen():
    """Only boundaries without coincidence are told, then those of low Σ one after the other."""
    rng = np.random.default_rng(1)
    special = ENTRIES[:6]
    ordinary = [
        e
        for e in ENTRIES[6:]
        if all(abs(e["angle_deg"] - t) * math.sqrt(sigma) > 20.0 for t, sigma in TABLE[e["axis"]])
    ]
    points = [{**entry, "shift": float(rng.random())} for entry in ordinary + special]
    strategy = make_strategy("grainway", SPACE, 1, features, entries=ENTRIES)
    strategy.restore([Proposal(f"p{i:04d}", values) for i, values in enumerate(points)])
    checks = []
    for i, values in enumerate(points):
        strategy.tell(f"p{i:04d}", truth(values) + 0.05 * rng.standard_normal(), 0.05)
        if i + 1 >= len(ordinary):
            checks.append(strategy.check(SETTINGS).audit)
    # deep enough to matter even if they are only half as deep as in nature
    assert "Σ5" in checks[0].reason
    assert "Σ9" in checks[0].reason
    assert "Σ5" not in checks[1].reason
    assert checks[-1].numbers["n_open_coincidences"] == 0


def test_entries_must_fit_the_space_and_agree_in_their_names():
    inputs = ModelInputs(SPACE, features)
    with pytest.raises(ConfigError, match="different names"):
        BuildableEntries(inputs, [{"axis": "001", "angle_deg": 10.0}, {"axis": "001"}])
    with pytest.raises(ConfigError, match="angle_deg"):
        BuildableEntries(inputs, [{"axis": "001", "angle_deg": 100.0}])


def test_every_second_point_of_the_initial_design_is_a_coincidence_in_turn_from_every_family():
    strategy = make_strategy("grainway", SPACE, 5, features, entries=ENTRIES, n_initial=8)
    sobol = make_strategy("sobol", SPACE, 5, features, entries=ENTRIES, n_initial=8)
    for ours, theirs in zip(strategy.ask(8), sobol.ask(8), strict=True):
        number = int(ours.id[1:])
        if number % 2 == 0:
            assert ours == theirs
        else:
            assert ours.values["shift"] == theirs.values["shift"]
    marks = [(p.values["axis"], features(p.values)["sigma"]) for p in strategy.record.proposals[1::2]]
    assert marks == [("001", 5), ("110", 9), ("110", 11), ("001", 13)]
