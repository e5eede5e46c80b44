"""Limits of enrichment and vacancies are stated with the recommendation."""

import math

import pytest

from grainway.campaign import CampaignConfig
from grainway.optimise import Constraint
from grainway.report.words.limits_text import limits_sentence


def test_without_limits_nothing_is_said():
    assert limits_sentence(CampaignConfig().optimiser.constraints, 1.0) is None


def test_the_limits_of_the_file_are_those_of_the_sentence():
    config = CampaignConfig.model_validate({"optimiser": {"ler_min": 1.0, "ler_max": 1.3, "ovc_max": 0.05}})
    assert config.optimiser.constraints == (Constraint("ler", 1.0, 1.3), Constraint("ovc", high=0.05))
    assert limits_sentence(config.optimiser.constraints, 0.87) == (
        "Within the limits (LER 1 to 1.3, OVC at most 0.05) with a probability of 87%."
    )
    alone = CampaignConfig.model_validate({"optimiser": {"ler_min": 1.1}}).optimiser.constraints
    assert alone == (Constraint("ler", 1.1, math.inf),)
    assert "LER at least 1.1" in limits_sentence(alone, 0.9)


def test_a_recommendation_outside_of_them_is_not_sold_as_one_within():
    told = limits_sentence((Constraint("ovc", high=0.01),), 0.12)
    assert told.startswith("No boundary is more likely within the limits")
    assert "12%" in told


def test_limits_that_leave_nothing_are_refused():
    with pytest.raises(ValueError, match=r"ler_max = 0\.9 must be larger than ler_min = 1"):
        CampaignConfig.model_validate({"optimiser": {"ler_min": 1.0, "ler_max": 0.9}})
