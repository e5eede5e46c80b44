"""What each site of an imported crystal is: framework or lithium, of one element or shared by several."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import product
from math import prod

import numpy as np

from grainway.array_types import BoolArray
from grainway.errors import StructureError
from grainway.structure.crystal.crystal import SharedSites
from grainway.structure.crystal.files.cubic_sites import CubicSites, SiteKind

Shares = tuple[tuple[str, float], ...]

_FULL = 0.98
_LARGEST_GUEST = 0.5
_DIGITS = 6
_MOST_CHOICES = 4096


@dataclass(frozen=True, eq=False)
class SiteRoles:
    """Framework and lithium sites of one primitive cell.

    Attributes:
        framework: which sites belong to the framework, shape (n_sites,).
        framework_species: element that each of these is given to.
        shared: sites with more than one element.
        amounts: ions per primitive cell of each element but the mobile one, on average.
        hosts: for an element that shares sites, the elements that these are given to.
    """

    framework: BoolArray
    framework_species: list[str]
    shared: tuple[SharedSites, ...]
    amounts: dict[str, float]
    hosts: dict[str, frozenset[str]] = field(default_factory=dict)


def roles_of_sites(sites: CubicSites, charges: Mapping[str, int], mobile: str) -> SiteRoles:
    """Return what each site is.

    A lithium site is given to lithium, a shared framework site to one of its elements: such that with these
    hosts alone the crystal holds at least the lithium that it holds on average, but as little more as can be.
    Lithium is then taken out rather than squeezed in when the other elements come. Sites shared alike make
    one pool, from which whole numbers are drawn later.

    Args:
        sites: one per primitive cell.
        charges: e per element.
        mobile: the mobile element.

    Raises:
        StructureError: when a framework site is not full, or an ion shares a site that it cannot.
    """
    shares = [_shares(kind, charges, mobile) for kind in sites.kinds]
    listed = [shares[k] for k in sites.kind.tolist()]
    framework = np.array([all(e != mobile for e, _ in of_site) for of_site in listed])
    amounts: dict[str, float] = {}
    for of_site in listed:
        for element, fraction in of_site:
            if element != mobile:
                amounts[element] = amounts.get(element, 0.0) + fraction
    in_framework = [s for s, inside in zip(listed, framework.tolist(), strict=True) if inside]
    lithium = -sum(charges[e] * n for e, n in amounts.items()) / charges[mobile]
    chosen = _hosts(in_framework, charges, lithium * charges[mobile])
    in_lithium = [s for s, inside in zip(listed, framework.tolist(), strict=True) if not inside]
    pools: dict[tuple[str, str, Shares], list[int]] = {}
    hosts: dict[str, set[str]] = {}
    for place, members in (("framework", in_framework), ("lithium", in_lithium)):
        for number, of_site in enumerate(members):
            host = chosen[of_site] if place == "framework" else mobile
            guests = tuple((e, x) for e, x in of_site if e != host)
            for element, _ in guests:
                hosts.setdefault(element, set()).add(host)
            if guests:
                pools.setdefault((place, host, guests), []).append(number)
    shared = tuple(
        SharedSites("framework" if place == "framework" else "lithium", tuple(numbers), host, guests)
        for (place, host, guests), numbers in pools.items()
    )
    return SiteRoles(
        framework=framework,
        framework_species=[chosen[of_site] for of_site in in_framework],
        shared=shared,
        amounts=amounts,
        hosts={e: frozenset(names) for e, names in sorted(hosts.items())},
    )


def _hosts(in_framework: Sequence[Shares], charges: Mapping[str, int], wanted: float) -> dict[Shares, str]:
    """Return who each kind of framework site is given to, for a charge of -wanted or just below."""
    kinds = list(dict.fromkeys(in_framework))
    counts = [sum(s == kind for s in in_framework) for kind in kinds]
    options = [[e for e, _ in kind] for kind in kinds]
    if prod(len(o) for o in options) > _MOST_CHOICES:
        raise StructureError.about(
            "shared sites",
            len([o for o in options if len(o) > 1]),
            "a crystal with few kinds of shared sites",
            "Merge sites of nearly equal occupancies.",
        )

    def cost(hosts: tuple[str, ...]) -> tuple[float, float, tuple[str, ...]]:
        charge = -sum(n * charges[e] for n, e in zip(counts, hosts, strict=True))
        minority = sum(n * (1 - dict(k)[e]) for n, k, e in zip(counts, kinds, hosts, strict=True))
        surplus = charge - wanted
        return (
            round(surplus, _DIGITS) if surplus > -1e-6 else np.inf,
            round(minority, _DIGITS),
            tuple(hosts),
        )

    choices: list[tuple[str, ...]] = list(product(*options))
    best = min(choices, key=cost)
    return dict(zip(kinds, best, strict=True))


def _shares(kind: SiteKind, charges: Mapping[str, int], mobile: str) -> Shares:
    """Return the part that each element has of a kind of site, by element; they add to 1 in the framework."""
    where = f"occupancy of site {kind.label}"
    if not kind.occupancy:
        raise StructureError.about(where, 0.0, "above 0", "Leave out sites that are empty.")
    if unsaid := [e for e, x in kind.occupancy if x is None and e != mobile]:
        raise StructureError.about(where, unsaid, "given for all but lithium", "Add the occupancy.")
    shares = {e: float(x or 0.0) for e, x in kind.occupancy}
    if mobile in shares:
        _check_guests(where, {e: x for e, x in shares.items() if e != mobile}, charges, mobile)
        return tuple((e, round(x, _DIGITS)) for e, x in sorted(shares.items()))
    total = sum(shares.values())
    if total < _FULL:
        raise StructureError.about(
            where,
            shares,
            f"full: {total:.4g} leaves vacancies in the framework, which cannot be made explicit",
            "Fill the site and take oxygen vacancies by Composition(oxygen_vacancies=...), "
            "or take an ordered structure of the compound.",
        )
    if len({charges[e] > 0 for e in shares}) > 1:
        raise StructureError.about(
            where, shares, "shared by cations only or by anions only", "Correct the file or formal_charges."
        )
    return tuple((e, round(x / total, _DIGITS)) for e, x in sorted(shares.items()))


def _check_guests(where: str, guests: Mapping[str, float], charges: Mapping[str, int], mobile: str) -> None:
    for element, share in guests.items():
        if charges[element] < charges[mobile]:
            raise StructureError.about(
                where, element, "shared with cations only", "Give the anion a site of its own."
            )
        if share > _LARGEST_GUEST:
            raise StructureError.about(
                where,
                f"{element} {share:g}",
                f"at most {_LARGEST_GUEST:g} of a lithium site; "
                "a framework site that lithium shares cannot be made explicit",
                "Leave lithium off this site, or take an ordered structure of the compound.",
            )
