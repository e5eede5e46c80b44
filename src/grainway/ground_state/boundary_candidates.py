"""Microscopic candidates of one boundary: translations and cuts, and which of them are worth minimising."""

from collections.abc import Sequence
from dataclasses import dataclass

from grainway.domain import BoundarySpec
from grainway.errors import StructureError
from grainway.geometry.contact import CONTACT_SCALE
from grainway.structure import framework_batches, load_garnet
from grainway.structure.planar.bicrystal import bicrystals


@dataclass(frozen=True, slots=True, kw_only=True)
class BoundaryCandidate:
    """One choice of translation and cuts.

    Attributes:
        number: place in the sequence of candidates.
        spec: the recipe.
        gaps: contact gaps of both boundaries without lithium, Å.
        dipoles: dipole of one plane per cross-section in both grains as cut, e/Å.
    """

    number: int
    spec: BoundarySpec
    gaps: tuple[float, float]
    dipoles: tuple[float, float]

    @property
    def gap(self) -> float:
        """Sum of both gaps, Å: the excess volume of the unrelaxed cell over the area of one boundary."""
        return sum(self.gaps)

    def is_polar(self, limit: float) -> bool:
        """Say whether a cut leaves a dipole above ``limit``, e/Å."""
        return max(map(abs, self.dipoles)) > limit


def measure_contacts(specs: Sequence[BoundarySpec]) -> list[BoundaryCandidate]:
    """Return the contact gaps and dipoles of recipes of one boundary, in their order.

    Raises:
        StructureError: when a recipe is not planar.
    """
    crystal = load_garnet()
    found = {}
    for batch in framework_batches(specs, crystal=crystal):
        for number, frame in zip(batch.indices, bicrystals(batch, crystal, CONTACT_SCALE), strict=True):
            a, b = frame.dipoles
            found[number] = BoundaryCandidate(
                number=number, spec=frame.spec, gaps=frame.gaps, dipoles=(float(a), float(b))
            )
    return [found[n] for n in range(len(specs))]


def screen(candidates: list[BoundaryCandidate], n_kept: int, dipole_limit: float) -> list[BoundaryCandidate]:
    """Keep the candidates with the least excess volume before relaxation, polar cuts left out.

    Args:
        candidates: any number.
        n_kept: at most so many are kept, by the sum of their gaps; of equal ones the earlier.
        dipole_limit: e/Å.

    Raises:
        StructureError: when every cut is polar.
    """
    useful = [c for c in candidates if not c.is_polar(dipole_limit)]
    if not useful:
        least = min(max(map(abs, c.dipoles)) for c in candidates)
        raise StructureError.about(
            "dipole_limit",
            dipole_limit,
            f"every one of {len(candidates)} cuts is polar, the least with {least:.3g} e/Å",
            "Raise dipole_limit, or the number of candidates.",
        )
    # gaps that geometry makes equal differ by rounding
    return sorted(useful, key=lambda c: (round(c.gap, 6), c.number))[:n_kept]
