"""One boundary at many translations and cut heights."""

from collections.abc import Iterator
from dataclasses import replace

from grainway.domain import BoundarySpec
from grainway.errors import StructureError


def microscopic_variants(
    spec: BoundarySpec, n: int, seed: int = 0, *, both_cuts: bool = True
) -> Iterator[BoundarySpec]:
    """Yield a boundary at ``n`` translations and cuts that fill their ranges evenly.

    A scrambled Halton sequence (J. H. Halton, Numer. Math. 2 (1960) 84) over both translations and the cut
    heights of both grains; the recipe as given is the first. Without misorientation both grains are cut at
    one height, or the perfect crystal would not come back.

    Args:
        spec: the boundary.
        n: number of variants.
        seed: of the scrambling.
        both_cuts: cut the grains at heights of their own, else at one.

    Raises:
        StructureError: for less than one.
    """
    if n < 1:
        raise StructureError.about("n", n, "1 or more variants", "Use 1 for the recipe as given.")
    # scipy.stats takes longer to load than the list of all boundaries takes to make
    from scipy.stats import qmc

    yield spec
    same = spec.character == "none" or not both_cuts
    for x, y, first, second in qmc.Halton(d=4, scramble=True, rng=seed).random(n - 1).tolist():
        yield replace(spec, translation=(x, y), termination=first, termination_b=first if same else second)
