"""Files that describe no crystal that can be built: each is refused with what is allowed and what to do."""

import re
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from example_structures.cif_text import LI3OCL, LLZO, cif
from grainway.errors import StructureError
from grainway.structure.crystal import garnet as bulk
from grainway.structure.crystal.files.crystal_file import load_crystal

DATA = Path(__file__).parents[2] / "example_structures" / "data"
LLZO_TOML = Path(bulk.__file__).parent / "data/llzo.toml"
A = 12.9827
CUBE_WITHOUT_CENTRING = """
_space_group_name_H-M_alt 'F m -3 m'
loop_
_space_group_symop_operation_xyz
'x,y,z'
'z,x,y'
'y,z,x'
'-x,-y,z'
'z,-x,-y'
'-y,z,-x'
"""


def garnet(*rows):
    return cif(rows, (A,) * 3, number=230)


def antiperovskite(*more, number=221):
    return cif([*LI3OCL, *more], (3.907,) * 3, number=number)


LANTHANUM, ZIRCONIUM, OXYGEN, LI1, LI2 = LLZO
REFUSED = {
    "tetragonal cell": (
        cif(LLZO, (13.13, 13.13, 12.66)),
        r"a = 13.13 Å.*c = 12.66 Å.*cubic within 0.1 %.*cubic polymorph",
    ),
    "cell just off the cube": (cif(LLZO, (13.0, 13.0, 13.03), number=1), r"cubic within 0.1 %"),
    "primitive cell": (cif(LI3OCL, (5.0,) * 3, (60.0,) * 3), r"write the conventional cell"),
    "cube with other contents": (
        cif([("O", "O", (0, 0, 0), 1.0), ("Li1", "Li", (0.5, 0, 0), 1.0), ("Li2", "Li", (0, 0.4, 0), 1.0)]),
        r"not the same along a, b and c",
    ),
    "unknown charge": (
        garnet(*LLZO, ("X", "Xe", (0.03, 0.04, 0.05), 1.0)),
        r"charge of Xe.*formal_charges=",
    ),
    "two charges of one element": (
        garnet(*LLZO, ("Mn1", "Mn2+", (0.03, 0.04, 0.05), 1.0), ("Mn2", "Mn4+", (0.2, 0.1, 0.05), 1.0)),
        r"charge of Mn = \[2, 4\].*formal_charges=",
    ),
    "no lithium": (garnet(LANTHANUM, ZIRCONIUM, OXYGEN), r"mobile = 'Li'.*it has \['La', 'O', 'Zr'\]"),
    "too few lithium sites": (
        garnet(LANTHANUM, ZIRCONIUM, OXYGEN, (*LI1[:3], 1.0)),
        r"lithium sites = 12 .*at least 28",
    ),
    "positive framework": (garnet(LANTHANUM, LI1), r"below 0 e per primitive cell.*La \+3, Li \+1"),
    "occupancies against neutrality": (
        garnet(*LLZO[:4], (*LI2[:3], 0.2)),
        r"lithium in the file = 20.88 .*within 10% of 28 .*La \+3, Li \+1, O -2, Zr \+4",
    ),
    "vacancies in the framework": (
        garnet(LANTHANUM, ZIRCONIUM, (*OXYGEN[:3], 0.9), LI1, LI2),
        r"site O1 .*full: 0.9 leaves vacancies.*oxygen_vacancies",
    ),
    "too full": (garnet(*LLZO, ("Ta1", "Ta", (0, 0, 0), 0.2)), r"occupancy of site Zr1/Ta1 .*add to 1"),
    "half on top of each other": (
        antiperovskite(("O2", "O", (0.0, 0.0, 0.0), 0.1), ("O3", "O", (0.5, 0.5, 0.0), 1.0)),
        r"occupancy of site .*add to 1",
    ),
    "lithium on a framework site": (
        antiperovskite(("Ti1", "Ti", (0, 0, 0), 0.6)).replace("Cl1 Cl", "Li9 Li").replace("1.0", "0.3", 1),
        r"occupancy of site",
    ),
    "anion and cation on one site": (
        garnet(LANTHANUM, (*ZIRCONIUM[:3], 0.5), ("F1", "F", (0, 0, 0), 0.5), OXYGEN, LI1, LI2),
        r"by cations only or by anions only",
    ),
    "anion on a lithium site": (
        garnet(*LLZO[:3], (*LI1[:3], 0.5), ("F1", "F", LI1[2], 0.1), LI2),
        r"site Li1/F1 = 'F' .*with cations only",
    ),
    "centring of the symbol only": (
        antiperovskite(number=1).replace("data_test\n", "data_test" + CUBE_WITHOUT_CENTRING),
        r"F centring; they do not",
    ),
    "no symmetry": (
        antiperovskite().replace("_space_group_IT_number 221\n", ""),
        r"Add _space_group_IT_number",
    ),
    "a group that is none": (antiperovskite(number=231), r"a CIF that can be read"),
    "two origins": (
        cif([("O1", "O", (0, 0, 0), 1.0), ("Li1", "Li", (0.25,) * 3, 1.0)], (4.6,) * 3, number=227),
        r"has two, and the file does not say which.* List the operations",
    ),
    "no angle": (
        antiperovskite().replace("_cell_angle_gamma", "_cell_angle_delta"),
        r"no tag '_cell_angle_g",
    ),
    "two structures": (
        antiperovskite() + antiperovskite().replace("data_test", "data_more"),
        r"this one has 2.*Keep one data block",
    ),
    "no structure": ("data_nothing\n_cell_length_a 3\n", r"this one has 0"),
    "no CIF": ("\x00\x01 not a crystal\n", r"a CIF that can be read"),
    "a coordinate missing": (
        antiperovskite().replace("0.500000 0.500000 0.500000", "0.5 ? 0.5"),
        r"a CIF that can be read",
    ),
    "a torn line": (antiperovskite().rsplit(" ", 3)[0], r"a CIF that can be read"),
    "an element that is none": (
        antiperovskite(("Q", "Qq", (0.1, 0.2, 0.3), 1.0)),
        r"site Q = 'Qq'.*a chemical element",
    ),
}


@pytest.mark.parametrize("text", REFUSED, ids=str)
def test_what_cannot_be_built_is_refused_with_a_remedy(tmp_path, text):
    path = tmp_path / "refused.cif"
    path.write_text(REFUSED[text][0])
    with pytest.raises(StructureError, match=f"(?s){REFUSED[text][1]}") as caught:
        load_crystal(path)
    # what is allowed, and then what to do
    assert re.search(r" is not allowed: .*\. .*\.$", str(caught.value), re.DOTALL)


def test_the_tetragonal_garnet_is_refused():
    with pytest.raises(
        StructureError, match=r"c = 12.663 Å.*I 41/a c d.*cubic within 0.1 %.*cubic polymorph"
    ):
        load_crystal(DATA / "llzo_tetragonal.cif")


def test_paths_and_mobile_ions_that_are_not_taken(tmp_path):
    with pytest.raises(StructureError, match=r"a file that exists"):
        load_crystal(tmp_path / "missing.cif")
    with pytest.raises(StructureError, match=r"a file ending in .cif or .toml"):
        load_crystal(tmp_path / "POSCAR")
    with pytest.raises(StructureError, match=r"mobile = 'Na'"):
        load_crystal(DATA / "llzo.cif", mobile="Na")
    for charges, message in (({"Na": 1}, "for an element of the crystal"), ({"La": 3.5}, "a whole number")):
        with pytest.raises(StructureError, match=message):
            load_crystal(DATA / "llzo.cif", formal_charges=charges)


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("space_group = 230", "space_group = 231", "195 to 230"),
        ("space_group = 230", "spacegroup = 230", "one of"),
        ("lattice_parameter = 12.9827", 'lattice_parameter = "a"', "TOML value of type float or int"),
        ("xyz = [0.0, 0.0, 0.0]", "xyz = [0.0, 0.0]", "three fractions"),
        ('"O-O"', '"OO"', "joined by a dash"),
        ('"O-O" = 2.3', '"O-O" = 3.3', "at most 2.885"),
        ("O = 12", "O = 11", "Correct the formula"),
        ("Li = 7\n", "Li = 5\n", "lithium in the file"),
        ("[formula]", "[formula", "a TOML file"),
    ],
)
def test_a_wrong_description_is_refused(tmp_path, old, new, message):
    text = LLZO_TOML.read_text(encoding="utf-8")
    assert text.count(old) == 1
    path = tmp_path / "wrong.toml"
    path.write_text(text.replace(old, new), encoding="utf-8")
    with pytest.raises(StructureError, match=message):
        load_crystal(path)


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_a_damaged_file_is_a_crystal_or_a_refusal(tmp_path, data):
    """Nothing but a StructureError ever comes out, whatever has happened to the text."""
    suffix, text = data.draw(
        st.sampled_from([(".cif", antiperovskite()), (".toml", LLZO_TOML.read_text(encoding="utf-8"))])
    )
    lines = text.splitlines()
    for _ in range(data.draw(st.integers(1, 3))):
        place = data.draw(st.integers(0, len(lines) - 1))
        words = lines[place].split(" ")
        words[data.draw(st.integers(0, len(words) - 1))] = data.draw(
            st.sampled_from(
                ["", "0", "-1", "1e9", "nan", "inf", "?", ".", "'", ";", "#", "Li", "loop_", "Å", "[", '"']
            )
        )
        lines[place] = " ".join(words)
    path = tmp_path / f"damaged{suffix}"
    path.write_text("\n".join(lines[: data.draw(st.integers(1, len(lines)))]), encoding="utf-8")
    try:
        crystal = load_crystal(path)
    except StructureError:
        return
    framework = sum(crystal.formal_charges[s] for s in crystal.framework_species.tolist())
    assert framework + crystal.n_lithium == 0
