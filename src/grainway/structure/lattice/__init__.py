"""Exact geometry of cubic lattices: coincidence, planes, misorientation, and a boundary's five parameters.

In: integers (axis, Σ, normals) or orientation matrices. Out: coincidence and plane lattices in integers,
angles in degrees. Coincidence lattices after Grimmer, Bollmann and Warrington (Acta Cryst. A 30 (1974) 197).
"""
