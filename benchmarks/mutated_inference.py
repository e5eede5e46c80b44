"""Formulas of conclusions from many runs that mutations.py gets wrong, and the tests that must notice."""

from __future__ import annotations

from mutation import Mutation, formula

FORMULAS: tuple[Mutation, ...] = (
    formula(
        "analysis",
        "σT is taken for σ",
        '"S/cm": (-1.0, 1.0)',
        '"S/cm": (-1.0, 0.0)',
        "statistics/test_arrhenius.py",
    ),
    formula(
        "analysis",
        "errors of a ladder are never widened",
        "inflation = math.sqrt(max(1.0, chi_squared / freedom))",
        "inflation = math.sqrt(max(1.0, 0.0 * chi_squared))",
        "statistics/test_arrhenius.py",
    ),
    formula(
        "analysis",
        "Holm's correction without steps",
        "(len(p_values) - place) * p_values[index]",
        "len(p_values) * p_values[index]",
        "regression",
    ),
    formula(
        "analysis",
        "errors of predictors are taken off in full",
        "design_variance.shape\n    measured",
        "design_variance.shape\n    return design_variance * 0.0\n    measured",
        "regression/test_errors_in_variables.py",
    ),
    formula(
        "analysis",
        "Mackenzie's edges are counted by half",
        "24 * _overlap(face, corner, _CORNER)",
        "12 * _overlap(face, corner, _CORNER)",
        "polycrystal/test_mackenzie.py",
    ),
    formula(
        "analysis",
        "faces along the current are counted by half",
        "value += 2 * excess_conductance.value / size",
        "value += excess_conductance.value / size",
        "polycrystal/test_brick_layer.py",
    ),
    formula(
        "analysis",
        "selected values are shrunken without the correction for their number",
        "* (k - 3) / (k - 1)",
        "* 1.0",
        "regression/test_baseline.py",
    ),
)
