"""Recipes over everything that a user can vary, and recipes that make no sense."""

from dataclasses import replace
from math import ceil, gcd

from hypothesis import strategies as st

from grainway.domain import LAYER_THICKNESS_A, Composition
from grainway.structure import Catalogue, disorientation
from grainway.structure.lattice.misorientation import lab_rotation

SMALL = Catalogue(max_atoms=2500)
THIN = Catalogue(
    max_atoms=1600,
    min_grain_thickness=8.0,
    angle_range_deg=(5.0, 45.0),
    axes=((0, 0, 1), (1, 1, 0), (1, 1, 1), (1, 2, 0), (2, 1, 1)),
)
"""Grains so thin that the bands of both boundaries fill them, about unusual axes too."""
MEETING = [
    e
    for e in THIN.entries
    if e.character == "symmetric tilt" and e.strain == 0.0 and sum(h * h for h in e.normal_a) <= 60
]
COMPACT = [e for e in MEETING if sum(h * h for h in e.normal_a) <= 30]
"""Blocks that alternate in three directions take a cell as wide as the square of the indices."""
PERFECT = [SMALL.perfect_crystal(), SMALL.perfect_crystal((3, 1, 0), (0, 0, 1))]
PLANAR = [*SMALL.entries, *THIN.entries]
CONNECTIONS = ("planar", "stepped", "orthogonal", "network")

fraction = st.one_of(st.sampled_from([0.0, 0.25, 0.5]), st.floats(0.0, 1.0, exclude_max=True))
seeds = st.one_of(st.integers(0, 20), st.integers(0, 2**64))
contact_scales = st.one_of(st.just(0.85), st.floats(0.5, 1.0))

changed = st.builds(
    Composition,
    region=st.sampled_from(["band", "everywhere"]),
    lithium_oxide_per_nm2=st.one_of(st.just(0.0), st.floats(-10.0, 10.0), st.floats(-2.0, 1.5)),
    oxygen_vacancies=st.one_of(st.just(0.0), st.floats(0.0, 1.0), st.floats(0.0, 0.3)),
    lithium_transfer_per_nm2=st.one_of(st.just(0.0), st.floats(-10.0, 10.0), st.floats(-0.5, 1.0)),
    dopants=st.lists(
        st.tuples(
            st.sampled_from(["Al", "Ga", "Ta", "Nb"]),
            st.floats(0.0, 2.0, exclude_min=True) | st.floats(0.01, 0.3),
        ),
        max_size=4,
        unique_by=lambda d: d[0],
    ).map(tuple),
)
compositions = st.one_of(st.just(Composition()), changed)


@st.composite
def recipes(draw):
    """Recipes within every stated range; those of connected boundaries mostly of tilts that can meet."""
    connection = draw(st.sampled_from(CONNECTIONS))
    meet = connection != "planar" and draw(st.integers(0, 9)) > 0
    entries = (COMPACT if connection == "network" and draw(st.booleans()) else MEETING) if meet else PLANAR
    choice = draw(st.integers(-len(PERFECT), len(entries) - 1))
    spec = entries[choice].spec() if choice >= 0 else PERFECT[choice]
    planes = draw(st.none() | st.integers(1, 2 * spec.planes))
    if connection == "stepped" and meet and choice >= 0 and draw(st.integers(0, 9)) > 0:
        # a step of two layers and a grain twice as thick
        least = 2 * ceil(2 * LAYER_THICKNESS_A / entries[choice].plane_spacing)
        planes = draw(st.integers(least, 2 * least))
    if planes is not None:
        spec = replace(spec, planes=planes, planes_b=draw(st.none() | st.integers(1, 2 * planes)))
    return replace(
        spec,
        connection=connection,
        width_layers=draw(st.integers(1, 8)),
        translation=(draw(fraction), draw(fraction)),
        termination=draw(fraction),
        termination_b=draw(st.none() | fraction),
        composition=draw(compositions),
    )


nonsense = st.one_of(
    st.none(),
    st.integers(-3, 3),
    st.sampled_from([-1, 10**6, 10**12, -(10**12), 2**63, 10**30]),
    st.floats(),
    st.sampled_from(["", "5", "planar", "network"]),
    st.booleans(),
    st.tuples(st.integers(-9, 9), st.integers(-9, 9), st.integers(-9, 9)),
    st.lists(st.integers(-3, 3) | st.floats(), max_size=4).map(tuple),
    st.tuples(st.floats(-1, 2), st.floats(-1, 2)),
)
indices = st.one_of(
    st.tuples(*[st.integers(-9, 9)] * 3), st.tuples(*[st.integers(-(10**4), 10**4)] * 3), nonsense
)
periods = st.one_of(st.none(), st.tuples(indices, indices), nonsense)
_FIELDS = {
    "axis": indices,
    "normal_a": indices,
    "normal_b": indices,
    "angle_deg": st.floats() | nonsense,
    "sigma": nonsense,
    "character": st.sampled_from(["none", "symmetric tilt", "asymmetric tilt", "twist", "mixed"]) | nonsense,
    "planes": st.integers(-2, 40) | nonsense,
    "planes_b": st.integers(-2, 40) | nonsense,
    "periods_a": periods,
    "periods_b": periods,
    "strain": st.floats(0, 0.1) | nonsense,
    "connection": st.sampled_from(CONNECTIONS) | nonsense,
    "width_layers": st.integers(-1, 10) | nonsense,
    "translation": st.tuples(st.floats(0, 1), st.floats(0, 1)) | nonsense,
    "termination": st.floats(-1, 2) | nonsense,
    "termination_b": st.floats(-1, 2) | nonsense,
}


@st.composite
def raw_arguments(draw):
    """Arguments of a recipe: made up, or of a good one with a few fields replaced or its cell changed."""
    if draw(st.integers(0, 7)) == 0:
        return {name: draw(values) for name, values in _FIELDS.items() if draw(st.integers(0, 9))}
    spec = draw(recipes())
    arguments = {name: getattr(spec, name) for name in _FIELDS} | {"composition": spec.composition}
    if draw(st.booleans()):
        for name in draw(st.lists(st.sampled_from(sorted(_FIELDS)), min_size=1, max_size=3, unique=True)):
            arguments[name] = draw(_FIELDS[name])
        return arguments
    return arguments | draw(other_cells(spec))


small = st.integers(-2, 2)


@st.composite
def other_cells(draw, spec):
    """Other planes and periods of the right form with the angle that they make, as a user might work out.

    Combinations of a recipe's periods, often the same in both grains, are cells that may well be built.
    """
    normals = [spec.normal_a, spec.normal_b]
    if spec.periods_a is None or draw(st.integers(0, 4)) == 0:
        index = st.integers(-3, 3)
        vector = st.tuples(index, index, index).filter(any)
        normals = [draw(vector.filter(lambda v: gcd(*v) == 1)) for _ in "ab"]
        pairs = [(draw(vector), draw(vector)) for _ in "ab"]
    else:
        times = draw(st.tuples(small, small, small, small))
        others = draw(st.just(times) | st.tuples(small, small, small, small))
        pairs = [
            tuple(
                tuple(m * p + n * q for p, q in zip(*pair, strict=True))
                for m, n in ((turns[0], turns[1]), (turns[2], turns[3]))
            )
            for pair, turns in ((spec.periods_a, times), (spec.periods_b, others))
        ]
    if draw(st.booleans()):
        normals, pairs = normals[::-1], pairs[::-1]
    if draw(st.integers(0, 4)) == 0:
        normals = [tuple(-c for c in n) for n in normals]
    angle = spec.angle_deg
    if all(any(pair[0]) for pair in pairs):
        angle = disorientation(*(lab_rotation(p[0], n) for p, n in zip(pairs, normals, strict=True)))[0]
    return {
        "normal_a": normals[0],
        "normal_b": normals[1],
        "periods_a": pairs[0],
        "periods_b": pairs[1],
        "angle_deg": angle,
        "character": draw(st.sampled_from([spec.character, "none", "symmetric tilt", "twist", "mixed"])),
    }
