"""Design spaces, outcomes and engines of the tests that every engine must pass."""

import json
import math

import numpy as np
import pytest
from hypothesis import strategies as st

from grainway import optimise
from grainway.design_space import Categorical, Continuous, DesignSpace, Integer
from grainway.errors import StructureError
from grainway.optimise import Proposal
from grainway.optimise.model.modelled_record import LEAST_FOR_COMPOSITE

BOTORCH = pytest.param("botorch", marks=pytest.mark.botorch)
COMPOSITE = "grainway, composite"
ENGINES = ("grainway", COMPOSITE, "skopt", BOTORCH, "sobol", "random")

every_engine = pytest.mark.parametrize("engine", ENGINES)
every_learning_engine = pytest.mark.parametrize("engine", ["grainway", "skopt", BOTORCH])
every_engine_with_a_failure_model = pytest.mark.parametrize("engine", ["grainway", BOTORCH])

MIXED = DesignSpace(
    (Continuous("angle_deg", 5.0, 85.0), Integer("layers", 1, 5), Categorical("axis", ("001", "110", "111")))
)
SMOOTH = DesignSpace((Continuous("x", -2.0, 3.0), Continuous("y", 0.0, 1e-3)))
TINY = DesignSpace((Categorical("axis", ("001", "110", "111")), Integer("layers", 1, 2)))
SPACES = {"mixed": MIXED, "smooth": SMOOTH, "tiny": TINY}

names = st.text(st.characters(codec="ascii", categories=["L"]), min_size=1, max_size=8)
finite = st.floats(-1e6, 1e6)
continuous = st.builds(lambda n, a, b: Continuous(n, a, a + abs(b) + 1e-3), names, finite, finite)
integer = st.builds(lambda n, a, w: Integer(n, a, a + w), names, st.integers(-50, 50), st.integers(1, 90))
categorical = st.builds(
    lambda n, c: Categorical(n, tuple(c)),
    names,
    st.lists(st.text(min_size=1, max_size=4), min_size=2, max_size=6, unique=True),
)
design_spaces = st.lists(
    st.one_of(continuous, integer, categorical), min_size=1, max_size=5, unique_by=lambda p: p.name
).map(lambda parameters: DesignSpace(tuple(parameters)))


def snapped(values):
    """Features of the boundary that a point of MIXED snaps to; those of 30 to 40° cannot be built."""
    angle = 10.0 * round(values["angle_deg"] / 10.0)
    if angle in (30.0, 40.0):
        raise StructureError("no such boundary")
    return {"angle_deg": angle, "layers": float(values["layers"])}


def make_strategy(engine, space, seed, features=None, **options):
    """Make an engine; the composite one is told two auxiliary quantities with every outcome."""
    if engine != COMPOSITE:
        return optimise.make_strategy(engine, space, seed, features, **options)
    names = ("ler", "ovc")
    strategy = optimise.make_strategy("grainway", space, seed, features, composite=names, **options)
    tell_alone = strategy.tell

    def tell_all(proposal_id, y, se, aux=None, cost=None, continuation_cost=None):
        # one goes with the objective, one with nothing that the model sees
        measured = {"ler": (1.0 + 0.3 * math.tanh(y), 0.02), "ovc": (0.01 * (int(proposal_id[1:]) % 3), 0.0)}
        tell_alone(proposal_id, y, se, measured | (aux or {}), cost, continuation_cost)

    strategy.tell = tell_all
    return strategy


def boundary(proposal):
    """What a proposal snaps to."""
    return (proposal.values["axis"], *snapped(proposal.values).values())


def outcome(proposal):
    """A deterministic objective with its error."""
    units = [hash_free(v) for v in proposal.values.values()]
    noise = np.random.default_rng(int(proposal.id[1:])).standard_normal()
    return 2.0 + sum(math.cos(3.0 * u) for u in units) + 0.1 * noise, 0.1


def hash_free(value):
    return float(sum(map(ord, value))) / 50.0 if isinstance(value, str) else float(value) / 10.0


def tell(strategy, proposals):
    for proposal in proposals:
        strategy.tell(proposal.id, *outcome(proposal))


def run(strategy, n):
    for _ in range(n):
        tell(strategy, strategy.ask())
    return strategy


def modelled(engine, n):
    """Return how many outcomes an engine is told, n or as many as the composite model needs to take part."""
    return max(n, LEAST_FOR_COMPOSITE) if engine == COMPOSITE else n


def replay(strategy, log):
    """Tell what came out: pairs of an id and either (y, se) or None for a failure."""
    for proposal_id, told in log:
        if told is None:
            strategy.tell_failed(proposal_id, "atoms lost")
        else:
            strategy.tell(proposal_id, *told)


def written_and_read(proposals):
    """Return proposals as they come back from a record in JSON."""
    return [Proposal.from_dict(json.loads(json.dumps(proposal.to_dict()))) for proposal in proposals]


def separation(space, a, b):
    """Largest difference over the parameters as a fraction of the range; 1 between choices."""
    return max(
        float(a[p.name] != b[p.name])
        if isinstance(p, Categorical)
        else abs(p.to_unit(a[p.name]) - p.to_unit(b[p.name]))
        for p in space.parameters
    )
