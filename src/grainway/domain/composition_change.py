"""What is changed in the composition of a boundary, in neutral units."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any, Literal

from grainway.domain.plain_numbers import listed, real_number
from grainway.errors import StructureError

Region = Literal["band", "everywhere"]

DOPANT_HOST: dict[str, str] = {"Al": "Li", "Ga": "Li", "Ta": "Zr", "Nb": "Zr"}
"""The ion that each dopant replaces; lithium is taken out until the cell is neutral again."""

DOPANT_CHARGE: dict[str, int] = {"Al": 3, "Ga": 3, "Ta": 5, "Nb": 5}

LARGEST_PER_NM2 = 10.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Composition:
    """Changes of composition; every one leaves the cell neutral.

    Attributes:
        region: where dopants and vacancies go: ``"band"`` (the boundary band) or ``"everywhere"``.
        lithium_oxide_per_nm2: Li2O formula units added (+) or removed (-) per nm² of each boundary.
        oxygen_vacancies: V_O with 2 V_Li, per formula unit of the region.
        lithium_transfer_per_nm2: Li moved from inside the grains into each band (+) or back (-).
        dopants: (element, amount per formula unit of the region), at most one entry per element.
    """

    region: Region = "band"
    lithium_oxide_per_nm2: float = 0.0
    oxygen_vacancies: float = 0.0
    lithium_transfer_per_nm2: float = 0.0
    dopants: tuple[tuple[str, float], ...] = ()

    def __post_init__(self) -> None:
        if self.region not in ("band", "everywhere"):
            raise StructureError.about(
                "composition.region", self.region, "'band' or 'everywhere'", "Choose one."
            )
        for name in ("lithium_oxide_per_nm2", "lithium_transfer_per_nm2", "oxygen_vacancies"):
            object.__setattr__(self, name, real_number(f"composition.{name}", getattr(self, name)))
        object.__setattr__(self, "dopants", _pairs(self.dopants))
        for name in ("lithium_oxide_per_nm2", "lithium_transfer_per_nm2"):
            value = getattr(self, name)
            if abs(value) > LARGEST_PER_NM2:
                raise StructureError.about(
                    f"composition.{name}",
                    value,
                    f"between -{LARGEST_PER_NM2:g} and {LARGEST_PER_NM2:g} per nm²",
                    "Lower it: one lattice plane of the garnet holds about 4 Li2O per nm².",
                )
        if not 0.0 <= self.oxygen_vacancies <= 1.0:
            raise StructureError.about(
                "composition.oxygen_vacancies",
                self.oxygen_vacancies,
                "0 to 1 of the 12 oxygens of a formula unit",
                "Lower it.",
            )
        elements = [element for element, _ in self.dopants]
        if len(set(elements)) != len(elements):
            raise StructureError.about(
                "composition.dopants", elements, "each element once", "Add the amounts."
            )
        for element, amount in self.dopants:
            if element not in DOPANT_HOST:
                raise StructureError.about(
                    "composition.dopants", element, f"one of {sorted(DOPANT_HOST)}", "Choose one of these."
                )
            if not 0.0 < amount <= 2.0:
                raise StructureError.about(
                    f"composition.dopants.{element}",
                    amount,
                    "above 0, at most 2 per formula unit",
                    "Lower it, or leave the dopant out.",
                )

    @property
    def is_stoichiometric(self) -> bool:
        """True when nothing is changed."""
        return self == Composition()

    def to_dict(self) -> dict[str, Any]:
        """Return a JSON-ready dictionary; :meth:`from_dict` is its inverse."""
        return asdict(self)

    @classmethod
    def from_dict(cls, record: dict[str, Any]) -> Composition:
        """Rebuild from :meth:`to_dict`, also after JSON has made lists of tuples."""
        values = dict(record)
        values["dopants"] = tuple((str(e), float(x)) for e, x in record.get("dopants", ()))
        return cls(**values)


def _pairs(dopants: object) -> tuple[tuple[str, float], ...]:
    """Return dopants and amounts as plain pairs; that the elements are known is checked after."""
    field, allowed = "composition.dopants", "pairs of an element and an amount"
    pairs = []
    for pair in listed(field, dopants, len(dopants) if isinstance(dopants, list | tuple) else 0, allowed):
        element, amount = listed(field, pair, 2, allowed)
        pairs.append((str(element), real_number(f"{field}.{element}", amount)))
    return tuple(pairs)
