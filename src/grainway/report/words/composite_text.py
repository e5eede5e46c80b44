"""What is said of the model in which the resistivity depends on enrichment or vacancies too."""

from collections.abc import Sequence
from typing import Any

from grainway.report.words.numbers import with_error
from grainway.report.words.quantities import quantity


def composite_sentence(names: Sequence[str], found: dict[str, Any] | None) -> str | None:
    """Return whether that model is in use and why; None where the campaign does not ask for it.

    Args:
        names: the quantities that the campaign names.
        found: the comparison, see :class:`~grainway.campaign.CampaignSummary`; None before there is one.
    """
    if not names:
        return None
    listed = " and ".join(quantity(name).symbol for name in names)
    if found is None:
        return f"Too few measured values of {listed} for a model of ρ_gb with them."
    composite, plain = found["leave_one_out_log_density"], found["leave_one_out_log_density_plain"]
    compared = f"leave-one-out log density {composite:.1f} with it, {plain:.1f} without"
    if not found["in_use"]:
        return f"The model of ρ_gb with {listed} predicts no better and is not in use ({compared})."
    slopes = ", ".join(
        f"{with_error(slope['value'], slope['standard_error'])} decades per unit of {quantity(name).symbol}"
        for name, slope in found["slopes"].items()
    )
    weight = f"{found['weight']:.2f}"
    return f"The model of ρ_gb with {listed} is in use with a weight of {weight} ({compared}): {slopes}."
