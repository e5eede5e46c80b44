"""Two grains cut at whole lattice planes and stacked: planar boundaries, one or by the batch.

In: a catalogue entry's planes, translations, cuts. Out: frameworks (Å) with contact gaps opened, on CPU or
GPU.
"""
