"""From measurements at several temperatures to predictions at others."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from functools import cached_property
from typing import Any

from grainway.analysis import ArrheniusFit, ArrheniusPoint, arrhenius_fit
from grainway.domain import Estimate
from grainway.errors import AnalysisError

BOUNDARY_QUANTITIES = ("rho_gb", "band_diffusivity", "tracer_diffusivity", "conductivity_nernst_einstein")
BULK_QUANTITIES = ("tracer_diffusivity", "conductivity_nernst_einstein")
FROZEN = (
    "ler",
    "gamma_li",
    "gamma_la",
    "gamma_o",
    "ovc",
    "ovc_uncovered",
    "ovc_missing",
    *(f"{kind}_width_{number}" for kind in ("chemical", "structural") for number in (1, 2)),
)
"""Composition does not change along a ladder: what the coldest run says stands for the target, too."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rung:
    """What was measured at one temperature of a ladder.

    Attributes:
        temperature: asked for, K.
        mean_temperature: measured in production, K.
        estimates: by name; a run that is not diffusive gives limits.
        missing: name and reason of what it could not give.
        ranges: quantities that depend on a cut-off, at the cut-off less and plus 0.2 Å.
        profile: along z; None for bulk and where it did not converge.
        realised: facts of the run: length, reached and wanted error, whether the cap ended it, phase.
    """

    temperature: float
    mean_temperature: float
    estimates: dict[str, Estimate]
    missing: dict[str, str]
    ranges: dict[str, list[float]]
    profile: dict[str, Any] | None
    realised: dict[str, Any]

    @property
    def phase(self) -> str:
        """Phase of the crystal, empty where it was not checked."""
        return str(self.realised.get("phase", ""))

    def to_dict(self) -> dict[str, Any]:
        """Return a JSON-ready dictionary; :meth:`from_dict` is its inverse."""
        return {
            "temperature": self.temperature,
            "mean_temperature": self.mean_temperature,
            "estimates": {name: estimate.to_dict() for name, estimate in self.estimates.items()},
            "missing": self.missing,
            "ranges": self.ranges,
            "profile": self.profile,
            "realised": self.realised,
        }

    @classmethod
    def from_dict(cls, record: dict[str, Any]) -> Rung:
        """Rebuild a rung from :meth:`to_dict`."""
        estimates = {name: Estimate.from_dict(e) for name, e in record["estimates"].items()}
        return cls(**{**record, "estimates": estimates})


def fit_rungs(rungs: Sequence[Rung], names: Iterable[str]) -> tuple[dict[str, ArrheniusFit], dict[str, str]]:
    """Fit each quantity over the rungs that have it, limits as limits.

    Args:
        rungs: measurements.
        names: quantities.

    Returns:
        The fits by name, and the reason for each that there is none of.
    """
    fits, missing = {}, {}
    for name in names:
        points = [
            ArrheniusPoint(rung.mean_temperature, rung.estimates[name], rung.phase)
            for rung in rungs
            if name in rung.estimates
        ]
        try:
            fits[name] = arrhenius_fit(points)
        except AnalysisError as error:
            missing[name] = f"no Arrhenius fit: {error}"
    return fits, missing


def fit_record(fit: ArrheniusFit, targets: Sequence[float]) -> dict[str, Any]:
    """Return a fit and its predictions, JSON-ready; error shares in decades."""
    straight = fit.if_one_process
    return {
        "activation_energy": fit.activation_energy.to_dict(),
        "chi_squared": fit.chi_squared,
        "degrees_of_freedom": fit.degrees_of_freedom,
        "inflation": fit.inflation,
        "phase": fit.phase,
        "n_limits": sum(point.estimate.bound is not None for point in fit.points),
        "predictions": [
            {
                "temperature": target,
                "value": fit.predict(target).to_dict(),
                "log10": fit.predict_log10(target).to_dict(),
                "interval_95": list(fit.interval(target, 0.95)),
                "error_shares": asdict(fit.error_shares(target)),
                "interval_95_if_one_process": list(straight.interval(target, 0.95)),
            }
            for target in targets
        ],
    }


@dataclass(frozen=True)
class Ladder:
    """Measurements at several temperatures and what follows from them together.

    Attributes:
        rungs: measurements, hot to cold.
        quantities: that are fitted; the first decides.
        targets: K, that are predicted for, the objective's first.
    """

    rungs: tuple[Rung, ...]
    quantities: tuple[str, ...]
    targets: tuple[float, ...]

    @cached_property
    def _fitted(self) -> tuple[dict[str, ArrheniusFit], dict[str, str]]:
        return fit_rungs(self.rungs, self.quantities)

    @property
    def fits(self) -> dict[str, ArrheniusFit]:
        """The fits by quantity."""
        return self._fitted[0]

    @property
    def missing(self) -> dict[str, str]:
        """The reason for each quantity that there is no fit of."""
        return self._fitted[1]

    def to_dict(self) -> dict[str, Any]:
        """Return a JSON-ready dictionary, predictions included."""
        return {
            "targets": list(self.targets),
            "rungs": [rung.to_dict() for rung in self.rungs],
            "fits": {name: fit_record(fit, self.targets) for name, fit in self.fits.items()},
        }

    @classmethod
    def from_dict(cls, record: dict[str, Any], quantities: tuple[str, ...]) -> Ladder:
        """Rebuild a ladder; its fits follow from the rungs again."""
        rungs = tuple(Rung.from_dict(rung) for rung in record["rungs"])
        return cls(rungs, quantities, tuple(record.get("targets", ())))
