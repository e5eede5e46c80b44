"""What only the report reads may change after the start; what was simulated may not."""

import json

import pytest

from grainway.campaign import Campaign, CampaignConfig, summarise
from grainway.campaign.campaign import changed_settings, require_comparable
from grainway.campaign.record.store import Store
from grainway.campaign.search.proposals import make_proposals
from grainway.errors import ConfigError


def _config(**objective):
    return CampaignConfig.model_validate({"objective": objective})


def test_baseline_and_grain_size_are_those_of_the_file_as_it_is_now(tmp_path):
    begun = json.dumps(_config().model_dump(mode="json"))
    proposals = make_proposals(_config())
    asked = changed_settings(begun, _config(baseline=[2], grain_size=5.0))
    assert set(asked) == {"objective.baseline", "objective.grain_size"}
    require_comparable(asked, proposals, ())
    with pytest.raises(ConfigError, match=r"objective\.width"):
        require_comparable(changed_settings(begun, _config(width=12.0)), proposals, ())
    campaign = Campaign(_config(), tmp_path)
    store = Store(campaign.record_path)
    store.set_config(begun, {})
    store.close()
    now = Campaign(_config(baseline=[3], grain_size=0.5, width=12.0), tmp_path)
    seen = summarise(now).config.objective
    assert (seen.baseline, seen.grain_size, seen.width) == ([3], 0.5, 10.8)
