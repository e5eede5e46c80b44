"""What only the report reads may change after the start; what was simulated may not."""

import pytest

from grainway.campaign import Campaign, CampaignConfig, summarise
from grainway.campaign.store import Store
from grainway.errors import ConfigError


def _campaign(root, **objective):
    return Campaign(CampaignConfig.model_validate({"objective": objective}), root)


def test_baseline_and_grain_size_are_those_of_the_file_as_it_is_now(tmp_path):
    store = Store(_campaign(tmp_path).record_path)
    _campaign(tmp_path)._check_unchanged(store)
    _campaign(tmp_path, baseline=[2], grain_size=5.0)._check_unchanged(store)
    with pytest.raises(ConfigError, match=r"objective\.width"):
        _campaign(tmp_path, width=12.0)._check_unchanged(store)
    store.close()
    seen = summarise(_campaign(tmp_path, baseline=[3], grain_size=0.5, width=12.0)).config.objective
    assert (seen.baseline, seen.grain_size, seen.width) == ([3], 0.5, 10.8)
