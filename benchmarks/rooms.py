"""How the rooms of the source are filled: entries per folder, lines, files that only one other imports.

    python benchmarks/rooms.py [CHECKOUT]

Reads the files of src/grainway without importing them. A folder's entries are what it shows but dunder files,
py.typed, data and templates.
"""

from __future__ import annotations

import sys
from pathlib import Path
from statistics import median

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests"))

from source_tree.parsed_source import SourceTree, repeated

HERE = Path(__file__).resolve().parents[1]


def main() -> None:
    """Print the figures of one checkout."""
    checkout = Path(sys.argv[1]) if len(sys.argv) > 1 else HERE
    tree = SourceTree(checkout / "src" / "grainway")
    written = [file for file in tree.files if not file.path.stem.startswith("__")]
    entries = {room: len(tree.entries(room)) for room in tree.rooms}
    in_folder = [sum(file.path.parent == room for file in written) for room in tree.rooms]
    fullest = max(entries, key=lambda room: entries[room])
    lengths = [(n, name, file.module) for file in tree.files for name, n in file.function_lengths().items()]
    importers = tree.importers()
    print(f"folders                     {len(tree.rooms)}")
    print(f"entries per folder          median {median(entries.values()):g}, most {entries[fullest]}", end="")
    print(f" ({fullest.relative_to(tree.root.parent)})")
    print(f"files but __init__          {len(written)}; a folder has median {median(in_folder):g}, ", end="")
    print(f"most {max(in_folder)}")
    print(f"lines, faces included       {sum(file.n_lines for file in tree.files)}")
    print(f"lines of a file             median {median(file.n_lines for file in written):g}, ", end="")
    print(f"most {max(file.n_lines for file in written)}")
    print(f"files with one importer     {sum(len(importers[file.module]) == 1 for file in written)}")
    print(f"file names used twice       {len(repeated(file.path.stem for file in written))}")
    classes = (name for file in tree.files for name in file.public_classes())
    print(f"public classes named twice  {len(repeated(classes))}")
    print(
        "longest functions           "
        + ", ".join(f"{n} {module}.{f}" for n, f, module in sorted(lengths)[-3:])
    )


if __name__ == "__main__":
    main()
