"""The findings as a page of documentation."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from asked import CRYSTALS, MIN_GRAIN_THICKNESS_A, Asked

RIGHT_DEG = 0.01
_SHOWN = 3


def write_table(findings: dict[str, Any], chosen: tuple[Asked, ...], path: Path) -> None:
    """Write the page."""
    path.write_text("\n".join(lines(findings, chosen)) + "\n", encoding="utf-8")


def lines(findings: dict[str, Any], chosen: tuple[Asked, ...]) -> Iterator[str]:
    """Yield the page's lines."""
    yield "# Other builders on the same boundaries"
    yield ""
    yield (
        f"Written by `python benchmarks/peers/run.py`: garnet boundaries with grains of at least "
        f"{MIN_GRAIN_THICKNESS_A:g} Å, one core, import excluded, best of three. A structure is usable when "
        "no pair of ions is nearer than 0.85 of its closest distance in oxides, La:Zr:O is 3:2:12 exactly, "
        "the charge is zero (with Li) or what the Li will balance (framework), and the grains, found from "
        f"the atoms, lie as asked within {RIGHT_DEG:g}°. Where a builder can open a gap, gaps of 0.5, 1.0, "
        "... 3.0 Å are tried until the structure passes."
    )
    yield ""
    versions = {peer: outcomes[0]["version"] for peer, outcomes in findings["peers"].items()}
    yield "Versions: " + ", ".join(f"{p} {v}" for p, v in versions.items()) + ". "
    yield (
        "Not measured: Atomsk (no package in PyPI or Debian) and GBOpt (no package in PyPI); GB_code knows "
        "crystals by the words fcc, bcc, sc and diamond only."
    )
    yield ""
    yield from _speed(findings, chosen[0])
    yield ""
    yield f"## What each builder makes of {chosen[0].label}"
    yield ""
    yield from _outcomes(findings, chosen[:1])
    yield ""
    yield "## Other boundaries"
    yield ""
    yield from _outcomes(findings, chosen[1:])
    yield ""
    yield from _agreement(findings, chosen)


def _outcomes(findings: dict[str, Any], chosen: tuple[Asked, ...]) -> Iterator[str]:
    yield "| boundary | builder | crystal | as documented | with gaps tried by hand | atoms | s |"
    yield "|---|---|---|---|---|---|---|"
    for number, asked in enumerate(chosen, start=_place(findings, chosen[0]) if chosen else 0):
        for peer, outcomes in findings["peers"].items():
            for kind, outcome in outcomes[number]["crystals"].items():
                attempts = outcome["attempts"]
                first, last = attempts[0], attempts[-1]
                gapped = _verdict(last, peer, findings) if len(attempts) > 1 else ""
                if len(attempts) > 1 and not last.get("wrong", True):
                    gapped = f"{last['setting']} Å: {gapped}"
                crystal = f"{CRYSTALS[kind]}" + (
                    "" if kind == "framework" else f" ({outcome['space_group']})"
                )
                yield (
                    f"| {asked.label} | {peer} | {crystal} | {_verdict(first, peer, findings)} | {gapped} "
                    f"| {last.get('n_atoms', '')} | {_number(last.get('seconds'))} |"
                )
        ours = findings["grainway"]["boundaries"][asked.name]
        for kind, words in (("framework", CRYSTALS["framework"]), ("lithium", "Li7La3Zr2O12, Li placed")):
            found = ours[kind]
            yield (
                f"| {asked.label} | grainway | {words} | {_verdict(found, 'grainway', findings)} | "
                f"| {found['n_atoms']} | {_number(found['seconds'])} |"
            )


def _place(findings: dict[str, Any], asked: Asked) -> int:
    return list(findings["grainway"]["boundaries"]).index(asked.name)


def _verdict(attempt: dict[str, Any], peer: str, findings: dict[str, Any]) -> str:
    """Return refused, wrong or usable in words."""
    if "refused" in attempt:
        return f"refused: {_cell(attempt['refused'])}"
    wrong = list(attempt["wrong"])
    found = findings["orientations"].get(f"{peer}/{attempt['file']}")
    if found and "unreadable" in found:
        wrong.append(found["unreadable"])
    elif found and found["off_deg"] > RIGHT_DEG:
        wrong.append(f"grains lie {found['off_deg']:.2f}° off what was asked")
    if not wrong:
        return "**usable**"
    rest = f" and {len(wrong) - _SHOWN} more" if len(wrong) > _SHOWN else ""
    return "wrong: " + _cell(", ".join(wrong[:_SHOWN])) + rest


def _speed(findings: dict[str, Any], asked: Asked) -> Iterator[str]:
    rates = findings["rates"]
    framework, lithium = rates["framework"]["per_second"], rates["lithium"]["per_second"]
    yield f"## Speed, {asked.label}"
    yield ""
    yield (
        f"grainway on one core, every structure with its own translation and cut: {framework:,.0f} "
        f"frameworks a second with both contact gaps opened, {lithium:,.0f} complete boundaries a second "
        "with Li placed "
        f"({rates['unusable']} of {rates['judged']} of these were judged unusable)."
    )
    yield ""
    yield "| builder | crystal | s per structure | what it is | grainway's rate × this time | one at a time |"
    yield "|---|---|---|---|---|---|"
    ours = findings["grainway"]["boundaries"][asked.name]
    for peer, outcomes in findings["peers"].items():
        for kind, outcome in outcomes[0]["crystals"].items():
            last = outcome["attempts"][-1]
            if "seconds" not in last:
                continue
            usable = _verdict(last, peer, findings) == "**usable**"
            what = (
                f"usable, {last['setting']} Å found by trial" if usable else "not usable, per structure built"
            )
            rate = framework if kind == "framework" else lithium
            single = ours["framework" if kind == "framework" else "lithium"]["seconds"]
            yield (
                f"| {peer} | {CRYSTALS[kind]} | {last['seconds']:.2f} | {what} "
                f"| {rate * last['seconds']:,.0f} | {last['seconds'] / single:,.0f} |"
            )


def _agreement(findings: dict[str, Any], chosen: tuple[Asked, ...]) -> Iterator[str]:
    yield "## The same boundary, by outside comparison"
    yield ""
    yield (
        "From the atoms in the middle of each grain pymatgen finds the lattice, compares its cell with the "
        "bulk (StructureMatcher) and gives the rotations to it. Off: largest misfit of grain A, grain B and "
        "boundary normal against grainway's framework, over cubic symmetry and exchange of the grains."
    )
    yield ""
    yield "| boundary | builder | crystal | disorientation, ° | normals, sorted absolute indices | off, ° |"
    yield "|---|---|---|---|---|---|"
    for asked in chosen:
        for file, found in findings["orientations"].items():
            builder, name = file.split("/")
            if not name.startswith(asked.name + "_"):
                continue
            crystal = name.removeprefix(asked.name + "_").split("_")[0].removesuffix(".vasp")
            if "unreadable" in found:
                yield f"| {asked.label} | {builder} | {crystal} | | {_cell(found['unreadable'])} | |"
                continue
            a, b = (" ".join(f"{x:.4f}" for x in normal) for normal in found["normals"])
            yield (
                f"| {asked.label} | {builder} | {crystal} | {found['disorientation_deg']:.5f} "
                f"| {a}; {b} | {found['off_deg']:.1e} |"
            )


def _number(seconds: float | None) -> str:
    return "" if seconds is None else f"{seconds:.2g}"


def _cell(text: str) -> str:
    return text.replace("|", "/")
