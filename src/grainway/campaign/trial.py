"""The inputs of one evaluation, and the identity that follows from them."""

from __future__ import annotations

import json
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any, Literal

from grainway.domain import BoundarySpec
from grainway.simulation import Protocol

FORMAT_VERSION = 3
"""Raised whenever the same inputs would give another result: protocol details, definitions, units."""

TrialKind = Literal["boundary", "bulk"]


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
    """

    kind: TrialKind
    spec: BoundarySpec | None
    protocol: Protocol
    potential: str
    potential_digest: str
    objective_width: float
    seed: int

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
        }
        return json.dumps(record, sort_keys=True, separators=(",", ":"))

    @classmethod
    def from_json(cls, text: str) -> Trial:
        """Rebuild a trial from :meth:`to_json`."""
        record: dict[str, Any] = json.loads(text)
        record.pop("format_version")
        spec = record.pop("spec")
        return cls(
            spec=None if spec is None else BoundarySpec.from_dict(spec),
            protocol=Protocol(**record.pop("protocol")),
            **record,
        )

    def folder(self, root: Path) -> Path:
        """Return the folder of this evaluation's files."""
        return root / "trials" / self.id[:16]

    @property
    def label(self) -> str:
        """Short name for people."""
        if self.spec is None:
            return "bulk reference"
        plane = " ".join(str(i) for i in self.spec.normal_a)
        axis = "".join(str(i) for i in self.spec.axis)
        return f"{self.spec.sigma_label} ({plane})/[{axis}] {self.spec.angle_deg:.2f}°"
