"""Effects and comparisons as CSV and JSON, for spreadsheets and scripts."""

from typing import Any

from grainway.campaign import CampaignSummary
from grainway.machine.whole_files import csv_text
from grainway.report.findings.campaign_statistics import CampaignStatistics
from grainway.report.findings.conventional import Conventional
from grainway.report.words.model_text import model_record

_EFFECT_COLUMNS = (
    *("predictor", "decades_per_unit", "decades_per_unit_se", "predictor_unit"),
    *("decades_per_sd", "decades_per_sd_se", "decades_per_sd_low", "decades_per_sd_high", "sd"),
    *("p_value", "p_holm", "reliability", "shared_r2", "least_squares_per_unit", "n_boundaries", "dropped"),
)
_BASELINE_COLUMNS = (
    *("role", "number", "label", "basis", "log10_rho_gb", "log10_rho_gb_se"),
    *("baseline_log10_rho_gb", "baseline_log10_rho_gb_se", "difference_decades", "difference_decades_se"),
    *("factor", "factor_low", "factor_high", "p_value", "p_holm"),
)


def effects_csv(statistics: CampaignStatistics) -> str:
    """Return one row per predictor; those left out have the reason in ``dropped``. Intervals are 95 %."""
    if isinstance(statistics.effects, str):
        return _table(_EFFECT_COLUMNS, [])
    regression = statistics.effects.regression
    rows: list[dict[str, Any]] = []
    for found in regression.coefficients:
        low, high = found.per_deviation.interval(0.95)
        rows.append(
            {
                "predictor": found.name,
                "decades_per_unit": found.per_unit.value,
                "decades_per_unit_se": found.per_unit.standard_error,
                "predictor_unit": found.per_unit.unit.removeprefix("decades").removeprefix(" per ") or "1",
                "decades_per_sd": found.per_deviation.value,
                "decades_per_sd_se": found.per_deviation.standard_error,
                "decades_per_sd_low": low,
                "decades_per_sd_high": high,
                "sd": found.deviation,
                "p_value": found.p_value,
                "p_holm": found.p_adjusted,
                "reliability": found.reliability,
                "shared_r2": found.shared,
                "least_squares_per_unit": found.uncorrected,
                "n_boundaries": regression.n,
            }
        )
    rows += [{"predictor": d.name, "dropped": d.reason} for d in regression.dropped]
    return _table(_EFFECT_COLUMNS, rows)


def baseline_csv(statistics: CampaignStatistics) -> str:
    """Return one row per boundary compared with the baseline; intervals are 95 %."""
    found = statistics.conventional
    if isinstance(found, str):
        return _table(_BASELINE_COLUMNS, [])
    base = found.baseline.logarithm
    return _table(
        _BASELINE_COLUMNS,
        [
            {
                "role": candidate.role,
                "number": candidate.number,
                "label": candidate.label,
                "basis": candidate.basis,
                "log10_rho_gb": candidate.logarithm.value,
                "log10_rho_gb_se": candidate.logarithm.standard_error,
                "baseline_log10_rho_gb": base.value,
                "baseline_log10_rho_gb_se": base.standard_error,
                "difference_decades": comparison.difference.value,
                "difference_decades_se": comparison.difference.standard_error,
                "factor": comparison.factor,
                "factor_low": comparison.factor_interval[0],
                "factor_high": comparison.factor_interval[1],
                "p_value": comparison.p_value,
                "p_holm": comparison.p_adjusted,
            }
            for candidate, comparison in found.compared
        ],
    )


def statistics_record(summary: CampaignSummary, statistics: CampaignStatistics) -> dict[str, Any]:
    """Return effects and comparisons as a JSON-ready dictionary, with the reason for what is absent."""
    fitted, compared = statistics.effects, statistics.conventional
    return {
        "model": model_record(summary),
        "what_mattered": {"missing": fitted}
        if isinstance(fitted, str)
        else {**fitted.regression.to_dict(), "n_left_out": fitted.n_left_out},
        "against_baseline": {"missing": compared} if isinstance(compared, str) else _comparison(compared),
    }


def _comparison(found: Conventional) -> dict[str, Any]:
    return {
        "baseline": {
            "description": found.baseline.description,
            "log10_rho_gb": found.baseline.logarithm.to_dict(),
        },
        "boundaries": [
            {
                "role": candidate.role,
                "number": candidate.number,
                "label": candidate.label,
                "basis": candidate.basis,
                "log10_rho_gb": candidate.logarithm.to_dict(),
                **comparison.to_dict(),
            }
            for candidate, comparison in found.compared
        ],
        "polycrystal": {"missing": found.gain_missing} if found.gain is None else found.gain.to_dict(),
    }


def _table(columns: tuple[str, ...], rows: list[dict[str, Any]]) -> str:
    return csv_text([columns, *(map(row.get, columns) for row in rows)])
