from .atom_species import species_of
from .frame import Frame, TruncatedError
from .frame_stream import OWN_FORMATS, Sample, Source, find_format, read_frames
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
