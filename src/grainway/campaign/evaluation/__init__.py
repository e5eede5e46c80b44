"""One evaluation: build, simulate, measure, conclude, in a process of its own.

In: :class:`Trial`. Out: ``result.json`` with every quantity as an estimate or the reason why it is missing.
"""
