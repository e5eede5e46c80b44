"""The analytic forms, the charge rule and the digest of the potentials."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from scipy.special import erfc

from grainway.errors import ConfigError
from grainway.simulation.potentials.pair.pair_forms import (
    Buckingham,
    CappedCore,
    Morse,
    PairForm,
    ScreenedCoulomb,
    ShiftedForce,
    ShiftedPotential,
    SplicedBuckingham,
    Sum,
    ZeroMultipoleCoulomb,
)
from grainway.simulation.potentials.pair.pair_tables import tabulate
from grainway.simulation.potentials.shipped_potentials import TABULATED_NAMES, load_potential

FORMS: list[PairForm] = [
    Morse(1.2, 2.0, 2.1),
    ScreenedCoulomb(14.4, 0.4),
    Buckingham(22764.3, 0.149, 27.89, 1.0),
    SplicedBuckingham(A=2029.2204, rho=0.343645, C=192.58, B=46.462, n=3.43, D=-0.32605, r0=1.906),
    ShiftedForce(Morse(1.2, 2.0, 2.1), 5.0),
    ZeroMultipoleCoulomb(14.4, 0.0, 5.0, 3),
    ZeroMultipoleCoulomb(-14.4, 0.2, 5.0, 2),
    ShiftedPotential(ScreenedCoulomb(-14.4, 0.3), 5.0),
    CappedCore(Sum((ScreenedCoulomb(-28.8, 0.25), Buckingham(632.1, 0.2906, 0.0, 0.8))), 0.4),
]


@pytest.mark.parametrize("form", FORMS, ids=lambda form: type(form).__name__)
def test_the_force_is_minus_the_derivative_of_the_energy(form: PairForm) -> None:
    r = np.linspace(0.2, 4.9, 2001)
    h = 1e-5
    numerical = (form.evaluate(r - h)[0] - form.evaluate(r + h)[0]) / (2 * h)
    _, force = form.evaluate(r)
    np.testing.assert_allclose(force, numerical, rtol=1e-4, atol=1e-6)


def test_the_morse_well_lies_at_its_distance_with_its_depth() -> None:
    energy, force = Morse(1.2, 2.0, 2.1).evaluate(np.array([2.1]))
    assert energy[0] == pytest.approx(-1.2)
    assert force[0] == pytest.approx(0.0, abs=1e-12)


def test_the_core_closes_the_hole_of_the_bare_buckingham_form() -> None:
    r = np.linspace(0.05, 1.0, 500)
    bare = 22764.3 * np.exp(-r / 0.149) - 27.89 / r**6
    closed, _ = Buckingham(22764.3, 0.149, 27.89, 1.0).evaluate(r)
    assert bare[0] < -1e6
    assert np.all(np.diff(closed) < 0)
    assert closed[0] > 0


@pytest.mark.parametrize("name", TABULATED_NAMES)
def test_every_pair_repels_monotonically_down_to_contact(name: str) -> None:
    potential = load_potential(name)
    assert len(potential.tables) == 10
    for pair in potential.tables:
        r, energy, force = tabulate(pair, potential.grid).T
        close = r < 1.4
        assert close.sum() > 50
        assert np.all(np.diff(energy[close]) < 0), pair.keyword
        assert np.all(force[close] > 0), pair.keyword
        assert np.all(np.isfinite(energy)), pair.keyword


@pytest.mark.parametrize("name", ["softbv", "buck_core_dsf", "buck_core_zm"])
def test_cations_repel_at_every_distance(name: str) -> None:
    potential = load_potential(name)
    for pair in potential.tables:
        if "O" not in (pair.first, pair.second):
            assert np.all(tabulate(pair, potential.grid)[:-1, 2] > 0), pair.keyword


@pytest.mark.parametrize("name", TABULATED_NAMES)
def test_the_capped_table_is_the_analytic_form_beyond_the_cap(name: str) -> None:
    potential = load_potential(name)
    for pair in potential.tables:
        rows = tabulate(pair, potential.grid)
        rows = rows[rows[:, 0] > 1.5]
        energy, force = pair.form.evaluate(rows[:, 0])
        np.testing.assert_array_equal(rows[:, 1:], np.column_stack((energy, force)))


def test_softbv_pairs_end_where_the_full_form_is_negligible() -> None:
    for pair in load_potential("softbv").tables:
        assert isinstance(pair.form, ShiftedPotential)
        full = pair.form.form
        beyond = np.arange(pair.cutoff, 8.0, 0.01)
        assert np.abs(full.evaluate(beyond)[1]).max() < 1e-3
        inside = np.linspace(1.5, pair.cutoff, 500)
        np.testing.assert_array_equal(pair.form.evaluate(inside)[1], full.evaluate(inside)[1])
        assert pair.form.evaluate(np.array([pair.cutoff]))[0][0] == 0.0


def test_damped_shifted_force_is_the_published_form() -> None:
    # the form of Fennell & Gezelter 2006, written out term by term
    alpha, rc, strength = 0.25, 10.0, 14.399645 * 1 * 3
    pair = next(pair for pair in load_potential("buck_core_dsf").tables if pair.keyword == "Li-La")
    r = np.linspace(0.5, 9.99, 400)
    edge = erfc(alpha * rc) / rc
    slope = erfc(alpha * rc) / rc**2 + 2 * alpha / np.sqrt(np.pi) * np.exp(-((alpha * rc) ** 2)) / rc
    published = strength * (erfc(alpha * r) / r - edge + slope * (r - rc))
    np.testing.assert_allclose(pair.form.evaluate(r)[0], published, rtol=1e-10, atol=1e-12)
    at_cutoff = pair.form.evaluate(np.array([rc - 1e-9]))
    assert max(abs(at_cutoff[0][0]), abs(at_cutoff[1][0])) < 1e-8


def spliced_forms() -> dict[str, SplicedBuckingham]:
    """Return the short-range parts of the Du/Teter pairs that have an inner branch."""
    tables = load_potential("du_teter", ("Li", "La", "Zr", "Al", "O")).tables
    parts = {
        table.keyword: part for table in tables if isinstance(table.form, Sum) for part in table.form.terms
    }
    return {pair: part for pair, part in parts.items() if isinstance(part, SplicedBuckingham)}


def test_du_teter_branches_meet_as_closely_as_the_published_digits_allow() -> None:
    forms = spliced_forms()
    assert set(forms) == {"La-O", "Zr-O", "Al-O", "O-O"}
    for pair, form in forms.items():
        # value, slope and curvature of both branches at the junction, written out
        bare = form.A * np.exp(-form.r0 / form.rho)
        inner = (
            form.B / form.r0**form.n + form.D * form.r0**2,
            -form.n * form.B / form.r0 ** (form.n + 1) + 2 * form.D * form.r0,
            form.n * (form.n + 1) * form.B / form.r0 ** (form.n + 2) + 2 * form.D,
        )
        outer = (
            bare - form.C / form.r0**6,
            -bare / form.rho + 6 * form.C / form.r0**7,
            bare / form.rho**2 - 42 * form.C / form.r0**8,
        )
        # r0 and n are given to four digits or more: the curvatures, which are steepest in them, agree to 1e-3
        np.testing.assert_allclose(inner, outer, rtol=1e-3, err_msg=pair)
        (below, above), _ = form.evaluate(form.r0 + np.array([-1e-9, 1e-9]))
        assert below == pytest.approx(above, rel=1e-4)


def test_du_teter_charges_are_six_tenths_of_the_formal_ones_and_currents_keep_those() -> None:
    potential = load_potential("du_teter", ("Li", "La", "Zr", "Al", "O"))
    assert potential.formal_charges == {"Li": 1, "La": 3, "Zr": 4, "Al": 3, "O": -2}
    for element, formal in potential.formal_charges.items():
        assert potential.charges[element] == pytest.approx(0.6 * formal, rel=1e-15)


def test_softbv_charges_follow_the_published_rule() -> None:
    charges = load_potential("softbv").charges
    # Li56La24Zr16O96 with the softBV valences and principal quantum numbers, to five digits
    expected = {"Li": 0.83392, "La": 1.44439, "Zr": 2.10966, "O": -1.19916}
    assert charges == pytest.approx(expected, abs=6e-6)


def test_softbv_charges_neutralise_their_composition_and_depend_on_it_alone() -> None:
    elements = ("Li", "La", "Zr", "Ta", "O")
    composition = {"Li": 6.5, "La": 3, "Zr": 1.5, "Ta": 0.5, "O": 12}
    charges = load_potential("softbv", elements, composition).charges
    assert sum(charges[element] * count for element, count in composition.items()) == pytest.approx(
        0, abs=1e-12
    )
    doubled = {element: 2 * count for element, count in composition.items()}
    assert load_potential("softbv", elements, doubled).charges == pytest.approx(charges, rel=1e-14)
    assert charges["Li"] != pytest.approx(load_potential("softbv").charges["Li"], rel=1e-3)


def test_formal_charges_neutralise_the_garnet() -> None:
    formal = load_potential("softbv").formal_charges
    assert (
        sum(formal[element] * count for element, count in {"Li": 7, "La": 3, "Zr": 2, "O": 12}.items()) == 0
    )


def test_the_digest_tells_potentials_apart_and_ignores_the_order_of_types() -> None:
    digests = {load_potential(name).digest for name in TABULATED_NAMES}
    assert len(digests) == len(TABULATED_NAMES)
    for name in TABULATED_NAMES:
        assert load_potential(name, ("O", "Zr", "La", "Li")).digest == load_potential(name).digest
    tantalum = {"Li": 52, "La": 24, "Zr": 12, "Ta": 4, "O": 96}
    of_tantalum = load_potential("softbv", ("Li", "La", "Zr", "O"), tantalum)
    assert of_tantalum.digest != load_potential("softbv").digest


@pytest.mark.parametrize("name", TABULATED_NAMES)
def test_writing_is_repeatable_and_names_every_pair_once(name: str, tmp_path: Path) -> None:
    potential = load_potential(name)
    lines = potential.write(tmp_path)
    first = (tmp_path / "pair.table").read_bytes()
    assert potential.write(tmp_path) == lines
    assert (tmp_path / "pair.table").read_bytes() == first
    types = [tuple(line.split()[1:3]) for line in lines if line.startswith("pair_coeff")]
    assert sorted(types) == [(str(i), str(j)) for i in range(1, 5) for j in range(i, 5)]
    assert any(line.startswith("kspace_style") for line in lines) is potential.kspace


@pytest.mark.parametrize("name", TABULATED_NAMES)
def test_every_step_is_checked_for_atoms_that_left_their_neighbour_list(name: str, tmp_path: Path) -> None:
    """Every second step let a run of 1,536 atoms at 1400 K end with atoms outside of PPPM's mesh."""
    checks = [line for line in load_potential(name).write(tmp_path) if line.startswith("neigh_modify")]
    assert checks == ["neigh_modify delay 0 every 1 check yes"]


def test_types_follow_the_order_of_the_elements(tmp_path: Path) -> None:
    lines = load_potential("buck_core_dsf", ("O", "Li")).write(tmp_path)
    assert [line.split()[4] for line in lines if line.startswith("pair_coeff")] == ["O-O", "O-Li", "Li-Li"]


def test_bad_requests_are_refused_with_a_remedy() -> None:
    with pytest.raises(ConfigError, match="softbv, buck_core"):
        load_potential("eam")
    with pytest.raises(ConfigError, match="Ta"):
        load_potential("buck_core", ("Li", "La", "Zr", "Ta", "O"))
    with pytest.raises(ConfigError, match="Du/Teter set covers"):
        load_potential("du_teter", ("Li", "La", "Zr", "Ga", "O"))
    with pytest.raises(ConfigError, match="Fe"):
        load_potential("softbv", ("Li", "Fe", "O"))
    with pytest.raises(ConfigError, match="once"):
        load_potential("softbv", ("Li", "O", "O"))
    with pytest.raises(ConfigError, match="cations and anions"):
        load_potential("softbv", composition={"Li": 1, "La": 2})


def test_an_interaction_is_frozen_so_that_its_digest_stays_true() -> None:
    potential = load_potential("buck_core")
    with pytest.raises(AttributeError):
        potential.tables = ()  # type: ignore[misc]


@pytest.mark.parametrize("order", [1, 2, 3, 4])
@pytest.mark.parametrize("kappa", [0.0, 0.2])
def test_zero_multipole_derivatives_vanish_at_the_cutoff_up_to_its_order(order: int, kappa: float) -> None:
    rc = 6.0
    form = ZeroMultipoleCoulomb(14.4, kappa, rc, order)
    # a remainder that starts with the power order + 1 falls by 2^(order+1) when the distance to rc is halved
    gap = np.array([0.02, 0.01])
    far, near = form.evaluate(rc - gap)[0]
    assert far / near == pytest.approx(2 ** (order + 1), rel=0.05)


def test_undamped_zero_multipole_of_first_order_is_the_tin_foil_reaction_field() -> None:
    rc = 8.0
    r = np.linspace(0.5, 7.9, 100)
    reaction_field = 14.4 * (1 / r + r**2 / (2 * rc**3) - 3 / (2 * rc))
    np.testing.assert_allclose(
        ZeroMultipoleCoulomb(14.4, 0.0, rc, 1).evaluate(r)[0], reaction_field, rtol=1e-10
    )
