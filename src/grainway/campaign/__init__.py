"""Campaigns: configuration, record, evaluation in parallel processes, resumption."""

from grainway.campaign.campaign import Campaign, Outcome
from grainway.campaign.config import DEMO, CampaignConfig, campaign_toml, load_config
from grainway.campaign.export import spec_near, trial_of, write_boundary, write_structure
from grainway.campaign.proposals import Proposals, make_proposals
from grainway.campaign.snapshot import Running, Snapshot
from grainway.campaign.summary import CampaignSummary, Evaluation, open_campaign, summarise
from grainway.campaign.trial import Trial

__all__ = [
    "DEMO",
    "Campaign",
    "CampaignConfig",
    "CampaignSummary",
    "Evaluation",
    "Outcome",
    "Proposals",
    "Running",
    "Snapshot",
    "Trial",
    "campaign_toml",
    "load_config",
    "make_proposals",
    "open_campaign",
    "spec_near",
    "summarise",
    "trial_of",
    "write_boundary",
    "write_structure",
]
