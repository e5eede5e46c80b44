from .formats import OWN_FORMATS, find_format, read_frames
from .frame import Frame, TruncatedError
from .reading import Sample, Source
from .species import species_of
from .time_axis import Clock

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
