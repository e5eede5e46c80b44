"""The inputs of one evaluation, and the identity that follows from them."""

from __future__ import annotations

import json
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any, Literal

from grainway.domain import BoundarySpec
from grainway.errors import ConfigError, SimulationError
from grainway.simulation import (
    Declaration,
    Potential,
    Protocol,
    load_declared,
    load_potential,
    read_declaration,
)

INPUTS = "inputs.json"
RESULT = "result.json"
PROGRESS = "progress.json"
"""Names of the files in a trial's folder by which driver and worker speak to each other."""

FORMAT_VERSION = 4
"""Raised whenever the same inputs would give another result: protocol details, definitions, units.

4: the objective may be predicted from a ladder of temperatures, production may go on to a wanted error, and
the potential may be the user's own; all three are inputs.
"""

TrialKind = Literal["boundary", "bulk"]
Fidelity = Literal["hot", "ladder"]
"""``hot``: one temperature, the cheap fidelity. ``ladder``: prediction from several, the full one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """Everything that determines the result of an evaluation.

    Attributes:
        kind: a boundary, or the bulk crystal that boundaries are compared with.
        spec: the boundary; None for bulk.
        protocol: molecular dynamics.
        potential: name of the potential.
        potential_digest: of everything that determines its energies.
        objective_width: width over which the resistivity is averaged, Å.
        seed: of structure, velocities and thermostats.
        target_temperatures: K, that a ladder is to predict for, the objective's first; empty without one.
        declaration: the potential itself where it is the user's own; None for a shipped one.
        continues: id of the trial of the same boundary and seed whose run goes on, with its build and from
            where it ended; empty for a build of its own.
    """

    kind: TrialKind
    spec: BoundarySpec | None
    protocol: Protocol
    potential: str
    potential_digest: str
    objective_width: float
    seed: int
    target_temperatures: tuple[float, ...] = ()
    declaration: Declaration | None = None
    continues: str = ""

    def __post_init__(self) -> None:
        if bool(self.protocol.ladder) != bool(self.target_temperatures):
            raise ConfigError.about(
                "target_temperatures",
                list(self.target_temperatures),
                "one or more with a ladder of temperatures, none without",
                "State what the ladder is to predict.",
            )

    @property
    def fidelity(self) -> Fidelity:
        """Which objective this trial measures."""
        return "ladder" if self.protocol.ladder else "hot"

    @property
    def objective_temperature(self) -> float:
        """Temperature that the resistivity of the objective refers to, K."""
        return self.target_temperatures[0] if self.target_temperatures else self.protocol.temperature

    @property
    def id(self) -> str:
        """sha256 of the canonical inputs and the format version, hexadecimal."""
        return sha256(self.to_json().encode()).hexdigest()

    def to_json(self) -> str:
        """Return the inputs as canonical JSON: sorted keys, no spaces."""
        record = {
            "format_version": FORMAT_VERSION,
            "kind": self.kind,
            "spec": None if self.spec is None else self.spec.to_dict(),
            "protocol": self.protocol.to_dict(),
            "potential": self.potential,
            "potential_digest": self.potential_digest,
            "objective_width": self.objective_width,
            "seed": self.seed,
            "target_temperatures": list(self.target_temperatures),
            "declaration": None if self.declaration is None else self.declaration.to_dict(),
            # left out where there is none, so that the ids of all other trials stay
            **({"continues": self.continues} if self.continues else {}),
        }
        return json.dumps(record, sort_keys=True, separators=(",", ":"))

    @classmethod
    def from_json(cls, text: str) -> Trial:
        """Rebuild a trial from :meth:`to_json`."""
        record: dict[str, Any] = json.loads(text)
        record.pop("format_version")
        spec = record.pop("spec")
        declaration = record.pop("declaration", None)
        return cls(
            spec=None if spec is None else BoundarySpec.from_dict(spec),
            protocol=Protocol.from_dict(record.pop("protocol")),
            target_temperatures=tuple(record.pop("target_temperatures", ())),
            declaration=None if declaration is None else read_declaration(declaration),
            **record,
        )

    def load_potential(self, folder: Path) -> Potential:
        """Return the potential; of a declared one the files lie in the trial's folder.

        Raises:
            SimulationError: when it is not the potential that the trial was decided with.
        """
        if self.declaration is None:
            potential: Potential = load_potential(self.potential)
        else:
            potential = load_declared(self.declaration, folder)
        if potential.digest != self.potential_digest:
            raise SimulationError(
                f"the potential {self.potential} has changed since this trial was decided; "
                "use the version of grainway that started the campaign, or start a new one"
            )
        return potential

    def folder(self, root: Path) -> Path:
        """Return the folder of this evaluation's files."""
        return root / "trials" / folder_name(self.id)

    @property
    def continued_folder(self) -> str:
        """Folder of the run that goes on, as seen from that of this trial; empty for a build of its own."""
        return f"../{folder_name(self.continues)}" if self.continues else ""

    @property
    def label(self) -> str:
        """Short name for people."""
        if self.spec is None:
            return "bulk reference"
        plane = " ".join(str(i) for i in self.spec.normal_a)
        axis = "".join(str(i) for i in self.spec.axis)
        return f"{self.spec.sigma_label} ({plane})/[{axis}] {self.spec.angle_deg:.2f}°"


def folder_name(trial_id: str) -> str:
    """Return the name of a trial's folder."""
    return trial_id[:16]
