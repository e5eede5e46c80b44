from .against_bulk.recorded_evaluation import Evaluation
from .campaign import Campaign, Outcome
from .evaluation.temperature_ladder import Rung
from .evaluation.trial import Trial
from .file.config import DEMO, CampaignConfig, campaign_toml, load_config
from .record.recorded_trial import trial_of
from .running_snapshot import Running, Snapshot
from .search.arbitration import Arbitration
from .search.imported_evaluations import ImportedEvaluations
from .search.proposals import Proposals, build_catalogue, make_proposals
from .summary import CampaignSummary, open_campaign, summarise

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
