"""The tables of the report, cell by cell."""

import math
from dataclasses import dataclass
from typing import Any

from grainway.campaign import CampaignSummary, Evaluation
from grainway.domain.grain_boundary import POLAR_E_PER_A
from grainway.report.findings.findings import ranked, selected
from grainway.report.words.history import label
from grainway.report.words.numbers import ABSENT, duration, power_of_ten, show, significant
from grainway.report.words.quantities import for_reading, in_order, quantity, shown

_TRANSPORT = (
    "tracer_diffusivity",
    "conductivity_nernst_einstein",
    "conductivity_einstein",
    "conductivity_green_kubo",
    "haven_ratio",
)
_COLUMNS = ("rho_gb", "rho_gb_1", "rho_gb_2", "diffusivity_ratio", "asr", "ler", "ovc")


@dataclass(frozen=True, slots=True)
class TableCell:
    """A table cell: what is shown, and what it is sorted by (a number, text, or None to come last)."""

    text: str
    key: float | str | None


def evaluation_rows(summary: CampaignSummary) -> list[dict[str, Any]]:
    """Return a row per evaluation, ranked ones first, the others in the order of decision."""
    finished = ranked(summary)
    rank = {evaluation.number: place for place, evaluation in enumerate(finished, start=1)}
    others = [e for e in summary.evaluations if e.number not in rank]
    return [
        {
            "recommended": summary.recommended is not None and e.number == summary.recommended.number,
            "status": e.status,
            "cells": _evaluation_cells(e, rank.get(e.number), asr_order(summary)),
        }
        for e in [*finished, *others]
    ]


def evaluation_headings(summary: CampaignSummary) -> list[str]:
    """Return the headings of the columns of :func:`evaluation_rows`."""
    ladder = bool(summary.config.target_temperatures)
    asr = "ASR / Ω cm²" if ladder else f"ASR / {power_of_ten(asr_order(summary))} Ω cm²"
    return [
        *("rank", "no.", "boundary", "layers", "shift", "cut", "ρ_gb / Ω cm", "1st", "2nd"),
        *("D_gb/D_bulk", asr, "LER", "OVC", "LAMMPS time"),
    ]


def asr_order(summary: CampaignSummary) -> int:
    """Return the power of ten in which the area-specific resistances are tabulated."""
    values = [abs(e.estimates["asr"].value) for e in summary.done if "asr" in e.estimates]
    largest = max(values, default=0.0)
    return math.floor(math.log10(largest)) if largest > 0 else 0


def _evaluation_cells(evaluation: Evaluation, rank: int | None, order: int) -> list[TableCell]:
    spec = evaluation.trial.spec
    wall = evaluation.timing.get("lammps_s")
    cells = [
        TableCell(str(rank) if rank else evaluation.status, rank),
        TableCell(str(evaluation.number), evaluation.number),
        TableCell(label(evaluation), label(evaluation)),
    ]
    if spec is not None:
        cells += [
            TableCell(str(spec.width_layers), spec.width_layers),
            TableCell(", ".join(f"{t:.3g}" for t in spec.translation), spec.translation[0]),
            TableCell(f"{spec.termination:.3g}", spec.termination),
        ]
    else:
        cells += [TableCell(ABSENT, None)] * 3
    for name in _COLUMNS:
        estimate = evaluation.estimates.get(name)
        text = shown(evaluation, name)
        if estimate is not None and name == "asr" and name not in evaluation.predicted:
            text = show(estimate.scaled(10.0**-order, f"{power_of_ten(order)} Ω cm²"))
        cells.append(TableCell(text, None if estimate is None else estimate.value))
    cells.append(TableCell(duration(wall), wall))
    return cells


def structure_facts(evaluation: Evaluation) -> list[tuple[str, str]]:
    """Return what was built and how it came out, name and text."""
    spec, known = evaluation.trial.spec, evaluation.realised
    facts: list[tuple[str, str]] = []
    if spec is not None:
        facts += [
            ("character", f"{spec.character}, {spec.sigma_label}"),
            ("misorientation", f"{spec.angle_deg:.2f}° about [{_indices(spec.axis)}]"),
            (
                "boundary planes (grain 1, grain 2)",
                f"({_indices(spec.normal_a)}), ({_indices(spec.normal_b)})",
            ),
            ("annealed band", f"{spec.width_layers} layers, {spec.width:.1f} Å"),
            (
                "shift of grain 2 along the boundary",
                ", ".join(f"{t:.3f}" for t in spec.translation) + " of the in-plane periods",
            ),
            (
                "height of the cuts (grain 1, grain 2)",
                f"{spec.termination:.3f}, {spec.cut_b:.3f} of the plane spacing",
            ),
        ]
        if spec.strain:
            facts.append(("stretch of each grain to fit", f"{100 * spec.strain:.2f} %"))
    if known.get("composition_changes"):
        changes = ", ".join(f"{n:+d} {unit}" for unit, n in sorted(known["composition_changes"].items()))
        facts.append(("changes of composition in the cell", changes))
    if any(abs(d) > POLAR_E_PER_A for d in known.get("dipoles_e_per_A", ())):
        dipoles = ", ".join(f"{d:.2f}" for d in known["dipoles_e_per_A"])
        facts.append(("polar cut, dipole of a plane", f"{dipoles} e/Å"))
    if "misorientation_final_deg" in known:
        error = known.get("misorientation_final_standard_error_deg")
        stated = "" if error is None else f" ± {error:.2f}"
        facts.append(("misorientation after the run", f"{known['misorientation_final_deg']:.2f}{stated}°"))
    if "n_atoms" in known:
        facts.append(("atoms", f"{known['n_atoms']} ({known.get('formula', '')})"))
    if "area_A2" in known:
        facts.append(("area of one boundary", f"{known['area_A2']:.0f} Å²"))
    if "cell_lengths_A" in known:
        facts.append(("cell", " × ".join(f"{x:.2f}" for x in known["cell_lengths_A"]) + " Å"))
    if "temperature_K" in known:
        facts.append(("mean temperature in production", f"{known['temperature_K']:.0f} K"))
    if "production_ps" in known:
        facts.append(("production", f"{known['production_ps']:g} ps{_length_reason(known)}"))
    if "mean_pressure_bar" in known:
        facts.append(("mean pressure in production", f"{known['mean_pressure_bar']:.0f} bar"))
    if "crystalline_fraction" in known:
        facts.append(
            ("crystalline framework atoms inside the grains", f"{100 * known['crystalline_fraction']:.1f} %")
        )
    if "configurations_watched" in known:
        facts.append(("within what the potential was taught", _trained(known)))
    return facts


def _trained(known: dict[str, Any]) -> str:
    """Say how far the models of a trained potential disagreed along the run."""
    largest, threshold = (known[f"force_spread_{n}_eV_per_A"] for n in ("largest", "threshold"))
    outside, watched = known["configurations_outside_training"], known["configurations_watched"]
    verdict = f"no: {outside} of {watched} configurations are outside" if outside else "yes"
    return f"{verdict}; its models differ on a force by {largest:.2f} eV/Å at most, {threshold:g} allowed"


def _length_reason(known: dict[str, Any]) -> str:
    """Say why production had its length, where an error was wanted."""
    if "wanted_standard_error" not in known:
        return ""
    wanted, reached = known["wanted_standard_error"], known["reached_standard_error"]
    text = "no value yet" if reached is None else f"{reached:.3f} decades reached"
    return f", {text}, {wanted:g} wanted{': cap reached' if known['cap_reached'] else ''}"


def quantity_rows(evaluation: Evaluation) -> list[dict[str, str]]:
    """Return every measured quantity of an evaluation with its meaning, absent ones with the reason."""
    rows = [
        {
            "symbol": quantity(name).symbol,
            "value": shown(evaluation, name, unit=True),
            "meaning": quantity(name).meaning,
            "note": _sensitivity(evaluation, name),
        }
        for name in in_order(evaluation.estimates)
    ]
    rows += [
        {
            "symbol": quantity(name).symbol,
            "value": ABSENT,
            "meaning": quantity(name).meaning,
            "note": f"not measured: {evaluation.missing[name]}",
        }
        for name in in_order(evaluation.missing)
    ]
    return rows


def _sensitivity(evaluation: Evaluation, name: str) -> str:
    limits = evaluation.ranges.get(name)
    if limits is None:
        return ""
    return f"{significant(limits[0])} to {significant(limits[1])} for a bond cut-off 0.2 Å shorter to longer"


def missing_rows(summary: CampaignSummary) -> list[dict[str, Any]]:
    """Return what finished evaluations could not give, with the reason."""
    places = ([] if summary.bulk is None else [summary.bulk]) + list(summary.evaluations)
    found = [(e, name, e.missing[name]) for e in places for name in in_order(e.missing)]
    found += [
        (e, name, f"at {rung.temperature:g} K: {rung.missing[name]}")
        for e in places
        for rung in e.rungs
        for name in in_order(rung.missing)
    ]
    return [
        {"number": e.number, "label": e.trial.label, "symbol": quantity(name).symbol, "reason": reason}
        for e, name, reason in found
    ]


def transport_rows(summary: CampaignSummary) -> list[dict[str, Any]]:
    """Return tracer and collective transport of the bulk and of the best evaluations, side by side.

    On a ladder these are the measurements at its hottest temperature.
    """
    places = [summary.bulk] if summary.bulk is not None and summary.bulk.status == "done" else []
    rows = []
    for evaluation in [*places, *selected(summary)]:
        measured = evaluation.rungs[0].estimates if evaluation.rungs else evaluation.estimates
        known = {name: for_reading(e) for name, e in measured.items()}
        rows.append(
            {
                "label": evaluation.trial.label
                if evaluation.trial.spec is None
                else f"{evaluation.number}: {evaluation.trial.label}",
                "cells": [show(known.get(name)) for name in _TRANSPORT],
            }
        )
    return rows


def check_rows(summary: CampaignSummary) -> list[dict[str, Any]]:
    """Return the recorded convergence checks, the latest first."""
    return [
        {
            "n": n,
            "holds": check["holds"],
            "rules": [
                {
                    "holds": check[rule]["holds"],
                    "reason": check[rule]["reason"],
                    "numbers": ", ".join(
                        f"{k.replace('_', ' ')} {_number(v)}" for k, v in check[rule]["numbers"].items()
                    ),
                }
                for rule in ("improvement", "regret", "audit")
            ],
        }
        for n, check in sorted(summary.checks.items(), reverse=True)
    ]


def _number(value: float) -> str:
    if not math.isfinite(value):
        return ABSENT
    # counts are whole
    return f"{value:.0f}" if float(value).is_integer() else f"{value:.3g}"


def _indices(indices: tuple[int, int, int]) -> str:
    return " ".join(str(i) for i in indices)
