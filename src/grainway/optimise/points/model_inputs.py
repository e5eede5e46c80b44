"""From a point of the design space to the numbers that the surrogate sees.

Without features these are the encoded values. With features (the realised angle, Σ, inclination, plane
spacing ... of the boundary that the point snaps to) they are the features scaled to [0, 1] over the design
space, and the one-hot columns of the categorical parameters. Two points that snap to one boundary then
are one point to the surrogate.

Names with a meaning: ``sigma`` (coincidence index, taken as its logarithm), ``angle`` or ``angle_deg``
(misorientation, degrees) and ``deviation_deg`` (angle from the coincidence that ``sigma`` names, when the
boundary is not an exact one). With ``sigma`` present the surrogate gets the coincidence feature.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from grainway.array_types import FloatArray, IndexArray
from grainway.design_space import Categorical, DesignSpace, Values
from grainway.errors import ConfigError, StructureError
from grainway.optimise.points.coincidence_feature import AT_COINCIDENCE_DEG, CoincidenceTable
from grainway.optimise.points.reproducible_draws import sobol_points, stream

Features = Callable[[Values], Mapping[str, float]]

N_REFERENCE = 512
"""Points from which ranges and families are learnt: a kind of one in a hundred is missed once in 170
spaces."""

ANGLE_NAMES = ("angle_deg", "angle", "disorientation_deg", "misorientation_deg")


@dataclass(frozen=True, slots=True, eq=False)
class Points:
    """Points as the surrogate and the failure model see them.

    Attributes:
        columns: surrogate inputs, shape (n, n_columns), about [0, 1].
        units: one number in [0, 1] per parameter, shape (n, n_parameters).
        family: index of the crystallographic family, shape (n,).
        scaled_deviation: Δθ_k √Σ_k to each coincidence, shape (n, n_coincidences), degrees.
        sigma: Σ_k, shape (n, n_coincidences).
    """

    columns: FloatArray
    units: FloatArray
    family: IndexArray
    scaled_deviation: FloatArray
    sigma: FloatArray

    def __len__(self) -> int:
        return len(self.columns)

    def take(self, index: npt.ArrayLike) -> Points:
        """Return the points at these positions (or where a mask is set)."""
        i = np.asarray(index)
        return Points(self.columns[i], self.units[i], self.family[i], self.scaled_deviation[i], self.sigma[i])

    def join(self, other: Points) -> Points:
        """Return these points followed by others."""
        return Points(
            np.concatenate([self.columns, other.columns]),
            np.concatenate([self.units, other.units]),
            np.concatenate([self.family, other.family]),
            np.concatenate([self.scaled_deviation, other.scaled_deviation]),
            np.concatenate([self.sigma, other.sigma]),
        )

    def without_repetition(self) -> Points:
        """Return the points that the surrogate can tell apart, each where it stands first."""
        first: dict[bytes, int] = {}
        for i, key in enumerate(self.keys()):
            first.setdefault(key, i)
        return self.take(np.array(list(first.values()), dtype=np.intp))

    def keys(self) -> list[bytes]:
        """Return one key per point, equal where the surrogate sees no difference."""
        # adding 0.0 turns -0.0 into 0.0, whose bytes differ
        return [row.tobytes() for row in np.round(self.columns, 9) + 0.0]


class ModelInputs:
    """The map from points to surrogate inputs; it depends on the design space and the features alone."""

    def __init__(self, space: DesignSpace, features: Features | None = None) -> None:
        self.space = space
        self._features = features
        self._seen: dict[tuple[object, ...], dict[str, float] | None] = {}
        self._names: tuple[str, ...] = ()
        self._low = self._span = np.zeros(0)
        self._kept = np.zeros(0, dtype=np.intp)
        self.table: CoincidenceTable | None = None
        self.n_coincidences = 0
        self._n_family_columns = sum(p.n_columns for p in space.parameters if isinstance(p, Categorical))
        if features is None:
            self.groups = np.array(space.column_parameters, dtype=np.intp)
            return
        self._learn_scale()

    def buildable(self, values: Values) -> bool:
        """Tell whether the features exist: a StructureError says that the point cannot be built."""
        return self._features is None or self._realise(values) is not None

    def points(self, points: Sequence[Values]) -> Points:
        """Return the surrogate inputs of buildable points."""
        n = len(points)
        units = self.space.to_units(points)
        if self._features is None:
            columns = np.array([self.space.encode(v) for v in points]).reshape(n, self.space.n_columns)
            empty = np.zeros((n, 0))
            return Points(columns, units, np.zeros(n, dtype=np.intp), empty, empty)
        raw = self._raw(points)
        families = self._family_columns(points)
        scaled = (self._transformed(raw)[:, self._kept] - self._low) / self._span
        columns = np.hstack([scaled, families])
        family = self._family(raw, families)
        deviation, sigma = self._coincidences(raw, family)
        return Points(columns, units, family, deviation, sigma)

    def nearest_sigma(self, points: Points) -> FloatArray:
        """Return Σ of the coincidence that each point is at, infinite away from all of them, shape (n,)."""
        if self.n_coincidences == 0 or len(points) == 0:
            return np.full(len(points), np.inf)
        at = points.scaled_deviation < AT_COINCIDENCE_DEG
        return np.asarray(np.where(at, points.sigma, np.inf).min(axis=1))

    def _learn_scale(self) -> None:
        """Learn the features' ranges, the families and the coincidences on a fixed sample of the space."""
        units = sobol_points(len(self.space.parameters), 0, N_REFERENCE, stream(0, 0, "reference"))
        points = [values for u in units if self.buildable(values := self.space.from_unit(u))]
        if len(points) < 2:
            raise ConfigError.about(
                "features",
                f"{len(points)} buildable of {N_REFERENCE}",
                "a space that can be built",
                "Widen it.",
            )
        raw = self._raw(points)
        families = self._family_columns(points)
        transformed = self._transformed(raw)
        low, high = transformed.min(axis=0), transformed.max(axis=0)
        duplicated = np.array(
            [any(np.array_equal(transformed[:, i], f) for f in families.T) for i in range(raw.shape[1])]
        )
        self._kept = np.flatnonzero((high - low > 1e-12 * np.maximum(np.abs(high), 1.0)) & ~duplicated)
        if self._kept.size == 0 and families.shape[1] == 0:
            raise ConfigError.about(
                "features", list(self._names), "numbers that vary over the space", "Return realised features."
            )
        self._low, self._span = low[self._kept], (high - low)[self._kept]
        categorical = [i for i, p in enumerate(self.space.parameters) if isinstance(p, Categorical)]
        widths = [self.space.parameters[i].n_columns for i in categorical]
        own = _groups([self._names[i] for i in self._kept])
        first = int(own.max()) + 1 if own.size else 0
        self.groups = np.concatenate([own, np.repeat(np.arange(first, first + len(widths)), widths)]).astype(
            np.intp
        )
        binary = ((transformed == 0.0) | (transformed == 1.0)).all(axis=0) & (high > low)
        named_axis = np.array(["axis" in name.lower() for name in self._names])
        self._binary = np.flatnonzero(binary & named_axis if (binary & named_axis).any() else binary)
        if "sigma" in self._names:
            if (raw[:, self._names.index("sigma")] < 1).any():
                raise ConfigError.about(
                    "features['sigma']", "below 1", "a coincidence index", "Return Σ >= 1."
                )
            angle = self._angle_column()
            if angle is not None and "deviation_deg" not in self._names:
                sigma = raw[:, self._names.index("sigma")]
                self.table = CoincidenceTable.from_points(raw[:, angle], sigma, self._family(raw, families))
                self.n_coincidences = self.table.angle.size
            else:
                self.n_coincidences = 1

    def _coincidences(self, raw: FloatArray, family: IndexArray) -> tuple[FloatArray, FloatArray]:
        """Return Δθ_k √Σ_k and Σ_k of each point."""
        n = len(raw)
        if self.n_coincidences == 0:
            return np.zeros((n, 0)), np.zeros((n, 0))
        angle = self._angle_column()
        if self.table is not None and angle is not None:
            sigma = np.broadcast_to(self.table.sigma, (n, self.n_coincidences))
            return self.table.scaled_deviation(raw[:, angle], family), sigma
        own = raw[:, [self._names.index("sigma")]]
        if "deviation_deg" in self._names:
            return np.abs(raw[:, [self._names.index("deviation_deg")]]) * np.sqrt(own), own
        return np.zeros((n, 1)), own

    def _angle_column(self) -> int | None:
        return next((self._names.index(name) for name in ANGLE_NAMES if name in self._names), None)

    def _transformed(self, raw: FloatArray) -> FloatArray:
        if "sigma" not in self._names:
            return raw
        out = raw.copy()
        column = self._names.index("sigma")
        out[:, column] = np.log10(np.maximum(raw[:, column], 1.0))
        return out

    def _family_columns(self, points: Sequence[Values]) -> FloatArray:
        rows = [
            [c for p in self.space.parameters if isinstance(p, Categorical) for c in p.encode(values[p.name])]
            for values in points
        ]
        return np.array(rows).reshape(len(points), self._n_family_columns)

    def _family(self, raw: FloatArray, families: FloatArray) -> IndexArray:
        """Number the families by their yes-or-no features, or by the categorical parameters without any."""
        bits = raw[:, self._binary] if self._binary.size else families
        codes = (bits > 0.5).astype(np.int64) @ (1 << np.arange(bits.shape[1], dtype=np.int64))
        return np.asarray(codes, dtype=np.intp)

    def _raw(self, points: Sequence[Values]) -> FloatArray:
        rows = []
        for values in points:
            realised = self._realise(values)
            if realised is None:
                raise ConfigError.about("values", values, "a point that can be built", "Tell it as failed.")
            rows.append([realised[name] for name in self._names])
        return np.array(rows, dtype=np.float64).reshape(len(points), len(self._names))

    def _realise(self, values: Values) -> dict[str, float] | None:
        """Call the features once per point, since snapping to a boundary is not free."""
        assert self._features is not None  # noqa: S101 - narrows the type; callers have checked
        key = tuple(values.items())
        if key not in self._seen:
            try:
                realised = {str(k): float(v) for k, v in self._features(dict(values)).items()}
            except StructureError:
                self._seen[key] = None
                return None
            if not self._names:
                self._names = tuple(realised)
            if set(realised) != set(self._names):
                raise ConfigError.about(
                    "features",
                    sorted(realised),
                    f"{sorted(self._names)} at every point",
                    "Return the same names.",
                )
            for name, value in realised.items():
                if not math.isfinite(value):
                    raise ConfigError.about(
                        f"features[{name!r}]", value, "a finite number", "Return a number."
                    )
            self._seen[key] = realised
        return self._seen[key]


def _groups(names: Sequence[str]) -> IndexArray:
    """Number the features by length scale: cosine and sine of one phase share it."""
    stems = [name.removesuffix("_cos").removesuffix("_sin") for name in names]
    numbers = {stem: number for number, stem in enumerate(dict.fromkeys(stems))}
    return np.array([numbers[stem] for stem in stems], dtype=np.intp)
