"""Displacements of ions and the tracer diffusivity that follows from them.

In: a :class:`Trajectory`, unwrapped Å. Out: mean-squared displacements (Å²) and D (Å²/ps) with the error of
one run: D = lim MSD/2dt by generalised least squares over ions.
"""
