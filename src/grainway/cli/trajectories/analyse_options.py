"""Lists on the command line of ``grainway analyse``."""

from __future__ import annotations

from collections.abc import Sequence

from ase.data import atomic_numbers

from grainway.errors import ConfigError
from grainway.structure.crystal.formal_charges import formal_charges


def element_list(text: str | None) -> tuple[str, ...] | None:
    """Return elements from text such as ``Li,La,Zr,O``.

    Raises:
        ConfigError: when one of them is no chemical symbol.
    """
    if text is None:
        return None
    found = tuple(part.strip() for part in text.split(","))
    for symbol in found:
        if symbol not in atomic_numbers:
            raise ConfigError.about(
                "types", text, "chemical symbols in the order of the atom types", "Write them so: Li,La,Zr,O."
            )
    return found


def element_charges(text: str | None, symbols: Sequence[str]) -> dict[str, int]:
    """Return the formal charge of each element, those of text such as ``Li=1,La=3`` first.

    Raises:
        ConfigError: when the text is none such.
        StructureError: when a charge is not given and not known.
    """
    chosen: dict[str, int] = {}
    for part in (text or "").split(",") if text else ():
        element, equals, charge = (piece.strip() for piece in part.partition("="))
        try:
            chosen[element] = int(charge)
        except ValueError:
            equals = ""
        if not equals or element not in atomic_numbers:
            raise ConfigError.about(
                "charges",
                text,
                "element=whole number, separated by commas",
                "Write them so: Li=1,La=3,Zr=4,O=-2.",
            )
        if element not in symbols:
            raise ConfigError.about(
                "charges",
                text,
                f"for elements of the trajectory, {', '.join(sorted(set(symbols)))}",
                "Leave it out.",
            )
    return formal_charges(symbols, chosen)


def heights(text: str | None) -> tuple[float, ...]:
    """Return heights from text such as ``12.1,39.0``.

    Raises:
        ConfigError: when one of them is no number.
    """
    if text is None:
        return ()
    try:
        return tuple(float(part) for part in text.split(","))
    except ValueError as error:
        raise ConfigError.about(
            "boundaries", text, "numbers separated by commas, Å", "Write them so: 12.1,39.0."
        ) from error
