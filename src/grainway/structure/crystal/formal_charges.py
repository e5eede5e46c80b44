"""Formal charges of the elements that solid electrolytes are made of."""

from collections.abc import Iterable, Mapping, Sequence

from grainway.errors import StructureError

COMMON_CHARGES: dict[str, tuple[int, ...]] = {
    "H": (1, -1), "Li": (1,), "Na": (1,), "K": (1,), "Rb": (1,), "Cs": (1,), "Ag": (1,),
    "Mg": (2,), "Ca": (2,), "Sr": (2,), "Ba": (2,), "Zn": (2,), "Cd": (2,),
    "B": (3,), "Al": (3,), "Ga": (3,), "In": (3,), "Sc": (3,), "Y": (3,), "Bi": (3, 5),
    "La": (3,), "Ce": (4, 3), "Pr": (3, 4), "Nd": (3,), "Sm": (3,), "Eu": (3, 2), "Gd": (3,), "Tb": (3, 4),
    "Dy": (3,), "Ho": (3,), "Er": (3,), "Tm": (3,), "Yb": (3, 2), "Lu": (3,),
    "C": (4, -4), "Si": (4,), "Ge": (4,), "Sn": (4, 2), "Ti": (4, 3), "Zr": (4,), "Hf": (4,),
    "Te": (6, 4, -2),
    "P": (5, 3, -3), "As": (5, 3), "Sb": (5, 3), "V": (5, 4, 3), "Nb": (5, 4), "Ta": (5,),
    "Mo": (6, 5, 4), "W": (6,), "Cr": (3, 6), "Mn": (2, 3, 4), "Fe": (3, 2), "Co": (2, 3), "Ni": (2, 3),
    "Cu": (2, 1),
    "O": (-2,), "S": (-2, 4, 6), "Se": (-2, 4, 6), "N": (-3, 5),
    "F": (-1,), "Cl": (-1, 5, 7), "Br": (-1,), "I": (-1, 5, 7),
}  # fmt: skip
"""Oxidation states met in compounds of lithium, the usual one first."""


def formal_charges(
    elements: Iterable[str], chosen: Mapping[str, int], labelled: Sequence[tuple[str, int | None]] = ()
) -> dict[str, int]:
    """Return the formal charge of each element.

    What the user chose comes first. A file's label is taken where it is a known oxidation state of the
    element (X-ray files often write O1-, a form factor and no charge), and the usual state otherwise.

    Args:
        elements: whose charges are wanted.
        chosen: e per element, as far as the user gave them.
        labelled: (element, oxidation state or None) of a file's sites.

    Raises:
        StructureError: when an element's charge is not known, or a file labels one element with two.
    """
    wanted = sorted(set(elements))
    for element, charge in chosen.items():
        if element not in wanted:
            raise StructureError.about(
                f"formal_charges.{element}", charge, f"for an element of the crystal, {wanted}", "Remove it."
            )
        if type(charge) is not int or not -4 <= charge <= 8:
            raise StructureError.about(
                f"formal_charges.{element}", charge, "a whole number from -4 to 8", "Correct it."
            )
    found = {}
    for element in wanted:
        known = COMMON_CHARGES.get(element, ())
        labels = sorted(
            {c for e, c in labelled if e == element and c is not None and (not known or c in known)}
        )
        if element in chosen:
            found[element] = chosen[element]
        elif len(labels) > 1:
            raise StructureError.about(
                f"charge of {element}",
                labels,
                "one whole charge for each element",
                f'Give it: formal_charges={{"{element}": ...}}.',
            )
        elif labels or known:
            found[element] = labels[0] if labels else known[0]
        else:
            raise StructureError.about(
                f"charge of {element}",
                None,
                "known for the usual elements of solid electrolytes only",
                f'Give it: formal_charges={{"{element}": ...}}.',
            )
    return found
