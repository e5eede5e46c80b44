"""Analytic pair interactions: V(r) in eV and F(r) = −dV/dr in eV/Å, r in Å.

Every form is a frozen record of its parameters with one method, ``evaluate``; forms are composed
(summed, shifted, capped) by wrapping one in another. They know nothing of elements or of LAMMPS.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import exp, factorial, pi, sqrt
from typing import Protocol

import numpy as np
import numpy.typing as npt
from scipy.special import erfc

Array = npt.NDArray[np.float64]


class PairForm(Protocol):
    """A pair interaction."""

    def evaluate(self, r: Array) -> tuple[Array, Array]:
        """Return V in eV and F = −dV/dr in eV/Å at the distances r (any shape, Å, r > 0)."""


@dataclass(frozen=True)
class Morse:
    """V = D0 [exp(−2α(r − Rmin)) − 2 exp(−α(r − Rmin))]: D0 in eV, α in 1/Å, Rmin in Å."""

    D0: float
    alpha: float
    Rmin: float

    def evaluate(self, r: Array) -> tuple[Array, Array]:
        """Return V in eV and F in eV/Å at r in Å."""
        decay = np.exp(-self.alpha * (r - self.Rmin))
        return self.D0 * decay * (decay - 2), 2 * self.alpha * self.D0 * decay * (decay - 1)


@dataclass(frozen=True)
class ScreenedCoulomb:
    """V = s erfc(κr)/r, with strength s = k_e q_i q_j in eV Å and κ in 1/Å."""

    strength: float
    kappa: float

    def evaluate(self, r: Array) -> tuple[Array, Array]:
        """Return V in eV and F in eV/Å at r in Å."""
        energy = self.strength * erfc(self.kappa * r) / r
        gaussian = 2 * self.kappa / np.sqrt(np.pi) * np.exp(-((self.kappa * r) ** 2))
        return energy, energy / r + self.strength * gaussian / r


@dataclass(frozen=True)
class Buckingham:
    """V = A exp(−r/ρ) − C/r⁶ above r_core, a + b/r¹² below it, matched in energy and force.

    The bare form falls to −∞ at r → 0, and atoms placed at random find that hole; the core closes it.
    A in eV, ρ and r_core in Å, C in eV Å⁶.
    """

    A: float
    rho: float
    C: float
    r_core: float

    def evaluate(self, r: Array) -> tuple[Array, Array]:
        """Return V in eV and F in eV/Å at r in Å."""
        outside, inside = np.maximum(r, self.r_core), np.minimum(r, self.r_core)
        repulsion = self.A * np.exp(-outside / self.rho)
        energy = repulsion - self.C / outside**6
        force = repulsion / self.rho - 6 * self.C / outside**7
        growth = self.r_core / inside  # 1 outside the core
        return energy + force * self.r_core / 12 * (growth**12 - 1), force * growth**13


@dataclass(frozen=True)
class SplicedBuckingham:
    """V = A exp(−r/ρ) − C/r⁶ above r0 and B/rⁿ + D r² below it.

    B, n and D are published with A, ρ and C such that V, V′ and V″ are continuous at r0; the inner form
    closes the hole that the bare one falls into at r → 0. A and B (with Åⁿ) in eV, ρ and r0 in Å, C in
    eV Å⁶, D in eV/Å².
    """

    A: float
    rho: float
    C: float
    B: float
    n: float
    D: float
    r0: float

    def evaluate(self, r: Array) -> tuple[Array, Array]:
        """Return V in eV and F in eV/Å at r in Å."""
        outside, inside = np.maximum(r, self.r0), np.minimum(r, self.r0)
        repulsion = self.A * np.exp(-outside / self.rho)
        outer = repulsion - self.C / outside**6
        outer_force = repulsion / self.rho - 6 * self.C / outside**7
        inner = self.B / inside**self.n + self.D * inside**2
        inner_force = self.n * self.B / inside ** (self.n + 1) - 2 * self.D * inside
        return np.where(r > self.r0, outer, inner), np.where(r > self.r0, outer_force, inner_force)


@dataclass(frozen=True)
class Sum:
    """The sum of several interactions."""

    terms: tuple[PairForm, ...]

    def evaluate(self, r: Array) -> tuple[Array, Array]:
        """Return V in eV and F in eV/Å at r in Å."""
        energy, force = np.zeros_like(r), np.zeros_like(r)
        for term in self.terms:
            term_energy, term_force = term.evaluate(r)
            energy += term_energy
            force += term_force
        return energy, force


@dataclass(frozen=True)
class ShiftedForce:
    """V(r) − V(rc) + (r − rc) F(rc) below the cut-off rc and zero beyond: both V and F end at zero."""

    form: PairForm
    cutoff: float

    def evaluate(self, r: Array) -> tuple[Array, Array]:
        """Return V in eV and F in eV/Å at r in Å."""
        energy, force = self.form.evaluate(r)
        edge_energy, edge_force = self.form.evaluate(np.array([self.cutoff]))
        inside = r < self.cutoff
        shifted = energy - edge_energy + (r - self.cutoff) * edge_force
        return np.where(inside, shifted, 0.0), np.where(inside, force - edge_force, 0.0)


@dataclass(frozen=True)
class ShiftedPotential:
    """V(r) − V(rc) below the cut-off rc and zero beyond: F is exact inside and steps to zero at rc."""

    form: PairForm
    cutoff: float

    def evaluate(self, r: Array) -> tuple[Array, Array]:
        """Return V in eV and F in eV/Å at r in Å."""
        energy, force = self.form.evaluate(r)
        edge_energy, _ = self.form.evaluate(np.array([self.cutoff]))
        inside = r <= self.cutoff
        return np.where(inside, energy - edge_energy, 0.0), np.where(inside, force, 0.0)


@dataclass(frozen=True)
class ZeroMultipoleCoulomb:
    """Coulomb damped by κ, less the polynomial in r² that ends its derivatives 0…l at the cut-off.

    V = s [u(r) − Σ_{m=0}^{l} u⁽ᵐ⁾(rc) (r² − rc²)ᵐ/m!], u = erfc(κr)/r, derivatives taken in r²: the
    zero-multipole summation, which neutralises charge, dipole, ... up to order l of the cut-off sphere
    (I. Fukuda, J. Chem. Phys. 139 (2013) 174107). s = k_e q_i q_j in eV Å, κ in 1/Å (0 for none), rc in Å.
    """

    strength: float
    kappa: float
    cutoff: float
    order: int

    def evaluate(self, r: Array) -> tuple[Array, Array]:
        """Return V in eV and F in eV/Å at r in Å."""
        energy, force = ScreenedCoulomb(self.strength, self.kappa).evaluate(r)
        step = r**2 - self.cutoff**2
        for m, derivative in enumerate(self._derivatives_at_cutoff()):
            energy = energy - self.strength * derivative * step**m / factorial(m)
            if m:
                force = force + self.strength * derivative * step ** (m - 1) / factorial(m - 1) * 2 * r
        inside = r < self.cutoff
        return np.where(inside, energy, 0.0), np.where(inside, force, 0.0)

    def _derivatives_at_cutoff(self) -> list[float]:
        # uₙ = (−1/2)ⁿ bₙ with the Ewald recursion bₙ r² = (2n−1) bₙ₋₁ + (2κ²)ⁿ exp(−κ²r²)/(κ√π)
        r2 = self.cutoff**2
        b = [float(erfc(self.kappa * self.cutoff)) / self.cutoff]
        for n in range(1, self.order + 1):
            # (2κ²)ⁿ/κ written without the division, for κ = 0
            gaussian = 2**n * self.kappa ** (2 * n - 1) / sqrt(pi) * exp(-(self.kappa**2) * r2)
            b.append(((2 * n - 1) * b[-1] + gaussian) / r2)
        return [(-0.5) ** n * value for n, value in enumerate(b)]


@dataclass(frozen=True)
class CappedCore:
    """The interaction with the force held at F(r_cap) below r_cap, so that it is finite down to contact."""

    form: PairForm
    r_cap: float

    def evaluate(self, r: Array) -> tuple[Array, Array]:
        """Return V in eV and F in eV/Å at r in Å."""
        energy, force = self.form.evaluate(np.maximum(r, self.r_cap))
        return energy + force * np.maximum(self.r_cap - r, 0.0), force
