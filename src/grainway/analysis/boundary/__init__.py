"""Transport across and along a boundary: ρ(z), its bands, resistance, and the response to a field.

In: a :class:`Trajectory` and heights of boundaries, Å. Out: ρ(z) in Ω cm from hop statistics (Hummer, New J.
Phys. 7 (2005) 34), band resistances in Ω cm², D along the boundary (Liu, Harder, Berne, J. Phys. Chem. B 108
(2004) 6595).
"""
