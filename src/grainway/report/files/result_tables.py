"""The results as CSV and JSON, for spreadsheets and scripts."""

import json
import math
from typing import Any

from grainway.campaign import CampaignSummary, Evaluation
from grainway.domain import Estimate
from grainway.machine.whole_files import csv_text
from grainway.report.files.statistics_tables import statistics_record
from grainway.report.findings.campaign_statistics import CampaignStatistics
from grainway.report.findings.findings import objective
from grainway.report.words.quantities import in_order

_AXES = ("x", "y", "z")
_LEADING_COLUMNS = (
    *("number", "status", "order_told", "source", "continues", "label", "axis", "normal_a", "normal_b"),
    *("sigma", "angle_deg", "character", "connection", "planes", "width_layers", "translation_1"),
    *("translation_2", "termination", "potential", "fidelity", "objective_temperature_K"),
    *("temperature_asked_K", "ladder_K", "objective_width_A", "seed", "lammps_wall_s", "log10_rho_gb"),
    *("log10_rho_gb_se"),
)


def evaluations_csv(summary: CampaignSummary) -> str:
    """Return one row per boundary evaluation, in the order of decision.

    Columns: identity and status; the boundary; facts of the structure and the run; each estimate as
    ``name``, ``name_se``, ``name_unit`` and ``name_bound`` (``upper`` or ``lower`` when the value is only a
    95 % limit); what could not be measured; why an evaluation failed.
    """
    names = in_order({name: None for e in summary.evaluations for name in e.estimates})
    rows = [_row(summary, evaluation, names) for evaluation in summary.evaluations]
    columns = list(dict.fromkeys([*_LEADING_COLUMNS, *(column for row in rows for column in row)]))
    for last in ("missing", "reason", "folder"):
        columns = [column for column in columns if column != last] + [last]
    return csv_text([columns, *(map(row.get, columns) for row in rows)])


def summary_json(summary: CampaignSummary, statistics: CampaignStatistics) -> str:
    """Return everything but the profiles as JSON; a number that is not finite becomes null."""
    record = {**summary.to_dict(), "statistics": statistics_record(summary, statistics)}
    text = json.dumps(_finite(record), indent=2, sort_keys=True, ensure_ascii=False, allow_nan=False)
    return text + "\n"


def _row(summary: CampaignSummary, evaluation: Evaluation, names: list[str]) -> dict[str, Any]:
    trial, spec = evaluation.trial, evaluation.trial.spec
    row: dict[str, Any] = {
        "number": evaluation.number,
        "status": evaluation.status,
        "order_told": evaluation.order_told,
        "source": evaluation.origin,
        "continues": evaluation.continues,
        "label": trial.label,
        "potential": trial.potential,
        "fidelity": trial.fidelity,
        "objective_temperature_K": trial.objective_temperature,
        "temperature_asked_K": trial.protocol.temperature,
        "ladder_K": " ".join(f"{t:g}" for t in trial.protocol.ladder),
        "objective_width_A": trial.objective_width,
        "seed": trial.seed,
        "lammps_wall_s": evaluation.timing.get("lammps_s"),
    }
    if spec is not None:
        for key, value in spec.to_dict().items():
            if key == "translation":
                row["translation_1"], row["translation_2"] = value
            elif key == "composition":
                row |= {name: amount for name, amount in value.items() if name != "dopants"}
            elif key in ("periods_a", "periods_b"):
                row[key] = None if value is None else "; ".join(map(_miller, value))
            else:
                row[key] = _miller(value) if isinstance(value, tuple) else value
    for key, value in evaluation.realised.items():
        if key not in row and key != "translation":
            row |= _flat(key, value)
    if "rho_gb" in evaluation.estimates:
        told = objective(summary, evaluation)
        row["log10_rho_gb"], row["log10_rho_gb_se"] = told.y, told.standard_error
    for name in names:
        row |= _estimate_columns(name, evaluation.estimates.get(name))
    row["missing"] = "; ".join(f"{name}: {reason}" for name, reason in sorted(evaluation.missing.items()))
    row["reason"] = evaluation.reason
    row["folder"] = _relative(summary, evaluation)
    return row


def _estimate_columns(name: str, estimate: Estimate | None) -> dict[str, Any]:
    if estimate is None:
        return dict.fromkeys((name, f"{name}_se", f"{name}_unit", f"{name}_bound"))
    error = estimate.standard_error if math.isfinite(estimate.standard_error) else None
    return {
        name: estimate.value,
        f"{name}_se": error,
        f"{name}_unit": estimate.unit,
        f"{name}_bound": estimate.bound,
    }


def _flat(key: str, value: Any) -> dict[str, Any]:
    """Spread lists and tables over columns: x, y, z for three lengths, else numbered."""
    if isinstance(value, dict):
        return {name: v for k, inner in value.items() for name, v in _flat(f"{key}_{k}", inner).items()}
    if isinstance(value, list | tuple):
        suffixes = _AXES if len(value) == len(_AXES) else tuple(str(i) for i in range(1, len(value) + 1))
        return {f"{key}_{suffix}": entry for suffix, entry in zip(suffixes, value, strict=True)}
    return {key: value}


def _miller(indices: tuple[int, ...]) -> str:
    return " ".join(str(i) for i in indices)


def _relative(summary: CampaignSummary, evaluation: Evaluation) -> str:
    inside = evaluation.folder.is_relative_to(summary.root)
    return str(evaluation.folder.relative_to(summary.root) if inside else evaluation.folder)


def _finite(value: Any) -> Any:
    if isinstance(value, dict):
        return {str(key): _finite(entry) for key, entry in value.items()}
    if isinstance(value, list | tuple):
        return [_finite(entry) for entry in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value
