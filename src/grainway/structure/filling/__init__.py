"""From a framework to a whole neutral cell: shared sites, composition, lithium.

In: a framework with its boundaries, and a composition in neutral units. Out: all atoms; lithium near
boundaries is arranged by a short Monte Carlo that keeps ions apart.
"""
