"""The part of a campaign file that names a second potential for the boundaries that matter."""

from __future__ import annotations

from pydantic import Field

from grainway.campaign.design_section import Section


class ArbitrationSection(Section):
    """A second opinion: once the search has stopped, what matters runs again in another potential."""

    potential: str = Field(
        default="",
        max_length=60,
        description="name of a shipped potential, empty for none. Search in a cheap potential and let a\n"
        "costly one arbitrate: the difference between the two is the model error, which stands apart\n"
        "from the statistical one. May be added or changed after the search: run the file again",
    )
    candidates: int = Field(
        default=3,
        ge=1,
        le=100,
        description="boundaries to run again: the recommended one and the next lowest; one\n"
        "typical boundary (the median) and the bulk are added for contrast",
    )
