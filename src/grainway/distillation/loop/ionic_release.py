"""Pair splines as they ship: one JSON with the committee in it, and the data card."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from ase import Atoms

from grainway.distillation.frames.element_energies import frames_of_elements
from grainway.distillation.judging.accuracy import measure_accuracy
from grainway.distillation.judging.data_card import (
    DataCard,
    count_frames,
    licences,
    threshold_of,
    write_card,
)
from grainway.distillation.judging.excess_energy import compare_excess_energies
from grainway.distillation.labels.labelling import CollectedLabels
from grainway.distillation.labels.training_set import labels_of_elements
from grainway.distillation.loop.release import against_second
from grainway.distillation.training.ionic_training import (
    IonicFit,
    IonicSettings,
    train_pairs,
)
from grainway.distillation.training.pair_fit import predict_with_pairs
from grainway.distillation.training.pair_grids import HOST, in_order
from grainway.errors import ConfigError
from grainway.machine.whole_files import write_whole
from grainway.simulation import RELEASE_CARD, SPLINE_FILE, force_spread
from grainway.simulation.potentials.pair.pair_sums import pair_sums
from grainway.simulation.potentials.pair.spline_potential import SplineCommittee, SplinePotential, rounded

_GARNET = "garnet"
"""Of frames without any other element."""


def train_ionic(
    labels: CollectedLabels,
    folder: Path,
    settings: IonicSettings,
    *,
    name: str,
    status: str,
    second: Sequence[Atoms] = (),
    host: SplinePotential | None = None,
) -> DataCard:
    """Train pair splines with their committee, measure them on what was held out, and write both with a card.

    Args:
        labels: what to learn from, and what was held out.
        folder: for ``ionic.json`` and ``card.json``.
        settings: of the training.
        name: of the potential.
        status: what it is good for, in a sentence.
        second: some of the frames as another teacher labels them.
        host: a potential that elements are added to; see ``train_pairs``.

    Raises:
        ConfigError: no held-out frames of the elements, an element that no taught frame holds, or a second
            label of an unknown frame.
    """
    fit = train_pairs(labels.taught, settings, host)
    elements = fit.potential.elements
    known = labels_of_elements(labels, elements)
    taught, held_out = known.taught, known.held_out
    if not held_out:
        raise ConfigError.about(
            "labels", 0, f"held-out frames of {', '.join(elements)}", "Label the held-out sources too."
        )
    teacher = str(held_out[0].info["teacher"])
    potential = _watched(fit, held_out, name, teacher, host)
    predicted = predict_with_pairs(potential, held_out)
    bulk = [frame for frame in taught if str(frame.info["kind"]).startswith("bulk")]
    compared = list(zip(held_out, predicted, strict=True))
    references = [*zip(bulk, predict_with_pairs(potential, bulk), strict=True), *compared]
    card = DataCard(
        name=name,
        status=status,
        teacher=teacher,
        taught=count_frames(taught),
        held_out=count_frames(held_out),
        members=_facts(fit, taught, settings),
        settings=settings.to_dict(),
        accuracy=tuple(measure_accuracy(held_out, predicted)),
        **against_second(frames_of_elements(second, elements), [*held_out, *taught]),
        spread_threshold=potential.committee.spread_threshold if potential.committee else 0.0,
        licences=licences(teacher, nep=False),
        excess_energies=compare_excess_energies(references, compared),
    )
    folder.mkdir(parents=True, exist_ok=True)
    write_whole(folder / SPLINE_FILE, potential.to_json())
    write_card(folder / RELEASE_CARD, card)
    return card


def load_ionic(folder: Path) -> SplinePotential:
    """Return what :func:`train_ionic` left in a folder.

    Raises:
        ConfigError: when there is no such file, or it is none of fitted splines.
    """
    path = folder / SPLINE_FILE
    if not path.is_file():
        raise ConfigError.about(
            "folder", str(folder), f"one that holds {SPLINE_FILE}", "Train with --form ionic first."
        )
    return SplinePotential.from_json(path.read_text(encoding="utf-8"))


def _watched(
    fit: IonicFit, held_out: Sequence[Atoms], name: str, teacher: str, host: SplinePotential | None
) -> SplinePotential:
    """Return the potential with its committee, whose thresholds come from the frames held out.

    A host keeps its own. Without frames of the garnet's elements alone the others' threshold serves all.
    """
    spreads: dict[str, list[float]] = {}
    for frame in held_out:
        symbols = frame.get_chemical_symbols()
        sums = pair_sums(fit.potential, fit.members, symbols, frame.positions, frame.cell.array)
        for kind in set(symbols) - HOST or {_GARNET}:
            spreads.setdefault(kind, []).append(force_spread(sums.forces)[0])
    by_kind = {kind: threshold_of(spreads[kind]) for kind in in_order(spreads)}
    own = by_kind.pop(_GARNET, max(by_kind.values(), default=0.0))
    if host is not None and host.committee is not None:
        own, by_kind = host.committee.spread_threshold, {**host.committee.thresholds_with, **by_kind}
    committee = SplineCommittee(
        coefficients={pair: rounded(members.T) for pair, members in fit.members.items()},
        spread_threshold=own,
        thresholds_with=by_kind,
    )
    description = f"pair splines matched to the forces, energies and stresses of {teacher}"
    return replace(fit.potential, name=name, description=description, committee=committee)


def _facts(fit: IonicFit, taught: Sequence[Atoms], settings: IonicSettings) -> tuple[dict[str, object], ...]:
    """Return what each member of the committee was fitted to."""
    sizes = {str(frame.info["origin"]): 0 for frame in taught}
    for frame in taught:
        sizes[str(frame.info["origin"])] += 1
    return tuple(
        {
            "seed": settings.seed + number,
            "n_origins": len(draw),
            "n_frames": sum(times * sizes[origin] for origin, times in draw.items()),
        }
        for number, draw in enumerate(fit.draws)
    )
