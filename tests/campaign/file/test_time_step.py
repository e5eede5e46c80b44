"""A campaign keeps the time step it was begun with, whatever has become of its potential's own."""

from dataclasses import replace

from example_campaigns.small_campaign import small_campaign
from grainway.campaign import load_config, make_proposals
from grainway.campaign.driver import Driver
from grainway.campaign.evaluation.trial import Trial
from grainway.campaign.record.store import Store
from grainway.campaign.search.decisions import decided_trial


def decided(path, store):
    config = load_config(path)
    Driver(config, path.parent / "c", store, make_proposals(config), None)
    return decided_trial(config, config.potential.load(path.parent), store.rows(), None, 1)


def test_a_begun_campaign_keeps_its_time_step(tmp_path):
    path = small_campaign(tmp_path / "c.toml", workers=1, evaluations=1)
    store = Store(tmp_path / "fresh.sqlite")
    own = decided(path, store)
    assert own.protocol.timestep == 0.002
    store.close()

    other = replace(own, protocol=replace(own.protocol, timestep=0.001))
    store = Store(tmp_path / "begun.sqlite")
    store.add(other.id, other.to_json(), None)
    assert decided(path, store).protocol.timestep == 0.001
    assert Trial.from_json(store.rows()[0].inputs) == other
    store.close()
