"""Settings of all tests."""

import signal

from hypothesis import settings

# a script that runs the tests in its background has interruptions ignored, and processes inherit that
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)

# two cores carry LAMMPS runs beside these tests: how long an example takes says nothing about the code
settings.register_profile("shared machine", deadline=None)
settings.load_profile("shared machine")


def pytest_collection_modifyitems(config, items):
    """Several processes begin with the slow tests: at the end none waits for another's longest."""
    if hasattr(config, "workerinput"):
        items.sort(key=lambda item: item.get_closest_marker("slow") is None)
