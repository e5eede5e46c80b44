"""Training of neuroevolution potentials on labelled frames, and of committees.

In: frames and settings. Out: ``nep.txt`` models; the one place that calls torchnep.
"""
