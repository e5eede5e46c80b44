"""A user's own potential: declared, checked, written, rebuilt elsewhere. Nothing here starts LAMMPS."""

import json
from dataclasses import replace

import pytest

from example_potentials.published_potentials import FOLDER, copper, published
from grainway.errors import ConfigError
from grainway.simulation import PotentialDeclaration, declare_potential, load_declared
from grainway.simulation.potentials.declared.potential_files import setfl_elements

CU_ZR = "CuZr_mm.eam.fs"


def two_metals(mapping, elements=("Cu", "Zr")):
    return published(
        ("pair_style eam/fs", f"pair_coeff * * {CU_ZR} {mapping}"), (CU_ZR,), dict.fromkeys(elements, 0.0)
    )


def test_the_header_of_an_embedded_atom_file_names_its_elements():
    assert setfl_elements(FOLDER / "Cu_mishin1.eam.alloy") == ("Cu",)
    assert setfl_elements(FOLDER / CU_ZR) == ("Cu", "Zr")
    with pytest.raises(ConfigError, match="fourth line"):
        setfl_elements(FOLDER / "Cu_u3.eam")


def test_the_types_of_a_pair_coeff_follow_the_declared_elements():
    assert two_metals("Cu Zr").elements == ("Cu", "Zr")
    assert two_metals("Zr Cu", ("Zr", "Cu")).elements == ("Zr", "Cu")
    with pytest.raises(ConfigError, match="maps the type of Cu to Zr"):
        two_metals("Zr Cu")
    for wrong in ("Cu", "Cu Zr Zr", ""):
        with pytest.raises(ConfigError, match="one element or NULL for each of the 2 types"):
            two_metals(wrong)


def test_an_element_that_the_file_lacks_is_found_before_any_run():
    with pytest.raises(ConfigError, match=r"Cu_mishin1\.eam\.alloy holds Cu, not O"):
        published(
            ("pair_style eam/alloy", "pair_coeff * * Cu_mishin1.eam.alloy Cu O"),
            ("Cu_mishin1.eam.alloy",),
            {"Cu": 0.0, "O": 0.0},
        )
    # left to another style it is no fault of the file
    overlay = published(
        (
            "pair_style hybrid/overlay eam/alloy coul/dsf 0.2 10.0",
            "pair_coeff * * eam/alloy Cu_mishin1.eam.alloy Cu NULL",
            "pair_coeff * * coul/dsf",
        ),
        ("Cu_mishin1.eam.alloy",),
        {"Cu": 1.0, "O": -1.0},
    )
    assert not overlay.kspace
    assert overlay.charges == {"Cu": 1.0, "O": -1.0}


def test_what_a_worker_rebuilds_from_the_record_is_the_same_potential(tmp_path):
    potential = copper()
    lines = potential.write(tmp_path)
    record = json.loads(json.dumps(potential.declaration.to_dict()))
    rebuilt = load_declared(PotentialDeclaration.from_dict(record), tmp_path)
    assert rebuilt == potential
    assert rebuilt.digest == potential.digest
    # it works in the folder that holds the files already
    assert rebuilt.write(tmp_path) == lines
    assert (tmp_path / "Cu_mishin1.eam.alloy").read_bytes() == (FOLDER / "Cu_mishin1.eam.alloy").read_bytes()


def test_the_digest_covers_commands_charges_and_file_contents_but_not_the_name(tmp_path):
    original = copper()
    options = {
        "name": "published",
        "elements": ("Cu",),
        "commands": original.declaration.commands,
        "files": (FOLDER / "Cu_mishin1.eam.alloy",),
        "charges": {"Cu": 0.0},
        "formal_charges": {"Cu": 0},
    }
    assert declare_potential(**{**options, "name": "another"}).digest == original.digest
    changed = tmp_path / "Cu_mishin1.eam.alloy"
    changed.write_bytes((FOLDER / changed.name).read_bytes() + b"\n")
    for difference in (
        {"files": (changed,)},
        {"charges": {"Cu": 1.0}},
        {"commands": (*original.declaration.commands, "neighbor 1.0 bin")},
    ):
        assert declare_potential(**{**options, **difference}).digest != original.digest


def test_a_file_that_changed_after_its_declaration_is_refused(tmp_path):
    file = tmp_path / "Cu_mishin1.eam.alloy"
    file.write_bytes((FOLDER / file.name).read_bytes())
    potential = replace(copper(), sources=(file,))
    file.write_bytes(file.read_bytes() + b"\n")
    (tmp_path / "run").mkdir()
    with pytest.raises(ConfigError, match="changed since it was declared"):
        potential.write(tmp_path / "run")


@pytest.mark.parametrize(
    ("files", "message"),
    [
        (("none.eam.alloy",), "cannot be read"),
        (("sub/Cu.eam", "other/Cu.eam"), "base names must differ"),
        (("start.data",), "Rename"),
        (("two words.eam",), "Rename"),
        (("-in",), "Rename"),
    ],
)
def test_files_must_exist_and_bear_plain_names(tmp_path, files, message):
    for name in files:
        if name != "none.eam.alloy":
            (tmp_path / name).parent.mkdir(exist_ok=True)
            (tmp_path / name).write_text("x")
    with pytest.raises(ConfigError, match=message):
        declare_potential(
            name="mine",
            elements=("Cu",),
            commands=("pair_style morse 6.0", "pair_coeff 1 1 1.0 2.0 1.9"),
            files=tuple(tmp_path / name for name in files),
            charges={"Cu": 0},
            formal_charges={"Cu": 0},
        )


def test_every_element_needs_both_charges():
    record = copper().declaration.to_dict()
    with pytest.raises(ConfigError, match=r"potential\.charges"):
        PotentialDeclaration.from_dict({**record, "charges": {}})
    with pytest.raises(ConfigError, match=r"potential\.formal_charges"):
        published(("pair_style coul/cut 8.0", "pair_coeff * *"), (), {"Cu": 1.0, "O": -1.0}, {"Cu": 1})


def test_reaxff_commands_are_scaled_from_kcal_per_mol(tmp_path):
    name = "ffield.reax.cho"
    potential = published(
        (
            "pair_style reaxff NULL",
            f"pair_coeff * * {name} H O",
            "fix qeq all qeq/reaxff 1 0.0 10.0 1e-6 reaxff",
        ),
        (name,),
        {"H": 0.0, "O": 0.0},
    )
    style, coefficients, fix = potential.write(tmp_path)
    assert style.startswith("pair_style hybrid/scaled 0.043364104")
    assert coefficients == f"pair_coeff * * reaxff {name}.converted H O"
    assert fix == potential.declaration.commands[2]
    # the copy differs from the original by its unit tag alone
    original, converted = (FOLDER / name).read_bytes(), (tmp_path / f"{name}.converted").read_bytes()
    assert converted == original.replace(b"UNITS: real", b"", 1)
