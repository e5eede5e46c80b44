"""Where the optimiser calls torch, GPyTorch and BoTorch: a Gaussian process with known variances and its use.

They have no types that a plain installation could check, and are imported by :func:`load_botorch` alone.
"""

from __future__ import annotations

import logging
import math
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from typing import Any

import numpy as np

from grainway.array_types import FloatArray
from grainway.errors import ConfigError
from grainway.optimise.gp.surrogate import PRIOR_SCALE
from grainway.optimise.points.model_inputs import Points

logger = logging.getLogger(__name__)

N_SAMPLES = 256
"""Joint samples of the acquisition, a power of two as the Sobol sequence wants."""

N_TOGETHER = 128
"""Candidates weighed in one batch, which bounds the memory of their joint covariances."""

SMALLEST_VARIANCE = 1e-6
"""Of the scaled objective; GPyTorch takes no smaller noise in double precision."""


def load_botorch() -> Packages:
    """Import the packages.

    Raises:
        ConfigError: when they are not installed.
    """
    try:
        with warnings.catch_warnings():
            # BoTorch still uses what torch is going to drop
            warnings.filterwarnings("ignore", message=r".torch\.jit\.script. is", category=FutureWarning)
            return Packages(import_module("botorch"))
    except ImportError as error:
        raise ConfigError.about(
            "engine", "botorch", "an installed engine", 'Run: pip install "grainway[botorch]"'
        ) from error


class Packages:
    """What is used of the packages."""

    def __init__(self, botorch: Any) -> None:
        self.torch: Any = import_module("torch")
        self._botorch = botorch
        self._gpytorch: Any = import_module("gpytorch")
        # of a jitter added to a covariance and of a fit begun again, which is how the libraries go on
        self._warnings: tuple[type[Warning], ...] = (
            botorch.exceptions.BotorchWarning,
            import_module("linear_operator.utils.warnings").NumericalWarning,
        )

    @contextmanager
    def undisturbed(self, random_state: int) -> Iterator[None]:
        """Seed torch's generator and take one thread for a while; leave both as they were.

        Args:
            random_state: a whole number >= 0; nothing else decides the random numbers within.
        """
        n_threads = self.torch.get_num_threads()
        with warnings.catch_warnings(), self.torch.random.fork_rng(devices=[]):
            for category in self._warnings:
                warnings.simplefilter("ignore", category)
            # not torch.manual_seed(), which seeds the accelerators too
            self.torch.default_generator.manual_seed(random_state)
            self.torch.set_num_threads(1)
            try:
                yield
            finally:
                self.torch.set_num_threads(n_threads)

    def fitted_model(self, x: Any, y: Any, variance: Any, kernel: str) -> Any:
        """Return ``SingleTaskGP`` with known variances at its maximum a posteriori.

        Args:
            x: inputs, shape (n, n_columns).
            y: scaled objective, shape (n, 1).
            variance: of each, shape (n, 1).
            kernel: ``"matern52"`` or ``"rbf"``.
        """
        modules = import_module("botorch.models.utils.gpytorch_modules")
        covariance = modules.get_covar_module_with_dim_scaled_prior(
            ard_num_dims=x.shape[-1], use_rbf_kernel=kernel == "rbf"
        )
        model = self._botorch.models.SingleTaskGP(
            x, y, train_Yvar=variance, covar_module=covariance, outcome_transform=None
        )
        likelihood = self._gpytorch.mlls.ExactMarginalLogLikelihood(model.likelihood, model)
        try:
            self._botorch.fit_gpytorch_mll(likelihood)
        except self._botorch.exceptions.ModelFittingError:
            # every start ended early, and the model is back at the modes of its priors
            logger.warning("BoTorch could not fit its model to %d evaluations; its priors decide", len(y))
        return model.eval()

    def noisy_expected_improvement(self, model: Any, known: Any, running: Any, random_state: int) -> Any:
        """Return ``qLogNoisyExpectedImprovement`` over the known points and those that are running."""
        sampler = self._botorch.sampling.SobolQMCNormalSampler(
            self.torch.Size([N_SAMPLES]), seed=random_state
        )
        return self._botorch.acquisition.qLogNoisyExpectedImprovement(
            model, known, sampler=sampler, X_pending=running
        )


class TorchNoisyImprovement:
    """The expected improvement under one model; the objective is negated and scaled, as BoTorch maximises.

    Args:
        botorch: the imported packages.
        points: evaluated points, replicates included.
        y: observed objective, shape (n,).
        se: stated standard errors, shape (n,), units of y.
        running: pending points.
        kernel: ``"matern52"`` or ``"rbf"``.
        random_state: of the sampled normal numbers.
    """

    def __init__(
        self,
        botorch: Packages,
        points: Points,
        y: FloatArray,
        se: FloatArray,
        running: Points,
        *,
        kernel: str,
        random_state: int,
    ) -> None:
        self._torch = botorch.torch
        self._level = float(np.mean(y))
        # as in the default surrogate: equal outcomes leave a spread to scale by
        self._scale = math.sqrt((float(np.sum((y - self._level) ** 2)) + PRIOR_SCALE**2) / len(y))
        self._model = botorch.fitted_model(
            self._tensor(points.columns),
            self._tensor(-(y - self._level) / self._scale).unsqueeze(-1),
            self._tensor(np.maximum(np.square(se / self._scale), SMALLEST_VARIANCE)).unsqueeze(-1),
            kernel,
        )
        # a point twice in the joint sample makes its covariance singular and says nothing more
        known = points.without_repetition()
        both = known.join(running).without_repetition()
        started = both.columns[len(known) :]
        self._acquisition = botorch.noisy_expected_improvement(
            self._model,
            self._tensor(known.columns),
            self._tensor(started) if len(started) else None,
            random_state,
        )

    def mean(self, points: Points) -> FloatArray:
        """Return the posterior mean of the objective, shape (len(points),), units of y."""
        with self._torch.no_grad():
            mean = self._model.posterior(self._tensor(points.columns)).mean.squeeze(-1)
        return self._level - self._scale * np.asarray(mean.numpy(), dtype=np.float64)

    def log_value(self, points: Points) -> FloatArray:
        """Return the logarithm of the expected improvement, shape (len(points),), up to a constant."""
        columns = self._tensor(points.columns).unsqueeze(-2)
        with self._torch.no_grad():
            parts = [self._acquisition(part) for part in columns.split(N_TOGETHER)]
        return np.asarray(self._torch.cat(parts).numpy(), dtype=np.float64)

    def _tensor(self, array: FloatArray) -> Any:
        return self._torch.tensor(array, dtype=self._torch.float64, device="cpu")
