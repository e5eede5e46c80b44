"""Make an engine by its name."""

from collections.abc import Sequence
from difflib import get_close_matches

from grainway.design_space import DesignSpace, Values
from grainway.errors import ConfigError
from grainway.optimise.engines.baseline_engines import RandomStrategy, SobolStrategy
from grainway.optimise.engines.botorch_engine import BotorchStrategy
from grainway.optimise.engines.grainway_engine import GrainwayStrategy
from grainway.optimise.engines.recorded_engine import RecordedStrategy
from grainway.optimise.engines.skopt_engine import SkoptStrategy
from grainway.optimise.model.constraints import Constraint
from grainway.optimise.points.model_inputs import Features
from grainway.optimise.strategy import Strategy

ENGINES: dict[str, type[RecordedStrategy]] = {
    engine.name: engine
    for engine in (GrainwayStrategy, SkoptStrategy, BotorchStrategy, SobolStrategy, RandomStrategy)
}


def make_strategy(
    name: str,
    space: DesignSpace,
    seed: int,
    features: Features | None = None,
    *,
    n_initial: int | None = None,
    kernel: str = "matern52",
    entries: Sequence[Values] = (),
    constraints: Sequence[Constraint] = (),
    second_objective: str = "",
    composite: Sequence[str] = (),
) -> Strategy:
    """Return a new strategy; give it a campaign's proposals with ``restore`` to continue that campaign.

    Args:
        name: ``"grainway"`` (default choice), ``"skopt"``, ``"botorch"``, ``"sobol"`` or ``"random"``. The
            packages of skopt and botorch are optional and loaded when the engine is made.
        space: the design space.
        seed: a whole number >= 0; with the record it decides every proposal.
        features: realised features of the boundary that a point snaps to, named numbers with the same names
            at every point (``sigma``, ``angle_deg`` ...). They replace the encoded numbers in the surrogate,
            so they must tell apart whatever differs. It may raise StructureError for a point that cannot be
            built, which is then never proposed.
        n_initial: size of the initial space-filling design; max(4, min(2 d, 10)) for d parameters if None.
        kernel: ``"matern52"`` or ``"rbf"``.
        entries: the boundaries that exist, as values of the parameters that choose one (axis, angle ...); the
            engine then weighs every one of them instead of those that random points snap to.
        constraints: ranges that told auxiliary quantities (LER, OVC ...) must stay in: proposals are weighed
            by the probability to be in range, and the recommendation is likelier in range than not.
        second_objective: a told auxiliary quantity that proposals minimise too (``"grainway"`` alone); the
            recommendation stays that of the objective, and ``front`` gives what no other point beats in both.
        composite: told auxiliary quantities (LER, OVC ...) that the objective may depend on beside geometry.
            The model with them is used where, predicting them too, it predicts left-out evaluations better;
            ``status`` says whether it is. It recommends, and with ``"grainway"`` it proposes, unless a second
            objective makes proposals minimise weighted sums.

    Raises:
        ConfigError: for an unknown engine or one whose package is missing.
    """
    if name not in ENGINES:
        near = get_close_matches(str(name), list(ENGINES), n=1, cutoff=0.4)
        remedy = f"Did you mean {near[0]!r}?" if near else "Take 'grainway' if in doubt."
        raise ConfigError.about("engine", name, f"one of {sorted(ENGINES)}", remedy)
    if second_objective and name != GrainwayStrategy.name:
        raise ConfigError.about(
            "second_objective",
            second_objective,
            f"empty with engine {name!r}",
            "Take the engine 'grainway', or ask any engine for its front() without it.",
        )
    own = {"second_objective": second_objective} if second_objective else {}
    return ENGINES[name](
        space,
        seed,
        features,
        n_initial=n_initial,
        kernel=kernel,
        entries=entries,
        constraints=constraints,
        composite=composite,
        **own,
    )
