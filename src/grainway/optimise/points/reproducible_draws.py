"""Random streams and quasi-random points that depend on the seed, a count and a purpose alone."""

import zlib

import numpy as np

from grainway.array_types import FloatArray


def stream(seed: int, count: int, purpose: str) -> np.random.Generator:
    """Return the generator of one purpose at one count.

    Args:
        seed: the campaign's seed.
        count: number of proposals asked so far.
        purpose: what the numbers are for; different purposes never share numbers.
    """
    # a checksum rather than hash(): Python salts the hash of text in every process
    return np.random.default_rng(
        np.random.SeedSequence(seed, spawn_key=(count, zlib.crc32(purpose.encode())))
    )


def sobol_points(n_dimensions: int, start: int, n_points: int, rng: np.random.Generator) -> FloatArray:
    """Return points ``start`` to ``start + n_points`` of a scrambled Sobol sequence, in [0, 1)."""
    # scipy.stats takes longer to load than most commands take that never ask for a point
    from scipy.stats import qmc

    exponent = max(int(start + n_points - 1).bit_length(), 0)
    return np.asarray(
        qmc.Sobol(n_dimensions, scramble=True, rng=rng).random_base2(exponent)[start:][:n_points]
    )
