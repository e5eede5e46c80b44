"""Collective conductivity: Einstein, Green-Kubo and spectral estimates, Haven ratio, tensors.

In: a :class:`Trajectory` with formal charges. Out: σ in S/cm, σ = lim ⟨ΔP²⟩/(6 t V k_B T).
"""
