"""From a slow, well founded potential to a fast one: frames, labels, training and what it is worth."""

from grainway.distillation.accuracy import ClassAccuracy, measure_accuracy
from grainway.distillation.card import DataCard, read_card
from grainway.distillation.committee import train_committee, train_members
from grainway.distillation.compact import pack, unpack
from grainway.distillation.descriptor import frame_descriptor, frame_descriptors
from grainway.distillation.frames import (
    KINDS,
    Label,
    label_of,
    read_frames,
    virial_of,
    with_label,
    write_frames,
)
from grainway.distillation.labelling import (
    CollectedLabels,
    LabellingBudget,
    LabellingReport,
    collect_labels,
    label_campaign,
)
from grainway.distillation.loop import distil
from grainway.distillation.loop_plan import LoopOptions
from grainway.distillation.loop_record import LoopOutcome, RoundRecord
from grainway.distillation.nep_settings import NepSettings
from grainway.distillation.plan import plan_sources
from grainway.distillation.prediction import predict_frames
from grainway.distillation.recipe import TeachingRecipe
from grainway.distillation.release import load_released, release_models
from grainway.distillation.second_opinion import representative, second_opinions
from grainway.distillation.selection import farthest_first, nearest_distances, without_duplicates
from grainway.distillation.sources import Source, frames_of
from grainway.distillation.split import bootstrap_by_origin, split_by_origin
from grainway.distillation.teacher import TEACHERS, Teacher, load_teacher
from grainway.distillation.training import TrainedModel, load_trained, train_model
from grainway.distillation.training_set import (
    SECOND_LABELS,
    pack_training_set,
    read_second,
    read_training_set,
)

__all__ = [
    "KINDS",
    "SECOND_LABELS",
    "TEACHERS",
    "ClassAccuracy",
    "CollectedLabels",
    "DataCard",
    "Label",
    "LabellingBudget",
    "LabellingReport",
    "LoopOptions",
    "LoopOutcome",
    "NepSettings",
    "RoundRecord",
    "Source",
    "Teacher",
    "TeachingRecipe",
    "TrainedModel",
    "bootstrap_by_origin",
    "collect_labels",
    "distil",
    "farthest_first",
    "frame_descriptor",
    "frame_descriptors",
    "frames_of",
    "label_campaign",
    "label_of",
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
    "split_by_origin",
    "train_committee",
    "train_members",
    "train_model",
    "unpack",
    "virial_of",
    "with_label",
    "without_duplicates",
    "write_frames",
]
