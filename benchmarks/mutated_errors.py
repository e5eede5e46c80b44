"""Standard errors that mutations.py halves and doubles, and the tests that must notice."""

from __future__ import annotations

from mutation import Mutation

_ANALYSIS = "tests/analysis/"
_COVERAGE = _ANALYSIS + "statistics/test_coverage.py"
_STATED = _ANALYSIS + "statistics/test_stated_errors.py"
_COMPOSED = _ANALYSIS + "composition/test_composition_errors.py"


def _bar(name: str, before: str, after: str, path: str, which: str) -> list[Mutation]:
    return _pair(name, before, after, (path, "-k", f"scatter and ({which})"))


def _pair(name: str, before: str, after: str, tests: tuple[str, ...]) -> list[Mutation]:
    """Return the two mutations of an error bar; FACTOR stands for what it is multiplied by."""
    return [
        Mutation(f"error of {name} {word}", before, after.replace("FACTOR", factor), tests)
        for word, factor in (("halved", "0.5"), ("doubled", "2.0"))
    ]


def _bulk(name: str, before: str, after: str, quantity: str = "") -> list[Mutation]:
    test = "test_no_error_of_the_bulk_is_half_or_twice_the_scatter"
    return _pair(name, before, after, (f"{_COVERAGE}::{test}[{quantity or name}]",))


def _across(name: str, before: str, after: str) -> list[Mutation]:
    return _bar(name, before, after, _COVERAGE, "boundary")


def _collective(method: str) -> list[Mutation]:
    # of what is stated: a reading whose own variance is too small is overruled by blocks of time
    before = 'return Estimate(value, value * relative, "Å²/ps", min(max('
    return _bulk(method, before, before.replace("value * relative", "FACTOR * value * relative"))


ERROR_BARS: tuple[Mutation, ...] = (
    *_bulk(
        "tracer",
        "return Estimate(value, total, UNIT, min(n_independent,",
        "return Estimate(value, FACTOR * total, UNIT, min(n_independent,",
        "tracer",
    ),
    *_bulk(
        "tracer along an axis",
        "x, y, z = (_estimate(fitted, slice(axis, axis + 1), bounded) for axis in range(3))",
        "x, y, z = (Estimate(e.value, FACTOR * e.standard_error, e.unit, e.n_independent, e.bound) for e in "
        "(_estimate(fitted, slice(axis, axis + 1), bounded) for axis in range(3)))",
        "tracer along an axis",
    ),
    *_bulk(
        "a quantity in another unit",
        "self.value * factor, self.standard_error * factor, unit,",
        "self.value * factor, FACTOR * self.standard_error * factor, unit,",
        "Nernst-Einstein",
    ),
    *_collective("einstein"),
    *_collective("green-kubo"),
    *_collective("spectral"),
    *_bulk(
        "haven",
        'return Estimate(value, value * relative, "1", collective.n_independent)',
        'return Estimate(value, FACTOR * value * relative, "1", collective.n_independent)',
    ),
    *_bulk(
        "D_xy",
        "errors = np.hypot(scatter, shot)",
        "errors = FACTOR * np.hypot(scatter, shot)",
    ),
    *_bulk(
        "sigma_xy",
        "errors = np.sqrt(_wishart(values) * np.outer(relative, relative))",
        "errors = FACTOR * np.sqrt(_wishart(values) * np.outer(relative, relative))",
    ),
    *_bulk(
        "blocks of time",
        "return Estimate(float(per_block.mean()), math.sqrt(variance), unit, freedom + 1.0)",
        "return Estimate(float(per_block.mean()), FACTOR * math.sqrt(variance), unit, freedom + 1.0)",
    ),
    *_across(
        "a resistance",
        "return Estimate(value, math.sqrt(variance), RESISTANCE_UNIT, value**2 / shot)",
        "return Estimate(value, FACTOR * math.sqrt(variance), RESISTANCE_UNIT, value**2 / shot)",
    ),
    *_across(
        "the band diffusivity",
        'return Estimate(value, value * relative, "Å²/ps", 1 / shot)',
        'return Estimate(value, FACTOR * value * relative, "Å²/ps", 1 / shot)',
    ),
    *_across(
        "a density",
        "self.density * np.sqrt(np.diag(",
        "FACTOR * self.density * np.sqrt(np.diag(",
    ),
    *_across(
        "a local diffusivity",
        "self.diffusivity * np.sqrt(np.diag(",
        "FACTOR * self.diffusivity * np.sqrt(np.diag(",
    ),
    *_across(
        "a local resistivity",
        "self.resistivity * np.sqrt(np.diag(",
        "FACTOR * self.resistivity * np.sqrt(np.diag(",
    ),
    *_across(
        "D along a slab",
        "return Estimate(value, math.hypot(error, value * relative_hop_error(hops)), UNIT, hops)",
        "return Estimate(value, FACTOR * math.hypot(error, value * relative_hop_error(hops)), UNIT, hops)",
    ),
    *_across(
        "the excess conductance",
        "total_error = math.hypot(",
        "total_error = FACTOR * math.hypot(",
    ),
    *_across(
        "a difference, and with it ASR",
        "error = math.hypot(self.standard_error, other.standard_error)",
        "error = FACTOR * math.hypot(self.standard_error, other.standard_error)",
    ),
    *_across(
        "a ratio, and with it D_gb/D_bulk",
        "error = abs(value) * math.hypot(*relative)",
        "error = FACTOR * abs(value) * math.hypot(*relative)",
    ),
    *_bar(
        "a product",
        "error = math.hypot(other.value * self.standard_error, self.value * other.standard_error)",
        "error = FACTOR * math.hypot(other.value * self.standard_error, self.value * other.standard_error)",
        _STATED,
        "algebra",
    ),
    *_bar(
        "a reciprocal",
        "error = abs(value) * self.standard_error / abs(self.value)",
        "error = FACTOR * abs(value) * self.standard_error / abs(self.value)",
        _STATED,
        "algebra",
    ),
    *_bar(
        "a logarithm",
        "error = self.standard_error / (self.value * math.log(10))",
        "error = FACTOR * self.standard_error / (self.value * math.log(10))",
        _STATED,
        "algebra",
    ),
    *_bar(
        "an average of frames, and with it enrichment and vacancies",
        "return Estimate(float(series.mean()), error, unit, float(n_blocks))",
        "return Estimate(float(series.mean()), FACTOR * error, unit, float(n_blocks))",
        _COMPOSED,
        "lithium_gas or broken_bonds",
    ),
    *_bar(
        "a density of the grains",
        "density = Estimate(mean, float(np.sum(1 / errors**2) ** -0.5),",
        "density = Estimate(mean, FACTOR * float(np.sum(1 / errors**2) ** -0.5),",
        _COMPOSED,
        "lithium_gas",
    ),
    *_bar(
        "the excess by volume",
        "plateau.density.standard_error * volume * per_area,",
        "FACTOR * plateau.density.standard_error * volume * per_area,",
        _COMPOSED,
        "lithium_gas",
    ),
    *_bar(
        "an enrichment, further errors in it",
        "error = math.hypot(self.standard_error, *errors)",
        "error = FACTOR * math.hypot(self.standard_error, *errors)",
        _COMPOSED,
        "lithium_gas",
    ),
    *_bar(
        "an activation energy",
        'slope.value, slope.statistics, "eV", slope.samples)',
        'slope.value, FACTOR * slope.statistics, "eV", slope.samples)',
        _STATED,
        "ladder",
    ),
    *_bar(
        "a predicted quantity",
        "return Estimate(value, value * known.error, self.unit, known.samples)",
        "return Estimate(value, FACTOR * value * known.error, self.unit, known.samples)",
        _STATED,
        "ladder",
    ),
    *_bar(
        "a predicted logarithm",
        "error = known.error / math.log(10)",
        "error = FACTOR * known.error / math.log(10)",
        _STATED,
        "ladder",
    ),
    *_bar(
        "the curvature beyond a ladder",
        "SEEN_SHARE * (first * weight[:, None]).T @ second",
        "FACTOR**2 * SEEN_SHARE * (first * weight[:, None]).T @ second",
        _ANALYSIS + "statistics/test_extrapolation.py",
        "laws_drawn",
    ),
    *_bar(
        "a slope of a regression",
        'return Estimate(float(fit.coefficients[column]), error, "decades", samples)',
        'return Estimate(float(fit.coefficients[column]), FACTOR * error, "decades", samples)',
        _STATED,
        "campaign",
    ),
    *_bar(
        "a mean of a population",
        "return Estimate(mean, math.sqrt(variance), values[0].unit, 1 / concentration)",
        "return Estimate(mean, FACTOR * math.sqrt(variance), values[0].unit, 1 / concentration)",
        _STATED,
        "campaign",
    ),
    *_bar(
        "a shrunken value",
        "Estimate(float(mean + (1 - b) * (v - mean)), math.sqrt(p), e.unit, float(k))",
        "Estimate(float(mean + (1 - b) * (v - mean)), FACTOR * math.sqrt(p), e.unit, float(k))",
        _STATED,
        "campaign",
    ),
    *_bar(
        "the offset of a model",
        "math.sqrt(max(observed, float(variance.mean())) / n),",
        "FACTOR * math.sqrt(max(observed, float(variance.mean())) / n),",
        _STATED,
        "campaign",
    ),
    *_bar(
        "a mean of replicas",
        "mean = Estimate(fmean(e.value for e in estimates), scatter,",
        "mean = Estimate(fmean(e.value for e in estimates), FACTOR * scatter,",
        _STATED,
        "campaign",
    ),
    *_bar(
        "a conductivity in a field",
        'value = Estimate(slope, error, "e2/(A ps eV)", n_independent)',
        'value = Estimate(slope, FACTOR * error, "e2/(A ps eV)", n_independent)',
        _STATED,
        "field",
    ),
    *_bar(
        "the even share of a field",
        'float(sqrt(v) / abs(o)), "1", freedom + 1)',
        'FACTOR * float(sqrt(v) / abs(o)), "1", freedom + 1)',
        _STATED,
        "field",
    ),
    *_bar(
        "the cubic share of a field",
        "abs(cubic_error * share)",
        "abs(FACTOR * cubic_error * share)",
        _STATED,
        "field",
    ),
    *_bar(
        "what depends on shared inputs, polycrystals among it",
        "error = math.hypot(*(slope * estimate.standard_error for estimate, slope in terms))",
        "error = FACTOR * math.hypot(*(slope * estimate.standard_error for estimate, slope in terms))",
        _STATED,
        "polycrystal",
    ),
)
