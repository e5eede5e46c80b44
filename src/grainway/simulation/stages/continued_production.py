"""Production that goes on from where an earlier run ended.

The restart file at the end of production holds positions, velocities, cell and the state of the thermostat,
and production draws no random numbers: a run that reads the file goes on as if it had never ended.
"""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from grainway.simulation.stages.protocol import Protocol, Stage, n_segments, production_segment


def kept_ends(protocol: Protocol, folder: Path) -> tuple[Stage, ...]:
    """Return the last production segment at each temperature of a finished run whose final states are kept.

    Returns:
        Hot to cold; empty unless the state is there at every temperature.
    """
    ends = []
    for temperature in protocol.temperatures:
        stem = production_segment(protocol, temperature, 0).name.removesuffix("0000")
        kept = [int(path.stem.removeprefix(stem)) for path in folder.glob(f"{stem}*.restart")]
        if not kept:
            return ()
        ends.append(production_segment(protocol, temperature, max(kept)))
    return tuple(ends)


def continued_stages(protocol: Protocol, ends: Sequence[Stage], folder: str) -> tuple[Stage, ...]:
    """Return production at every temperature, as long again, from the end of an earlier run.

    Segments and steps are numbered on from the earlier ones.

    Args:
        protocol: of both runs.
        ends: from :func:`kept_ends`.
        folder: of the earlier run, as seen from that of the new one.
    """
    stages = []
    for end in ends:
        first = end.segment + 1
        new = [production_segment(protocol, end.temperature, first + i) for i in range(n_segments(protocol))]
        stages += [replace(new[0], starts_from=f"{folder}/{end.name}"), *new[1:]]
    return tuple(stages)
