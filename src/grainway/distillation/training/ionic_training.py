"""Train pair splines and the committee that watches them: one pass over the frames, then a solution each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field, replace
from typing import Any

import numpy as np
from ase import Atoms

from grainway.array_types import FloatArray
from grainway.distillation.frames.element_energies import frames_of_elements
from grainway.distillation.frames.frame_origins import origin_draws
from grainway.distillation.training.pair_fit import NormalEquations, PairFitSettings
from grainway.distillation.training.pair_grids import PairGrids, in_order
from grainway.errors import ConfigError
from grainway.simulation.potentials.pair.spline_potential import Pair, SplinePotential


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


def train_pairs(
    frames: Sequence[Atoms], settings: IonicSettings, host: SplinePotential | None = None
) -> IonicFit:
    """Fit a potential to all frames, and each member of its committee to a draw of their origins.

    Members keep the potential's grids and joins: no draw knows more of distances that no frame holds.

    Args:
        frames: labelled, with ``kind`` and ``origin``; see ``frames_of_elements``.
        settings: of the training.
        host: a potential with a committee of as many members, to which elements are added: its own
            interactions, and each member's, stay as they are, and frames without a new element say nothing.

    Raises:
        ConfigError: an element that no frame holds, or none of whose reach is known; a host with a committee
            of another size; no frame with an element that the host lacks.
    """
    elements = fitted_elements(frames, settings.elements)
    if host is not None:
        n_members = 0 if host.committee is None else host.committee.n_members
        if n_members != settings.n_members:
            raise ConfigError.about(
                "host", n_members, f"a committee of {settings.n_members} members", "Train the host so."
            )
        elements = in_order((*host.elements, *elements))
    grids = settings.grids.of(elements) | (
        {} if host is None else {pair: form.grid for pair, form in host.pairs.items()}
    )
    equations = NormalEquations(elements, grids)
    known = frames_of_elements(frames, elements)
    if host is not None:
        known = [f for f in known if not {*f.get_chemical_symbols()} <= {*host.elements}]
        if not known:
            raise ConfigError.about(
                "labels", 0, "frames with an element that the host lacks", "Label some, or name no host."
            )
    for frame in known:
        equations.add(frame)
    draws = tuple(origin_draws(known, settings.seed + number) for number in range(settings.n_members))
    hosts = [None] * len(draws) if host is None else [host_of_member(host, n) for n in range(len(draws))]
    members = [equations.solve(settings.fit, draw, own) for draw, own in zip(draws, hosts, strict=True)]
    potential = equations.solve(settings.fit, host=host)
    return IonicFit(
        potential=potential,
        members={
            pair: np.array([member.pairs[pair].coefficients for member in members]).T
            for pair in potential.pairs
        },
        draws=draws,
    )


def host_of_member(host: SplinePotential, number: int) -> SplinePotential:
    """Return a host with the coefficients of one member of its committee; energies of atoms stay."""
    if host.committee is None:
        return host
    pairs = {
        pair: replace(host.pairs[pair], coefficients=rows[number])
        for pair, rows in host.committee.coefficients.items()
    }
    return replace(host, pairs=pairs, committee=None)


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
