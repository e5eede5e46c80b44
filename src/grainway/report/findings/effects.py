"""What the resistivity depends on: the evaluated boundaries as predictors of a regression."""

import math
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from grainway.analysis import Dropped, Predictor, Regression, regress
from grainway.campaign import CampaignSummary
from grainway.domain import BoundarySpec, Estimate
from grainway.errors import AnalysisError
from grainway.report.findings.boundary_sample import SampledBoundary, sampled_boundaries
from grainway.structure import load_garnet
from grainway.structure.catalogue.catalogue_entry import plane_spacing
from grainway.structure.lattice.macroscopic_parameters import median_angles

_MOST_MISSING = 1 / 3
"""A predictor that more boundaries lack is left out; for fewer those boundaries are."""


@dataclass(frozen=True, slots=True)
class Effects:
    """The regression behind "What mattered".

    Attributes:
        regression: of log10 ρ_gb; each boundary counts once.
        n_left_out: boundaries without a value for one of the predictors.
    """

    regression: Regression
    n_left_out: int


@dataclass(frozen=True, slots=True)
class _Column:
    name: str
    unit: str
    entries: tuple[Estimate | None, ...]

    def among(self, chosen: Sequence[int]) -> Predictor:
        entries = [e for e in (self.entries[i] for i in chosen) if e is not None]
        return Predictor(
            name=self.name,
            unit=self.unit,
            values=np.array([e.value for e in entries]),
            standard_errors=np.array([e.standard_error for e in entries]),
        )


def effects(summary: CampaignSummary) -> Effects:
    """Regress log10 ρ_gb on the geometry and composition of the evaluated boundaries.

    Translation and cut are periodic and stay in the scatter.

    Raises:
        AnalysisError: for too few boundaries; the message says how many are missing.
    """
    sample = sampled_boundaries(summary)
    if not sample:
        raise AnalysisError("no boundary has been evaluated yet")
    columns, dropped = [], []
    for column in _columns(sample):
        lacking = sum(entry is None for entry in column.entries)
        if lacking > _MOST_MISSING * len(sample):
            dropped.append(Dropped(column.name, f"without a value for {lacking} of {len(sample)} boundaries"))
        else:
            columns.append(column)
    chosen = [i for i in range(len(sample)) if all(column.entries[i] is not None for column in columns)]
    if not chosen:
        raise AnalysisError("no boundary has a value for every predictor")
    found = regress([sample[i].logarithm for i in chosen], [column.among(chosen) for column in columns])
    regression = replace(found, dropped=(*dropped, *found.dropped))
    return Effects(regression, len(sample) - len(chosen))


def _columns(sample: Sequence[SampledBoundary]) -> list[_Column]:
    specs = [boundary.spec for boundary in sample]
    # where two cannot be told apart the first is kept: the family before what varies within it
    columns = _kinds("axis", [f"[{''.join(map(str, spec.axis))}]" for spec in specs])
    columns += _kinds("character", [spec.character for spec in specs])
    columns += [
        _Column(name, unit, tuple(_exact(value(spec), unit) for spec in specs))
        for name, unit, value in _GEOMETRY
    ]
    columns += [
        _Column(name, unit, tuple(_exact(value(spec), unit) for spec in specs))
        for name, unit, value in _ADDED
        if len({value(spec) for spec in specs}) > 1
    ]
    return columns + [
        _Column(symbol, "1", tuple(boundary.measured(name) for boundary in sample))
        for symbol, name in (("LER", "ler"), ("OVC", "ovc"))
    ]


def _kinds(what: str, kinds: Sequence[str]) -> list[_Column]:
    """Return an indicator for each kind but the most frequent one."""
    counted = Counter(kinds)
    reference, _ = max(counted.items(), key=lambda item: item[1])
    return [
        _Column(
            f"{what} {kind} rather than {reference}",
            "1",
            tuple(_exact(float(found == kind), "1") for found in kinds),
        )
        for kind in sorted(set(kinds) - {reference})
    ]


def _exact(value: float | None, unit: str) -> Estimate | None:
    return None if value is None else Estimate(value, 0.0, unit, math.inf)


def _inclination(spec: BoundarySpec) -> float:
    return median_angles(spec.axis, spec.normal_a, spec.normal_b)[0]


def _spacing(spec: BoundarySpec) -> float:
    garnet = load_garnet()
    spacings = [
        plane_spacing(normal, garnet.lattice_parameter, garnet.centring)
        for normal in (spec.normal_a, spec.normal_b)
    ]
    return sum(spacings) / 2


_GEOMETRY: tuple[tuple[str, str, Callable[[BoundarySpec], float | None]], ...] = (
    ("misorientation", "°", lambda spec: spec.angle_deg),
    ("inclination", "°", _inclination),
    ("log10 Σ", "decade of Σ", lambda spec: None if spec.sigma is None else math.log10(spec.sigma)),
    ("plane spacing", "Å", _spacing),
    ("width of the annealed band", "Å", lambda spec: spec.width),
)
_ADDED: tuple[tuple[str, str, Callable[[BoundarySpec], float]], ...] = (
    ("Li2O added", "nm⁻²", lambda spec: spec.composition.lithium_oxide_per_nm2),
    ("Li moved to the boundary", "nm⁻²", lambda spec: spec.composition.lithium_transfer_per_nm2),
    ("oxygen vacancies made", "per formula unit", lambda spec: spec.composition.oxygen_vacancies),
)
"""Changes of composition, asked about only where a campaign varies them."""
