from .atom_species import species_of as species_of
from .frame import Frame as Frame
from .frame_stream import Sample as Sample
from .frame_stream import Source as Source
from .time_axis import Clock as Clock
