"""Train pair splines and the committee that watches them: one pass over the frames, then a solution each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt
from ase import Atoms

from grainway.distillation.frames.element_energies import frames_of_elements
from grainway.distillation.frames.split_by_origin import origin_draws
from grainway.distillation.training.pair_fit import NormalEquations, PairFitSettings
from grainway.distillation.training.pair_grids import PairGrids, in_order
from grainway.errors import ConfigError
from grainway.simulation.potentials.pair.spline_potential import Pair, SplinePotential

FloatArray = npt.NDArray[np.float64]


@dataclass(frozen=True, kw_only=True)
class IonicSettings:
    """Everything that determines a training but its frames.

    Attributes:
        elements: to be fitted; frames with others are left aside. None for all of the frames.
        grids: where the functions stand.
        fit: weights and stiffness.
        n_members: of the committee, 2 or more.
        seed: member m draws with seed + m.
    """

    elements: tuple[str, ...] | None = None
    grids: PairGrids = field(default_factory=PairGrids)
    fit: PairFitSettings = field(default_factory=PairFitSettings)
    n_members: int = 10
    seed: int = 1

    def __post_init__(self) -> None:
        """Refuse a committee that cannot disagree."""
        if self.n_members < 2:
            raise ConfigError.about("members", self.n_members, "2 or more", "Ten take no time.")

    def to_dict(self) -> dict[str, Any]:
        """Return a JSON-ready record."""
        reach = {"-".join(pair): list(ends) for pair, ends in self.grids.reach.items()}
        return {
            "form": "pair splines",
            "elements": None if self.elements is None else list(self.elements),
            "spacing": self.grids.spacing,
            "reach": reach,
            **asdict(self.fit),
            "members": self.n_members,
            "seed": self.seed,
        }


@dataclass(frozen=True, kw_only=True)
class IonicFit:
    """A potential and its committee, before it is known how far the members may disagree.

    Attributes:
        potential: fitted to all frames.
        members: coefficients of the committee by pair, shape (n_functions, n_members), eV.
        draws: how often each origin counted, of each member.
    """

    potential: SplinePotential
    members: dict[Pair, FloatArray]
    draws: tuple[dict[str, int], ...]


def train_pairs(frames: Sequence[Atoms], settings: IonicSettings) -> IonicFit:
    """Fit a potential to all frames, and each member of its committee to a draw of their origins.

    Members keep the potential's grids and joins: no draw knows more of distances that no frame holds.

    Args:
        frames: labelled, with ``kind`` and ``origin``; see ``frames_of_elements``.
        settings: of the training.

    Raises:
        ConfigError: an element that no frame holds, or none of whose reach is known.
    """
    elements = fitted_elements(frames, settings.elements)
    equations = NormalEquations(elements, settings.grids.of(elements))
    known = frames_of_elements(frames, elements)
    for frame in known:
        equations.add(frame)
    draws = tuple(origin_draws(known, settings.seed + number) for number in range(settings.n_members))
    members = [equations.solve(settings.fit, draw) for draw in draws]
    potential = equations.solve(settings.fit)
    return IonicFit(
        potential=potential,
        members={
            pair: np.array([member.pairs[pair].coefficients for member in members]).T
            for pair in potential.pairs
        },
        draws=draws,
    )


def fitted_elements(frames: Sequence[Atoms], wanted: Sequence[str] | None) -> tuple[str, ...]:
    """Return the elements of a fit in order: those of the frames, or those wanted if the frames hold them.

    Raises:
        ConfigError: when no frame holds a wanted element, or none that is of the wanted ones alone.
    """
    present = {symbol for frame in frames for symbol in frame.get_chemical_symbols()}
    if wanted is None:
        return in_order(present)
    if absent := [element for element in wanted if element not in present]:
        raise ConfigError.about(
            "elements",
            list(wanted),
            f"none of the {len(frames)} taught frames holds {', '.join(absent)}; they hold "
            f"{', '.join(in_order(present))}",
            "Leave it out, or label frames with it first.",
        )
    usable = {s for frame in frames_of_elements(frames, wanted) for s in frame.get_chemical_symbols()}
    if beside := [element for element in wanted if element not in usable]:
        raise ConfigError.about(
            "elements",
            list(wanted),
            f"no taught frame that holds {', '.join(beside)} is of these elements alone",
            "Name the elements that are beside it as well.",
        )
    return in_order(wanted)
