"""What the text of a NEP file promises, checked before anything is computed with it.

The format is that of GPUMD (https://gpumd.org/potentials/nep.html): a header of keywords, then one number a
line. The adapter that evaluates a model trusts the header: a truncated file would end it with a memory fault.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path

import numpy as np

from grainway.errors import ConfigError

_PLAIN, _WITH_ZBL = "nep4", "nep4_zbl"
_KEYWORDS = ("cutoff", "n_max", "basis_size", "l_max", "ANN")
_ZBL_NUMBERS_PER_PAIR = 10
_REMEDY = "Give a complete nep4 file that describes an energy, as GPUMD or torchnep write it."


@dataclass(frozen=True, slots=True, kw_only=True)
class NEPFile:
    """A NEP model as its file holds it.

    Attributes:
        elements: that it describes, in its own order.
        radial_cutoff: the largest, Å.
        angular_cutoff: the largest, Å.
        content: of the file.
        digest: sha256 of the content.
    """

    elements: tuple[str, ...]
    radial_cutoff: float
    angular_cutoff: float
    content: bytes = field(repr=False)
    digest: str


def read_nep(path: Path) -> NEPFile:
    """Read a NEP file.

    Raises:
        ConfigError: when it cannot be read, is no nep4 model of an energy, or is not complete.
    """
    try:
        content = path.read_bytes()
    except OSError as error:
        raise ConfigError.about(
            "potential.files", str(path), f"it cannot be read ({error.strerror})", "Check the path."
        ) from error
    try:
        elements, header, numbers = _parse(content.decode("utf-8"))
        radial, angular = _cutoffs(header["cutoff"], len(elements))
        wanted = _count(len(elements), header)
    except (ValueError, KeyError, IndexError) as error:
        raise ConfigError.about(
            "potential.files", str(path), f"its header or its numbers cannot be read ({error})", _REMEDY
        ) from error
    if len(numbers) != wanted or not np.isfinite(numbers).all():
        raise ConfigError.about(
            "potential.files",
            str(path),
            f"its header asks for {wanted} finite numbers and {int(np.isfinite(numbers).sum())} follow",
            _REMEDY,
        )
    return NEPFile(
        elements=elements,
        radial_cutoff=radial,
        angular_cutoff=angular,
        content=content,
        digest=sha256(content).hexdigest(),
    )


def _parse(
    text: str,
) -> tuple[tuple[str, ...], dict[str, list[str]], np.ndarray[tuple[int], np.dtype[np.float64]]]:
    """Return the elements, the words of each keyword and the numbers."""
    lines = [line for line in text.splitlines() if line.strip()]
    kind, n_elements, *elements = lines[0].split()
    if kind not in (_PLAIN, _WITH_ZBL):
        raise ValueError(f"it begins with {kind!r} instead of {_PLAIN} or {_WITH_ZBL}")
    if len(elements) != int(n_elements) or len(set(elements)) != len(elements) or not elements:
        raise ValueError(f"{n_elements} elements are announced and {' '.join(elements) or 'none'} follow")
    keywords = (("zbl",) if kind == _WITH_ZBL else ()) + _KEYWORDS
    header = {}
    for keyword, line in zip(keywords, lines[1:], strict=False):
        found, *words = line.split()
        if found != keyword:
            raise ValueError(f"{found!r} stands where {keyword} is expected")
        header[keyword] = words
    return tuple(elements), header, np.array(lines[1 + len(keywords) :], dtype=np.float64)


def _cutoffs(words: list[str], n_elements: int) -> tuple[float, float]:
    """Return the largest radial and angular cut-off: one of each, or one of each per element."""
    values = [float(word) for word in words[:-2]]  # the last two say how many neighbours were met
    if len(values) not in (2, 2 * n_elements):
        raise ValueError(f"cutoff gives {len(values)} lengths, 2 or {2 * n_elements} are expected")
    radial, angular = max(values[::2]), max(values[1::2])
    if not 0 < angular <= radial < np.inf:
        raise ValueError(f"cutoff {radial:g} {angular:g}: the angular one must not be longer than the radial")
    return radial, angular


def _count(n_elements: int, header: dict[str, list[str]]) -> int:
    """Return how many numbers a model of this header has."""
    n_radial, n_angular = (int(word) + 1 for word in header["n_max"])
    k_radial, k_angular = (int(word) + 1 for word in header["basis_size"])
    highest, *more = (int(word) for word in header["l_max"])
    neurons = int(header["ANN"][0])
    dimension = n_radial + n_angular * (highest + sum(order > 0 for order in more))
    network = n_elements * neurons * (dimension + 2) + 1
    expansion = n_elements**2 * (n_radial * k_radial + n_angular * k_angular)
    # cut-offs of 0 announce a table of own ones for each pair
    tabulated = "zbl" in header and all(float(word) == 0 for word in header["zbl"])
    pairs = n_elements * (n_elements + 1) // 2
    return network + expansion + dimension + (_ZBL_NUMBERS_PER_PAIR * pairs if tabulated else 0)
