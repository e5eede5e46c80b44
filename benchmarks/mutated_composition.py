"""Formulas of composition that mutations.py gets wrong, and the tests that must notice."""

from __future__ import annotations

from mutation import Mutation, formula

FORMULAS: tuple[Mutation, ...] = (
    formula(
        "analysis",
        "an uncertainty of one count is one",
        "(each / math.sqrt(12))",
        "(each)",
        "composition/test_composition.py",
    ),
    formula(
        "analysis",
        "heights are taken along x",
        "heights = framework_positions(trajectory, trajectory.indices(species), species)[:, :, 2]",
        "heights = framework_positions(trajectory, trajectory.indices(species), species)[:, :, 0]",
        "composition/test_composition.py",
        only="enrichment",
    ),
    formula(
        "analysis",
        "the excess of all boundaries for one",
        "return Estimate(excess / (n_boundaries * area)",
        "return Estimate(excess / area",
        "composition/test_composition.py",
        only="excess",
    ),
    formula(
        "analysis",
        "windows half as wide",
        "np.clip((0.5 * width - distance) / edge + 0.5, 0.0, 1.0)",
        "np.clip((0.25 * width - distance) / edge + 0.5, 0.0, 1.0)",
        "composition/test_composition.py",
        only="enrichment",
    ),
    formula(
        "analysis",
        "windows with sharp edges",
        "return min(width, max(nearest - width, 0.0))",
        "return 0.0",
        "composition/test_composition.py",
        only="enrichment",
    ),
    formula(
        "analysis",
        "windows do not wrap",
        "np.abs(np.mod(heights - boundary + 0.5 * length, length) - 0.5 * length)\n        population",
        "np.abs(heights - boundary)\n        population",
        "composition/test_composition.py",
        "composition/test_enrichment_scan.py",
    ),
    formula(
        "analysis",
        "missing oxygen has the other sign",
        "deficit = bulk_ratio * n_zr - n_oxygen",
        "deficit = n_oxygen - bulk_ratio * n_zr",
        "composition/test_composition.py",
    ),
    formula(
        "analysis",
        "missing oxygen of all boundaries for one",
        "100 / (area * len(boundaries))",
        "100 / area",
        "composition/test_composition.py",
    ),
    formula(
        "analysis",
        "bonds are cut off without regard to the reach",
        "reach = cutoffs[-1] + 5 * softness",
        "reach = cutoffs[0] - 5 * softness",
        "composition/test_composition.py",
    ),
    formula(
        "analysis",
        "the bond cut-off lies at the second shell",
        "return float(0.5 * (distances[low] + distances[high]))",
        "return float(distances[high])",
        "composition/test_composition.py",
        only="cutoff",
    ),
    formula(
        "analysis",
        "neighbours along the wrong faces",
        "images = np.ceil(reach * np.linalg.norm(self._inverse, axis=0))",
        "images = np.ceil(reach * np.linalg.norm(self._inverse, axis=1))",
        "composition/test_composition.py",
        only="brute",
    ),
    formula(
        "analysis",
        "a width is half of what it is",
        "width, error = edges[1] - edges[0], math.hypot(*errors)",
        "width, error = (edges[1] - edges[0]) / 2, math.hypot(*errors)",
        "composition/test_boundary_widths.py",
    ),
)
