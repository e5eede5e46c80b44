"""A package's folders and files, parsed: what stands where, and who imports whom."""

from __future__ import annotations

import ast
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

UNCOUNTED = frozenset({"__pycache__", "data", "templates"})
Function = ast.FunctionDef | ast.AsyncFunctionDef


def repeated(names: Iterator[str]) -> list[str]:
    """Names that come more than once."""
    return sorted(name for name, n in Counter(names).items() if n > 1)


@dataclass(frozen=True)
class SourceFile:
    """One file; ``module`` is its dotted name, a room's ``__init__`` that of the room."""

    path: Path
    module: str

    @cached_property
    def text(self) -> str:
        return self.path.read_text(encoding="utf-8")

    @cached_property
    def tree(self) -> ast.Module:
        return ast.parse(self.text)

    @cached_property
    def n_lines(self) -> int:
        return len(self.text.splitlines())

    @property
    def is_face(self) -> bool:
        return self.path.stem == "__init__"

    def definitions(self) -> set[str]:
        """Functions, classes, methods (``Class.method``) and constants at the top of the file."""
        found: set[str] = set()
        for node in self.tree.body:
            if isinstance(node, ast.ClassDef | Function):
                found.add(node.name)
            elif isinstance(node, ast.Assign):
                found.update(target.id for target in node.targets if isinstance(target, ast.Name))
            elif isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
                found.add(node.target.id)
            if isinstance(node, ast.ClassDef):
                found.update(f"{node.name}.{item.name}" for item in node.body if isinstance(item, Function))
        return found

    def public_classes(self) -> list[str]:
        classes = [node.name for node in self.tree.body if isinstance(node, ast.ClassDef)]
        return [name for name in classes if not name.startswith("_")]

    def function_lengths(self) -> dict[str, int]:
        """Lines of code in the body of every function: without docstring, blank lines and comments."""
        return {
            node.name: self._n_code_lines(node) for node in ast.walk(self.tree) if isinstance(node, Function)
        }

    def _n_code_lines(self, function: Function) -> int:
        first = function.body[0]
        described = ast.get_docstring(function) is not None
        start = first.end_lineno if described else first.lineno - 1
        body = (line.strip() for line in self.text.splitlines()[start : function.end_lineno])
        return sum(bool(line) and not line.startswith("#") for line in body)

    def imports(self) -> Iterator[tuple[str, str | None]]:
        """(module, name) of each import, at any depth of the file; name is None for ``import module``."""
        package = self.module if self.is_face else self.module.rpartition(".")[0]
        for node in ast.walk(self.tree):
            if isinstance(node, ast.Import):
                yield from ((alias.name, None) for alias in node.names)
            elif isinstance(node, ast.ImportFrom):
                start = ".".join(package.split(".")[: len(package.split(".")) - node.level + 1])
                parts = [start if node.level else "", node.module or ""]
                yield from ((".".join(filter(None, parts)), alias.name) for alias in node.names)


@dataclass(frozen=True)
class SourceTree:
    """All Python files of the package at ``root`` (its own folder, such as ``src/grainway``)."""

    root: Path

    @cached_property
    def files(self) -> tuple[SourceFile, ...]:
        return tuple(SourceFile(path, self._module(path)) for path in sorted(self.root.rglob("*.py")))

    @cached_property
    def rooms(self) -> tuple[Path, ...]:
        """Every folder that is a package, the root first."""
        return tuple(sorted(path.parent for path in self.root.rglob("__init__.py")))

    def _module(self, path: Path) -> str:
        parts = (self.root.name, *path.relative_to(self.root).with_suffix("").parts)
        return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)

    def entries(self, room: Path) -> list[str]:
        """What a folder shows: files and folders but dunder files, ``py.typed``, data and templates."""
        shown = (path for path in room.iterdir() if path.name not in UNCOUNTED and path.name != "py.typed")
        return sorted(path.name for path in shown if not path.name.startswith("__"))

    def importers(self) -> dict[str, set[str]]:
        """For each module, the modules that import it; a name taken from a face counts for its file."""
        modules = {file.module for file in self.files}
        behind = self._names_behind_faces(modules)
        found: dict[str, set[str]] = defaultdict(set)
        for file in self.files:
            for module, name in file.imports():
                target = f"{module}.{name}" if f"{module}.{name}" in modules else module
                target = behind.get((module, name or ""), target)
                if target in modules and target != file.module and not file.is_face:
                    found[target].add(file.module)
        return found

    def _names_behind_faces(self, modules: set[str]) -> dict[tuple[str, str], str]:
        faces = [SourceFile(path, self._module(path)) for path in self.root.rglob("__init__.py*")]
        direct = {
            (face.module, name): module
            for face in faces
            if face.path.suffix in {".py", ".pyi"}
            for module, name in face.imports()
            if name is not None and module in modules
        }
        return {key: direct.get((module, key[1]), module) for key, module in direct.items()}
