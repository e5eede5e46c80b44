"""Campaigns: configuration, record, evaluation in parallel processes, resumption."""

from grainway.campaign.arbitration import Arbitration
from grainway.campaign.campaign import Campaign, Outcome
from grainway.campaign.config import DEMO, CampaignConfig, campaign_toml, load_config
from grainway.campaign.evaluation import Evaluation
from grainway.campaign.imports import ImportedEvaluations
from grainway.campaign.ladder import Rung
from grainway.campaign.proposals import Proposals, build_catalogue, make_proposals
from grainway.campaign.recorded_trial import trial_of
from grainway.campaign.snapshot import Running, Snapshot
from grainway.campaign.summary import CampaignSummary, open_campaign, summarise
from grainway.campaign.trial import Trial

__all__ = [
    "DEMO",
    "Arbitration",
    "Campaign",
    "CampaignConfig",
    "CampaignSummary",
    "Evaluation",
    "ImportedEvaluations",
    "Outcome",
    "Proposals",
    "Rung",
    "Running",
    "Snapshot",
    "Trial",
    "build_catalogue",
    "campaign_toml",
    "load_config",
    "make_proposals",
    "open_campaign",
    "summarise",
    "trial_of",
]
