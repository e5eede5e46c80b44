"""The sequence of molecular-dynamics stages of one evaluation, in numbers.

minimise → anneal the boundary band → then at one temperature, or down a ladder of them from hot to cold:
constant pressure → fixed mean cell → production in segments.
The rules behind the defaults: 2 fs conserves energy to 0.1 meV/atom over 3 ps up to about 1400 K, hotter or
freshly joined structures need 1 fs and half of that at first; the cell is averaged before production because
a fluctuating cell adds a drift to every displacement; production always runs in segments, each started from
a restart file, so that an interrupted run continues bit for bit.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Literal

from grainway.errors import ConfigError

StageKind = Literal["minimise", "anneal", "constant_pressure", "fixed_cell", "production"]
CellKind = Literal["boundary", "bulk"]

_RANGES: dict[str, tuple[float, float, str]] = {
    "temperature": (200.0, 2000.0, "K"),
    "pressure": (0.0, 1e4, "atm"),
    "timestep": (1e-4, 4e-3, "ps"),
    "anneal_temperature": (300.0, 3000.0, "K"),
    "anneal_grain_temperature": (100.0, 2000.0, "K"),
    "anneal": (0.0, 1000.0, "ps"),
    "constant_pressure": (0.5, 1000.0, "ps"),
    "fixed_cell": (0.1, 1000.0, "ps"),
    "production": (1.0, 1e6, "ps"),
    "production_segment": (0.5, 1e5, "ps"),
    "sample_interval": (0.01, 10.0, "ps"),
    "frame_interval": (0.1, 100.0, "ps"),
    "wanted_standard_error": (0.0, 1.0, "decades; 0 for a fixed length"),
    "production_max": (1.0, 1e6, "ps"),
}
_FEWEST_RUNGS, _MOST_RUNGS = 2, 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Protocol:
    """Lengths, temperatures and intervals.

    Attributes:
        temperature: of production, K; with a ladder its first and hottest.
        pressure: of the constant-pressure stage, atm.
        timestep: production, ps.
        minimise_steps: at most, conjugate gradient.
        anneal_temperature: of the boundary band, K.
        anneal_grain_temperature: of the grains meanwhile, K; cold grains keep their lattice.
        anneal: length, ps; 0 leaves the stage out.
        constant_pressure: length, ps; the cell is averaged over its second half.
        fixed_cell: equilibration in the mean cell, ps.
        production: length, ps.
        production_segment: length of one restartable piece, ps.
        sample_interval: between lithium positions, ps.
        frame_interval: between full frames, each averaged over the interval, ps.
        ladder: temperatures of production from hot to cold, K; empty for ``temperature`` alone.
        wanted_standard_error: of log10 of the resistivity at each temperature, decades; production goes on
            beyond ``production`` until it is reached. 0 for a fixed length.
        production_max: production at one temperature ends here in any case, ps.
    """

    temperature: float = 1400.0
    pressure: float = 1.0
    timestep: float = 0.002
    minimise_steps: int = 200
    anneal_temperature: float = 2000.0
    anneal_grain_temperature: float = 800.0
    anneal: float = 5.0
    constant_pressure: float = 6.0
    fixed_cell: float = 1.0
    production: float = 30.0
    production_segment: float = 5.0
    sample_interval: float = 0.1
    frame_interval: float = 1.0
    ladder: tuple[float, ...] = ()
    wanted_standard_error: float = 0.0
    production_max: float = 300.0

    def __post_init__(self) -> None:
        for name, (low, high, unit) in _RANGES.items():
            value = getattr(self, name)
            if not low <= value <= high:
                raise ConfigError.about(
                    f"protocol.{name}", value, f"{low:g} to {high:g} {unit}", "Choose a value in this range."
                )
        if self.minimise_steps < 0:
            raise ConfigError.about("protocol.minimise_steps", self.minimise_steps, "0 or more", "Use 200.")
        for name in ("sample_interval", "frame_interval", "production_segment"):
            steps = getattr(self, name) / self.timestep
            if abs(steps - round(steps)) > 1e-6:
                raise ConfigError.about(
                    f"protocol.{name}",
                    getattr(self, name),
                    f"a multiple of the timestep {self.timestep} ps",
                    "Round it.",
                )
        frames = self.frame_interval / self.sample_interval
        segments = self.production_segment / self.frame_interval
        for name, ratio, of in (
            ("frame_interval", frames, "sample_interval"),
            ("production_segment", segments, "frame_interval"),
        ):
            if ratio < 1 - 1e-9 or abs(ratio - round(ratio)) > 1e-6:
                raise ConfigError.about(
                    f"protocol.{name}",
                    getattr(self, name),
                    f"a multiple of {of} = {getattr(self, of):g} ps",
                    "Change one of the two.",
                )
        if self.ladder:
            self._check_ladder()
        if self.wanted_standard_error > 0 and self.production_max < self.production:
            raise ConfigError.about(
                "protocol.production_max",
                self.production_max,
                f"at least production = {self.production:g} ps",
                "Raise it, or shorten production.",
            )

    def _check_ladder(self) -> None:
        low, high, unit = _RANGES["temperature"]
        falling = all(a > b for a, b in zip(self.ladder, self.ladder[1:], strict=False))
        enough = _FEWEST_RUNGS <= len(self.ladder) <= _MOST_RUNGS
        if not (enough and falling and self.ladder[0] == self.temperature):
            raise ConfigError.about(
                "protocol.ladder",
                list(self.ladder),
                f"{_FEWEST_RUNGS} to {_MOST_RUNGS} different temperatures, hot to cold, first = temperature",
                "Four from 1400 to 900 K are a start.",
            )
        for value in self.ladder:
            if not low <= value <= high:
                raise ConfigError.about(
                    "protocol.ladder", value, f"{low:g} to {high:g} {unit}", "Choose a value in this range."
                )

    @property
    def temperatures(self) -> tuple[float, ...]:
        """Temperatures of production, hot to cold, K."""
        return self.ladder or (self.temperature,)

    def to_dict(self) -> dict[str, Any]:
        """Return a JSON-ready dictionary."""
        return asdict(self)

    @classmethod
    def from_dict(cls, record: Mapping[str, Any]) -> Protocol:
        """Rebuild a protocol from :meth:`to_dict`, also by way of JSON."""
        return cls(**{**record, "ladder": tuple(record.get("ladder", ()))})


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """One LAMMPS run.

    Attributes:
        name: file stem, ordered.
        kind: what it does.
        phases: pairs (timestep in ps, number of steps); empty for a minimisation.
        temperature: K.
        band_temperature: K, of the annealed band; None without one.
        first_step: value of LAMMPS's step counter at the start; production counts on over its segments.
        starts_from: restart file without its ending, seen from the run's folder; empty for that of the stage
            before.
    """

    name: str
    kind: StageKind
    phases: tuple[tuple[float, int], ...]
    temperature: float
    band_temperature: float | None = None
    first_step: int = 0
    starts_from: str = ""

    @property
    def steps(self) -> int:
        """Number of time steps."""
        return sum(steps for _, steps in self.phases)

    @property
    def segment(self) -> int:
        """Number of a production segment, from 0."""
        return self.first_step // self.steps

    @property
    def duration(self) -> float:
        """Simulated time, ps."""
        return sum(timestep * steps for timestep, steps in self.phases)


def plan_stages(protocol: Protocol, kind: CellKind) -> tuple[Stage, ...]:
    """Return the stages of one evaluation in order."""
    dt = protocol.timestep
    stages = [Stage(name="00-minimise", kind="minimise", phases=(), temperature=protocol.temperature)]
    if kind == "boundary" and protocol.anneal > 0:
        gentle = min(1.0, protocol.anneal / 2)
        fine, coarse = min(dt, 0.0005), min(dt, 0.001)
        stages.append(
            Stage(
                name="01-anneal",
                kind="anneal",
                phases=((fine, _even(gentle / fine)), (coarse, _even((protocol.anneal - gentle) / coarse))),
                temperature=protocol.anneal_grain_temperature,
                band_temperature=protocol.anneal_temperature,
            )
        )
    for temperature in protocol.temperatures:
        stages += [
            Stage(
                name=_name(protocol, temperature, "02", "1", "constant-pressure"),
                kind="constant_pressure",
                phases=((dt, _even(protocol.constant_pressure / dt)),),
                temperature=temperature,
            ),
            Stage(
                name=_name(protocol, temperature, "03", "2", "fixed-cell"),
                kind="fixed_cell",
                phases=((dt, _even(protocol.fixed_cell / dt)),),
                temperature=temperature,
            ),
        ]
        stages += [
            production_segment(protocol, temperature, number) for number in range(n_segments(protocol))
        ]
    return tuple(stages)


def n_segments(protocol: Protocol) -> int:
    """Return how many segments of production are planned at each temperature."""
    return max(1, round(protocol.production / protocol.production_segment))


def production_segment(protocol: Protocol, temperature: float, number: int) -> Stage:
    """Return a segment of production at one of the protocol's temperatures, K, by its number from 0."""
    steps = round(protocol.production_segment / protocol.timestep)
    return Stage(
        name=_name(protocol, temperature, "10", "3", f"production-{number:04d}"),
        kind="production",
        phases=((protocol.timestep, steps),),
        temperature=temperature,
        first_step=number * steps,
    )


def _name(protocol: Protocol, temperature: float, alone: str, on_ladder: str, what: str) -> str:
    """File stem that sorts in the order of the run; on a ladder it carries the temperature."""
    if not protocol.ladder:
        return f"{alone}-{what}"
    return f"{20 + protocol.ladder.index(temperature)}-{temperature:g}K-{on_ladder}-{what}"


def _even(steps: float) -> int:
    """Round to a multiple of 20, which the averaging of the cell divides by."""
    return max(20, 20 * round(steps / 20))
