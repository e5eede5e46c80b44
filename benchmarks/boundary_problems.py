"""Synthetic boundaries with a known best one: what the engines of the optimiser are compared on.

Six variables as in a campaign: tilt axis, misorientation (snapped to the coincidence boundaries about the
axis), inclination, width in layers, rigid translation (periodic) and lithium excess. The objective is log10
of the resistivity. Every seed is another function: levels, curvatures, optima and couplings, and depth, width
and Σ exponent of the cusps are drawn anew, so that none can be tuned to. Nothing is simply additive: a cusp
is deepest at one inclination and fades away from it, the best lithium excess moves with inclination, the best
translation differs from axis to axis, and the curvature by width from boundary to boundary.

========== =============================================================================================
smooth     no coincidence structure at all
cusps      exp(−u) cusps at the coincidences of Σ ≤ 33, u = Δθ √Σ / w, depth ∝ Σ^−p, another depth by axis
rs         the shape of Read and Shockley, 1 − u (1 − ln u) for u < 1, at the same places
scattered  as cusps, but each coincidence has a depth of its own: a factor exp(0.4 N(0, 1))
misplaced  as cusps, but at angles that have nothing to do with low Σ: the coincidence feature misleads
========== =============================================================================================

An evaluation has a known standard error of 0.1 to 0.3 decades, and one in twenty points fails, always.
"""

from __future__ import annotations

import math
import zlib
from dataclasses import dataclass
from functools import cached_property
from math import gcd

import numpy as np
import numpy.typing as npt

from grainway.design_space import Categorical, Continuous, DesignSpace, Integer, Values

FloatArray = npt.NDArray[np.float64]

AXES = {"001": 1, "110": 2, "111": 3}
"""Axis and its squared length."""
SPACE = DesignSpace(
    (
        Categorical("axis", tuple(AXES)),
        Continuous("angle_deg", 5.0, 62.0),
        Continuous("inclination_deg", 0.0, 45.0),
        Integer("width_layers", 1, 8),
        Continuous("translation", 0.0, 1.0),
        Continuous("lithium_excess", -1.0, 1.0),
    )
)
STRUCTURED = ("cusps", "rs", "scattered")
"""Problems with coincidence structure."""
PROBLEMS = (*STRUCTURED, "smooth", "misplaced")
LARGEST_SIGMA, LARGEST_CUSP_SIGMA = 300, 33
FAILING = 0.05


def tilt_boundaries(norm: int) -> FloatArray:
    """Return angle and Σ of the tilts about an axis of squared length ``norm`` (Ranganathan 1966)."""
    found = {}
    for m in range(1, 60):
        for n in range(1, 30):
            if gcd(m, n) != 1:
                continue
            sigma = m * m + norm * n * n
            while sigma % 2 == 0:
                sigma //= 2
            angle = math.degrees(2.0 * math.atan2(n * math.sqrt(norm), m))
            if SPACE.parameters[1].low <= angle <= SPACE.parameters[1].high and sigma < LARGEST_SIGMA:
                found[round(angle, 4)] = sigma
    return np.array(sorted(found.items()), dtype=np.float64)


BOUNDARIES = {axis: tilt_boundaries(norm) for axis, norm in AXES.items()}


def snap(values: Values) -> tuple[float, float]:
    """Return angle and Σ of the nearest boundary about the axis."""
    table = BOUNDARIES[str(values["axis"])]
    angle, sigma = table[np.argmin(np.abs(table[:, 0] - float(values["angle_deg"])))]
    return float(angle), float(sigma)


def features(values: Values) -> dict[str, float]:
    """Return what a campaign would know of the snapped boundary."""
    angle, sigma = snap(values)
    phase = 2.0 * math.pi * float(values["translation"])
    return {
        "angle_deg": angle,
        "sigma": sigma,
        "inclination_deg": float(values["inclination_deg"]),
        "width_layers": float(values["width_layers"]),
        "translation_cos": math.cos(phase),
        "translation_sin": math.sin(phase),
        "lithium_excess": float(values["lithium_excess"]),
    }


@dataclass(frozen=True)
class Problem:
    """One function of one kind.

    Attributes:
        kind: one of :data:`PROBLEMS`.
        seed: draws its parameters.
    """

    kind: str
    seed: int

    @cached_property
    def _drawn(self) -> dict[str, FloatArray]:
        rng = np.random.default_rng([zlib.crc32(b"boundary problem"), self.seed])
        drawn = {
            "offset": rng.normal(0.0, 0.25, 3),
            "angle": np.array([rng.uniform(0.1, 0.4), rng.uniform(0.0, 2.0 * math.pi)]),
            "inclination": np.array([rng.uniform(0.2, 0.8), rng.uniform(5.0, 40.0)]),
            "width": np.array([rng.uniform(0.02, 0.06), rng.uniform(2.0, 6.0)]),
            "translation": np.array([rng.uniform(0.08, 0.25), *rng.uniform(0.0, 1.0, 3)]),
            "lithium": np.array([rng.uniform(0.15, 0.5), rng.uniform(-0.6, 0.6), rng.uniform(-0.5, 0.5)]),
            "depth": rng.uniform(1.0, 3.0, 3),
            "shape": np.array([rng.uniform(6.0, 16.0), rng.uniform(0.4, 0.6)]),
            "fading": np.array([rng.uniform(0.0, 0.6), rng.uniform(0.0, 45.0)]),
        }
        for i, axis in enumerate(AXES):
            table = BOUNDARIES[axis]
            low, high = (table[:, 1] <= LARGEST_CUSP_SIGMA).nonzero()[0], table[:, 1] > 2 * LARGEST_CUSP_SIGMA
            drawn[f"scatter {axis}"] = np.exp(0.4 * rng.standard_normal(low.size))
            wrong = rng.choice(high.nonzero()[0], low.size, replace=False)
            drawn[f"cusps {axis}"] = np.column_stack([table[low], np.full(low.size, drawn["depth"][i])])
            drawn[f"wrong {axis}"] = table[wrong, 0]
        return drawn

    def cusp(self, axis: str, angle: float) -> float:
        """Return by how much coincidence lowers log10 of the resistivity at an angle about an axis."""
        if self.kind == "smooth":
            return 0.0
        places, sigma, depth = self._drawn[f"cusps {axis}"].T
        if self.kind == "misplaced":
            places = self._drawn[f"wrong {axis}"]
        if self.kind == "scattered":
            depth = depth * self._drawn[f"scatter {axis}"]
        width, exponent = self._drawn["shape"]
        u = np.abs(angle - places) * np.sqrt(sigma) / width
        if self.kind == "rs":
            inside = np.clip(u / 2.0, 1e-12, 1.0)
            shape = 1.0 - inside * (1.0 - np.log(inside))
        else:
            shape = np.exp(-u)
        return float(np.max(depth * sigma**-exponent * shape))

    def truth(self, values: Values) -> float:
        """Return log10 of the true resistivity."""
        axis, (angle, _) = str(values["axis"]), snap(values)
        inclination = float(values["inclination_deg"])
        i, drawn = list(AXES).index(axis), self._drawn
        phase = 2.0 * math.pi * (float(values["translation"]) - drawn["translation"][1 + i])
        return (
            self._of_boundary(axis, angle, inclination)
            + self._of_width(angle, int(values["width_layers"]))
            + self._of_lithium(inclination, float(values["lithium_excess"]))
            - float(drawn["translation"][0]) * math.cos(phase)
        )

    @cached_property
    def _cusps(self) -> dict[tuple[str, float], float]:
        return {
            (axis, float(angle)): self.cusp(axis, float(angle))
            for axis, table in BOUNDARIES.items()
            for angle in table[:, 0]
        }

    def _of_boundary(self, axis: str, angle: float, inclination: float) -> float:
        drawn, i = self._drawn, list(AXES).index(axis)
        y = 4.0 + drawn["offset"][i]
        y += drawn["angle"][0] * math.cos(math.radians(4.0 * angle) + drawn["angle"][1] + i)
        y += drawn["inclination"][0] * ((inclination - drawn["inclination"][1]) / 30.0) ** 2
        fading, best = drawn["fading"]
        left = 1.0 - fading * min(abs(inclination - best) / 22.5, 1.0)
        return float(y - left * self._cusps[axis, angle])

    def _of_width(self, angle: float, layers: int) -> float:
        strength, best = self._drawn["width"]
        return float(strength * (1.0 + 0.5 * math.sin(angle)) * (layers - best) ** 2)

    def _of_lithium(self, inclination: float, lithium: float) -> float:
        strength, best, coupling = self._drawn["lithium"]
        return float(strength * (lithium - best - coupling * (inclination - 22.5) / 22.5) ** 2)

    @cached_property
    def minimum(self) -> float:
        """The true minimum: a search over boundaries and inclinations, the rest is separable."""
        drawn = self._drawn
        _, best, coupling = drawn["lithium"]
        layers = min(range(1, 9), key=lambda n: abs(n - drawn["width"][1]))
        lowest = math.inf
        for inclination in np.linspace(0.0, 45.0, 181):
            wanted = float(np.clip(best + coupling * (inclination - 22.5) / 22.5, -1.0, 1.0))
            lithium = self._of_lithium(float(inclination), wanted)
            for axis, table in BOUNDARIES.items():
                for angle in table[:, 0]:
                    y = self._of_boundary(axis, float(angle), float(inclination))
                    lowest = min(lowest, y + self._of_width(float(angle), layers) + lithium)
        return lowest - float(drawn["translation"][0])

    def regret(self, values: Values) -> float:
        """Return by how much a point is worse than the best one, decades."""
        return self.truth(values) - self.minimum

    def fails(self, values: Values) -> bool:
        """Tell whether a point fails; the same boundary and build always does or never."""
        key = repr([(name, round(v, 2) if isinstance(v, float) else v) for name, v in values.items()])
        return zlib.crc32(f"{self.seed}:{key}".encode()) < FAILING * 2**32

    def evaluation(self, values: Values, number: int) -> tuple[float, float]:
        """Return a noisy value and its standard error; the noise depends on the evaluation's number alone."""
        rng = np.random.default_rng([self.seed, number, 7])
        se = float(rng.uniform(0.1, 0.3))
        return self.truth(values) + se * float(rng.standard_normal()), se
