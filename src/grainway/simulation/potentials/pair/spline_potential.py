"""Fitted pair interactions of some elements, with the committee that watches them: one JSON file of numbers.

A member of the committee differs from the potential in its coefficients alone: grids, joins and stiffness
are the same, so that one search of neighbours serves all.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from itertools import combinations_with_replacement
from typing import Any

import numpy as np

from grainway.errors import ConfigError
from grainway.simulation.potentials.pair.pair_tables import PairTable
from grainway.simulation.potentials.pair.spline_pairs import SplineGrid, SplinePair

Pair = tuple[str, str]
Rows = tuple[tuple[float, ...], ...]


@dataclass(frozen=True, kw_only=True)
class SplineCommittee:
    """Coefficients fitted to other draws of the same frames.

    Attributes:
        coefficients: of each member and pair, on the grid of the potential's pair, shape (n_members,
            n_functions), eV.
        spread_threshold: of a force over the members, eV/Å, beyond which a run has left what was taught.
        thresholds_with: the same where a configuration holds an element that was added later, by element: of
            it fewer frames are known, and members differ more about it.
    """

    coefficients: Mapping[Pair, Rows]
    spread_threshold: float
    thresholds_with: Mapping[str, float] = field(default_factory=dict)

    @property
    def n_members(self) -> int:
        """Number of members."""
        return len(next(iter(self.coefficients.values())))

    def threshold_for(self, symbols: Iterable[str]) -> float:
        """Return the threshold of configurations of some elements, eV/Å."""
        added = [self.thresholds_with[s] for s in sorted(set(symbols) & set(self.thresholds_with))]
        return max([self.spread_threshold, *added])


@dataclass(frozen=True, kw_only=True)
class SplinePotential:
    """Fitted interactions of some elements.

    Attributes:
        name: of the potential.
        description: one line.
        elements: all elements.
        pairs: by pair of elements, each named in the order of ``elements``; a pair that no frame held is
            missing.
        energies: energy of an atom of each element, eV: the fit's zero, which LAMMPS is not told.
        committee: who watches a run; None for nobody.
    """

    name: str = "own-ionic"
    description: str = "pair splines matched to a teacher's forces, energies and stresses"
    elements: tuple[str, ...]
    pairs: Mapping[Pair, SplinePair]
    energies: Mapping[str, float]
    committee: SplineCommittee | None = None

    def __post_init__(self) -> None:
        """Refuse a committee of another shape."""
        for pair, members in ({} if self.committee is None else self.committee.coefficients).items():
            wanted = self.pairs[pair].grid.n_functions if pair in self.pairs else 0
            if any(len(member) != wanted for member in members):
                raise ConfigError.about(
                    "committee", "-".join(pair), f"{wanted} coefficients of each member", "Train it again."
                )

    def tables(self, elements: tuple[str, ...]) -> tuple[PairTable, ...]:
        """Return the interactions of some of the elements, in their order.

        Raises:
            ConfigError: an element that was not fitted, or two that no frame held together.
        """
        foreign = sorted(set(elements) - set(self.elements))
        if foreign:
            raise ConfigError.about(
                "elements", foreign, f"{', '.join(self.elements)}, which were fitted", "Remove them."
            )
        ordered = tuple(element for element in self.elements if element in elements)
        chosen = list(combinations_with_replacement(ordered, 2))
        if unseen := ["-".join(pair) for pair in chosen if pair not in self.pairs]:
            raise ConfigError.about(
                "elements",
                list(elements),
                f"none of the frames that {self.name} was fitted to holds the pairs {', '.join(unseen)}",
                "Leave one of the elements out, or label frames that hold both and train again.",
            )
        return tuple(
            PairTable(first=a, second=b, form=self.pairs[a, b], cutoff=self.pairs[a, b].grid.cutoff)
            for a, b in self.pairs
            if (a, b) in chosen
        )

    def to_json(self) -> str:
        """Return a record of everything, each pair and each member's share of it on a line of its own."""
        pairs = {
            f"{a}-{b}": {**asdict(pair.grid), "join": pair.join, "stiffness": pair.stiffness}
            | {"coefficients_eV": pair.coefficients}
            for (a, b), pair in self.pairs.items()
        }
        record: dict[str, Any] = {
            "name": self.name,
            "description": self.description,
            "elements": self.elements,
            "energies_eV": dict(self.energies),
        }
        head = json.dumps(record, indent=1).removesuffix("\n}")
        parts = [head, f' "pairs": {_lines(pairs, 2)}']
        if self.committee is not None:
            members = {"-".join(pair): rows for pair, rows in self.committee.coefficients.items()}
            parts += [
                f' "spread_threshold_eV_per_A": {json.dumps(self.committee.spread_threshold)}',
                f' "spread_thresholds_with_eV_per_A": {json.dumps(dict(self.committee.thresholds_with))}',
                f' "committee_eV": {_lines(members, 2)}',
            ]
        return ",\n".join(parts) + "\n}\n"

    @classmethod
    def from_json(cls, text: str) -> SplinePotential:
        """Read what ``to_json`` wrote.

        Raises:
            ConfigError: when the text is no such record.
        """
        try:
            record = json.loads(text)
            named = {key: str(record[key]) for key in ("name", "description") if key in record}
            return cls(
                **named,
                elements=tuple(map(str, record["elements"])),
                pairs={_pair(name): _read(content) for name, content in record["pairs"].items()},
                energies={str(element): float(energy) for element, energy in record["energies_eV"].items()},
                committee=_committee(record),
            )
        except (ValueError, KeyError, TypeError, AttributeError, StopIteration) as error:
            raise ConfigError(f"no record of fitted pair interactions: {error!r}") from error


def rounded(coefficients: np.ndarray) -> Rows:
    """Return a member's coefficients to seven digits, which move no force by 1e-5 eV/Å."""
    return tuple(tuple(float(f"{number:.7g}") for number in row) for row in coefficients)


def _lines(record: Mapping[str, Any], indent: int) -> str:
    rows = ",\n".join(
        f"{' ' * indent}{json.dumps(key)}: {json.dumps(value)}" for key, value in record.items()
    )
    return f"{{\n{rows}\n{' ' * (indent - 1)}}}"


def _committee(record: Mapping[str, Any]) -> SplineCommittee | None:
    if "committee_eV" not in record:
        return None
    members = record["committee_eV"].items()
    return SplineCommittee(
        coefficients={
            _pair(name): tuple(tuple(map(float, member)) for member in rows) for name, rows in members
        },
        spread_threshold=float(record["spread_threshold_eV_per_A"]),
        thresholds_with={
            str(e): float(t) for e, t in record.get("spread_thresholds_with_eV_per_A", {}).items()
        },
    )


def _pair(name: str) -> Pair:
    first, second = name.split("-")
    return first, second


def _read(content: Mapping[str, Any]) -> SplinePair:
    return SplinePair(
        grid=SplineGrid(first=content["first"], cutoff=content["cutoff"], intervals=content["intervals"]),
        coefficients=tuple(map(float, content["coefficients_eV"])),
        join=content["join"],
        stiffness=content["stiffness"],
    )
