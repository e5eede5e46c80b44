"""Reading trajectories of other programs, frame by frame."""

from grainway.trajectories.formats import OWN_FORMATS, find_format, read_frames
from grainway.trajectories.frame import Frame, TruncatedError
from grainway.trajectories.reading import Sample, Source
from grainway.trajectories.species import species_of
from grainway.trajectories.time_axis import Clock

__all__ = [
    "OWN_FORMATS",
    "Clock",
    "Frame",
    "Sample",
    "Source",
    "TruncatedError",
    "find_format",
    "read_frames",
    "species_of",
]
