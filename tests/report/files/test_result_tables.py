import csv
import io
import json
import math
from dataclasses import replace

import pytest
from ase.io import read

from example_campaigns.synthetic_campaign import campaign, failed
from grainway.domain import Estimate
from grainway.report.files.best_structures import write_best
from grainway.report.files.result_tables import evaluations_csv, summary_json
from grainway.report.findings.campaign_statistics import campaign_statistics


def _rows(summary):
    return list(csv.DictReader(io.StringIO(evaluations_csv(summary))))


def test_every_evaluation_is_a_row_whatever_became_of_it(tmp_path):
    summary = campaign(tmp_path)
    rows = _rows(summary)
    assert [int(row["number"]) for row in rows] == [e.number for e in summary.evaluations]
    assert [row["status"] for row in rows] == [e.status for e in summary.evaluations]
    assert {"done", "failed", "queued"} == {row["status"] for row in rows}


def test_the_csv_holds_geometry_estimates_errors_units_and_cost(tmp_path):
    summary = campaign(tmp_path)
    for row, evaluation in zip(_rows(summary), summary.evaluations, strict=True):
        spec = evaluation.trial.spec
        assert tuple(int(i) for i in row["normal_a"].split()) == spec.normal_a
        assert float(row["angle_deg"]) == spec.angle_deg
        assert (float(row["translation_1"]), float(row["translation_2"])) == spec.translation
        for name, estimate in evaluation.estimates.items():
            assert float(row[name]) == estimate.value
            assert row[f"{name}_unit"] == estimate.unit
            assert row[f"{name}_bound"] == (estimate.bound or "")
            if estimate.bound is None:
                assert float(row[f"{name}_se"]) == estimate.standard_error
            else:
                assert row[f"{name}_se"] == ""
    first = _rows(summary)[0]
    assert float(first["log10_rho_gb"]) == pytest.approx(math.log10(float(first["rho_gb"])))
    assert float(first["lammps_wall_s"]) == 101.0
    assert [float(first[f"cell_lengths_A_{axis}"]) for axis in "xyz"] == [13.1, 47.2, 66.0]
    assert first["missing"] == "conductivity_green_kubo: no plateau"


def test_the_csv_is_the_same_every_time_and_survives_any_text(tmp_path):
    reason = 'a "quoted" reason,\nwith a line break; 5 < 6 & more'
    summary = campaign(tmp_path, 3, reason=reason)
    assert evaluations_csv(summary) == evaluations_csv(summary)
    assert _rows(summary)[3]["reason"] == reason
    shuffled = replace(
        summary,
        evaluations=tuple(
            replace(
                e, estimates=dict(reversed(e.estimates.items())), realised=dict(reversed(e.realised.items()))
            )
            for e in summary.evaluations
        ),
    )
    assert {frozenset(row.items()) for row in _rows(summary)} == {
        frozenset(row.items()) for row in _rows(shuffled)
    }


def test_an_unknown_quantity_still_gets_its_columns(tmp_path):
    summary = campaign(tmp_path, 2)
    new = replace(
        summary.evaluations[0],
        estimates={
            **summary.evaluations[0].estimates,
            "zeta": Estimate(1.5, 0.1, "eV", 10.0),
        },
    )
    rows = _rows(replace(summary, evaluations=(new, *summary.evaluations[1:])))
    assert float(rows[0]["zeta"]) == 1.5
    assert rows[1]["zeta"] == ""


def test_no_evaluation_at_all_leaves_a_table_with_headings(tmp_path):
    summary = replace(campaign(tmp_path, 0), evaluations=())
    text = evaluations_csv(summary)
    assert text.startswith("number,status,")
    assert text.count("\n") == 1


def test_json_is_strict_and_complete(tmp_path):
    summary = campaign(tmp_path)
    summary.checks[2]["regret"]["numbers"]["regret_quantile"] = math.inf
    record = json.loads(
        summary_json(summary, campaign_statistics(summary)),
        parse_constant=lambda text: pytest.fail(f"{text} is not JSON"),
    )
    assert len(record["evaluations"]) == len(summary.evaluations)
    assert record["verdict"]["converged"] is False
    assert record["checks"]["2"]["regret"]["numbers"]["regret_quantile"] is None


def test_the_best_structures_are_copied_and_converted(tmp_path):
    summary = campaign(tmp_path)
    written = write_best(summary)
    assert len(written) == 3
    assert next(iter(written)) == summary.recommended.number
    for number, stem in written.items():
        source = next(e for e in summary.done if e.number == number).folder / "final.extxyz"
        assert (tmp_path / "best" / f"{stem}.extxyz").read_bytes() == source.read_bytes()
        original = read(source)
        data = read(
            tmp_path / "best" / f"{stem}.data", format="lammps-data", units="metal", atom_style="charge"
        )
        original.wrap()
        assert sorted(data.get_chemical_symbols()) == sorted(original.get_chemical_symbols())
        assert data.get_initial_charges().sum() == pytest.approx(0)
        assert data.cell.array == pytest.approx(original.cell.array)
        by_id = data[data.arrays["id"].argsort()]
        assert by_id.positions == pytest.approx(original.positions, abs=1e-6)


def test_structures_of_an_earlier_report_are_removed_and_others_left_alone(tmp_path):
    summary = campaign(tmp_path)
    write_best(summary)
    (tmp_path / "best" / "notes.txt").write_text("mine")
    other = next(e for e in summary.done if e.number != summary.recommended.number)
    written = write_best(replace(summary, recommended=other))
    names = {path.name for path in (tmp_path / "best").iterdir()}
    assert names == {"notes.txt"} | {
        f"{stem}{end}" for stem in written.values() for end in (".extxyz", ".data")
    }


def test_a_structure_that_is_gone_is_left_out(tmp_path):
    summary = campaign(tmp_path)
    (summary.recommended.folder / "final.extxyz").unlink()
    assert summary.recommended.number not in write_best(summary)


def test_a_failure_before_anything_was_built_is_a_row_too(tmp_path):
    summary = campaign(tmp_path, 0)
    alone = replace(summary, evaluations=(failed(tmp_path, 1, 0, "no room for lithium"),))
    (row,) = _rows(alone)
    assert row["reason"] == "no room for lithium"
    assert row["log10_rho_gb"] == ""
