"""The exceptions that grainway raises on purpose; anything else that escapes is a bug."""

from __future__ import annotations


class GrainwayError(Exception):
    """Base of every error that a user can cause or must know about."""

    @classmethod
    def about(cls, field: str, value: object, allowed: str, remedy: str) -> GrainwayError:
        """Build the error for a bad input."""
        return cls(f"{field} = {value!r} is not allowed: {allowed}. {remedy}")


class ConfigError(GrainwayError):
    """A campaign file, a command line or an argument is wrong."""


class StructureError(GrainwayError):
    """A structure cannot be built as asked."""


class SimulationError(GrainwayError):
    """A molecular-dynamics run failed or came out unhealthy."""


class AnalysisError(GrainwayError):
    """A trajectory cannot be analysed as asked, or the result is not converged."""


class StoreError(GrainwayError):
    """The campaign's record cannot be read or written."""
