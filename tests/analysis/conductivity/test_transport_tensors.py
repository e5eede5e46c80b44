"""Tensors: they turn with the crystal, agree with the scalars, and know their errors."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.spatial.transform import Rotation

from grainway.analysis import (
    collective_conductivity,
    conductivity_tensor,
    diffusivity_tensor,
    second_opinion,
    tracer_diffusivity,
)
from grainway.errors import AnalysisError
from known_motion.synthetic_walkers import free_walkers, lithium

ALONG = np.array([0.4, 0.2, 0.1])


def anisotropic(seed=0, rotation=None, n_ions=60, n_frames=400):
    steps = np.random.default_rng(seed).normal(size=(n_frames, n_ions, 3)) * np.sqrt(2 * 0.1 * ALONG)
    positions = steps.cumsum(axis=0)
    if rotation is not None:
        positions = positions @ rotation.T
    return lithium(positions, np.eye(3) * 30.0, 0.1)


@settings(max_examples=3, deadline=None)
@given(st.integers(0, 2**32 - 1))
def test_tensors_turn_with_the_crystal(seed):
    rotation = Rotation.random(rng=np.random.default_rng(seed)).as_matrix()
    for tensor in (diffusivity_tensor, conductivity_tensor):
        here = tensor(anisotropic())
        there = tensor(anisotropic(rotation=rotation))
        scale = np.abs(here.values).max()
        np.testing.assert_allclose(there.values, rotation @ here.values @ rotation.T, atol=1e-8 * scale)


def test_the_diagonal_is_the_per_axis_estimate_and_the_rest_is_symmetric():
    trajectory = anisotropic()
    for tensor, axes in (
        (diffusivity_tensor(trajectory), tracer_diffusivity(trajectory, per_axis=True)),
        (conductivity_tensor(trajectory), collective_conductivity(trajectory, per_axis=True)),
    ):
        for name, element in zip("xyz", axes, strict=True):
            assert tensor.element(name, name).value == pytest.approx(element.value, rel=1e-9)
            assert tensor.element(name, name).standard_error == pytest.approx(element.standard_error)
        np.testing.assert_allclose(tensor.values, tensor.values.T, atol=1e-12)
        np.testing.assert_allclose(tensor.standard_errors, tensor.standard_errors.T, rtol=1e-9)


@pytest.mark.physics
def test_errors_of_every_element_are_its_scatter():
    seeds = 16
    for tensor in (diffusivity_tensor, conductivity_tensor):
        found = [tensor(anisotropic(seed, n_ions=30)) for seed in range(seeds)]
        values = np.array([each.values for each in found])
        errors = np.array([each.standard_errors for each in found])
        # 16 seeds give a scatter to 18 %
        ratio = errors.mean(axis=0) / values.std(axis=0, ddof=1)
        assert (ratio > 0.55).all()
        assert (ratio < 2.0).all()
        off = ~np.eye(3, dtype=bool)
        pooled = errors.mean(axis=0) / np.sqrt(seeds)
        assert (np.abs(values.mean(axis=0)) < 4 * pooled)[off].all()


def test_elements_are_named_by_axes():
    with pytest.raises(AnalysisError, match="axis"):
        diffusivity_tensor(anisotropic()).element("x", "w")


def test_a_limit_has_no_tensor():
    frozen = free_walkers(seed=0, diffusivity=1e-4, cage_rms=0.3)
    with pytest.raises(AnalysisError, match="below 4"):
        diffusivity_tensor(frozen)
    with pytest.raises(AnalysisError, match="net hops"):
        conductivity_tensor(frozen)


@pytest.mark.parametrize("quantity", ["tracer", "conductivity"])
def test_blocks_of_time_agree_with_the_stated_error_on_diffusive_walkers(quantity):
    opinion = second_opinion(free_walkers(seed=3, n_ions=100, n_frames=2000, diffusivity=0.3), quantity)
    assert opinion.warning is None
    assert 0.4 < opinion.error_ratio < 2
    joint = np.hypot(opinion.main.standard_error, opinion.blocks.standard_error)
    assert abs(opinion.main.value - opinion.blocks.value) < 3 * joint


def test_charge_that_moves_in_bursts_is_seen_by_blocks_of_time():
    """All ions run together in a tenth of the run: a Brownian error would be far too small."""
    rng = np.random.default_rng(5)
    positions = free_walkers(seed=4, n_ions=100, n_frames=2000, diffusivity=0.3).positions
    rush = rng.normal(scale=0.6, size=(2000, 1, 3)) * ((np.arange(2000) // 100) % 10 == 0)[:, None, None]
    bursts = lithium(positions + rush.cumsum(axis=0), np.eye(3) * 25.0, 0.1)
    calm = collective_conductivity(lithium(positions, np.eye(3) * 25.0, 0.1))
    estimate = collective_conductivity(bursts)
    assert estimate.standard_error / estimate.value > 2 * calm.standard_error / calm.value


def test_unknown_quantity_is_refused():
    with pytest.raises(AnalysisError, match="quantity"):
        second_opinion(free_walkers(seed=0), "viscosity")  # type: ignore[arg-type]
