"""Any cubic crystal with mobile lithium from a file, ready for the builder."""

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from math import gcd
from pathlib import Path

import numpy as np

from grainway.errors import StructureError
from grainway.geometry.periodic_points import periodic_images
from grainway.structure.crystal.crystal import IonicCrystal
from grainway.structure.crystal.files.cif_sites import read_cif_sites
from grainway.structure.crystal.files.closest_distances import (
    CLOSEST_SHARE,
    LITHIUM_PAIR_A,
    default_closest,
    shortest_distances,
    with_chosen,
)
from grainway.structure.crystal.files.cubic_sites import CubicSites, conventional_positions, primitive_sites
from grainway.structure.crystal.files.site_listing import SiteListing
from grainway.structure.crystal.files.site_sharing import SiteRoles, roles_of_sites
from grainway.structure.crystal.files.toml_sites import read_toml_sites
from grainway.structure.crystal.formal_charges import formal_charges as charges_of
from grainway.structure.crystal.lithium_ordering import lithium_ordering
from grainway.structure.lattice.cubic_lattice import CENTRING_VECTORS

LARGEST_EXCESS = 0.1
"""Lithium is hard to measure by X-rays, but beyond this share the file and neutrality disagree."""

_READERS: dict[str, Callable[[Path], SiteListing]] = {".cif": read_cif_sites, ".toml": read_toml_sites}


def load_crystal(
    path: str | Path,
    mobile: str = "Li",
    formal_charges: Mapping[str, int] | None = None,
    closest: Mapping[tuple[str, str], float] | None = None,
) -> IonicCrystal:
    """Return the cubic crystal that a file describes.

    The lattice is found from the sites themselves. Sites on which lithium may stand are lithium sites,
    whatever their occupancy; all others make up the framework and must be full, by one element or by several
    that share them. The number of lithium ions follows from neutrality and is compared with the file's
    occupancies. Sites that are shared are given to one of their elements in the record, and drawn for each
    grain when it is built (``decorate`` in the room ``filling``), so that any composition comes out in whole
    numbers for whole grains. Closest distances that are not given are derived from the crystal
    (:func:`~grainway.structure.crystal.files.closest_distances.default_closest`).

    Args:
        path: a CIF, or a TOML file of the form of the packaged ``data/llzo.toml``.
        mobile: the mobile element; lithium.
        formal_charges: e per element, where the usual oxidation state is not meant.
        closest: shortest starting distance per pair of elements, Å, where the default is not wanted.

    Returns:
        The crystal; ``lithium_excess`` says by which share the file's lithium differs from neutrality.

    Raises:
        StructureError: when the file cannot be read, the crystal is not cubic, a charge is not known, the
            charges of framework and lithium do not fit together, or its disorder cannot be made explicit.
    """
    if mobile != "Li":
        raise StructureError.about("mobile", mobile, "'Li': grains are filled with lithium", "Leave it out.")
    path = Path(path)
    if path.suffix.lower() not in _READERS:
        raise StructureError.about(
            "path", str(path), f"a file ending in {' or '.join(_READERS)}", "Rename it."
        )
    if not path.is_file():
        raise StructureError.about("path", str(path), "a file that exists", "Correct the path.")
    listing = _READERS[path.suffix.lower()](path)
    sites = primitive_sites(listing)
    elements = sorted({e for kind in sites.kinds for e, _ in kind.occupancy})
    if mobile not in elements:
        raise StructureError.about(
            "mobile", mobile, f"an element of the crystal; it has {elements}", "Give a crystal with lithium."
        )
    charges = charges_of(
        elements,
        {**listing.formal_charges, **(formal_charges or {})},
        [(row.element, row.charge) for row in listing.rows],
    )
    roles = roles_of_sites(sites, charges, mobile)
    balance = _balance(sites, roles, charges, listing)
    plain = IonicCrystal(
        name=listing.name or _formula(sites, roles, charges, balance.lithium),
        lattice_parameter=sites.lattice_parameter,
        centring=sites.centring,
        framework_species=np.array(roles.framework_species),
        framework_sites=sites.positions[roles.framework],
        lithium_sites=sites.positions[~roles.framework],
        n_lithium=balance.n_lithium,
        formal_charges=charges,
        closest={},
        shared_sites=roles.shared,
        lithium_excess=balance.excess,
    )
    return replace(plain, closest=_closest(plain, sites, roles, {**listing.closest, **(closest or {})}))


@dataclass(frozen=True)
class _Balance:
    """Lithium per primitive cell by neutrality, on average and with hosts only, and the file's excess."""

    lithium: float
    n_lithium: int
    excess: float | None


def _balance(
    sites: CubicSites, roles: SiteRoles, charges: Mapping[str, int], listing: SiteListing
) -> _Balance:
    """Return how much lithium makes the crystal neutral, checked against what the file says.

    Raises:
        StructureError: when no lithium does, more than there are sites, or much more or less than listed.
    """
    n_sites = int((~roles.framework).sum())
    hosts = -sum(charges[e] for e in roles.framework_species)
    amounts = roles.amounts
    lithium = -sum(charges[e] * n for e, n in amounts.items())
    used = ", ".join(f"{e} {charges[e]:+d}" for e in sorted(charges))
    wrong_charges = f"Correct formal_charges ({used}) or the file's occupancies."
    if lithium < 1e-6 or hosts < 1:
        raise StructureError.about(
            "charge of the framework",
            round(-lithium, 4),
            "below 0 e per primitive cell, so that lithium makes it neutral",
            wrong_charges,
        )
    if hosts > n_sites:
        raise StructureError.about(
            "lithium sites",
            n_sites,
            f"at least {hosts} per primitive cell, the ions that make the crystal neutral"
            + (" when shared sites have one element each" if roles.shared else ""),
            f"List all lithium sites, or c{wrong_charges[1:]}",
        )
    listed = None
    if all(x is not None for kind in sites.kinds for e, x in kind.occupancy if e == "Li"):
        listed = sum(dict(sites.kinds[k].occupancy).get("Li") or 0.0 for k in sites.kind)
    elif listing.formula:
        listed = _listed_by_formula(listing.formula, amounts)
    if listed is None:
        return _Balance(lithium, hosts, None)
    excess = listed / lithium - 1.0
    if abs(excess) > LARGEST_EXCESS:
        raise StructureError.about(
            "lithium in the file",
            round(listed, 4),
            f"within {LARGEST_EXCESS:.0%} of {lithium:.4g} per primitive cell, which makes it neutral",
            wrong_charges,
        )
    return _Balance(lithium, hosts, excess)


def _listed_by_formula(formula: Mapping[str, float], amounts: Mapping[str, float]) -> float:
    """Return the lithium per primitive cell that a formula stands for, whose other elements must fit."""
    others = {e: n for e, n in formula.items() if e != "Li"}
    units = sum(amounts.values()) / sum(others.values()) if sum(others.values()) > 0 else 0.0
    fits = set(others) == set(amounts) and all(
        abs(amounts[e] - n * units) <= 0.02 * amounts[e] for e, n in others.items()
    )
    if not fits:
        found = {e: round(n, 4) for e, n in amounts.items()}
        raise StructureError.about(
            "formula",
            dict(formula),
            f"that of the sites, {found} per primitive cell beside lithium",
            "Correct the formula or the sites.",
        )
    return formula.get("Li", 0.0) * units


def _closest(
    crystal: IonicCrystal, sites: CubicSites, roles: SiteRoles, chosen: Mapping[tuple[str, str], float]
) -> dict[tuple[str, str], float]:
    positions = conventional_positions(sites)
    times = len(positions) // len(sites.positions)
    options = [tuple(e for e, _ in sites.kinds[k].occupancy) for k in sites.kind] * times
    lithium = np.tile(~roles.framework, times)
    shortest = shortest_distances(positions, options, lithium, sites.lattice_parameter)
    pair = chosen.get(("Li", "Li")) or lithium_exclusion(crystal)
    guests = {e for s in roles.shared if s.place == "lithium" for e, _ in s.fractions}
    found = default_closest(shortest, crystal.formal_charges, roles.hosts, frozenset({"Li"} | guests), pair)
    return with_chosen(found, chosen, shortest)


def _formula(sites: CubicSites, roles: SiteRoles, charges: Mapping[str, int], lithium: float) -> str:
    """Return the formula with lithium first, then cations and anions by charge: Li6.5La3Zr1.5Ta0.5O12."""
    contents = Counter(sites.kinds[k].occupancy for k in sites.kind[roles.framework].tolist())
    units = gcd(*contents.values())
    amounts = {"Li": lithium, **roles.amounts}
    order = sorted(amounts, key=lambda e: (e != "Li", charges[e] < 0, charges[e], e))
    shares = {e: amounts[e] / units for e in order}
    return "".join(e + ("" if abs(n - 1) < 5e-4 else f"{n:.4g}") for e, n in shares.items())


_LEAST_A = 1.2
_SLACK_A = 1e-3


def lithium_exclusion(crystal: IonicCrystal) -> float:
    """Return the closest distance at which two lithium ions of a crystal may start, Å.

    2.1 Å: in garnet and other oxides no two ions are nearer, and sites that are (0.8 and 1.6 Å in garnet,
    1.9 Å in argyrodite) hold one ion. Where all sites are full it is at most 0.85 of their distance; where so
    many ions cannot be placed 2.1 Å apart, pairs of the next shorter distance between sites are allowed, and
    so on.

    Args:
        crystal: sites and number of lithium; its closest distances are not used.

    Raises:
        StructureError: when the ions cannot even be placed 1.2 Å apart.
    """
    a = crystal.lattice_parameter
    shifts = np.array([(0, 0, 0), *CENTRING_VECTORS[crystal.centring]]) / 2
    cube = np.vstack([crystal.lithium_sites + t for t in shifts]) * a
    reach = min(1.01 * a, 2.0 * LITHIUM_PAIR_A)
    images, _ = periodic_images(cube, np.eye(3) * a, reach)
    apart = np.linalg.norm(images[: len(crystal.lithium_sites), None] - images[None], axis=2)
    distances = np.unique(np.round(apart[(apart > 1e-3 * a) & (apart < reach)], 4))
    if crystal.n_lithium == len(crystal.lithium_sites):
        return min(LITHIUM_PAIR_A, CLOSEST_SHARE * float(distances.min(initial=np.inf)))
    shorter = [float(d) - _SLACK_A for d in distances[::-1] if _LEAST_A < d < LITHIUM_PAIR_A]
    for limit in (LITHIUM_PAIR_A, *shorter):
        try:
            lithium_ordering(0, replace(crystal, closest={("Li", "Li"): limit}))
        except StructureError:
            continue
        return limit
    raise StructureError.about(
        "lithium sites",
        len(crystal.lithium_sites),
        f"room for {crystal.n_lithium} ions per primitive cell at least {_LEAST_A} Å apart",
        "List all lithium sites, or correct the charges, which decide how many ions there are.",
    )
