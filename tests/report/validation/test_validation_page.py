"""The page, the terminal and the Markdown of a validation."""

import io
import json
import re

import pytest
from rich.console import Console

from example_campaigns.read_page import ReadPage
from example_campaigns.synthetic_validation import SETTINGS, results
from grainway.errors import ConfigError
from grainway.report.validation.validation_console import print_validation
from grainway.report.validation.validation_page import (
    render_validation,
    validation_figure,
    write_validation_page,
)
from grainway.report.validation.validation_text import (
    check_markdown_target,
    shown_rows,
    validation_markdown,
    write_markdown,
)
from grainway.validation import Validation
from grainway.validation.compare.expected_trends import answer_trends
from grainway.validation.compare.potential_findings import assemble
from grainway.validation.compare.validation_table import build_table
from grainway.validation.runs.kept_runs import RunResult


@pytest.fixture(scope="module")
def validation():
    melted = results("<b>second", energy=0.45, at_1000=0.02, noise=0.2, seed=3)
    melted[0] = RunResult(melted[0].run, {}, "lost <script>", 1.0)
    found = (assemble("first", results("first", noise=0.05)), assemble("<b>second", melted))
    return Validation(SETTINGS, found, build_table(found), answer_trends(found), 754.0, 2)


def words(text):
    return re.sub(r"\s+", " ", text)


def test_the_page_is_whole_and_needs_no_network(validation, tmp_path):
    path = write_validation_page(validation, tmp_path)
    page = ReadPage(path.read_text(encoding="utf-8"))
    assert not [link for link in page.links if "//" in link]
    assert len(page.ids) == len(set(page.ids))
    assert {link[1:] for link in page.links if link.startswith("#")} <= set(page.ids)
    (figure,) = [text for attributes, text in page.scripts if attributes.get("id") == "figure-validation"]
    assert json.loads(figure)["data"]


def test_names_and_reasons_cannot_become_markup(validation):
    text = render_validation(validation)
    assert "<b>second" not in text
    assert "lost <script>" not in text
    assert "lost &lt;script&gt;" in text


def test_every_number_at_room_temperature_says_where_it_comes_from(validation):
    rows = [r for r in shown_rows(validation) if "298 K" in r.label]
    assert len(rows) >= 3
    for row in rows:
        for value, _, _ in row.cells.values():
            assert "extrapolated from" in value
            assert "95 %" in value


def test_recalled_references_are_marked_wherever_they_are_shown(validation):
    recalled = [
        r
        for r in validation.table
        if r.reference is not None and all(value.status == "recalled" for value in r.reference.rows)
    ]
    assert recalled
    page, markdown = words(ReadPage(render_validation(validation)).text), validation_markdown(validation)
    for row, shown in zip(validation.table, shown_rows(validation), strict=True):
        assert ("(recalled)" in shown.reference) == (row in recalled)
        assert shown.reference in page
        assert shown.reference in markdown


def test_console_page_and_markdown_give_the_same_verdicts(validation):
    stream = io.StringIO()
    print_validation(validation, "validation.html", Console(file=stream, width=400, highlight=False))
    page = words(ReadPage(render_validation(validation)).text)
    markdown = validation_markdown(validation)
    terminal = words(stream.getvalue())
    for row in validation.table:
        for verdict in row.verdicts.values():
            assert verdict.text in page
            assert verdict.text in markdown
            assert verdict.text in terminal
    for trend in validation.trends:
        assert trend.statement in page
        assert trend.statement in terminal
        assert f"**{trend.name}**" in markdown


def test_the_figure_holds_every_single_run_and_published_value(validation):
    figure = validation_figure(validation)
    drawn = [trace for trace in figure.data if trace.mode == "markers"]
    for potential in validation.potentials:
        for quantity in ("diffusivity", "einstein"):
            n_runs = sum(len(row.single[quantity]) for row in potential.rows)
            assert any(t.name == potential.potential and len(t.x) == n_runs for t in drawn)
    names = " ".join(str(t.name) for t in drawn)
    assert "conductivity total" in names
    assert "diffusivity from conductivity spectra" in names
    assert all(axis.title.text for axis in figure.select_xaxes())


def test_a_table_in_markdown_has_as_many_cells_in_every_line(validation):
    blocks = re.findall(r"(?:^\|.*\|$\n?)+", validation_markdown(validation), re.MULTILINE)
    assert len(blocks) == 1 + len(validation.potentials)
    for block in blocks:
        assert len({len(re.findall(r"(?<!\\)\|", line)) for line in block.splitlines()}) == 1


def test_results_go_between_the_markers_and_nothing_else_is_touched(validation, tmp_path):
    file = tmp_path / "page.md"
    write_markdown(validation, file)
    once = file.read_text(encoding="utf-8")
    file.write_text(f"# Mine\n\n{once}\nThe end.\n", encoding="utf-8")
    write_markdown(validation, file)
    assert file.read_text(encoding="utf-8") == f"# Mine\n\n{once}\nThe end.\n"
    other = tmp_path / "other.md"
    other.write_text("precious", encoding="utf-8")
    with pytest.raises(ConfigError, match="left as it is"):
        check_markdown_target(other)
    assert other.read_text(encoding="utf-8") == "precious"
