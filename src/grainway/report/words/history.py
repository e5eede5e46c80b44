"""What happened to a campaign besides its own evaluations: imports, and changes of its file."""

from collections import Counter
from typing import Any

from grainway.campaign import CampaignSummary, Evaluation, ImportedEvaluations

_LISTED = 10


def label(evaluation: Evaluation) -> str:
    """Return the boundary of an evaluation, with the campaign that ran it and the run it went on with."""
    origin = f" (from {evaluation.origin})" if evaluation.origin else ""
    longer = "" if evaluation.continues is None else f" (run of {evaluation.continues}, longer)"
    return f"{evaluation.trial.label}{longer}{origin}"


def imported_sentence(summary: CampaignSummary) -> str | None:
    """Say how many evaluations come from which campaigns; None without any."""
    sources = Counter(e.source["campaign"] for e in summary.imported if e.source is not None)
    if not sources:
        return None
    counted = ", ".join(f"{number} from {name}" for name, number in sources.items())
    return f"Imported and not charged to the budget: {counted}"


def change_sentences(summary: CampaignSummary) -> list[str]:
    """Say after which evaluation which settings were changed and what was imported, in order."""
    sentences = []
    for change in summary.changes:
        events = [f"{key} {_value(was)} → {_value(now)}" for key, (was, now) in change.settings.items()]
        if change.imported is not None:
            joined, campaign = change.imported["joined"], change.imported["campaign"]
            events.append(f"{_counted(joined)} imported from {campaign}")
        sentences.append(f"after {_counted(change.n_decided)}: {'; '.join(events)}")
    return sentences


def import_sentences(taken: ImportedEvaluations) -> list[str]:
    """Say what an import did and what it left out."""
    sentences = [
        f"{_counted(taken.joined)} of {taken.campaign} joined ({taken.failed} of them failed), "
        f"{taken.known} in the record before."
    ]
    if taken.bulk:
        sentences.append("The bulk reference is the same trial and was taken over too.")
    if taken.outside:
        listed = ", ".join(taken.outside[:_LISTED]) + (", ..." if len(taken.outside) > _LISTED else "")
        sentences.append(
            f"{_counted(len(taken.outside))} left out, outside of this design space: {listed}. "
            "Widen [design] and import again to take these over too."
        )
    return sentences


def _counted(number: int) -> str:
    return f"{number} {'evaluation' if number == 1 else 'evaluations'}"


def _value(value: Any) -> str:
    return "empty" if value in ("", [], {}) else str(value)
