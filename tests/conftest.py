"""Settings of all tests."""

from hypothesis import settings

# two cores carry LAMMPS runs beside these tests: how long an example takes says nothing about the code
settings.register_profile("shared machine", deadline=None)
settings.load_profile("shared machine")


def pytest_collection_modifyitems(config, items):
    """Several processes begin with the slow tests: at the end none waits for another's longest."""
    if hasattr(config, "workerinput"):
        items.sort(key=lambda item: item.get_closest_marker("slow") is None)
