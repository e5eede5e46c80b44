"""The house is as docs/architecture.md says, and as easy to find one's way in."""

import re
from pathlib import Path

import pytest

from source_tree.parsed_source import SourceTree, repeated

CHECKOUT = Path(__file__).resolve().parents[1]
PAGES = (*sorted((CHECKOUT / "docs").glob("*.md")), CHECKOUT / "README.md", CHECKOUT / "CONTRIBUTING.md")
TREE = SourceTree(CHECKOUT / "src" / "grainway")
ARCHITECTURE = (CHECKOUT / "docs" / "architecture.md").read_text(encoding="utf-8")
FILES = {file.path.relative_to(TREE.root).as_posix(): file for file in TREE.files}

MOST_ENTRIES = 12
LONGEST_FILE = 300
LONGEST_FUNCTION = 60
"""Lines of code: what a screen shows."""
# what not every user has, what takes long to load, and what starts processes: where each is imported
ONLY_IN = {
    "MDAnalysis": ("trajectories/library_readers.py",),
    "botorch": ("optimise/engines/",),
    "jinja2": ("report/page/",),
    "nep_adapters": ("simulation/potentials/nep/nep_model.py",),
    "plotly": ("report/",),
    "simdjson": ("trajectories/lammps_dumps/number_text.py",),
    "skopt": ("optimise/engines/skopt_engine.py",),
    "sqlite3": ("campaign/record/",),
    "stacie": ("analysis/conductivity/current_spectrum.py",),
    "subprocess": (
        "campaign/executor.py",
        "simulation/lammps/lammps_process.py",
        "simulation/lammps/lammps_styles.py",
        "simulation/stages/stage_runner.py",
    ),
    "torch": ("optimise/engines/botorch_model.py", "distillation/training/trainer.py"),
    "torchnep": ("distillation/training/trainer.py",),
}


def section(title: str) -> str:
    return ARCHITECTURE.split(f"## {title}\n")[1].split("\n## ")[0]


def named() -> list[tuple[str, str]]:
    """(file, name) of the walk and of the stranger's test."""
    walk = re.findall(r"^\d+\. `([^`]+)`, `([^`]+)`", section("The walk of one proposal"), re.MULTILINE)
    rows = re.findall(
        r"^\| [^|]+\? \| `([^`]+)` \| (?:`([^`]+)`)? ?\|", section("A stranger's test"), re.MULTILINE
    )
    return [*walk, *rows]


def test_the_walk_has_ten_files_and_the_stranger_at_least_25_questions():
    assert len(set(re.findall(r"^\d+\. `([^`]+)`", section("The walk of one proposal"), re.MULTILINE))) == 10
    questions = [line for line in section("A stranger's test").splitlines() if "? |" in line]
    assert len(questions) >= 25
    assert len(named()) == 10 + len(questions)


@pytest.mark.parametrize(("path", "name"), named())
def test_what_is_named_is_there(path: str, name: str):
    assert path in FILES
    assert not name or name in FILES[path].definitions()


def test_every_room_is_listed_and_no_other():
    rooms = {room.relative_to(TREE.root).as_posix() for room in TREE.rooms} - {"."}
    listed = re.findall(r"^\| `([^`]+)` \|", section("The rooms"), re.MULTILINE)
    assert sorted(listed) == sorted(rooms)


def test_every_room_says_what_it_is_for():
    for file in TREE.files:
        assert not file.is_face or file.text.startswith('"""'), file.module


def test_every_folder_is_seen_at_one_look():
    for room in TREE.rooms:
        # the root shows every floor of the house: what a reader wants to see there is the whole
        if room != TREE.root:
            assert len(TREE.entries(room)) <= MOST_ENTRIES, room


def test_no_two_files_and_no_two_public_classes_have_one_name():
    assert not repeated(file.path.stem for file in TREE.files if not file.path.stem.startswith("__"))
    assert not repeated(name for file in TREE.files for name in file.public_classes())


def test_files_and_functions_are_short():
    for file in TREE.files:
        assert file.n_lines <= LONGEST_FILE, file.module
        for name, length in file.function_lengths().items():
            assert length <= LONGEST_FUNCTION, (file.module, name)


@pytest.mark.parametrize("package", ONLY_IN)
def test_what_is_heavy_or_optional_is_imported_where_it_is_used(package: str):
    for path, file in FILES.items():
        imported = any(module.split(".")[0] == package for module, _ in file.imports())
        assert not imported or path.startswith(ONLY_IN[package]), path


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_paths_and_links_of_the_pages_are_there(page: Path):
    text = page.read_text(encoding="utf-8")
    for target in re.findall(r"\]\(([^)#]+?)(?:#[^)]*)?\)", text):
        assert target.startswith("http") or (page.parent / target).exists(), target
    for path in re.findall(r"\b(?:src/grainway|benchmarks|training|tests)/[\w/.]*\w", text):
        assert (CHECKOUT / path).exists(), path
    modules = {file.module for file in TREE.files}
    for dotted in re.findall(r"\bgrainway(?:\.[a-z_]\w*)+", text):
        known = any(dotted == module or dotted.rpartition(".")[0] == module for module in modules)
        assert known or dotted.endswith((".toml", ".html")), dotted
