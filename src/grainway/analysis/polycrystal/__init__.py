"""From one boundary to a ceramic: brick layer, gain at a grain size, random misorientations.

In: bulk and boundary resistivities, grain size (µm). Out: σ(d), shares, bounds; Mackenzie's distribution
(Biometrika 45 (1958) 229).
"""
