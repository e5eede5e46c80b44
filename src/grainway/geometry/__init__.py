"""Points in a periodic cell: images, neighbours, bands about planes, and an order that is geometry alone.

In: positions (n, 3) and cell rows (3, 3), Å. Out: pairs, distances, heights along the normal, grids. Builder
and analysis both stand on it; it knows neither elements nor boundaries' energies.
"""
