"""What is asked of a NEP file and of its use, without computing with it."""

import json
import sys
from hashlib import sha256

import pytest

from example_potentials.nep_example import CHARGES, NEP_FILE, nep, scaled_model
from grainway.errors import ConfigError
from grainway.simulation import load_nep
from grainway.simulation.lammps.lammps_executable import LammpsBinary, find_lammps
from grainway.simulation.lammps.lammps_process import start_lammps
from grainway.simulation.potentials.nep.nep_file import read_nep
from grainway.simulation.potentials.nep.nep_model import choose_backend


def changed(tmp_path, old, new):
    path = tmp_path / "changed.txt"
    text = NEP_FILE.read_text()
    assert old in text
    path.write_text(text.replace(old, new, 1))
    return path


def test_the_header_tells_elements_and_cutoffs():
    model = read_nep(NEP_FILE)
    assert model.elements == ("Li", "La", "Zr", "O")
    assert (model.radial_cutoff, model.angular_cutoff) == (5.5, 4.0)


def test_cutoffs_may_be_given_for_each_element(tmp_path):
    model = read_nep(changed(tmp_path, "cutoff 5.5 4 ", "cutoff 5.5 4 6 4.5 5 3 5 3 "))
    assert (model.radial_cutoff, model.angular_cutoff) == (6.0, 4.5)


def test_a_repulsive_core_is_part_of_the_header(tmp_path):
    path = changed(tmp_path, "nep4 4 Li La Zr O\n", "nep4_zbl 4 Li La Zr O\nzbl 0.6 1.2\n")
    assert read_nep(path).elements == ("Li", "La", "Zr", "O")
    # a table of own cores has ten numbers for each of the ten pairs
    tabulated = changed(tmp_path, "nep4 4 Li La Zr O\n", "nep4_zbl 4 Li La Zr O\nzbl 0 0\n")
    with pytest.raises(ConfigError, match="asks for 1934 finite numbers and 1834 follow"):
        read_nep(tabulated)
    tabulated.write_text(tabulated.read_text() + "0.5\n" * 100)
    read_nep(tabulated)


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        ("nep4 4", "nep4_dipole 4", "begins with 'nep4_dipole'"),
        ("nep4 4 Li", "nep4 5 Li", "5 elements are announced"),
        ("nep4 4 Li La", "nep4 4 Li Li", "elements are announced"),
        ("basis_size 6", "basis_size six", "cannot be read"),
        ("n_max 4", "n_min 4", "'n_min' stands where n_max"),
        ("cutoff 5.5 4 ", "cutoff 4 5.5 ", "must not be longer"),
        ("cutoff 5.5 4 ", "cutoff 5.5 4 3 ", "3 lengths"),
        ("ANN 8", "ANN 9", "finite numbers"),
        ("l_max 4 2 0", "l_max 4 2 1", "finite numbers"),
    ],
)
def test_a_file_of_another_kind_is_refused(tmp_path, old, new, reason):
    with pytest.raises(ConfigError, match=reason):
        read_nep(changed(tmp_path, old, new))


def test_a_file_cut_short_anywhere_is_refused(tmp_path):
    """The adapter itself would end with a memory fault."""
    content = NEP_FILE.read_bytes()
    path = tmp_path / "cut.txt"
    for length in (0, 3, 40, 80, 110, 1000, len(content) - 20):
        path.write_bytes(content[:length])
        with pytest.raises(ConfigError, match=r"potential\.files"):
            read_nep(path)


def test_a_number_that_is_not_finite_is_refused(tmp_path):
    path = tmp_path / "nan.txt"
    path.write_text("\n".join([*NEP_FILE.read_text().splitlines()[:-1], "nan"]))
    with pytest.raises(ConfigError, match="1834 finite numbers and 1833"):
        read_nep(path)


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(ConfigError, match=r"none\.txt.*cannot be read"):
        load_nep([tmp_path / "none.txt"], formal_charges=CHARGES)


def test_a_model_without_an_element_is_refused():
    elements = ("Li", "La", "Zr", "O", "Al")
    with pytest.raises(ConfigError, match=r"potential\.elements = \('Al',\).*describes Li, La, Zr, O only"):
        load_nep([NEP_FILE], formal_charges={**CHARGES, "Al": 3}, elements=elements)


@pytest.mark.parametrize(
    ("options", "field"),
    [
        ({"files": []}, "files"),
        ({"formal_charges": {"Li": 1}}, "formal_charges"),
        ({"elements": ("Li", "Li")}, "elements"),
        ({"backend": "gpu"}, "backend"),
        ({"spread_every": 0}, "spread_every"),
    ],
)
def test_arguments_that_make_no_sense_are_named(options, field):
    arguments = {"files": [NEP_FILE], "formal_charges": CHARGES, **options}
    with pytest.raises(ConfigError, match=rf"potential\.{field} "):
        load_nep(arguments.pop("files"), **arguments)


def test_the_digest_is_that_of_the_model_that_gives_the_energy(tmp_path):
    watcher = scaled_model(tmp_path / "other.txt", 2.0)
    alone, watched = nep(), nep(watcher, name="another", backend="auto")
    assert alone.digest == watched.digest == sha256(NEP_FILE.read_bytes()).hexdigest()
    assert load_nep([watcher], formal_charges=CHARGES).digest != alone.digest
    assert alone.charges == {"Li": 1.0, "La": 3.0, "Zr": 4.0, "O": -2.0}


def test_the_missing_adapter_is_named_before_anything_runs(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "nep_adapters", None)
    for asked in (lambda: nep().require(find_lammps()), lambda: nep().write(tmp_path)):
        with pytest.raises(ConfigError, match=r"pip install 'grainway\[mlip\]'"):
            asked()
    assert list(tmp_path.iterdir()) == []


def test_a_binary_of_the_user_cannot_run_a_callback(tmp_path):
    own = LammpsBinary(tmp_path / "lmp", {})
    with pytest.raises(ConfigError, match="Leave the path out"):
        start_lammps(own, nep().command_line, "", tmp_path, "run")
    with pytest.raises(ConfigError, match="Leave the path out"):
        nep().require(own)  # which a campaign asks before it computes anything


@pytest.mark.mlip
def test_what_is_written_beside_the_run_is_complete(tmp_path):
    watcher = scaled_model(tmp_path / "other.txt", 2.0)
    folder = tmp_path / "run"
    folder.mkdir()
    lines = nep(watcher, elements=("O", "Zr", "La", "Li")).write(folder)
    assert "fix nep all external pf/callback 1 1" in lines
    record = json.loads((folder / "nep.callback.json").read_text())
    assert record["elements"] == ["O", "Zr", "La", "Li"]
    assert [(folder / name).read_bytes() for name in record["models"]] == [
        NEP_FILE.read_bytes(),
        watcher.read_bytes(),
    ]


@pytest.mark.mlip
def test_a_gpu_that_is_not_there_is_refused_when_asked_for():
    from nep_adapters import backend_status

    if backend_status("cuda").available:
        assert choose_backend("auto") == choose_backend("cuda") == "cuda"
    else:
        assert choose_backend("auto") == choose_backend("cpu") == "cpu"
        with pytest.raises(ConfigError, match=r"potential\.backend = 'cuda'.*no GPU can be used here"):
            choose_backend("cuda")
