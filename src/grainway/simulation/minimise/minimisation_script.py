"""The LAMMPS commands that bring a structure and its cell to rest at 0 K."""

from dataclasses import asdict, dataclass
from math import isfinite
from typing import Literal

from grainway.errors import ConfigError

Relaxed = Literal["stacking", "isotropic", "axes"]
"""Of the cell: its third vector, which sets height and lateral offset of what is stacked; its size; or its
three lengths, each by itself."""

REPORT = "grainway: minimum"
_CLOSE_BAR = 5000.0
_LARGEST_STRAIN = 0.02
_VELOCITY_SEED = 4711
_STIFFNESS_BAR = {
    **dict.fromkeys(("pxx", "pyy", "pzz", "press"), (1e6, 5e6)),
    **dict.fromkeys(("pxz", "pyz"), (1e5, 2e6)),
}
"""Of oxides; grains that slide on each other are softer in shear."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MinimisationSettings:
    """When a structure is at rest.

    Attributes:
        force_tolerance: largest force on an atom, eV/Å. Pair tables may end with a step of 1e-3 eV/Å in the
            force: within a few of these no minimiser comes to rest.
        stress_tolerance: largest stress along what is relaxed, bar. At 500 bar and a stiffness of 150 GPa
            the elastic energy left is 2e-5 J/m² for a grain of 25 Å; the same step lets the pressure of a
            small symmetric cell jump by 300 bar, so less cannot be asked for.
        close_gaps: iterations in which atoms and cell move together first, so that a freshly joined
            structure closes its gap; closed in a hurry, it ends in a higher minimum.
        anneal: molecular dynamics between closing the gap and the minimum, ps; 0 for none. Ions at a boundary
            that is only minimised stay where it was put together: 2 ps lowered five candidates of Σ5 (310) by
            0.05 to 0.23 J/m² with softBV, and brought the perfect crystal back to the same minimum.
        anneal_temperature: K, cooled linearly to a quarter of it.
        rounds: largest number of changes of the cell, each followed by a relaxation of the atoms.
        iterations: largest number in a round.
    """

    force_tolerance: float = 5e-3
    stress_tolerance: float = 500.0
    close_gaps: int = 400
    anneal: float = 2.0
    anneal_temperature: float = 600.0
    rounds: int = 30
    iterations: int = 2000

    def __post_init__(self) -> None:
        for name, low, high, unit in (
            ("force_tolerance", 1e-6, 0.1, "eV/Å"),
            ("stress_tolerance", 1.0, 1e4, "bar"),
            ("close_gaps", 0, 10_000, "iterations"),
            ("anneal", 0.0, 1000.0, "ps"),
            ("anneal_temperature", 1.0, 2000.0, "K"),
            ("rounds", 1, 1000, "rounds"),
            ("iterations", 1, 100_000, "iterations"),
        ):
            value = getattr(self, name)
            if not isfinite(value) or not low <= value <= high:
                raise ConfigError.about(
                    f"minimisation.{name}", value, f"{low:g} to {high:g} {unit}", "Choose a value between."
                )

    def to_dict(self) -> dict[str, float]:
        """Return a JSON-ready dictionary."""
        return asdict(self)


def minimisation_script(
    data_file: str,
    dump_file: str,
    potential_lines: tuple[str, ...],
    timestep: float,
    settings: MinimisationSettings,
    what: Relaxed,
) -> str:
    """Return the commands of one minimisation.

    Conjugate gradients with ``fix box/relax`` close the gap; they stall where the energy of the cell and of
    the atoms differ by orders of magnitude, so the minimum is found by rounds: the atoms relax at fixed cell
    by FIRE (E. Bitzek et al., Phys. Rev. Lett. 97 (2006) 170201), then the cell takes the strain
    stress/stiffness, the stiffness being the secant of the last two rounds. The two in-plane vectors stay as
    they are when the stacking is relaxed.

    Args:
        data_file: structure to read.
        dump_file: binary dump of the result to write.
        potential_lines: from ``Potential.write``.
        timestep: of the dynamics, ps.
        settings: tolerances.
        what: of the cell is relaxed.
    """
    changes = _cell_changes(what)
    coarse = max(0.02, settings.force_tolerance)
    lines = [
        "units metal",
        "atom_style charge",
        "boundary p p p",
        "box tilt large",
        f"read_data {data_file}",
        *(["change_box all triclinic"] if what == "stacking" else []),
        *potential_lines,
        "thermo_style custom step pe press pxx pyy pzz pxz pyz lz fmax",
        "thermo_modify norm no lost error",
        "thermo 1000",
        *(f"variable {stress} equal {stress}" for stress in changes),
        "variable force equal fmax",
        "min_modify dmax 0.1 line quadratic",
        *(_closed_and_annealed(settings, timestep, coarse) if what == "stacking" else []),
        *_rounds(settings, changes, coarse, dump_file),
    ]
    return "\n".join(lines) + "\n"


def _cell_changes(what: Relaxed) -> dict[str, str]:
    """Return by component of the stress what ``change_box`` is told of the strain against it."""
    if what == "isotropic":
        return {"press": " ".join(f"{d} final 0 $(l{d}*(1.0+v_strain_press):%.12g)" for d in "xyz")}
    if what == "axes":
        return {f"p{d}{d}": f"{d} final 0 $(l{d}*(1.0+v_strain_p{d}{d}):%.12g)" for d in "xyz"}
    # LAMMPS applies the changes one after the other: offsets are set for the height before it changes
    return {
        "pxz": "xz delta $(lz*v_strain_pxz:%.12g)",
        "pyz": "yz delta $(lz*v_strain_pyz:%.12g)",
        "pzz": "z final 0 $(lz*(1.0+v_strain_pzz):%.12g)",
    }


def _closed_and_annealed(settings: MinimisationSettings, timestep: float, coarse: float) -> list[str]:
    """Return the commands that close the gaps of a stacking and let it run hot, where asked for."""
    lines = []
    if settings.close_gaps:
        lines += [
            "fix gap all box/relax z 0.0 xz 0.0 yz 0.0 vmax 0.01 scalexz no scaleyz no",
            "min_style cg",
            f"minimize 0.0 {coarse:g} {settings.close_gaps} {2 * settings.close_gaps}",
            "unfix gap",
        ]
    if settings.anneal:
        hot = settings.anneal_temperature
        lines += [
            f"timestep {timestep:g}",
            f"velocity all create {hot:g} {_VELOCITY_SEED} mom yes dist gaussian",
            f"fix hot all nvt temp {hot:g} {hot / 4:g} 0.1",
            f"run {round(settings.anneal / timestep)}",
            "unfix hot",
            "velocity all set 0.0 0.0 0.0",
        ]
    return lines


def _rounds(
    settings: MinimisationSettings, changes: dict[str, str], coarse: float, dump_file: str
) -> list[str]:
    """Return the commands of the rounds: atoms at fixed cell, then the cell against its stress."""
    stresses = " ".join(f"$(v_{stress}:%.15g)" for stress in changes)
    within = " && ".join(f"$(abs(v_{stress}):%.15g) <= {{0:.10g}}" for stress in changes)
    at_rest = within.format(settings.stress_tolerance)
    lines = [
        "min_style fire",
        "timestep 0.002",
        "min_modify norm max dmax 0.1",
        f"variable tolerance string {coarse:g}",
    ]
    for stress in changes:
        lines += [
            f"variable stiffness_{stress} string {_STIFFNESS_BAR[stress][1] / 2.5:g}",
            f"variable strain_{stress} string 0.0",
            f"variable before_{stress} string 0.0",
        ]
    lines += [
        f"variable round loop {settings.rounds}",
        "label relax",
        f"minimize 0.0 ${{tolerance}} {settings.iterations} {2 * settings.iterations}",
        f'if "{at_rest} && $(v_force:%.15g) <= {settings.force_tolerance:.10g}" then "jump SELF rest"',
        # while the cell is far from rest, fully relaxed atoms would be a waste
        f'if "{within.format(_CLOSE_BAR)}" then "variable tolerance string {settings.force_tolerance:.10g}"',
        *(line for stress in changes for line in _next_strain(stress, settings.stress_tolerance)),
        f"change_box all {' '.join(changes.values())} remap units box",
        "next round",
        "jump SELF relax",
        f'print "{REPORT} not reached: force $(v_force:%.6g) stress {stresses}"',
        "jump SELF end",
        "label rest",
        f"write_dump all custom {dump_file} id type xu yu zu modify sort id",
        f'print "{REPORT} energy $(pe:%.15g) force $(v_force:%.15g) stress {stresses}"',
        "label end",
    ]
    return lines


def _next_strain(stress: str, tolerance: float) -> list[str]:
    """Return the commands that set the next strain against one component of the stress."""
    low, high = _STIFFNESS_BAR[stress]
    stiffness, strain, before = (f"{name}_{stress}" for name in ("stiffness", "strain", "before"))
    return [
        f'if "$(abs(v_{strain})) > 1.0e-7" then '
        f'"variable {stiffness} string $((v_{before}-v_{stress})/v_{strain})"',
        f'if "${{{stiffness}}} < {low:g}" then "variable {stiffness} string {low:g}"',
        f'if "${{{stiffness}}} > {high:g}" then "variable {stiffness} string {high:g}"',
        f"variable {strain} string 0.0",
        f'if "$(abs(v_{stress})) > {tolerance / 2:.10g}" then '
        f'"variable {strain} string $(v_{stress}/v_{stiffness}:%.12g)"',
        f'if "${{{strain}}} > {_LARGEST_STRAIN}" then "variable {strain} string {_LARGEST_STRAIN}"',
        f'if "${{{strain}}} < -{_LARGEST_STRAIN}" then "variable {strain} string -{_LARGEST_STRAIN}"',
        f"variable {before} string $(v_{stress}:%.12g)",
    ]
