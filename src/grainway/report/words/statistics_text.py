"""Effects and comparisons as sentences and rows, for the page and the terminal."""

from typing import Any

from grainway.analysis import Coefficient, PolycrystalGain
from grainway.campaign import CampaignSummary
from grainway.report.findings.campaign_statistics import CampaignStatistics
from grainway.report.findings.conventional import Conventional
from grainway.report.findings.effects import Effects
from grainway.report.words.numbers import interval, show, significant

_SURE = 0.05
_LEAST_P = 0.001
_WIDE_DECADES = 0.05
"""Half a width from which an interval is given to 0.01 decades."""


def effects_content(statistics: CampaignStatistics) -> dict[str, Any]:
    """Return the regression, ready for the template; ``reason`` says why there is none."""
    found = statistics.effects
    if isinstance(found, str):
        return {"reason": found}
    regression = found.regression
    low, high = regression.scatter_interval
    return {
        "reason": None,
        "n": regression.n,
        "left_out": found.n_left_out,
        "freedom": regression.n - len(regression.coefficients) - 1,
        "rows": [_coefficient_row(c) for c in regression.coefficients],
        "verdict": effects_verdict(found),
        "scatter": significant(regression.scatter, 2),
        "scatter_interval": interval_text(low, high),
        "predictive_share": f"{regression.predictive_share:.2f}",
        "dropped": [{"name": d.name, "reason": d.reason} for d in regression.dropped],
    }


def effects_verdict(found: Effects) -> str:
    """Say in one sentence which effects are beyond chance."""
    coefficients = found.regression.coefficients
    sure = sorted((c for c in coefficients if c.p_adjusted < _SURE), key=lambda c: c.p_adjusted)
    asked = f"{len(coefficients)} {'predictor' if len(coefficients) == 1 else 'predictors'}"
    if not sure:
        return f"None of {asked} has an effect that is distinguishable from none."
    listed = "; ".join(
        f"{c.name}, {c.per_deviation.value:+.2g} decades per standard deviation ({_p_is(c.p_adjusted)})"
        for c in sure
    )
    return f"Of {asked} {len(sure)} {'has' if len(sure) == 1 else 'have'} an effect beyond chance: {listed}."


def conventional_content(summary: CampaignSummary, statistics: CampaignStatistics) -> dict[str, Any]:
    """Return the comparison with the baseline, ready for the template; ``reason`` says why there is none."""
    found = statistics.conventional
    if isinstance(found, str):
        return {"reason": found}
    base = found.baseline.logarithm
    low, high = base.interval(0.95)
    return {
        "reason": None,
        "description": found.baseline.description,
        "resistivity": significant(_power(base.value)),
        "interval": interval(_power(low), _power(high)),
        "effective": f"{base.n_independent:.1f}" if base.n_independent < 1000 else None,
        "mackenzie": summary.config.objective.baseline == "mackenzie",
        "rows": [
            {
                "role": candidate.role,
                "number": candidate.number,
                "label": candidate.label,
                "basis": candidate.basis,
                "difference": show(comparison.difference),
                "factor": significant(comparison.factor),
                "interval": interval(*comparison.factor_interval),
                "p": p_text(comparison.p_value),
                "p_adjusted": p_text(comparison.p_adjusted),
            }
            for candidate, comparison in found.compared
        ],
        "verdict": conventional_verdict(found),
        "gain": None if found.gain is None else gain_content(found.gain),
        "gain_missing": found.gain_missing,
    }


def conventional_verdict(found: Conventional) -> str:
    """Say in one sentence how the recommended boundary compares."""
    candidate, comparison = found.compared[0]
    factor, (low, high), word = comparison.factor, comparison.factor_interval, "lower"
    if factor < 1:
        factor, (low, high), word = 1 / factor, (1 / high, 1 / low), "higher"
    text = (
        f"ρ_gb of the recommended boundary ({candidate.label}) "
        f"is {word} than the baseline's by a factor of {significant(factor)}, "
        f"95 % interval {interval(low, high)}; "
        f"{_p_is(comparison.p_adjusted)} after Holm's correction for {len(found.compared)} comparisons"
    )
    if comparison.p_adjusted < _SURE:
        return f"{text}."
    return f"{text}: not distinguishable from no difference."


def gain_content(gain: PolycrystalGain) -> dict[str, str]:
    """Return the gain of a polycrystal as text."""
    return {
        "size": f"{gain.grain_size_um:g}",
        "value": _factor(gain.gain.value),
        "interval": f"{_factor(gain.gain_interval[0])} to {_factor(gain.gain_interval[1])}",
        "share": f"{significant(100 * gain.boundary_share.value, 2)} %",
        "share_interval": " to ".join(significant(100 * s, 2) for s in gain.boundary_share_interval) + " %",
        "bound": _factor(gain.bound.value),
        "bound_interval": f"{_factor(gain.bound_interval[0])} to {_factor(gain.bound_interval[1])}",
    }


def statistics_sentences(statistics: CampaignStatistics) -> list[str]:
    """Return what the terminal says: comparison, polycrystal, effects."""
    return [*_conventional_sentences(statistics.conventional), _effects_sentence(statistics.effects)]


def _conventional_sentences(found: Conventional | str) -> list[str]:
    if isinstance(found, str):
        return [f"Against a conventional boundary: not yet, {found}."]
    sentences = [
        f"Against a conventional boundary: {conventional_verdict(found)}",
        f"  Baseline: {found.baseline.description}.",
    ]
    if found.gain is not None:
        text = gain_content(found.gain)
        times = f"{text['value']} times as well as with the baseline (95 % interval {text['interval']})"
        sentences.append(
            f"  A polycrystal of {text['size']} µm grains would conduct {times}; "
            f"no boundary could give more than {text['bound']}, "
            f"since boundaries hold f_gb = {text['share']} of its resistance."
        )
    return sentences


def _effects_sentence(found: Effects | str) -> str:
    if isinstance(found, str):
        return f"What mattered: not yet, {found}."
    regression = found.regression
    share = f"{regression.predictive_share:.2f}"
    return f"What mattered ({regression.n} boundaries, leave-one-out R² {share}): {effects_verdict(found)}"


def p_text(p_value: float) -> str:
    """Return a p-value with two digits, a small one as below 0.001."""
    return f"< {_LEAST_P:g}" if p_value < _LEAST_P else f"{p_value:.2g}"


def _p_is(p_value: float) -> str:
    text = p_text(p_value)
    return f"p {text}" if text.startswith("<") else f"p = {text}"


def interval_text(low: float, high: float) -> str:
    """Return an interval with two digits."""
    return f"{significant(low, 2)} to {significant(high, 2)}"


def _coefficient_row(coefficient: Coefficient) -> dict[str, str]:
    low, high = coefficient.per_deviation.interval(0.95)
    places = 2 if high - low > 2 * _WIDE_DECADES else 3
    unit = coefficient.per_unit.unit.removeprefix("decades").removeprefix(" per ")
    return {
        "name": f"{coefficient.name} / {unit}" if unit else coefficient.name,
        "per_unit": show(coefficient.per_unit),
        "deviation": significant(coefficient.deviation, 2),
        "per_deviation": show(coefficient.per_deviation),
        "interval": f"{low:+.{places}f} to {high:+.{places}f}",
        "factor": interval_text(_power(low), _power(high)),
        "p": p_text(coefficient.p_value),
        "p_adjusted": p_text(coefficient.p_adjusted),
        "reliability": "exact" if coefficient.reliability == 1 else f"{coefficient.reliability:.2f}",
        "uncorrected": significant(coefficient.uncorrected, 2),
        "sure": "yes" if coefficient.p_adjusted < _SURE else "",
    }


def _factor(value: float) -> str:
    return significant(value, 4) if value < 10 else significant(value)


def _power(decades: float) -> float:
    return float(10.0 ** min(max(decades, -300.0), 300.0))
