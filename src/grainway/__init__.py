"""grainway: design grain boundaries of garnet solid electrolytes for fast lithium-ion conduction."""

from importlib.metadata import version

__version__ = version("grainway")
__all__ = ["__version__"]
