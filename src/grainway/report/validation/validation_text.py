"""A validation in words and cells, for the terminal, the page and Markdown alike."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from grainway.errors import ConfigError
from grainway.report.files.visible_files import write_text
from grainway.report.words.numbers import ABSENT, duration, show, significant, with_error
from grainway.validation import LadderRow, MeasuredQuantity, TableRow, Validation

STATUS_MARK = {"recalled": " (recalled)", "geometry": " (from coordinates)", "read": ""}
LADDER_HEADINGS = ("T / K", "c/a", "D* / cm²/s", "σ_NE / S/cm", "σ Einstein", "σ Green-Kubo", "H_R")
_LADDER = ("diffusivity", "nernst_einstein", "einstein", "green_kubo", "haven_ratio")


@dataclass(frozen=True, slots=True)
class ShownRow:
    """A comparison as text.

    Attributes:
        label: what.
        reference: published value with its standing.
        cells: by potential: value with interval, and verdict.
        model_error: spread between potentials.
        statement: what is compared with what.
        sources: of the reference.
    """

    label: str
    reference: str
    cells: dict[str, tuple[str, str, str]]
    model_error: str
    statement: str
    sources: tuple[str, ...]


def shown_rows(validation: Validation) -> list[ShownRow]:
    """Return every comparison as text; the third part of a cell is the outcome in a word."""
    return [
        ShownRow(
            label=_label(row),
            reference=_reference(row),
            cells={
                name: (_value(row.measured.get(name)), verdict.text, verdict.outcome)
                for name, verdict in row.verdicts.items()
            },
            model_error=_model_error(row),
            statement=row.comparison.statement,
            sources=()
            if row.reference is None
            else tuple(f"{r.source} ({r.status})" for r in row.reference.rows),
        )
        for row in validation.table
    ]


def ladder_cells(row: LadderRow) -> list[str]:
    """Return one temperature of one potential as text, in the order of LADDER_HEADINGS."""
    cells = [f"{row.temperature:g}", f"{row.axial_ratio:.4f}"]
    for name in _LADDER:
        if name in row.means:
            cells.append(show(row.means[name]))
            continue
        single = [e for _, e in row.single.get(name, ())]
        limits = [e for e in single if e.bound is not None]
        if limits:
            cells.append(f"{len(limits)} of {len(single)} limits, lowest {show(min(limits, key=_by_value))}")
        else:
            cells.append(
                ABSENT
                if not single
                else f"{show(single[0])} (one run)"
                if len(single) == 1
                else _some(row, name)
            )
    return cells


def estimators_agree(validation: Validation) -> list[str]:
    """Return how Einstein and Green-Kubo compare at each temperature, in sentences."""
    lines = []
    for potential in validation.potentials:
        for row in potential.rows:
            first, second = row.means.get("einstein"), row.means.get("green_kubo")
            if first is None or second is None:
                continue
            difference = first.minus(second)
            joint = difference.standard_error
            apart = abs(difference.value) / joint if joint else math.inf
            lines.append(
                f"{potential.potential}, {row.temperature:g} K: "
                f"Green-Kubo / Einstein = {second.value / first.value:.2f}, "
                f"{apart:.1f} joint standard errors apart"
            )
    return lines


def cost_in_words(validation: Validation) -> str:
    """Return what a validation took."""
    cpu = sum(p.cpu_s for p in validation.potentials)
    each = ", ".join(f"{p.potential} {duration(p.cpu_s)}" for p in validation.potentials)
    return (
        f"Wall time of all sessions {duration(validation.wall_s)}, {validation.workers} runs at a time; "
        f"CPU time of LAMMPS {duration(cpu)} ({each})."
    )


def _by_value(estimate: object) -> float:
    return float(getattr(estimate, "value"))  # noqa: B009


def _some(row: LadderRow, name: str) -> str:
    single = [e for _, e in row.single[name]]
    return f"{significant(min(e.value for e in single), 2)} to {significant(max(e.value for e in single), 2)}"


def _label(row: TableRow) -> str:
    unit = row.comparison.unit
    return row.comparison.label if unit == "1" else f"{row.comparison.label} / {unit}"


def _reference(row: TableRow) -> str:
    reference = row.reference
    if reference is None:
        return ABSENT
    marks = {STATUS_MARK[r.status] for r in reference.rows}
    digits = 5 if row.comparison.unit == "Å" else 3
    if reference.low == reference.high:
        text = f"{reference.low:.{digits}g}" if _plain(reference.low) else significant(reference.low)
    elif _plain(reference.low):
        text = f"{reference.low:.{digits}g} to {reference.high:.{digits}g}"
    else:
        text = f"{significant(reference.low)} to {significant(reference.high)}"
    return f"{text}{''.join(sorted(marks))}, {row.comparison.material}"


def _plain(value: float) -> bool:
    return 0.01 <= abs(value) < 1000


def _value(measured: MeasuredQuantity | None) -> str:
    if measured is None:
        return ABSENT
    estimate, (low, high) = measured.estimate, measured.interval
    tail = f", {measured.provenance}" if measured.provenance else ""
    if estimate.bound is not None:
        return f"{show(estimate)}{tail}"
    if measured.log10_error is None:
        text = with_error(estimate.value, estimate.standard_error)
    else:
        text = f"{significant(estimate.value)} (95 %: {significant(low)} to {significant(high)})"
    return text + tail


def _model_error(row: TableRow) -> str:
    spread = row.spread
    if spread is None:
        return ABSENT
    if spread.scale == "logarithmic":
        return (
            f"{spread.extent:.2f} decades apart, sd {spread.deviation:.2f}; "
            f"statistical {spread.statistical:.2f}"
        )
    return (
        f"{significant(spread.extent, 2)} apart, sd {significant(spread.deviation, 2)}; "
        f"statistical {significant(spread.statistical, 2)}"
    )


BEGIN, END = "<!-- results: begin -->", "<!-- results: end -->"


def check_markdown_target(path: Path) -> None:
    """Refuse a file that the results would overwrite.

    Raises:
        ConfigError: when it exists and has no place for results.
    """
    if path.exists():
        _around(path)


def write_markdown(validation: Validation, path: Path) -> None:
    """Write the results, in a file with text of its own between its two markers.

    Raises:
        ConfigError: when the file exists without markers.
        StoreError: when it cannot be written.
    """
    before, after = _around(path) if path.exists() else ("", "")
    write_text(path, f"{before}{BEGIN}\n\n{validation_markdown(validation)}\n{END}{after or chr(10)}")


def _around(path: Path) -> tuple[str, str]:
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"cannot read {path}: {error}; choose another file") from error
    before, begin, rest = text.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not (begin and end):
        raise ConfigError(
            f"{path} exists and was left as it is; name a new file, or give it the lines {BEGIN} and {END}"
        )
    return before, after


def validation_markdown(validation: Validation) -> str:
    """Return tables of comparisons and ladders, trends and wall time."""
    names = [p.potential for p in validation.potentials]
    settings = validation.settings
    n_atoms = 192 * settings.repeats**3
    temperatures = ", ".join(f"{t:g}" for t in settings.ladder_temperatures)
    parts = [
        f"{settings.replicas} lithium orderings at each of {temperatures} K, "
        f"{settings.production:g} ps each in {n_atoms} ions. {cost_in_words(validation)}",
        "### Measured against published",
        _table(
            ("quantity", "published", *names, "model error"),
            [
                [
                    row.label,
                    row.reference,
                    *(f"{row.cells[n][0]}; {_strong(row.cells[n][1])}" for n in names),
                    row.model_error,
                ]
                for row in shown_rows(validation)
            ],
        ),
        "### Ladders",
    ]
    for potential in validation.potentials:
        parts += [
            f"`{potential.potential}`",
            _table(LADDER_HEADINGS, [ladder_cells(r) for r in potential.rows]),
        ]
        notes = [*potential.failures, *potential.warnings]
        notes += [f"{name}: {reason}" for name, reason in potential.missing.items()]
        if notes:
            parts.append("\n".join(f"- {note}" for note in notes))
    if lines := estimators_agree(validation):
        parts += ["### Einstein and Green-Kubo", "\n".join(f"- {line}" for line in lines)]
    parts.append("### Trends")
    for trend in validation.trends:
        evidence = "\n".join(f"  - {line}" for line in trend.evidence)
        parts.append(f"- **{trend.name}** {trend.statement}: **{trend.answer}**\n{evidence}")
    return "\n\n".join(parts) + "\n"


def _strong(verdict: str) -> str:
    return f"**{verdict}**"


def _table(headings: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [headings, ["---"] * len(headings), *rows]
    return "\n".join("| " + " | ".join(cell.replace("|", "\\|") for cell in line) + " |" for line in lines)
