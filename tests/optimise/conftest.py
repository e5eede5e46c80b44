"""What all tests of the optimiser share."""

import pytest

from grainway.optimise.model import modelled_record


@pytest.fixture(autouse=True)
def composite_from_the_start(monkeypatch):
    """The suite of all engines is short: let the composite model take part in it from three values on."""
    monkeypatch.setattr(modelled_record, "LEAST_FOR_COMPOSITE", 3)
