"""grainway: design grain boundaries of garnet solid electrolytes for fast lithium-ion conduction."""

__all__ = ["__version__"]

__version__: str


def __getattr__(name: str) -> str:
    """Return the version when it is asked for: reading it takes longer than starting Python."""
    if name != "__version__":
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib.metadata import version

    return version("grainway")
