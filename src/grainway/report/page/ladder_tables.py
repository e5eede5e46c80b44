"""The tables of a ladder: every temperature, every fit, every prediction."""

from __future__ import annotations

from typing import Any

from grainway.campaign import CampaignSummary, Evaluation
from grainway.report.findings.findings import selected
from grainway.report.words.extrapolation_text import shares_text
from grainway.report.words.numbers import ABSENT, interval, show, significant, with_factor
from grainway.report.words.quantities import for_reading, quantity

_RUNG_COLUMNS = ("rho_gb", "asr", "diffusivity_ratio", "tracer_diffusivity", "conductivity_nernst_einstein")


def ladder_content(summary: CampaignSummary) -> dict[str, Any] | None:
    """Return what the report says about a campaign on a ladder; None for a hot one."""
    targets = summary.config.target_temperatures
    if not targets:
        return None
    shown = [e for e in [summary.bulk, *selected(summary)] if e is not None and e.rungs]
    return {
        "temperatures": ", ".join(f"{t:g}" for t in summary.config.simulated_protocol().ladder),
        "targets": ", ".join(f"{t:g}" for t in targets),
        "headings": [quantity(name).symbol for name in _RUNG_COLUMNS],
        "rungs": [row for evaluation in shown for row in _rung_rows(evaluation)],
        "fits": [row for evaluation in shown for row in _fit_rows(evaluation)],
        "prediction_headings": [f"at {t:g} K" for t in targets],
    }


def _label(evaluation: Evaluation) -> str:
    if evaluation.trial.spec is None:
        return evaluation.trial.label
    return f"{evaluation.number}: {evaluation.trial.label}"


def _rung_rows(evaluation: Evaluation) -> list[dict[str, Any]]:
    rows = []
    for rung in evaluation.rungs:
        known = {name: for_reading(e) for name, e in rung.estimates.items()}
        facts = rung.realised
        reached = facts.get("reached_standard_error")
        rows.append(
            {
                "label": _label(evaluation),
                "temperature": f"{rung.temperature:g}",
                "mean_temperature": f"{rung.mean_temperature:.0f}",
                "phase": rung.phase or ABSENT,
                "cells": [show(known.get(name)) for name in _RUNG_COLUMNS],
                "length": f"{facts['production_ps']:g} ps",
                "reached": ABSENT if reached is None else f"{reached:.3f}",
                "cap": "cap reached" if facts.get("cap_reached") else "",
            }
        )
    return rows


def _fit_rows(evaluation: Evaluation) -> list[dict[str, Any]]:
    rows = []
    for name, fit in evaluation.fits.items():
        n_limits = sum(point.estimate.bound is not None for point in fit.points)
        predictions = []
        for target in evaluation.trial.target_temperatures:
            estimate = for_reading(fit.predict(target))
            scale = estimate.value / fit.predict(target).value
            whole, straight = (
                interval(*(end * scale for end in each.interval(target, 0.95)))
                for each in (fit, fit.if_one_process)
            )
            value = with_factor(estimate.value, estimate.standard_error / estimate.value)
            predictions.append(
                f"{value} {estimate.unit} (95 %: {whole}; {shares_text(fit.error_shares(target))}; "
                f"95 % if one process: {straight})"
            )
        rows.append(
            {
                "label": _label(evaluation),
                "symbol": quantity(name).symbol,
                "energy": show(fit.activation_energy),
                "points": _counted(len(fit.points) - n_limits, n_limits),
                "chi": ABSENT
                if fit.degrees_of_freedom == 0
                else f"{significant(fit.chi_squared, 2)} / {fit.degrees_of_freedom}",
                "inflation": significant(fit.inflation, 2),
                "predictions": predictions,
            }
        )
    return rows


def _counted(n_values: int, n_limits: int) -> str:
    text = f"{n_values} values"
    return text if n_limits == 0 else f"{text}, {n_limits} {'limit' if n_limits == 1 else 'limits'}"
