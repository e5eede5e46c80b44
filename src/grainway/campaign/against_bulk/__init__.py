"""A recorded evaluation against the bulk crystal: ASR, ratios, boundary energy, ladders.

In: recorded results of boundary and bulk. Out: :class:`Evaluation` with what only both together give.
"""
