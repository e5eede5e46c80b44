"""One wrong place in the source, and the tests that must notice."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Mutation:
    """One change.

    Attributes:
        name: what is wrong then.
        before: text that occurs once in src/grainway.
        after: what stands there instead.
        tests: arguments of pytest; the tests that must fail.
    """

    name: str
    before: str
    after: str
    tests: tuple[str, ...]


def formula(room: str, name: str, before: str, after: str, *tests: str, only: str = "") -> Mutation:
    """Return a mutation of a formula, noticed by test files of a room of tests/ or by `only` some of them."""
    chosen = ("-k", only) if only else ()
    return Mutation(
        name,
        before,
        after,
        (*(test if test.startswith("tests/") else f"tests/{room}/{test}" for test in tests), *chosen),
    )
