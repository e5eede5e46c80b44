"""Second looks at a run in words and as a record."""

from typing import Any

from grainway.analysis.composition.oxygen_vacancies import CUTOFF_A
from grainway.analysis.measures.second_looks import SecondLooks
from grainway.report.words.numbers import show_with_unit, significant
from grainway.report.words.quantities import for_reading, quantity


def second_looks_lines(looks: SecondLooks) -> list[str]:
    """Return one line per look that was taken or could not be taken."""
    lines = [
        f"{quantity(name).symbol}: {show_with_unit(for_reading(opinion.main))} as stated, "
        f"{show_with_unit(for_reading(opinion.blocks))} from blocks of time alone"
        for name, opinion in looks.opinions.items()
    ]
    if looks.resolution is not None:
        changes = ", ".join(
            f"{100 * change:+.1f} % with {name}" for name, change in looks.resolution.changes.items()
        )
        lines.append(
            f"resistance of the bands: {show_with_unit(looks.resolution.resistance)}; {changes}; "
            f"the largest is {significant(looks.resolution.largest_change, 2)} standard errors"
        )
    if looks.zirconium_oxygen is not None:
        lines.append(
            f"Zr-O bonds end at {looks.zirconium_oxygen:.2f} Å in this run; "
            f"vacancies are counted with {CUTOFF_A:g} Å"
        )
    lines += [f"no second look at {quantity(name).symbol}: {why}" for name, why in looks.missing.items()]
    return lines


def second_looks_record(looks: SecondLooks) -> dict[str, Any]:
    """Return the looks JSON-ready."""
    record: dict[str, Any] = {
        "second_opinions": {
            name: {"stated": opinion.main.to_dict(), "blocks": opinion.blocks.to_dict()}
            for name, opinion in looks.opinions.items()
        },
        "missing": looks.missing,
    }
    if looks.resolution is not None:
        record["resolution"] = {
            "resistance": looks.resolution.resistance.to_dict(),
            "variations": {name: varied.to_dict() for name, varied in looks.resolution.variations},
            "largest_change_in_standard_errors": looks.resolution.largest_change,
        }
    if looks.zirconium_oxygen is not None:
        record["zirconium_oxygen_A"] = {"first_minimum": looks.zirconium_oxygen, "used": CUTOFF_A}
    return record
