"""Temperatures over time of the runs that frames are taken from.

Snapshots lie a picosecond or more apart: a vibration of oxygen takes 0.05 ps, so that nothing is told twice.
"""

from __future__ import annotations

from grainway.distillation.sources.teaching_dynamics import CellFreedom, Phase

_HOT_K = 1200.0
_STEP_PS, _HOT_STEP_PS = 0.002, 0.00125
_MELTING_K = 4000.0


def thermal(
    temperature: float, n_frames: int, cell: CellFreedom, *, lead: float = 1.0, apart: float = 1.25
) -> tuple[Phase, ...]:
    """Return a bulk crystal's run at one temperature, K; ``lead`` and ``apart`` in ps."""
    step = _step(temperature)
    warm = min(temperature, _HOT_K)
    return (
        Phase(start=warm, end=temperature, duration=0.3, timestep=0.0005),
        Phase(start=temperature, end=temperature, duration=lead, timestep=step, cell=cell),
        Phase(
            start=temperature,
            end=temperature,
            duration=n_frames * apart,
            timestep=step,
            cell=cell,
            interval=apart,
        ),
    )


def compressed(temperature: float) -> tuple[Phase, ...]:
    """Return the run of a cell far below its volume: close contacts, short steps."""
    return (
        Phase(start=300.0, end=temperature, duration=0.5, timestep=0.0005),
        Phase(start=temperature, end=temperature, duration=3.0, timestep=0.00075, interval=0.75),
    )


def melt(temperature: float, n_frames: int = 6) -> tuple[Phase, ...]:
    """Return melting at 4000 K and frames of the melt."""
    return (
        *_melting(temperature),
        Phase(start=temperature, end=temperature, duration=1.0, timestep=0.001),
        Phase(start=temperature, end=temperature, duration=float(n_frames), timestep=0.001, interval=1.0),
    )


def quench() -> tuple[Phase, ...]:
    """Return melting and a quench from 3000 to 300 K in 6 ps at zero pressure, with frames on the way."""
    return (
        *_melting(3000.0),
        Phase(start=3000.0, end=300.0, duration=6.0, timestep=0.0015, cell="isotropic", interval=1.0),
    )


def free_surface(temperature: float) -> tuple[Phase, ...]:
    """Return the run of a slab: the cell holds vacuum, so it stays."""
    return (
        Phase(start=300.0, end=temperature, duration=0.5, timestep=0.0005),
        Phase(start=temperature, end=temperature, duration=1.0, timestep=0.001),
        Phase(start=temperature, end=temperature, duration=3.75, timestep=_HOT_STEP_PS, interval=1.25),
    )


def boundary(temperature: float, n_frames: int) -> tuple[Phase, ...]:
    """Return a boundary as it was built, brought to one temperature."""
    step = _step(temperature)
    return (
        Phase(start=300.0, end=temperature, duration=0.4, timestep=0.001, cell="stacked"),
        Phase(start=temperature, end=temperature, duration=1.0, timestep=step, cell="stacked"),
        Phase(
            start=temperature,
            end=temperature,
            duration=float(n_frames),
            timestep=step,
            cell="stacked",
            interval=1.0,
        ),
    )


def annealed_boundary(interval: float = 1.25) -> tuple[Phase, ...]:
    """Return a boundary at 2000 K, with frames every ``interval`` ps, then cooled to 800 K with one more."""
    return (
        Phase(start=300.0, end=2000.0, duration=0.4, timestep=0.001, cell="stacked"),
        Phase(
            start=2000.0,
            end=2000.0,
            duration=2 * interval if interval < 2.0 else interval,
            timestep=_HOT_STEP_PS,
            cell="stacked",
            interval=interval,
        ),
        Phase(start=2000.0, end=800.0, duration=2.4, timestep=0.0015, cell="stacked", interval=2.4),
    )


def explored_anneal() -> tuple[Phase, ...]:
    """Return a boundary at 2000 K for 3 ps, then cooled to 800 K in 2.4 ps, with five frames in all."""
    return (
        Phase(start=300.0, end=2000.0, duration=0.4, timestep=0.001, cell="stacked"),
        Phase(start=2000.0, end=2000.0, duration=3.0, timestep=_HOT_STEP_PS, cell="stacked", interval=1.0),
        Phase(start=2000.0, end=800.0, duration=2.4, timestep=0.0015, cell="stacked", interval=1.2),
    )


def quenched_boundary() -> tuple[Phase, ...]:
    """Return a boundary disordered at 2800 K and quenched to 300 K in 3.6 ps."""
    return (
        Phase(start=300.0, end=2800.0, duration=0.5, timestep=0.001, cell="stacked"),
        Phase(start=2800.0, end=2800.0, duration=1.5, timestep=0.001, cell="stacked"),
        Phase(start=2800.0, end=300.0, duration=3.6, timestep=0.0015, cell="stacked", interval=1.2),
    )


def _melting(then: float) -> tuple[Phase, ...]:
    return (
        Phase(start=2000.0, end=_MELTING_K, duration=0.5, timestep=0.0005),
        Phase(start=_MELTING_K, end=_MELTING_K, duration=1.5, timestep=0.001),
        Phase(start=_MELTING_K, end=then, duration=0.5, timestep=0.001),
    )


def _step(temperature: float) -> float:
    return _STEP_PS if temperature <= _HOT_K else _HOT_STEP_PS
