"""Where teaching frames come from: runs of bulk, boundaries, melts, and distorted structures.

In: a :class:`TeachingRecipe`. Out: frames, reproducible by seed.
"""
