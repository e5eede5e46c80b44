"""A validation's results as Markdown, for documentation."""

from collections.abc import Sequence
from pathlib import Path

from grainway.errors import ConfigError
from grainway.report.files.visible_files import write_text
from grainway.report.validation.validation_text import (
    LADDER_HEADINGS,
    cost_in_words,
    estimators_agree,
    ladder_cells,
    shown_rows,
)
from grainway.validation import Validation

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
