"""Settings of all tests."""

from hypothesis import settings

# two cores carry LAMMPS runs beside these tests: how long an example takes says nothing about the code
settings.register_profile("shared machine", deadline=None)
settings.load_profile("shared machine")
