from .frames.frame_origins import bootstrap_by_origin
from .frames.labelled_frames import KINDS, Label, label_of, read_frames, with_label, write_frames
from .frames.packed_frames import pack, unpack
from .judging.accuracy import ClassAccuracy, measure_accuracy
from .judging.data_card import DataCard, read_card
from .judging.prediction import predict_frames
from .labels.frame_selection import (
    frame_descriptor,
    frame_descriptors,
    nearest_distances,
    without_duplicates,
)
from .labels.labelling import (
    CollectedLabels,
    LabellingBudget,
    LabellingReport,
    collect_labels,
    label_campaign,
)
from .labels.teacher import TEACHERS, Teacher, load_teacher
from .labels.teacher_comparison import representative, second_opinions
from .labels.training_set import SECOND_LABELS, pack_training_set, read_second, read_training_set
from .loop.active_learning import distil
from .loop.ionic_release import load_ionic, train_ionic
from .loop.loop_plan import LoopOptions
from .loop.loop_record import LoopOutcome, RoundRecord
from .loop.release import load_released, release_models
from .nep_settings import NepSettings
from .sources.frame_source import FrameSource, frames_of
from .sources.source_order import plan_sources
from .sources.teaching_recipe import TeachingRecipe
from .training.committee import train_committee, train_members
from .training.ionic_training import IonicSettings
from .training.nep_training import TrainedModel, load_trained, train_model

__all__ = [
    "KINDS",
    "SECOND_LABELS",
    "TEACHERS",
    "ClassAccuracy",
    "CollectedLabels",
    "DataCard",
    "FrameSource",
    "IonicSettings",
    "Label",
    "LabellingBudget",
    "LabellingReport",
    "LoopOptions",
    "LoopOutcome",
    "NepSettings",
    "RoundRecord",
    "Teacher",
    "TeachingRecipe",
    "TrainedModel",
    "bootstrap_by_origin",
    "collect_labels",
    "distil",
    "frame_descriptor",
    "frame_descriptors",
    "frames_of",
    "label_campaign",
    "label_of",
    "load_ionic",
    "load_released",
    "load_teacher",
    "load_trained",
    "measure_accuracy",
    "nearest_distances",
    "pack",
    "pack_training_set",
    "plan_sources",
    "predict_frames",
    "read_card",
    "read_frames",
    "read_second",
    "read_training_set",
    "release_models",
    "representative",
    "second_opinions",
    "train_committee",
    "train_ionic",
    "train_members",
    "train_model",
    "unpack",
    "with_label",
    "without_duplicates",
    "write_frames",
]
